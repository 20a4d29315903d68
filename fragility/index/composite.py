"""From indicators to a score: normalise, aggregate, rank, class; one verb per function.

The universe of normalisation is that of the published index: the IRIS of divided communes and the
communes that are not divided, that is all rows of the `iris` level. A divided commune takes the
population-weighted mean of its IRIS; EPCI and départements that of their communes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.index.profiles import Profile, Ties
from fragility.schemas import INDICATORS

# Scores are means of small integers: beyond this they differ by floating-point noise only.
SCORE_DECIMALS = 9
CLASSES = 5


def score_deciles(values: pd.Series, *, ties: Ties = "mid") -> pd.Series:
    """Class each territory from 1 (least at risk) to 10 (most) by its rank.

    Parameters
    ----------
    values : one number per territory, higher = more at risk; missing allowed.
    ties : "upper" gives tied territories the top of their range, as the published IFN does
        (a commune with full 4G then scores 5); "mid" gives them its middle.

    Returns
    -------
    Float between 1 and 10 on the index of `values`; missing stays missing.

    Examples
    --------
    >>> shares = pd.Series([0.0, 0.0, 0.0, 0.0, 5.0])
    >>> score_deciles(shares, ties="mid").tolist()
    [5.0, 5.0, 5.0, 5.0, 10.0]
    >>> score_deciles(shares, ties="upper").tolist()
    [8.0, 8.0, 8.0, 8.0, 10.0]
    """
    rank = values.rank(method="average" if ties == "mid" else "max")
    n = int(values.notna().sum())
    # ceil() of an exact tenth must not climb a class through floating-point noise.
    return pd.Series(np.ceil((10 * rank / max(n, 1)).round(9)), index=values.index).clip(1, 10)


def normalise(indicators: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Sub-scores of the universe's territories.

    Parameters
    ----------
    indicators : columns `<indicator>_pct`, one row per IRIS or undivided commune.

    Returns
    -------
    Columns `score_<indicator>` for all five indicators (missing where the profile has none), on
    the same index.
    """
    scores = pd.DataFrame(
        np.nan, index=indicators.index, columns=[f"score_{key}" for key in INDICATORS]
    )
    for item in profile.indicators:
        risk = indicators[f"{item.id}_pct"] * item.direction
        scores[f"score_{item.id}"] = score_deciles(risk, ties=profile.ties)
    return scores


def aggregate(scores: pd.DataFrame, weight: pd.Series, group: pd.Series) -> pd.DataFrame:
    """Population-weighted mean of each sub-score by group.

    Parameters
    ----------
    scores : sub-scores of the members.
    weight : population of the members; missing counts as 0.
    group : group of each member, same index.

    Returns
    -------
    One row per group. A sub-score is missing when no member has it; where the members that have
    it are all uninhabited, their plain mean is taken.

    Examples
    --------
    >>> members = pd.DataFrame({"score_plus_65": [2.0, 8.0, 6.0]})
    >>> aggregate(members, pd.Series([300, 100, 0]), pd.Series(["a", "a", "b"]))[
    ...     "score_plus_65"].to_dict()
    {'a': 3.5, 'b': 6.0}
    """
    known = scores.notna()
    weights = known.mul(weight.fillna(0), axis=0)
    total = weights.groupby(group).sum()
    weighted = (scores.fillna(0) * weights).groupby(group).sum() / total.where(total > 0)
    # A weighted mean of tens may come out as 10.000000000000002.
    return weighted.fillna(scores.groupby(group).mean()).clip(1, 10)


def combine(scores: pd.DataFrame, profile: Profile) -> pd.Series:
    """Weighted mean of the sub-scores that exist, if there are enough of them."""
    used = [f"score_{item.id}" for item in profile.indicators]
    weights = np.array([item.weight for item in profile.indicators])
    values = scores[used].to_numpy(float)
    known = ~np.isnan(values)
    total = (known * weights).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values * weights, 0.0).sum(axis=1) / total
    return pd.Series(mean, index=scores.index).where(known.sum(axis=1) >= profile.min_subscores)


def class_bounds(score: pd.Series, fragile_share_pct: float = 20) -> list[float]:
    """Lowest score of the classes 2 to 5, class 5 being the fragile one.

    Many communes share a score. Each bound is the smallest score that no more than the intended
    share of communes reaches, so that "fragile" never covers more than its share.

    Returns
    -------
    Four increasing bounds; they are kept with the edition, so that another one can be read on
    the same scale.

    Examples
    --------
    >>> class_bounds(pd.Series([1, 2, 3, 4, 5, 6, 7, 8, 9, 10.0]))
    [3.0, 5.0, 7.0, 9.0]
    """
    known = score.dropna().round(SCORE_DECIMALS)
    values, counts = np.unique(known, return_counts=True)
    if not len(values):
        return [np.inf] * (CLASSES - 1)
    reached = counts[::-1].cumsum()[::-1] / len(known)
    tops = np.linspace(100, fragile_share_pct, CLASSES)[1:] / 100
    # inf: a class stays empty when its highest score alone is shared by too many communes.
    bounds = [values[reached <= top + 1e-12] for top in tops]
    return [float(b[0]) if len(b) else np.inf for b in bounds]


def classify(score: pd.Series, bounds: list[float]) -> pd.Series:
    """Class 1 to 5 of each score by fixed bounds; missing stays missing."""
    classes = np.searchsorted(bounds, score.round(SCORE_DECIMALS), side="right") + 1
    return pd.Series(classes, index=score.index, dtype="Int64").where(score.notna())


def quintile_within(score: pd.Series, group: pd.Series) -> pd.Series:
    """Fifth of the score among the territories of the same group, ties in the middle."""
    rounded = score.round(SCORE_DECIMALS)
    rank = rounded.groupby(group).rank(method="average")
    n = rounded.groupby(group).transform("count")
    fifth = pd.Series(np.ceil((CLASSES * rank / n).round(9)), index=score.index)
    return fifth.clip(1, CLASSES).astype("Int64")


def rank_scores(score: pd.Series) -> pd.Series:
    """National rank, 1 = the most fragile; tied territories share the best rank."""
    return score.round(SCORE_DECIMALS).rank(method="min", ascending=False).astype("Int64")
