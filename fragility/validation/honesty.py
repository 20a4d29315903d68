"""Are the intervals honest? Published poverty is hidden, modelled again, and compared.

Whole départements are hidden, a fifth of the published rates at a time, and modelled by the very
code of the pipeline. What cannot be checked so, communes too small to have a published rate, is
tried on unemployment: published everywhere, it is hidden below the same size.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from fragility.index.impute import cross_validate, fit_model, impute_poverty
from fragility.index.model_error import ModelError, learn_model_error
from fragility.index.profile_model import Profile
from fragility.index.redrawn import gather, prepare
from fragility.index.uncertainty import HIGH, LOW, build_uncertainty
from fragility.validation.honesty_inputs import Inputs

HIDDEN_SHARE = 0.2
REPETITIONS = 10
DRAWS = 500
SEED = 7
# Counted on one inhabitant in 2.2, as poverty is on households.
TRIAL = "chomage_pct"
SIZES = (0, 100, 200, 500, 1000, 2000, 5000, 20_000, np.inf)
RATES = (0, 8, 12, 16, 20, 25, 100)
PROBABILITIES = (0, 2, 10, 20, 30, 40, 50, 60, 70, 80, 90, 98, 100)


def hide_and_model(
    inputs: Inputs,
    profile: Profile,
    *,
    repetitions: int = REPETITIONS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> pd.DataFrame:
    """Hide whole départements, model them again and say how sure the index would have been.

    Parameters
    ----------
    repetitions : times that a fifth of the published rates is hidden.
    draws : draws of the imputation, weights and normalisation being the profile's.

    Returns
    -------
    A row per hidden commune and repetition: `code`, `repetition`, `population`, `observe`,
    `predit`, `bas`, `haut` (90 % interval of the rate), `probabilite_pct` of being fragile, and
    `est_fragile` with the published rate.
    """
    rng = np.random.default_rng(seed)
    found = []
    for repetition, hidden in enumerate(_hidden(inputs.residuals, repetitions, rng)):
        found.append(_one(inputs, profile, hidden, draws, seed).assign(repetition=repetition))
    return pd.concat(found, ignore_index=True)


def _hidden(
    residuals: pd.DataFrame, repetitions: int, rng: np.random.Generator
) -> Iterator[list[str]]:
    """Groups whose communes hold a fifth of the published rates, drawn at random."""
    sizes = residuals["groupe"].value_counts().sort_index()
    for _ in range(repetitions):
        order = rng.permutation(len(sizes))
        reached = sizes.iloc[order].cumsum()
        yield reached.index[reached <= HIDDEN_SHARE * sizes.sum()].tolist()


def _one(
    inputs: Inputs, profile: Profile, hidden: list[str], draws: int, seed: int
) -> pd.DataFrame:
    known = inputs.residuals.set_index("code")
    features, population = inputs.features, inputs.population
    out = known.index[known["groupe"].isin(hidden)]
    poverty = known["observe"].drop(out).reindex(features.index)
    imputed, _, residuals = impute_poverty(features, poverty, inputs.places, population)
    out = out.intersection(imputed.index)
    error = learn_model_error(residuals, features, imputed.reindex(features.index), population)
    low, high = interval(error, imputed.reindex(features.index))
    changed = _with(inputs.indicators, inputs.iris, imputed[out])
    redrawn = prepare(
        gather(changed, inputs.communes, inputs.iris, profile),
        residuals, inputs.recensement, inputs.revenus,
        draws=draws, seed=seed, sources=("imputation",),
    )  # fmt: skip
    sure = build_uncertainty(redrawn, inputs.scores, ("commune",)).set_index("code")
    own = inputs.scores[inputs.scores["niveau"] == "commune"].set_index("code")
    out = out.intersection(sure.index)
    return pd.DataFrame(
        {
            "code": out,
            "population": population[out].to_numpy(),
            "observe": known.loc[out, "observe"].to_numpy(),
            "predit": imputed[out].to_numpy(),
            "bas": low[out].to_numpy(),
            "haut": high[out].to_numpy(),
            "probabilite_pct": sure.loc[out, "probabilite_fragile_pct"].to_numpy(),
            "est_fragile": own.loc[out, "est_fragile"].to_numpy(bool),
        }
    )


def interval(error: ModelError, rate: pd.Series) -> tuple[pd.Series, pd.Series]:
    """90 % interval of modelled rates, in percent."""
    low, high = error.bounds(LOW, HIGH)
    return (rate + low * error.spread).clip(0, 100), (rate + high * error.spread).clip(0, 100)


def _with(indicators: pd.DataFrame, iris: pd.DataFrame, imputed: pd.Series) -> pd.DataFrame:
    """`index_indicateurs` as it would be if these communes had no published poverty."""
    parent = iris.set_index("code_iris")["code_commune"]
    code = indicators["code"].where(
        indicators["niveau"] == "commune", indicators["code"].map(parent)
    )
    changed = code.isin(imputed.index) & indicators["pauvrete_pct"].notna()
    return indicators.assign(
        pauvrete_pct=indicators["pauvrete_pct"].mask(changed, code.map(imputed)),
        pauvrete_origine=indicators["pauvrete_origine"].mask(changed, "impute"),
    )


def try_small_communes(inputs: Inputs) -> pd.DataFrame:
    """Model unemployment from the communes whose poverty is published, and judge the others.

    Returns
    -------
    A row per commune whose poverty is modelled: `code`, `population`, `observe`, `predit`, `bas`,
    `haut`, as the intervals of poverty are made.
    """
    features, population = inputs.features, inputs.population
    groups = inputs.residuals.set_index("code")["groupe"]
    target = features[TRIAL]
    groups = groups[target.reindex(groups.index).notna()]
    other = features.drop(columns=TRIAL)
    with threadpool_limits(1):
        predicted = cross_validate(other.loc[groups.index], target[groups.index], groups)
        model = fit_model(other.loc[groups.index], target[groups.index])
        rate = pd.Series(model.predict(other), index=other.index).clip(0, 100)
    residuals = pd.DataFrame(
        {
            "code": groups.index,
            "observe": target[groups.index].to_numpy(),
            "predit": predicted.to_numpy(),
            "predit_sans_revenu": predicted.to_numpy(),
            "groupe": groups.to_numpy(),
        }
    )
    error = learn_model_error(residuals, other, rate, population)
    low, high = interval(error, rate)
    frame = pd.DataFrame(
        {"population": population, "observe": target, "predit": rate, "bas": low, "haut": high}
    )
    modelled = inputs.of(inputs.indicators)["pauvrete_origine"].eq("impute")
    return frame[modelled].dropna().rename_axis("code").reset_index()


def covered(frame: pd.DataFrame) -> pd.Series:
    """Whether the interval of each row contains what was hidden."""
    return frame["observe"].between(frame["bas"], frame["haut"])


def coverage_by(frame: pd.DataFrame, column: str, edges: tuple[float, ...]) -> pd.DataFrame:
    """Coverage of the intervals by class of a column.

    Returns
    -------
    A row per class that is not empty: `de`, `a`, `nombre`, `couverture_pct`, `erreur` (standard
    deviation of the errors, in points) and `largeur` (median width of the intervals).
    """
    kind = pd.cut(frame[column], list(edges), right=False)
    rows = []
    for bounds, part in frame.groupby(kind, observed=True):
        rows.append(
            {
                "de": bounds.left,
                "a": bounds.right,
                "nombre": len(part),
                "couverture_pct": 100 * covered(part).mean(),
                "erreur": (part["observe"] - part["predit"]).std(ddof=0),
                "largeur": (part["haut"] - part["bas"]).median(),
            }
        )
    return pd.DataFrame(rows)


def calibration(frame: pd.DataFrame) -> pd.DataFrame:
    """Announced probability of being fragile beside what happens, by class of probability.

    Returns
    -------
    `de`, `a`, `nombre`, `annonce_pct` (mean probability), `fragiles_pct` (share that is).
    """
    edges = [*PROBABILITIES[:-1], PROBABILITIES[-1] + 1e-6]
    kind = pd.cut(frame["probabilite_pct"], edges, right=False)
    rows = []
    for bounds, part in frame.groupby(kind, observed=True):
        rows.append(
            {
                "de": float(bounds.left),
                "a": float(round(bounds.right)),
                "nombre": len(part),
                "annonce_pct": part["probabilite_pct"].mean(),
                "fragiles_pct": 100 * part["est_fragile"].mean(),
            }
        )
    return pd.DataFrame(rows)


def brier(frame: pd.DataFrame) -> tuple[float, float]:
    """Brier score of the probabilities, and that of announcing the same one to everybody.

    Examples
    --------
    >>> sure = pd.DataFrame({"probabilite_pct": [100.0, 0.0], "est_fragile": [True, False]})
    >>> brier(sure)
    (0.0, 0.25)
    """
    happened = frame["est_fragile"].to_numpy(float)
    own = np.mean((frame["probabilite_pct"].to_numpy(float) / 100 - happened) ** 2)
    return float(own), float(np.mean((happened.mean() - happened) ** 2))
