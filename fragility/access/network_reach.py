"""Minutes by road from where people live to the nearest place, in the columns of `access_couts`.

Far from any junction, beside a place that the network does not hold, or without a way to a place,
the network does not answer: another engine does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fragility import schemas
from fragility.access.network import Network
from fragility.access.network_trips import join_network, network_pairs, quickest_trips
from fragility.access.pairs import Pairs
from fragility.access.travel import receiving_places
from fragility.territory.crs import departement_of, zone_epsg

PairsOf = Callable[[NDArray[np.float64], NDArray[np.float64], float, int], Pairs]
# Why the network does not answer for a home.
OFF, EDGE, NO_WAY = "hors_reseau", "bord", "sans_chemin"
_COLUMNS = list(schemas.TABLES["access_couts"].columns)


@dataclass(frozen=True)
class NetworkReach:
    """What the network says of the homes of a grid, in its order.

    Attributes
    ----------
    couts : columns of `access_couts`; `id_lieu` and `minutes` are missing where `reason` is given.
    reason : why the network does not answer (`OFF`, `EDGE`, `NO_WAY`), empty where it does.
    route_km : length of the trip; `straight_km` : of the straight line to the same place.
    """

    couts: pd.DataFrame
    reason: NDArray[np.str_]
    route_km: NDArray[np.float64]
    straight_km: NDArray[np.float64]

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Homes left to another engine."""
        return self.reason != ""


def nearest_by_network(
    grid: pd.DataFrame,
    lieux: gpd.GeoDataFrame,
    network: Network,
    *,
    dispositif: str = "conseiller_numerique",
) -> NetworkReach:
    """Find the place nearest to the inhabitants of each part of a cell, by road.

    Parameters
    ----------
    grid : `core_population_grille`, `x_m` and `y_m` in `network.epsg`.
    lieux : `core_lieux`; only the retained places of `dispositif` in the zone of `network` count.

    Returns
    -------
    `km` to the nearest place as the crow flies, as `nearest.cell_costs` gives it; `minutes` to the
    quickest by road, which is `id_lieu`.

    Notes
    -----
    Extracts have an edge: a home is left to another engine when a place that the network does not
    hold is nearer, in a straight line, than the one it found.
    """
    places = receiving_places(lieux, dispositif)
    zone = zone_epsg(departement_of(places["code_commune"])) == network.epsg
    places = places[zone.to_numpy()].sort_values("id", kind="stable", ignore_index=True)
    points = places.geometry.to_crs(network.epsg)
    first = ~pd.DataFrame({"x": points.x, "y": points.y}).duplicated()
    places, points = places[first], points[first]
    offered = np.column_stack([points.x, points.y])
    table = grid[["id_maille", "code_iris", "code_commune", "population"]].reset_index(drop=True)
    table["moteur"] = pd.Series("route", index=table.index, dtype="str")
    homes = grid[["x_m", "y_m"]].to_numpy(dtype=float)
    if len(offered) == 0:
        table = table.assign(
            id_lieu=pd.Series(None, index=table.index, dtype="str"), km=np.nan, minutes=np.nan
        )
        nothing = np.full(len(table), np.nan)
        return NetworkReach(table[_COLUMNS], np.full(len(table), NO_WAY), nothing, nothing)
    trips = quickest_trips(network, homes, offered)
    crow, _ = cKDTree(offered).query(homes, workers=-1)
    straight = np.hypot(*(homes - offered[np.maximum(trips.place, 0)]).T)
    straight[trips.place < 0] = np.nan
    reason = np.select(
        [
            join_network(network, homes).node < 0,
            trips.place < 0,
            _nearest_missing(network, homes, offered) < straight,
        ],
        [OFF, NO_WAY, EDGE],
        "",
    )
    answered = reason == ""
    ids = places["id"].array.take(np.where(answered, trips.place, -1), allow_fill=True)
    table = table.assign(
        id_lieu=ids, km=crow / 1000, minutes=np.where(answered, trips.minutes, np.nan)
    )
    return NetworkReach(table[_COLUMNS], reason, trips.km, straight / 1000)


def _nearest_missing(
    network: Network, homes: NDArray[np.float64], offered: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Metres from each home to the nearest place that the network does not hold."""
    missing = offered[join_network(network, offered).node < 0]
    if len(missing) == 0:
        return np.full(len(homes), np.inf)
    metres: NDArray[np.float64] = cKDTree(missing).query(homes, workers=-1)[0]
    return metres


def complete(reach: NetworkReach, other: pd.DataFrame) -> pd.DataFrame:
    """Fill what the network does not answer with the rows of another engine.

    Parameters
    ----------
    other : `access_couts` of the same grid and places.

    Returns
    -------
    `access_couts`, in the order of the grid.
    """
    key = ["id_maille", "code_iris"]
    mine = reach.couts[~reach.outside]
    rest = other.merge(reach.couts.loc[reach.outside, key], on=key)
    order = pd.MultiIndex.from_frame(reach.couts[key])
    both = pd.concat([mine, rest]).set_index(key)
    return both.loc[order[order.isin(both.index)]].reset_index()[_COLUMNS]


def road_homes(grid: pd.DataFrame, couts: pd.DataFrame) -> NDArray[np.float64]:
    """Tell the homes whose minutes are those of the road network.

    Parameters
    ----------
    grid : `core_population_grille`.
    couts : `access_couts`, its rows in the order of `grid` (or empty).

    Returns
    -------
    Metres, shape (n, 2).
    """
    by_road = couts["moteur"].eq("route").to_numpy()
    xy: NDArray[np.float64] = grid[["x_m", "y_m"]].to_numpy(dtype=float)[: len(by_road)]
    return xy[by_road]


def pairs_by_road(
    networks: Mapping[int, Network], other: PairsOf, answered: Mapping[int, NDArray[np.float64]]
) -> PairsOf:
    """Give the pairs of the road network to the homes it answers for, those of another engine else.

    Parameters
    ----------
    networks : EPSG code of a zone -> its network.
    other : homes and places in metres, limit in minutes, EPSG code -> pairs.
    answered : EPSG code -> homes whose minutes are by road (`road_homes`), shape (n, 2).

    Notes
    -----
    All pairs of a home come from the engine that gave its minutes to the nearest place: with two
    engines, a home could have a place at 8 minutes in one table and none within 20 in the other.
    The engine does not depend on the place: from a home that goes by road, a place that the network
    does not hold is not reached.
    """
    by_road = {epsg: _points(xy) for epsg, xy in answered.items() if len(xy)}

    def pairs(
        homes: NDArray[np.float64], places: NDArray[np.float64], limit: float, epsg: int
    ) -> Pairs:
        if epsg not in networks or epsg not in by_road:
            return other(homes, places, limit, epsg)
        mine = np.isin(_points(homes), by_road[epsg])
        near, far = np.flatnonzero(mine), np.flatnonzero(~mine)
        parts = [(near, network_pairs(networks[epsg], homes[near], places, limit))]
        if len(far):
            parts.append((far, other(homes[far], places, limit, epsg)))
        return Pairs(
            np.concatenate([rows[own.home].astype(np.int32) for rows, own in parts]),
            np.concatenate([own.place.astype(np.int32) for _, own in parts]),
            np.concatenate([own.minutes.astype(np.float32) for _, own in parts]),
            len(homes),
            len(places),
            limit,
        )

    return pairs


def _points(xy: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Write points as single numbers, so that equal points are equal."""
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])
