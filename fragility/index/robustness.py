"""One choice changed at a time, one indicator left out, one weight moved: what the list does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from fragility.index.census_noise import CENSUS
from fragility.index.choices import (
    Floats,
    Ranking,
    Vector,
    alternatives,
    choice_of,
)
from fragility.index.noise import MODELLED
from fragility.index.profile_model import Profile
from fragility.index.shifts import OUTCOMES, Reference

# The list of fragile communes is called changed when this share of it is.
CHANGED_PCT = 10.0
WEIGHT_STEPS = np.round(np.arange(0, 0.61, 0.05), 2)
# Infrastructure; the others are people. Used when the profile does not say.
NETWORKS = ("non_thd", "non_4g")
DENSITIES = (("moins_30", 30.0), ("30_100", 100.0), ("100_500", 500.0), ("500_plus", np.inf))
FACTORS = {
    "poids": "Poids des indicateurs",
    "normalisation": "Normalisation",
    "agregation": "Moyenne arithmétique ou géométrique",
    "imputation": "Pauvreté estimée",
    "petits_effectifs": "Bruit des petits effectifs",
    "ex_aequo": "Règle des ex æquo",
    "univers": "Territoires comparés",
}
Row = tuple[str, str, str, float, float, float, str]
NONE = float("nan")


def single(ranking: Ranking, reference: Reference) -> Iterator[Row]:
    """One choice changed, the others as published."""
    profile = ranking.profile
    own, weights = choice_of(profile), np.array(profile.weights)
    rules = (
        ("normalisation", "normalisation"),
        ("agregation", "aggregation"),
        ("ex_aequo", "ties"),
        ("univers", "universe"),
    )
    changes = [
        (name, f"{FACTORS[factor]} : {name}", replace(own, **{rule: name}))  # type: ignore[arg-type]
        for factor, rule in rules
        for name in alternatives(profile)[rule][1:]
    ]
    if MODELLED in profile.ids:
        words = f"{FACTORS['imputation']} : un tirage"
        changes.append(("imputation", words, replace(own, imputed=1)))
    if {*CENSUS} & {*profile.ids}:
        words = f"{FACTORS['petits_effectifs']} : un tirage"
        changes.append(("petits_effectifs", words, replace(own, noise=1)))
    for name, words, changed in changes:
        yield from _outcomes("un_choix", name, words, ranking.score(changed, weights), reference)
    by_pillar = pillar_weights(profile)
    if not np.allclose(by_pillar, weights):
        score = ranking.score(own, by_pillar)
        yield from _outcomes("un_choix", "piliers", "Piliers de même poids", score, reference)


def _outcomes(
    analysis: str, factor: str, words: str, score: Vector, reference: Reference
) -> Iterator[Row]:
    for name, value in zip(OUTCOMES, reference.compare(score), strict=True):
        yield analysis, factor, name, value, NONE, NONE, f"{words}. {OUTCOMES[name]}"
    same = reference.correlation(score)
    yield analysis, factor, "correlation", same, NONE, NONE, f"{words}. Corrélation de rang"


def left_out(ranking: Ranking, reference: Reference) -> Iterator[Row]:
    """The index without one of its indicators, its weight shared by the others."""
    own, weights = choice_of(ranking.profile), np.array(ranking.profile.weights)
    for position, key in enumerate(ranking.profile.ids):
        if len(weights) > 1:
            score = ranking.score(own, with_weight(weights, position, 0.0))
            yield from _outcomes("sans_indicateur", key, f"Sans {key}", score, reference)


def with_weight(weights: Floats, position: int, weight: float) -> Floats:
    """Give one indicator a weight, the others keeping their proportions.

    Examples
    --------
    >>> with_weight(np.array([0.5, 0.25, 0.25]), 0, 0.2)
    array([0.2, 0.4, 0.4])
    """
    others = 1 - weights[position]
    changed = weights * ((1 - weight) / others if others > 0 else 1.0)
    changed[position] = weight
    return np.asarray(changed)


def pillar_weights(profile: Profile) -> Floats:
    """Weights when the pillars have the same, and so have the indicators inside each."""
    pillar = [
        profile.pillar_of[key] or ("reseaux" if key in NETWORKS else "personnes")
        for key in profile.ids
    ]
    return np.array([1 / len(set(pillar)) / pillar.count(name) for name in pillar])


def moved_weights(ranking: Ranking, reference: Reference) -> Iterator[Row]:
    """How the list of fragile communes changes as one weight does."""
    own, weights = choice_of(ranking.profile), np.array(ranking.profile.weights)
    for position, key in enumerate(ranking.profile.ids):
        current = float(weights[position])
        steps = np.unique(np.r_[WEIGHT_STEPS, current])
        changed = np.array(
            [
                0.0
                if step == current
                else reference.replaced_pct(
                    ranking.score(own, with_weight(weights, position, float(step)))
                )
                for step in steps
            ]
        )
        for step, value in zip(steps, changed, strict=True):
            yield (
                "courbe_poids", key, f"{step:.3f}", float(value), NONE, NONE,
                "Communes fragiles remplacées (%) quand l'indicateur a ce poids",
            )  # fmt: skip
        low = crossing(steps[steps <= current][::-1], changed[steps <= current][::-1])
        high = crossing(steps[steps >= current], changed[steps >= current])
        yield (
            "stabilite_poids", key, "poids", current, low, high,
            f"Poids du profil, et ceux où {CHANGED_PCT:g} % des communes fragiles sont remplacées",
        )  # fmt: skip


def crossing(steps: Floats, changed: Floats) -> float:
    """First step where the change is reached, between two steps in proportion; missing if never.

    Examples
    --------
    >>> float(crossing(np.array([0.2, 0.3]), np.array([0.0, 20.0])).__round__(6))
    0.25
    """
    reached = np.flatnonzero(changed >= CHANGED_PCT)
    if not len(reached):
        return NONE
    after = reached[0]
    if after == 0:
        return float(steps[0])
    part = (CHANGED_PCT - changed[after - 1]) / (changed[after] - changed[after - 1])
    return float(steps[after - 1] + part * (steps[after] - steps[after - 1]))


def movers(
    ranking: Ranking, reference: Reference, places: pd.DataFrame, density: pd.Series
) -> Iterator[Row]:
    """Who rises under a geometric mean and under equal pillars: départements, densities."""
    own, weights = choice_of(ranking.profile), np.array(ranking.profile.weights)
    other = alternatives(ranking.profile)["aggregation"][1]
    names = places.groupby("code_departement")["nom_departement"].first()
    edges = [edge for _, edge in DENSITIES]
    found = np.searchsorted(edges, density.to_numpy(float), side="right").clip(0, len(edges) - 1)
    dense = pd.Series([DENSITIES[i][0] for i in found], index=places.index).where(density.notna())
    for scenario, score in (
        ("agregation", ranking.score(replace(own, aggregation=other), weights)),
        ("piliers", ranking.score(own, pillar_weights(ranking.profile))),
    ):
        # Positive: nearer to the top, that of the most fragile.
        rise = pd.Series(reference.rise(score), index=places.index)
        for code, value in rise.groupby(places["code_departement"]).mean().items():
            yield (
                "departement", str(code), scenario, float(value), NONE, NONE,
                f"{names[str(code)]}. Rangs gagnés vers les plus fragiles, en moyenne des communes",
            )  # fmt: skip
        means = rise.groupby(dense).mean()
        for name, _ in DENSITIES:
            if name in means.index:
                yield (
                    "densite", name, scenario, float(means[name]), NONE, NONE,
                    "Rangs gagnés vers les plus fragiles, en moyenne des communes",
                )  # fmt: skip
