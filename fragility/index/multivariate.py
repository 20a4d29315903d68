"""What several columns have in common: components, coherence, what each brings to their mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def weighted_correlation(values: pd.DataFrame, weight: pd.Series) -> NDArray[np.float64]:
    """Correlation matrix of the columns, rows weighted.

    Examples
    --------
    >>> rows = pd.DataFrame({"a": [1.0, 2, 3, 9], "b": [1.0, 2, 3, -9]})
    >>> weighted_correlation(rows, pd.Series([1, 1, 1, 0])).round(6).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    covariance = np.atleast_2d(np.cov(values.to_numpy(float).T, aweights=weight.to_numpy(float)))
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread))


def principal_components(
    correlation: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues, largest first, and loadings (correlations of columns with components).

    A component has no sign of its own: each is turned so that its loadings add up to more than 0.
    """
    values, vectors = np.linalg.eigh(correlation)
    order = np.argsort(-values)
    values, vectors = values[order].clip(0), vectors[:, order]
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1, 1)
    return values, vectors * np.sqrt(values)


def varimax(loadings: NDArray[np.float64], *, rounds: int = 500) -> NDArray[np.float64]:
    """Rotate loadings so that each column is as large or as small as can be (Kaiser 1958)."""
    rotation = np.eye(loadings.shape[1])
    for _ in range(rounds):
        turned = loadings @ rotation
        target = turned**3 - turned * (turned**2).mean(axis=0)
        left, _, right = np.linalg.svd(loadings.T @ target)
        before, rotation = rotation, left @ right
        if np.abs(rotation - before).max() < 1e-10:
            break
    turned = loadings @ rotation
    return np.asarray(turned * np.where(turned.sum(axis=0) < 0, -1, 1))


def cronbach_alpha(subscores: pd.DataFrame) -> float:
    """Internal coherence of a mean of columns (Cronbach 1951): 1 if they all say the same.

    Examples
    --------
    >>> same = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 2, 3]})
    >>> cronbach_alpha(same)
    1.0
    """
    count = subscores.shape[1]
    total = float(subscores.sum(axis=1).var())
    if count < 2 or total == 0:
        return float("nan")
    return count / (count - 1) * (1 - float(subscores.var().sum()) / total)


def variance_shares(subscores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Share of the variance of the weighted mean that comes with each column; they add up to 1.

    The share of a column is its weight times its covariance with the mean.

    Examples
    --------
    >>> rows = pd.DataFrame({"a": [0.0, 0, 2, 2], "b": [0.0, 2, 0, 2], "c": [1.0, 1, 1, 1]})
    >>> variance_shares(rows, {"a": 0.4, "b": 0.2, "c": 0.4}).round(6).tolist()
    [0.8, 0.2, 0.0]
    """
    weight = pd.Series(weights)[subscores.columns]
    covariance = subscores.cov().dot(weight)
    return weight * covariance / np.dot(weight, covariance)


def correlation_ratio(subscore: pd.Series, score: pd.Series) -> float:
    """Share of the variance of the score that one sub-score explains alone, in any form.

    Pearson's correlation ratio: the variance of the mean score of each tenth of the sub-score,
    over the whole variance.

    Examples
    --------
    >>> x = pd.Series([-1.0, 0, 1] * 10)
    >>> correlation_ratio(x, x**2)
    1.0
    """
    tenth = np.ceil(10 * subscore.rank(method="average") / len(subscore))
    mean = score.groupby(tenth).transform("mean")
    return float(((mean - score.mean()) ** 2).sum() / ((score - score.mean()) ** 2).sum())


def equal_weights_in_effect(subscores: pd.DataFrame) -> pd.Series:
    """Nominal weights with which every column would bring the same share of the variance.

    They minimise `w'Cw/2 - mean(log w)`, whose slope is zero where all `w (Cw)` are equal; the
    function is convex, so that Newton's steps find its only minimum.
    """
    covariance = subscores.cov().to_numpy()
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    count = len(scale)
    w = np.ones(count)
    for _ in range(100):
        slope = correlation @ w - 1 / (count * w)
        step = np.linalg.solve(correlation + np.diag(1 / (count * w**2)), slope)
        length = min(1.0, 0.9 / max(float((step / w).max()), 1e-9))  # weights stay above 0
        w = w - length * step
        if np.abs(step).max() < 1e-12:
            break
    w = w / scale
    return pd.Series(w / w.sum(), index=subscores.columns)
