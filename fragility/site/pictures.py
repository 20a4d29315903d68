"""The pictures of the README: what a browser, QGIS and a reader see of a published edition.

    python -m fragility.site.pictures data/processed/demo docs/images

Needs Chromium and playwright, tools of whoever develops; the page of QGIS is left as it was where
QGIS is not installed.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from PIL import Image

from fragility.errors import UsageError
from fragility.export.fiche import write_fiches
from fragility.export.fiche_pdf import find_browser
from fragility.export.fiche_store import read_store
from fragility.export.history import DATABASE
from fragility.export.print_layout import LAYOUT_NAME
from fragility.site.build import write_site
from fragility.site.server import open_server
from fragility.sources.catalogue import find_edition
from fragility.stored import read_shapes
from fragility.validation.run_report import PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize

MAP, FICHE, REPORT, QGIS = "demo-carte.png", "demo-fiche.png", "demo-rapport.png", "demo-qgis.png"
EDITION = "demo"
LIMIT = 300_000
_COLOURS = 256
_DPI = 80
_SETTLING_MS = 1500
_VIEW: ViewportSize = {"width": 1440, "height": 820}
# Pixels that panels leave to the map in that view.
_ROOM = 620
_OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--no-first-run", "--disable-background-networking",
)  # fmt: skip


def draw_all(folder: Path, images: Path) -> list[Path]:
    """Draw every picture that this machine can.

    Parameters
    ----------
    folder : outputs of one edition.
    images : folder of the pictures.

    Raises
    ------
    UsageError
        When it is another edition than the demonstration, which the README shows.
    MissingFileError
        When no browser is installed.
    """
    if folder.resolve().name != EDITION:
        raise UsageError(
            "Les images du README sont celles de la démonstration.",
            path=folder,
            expected=f"le dossier de l'édition « {EDITION} »",
            remedy=f"lancez « fragility run --edition {EDITION} », puis donnez son dossier",
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=find_browser(), args=list(_OPTIONS))
        made = [
            _pack(_map(browser, folder), images / MAP),
            _pack(_fiche(browser, folder), images / FICHE),
            _pack(_report(browser, folder), images / REPORT),
        ]
        browser.close()
    page = _qgis(folder)
    return [*made, _pack(page, images / QGIS)] if page else made


def _first_commune(folder: Path) -> str:
    """Code of the first commune of the action list."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as base:
        found = base.sql(
            "SELECT code_commune FROM marts.communes_fragiles_non_couvertes ORDER BY ordre"
        ).fetchone()
    return str(found[0]) if found else ""


def _map(browser: Browser, folder: Path) -> bytes:
    """The map, with the card of the first commune of the list."""
    with tempfile.TemporaryDirectory(prefix="carte-") as place:
        write_site(folder.parent, folder.name, Path(place) / "site")
        server = open_server(Path(place) / "site", port=0)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            page = browser.new_page(viewport=_VIEW, reduced_motion="reduce")
            link = f"fiche=commune:{_first_commune(folder)}&carte={_whole(folder)}"
            page.goto(f"http://127.0.0.1:{server.server_port}/#{link}")
            page.wait_for_selector('html[data-carte="prete"]')
            # Names come after the colours.
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(_SETTLING_MS)
            return page.screenshot()
        finally:
            server.shutdown()


def _whole(folder: Path) -> str:
    """Zoom, latitude and longitude that show the whole edition beside an open card."""
    shapes = read_shapes(folder, "core_contours")
    west, south, east, north = shapes.total_bounds
    # A world of zoom 0 is 512 pixels wide.
    zoom = math.log2(_ROOM * 360 / (512 * (east - west)))
    return f"{zoom:.2f}/{(south + north) / 2:.4f}/{(west + east) / 2:.4f}"


def _fiche(browser: Browser, folder: Path) -> bytes:
    """The top of the fiche of the first commune of the list."""
    store = read_store(folder, find_edition(folder.name))
    with tempfile.TemporaryDirectory(prefix="fiche-") as place:
        codes = [_first_commune(folder)]
        (path,) = write_fiches(store, "commune", codes, Path(place), frozenset())
        page = browser.new_page(viewport={"width": 900, "height": 1190})
        page.goto(path.as_uri())
        return page.screenshot()


def _report(browser: Browser, folder: Path) -> bytes:
    """The top of the report of the run."""
    page = browser.new_page(viewport={"width": 1000, "height": 1300})
    page.goto((folder / PAGE).resolve().as_uri())
    return page.screenshot()


def _qgis(folder: Path) -> bytes | None:
    """The page to print of the QGIS project; None without QGIS."""
    # The wrapper of some distributions adds options that the program refuses.
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="qgis-") as place:
        drawn = Path(place) / "page.png"
        done = subprocess.run(
            [
                program, "run", "native:printlayouttoimage",
                f"--PROJECT_PATH={(folder / 'carte.qgz').resolve()}",
                f"--LAYOUT={LAYOUT_NAME}", f"--DPI={_DPI}", f"--OUTPUT={drawn}",
            ],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if not drawn.is_file():
            sys.stderr.write(f"QGIS n'a pas dessiné la carte : {done.stderr.strip()[-300:]}\n")
            return None
        return drawn.read_bytes()


def _pack(picture: bytes, path: Path) -> Path:
    """Write a picture with a palette: a third of the size.

    Raises
    ------
    ValueError
        When it is heavier than what a README should load.
    """
    pixels = Image.open(io.BytesIO(picture)).convert("RGB")
    packed = io.BytesIO()
    pixels.quantize(_COLOURS, dither=Image.Dither.NONE).save(packed, format="PNG", optimize=True)
    if packed.tell() >= LIMIT:
        raise ValueError(f"{path.name}: {packed.tell():,} bytes, at most {LIMIT:,}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed.getvalue())
    return path


if __name__ == "__main__":
    for drawn_path in draw_all(Path(sys.argv[1]), Path(sys.argv[2])):
        sys.stdout.write(f"{drawn_path} : {drawn_path.stat().st_size:,} octets\n")
