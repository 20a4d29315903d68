"""Controls of contours: they cover the ground of the communes, and whoever has land has a way.

A contour file that lags behind the communes draws a new commune with the ground of its seat only.
The rest then belongs to nobody: a hole in the map, or an island where there is none.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fragility.errors import DataCheckError
from fragility.export.labels import plural
from fragility.territory.crs import area_km2
from fragility.territory.lost_contours import SAME_AREA

# The largest hole that two versions of one border leave in the contours of 2021 and 2025 is of
# 0.1 km², the smallest that a lost commune leaves there, of 1.3.
HOLE_KM2 = 0.5
# The one place surrounded by French communes that is not French: Llívia, 13 km² of Spain.
ENCLAVES = ((1.983, 42.464),)
EQUAL_AREA = 6933
_NEAREST = "conseiller_plus_proche_min"
_REMEDY = (
    "le fichier des contours est en retard sur les communes : ajoutez à l'édition ceux d'une "
    "autre année (une seconde livraison de ign_communes), ou attendez les contours de l'année"
)


def control_ground(communes: gpd.GeoDataFrame, groups: gpd.GeoDataFrame) -> None:
    """No commune is known to be drawn in part, and no ground between communes belongs to none.

    Parameters
    ----------
    communes : table `core_communes`.
    groups : table `core_groupes`.
    """
    part = communes[communes["contour_origine"] == "partiel"]
    if len(part):
        raise DataCheckError(
            "Des communes nouvelles ne sont dessinées qu'en partie.",
            expected="des contours de la superficie publiée",
            found=_some(part["code_commune"]),
            remedy=_REMEDY,
        )
    outlines = _outlines(groups)
    rings = np.array([ring for one in outlines for ring in one.interiors], dtype=object)
    holes = gpd.GeoSeries(shapely.polygons(rings), crs=groups.crs)
    km2 = holes.to_crs(EQUAL_AREA).area.to_numpy() / 1e6
    foreign = shapely.contains_xy(holes.to_numpy()[:, None], *np.transpose(ENCLAVES)).any(axis=1)
    large = (km2 >= HOLE_KM2) & ~foreign
    if large.any():
        near = _around(communes, holes[large])
        own = area_km2(near.geometry, near["code_departement"])
        short = near[own < (1 - SAME_AREA) * near["superficie_km2"]]
        count = plural(int(large.sum()), "vide", "vides")
        suspects = short if len(short) else near
        raise DataCheckError(
            "Des terrains entourés de communes ne sont à aucune d'elles.",
            expected=f"aucun vide de plus de {HOLE_KM2:g} km²".replace(".", ","),
            found=f"{count}, {km2[large].sum():.1f} km² ; ".replace(".", ",")
            + ("bien moindres que leur superficie : " if len(short) else "entre ")
            + _some(suspects["code_commune"]),
            remedy=_REMEDY,
        )


def control_land(communes: gpd.GeoDataFrame, groups: gpd.GeoDataFrame) -> None:
    """Nobody lacks minutes to a conseiller on a land where others have some.

    Parameters
    ----------
    communes : the mart.
    groups : table `core_groupes`.

    Notes
    -----
    A land is an outline of the territory without its holes: a commune in a hole is on it. An island
    is a land of its own, where nobody may reach anything.
    """
    drawn = communes[communes.geometry.notna() & communes["population"].gt(0)]
    known = drawn[_NEAREST].notna()
    cut, others = drawn[~known], drawn[known]
    alone: list[pd.Series] = []
    for outline in _outlines(groups):
        land = shapely.polygons(outline.exterior)
        shapely.prepare(land)
        there = _on(land, cut)
        if there.any() and _on(land, others).any():
            alone.append(cut.loc[there, "code_commune"])
    if alone:
        raise DataCheckError(
            "Des communes sont sans minutes vers un conseiller, et d'autres de la même terre en "
            "ont.",
            expected="des minutes partout, sauf sur les îles",
            found=_some(pd.concat(alone)),
            remedy="regardez leurs contours : une commune dessinée en partie devient une île",
        )


def _around(communes: gpd.GeoDataFrame, holes: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Communes that touch a hole."""
    tree = shapely.STRtree(communes.geometry.to_numpy())
    found = tree.query(holes.to_numpy(), predicate="intersects")[1]
    return communes.iloc[np.unique(found)]


def _outlines(groups: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Polygons of the territory, one a land, with the holes that communes leave."""
    departements = groups.loc[groups["niveau"] == "departement", "geometry"]
    return shapely.get_parts(shapely.union_all(departements.to_numpy()))


def _on(land: shapely.Geometry, frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Which territories have a point of theirs on a land."""
    west, south, east, north = land.bounds
    box = frame.bounds
    there = np.array(
        box["minx"].le(east) & box["maxx"].ge(west) & box["miny"].le(north) & box["maxy"].ge(south)
    )
    shapes = frame.geometry.to_numpy()[there]
    there[there] = shapely.contains(land, shapely.point_on_surface(shapes))
    return there


def _some(codes: pd.Series) -> str:
    """The first codes, and how many there are."""
    first = ", ".join(sorted(codes)[:6])
    return f"{first} ({plural(len(codes), 'commune', 'communes')})"
