"""Rid polygons of what only rounding has left: specks, cracks, and rings that have no inside."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

# A degree of latitude, in metres, within 1 %.
DEGREE_M = 111_200.0
LEAST_M2 = 1.0


def without_slivers(shapes: NDArray[np.object_], least_m2: float = LEAST_M2) -> NDArray[np.object_]:
    """Drop the parts and the holes of polygons that are smaller than a threshold, and mend them.

    Parameters
    ----------
    shapes : polygons in longitude and latitude, some missing; other geometries are left.
    least_m2 : smallest part and smallest hole kept, in square metres.

    Returns
    -------
    As many polygons, valid; those without sliver are the same objects. A polygon that is all
    slivers keeps its largest part.

    Examples
    --------
    >>> speck = shapely.box(3, 46, 3.000_001, 46.000_001)
    >>> town = shapely.MultiPolygon([shapely.box(2, 46, 2.1, 46.1), speck])
    >>> shapely.get_num_geometries(without_slivers(np.array([town, speck]))).tolist()
    [1, 1]
    """
    rank = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    broken = rank[~shapely.is_valid(shapes[rank])]
    parts, whole = shapely.get_parts(shapes[rank], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    small = _area_m2(rings) < least_m2
    cleaned = shapes.copy()
    for one in np.union1d(broken, rank[whole[part[small]]]):
        cleaned[one] = _cleaned(shapes[one], least_m2)
    return cleaned


def _cleaned(shape: shapely.Geometry, least_m2: float) -> shapely.Geometry:
    """Clean one polygon, its rings first: mending would make lines of those without inside."""
    parts = _without_small(shape, least_m2)
    whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    if not shapely.is_valid(whole):
        whole = shapely.make_valid(whole, method="structure", keep_collapsed=False)
        parts = _without_small(whole, least_m2)
        whole = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return whole if shapely.get_type_id(shape) == 3 else shapely.multipolygons(parts)


def _without_small(shape: shapely.Geometry, least_m2: float) -> NDArray[np.object_]:
    """Polygons of a geometry that are large enough, or the largest one, without small holes."""
    parts = shapely.get_parts(shape)
    size = _area_m2(shapely.get_exterior_ring(parts))
    kept = parts[(size >= least_m2) | (size == size.max(initial=0.0))]
    return np.array([_filled(part, least_m2) for part in kept], dtype=object)


def _filled(part: shapely.Polygon, least_m2: float) -> shapely.Polygon:
    outside, *holes = shapely.get_rings(part)
    large = _area_m2(np.array(holes, dtype=object)) >= least_m2
    return shapely.polygons(outside, np.array(holes, dtype=object)[large])


def _area_m2(rings: NDArray[np.object_]) -> NDArray[np.float64]:
    """Area inside rings in longitude and latitude; zero for a ring of two points."""
    if not len(rings):
        return np.zeros(0)
    points, owner = shapely.get_coordinates(rings, return_index=True)
    west = shapely.bounds(rings)[owner, 0]
    x, y = points[:, 0] - west, points[:, 1]
    cross = (x[:-1] * y[1:] - x[1:] * y[:-1]) * (owner[:-1] == owner[1:])
    twice = np.bincount(owner[:-1], cross, len(rings))
    latitude = shapely.bounds(rings)[:, 1]
    metres2: NDArray[np.float64] = np.abs(twice) / 2 * DEGREE_M**2 * np.cos(np.radians(latitude))
    return metres2
