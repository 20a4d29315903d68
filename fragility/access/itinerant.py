"""Which territories are within reach thanks to places that move, and would not be without them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.homes import commune_reach, nearest_of
from fragility.access.pairs import Pairs

_RANK = {"couverte": 0, "incertaine": 1, "non_couverte": 2}


def tell_itinerant(
    portee: pd.DataFrame,
    homes: pd.DataFrame,
    places: pd.DataFrame,
    pairs: Pairs,
    *,
    threshold: float = THRESHOLD_MIN,
    band: float = 0.25,
) -> pd.DataFrame:
    """Tell which coverage would be worse if the places that move did not count.

    Parameters
    ----------
    portee : `access_portee` of the conseillers.
    homes : `homes.build_homes`, with the points of IRIS.
    places : `travel.receiving_places`: `itinerance`, `code_commune`.
    pairs : between `homes` and `places`, up to `threshold * (1 + band)` minutes at least.
    threshold, band : those of `portee`.

    Returns
    -------
    `portee` with `est_couverture_itinerante`. An IRIS without a home is as its commune.

    Notes
    -----
    Nearest places with and without those that move come from the one table of pairs, so that
    nothing else parts the two classes.
    """
    if pairs.limit < threshold * (1 + band):
        raise ValueError("pairs must be known up to the threshold at high speeds")
    fixed = ~places["itinerance"].to_numpy(dtype=bool)
    towns = places["code_commune"].to_numpy(dtype=str)
    told = pd.Series(False, index=portee.index)
    if not fixed.all():
        town = pd.Series(False, dtype=bool)
        for level, key in (("commune", "code_commune"), ("iris", "code_iris")):
            ranks = [
                commune_reach(homes, nearest_of(pairs, kept), towns[kept], threshold, band, key=key)
                ["couverture"].map(_RANK)
                for kept in (np.ones(len(fixed), dtype=bool), fixed)
            ]  # fmt: skip
            worse = ranks[1] > ranks[0]
            rows = portee.index[portee["niveau"] == level]
            codes = portee.loc[rows, "code"]
            own = worse.reindex(codes).astype("boolean").set_axis(rows)
            # The code of an IRIS begins with that of its commune.
            above = town.reindex(codes.str[:5]).astype("boolean").set_axis(rows)
            told.loc[rows] = own.fillna(above).fillna(False).astype(bool)
            town = worse if level == "commune" else town
    within = portee["couverture"].isin(["couverte", "incertaine"])
    return portee.assign(est_couverture_itinerante=told & within)
