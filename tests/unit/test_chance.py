import numpy as np
import pytest

from fragility.access.chance import both_probability, uncovered_probability
from fragility.access.coverage import classify


def test_classes_are_where_the_probability_passes_5_and_95_percent():
    minutes = np.array([5.0, 14.99, 15.01, 20, 24.99, 25.01, 60])
    share = uncovered_probability(minutes, 20)
    slow, fast = (minutes / 0.75 > 20).astype(float), (minutes / 1.25 > 20).astype(float)
    words = np.select([share <= 5, share >= 95], ["couverte", "non_couverte"], "incertaine")
    assert words.tolist() == classify(slow, fast).tolist()


def test_an_island_without_a_place_is_out_of_reach_and_the_unknown_stays_unknown():
    share = uncovered_probability(np.array([np.inf, np.nan, 0.0]), 20)
    assert share[0] == 100
    assert np.isnan(share[1])
    assert share[2] < 0.01


def test_the_two_doubts_are_multiplied():
    both = both_probability(np.array([80.0]), np.array([20.0]), np.array([False]), 20)
    assert both.tolist() == [pytest.approx(40)]


def test_a_commune_with_a_place_but_one_point_is_a_toss_up_at_most():
    both = both_probability(
        np.array([100.0, 100]), np.array([90.0, 10]), np.array([True, True]), 20
    )
    assert both[0] == 50
    assert both[1] < 1
