"""Exchange posts for more people (Teitz & Bart 1968), name larger communes, leave out idle ones."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.access.siting_problem import Problem

# An exchange must bring more than this share of the whole, so that rounding cannot go in circles.
WORTH = 1e-10
# Share of the people of a post that a place must reach to be offered instead of it.
SAME_PEOPLE = 0.5


def exchange(problem: Problem, chosen: NDArray[np.int64], deadline: float) -> NDArray[np.int64]:
    """Replace one chosen candidate by another as long as that reaches more.

    Parameters
    ----------
    chosen : positions of candidates, not empty.
    deadline : `time.perf_counter()` at which to stop.

    Returns
    -------
    A choice that no exchange of one candidate betters (unless time ran out), same length.

    Notes
    -----
    What an exchange brings is what the newcomer reaches of the demand nobody reaches, less what
    the leaver alone reached, plus what both reach of that: one sparse product gives all exchanges.
    """
    reach, chosen = problem.reach, chosen.copy()
    enough = WORTH * problem.weight.sum()
    while len(chosen) and time.perf_counter() < deadline:
        times = problem.times(chosen)
        added = reach @ np.where(times == 0, problem.weight, 0.0)
        added[chosen] = -np.inf
        alone = np.where(times == 1, problem.weight, 0.0)
        own = csr_array(reach[chosen])
        lost = own @ alone
        used = np.bincount(problem.group[chosen], minlength=len(problem.room))
        is_full = used >= problem.room
        # Without anything in common, the best newcomer of the groups that have room, and of the
        # group of each leaver.
        change = np.full(len(chosen), -np.inf)
        newcomer = np.zeros(len(chosen), dtype=np.int64)
        _offer(change, newcomer, np.where(is_full[problem.group], -np.inf, added))
        for group in np.unique(problem.group[chosen]):
            at = np.flatnonzero(problem.group[chosen] == group)
            best = np.where(problem.group == group, added, -np.inf)
            part, who = change[at], newcomer[at]
            _offer(part, who, best)
            change[at], newcomer[at] = part, who
        change -= lost
        both = csr_array(own * alone[None, :]) @ reach.T
        both = both.tocoo()
        leaver, comer = both.coords
        allowed = ~is_full[problem.group[comer]] | (
            problem.group[comer] == problem.group[chosen[leaver]]
        )
        brings = np.where(allowed, added[comer] + both.data - lost[leaver], -np.inf)
        best_pair = int(np.argmax(brings)) if len(brings) else -1
        best_apart = int(np.argmax(change))
        if best_pair >= 0 and brings[best_pair] >= change[best_apart]:
            out, into, by = leaver[best_pair], comer[best_pair], brings[best_pair]
        else:
            out, into, by = best_apart, newcomer[best_apart], change[best_apart]
        if by <= enough:
            break
        chosen[out] = into
    return chosen


def _offer(
    change: NDArray[np.float64], newcomer: NDArray[np.int64], value: NDArray[np.float64]
) -> None:
    """Note the best newcomer for the leavers to which it brings more than the one known."""
    best = int(np.argmax(value))
    better = value[best] > change
    change[better], newcomer[better] = value[best], best


def without_idle(problem: Problem, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out the candidates without which the others reach as much.

    Parameters
    ----------
    chosen : positions of candidates.

    Returns
    -------
    A choice of the same value, of which each reaches something alone. Those that reach least go
    first.
    """
    reach, times = problem.reach, problem.times(chosen)
    enough = WORTH * problem.weight.sum()
    weight = reach[chosen] @ problem.weight
    stays = np.ones(len(chosen), dtype=bool)
    for at in np.argsort(weight, kind="stable"):
        own = reach.indices[reach.indptr[chosen[at]] : reach.indptr[chosen[at] + 1]]
        if problem.weight[own[times[own] == 1]].sum() <= enough:
            stays[at] = False
            times[own] -= 1
    return chosen[stays]


def first_equals(problem: Problem, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put in the place of each post the first candidate that loses nobody by it.

    Of candidates that reach the same people the first is to be proposed
    (`candidates.list_candidates`), and searches for the best choice look at numbers only.

    Parameters
    ----------
    chosen : positions of candidates.

    Returns
    -------
    A choice that reaches as many people, same length. Each post stays in its group.
    """
    times, moved = problem.times(chosen), chosen.copy()
    reach, enough = problem.reach, WORTH * problem.weight.sum()
    for at, post in enumerate(chosen):
        times[_reached(reach, post)] -= 1
        brings = reach @ np.where(times == 0, problem.weight, 0.0)
        good = (problem.group == problem.group[post]) & (brings >= brings[post] - enough)
        good[np.delete(moved, at)] = False
        moved[at] = np.argmax(good)
        times[_reached(reach, moved[at])] += 1
    return moved


def substitutes(
    problem: Problem,
    chosen: NDArray[np.int64],
    town: NDArray[np.int64],
    size: NDArray[np.float64],
    leeway: float,
) -> NDArray[np.int64]:
    """Name for each post another place, in a larger commune, that costs the choice little.

    Parameters
    ----------
    chosen : positions of candidates, in order.
    town, size : number and inhabitants of the commune of each candidate, shape (candidates,) each.
    leeway : share of what a post adds to those before it that the choice may lose by the move.

    Returns
    -------
    Positions of candidates, -1 for a post without any, shape (n,). The largest commune; the first
    of equals. No commune has a post of the choice or is named twice; each place is of the group of
    its post, and reaches at least half (`SAME_PEOPLE`) of the people that the post adds.

    Notes
    -----
    A move is judged twice: alone, the others staying, and after the moves of the posts before it.
    So all together lose at most `leeway` of the value too.
    """
    reach = problem.reach
    is_free = ~np.isin(town, town[chosen])
    alone, moved = problem.times(chosen), problem.times(chosen)
    is_open = np.ones(reach.shape[1], dtype=bool)
    named = np.full(len(chosen), -1, dtype=np.int64)
    enough = WORTH * problem.weight.sum()
    for at, post in enumerate(chosen):
        own = _reached(reach, post)
        added = np.zeros(reach.shape[1])
        mine = own[is_open[own]]
        added[mine], is_open[mine] = problem.weight[mine], False
        good = is_free & (problem.group == problem.group[post]) & (size > size[post])
        good &= reach @ added >= SAME_PEOPLE * added.sum()
        for times in (alone, moved):
            times[own] -= 1
            brings = reach @ np.where(times == 0, problem.weight, 0.0)
            good &= brings >= brings[post] - leeway * added.sum() - enough
        if good.any():
            best = np.flatnonzero(good)
            named[at] = best[np.argmax(size[best])]
            is_free &= town != town[named[at]]
        alone[own] += 1
        then = post if named[at] < 0 else named[at]
        moved[_reached(reach, then)] += 1
    return named


def _reached(reach: csr_array, candidate: np.int64) -> NDArray[np.int64]:
    """Demands that a candidate reaches."""
    own: NDArray[np.int64] = reach.indices[reach.indptr[candidate] : reach.indptr[candidate + 1]]
    return own
