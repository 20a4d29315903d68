"""The cost table: which place is how many minutes from which home, up to a limit.

It is all that capacity and siting know of geography. Any engine that gives minutes fills it: the
cost surface (`surface.py`) and the road network (`network.py`) do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

THREADS = 2


@dataclass(frozen=True)
class Pairs:
    """Pairs of a home and a place it reaches within the limit.

    Attributes
    ----------
    home, place : positions in the lists the table was made for, shape (n,).
    minutes : of the trip from home to place, shape (n,).
    homes, places : lengths of the two lists.
    limit : minutes beyond which no pair is kept.
    """

    home: NDArray[np.int32]
    place: NDArray[np.int32]
    minutes: NDArray[np.float32]
    homes: int
    places: int
    limit: float

    def within(self, minutes: float) -> Pairs:
        """Keep the pairs that are at most some minutes apart."""
        if minutes > self.limit:
            raise ValueError(f"the table stops at {self.limit:g} minutes")
        near = self.minutes <= minutes
        return Pairs(
            self.home[near],
            self.place[near],
            self.minutes[near],
            self.homes,
            self.places,
            minutes,
        )


def reach_pairs(
    graph: csr_array,
    home_node: NDArray[np.integer],
    place_node: NDArray[np.integer],
    limit: float,
    *,
    home_leg: NDArray[np.float64] | None = None,
    place_leg: NDArray[np.float64] | None = None,
    both_ways: bool = False,
) -> Pairs:
    """Search from every place, up to a limit, for the homes that reach it.

    Parameters
    ----------
    graph : minutes along the edges, in the direction of travel, shape (nodes, nodes). It is
        searched backwards: one-way streets are those of the way to the place.
    home_node, place_node : node of each home, shape (h,), and of each place, shape (p,); -1 for
        none: it has no pair.
    limit : minutes, legs included.
    home_leg, place_leg : minutes between the home, or the place, and its node.
    both_ways : every edge takes as long both ways: the graph is not turned round.

    Notes
    -----
    Dijkstra's algorithm with a binary heap, stopped at the limit; places of one node are searched
    once.
    """
    if limit <= 0:
        raise ValueError("the limit must be positive")
    first = np.zeros(len(home_node)) if home_leg is None else home_leg
    last = np.zeros(len(place_node)) if place_leg is None else place_leg
    backwards = graph if both_ways else graph.T.tocsr()
    indptr = backwards.indptr.astype(np.int64, copy=False)
    indices = backwards.indices.astype(np.int32, copy=False)
    weights = backwards.data.astype(np.float32, copy=False)
    # Homes by node: those of node i are order[start[i]:start[i + 1]].
    order = np.argsort(home_node, kind="stable")
    order = order[home_node[order] >= 0]
    start = np.searchsorted(home_node[order], np.arange(graph.shape[0] + 1)).astype(np.int64)
    located = np.flatnonzero(place_node >= 0)
    nodes, group = np.unique(place_node[located], return_inverse=True)
    parts = [part for part in np.array_split(np.arange(len(nodes)), THREADS) if len(part)]

    def search(part: NDArray[np.int64]) -> tuple[NDArray[np.int32], ...]:
        found: tuple[NDArray[np.int32], ...] = _search(
            indptr,
            indices,
            weights,
            nodes[part].astype(np.int64),
            start,
            order.astype(np.int32),
            first.astype(np.float32),
            np.float32(limit),
        )
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(search, parts))
    if not done:
        nothing = np.zeros(0, dtype=np.int32)
        return Pairs(
            nothing, nothing, nothing.astype(np.float32), len(home_node), len(place_node), limit
        )
    home = np.concatenate([found[0] for found in done])
    node = np.concatenate(
        [found[1] + np.int32(part[0]) for found, part in zip(done, parts, strict=True)]
    )
    minutes = np.concatenate([found[2] for found in done])
    # A node may hold several places.
    held = np.argsort(group, kind="stable")
    count = np.bincount(group, minlength=len(nodes))
    begin = np.cumsum(count) - count
    del done
    repeat = count[node]
    which = np.repeat(np.arange(len(node), dtype=np.int32), repeat)
    before = (np.cumsum(repeat) - repeat - begin[node]).astype(np.int32)
    rank = np.arange(len(which), dtype=np.int32) - np.repeat(before, repeat)
    place = located[held].astype(np.int32)[rank]
    total = minutes[which] + last[place].astype(np.float32)
    kept = total <= limit
    return Pairs(
        home[which][kept],
        place[kept].astype(np.int32),
        total[kept],
        len(home_node),
        len(place_node),
        limit,
    )


@njit(nogil=True, cache=True)
def _search(indptr, indices, weights, sources, start, order, leg, limit):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Homes within the limit of each source: home, position of the source, minutes."""
    nodes = len(indptr) - 1
    best = np.full(nodes, np.inf, dtype=np.float32)
    room = 1024
    home = np.empty(room, dtype=np.int32)
    source = np.empty(room, dtype=np.int32)
    minutes = np.empty(room, dtype=np.float32)
    used = 0
    touched = np.empty(nodes, dtype=np.int32)
    for s in range(len(sources)):
        count = 0
        best[sources[s]] = 0
        touched[count] = sources[s]
        count += 1
        heap = [(np.float32(0), np.int32(sources[s]))]
        while len(heap):
            reached, node = heappop(heap)
            if reached > best[node]:
                continue
            for k in range(start[node], start[node + 1]):
                total = reached + leg[order[k]]
                if total <= limit:
                    if used == room:
                        room *= 2
                        home = np.concatenate((home, np.empty(used, dtype=np.int32)))
                        source = np.concatenate((source, np.empty(used, dtype=np.int32)))
                        minutes = np.concatenate((minutes, np.empty(used, dtype=np.float32)))
                    home[used] = order[k]
                    source[used] = s
                    minutes[used] = total
                    used += 1
            for k in range(indptr[node], indptr[node + 1]):
                other = indices[k]
                total = reached + weights[k]
                if total <= limit and total < best[other]:
                    if best[other] == np.inf:
                        touched[count] = other
                        count += 1
                    best[other] = total
                    heappush(heap, (total, other))
        for k in range(count):
            best[touched[k]] = np.inf
    return home[:used], source[:used], minutes[:used]
