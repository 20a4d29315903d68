"""The problem of where to put posts, as numbers, and the reductions that keep its best value.

Maximal covering (Church & ReVelle 1974, "The maximal covering location problem", Papers of the
Regional Science Association 32): choose at most so many candidates that the demand reached by at
least one of them weighs most. Nothing here knows of geography.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.access.pairs import Pairs
from fragility.errors import UsageError

# Comparing candidates two by two costs the sum of the squares of the candidates of each demand;
# beyond this many products (a few seconds) it costs more than it saves.
MOST_PRODUCTS = 4e8


@dataclass(frozen=True)
class Problem:
    """Candidates, the demand that each reaches, and how many may be chosen.

    Attributes
    ----------
    reach : ones where a candidate (row) reaches a demand (column), shape (candidates, demands).
    weight : positive, what each demand counts for, shape (demands,).
    posts : how many candidates may be chosen in all.
    group : group of each candidate, 0 .. g-1, shape (candidates,).
    room : how many may be chosen in each group, shape (g,).
    """

    reach: csr_array
    weight: NDArray[np.float64]
    posts: int
    group: NDArray[np.int64]
    room: NDArray[np.int64]

    def best(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Choose the candidates of greatest positive value that posts and groups allow.

        Returns
        -------
        Their positions, greatest value first; the first of equals wins.
        """
        order = np.argsort(-values, kind="stable")
        order = order[values[order] > 0]
        if len(self.room) > 1:
            group = self.group[order]
            by_group = np.argsort(group, kind="stable")
            start = np.searchsorted(group[by_group], np.arange(len(self.room)))
            rank = np.empty(len(order), dtype=np.int64)
            rank[by_group] = np.arange(len(order)) - start[group[by_group]]
            order = order[rank < self.room[group]]
        return order[: self.most]

    @property
    def most(self) -> int:
        """Posts that can be filled, groups considered."""
        return int(min(self.posts, self.room.sum()))

    def value(self, chosen: NDArray[np.int64]) -> float:
        """Weight of the demand that some candidates reach together."""
        return float(self.weight[self.times(chosen) > 0].sum())

    def times(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of the chosen candidates reach each demand, shape (demands,)."""
        mark = np.zeros(self.reach.shape[0])
        mark[chosen] = 1
        return np.rint(self.reach.T @ mark).astype(np.int64)


def build_problem(
    pairs: Pairs,
    weight: NDArray[np.float64],
    posts: int,
    *,
    group: NDArray[np.int64] | None = None,
    quota: int | None = None,
) -> Problem:
    """State the problem of a cost table whose homes are the demand, and its places the candidates.

    Parameters
    ----------
    pairs : every pair counts: cut the table at the threshold first (`Pairs.within`).
    weight : of each home, not negative, shape (pairs.homes,).
    posts : at least 1.
    group, quota : at most `quota` candidates of each group; no quota if left out.

    Raises
    ------
    UsageError
        When `posts` or `quota` is less than 1.
    """
    for name, number in (("postes", posts), ("quota", 1 if quota is None else quota)):
        if number < 1:
            raise UsageError(
                f"Le nombre de {name} demandé est impossible.",
                expected="un nombre entier d'au moins 1",
                found=str(number),
                remedy="corrigez le nombre demandé",
            )
    if quota is None or group is None:
        group, quota = np.zeros(pairs.places, dtype=np.int64), posts
    reach = csr_array(
        (np.ones(len(pairs.home)), (pairs.place, pairs.home)), shape=(pairs.places, pairs.homes)
    )
    reach.sum_duplicates()
    reach.data[:] = 1
    room = np.full(int(group.max(initial=0)) + 1, quota, dtype=np.int64)
    return Problem(reach, np.asarray(weight, dtype=float), posts, group, room)


def keep(problem: Problem, candidates: NDArray[np.int64]) -> Problem:
    """Keep some candidates, in the order given."""
    return Problem(
        csr_array(problem.reach[candidates]),
        problem.weight,
        problem.posts,
        problem.group[candidates],
        problem.room,
    )


def presolve(problem: Problem) -> tuple[Problem, NDArray[np.int64]]:
    """Make the problem smaller without changing the value of its best solution.

    Demand that nobody reaches or that weighs nothing goes; demand that the same candidates reach
    becomes one; a candidate that reaches nothing more than another goes, if that other is of the
    same group (otherwise the room left may decide). Of equal candidates the first stays.

    Returns
    -------
    The smaller problem, and the position of its candidates in the larger one.
    """
    small = merge_demand(problem)
    useful = np.flatnonzero(np.diff(small.reach.indptr) > 0)
    small = keep(small, useful)
    if float((np.diff(csr_array(small.reach.T).indptr).astype(float) ** 2).sum()) > MOST_PRODUCTS:
        return small, useful
    stays = np.flatnonzero(~dominated(small))
    # Candidates that are gone told demands apart: some now have the same ones.
    return merge_demand(keep(small, stays)), useful[stays]


def merge_demand(problem: Problem) -> Problem:
    """Add up the weight of demands that the same candidates reach."""
    by_demand = csr_array(problem.reach.T)
    by_demand.sort_indices()
    start, of = by_demand.indptr, by_demand.indices.astype(np.int32)
    kept = np.flatnonzero((np.diff(start) > 0) & (problem.weight > 0))
    number: dict[bytes, int] = {}
    merged = np.array(
        [number.setdefault(of[start[i] : start[i + 1]].tobytes(), len(number)) for i in kept],
        dtype=np.int64,
    )
    first = kept[np.unique(merged, return_index=True)[1]]
    return Problem(
        csr_array(csr_array(by_demand[first]).T),
        np.bincount(merged, problem.weight[kept], minlength=len(number)).astype(float),
        problem.posts,
        problem.group,
        problem.room,
    )


def dominated(problem: Problem) -> NDArray[np.bool_]:
    """Tell the candidates whose demand another one of their group reaches too."""
    size = np.diff(problem.reach.indptr)
    common = csr_array(problem.reach @ problem.reach.T).tocoo()
    one, other = common.coords
    inside = (np.rint(common.data) == size[one]) & (problem.group[one] == problem.group[other])
    beaten = inside & ((size[other] > size[one]) | ((size[other] == size[one]) & (other < one)))
    gone = np.zeros(len(size), dtype=bool)
    gone[one[beaten]] = True
    return gone
