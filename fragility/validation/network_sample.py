"""Homes and places drawn at random along a road network, and the trips between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fragility.access.network import Network
from fragility.access.network_reach import NetworkReach, nearest_by_network
from fragility.access.network_store import load_network
from fragility.access.network_trips import quickest_trips
from fragility.access.road_rules import Profile
from fragility.sources.readers.osm import Extract

HOMES, PLACES = 2000, 12
# Homes stand this far from a junction, about.
AWAY_M = 120.0
SEED = 6


@dataclass(frozen=True)
class Sample:
    """A network, homes and places on it.

    Attributes
    ----------
    name : of the extract.
    homes, places : metres in the network's projection, shapes (h, 2) and (p, 2).
    grid, lieux : the same in the columns of `core_population_grille` and `core_lieux` that engines
        read; one inhabitant per home, densities unknown.
    """

    name: str
    network: Network
    homes: NDArray[np.float64]
    places: NDArray[np.float64]
    grid: pd.DataFrame
    lieux: gpd.GeoDataFrame

    def reach(self) -> NetworkReach:
        """The nearest place of each home, by road."""
        return nearest_by_network(self.grid, self.lieux, self.network)

    def trips(self) -> pd.DataFrame:
        """From every home to every place: `straight_km`, `route_km`, `minutes`."""
        parts = []
        for place in self.places:
            found = quickest_trips(self.network, self.homes, place[None])
            parts.append(
                pd.DataFrame(
                    {
                        "straight_km": np.hypot(*(self.homes - place).T) / 1000,
                        "route_km": found.km,
                        "minutes": found.minutes,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def draw_sample(
    extract: Extract, profile: Profile, store: Path, *, homes: int = HOMES, places: int = PLACES
) -> Sample:
    """Draw homes near junctions, and places at junctions; the same ones every time.

    Junctions are denser where people live: drawing among them draws more homes in towns.
    """
    network = load_network([extract], profile, store)
    rng = np.random.default_rng(SEED)
    doors = network.xy[network.is_door]
    home = doors[rng.integers(len(doors), size=homes)] + rng.normal(0, AWAY_M, (homes, 2))
    place = doors[rng.choice(len(doors), size=min(places, len(doors)), replace=False)]
    points = gpd.GeoSeries(shapely.points(place), crs=network.epsg).to_crs(4326)
    lieux = gpd.GeoDataFrame(
        {
            "id": [f"lieu-{rank:02d}" for rank in range(len(place))],
            "dispositif": "conseiller_numerique",
            "dispositifs": "conseiller_numerique",
            "statut": "retenu",
            "code_commune": "01001",
        },
        geometry=points,
    )
    grid = pd.DataFrame(
        {
            "id_maille": np.arange(homes),
            "code_iris": "010010000",
            "code_commune": "01001",
            "population": 1.0,
            "x_m": home[:, 0],
            "y_m": home[:, 1],
            "densite_hab_km2": np.nan,
        }
    ).astype({"code_iris": "str", "code_commune": "str"})
    name = extract.path.name.split(".")[0].removesuffix("-latest")
    return Sample(name, network, home, place, grid, lieux)
