"""What a map shows: coordinate systems as QGIS writes them, the view at opening, the insets."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import pyproj

from fragility.export.contours import zones_of
from fragility.territory.crs import METROPOLE

LAYER_CRS = 4326
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Inset:
    """An overseas département, that the view of the metropole does not show.

    Attributes
    ----------
    code, name : of the département.
    computed : whether it has a score.
    epsg : its projected system.
    extent : (west, south, east, north) in that system, in metres.
    """

    code: str
    name: str
    computed: bool
    epsg: int
    extent: Extent


def text_element(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """Add an element that holds a text."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element


def crs_element(parent: ET.Element, epsg: int) -> None:
    """Write a system in full: QGIS takes an incomplete one for none at all."""
    crs = pyproj.CRS.from_epsg(epsg)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # PROJ strings lose details, WKT has them
        proj4 = crs.to_proj4()
    system = ET.SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    text_element(system, "wkt", crs.to_wkt("WKT2_2019"))
    text_element(system, "proj4", proj4)
    text_element(system, "srsid", "0")
    text_element(system, "srid", str(epsg))
    text_element(system, "authid", f"EPSG:{epsg}")
    text_element(system, "description", crs.name)
    operation = proj4.split("+proj=")[1].split()[0]
    text_element(system, "projectionacronym", operation)
    text_element(system, "ellipsoidacronym", "EPSG:7030" if epsg == LAYER_CRS else "EPSG:7019")
    text_element(system, "geographicflag", "true" if crs.is_geographic else "false")


def projected(epsg: int, west: float, south: float, east: float, north: float) -> Extent:
    """Return a box of degrees in a projected system, 3 % wider on each side."""
    change = pyproj.Transformer.from_crs(LAYER_CRS, epsg, always_xy=True)
    left, bottom, right, top = change.transform_bounds(west, south, east, north)
    margin = 0.03 * max(right - left, top - bottom)
    return left - margin, bottom - margin, right + margin, top + margin


def main_view(gpkg: Path) -> tuple[int, Extent]:
    """Return the system that suits most communes, and their extent in it, 3 % wider.

    A national file opens on the metropole in Lambert 93; one that holds La Réunion only opens
    there, in its own system.
    """
    _, bounds = pyogrio.read_bounds(gpkg, layer="communes")
    boxes = bounds.T[~np.isnan(bounds).any(axis=0)]
    zone = zones_of(boxes)
    values, counts = np.unique(zone, return_counts=True)
    epsg = int(values[counts.argmax()]) if len(values) else METROPOLE
    kept = boxes[zone == epsg] if len(values) else np.array([[-5.0, 41.5, 9.5, 51.0]])
    west, south = kept[:, :2].min(axis=0)
    east, north = kept[:, 2:].max(axis=0)
    return epsg, projected(epsg, west, south, east, north)


def overseas_views(gpkg: Path, main_epsg: int) -> list[Inset]:
    """Return the overseas départements of a file whose main view is the metropole, by code.

    Those without a score are shown too: what is not computed is not forgotten.
    """
    if main_epsg != METROPOLE:
        return []
    told = pyogrio.read_dataframe(
        gpkg,
        layer="departements",
        columns=["code_departement", "nom_departement", "score"],
    )
    told = told[told.geometry.notna()].sort_values("code_departement")
    boxes = told.bounds.to_numpy(dtype=float)
    return [
        Inset(str(code), str(name), score == score, int(epsg), projected(int(epsg), *box))
        for code, name, score, epsg, box in zip(
            told["code_departement"],
            told["nom_departement"],
            told["score"],
            zones_of(boxes),
            boxes.tolist(),
            strict=True,
        )
        if epsg != METROPOLE
    ]
