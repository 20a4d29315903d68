"""Vector tiles of the contours: shapes and codes only, so that new figures need no new tile.

Tiles stop at zoom 9, whose grid (8192 cells, 10 m) is finer than the contours: browsers enlarge
them beyond. The contours of wide views are simplified as coverages, so that borders stay shared.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from fragility.errors import MissingFileError
from fragility.export.contours import mended, simplify_together

LEVELS = ("commune", "iris", "epci", "departement")
MIN_ZOOM, MAX_ZOOM = 4, 9
IRIS_ZOOM = 8
# Cells on a side of a tile: about half a pixel where the tile is shown.
EXTENTS = {4: 1024, 5: 1024, 6: 2048, 7: 2048, 8: 4096, 9: 8192}
# Metres of `simplify_together`, from this zoom down to the next.
TOLERANCES = {7: 300.0, 5: 1200.0}
STAMP = "empreinte.txt"
_VERSION = "2"
# On a map whose smallest cell is ten metres.
_SNAP_M = 1.0
_RADIUS = 6378137.0
_WORLD = 2 * np.pi * _RADIUS
_MAX_LATITUDE = 85.05


def level_codes(contours: pd.DataFrame) -> dict[str, pd.Index]:
    """Return the sorted codes of each level; the feature of a code is its rank, from 1."""
    by_level = contours.groupby("niveau")["code"]
    found = {level: pd.Index(sorted(codes)) for level, codes in by_level}
    return {level: found.get(level, pd.Index([], dtype="str")) for level in LEVELS}


def stamp_of(path: Path) -> str:
    """Return what the tiles of a table of contours depend on, as a short text."""
    with path.open("rb") as file:
        return f"{_VERSION} {hashlib.file_digest(file, 'sha256').hexdigest()}"


def cached_tiles(contours: Path, folder: Path) -> Path:
    """Return the folder of the tiles of `core_contours`, made only if its contours changed.

    Parameters
    ----------
    contours : file of the table `core_contours`.
    folder : where the tiles are kept, `z/x/y.pbf`.
    """
    stamp = stamp_of(contours)
    mark = folder / STAMP
    if mark.is_file() and mark.read_text(encoding="utf-8") == stamp:
        return folder
    draft = folder.with_name(f"{folder.name}.en-cours")
    shutil.rmtree(draft, ignore_errors=True)
    write_tiles(gpd.read_parquet(contours), draft)
    (draft / STAMP).write_text(stamp, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def write_tiles(contours: gpd.GeoDataFrame, folder: Path) -> int:
    """Write the tiles of every level and zoom.

    Parameters
    ----------
    contours : table `core_contours`, in longitude and latitude; missing contours are left out.
    folder : where to write `z/x/y.pbf`.

    Returns
    -------
    Number of tiles. Each has one layer by level, named after it; features have the rank of
    `level_codes` for id and the property `code`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ranks = level_codes(contours)
    frames = {
        level: contours[(contours["niveau"] == level) & contours.geometry.notna()].assign(
            id=lambda frame, codes=ranks[level]: codes.get_indexer(frame["code"]) + 1
        )
        for level in LEVELS
    }
    count = 0
    with duckdb.connect() as connection:
        extension = str(_extension()).replace("'", "''")
        connection.execute(f"LOAD '{extension}'")
        for zooms in _scales():
            if zooms[0] < IRIS_ZOOM:
                frames.pop("iris", None)
            if zooms[0] in TOLERANCES:
                metres = TOLERANCES[zooms[0]]
                frames = {k: simplify_together(frame, metres) for k, frame in frames.items()}
            _load(connection, frames)
            count += _write_zooms(connection, zooms, folder)
    return count


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


def _mercator(lonlat: np.ndarray) -> np.ndarray:
    """Project longitudes and latitudes to the metres of web maps, rows of (x, y)."""
    latitude = np.radians(np.clip(lonlat[:, 1], -_MAX_LATITUDE, _MAX_LATITUDE))
    return np.column_stack(
        [np.radians(lonlat[:, 0]) * _RADIUS, np.log(np.tan(np.pi / 4 + latitude / 2)) * _RADIUS]
    )


