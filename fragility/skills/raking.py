"""Raking: the people of every territory by age and diploma, from margins that are published.

The survey says how age and diploma go together in France; the census says how many people of each
age and of each diploma live in a place. Iterative proportional fitting keeps the first and meets
the second. All territories at once: a step is two products of matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
ITERATIONS = 30
TOLERANCE = 1e-4
# A cell that nobody of the survey is in may have people all the same.
_FLOOR = 1e-6


@dataclass(frozen=True)
class Margin:
    """Shares that the cells of a territory must add up to.

    Attributes
    ----------
    groups : which cells each share is the sum of, shape (g, c) of 0 and 1; a cell may be in none.
    shares : wanted share of each group among the cells of all groups, shape (n, g); rows sum to 1.
        A row with a missing value asks for nothing.
    """

    groups: NDArray[np.float32]
    shares: NDArray[np.float64]


def rake(
    seed: NDArray[np.float64],
    margins: Sequence[Margin],
    *,
    iterations: int = ITERATIONS,
    tolerance: float = TOLERANCE,
) -> tuple[Matrix, float]:
    """Fit the cells of every territory to its margins.

    Parameters
    ----------
    seed : share of each cell where nothing is known of the territory, shape (c,).
    margins : the last one is met exactly.
    iterations, tolerance : stop when no share is off by more than `tolerance`.

    Returns
    -------
    cells : share of each cell in each territory, shape (n, c); rows sum to 1.
    error : largest gap to a margin that is left, as a share.

    References
    ----------
    Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table.

    Examples
    --------
    Two ages, two diplomas: half are old, a quarter have no diploma.

    >>> age = Margin(np.array([[1, 1, 0, 0], [0, 0, 1, 1]], "f4"), np.array([[0.5, 0.5]]))
    >>> low = Margin(np.array([[1, 0, 1, 0], [0, 1, 0, 1]], "f4"), np.array([[0.25, 0.75]]))
    >>> cells, error = rake(np.full(4, 0.25), [age, low])
    >>> cells.round(3).tolist(), error < 1e-4
    ([[0.125, 0.375, 0.125, 0.375]], True)
    """
    n = len(margins[0].shares)
    start = np.maximum(seed / seed.sum(), _FLOOR)
    cells = np.repeat((start / start.sum()).astype(np.float32)[None, :], n, axis=0)
    error = np.inf
    for _ in range(iterations):
        for margin in margins:
            cells *= _factors(cells, margin)
        cells /= cells.sum(axis=1, keepdims=True)
        error = max(float(np.nanmax(_gap(cells, margin), initial=0.0)) for margin in margins)
        if error < tolerance:
            break
    return cells, error


def _factors(cells: Matrix, margin: Margin) -> Matrix:
    """What each cell must be multiplied by; 1 where nothing is asked."""
    groups, wanted = margin.groups, margin.shares.astype(np.float32)
    found = cells @ groups.T
    whole = found.sum(axis=1, keepdims=True)
    ratio = wanted * whole / np.maximum(found, 1e-12)
    ratio = np.where(np.isnan(wanted).any(axis=1, keepdims=True), np.float32(1), ratio)
    return np.asarray(ratio @ groups + (1 - groups.max(axis=0)), dtype=np.float32)


def _gap(cells: Matrix, margin: Margin) -> NDArray[np.float64]:
    """Distance of each territory's shares to what is asked; missing where nothing is."""
    found = cells @ margin.groups.T
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1e-12)
    return np.asarray(np.abs(shares - margin.shares).max(axis=1), dtype=np.float64)
