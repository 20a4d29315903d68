"""How sure a change is: both editions' errors drawn together, and what is left of the change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from fragility.index.draws import CONCENTRATION
from fragility.index.profile_model import Profile
from fragility.validation.evolution_errors import error_link
from fragility.validation.evolution_redraw import Redraw, Scorer
from fragility.validation.evolution_sides import MEASURED, REVISED, Side
from fragility.validation.evolution_units import Units

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
DRAWS = 300
SEED = 20210101
LOW, HIGH = 0.05, 0.95
# Benjamini-Hochberg: of the changes called significant, so many at most are expected to be noise.
FALSE_DISCOVERY_RATE = 0.05
SCORE_NOISE = 1e-9


@dataclass(frozen=True)
class Sureness:
    """How sure the change of each commune is; arrays on `Units.towns`.

    Attributes
    ----------
    low, high : 90 % interval of the change, errors and weights drawn.
    p_value : probability of a change as large by the errors alone, with the profile's weights.
    is_significant : rejected at `FALSE_DISCOVERY_RATE` among all those tested, and whose interval
        leaves out zero.
    is_tested : communes with a figure that is not the same on both sides.
    link : correlation of the poverty model's errors in both editions, missing if not measured.
    """

    low: Floats
    high: Floats
    p_value: Floats
    is_significant: Bools
    is_tested: Bools
    link: float


def measure_sureness(
    before: Side,
    after: Side,
    units: Units,
    points: tuple[pd.DataFrame, pd.DataFrame],
    change: Floats,
    states: dict[str, str],
    profile: Profile,
    goalposts: pd.DataFrame,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Sureness:
    """Draw both editions' errors and the weights, and read the change again each time.

    Parameters
    ----------
    points : points of each commune before and after, missing where it is not compared.
    change : of the score, missing where it is not compared.
    states : state of each indicator, see `evolution_sides.STATES`.
    profile : the indicators compared; goalposts are those of the older edition.
    """
    rng = np.random.default_rng(seed)
    compared = ~np.isnan(change)
    base = [frame[profile.ids].to_numpy(float) for frame in points]
    link = error_link(before.residuals, after.residuals)
    plans = [
        Redraw(key, column, before, after, units, profile, goalposts, link, base)
        for column, key in enumerate(profile.ids)
        if states[key] in (MEASURED, REVISED)
    ]
    for plan in plans:
        plan.is_revised |= states[plan.key] == REVISED
    score = Scorer(points[0], profile)
    weights = rng.dirichlet(CONCENTRATION * np.array(profile.weights), draws)
    plain = score.change(base[0], base[1], None)
    moved = np.empty((draws, len(change)), dtype=np.float32)
    total, square = np.zeros(len(change)), np.zeros(len(change))
    for draw in range(draws):
        old, new = base[0].copy(), base[1].copy()
        for plan in plans:
            plan.draw(rng, old, new)
        noise = score.change(old, new, None) - plain
        total += noise
        square += noise**2
        moved[draw] = score.change(old, new, weights[draw]) - plain
    spread = np.sqrt(np.maximum(square / draws - (total / draws) ** 2, 0))
    low, high = np.quantile(moved, [LOW, HIGH], axis=0)
    low = np.minimum(change + low, change)
    high = np.maximum(change + high, change)
    tested = compared & _tested(plans, len(change))
    p_value = two_sided(np.where(tested, change, 0), spread)
    found = discoveries(p_value[tested])
    significant = np.zeros(len(change), dtype=bool)
    significant[tested] = found
    significant &= (low > SCORE_NOISE) | (high < -SCORE_NOISE)
    missing = np.where(compared, 0.0, np.nan)
    return Sureness(low + missing, high + missing, p_value + missing, significant, tested, link)


def _tested(plans: list[Redraw], size: int) -> Bools:
    found = np.zeros(size, dtype=bool)
    for plan in plans:
        found |= plan.touched
    return found


def two_sided(change: Floats, spread: Floats) -> Floats:
    """Probability that an error alone makes a change as large; 0 for one without error.

    Examples
    --------
    >>> two_sided(np.array([1.96, 0.5, 0.0]), np.array([1.0, 0.0, 1.0])).round(3).tolist()
    [0.05, 0.0, 1.0]
    """
    moved = np.abs(change) > SCORE_NOISE
    z = np.abs(change) / np.where(spread > 0, spread, 1)
    found = np.where(spread > SCORE_NOISE, 2 * ndtr(-z), 0.0)
    return np.asarray(np.where(moved, found, 1.0))


def discoveries(p_value: Floats, rate: float = FALSE_DISCOVERY_RATE) -> Bools:
    """Benjamini and Hochberg (1995): the tests to reject so that few of them are false.

    It holds when tests go together, as neighbours do (Benjamini and Yekutieli, 2001).

    Examples
    --------
    >>> discoveries(np.array([0.001, 0.2, 0.02, 0.9])).tolist()
    [True, False, True, False]
    """
    count = len(p_value)
    if not count:
        return np.zeros(0, dtype=bool)
    ordered = np.sort(p_value)
    under = np.flatnonzero(ordered <= rate * np.arange(1, count + 1) / count)
    return np.asarray(p_value <= (ordered[under[-1]] if len(under) else -1.0))
