"""IGN as it delivers: ADMIN-EXPRESS (shapefiles to 3.x, GeoPackage since 4-0), CONTOURS-IRIS 3-0.

Columns changed their names and their case between versions; only codes and contours are read.
Lighter re-exports are read by `ign.py`; the frames are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.ign import WGS84, keep_codes, open_geographic, set_twins_aside
from fragility.sources.readers.intake import COMMUNES, IRIS, Intake

# Layer -> kind of territory, and its code in 3.x and in 4-0.
_LAYERS = {
    "COMMUNE": ("COM", ("INSEE_COM", "CODE_INSEE")),
    "ARRONDISSEMENT_MUNICIPAL": ("ARM", ("INSEE_ARM", "CODE_INSEE")),
}
_ARRONDISSEMENTS = 45


def read_admin_contours(paths: Sequence[Path | Intake]) -> gpd.GeoDataFrame:
    """Read the contours of communes and of municipal arrondissements.

    Parameters
    ----------
    paths : `COMMUNE.shp` and `ARRONDISSEMENT_MUNICIPAL.shp`, or the one GeoPackage that has both
        layers. The other parts of a shapefile lie beside it.

    Returns
    -------
    GeoDataFrame (`type_commune`: "COM" or "ARM", `code`, `geometry`, EPSG:4326), as
    `ign.read_communes_contours`. A null geometry stays null.

    Raises
    ------
    MissingFileError, BadFileError
        When a file is absent, unreadable, or without the expected layers, columns or codes.
    """
    parts = []
    for path in paths:
        intake = Intake.of(path)
        wanted = _LAYERS.get(intake.path.stem.upper())
        usual = _ARRONDISSEMENTS if wanted and wanted[0] == "ARM" else COMMUNES
        columns = ("type", "code", "geometry")
        frame = open_geographic(
            intake, _read_layers, "ADMIN-EXPRESS", columns, key="code", usual_rows=usual
        )
        part = keep_codes(frame, intake, code="code", pattern=COMMUNE_CODE, width=5)
        part.insert(0, "type_commune", frame["type"].astype("str"))
        set_twins_aside(part, ["type_commune", "code"], intake)
        parts.append(intake.settle(part)[0])
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=WGS84)


def read_iris_deliveries(paths: Sequence[Path | Intake]) -> gpd.GeoDataFrame:
    """Read the contours of IRIS, one file per territory (metropole, each overseas département).

    Parameters
    ----------
    paths : GeoPackages with one layer, in the projection of their territory.

    Returns
    -------
    GeoDataFrame (`code_iris`, `geometry`, EPSG:4326), one row per code.

    Raises
    ------
    MissingFileError, BadFileError
        As `read_admin_contours`.
    """
    parts = []
    for path in paths:
        intake = Intake.of(path)
        frame = open_geographic(
            intake, _read_iris, "CONTOURS-IRIS", ("code", "geometry"), key="code", usual_rows=IRIS
        )
        part = keep_codes(frame, intake, code="code", pattern=IRIS_CODE, width=9)
        set_twins_aside(part, ["code"], intake)
        part = intake.settle(part)[0]
        parts.append(part[part.geometry.notna()])
    stacked = pd.concat(parts, ignore_index=True).rename(columns={"code": "code_iris"})
    return gpd.GeoDataFrame(stacked, crs=WGS84).drop_duplicates("code_iris", ignore_index=True)


def points_of(contours: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take a point inside each contour of IRIS: IGN delivers no centres with them.

    Returns
    -------
    As `ign.read_iris_centres`.
    """
    points = contours.set_geometry(contours.geometry.representative_point())
    points.insert(1, "code_arrondissement", points["code_iris"].str[:5].astype("str"))
    return points


def _read_layers(path: Path) -> gpd.GeoDataFrame:
    """Stack the layers that hold communes or arrondissements, codes under one name."""
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    parts = [
        _read_codes(path, name, *_LAYERS[name.upper()]) for name in names if name.upper() in _LAYERS
    ]
    if not parts:
        return gpd.GeoDataFrame({"couches": names})
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)


def _read_iris(path: Path) -> gpd.GeoDataFrame:
    (name, *_) = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    return _read_codes(path, name, "", ("CODE_IRIS",))


def _read_codes(path: Path, layer: str, kind: str, codes: Sequence[str]) -> gpd.GeoDataFrame:
    """Read one layer: `type`, `code`, `geometry`; its own columns where it has no such code."""
    fields = [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
    found = [name for wanted in codes for name in fields if name.upper() == wanted]
    frame = pyogrio.read_dataframe(path, layer=layer, columns=found[:1] if found else fields)
    if not found:
        return frame
    return gpd.GeoDataFrame({"type": kind, "code": frame[found[0]]}, geometry=frame.geometry)
