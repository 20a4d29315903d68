"""The road network as a graph of minutes between junctions.

A junction is where a way ends or meets another, or a point of a long road; the points between only
give the length. Minutes are those of `road_rules.py`, without turn costs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from fragility.access.built_up import in_town
from fragility.access.road_rules import STREETS, Profile, is_through_only, road_speeds
from fragility.errors import DataCheckError
from fragility.sources.readers.osm import Roads
from fragility.territory.crs import METROPOLE, WGS84

# Fewer junctions than this, and cut off from the rest in one direction at least: a mapping error
# or a barracks rather than an island.
ISLAND_JUNCTIONS = 200
# A road is cut at its next point after this length, so that homes along it need not go to its ends.
PIECE_KM = 0.5
# Sparse graphs take an exact zero for no edge.
SHORTEST_MIN = 1e-6
# Ellipsoid of WGS 84: half axis in km, and square of the eccentricity.
_AXIS_KM, _E2 = 6378.137, 0.00669437999014
# Degrees around the area a projection is made for, within which it still measures.
_MARGIN = 0.5


@dataclass(frozen=True)
class Network:
    """Minutes along the roads of a zone.

    Attributes
    ----------
    graph : minutes of each edge in the direction of travel, shape (junctions, junctions).
    km : length of each edge, in the order of `graph.data`.
    xy : metres in `epsg`, shape (junctions, 2).
    is_door : junctions where a home may join the network: not in a tunnel or on a motorway.
    profile : `voiture` or `marche`.
    roads, found : ways that are open, and junctions before small parts were left out.
    """

    graph: csr_array
    km: NDArray[np.float64]
    xy: NDArray[np.float64]
    is_door: NDArray[np.bool_]
    epsg: int
    profile: Profile
    roads: int
    found: int

    @property
    def dropped_pct(self) -> float:
        """Share of the junctions left out because one cannot go there and come back."""
        return 100 * (1 - len(self.xy) / self.found)


@dataclass(frozen=True)
class _Edges:
    """Directed edges: junctions, minutes, km."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    minutes: NDArray[np.float64]
    km: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> _Edges:
        return _Edges(self.start[rows], self.end[rows], self.minutes[rows], self.km[rows])


def build_network(roads: Roads, profile: Profile, *, epsg: int = METROPOLE) -> Network:
    """Turn roads into a graph.

    Parameters
    ----------
    epsg : projection of `xy`; roads out of the area it is made for are left out, so that one set
        of extracts serves every zone.

    Returns
    -------
    The largest part in which every junction is reached from every other, and the other ones of at
    least `ISLAND_JUNCTIONS`: islands, separate extracts.

    Raises
    ------
    DataCheckError
        When no open road is left.
    """
    speeds = np.array(
        [[road_speeds(tags, profile, town=town) for town in (False, True)] for tags in roads.tags]
    ).reshape(-1, 2, 2)
    is_open = np.any(speeds > 0, axis=(1, 2)).astype(bool)[roads.way_tags]
    length = np.diff(roads.start)
    point = roads.node[np.repeat(is_open, length)]
    way = np.repeat(np.arange(int(is_open.sum())), length[is_open])
    start, end, km, owner = _contract(point, way, _inside(roads, epsg), roads.lon, roads.lat)
    kind = roads.way_tags[is_open][owner]
    through = np.array([is_through_only(tags) for tags in roads.tags], dtype=bool)
    street = np.array([tags.get("highway") in STREETS for tags in roads.tags], dtype=bool)
    project = Transformer.from_crs(WGS84, epsg, always_xy=True).transform
    lon, lat = ((axis[start] + axis[end]) / 2 for axis in (roads.lon, roads.lat))
    town = in_town(np.column_stack(project(lon, lat)), km, street[kind])
    with np.errstate(divide="ignore"):
        kmh = speeds[kind, town.astype(np.int64)]
        minutes = np.maximum(60 * np.r_[km, km] / kmh.T.ravel(), SHORTEST_MIN)
    both = _Edges(np.r_[start, end], np.r_[end, start], minutes, np.r_[km, km])
    edges, node = _renumber(_quickest(both.take(np.isfinite(minutes))))
    found = len(node)
    kept = _kept(_graph(edges, found))
    edges, rest = _renumber(edges.take(kept[edges.start] & kept[edges.end]))
    if len(rest) == 0:
        raise DataCheckError(
            f"Les extraits OpenStreetMap ne donnent aucun réseau ({profile}) dans la zone.",
            expected=f"des routes ouvertes, dans la zone de {CRS(epsg).name} (EPSG:{epsg})",
            found=f"{len(roads.way_tags)} voies, dont {int(is_open.sum())} ouvertes",
            remedy="prenez l'extrait de la région, ou retirez celui-ci de data/raw/osm",
        )
    node = node[rest]
    lived = ~through[kind]
    is_door = np.isin(node, np.r_[start[lived], end[lived]])
    return Network(
        _graph(edges, len(node)),
        edges.km,
        np.column_stack(project(roads.lon[node], roads.lat[node])),
        is_door if is_door.any() else ~is_door,
        epsg,
        profile,
        int(is_open.sum()),
        found,
    )


