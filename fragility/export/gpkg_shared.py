"""Layers that repeat one another, written once: tables of what they share, and views over them.

Two IRIS out of three are a whole commune: same contour, same figures, often the same sentence. As
plain tables the national layers `communes` and `iris` weigh 100 MB; as views over the tables
`socle_*`, where every distinct row of a group of columns is kept once, less than half of it. A
view whose key is an integer `fid`, that is in `gpkg_contents` and has its own spatial index, is a
layer like any other for QGIS, GDAL and whatever is built on it. Its columns are plain references,
which keep their types; only the sentence `motif`, a text in any case, is put together from its
parts.

One reader stumbles: GDAL before 3.11.4, built as DuckDB's is, finds no key in a view and then
reads it with a thread that may hand over rows still being written (OSGeo/gdal issue 12934, a
wrong result or a crash). With the setting `DUCKDB_SETTING` it reads views rightly, one thread at
a time. Plain tables are read by another path, which needs an integer key that counts from 1.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

GEOMETRY = "geom"
# Environment variable for GDAL before 3.11.4, see above.
DUCKDB_SETTING = "OGR_GPKG_STREAM_BASE_IMPL=YES"
# One row per distinct combination; a layer shares a group when it has all of its columns.
TERRITORIES = (
    "code_epci", "nom_epci", "code_departement", "nom_departement", "code_region", "nom_region",
)  # fmt: skip
# Stands for the name of the place in a sentence; no text has it.
_NAME = "\ufffc"
_SENTENCE = f"debuts.debut || coalesce(replace(fins.fin, '{_NAME}', {{name}}), fins.fin)"
_TEXTS = {"debut": "debuts", "fin": "fins", "conseiller_plus_proche_nom": "conseillers"}
_QUALITIES = ("confiance", "couverture", "portee_precision", "densite_classe", "nb_qpv")
_MEASURES = ("difficulte_", "nb_personnes_", "nb_conseillers_", "capacite_", "conseiller_plus_")


@dataclass(frozen=True)
class Caption:
    """Title and description of a layer, as `gpkg_contents` holds them."""

    title: str
    abstract: str


def group_of(column: str) -> str:
    """Return the group of columns that a column is kept with, empty for the layer's own.

    Examples
    --------
    >>> [group_of(name) for name in ("nom_epci", "pauvrete_origine", "pauvrete_pct", "score")]
    ['territoires', 'qualites', 'mesures', '']
    """
    if column in TERRITORIES:
        return "territoires"
    if column in _TEXTS:
        return _TEXTS[column]
    if column.startswith(("est_", "confiance_")) or column.endswith(("_origine", "_annee")):
        return "qualites"
    if column in _QUALITIES:
        return "qualites"
    # How often the draws agree is each level's own.
    if column.startswith("probabilite_"):
        return ""
    return "mesures" if column.startswith(_MEASURES) or column.endswith("_pct") else ""


def write_shared(
    connection: sqlite3.Connection,
    layers: Mapping[str, gpd.GeoDataFrame],
    captions: Mapping[str, Caption],
    moment: str,
) -> None:
    """Add layers to a GeoPackage, as views over the tables of what they share.

    Parameters
    ----------
    connection : a GeoPackage that has `gpkg_extensions`, as one with an indexed layer has.
    layers : by name, polygons in longitude and latitude, some missing.
    captions : title and description of each layer.
    moment : date of the change, ISO 8601.
    """
    orders = {name: [str(c) for c in layer if c != "geometry"] for name, layer in layers.items()}
    owned = {name: _in_parts(layer[orders[name]]) for name, layer in layers.items()}
    links = {name: pd.DataFrame(index=frame.index) for name, frame in owned.items()}
    shapes = {name: np.asarray(layer.geometry.array) for name, layer in layers.items()}
    blobs = {name: pd.DataFrame({GEOMETRY: _blobs(own)}) for name, own in shapes.items()}
    _share(connection, "contours", [GEOMETRY], blobs, links)
    for group, columns in _groups(owned).items():
        having = {n: frame[columns] for n, frame in owned.items() if set(columns) <= set(frame)}
        _share(connection, group, columns, having, links)
    for name, frame in owned.items():
        columns = [str(column) for column in frame]
        linked = {column: g for column in columns if (g := group_of(column)) in links[name]}
        _table(connection, f"socle_{name}", frame.drop(columns=list(linked)), links[name])
        _view(connection, name, orders[name], linked, list(links[name].columns))
        _register(connection, name, captions[name], shapes[name], moment)


def _groups(frames: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """Columns of each group: those that the first two layers both have."""
    first, *others = frames.values()
    groups: dict[str, list[str]] = {}
    for column in map(str, first.columns):
        group = group_of(column)
        if group and (not others or column in others[0].columns):
            groups.setdefault(group, []).append(column)
    return groups


def _in_parts(frame: pd.DataFrame) -> pd.DataFrame:
    """Cut the sentence `motif` after its verdict, and take the name of the place out of it.

    A few thousand pieces say what fifty thousand sentences do.
    """
    if "motif" not in frame or "conseiller_plus_proche_nom" not in frame:
        return frame
    named = [
        said.replace(name, _NAME, 1) if isinstance(said, str) and _is_told(name) else said
        for said, name in zip(frame["motif"], frame["conseiller_plus_proche_nom"], strict=True)
    ]
    parts = pd.Series(named, index=frame.index, dtype="str").str.partition(" : ")
    parts = parts.reindex(columns=[0, 1, 2]).astype("str")  # without a row it has no column
    return frame.drop(columns="motif").assign(debut=parts[0] + parts[1], fin=parts[2])


def _is_told(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and name != ""


def _share(
    connection: sqlite3.Connection,
    group: str,
    columns: list[str],
    frames: Mapping[str, pd.DataFrame],
    links: dict[str, pd.DataFrame],
) -> None:
    """Write the distinct rows of some columns, and add to `links` which one each layer's row is."""
    rows = pd.concat(frames.values(), ignore_index=True)
    rank = rows.groupby(columns, sort=False, dropna=False).ngroup().to_numpy() + 1
    firsts = np.unique(rank, return_index=True)[1]
    start = 0
    for name, frame in frames.items():
        links[name][group] = rank[start : start + len(frame)]
        start += len(frame)
    _table(connection, f"socle_{group}", rows.iloc[firsts], pd.DataFrame(), key="id")


