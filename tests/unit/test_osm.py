"""Extracts of roads: what is read, how several are joined, and every file that is not one."""

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Way

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.readers.osm import find_extracts, read_roads
from tests.osm_files import write_extract

POINTS = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (2, 1)}
STREET = {"highway": "residential", "name": "Rue Haute", "maxspeed": "30"}


def read(folder, highways=("residential",)):
    return read_roads(find_extracts(folder), highways)


def lines(roads):
    """Number of nodes of each way, and how many nodes there are."""
    return np.diff(roads.start).tolist(), len(roads.lon)


def test_ways_of_the_classes_asked_for_with_the_tags_that_count(tmp_path):
    ways = {
        10: ([1, 2, 3], STREET),
        11: ([3, 4], {"highway": "footway"}),
        12: ([1, 4], {"building": "yes"}),
        13: ([2], STREET),
    }
    write_extract(tmp_path / "a" / "b" / "un.osm.pbf", POINTS, ways)
    roads = read(tmp_path)
    assert lines(roads) == ([3], 3)
    assert roads.tags == [{"highway": "residential", "maxspeed": "30"}]
    both = read(tmp_path, ("residential", "footway"))
    assert lines(both) == ([3, 2], 4)
    assert both.way_tags.tolist() == [0, 1]
    # Three degrees east of Greenwich, as the centre of Lambert-93 is.
    assert roads.lon[0] == pytest.approx(3.0, abs=1e-6)


def test_two_extracts_are_joined_by_their_nodes_and_a_shared_way_counts_once(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", POINTS, {10: ([1, 2], STREET), 11: ([2, 3], STREET)})
    write_extract(tmp_path / "b.osm.pbf", POINTS, {11: ([2, 3], STREET), 12: ([3, 4], STREET)})
    assert lines(read(tmp_path)) == ([2, 2, 2], 4)


def test_the_last_version_of_a_way_wins_whatever_the_names(tmp_path):
    old, new = {10: ([1, 2], STREET)}, {10: ([1, 2, 3], {**STREET, "maxspeed": "50"})}
    for k, names in enumerate((("a", "b"), ("b", "a"))):
        folder = tmp_path / str(k)
        write_extract(folder / f"{names[0]}.osm.pbf", POINTS, old, version=1)
        write_extract(folder / f"{names[1]}.osm.pbf", POINTS, new, version=2)
        roads = read(folder)
        assert lines(roads)[0] == [3]
        assert roads.tags[roads.way_tags[0]]["maxspeed"] == "50"


def test_a_node_that_one_extract_lacks_is_taken_from_another(tmp_path):
    way = {10: ([1, 2, 3], STREET)}
    write_extract(tmp_path / "a.osm.pbf", POINTS, way, unlocated=(2,))
    assert np.isnan(read(tmp_path).lon).tolist() == [False, True, False]
    write_extract(tmp_path / "b.osm.pbf", POINTS, way, unlocated=(1,))
    assert np.isfinite(read(tmp_path).lon).all()


def test_the_same_content_under_two_names_counts_once(tmp_path):
    path = write_extract(tmp_path / "a.osm.pbf", POINTS, {10: ([1, 2], STREET)})
    before = find_extracts(tmp_path)
    (tmp_path / "copie.osm.pbf").write_bytes(path.read_bytes())
    assert [e.sha256 for e in find_extracts(tmp_path)] == [e.sha256 for e in before]


def test_names_do_not_change_the_order(tmp_path):
    for k in range(4):
        write_extract(tmp_path / f"{k}.osm.pbf", POINTS, {10 + k: ([1, 2], STREET)})
    found = [extract.sha256 for extract in find_extracts(tmp_path)]
    for k in range(4):
        (tmp_path / f"{k}.osm.pbf").rename(tmp_path / f"{9 - k}.osm.pbf")
    assert [extract.sha256 for extract in find_extracts(tmp_path)] == found


def test_without_the_folder_there_is_no_extract(tmp_path):
    assert find_extracts(tmp_path / "osm") == []


@pytest.mark.parametrize(
    ("name", "remedy"), [(None, "geofabrik"), ("region.osm", "osmium cat"), ("x.txt", "geofabrik")]
)
def test_a_folder_without_extract_is_refused(tmp_path, name, remedy):
    if name:
        (tmp_path / name).write_text("<osm/>")
    with pytest.raises(MissingFileError, match="aucun extrait") as error:
        find_extracts(tmp_path)
    assert error.value.path == tmp_path
    assert remedy in error.value.remedy


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "vide"),
        (b"<!DOCTYPE html><html>404</html>", "page web"),
        (b'<?xml version="1.0"?><osm version="0.6"></osm>', "XML"),
        (b'{"type": "FeatureCollection"}', "PBF error"),
    ],
)
def test_what_is_not_an_extract_is_said(tmp_path, content, found):
    path = tmp_path / "region.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match="illisible") as error:
        read(tmp_path)
    assert error.value.path == path
    assert found in error.value.found
    assert "geofabrik" in error.value.remedy


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_file_that_is_cut_is_refused(tmp_path, share):
    points = {k: (k / 1000, 0) for k in range(1, 2000)}
    path = write_extract(tmp_path / "a.osm.pbf", points, {1: (list(points), STREET)})
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(BadFileError, match="coupé"):
        read(tmp_path)


def test_an_extract_without_roads_is_refused(tmp_path):
    write_extract(tmp_path / "a.osm.pbf", POINTS, {1: ([1, 2], {"building": "yes"})})
    with pytest.raises(BadFileError, match="ne donne pas de réseau") as error:
        read(tmp_path)
    assert error.value.found == "aucune route"


def test_roads_without_coordinates_are_refused(tmp_path):
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        writer.add_way(Way(id=1, nodes=[1, 2], tags=STREET))
    with pytest.raises(BadFileError, match="ne donne pas de réseau") as error:
        read(tmp_path)
    assert "coordonnées" in error.value.found
