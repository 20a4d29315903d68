"""Capacity: by hand, against PySAL `access`, and the law that supply is shared without loss."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from access import Access
from access.weights import step_fn
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.access.capacity import (
    COLUMNS,
    STEPS,
    build_capacite,
    capacity,
    check_steps,
    posts_within,
)
from fragility.access.homes import build_homes
from fragility.access.pairs import Pairs
from fragility.errors import UsageError


def pairs(rows: list[tuple[int, int, float]], homes: int, places: int, limit: float = 30) -> Pairs:
    home, place, minutes = zip(*rows, strict=True) if rows else ((), (), ())
    return Pairs(
        np.array(home, dtype=np.int32),
        np.array(place, dtype=np.int32),
        np.array(minutes, dtype=np.float32),
        homes,
        places,
        limit,
    )


def drawn(seed: int, homes: int = 60, places: int = 15) -> tuple[Pairs, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    near = np.argwhere(rng.random((homes, places)) < 0.3)
    minutes = rng.uniform(0, 30, len(near))
    minutes[: len(near) // 4] = rng.choice([10.0, 15.0, 20.0], len(near) // 4)
    table = pairs([(h, p, m) for (h, p), m in zip(near, minutes, strict=True)], homes, places)
    return table, rng.integers(0, 4, places).astype(float), rng.uniform(0, 50, homes)


def test_two_villages_and_a_post_by_hand() -> None:
    # The post serves 100 people at 5 minutes in full and 60 at 12 minutes for two thirds:
    # 1 / (100 + 40); the second village gets two thirds of that.
    table = pairs([(0, 0, 5), (1, 0, 12), (2, 0, 25)], 3, 1)
    result = capacity(table, np.array([1.0]), np.array([100.0, 60.0, 10.0]))
    assert result == pytest.approx([1 / 140, 2 / 3 / 140, 0])


def test_a_step_holds_its_own_bound() -> None:
    table = pairs([(0, 0, 10), (1, 0, 15), (2, 0, 20), (3, 0, 20.001)], 4, 1)
    result = capacity(table, np.ones(1), np.ones(4))
    assert result / result[0] == pytest.approx([1, 2 / 3, 1 / 3, 0])


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("steps", [STEPS, ((5, 1), (10, 0.3), (15, 0.1)), ((30, 1),)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_equals_pysal_access(seed: int, steps: tuple[tuple[float, float], ...]) -> None:
    table, supply, demand = drawn(seed)
    peer = Access(
        demand_df=pd.DataFrame({"home": range(table.homes), "people": demand}),
        demand_index="home",
        demand_value="people",
        supply_df=pd.DataFrame({"place": range(table.places), "posts": supply}),
        supply_index="place",
        supply_value="posts",
        cost_df=pd.DataFrame(
            {"home": table.home, "place": table.place, "minutes": table.minutes.astype(float)}
        ),
        cost_origin="home",
        cost_dest="place",
        cost_name="minutes",
    )
    theirs = peer.enhanced_two_stage_fca(weight_fn=step_fn(dict(steps)), max_cost=30)
    expected = theirs.iloc[:, 0].reindex(range(table.homes)).fillna(0).to_numpy()
    assert expected.sum() > 0
    assert capacity(table, supply, demand, steps) == pytest.approx(expected, abs=1e-9, rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_what_people_have_sums_to_the_supply_that_somebody_reaches(seed: int) -> None:
    table, supply, demand = drawn(seed, homes=12, places=5)
    demand[::3] = 0
    near = (table.minutes <= 20) & (demand[table.home] > 0)
    reached = np.unique(table.place[near])
    result = capacity(table, supply, demand)
    assert (result * demand).sum() == pytest.approx(supply[reached].sum())


def test_posts_within_counts_posts_and_not_places() -> None:
    table = pairs([(0, 0, 20), (0, 1, 20.5), (1, 1, 3)], 3, 2)
    assert posts_within(table, np.array([2.0, 3.0]), 20).tolist() == [2, 3, 0]
    assert posts_within(table, np.array([2.0, 3.0]), 30).tolist() == [5, 3, 0]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), "aucun palier"),
        (((10, 1), (5, 0.5)), "croissantes"),
        (((0, 1),), "positives"),
        (((10, 0.5), (15, 0.6)), "ne pas croître"),
        (((10, 1), (15, 0)), "entre 0 et 1"),
        (((10, 2),), "entre 0 et 1"),
        (((10, 1), (40, 0.5)), "jusqu'à 30 minutes"),
        (((float("nan"), 1),), "pas un nombre"),
    ],
)
def test_steps_that_mean_nothing_are_refused(
    steps: tuple[tuple[float, float], ...], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        check_steps(steps, 30)


GRID = pd.DataFrame(
    {
        "id_maille": [1, 2, 3],
        "code_commune": ["01001", "01001", "01002"],
        "code_iris": ["010010000", "010010000", "010020000"],
        "population": [30.0, 10.0, 60.0],
        "x_m": [0.0, 1000.0, 9000.0],
        "y_m": 0.0,
    }
)
SKILLS = pd.DataFrame(
    [
        ("commune", "01001", 8.0),
        ("commune", "01002", 9.0),
        ("commune", "97101", 20.0),
        ("iris", "010010000", 8.0),
        ("iris", "010020000", np.nan),
        ("iris", "971010101", 12.0),
        ("iris", "971010102", 8.0),
    ],
    columns=["niveau", "code", "nb_personnes_en_difficulte"],
)
SCORES = pd.DataFrame(
    [("commune", "97101", 100.0), ("iris", "971010101", 70.0), ("iris", "971010102", 30.0)],
    columns=["niveau", "code", "population"],
)


def territories(drawn_iris: bool = False) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    codes = ["01001", "01002", "97101"]
    shapes = [shapely.box(5, 46, 5.1, 46.1), shapely.box(5.1, 46, 5.2, 46.1)]
    shapes.append(shapely.box(-61.6, 16.2, -61.5, 16.3))
    communes = gpd.GeoDataFrame({"code_commune": codes}, geometry=shapes, crs=4326)
    halves = [shapely.box(-61.6, 16.2, -61.55, 16.3), shapely.box(-61.55, 16.2, -61.5, 16.3)]
    iris = gpd.GeoDataFrame(
        {
            "code_iris": ["010010000", "010020000", "971010101", "971010102"],
            "code_commune": ["01001", "01002", "97101", "97101"],
        },
        geometry=[*shapes[:2], *(halves if drawn_iris else [None, None])],
        crs=4326,
    )
    return communes, iris


def test_people_in_difficulty_are_shared_as_inhabitants_and_none_is_lost() -> None:
    communes, iris = territories()
    homes = build_homes(GRID, communes, SKILLS, SCORES, core_iris=iris)
    assert homes["en_difficulte"].tolist() == pytest.approx([6, 2, 9, 20])
    # Without contour of its IRIS, an overseas commune is one point, in the metres of its zone.
    assert homes["est_point"].tolist() == [False, False, False, True]
    assert homes["epsg"].tolist() == [2154, 2154, 2154, 5490]
    assert homes["code_iris"].isna().tolist() == [False, False, False, True]
    drawn_iris = build_homes(GRID, communes, SKILLS, SCORES, core_iris=territories(True)[1])
    assert drawn_iris["code_iris"].tolist()[3:] == ["971010101", "971010102"]
    assert drawn_iris["population"].tolist()[3:] == [70, 30]
    assert drawn_iris["en_difficulte"].tolist()[3:] == pytest.approx([12, 8])
    assert len(build_homes(GRID, communes, SKILLS, SCORES, points=False)) == 3


def test_an_iris_without_home_does_not_take_people_away_from_its_commune() -> None:
    communes, _ = territories()
    skills = SKILLS.copy()
    # The commune has 10, of which its only drawn IRIS 8: the cells hold the 10.
    skills.loc[skills["code"] == "01001", "nb_personnes_en_difficulte"] = 10.0
    homes = build_homes(GRID, communes, skills, SCORES)
    assert homes["en_difficulte"].tolist()[:2] == pytest.approx([7.5, 2.5])


def test_the_table_by_hand() -> None:
    communes, iris = territories()
    homes = build_homes(GRID, communes, SKILLS, SCORES, core_iris=iris)
    places = pd.DataFrame({"nb_conseillers": [2.0, np.nan]})
    # Place 0 (2 posts): 5 min from the first cell, 18 from the second. Place 1 (unknown: one
    # post): 25 min from the first cell, 8 from the point overseas.
    table, ledger = build_capacite(
        homes,
        places,
        pairs([(0, 0, 5), (1, 0, 18), (0, 1, 25), (3, 1, 8)], 4, 2),
        communes,
        iris,
    )
    assert list(table.columns) == COLUMNS
    rows = table.set_index(["niveau", "code"])
    town = rows.loc[("commune", "01001")]
    assert town["nb_conseillers_20min"] == 2
    assert town["nb_conseillers_30min"] == 3  # the median inhabitant lives in the first cell
    rate = 2 / (6 + 2 / 3)
    assert town["capacite_pour_10000"] == pytest.approx(10_000 * (6 * rate + 2 * rate / 3) / 8)
    assert town["nb_personnes_en_difficulte_servies"] == pytest.approx(8)
    far = rows.loc[("commune", "01002")]
    assert far["nb_conseillers_30min"] == 0
    assert far["capacite_pour_10000"] == 0
    assert rows.loc[("commune", "97101"), "capacite_pour_10000"] == pytest.approx(500)
    # An IRIS without home takes the capacity of its commune, not its people.
    part = rows.loc[("iris", "971010101")]
    assert part["capacite_pour_10000"] == pytest.approx(500)
    assert part["nb_conseillers_20min"] == 1
    assert np.isnan(part["nb_personnes_en_difficulte_servies"])
    assert ledger["lignes"].tolist() == [3, 3, 4, 4]


def test_where_people_in_difficulty_are_not_estimated_nobody_is_said_to_be_served() -> None:
    communes, iris = territories()
    homes = build_homes(GRID, communes, SKILLS, SCORES, core_iris=iris)
    homes["en_difficulte"] *= homes["code_commune"] != "97101"
    near = pairs([(0, 0, 5), (3, 0, 8)], 4, 1)
    table, _ = build_capacite(homes, pd.DataFrame({"nb_conseillers": [1.0]}), near, communes, iris)
    rows = table[table["niveau"] == "commune"].set_index("code")
    assert np.isnan(rows.loc["97101", "nb_personnes_en_difficulte_servies"])
    assert rows.loc["97101", "nb_conseillers_20min"] == 1
    # Estimated, and none of them within reach.
    assert rows.loc["01002", "nb_personnes_en_difficulte_servies"] == 0


def test_without_points_a_territory_without_cells_has_nothing() -> None:
    communes, iris = territories()
    homes = build_homes(GRID, communes, SKILLS, SCORES, points=False)
    table, _ = build_capacite(
        homes, pd.DataFrame({"nb_conseillers": [1.0]}), pairs([(0, 0, 5)], 3, 1), communes, iris
    )
    assert table.set_index("code").loc["97101", COLUMNS[2:]].isna().all()


def test_without_any_home_or_place_everything_is_missing_or_nothing() -> None:
    communes, iris = territories()
    homes = build_homes(GRID.iloc[:0], communes.iloc[:0], SKILLS, SCORES)
    table, _ = build_capacite(
        homes, pd.DataFrame({"nb_conseillers": []}), pairs([], 0, 0), communes, iris
    )
    assert len(table) == 7
    assert table[COLUMNS[2:]].isna().all(axis=None)
