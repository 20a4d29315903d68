"""Specks, cracks and rings without inside leave; what is on the ground stays."""

import numpy as np
import pytest
import shapely

from fragility.territory.slivers import DEGREE_M, without_slivers

TOWN = shapely.box(2, 46, 2.1, 46.1)


def speck(west, metres, south=46.05):
    """A square of some metres, in degrees."""
    return shapely.box(
        west, south, west + metres / DEGREE_M / np.cos(np.radians(south)), south + metres / DEGREE_M
    )


def clean(*shapes, **options):
    return without_slivers(np.array([*shapes, None], dtype=object), **options)[:-1]


def test_parts_and_holes_under_a_square_metre_leave():
    holed = shapely.difference(TOWN, speck(2.05, 0.9))
    assert clean(shapely.multipolygons([holed, speck(3, 0.9)]))[0].equals(
        shapely.multipolygons([TOWN])
    )


def test_those_above_stay_and_the_shape_is_not_remade():
    whole = shapely.multipolygons([shapely.difference(TOWN, speck(2.05, 1.1)), speck(3, 1.1)])
    assert clean(whole)[0] is whole
    assert clean(whole, least_m2=2)[0].equals(shapely.multipolygons([TOWN]))


def test_a_square_metre_is_one_in_the_north_in_the_south_and_overseas():
    for south in (-21.0, 4.0, 42.0, 51.0):
        town = shapely.box(9, south, 9.1, south + 0.1)
        shapes = [shapely.multipolygons([town, speck(3, side, south)]) for side in (0.98, 1.02)]
        assert shapely.get_num_geometries(clean(*shapes)).tolist() == [1, 2]


def test_what_is_all_slivers_keeps_its_largest():
    both = shapely.multipolygons([speck(3, 0.5), speck(3.1, 0.8)])
    assert clean(both)[0].geoms[0].equals(speck(3.1, 0.8))


def test_a_ring_that_goes_and_comes_back_leaves():
    flat = shapely.linearrings([(3, 46), (3.1, 46.1), (3, 46), (3, 46)])
    broken = shapely.multipolygons([TOWN, shapely.polygons(flat)])
    assert not shapely.is_valid(broken)
    assert clean(broken)[0].equals(shapely.multipolygons([TOWN]))


def test_a_crossed_ring_is_mended_without_losing_a_half():
    bow = shapely.Polygon([(5, 46), (6, 47), (6, 46), (5, 47)])
    mended = clean(bow)[0]
    assert shapely.is_valid(mended)
    assert mended.area == pytest.approx(0.5)
    thin = shapely.Polygon([(5, 46), (6, 47), (6, 46.999_999), (5, 46.000_002)])
    assert shapely.is_valid(clean(thin)[0])


def test_missing_and_empty_shapes_and_points_pass():
    point, empty = shapely.Point(2, 46), shapely.Polygon()
    assert clean(None, point)[:2].tolist() == [None, point]
    assert shapely.is_empty(clean(empty)[0])
    assert len(without_slivers(np.zeros(0, dtype=object))) == 0
