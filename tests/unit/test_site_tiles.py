"""Tiles: every territory is there under its rank, at the place it should be, and only once made."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from fragility.site import cutting, tiles


def square(west, south, size=0.2):
    return shapely.box(west, south, west + size, south + size)


@pytest.fixture
def contours():
    """Two communes that touch, near Paris; the IRIS of one; their EPCI and département."""
    rows = [
        ("commune", "75056", square(2.2, 48.8)),
        ("commune", "2A004", square(2.4, 48.8)),
        ("commune", "97611", None),
        ("iris", "750560101", square(2.2, 48.8, 0.1)),
        ("epci", "200054781", square(2.2, 48.8, 0.4)),
        ("departement", "75", square(2.2, 48.8, 0.4)),
    ]
    frame = pd.DataFrame(rows, columns=["niveau", "code", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=4326)


def read(folder, zoom, x, y, layer):
    return pyogrio.read_dataframe(folder / f"{zoom}/{x}/{y}.pbf", layer=layer)


def test_a_place_is_in_the_tile_that_holds_it(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    # 2.3 degrees east is 8.1 sixteenths of the world; 48.9 north, 5.5 from the top.
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.glob("4/**/*.pbf")] == [
        "4/8/5.pbf"
    ]
    found = read(tmp_path, 4, 8, 5, "commune")
    assert set(found["code"]) == {"75056", "2A004"}


def test_a_feature_is_the_rank_of_its_code(contours, tmp_path):
    ranks = tiles.level_codes(contours)
    assert list(ranks["commune"]) == ["2A004", "75056", "97611"]
    tiles.write_tiles(contours, tmp_path)
    found = read(tmp_path, 4, 8, 5, "commune").set_index("code")["mvt_id"]
    assert found.to_dict() == {"2A004": 1, "75056": 2}


def test_other_codes_have_another_address(contours):
    """A page left open must not colour the shapes of another run by their ranks."""
    mark = tiles.numbering_of(tiles.level_codes(contours))
    assert mark == tiles.numbering_of(tiles.level_codes(contours[::-1]))
    moved = contours.assign(code=contours["code"].replace("2A004", "2A005"))
    fewer = contours[contours["code"] != "97611"]
    marks = [tiles.numbering_of(tiles.level_codes(one)) for one in (contours, moved, fewer)]
    assert len(set(marks)) == 3


def test_tiles_hold_codes_and_nothing_else(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    for level in ("commune", "epci", "departement"):
        assert set(read(tmp_path, 4, 8, 5, level).columns) == {"mvt_id", "code", "geometry"}


def test_iris_are_in_close_tiles_only(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    zooms = {
        int(path.parts[-3])
        for path in tmp_path.rglob("*.pbf")
        if "iris" in pyogrio.list_layers(path)[:, 0]
    }
    assert zooms == {8, 9}


def test_neighbours_still_share_their_border(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    first, second = read(tmp_path, 6, 32, 22, "commune").geometry
    assert first.touches(second)
    assert shapely.length(shapely.intersection(first, second)) > 0


def patchwork(side=12, seed=3):
    """Quadrilaterals that cover a square without gap or overlap, corners moved at random."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0.1, 0.9, side + 1), np.linspace(0.1, 0.9, side + 1))
    at = np.stack([x, y], axis=-1) + rng.uniform(-0.02, 0.02, (side + 1, side + 1, 2))
    corners = [at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]]
    return shapely.polygons(np.stack(corners, axis=2).reshape(-1, 4, 2))


def test_rounded_neighbours_neither_overlap_nor_leave_a_gap():
    shapes = patchwork()
    pieces = cutting.cut(shapes, 0, 256, 0)
    assert list(pieces.row) == list(range(144))
    assert shapely.is_valid(pieces.shapes).all()
    corners = shapely.get_coordinates(pieces.shapes)
    assert (corners == corners.round()).all()
    whole = shapely.union_all(pieces.shapes)
    assert shapely.area(pieces.shapes).sum() == whole.area
    assert len(shapely.get_parts(whole)) == 1
    assert whole.area == pytest.approx(256**2 * shapely.union_all(shapes).area, rel=0.005)


