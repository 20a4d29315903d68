"""How fast one travels by the density of the country, and which places receive the public."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from fragility.access.places import places_of

CONSEILLERS = "conseiller_numerique"
# Somebody helps with digital tools there, whatever the list that says so.
ANY_HELP = "mediation"
DISPOSITIFS = (CONSEILLERS, "france_services", ANY_HELP)
# Crow-fly speeds in km/h by local density (inhabitants per km2): lower bound -> speed. An
# assumption without a French source (design note on reach), hence the band around the result. The
# bounds 1500 and 300 are those of Eurostat's urban centres and urban clusters; 100 and 25 part
# the rest into small towns, countryside and very dispersed housing. On the 2018 grid the five
# classes hold 38, 25, 18, 15 and 4 % of metropolitan inhabitants. Roads are slower in mountains
# (x 0.75): not applied, for want of altitudes.
SPEEDS_KMH = {1500.0: 16.0, 300.0: 24.0, 100.0: 30.0, 25.0: 35.0, 0.0: 38.0}
# Where no density is known (Mayotte has no census in these files).
UNKNOWN_SPEED_KMH = 30.0


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


def receiving_places(lieux: gpd.GeoDataFrame, dispositif: str = CONSEILLERS) -> gpd.GeoDataFrame:
    """Keep the places that offer one thing, each once, and have a point.

    Parameters
    ----------
    lieux : `core_lieux`.
    dispositif : one of `DISPOSITIFS`; `ANY_HELP` for any place where somebody helps.
    """
    wanted = () if dispositif == ANY_HELP else (dispositif,)
    kept = places_of(lieux, *wanted)
    return lieux[kept & lieux.geometry.notna()].reset_index(drop=True)
