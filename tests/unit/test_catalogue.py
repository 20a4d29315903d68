"""The catalogue refuses what is incoherent, and what it holds is coherent."""

import pytest

from fragility.errors import UsageError
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    citation_of,
    find_edition,
    licence_of,
    releases_of,
)
from fragility.sources.model import LICENCES, Edition, RawFile, Release, Source


def test_every_source_is_used_by_a_release_and_has_a_page():
    assert {r.source for r in RELEASES.values()} == set(SOURCES)
    assert all(source.landing.startswith("https://") for source in SOURCES.values())


def test_every_release_has_a_licence_and_a_citation():
    for release in RELEASES.values():
        assert licence_of(release) in LICENCES
        assert SOURCES[release.source].title in citation_of(release)


def test_france_2021_states_what_it_must_equal():
    edition = find_edition("france-2021")
    assert edition.controls == {"communes": 34_965, "iris": 49_406, "population": 66_732_538}
    assert edition.banner == ""


def test_the_demo_says_that_it_is_fictional():
    assert "fictif" in EDITIONS["demo"].banner.lower()
    assert all(licence_of(r) == "fictif" for r in releases_of(EDITIONS["demo"]))


def test_both_editions_read_the_same_sources():
    demo, france = ({r.source for r in releases_of(EDITIONS[e])} for e in ("demo", "france-2021"))
    # Zonings that no copy could be had of: the fictional territory has the density grid alone.
    assert france - demo == {"anct_zrr", "anct_frr", "anct_acv", "anct_qpv"}
    assert demo <= france


def test_an_unknown_edition_is_wrong_usage():
    with pytest.raises(UsageError, match="france-2021") as error:
        find_edition("france-1999")
    assert error.value.exit_code == 2


def test_a_bad_hash_is_refused():
    with pytest.raises(ValueError, match="sha256"):
        RawFile("a.csv", 1, "abc")


def test_an_unknown_licence_is_refused():
    with pytest.raises(ValueError, match="licence"):
        Source("a", "A", "B", "https://example.org", "gpl")
    with pytest.raises(ValueError, match="licence"):
        Release("a", "1", (RawFile("a"),), 2020, licence="gpl")


def test_an_edition_does_not_pick_twice_nor_control_the_unknown():
    with pytest.raises(ValueError, match="twice"):
        Edition("a", "A", 2020, ("x/1", "x/1"))
    with pytest.raises(ValueError, match="unknown controls"):
        Edition("a", "A", 2020, ("x/1",), controls={"menages": 1})


def test_a_release_has_files_and_a_folder():
    with pytest.raises(ValueError, match="file"):
        Release("a", "1", (), 2020)
    assert Release("a", "1", (RawFile("f"),), 2020).folder == "a/1"
