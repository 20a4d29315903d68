"""Access by road of the cells of a grid, and what is left to another engine."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.access.cost_surface import build_surfaces
from fragility.access.homes import nearest_of, zone_pairs
from fragility.access.nearest import cell_costs, reach_places
from fragility.access.network import build_network
from fragility.access.network_reach import (
    EDGE,
    NO_WAY,
    OFF,
    complete,
    nearest_by_network,
    pairs_by_road,
)
from fragility.access.network_report import straight_costs
from fragility.access.pairs import Pairs
from fragility.access.run import Roads
from fragility.errors import DataCheckError, MissingFileError
from fragility.sources.readers.osm import find_extracts, read_roads
from tests.osm_files import metres, write_extract

# A straight road of 10 km at 64 km/h, a one-way street back from its end to its middle by the
# south (64 km/h too), and an island of the road network that is too small to be kept.
POINTS = {1: (0, 0), 2: (5, 0), 3: (10, 0), 4: (10, -3), 5: (5, -3), 6: (20, 0), 7: (21, 0)}
WAYS = {
    1: ([1, 2], {"highway": "primary"}),
    2: ([2, 3], {"highway": "primary", "oneway": "yes"}),
    3: ([3, 4, 5, 2], {"highway": "primary", "oneway": "yes"}),
    4: ([6, 7], {"highway": "primary"}),
}


@pytest.fixture
def network(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", POINTS, WAYS)
    return build_network(read_roads(find_extracts(tmp_path), ["primary"]), "voiture")


def grid(*points):
    xy = metres(*points)
    return pd.DataFrame(
        {
            "id_maille": range(len(xy)),
            "code_iris": "010010000",
            "code_commune": "01001",
            "population": 10.0,
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "densite_hab_km2": 10.0,
        }
    ).astype({"code_iris": "str", "code_commune": "str"})


def lieux(*points, **values):
    frame = pd.DataFrame(
        {
            "id": [f"cn-{n}" for n in range(len(points))],
            "nom": "Lieu",
            "dispositif": "conseiller_numerique",
            "code_commune": "01001",
            "statut": "retenu",
            "itinerance": False,
            "date_connue": "2022-12-01",
            "est_ancien": False,
        }
    ).assign(**values)
    frame["dispositifs"] = frame["dispositif"]
    shapes = gpd.GeoSeries(shapely.points(metres(*points)), crs=2154).to_crs(4326)
    return gpd.GeoDataFrame(frame, geometry=shapes)


def test_minutes_are_those_of_the_way_to_the_place(network):
    reach = nearest_by_network(grid((0, 0), (5, 0), (10, 0)), lieux((5, 0)), network)
    schemas.validate(reach.couts, "access_couts")
    # From the end one must go round by the south: 3 + 5 + 3 km at 64 km/h.
    assert reach.couts["minutes"].tolist() == pytest.approx(
        [5 / 64 * 60, 0, 11 / 64 * 60], rel=2e-3, abs=1e-3
    )
    assert reach.couts["km"].tolist() == pytest.approx([5, 0, 5], rel=2e-3, abs=1e-3)
    assert reach.route_km == pytest.approx([5, 0, 11], rel=2e-3, abs=1e-3)
    assert reach.straight_km == pytest.approx([5, 0, 5], rel=2e-3, abs=1e-3)
    assert not reach.outside.any()


def test_columns_are_those_of_the_other_engine(network):
    homes, places = grid((0, 0), (5, 0)), lieux((4, 0), (5, 0))
    mine = nearest_by_network(homes, places, network).couts
    other = straight_costs(homes, places)
    assert mine.dtypes.to_dict() == other.dtypes.to_dict()
    assert mine["km"].tolist() == pytest.approx(other["km"].tolist())


def test_only_open_places_of_the_kind_and_of_the_zone_count(network):
    places = lieux(
        (0, 0), (0, 0), (0, 0), (10, 0),
        statut=["ecarte", "retenu", "retenu", "retenu"],
        dispositif=["conseiller_numerique", "bibliotheque", *["conseiller_numerique"] * 2],
        code_commune=["01001", "01001", "97101", "01001"],
    )  # fmt: skip
    homes = grid((0, 0))
    assert nearest_by_network(homes, places, network).couts["id_lieu"].tolist() == ["cn-3"]
    found = nearest_by_network(homes, places, network, dispositif="bibliotheque")
    assert found.couts["id_lieu"].tolist() == ["cn-1"]


def test_places_at_one_address_are_known_by_the_first(network):
    places = lieux((5, 0), (5, 0), (5, 0)).assign(id=["cn-c", "cn-a", "cn-b"])
    assert nearest_by_network(grid((0, 0)), places, network).couts["id_lieu"].tolist() == ["cn-a"]


def test_without_a_place_the_other_engine_answers(network):
    homes, none = grid((0, 0)), lieux((5, 0), statut="ecarte")
    reach = nearest_by_network(homes, none, network)
    schemas.validate(reach.couts, "access_couts")
    assert reach.outside.tolist() == [True]
    other = reach.couts.assign(moteur="surface")
    assert complete(reach, other)["moteur"].tolist() == ["surface"]


def test_what_the_network_does_not_answer_is_left_to_another_engine(network):
    # Off: 3 km from any road. Edge: a place of the neighbouring region is 9 km away, the one that
    # the network knows 10 km.
    homes = grid((0, 3), (10, 0), (0, 0), (1, 0))
    places = lieux((0, 0), (19, 0))
    reach = nearest_by_network(homes, places, network)
    assert reach.reason.tolist() == [OFF, EDGE, "", ""]
    assert reach.couts["minutes"].isna().tolist() == [True, True, False, False]
    assert reach.couts["id_lieu"].isna().tolist() == [True, True, False, False]
    other = straight_costs(homes, places)
    whole = complete(reach, other)
    schemas.validate(whole, "access_couts")
    assert whole["id_maille"].tolist() == [0, 1, 2, 3]
    assert whole["id_lieu"].tolist() == ["cn-0", "cn-1", "cn-0", "cn-0"]
    assert whole["minutes"].tolist()[:2] == other["minutes"].tolist()[:2]
    assert whole["minutes"].tolist()[3] == pytest.approx(1 / 15 * 60, rel=2e-3)


def test_a_place_on_another_part_of_the_network_is_without_a_way(tmp_path):
    island = {100 + k: (30 + 0.1 * k, 0) for k in range(300)}
    bits = {k: ([k, k + 1], {"highway": "primary"}) for k in list(island)[:-1]}
    write_extract(tmp_path / "a.osm.pbf", {**POINTS, **island}, {**WAYS, **bits})
    large = {1000 + k: (0.1 * k, 20) for k in range(300)}
    rest = {k: ([k, k + 1], {"highway": "primary"}) for k in list(large)[:-1]}
    write_extract(tmp_path / "b.osm.pbf", large, rest)
    network = build_network(read_roads(find_extracts(tmp_path), ["primary"]), "voiture")
    reach = nearest_by_network(grid((31, 0), (1, 20)), lieux((2, 20)), network)
    assert reach.reason.tolist() == [NO_WAY, ""]


def crow(homes, places, limit, epsg):
    """Every pair, in one minute."""
    home, place = (grid.ravel() for grid in np.indices((len(homes), len(places))))
    return Pairs(home, place, np.ones(len(home)), len(homes), len(places), limit)


def test_each_home_has_the_pairs_of_one_engine(network):
    # Home 1 takes 11 km of road; home 2 is off the network, and home 3 was left to the other
    # engine though it is on it. Place 1 is off the network: by road it is not reached.
    homes, places = metres((0, 0), (10, 0), (0, 3), (1, 0)), metres((5, 0), (19, 0))
    pairs_of = pairs_by_road({2154: network}, crow, {2154: homes[:2]})
    found = pairs_of(homes, places, 30.0, 2154)
    table = np.full((4, 2), np.nan)
    table[found.home, found.place] = found.minutes
    assert len(found.home) == 6
    assert table.ravel().tolist() == pytest.approx(
        [5 / 64 * 60, np.nan, 11 / 64 * 60, np.nan, 1, 1, 1, 1], rel=2e-3, nan_ok=True
    )
    assert (found.homes, found.places, found.limit) == (4, 2, 30.0)
    # Another zone has no network; an edition without a home by road has no use for one.
    assert pairs_of(homes, places, 30.0, 2975).minutes.sum() == 8
    without = pairs_by_road({2154: network}, crow, {2154: homes[:0]})
    assert without(homes, places, 30.0, 2154).minutes.sum() == 8
    # Nothing within five minutes by road, and no pair of the other engine instead.
    assert len(pairs_of(homes[:2], places[:1], 4.0, 2154).home) == 0


def edition(tmp_path, seed):
    """Homes, places and roads at random, an island of roads without a place, an edge."""
    rng = np.random.default_rng(seed)
    island = {100 + k: (40 + 0.1 * k, 0) for k in range(300)}
    bits = {k: ([k, k + 1], {"highway": "primary"}) for k in list(island)[:-1]}
    long = {1000 + k: (0.1 * k, 8) for k in range(300)}
    rest = {k: ([k, k + 1], {"highway": "primary"}) for k in list(long)[:-1]}
    link = {5000: ([1000, 1], {"highway": "primary"})}
    write_extract(tmp_path / f"{seed}.osm.pbf", POINTS | island | long, WAYS | bits | rest | link)
    network = build_network(read_roads(find_extracts(tmp_path), ["primary"]), "voiture")
    # Along the long road, anywhere, along the island; two places on the road, one off it.
    beside = np.column_stack([rng.uniform(0, 30, 200), rng.uniform(7, 9, 200)])
    anywhere = np.column_stack([rng.uniform(-5, 40, 100), rng.uniform(-6, 12, 100)])
    ashore = np.column_stack([rng.uniform(42, 68, 50), rng.uniform(-1, 1, 50)])
    spots = np.vstack([beside, anywhere, ashore])
    offered = [(rng.uniform(0, 3), 8.2), (rng.uniform(3, 6), 7.8), (31, rng.uniform(4, 5))]
    return grid(*spots), lieux(*offered), network


@pytest.mark.parametrize("seed", range(3))
def test_a_place_is_within_reach_in_both_tables_or_in_none(tmp_path, seed):
    """Minutes to the nearest, and pairs: the same engine, hence the same answer, for each home."""
    homes, places, network = edition(tmp_path, seed)
    shape = shapely.box(*metres((-60, -60), (120, 60)).ravel())
    town = gpd.GeoDataFrame(
        {"code_commune": ["01001"], "code_departement": "01", "superficie_km2": 100.0},
        geometry=[shape], crs=2154,
    ).to_crs(4326)  # fmt: skip
    surfaces = build_surfaces(homes, town, pd.Series({"01001": 10.0}))
    reach = nearest_by_network(homes, places, network)
    assert set(reach.reason) == {OFF, EDGE, NO_WAY, ""}
    couts = complete(reach, cell_costs(homes, reach_places(places, surfaces)))
    assert couts["moteur"].value_counts().min() > 20
    pairs_of = Roads(network).pairs_of(surfaces, homes, couts)
    listed = homes.assign(epsg=2154)
    pairs = zone_pairs(listed, places, 30.0, pairs_of)
    minutes, nearest = couts["minutes"].to_numpy(), nearest_of(pairs)
    assert (minutes <= 20).tolist() == (nearest <= 20).tolist()
    assert (minutes <= 30).tolist() == (nearest <= 30).tolist()
    near = minutes <= 30
    assert 20 < near.sum() < len(homes)
    assert nearest[near] == pytest.approx(minutes[near], abs=1e-3)


def test_the_network_of_an_edition_is_read_again_or_refused(tmp_path):
    osm, store = tmp_path / "osm", tmp_path / "reseau"
    write_extract(osm / "a.osm.pbf", POINTS, WAYS)
    sha = find_extracts(osm)[0].sha256
    engines = pd.DataFrame({"moteur": ["route", "surface"], "extraits": [sha, None]})
    assert Roads.of_edition(engines, osm, store).network is not None
    # No home by road: the extracts that are there now have no say.
    assert Roads.of_edition(engines[1:], osm, store).network is None
    with pytest.raises(MissingFileError, match="aucun extrait"):
        Roads.of_edition(engines, tmp_path / "rien", store)
    write_extract(osm / "b.osm.pbf", {1: (0, 0), 2: (1, 0)}, {1: ([1, 2], {"highway": "primary"})})
    with pytest.raises(DataCheckError, match="fragility run --edition mienne") as refused:
        Roads.of_edition(engines, osm, store, edition="mienne")
    assert sha[:12] in str(refused.value.expected)
