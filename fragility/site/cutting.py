"""Cut shapes at the tiles of a zoom, and round them to the cells of each tile.

Only what crosses the edge of a tile is clipped, and only what rounding has broken is mended.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from fragility.export.contours import mended

_MAX_LATITUDE = 85.05
_POLYGON = 3
_LEAST_POINTS = 4


@dataclass(frozen=True)
class Pieces:
    """What a zoom shows of some shapes: one row per shape and tile where it is seen.

    Attributes
    ----------
    row : rank of the shape among those given.
    x, y : tile, from the north-west of the world.
    shapes : multipolygons in cells of the tile, whole numbers from its north-west, valid, their
        outer rings clockwise as they are seen.
    """

    row: np.ndarray
    x: np.ndarray
    y: np.ndarray
    shapes: np.ndarray


def to_world(shapes: np.ndarray) -> np.ndarray:
    """Project polygons from degrees to the square of web maps: 0 to 1 eastwards and southwards."""
    return mended(shapely.transform(shapes, _mercator))


def _mercator(lonlat: np.ndarray) -> np.ndarray:
    latitude = np.radians(np.clip(lonlat[:, 1], -_MAX_LATITUDE, _MAX_LATITUDE))
    north = np.log(np.tan(np.pi / 4 + latitude / 2)) / (2 * np.pi)
    return np.column_stack([lonlat[:, 0] / 360 + 0.5, 0.5 - north])


def cut(shapes: np.ndarray, zoom: int, extent: int, margin: int) -> Pieces:
    """Cut polygons at the tiles of a zoom.

    Parameters
    ----------
    shapes : see `to_world`, none missing.
    extent : cells on a side of a tile.
    margin : cells beyond each side that are kept, so that no edge is seen at the border of a tile.
    """
    cells = shapely.transform(shapes, lambda points: points * (extent * 2.0**zoom))
    box = shapely.bounds(cells)
    row, x, y = _seen(box, extent, margin)
    origins = np.column_stack([x, y]) * float(extent)
    near, far = box[row, :2] - origins, box[row, 2:] - origins
    crossing = ((near < -margin) | (far > extent + margin)).any(axis=1)
    pieces = cells[row]
    tiles = shapely.box(*(origins[crossing] - margin).T, *(origins[crossing] + extent + margin).T)
    pieces[crossing] = shapely.intersection(pieces[crossing], tiles)
    rank, shown = snap(pieces, origins)
    return Pieces(row[rank], x[rank], y[rank], shown)


def _seen(bounds: np.ndarray, extent: int, margin: int) -> tuple[np.ndarray, ...]:
    """Rank of each shape in each tile that its box meets, and that tile."""
    first = np.floor((bounds[:, :2] - margin) / extent).astype(np.int64)
    wide, high = np.floor((bounds[:, 2:] + margin) / extent).astype(np.int64).T - first.T + 1
    count = wide * high
    row = np.repeat(np.arange(len(bounds)), count)
    turn = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return row, first[row, 0] + turn % wide[row], first[row, 1] + turn // wide[row]


def snap(shapes: np.ndarray, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round shapes to whole numbers, counted from an origin each.

    Parameters
    ----------
    shapes : polygons, or what clipping has left of them.
    origins : (n, 2) whole numbers.

    Returns
    -------
    Ranks of the shapes that keep an area, and those shapes: valid, as neighbours are rounded.
    """
    rank, polygons = _polygons_of(shapes)
    kept, rounded = _rounded(polygons, origins[rank])
    shown, first = np.unique(rank[kept], return_inverse=True)
    made = shapely.multipolygons(rounded, indices=first) if len(rounded) else rounded
    broken = np.flatnonzero(~shapely.is_valid(made))
    # Two borders that cross after rounding get a corner where they do, on a cell.
    again = _moved(mended(shapes[shown[broken]]), -origins[shown[broken]])
    made[broken] = mended(shapely.set_precision(again, 1.0))
    sound = ~shapely.is_empty(made)
    # In a frame whose y goes down, what is seen clockwise is counter-clockwise for GEOS.
    return shown[sound], shapely.orient_polygons(made[sound], exterior_cw=False)


def _moved(shapes: np.ndarray, by: np.ndarray) -> np.ndarray:
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    return shapely.set_coordinates(shapes.copy(), points + by[owner])


def _polygons_of(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Polygons of shapes, and the rank of the shape of each; lines and points fall."""
    parts, rank = shapely.get_parts(shapes, return_index=True)
    parts, owner = shapely.get_parts(parts, return_index=True)
    areas = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return rank[owner[areas]], parts[areas]


def _rounded(polygons: np.ndarray, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round the corners of polygons; rings that keep no area fall.

    Returns
    -------
    Ranks of the polygons that are left, and those polygons.
    """
    if not len(polygons):
        return np.arange(0), polygons
    _, points, (ring_ends, polygon_ends) = shapely.to_ragged_array(polygons)
    ring = np.repeat(np.arange(len(ring_ends) - 1), np.diff(ring_ends))
    owner = np.repeat(np.arange(len(polygons)), np.diff(polygon_ends))
    points = np.rint(points - origins[owner[ring]])
    same = (points[1:] == points[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
    kept = np.concatenate([[True], ~same])
    points, ring = points[kept], ring[kept]
    size = np.bincount(ring, minlength=len(owner))
    turn = np.where(
        ring[1:] == ring[:-1],
        points[:-1, 0] * points[1:, 1] - points[1:, 0] * points[:-1, 1],
        0.0,
    )
    area = np.bincount(ring[:-1], weights=turn, minlength=len(owner))
    sound = (size >= _LEAST_POINTS) & (area != 0)
    # A hole goes with the outer ring that it is in, the first of its polygon.
    sound &= sound[polygon_ends[:-1]][owner]
    rings = np.concatenate([[0], np.cumsum(size[sound])])
    inside = np.bincount(owner[sound], minlength=len(polygons))
    left = np.flatnonzero(inside)
    ends = np.concatenate([[0], np.cumsum(inside[left])])
    made = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, np.ascontiguousarray(points[sound[ring]]), (rings, ends)
    )
    return left, made
