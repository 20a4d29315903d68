"""Where to put posts: against brute force, and what no reduction may change."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.access.pairs import Pairs
from fragility.access.siting import build_problem, site
from fragility.access.siting_greedy import greedy, relax
from fragility.access.siting_problem import Problem, merge_demand, presolve
from fragility.access.siting_swap import exchange, first_equals, substitutes, without_idle
from fragility.errors import UsageError

FAR = 1e9


def problem(
    reach: list[list[int]], weight: list[float], posts: int, quota: int | None = None,
    group: list[int] | None = None,
) -> Problem:  # fmt: skip
    """Candidates, each with the demands that it reaches."""
    place = np.repeat(np.arange(len(reach)), [len(own) for own in reach])
    home = np.array([i for own in reach for i in own], dtype=np.int32)
    pairs = Pairs(
        home, place.astype(np.int32), np.ones(len(home), np.float32), len(weight), len(reach), 20
    )
    groups = None if group is None else np.array(group)
    return build_problem(pairs, np.array(weight), posts, group=groups, quota=quota)


def drawn(seed: int, quota: bool = False) -> Problem:
    """A small problem with ties, twins, demand of no weight and demand that nobody reaches."""
    rng = np.random.default_rng(seed)
    candidates, demands = int(rng.integers(1, 9)), int(rng.integers(1, 14))
    near = rng.random((candidates, demands)) < rng.uniform(0.1, 0.6)
    if candidates > 2:
        near[1] = near[0]
    reach = [list(np.flatnonzero(row)) for row in near]
    weight = rng.integers(0, 6, demands) / rng.choice([1, 3])
    group = list(rng.integers(0, 3, candidates))
    posts = int(rng.integers(1, 5))
    return problem(reach, list(weight), posts, int(rng.integers(1, 3)) if quota else None, group)


def best_value(case: Problem, within: set[int] | None = None, without: int = -1) -> float:
    """Best value by trying all choices, with some candidates forced in or one out."""
    best = -FAR
    for size in range(min(case.posts, case.reach.shape[0]) + 1):
        for chosen in combinations(range(case.reach.shape[0]), size):
            used = np.bincount(case.group[list(chosen)].astype(int), minlength=len(case.room))
            allowed = (used <= case.room).all() and without not in chosen
            if allowed and (within or set()) <= set(chosen):
                best = max(best, case.value(np.array(chosen, dtype=np.int64)))
    return best


CASES = given(st.integers(0, 100_000), st.booleans())


def test_greedy_takes_the_largest_first_and_can_be_beaten() -> None:
    # The one in the middle reaches 6 alone, the two others 5 each: 10 together.
    case = problem([[0, 1], [0, 2], [1, 3]], [3, 3, 2, 2], posts=2)
    first = greedy(case)
    assert first.chosen.tolist()[0] == 0
    assert first.gain.tolist() == [6, 2]
    plan = site(case)
    assert sorted(plan.chosen.tolist()) == [1, 2]
    assert plan.value == 10
    assert plan.greedy_value == 8
    assert plan.proved
    assert plan.gap == 0


def test_a_post_that_adds_nothing_is_not_proposed() -> None:
    plan = site(problem([[0], [0], [0, 1]], [1, 1], posts=3))
    assert plan.chosen.tolist() == [2]
    assert plan.gain.tolist() == [2]
    empty = site(problem([[], []], [1.0], posts=2))
    assert empty.chosen.tolist() == []
    assert empty.proved


def test_of_equal_candidates_the_first_is_proposed() -> None:
    assert site(problem([[0, 1], [1, 0], [2]], [1, 1, 5], posts=2)).chosen.tolist() == [2, 0]


def test_a_quota_sends_the_second_post_elsewhere() -> None:
    reach, weight = [[0], [1], [2]], [5.0, 4.0, 1.0]
    assert site(problem(reach, weight, 2)).chosen.tolist() == [0, 1]
    assert site(problem(reach, weight, 2, quota=1, group=[0, 0, 1])).chosen.tolist() == [0, 2]


@settings(max_examples=150, deadline=None)
@CASES
def test_the_plan_is_a_best_one(seed: int, quota: bool) -> None:
    case = drawn(seed, quota)
    plan = site(case)
    assert plan.proved
    assert plan.value == pytest.approx(best_value(case))
    assert plan.gain.sum() == pytest.approx(plan.value)
    assert case.value(plan.chosen) == pytest.approx(plan.value)
    assert (np.bincount(case.group[plan.chosen], minlength=len(case.room)) <= case.room).all()
    assert (plan.gain > 0).all()
    assert plan.greedy_value <= plan.value + 1e-9


@settings(max_examples=150, deadline=None)
@CASES
def test_reductions_keep_the_best_value(seed: int, quota: bool) -> None:
    case = drawn(seed, quota)
    small, where = presolve(case)
    assert best_value(small) == pytest.approx(best_value(case))
    assert best_value(merge_demand(case)) == pytest.approx(best_value(case))
    # A choice of the smaller problem is worth as much in the larger.
    every = np.arange(len(where))
    assert small.value(every) == pytest.approx(case.value(where))
    assert small.reach.shape[0] <= case.reach.shape[0]


def test_a_dominated_candidate_of_another_group_stays() -> None:
    reach, weight = [[0, 1], [0], [1]], [1.0, 1.0]
    assert presolve(problem(reach, weight, 2))[1].tolist() == [0]
    assert presolve(problem(reach, weight, 2, 1, [0, 1, 0]))[1].tolist() == [0, 1]


@settings(max_examples=150, deadline=None)
@CASES
def test_no_bound_is_below_what_can_be_had(seed: int, quota: bool) -> None:
    case = drawn(seed, quota)
    best, first = best_value(case), greedy(case)
    assert first.bound >= best - 1e-9
    assert first.gain.sum() >= best / 2 - 1e-9
    relaxed = relax(case, first.chosen, time.perf_counter() + 5)
    assert first.gain.sum() - 1e-9 <= relaxed.value <= best + 1e-9
    assert relaxed.bound >= best - 1e-9
    for candidate in range(case.reach.shape[0]):
        assert relaxed.with_it[candidate] >= best_value(case, {candidate}) - 1e-9
        assert relaxed.without[candidate] >= best_value(case, without=candidate) - 1e-9


@settings(max_examples=100, deadline=None)
@CASES
def test_an_exchange_never_loses_and_ends_where_none_gains(seed: int, quota: bool) -> None:
    case = drawn(seed, quota)
    start = greedy(case).chosen
    end = exchange(case, start, time.perf_counter() + 5)
    assert len(set(end.tolist())) == len(start)
    assert (np.bincount(case.group[end], minlength=len(case.room)) <= case.room).all()
    assert case.value(end) >= case.value(start) - 1e-9
    for at in range(len(end)):
        for other in set(range(case.reach.shape[0])) - set(end.tolist()):
            moved = end.copy()
            moved[at] = other
            if (np.bincount(case.group[moved], minlength=len(case.room)) <= case.room).all():
                assert case.value(moved) <= case.value(end) + 1e-6


@settings(max_examples=150, deadline=None)
@CASES
def test_a_substitute_is_larger_costs_little_and_never_betters_the_best(
    seed: int, quota: bool
) -> None:
    case = drawn(seed, quota)
    plan = site(case)
    size = np.random.default_rng(seed).integers(1, 4, case.reach.shape[0]).astype(float)
    town = np.arange(len(size))
    named = substitutes(case, plan.chosen, town, size, 0.2)
    some = named[named >= 0]
    assert len(set(some.tolist())) == len(some)
    assert not set(some.tolist()) & set(plan.chosen.tolist())
    for at in np.flatnonzero(named >= 0):
        moved = plan.chosen.copy()
        moved[at] = named[at]
        assert size[named[at]] > size[plan.chosen[at]]
        assert case.group[named[at]] == case.group[plan.chosen[at]]
        loss = plan.value - case.value(moved)
        assert -1e-9 <= loss <= 0.2 * plan.gain[at] + 1e-9
    whole = np.where(named >= 0, named, plan.chosen)
    assert case.value(whole) >= 0.8 * plan.value - 1e-9


def test_a_larger_place_that_loses_little_is_named() -> None:
    case = problem([[0, 1, 2], [0, 1]], [50, 45, 5], posts=1)
    size, post = np.array([10.0, 20.0]), np.array([0])
    town = np.array([0, 1])
    assert substitutes(case, post, town, size, 0.05).tolist() == [1]
    assert substitutes(case, post, town, size, 0.04).tolist() == [-1]
    # In the same commune, or in one that is not larger, it is none.
    assert substitutes(case, post, np.array([0, 0]), size, 0.05).tolist() == [-1]
    assert substitutes(case, post, town, np.array([20.0, 20.0]), 0.05).tolist() == [-1]


def test_a_commune_is_named_once() -> None:
    # Two rooms of one town could stand for one post each.
    case = problem([[0], [1], [0], [1]], [5, 4], posts=2)
    town, size = np.array([0, 1, 2, 2]), np.array([1.0, 1.0, 9.0, 9.0])
    assert substitutes(case, np.array([0, 1]), town, size, 0.05).tolist() == [2, -1]


def test_a_place_that_serves_as_many_others_is_no_substitute() -> None:
    # The third candidate reaches as many people as the second, but not the same.
    case = problem([[0], [1], [2]], [5, 4, 4], posts=2)
    size = np.array([1.0, 1.0, 1000.0])
    assert substitutes(case, np.array([0, 1]), np.arange(3), size, 0.05).tolist() == [-1, -1]


def test_what_other_posts_serve_is_no_loss() -> None:
    # The town leaves demand 1, which the second post reaches anyway.
    case = problem([[0, 1], [1, 2], [0]], [6, 4, 5], posts=2)
    size = np.array([1.0, 1.0, 9.0])
    assert substitutes(case, np.array([0, 1]), np.arange(3), size, 0.05).tolist() == [2, -1]


def test_of_candidates_that_reach_the_same_people_the_first_is_taken() -> None:
    # The third reaches what the first does, the fourth more than the second.
    case = problem([[0], [1], [0], [1, 2]], [5, 4, 3], posts=2)
    assert first_equals(case, np.array([2, 3])).tolist() == [0, 3]
    assert first_equals(case, np.array([0, 1])).tolist() == [0, 1]
    # Not one that is chosen already, nor one of another group.
    twins = problem([[0], [0], [1]], [5, 4], posts=2)
    assert first_equals(twins, np.array([1, 0])).tolist() == [1, 0]
    apart = problem([[0], [0]], [5], posts=1, quota=1, group=[0, 1])
    assert first_equals(apart, np.array([1])).tolist() == [1]


@pytest.mark.parametrize("seed", range(30))
def test_the_first_of_equals_reach_as_many_in_all(seed: int) -> None:
    case = drawn(seed, quota=seed % 2 == 1)
    chosen = site(case).chosen
    moved = first_equals(case, chosen)
    assert case.value(moved) >= case.value(chosen) - 1e-9
    assert len(set(moved.tolist())) == len(chosen)
    assert (case.group[moved] == case.group[chosen]).all()
    assert moved.sum() <= chosen.sum()


def test_a_post_that_others_make_useless_is_left_out() -> None:
    # The middle one is the largest, but the two others reach all that it reaches.
    case = problem([[0, 1], [0, 2], [1, 3]], [3, 3, 2, 2], posts=3)
    assert greedy(case).chosen.tolist() == [0, 1, 2]
    plan = site(case)
    assert plan.chosen.tolist() == [1, 2]
    assert (plan.value, plan.reachable) == (10, 10)
    assert without_idle(case, np.array([0, 1, 2])).tolist() == [1, 2]


def test_what_reaches_all_is_the_smallest_choice() -> None:
    # One by one takes the largest, then needs two more: three posts, each of some use, where the
    # two last reach all.
    case = problem([[0, 1, 2, 3], [0, 1, 4], [2, 3, 5]], [2, 2, 2, 2, 1, 1], posts=9)
    assert greedy(case).chosen.tolist() == [0, 1, 2]
    assert sorted(site(case).chosen.tolist()) == [1, 2]


@settings(max_examples=100, deadline=None)
@CASES
def test_all_that_can_be_is_reached_with_the_fewest(seed: int, quota: bool) -> None:
    case = drawn(seed, quota)
    plan = site(case)
    if plan.value >= plan.reachable - 1e-9 and len(plan.chosen) > 1:
        fewer = replace(case, posts=len(plan.chosen) - 1)
        assert best_value(fewer) < plan.reachable - 1e-9


def test_what_can_be_reached_does_not_depend_on_the_number_of_posts() -> None:
    case = problem([[0], [1]], [5.0, 3.0, 9.0], posts=1)
    assert (site(case).value, site(case).reachable) == (5, 8)


@pytest.mark.parametrize(("posts", "quota", "said"), [(0, None, "postes"), (3, 0, "quota")])
def test_impossible_numbers_are_refused(posts: int, quota: int | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        problem([[0]], [1.0], posts, quota, [0])
