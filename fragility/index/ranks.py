"""Ranks of many draws, fast: counted in bins instead of sorted; and the bounds of each place's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

# Scores of one bin are ties: a ten-thousandth of their range, a few territories of the country.
BINS = 1 << 14
_BLOCK = 4096
# A mean over some two hundredths on each side of the quantile: a fifth less chance in it, and
# bounds that hold 90.6 % of the draws instead of 90.
_SMOOTHED = 100


def rank_from_top(score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Rank of each score, 1 = the highest; those of one bin share the middle of their ranks.

    Examples
    --------
    >>> rank_from_top(np.array([2.0, 9.0, 5.0, 5.0, 5.0, 1.0], dtype=np.float32)).tolist()
    [5, 1, 3, 3, 3, 6]
    """
    low, high = float(score.min()), float(score.max())
    # A power of two: scores that are multiples of a fifth never lie on the edge of a bin, where
    # the noise of their last digit would part them.
    scale = 2.0 ** np.floor(np.log2((BINS - 1) / (high - low))) if high > low else 0.0
    place = ((np.float32(high) - score) * np.float32(scale) + np.float32(0.5)).astype(np.intp)
    counts = np.bincount(place)
    middle = counts.cumsum() - counts // 2
    return np.asarray(middle.take(place))


def bounds_of(
    ranks: NDArray[np.uint16] | NDArray[np.uint32], low: float, high: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quantiles of each column's ranks, by the estimator of Harrell and Davis.

    A mean of the ranks around the quantile: steadier from one seed to another than the quantile
    alone.

    Parameters
    ----------
    ranks : one row per draw, one column per territory.
    low, high : probabilities.

    Returns
    -------
    Two arrays, one value per territory.
    """
    draws, size = ranks.shape
    weights = np.column_stack([_weights(draws, share) for share in (low, high)])
    used = np.flatnonzero((weights > 1e-7).any(axis=1))
    found = np.empty((size, 2))
    for start in range(0, size, _BLOCK):
        block = np.ascontiguousarray(ranks[:, start : start + _BLOCK].T)
        block.sort(axis=1)
        found[start : start + _BLOCK] = block[:, used].astype(float) @ weights[used]
    return found[:, 0], found[:, 1]


def _weights(draws: int, share: float) -> NDArray[np.float64]:
    """Weight of each ordered draw in a quantile, as if there were `_SMOOTHED` draws at most."""
    size = min(draws, _SMOOTHED) + 1
    law = beta(size * share, size * (1 - share))
    return np.asarray(np.diff(law.cdf(np.linspace(0, 1, draws + 1))))
