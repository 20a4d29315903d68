"""From indicators to a score: set goalposts, normalise, aggregate, combine; one verb per function.

A value gets its points from goalposts, a small table that is kept with the edition: what is not in
the edition (a new place, another year) can be scored on the same scale, and no place's score needs
the others.

The universe of the published index is the IRIS of divided communes and the communes that are not
divided, that is all rows of the `iris` level. A divided commune takes the population-weighted mean
of its IRIS; EPCI and départements that of their communes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.errors import DataCheckError
from fragility.index.profile_model import POINTS, RANKED, Profile, ProfileIndicator, Ties

# Scores are means of small integers: beyond this they differ by floating-point noise only.
SCORE_DECIMALS = 9
_SUM_DECIMALS = 12  # five fifths of 7.2 are 7.2, not 7.199999999999999
CLASSES = 5
FRANCE = "france"
# The top and bottom tenths, and five equal bands between. The published index of 2021 says only
# that the first tenth is at 3 and the median in the centre.
_BANDS = np.array([0.10, 0.26, 0.42, 0.58, 0.74, 0.90])
_GOALPOSTS = ["indicateur", "territoire", "valeur", "points"]


def set_goalposts(
    values: pd.DataFrame,
    profile: Profile,
    place: pd.Series | None = None,
    population: pd.Series | None = None,
) -> pd.DataFrame:
    """Fix the scale of an index on the territories of an edition.

    Parameters
    ----------
    values : one column per indicator of the profile, one row per territory; missing allowed.
    place : reference territory of each row, for a profile whose base is not France.
    population : inhabitants, which weight the mean that is 100 in `base_100`.

    Returns
    -------
    Columns `indicateur`, `territoire`, `valeur`, `points`; see `read_points` for how they are read.
    For ranks, a row is the lowest value that gets that many points; for `min_max`, the two
    extremes; for `base_100`, the territory's mean at 100 points. Values are those of the indicator,
    whatever its direction.

    Examples
    --------
    >>> from fragility.index.profiles import load_profile
    >>> shares = pd.DataFrame({key: [0.0, 10, 20, 30, 40] for key in load_profile("ifn-2023").ids})
    >>> posts = set_goalposts(shares, load_profile("ifn-2023"))
    >>> posts.loc[posts["indicateur"] == "pauvrete", ["valeur", "points"]].to_numpy().tolist()
    [[0.0, 2.0], [10.0, 4.0], [20.0, 6.0], [30.0, 8.0], [40.0, 10.0]]
    """
    groups: dict[str, NDArray[np.int64]] = {FRANCE: np.arange(len(values))}
    if profile.base != FRANCE:
        if place is None:
            raise ValueError("a profile with a base needs the reference territory of each row")
        groups = {
            str(code): np.asarray(rows) for code, rows in place.groupby(place).indices.items()
        }
    weight = np.ones(len(values)) if population is None else population.fillna(0).to_numpy(float)
    frames = []
    for item in profile.indicators:
        column = values[item.id].to_numpy(float)
        for code, rows in groups.items():
            known = rows[~np.isnan(column[rows])]
            if len(known):
                posts = _scale(column[known], weight[known], item, profile)
                frames.append(pd.DataFrame({"valeur": posts[0], "points": posts[1]}).assign(
                    indicateur=item.id, territoire=code
                ))  # fmt: skip
    if not frames:
        raise DataCheckError(
            f"Aucun indicateur du profil {profile.id} n'a de valeur dans cette édition.",
            expected=", ".join(profile.ids),
            remedy="choisissez un autre profil (« fragility profiles » les liste)",
        )
    return pd.concat(frames, ignore_index=True)[_GOALPOSTS]


def _scale(
    values: NDArray[np.float64],
    weight: NDArray[np.float64],
    item: ProfileIndicator,
    profile: Profile,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Goalposts of one indicator in one territory: values and their points."""
    if profile.normalisation == "base_100":
        mean = np.average(values, weights=weight) if weight.sum() > 0 else values.mean()
        return np.array([mean]), np.array([100.0])
    low, high = POINTS[profile.normalisation]
    if profile.normalisation == "min_max":
        ends = np.array([values.min(), values.max()])
        return ends, np.array([low, high] if item.direction == 1 else [high, low])
    distinct, counts = np.unique(values, return_counts=True)
    points = _points_of_ranks(_ranks(counts, item.direction, profile.ties), len(values), profile)
    # What matters of a step is where it begins.
    first = np.r_[True, points[1:] != points[:-1]]
    return distinct[first], points[first]


