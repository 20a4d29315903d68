"""Share of inhabitants without 4G, on a territory small enough to count by hand.

Two cells of 1 km beside each other: the western one, 300 inhabitants, is all in IRIS A of commune
01001; the eastern one, 100 inhabitants, half in A and half in IRIS B of commune 01002. They are
25 points of 200 m each.
"""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from fragility.access.grid import build_population_grid
from fragility.access.mobile_4g import NOWHERE, build_couverture_4g
from fragility.schemas import validate
from fragility.sources.readers.arcep_couverture import METROPOLE, Coverage

X, Y = 3_800_000.0, 2_600_000.0  # south-west corner of the western cell, EPSG:3035


def in_lambert(west, south, east, north):
    """Outline in EPSG:2154 of a rectangle of EPSG:3035, fine enough to stay straight."""
    shape = shapely.segmentize(shapely.box(X + west, Y + south, X + east, Y + north), 50)
    to_metres = Transformer.from_crs(3035, 2154, always_xy=True)
    return shapely.transform(shape, to_metres.transform, interleaved=False)


@pytest.fixture
def iris():
    shapes = [shapely.box(X, Y, X + 1400, Y + 1000), shapely.box(X + 1400, Y, X + 2000, Y + 1000)]
    frame = gpd.GeoDataFrame(
        {"code_iris": ["010010000", "010020000"], "code_commune": ["01001", "01002"]},
        geometry=shapes, crs=3035,
    )  # fmt: skip
    return frame.to_crs(4326)


@pytest.fixture
def cells():
    return pd.DataFrame({
        "id_maille": [0, 1], "x": [X + 500, X + 1500], "y": [Y + 500, Y + 500],
        "population": [300.0, 100.0],
    })  # fmt: skip


@pytest.fixture
def coverage(tmp_path):
    def write(operator, *shapes, territory=METROPOLE, epsg=2154):
        path = tmp_path / f"{territory}-{operator}.gpkg"
        frame = gpd.GeoDataFrame(
            {"niveau": "CL"}, index=range(len(shapes)),
            geometry=[shapely.MultiPolygon([shape]) for shape in shapes], crs=epsg,
        )  # fmt: skip
        frame.to_file(path, layer="couverture")
        return Coverage(path, territory, operator, ("CL",))

    return write


@pytest.fixture
def build(cells, iris):
    def run(*coverages, recensement=None, iris=iris):
        empty = pd.DataFrame(columns=["niveau", "code", "population"])
        grid, _ = build_population_grid(cells, iris)
        table, lines = build_couverture_4g(
            list(coverages), year=2024, source="arcep_couverture/essai", cells=cells, grid=grid,
            iris=iris, recensement=empty if recensement is None else recensement,
        )  # fmt: skip
        validate(table, "core_couverture_4g")
        return table.set_index("code"), lines

    return run


def test_each_operator_counts_for_one_and_levels_add_up(build, coverage):
    # One covers the western cell in two pieces that overlap, the other everything.
    half = coverage("20801", in_lambert(-100, -100, 700, 1100), in_lambert(400, -100, 1000, 1100))
    whole = coverage("20810", in_lambert(-500, -500, 2500, 1500))
    table, lines = build(half, whole)
    # 01001 has 300 + 40 (ten of the 25 points of the eastern cell), 01002 the 60 others.
    assert table.loc["01001", "non_4g_pct"] == pytest.approx((100 * 40 / 340) / 2)
    assert table.loc["01002", "non_4g_pct"] == pytest.approx(50)
    assert table["aucun_operateur_pct"].tolist() == [0, 0, 0, 0]
    assert table["niveau"].tolist() == ["commune", "commune", "iris", "iris"]
    assert table.loc["010020000", "non_4g_pct"] == table.loc["01002", "non_4g_pct"]
    assert set(table["nb_operateurs"]) == {2}
    assert set(table["origine"]) == {"observe"}
    assert set(table["annee"]) == {2024}
    assert lines["lignes"].sum() >= 0


def test_two_operators_that_share_no_ground_are_counted_one_by_one(build, coverage):
    # One covers the western cell, the other the eastern one: 25 points each, none twice.
    west = coverage("20801", in_lambert(-100, -100, 1000, 1100))
    east = coverage("20810", in_lambert(1000, -100, 2100, 1100))
    table, _ = build(west, east)
    # In 01001, 300 live in the west, 40 in the east: the first leaves out 40, the second 300.
    assert table.loc["01001", "non_4g_pct"] == pytest.approx(100 * (40 / 340 + 300 / 340) / 2)
    # In 01002 all 60 are in the east: the first leaves out all of them, the second nobody.
    assert table.loc["01002", "non_4g_pct"] == pytest.approx((100 + 0) / 2)
    assert table["aucun_operateur_pct"].tolist() == [0, 0, 0, 0]
    # The order of the files, and of the operators, changes nothing.
    assert build(east, west)[0].equals(table)


def test_files_of_one_operator_are_one_network(build, coverage):
    west = coverage("20801", in_lambert(-100, -100, 1000, 1100))
    east = coverage("20801-bis", in_lambert(1000, -100, 2100, 1100))
    nobody = coverage("20810", in_lambert(5000, 5000, 5100, 5100))
    table, _ = build(west, replace(east, operator="20801"), nobody)
    # The first operator leaves nobody out, the second everybody.
    assert table["non_4g_pct"].tolist() == pytest.approx([50, 50, 50, 50])
    assert set(table["nb_operateurs"]) == {2}


def test_whom_no_operator_covers_is_told_apart(build, coverage):
    west = coverage("20801", in_lambert(-100, -100, 1000, 1100))
    north = coverage("20810", in_lambert(-100, 600, 2100, 1100))
    table, _ = build(west, north)
    # Of the five rows of points, the two northern ones are covered everywhere.
    assert table.loc["01002", "aucun_operateur_pct"] == pytest.approx(60)
    assert table.loc["01002", "non_4g_pct"] == pytest.approx((100 + 60) / 2)
    assert table.loc["01001", "aucun_operateur_pct"] == pytest.approx(100 * 0.6 * 40 / 340)


def test_overseas_the_inhabitants_of_an_iris_are_spread_over_it(build, coverage, iris):
    """A square of 2 km around a point of Mayotte, of which the operator covers a half."""
    x, y = 520_000.0, 8_590_000.0
    shape = gpd.GeoSeries([shapely.box(x, y, x + 2000, y + 2000)], crs=4471).to_crs(4326)
    own = gpd.GeoDataFrame(
        {"code_iris": ["976110101"], "code_commune": ["97611"]}, geometry=shape, crs=4326
    )
    both = pd.concat([iris, own], ignore_index=True)
    census = pd.DataFrame({"niveau": ["iris"], "code": ["976110101"], "population": [800.0]})
    half = coverage(
        "64700", shapely.box(x - 9, y - 9, x + 1010, y + 3000), territory="976", epsg=4471
    )
    table, lines = build(half, recensement=census, iris=both)
    assert table.index.tolist() == ["97611", "976110101"]
    assert table.loc["97611", "non_4g_pct"] == pytest.approx(50, abs=7)
    assert set(table["origine"]) == {"impute"}
    # The metropole has no file: its two communes and two IRIS are said missing.
    missing = lines.loc[lines["motif"] == NOWHERE, "lignes"]
    assert missing.tolist() == [4]


def test_without_files_the_table_is_empty(build):
    table, _ = build()
    assert table.empty
