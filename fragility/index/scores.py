"""The table of scores: every level of territory, from the IRIS to the département."""

from __future__ import annotations

import pandas as pd

from fragility.index.composite import (
    aggregate,
    class_bounds,
    classify,
    combine,
    normalise,
    quintile_within,
    rank_scores,
)
from fragility.index.profiles import Profile
from fragility.territory.communes import NO_EPCI


def build_scores(
    indicators: pd.DataFrame, communes: pd.DataFrame, iris: pd.DataFrame, profile: Profile
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute `index_scores` and `index_bornes`.

    Parameters
    ----------
    indicators : table `index_indicateurs`, levels `iris` and `commune`.
    communes : table `core_communes` (memberships).
    iris : table `core_iris` (`code_iris`, `code_commune`).
    profile : the index to compute.

    Returns
    -------
    scores : one row per IRIS, commune, EPCI and département.
    bounds : lowest score of the classes 2 to 5, from the communes.
    """
    places = communes.set_index("code_commune")[["code_epci", "code_departement", "code_region"]]
    units = indicators[indicators["niveau"] == "iris"].set_index("code")
    parent = iris.set_index("code_iris")["code_commune"].reindex(units.index)
    unit_scores = normalise(units, profile)

    commune_population = (
        indicators[indicators["niveau"] == "commune"]
        .set_index("code")["population"]
        .reindex(places.index)
    )
    commune_scores = aggregate(unit_scores, units["population"], parent).reindex(places.index)
    commune_scores["score"] = combine(commune_scores, profile)
    bounds = class_bounds(commune_scores["score"], profile.fragile_share_pct)

    unit_scores["score"] = combine(unit_scores, profile)
    unit_places = places.reindex(parent).set_axis(units.index)
    levels = [
        _level("iris", unit_scores, units["population"], bounds, unit_places),
        _level("commune", commune_scores, commune_population, bounds, places),
    ]
    subscores = commune_scores.drop(columns="score")
    for level, key in (("epci", "code_epci"), ("departement", "code_departement")):
        # Communes outside any EPCI share a code, not a territory.
        member = places[key].where(places[key] != NO_EPCI[0])
        means = aggregate(subscores, commune_population, member)
        means["score"] = combine(means, profile)
        levels.append(
            _level(level, means, commune_population.groupby(member).sum(min_count=1), bounds, None)
        )
    table = pd.DataFrame({"classe": range(2, len(bounds) + 2), "score_min": bounds})
    return pd.concat(levels, ignore_index=True), table


def _level(
    level: str,
    scores: pd.DataFrame,
    population: pd.Series,
    bounds: list[float],
    places: pd.DataFrame | None,
) -> pd.DataFrame:
    """Add ranks and classes to one level's scores."""
    score = scores["score"]
    classes = classify(score, bounds)
    none = pd.Series(pd.NA, index=score.index, dtype="Int64")
    return scores.assign(
        niveau=level,
        code=scores.index.astype("str"),
        population=population.reindex(scores.index).astype(float),
        rang=rank_scores(score),
        classe=classes,
        quintile_region=none if places is None else quintile_within(score, places["code_region"]),
        quintile_departement=(
            none if places is None else quintile_within(score, places["code_departement"])
        ),
        est_fragile=classes.eq(5).fillna(False).astype(bool),
    ).reset_index(drop=True)
