"""Trips along the road network, between points in metres.

A point joins the network at the nearest junction, in a straight line at the speed of `ACCESS_KMH`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from fragility.access.network import SHORTEST_MIN, Network
from fragility.access.pairs import Pairs, reach_pairs
from fragility.access.road_rules import Profile

# Straight-line speed to the first junction: small streets, yards and the walk to the car; on foot,
# 4.5 km/h over ways 1.3 times as long as the straight line. Assumptions.
ACCESS_KMH: dict[Profile, float] = {"voiture": 15.0, "marche": 3.5}
# Beyond, a home is off the network: the middle of a 1 km cell is at most 700 m from its inhabitants
# and they live along roads.
OFF_NETWORK_M = 2000.0


@dataclass(frozen=True)
class Joined:
    """Where points join a network.

    Attributes
    ----------
    node : junction, -1 when it is too far, shape (n,).
    km, minutes : straight line to it, shape (n,).
    """

    node: NDArray[np.int64]
    km: NDArray[np.float64]
    minutes: NDArray[np.float64]


@dataclass(frozen=True)
class Trips:
    """The quickest trip of each home.

    Attributes
    ----------
    place : position of the place, -1 when there is none, shape (n,).
    minutes : infinite when there is none, shape (n,).
    km : length of the trip, missing when there is none, shape (n,).
    """

    place: NDArray[np.int64]
    minutes: NDArray[np.float64]
    km: NDArray[np.float64]


def join_network(network: Network, xy: NDArray[np.float64]) -> Joined:
    """Find where points join a network.

    Parameters
    ----------
    xy : metres in `network.epsg`, shape (n, 2); NaN for a point that is not known.
    """
    doors = np.flatnonzero(network.is_door)
    known = np.isfinite(xy).all(axis=1)
    metres, rank = np.full(len(xy), np.inf), np.zeros(len(xy), dtype=np.int64)
    # A bounded search ends at once far from the network, where most points of a country are when
    # the extract is that of a département; the bound itself is out of a bounded search.
    metres[known], rank[known] = cKDTree(network.xy[doors]).query(
        xy[known], distance_upper_bound=np.nextafter(OFF_NETWORK_M, np.inf), workers=-1
    )
    near = np.isfinite(metres)
    km = np.where(near, metres / 1000, np.nan)
    minutes = np.maximum(60 * km / ACCESS_KMH[network.profile], SHORTEST_MIN)
    node = np.full(len(xy), -1, dtype=np.int64)
    node[near] = doors[rank[near]]
    return Joined(node, km, minutes)


def network_pairs(
    network: Network, homes: NDArray[np.float64], places: NDArray[np.float64], limit: float
) -> Pairs:
    """List which place is how many minutes from which home, up to a limit.

    Parameters
    ----------
    homes, places : metres in `network.epsg`, shapes (h, 2) and (p, 2).

    Returns
    -------
    Points off the network have no pair.
    """
    first, last = join_network(network, homes), join_network(network, places)
    return reach_pairs(
        network.graph,
        first.node,
        last.node,
        limit,
        home_leg=np.nan_to_num(first.minutes),
        place_leg=np.nan_to_num(last.minutes),
    )


def quickest_trips(
    network: Network, homes: NDArray[np.float64], places: NDArray[np.float64]
) -> Trips:
    """Find the place that each home reaches first.

    Parameters
    ----------
    homes, places : metres in `network.epsg`, shapes (h, 2) and (p, 2).

    Notes
    -----
    One search from all places together, against the direction of travel: otherwise one-way streets
    would be those of the way home. Each place is a vertex, so that its access leg counts.
    """
    first, last = join_network(network, homes), join_network(network, places)
    held = np.flatnonzero(last.node >= 0)
    if len(held) == 0:
        nowhere = np.full(len(homes), np.inf)
        return Trips(np.full(len(homes), -1), nowhere, nowhere * np.nan)
    minutes, km = _backwards(network, last, held)
    size = len(network.xy)
    reached, before, source = dijkstra(
        minutes, indices=size + np.arange(len(held)), min_only=True, return_predecessors=True
    )
    length = _lengths(km, before)
    at = np.maximum(first.node, 0)
    answered = (first.node >= 0) & np.isfinite(reached[at])
    return Trips(
        np.where(answered, held[np.where(answered, source[at] - size, 0)], -1),
        np.where(answered, first.minutes + reached[at], np.inf),
        np.where(answered, first.km + length[at], np.nan),
    )


def _backwards(
    network: Network, last: Joined, held: NDArray[np.int64]
) -> tuple[csr_array, csr_array]:
    """Minutes and km of the reversed edges, and of the legs from each place to its junction."""
    size = len(network.xy) + len(held)
    parts = []
    for values, legs in ((network.graph.data, last.minutes), (network.km, last.km)):
        forward = csr_array((values, network.graph.indices, network.graph.indptr))
        graph = forward.T.tocsr()
        graph.sort_indices()
        pointers = np.r_[graph.indptr, graph.indptr[-1] + 1 + np.arange(len(held))]
        columns = np.r_[graph.indices, last.node[held]].astype(np.int32)
        data = np.r_[graph.data, legs[held]]
        parts.append(csr_array((data, columns, pointers.astype(np.int32)), shape=(size, size)))
    return parts[0], parts[1]


def _lengths(km: csr_array, before: NDArray[np.int32]) -> NDArray[np.float64]:
    """Length of the way from a source to each vertex, along the tree of a search.

    Parameters
    ----------
    before : vertex from which each one is reached, negative for sources and vertices not reached.
    """
    size = len(before)
    follows = np.flatnonzero(before >= 0)
    rows = np.repeat(np.arange(size), np.diff(km.indptr))
    edge = np.searchsorted(
        rows * size + km.indices, before[follows].astype(np.int64) * size + follows
    )
    total = np.zeros(size)
    total[follows] = km.data[edge]
    # Each round doubles the number of edges that are added up.
    behind = np.arange(size)
    behind[follows] = before[follows]
    while np.any(behind != behind[behind]):
        total += total[behind]
        behind = behind[behind]
    return total
