"""The arithmetic of the index, on numbers that can be checked by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragility.index.composite import (
    aggregate,
    class_bounds,
    classify,
    combine,
    quintile_within,
    rank_scores,
    score_deciles,
)
from fragility.index.profiles import load_profile
from fragility.schemas import INDICATORS

SHARES = st.lists(st.floats(0, 100), min_size=1, max_size=60)


def test_ten_distinct_values_take_the_ten_scores():
    assert score_deciles(pd.Series(range(10), dtype=float)).tolist() == list(range(1, 11))


def test_full_coverage_of_a_third_scores_five_or_seven_by_tie_rule():
    # 40 % of the territories have no risk at all: top of their range is 4, its middle 2 or 3.
    values = pd.Series([0.0] * 4 + [1, 2, 3, 4, 5, 6])
    assert score_deciles(values, ties="upper").iloc[0] == 4
    assert score_deciles(values, ties="mid").iloc[0] == 3


def test_missing_stays_missing_and_does_not_count():
    scores = score_deciles(pd.Series([1.0, np.nan, 2.0]))
    assert scores.isna().tolist() == [False, True, False]
    assert scores.iloc[2] == 10


@given(SHARES)
def test_normalising_keeps_order_and_bounds(values):
    series = pd.Series(values, dtype=float)
    scores = score_deciles(series)
    assert scores.between(1, 10).all()
    order = series.sort_values().index
    assert scores[order].is_monotonic_increasing


def test_an_exact_tenth_does_not_climb_by_rounding():
    # rank 3 of 10 is class 3, whatever 10 * 3 / 10 gives in floating point.
    for n in (10, 30, 70, 110, 34_960):
        scores = score_deciles(pd.Series(range(n), dtype=float))
        assert scores.value_counts().eq(n / 10).all()


@given(st.lists(st.tuples(st.floats(1, 10), st.integers(0, 1000)), min_size=1, max_size=20))
def test_aggregation_stays_between_min_and_max(members):
    scores = pd.DataFrame({"score_plus_65": [m[0] for m in members]})
    weight = pd.Series([m[1] for m in members])
    mean = aggregate(scores, weight, pd.Series("a", index=scores.index)).loc["a"].iloc[0]
    assert scores["score_plus_65"].min() - 1e-9 <= mean <= scores["score_plus_65"].max() + 1e-9


def test_a_missing_member_does_not_dilute_the_mean():
    scores = pd.DataFrame({"score_pauvrete": [4.0, np.nan]})
    mean = aggregate(scores, pd.Series([10, 1000]), pd.Series(["a", "a"]))
    assert mean.loc["a", "score_pauvrete"] == 4.0


def test_score_needs_four_of_five_subscores():
    profile = load_profile("ifn-2023")
    rows = pd.DataFrame(
        [[1, 2, 3, 4, 5], [1, 2, 3, 4, np.nan], [1, 2, 3, np.nan, np.nan]],
        columns=list(INDICATORS),
        dtype=float,
    )
    score = combine(rows, profile)
    assert score.iloc[0] == 3.0
    assert score.iloc[1] == 2.5
    assert np.isnan(score.iloc[2])


def test_class_five_never_holds_more_than_its_share():
    score = pd.Series([5.0] * 30 + [6.0] * 50 + [7.0] * 15 + [8.0] * 5)
    bounds = class_bounds(score, fragile_share_pct=20)
    # 20 % reach 7, and only those: 7 is the bound.
    assert bounds[-1] == 7.0
    assert classify(score, bounds).eq(5).sum() == 20
    # With one more at 7, 21 % reach it: the bound climbs to 8.
    assert class_bounds(pd.concat([score, pd.Series([7.0, 7.0])]), 20)[-1] == 8.0


def test_scores_that_differ_by_rounding_noise_share_rank_and_class():
    noisy = pd.Series([0.1 + 0.2 + 7, 7.3, 1.0])
    assert rank_scores(noisy).tolist() == [1, 1, 3]
    bounds = class_bounds(noisy)
    assert classify(noisy, bounds).iloc[0] == classify(noisy, bounds).iloc[1]


def test_missing_scores_have_neither_rank_nor_class():
    score = pd.Series([5.0, np.nan])
    assert rank_scores(score).isna().tolist() == [False, True]
    assert classify(score, [1.0, 2.0, 3.0, 4.0]).isna().tolist() == [False, True]


def test_quintiles_are_taken_inside_each_group():
    score = pd.Series([1.0, 2, 3, 4, 5, 100, 200])
    group = pd.Series(["a"] * 5 + ["b"] * 2)
    assert quintile_within(score, group).tolist() == [1, 2, 3, 4, 5, 3, 5]


@pytest.mark.parametrize("ties", ["mid", "upper"])
def test_tie_rules_agree_without_ties(ties):
    values = pd.Series(np.linspace(0, 1, 1000))
    assert score_deciles(values, ties=ties).tolist() == np.repeat(np.arange(1, 11), 100).tolist()
