"""The nearest place of one kind, from cells and from points: minutes, place, distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from skimage.graph import MCP_Geometric

from fragility import schemas
from fragility.access.cost_surface import Surface
from fragility.access.surface_trips import Spread, spread
from fragility.access.travel import CONSEILLERS, receiving_places
from fragility.territory.crs import METROPOLE, departement_of, metric_xy, zone_epsg

_COLUMNS = list(schemas.TABLES["access_couts"].columns)


@dataclass(frozen=True)
class Reach:
    """Where the places of one kind are, and how long it takes to them from everywhere.

    Attributes
    ----------
    places : `id`, `nom`, `code_commune`, one per address, in the order of ids; `itinerance` and
        `est_ancien` (of all places of the address), `date_connue` (their latest).
    communes : codes of the communes that have one.
    spreads : by EPSG code, positions in `places`.
    points : by EPSG code, the places in metres.
    """

    places: pd.DataFrame
    communes: frozenset[str]
    spreads: Mapping[int, Spread]
    points: Mapping[int, cKDTree]

    def nearest(
        self, xy: NDArray[np.float64], epsg: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Nearest place of some homes of one projection.

        Returns
        -------
        position : in `places`, -1 where none can be reached by land.
        minutes : infinite there.
        km : to the nearest as the crow flies, by land or not; infinite where the zone has none.
        """
        if epsg not in self.spreads:
            nothing = np.full(len(xy), np.inf)
            return np.full(len(xy), -1), nothing, nothing
        position, minutes = self.spreads[epsg].trips(xy)
        metres, _ = self.points[epsg].query(xy, workers=-1)
        return position, minutes, metres / 1000


def reach_places(
    lieux: gpd.GeoDataFrame,
    surfaces: Mapping[int, Surface],
    dispositif: str = CONSEILLERS,
    searches: Mapping[int, MCP_Geometric] | None = None,
) -> Reach:
    """Spread from the places of one kind over every surface that has some.

    Parameters
    ----------
    lieux : `core_lieux`.
    surfaces : see `cost_surface.build_surfaces`.
    dispositif : see `travel.receiving_places`.
    searches : by EPSG code, to search the same surfaces again (`surface_trips.search_of`).
    """
    searches = searches or {}
    offered = receiving_places(lieux, dispositif)
    communes = frozenset(offered["code_commune"])
    # Several places at one address are one destination, known by the first of them: otherwise a
    # change elsewhere could change the name that is given.
    offered = offered.sort_values("id", kind="stable", ignore_index=True)
    departement = departement_of(offered["code_commune"])
    xy, zone = metric_xy(offered.geometry, departement), zone_epsg(departement).to_numpy()
    at = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "zone": zone})
    first = ~at.duplicated().to_numpy()
    places = _addresses(offered, at)[first].reset_index(drop=True)
    xy, zone = xy[first], zone[first]
    spreads, points = {}, {}
    for epsg in np.intersect1d(zone, list(surfaces)):
        own = np.flatnonzero(zone == epsg)
        found = spread(surfaces[int(epsg)], xy[own], searches.get(int(epsg)))
        numbered = np.where(found.place >= 0, own[found.place].astype(np.int32), np.int32(-1))
        spreads[int(epsg)] = Spread(found.surface, found.minutes, numbered)
        points[int(epsg)] = cKDTree(xy[own])
    return Reach(places, communes, spreads, points)


def _addresses(offered: gpd.GeoDataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """What is known of each place's address: it moves, or is old, if all that is there does."""
    of = offered.groupby([at[column] for column in at], sort=False)
    return pd.DataFrame(
        {
            **{name: offered[name] for name in ("id", "nom", "code_commune")},
            "itinerance": of["itinerance"].transform("all").astype(bool),
            "date_connue": of["date_connue"].transform("max").astype("str"),
            "est_ancien": of["est_ancien"].transform("all").astype(bool),
        }
    )


def cell_costs(grid: pd.DataFrame, reach: Reach) -> pd.DataFrame:
    """Find the place nearest to the inhabitants of each part of a cell.

    Parameters
    ----------
    grid : `core_population_grille` (metropolitan France: no grid overseas).

    Returns
    -------
    `access_couts`, one row per row of `grid`, in its order. `minutes` to the quickest place, which
    is `id_lieu`; both missing where no place can be reached by land. `km` to the nearest as the
    crow flies, missing without any place.
    """
    position, minutes, km = reach.nearest(grid[["x_m", "y_m"]].to_numpy(dtype=float), METROPOLE)
    table = grid[["id_maille", "code_iris", "code_commune", "population"]].reset_index(drop=True)
    ids = reach.places["id"].astype("str").array.take(position, allow_fill=True)
    return table.assign(
        id_lieu=pd.Series(ids, dtype="str"),
        km=np.where(np.isfinite(km), km, np.nan),
        minutes=np.where(np.isfinite(minutes), minutes, np.nan),
        moteur=pd.Series("surface", index=table.index, dtype="str"),
    )[_COLUMNS]
