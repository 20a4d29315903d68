"""Geometries of a GeoPackage written byte by byte: every header, byte order and dimension."""

import sqlite3
import struct

import numpy as np
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.gpkg_stream import read_lines

RING = [(0.0, 0.0), (40.0, 0.0), (40.0, 30.0), (0.0, 0.0)]
HOLE = [(20.0, 5.0), (30.0, 5.0), (30.0, 9.0), (20.0, 5.0)]
# Doubles of each kind of envelope (OGC 12-128r18, table 7): none, XY, XYZ, XYM, XYZM.
ENVELOPES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}
# Family of well-known binary: coordinates that follow x and y.
FAMILIES = {0: (), 1: (7.0,), 2: (8.0,), 3: (7.0, 8.0)}


def polygon(rings, order="<", family=0):
    head = struct.pack(f"{order}BII", order == "<", 3 + 1000 * family, len(rings))
    parts = [head]
    for ring in rings:
        parts.append(struct.pack(f"{order}I", len(ring)))
        parts += [
            struct.pack(f"{order}{2 + len(FAMILIES[family])}d", *point, *FAMILIES[family])
            for point in ring
        ]
    return b"".join(parts)


def blob(body, envelope=1, header="<"):
    """Header: magic, version, flags, system, envelope; the byte order of a header is its own."""
    flags = envelope << 1 | (header == "<")
    numbers = struct.pack(
        f"{header}{ENVELOPES.get(envelope, 0)}d", *[3.0] * ENVELOPES.get(envelope, 0)
    )
    return b"GP" + struct.pack("BB", 0, flags) + struct.pack(f"{header}i", 2154) + numbers + body


@pytest.fixture
def lines(tmp_path):
    """Write geometries as the one layer of a base, and read them."""

    def run(*blobs, points=1_000_000):
        path = tmp_path / "couche.gpkg"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as base:
            base.executescript(
                "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization_coordsys_id);"
                "CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);"
                "CREATE TABLE couche (fid INTEGER PRIMARY KEY, geom BLOB);"
                "INSERT INTO gpkg_spatial_ref_sys VALUES (1, 2154);"
                "INSERT INTO gpkg_geometry_columns VALUES ('couche', 'geom', 1);"
            )
            base.executemany("INSERT INTO couche (geom) VALUES (?)", [(b,) for b in blobs])
        base.close()
        return list(read_lines(path, points=points))

    return run


@pytest.mark.parametrize("header", ["<", ">"])
@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_header_byte_order_and_dimension_gives_the_same_rings(
    lines, family, order, envelope, header
):
    (found,) = lines(blob(polygon([RING, HOLE], order, family), envelope, header))
    assert found.xy.tolist() == [list(point) for point in RING + HOLE]
    assert found.xy.dtype == np.float64
    assert (found.starts.tolist(), found.owner.tolist()) == ([0, 4], [0, 0])
    assert found.unfinished == -1


def test_each_part_of_a_multipolygon_has_its_own_byte_order(lines):
    parts = [polygon([RING], "<", 1), polygon([HOLE], ">", 1)]
    (found,) = lines(blob(struct.pack(">BII", 0, 1006, 2) + b"".join(parts), 2))
    assert found.xy.tolist() == [list(point) for point in RING + HOLE]
    assert found.owner.tolist() == [0, 1], "two polygons"


def test_polygons_are_numbered_over_all_the_rows_and_nulls_are_passed(lines):
    (found,) = lines(blob(polygon([RING])), None, blob(polygon([HOLE, RING])))
    assert found.owner.tolist() == [0, 1, 1]


def test_a_ring_that_is_cut_repeats_the_point_where_it_is(lines):
    first, second, last = lines(blob(polygon([RING, HOLE])), points=3)
    assert first.xy.tolist() == [list(point) for point in RING[:3]]
    assert second.xy.tolist() == [list(point) for point in RING[2:] + HOLE[:3]]
    assert second.starts.tolist() == [0, 2]
    assert last.xy.tolist() == [list(point) for point in HOLE[2:]]
    assert [part.unfinished for part in (first, second, last)] == [0, 0, -1]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (blob(polygon([RING]), envelope=5), "autre chose"),
        (b"XX" + blob(polygon([RING]))[2:], "autre chose"),
        (blob(struct.pack("<BI2d", 1, 1, 0, 0)), "type 1"),
        (blob(struct.pack("<BII", 1, 0x80000003, 0)), "dialecte"),
        (blob(polygon([RING])[:-9]), "coupée"),
    ],
)
def test_other_geometries_are_refused_in_french(lines, content, found):
    with pytest.raises(BadFileError) as refused:
        lines(content)
    assert found in refused.value.found
