"""Errors of the figures of two editions, on the units that are compared.

A figure that both editions share has one error, which cancels out. The errors that the poverty
model makes of one commune in two editions resemble each other: how much is measured where both
have a published rate. Two censuses share the surveys that both rest on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from fragility.index.impute import poverty_features
from fragility.index.model_error import ModelError, learn_model_error
from fragility.index.noise import CENSUS, MODELLED, Noise, build_noise
from fragility.validation.evolution_sides import Side
from fragility.validation.evolution_units import Units

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# A census rests on five years of surveys.
SURVEY_YEARS = 5
# Fewer communes with both errors known tell nothing of how they go together.
MIN_PAIRS = 30
# The law of a standardised error is kept by its quantiles at these normal deviates.
GRID_SIDE, GRID_STEPS = 4, 256
GRID = np.linspace(-GRID_SIDE, GRID_SIDE, 2 * GRID_SIDE * GRID_STEPS + 1)


@dataclass(frozen=True)
class Errors:
    """Errors of one indicator on the units of one side, in its unit.

    Attributes
    ----------
    source : what each unit's figure comes from: units of one source have one error.
    spread, half, inside : standard deviation of that error, half of the step that a rounded figure
        has, and standard deviation of what an IRIS adds to its commune.
    law : quantiles of the standardised error on `GRID`, None for the normal law.
    """

    source: NDArray[np.int64]
    spread: Floats
    half: Floats
    inside: Floats
    law: Floats | None

    @property
    def any(self) -> Bools:
        """Units that have an error."""
        return (self.spread > 0) | (self.half > 0) | (self.inside > 0)


def error_link(before: pd.DataFrame, after: pd.DataFrame) -> float:
    """Correlation of the poverty model's errors on the communes published in both editions.

    Parameters
    ----------
    before, after : tables `index_residus`.

    Returns
    -------
    Between 0 and 0.99; missing with fewer than 30 communes.
    """
    errors = [(t["observe"] - t["predit"]).set_axis(pd.Index(t["code"])) for t in (before, after)]
    both = pd.concat(errors, axis=1, join="inner").dropna()
    if len(both) < MIN_PAIRS or both.std().min() == 0:
        return float("nan")
    return float(np.clip(np.corrcoef(both.to_numpy().T)[0, 1], 0, 0.99))


def correlation_of(key: str, link: float, before: Floats, after: Floats) -> Floats:
    """Correlation of the errors of two figures: measured for the model, shared surveys' part for
    the census.
    """
    if key == MODELLED:
        return np.full(len(before), 0.0 if np.isnan(link) else link)
    if key in CENSUS:
        return np.asarray(np.clip(1 - np.abs(after - before) / SURVEY_YEARS, 0, 0.99))
    return np.zeros(len(before))


def both_errors(key: str, before: Side, after: Side, units: Units) -> tuple[Errors, Errors]:
    return (
        _errors(key, before, units, units.before, is_before=True),
        _errors(key, after, units, units.after, is_before=False),
    )


def _errors(
    key: str, side: Side, units: Units, at: NDArray[np.int64], *, is_before: bool
) -> Errors:
    """Errors of one indicator of one edition, on the units."""
    towns, iris = side.index.level(key, "commune"), side.index.level(key, "iris")
    noise = build_noise(key, towns, iris, side.index.where, _model_error(key, side))
    half = _half_steps(side, key)
    count = len(side.codes)
    own_half = np.r_[half["commune"], np.zeros(len(noise.spread) - count)]
    own = np.flatnonzero(noise.source >= count)
    own_half[noise.source[own]] = half["iris"][own]
    source = np.where(units.is_iris, noise.source[np.where(units.is_iris, at, 0)], at)
    known = source >= 0
    taken = np.where(known, source, 0)
    spread = np.where(known, noise.spread[taken], 0.0)
    step = np.where(known, own_half[taken], 0.0)
    inside = np.where(units.is_iris, noise.inside[np.where(units.is_iris, at, 0)], 0.0)
    if is_before and len(units.parts):
        joined = _of_parts(side, units, noise, own_half)
        put = np.flatnonzero((at < 0) & ~units.is_iris)
        code = units.towns[units.town[put]]
        spread[put] = np.sqrt(joined["spread"].reindex(code).to_numpy())
        step[put] = np.sqrt(joined["half"].reindex(code).to_numpy())
    from_town = ~units.is_iris | (taken < count)
    shared = np.where(from_town, units.town, len(units.towns) + np.arange(len(units.town)))
    law = None
    if noise.law is not None:
        law = np.quantile(noise.law, ndtr(GRID))
    return Errors(shared, np.nan_to_num(spread), step, np.nan_to_num(inside), law)


def _of_parts(side: Side, units: Units, noise: Noise, half: Floats) -> pd.DataFrame:
    """Variances of a mean of communes."""
    at = side.codes.get_indexer(pd.Index(units.parts["code_avant"]))
    weight = units.parts["poids"].to_numpy(float)
    table = pd.DataFrame({
        "spread": (weight * noise.spread[at]) ** 2, "half": (weight * half[at]) ** 2,
    })  # fmt: skip
    return table.groupby(units.parts["code_apres"].to_numpy()).sum()


def _model_error(key: str, side: Side) -> ModelError | None:
    if key != MODELLED or side.residuals.empty:
        return None
    index = side.codes
    features = poverty_features(side.census.reindex(index), side.incomes.reindex(index))
    return learn_model_error(
        side.residuals, features, side.index.values["commune"][key],
        side.index.cells["commune"]["population"],
    )  # fmt: skip


def _half_steps(side: Side, key: str) -> dict[str, Floats]:
    """Half of the step of published figures, where all of those of a year are whole numbers."""
    found = {}
    for level in ("commune", "iris"):
        cells = side.index.level(key, level)
        year = side.index.cells[level].get(f"{key}_annee")
        half = np.zeros(len(cells.value))
        if year is not None:
            seen = cells.origin == "observe"
            whole = pd.Series(np.isclose(cells.value, np.round(cells.value)) | ~seen)
            by = pd.Series(year.to_numpy()).astype(float)
            rounded = whole.groupby(by).transform("all").eq(True).to_numpy()
            several = pd.Series(cells.value).where(seen).groupby(by).transform("nunique").to_numpy()
            # A column of zeros alone is no proof of rounding.
            half = np.where(seen & rounded & (several > 2), 0.5, 0.0)
        found[level] = half
    return found


def check_model_change(before: Side, after: Side) -> dict[str, float]:
    """See how the change of a modelled rate does where the published one is known.

    Each commune published in both editions is predicted without its group, in both.

    Returns
    -------
    `nb` communes; `ecart_type` of their published change and `erreur` (mean absolute) of the
    modelled one, in points; `couverture_pct` of the 90 % interval; `nb_nets` communes whose
    modelled change is beyond two standard deviations, and the share `bon_sens_pct` of them that
    moved that way or not at all. Missing without both editions' residuals.
    """
    link = error_link(before.residuals, after.residuals)
    if np.isnan(link):
        return {}
    tables = []
    for side in (before, after):
        error = _model_error(MODELLED, side)
        assert error is not None, "residuals are there"
        spread = pd.Series(error.spread, index=side.codes)
        tables.append(side.residuals.set_index("code")[["observe", "predit"]].assign(s=spread))
    both = tables[0].add_suffix("_1").join(tables[1].add_suffix("_2"), how="inner").dropna()
    true = (both["observe_2"] - both["observe_1"]).to_numpy(float)
    modelled = (both["predit_2"] - both["predit_1"]).to_numpy(float)
    one, two = both["s_1"].to_numpy(float), both["s_2"].to_numpy(float)
    spread_both = np.sqrt(np.maximum(one**2 + two**2 - 2 * link * one * two, 1e-9))
    clear = np.abs(modelled) > 1.96 * spread_both
    right = np.sign(modelled) * true >= 0
    return {
        "nb": float(len(both)),
        "ecart_type": float(true.std()),
        "erreur": float(np.abs(modelled - true).mean()),
        "couverture_pct": 100 * float((np.abs(modelled - true) <= 1.645 * spread_both).mean()),
        "nb_nets": float(clear.sum()),
        "bon_sens_pct": 100 * float(right[clear].mean()) if clear.any() else float("nan"),
    }
