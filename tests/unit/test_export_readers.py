"""The GeoPackage as other programs read it: spatial index, keys, DuckDB."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pyogrio
import pytest
import shapely

from fragility.export.gpkg import LAYERS, SHARED, write_gpkg
from fragility.export.gpkg_shared import DUCKDB_SETTING
from fragility.export.readme import DUCKDB
from tests.factories import SIDE, SOUTH, WEST, make_facts, make_tables

# Boxes in degrees: inside one commune, over four of them, over the north-east quarter, nowhere.
BOXES = {
    "one commune": (WEST + 0.01, SOUTH + 0.01, WEST + 0.02, SOUTH + 0.02),
    "four communes": (WEST + SIDE - 0.01, SOUTH + SIDE - 0.01, WEST + 0.06, SOUTH + 0.06),
    "a quarter": (WEST + 0.26, SOUTH + 0.26, WEST + 0.49, SOUTH + 0.49),
    "nowhere": (WEST + 1, SOUTH + 1, WEST + 2, SOUTH + 2),
}


@pytest.fixture(scope="module")
def gpkg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lecteurs") / "fragilite.gpkg"
    return write_gpkg(path, make_tables(), make_facts())


def rows(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


@pytest.mark.parametrize("layer", LAYERS)
def test_the_index_of_each_layer_finds_what_its_contours_say(gpkg: Path, layer: str) -> None:
    frame = pyogrio.read_dataframe(gpkg, layer=layer, fid_as_index=True)
    drawn = frame[frame.geometry.notna()]
    bounds = shapely.bounds(drawn.geometry.to_numpy())
    found = rows(gpkg, f'SELECT id, minx, miny, maxx, maxy FROM "rtree_{layer}_geom" ORDER BY id')
    indexed = np.array(found, dtype=float)
    assert indexed[:, 0].astype(int).tolist() == drawn.index.tolist()
    # The index holds 32-bit numbers, that widen a box by a metre at most.
    assert np.allclose(indexed[:, 1:], bounds, atol=1e-5, rtol=0)
    assert rows(
        gpkg, "SELECT count(*) FROM gpkg_extensions WHERE table_name = ? AND extension_name = "
        "'gpkg_rtree_index' AND column_name = 'geom'", layer,
    ) == [(1,)]  # fmt: skip
    for box in BOXES.values():
        inside = shapely.intersects(drawn.geometry.to_numpy(), shapely.box(*box))
        read = pyogrio.read_dataframe(gpkg, layer=layer, bbox=box, fid_as_index=True)
        assert sorted(read.index) == sorted(drawn.index[inside])


def test_the_boxes_hold_what_the_territory_says(gpkg: Path) -> None:
    counts = {
        name: [
            len(pyogrio.read_dataframe(gpkg, layer=layer, bbox=box, read_geometry=False))
            for layer in ("communes", "iris", "epci")
        ]
        for name, box in BOXES.items()
    }
    # Columns 5 to 9 and lines 5 to 9: no commune of it is split; commune 99 is in no EPCI.
    assert counts == {
        "one commune": [1, 1, 1],
        "four communes": [4, 4, 1],
        "a quarter": [25, 25, 1],
        "nowhere": [0, 0, 0],
    }


@pytest.mark.parametrize("layer", LAYERS)
def test_the_contents_tell_the_extent_and_the_number_of_each_layer(gpkg: Path, layer: str) -> None:
    frame = pyogrio.read_dataframe(gpkg, layer=layer)
    (told,) = rows(
        gpkg, "SELECT min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents WHERE table_name = ?",
        layer,
    )  # fmt: skip
    assert told == pytest.approx((*frame.total_bounds, 4326))
    assert rows(
        gpkg, "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?", layer
    ) == [(len(frame),)]


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer not in SHARED])
def test_layers_that_are_tables_have_the_key_that_duckdb_needs(gpkg: Path, layer: str) -> None:
    # GDAL reads a table at once only when its integer key counts from 1 without a hole.
    columns = rows(gpkg, f'PRAGMA table_info("{layer}")')
    assert [(name, kind) for _, name, kind, _, _, key in columns if key] == [("fid", "INTEGER")]
    found = rows(gpkg, f'SELECT min(fid), max(fid), count(*) FROM "{layer}"')
    assert found[0][0] == 1
    assert found[0][1] == found[0][2]
    assert rows(gpkg, "SELECT type FROM sqlite_master WHERE name = ?", layer) == [("table",)]


def spatial_extension() -> Path:
    """DuckDB's spatial extension, as a Python package carries it."""
    found = importlib.util.find_spec("duckdb_extension_spatial")
    if found is None or found.origin is None:
        pytest.skip("extension spatiale de DuckDB absente (pip install duckdb-extension-spatial)")
    path = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}"
    path = path / "spatial.duckdb_extension"
    if not path.is_file():
        pytest.skip(f"extension spatiale de DuckDB d'une autre version que {duckdb.__version__}")
    return path


def test_duckdb_reads_every_layer_as_the_notice_says(gpkg: Path) -> None:
    extension = spatial_extension()
    assert f"`{DUCKDB_SETTING}`" in DUCKDB
    name, _, value = DUCKDB_SETTING.partition("=")
    assert all(f"`{layer}`" in DUCKDB for layer in SHARED)
    script = (
        "import duckdb, sys\n"
        "base = duckdb.connect()\n"
        "base.execute(f\"LOAD '{sys.argv[1]}'\")\n"
        "for layer in sys.argv[3:]:\n"
        "    print(*base.execute('SELECT count(*), count(geom), sum(ST_Area(geom)) FROM '\n"
        "        f\"ST_Read('{sys.argv[2]}', layer = '{layer}')\").fetchone())\n"
    )

    def areas(layers: tuple[str, ...], **environment: str) -> list[list[float]]:
        done = subprocess.run(
            [sys.executable, "-c", script, str(extension), str(gpkg), *layers],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=os.environ | environment,
        )
        assert done.returncode == 0, done.stderr
        return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]

    tables = tuple(layer for layer in LAYERS if layer not in SHARED)
    for layers, found in (
        (tables, areas(tables)),
        (SHARED, areas(SHARED, **{name: value})),
    ):
        for layer, (count, drawn, area) in zip(layers, found, strict=True):
            frame = pyogrio.read_dataframe(gpkg, layer=layer)
            shapes = frame.geometry.to_numpy()
            assert (count, drawn) == (len(frame), (~shapely.is_missing(shapes)).sum()), layer
            assert area == pytest.approx(np.nansum(shapely.area(shapes))), layer
