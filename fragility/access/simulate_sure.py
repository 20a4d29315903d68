"""How sure what a simulation gains is: the probability that each commune needs it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.chance import both_probability
from fragility.index.uncertainty import confidence

ROBUST = "robuste"


def commune_chance(uncertainty: pd.DataFrame, portee: pd.DataFrame, threshold: float) -> pd.Series:
    """Probability that each commune is fragile and out of reach, percent, as the verdict has it.

    Parameters
    ----------
    uncertainty, portee : tables `index_incertitude` and `access_portee`.
    threshold : minutes; at those of the edition this is its `probabilite_fragile_non_couverte_pct`.

    Returns
    -------
    Indexed by code; missing where the commune has no score.
    """
    rows = [
        table[table["niveau"] == "commune"].set_index("code") for table in (portee, uncertainty)
    ]
    reach, fragile = rows[0], rows[1]["probabilite_fragile_pct"].reindex(rows[0].index)
    minutes = reach["conseiller_plus_proche_min"].fillna(np.inf)
    inside = reach["est_conseiller_dans_commune"].fillna(False).astype(bool)
    doubtful = reach["portee_precision"].eq("point") & inside
    likely = both_probability(
        fragile.to_numpy(dtype=float),
        minutes.where(reach["couverture"].notna()).to_numpy(dtype=float),
        doubtful.to_numpy(dtype=bool),
        threshold,
    )
    return pd.Series(likely, index=reach.index)


def chance_words(chance: pd.Series) -> pd.Series:
    """Word for the verdict « fragile and not covered » of each commune; missing if unknown."""
    words = confidence(chance.to_numpy(dtype=float), np.ones(len(chance), dtype=bool))
    return pd.Series(words, index=chance.index, dtype="str").mask(chance.isna())


def gain_chance(
    people: NDArray[np.float64],
    chance: NDArray[np.float64],
    group: NDArray[np.int64],
    count: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How sure the people gained by each post are.

    Parameters
    ----------
    people, chance, group : people of each home, probability of its commune (percent, missing if
        unknown), and the post that gains them, 0 .. count (`count` for none), shape (homes,) each.

    Returns
    -------
    robust : share of the people of communes whose verdict is « robuste », percent, shape (count,).
    mean : probability of their commune, averaged over the people, percent, shape (count,).
    Both are missing without people, or when nothing is known of their communes.
    """
    known = ~np.isnan(chance)
    sure = (chance_words(pd.Series(chance)) == ROBUST).to_numpy(dtype=bool)

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(group, values, minlength=count + 1)[:count].astype(float)

    of = total(people * known)
    with np.errstate(invalid="ignore", divide="ignore"):
        robust = np.where(of > 0, 100 * total(people * sure) / of, np.nan)
        mean = np.where(of > 0, total(people * np.nan_to_num(chance)) / of, np.nan)
    return np.clip(robust, 0, 100), np.clip(mean, 0, 100)
