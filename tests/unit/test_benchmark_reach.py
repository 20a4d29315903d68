"""The judges of the benchmarks of reach refuse bad figures; nothing is timed here."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "judging.py"
NAN = float("nan")


@pytest.fixture(scope="module")
def judging():
    """The module, which is a script's neighbour and no package."""
    spec = importlib.util.spec_from_file_location("judging", PATH)
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its own module up.
    sys.modules["judging"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["judging"]


@pytest.fixture
def good(judging):
    """Figures within all bounds, at the edge of each."""
    return {
        "reach": judging.Measure("reach", "", 30.0, 30.0, 3000.0, "reach"),
        "spread": judging.Measure("spread", "", 8.0, 8.0, 9999.0, "spread"),
        "network": judging.Measure("network", "", 60.0, 60.0, 9999.0, "network", 1_000_000),
        "siting": judging.Measure("siting", "", 1.0, NAN, 9999.0, "siting"),
        "part": judging.Measure("roads read", "", 500.0, 500.0),
    }


@pytest.fixture
def capacity(judging):
    return judging.CapacityCase(49_000, 10_000, 1_000_000, 0.1, 1.0, 1e-9)


@pytest.fixture
def sites(judging):
    return judging.SitingCase(
        3_000, 5_000, 100, 70_000, 10.0, True, 0.0, 500.0, 490.0, "HiGHS alone", 4.0, 500.0
    )


@pytest.fixture
def small(judging):
    return judging.SitingCase(200, 100, 5, 1_000, 0.1, True, 0.0, 50.0, 49.0, "spopt", 0.2, 50.0)


def test_figures_within_their_bounds_pass(judging, good, capacity, sites, small):
    assert judging.reach_faults(good.values()) == []
    assert judging.peer_faults([capacity], [sites, small]) == []
    judging.refuse([])


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("reach", {"seconds": 30.1}, "30.1 s, at most 30"),
        ("reach", {"mb": 3001.0}, "3,001 MB, at most 3,000"),
        ("spread", {"seconds": 8.1}, "8.1 s, at most 8"),
        ("network", {"seconds": 60.1}, "60.1 s, at most 60"),
        ("network", {"junctions": 999_999}, "999,999 junctions, not 1,000,000"),
        ("siting", {"seconds": 1.1}, "1.1 s, at most 1"),
        ("siting", {"seconds": float("inf")}, "inf s, at most 1"),
        ("siting", {"seconds": NAN}, "nan s, at most 1"),
    ],
)
def test_what_takes_more_than_it_may_is_a_fault(judging, good, kind, changes, words):
    worse = {**good, kind: replace(good[kind], **changes)}
    (fault,) = judging.reach_faults(worse.values())
    assert words in fault


def test_what_was_not_measured_is_a_fault(judging, good):
    for kind in ("reach", "spread", "network", "siting"):
        rest = [own for own in good.values() if own.kind != kind]
        assert judging.reach_faults(rest) == [f"{kind}: not measured"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"peer_seconds": 0.99}, "9.9 times faster than the peer, not 10"),
        ({"apart": 1.1e-9}, "1.1e-09 from the peer"),
        ({"apart": NAN}, "nan from the peer"),
    ],
)
def test_a_capacity_no_better_than_its_peer_is_a_fault(
    judging, capacity, sites, small, changes, words
):
    (fault,) = judging.peer_faults([replace(capacity, **changes)], [sites, small])
    assert words in fault


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seconds": 10.1}, "not proved in 10 s (10.1 s)"),
        ({"proved": False, "gap": 0.01}, "not proved in 10 s"),
        ({"peer_value": 501.0}, "HiGHS alone finds 501, not 500"),
    ],
)
def test_sites_not_proved_or_not_the_best_are_a_fault(
    judging, capacity, sites, small, changes, words
):
    (fault,) = judging.peer_faults([capacity], [replace(sites, **changes), small])
    assert words in fault


@pytest.mark.parametrize(
    "changes",
    [{"peer_value": 60.0}, {"peer_value": NAN}, {"proved": False, "peer_value": 60.0},
     {"proved": False}],
)  # fmt: skip
def test_a_small_case_that_spopt_does_not_confirm_is_a_fault(
    judging, capacity, sites, small, changes
):
    (fault,) = judging.peer_faults([capacity], [sites, replace(small, **changes)])
    assert "200 x 100, 5 posts: spopt finds" in fault


def test_other_sizes_do_not_stand_for_the_one_asked(judging, capacity, sites):
    less = replace(capacity, homes=490)
    few = replace(sites, posts=10)
    assert len(judging.peer_faults([less], [few])) == 3
    # A peer that was not asked says nothing of the optimum.
    other = replace(few, peer="none", peer_value=NAN, peer_seconds=NAN)
    assert judging.peer_faults([capacity], [sites, other]) == ["sites: not compared with spopt"]


def test_a_fault_ends_the_benchmark_with_its_words(judging):
    with pytest.raises(SystemExit, match="beyond its bound:\nspread: 9 s"):
        judging.refuse(["spread: 9 s"])
