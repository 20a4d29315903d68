"""Score a place by itself, on the goalposts and bounds that an edition has kept.

Nothing else of the edition is needed: not its places, not their ranks. A commune that was created
since, an IRIS measured by hand or a place imagined for a study gets the score that it would have
had there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.errors import UsageError
from fragility.index.composite import FRANCE, classify, combine, contributions, normalise
from fragility.index.profile_model import Profile

FRAGILE = "fragile"
CLASS = "classe"


@dataclass(frozen=True)
class PlaceScore:
    """The score of one place.

    Attributes
    ----------
    score : on the profile's scale; missing when too few indicators are known.
    points, contributions : by indicator, missing where it is; contributions add up to the score.
    classe : 1 to 5 on the fixed bounds, None without a score.
    est_fragile : whether the score reaches the fixed threshold.
    """

    score: float
    points: Mapping[str, float]
    contributions: Mapping[str, float]
    classe: int | None
    est_fragile: bool


@dataclass(frozen=True)
class Scored:
    """Scores of many places, each by itself; all on the index of the values.

    Attributes
    ----------
    points, contributions : one column per indicator of the profile.
    score, classe, est_fragile : see `PlaceScore`.
    """

    points: pd.DataFrame
    contributions: pd.DataFrame
    score: pd.Series
    classe: pd.Series
    est_fragile: pd.Series


def read_bounds(bounds: pd.DataFrame, profile: str) -> tuple[list[float], float]:
    """Lowest score of the classes 2 to 5, and score from which a place is fragile.

    Parameters
    ----------
    bounds : table `index_bornes`.
    profile : id of the profile.
    """
    own = bounds[bounds["profil"] == profile]
    classes = own[own["borne"] == CLASS].sort_values("classe")["score_min"]
    fragile = own.loc[own["borne"] == FRAGILE, "score_min"]
    if classes.empty or fragile.empty:
        raise _unknown_profile(profile, bounds["profil"])
    return [float(bound) for bound in classes], float(fragile.iloc[0])


def score_places(
    values: pd.DataFrame,
    goalposts: pd.DataFrame,
    bounds: pd.DataFrame,
    profile: Profile,
    place: pd.Series | None = None,
) -> Scored:
    """Score places, each as if it were alone.

    Parameters
    ----------
    values : one column per indicator of the profile, named by its id, in its unit; missing allowed.
    goalposts, bounds : tables `index_reperes` and `index_bornes` of an edition.
    place : code of the territory that each place is compared within, for a profile whose base is
        not France.
    """
    own = goalposts[goalposts["profil"] == profile.id] if "profil" in goalposts else goalposts
    if own.empty:
        raise _unknown_profile(profile.id, goalposts["profil"])
    if profile.base != FRANCE and place is None:
        raise UsageError(
            f"Le profil « {profile.id} » compare chaque lieu à son territoire, qui n'est pas dit.",
            expected=f"le code de son territoire ({profile.base})",
            remedy="ajoutez une colonne « territoire »",
        )
    classes, fragile_from = read_bounds(bounds, profile.id)
    points = normalise(values, own, profile, place)
    score = combine(points, profile)
    fragile = classify(score, [fragile_from]).eq(2).fillna(False).astype(bool)
    return Scored(points, contributions(points, profile), score, classify(score, classes), fragile)


def score_place(
    values: Mapping[str, float],
    goalposts: pd.DataFrame,
    bounds: pd.DataFrame,
    profile: Profile,
    place: str | None = None,
) -> PlaceScore:
    """Score one place without the rest.

    Parameters
    ----------
    values : value of each indicator by id, in its unit (percent for the five); one that is not
        there is missing, and treated as the profile says.
    goalposts, bounds : tables `index_reperes` and `index_bornes` of an edition.
    place : code of the territory it is compared within, for a profile whose base is not France.

    Raises
    ------
    UsageError
        When a value is not one of the profile's, or the edition was not computed with it.

    Examples
    --------
    >>> from fragility.index.composite import set_goalposts
    >>> from fragility.index.profiles import load_profile
    >>> profile = load_profile("ifn-2023")
    >>> shares = pd.DataFrame({key: [0.0, 10, 20, 30, 40] for key in profile.ids})
    >>> posts = set_goalposts(shares, profile).assign(profil="ifn-2023")
    >>> limits = pd.DataFrame({"profil": "ifn-2023", "borne": ["classe"] * 4 + ["fragile"],
    ...     "classe": [2, 3, 4, 5, 5], "score_min": [3.0, 5.0, 7.0, 9.0, 9.0]})
    >>> found = score_place(dict.fromkeys(profile.ids, 25.0), posts, limits, profile)
    >>> found.score, found.classe, found.est_fragile
    (6.0, 3, False)
    """
    if strangers := sorted(set(values) - set(profile.ids)):
        raise UsageError(
            f"Le profil « {profile.id} » n'a pas d'indicateur {', '.join(strangers)}.",
            expected=", ".join(profile.ids),
            remedy="retirez-le, ou choisissez le profil qui le compte",
        )
    row = pd.DataFrame({key: [float(values.get(key, np.nan))] for key in profile.ids})
    where = None if place is None else pd.Series([place])
    found = score_places(row, goalposts, bounds, profile, where)
    classe = found.classe.iloc[0]
    return PlaceScore(
        score=float(found.score.iloc[0]),
        points={key: float(found.points[key].iloc[0]) for key in profile.ids},
        contributions={key: float(found.contributions[key].iloc[0]) for key in profile.ids},
        classe=None if pd.isna(classe) else int(classe),
        est_fragile=bool(found.est_fragile.iloc[0]),
    )


def _unknown_profile(profile: str, known: pd.Series) -> UsageError:
    return UsageError(
        f"Cette édition n'a pas été calculée avec le profil « {profile} ».",
        expected=", ".join(sorted(set(known))),
        remedy="recalculez-la avec ce profil (« fragility run --profile »)",
    )