def _ranks(counts: NDArray[np.int64], direction: int, ties: Ties) -> NDArray[np.float64]:
    """Rank of each distinct value, in increasing order of values, by risk."""
    reached = counts.cumsum() if direction == 1 else counts[::-1].cumsum()[::-1]
    return np.asarray(reached - (counts - 1) / 2 if ties == "mid" else reached, dtype=float)


def _points_of_ranks(rank: NDArray[np.float64], n: int, profile: Profile) -> NDArray[np.float64]:
    """Points of ranks among n."""
    if profile.normalisation == "deciles":
        # ceil() of an exact tenth must not climb a class through floating-point noise.
        return np.asarray(np.ceil((10 * rank / n).round(9)).clip(1, 10))
    share: NDArray[np.float64] = (rank - 0.5) / n
    if profile.normalisation == "percentiles":
        return 1 + 9 * share
    return np.asarray(np.searchsorted(_BANDS, share.round(9), side="right") - 3.0)


def read_points(
    values: NDArray[np.float64],
    posts: tuple[NDArray[np.float64], NDArray[np.float64]],
    item: ProfileIndicator,
    profile: Profile,
) -> NDArray[np.float64]:
    """Points of values on the goalposts (values, points) of one indicator in one territory."""
    at, points = posts
    if profile.normalisation in RANKED:
        step = np.searchsorted(at, values, side="right") - 1
        found = points[step.clip(0)]
    elif profile.normalisation == "min_max":
        width = at[1] - at[0]
        place = (values - at[0]) / width if width > 0 else np.full(len(values), 0.5)
        found = points[0] + (points[1] - points[0]) * place.clip(0, 1)
    else:
        found = _base_100(values, float(at[0]), item)
    return np.where(np.isnan(values), np.nan, found)


def _base_100(
    values: NDArray[np.float64], mean: float, item: ProfileIndicator
) -> NDArray[np.float64]:
    """Points when the territory's mean is 100; missing where that mean is 0."""
    if mean == 0:
        return np.full(len(values), np.nan)
    if item.rule == "coverage":
        return 100 * (100 - values) / mean
    if item.rule == "ratio":
        return 100 * values / mean
    mirrored = 100 * (2 - values / mean)
    return mirrored.clip(0) if item.rule == "mirror_floor" else mirrored


def normalise(
    values: pd.DataFrame,
    goalposts: pd.DataFrame,
    profile: Profile,
    place: pd.Series | None = None,
) -> pd.DataFrame:
    """Points of each indicator on fixed goalposts.

    Parameters
    ----------
    values : one column per indicator of the profile, one row per territory.
    goalposts : see `set_goalposts`; those of another edition will do.
    place : reference territory of each row, for a profile whose base is not France.

    Returns
    -------
    One column per indicator, on the same index. Missing stays missing, and so does an indicator
    without goalposts in the territory; with `missing = "zero"` both are 0.
    """
    found = pd.DataFrame(np.nan, index=values.index, columns=profile.ids)
    posts = {
        key: (rows["valeur"].to_numpy(float), rows["points"].to_numpy(float))
        for key, rows in goalposts.groupby(["indicateur", "territoire"], sort=False)
    }
    groups: dict[str, NDArray[np.int64]] = {FRANCE: np.arange(len(values))}
    if profile.base != FRANCE:
        if place is None:
            raise ValueError("a profile with a base needs the reference territory of each row")
        groups = {
            str(code): np.asarray(rows) for code, rows in place.groupby(place).indices.items()
        }
    for item in profile.indicators:
        column = values[item.id].to_numpy(float)
        points = np.full(len(values), np.nan)
        for code, rows in groups.items():
            if (item.id, code) in posts:
                points[rows] = read_points(column[rows], posts[item.id, code], item, profile)
        found[item.id] = points
    return found


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
    return weighted.fillna(scores.groupby(group).mean()).clip(scores.min(), scores.max(), axis=1)


