"""Road networks drawn by hand: minutes computed here, on paper."""

import numpy as np
import pytest
from pyproj import Geod

from fragility.access.network import ISLAND_JUNCTIONS, build_network
from fragility.access.network_trips import ACCESS_KMH, network_pairs, quickest_trips
from fragility.access.road_rules import highways_of
from fragility.errors import DataCheckError
from fragility.sources.readers.osm import find_extracts, read_roads
from tests.osm_files import metres, write_extract

# A ring of four roads; the short cut is private. km/h are limit x factor of the class:
#   1 --- 2   residential  3 km  50 x 0.60 = 30   6 min both ways
#   2 --> 3   primary      4 km  80 x 0.80 = 64   3.75 min, one way
#   3 --- 4   secondary    3 km  80 x 0.75 = 60   3 min both ways
#   4 --- 1   tertiary     4 km  50 x 0.70 = 35   240 / 35 min both ways (maxspeed=50)
#   1 --- 3   private, 5 km; a footway takes the same line
RING = {1: (0, 0), 2: (3, 0), 3: (3, 4), 4: (0, 4), 9: (3, 2)}
ROADS = {
    1: ([1, 2], {"highway": "residential"}),
    2: ([2, 9, 3], {"highway": "primary", "oneway": "yes"}),
    3: ([3, 4], {"highway": "secondary"}),
    4: ([4, 1], {"highway": "tertiary", "maxspeed": "50"}),
    5: ([1, 3], {"highway": "residential", "access": "private"}),
    6: ([1, 3], {"highway": "footway"}),
}
LAST = 240 / 35


def network(folder, profile="voiture", **options):
    return build_network(read_roads(find_extracts(folder), highways_of(profile)), profile,
                         **options)  # fmt: skip


