"""Which projection measures which part of France, and the département of a commune code.

Lambert-93 (EPSG:2154) is of no use 7,000 km away: each overseas territory has its own official
projection (décret 2000-1276 modifié; IGN). All are in metres.
"""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

WGS84 = 4326
METROPOLE = 2154
OVERSEAS = {
    "971": 5490,
    "972": 5490,
    "977": 5490,
    "978": 5490,
    "973": 2972,
    "974": 2975,
    "976": 4471,
}


def departement_of(codes: pd.Series) -> pd.Series:
    """Return the département of commune or IRIS codes: two characters, three overseas.

    Examples
    --------
    >>> departement_of(pd.Series(["01004", "2A004", "97411"])).tolist()
    ['01', '2A', '974']
    """
    overseas = codes.str.startswith(("97", "98")).fillna(False).astype(bool)
    return codes.str[:3].where(overseas, codes.str[:2])


def zone_epsg(departements: pd.Series) -> pd.Series:
    """Return the EPSG code that measures each département (Lambert-93 unless overseas)."""
    return departements.map(OVERSEAS).fillna(METROPOLE).astype("int64")


def is_overseas(codes: pd.Series) -> pd.Series:
    """Tell the commune or IRIS codes that Lambert-93 does not cover."""
    return departement_of(codes).isin(list(OVERSEAS))


def by_zone(
    geometry: gpd.GeoSeries, departements: pd.Series
) -> Iterator[tuple[NDArray[np.int64], gpd.GeoSeries]]:
    """Project geometries zone by zone.

    Parameters
    ----------
    geometry : any CRS; null geometries are left out.
    departements : code of each geometry's département, in the same order.

    Yields
    ------
    Positions in `geometry`, and the geometries at those positions in the zone's metres.
    """
    zones = zone_epsg(departements).to_numpy()
    known = geometry.notna().to_numpy()
    for epsg in np.unique(zones[known]):
        positions = np.flatnonzero(known & (zones == epsg))
        yield positions, geometry.iloc[positions].to_crs(int(epsg))


def area_km2(geometry: gpd.GeoSeries, departements: pd.Series) -> pd.Series:
    """Area in km2, measured in each zone's projection; missing for a null geometry."""
    areas = np.full(len(geometry), np.nan)
    for positions, projected in by_zone(geometry, departements):
        areas[positions] = projected.area.to_numpy() / 1e6
    return pd.Series(areas, index=geometry.index)


def metric_xy(points: gpd.GeoSeries, departements: pd.Series) -> NDArray[np.float64]:
    """Coordinates in metres of the zone of each point, shape (n, 2); NaN for a null point."""
    xy = np.full((len(points), 2), np.nan)
    for positions, projected in by_zone(points, departements):
        xy[positions, 0] = projected.x.to_numpy()
        xy[positions, 1] = projected.y.to_numpy()
    return xy
