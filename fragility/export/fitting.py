"""IRIS fitted to the simplified contour of their commune, so that the map has no gap nor overlap.

Contours of IRIS and of communes are two products, drawn apart by some twenty metres in one commune
in five; simplified, they are in all of them. The commune is right: it has neighbours.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import shapely

# How far an IRIS grows into what no IRIS covers, in degrees: about 500 m, wider than the gaps.
REACH = 0.005
# In square degrees: about 100 m². Detached bits of an IRIS smaller than that are what the cutting
# left on the other side of its neighbour; the smallest islets are larger.
CRUMB = 1.2e-8
# In degrees, a tenth of a millimetre: borders cut apart from each other differ by their rounding.
ROUNDING = 1e-9


def fit_inside(iris: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut IRIS at the contour of their commune, and share what they leave of it uncovered.

    Parameters
    ----------
    iris : `code_commune` and contours that do not overlap, some missing; all IRIS of each commune.
    communes : `code_commune`, unique, and contours, some missing.

    Returns
    -------
    The same rows. An IRIS that lies outside of its commune, or whose commune has no contour,
    keeps its own.
    """
    shapes = np.array(iris.geometry.array, dtype=object)
    wholes = np.array([*communes.geometry, None], dtype=object)
    rank = communes.reset_index(drop=True).reset_index().set_index("code_commune")["index"]
    owner = iris["code_commune"].map(rank).fillna(len(communes)).to_numpy(dtype=int)
    drawn = shapely.is_valid(shapes) & shapely.is_valid(wholes[owner])
    rows = np.flatnonzero(drawn)
    rows = rows[np.argsort(owner[rows], kind="stable")]
    groups = np.split(rows, np.flatnonzero(np.diff(owner[rows])) + 1) if len(rows) else []
    with ThreadPoolExecutor() as pool:
        fitted = pool.map(lambda own: fit_pieces(shapes[own], wholes[owner[own[0]]]), groups)
        for own, pieces in zip(groups, list(fitted), strict=True):
            shapes[own] = pieces
    return iris.set_geometry(gpd.GeoSeries(shapes, index=iris.index, crs=iris.crs))


def fit_pieces(pieces: np.ndarray, whole: shapely.Geometry) -> np.ndarray:
    """Make pieces a partition of a whole.

    Parameters
    ----------
    pieces : polygons that do not overlap.
    whole : the polygon that they should make up.

    Returns
    -------
    As many polygons. What no piece covers goes to those that are near, the first ones first.

    Examples
    --------
    >>> pieces = np.array([shapely.box(0, 0, 0.499, 1.1), shapely.box(0.501, 0, 1.1, 1)])
    >>> shapely.area(fit_pieces(pieces, shapely.box(0, 0, 1, 1))).round(3).tolist()
    [0.501, 0.499]
    """
    cut = np.array([_polygons(one) for one in shapely.intersection(pieces, whole)], dtype=object)
    kept = np.flatnonzero(~shapely.is_empty(cut))
    if not len(kept):
        return pieces
    left = _polygons(shapely.difference(whole, shapely.union_all(cut[kept])))
    for row in kept:
        if shapely.is_empty(left):
            break
        near = shapely.buffer(cut[row], REACH, quad_segs=2)
        taken = _polygons(shapely.intersection(left, near))
        if not shapely.is_empty(taken):
            cut[row] = _polygons(shapely.union(cut[row], taken))
            left = _polygons(shapely.difference(left, near))
    for part in shapely.get_parts(left):
        row = kept[np.argmin(shapely.distance(cut[kept], part))]
        cut[row] = _polygons(shapely.union(cut[row], part))
    cut[kept] = _rejoined(cut[kept])
    return np.where(shapely.is_empty(cut), pieces, cut)


def _rejoined(pieces: np.ndarray) -> np.ndarray:
    """Give the crumbs of pieces to the piece that they have the longest border with."""
    parts, owner = shapely.get_parts(pieces, return_index=True)
    size = shapely.area(parts)
    largest = np.zeros(len(pieces))
    np.maximum.at(largest, owner, size)
    is_crumb = (size < CRUMB) & (size < largest[owner])
    pieces = pieces.copy()
    for row in np.unique(owner[is_crumb]):
        pieces[row] = shapely.union_all(parts[(owner == row) & ~is_crumb])
    # The largest first: the others may only touch what it was.
    for rank in np.flatnonzero(is_crumb)[np.argsort(-size[is_crumb], kind="stable")]:
        around = shapely.buffer(parts[rank], ROUNDING, quad_segs=1)
        near = np.flatnonzero(_meet(shapely.bounds(around), shapely.bounds(pieces)))
        border = shapely.area(shapely.intersection(around, pieces[near]))
        row = near[np.argmax(border)] if border.any() else owner[rank]
        pieces[row] = _polygons(shapely.union(pieces[row], parts[rank]))
    return pieces


def _meet(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Which boxes meet a box, as (west, south, east, north)."""
    return np.all((boxes[:, :2] <= box[2:]) & (boxes[:, 2:] >= box[:2]), axis=1)


def _polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """What has an area in a geometry: cuts along a border leave points and lines."""
    if shapely.get_type_id(shape) in (3, 6):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (3, 6))])
