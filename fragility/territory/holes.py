"""Rebuild the contour of a commune that its file forgot, from the hole its neighbours leave."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

# Half-side of the box searched around a centre, in degrees: 33 km from north to south, more than
# the largest metropolitan commune (Arles, 40 km across).
REACH_DEG = 0.3
# A centimetre: borders written with other roundings would leave hair cracks, and open the hole.
SNAP_DEG = 1e-7


def fill_holes(
    contours: gpd.GeoSeries, missing: Sequence[str], centres: gpd.GeoDataFrame
) -> dict[str, BaseGeometry]:
    """Return the contours that can be rebuilt.

    Parameters
    ----------
    contours : known contours, in degrees; they must share their borders.
    missing : codes of the communes without contour.
    centres : points with a column `code` (several per commune allowed), same CRS.

    Returns
    -------
    Code -> contour. A commune without centre, whose hole is open (coast, foreign border, edge of
    the map) or shared with another missing commune is left out: nothing tells where it stops.
    """
    shapes = contours.to_numpy()
    tree = shapely.STRtree(shapes)
    points = {
        code: np.asarray(group.geometry)
        for code, group in centres[centres["code"].isin(list(missing))].groupby("code")
    }
    everyone = np.concatenate(list(points.values())) if points else np.array([], dtype=object)
    rebuilt = {}
    for code, own in points.items():
        west, south, east, north = shapely.total_bounds(own)
        box = shapely.box(west - REACH_DEG, south - REACH_DEG, east + REACH_DEG, north + REACH_DEG)
        around = shapes[tree.query(box)]
        filled = shapely.union_all(around, grid_size=SNAP_DEG)
        pieces = shapely.get_parts(shapely.difference(box, filled, grid_size=SNAP_DEG))
        held = shapely.contains(pieces[:, None], own[None, :]).any(axis=1)
        hole = shapely.union_all(pieces[held])
        is_open = shapely.intersects(hole, shapely.boundary(box))
        is_shared = int(shapely.contains(hole, everyone).sum()) > len(own)
        if held.any() and not is_open and not is_shared:
            rebuilt[str(code)] = (
                shapely.multipolygons([hole]) if hole.geom_type == "Polygon" else hole
            )
    return rebuilt


def centres_by_commune(centres: gpd.GeoDataFrame | None, codes: pd.Series) -> gpd.GeoDataFrame:
    """Return the IRIS centres (`code`, `geometry`) of the given communes."""
    if centres is None:
        empty = pd.DataFrame({"code": pd.Series(dtype="str")})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=4326))
    own = centres[centres["code_arrondissement"].isin(codes)]
    return own.rename(columns={"code_arrondissement": "code"})[["code", "geometry"]]
