"""How many posts there are for those who need them, competition between neighbours included."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.access.coverage import weighted_median
from fragility.access.pairs import Pairs
from fragility.errors import UsageError
from fragility.ledger import ledger, stack

# Minutes and weight of each step; beyond the last, nothing. Those of the APL of DREES since 2021
# (design note on reach); that of 2012 had ((5, 1), (10, 0.3), (15, 0.1)).
STEPS = ((10.0, 1.0), (15.0, 2 / 3), (20.0, 1 / 3))
COUNTED_MIN = (20.0, 30.0)
PER = 10_000
# A place whose list does not count its posts has one.
UNKNOWN_POSTS = 1.0
_SERVED = "nb_personnes_en_difficulte_servies"
COLUMNS = [
    "niveau",
    "code",
    "nb_conseillers_20min",
    "nb_conseillers_30min",
    "capacite_pour_10000",
    _SERVED,
]
# What an IRIS without home (no cell, no contour) takes from its commune: not a number of people.
_OF_COMMUNE = COLUMNS[2:5]
Steps = Sequence[tuple[float, float]]


def check_steps(steps: Steps, limit: float) -> None:
    """Refuse steps that mean nothing.

    Parameters
    ----------
    steps : minutes and weight of each.
    limit : minutes up to which pairs are known.

    Raises
    ------
    UsageError
        Unless minutes grow and stay within the limit, and weights fall from at most 1 and stay
        positive.
    """
    said = " ; ".join(f"{minutes:g} min : {weight:g}" for minutes, weight in steps)
    minutes = [step[0] for step in steps]
    weights = [step[1] for step in steps]
    problem = None
    if not steps:
        problem, said = "aucun palier n'est donné", "rien"
    elif not np.isfinite(minutes).all() or not np.isfinite(weights).all():
        problem = "un palier n'est pas un nombre"
    elif minutes[0] <= 0 or any(b <= a for a, b in pairwise(minutes)):
        problem = "les minutes doivent être positives et croissantes"
    elif not 0 < weights[-1] <= weights[0] <= 1 or any(b > a for a, b in pairwise(weights)):
        problem = "les poids doivent être entre 0 et 1 et ne pas croître"
    elif minutes[-1] > limit:
        problem = f"les temps ne sont connus que jusqu'à {limit:g} minutes"
    if problem:
        raise UsageError(
            f"Les paliers de la capacité sont faux : {problem}.",
            expected="par exemple 10 min : 1 ; 15 min : 0.667 ; 20 min : 0.333",
            found=said,
            remedy="corrigez les paliers",
        )


def step_weights(minutes: NDArray[np.float32], steps: Steps) -> NDArray[np.float64]:
    """Weight of trips: that of the first step they do not exceed, 0 beyond the last.

    Examples
    --------
    >>> step_weights(np.array([0.0, 10.0, 10.5, 20.0, 21.0]), STEPS).round(2).tolist()
    [1.0, 1.0, 0.67, 0.33, 0.0]
    """
    bounds = np.array([step[0] for step in steps])
    weights = np.array([*(step[1] for step in steps), 0.0])
    return weights[np.searchsorted(bounds, minutes, side="left")]


def capacity(
    pairs: Pairs,
    supply: NDArray[np.float64],
    demand: NDArray[np.float64],
    steps: Steps = STEPS,
) -> NDArray[np.float64]:
    """Posts per person, by the enhanced two-step floating catchment area (E2SFCA).

    Parameters
    ----------
    pairs : homes and places within reach; the table may go beyond the last step.
    supply : posts of each place, shape (pairs.places,).
    demand : people of each home, shape (pairs.homes,).
    steps : minutes and weight of each step.

    Returns
    -------
    Posts per person at each home, shape (pairs.homes,); 0 without any place. Weighted by demand,
    they sum to the supply that some demand reaches.

    Notes
    -----
    R_j = S_j / sum_i w_ij P_i, then A_i = sum_j w_ij R_j (Luo & Qi 2009, Health & Place 15,
    1100-1107; the APL of DREES is one).
    """
    check_steps(steps, pairs.limit)
    weight = step_weights(pairs.minutes, steps)
    near = weight > 0
    reach = csr_array(
        (weight[near], (pairs.home[near], pairs.place[near])), shape=(pairs.homes, pairs.places)
    )
    people = reach.T @ demand
    ratio = np.divide(supply, people, out=np.zeros(pairs.places), where=people > 0)
    result: NDArray[np.float64] = reach @ ratio
    return result


def posts_within(pairs: Pairs, supply: NDArray[np.float64], minutes: float) -> NDArray[np.float64]:
    """Posts at most some minutes from each home, shape (pairs.homes,)."""
    near = pairs.minutes <= minutes
    counts = np.bincount(pairs.home[near], supply[pairs.place[near]], minlength=pairs.homes)
    return counts.astype(float)


def build_capacite(
    homes: pd.DataFrame,
    places: pd.DataFrame,
    pairs: Pairs,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    *,
    steps: Steps = STEPS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum up the capacity of each commune and each IRIS.

    Parameters
    ----------
    homes : `homes.build_homes(..., core_iris=core_iris)`: without `points`, territories without
        cells have nothing; with them, an IRIS that has no home takes the counts and the capacity
        of its commune.
    places : retained places (`travel.receiving_places`): `nb_conseillers`, one where unknown.
    pairs : between `homes` and `places`, up to 30 minutes at least.
    core_communes, core_iris : the territories wanted.

    Returns
    -------
    `access_capacite`, and the ledger. `nb_conseillers_20min` and `_30min` are the posts within
    reach of the median inhabitant; `capacite_pour_10000` the posts per 10,000 people in
    difficulty, averaged over these people (missing where there is none);
    `nb_personnes_en_difficulte_servies` those who have a post within the last step (missing
    likewise: where they are not estimated, zero would read as nobody served).

    Raises
    ------
    UsageError
        When the steps mean nothing.
    """
    if pairs.limit < max(COUNTED_MIN):
        raise ValueError(f"pairs must be known up to {max(COUNTED_MIN):g} minutes")
    supply = places["nb_conseillers"].fillna(UNKNOWN_POSTS).to_numpy(dtype=float)
    demand = homes["en_difficulte"].to_numpy(dtype=float)
    access = capacity(pairs, supply, demand, steps)
    posts = [posts_within(pairs, supply, minutes) for minutes in COUNTED_MIN]
    tables: list[pd.DataFrame] = []
    ledgers = []
    for level, key, territories in (
        ("commune", "code_commune", core_communes),
        ("iris", "code_iris", core_iris),
    ):
        own = _by_territory(homes, key, demand, access, posts)
        table = pd.DataFrame({"code": territories[key].astype("str").to_numpy()})
        table = table.join(own, on="code").assign(niveau=level)
        if level == "iris":
            lost = table["nb_conseillers_20min"].isna().to_numpy()
            above = tables[0].set_index("code").reindex(territories["code_commune"][lost])
            table.loc[lost, _OF_COMMUNE] = above[_OF_COMMUNE].to_numpy()
        tables.append(table)
        ledgers.append(ledger("access_capacite", level, len(territories), len(table)))
    whole = pd.concat(tables, ignore_index=True)[COLUMNS]
    return whole.astype({"niveau": "str", "code": "str"}), stack(*ledgers)