def _sound(shapes: np.ndarray) -> np.ndarray:
    """Mend the shapes that the projection has folded: lines that touched may cross.

    Slivers of no area, which stop the cutting of a tile, fall with the snapping to a metre.
    """
    snapped: np.ndarray = shapely.set_precision(mended(shapes), _SNAP_M)
    return snapped


def _load(connection: duckdb.DuckDBPyConnection, frames: dict[str, gpd.GeoDataFrame]) -> None:
    """Give DuckDB one table by level: id, code, shape in metres and its box."""
    for level, frame in frames.items():
        shapes = _sound(shapely.transform(np.asarray(frame.geometry.array), _mercator))
        west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
        rows = pa.table(
            {
                "id": frame["id"].to_numpy("int64"),
                "code": pa.array(frame["code"], pa.string()),
                "wkb": pa.array(shapely.to_wkb(shapes), pa.binary()),
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            }
        )
        connection.register("rows", rows)
        connection.execute(
            f"CREATE OR REPLACE TABLE {level} AS "
            "SELECT * EXCLUDE wkb, ST_GeomFromWKB(wkb) AS geom FROM rows WHERE NOT isnan(west)"
        )
        connection.unregister("rows")


def _write_zooms(connection: duckdb.DuckDBPyConnection, zooms: list[int], folder: Path) -> int:
    """Write the tiles of some zooms: the layers of a tile follow one another in its file.

    DuckDB reads so few rows in one thread: each layer of each zoom is given one of its own.
    """
    tasks = [(zoom, level) for level in LEVELS for zoom in zooms]
    shown = [(z, level) for z, level in tasks if level != "iris" or z >= IRIS_ZOOM]

    def encode(task: tuple[int, str]) -> list[tuple[int, int, bytes]]:
        zoom, level = task
        return connection.cursor().execute(_query(level, zoom)).fetchall()

    with ThreadPoolExecutor() as pool:
        encoded = list(pool.map(encode, shown))
    tiles: dict[tuple[int, int, int], list[bytes]] = {}
    for (zoom, _), rows in zip(shown, encoded, strict=True):
        for x, y, blob in rows:
            tiles.setdefault((zoom, x, y), []).append(blob)
    for (zoom, x, y), layers in tiles.items():
        path = folder / str(zoom) / str(x) / f"{y}.pbf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(layers))
    return len(tiles)


def _query(level: str, zoom: int) -> str:
    """Cut the shapes of a level at the tiles of a zoom, and encode each tile."""
    side, half = _WORLD / 2**zoom, _WORLD / 2
    extent = EXTENTS[zoom]
    box = (
        f"ST_Extent(ST_MakeEnvelope(x * {side} - {half}, {half} - (y + 1) * {side}, "
        f"(x + 1) * {side} - {half}, {half} - y * {side}))"
    )
    return f"""
    WITH strips AS (
        SELECT *, unnest(range(floor((west + {half}) / {side})::INT,
                               floor((east + {half}) / {side})::INT + 1))::DOUBLE AS x
        FROM {level}
    ), cells AS (
        SELECT id, code, geom, x,
               unnest(range(floor(({half} - north) / {side})::INT,
                            floor(({half} - south) / {side})::INT + 1))::DOUBLE AS y
        FROM strips
    ), cut AS (
        SELECT x, y, id, code,
               ST_AsMVTGeom(geom, {box}, {extent}, {extent // 64}, true) AS geom
        FROM cells
    )
    SELECT x::INT, y::INT, ST_AsMVT({{'geom': geom, 'id': id, 'code': code}}, '{level}', {extent},
                                      'geom', 'id' ORDER BY id)
    FROM cut WHERE geom IS NOT NULL GROUP BY x, y
    """
