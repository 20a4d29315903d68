"""Rebuild the contour of a commune that its file forgot, from the hole its neighbours leave."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fragility.territory.crs import WGS84, departement_of, zone_epsg
from fragility.territory.slivers import LEAST_M2

# Half-side of the box searched around a centre, in degrees: 33 km from north to south, more than
# the largest metropolitan commune (Arles, 40 km across).
REACH_DEG = 0.3
# A centimetre: borders written with other roundings would leave hair cracks, and open the hole.
SNAP_DEG = 1e-7


def fill_holes(
    contours: gpd.GeoSeries, missing: Sequence[str], centres: gpd.GeoDataFrame
) -> tuple[dict[str, BaseGeometry], set[str]]:
    """Return the contours that can be rebuilt.

    Parameters
    ----------
    contours : known contours, in degrees; they must share their borders.
    missing : codes of the communes without contour.
    centres : points with a column `code` (several per commune allowed), same CRS.

    Returns
    -------
    Code -> contour, and the codes that share their hole with another: each has the part of it
    that is nearest to its centres, an approximation. A commune without centre, or whose hole is
    open (coast, foreign border, edge of the map), is left out: nothing tells where it stops.
    """
    shapes = contours.to_numpy()
    tree = shapely.STRtree(shapes)
    own = centres[centres["code"].isin(list(missing))].reset_index(drop=True)
    points = np.asarray(own.geometry, dtype=object)
    holes: dict[bytes, tuple[BaseGeometry, NDArray[np.bool_]]] = {}
    for code in own["code"].unique():
        hole = _hole_around(points[own["code"] == code], shapes, tree)
        if hole is not None:
            holes[shapely.to_wkb(hole)] = (hole, shapely.contains(hole, points))
    rebuilt: dict[str, BaseGeometry] = {}
    approximate: set[str] = set()
    for hole, inside in holes.values():
        held = own.loc[inside, "code"]
        if held.nunique() == 1:
            rebuilt[str(held.iloc[0])] = hole
        else:
            parts = share_contour(hole, points[inside], held)
            rebuilt |= parts
            approximate |= set(parts)
    return {code: _multi(shape) for code, shape in rebuilt.items()}, approximate


def _hole_around(
    own: NDArray[np.object_], shapes: NDArray[np.object_], tree: shapely.STRtree
) -> BaseGeometry | None:
    """The closed hole that holds the points, if there is one."""
    west, south, east, north = shapely.total_bounds(own)
    box = shapely.box(west - REACH_DEG, south - REACH_DEG, east + REACH_DEG, north + REACH_DEG)
    filled = shapely.union_all(shapes[tree.query(box)], grid_size=SNAP_DEG)
    pieces = shapely.get_parts(shapely.difference(box, filled, grid_size=SNAP_DEG))
    held = shapely.contains(pieces[:, None], own[None, :]).any(axis=1)
    hole = shapely.normalize(shapely.union_all(pieces[held]))
    is_open = shapely.intersects(hole, shapely.boundary(box))
    return None if is_open or not held.any() else hole


def share_contour(
    hole: BaseGeometry, points: NDArray[np.object_], codes: pd.Series
) -> dict[str, BaseGeometry]:
    """Part of a hole nearest to the points of each commune, in metres of its own zone."""
    epsg = int(zone_epsg(departement_of(codes)).iloc[0])
    metric = gpd.GeoSeries([hole, *points], crs=WGS84).to_crs(epsg).to_numpy()
    cells = voronoi_cells(metric[1:], np.zeros(len(points), dtype=np.int64), metric[:1])
    parts = gpd.GeoSeries(cells, index=codes.to_numpy(), crs=epsg).to_crs(WGS84)
    return {
        str(code): _multi(shapely.union_all(group.to_numpy()))
        for code, group in parts.groupby(level=0)
    }


def _multi(shape: BaseGeometry) -> BaseGeometry:
    return shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape


def centres_by_commune(centres: gpd.GeoDataFrame | None, codes: pd.Series) -> gpd.GeoDataFrame:
    """Return the IRIS centres (`code`, `geometry`) of the given communes."""
    if centres is None:
        empty = pd.DataFrame({"code": pd.Series(dtype="str")})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=4326))
    own = centres[centres["code_arrondissement"].isin(codes)]
    return own.rename(columns={"code_arrondissement": "code"})[["code", "geometry"]]


def voronoi_cells(
    points: NDArray[np.object_], group: NDArray[np.int64], hulls: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Share out each hull between its points: every place goes to the nearest point.

    Parameters
    ----------
    points : points in metres, shape (n,), sorted by group.
    group : rank in `hulls` of each point's hull, shape (n,), not decreasing.
    hulls : polygons in metres.

    Returns
    -------
    The part of its hull that is nearest to each point, shape (n,).
    """
    # Two centres at one place have no border between them: part them by a metre.
    xy = shapely.get_coordinates(points)
    twins = pd.DataFrame({"g": group, "x": xy[:, 0], "y": xy[:, 1]}).groupby(["g", "x", "y"])
    xy[:, 0] += twins.cumcount().to_numpy()
    parts = shapely.multipoints(shapely.points(xy), indices=group)
    alone = np.bincount(group)[group] == 1
    diagrams = shapely.voronoi_polygons(parts, extend_to=hulls, ordered=True)
    cells = np.full(len(points), None, dtype=object)
    cells[alone] = hulls[group[alone]]
    several = np.flatnonzero(np.bincount(group) > 1)
    cells[~alone] = shapely.intersection(shapely.get_parts(diagrams[several]), hulls[group[~alone]])
    # A cell that a hull's corner just reaches is no place.
    parts, owner = shapely.get_parts(cells, return_index=True)
    small = shapely.area(parts) < LEAST_M2
    for cell in np.setdiff1d(owner[small], np.flatnonzero(shapely.area(cells) < LEAST_M2)):
        cells[cell] = shapely.union_all(parts[(owner == cell) & ~small])
    return cells