def _blobs(shapes: np.ndarray) -> list[bytes | None]:
    """Write contours as GeoPackage blobs of multipolygons, None where there is none.

    Without their box: the spatial index has it, and 32 bytes are a tenth of a commune.
    """
    many = np.array(shapes, dtype=object)
    single = np.flatnonzero(shapely.get_type_id(many) == 3)
    many[single] = shapely.multipolygons(many[single], indices=np.arange(len(single)))
    header = b"GP\x00\x01" + (4326).to_bytes(4, "little")
    wkb = shapely.to_wkb(many, byte_order=1, output_dimension=2)
    return [None if one is None else header + one for one in wkb]


def _kind(series: pd.Series) -> str:
    """Type of a column, one of those that the GeoPackage standard names."""
    if series.name == GEOMETRY:
        return "MULTIPOLYGON"
    if pd.api.types.is_bool_dtype(series):
        return "BOOLEAN"
    if pd.api.types.is_integer_dtype(series):
        return "MEDIUMINT"
    return "DOUBLE" if pd.api.types.is_float_dtype(series) else "TEXT"


def _cells(series: pd.Series) -> list[object]:
    """Values as Python has them, None where they are missing."""
    values = series.astype(object)
    cells: list[object] = values.where(series.notna(), None).tolist()
    return cells


def _table(
    connection: sqlite3.Connection,
    name: str,
    frame: pd.DataFrame,
    links: pd.DataFrame,
    key: str = "fid",
) -> None:
    """Write a table whose key counts its rows from 1, then its links to the shared tables."""
    columns = [f'"{c}" {_kind(frame[c])}' for c in frame] + [f'"{c}_id" INTEGER' for c in links]
    connection.execute(f'CREATE TABLE "{name}" ({key} INTEGER PRIMARY KEY, {", ".join(columns)})')
    cells = [_cells(frame[c]) for c in frame] + [links[c].tolist() for c in links]
    marks = ", ".join("?" * (len(cells) + 1))
    rows = zip(range(1, len(frame) + 1), *cells, strict=True)
    connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)


def _view(
    connection: sqlite3.Connection,
    name: str,
    columns: list[str],
    linked: Mapping[str, str],
    groups: list[str],
) -> None:
    """Lay the columns of a layer side by side again, in their order."""
    said = ["s.fid AS fid", f"contours.{GEOMETRY} AS {GEOMETRY}"]
    place = f"{linked.get('conseiller_plus_proche_nom', 's')}.conseiller_plus_proche_nom"
    said += [
        f'{_SENTENCE.format(name=place)} AS "motif"'
        if column == "motif" and "debut" in linked
        else f'{linked.get(column, "s")}."{column}" AS "{column}"'
        for column in columns
    ]
    joins = " ".join(f"LEFT JOIN socle_{g} AS {g} ON {g}.id = s.{g}_id" for g in groups)
    connection.execute(
        f'CREATE VIEW "{name}" AS SELECT {", ".join(said)} FROM "socle_{name}" AS s {joins}'
    )


def _register(
    connection: sqlite3.Connection, name: str, caption: Caption, shapes: np.ndarray, moment: str
) -> None:
    """Make a view a layer: contents, geometry column, count and spatial index."""
    bounds = shapely.bounds(shapes)
    drawn = ~np.isnan(bounds).any(axis=1)
    least, most = bounds[drawn, :2], bounds[drawn, 2:]
    box = [*least.min(axis=0).tolist(), *most.max(axis=0).tolist()] if drawn.any() else [None] * 4
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, "
        "min_x, min_y, max_x, max_y, srs_id) VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, 4326)",
        (name, caption.title, caption.abstract, moment, *box),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, 'MULTIPOLYGON', 4326, 0, 0)",
        (name, GEOMETRY),
    )
    connection.execute("INSERT INTO gpkg_ogr_contents VALUES (?, ?)", (name, len(shapes)))
    connection.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (name, GEOMETRY),
    )
    index = f"rtree_{name}_{GEOMETRY}"
    connection.execute(f'CREATE VIRTUAL TABLE "{index}" USING rtree(id, minx, maxx, miny, maxy)')
    fids = (np.flatnonzero(drawn) + 1).tolist()
    rows = zip(fids, *(bounds[drawn, side].tolist() for side in (0, 2, 1, 3)), strict=True)
    connection.executemany(f'INSERT INTO "{index}" VALUES (?, ?, ?, ?, ?)', rows)
