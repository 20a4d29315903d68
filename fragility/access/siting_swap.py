"""Exchange one post for another: for more people (Teitz & Bart 1968), or for a better place."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.access.siting_problem import Problem

# An exchange must bring more than this share of the whole, so that rounding cannot go in circles.
WORTH = 1e-10


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


def recentre(
    problem: Problem, chosen: NDArray[np.int64], rank: NDArray[np.int64], leeway: float
) -> NDArray[np.int64]:
    """Move each post to the best placed of the candidates that are nearly as good.

    Parameters
    ----------
    chosen : positions of candidates, in order.
    rank : preference of each candidate, the lowest first, shape (candidates,).
    leeway : share of what a post alone reaches that its move may lose, 0 to 1.

    Returns
    -------
    A choice of the same length. It loses at most `leeway` of the value: what each post alone
    reaches sums to no more than that.
    """
    chosen, reach = chosen.copy(), problem.reach
    used = np.bincount(problem.group[chosen], minlength=len(problem.room))
    times = problem.times(chosen)
    for at, old in enumerate(chosen):
        own = reach.indices[reach.indptr[old] : reach.indptr[old + 1]]
        times[own] -= 1
        alone = reach @ np.where(times == 0, problem.weight, 0.0)
        same = problem.group == problem.group[old]
        enough = alone >= (1 - leeway) * alone[old] - 1e-9
        enough &= same | (used < problem.room)[problem.group]
        enough[np.delete(chosen, at)] = False
        new = int(np.flatnonzero(enough)[np.argmin(rank[enough])])
        used[problem.group[old]] -= 1
        used[problem.group[new]] += 1
        times[reach.indices[reach.indptr[new] : reach.indptr[new + 1]]] += 1
        chosen[at] = new
    return chosen