def test_the_pieces_of_a_shape_make_it_again():
    shapes = patchwork()
    pieces = cutting.cut(shapes, 2, 4096, 0)
    assert set(zip(pieces.x, pieces.y, strict=True)) == {(x, y) for x in range(4) for y in range(4)}
    # A tile is a sixteenth of the world; its pieces stay inside of it.
    bounds = shapely.bounds(pieces.shapes)
    assert bounds.min() == 0
    assert bounds.max() == 4096
    areas = np.bincount(pieces.row, weights=shapely.area(pieces.shapes), minlength=len(shapes))
    assert areas / 4096**2 / 16 == pytest.approx(shapely.area(shapes), rel=0.002)


def test_a_margin_shows_what_is_just_beyond_the_edge():
    square = np.array([shapely.box(0.2, 0.2, 0.499, 0.4)], dtype=object)
    assert list(cutting.cut(square, 1, 1000, 0).x) == [0]
    assert list(cutting.cut(square, 1, 1000, 8).x) == [0, 1]
    # It ends two cells before the edge: the tile on the east sees the six before those.
    assert list(shapely.bounds(cutting.cut(square, 1, 1000, 8).shapes[1])[[0, 2]]) == [-8, -2]


def test_outer_rings_are_clockwise_as_they_are_seen():
    hole = shapely.Polygon(shapely.box(0.2, 0.2, 0.8, 0.8).exterior.coords,
                           [shapely.box(0.4, 0.4, 0.6, 0.6).exterior.coords])  # fmt: skip
    (shape,) = cutting.cut(np.array([hole], dtype=object), 0, 100, 0).shapes
    (polygon,) = shape.geoms
    # Down is positive: what is counter-clockwise for GEOS is clockwise on the screen.
    assert polygon.exterior.is_ccw
    assert not polygon.interiors[0].is_ccw
    assert polygon.area == 60**2 - 20**2


def test_a_shape_that_rounding_breaks_is_mended():
    # Its waist is a tenth of a cell: rounded, its two sides cross.
    waist = shapely.Polygon([(1, 1), (5.4, 3), (9, 1), (9, 9), (5.2, 3.1), (1, 9)])
    rank, shapes = cutting.snap(np.array([waist], dtype=object), np.zeros((1, 2)))
    assert list(rank) == [0]
    assert shapely.is_valid(shapes).all()
    assert shapes[0].area == pytest.approx(waist.area, abs=2)


def test_a_shape_that_the_projection_folds_is_mended():
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    (made,) = cutting.to_world(np.array([bow], dtype=object))
    assert made.is_valid
    assert made.area == pytest.approx(cutting.to_world(np.array([shapely.box(0, 0, 10, 10)]))[0]
                                      .area / 2, rel=0.01)  # fmt: skip


def test_a_sliver_beside_a_shape_falls_and_one_alone_is_not_shown():
    sliver = shapely.Polygon([(50, 0), (50, 9), (50.1, 9)])
    both = shapely.MultiPolygon([shapely.box(0, 0, 9, 9), sliver])
    rank, shapes = cutting.snap(np.array([sliver, both], dtype=object), np.zeros((2, 2)))
    assert list(rank) == [1]
    assert shapely.equals(shapes[0], shapely.box(0, 0, 9, 9))


def test_equal_contours_give_equal_bytes(contours, tmp_path):
    made = []
    for name in ("a", "b"):
        tiles.write_tiles(contours, tmp_path / name)
        files = sorted((tmp_path / name).rglob("*.pbf"))
        made.append({f.relative_to(tmp_path / name): f.read_bytes() for f in files})
    assert made[0] == made[1]