def _counted(points: pd.DataFrame, profile: Profile) -> NDArray[np.float64]:
    """Own weight of each indicator that counts in each territory, 0 for the others."""
    known: NDArray[np.bool_] = points[profile.ids].notna().to_numpy()
    if profile.missing == "zero":
        known = np.repeat(known.any(axis=1, keepdims=True), known.shape[1], axis=1)
    return known * np.array([item.weight for item in profile.indicators], dtype=float)


def effective_weights(points: pd.DataFrame, profile: Profile) -> NDArray[np.float64]:
    """Weight of each indicator in each territory's score, shape (n, k); rows sum to 1 or 0.

    The weight of a missing indicator goes to the others of its group; that of a group of which
    nothing is known, to the other groups.
    """
    weights = _counted(points, profile)
    for group in profile.groups:
        total = weights[:, group].sum(axis=1, keepdims=True)
        weights[:, group] /= np.where(total > 0, total, 1)
    total = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1))


def contributions(points: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """What each indicator brings to the score; rows add up to the score exactly.

    Parameters
    ----------
    points : see `normalise`.

    Returns
    -------
    One column per indicator, in points of the score; missing where the indicator is, and
    everywhere when too few indicators are known for a score. Of a geometric mean, whose logarithm
    only is a sum, each indicator has the share that it has of that logarithm.
    """
    values = points[profile.ids].to_numpy(float)
    known = ~np.isnan(values)
    weights = effective_weights(points, profile)
    filled = np.where(known, values, 0.0)
    if profile.aggregation == "geometric":
        logs = weights * np.log(np.where(known, values, 1.0))
        total = logs.sum(axis=1, keepdims=True)
        share = np.where(total > 0, logs / np.where(total > 0, total, 1), weights)
        parts = np.exp(total) * share
    else:
        parts = filled * weights
    if profile.score_range:
        low, high = POINTS[profile.normalisation]
        slope = (profile.score_range[1] - profile.score_range[0]) / (high - low)
        parts = parts * slope + weights * (profile.score_range[0] - low * slope)
    enough = known.sum(axis=1) >= max(profile.min_subscores, 1)
    parts = np.where(known & enough[:, None], parts, np.nan)
    return pd.DataFrame(parts, index=points.index, columns=profile.ids)


def combine(points: pd.DataFrame, profile: Profile) -> pd.Series:
    """Score of each territory: the sum of its contributions, if enough indicators are known."""
    return contributions(points, profile).sum(axis=1, min_count=1).round(_SUM_DECIMALS)


def group_points(points: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Points of each axis and pillar: the weighted mean of all the indicators below.

    Returns
    -------
    One column per axis and pillar, named by their id, axes first; missing where nothing is known.
    """
    weights = _counted(points, profile)
    filled = np.nan_to_num(points[profile.ids].to_numpy(float))
    members = {axis.id: [item.axis == axis.id for item in profile.indicators]
               for axis in profile.axes}  # fmt: skip
    members |= {pillar.id: [profile.pillar_of[key] == pillar.id for key in profile.ids]
                for pillar in profile.pillars}  # fmt: skip
    found = {}
    for name, below in members.items():
        total = weights[:, below].sum(axis=1)
        mean = (weights * filled)[:, below].sum(axis=1) / np.where(total > 0, total, 1)
        found[name] = np.where(total > 0, mean, np.nan)
    return pd.DataFrame(found, index=points.index)


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


def equal_widths(score: pd.Series) -> list[float]:
    """Lowest score of the classes 2 to 5 when all have the same width between the extremes.

    A score on an edge goes up, as in the regional workbook of 2019.

    Examples
    --------
    >>> equal_widths(pd.Series([50.0, 100.0, 150.0]))
    [70.0, 90.0, 110.0, 130.0]
    """
    known = score.dropna()
    if known.empty:
        return [np.inf] * (CLASSES - 1)
    return [float(edge) for edge in np.linspace(known.min(), known.max(), CLASSES + 1)[1:-1]]


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
