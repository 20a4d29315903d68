"""Minutes on the real networks of Andorra and Liechtenstein, when they are here."""

import numpy as np
import pytest
from pyproj import Transformer
from scipy.sparse.csgraph import dijkstra

from fragility.access.network_report import compare_engines, detours, straight_costs
from fragility.access.network_trips import join_network, network_pairs, quickest_trips
from fragility.sources.readers.osm import find_extracts
from fragility.validation.network_sample import draw_sample

PLACES = {
    "Andorre-la-Vieille": (1.5218, 42.5063),
    "Soldeu": (1.6670, 42.5768),
    "Pas de la Case": (1.7333, 42.5425),
    "Vaduz": (9.5209, 47.1410),
    "Schaan": (9.5087, 47.1650),
    "Balzers": (9.5025, 47.0670),
    "Ruggell": (9.5270, 47.2380),
    "Malbun": (9.6090, 47.1020),
}


@pytest.fixture(scope="module")
def extracts(pack):
    folder = pack / "raw" / "osm"
    if not folder.is_dir():
        pytest.skip(f"the road networks are not in {folder}")
    return {extract.path.name.split(".")[0].split("-")[0]: extract for extract in
            find_extracts(folder)}  # fmt: skip


@pytest.fixture(scope="module")
def samples(extracts, tmp_path_factory):
    store = tmp_path_factory.mktemp("networks")
    return {
        (name, profile): draw_sample(extract, profile, store, homes=500)
        for name, extract in extracts.items()
        for profile in ("voiture", "marche")
    }


def trip(sample, start, end):
    project = Transformer.from_crs(4326, 2154, always_xy=True)
    ends = [np.array([project.transform(*PLACES[name])]) for name in (start, end)]
    found = quickest_trips(sample.network, *ends)
    return found.minutes[0], found.km[0]


# Lengths of roads and times in traffic-free conditions, as signs and maps give them: a third
# either way for the time, since engines differ by that much.
@pytest.mark.parametrize(
    ("country", "start", "end", "km", "minutes"),
    [
        ("liechtenstein", "Vaduz", "Schaan", 3, 6),
        ("liechtenstein", "Vaduz", "Balzers", 9, 12),
        ("liechtenstein", "Vaduz", "Malbun", 14, 20),
        ("liechtenstein", "Balzers", "Ruggell", 21, 28),
        ("andorra", "Andorre-la-Vieille", "Soldeu", 19, 26),
        ("andorra", "Andorre-la-Vieille", "Pas de la Case", 32, 42),
    ],
)
def test_known_trips_take_plausible_minutes(samples, country, start, end, km, minutes):
    sample = samples[country, "voiture"]
    there, back = trip(sample, start, end), trip(sample, end, start)
    assert there[1] == pytest.approx(km, rel=0.1)
    assert there[0] == pytest.approx(minutes, rel=0.34)
    assert back[0] == pytest.approx(there[0], rel=0.15)


@pytest.mark.parametrize("country", ["andorra", "liechtenstein"])
def test_little_is_left_out_and_homes_are_on_the_network(samples, country):
    for profile in ("voiture", "marche"):
        network = samples[country, profile].network
        assert 1500 < len(network.xy) < 10_000
        assert network.dropped_pct < 8
    assert not samples[country, "voiture"].reach().outside.any()


@pytest.mark.parametrize("country", ["andorra", "liechtenstein"])
def test_detours_and_speeds_by_distance_are_those_of_roads(samples, country):
    trips = samples[country, "voiture"].trips()
    table = detours(trips["straight_km"], trips["route_km"], trips["minutes"])
    table = table[table["trajets"] > 50]
    assert len(table) >= 5
    # Below 2 km both ends count for much, in steep towns above all.
    assert table["detour"].iloc[2:].between(1.1, 2).all()
    assert (table["detour"] > 1.1).all()
    assert table["vol_kmh"].between(15, 45).all()
    # Long trips take faster roads.
    assert table["route_kmh"].iloc[-1] > table["route_kmh"].iloc[0]
    # A road is never shorter than the straight line, but for the projection (0.1 %).
    known = np.isfinite(trips["minutes"])
    assert (trips["route_km"] >= 0.998 * trips["straight_km"])[known].all()


def test_walkers_walk_at_four_and_a_half(samples):
    minutes, km = trip(samples["liechtenstein", "marche"], "Vaduz", "Schaan")
    assert km == pytest.approx(3, rel=0.1)
    assert 60 * km / minutes == pytest.approx(4.5, rel=0.02)


@pytest.mark.parametrize("profile", ["voiture", "marche"])
@pytest.mark.parametrize("country", ["andorra", "liechtenstein"])
def test_the_search_from_places_finds_what_searches_from_homes_find(samples, country, profile):
    sample = samples[country, profile]
    network, homes, places = sample.network, sample.homes[:60], sample.places
    first, last = join_network(network, homes), join_network(network, places)
    forward = dijkstra(network.graph, indices=np.maximum(first.node, 0))[:, last.node]
    table = first.minutes[:, None] + forward + last.minutes
    table[first.node < 0] = np.inf
    trips = quickest_trips(network, homes, places)
    assert trips.minutes == pytest.approx(table.min(axis=1), rel=1e-6)
    pairs = network_pairs(network, homes, places, 20)
    found = np.full(table.shape, np.inf)
    found[pairs.home, pairs.place] = pairs.minutes
    inside = np.abs(table - 20) > 1e-3
    assert np.where(table <= 20, table, np.inf)[inside] == pytest.approx(found[inside], rel=1e-4)


@pytest.mark.parametrize("country", ["andorra", "liechtenstein"])
def test_the_two_engines_on_the_same_homes(samples, country):
    """Densities are not known here: the other engine takes 30 km/h, half or twice too fast."""
    sample = samples[country, "voiture"]
    table = compare_engines(straight_costs(sample.grid, sample.lieux), sample.reach().couts)
    whole = table.set_index("distance").loc["toutes"]
    assert whole["mailles"] == 500
    assert 0.5 < whole["route_mediane_min"] / whole["surface_mediane_min"] < 2
    assert whole["meme_lieu_pct"] > 50
