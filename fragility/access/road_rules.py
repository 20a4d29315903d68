"""What the tags of a road mean: who may take it, which way, and how fast.

Left out, and made up for by the factors below: turns (costs and prohibitions), traffic lights,
congestion, slope. Left out for good: barriers on a road (bollards, gates), hours (`access:
conditional`), ferries — an island that only a boat reaches is out of reach by road.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

Profile = Literal["voiture", "marche"]
PROFILES: tuple[Profile, ...] = ("voiture", "marche")
WALK_KMH = 4.5


@dataclass(frozen=True)
class RoadClass:
    """How fast a class of roads is driven.

    Attributes
    ----------
    limit_kmh : limit assumed where none is given, on open road: that of French law (code de la
        route, R413-2), or what such a road mostly has.
    town_kmh : the same in towns (R413-3).
    factor : mean speed over a trip, in shares of the limit. An assumption: no French source gives
        it by class. It stands for turns, lights, slopes and traffic, hence lower on small roads.
    """

    limit_kmh: float
    town_kmh: float
    factor: float


ROAD_CLASSES = {
    "motorway": RoadClass(130, 130, 0.90),
    "motorway_link": RoadClass(70, 70, 0.75),
    "trunk": RoadClass(110, 110, 0.85),
    "trunk_link": RoadClass(70, 70, 0.75),
    "primary": RoadClass(80, 50, 0.80),
    "primary_link": RoadClass(50, 50, 0.75),
    "secondary": RoadClass(80, 50, 0.75),
    "secondary_link": RoadClass(50, 50, 0.75),
    "tertiary": RoadClass(80, 50, 0.70),
    "tertiary_link": RoadClass(50, 50, 0.70),
    "unclassified": RoadClass(80, 50, 0.60),
    "residential": RoadClass(50, 50, 0.60),
    "living_street": RoadClass(20, 20, 0.75),
    "service": RoadClass(30, 30, 0.50),
    "road": RoadClass(50, 50, 0.60),
    # Only where a tag says that cars may.
    "track": RoadClass(20, 20, 0.75),
}
# Roads that nobody lives along, though a trip may take them.
THROUGH_ONLY = {"motorway", "motorway_link"}
# Tunnels that are none: an arch under a house has doors.
OPEN_TUNNELS = {"no", "building_passage"}
# Roads that people live along: many of them make a town.
STREETS = {"residential", "living_street"}
# Limits written in words: « FR:urban », « FR:zone30 ».
LIMITS_KMH = {
    "urban": 50.0,
    "rural": 80.0,
    "trunk": 110.0,
    "motorway": 130.0,
    "none": 130.0,
    "living_street": 20.0,
    "walk": 5.0,
}
MILE_KM = 1.609344
# Beyond these a number is a mistake.
SLOWEST_KMH, FASTEST_KMH = 5.0, 130.0
# Values that close a road; any other (yes, destination, customers…) leaves it open.
CLOSED = {
    "no", "private", "agricultural", "forestry", "agricultural;forestry", "delivery", "emergency",
    "military", "permit", "bus", "psv",
}  # fmt: skip
CLOSED_ON_FOOT = {"no", "private", "military", "permit", "use_sidepath"}
GRANTED = {"yes", "permissive", "designated", "destination", "official", "customers"}
# Private ways to one door, and aisles: homes join the network in the street.
DOOR_SERVICES = {"driveway", "parking_aisle", "drive-through", "emergency_access"}
_CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
# Open on foot unless a tag closes them; `cycleway`, `trunk` only where a tag says so.
FOOT_CLASSES = {
    "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
    "unclassified", "residential", "living_street", "service", "road", "track", "pedestrian",
    "footway", "path", "steps", "bridleway",
}  # fmt: skip
FOOT_IF_GRANTED = {"cycleway", "trunk", "trunk_link"}


def highways_of(profile: Profile) -> list[str]:
    """Classes of roads that a profile may take."""
    return sorted(ROAD_CLASSES if profile == "voiture" else FOOT_CLASSES | FOOT_IF_GRANTED)


def rules_version(profile: Profile) -> str:
    """Checksum of all that `road_speeds` depends on but its own code."""
    sets = (
        THROUGH_ONLY, OPEN_TUNNELS, STREETS, CLOSED, CLOSED_ON_FOOT, GRANTED, DOOR_SERVICES,
        FOOT_CLASSES, FOOT_IF_GRANTED,
    )  # fmt: skip
    classes = {name: asdict(rule) for name, rule in ROAD_CLASSES.items()}
    numbers = (LIMITS_KMH, WALK_KMH, SLOWEST_KMH, FASTEST_KMH)
    tables = (classes, numbers, [sorted(names) for names in sets])
    return hashlib.sha256(repr((profile, tables)).encode()).hexdigest()[:12]


def road_speeds(
    tags: Mapping[str, str], profile: Profile, *, town: bool = False
) -> tuple[float, float]:
    """Speeds along a road, in km/h: in the order of its nodes, and against it; 0 where closed.

    Parameters
    ----------
    town : whether the road is in a town, which counts where no tag gives a limit.

    Examples
    --------
    >>> road_speeds({"highway": "residential", "oneway": "yes"}, "voiture")
    (30.0, 0.0)
    >>> road_speeds({"highway": "residential", "oneway": "yes"}, "marche")
    (4.5, 4.5)
    """
    if tags.get("highway") not in highways_of(profile) or tags.get("route") == "ferry":
        return 0.0, 0.0
    if profile == "marche":
        speed = WALK_KMH if _open_on_foot(tags) else 0.0
        return speed, speed
    if not _open_to_cars(tags):
        return 0.0, 0.0
    factor = ROAD_CLASSES[tags["highway"]].factor
    common = _limit(tags, town)
    limits = [parse_limit(tags.get(f"maxspeed:{way}")) for way in ("forward", "backward")]
    along, against = (factor * (common if limit is None else limit) for limit in limits)
    allowed = _directions(tags)
    return along * allowed[0], against * allowed[1]


def is_through_only(tags: Mapping[str, str]) -> bool:
    """Whether nobody lives along a road: motorways, roads for motors only, tunnels."""
    return (
        tags.get("highway") in THROUGH_ONLY
        or tags.get("motorroad") == "yes"
        or tags.get("tunnel", "no") not in OPEN_TUNNELS
    )


def parse_limit(value: str | None) -> float | None:
    """Speed limit in km/h; the lowest of several; nothing when it is not understood.

    Examples
    --------
    >>> [parse_limit(v) for v in ("70", "30 mph", "FR:urban", "FR:zone30", "50;30", "signals")]
    [70.0, 48.28032, 50.0, 30.0, 30.0, None]
    """
    if value is None:
        return None
    limits = [_one_limit(part.strip().lower()) for part in re.split(r"[;|]", value)]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _one_limit(value: str) -> float | None:
    number = re.fullmatch(r"(?:[a-z]{2}:)?(?:zone:?)?(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph)?", value)
    if number is None:
        return LIMITS_KMH.get(value.rsplit(":", 1)[-1])
    limit = float(number[1]) * (MILE_KM if number[2] == "mph" else 1)
    if limit == 0:
        return None
    return min(max(limit, SLOWEST_KMH), FASTEST_KMH)


def _limit(tags: Mapping[str, str], town: bool) -> float:
    """Limit given by a tag, in figures before words, or that of the class."""
    for key in ("maxspeed", "zone:maxspeed", "maxspeed:type", "source:maxspeed"):
        limit = parse_limit(tags.get(key))
        if limit is not None:
            return limit
    rule = ROAD_CLASSES[tags["highway"]]
    return rule.town_kmh if town else rule.limit_kmh


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether cars may follow a road in the order of its nodes, and against it."""
    oneway = tags.get("oneway")
    if oneway in ("-1", "reverse"):
        return False, True
    implied = tags["highway"] == "motorway" or tags.get("junction") in ("roundabout", "circular")
    if oneway in ("yes", "true", "1") or (implied and oneway not in ("no", "false", "0")):
        return True, False
    return True, True


def _open_to_cars(tags: Mapping[str, str]) -> bool:
    """The most particular tag decides: `motorcar=yes` opens a road of `access=private`."""
    if tags.get("service") in DOOR_SERVICES:
        return False
    said = next((tags[key] for key in _CAR_KEYS if key in tags), None)
    if tags["highway"] == "track":
        return said in GRANTED
    return said not in CLOSED


def _open_on_foot(tags: Mapping[str, str]) -> bool:
    said = tags.get("foot", tags.get("access"))
    if tags.get("motorroad") == "yes":
        return False
    if tags["highway"] in FOOT_IF_GRANTED:
        return tags.get("foot") in GRANTED
    return said not in CLOSED_ON_FOOT