@pytest.fixture
def ring(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", RING, ROADS)
    return tmp_path


def trip(graph, start, end):
    """Minutes and km between two points in km."""
    found = quickest_trips(graph, metres(start), metres(end))
    return found.minutes[0], found.km[0]


@pytest.mark.parametrize(
    ("start", "end", "minutes", "km"),
    [
        (1, 2, 6, 3), (2, 1, 6, 3),
        (1, 3, 6 + 3.75, 7), (3, 1, 3 + LAST, 7),
        (2, 3, 3.75, 4), (3, 2, 3 + LAST + 6, 10),
        (4, 2, LAST + 6, 7), (2, 4, 3.75 + 3, 7),
    ],
)  # fmt: skip
def test_minutes_by_hand_in_both_directions(ring, start, end, minutes, km):
    assert trip(network(ring), RING[start], RING[end]) == pytest.approx((minutes, km), rel=2e-3)


def test_on_foot_the_private_road_is_closed_and_the_footway_open(ring):
    # 5 km at 4.5 km/h, and 4 km against the one-way street.
    graph = network(ring, "marche")
    assert trip(graph, RING[1], RING[3]) == pytest.approx((5 / 4.5 * 60, 5), rel=2e-3)
    assert trip(graph, RING[3], RING[2]) == pytest.approx((4 / 4.5 * 60, 4), rel=2e-3)


def test_points_between_junctions_only_give_length(tmp_path):
    # 1.2 km by a bend; then a side street.
    points = {1: (0, 0), 2: (0.2, 0), 3: (0.2, 0.2), 4: (0.2, 0.3), 5: (1, 0.3)}
    ways = {1: ([1, 2, 3, 4], {"highway": "primary"}), 2: ([4, 5], {"highway": "primary"})}
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    graph = network(tmp_path)
    assert len(graph.xy) == graph.found == 3
    assert sorted(graph.km) == pytest.approx([0.5, 0.5, 0.8, 0.8], rel=2e-3)


def test_a_short_loop_leads_nowhere(tmp_path):
    points = {1: (0, 0), 2: (1, 0), 3: (1.1, 0.1), 4: (1.1, -0.1)}
    ways = {
        1: ([1, 2], {"highway": "residential"}),
        2: ([2, 3, 4, 2], {"highway": "residential"}),
    }
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    assert network(tmp_path).graph.nnz == 2


def test_long_roads_are_cut_at_their_points(tmp_path):
    # Points every 200 m: cut after 600 m and 1 km, whole on the way.
    points = {k: (0.2 * k, 0) for k in range(1, 8)}
    write_extract(tmp_path / "a.osm.pbf", points, {1: (list(points), {"highway": "primary"})})
    graph = network(tmp_path)
    assert sorted(graph.km) == pytest.approx([0.2, 0.2, 0.4, 0.4, 0.6, 0.6], rel=2e-3)
    assert trip(graph, points[1], points[7]) == pytest.approx((1.2 / 64 * 60, 1.2), rel=2e-3)


def test_a_main_road_among_streets_is_driven_as_in_a_town(tmp_path):
    # 1 km of primary road with a comb of eight streets of 300 m on its second half: 2.4 km of
    # them. Open country 80 x 0.80, town 50 x 0.80.
    points = {k: (0.1 * k, 0) for k in range(1, 12)}
    points |= {50 + k: (0.1 * k, 0.3) for k in range(4, 12)}
    ways = {1: (list(range(1, 12)), {"highway": "primary"})}
    ways |= {50 + k: ([k, 50 + k], {"highway": "residential"}) for k in range(4, 12)}
    ways[2] = ([100, 1], {"highway": "primary"})
    points[100] = (-3, 0)
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    graph = network(tmp_path)
    assert trip(graph, points[100], points[1])[0] == pytest.approx(3.1 / 64 * 60, rel=2e-3)
    assert trip(graph, points[6], points[10])[0] == pytest.approx(0.4 / 40 * 60, rel=2e-3)


def test_the_nearest_place_by_road_is_not_the_nearest_by_map(ring):
    # From 3, the way to 2 (4 km on the map) is 10 km; to 1 (5 km on the map) it is 7 km.
    places = metres(RING[2], RING[1])
    found = quickest_trips(network(ring), metres(RING[3], RING[2]), places)
    assert found.place.tolist() == [1, 0]
    assert found.minutes == pytest.approx([3 + LAST, 0], rel=2e-3, abs=1e-3)


def test_the_table_of_pairs_agrees_with_the_nearest(ring):
    graph, homes, places = network(ring), metres(*RING.values()), metres(RING[2], RING[4])
    pairs = network_pairs(graph, homes, places, 60)
    table = np.full((5, 2), np.inf)
    table[pairs.home, pairs.place] = pairs.minutes
    nearest = quickest_trips(graph, homes, places)
    assert table.min(axis=1) == pytest.approx(nearest.minutes, rel=1e-5, abs=1e-5)
    assert table.argmin(axis=1).tolist() == nearest.place.tolist()
    # From 3 to 2 it takes 15.86 minutes: not within 15.
    near = network_pairs(graph, homes, places, 15)
    assert (2, 0) not in set(zip(near.home.tolist(), near.place.tolist(), strict=True))


def test_homes_and_places_join_by_a_straight_leg(ring):
    # 300 m before 1 and 200 m behind 2, at the access speed; off beyond 2 km.
    legs = (0.3 + 0.2) / ACCESS_KMH["voiture"] * 60
    graph = network(ring)
    assert trip(graph, (-0.3, 0), (3.2, 0)) == pytest.approx((6 + legs, 3.5), rel=2e-3)
    assert trip(graph, (-2.1, 0), RING[2])[0] == np.inf
    assert len(network_pairs(graph, metres((-2.1, 0)), metres(RING[2]), 60).home) == 0


def test_the_access_leg_of_a_place_counts_when_two_compete(ring):
    # Place 0 is 1 km from junction 1 (4 min), place 1 is at junction 2 (6 min by road).
    graph = network(ring)
    found = quickest_trips(graph, metres(RING[1]), metres((-1, 0), RING[2]))
    assert (found.place[0], found.minutes[0]) == (0, pytest.approx(4, rel=2e-3))
    found = quickest_trips(graph, metres(RING[1]), metres((-1.6, 0), RING[2]))
    assert (found.place[0], found.minutes[0]) == (1, pytest.approx(6, rel=2e-3))


def test_a_roundabout_goes_one_way(tmp_path):
    # Square of 1 km sides, from west to south to east to north; arms to W (5) and N (8).
    points = {1: (0, 0), 2: (1, -1), 3: (2, 0), 4: (1, 1), 5: (-1, 0), 8: (1, 2)}
    side = 2**0.5
    ways = {
        1: ([1, 2, 3, 4, 1], {"highway": "residential", "junction": "roundabout"}),
        2: ([5, 1], {"highway": "residential"}),
        3: ([4, 8], {"highway": "residential"}),
    }
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    graph = network(tmp_path)
    assert trip(graph, points[5], points[8])[1] == pytest.approx(2 + 3 * side, rel=2e-3)
    assert trip(graph, points[8], points[5])[1] == pytest.approx(2 + side, rel=2e-3)


def test_a_street_drawn_backwards(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", RING, {
        **ROADS, 2: ([3, 9, 2], {"highway": "primary", "oneway": "-1"}),
    })  # fmt: skip
    graph = network(tmp_path)
    assert trip(graph, RING[2], RING[3])[0] == pytest.approx(3.75, rel=2e-3)
    assert trip(graph, RING[3], RING[2])[0] == pytest.approx(3 + LAST + 6, rel=2e-3)


def test_two_extracts_joined_give_what_one_gives(ring, tmp_path):
    halves = tmp_path / "halves"
    write_extract(halves / "west.osm.pbf", RING, {k: ROADS[k] for k in (1, 4, 5, 6)})
    write_extract(halves / "east.osm.pbf", RING, {k: ROADS[k] for k in (1, 2, 3)})
    whole, joined = network(ring), network(halves)
    for start, end in ((1, 3), (3, 2), (4, 2)):
        assert trip(joined, RING[start], RING[end]) == pytest.approx(
            trip(whole, RING[start], RING[end])
        )


