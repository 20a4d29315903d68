"""Minutes and coverage: numbers by hand, and laws (brute force, monotone, band)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.access.capacity import COLUMNS, leave_out_unknown
from fragility.access.cost_surface import build_surfaces
from fragility.access.coverage import (
    build_portee,
    classify,
    commune_density,
    weighted_median,
)
from fragility.access.dispositifs import build_dispositifs, leave_out_nobody
from fragility.access.nearest import Reach, reach_places
from fragility.access.travel import SPEEDS_KMH, receiving_places, speed_kmh

X, Y = 800_000.0, 6_500_000.0


def grid(rows: list[tuple[float, float, float, str]], density: float = 10.0) -> pd.DataFrame:
    """Parts of cells: km east and north of (X, Y), inhabitants, commune."""
    return pd.DataFrame(
        {
            "id_maille": range(len(rows)),
            "code_iris": [c + "0000" for *_, c in rows],
            "code_commune": [c for *_, c in rows],
            "population": [float(p) for _, _, p, _ in rows],
            "x_m": [X + 1000 * a for a, *_ in rows],
            "y_m": [Y + 1000 * b for _, b, *_ in rows],
            "densite_hab_km2": density,
        }
    )


def lieux(at: list[tuple[float, float]], code: str = "01009", **values: object) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries([shapely.Point(X + 1000 * a, Y + 1000 * b) for a, b in at], crs=2154)
    frame = pd.DataFrame(
        {
            "id": [f"cn-{n}" for n in range(len(at))],
            "nom": [f"Lieu {n}" for n in range(len(at))],
            "dispositif": "conseiller_numerique",
            "dispositifs": "conseiller_numerique",
            "code_commune": code,
            "statut": "retenu",
            "itinerance": False,
            "date_connue": "2022-12-01",
            "est_ancien": False,
        }
    ).assign(**values)
    return gpd.GeoDataFrame(frame, geometry=points.to_crs(4326))


def communes(codes: list[str], at: tuple[float, float] = (5.0, 46.0)) -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(at[0] + 0.1 * n, at[1], at[0] + 0.1 * n + 0.1, at[1] + 0.1)
        for n in range(len(codes))
    ]
    return gpd.GeoDataFrame(
        {
            "code_commune": codes,
            "nom": [f"Ville {c}" for c in codes],
            "superficie_km2": 10.0,
            "code_departement": [c[:3] if c >= "97" else c[:2] for c in codes],
        },
        geometry=shapes,
        crs=4326,
    )


def iris(towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return towns.assign(code_iris=towns["code_commune"] + "0000")


NO_GRID = pd.DataFrame()


def listed(places: gpd.GeoDataFrame) -> Reach:
    """Places whose minutes are given by a table of costs."""
    return Reach(places, frozenset(places["code_commune"]), {}, {})


CENSUS = pd.DataFrame({"niveau": ["commune"], "code": ["97101"], "population": [5000.0]})


def portee(
    couts: pd.DataFrame, towns: gpd.GeoDataFrame, places: gpd.GeoDataFrame, **options: float
) -> pd.DataFrame:
    density = commune_density(towns, CENSUS)
    reach = reach_places(places, build_surfaces(NO_GRID, towns, density))
    frame, _ = build_portee(couts, towns, iris(towns), reach, **options)
    schemas.validate(frame, "access_portee")
    return frame


def couts(minutes: list[float], people: list[float], code: str = "01001") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id_maille": range(len(minutes)),
            "code_iris": code + "0000",
            "code_commune": code,
            "population": people,
            "id_lieu": "cn-0",
            "km": 1.0,
            "minutes": minutes,
        }
    )


def test_speeds_fall_with_density() -> None:
    assert speed_kmh(np.array([0, 25, 100, 300, 1500])).tolist() == [38, 35, 30, 24, 16]
    assert list(SPEEDS_KMH.values()) == sorted(SPEEDS_KMH.values())


@pytest.mark.parametrize(("minutes", "expected"), [(18, "incertaine"), (10, "couverte"),
                                                   (40, "non_couverte")])  # fmt: skip
def test_the_band_also_holds_for_a_territory_known_by_one_point(minutes, expected):
    """No cell: the point of a commune of 500 inhabitants/km2 goes at 24 km/h."""
    town = communes(["97101"], at=(-61.5, 16.1)).set_geometry([shapely.box(-61.7, 16, -61.3, 16.2)])
    town = town.set_crs(4326)
    centre = town.geometry.to_crs(5490).representative_point().iloc[0]
    place = gpd.GeoSeries([shapely.Point(centre.x + minutes * 400, centre.y)], crs=5490)
    offered = lieux([(0, 0)], code="97102").set_geometry(place.to_crs(4326).values)
    nothing = couts([1.0], [1.0], code="01001").iloc[:0]
    row = portee(nothing, town, offered.set_crs(4326)).iloc[0]
    assert row["conseiller_plus_proche_min"] == pytest.approx(minutes, rel=0.08)
    assert row["couverture"] == expected
    assert row["portee_precision"] == "point"


def test_an_iris_without_contour_takes_the_reach_of_its_commune():
    town = communes(["01001"])
    parts = iris(town).assign(geometry=None)
    known = couts([12.0], [100.0]).assign(code_iris="x")
    table, _ = build_portee(known, town, parts, listed(lieux([(0, 0)])))
    own = table[table["niveau"] == "iris"].iloc[0]
    assert own["couverture"] == table["couverture"].iloc[0] == "couverte"
    assert own["portee_precision"] == "commune"


def test_places_set_aside_or_of_another_kind_do_not_count() -> None:
    both = lieux([(0, 0), (1, 0)])
    kept = {
        "set aside": both.assign(statut=["ecarte", "retenu"]),
        "merged": both.assign(statut=["fusionne", "retenu"]),
        "another kind": both.assign(dispositifs=["bibliotheque", "conseiller_numerique"]),
    }
    for words, table in kept.items():
        assert receiving_places(table)["id"].tolist() == ["cn-1"], words


def test_a_place_counts_for_all_that_it_offers() -> None:
    table = lieux([(0, 0), (1, 0), (2, 0)]).assign(
        dispositifs=["conseiller_numerique|france_services", "france_services", "bibliotheque"]
    )
    assert receiving_places(table)["id"].tolist() == ["cn-0"]
    assert receiving_places(table, "france_services")["id"].tolist() == ["cn-0", "cn-1"]
    # A library is there to be equipped: nobody is said to help with digital tools.
    assert receiving_places(table, "mediation")["id"].tolist() == ["cn-0", "cn-1"]


def test_weighted_median_by_hand() -> None:
    values, weights = np.array([1.0, 5, 9, 7]), np.array([1.0, 1, 2, 4])
    assert weighted_median(values, weights, np.array([0, 0, 0, 1])).tolist() == [5.0, 7.0]


@pytest.mark.parametrize(
    ("median", "expected"),
    [
        (14.9, "couverte"),
        (15.1, "incertaine"),
        (24.9, "incertaine"),
        (25.1, "non_couverte"),
    ],
)
def test_the_band_around_twenty_minutes(median: float, expected: str) -> None:
    # 15 / 0.75 = 20 and 25 / 1.25 = 20.
    frame = portee(couts([1, median, 60], [1, 3, 1]), communes(["01001"]), lieux([(0, 0)]))
    assert frame["couverture"].tolist() == [expected] * 2
    assert frame["conseiller_plus_proche_min"].tolist() == [median] * 2


def test_share_out_of_reach_is_of_inhabitants() -> None:
    frame = portee(couts([5, 30, 40], [60, 30, 10]), communes(["01001"]), lieux([(0, 0)]))
    assert frame["population_hors_portee_pct"].tolist() == pytest.approx([40.0, 40.0])
    assert frame["portee_precision"].unique().tolist() == ["mailles"]


def test_reach_is_monotone_in_the_threshold() -> None:
    rng = np.random.default_rng(2)
    table = couts(rng.uniform(0, 60, 50).tolist(), rng.uniform(1, 9, 50).tolist())
    order = ["non_couverte", "incertaine", "couverte"]
    shares, classes = [], []
    for threshold in (5.0, 10, 20, 30, 45):
        row = portee(table, communes(["01001"]), lieux([(0, 0)]), threshold=threshold).iloc[0]
        shares.append(row["population_hors_portee_pct"])
        classes.append(order.index(row["couverture"]))
    assert shares == sorted(shares, reverse=True)
    assert classes == sorted(classes)


def test_the_place_of_most_inhabitants_gives_its_name() -> None:
    table = couts([1, 2, 3], [10, 6, 6]).assign(id_lieu=["cn-0", "cn-1", "cn-1"])
    frame = portee(table, communes(["01001"]), lieux([(0, 0), (1, 1)]))
    assert frame["conseiller_plus_proche_nom"].tolist() == ["Lieu 1 (commune inconnue)"] * 2


def test_a_place_inside_is_known_to_the_commune_and_its_iris() -> None:
    towns = communes(["01001", "01002"])
    frame = portee(couts([5], [1]), towns, lieux([(0, 0)], code="01001"))
    assert frame["est_conseiller_dans_commune"].tolist() == [True, False] * 2


def test_overseas_uses_its_point_its_speed_and_its_own_places() -> None:
    # 5000 / 10 km2 = 500 per km2: 24 km/h. The place is at the commune's own point.
    towns = communes(["97101", "97201"], at=(-61.5, 16.0))
    towns.loc[1, "geometry"] = shapely.box(-61.5, 14.0, -61.4, 14.1)
    inner = towns.geometry.iloc[0].centroid
    place = lieux([(0, 0)], code="97105").set_geometry(
        gpd.GeoSeries([shapely.Point(inner.x, inner.y + 4 / 111.0)], crs=4326)
    )
    frame = portee(couts([], []), towns, place).set_index(["niveau", "code"])
    near, other = frame.loc[("commune", "97101")], frame.loc[("commune", "97201")]
    assert near["portee_precision"] == "point"
    assert near["conseiller_plus_proche_km"] == pytest.approx(4, rel=0.01)
    assert near["conseiller_plus_proche_min"] == pytest.approx(10, rel=0.06)
    assert near["couverture"] == "couverte"
    # The sea is between 971 and 972: no trip, out of reach, a distance as the crow flies.
    assert other["couverture"] == "non_couverte"
    assert np.isnan(other["conseiller_plus_proche_min"])
    assert pd.isna(other["conseiller_plus_proche_nom"])
    assert other["conseiller_plus_proche_km"] == pytest.approx(225, rel=0.02)
    assert other["population_hors_portee_pct"] == 100


def test_a_place_somewhere_in_a_commune_known_by_one_point_is_uncertain() -> None:
    towns = communes(["97301"], at=(-54.0, 4.0))
    towns.loc[0, "geometry"] = shapely.box(-54.0, 3.9, -52.9, 4.1)
    place = lieux([(0, 0)], code="97301").set_geometry(
        gpd.GeoSeries([shapely.Point(-52.95, 4.0)], crs=4326)
    )
    frame = portee(couts([], []), towns, place)
    assert frame["couverture"].tolist() == ["incertaine"] * 2
    assert frame["conseiller_plus_proche_min"].min() > 90
    # Not « everybody is out of reach », nor « no post »: nobody knows where people live.
    assert frame["population_hors_portee_pct"].isna().all()
    told = pd.DataFrame(
        {"niveau": ["commune", "iris", "commune"], "code": [*frame["code"], "97302"],
         **dict.fromkeys(COLUMNS[2:], 0.0)}
    )  # fmt: skip
    left = leave_out_unknown(told, frame)
    assert left[COLUMNS[2:]].isna().all(axis=1).tolist() == [True, True, False]
    # Without a place inside: how many are served is not known, posts around the point are.
    around = leave_out_unknown(told, frame.assign(est_conseiller_dans_commune=False))
    assert around["nb_personnes_en_difficulte_servies"].isna().tolist() == [True, True, False]
    assert around[COLUMNS[2:5]].notna().all().all()
    far = frame.assign(couverture="non_couverte")
    pd.testing.assert_frame_equal(leave_out_unknown(told, far), told)


def test_without_contour_nothing_is_said() -> None:
    towns = communes(["01001"])
    towns.loc[0, "geometry"] = None
    frame = portee(couts([], []), towns, lieux([(0, 0)]))
    assert frame["portee_precision"].tolist() == ["absente"] * 2
    assert frame["couverture"].isna().all()


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="band"):
        portee(couts([5], [1]), communes(["01001"]), lieux([(0, 0)]), band=1.0)


def test_where_no_place_is_reached_there_are_no_minutes_and_everybody_is_out_of_reach() -> None:
    table = couts([np.nan, np.nan, 5.0], [50, 20, 30]).assign(id_lieu=[None, None, "cn-0"])
    frame = portee(table, communes(["01001"]), lieux([(0, 0)]))
    row = frame.iloc[0]
    assert np.isnan(row["conseiller_plus_proche_min"])
    assert row["couverture"] == "non_couverte"
    assert row["population_hors_portee_pct"] == 70
    assert pd.isna(row["conseiller_plus_proche_nom"])
    # The same, were the part that reaches one the larger.
    near = portee(table.assign(population=[20.0, 20, 60]), communes(["01001"]), lieux([(0, 0)]))
    assert near["conseiller_plus_proche_min"].iloc[0] == 5
    assert near["conseiller_plus_proche_nom"].iloc[0] == "Lieu 0 (commune inconnue)"


def test_kinds_of_places_side_by_side() -> None:
    towns = communes(["01001"])
    census = CENSUS.assign(code="01001", population=200.0)
    one = portee(couts([5, 30], [60, 40]), towns, lieux([(0, 0)]))
    other = portee(couts([30, 30], [60, 40]), towns, lieux([(0, 0)]))
    table = build_dispositifs({"conseiller_numerique": one, "france_services": other}, census)
    schemas.validate(table, "access_dispositifs")
    rows = table[table["niveau"] == "commune"].set_index("dispositif")
    assert rows["nb_habitants_hors_portee"].to_dict() == {
        "conseiller_numerique": pytest.approx(80), "france_services": 200,
    }  # fmt: skip
    same = one[one["niveau"] == "commune"].iloc[0]
    own = rows.loc["conseiller_numerique"]
    assert own["plus_proche_min"] == same["conseiller_plus_proche_min"]
    assert own["couverture"] == same["couverture"]


def test_the_nearest_place_is_told_with_its_nature_and_its_date() -> None:
    other = lieux(
        [(0, 0), (40, 0)], itinerance=[True, False], date_connue=["2020-03-01", "2022-12-01"],
        est_ancien=[True, False],
    )  # fmt: skip
    frame = portee(couts([5, 12], [60, 40]), communes(["01001"]), other)
    row = frame.iloc[0]
    assert bool(row["conseiller_plus_proche_itinerant"])
    assert bool(row["conseiller_plus_proche_ancien"])
    assert row["conseiller_plus_proche_annee"] == 2020
    # Most of the weight goes to the other place.
    table = couts([5, 12], [40, 60]).assign(id_lieu=["cn-0", "cn-1"])
    row = portee(table, communes(["01001"]), other).iloc[0]
    assert not row["conseiller_plus_proche_itinerant"]
    assert not row["conseiller_plus_proche_ancien"]
    assert row["conseiller_plus_proche_annee"] == 2022
    nowhere = couts([np.nan], [50]).assign(id_lieu=None)
    lost = portee(nowhere, communes(["01001"]), other).iloc[0]
    for column in ("itinerant", "annee", "ancien"):
        assert pd.isna(lost[f"conseiller_plus_proche_{column}"])


def test_an_address_moves_or_is_old_if_all_that_is_there_is() -> None:
    both = lieux(
        [(0, 0), (0, 0)], itinerance=[True, False], date_connue=["2020-03-01", "2022-12-01"],
        est_ancien=[True, False],
    )  # fmt: skip
    (address,) = reach_places(both, {}).places.to_dict("records")
    assert address["id"] == "cn-0"
    assert (address["itinerance"], address["est_ancien"]) == (False, False)
    assert address["date_connue"] == "2022-12-01"


def test_a_share_of_nobody_is_missing_and_nobody_is_out_of_reach_of_an_empty_commune() -> None:
    towns = communes(["01001", "01002", "01003"])
    table = pd.concat([couts([30], [9], code) for code in towns["code_commune"]])
    frame = portee(table, towns, lieux([(0, 0)]))
    # 01002 is empty, 01003 is in no census, and so are the IRIS.
    census = pd.DataFrame(
        {"niveau": "commune", "code": ["01001", "01002"], "population": [200.0, 0.0]}
    )
    left = leave_out_nobody(frame, census)
    assert left["population_hors_portee_pct"].fillna(-1).tolist() == [100, -1, -1, -1, -1, -1]
    assert left["couverture"].fillna("").tolist() == ["non_couverte", "", "", "", "", ""]
    told = ["population_hors_portee_pct", "couverture"]
    pd.testing.assert_frame_equal(left.drop(columns=told), frame.drop(columns=told))
    people = build_dispositifs({"mediation": left}, census)["nb_habitants_hors_portee"]
    assert people.fillna(-1).tolist() == [200, 0, -1, -1, -1, -1]


def test_a_half_that_floats_miss_by_a_hair_is_a_half() -> None:
    half = np.array([(0.1 + 0.1 + 0.1) / 0.6])
    assert half[0] > 0.5
    assert classify(half, half).tolist() == ["couverte"]
    more = half + 1e-6
    assert classify(more, more).tolist() == ["non_couverte"]


def test_exactly_half_out_of_reach_is_not_more_than_half() -> None:
    # 0.1 + 0.2 is a hair more than 0.3: the half must not depend on it.
    half = portee(couts([5, 5, 30], [0.1, 0.2, 0.3]), communes(["01001"]), lieux([(0, 0)]))
    assert half["couverture"].iloc[0] == "couverte"
    assert half["conseiller_plus_proche_min"].iloc[0] == 5
    back = portee(couts([5, 30, 30], [0.3, 0.1, 0.2]), communes(["01001"]), lieux([(0, 0)]))
    assert back["couverture"].iloc[0] == "couverte"
    more = portee(couts([5, 30], [0.299, 0.3]), communes(["01001"]), lieux([(0, 0)]))
    assert more["couverture"].iloc[0] == "non_couverte"
