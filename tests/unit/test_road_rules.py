"""Tags of roads: who, which way, how fast."""

import pytest

from fragility.access.road_rules import (
    ROAD_CLASSES,
    highways_of,
    parse_limit,
    road_speeds,
    rules_version,
)


def car(highway, **tags):
    return road_speeds({"highway": highway, **{k.replace("__", ":"): v for k, v in tags.items()}},
                       "voiture")  # fmt: skip


def foot(highway, **tags):
    return road_speeds({"highway": highway, **tags}, "marche")


@pytest.mark.parametrize(
    ("oneway", "expected"),
    [(None, (30, 30)), ("no", (30, 30)), ("yes", (30, 0)), ("1", (30, 0)), ("-1", (0, 30))],
)
def test_one_way_streets(oneway, expected):
    tags = {} if oneway is None else {"oneway": oneway}
    assert car("residential", **tags) == expected


def test_motorways_and_roundabouts_go_one_way_unless_said():
    assert car("motorway") == (117, 0)
    assert car("motorway", oneway="no") == (117, 117)
    assert car("residential", junction="roundabout") == (30, 0)
    assert car("motorway_link") == (52.5, 52.5)


def test_a_street_open_both_ways_to_bicycles_stays_one_way_for_cars():
    assert car("residential", oneway="yes", oneway__bicycle="no") == (30, 0)


@pytest.mark.parametrize("value", ["no", "private", "agricultural", "emergency"])
def test_closed_to_cars(value):
    assert car("residential", access=value) == (0, 0)
    assert car("residential", motor_vehicle=value) == (0, 0)


def test_destination_and_unknown_values_leave_a_road_open():
    assert car("residential", access="destination") == (30, 30)
    assert car("residential", access="sans objet") == (30, 30)


def test_the_most_particular_tag_decides():
    assert car("residential", access="private", motorcar="yes") == (30, 30)
    assert car("residential", access="yes", motor_vehicle="no") == (0, 0)
    assert car("residential", vehicle="no", motor_vehicle="yes") == (30, 30)


def test_tracks_need_a_leave_and_aisles_are_left_out():
    assert car("track") == (0, 0)
    assert car("track", motor_vehicle="yes") == (15, 15)
    assert car("service") == (15, 15)
    assert car("service", service="driveway") == (0, 0)


def test_ferries_and_unknown_classes_are_left_out():
    assert car("primary", route="ferry") == (0, 0)
    assert foot("primary", route="ferry") == (0, 0)
    assert car("construction") == (0, 0)
    assert car("footway") == (0, 0)


def test_limits_come_from_the_tag_else_from_the_class():
    assert car("primary") == (64, 64)
    assert car("primary", maxspeed="50") == (40, 40)
    assert car("primary", maxspeed="FR:urban") == (40, 40)
    assert car("primary", source__maxspeed="FR:urban") == (40, 40)
    assert car("primary", maxspeed="50", source__maxspeed="FR:rural") == (40, 40)
    assert car("primary", zone__maxspeed="FR:30") == (24, 24)
    assert car("primary", maxspeed="panne") == (64, 64)
    assert car("primary", maxspeed="90", maxspeed__backward="50") == (72, 40)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("50 km/h", 50), ("30 mph", 48.28032), ("walk", 5), ("FR:walk", 5), ("none", 130),
        ("FR:rural", 80), ("FR:motorway", 130), ("DE:zone:30", 30), ("FR:zone30", 30),
        ("90;30;90", 30), ("0", None), ("900", 130), ("2", 5), ("", None), (None, None),
    ],
)  # fmt: skip
def test_limits_as_people_write_them(value, expected):
    assert parse_limit(value) == expected


def test_in_towns_a_road_without_a_limit_has_that_of_towns():
    def speed(**tags):
        return road_speeds(tags, "voiture", town=True)

    assert speed(highway="primary") == (40, 40)
    assert speed(highway="primary", maxspeed="80") == (64, 64)
    assert speed(highway="motorway") == (117, 0)
    assert all(0 < rule.town_kmh <= rule.limit_kmh for rule in ROAD_CLASSES.values())


def test_walkers_go_both_ways_at_one_speed_on_what_is_theirs():
    assert foot("footway") == foot("steps") == foot("residential", oneway="yes") == (4.5, 4.5)
    assert foot("motorway") == foot("residential", foot="no") == (0, 0)
    assert foot("residential", access="private") == (0, 0)
    assert foot("residential", access="private", foot="yes") == (4.5, 4.5)
    assert foot("cycleway") == foot("trunk") == foot("primary", motorroad="yes") == (0, 0)
    assert foot("track", access="forestry") == (4.5, 4.5)
    assert foot("cycleway", foot="designated") == (4.5, 4.5)


def test_speeds_fall_with_the_class_and_never_exceed_the_limit():
    order = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified",
             "residential", "living_street"]  # fmt: skip
    speeds = [car(highway)[0] for highway in order]
    assert speeds == sorted(speeds, reverse=True)
    assert all(0 < rule.factor <= 1 for rule in ROAD_CLASSES.values())


def test_the_version_of_the_rules_follows_their_content(monkeypatch):
    before = rules_version("voiture")
    assert before == rules_version("voiture") != rules_version("marche")
    monkeypatch.setitem(ROAD_CLASSES, "residential", ROAD_CLASSES["service"])
    assert rules_version("voiture") != before
    assert "footway" in highways_of("marche")
