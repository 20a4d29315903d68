"""What another map lends: areas that add up, contours that merge, holes that are shared."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.territory.dated import Dated
from fragility.territory.holes import fill_holes
from fragility.territory.spare import bring_contours, bring_superficies, merged_communes


def movements(*rows):
    return pd.DataFrame(
        [(mod, "2023-01-01", "COM", before, "COM", after) for mod, before, after in rows],
        columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
    )


def cog(*codes):
    return pd.DataFrame({"type_commune": "COM", "code": list(codes)})


def square(x, y=0):
    return shapely.box(x, y, x + 1, y + 1)


# 01001 and 01002 merge, 01003 becomes 38003, 01004 is split again, 01005 does not move.
EVENTS = movements(
    ("32", "01001", "01001"), ("32", "01002", "01001"), ("41", "01003", "38003"),
    ("21", "01004", "01004"), ("21", "01004", "01009"),
)  # fmt: skip
NOW = cog("01001", "38003", "01004", "01009", "01005")
BEFORE = [f"0100{n}" for n in range(1, 6)]


def test_areas_follow_their_communes_but_for_those_split_again():
    areas = pd.DataFrame({"code_commune": BEFORE, "superficie_km2": [3.0, 4.0, 5.0, 6.0, 7.0]})
    found = bring_superficies(Dated(areas, "x", 2021, 2021), NOW, EVENTS, 2025)
    assert dict(zip(found["code_commune"], found["superficie_km2"], strict=True)) == {
        "01001": 7.0, "38003": 5.0, "01005": 7.0,
    }  # fmt: skip


def test_areas_later_than_the_map_keep_their_codes():
    areas = pd.DataFrame({"code_commune": ["01001", "01005"], "superficie_km2": [7.0, 8.0]})
    found = bring_superficies(Dated(areas, "x", 2026, 2026), NOW, EVENTS, 2025)
    assert found["superficie_km2"].tolist() == [7.0, 8.0]


def test_contours_merge_change_code_and_never_split():
    shapes = gpd.GeoDataFrame(
        {"type_commune": "COM", "code": BEFORE},
        geometry=[square(0), square(1), square(2), square(3), square(4)],
        crs=4326,
    )
    found = bring_contours(Dated(shapes, "x", 2021, 2021), NOW, EVENTS, 2025)
    by_code = found.set_index("code").geometry
    assert sorted(by_code.index) == ["01001", "01005", "38003"]
    assert by_code["01001"].equals(shapely.box(0, 0, 2, 1))
    assert by_code["38003"].equals(square(2))
    # Another code for the same ground is no merger.
    assert found.set_index("code")["reunie"].to_dict() == {
        "01001": True, "01005": False, "38003": False,
    }  # fmt: skip


def test_communes_that_merged_in_the_last_ten_years_are_known():
    assert merged_communes(NOW, EVENTS, 2025) == ["01001"]
    assert merged_communes(NOW, EVENTS, 2032) == ["01001"]
    assert merged_communes(NOW, EVENTS, 2033) == []


def test_a_part_without_contour_leaves_the_whole_out():
    shapes = gpd.GeoDataFrame(
        {"type_commune": "COM", "code": ["01001", "01002"]}, geometry=[square(0), None], crs=4326
    )
    found = bring_contours(Dated(shapes, "x", 2021, 2021), NOW, EVENTS, 2025)
    assert found.empty


def test_a_later_map_keeps_its_codes():
    shapes = gpd.GeoDataFrame(
        {"type_commune": "COM", "code": ["01005"]}, geometry=[square(4)], crs=4326
    )
    found = bring_contours(Dated(shapes, "x", 2026, 2026), NOW, EVENTS, 2025)
    assert found["code"].tolist() == ["01005"]


def test_communes_that_share_a_hole_have_each_the_part_nearest_to_its_centre():
    # A ring of 3 x 3 squares of 5 km around Lambert's meridian; the middle one is lost, twice.
    step = 0.05
    ring = [
        shapely.box(3 + i * step, 46 + j * step, 3 + (i + 1) * step, 46 + (j + 1) * step)
        for i in range(3) for j in range(3) if (i, j) != (1, 1)
    ]  # fmt: skip
    hole = shapely.box(3 + step, 46 + step, 3 + 2 * step, 46 + 2 * step)
    centres = gpd.GeoDataFrame(
        {"code": ["15031", "15035"]},
        geometry=[shapely.Point(3 + 1.25 * step, 46 + 1.5 * step),
                  shapely.Point(3 + 1.75 * step, 46 + 1.5 * step)],
        crs=4326,
    )  # fmt: skip
    found, approximate = fill_holes(gpd.GeoSeries(ring, crs=4326), ["15031", "15035"], centres)
    assert approximate == {"15031", "15035"}
    west, east = found["15031"], found["15035"]
    assert shapely.area(west) == pytest.approx(shapely.area(hole) / 2, rel=1e-3)
    assert shapely.area(shapely.intersection(west, east)) < 1e-9
    assert west.contains(centres.geometry[0])
    assert east.contains(centres.geometry[1])
