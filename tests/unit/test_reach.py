"""Minutes and coverage: numbers by hand, and laws (brute force, monotone, band)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.access.coverage import build_portee, weighted_median
from fragility.access.travel import SPEEDS_KMH, nearest_places, pace_field, path_minutes, speed_kmh

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
            "code_commune": code,
            "statut": "retenu",
        }
    ).assign(**values)
    return gpd.GeoDataFrame(frame, geometry=points.to_crs(4326))


def communes(codes: list[str], at: tuple[float, float] = (5.0, 46.0)) -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(at[0] + 0.1 * n, at[1], at[0] + 0.1 * n + 0.1, at[1] + 0.1)
        for n in range(len(codes))
    ]
    return gpd.GeoDataFrame(
        {"code_commune": codes, "nom": [f"Ville {c}" for c in codes], "superficie_km2": 10.0},
        geometry=shapes,
        crs=4326,
    )


def iris(towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return towns.assign(code_iris=towns["code_commune"] + "0000")


CENSUS = pd.DataFrame({"niveau": ["commune"], "code": ["97101"], "population": [5000.0]})


def portee(
    couts: pd.DataFrame, towns: gpd.GeoDataFrame, places: gpd.GeoDataFrame, **options: float
) -> pd.DataFrame:
    frame, _ = build_portee(couts, towns, iris(towns), places, CENSUS, **options)
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


def test_nineteen_km_of_empty_country_take_half_an_hour() -> None:
    table = nearest_places(grid([(0, 0, 5, "01001")]), lieux([(19, 0)]))
    schemas.validate(table, "access_couts")
    assert table["km"].tolist() == pytest.approx([19.0], abs=0.01)
    assert table["minutes"].tolist() == pytest.approx([30.0], abs=0.05)


def test_only_the_town_is_slow() -> None:
    # A dense square kilometre at the start (16 km/h) then 9 km at 38 km/h. The squares that touch
    # it count as town: 2 km at most of 10.
    field = pace_field(grid([(0.5, 0.5, 5, "01001")], density=5000))
    minutes = path_minutes(np.array([[X + 500, Y + 500]]), np.array([[X + 10_500, Y + 500]]), field)
    assert 10 * 60 / 38 < minutes[0] < 2 * 60 / 16 + 8 * 60 / 38 + 0.1


def test_the_nearest_is_found_as_by_brute_force() -> None:
    rng = np.random.default_rng(1)
    homes = grid([(a, b, 1, "01001") for a, b in rng.uniform(0, 40, (80, 2))])
    homes["densite_hab_km2"] = rng.choice([5, 50, 200, 900, 3000], 80).astype(float)
    at = X + 1000 * rng.uniform(0, 40, (5, 2)) + [0, Y - X]
    table = nearest_places(homes, lieux([((x - X) / 1000, (y - Y) / 1000) for x, y in at]))
    start = homes[["x_m", "y_m"]].to_numpy()
    metres = np.linalg.norm(start[:, None, :] - at[None, :, :], axis=2)
    assert table["km"].to_numpy() == pytest.approx(metres.min(axis=1) / 1000, rel=1e-3)
    field = pace_field(homes)
    minutes = np.column_stack([path_minutes(start, np.tile(p, (80, 1)), field) for p in at])
    assert table["minutes"].to_numpy() == pytest.approx(minutes.min(axis=1), rel=1e-3)
    assert table["id_lieu"].tolist() == [f"cn-{n}" for n in minutes.argmin(axis=1)]


@pytest.mark.parametrize(("minutes", "expected"), [(18, "incertaine"), (10, "couverte"),
                                                   (40, "non_couverte")])  # fmt: skip
def test_the_band_also_holds_for_a_territory_known_by_one_point(minutes, expected):
    """No cell: the point of a commune of 500 inhabitants/km2 goes at 24 km/h."""
    town = communes(["97101"], at=(-61.5, 16.1))
    centre = town.geometry.to_crs(5490).representative_point().iloc[0]
    place = gpd.GeoSeries([shapely.Point(centre.x + minutes * 400, centre.y)], crs=5490)
    offered = lieux([(0, 0)], code="97102").set_geometry(place.to_crs(4326).values)
    nothing = couts([1.0], [1.0], code="01001").iloc[:0]
    row = portee(nothing, town, offered.set_crs(4326)).iloc[0]
    assert row["conseiller_plus_proche_min"] == pytest.approx(minutes, rel=0.02)
    assert row["couverture"] == expected
    assert row["portee_precision"] == "point"


def test_an_iris_without_contour_takes_the_reach_of_its_commune():
    town = communes(["01001"])
    parts = iris(town).assign(geometry=None)
    table, _ = build_portee(couts([12.0], [100.0]).assign(code_iris="x"), town, parts,
                            lieux([(0, 0)]), CENSUS)  # fmt: skip
    own = table[table["niveau"] == "iris"].iloc[0]
    assert own["couverture"] == table["couverture"].iloc[0] == "couverte"
    assert own["portee_precision"] == "commune"


def test_places_set_aside_or_of_another_kind_or_overseas_do_not_count() -> None:
    home = grid([(0, 0, 5, "01001")])
    for values in ({"statut": "ecarte"}, {"dispositif": "bibliotheque"}, {"code_commune": "97101"}):
        table = nearest_places(home, lieux([(1, 0)]).assign(**values))
        assert table.empty
        schemas.validate(table, "access_couts")


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
    inner = towns.geometry.iloc[0].centroid
    place = lieux([(0, 0)], code="97105").set_geometry(
        gpd.GeoSeries([shapely.Point(inner.x, inner.y + 4 / 111.0)], crs=4326)
    )
    frame = portee(couts([], []), towns, place).set_index(["niveau", "code"])
    near, other = frame.loc[("commune", "97101")], frame.loc[("commune", "97201")]
    assert near["portee_precision"] == "point"
    assert near["conseiller_plus_proche_km"] == pytest.approx(4, rel=0.01)
    assert near["conseiller_plus_proche_min"] == pytest.approx(10, rel=0.01)
    assert near["couverture"] == "couverte"
    # The sea is between 971 and 972: no place, no distance, out of reach.
    assert other["couverture"] == "non_couverte"
    assert np.isnan(other["conseiller_plus_proche_min"])
    assert other["population_hors_portee_pct"] == 100


def test_a_place_somewhere_in_a_commune_known_by_one_point_is_uncertain() -> None:
    towns = communes(["97301"], at=(-54.0, 4.0))
    place = lieux([(0, 0)], code="97301").set_geometry(
        gpd.GeoSeries([shapely.Point(-53.0, 4.0)], crs=4326)
    )
    frame = portee(couts([], []), towns, place)
    assert frame["couverture"].tolist() == ["incertaine"] * 2
    assert frame["conseiller_plus_proche_min"].min() > 100


def test_without_contour_nothing_is_said() -> None:
    towns = communes(["01001"])
    towns.loc[0, "geometry"] = None
    frame = portee(couts([], []), towns, lieux([(0, 0)]))
    assert frame["portee_precision"].tolist() == ["absente"] * 2
    assert frame["couverture"].isna().all()


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="band"):
        portee(couts([5], [1]), communes(["01001"]), lieux([(0, 0)]), band=1.0)


def test_places_at_one_address_are_one_destination_known_by_the_first():
    home = grid([(0, 0, 100, "01001")])
    places = lieux([(0.5, 0)] * 3).assign(id=["cn-c", "cn-a", "cn-b"])
    for order in ([0, 1, 2], [2, 0, 1]):
        found = nearest_places(home, places.iloc[order])
        assert found["id_lieu"].tolist() == ["cn-a"]
        assert found["km"].tolist() == pytest.approx([0.5], abs=1e-3)
