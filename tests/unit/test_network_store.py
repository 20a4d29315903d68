"""The store of networks: by content, whole or made again."""

import numpy as np
import pytest

from fragility.access import network_store
from fragility.access.network_store import engine_of, load_network
from fragility.access.road_rules import ROAD_CLASSES, RoadClass
from fragility.sources.readers.osm import find_extracts
from tests.osm_files import write_extract

POINTS = {1: (0, 0), 2: (1, 0), 3: (1, 1)}
WAYS = {1: ([1, 2], {"highway": "residential"}), 2: ([2, 3], {"highway": "primary"})}


@pytest.fixture
def reads(monkeypatch):
    """How many times extracts were read."""
    count = []
    read = network_store.read_roads
    monkeypatch.setattr(network_store, "read_roads", lambda *a: count.append(1) or read(*a))
    return count


@pytest.fixture
def raw(tmp_path):
    write_extract(tmp_path / "osm" / "a.osm.pbf", POINTS, WAYS)
    return tmp_path / "osm"


def same(a, b):
    return (
        (a.graph != b.graph).nnz == 0
        and np.array_equal(a.km, b.km)
        and np.array_equal(a.xy, b.xy)
        and np.array_equal(a.is_door, b.is_door)
        and (a.epsg, a.profile, a.roads, a.found) == (b.epsg, b.profile, b.roads, b.found)
    )


def test_extracts_are_read_once_whatever_their_names(raw, tmp_path, reads):
    first = load_network(find_extracts(raw), "voiture", tmp_path / "kept")
    (raw / "a.osm.pbf").rename(raw / "renamed.osm.pbf")
    second = load_network(find_extracts(raw), "voiture", tmp_path / "kept")
    assert same(first, second)
    assert len(reads) == 1
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".npz"]


def test_another_profile_zone_content_or_speed_is_another_network(
    raw, tmp_path, reads, monkeypatch
):
    kept = tmp_path / "kept"
    load_network(find_extracts(raw), "voiture", kept)
    load_network(find_extracts(raw), "marche", kept)
    load_network(find_extracts(raw), "voiture", kept, epsg=3857)
    write_extract(raw / "b.osm.pbf", POINTS, {3: ([1, 3], {"highway": "primary"})})
    assert load_network(find_extracts(raw), "voiture", kept).roads == 3
    monkeypatch.setitem(ROAD_CLASSES, "primary", RoadClass(80, 50, 0.5))
    slower = load_network(find_extracts(raw), "voiture", kept)
    assert slower.graph.data.max() == pytest.approx(2**0.5 / 40 * 60, rel=2e-3)
    assert len(reads) == len(list(kept.iterdir())) == 5


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "flipped"])
def test_a_damaged_file_is_made_again(raw, tmp_path, reads, damage):
    before = load_network(find_extracts(raw), "voiture", tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    content = path.read_bytes()
    half = len(content) // 2
    flipped = bytearray(content)
    flipped[content.index(before.xy.tobytes())] ^= 1
    path.write_bytes(
        {"cut": content[:half], "empty": b"", "text": b"<html>", "flipped": bytes(flipped)}[damage]
    )
    after = load_network(find_extracts(raw), "voiture", tmp_path / "kept")
    assert same(before, after)
    assert len(reads) == 2
    assert path.read_bytes() == content


def test_the_engine_says_what_gave_the_minutes(raw):
    extracts = find_extracts(raw)
    engine = engine_of(extracts, "marche")
    assert (engine.name, engine.profile) == ("osm", "marche")
    assert engine.extracts == (extracts[0].sha256,)
    assert engine.rules != engine_of(extracts, "voiture").rules
