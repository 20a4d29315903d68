"""What would change a place's class: the value at which one indicator alone would do it.

The scale is that of the edition, fixed: other places are taken to stay as they are. A place whose
points are the mean of its IRIS' has no such value, only points to reach.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.composite import (
    FRANCE,
    SCORE_DECIMALS,
    classify,
    combine,
    effective_weights,
    read_points,
)
from fragility.index.profile_model import POINTS, Profile, ProfileIndicator

Floats = NDArray[np.float64]
Posts = tuple[Floats, Floats]

# What a territory can act upon. Age, diplomas and incomes are facts: the answer to them is help,
# which is not in the score.
LEVERS = {
    "non_thd": "reseau_fixe",
    "thd": "reseau_fixe",
    "non_4g": "reseau_mobile",
    "couvert_4g": "reseau_mobile",
}
LESS, MORE = "moins_fragile", "plus_fragile"
# A score is compared with a bound at nine decimals: to be under it takes more than half of the last
# of them, to reach it no more than the noise of sums is forgiven.
_UNDER, _NOISE = 1e-7, 1e-10
_HALVINGS = 60
_COLUMNS = [
    "code", "sens", "classe", "borne", "indicateur", "points_vises", "applicable", "possible",
    "valeur", "repere",
]  # fmt: skip


def goalposts_of(goalposts: pd.DataFrame) -> dict[tuple[str, str], Posts]:
    """Values and points of each indicator and territory of a table `index_reperes`."""
    return {
        (str(key[0]), str(key[1])): (rows["valeur"].to_numpy(float), rows["points"].to_numpy(float))
        for key, rows in goalposts.groupby(["indicateur", "territoire"], sort=False)
    }


def needed_points(points: pd.DataFrame, target: pd.Series, profile: Profile) -> Floats:
    """Points that each indicator alone would need for the score to be `target`, shape (n, k).

    Missing where the indicator does not count.
    """
    values = points[profile.ids].to_numpy(float)
    weights = effective_weights(points, profile)
    score = combine(points, profile).to_numpy(float)[:, None]
    goal = target.to_numpy(float)[:, None]
    low, high = POINTS[profile.normalisation]
    slope, start, ground = 1.0, 0.0, 0.0
    if profile.score_range:
        start, ground = profile.score_range[0], low
        slope = (profile.score_range[1] - start) / (high - low)
    with np.errstate(divide="ignore", invalid="ignore"):
        if profile.aggregation == "geometric":
            ratio = ((goal - start) / slope + ground) / ((score - start) / slope + ground)
            found = values * ratio ** (1 / weights)
        else:
            found = values + (goal - score) / (weights * slope)
    return np.where(np.isfinite(found), found, np.nan)


def class_shifts(
    values: pd.DataFrame,
    points: pd.DataFrame,
    own: pd.DataFrame,
    bounds: list[float],
    goalposts: pd.DataFrame,
    profile: Profile,
    place: pd.Series | None = None,
) -> pd.DataFrame:
    """Find what each indicator alone, all others equal, would have to become.

    Parameters
    ----------
    values, points : one column per indicator, one row per place (index: code).
    own : True where the points are those of the place's value, not a mean over its IRIS.
    bounds : lowest score of the classes 2 to 5.
    goalposts : table `index_reperes` of the profile.
    place : reference territory of each row, for a profile whose base is not France.

    Returns
    -------
    One row per place, direction (`moins_fragile`, `plus_fragile`) and indicator: the class it
    would reach, its bound, the points that the indicator would need (`points_vises`), whether a
    value can be named (`applicable`), whether it exists (`possible`), the value nearest to
    today's that does it (`valeur`), in the unit of the indicator, and where none can be named the
    value of a place of its own that has these points (`repere`).
    """
    score = combine(points, profile)
    classes = classify(score, bounds)
    posts = goalposts_of(goalposts)
    territory = (
        pd.Series(FRANCE, index=points.index) if place is None else place.reindex(points.index)
    )
    found = []
    for sense, step in ((LESS, -1), (MORE, 1)):
        reached = classes + step
        # The bound crossed: that of one's own class on the way down, of the next on the way up.
        at = (classes if sense == LESS else reached) - 2
        exists = (reached.ge(1) & reached.le(len(bounds) + 1)).fillna(False).to_numpy(bool)
        codes = points.index[exists]
        if not len(codes):
            continue
        target = pd.Series([bounds[int(i)] for i in at[exists]], index=codes)
        needed = needed_points(points.loc[codes], target, profile)
        for column, item in enumerate(profile.indicators):
            frame = pd.DataFrame({"code": codes, "sens": sense, "indicateur": item.id})
            frame["classe"] = reached[exists].to_numpy(int)
            frame["borne"] = target.to_numpy()
            frame["points_vises"] = needed[:, column]
            frame["applicable"] = own.loc[codes, item.id].to_numpy(bool)
            frame["valeur"] = _values(
                values.loc[codes, item.id].to_numpy(float), needed[:, column], sense,
                territory.loc[codes], posts, item, profile,
            )  # fmt: skip
            frame["valeur"] = frame["valeur"].where(frame["applicable"])
            mean = np.where(frame["applicable"], np.nan, frame["points_vises"])
            frame["repere"] = _values(None, mean, sense, territory.loc[codes], posts, item, profile)
            low, high = POINTS[profile.normalisation]
            inside = (
                frame["points_vises"].gt(low + _UNDER)
                if sense == LESS
                else frame["points_vises"].le(high + _NOISE)
            )
            frame["possible"] = frame["valeur"].notna().where(frame["applicable"], inside)
            found.append(frame)
    if not found:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(found, ignore_index=True)[_COLUMNS].astype({"possible": bool})


def _values(
    now: Floats | None,
    needed: Floats,
    sense: str,
    territory: pd.Series,
    posts: dict[tuple[str, str], Posts],
    item: ProfileIndicator,
    profile: Profile,
) -> Floats:
    """Value nearest to today's that gives the points needed; missing when none does.

    Without a value of today, nearest to that with the most points (the fewest, on the way up).
    """
    found = np.full(len(needed), np.nan)
    for name, rows in territory.groupby(territory).indices.items():
        scale = posts.get((item.id, str(name)))
        if scale is None:
            continue
        far = ends(scale, item, profile)[1 if sense == LESS else 0]
        start = np.full(len(needed), far) if now is None else now
        some = rows[~np.isnan(start[rows]) & ~np.isnan(needed[rows])]
        found[some] = _search(start[some], needed[some], sense, scale, item, profile)
    return found


def ends(scale: Posts, item: ProfileIndicator, profile: Profile) -> tuple[float, float]:
    """Possible values of an indicator with the fewest and the most points.

    A share goes from 0 to 100; what has goalposts beyond 100 is no share, and goes to twice the
    highest of them.
    """
    top = scale[0].max()
    low, high = min(0.0, float(scale[0].min())), 100.0 if top <= 100 else 2 * float(top)
    first, last = read_points(np.array([low, high]), scale, item, profile)
    return (low, high) if first <= last else (high, low)


def _search(
    now: Floats, needed: Floats, sense: str, scale: Posts, item: ProfileIndicator, profile: Profile
) -> Floats:
    """Halve the way between today's value and the extreme one: points only rise or only fall."""

    def enough(values: Floats) -> NDArray[np.bool_]:
        got = read_points(values, scale, item, profile)
        return got < needed - _UNDER if sense == LESS else got >= needed - _NOISE

    fewest, most = ends(scale, item, profile)
    good = np.full(len(now), fewest if sense == LESS else most)
    reachable = enough(good)
    short = now.copy()
    for _ in range(_HALVINGS):
        middle = (good + short) / 2
        ok = enough(middle)
        good, short = np.where(ok, middle, good), np.where(ok, short, middle)
    return np.where(reachable, good, np.nan)


def best_networks(
    points: pd.DataFrame,
    bounds: list[float],
    goalposts: pd.DataFrame,
    profile: Profile,
    place: pd.Series | None = None,
) -> pd.DataFrame:
    """Score and class if every network of the profile were as good as can be, all else equal.

    Returns
    -------
    Columns `score` and `classe` on the index of `points`; no row when the profile has no network.
    """
    levers = [item for item in profile.indicators if item.id in LEVERS]
    if not levers:
        return pd.DataFrame({"score": [], "classe": []})
    posts = goalposts_of(goalposts)
    territory = (
        pd.Series(FRANCE, index=points.index) if place is None else place.reindex(points.index)
    )
    best = points[profile.ids].copy()
    for item in levers:
        fewest = {}
        for (key, name), scale in posts.items():
            if key == item.id:
                ideal = np.array([ends(scale, item, profile)[0]])
                fewest[name] = float(read_points(ideal, scale, item, profile)[0])
        # Missing stays missing: nothing says that the place has anything to gain there.
        best[item.id] = territory.map(fewest).where(best[item.id].notna()).astype(float)
    score = combine(best, profile)
    return pd.DataFrame({"score": score, "classe": classify(score.round(SCORE_DECIMALS), bounds)})
