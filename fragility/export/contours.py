"""Contours light enough for a desktop map, whose borders stay shared."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from fragility.territory.crs import METROPOLE, OVERSEAS

# Box (west, south, east, north) that holds each overseas territory: an EPCI has no département
# code, so the projection is chosen by place.
BOXES: dict[str, tuple[float, float, float, float]] = {
    "971": (-63.5, 15.0, -60.5, 18.5),
    "972": (-61.5, 14.0, -60.5, 15.0),
    "973": (-55.0, 2.0, -51.0, 6.5),
    "974": (55.0, -22.0, 56.5, -20.5),
    "976": (44.5, -13.5, 45.7, -12.3),
}
TOLERANCE_M = 100.0


def zones(longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return the EPSG code of the projected system of each point (Lambert 93 by default)."""
    found = np.full(len(longitude), METROPOLE)
    for departement, (west, south, east, north) in BOXES.items():
        inside = (longitude > west) & (longitude < east) & (latitude > south) & (latitude < north)
        found[inside] = OVERSEAS[departement]
    return found


def zones_of(bounds: np.ndarray) -> np.ndarray:
    """Return the zone of each box, rows of (west, south, east, north), by its centre."""
    return zones((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2)


def _simplified(shapes: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Simplify polygons in metres; shapes that GEOS cannot take as a coverage stay as they are."""
    # A self-touching ring, as unions of communes leave, stops the whole coverage.
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    try:
        return np.asarray(shapely.coverage_simplify(shapes, tolerance_m))
    except shapely.errors.GEOSException:
        return shapes


def simplify_together(
    frame: gpd.GeoDataFrame, tolerance_m: float = TOLERANCE_M
) -> gpd.GeoDataFrame:
    """Simplify the polygons of a table as one coverage, so that neighbours still touch.

    Parameters
    ----------
    frame : polygons in longitude and latitude; missing ones stay missing.
    tolerance_m : side, in metres, of the square whose area is the smallest detail kept
        (Visvalingam-Whyatt); 0 leaves the shapes as they are.

    Returns
    -------
    The same rows. A shape that simplification would empty or break keeps its detail.

    Notes
    -----
    Each territory is simplified in its own projected system. Borders that do not match exactly in
    the source are not shared for GEOS either: they are kept as they are, not made worse.
    """
    shapes = np.array(frame.geometry.array, dtype=object)
    kinds = shapely.get_type_id(shapes)
    polygons = np.isin(kinds, (3, 6)) & ~shapely.is_empty(shapes)
    if tolerance_m <= 0 or not polygons.any():
        return frame
    zone = np.zeros(len(shapes), dtype=int)
    zone[polygons] = zones_of(shapely.bounds(shapes[polygons]))
    for epsg in np.unique(zone[polygons]):
        rows = np.flatnonzero(zone == epsg)
        metres = gpd.GeoSeries(shapes[rows], crs=frame.crs).to_crs(int(epsg))
        simple = _simplified(np.array(metres.array, dtype=object), tolerance_m)
        sound = shapely.is_valid(simple) & ~shapely.is_empty(simple)
        back = np.asarray(gpd.GeoSeries(simple, crs=int(epsg)).to_crs(frame.crs).array)
        shapes[rows[sound]] = back[sound]
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
