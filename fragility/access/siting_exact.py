"""The best choice of posts, by integer programming.

Run as a module, it solves the problem that it is given on its standard input: see `solve_apart`.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from fragility.access.siting_problem import Problem

OPTIMAL = 0


@dataclass(frozen=True)
class Solved:
    """What the solver found.

    Attributes
    ----------
    chosen : positions of candidates, None if it found no choice in time.
    bound : no choice is worth more; infinite if it proved nothing.
    proved : the choice is a best one.
    """

    chosen: NDArray[np.int64] | None
    bound: float
    proved: bool


def solve(problem: Problem, seconds: float, *, forced: NDArray[np.int64] | None = None) -> Solved:
    """Solve with HiGHS (`scipy.optimize.milp`).

    Parameters
    ----------
    seconds : time limit.
    forced : candidates known to be in a best choice.

    Notes
    -----
    x_j in {0, 1} chooses a candidate; 0 <= y_i <= 1 says that a demand is reached, at most by as
    many as are chosen among those that reach it. y needs not be whole: at a best choice it is.
    The default tolerance of HiGHS would call best a choice 0.01 % below: it is set to nothing.
    """
    candidates, demands = problem.reach.shape
    worth = np.r_[np.zeros(candidates), -problem.weight]
    least = np.zeros(candidates + demands)
    if forced is not None:
        least[forced] = 1
    reached = hstack([csr_array(problem.reach.T), -eye_array(demands)])
    columns = np.arange(candidates)
    member = csr_array(
        (np.ones(candidates), (problem.group, columns)), shape=(len(problem.room), candidates)
    )
    counted = vstack([csr_array(np.ones((1, candidates))), member])
    limit = np.r_[problem.posts, problem.room]
    counts = hstack([counted, csr_array((len(limit), demands))])
    answer = milp(
        worth,
        integrality=np.r_[np.ones(candidates), np.zeros(demands)],
        bounds=Bounds(least, 1),
        constraints=[
            LinearConstraint(csr_array(reached), 0, np.inf),
            LinearConstraint(csr_array(counts), -np.inf, limit),
        ],
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )
    chosen = None if answer.x is None else np.flatnonzero(answer.x[:candidates] > 0.5)
    proved = answer.status == OPTIMAL
    dual = answer.get("mip_dual_bound")
    if proved and chosen is not None:
        return Solved(chosen, problem.value(chosen), True)
    return Solved(chosen, np.inf if dual is None else -float(dual), False)


def fewest(problem: Problem, seconds: float) -> NDArray[np.int64] | None:
    """Find the smallest choice that reaches every demand that some candidate reaches.

    Parameters
    ----------
    problem : the number of posts is left aside, the groups are not.
    seconds : time limit.

    Returns
    -------
    Positions of candidates; None without a proof in time, or if groups do not allow it.
    """
    candidates = problem.reach.shape[0]
    by_demand = csr_array(problem.reach.T)
    open_to_some = by_demand[np.flatnonzero(np.diff(by_demand.indptr) > 0)]
    member = csr_array(
        (np.ones(candidates), (problem.group, np.arange(candidates))),
        shape=(len(problem.room), candidates),
    )
    answer = milp(
        np.ones(candidates),
        integrality=np.ones(candidates),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(csr_array(open_to_some), 1, np.inf),
            LinearConstraint(member, -np.inf, problem.room),
        ],
        options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
    )
    return np.flatnonzero(answer.x > 0.5) if answer.status == OPTIMAL else None


def solve_apart(
    problem: Problem, seconds: float, *, forced: NDArray[np.int64] | None = None
) -> Solved:
    """Solve in a process of its own, ended when time is over; otherwise as `solve`.

    Notes
    -----
    HiGHS looks at the clock between two steps, and one step (separation at the root) of a large
    problem took half a minute beyond its limit. Starting the process takes one or two seconds.
    """
    known = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "fragility.access.siting_exact"],
            input=pickle.dumps((problem, seconds, forced)),
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": known},
            timeout=max(seconds, 0.01),
            check=True,
        )
    except subprocess.TimeoutExpired:
        return Solved(None, np.inf, False)
    chosen, bound, proved = pickle.loads(done.stdout)
    return Solved(chosen, bound, proved)


if __name__ == "__main__":
    given, limit_s, imposed = pickle.load(sys.stdin.buffer)
    found = solve(given, limit_s, forced=imposed)
    pickle.dump((found.chosen, found.bound, found.proved), sys.stdout.buffer)
