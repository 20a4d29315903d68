"""The judge of the benchmark of products refuses what is slow or unknown; nothing is timed here."""

import importlib.util
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "judging.py"


@pytest.fixture(scope="module")
def judge():
    spec = importlib.util.spec_from_file_location("judging", PATH)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def timings(judge):
    """Every product, each just at its bound."""
    return [
        judge.Timing(kind, kind, "France", bound) for kind, bound in judge.PRODUCT_BOUNDS.items()
    ]


def test_the_bounds_are_those_that_were_promised(judge):
    assert judge.PRODUCT_BOUNDS["geopackage"] == 15
    assert judge.PRODUCT_BOUNDS["tables"] == 10
    assert judge.PRODUCT_BOUNDS["tiles"] == 60
    assert judge.PRODUCT_BOUNDS["fiches"] == 20
    assert judge.PRODUCT_BOUNDS["start"] == judge.PRODUCT_BOUNDS["first map"] == 2


def test_what_takes_no_more_than_it_may_is_passed(judge, timings):
    part = judge.Timing("", "one part", "France", 1e9)
    assert judge.product_faults([*timings, part]) == []


@pytest.mark.parametrize("seconds", [2.01, float("nan"), float("inf")])
def test_what_is_slow_or_unknown_is_said(judge, timings, seconds):
    late = judge.Timing("first map", "first map of France", "France", seconds)
    (said,) = judge.product_faults([*timings, late])
    assert said == f"first map of France: {seconds:.1f} s, at most 2"


def test_what_was_not_measured_is_a_fault(judge, timings):
    without = [own for own in timings if own.kind != "tiles"]
    assert judge.product_faults(without) == ["tiles: not measured"]