def test_of_two_roads_between_two_junctions_the_quickest_counts(ring, tmp_path):
    both = tmp_path / "both"
    write_extract(both / "a.osm.pbf", RING, {**ROADS, 7: ([1, 2], {"highway": "motorway"})})
    graph = network(both)
    # The motorway goes from 1 to 2 only: 130 x 0.9 km/h.
    assert trip(graph, RING[1], RING[2])[0] == pytest.approx(3 / 117 * 60, rel=2e-3)
    assert trip(graph, RING[2], RING[1])[0] == pytest.approx(6, rel=2e-3)


def test_a_way_with_a_missing_node_is_cut_there(tmp_path):
    points = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0), 5: (4, 0)}
    write_extract(
        tmp_path / "a.osm.pbf", points, {1: ([1, 2, 3, 4, 5], {"highway": "residential"})},
        unlocated=(3,),
    )  # fmt: skip
    graph = network(tmp_path)
    assert graph.found == 4
    assert len(graph.xy) == 2
    assert graph.dropped_pct == pytest.approx(50)


def test_dead_ends_of_one_way_are_dropped_and_islands_kept(tmp_path):
    island = {100 + k: (50 + 0.1 * k, 0) for k in range(ISLAND_JUNCTIONS)}
    bits = {k: ([k, k + 1], {"highway": "residential"}) for k in list(island)[:-1]}
    large = {1000 + k: (0.1 * k, 20) for k in range(ISLAND_JUNCTIONS + 100)}
    rest = {k: ([k, k + 1], {"highway": "residential"}) for k in list(large)[:-1]}
    trap = {2: ([1000, 5], {"highway": "residential", "oneway": "yes"})}
    write_extract(tmp_path / "a.osm.pbf", {**island, **large, 5: (-1, 20)},
                  {**bits, **rest, **trap})  # fmt: skip
    graph = network(tmp_path)
    assert graph.found == 2 * ISLAND_JUNCTIONS + 101
    assert len(graph.xy) == 2 * ISLAND_JUNCTIONS + 100
    # On the island, and not from it.
    assert trip(graph, (50, 0), (55, 0))[0] == pytest.approx(10, rel=2e-3)
    assert trip(graph, (50, 0), (5, 20))[0] == np.inf


def test_nobody_lives_on_a_motorway(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", {**RING, 10: (1.5, -1), 11: (1.5, -2)}, {
        **ROADS,
        8: ([1, 10], {"highway": "motorway_link"}),
        9: ([10, 11, 2], {"highway": "motorway", "oneway": "no"}),
    })  # fmt: skip
    graph = network(tmp_path)
    assert graph.is_door.tolist() == [True] * 5 + [False] * 2
    # 10 is at hand, 1 and 2 are 1.8 km away.
    assert trip(graph, (1.5, -1), RING[1])[1] == pytest.approx(1.803, rel=2e-3)


def test_nobody_lives_in_a_tunnel(tmp_path):
    # 3 km of tunnel with a point in its middle; its mouths are open.
    points = {1: (0, 0), 2: (1.5, 0), 3: (3, 0), 4: (3, 1)}
    tunnel = {"highway": "primary", "tunnel": "yes"}
    ways = {1: ([1, 2, 3], tunnel), 2: ([3, 4], {"highway": "primary"})}
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    assert network(tmp_path).is_door.tolist() == [False, False, True, True]
    ways[1] = ([1, 2, 3], {"highway": "primary", "tunnel": "building_passage"})
    write_extract(tmp_path / "a.osm.pbf", points, ways)
    assert network(tmp_path).is_door.all()


def test_lengths_are_those_of_the_ellipsoid(tmp_path):
    points = {k: (3 * k, (-1) ** k * 2) for k in range(1, 8)}
    write_extract(tmp_path / "a.osm.pbf", points, {1: (list(points), {"highway": "primary"})})
    roads = read_roads(find_extracts(tmp_path), ["primary"])
    expected = Geod(ellps="WGS84").line_length(roads.lon, roads.lat) / 1000
    assert build_network(roads, "voiture").km.sum() / 2 == pytest.approx(expected, rel=1e-6)


def test_roads_of_another_zone_are_left_to_it(ring):
    assert len(network(ring).xy) == 5
    with pytest.raises(DataCheckError, match="aucun réseau") as error:
        network(ring, epsg=2975)
    assert "2975" in error.value.expected


@pytest.mark.parametrize("tags", [{"access": "private"}, {"oneway": "yes"}])
def test_without_a_road_that_goes_and_comes_back_there_is_no_network(tmp_path, tags):
    write_extract(tmp_path / "a.osm.pbf", RING, {1: ([1, 2], {"highway": "residential", **tags})})
    with pytest.raises(DataCheckError, match="aucun réseau"):
        network(tmp_path)
