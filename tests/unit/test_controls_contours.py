"""Ground that belongs to nobody, and people cut from a land that others walk on."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility.controls_contours import control_ground, control_land
from fragility.errors import DataCheckError
from fragility.export.contours import unite_groups

STEP = 0.05


def square(i, j, width=1.0, west=2.0, south=46.0):
    return shapely.box(
        west + i * STEP, south + j * STEP, west + (i + width) * STEP, south + (j + width) * STEP
    )


@pytest.fixture
def communes():
    """Nine squares of 21 km², the middle one 01005, and an island, all of one département."""
    shapes = [square(i, j) for j in range(3) for i in range(3)]
    return gpd.GeoDataFrame(
        {
            "code_commune": [f"0100{n}" for n in range(1, 10)] + ["01010"],
            "code_epci": "200000001",
            "code_departement": ["01"] * 6 + ["02"] * 4,
            "contour_origine": "ign",
            "superficie_km2": 21.5,
            "population": 100.0,
            "conseiller_plus_proche_min": 12.0,
        },
        geometry=[*shapes, square(9, 9)],
        crs=4326,
    )


def with_contour(communes, code, shape):
    changed = communes.copy()
    changed.loc[changed["code_commune"] == code, "geometry"] = gpd.GeoSeries([shape], crs=4326)[0]
    return changed


def test_a_whole_map_passes(communes):
    control_ground(communes, unite_groups(communes))
    control_land(communes, unite_groups(communes))
    nothing = communes.head(0)
    control_ground(nothing, unite_groups(nothing))
    control_land(nothing, unite_groups(nothing))


def test_the_rest_of_a_commune_drawn_in_part_belongs_to_nobody(communes):
    part = with_contour(communes, "01005", square(1, 1, 0.3))
    with pytest.raises(DataCheckError) as error:
        control_ground(part, unite_groups(part))
    # 91 % of 21.5 km²; of the nine that touch the hole, one is smaller than its published area.
    assert "1 vide, 19,6 km² ; bien moindres que leur superficie : 01005 (1 commune)" in str(
        error.value
    )


def test_a_commune_that_is_not_drawn_is_a_hole_too(communes):
    lost = with_contour(communes, "01005", None)
    with pytest.raises(DataCheckError, match=r"entre 01001, .* \(8 communes\)"):
        control_ground(lost, unite_groups(lost))


def test_a_pond_and_llivia_are_no_holes(communes):
    pond = shapely.difference(square(1, 1), square(1.2, 1.2, 0.1))
    control_ground(
        with_contour(communes, "01005", pond), unite_groups(with_contour(communes, "01005", pond))
    )
    shapes = [square(i, j, west=1.91, south=42.39) for j in range(3) for i in range(3)]
    around = communes.set_geometry(gpd.GeoSeries([*shapes, square(9, 9)], crs=4326))
    around = with_contour(around, "01005", None)
    control_ground(around, unite_groups(around))


def test_a_commune_known_to_be_drawn_in_part_is_named(communes):
    partial = communes.assign(contour_origine=["partiel"] + ["ign"] * 9)
    with pytest.raises(DataCheckError, match=r"en partie[\s\S]*01001 \(1 commune\)"):
        control_ground(partial, unite_groups(partial))


def minutes(communes, *without):
    known = communes["conseiller_plus_proche_min"].where(~communes["code_commune"].isin(without))
    return communes.assign(conseiller_plus_proche_min=known)


def test_only_an_island_may_be_without_minutes(communes):
    groups = unite_groups(communes)
    control_land(minutes(communes, "01010"), groups)
    with pytest.raises(DataCheckError, match=r"01001 \(1 commune\)"):
        control_land(minutes(communes, "01010", "01001"), groups)


def test_a_commune_in_a_hole_is_on_the_land_around_it(communes):
    part = with_contour(minutes(communes, "01005"), "01005", square(1.2, 1.2, 0.3))
    with pytest.raises(DataCheckError, match=r"01005 \(1 commune\)"):
        control_land(part, unite_groups(part))


def test_where_nobody_has_minutes_or_lives_nothing_is_said(communes):
    groups = unite_groups(communes)
    control_land(minutes(communes, *communes["code_commune"]), groups)
    empty = minutes(communes, "01005").assign(population=[100.0] * 4 + [np.nan] + [100.0] * 5)
    control_land(empty, groups)
    nowhere = with_contour(minutes(communes, "01005"), "01005", None)
    control_land(nowhere, groups)
    assert pd.isna(nowhere.geometry[4])
