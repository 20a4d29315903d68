"""Where to put posts: the best choice when it can be proved in time, else a good one and a bound.

Nothing here knows of geography: see `simulate.py`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fragility.access.siting_exact import fewest, solve, solve_apart
from fragility.access.siting_greedy import Ordered, greedy, relax
from fragility.access.siting_problem import Problem, build_problem, keep, presolve
from fragility.access.siting_swap import exchange, without_idle

__all__ = ["Plan", "Problem", "build_problem", "site"]

SECONDS = 30.0
# Values closer than this share of the whole are the same: weights are sums of floats.
SAME = 1e-9
# Of the time, what the relaxation may take; the solver has the rest.
SHARE_OF_BOUND = 0.4
# With more pairs than this, the solver may not see that its time is over: it is watched.
WATCHED_PAIRS = 100_000


@dataclass(frozen=True)
class Plan:
    """Posts in the order that reaches most people soonest.

    Attributes
    ----------
    chosen : positions of candidates, first post first; fewer than asked when more add nothing.
    gain : weight that each post adds to those before it, shape (n,).
    value : their sum.
    bound : no choice of as many posts is worth more.
    proved : the choice is a best one.
    greedy_value : what choosing one by one is worth.
    reachable : weight of the demand that some candidate reaches: what enough posts would be worth.
    seconds : time taken.
    """

    chosen: NDArray[np.int64]
    gain: NDArray[np.float64]
    value: float
    bound: float
    proved: bool
    greedy_value: float
    reachable: float
    seconds: float

    @property
    def gap(self) -> float:
        """How far below the bound the choice may be, as a share of the bound (0 when proved)."""
        return 0.0 if self.proved or self.bound <= 0 else 1 - self.value / self.bound


def site(problem: Problem, *, seconds: float = SECONDS, exact: bool = True) -> Plan:
    """Choose the candidates whose demand weighs most together.

    Parameters
    ----------
    seconds : time limit; without a proof by then, the best choice known is given with its bound.
    exact : False to stop at the greedy choice and its bound.

    Notes
    -----
    1. Greedy choice. 2. Reductions that keep the best value (`presolve`). 3. Lagrangian bound,
    which often meets a better choice. 4. Candidates that the bound excludes from, or imposes on,
    any better choice are fixed. 5. HiGHS on what is left. 6. Of a best choice, posts without which
    as much is reached are left out, and where all is reached the fewest posts that do so are looked
    for; without a proof, exchanges go on until time is over.
    """
    began = time.perf_counter()
    first = greedy(problem)
    chosen, value, bound, proved = first.chosen, _sum(first), first.bound, False
    if exact:
        chosen, value, bound, proved = _improve(problem, first, began, seconds)
    proved = proved or value >= bound * (1 - SAME)
    reachable = problem.value(np.arange(problem.reach.shape[0]))
    if proved:
        chosen = without_idle(problem, chosen)
        if exact and value >= reachable * (1 - SAME):
            chosen = _fewer(problem, chosen, seconds - (time.perf_counter() - began))
    elif exact:
        later = exchange(problem, chosen, began + seconds)
        if problem.value(later) > value:
            chosen, value = later, problem.value(later)
    ordered = _in_order(problem, chosen)
    return Plan(
        ordered.chosen,
        ordered.gain,
        value,
        value if proved else max(bound, value),
        proved,
        _sum(first),
        reachable,
        time.perf_counter() - began,
    )


def _improve(
    problem: Problem, first: Ordered, began: float, seconds: float
) -> tuple[NDArray[np.int64], float, float, bool]:
    """Look for a better choice than the greedy one, and for a proof."""
    small, where = presolve(problem)
    again = greedy(small)
    deadline = began + SHARE_OF_BOUND * seconds
    relaxed = relax(small, exchange(small, again.chosen, deadline), deadline)
    bound = min(first.bound, again.bound, relaxed.bound)
    known = [(_sum(first), first.chosen), (relaxed.value, where[relaxed.chosen])]
    value, chosen = max(known, key=lambda pair: pair[0])
    if value >= bound * (1 - SAME):
        return chosen, value, value, True
    # A choice worth less than one already known is of no use; a hair below is kept, for rounding.
    worthy = value * (1 - SAME)
    left = np.flatnonzero(relaxed.with_it >= worthy)
    forced = np.flatnonzero(relaxed.without[left] < worthy)
    last = keep(small, left)
    rest = seconds - (time.perf_counter() - began)
    if rest <= 0:
        return chosen, value, bound, False
    run = solve if last.reach.nnz <= WATCHED_PAIRS else solve_apart
    solved = run(last, rest, forced=forced)
    if solved.chosen is not None:
        found = where[left[solved.chosen]]
        worth = problem.value(found)
        if worth > value:
            chosen, value = found, worth
    if solved.proved:
        return chosen, value, value, True
    # The solver's bound holds for what is left; what was left out is worth less than what is known.
    return chosen, value, min(bound, max(solved.bound, value)), False


def _fewer(problem: Problem, chosen: NDArray[np.int64], seconds: float) -> NDArray[np.int64]:
    """Replace a choice that reaches all by a smaller one, if there is one and it is found."""
    small, where = presolve(problem)
    if seconds <= 0 or not 0 < small.reach.nnz <= WATCHED_PAIRS:
        return chosen
    found = fewest(small, seconds)
    return chosen if found is None or len(found) >= len(chosen) else where[found]


def _in_order(problem: Problem, chosen: NDArray[np.int64]) -> Ordered:
    """Put a choice in greedy order; candidates that then add nothing are left out."""
    chosen = np.sort(chosen)
    free = np.array([len(chosen)], dtype=np.int64)
    own = replace(keep(problem, chosen), posts=len(chosen), group=np.zeros_like(chosen), room=free)
    order = greedy(own)
    return Ordered(chosen[order.chosen], order.gain, order.bound)


def _sum(ordered: Ordered) -> float:
    return float(ordered.gain.sum())
