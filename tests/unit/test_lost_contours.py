"""Contours cut short or lost: completed from another year, on squares of one km²."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility.territory.crs import area_km2, departement_of
from fragility.territory.lost_contours import mend_contours

# 01001 merged with its eastern neighbour; 01002 is north of it, 01003 further west.
CODES = pd.Series(["01001", "01002", "01003"], dtype="str")
NO_CENTRE = gpd.GeoDataFrame({"code": pd.Series(dtype="str")}, geometry=gpd.GeoSeries([], crs=4326))


def box(west, south, east, north):
    """A box in km from a point of the Lambert grid, in degrees.

    A vertex every 50 m: two straight lines of different ends would not be one line in degrees.
    """
    metres = shapely.box(*(1000 * np.add([west, south, east, north], [700, 6600] * 2)))
    return gpd.GeoSeries([shapely.segmentize(metres, 50)], crs=2154).to_crs(4326).iloc[0]


DRAWN = gpd.GeoSeries([box(0, 0, 1, 1), box(0, 1, 2, 2), box(-3, 0, -2, 1)], crs=4326)


def mend(whole, *, reunie=True, area=(2.0, 2.0, 1.0), drawn=DRAWN, **options):
    other = gpd.GeoDataFrame(
        {"type_commune": "COM", "code": ["01001"], "reunie": [reunie]}, geometry=[whole], crs=4326
    )
    published = pd.Series(area)
    return mend_contours(CODES, drawn, published, centres=NO_CENTRE, other=other, **options)


def km2(mended):
    return area_km2(mended.geometry, departement_of(CODES)).tolist()


def test_a_merged_commune_gets_the_ground_of_the_one_it_absorbed():
    mended = mend(box(0, 0, 2, 1))
    assert mended.origin.tolist() == ["reuni", "ign", "ign"]
    assert km2(mended) == pytest.approx([2, 2, 1], rel=1e-6)
    assert mended.completed.tolist() == [True, False, False]
    assert not mended.lent.any()
    # The others are not touched.
    assert mended.geometry[1] is DRAWN[1]
    assert mended.geometry[2] is DRAWN[2]


def test_what_it_takes_is_not_what_a_neighbour_holds():
    # In the other year the two communes went 50 m further north, and 01001 did not go to the west.
    mended = mend(box(0.05, 0, 2, 1.05))
    assert mended.origin[0] == "reuni"
    assert km2(mended)[0] == pytest.approx(2, rel=1e-4)
    assert mended.geometry[0].intersection(DRAWN[1]).area < 1e-15
    assert shapely.difference(DRAWN[0], mended.geometry[0]).area < 1e-15


def test_a_fortieth_of_a_merged_commune_is_missed_a_twentieth_of_another_is_not():
    drawn = gpd.GeoSeries([box(0, 0, 1.95, 1), *DRAWN[1:]], crs=4326)
    assert mend(box(0, 0, 2, 1), drawn=drawn).origin[0] == "reuni"
    alone = mend(box(0, 0, 2, 1), drawn=drawn, reunie=False)
    assert alone.origin[0] == "ign"
    assert alone.geometry[0] is drawn[0]


def test_of_two_that_differ_the_nearer_to_the_published_area_is_kept():
    drawn = gpd.GeoSeries([box(0, 0, 1.95, 1), *DRAWN[1:]], crs=4326)
    assert mend(box(0, 0, 2, 1), drawn=drawn, area=(1.96, 2.0, 1.0)).origin[0] == "ign"
    assert mend(box(0, 0, 2, 1), drawn=drawn, area=(1.99, 2.0, 1.0)).origin[0] == "reuni"


def test_a_lagoon_is_left_as_it_is_drawn():
    # Published with its water; both years draw the land: no year knows better.
    for whole in (box(0, 0, 1, 1), box(0, 0, 1.005, 1)):
        mended = mend(whole, merged=["01001"])
        assert mended.origin[0] == "ign"
        assert mended.geometry[0] is DRAWN[0]


def test_another_year_is_believed_if_its_area_is_the_published_one():
    assert mend(box(0, 0, 2.3, 1)).origin[0] == "ign"
    assert mend(box(0, 0, 2.15, 1)).origin[0] == "reuni"
    # A contour that grew out of its published area has nothing to gain.
    assert mend(box(0, 0, 2, 1), area=(1.0, 2.0, 1.0)).origin[0] == "ign"


def test_without_another_year_a_merged_commune_is_said_to_be_drawn_in_part():
    area = pd.Series([2.0, 2.0, 2.0])
    mended = mend_contours(CODES, DRAWN, area, centres=NO_CENTRE, merged=["01001", "01002"])
    assert mended.origin.tolist() == ["partiel", "ign", "ign"]
    assert mended.geometry[0] is DRAWN[0]
    # One that another year draws otherwise, and not as published either, stays in doubt.
    assert mend(box(0, 0, 3, 1), merged=["01001"]).origin[0] == "partiel"


@pytest.mark.parametrize("lost", [None, box(0, 0, 0.05, 0.05)])
def test_a_lost_contour_is_that_of_another_year_less_its_neighbours(lost):
    drawn = gpd.GeoSeries([lost, *DRAWN[1:]], crs=4326)
    mended = mend(box(0, 0, 2, 1.05), drawn=drawn, reunie=False)
    assert mended.origin[0] == "ign"
    assert mended.lent.tolist() == [True, False, False]
    assert km2(mended)[0] == pytest.approx(2, rel=1e-4)
    assert mend(box(0, 0, 2, 1), drawn=drawn).origin[0] == "reuni"


def test_a_neighbour_that_holds_it_all_from_before_a_split_takes_nothing():
    drawn = gpd.GeoSeries([None, box(0, 0, 2, 2), DRAWN[2]], crs=4326)
    mended = mend(box(0, 0, 2, 1), drawn=drawn, reunie=False)
    assert km2(mended)[0] == pytest.approx(2, rel=1e-6)


def test_a_crossed_contour_of_another_year_is_mended():
    # A loop of 50 m by 50 m, outside and the wrong way round, at the south-west corner.
    ring = shapely.get_coordinates(box(0, 0, 2, 1).exterior)[:-1]
    corner = ring[:, 0].argmin()
    loop = shapely.get_coordinates(box(-0.05, -0.05, 0, 0).exterior)[::20]
    crossed = shapely.Polygon(np.insert(ring, corner, loop[:3], axis=0))
    assert not crossed.is_valid
    mended = mend(crossed)
    assert mended.origin[0] == "reuni"
    assert shapely.is_valid(mended.geometry.to_numpy()).all()
