"""A map of France light enough for a page: pixels, the overseas territories beside the mainland."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib import get_data_path
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rasterio.transform import from_bounds

from fragility.export.labels import CLASS_COLOURS, NOT_COMPUTED_COLOUR
from fragility.territory.crs import departement_of, zone_epsg
from fragility.territory.raster import burn_ranks

WIDTH, INSET, GAP = 760, 112, 12
NAME_SIZE = 13
_NONE, _OUTSIDE, _INK = 0, len(CLASS_COLOURS) + 1, len(CLASS_COLOURS) + 2
# Between communes, a line where there is room for one.
MAX_OUTLINED = 1500
Pixels = NDArray[np.uint8]


def class_map(communes: gpd.GeoDataFrame) -> bytes:
    """Draw the class of each commune.

    Parameters
    ----------
    communes : `code_commune`, `classe` (1 to 5, missing: grey), `geometry` in WGS 84;
        `nom_departement`, the name of an overseas département, else its code.

    Returns
    -------
    PNG with a palette; equal communes give equal bytes. Overseas départements are each at their
    own scale under its name, in a column at the left.
    """
    shown = communes[communes.geometry.notna() & ~communes.geometry.is_empty]
    zone = zone_epsg(departement_of(shown["code_commune"]))
    # Martinique and Guadeloupe share a projection and are two maps.
    code = departement_of(shown["code_commune"])
    part = shown.get("nom_departement", code).fillna(code).where(zone != zone.min(), "")
    order = code.groupby(part).first().sort_values().index
    groups = dict(iter(shown.groupby(part)))
    panels = {
        str(name): _draw(
            groups[name].to_crs(int(zone[groups[name].index[0]])), WIDTH if not name else INSET
        )
        for name in order
    }
    colours = [NOT_COMPUTED_COLOUR, *CLASS_COLOURS.values(), "#ffffff", "#333333"]
    drawn, places = _beside(panels)
    image = Image.fromarray(drawn)
    image.putpalette([channel for colour in colours for channel in _channels(colour)])
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"  # a colour between two would be that of a class
    # The font that comes with Pillow has no accents.
    font = ImageFont.truetype(Path(get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), NAME_SIZE)
    for name, top in places.items():
        pen.text((0, top), name, fill=_INK, font=font)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _draw(frame: gpd.GeoDataFrame, width: int) -> Pixels:
    """Classes on a canvas of a given width, in the frame's own projection."""
    west, south, east, north = frame.total_bounds
    side = max(east - west, north - south, 1.0)
    columns = max(round(width * (east - west) / side), 1)
    rows = max(round(width * (north - south) / side), 1)
    at = from_bounds(west, south, east, north, columns, rows)
    rank = burn_ranks(frame.geometry, (rows, columns), at)
    classes = pd.Series(frame["classe"]).fillna(_NONE).astype(int).to_numpy()
    drawn = np.r_[_OUTSIDE, classes].astype(np.uint8)[rank]
    if len(frame) <= MAX_OUTLINED:
        edge = np.zeros(rank.shape, dtype=bool)
        edge[1:] |= rank[1:] != rank[:-1]
        edge[:, 1:] |= rank[:, 1:] != rank[:, :-1]
        drawn[edge] = _OUTSIDE
    return np.asarray(drawn)


def _beside(panels: dict[str, Pixels]) -> tuple[Pixels, dict[str, int]]:
    """The mainland, the others in a column at its left, and the row where each one's name is."""
    others = {name: panel for name, panel in panels.items() if name}
    main = panels.get("", np.full((1, 1), _OUTSIDE, dtype=np.uint8))
    if not others:
        return main, {}
    head = NAME_SIZE + 4
    tall = sum(head + panel.shape[0] + GAP for panel in others.values())
    canvas = np.full(
        (max(main.shape[0], tall), INSET + GAP + main.shape[1]), _OUTSIDE, dtype=np.uint8
    )
    canvas[: main.shape[0], INSET + GAP :] = main
    top = canvas.shape[0] - tall
    places = {}
    for name, panel in others.items():
        places[name] = top
        top += head
        canvas[top : top + panel.shape[0], : panel.shape[1]] = panel
        top += panel.shape[0] + GAP
    return canvas, places


def data_address(png: bytes) -> str:
    """A PNG as an address that needs no file."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
