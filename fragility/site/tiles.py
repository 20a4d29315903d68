"""Vector tiles of the contours: shapes and codes only, so that new figures need no new tile.

Tiles stop at zoom 9, whose grid (8192 cells, 10 m) is finer than the contours: browsers enlarge
them beyond. The contours of wide views are simplified as coverages, so that borders stay shared.
"""

from __future__ import annotations

import hashlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from fragility.errors import MissingFileError
from fragility.export.contours import simplify_together
from fragility.site.cutting import cut, to_world

LEVELS = ("commune", "iris", "epci", "departement")
MIN_ZOOM, MAX_ZOOM = 4, 9
IRIS_ZOOM = 8
# Cells on a side of a tile: about half a pixel where the tile is shown.
EXTENTS = {4: 1024, 5: 1024, 6: 2048, 7: 2048, 8: 4096, 9: 8192}
# Metres of `simplify_together`, from this zoom down to the next: less than a pixel.
TOLERANCES = {6: 600.0, 5: 1200.0}
# What a tile shows beyond each of its sides: this part of it.
_MARGIN = 64


def level_codes(contours: pd.DataFrame) -> dict[str, pd.Index]:
    """Return the sorted codes of each level; the feature of a code is its rank, from 1."""
    by_level = contours.groupby("niveau")["code"]
    found = {level: pd.Index(sorted(codes)) for level, codes in by_level}
    return {level: found.get(level, pd.Index([], dtype="str")) for level in LEVELS}


def numbering_of(codes: dict[str, pd.Index]) -> str:
    """Mark of the ranks of `level_codes`: tiles of other codes give their features other ranks."""
    said = "\n".join(",".join([level, *codes[level]]) for level in LEVELS)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def write_tiles(contours: gpd.GeoDataFrame, folder: Path) -> None:
    """Write the tiles of every level and zoom.

    Each has one layer by level, named after it; features have the rank of `level_codes` for id and
    the property `code`.

    Parameters
    ----------
    contours : table `core_contours`, in longitude and latitude; missing contours are left out.
    folder : where to write `z/x/y.pbf`.
    """
    ranks = level_codes(contours)
    frames = {
        level: contours[(contours["niveau"] == level) & contours.geometry.notna()].assign(
            id=lambda frame, codes=ranks[level]: codes.get_indexer(frame["code"]) + 1
        )
        for level in LEVELS
    }
    with duckdb.connect() as connection, ThreadPoolExecutor() as pool:
        extension = str(_extension()).replace("'", "''")
        connection.execute(f"LOAD '{extension}'")
        for zooms in _scales():
            if zooms[0] < IRIS_ZOOM:
                frames.pop("iris", None)
            if zooms[0] in TOLERANCES:
                metres = [TOLERANCES[zooms[0]]] * len(frames)
                simple = pool.map(simplify_together, frames.values(), metres)
                frames = dict(zip(frames, simple, strict=True))
            _write_zooms(connection, pool, zooms, frames, folder)


def _scales() -> list[list[int]]:
    """Zooms that share the same contours, from the closest."""
    scales: list[list[int]] = []
    for zoom in range(MAX_ZOOM, MIN_ZOOM - 1, -1):
        if zoom == MAX_ZOOM or zoom in TOLERANCES:
            scales.append([])
        scales[-1].append(zoom)
    return scales


def _extension() -> Path:
    """Path of DuckDB's spatial extension, which its own package brings."""
    spec = importlib.util.find_spec("duckdb_extension_spatial")
    roots = [] if spec is None else [Path(p) for p in spec.submodule_search_locations or ()]
    found = [path for root in roots for path in root.rglob("spatial.duckdb_extension")]
    if not found:
        raise MissingFileError(
            "L'extension spatiale de DuckDB n'est pas installée.",
            expected="le paquet Python duckdb-extension-spatial",
            remedy="réinstallez les dépendances avec « make run » ou requirements.lock",
        )
    return found[0]


def _write_zooms(
    connection: duckdb.DuckDBPyConnection,
    pool: ThreadPoolExecutor,
    zooms: list[int],
    frames: dict[str, gpd.GeoDataFrame],
    folder: Path,
) -> None:
    """Write the tiles of zooms that share contours.

    The layers of a tile follow one another in its file.
    """
    shapes = {level: to_world(np.asarray(frame.geometry.array)) for level, frame in frames.items()}
    tasks = [(z, level) for z in zooms for level in frames if level != "iris" or z >= IRIS_ZOOM]

    def encode(task: tuple[int, str]) -> list[tuple[int, int, bytes]]:
        zoom, level = task
        # One cursor each: DuckDB runs the queries of one in turn.
        with connection.cursor() as cursor:
            return _layer(cursor, zoom, level, frames[level], shapes[level])

    tiles: dict[tuple[int, int, int], list[bytes]] = {}
    for (zoom, _), rows in zip(tasks, pool.map(encode, tasks), strict=True):
        for x, y, blob in rows:
            tiles.setdefault((zoom, x, y), []).append(blob)
    for (zoom, x, y), layers in tiles.items():
        path = folder / str(zoom) / str(x) / f"{y}.pbf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(layers))


def _layer(
    cursor: duckdb.DuckDBPyConnection,
    zoom: int,
    level: str,
    frame: gpd.GeoDataFrame,
    shapes: np.ndarray,
) -> list[tuple[int, int, bytes]]:
    """Encode the layer of a level in each tile of a zoom: x, y and its bytes."""
    extent = EXTENTS[zoom]
    pieces = cut(shapes, zoom, extent, extent // _MARGIN)
    codes = pa.array(frame["code"], pa.string())
    table = pa.table(
        {
            "x": pieces.x,
            "y": pieces.y,
            "id": frame["id"].to_numpy("int64")[pieces.row],
            "code": codes.take(pa.array(pieces.row)),
            "wkb": pa.array(shapely.to_wkb(pieces.shapes), pa.binary()),
        }
    )
    cursor.register("pieces", table)
    query = f"""
    SELECT x, y, ST_AsMVT({{'geom': ST_GeomFromWKB(wkb), 'id': id, 'code': code}}, '{level}',
                          {extent}, 'geom', 'id' ORDER BY id)
    FROM pieces GROUP BY x, y ORDER BY x, y
    """
    found = cursor.execute(query).fetchall()
    cursor.unregister("pieces")
    return found
