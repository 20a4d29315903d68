"""What territories alike differ by: learnt from published rates, and checked on others.

An interval that is checked on the rates its width was learnt from flatters itself. Here half of
the territories teach the residual and the other half check it, many times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logit
from scipy.stats import norm

from fragility.skills.estimate import AREA_RESIDUAL, REACH

HALVES = 200
SEED = 20210101
_LARGEST = 0.5


@dataclass(frozen=True)
class Residual:
    """A residual and what it is worth, on the logit scale.

    Attributes
    ----------
    learnt : from all territories.
    low, high : between which nine halves out of ten find it.
    held : published rates of the other half inside its 90 % intervals, percent, mean of halves.
    held_low, held_high : the same in all but one half out of ten.
    """

    learnt: float
    low: float
    high: float
    held: float
    held_low: float
    held_high: float


def learn_residual(gap: NDArray[np.float64], known: NDArray[np.float64]) -> float:
    """Most likely standard deviation of the residual.

    Parameters
    ----------
    gap : published rate minus estimate, logit scale, shape (n,).
    known : standard deviation of the errors already counted: respondents and chance, shape (n,).
    """

    def unlikely(residual: float) -> float:
        return float(-norm.logpdf(gap, 0, np.hypot(known, residual)).sum())

    return float(minimize_scalar(unlikely, bounds=(0, _LARGEST), method="bounded").x)


def check_residual(compared: pd.DataFrame, used: float = AREA_RESIDUAL) -> Residual:
    """Learn the residual from published rates, and check it on those it was not learnt from.

    Parameters
    ----------
    compared : `taux_pct` (published), `difficulte_numerique_pct` and its bounds, percent.
    used : the residual that these bounds hold.
    """
    estimate, low, high, published = (
        logit(compared[name].to_numpy(float) / 100)
        for name in (
            "difficulte_numerique_pct", "difficulte_numerique_bas", "difficulte_numerique_haut",
            "taux_pct",
        )
    )  # fmt: skip
    gap = published - estimate
    known = np.sqrt(np.clip(((high - low) / 2 / REACH) ** 2 - used**2, 0, None))
    rng = np.random.default_rng(SEED)
    learnt, held = np.empty(HALVES), np.empty(HALVES)
    for half in range(HALVES):
        mixed = rng.permutation(len(gap))
        taught, other = mixed[: len(gap) // 2], mixed[len(gap) // 2 :]
        learnt[half] = learn_residual(gap[taught], known[taught])
        inside = np.abs(gap[other]) <= REACH * np.hypot(known[other], learnt[half])
        held[half] = 100 * inside.mean()
    return Residual(
        learnt=learn_residual(gap, known),
        low=float(np.quantile(learnt, 0.05)),
        high=float(np.quantile(learnt, 0.95)),
        held=float(held.mean()),
        held_low=float(np.quantile(held, 0.05)),
        held_high=float(np.quantile(held, 0.95)),
    )


def zone_residual(
    predictions: pd.DataFrame, residual: float = AREA_RESIDUAL
) -> tuple[float, float]:
    """What the survey's own zones differ by from a model that saw nothing of them.

    Parameters
    ----------
    predictions : see `model.validate`.
    residual : that of the published intervals.

    Returns
    -------
    The residual these zones would teach, on the logit scale, and the percentage of them that an
    interval at 90 % with `residual` holds.

    Notes
    -----
    A zone's own sampling error counts the unequal weights (Kish), not the clusters in which people
    were met, so that the residual is an upper bound.
    """
    gaps, known = [], []
    for _, own in predictions.groupby("zone"):
        weight = own["poids"].to_numpy(float)
        seen, told = (np.average(own[name], weights=weight) for name in ("cible", "predit"))
        people = weight.sum() ** 2 / (weight**2).sum()
        if not 0 < seen < 1:
            continue
        gaps.append(logit(seen) - logit(told))
        known.append(1 / np.sqrt(people * seen * (1 - seen)))
    gap, error = np.array(gaps), np.array(known)
    inside = np.abs(gap) <= REACH * np.hypot(error, residual)
    return learn_residual(gap, error), float(100 * inside.mean())
