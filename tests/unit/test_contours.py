"""Contours of groups and light contours, on squares that can be counted."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from fragility import schemas
from fragility.export.contours import light_contours, lighten, unite_groups
from fragility.export.fitting import fit_pieces


def square(column, line):
    return shapely.box(
        2 + column / 100, 46 + line / 100, 2 + (column + 1) / 100, 46.01 + line / 100
    )


@pytest.fixture
def communes():
    """Three communes in a row, then an island without EPCI and one without contour."""
    return gpd.GeoDataFrame(
        {
            "code_commune": ["01003", "01001", "02001", "02002", "02003"],
            "code_epci": ["200000001", "200000001", "200000001", "ZZZZZZZZZ", "200000002"],
            "code_departement": ["01", "01", "02", "02", "02"],
        },
        geometry=[square(1, 0), square(0, 0), square(2, 0), square(9, 9), None],
        crs=4326,
    )


@pytest.fixture
def iris():
    """01001 is whole, 01003 is divided in two, 02001 has two IRIS that both say they are whole."""
    halves = [shapely.box(2.01, 46, 2.015, 46.01), shapely.box(2.015, 46, 2.02, 46.01)]
    return gpd.GeoDataFrame(
        {
            "code_iris": ["010010000", "010030101", "010030102", "020010000", "020010001"],
            "code_commune": ["01001", "01003", "01003", "02001", "02001"],
            "type_iris": ["Z", "H", "H", "Z", "Z"],
        },
        geometry=[square(0, 0), *halves, square(2, 0), None],
        crs=4326,
    )


def test_groups_are_the_union_of_their_communes(communes):
    groups = unite_groups(communes)
    schemas.validate(groups, "core_groupes")
    assert groups[["niveau", "code"]].to_numpy().tolist() == [
        ["epci", "200000001"], ["departement", "01"], ["departement", "02"]
    ]  # fmt: skip
    epci, first, second = groups.geometry
    assert epci.equals(shapely.box(2, 46, 2.03, 46.01))
    assert first.equals(shapely.box(2, 46, 2.02, 46.01))
    assert second.equals(shapely.union_all([square(2, 0), square(9, 9)]))


def test_communes_without_any_contour_have_groups_without_one(communes):
    assert unite_groups(communes.iloc[4:]).empty


def test_only_divided_communes_have_iris_of_their_own(communes, iris):
    contours = lighten(communes, iris, unite_groups(communes))
    schemas.validate(contours, "core_contours")
    assert contours["niveau"].value_counts().to_dict() == {
        "commune": 5, "iris": 4, "departement": 2, "epci": 1
    }  # fmt: skip
    assert contours.loc[contours["niveau"] == "iris", "code"].tolist() == [
        "010030101", "010030102", "020010000", "020010001"
    ]  # fmt: skip


def test_every_row_of_a_mart_gets_its_contour_in_its_order(communes, iris):
    contours = lighten(communes, iris, unite_groups(communes))
    upside_down = iris.drop(columns="geometry").iloc[::-1]
    shapes = light_contours(contours, "iris", upside_down)
    assert shapes.index.tolist() == upside_down.index.tolist()
    assert shapes.isna().tolist() == [True, False, False, False, False]
    # Squares have no detail to lose.
    assert shapes[0].equals_exact(square(0, 0), 1e-9, normalize=True)
    assert shapes[2].equals_exact(iris.geometry[2], 1e-9, normalize=True)
    unknown = communes.assign(code_commune="99999")
    assert light_contours(contours, "commune", unknown).isna().all()


def square_metres(shapes):
    """Areas of the parts and of the holes of shapes near 46 N, in square metres."""
    rings = shapely.get_rings(shapely.get_parts(np.array(shapes, dtype=object)))
    return shapely.area(shapely.polygons(rings)) * 111_200**2 * np.cos(np.radians(46))


def test_a_crack_between_two_communes_is_not_drawn_around(communes, iris):
    # 01001 and 01003 part by four millimetres over a hundred metres, in the middle of their border.
    crack = shapely.box(2.01 - 5e-8, 46.004, 2.01, 46.005)
    cracked = communes.assign(
        geometry=[shapely.difference(one, crack) if one else None for one in communes.geometry]
    )
    groups = unite_groups(cracked)
    contours = lighten(cracked, iris, groups, tolerance_m=0)
    for table in (groups, contours):
        shapes = table.loc[table["niveau"] != "commune", "geometry"].dropna()
        assert shapes.is_valid.all()
        assert (square_metres(shapes) >= 1).all()
    assert groups.geometry[0].equals(shapely.box(2, 46, 2.03, 46.01))


def test_a_ring_without_inside_is_not_published(communes, iris):
    # As one of three points, two of which are the same, that rounding leaves.
    flat = shapely.polygons(shapely.linearrings([[(2.5, 46.5), (2.6, 46.6), (2.5, 46.5)]])[0])
    town = communes.geometry[0]
    broken = communes.assign(geometry=[shapely.multipolygons([town, flat]), *communes.geometry[1:]])
    assert not broken.geometry[0].is_valid
    contours = lighten(broken, iris, unite_groups(broken), tolerance_m=0)
    shapes = contours.geometry.dropna()
    assert shapes.is_valid.all()
    assert (square_metres(shapes) >= 1).all()


def test_what_the_cut_leaves_across_a_neighbour_goes_to_that_neighbour():
    # The whole has a bay in the west: the piece goes round it and comes back by a corner of 60 m².
    whole = shapely.Polygon([(2, 46), (2.01, 46), (2.01, 46.01), (2.001, 46.01), (2.001, 46.005),
                             (2, 46.005)])  # fmt: skip
    corner = shapely.box(2.0009, 46.0099, 2.0011, 46.0101)
    south = shapely.union_all([shapely.box(1.999, 45.999, 2.02, 46.004),
                               shapely.box(1.9, 46, 2, 46.01), shapely.box(1.9, 46.0099, 2.001,
                               46.0101), corner])  # fmt: skip
    north = shapely.difference(shapely.box(2, 46.004, 2.02, 46.02), south)
    fitted = fit_pieces(np.array([south, north]), whole)
    assert shapely.get_num_geometries(fitted).tolist() == [1, 1]
    assert shapely.union_all(fitted).symmetric_difference(whole).area < 1e-14
    assert shapely.area(fitted).sum() == pytest.approx(whole.area)


def test_an_islet_stays_with_its_iris():
    islet = shapely.box(2.02, 46, 2.021, 46.001)
    whole = shapely.multipolygons([shapely.box(2, 46, 2.01, 46.01), islet])
    pieces = [shapely.multipolygons([shapely.box(2, 46, 2.01, 46.005), islet]),
              shapely.box(2, 46.005, 2.01, 46.01)]  # fmt: skip
    fitted = fit_pieces(np.array(pieces), whole)
    assert shapely.get_num_geometries(fitted).tolist() == [2, 1]