def leave_out_unknown(capacite: pd.DataFrame, portee: pd.DataFrame) -> pd.DataFrame:
    """Leave out what one point cannot tell of a commune whose coverage is uncertain.

    How many of its people are served: all or none would be said, beside a share out of reach that
    is not known. Where a conseiller receives in the commune, all the rest too: « no post within 20
    minutes » would be said of the forest where the point is (Saint-Laurent-du-Maroni).

    Parameters
    ----------
    capacite, portee : `access_capacite` and `access_portee` of the same territories.
    """
    told = portee.set_index(["niveau", "code"])
    doubtful = told["portee_precision"].isin(["point", "commune"]) & told["couverture"].eq(
        "incertaine"
    )
    inside = doubtful & told["est_conseiller_dans_commune"].astype("boolean").fillna(False)
    rows = pd.MultiIndex.from_frame(capacite[["niveau", "code"]])

    def known(unknown: pd.Series) -> NDArray[np.bool_]:
        return ~unknown.reindex(rows, fill_value=False).to_numpy(dtype=bool)

    left = capacite.assign(**{_SERVED: capacite[_SERVED].where(known(doubtful))})
    return left.assign(**{column: left[column].where(known(inside)) for column in COLUMNS[2:]})


def _by_territory(
    homes: pd.DataFrame,
    key: str,
    demand: NDArray[np.float64],
    access: NDArray[np.float64],
    posts: list[NDArray[np.float64]],
) -> pd.DataFrame:
    """Sum up the homes of each territory, indexed by code."""
    known = homes[key].notna().to_numpy()
    group, codes = pd.factorize(homes.loc[known, key], sort=True)
    demand, access = demand[known], access[known]
    people = homes["population"].to_numpy(dtype=float)[known]
    # Where nobody is counted, the homes still have a median.
    counted = np.bincount(group, people, minlength=len(codes)) > 0
    weight = np.where(counted[group], people, 1.0)
    total = np.bincount(group, demand, minlength=len(codes))
    sums = np.bincount(group, demand * access, minlength=len(codes))
    medians = [
        weighted_median(own[known], weight, group) if len(codes) else np.zeros(0) for own in posts
    ]
    return pd.DataFrame(
        {
            "nb_conseillers_20min": medians[0],
            "nb_conseillers_30min": medians[1],
            "capacite_pour_10000": PER
            * np.divide(sums, total, out=np.full(len(codes), np.nan), where=total > 0),
            _SERVED: np.where(
                total > 0, np.bincount(group, demand * (access > 0), minlength=len(codes)), np.nan
            ),
        },
        index=pd.Index(codes, dtype="str"),
    )
