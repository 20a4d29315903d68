"""The tables of scores: every level of territory, from the IRIS to the département."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.index.composite import (
    FRANCE,
    aggregate,
    class_bounds,
    classify,
    combine,
    equal_widths,
    normalise,
    quintile_within,
    rank_scores,
    set_goalposts,
)
from fragility.index.profile_model import Profile
from fragility.schemas import INDICATORS
from fragility.territory.communes import NO_EPCI

# Places of a commune by the level that a profile compares it within.
PLACES = {"region": "code_region", "departement": "code_departement", "epci": "code_epci"}


@dataclass(frozen=True)
class Computed:
    """A profile computed on every level.

    Attributes
    ----------
    goalposts : see `composite.set_goalposts`.
    points : by level, one row per territory (index: code), one column per indicator.
    score : by level, the score of each territory.
    population : by level, inhabitants of each territory.
    bounds : lowest score of the classes 2 to 5, from the communes.
    fragile_from : score from which a place is fragile.
    """

    profile: Profile
    goalposts: pd.DataFrame
    points: dict[str, pd.DataFrame]
    score: dict[str, pd.Series]
    population: dict[str, pd.Series]
    bounds: list[float]
    fragile_from: float


def indicator_values(
    indicators: pd.DataFrame, context: pd.DataFrame | None, level: str, profile: Profile
) -> pd.DataFrame:
    """Value of each indicator of a profile, one row per territory of a level.

    Parameters
    ----------
    indicators : table `index_indicateurs`.
    context : table `index_contexte`, for the indicators beside the five.

    Returns
    -------
    One column per indicator, named by its id; index: code. What the edition lacks is missing.
    """
    own = indicators[indicators["niveau"] == level].set_index("code")
    found = pd.DataFrame(index=own.index)
    for item in profile.indicators:
        key = item.id
        if key in INDICATORS:
            found[key], origin = own[f"{key}_pct"], own[f"{key}_origine"]
        elif context is None:
            found[key] = np.nan
            continue
        else:
            rows = context[(context["niveau"] == level) & (context["indicateur"] == key)]
            cells = rows.set_index("code")[["valeur", "origine"]].reindex(own.index)
            found[key], origin = cells["valeur"], cells["origine"]
        if level == "iris" and not item.inherit:
            found[key] = found[key].where(origin != "commune")
    return found.astype(float)


def compute_profile(
    indicators: pd.DataFrame,
    context: pd.DataFrame | None,
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    profile: Profile,
) -> Computed:
    """Compute a profile on IRIS, communes, EPCI and départements.

    Parameters
    ----------
    indicators, context : tables `index_indicateurs` and `index_contexte`.
    communes : table `core_communes` (memberships).
    iris : table `core_iris` (`code_iris`, `code_commune`).
    """
    places = communes.set_index("code_commune")
    own = indicators.set_index(["niveau", "code"])["population"]
    units = indicator_values(indicators, context, "iris", profile)
    towns = indicator_values(indicators, context, "commune", profile).reindex(places.index)
    parent = iris.set_index("code_iris")["code_commune"].reindex(units.index)
    population = {
        "iris": own.loc["iris"].reindex(units.index),
        "commune": own.loc["commune"].reindex(places.index),
    }
    base = None
    if profile.base != FRANCE:
        # An island without EPCI is compared with nothing.
        of = places[PLACES[profile.base]]
        base = of.where(of != NO_EPCI[0])
    of_unit = None if base is None else base.reindex(parent).set_axis(units.index)
    # The mean of a territory is that of its communes: IRIS that inherit would count twice.
    if profile.universe == "commune" or profile.normalisation == "base_100":
        goalposts = set_goalposts(towns, profile, base, population["commune"])
    else:
        goalposts = set_goalposts(units, profile, of_unit, population["iris"])
    points = {"iris": normalise(units, goalposts, profile, of_unit)}
    if profile.divided == "own":
        points["commune"] = normalise(towns, goalposts, profile, base)
    else:
        means = aggregate(points["iris"], population["iris"], parent)
        points["commune"] = means.reindex(places.index)
    for level in ("epci", "departement"):
        # Communes outside any EPCI share a code, not a territory.
        member = places[PLACES[level]].where(places[PLACES[level]] != NO_EPCI[0])
        points[level] = aggregate(points["commune"], population["commune"], member)
        population[level] = population["commune"].groupby(member).sum(min_count=1)
    score = {level: combine(frame, profile) for level, frame in points.items()}
    fifths = class_bounds(score["commune"], profile.fragile_share_pct)
    bounds = fifths if profile.classes == "quintiles" else equal_widths(score["commune"])
    return Computed(profile, goalposts, points, score, population, bounds, fifths[-1])


def build_scores(
    indicators: pd.DataFrame,
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    profile: Profile,
    context: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Compute `index_scores`, `index_bornes` and `index_reperes` of one profile.

    Returns
    -------
    scores : one row per IRIS, commune, EPCI and département.
    bounds : lowest score of the classes 2 to 5 and of fragile places, from the communes.
    goalposts : the scale of each indicator.
    """
    computed = compute_profile(indicators, context, communes, iris, profile)
    return (
        score_table(computed, communes, iris),
        bounds_table(computed),
        computed.goalposts.assign(profil=profile.id),
    )


def score_table(computed: Computed, communes: pd.DataFrame, iris: pd.DataFrame) -> pd.DataFrame:
    """Write the scores of a profile as `index_scores`, one row per territory of every level."""
    places = communes.set_index("code_commune")
    parent = iris.set_index("code_iris")["code_commune"]
    levels = []
    for level, points in computed.points.items():
        of = {"iris": places.reindex(parent.reindex(points.index)), "commune": places}.get(level)
        levels.append(_level(level, computed, None if of is None else of.set_axis(points.index)))
    return pd.concat(levels, ignore_index=True)


def bounds_table(computed: Computed) -> pd.DataFrame:
    """Write the bounds of a profile as `index_bornes`."""
    classes = pd.DataFrame({"borne": "classe", "classe": range(2, 6), "score_min": computed.bounds})
    fragile = pd.DataFrame(
        {"borne": ["fragile"], "classe": [5], "score_min": [computed.fragile_from]}
    )
    return pd.concat([classes, fragile], ignore_index=True).assign(profil=computed.profile.id)


def _level(level: str, computed: Computed, places: pd.DataFrame | None) -> pd.DataFrame:
    """Add ranks and classes to one level's scores."""
    score, points = computed.score[level], computed.points[level]
    none = pd.Series(pd.NA, index=score.index, dtype="Int64")
    subscores: Mapping[str, pd.Series] = {
        f"score_{key}": points[key] if key in points else pd.Series(np.nan, index=score.index)
        for key in INDICATORS
    }
    fragile = classify(score, [computed.fragile_from]).eq(2)
    return (
        pd.DataFrame(subscores)
        .assign(
            score=score,
            niveau=level,
            code=score.index.astype("str"),
            population=computed.population[level].reindex(score.index).astype(float),
            rang=rank_scores(score),
            classe=classify(score, computed.bounds),
            quintile_region=none
            if places is None
            else quintile_within(score, places["code_region"]),
            quintile_departement=(
                none if places is None else quintile_within(score, places["code_departement"])
            ),
            est_fragile=fragile.fillna(False).astype(bool),
        )
        .reset_index(drop=True)
    )
