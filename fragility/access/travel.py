"""Minutes from where people live to the nearest place, without a road network.

A trip is a straight line, travelled at the speed of the density of the country it crosses: leaving
a dense town for a place 20 km away is slow at both ends only.

The cost table is the only thing the rest of `access/` knows of geography: a network engine may
replace this module by one that fills the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from fragility import schemas
from fragility.territory.crs import METROPOLE, is_overseas

# Crow-fly speeds in km/h by local density (inhabitants per km2): lower bound -> speed. An
# assumption without a French source (design note on reach), hence the band around the result. The
# bounds 1500 and 300 are those of Eurostat's urban centres and urban clusters; 100 and 25 part
# the rest into small towns, countryside and very dispersed housing. On the 2018 grid the five
# classes hold 38, 25, 18, 15 and 4 % of metropolitan inhabitants. Roads are slower in mountains
# (x 0.75): not applied, for want of altitudes.
SPEEDS_KMH = {1500.0: 16.0, 300.0: 24.0, 100.0: 30.0, 25.0: 35.0, 0.0: 38.0}
# Where no density is known (Mayotte has no census in these files).
UNKNOWN_SPEED_KMH = 30.0
CELL_M = 1000.0
CANDIDATES = 5  # nearest places among which the quickest is looked for
STEPS = 10  # samples of the pace along a trip
_COLUMNS = list(schemas.TABLES["access_couts"].columns)


def speed_kmh(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the crow-fly speed for densities in inhabitants per km2.

    Examples
    --------
    >>> speed_kmh(np.array([20000.0, 300.0, 10.0, np.nan])).tolist()
    [16.0, 24.0, 38.0, 30.0]
    """
    bounds = np.array(sorted(SPEEDS_KMH))
    speeds = np.array([SPEEDS_KMH[bound] for bound in bounds])
    rank = np.searchsorted(bounds, np.nan_to_num(density), side="right") - 1
    return np.where(np.isnan(density), UNKNOWN_SPEED_KMH, speeds[np.maximum(rank, 0)])


def receiving_places(
    lieux: gpd.GeoDataFrame, dispositif: str = "conseiller_numerique"
) -> gpd.GeoDataFrame:
    """Keep the places of one kind that were retained and have a point."""
    kept = (lieux["statut"] == "retenu") & (lieux["dispositif"] == dispositif)
    return lieux[kept & lieux.geometry.notna()].reset_index(drop=True)


@dataclass(frozen=True)
class PaceField:
    """Minutes per km (crow-fly) on a 1 km raster in EPSG:2154.

    Attributes
    ----------
    pace : shape (rows, columns), row 0 in the south.
    left, bottom : corner, in metres. Outside the raster nobody lives: the fastest pace.
    """

    pace: NDArray[np.float64]
    left: float
    bottom: float

    def at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the pace at points in metres."""
        column = ((x - self.left) // CELL_M).astype(np.int64) + 1
        row = ((y - self.bottom) // CELL_M).astype(np.int64) + 1
        framed = np.pad(self.pace, 1, constant_values=60 / speed_kmh(np.zeros(1))[0])
        rows, columns = framed.shape
        return framed[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]


def pace_field(grid: pd.DataFrame) -> PaceField:
    """Turn the local densities of `core_population_grille` into a field of paces.

    A square without inhabitants takes the density of the nearest inhabited one if it touches it
    (a park in a city is no open country), otherwise it is empty country, sea included.
    """
    left = float(grid["x_m"].min() // CELL_M * CELL_M)
    bottom = float(grid["y_m"].min() // CELL_M * CELL_M)
    column = ((grid["x_m"] - left) // CELL_M).to_numpy(dtype=np.int64)
    row = ((grid["y_m"] - bottom) // CELL_M).to_numpy(dtype=np.int64)
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    flat = row * shape[1] + column
    count = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
    total = np.bincount(
        flat, grid["densite_hab_km2"].to_numpy(dtype=float), minlength=shape[0] * shape[1]
    ).reshape(shape)
    density = total / np.maximum(count, 1)
    away, near = distance_transform_edt(count == 0, return_indices=True)
    density = np.where(away < 1.5, density[tuple(near)], 0.0)
    return PaceField(60 / speed_kmh(density), left, bottom)


def path_minutes(
    start: NDArray[np.float64], end: NDArray[np.float64], field: PaceField
) -> NDArray[np.float64]:
    """Minutes along straight lines, each tenth of the way at the pace of where it passes.

    Parameters
    ----------
    start, end : metres in EPSG:2154, shape (n, 2).
    """
    total = np.zeros(len(start))
    for step in range(STEPS):
        here = start + (end - start) * ((step + 0.5) / STEPS)
        total += field.at(here[:, 0], here[:, 1])
    km = np.hypot(*(end - start).T) / 1000
    return km * total / STEPS


def nearest_places(
    grid: pd.DataFrame, lieux: gpd.GeoDataFrame, *, dispositif: str = "conseiller_numerique"
) -> pd.DataFrame:
    """Find the place nearest to the inhabitants of each part of a cell.

    Parameters
    ----------
    grid : `core_population_grille` (metropolitan France: no grid overseas).
    lieux : `core_lieux`; only the retained places of `dispositif` count.

    Returns
    -------
    `access_couts`, one row per row of `grid`, in its order; empty when there is no place.
    `km` to the nearest place as the crow flies; `minutes` to the quickest of the `CANDIDATES`
    nearest, which is `id_lieu` (another one for a few cells at the edge of towns).

    Notes
    -----
    The crow flies over water: an island without a place is as near as the strait is narrow.
    """
    places = receiving_places(lieux, dispositif)
    places = places[~is_overseas(places["code_commune"])].reset_index(drop=True)
    if places.empty or grid.empty:
        return pd.DataFrame(
            {
                c: pd.Series(
                    dtype=grid[c].dtype if c in grid else "str" if c == "id_lieu" else float
                )
                for c in _COLUMNS
            }
        )
    # Several places at one address are one destination, known by the first of them: otherwise they
    # would use up the candidates, and a change elsewhere could change the name that is given.
    places = places.sort_values("id", kind="stable", ignore_index=True)
    points = places.geometry.to_crs(METROPOLE)
    first = ~pd.DataFrame({"x": points.x, "y": points.y}).duplicated()
    places, points = places[first], points[first]
    offered = np.column_stack([points.x, points.y])
    homes = grid[["x_m", "y_m"]].to_numpy(dtype=float)
    # A list of ranks, and not a number, so that one candidate still gives a column.
    ranks = list(range(1, min(CANDIDATES, len(places)) + 1))
    metres, rank = cKDTree(offered).query(homes, k=ranks)
    field = pace_field(grid)
    minutes = np.column_stack([path_minutes(homes, offered[r], field) for r in rank.T])
    best = (np.arange(len(homes)), minutes.argmin(axis=1))
    table = grid[["id_maille", "code_iris", "code_commune", "population"]].reset_index(drop=True)
    table["id_lieu"] = places["id"].array.take(rank[best])
    table["km"] = metres[:, 0] / 1000
    table["minutes"] = minutes[best]
    return table[_COLUMNS]
