"""Where to put posts, proved or not in time: against spopt and against the solver alone."""

from __future__ import annotations

import time

import numpy as np
import pulp
import pytest
from spopt.locate import MCLP

from fragility.access.pairs import Pairs
from fragility.access.siting import build_problem, site
from fragility.access.siting_exact import solve, solve_apart
from fragility.access.siting_problem import Problem, keep


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("seed", range(6))
def test_spopt_finds_the_same_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes, places = rng.uniform(0, 50, (60, 2)), rng.uniform(0, 50, (25, 2))
    km = np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1))
    weight = rng.integers(1, 40, 60).astype(float)
    peer = MCLP.from_cost_matrix(km, weight, service_radius=8, p_facilities=4)
    peer.solve(pulp.PULP_CBC_CMD(msg=False))
    home, place = np.nonzero(km <= 8)
    table = Pairs(
        home.astype(np.int32), place.astype(np.int32), km[home, place].astype(np.float32), 60, 25, 8
    )
    plan = site(build_problem(table, weight, 4))
    assert plan.proved
    assert plan.value == pytest.approx(peer.problem.objective.value())


def spread(
    demands: int, candidates: int, posts: int, km: float, seed: int = 3, quota: int | None = None
) -> Problem:
    """Demand and candidates at random in a square, a post reaching 12 km."""
    rng = np.random.default_rng(seed)
    homes, places = rng.uniform(0, km, (demands, 2)), rng.uniform(0, km, (candidates, 2))
    away = np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1))
    home, place = np.nonzero(away <= 12)
    table = Pairs(
        home.astype(np.int32), place.astype(np.int32), np.ones(len(home), np.float32),
        demands, candidates, 20,
    )  # fmt: skip
    weight, group = rng.lognormal(4, 1, demands), rng.integers(0, 6, candidates)
    return build_problem(table, weight, posts, group=group, quota=quota)


def test_one_departement_is_proved_best() -> None:
    plan = site(spread(demands=250, candidates=500, posts=10, km=85))
    assert plan.proved
    assert plan.value > plan.greedy_value


def test_without_time_the_choice_has_a_bound_and_says_that_it_is_not_proved() -> None:
    case = spread(demands=250, candidates=500, posts=10, km=85)
    best = site(case)
    hurried = site(case, seconds=0.0)
    assert not hurried.proved
    assert hurried.greedy_value <= hurried.value <= best.value <= hurried.bound
    assert 0 < hurried.gap < 0.3
    plain = site(case, exact=False)
    assert plain.value == plain.greedy_value == hurried.greedy_value
    assert plain.bound >= best.value


@pytest.mark.parametrize("quota", [None, 2])
@pytest.mark.parametrize("seed", range(5))
def test_the_solver_alone_without_any_reduction_agrees(seed: int, quota: int | None) -> None:
    case = spread(demands=120, candidates=120, posts=9, km=70, seed=seed, quota=quota)
    alone = solve(case, 60)
    assert alone.proved
    assert alone.chosen is not None
    assert case.value(alone.chosen) == pytest.approx(site(case).value, rel=1e-9)


def test_the_solver_that_is_watched_agrees_and_is_stopped_in_time() -> None:
    case = spread(demands=120, candidates=120, posts=9, km=70)
    apart = solve_apart(case, 60)
    assert apart.proved
    assert apart.chosen is not None
    assert case.value(apart.chosen) == pytest.approx(case.value(solve(case, 60).chosen))
    start = time.perf_counter()
    late = solve_apart(case, 0.05)
    assert (late.chosen, late.bound, late.proved) == (None, np.inf, False)
    assert time.perf_counter() - start < 2


def test_the_solver_obeys_what_is_forced() -> None:
    case = spread(demands=60, candidates=60, posts=4, km=60)
    assert 59 in solve(case, 30, forced=np.array([59])).chosen.tolist()
    assert keep(case, np.array([5, 2])).reach.shape[0] == 2