def _inside(roads: Roads, epsg: int) -> NDArray[np.bool_]:
    """Nodes that have coordinates, in the area that the projection is made for."""
    area = CRS(epsg).area_of_use
    inside: NDArray[np.bool_] = np.isfinite(roads.lon)
    if area is not None:
        west, south, east, north = np.add(area.bounds, [-_MARGIN, -_MARGIN, _MARGIN, _MARGIN])
        with np.errstate(invalid="ignore"):
            inside &= (roads.lon > west) & (roads.lon < east)
            inside &= (roads.lat > south) & (roads.lat < north)
    return inside


def _contract(
    point: NDArray[np.int64],
    way: NDArray[np.int64],
    inside: NDArray[np.bool_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Cut ways where they meet, and measure the pieces.

    Parameters
    ----------
    point, way : nodes of the ways one after another, and the way of each, shape (n,).
    inside : whether a node is usable, `lon`, `lat` its degrees, shape (nodes,).

    Returns
    -------
    First node, last node, km and way of each piece. A short loop that nothing else meets is left
    out.
    """
    here, there = point[:-1], point[1:]
    usable = (way[:-1] == way[1:]) & inside[here] & inside[there]
    crossed = np.bincount(point, minlength=len(inside)) > 1
    segment = np.flatnonzero(usable)
    km = _km(here[segment], there[segment], lon, lat)
    # A road begins at the first segment of a way, after a gap, or where ways meet; a piece of it
    # where its length passes another multiple of `PIECE_KM`.
    begins = (crossed[here] | ~np.r_[False, usable[:-1]])[segment]
    first = np.flatnonzero(begins)
    before = np.cumsum(km) - km
    steps = (before - before[first][np.cumsum(begins) - 1]) // PIECE_KM
    begins |= np.diff(steps, prepend=0) > 0
    first = np.flatnonzero(begins)
    length = np.bincount(np.cumsum(begins) - 1, km, minlength=len(first))
    last = np.r_[first[1:], len(segment)][: len(first)] - 1
    start, end = here[segment[first]], there[segment[last]]
    open_ended = start != end
    return start[open_ended], end[open_ended], length[open_ended], way[segment[first]][open_ended]


def _km(
    here: NDArray[np.int64],
    there: NDArray[np.int64],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Lengths of short segments on the ellipsoid: meridian and parallel at their middle."""
    middle = np.radians((lat[here] + lat[there]) / 2)
    root = 1 - _E2 * np.sin(middle) ** 2
    north = np.radians(lat[there] - lat[here]) * _AXIS_KM * (1 - _E2) / root**1.5
    east = np.radians(lon[there] - lon[here]) * _AXIS_KM / np.sqrt(root) * np.cos(middle)
    return np.hypot(north, east)


def _renumber(edges: _Edges) -> tuple[_Edges, NDArray[np.int64]]:
    """Number the junctions of edges from 0, in their order; and the number that each had."""
    node, rank = np.unique(np.r_[edges.start, edges.end], return_inverse=True)
    start, end = np.split(rank, 2)
    return _Edges(start, end, edges.minutes, edges.km), node


def _quickest(edges: _Edges) -> _Edges:
    """Keep one edge between two junctions, sorted as a sparse matrix is."""
    order = np.lexsort((edges.minutes, edges.end, edges.start))
    edges = edges.take(order)
    first = np.diff(edges.start, prepend=-1) != 0
    first |= np.diff(edges.end, prepend=-1) != 0
    return edges.take(first)


def _graph(edges: _Edges, junctions: int) -> csr_array:
    """Sparse matrix of the minutes of edges that are sorted."""
    count = np.bincount(edges.start, minlength=junctions)
    pointers = np.r_[0, np.cumsum(count)].astype(np.int32)
    parts = (edges.minutes, edges.end.astype(np.int32), pointers)
    return csr_array(parts, shape=(junctions, junctions))


def _kept(graph: csr_array) -> NDArray[np.bool_]:
    """Junctions of the parts where one can go and come back, islands included."""
    if graph.shape[0] == 0:
        return np.zeros(0, dtype=bool)
    _, part = connected_components(graph, directed=True, connection="strong")
    size = np.bincount(part)
    large = size >= ISLAND_JUNCTIONS
    large[size.argmax()] = True
    return large[part]
