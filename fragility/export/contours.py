"""Contours of groups of communes, and contours light enough for a map, whose borders stay shared.

Both depend on the territory only: they are drawn once, whatever indicators and places become.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.export.fitting import fit_inside
from fragility.territory.communes import NO_EPCI
from fragility.territory.crs import METROPOLE, OVERSEAS
from fragility.territory.slivers import without_slivers

# Box (west, south, east, north) that holds each overseas territory: an EPCI has no département
# code, so the projection is chosen by place.
BOXES: dict[str, tuple[float, float, float, float]] = {
    "971": (-63.5, 15.0, -60.5, 18.5),
    "972": (-61.5, 14.0, -60.5, 15.0),
    "973": (-55.0, 2.0, -51.0, 6.5),
    "974": (55.0, -22.0, 56.5, -20.5),
    "976": (44.5, -13.5, 45.7, -12.3),
}
# A millimetre on a map of a département that fills a page; IRIS of towns are smaller than that.
TOLERANCE_M = 300.0
IRIS_TOLERANCE_M = 100.0
GROUPS = ("epci", "departement")


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


def mended(shapes: np.ndarray) -> np.ndarray:
    """Make polygons valid, and keep polygons only: mending may leave lines and points beside."""
    broken = ~shapely.is_valid(shapes)
    whole = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    mixed = shapely.get_type_id(whole) == 7
    for rank in np.flatnonzero(mixed):
        parts = shapely.get_parts(whole[rank])
        areas = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
        whole[rank] = shapely.union_all(areas) if len(areas) else shapely.MultiPolygon()
    shapes = shapes.copy()
    shapes[broken] = whole
    return shapes


def _simplified(shapes: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Simplify polygons in metres; shapes that GEOS cannot take as a coverage stay as they are."""
    # A self-touching ring, as unions of communes leave, stops the whole coverage.
    shapes = mended(shapes)
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


def unite_groups(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Draw EPCI and départements by uniting the contours of their communes.

    Parameters
    ----------
    communes : `code_commune`, `code_epci`, `code_departement` and contours, some missing.

    Returns
    -------
    Table `core_groupes`: `niveau`, `code`, `geometry`, sorted; groups without any contour are
    not there.
    """
    keys = [f"code_{level}" for level in GROUPS]
    drawn = communes.loc[communes.geometry.notna(), ["code_commune", *keys, "geometry"]]
    # Both levels are made of the same few thousand pieces.
    pieces = _united(drawn.sort_values("code_commune"), keys)
    parts = []
    for level, key in zip(GROUPS, keys, strict=True):
        united = _united(pieces[pieces[key] != NO_EPCI[0]], [key])
        parts.append(_contours(level, united[key], united["geometry"]))
    return _stacked(parts, communes)


def _united(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Unite the contours that share keys, in several threads: GEOS frees the interpreter."""
    shapes = np.asarray(frame["geometry"].array)
    group = frame.groupby(keys).ngroup().to_numpy()
    ends = np.cumsum(np.bincount(group))
    rows = np.split(np.argsort(group, kind="stable"), ends)[: len(ends)]
    with ThreadPoolExecutor() as pool:
        united = list(pool.map(lambda members: shapely.union_all(shapes[members]), rows))
    return frame[keys].drop_duplicates().sort_values(keys).assign(geometry=united)


def lighten(
    communes: gpd.GeoDataFrame,
    iris: gpd.GeoDataFrame,
    groups: gpd.GeoDataFrame,
    tolerance_m: float = TOLERANCE_M,
) -> gpd.GeoDataFrame:
    """Simplify the contours of every level.

    Parameters
    ----------
    communes : `code_commune` and contours.
    iris : `code_iris`, `code_commune`, `type_iris` and contours.
    groups : table `core_groupes`.
    tolerance_m : see `simplify_together`; IRIS inside a commune have `IRIS_TOLERANCE_M` at most.

    Returns
    -------
    Table `core_contours`: `niveau`, `code`, `geometry`. An IRIS that is a whole commune is not
    there: `light_contours` gives it the contour of that commune.
    """
    inside = iris[~_is_whole(iris)].sort_values("code_iris").rename(columns={"code_iris": "code"})
    levels = {
        "commune": communes.sort_values("code_commune").rename(columns={"code_commune": "code"}),
        "iris": inside,
        **{level: groups[groups["niveau"] == level] for level in GROUPS},
    }
    tolerances = dict.fromkeys(levels, tolerance_m) | {"iris": min(tolerance_m, IRIS_TOLERANCE_M)}
    with ThreadPoolExecutor() as pool:
        simple = pool.map(simplify_together, levels.values(), tolerances.values())
        light = dict(zip(levels, simple, strict=True))
    light["iris"] = fit_inside(
        light["iris"], light["commune"].rename(columns={"code": "code_commune"})
    )
    parts = [_contours(level, f["code"], f.geometry) for level, f in light.items()]
    return _stacked(parts, communes)


def light_contours(contours: gpd.GeoDataFrame, level: str, frame: pd.DataFrame) -> gpd.GeoSeries:
    """Light contours of the territories of a mart, on its index.

    Parameters
    ----------
    contours : table `core_contours`.
    level : level of the mart.
    frame : the mart, with its code; with `code_commune` and `type_iris` too for IRIS.
    """
    shapes = contours_of(contours, level, frame[f"code_{level}"])
    if level == "iris":
        whole = _is_whole(frame)
        shapes[whole] = contours_of(contours, "commune", frame.loc[whole, "code_commune"])
    return shapes


def contours_of(contours: gpd.GeoDataFrame, level: str, codes: pd.Series) -> gpd.GeoSeries:
    """Contours of some codes of one level, on the index of `codes`; unknown codes have none."""
    known = contours[contours["niveau"] == level].set_index("code").geometry
    return gpd.GeoSeries(known.reindex(codes).to_numpy(), index=codes.index, crs=contours.crs)


def _is_whole(iris: pd.DataFrame) -> pd.Series:
    """Which IRIS are a whole commune: its contour is theirs."""
    return iris["type_iris"].eq("Z") & ~iris["code_commune"].duplicated(keep=False)


def _contours(level: str, codes: pd.Series, shapes: pd.Series) -> pd.DataFrame:
    # Unions of contours that do not quite match leave cracks, simplifying leaves rings of two
    # points: neither is on the ground.
    sound = without_slivers(np.array(shapes.array, dtype=object))
    return pd.DataFrame({"niveau": level, "code": np.asarray(codes), "geometry": sound})


def _stacked(parts: list[pd.DataFrame], like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    table = pd.concat(parts, ignore_index=True).astype({"niveau": "str", "code": "str"})
    return gpd.GeoDataFrame(table, geometry="geometry", crs=like.crs)
