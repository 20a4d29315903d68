"""Which territories are within reach thanks to places that move, and would not be without them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.coverage import THRESHOLD_MIN, classify
from fragility.access.homes import nearest_of
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
    told = pd.Series(False, index=portee.index)
    if not fixed.all():
        town = pd.Series(False, dtype=bool)
        for level, key in (("commune", "code_commune"), ("iris", "code_iris")):
            ranks = [
                _ranks(homes, key, nearest_of(pairs, kept), places["code_commune"][kept], threshold,
                       band)
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


def _ranks(
    homes: pd.DataFrame,
    key: str,
    minutes: NDArray[np.float64],
    served: Collection[str],
    threshold: float,
    band: float,
) -> pd.Series:
    """Class of each territory as a number, 0 for covered, as `coverage.build_portee` finds it."""
    known = homes[key].notna().to_numpy()
    own = homes[known]
    group, codes = pd.factorize(own[key], sort=True)
    people = own["population"].to_numpy(dtype=float)
    by_point = own["est_point"].to_numpy(dtype=bool)
    # A point stands for everybody, even where nobody is counted.
    weight = np.where(by_point & ~(people > 0), 1.0, people)
    total = np.maximum(np.bincount(group, weight, minlength=len(codes)), 1e-9)
    beyond = [
        np.bincount(group, weight * (minutes[known] > limit), minlength=len(codes)) / total
        for limit in (threshold * (1 - band), threshold * (1 + band))
    ]
    ranks = pd.Series(classify(beyond[0], beyond[1]), index=codes, dtype="str").map(_RANK)
    spared = np.bincount(group, by_point & own["code_commune"].isin(served), minlength=len(codes))
    return ranks.where((spared == 0) | (ranks < _RANK["non_couverte"]), _RANK["incertaine"])
