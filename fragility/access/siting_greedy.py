"""Choose posts one by one, and know how far from the best choice that can be."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.access.siting_problem import Problem
from fragility.access.siting_swap import exchange

# Two gains closer than this share of all the demand are equal: the first candidate wins.
TIE = 1e-12
ROUNDS = 600
EXCHANGES = 60  # rounds between two attempts to better the choice of the relaxation
PATIENCE = 15  # rounds without progress before the step is halved
SMALLEST_STEP = 1e-3


@dataclass(frozen=True)
class Ordered:
    """Candidates in the order of choice.

    Attributes
    ----------
    chosen : positions of the candidates, the first choice first.
    gain : weight that each adds to those before it; positive.
    bound : no choice is worth more.
    """

    chosen: NDArray[np.int64]
    gain: NDArray[np.float64]
    bound: float


def greedy(problem: Problem) -> Ordered:
    """Choose at each step the candidate that adds most to those chosen before.

    Notes
    -----
    When a candidate is chosen, the demand that it reaches is taken away from all others that
    reach it: each pair is touched once, and the gains are always exact, so nothing has to be
    evaluated again (the lazy evaluation of Minoux 1978 saves less). What a choice can still be
    worth, at any step, is at most what is already reached plus the greatest gains left, as many
    as there are posts (Leskovec et al. 2007, "Cost-effective outbreak detection"): the least of
    these is the bound. The guarantee known beforehand, 1 - 1/e of the best (one half with groups),
    is far weaker.
    """
    by_demand = csr_array(problem.reach.T)
    gain = problem.reach @ problem.weight
    is_open = np.ones(len(problem.weight), dtype=bool)
    is_free = np.ones(len(gain), dtype=bool)
    room = problem.room.copy()
    tie = TIE * problem.weight.sum()
    chosen, gains, reached, bound = [], [], 0.0, np.inf
    for _ in range(problem.most):
        bound = min(bound, reached + float(gain[problem.best(gain)].sum()))
        offered = np.where(is_free & (room[problem.group] > 0), gain, 0.0)
        if offered.max(initial=0.0) <= tie:
            break
        pick = int(np.argmax(offered >= offered.max() - tie))
        own = problem.reach.indices[problem.reach.indptr[pick] : problem.reach.indptr[pick + 1]]
        new = own[is_open[own]]
        is_open[new] = False
        is_free[pick] = False
        room[problem.group[pick]] -= 1
        chosen.append(pick)
        gains.append(float(problem.weight[new].sum()))
        reached += gains[-1]
        near = csr_array(by_demand[new])
        lost = np.repeat(problem.weight[new], np.diff(near.indptr))
        np.subtract.at(gain, near.indices, lost)
        gain[pick] = 0.0
    bound = min(bound, reached + float(gain[problem.best(gain)].sum()), problem.weight.sum())
    return Ordered(np.array(chosen, dtype=np.int64), np.array(gains), max(bound, reached))


@dataclass(frozen=True)
class Relaxed:
    """What the relaxation of a problem proves.

    Attributes
    ----------
    bound : no choice is worth more.
    chosen : the best choice met on the way, positions of candidates.
    value : what it is worth.
    without, with_it : a choice without the candidate, or with it, is worth at most this, shape
        (candidates,) each.
    """

    bound: float
    chosen: NDArray[np.int64]
    value: float
    without: NDArray[np.float64]
    with_it: NDArray[np.float64]


def relax(problem: Problem, start: NDArray[np.int64], deadline: float) -> Relaxed:
    """Bound the problem by Lagrangian relaxation, improving the choice met on the way.

    Parameters
    ----------
    start : a choice, for instance the greedy one.
    deadline : `time.perf_counter()` at which to stop.

    Notes
    -----
    "A demand counts only if a chosen candidate reaches it" is priced, at u between 0 and the
    weight w: L(u) = sum(w - u) + the greatest sum of u over the demand of as many candidates as
    there are posts. Any u gives a bound; subgradient steps (Galvao & ReVelle 1996, European
    Journal of Operational Research 88) bring it close to that of linear programming, at the price
    of one product by the matrix each. The choice that L(u) makes is one of the true problem too.
    """
    reach, weight = problem.reach, problem.weight
    across = csr_array(reach.T)
    chosen, value = start, problem.value(start)
    price = weight / np.maximum(problem.times(start), 1)
    bound, best_price, step, idle = np.inf, price, 1.0, 0
    for turn in range(ROUNDS):
        score = reach @ price
        picked = problem.best(score)
        now = float((weight - price).sum() + score[picked].sum())
        mark = np.zeros(len(score))
        mark[picked] = 1
        times = across @ mark
        worth = float(weight[times > 0].sum())
        if turn % EXCHANGES == EXCHANGES - 1:
            picked = exchange(problem, picked, deadline)
            worth = problem.value(picked)
        if worth > value:
            chosen, value = picked, worth
        if now < bound - 1e-12 * abs(now):
            bound, best_price, idle = now, price, 0
        else:
            idle += 1
        if idle >= PATIENCE:
            step, idle, price = step / 2, 0, best_price
        slope = times - 1
        # A price at its limit that would be pushed beyond it does not move.
        slope[(slope < 0) & (price >= weight)] = 0
        slope[(slope > 0) & (price <= 0)] = 0
        length = float(slope @ slope)
        done = now - value <= 1e-9 * max(value, 1) or length == 0 or step < SMALLEST_STEP
        if done or time.perf_counter() > deadline:
            break
        price = np.clip(price - step * (now - value) / length * slope, 0, weight)
    return _proved(problem, best_price, chosen, value)


def _proved(
    problem: Problem, price: NDArray[np.float64], chosen: NDArray[np.int64], value: float
) -> Relaxed:
    """Bounds that some prices prove, for the problem and for each candidate in or out.

    A candidate that is forced in takes the place of one that was picked, the least at worst; one
    forced out leaves its place to one that was not, the greatest at best.
    """
    score = problem.reach @ price
    picked = problem.best(score)
    bound = float((problem.weight - price).sum() + score[picked].sum())
    is_in = np.zeros(len(score), dtype=bool)
    is_in[picked] = True
    least = score[picked].min(initial=np.inf) if len(picked) == problem.most else 0.0
    spare = score[~is_in].max(initial=0.0)
    return Relaxed(
        bound,
        chosen,
        value,
        np.where(is_in, bound - score + np.minimum(spare, score), bound),
        np.where(is_in, bound, bound + np.minimum(score - least, 0.0)),
    )
