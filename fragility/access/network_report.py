"""How the road network and the straight line differ on the same homes and places."""

from __future__ import annotations

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fragility import schemas
from fragility.access.network_reach import NetworkReach
from fragility.access.travel import SPEEDS_KMH, receiving_places, speed_kmh
from fragility.territory.crs import METROPOLE

# Straight lines in km: lower bounds of the classes.
DISTANCES_KM = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0)
# Below this a straight line says nothing of the detour: both ends are at one junction.
SHORTEST_KM = 0.2


def straight_costs(grid: pd.DataFrame, lieux: gpd.GeoDataFrame) -> pd.DataFrame:
    """`access_couts` in a straight line, at the speed of the density of the home.

    What is known without a road network where no contour tells land from sea.
    """
    places = receiving_places(lieux).sort_values("id", kind="stable", ignore_index=True)
    points = places.geometry.to_crs(METROPOLE)
    homes = grid[["x_m", "y_m"]].to_numpy(dtype=float)
    metres, rank = cKDTree(np.column_stack([points.x, points.y])).query(homes)
    speed = speed_kmh(grid["densite_hab_km2"].to_numpy(dtype=float))
    table = grid[["id_maille", "code_iris", "code_commune", "population"]].reset_index(drop=True)
    return table.assign(
        id_lieu=places["id"].array.take(rank),
        km=metres / 1000,
        minutes=60 * metres / 1000 / speed,
        moteur=pd.Series("surface", index=table.index, dtype="str"),
    )[list(schemas.TABLES["access_couts"].columns)]


def compare_engines(surface: pd.DataFrame, road: pd.DataFrame) -> pd.DataFrame:
    """Compare the minutes of two engines on the same cells, by distance.

    Parameters
    ----------
    surface, road : `access_couts`, joined by `id_maille` and `code_iris`; rows that either lacks
        or that have no minutes are left out.

    Returns
    -------
    One row per class of straight distance to the nearest place, then one for all: `distance`,
    `mailles`, `population`, mean and median minutes of both (by cell), `ecart_median_min` (road
    less surface), `meme_lieu_pct` (cells for which both name the same place) and `bascule_20_pct`
    (cells that one puts within 20 minutes and the other beyond).
    """
    key = ["id_maille", "code_iris"]
    both = surface.merge(
        road[[*key, "id_lieu", "minutes"]], on=key, suffixes=("_surface", "_route")
    ).dropna(subset=["minutes_surface", "minutes_route"])
    both["ecart"] = both["minutes_route"] - both["minutes_surface"]
    both["meme"] = both["id_lieu_surface"] == both["id_lieu_route"]
    both["bascule"] = (both["minutes_surface"] <= 20) != (both["minutes_route"] <= 20)
    parts = [_classes(both["km"]), pd.Series("toutes", index=both.index)]
    return pd.concat(
        [
            both.assign(distance=part)
            .groupby("distance", observed=True, sort=True)
            .agg(
                mailles=("ecart", "size"),
                population=("population", "sum"),
                surface_moyenne_min=("minutes_surface", "mean"),
                route_moyenne_min=("minutes_route", "mean"),
                surface_mediane_min=("minutes_surface", "median"),
                route_mediane_min=("minutes_route", "median"),
                ecart_median_min=("ecart", "median"),
                meme_lieu_pct=("meme", _percent),
                bascule_20_pct=("bascule", _percent),
            )
            .reset_index()
            .astype({"distance": "str"})
            for part in parts
        ],
        ignore_index=True,
    )


def detours(
    straight_km: NDArray[np.float64], route_km: NDArray[np.float64], minutes: NDArray[np.float64]
) -> pd.DataFrame:
    """Sum up trips by straight distance.

    Returns
    -------
    One row per class that has a trip: `distance`, `trajets`, `detour` (median of road over straight
    line), `minutes` (median), `route_kmh` (median speed along the road), `vol_kmh`, `vol_kmh_p10`
    and `vol_kmh_p90` (straight-line speed: median and nine tenths).
    """
    trips = pd.DataFrame({"straight": straight_km, "route": route_km, "minutes": minutes})
    trips = trips[np.isfinite(trips["minutes"]) & (trips["straight"] >= SHORTEST_KM)]
    trips["detour"] = trips["route"] / trips["straight"]
    trips["route_kmh"] = 60 * trips["route"] / trips["minutes"]
    trips["vol_kmh"] = 60 * trips["straight"] / trips["minutes"]
    trips["distance"] = _classes(trips["straight"])
    return (
        trips.groupby("distance", observed=True, sort=True)
        .agg(
            trajets=("minutes", "size"),
            detour=("detour", "median"),
            minutes=("minutes", "median"),
            route_kmh=("route_kmh", "median"),
            vol_kmh=("vol_kmh", "median"),
            vol_kmh_p10=("vol_kmh", _tenth),
            vol_kmh_p90=("vol_kmh", _ninth),
        )
        .reset_index()
        .astype({"distance": "str"})
    )


def speeds_by_density(reach: NetworkReach, density: NDArray[np.float64]) -> pd.DataFrame:
    """Put straight-line speeds by road beside those that the other engine assumes.

    Parameters
    ----------
    density : inhabitants per km2 around each home, in the order of `reach`.

    Returns
    -------
    One row per class of `SPEEDS_KMH`, dense first: `densite` (lower bound), `mailles`, `detour`,
    `vol_kmh` (medians, missing without a cell) and `hypothese_kmh`.
    """
    minutes = reach.couts["minutes"].to_numpy()
    usable = np.isfinite(minutes) & (reach.straight_km >= SHORTEST_KM)
    bounds = np.array(sorted(SPEEDS_KMH))
    rank = np.searchsorted(bounds, density[usable], side="right") - 1
    trips = pd.DataFrame(
        {
            "densite": bounds[np.maximum(rank, 0)],
            "detour": (reach.route_km / reach.straight_km)[usable],
            "vol_kmh": (60 * reach.straight_km / minutes)[usable],
        }
    )
    table = trips.groupby("densite").agg(
        mailles=("detour", "size"), detour=("detour", "median"), vol_kmh=("vol_kmh", "median")
    )
    table = table.reindex(bounds[::-1]).reset_index()
    table["mailles"] = table["mailles"].fillna(0).astype("int64")
    return table.assign(hypothese_kmh=table["densite"].map(SPEEDS_KMH))


def _classes(km: pd.Series) -> pd.Series:
    """Class of each distance, in words, ordered."""
    bounds = [*DISTANCES_KM, np.inf]
    names = [
        f"{low:g} à {high:g} km" if np.isfinite(high) else f"plus de {low:g} km"
        for low, high in itertools.pairwise(bounds)
    ]
    classes: pd.Series = pd.cut(km, bounds, labels=names, right=False)
    return classes


def _percent(values: pd.Series) -> float:
    return float(100 * values.mean())


def _tenth(values: pd.Series) -> float:
    return float(values.quantile(0.1))


def _ninth(values: pd.Series) -> float:
    return float(values.quantile(0.9))
