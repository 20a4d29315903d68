"""How likely it is that a fragile territory is out of reach: two doubts in one probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from fragility.access.coverage import HALF

# The band of speeds is read as an interval at 90 %, like all others.
_REACH = float(norm.ppf(0.95))


def uncovered_probability(
    minutes: NDArray[np.float64], threshold: float, band: float = 0.25
) -> NDArray[np.float64]:
    """Probability that the median inhabitant is beyond the threshold, percent.

    Parameters
    ----------
    minutes : of the median inhabitant at the central speeds, infinite where no place is reached,
        missing where it is unknown, shape (n,).
    threshold : minutes.
    band : relative uncertainty of speeds.

    Notes
    -----
    All minutes of a territory are divided by the same error of speed, a normal of mean 1 that is
    within `band` of it nine times in ten: the median inhabitant is beyond when that error is below
    minutes / threshold. So 5 % and 95 % are the bounds of the classes `couverte` and
    `non_couverte`.

    Examples
    --------
    >>> uncovered_probability(np.array([15.0, 20, 25, np.inf]), 20).round(1).tolist()
    [5.0, 50.0, 95.0, 100.0]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(100 * norm.cdf((minutes / threshold - 1) / (band / _REACH)))


def both_probability(
    fragile_pct: NDArray[np.float64],
    minutes: NDArray[np.float64],
    doubtful: NDArray[np.bool_],
    threshold: float,
) -> NDArray[np.float64]:
    """Probability of being fragile and out of reach, percent.

    Parameters
    ----------
    fragile_pct : `probabilite_fragile_pct`, shape (n,).
    minutes, threshold : see `uncovered_probability`.
    doubtful : territories with a place of their own, of which nothing tells where people live:
        out of reach or not is a toss-up at most.

    Notes
    -----
    Errors of the index (weights, modelled income) and of speeds have nothing in common: the two
    probabilities are multiplied.
    """
    beyond = uncovered_probability(minutes, threshold)
    beyond = np.where(doubtful, np.minimum(beyond, 100 * HALF), beyond)
    return fragile_pct * beyond / 100
