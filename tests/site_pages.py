"""What tests of the page share: following links, and numbers as the page should write them."""

import re
import threading
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from fragility.site.server import open_server

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 640}
# Communes named from afar in the altered site.
FROM_AFAR = 5


def serving(folder):
    server = open_server(folder, port=0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


def ready(page):
    page.wait_for_selector('html[data-carte="prete"]')


def follow(page, link):
    """Give the page another link."""
    page.evaluate("link => { location.hash = link; }", link)
    ready(page)


def plain(text):
    """Text with ordinary spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\xa0", " ")).replace(
        "’", "'"
    ).strip()  # fmt: skip


def said(value, decimals=0, unit="", kept=None):
    """A number of the database as the page should write it, a dash when it is missing.

    `kept` is the digits that the files of the site keep, where the page shows fewer.
    """
    if value is None or value != value:
        return "–"
    known = Decimal(repr(float(np.round(value, decimals if kept is None else kept))))
    rounded = known.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) + 0
    return f"{rounded:,.{decimals}f}".replace(",", " ").replace(".", ",") + unit


def counted(count, one, many):
    return f"{said(count)} {one if abs(round(count)) < 2 else many}"


def rows_of(database, query, *parameters):
    """Rows of a query, as dictionaries."""
    found = database.execute(query, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
