"""How far the poverty model errs, learnt from the départements that it never saw.

The variance of an error is a sum of four parts, with coefficients that cannot be negative: one for
all, one that grows with the rate, that of a rate counted on few people, and one that grows as the
commune is unlike those that the model learnt from. Published rates begin at about 1,800
inhabitants; what holds below rests on the third part, whose law is known, and the fourth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.spatial import cKDTree
from scipy.special import ndtri

from fragility.index.impute import INCOME
from fragility.schemas import empty_table

Floats = NDArray[np.float64]

MODELLED = "pauvrete"
# Of the bounds that a figure is published with: nine times in ten.
LOW, HIGH = 0.05, 0.95
# Households are poor or not as a whole: n inhabitants count as n / 2.2 draws (INSEE, people per
# household). The coefficient learnt from the data is never taken below.
PEOPLE_PER_HOUSEHOLD = 2.2
NEIGHBOURS = 10
_SEARCHED = 60  # neighbours looked at, those of the same group being left out
_FEWEST_PEOPLE = 5.0
_QUANTILES = 400
_LEAF = 40  # in nine dimensions, twice as quick as the usual one
_MODELS = {"predit": True, "predit_sans_revenu": False}


@dataclass(frozen=True)
class ModelError:
    """Errors of the poverty model.

    Attributes
    ----------
    spread : standard deviation of the error of each commune, in points, shape (c,); missing where
        the model has nothing to say.
    law : standardised errors of the cross-validation, sorted.
    shared : part of their variance that the communes of a group have in common.
    coefficients : of the variance, by model: constant, squared rate, rate counted on one
        inhabitant, squared distance.
    """

    spread: Floats
    law: Floats
    shared: float
    coefficients: dict[str, Floats]

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        """Quantiles of the standardised error, as it is drawn (its shared part is normal)."""
        middle = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
        own = np.quantile(self.law, middle) * np.sqrt(1 - self.shared)
        common = ndtri(middle) * np.std(self.law) * np.sqrt(self.shared)
        found = np.quantile(np.add.outer(own, common), [low, high])
        return float(found[0]), float(found[1])


def build_errors(
    error: ModelError | None, cells: Mapping[str, pd.DataFrame], parent: NDArray[np.int64]
) -> pd.DataFrame:
    """Build `index_erreurs`: how far each modelled rate may be from the truth.

    Parameters
    ----------
    error : what the rates of the communes are drawn with; None where nothing is.
    cells : by level (`commune`, `iris`), rows of `index_indicateurs` indexed by code, those of the
        communes in the order of `error`.
    parent : position of the commune of each IRIS, shape (i,).

    Returns
    -------
    A row per modelled cell: `niveau`, `code`, `indicateur`, `erreur_90` (points), half the width of
    the interval that holds nine draws in ten, at most what would leave 0 to 100 on both sides. An
    IRIS has the error of the rate that it was handed, its commune's.

    Examples
    --------
    >>> error = ModelError(np.array([2.0]), np.array([-1.0, 1.0]), 0.0, {})
    >>> columns = {"pauvrete_pct": [15.0], "pauvrete_origine": ["impute"]}
    >>> cells = pd.DataFrame(columns, index=["01001"])
    >>> table = build_errors(error, {"commune": cells, "iris": cells[:0]}, np.zeros(0, dtype=int))
    >>> table["erreur_90"].round(2).tolist()  # nine draws in ten are within 0.9 of the spread
    [1.8]
    """
    if error is None:
        return empty_table("index_erreurs")
    low, high = error.bounds(LOW, HIGH)
    half = error.spread * (high - low) / 2
    towns = cells["commune"]
    rate = towns[f"{MODELLED}_pct"].to_numpy(float)
    half = np.minimum(half, np.maximum(rate, 100 - rate))
    half = np.where(towns[f"{MODELLED}_origine"].eq("impute"), half, np.nan)
    frames = []
    for level, own in (("commune", half), ("iris", half[parent])):
        here = cells[level][f"{MODELLED}_origine"].eq("impute").to_numpy() & ~np.isnan(own)
        codes = cells[level].index[here]
        frames.append(pd.DataFrame({"niveau": level, "code": codes, "erreur_90": own[here]}))
    found = pd.concat(frames, ignore_index=True).assign(indicateur=MODELLED)
    kinds = dict.fromkeys(("niveau", "code", "indicateur"), "str")
    return found[[*kinds, "erreur_90"]].astype(kinds)


def training_distance(features: pd.DataFrame, observed: pd.Series) -> pd.Series:
    """How unlike each commune is to those that the model learns from.

    Parameters
    ----------
    features : `impute.poverty_features`, one row per commune.
    observed : group of each commune with a published rate, index: its code. Neighbours of its own
        group do not count for such a commune, as in the cross-validation.

    Returns
    -------
    Distance to the tenth nearest, features being centred and divided by the gap between their first
    and ninth deciles; a missing one is taken as the median.
    """
    known = features.loc[observed.index]
    width = (known.quantile(0.9) - known.quantile(0.1)).replace(0, 1).fillna(1)
    scaled = ((features - known.median()) / width).fillna(0)
    points = scaled.loc[observed.index].to_numpy()
    tree = cKDTree(points, leafsize=_LEAF)
    nearest = min(NEIGHBOURS, len(points))
    distance = pd.Series(
        tree.query(scaled.to_numpy(), k=[nearest], workers=-1)[0][:, 0], index=features.index
    )
    searched = min(_SEARCHED, len(points))
    near, who = tree.query(points, k=[*range(1, searched + 1)], workers=-1)
    groups = observed.to_numpy().astype(object)
    reached = (groups[who] != groups[:, None]).cumsum(axis=1) >= nearest
    # In a group larger than the neighbours looked at, the farthest of them.
    place = np.where(reached.any(axis=1), reached.argmax(axis=1), searched - 1)
    distance[observed.index] = near[np.arange(len(near)), place]
    return distance


def learn_model_error(
    residuals: pd.DataFrame, features: pd.DataFrame, rate: pd.Series, population: pd.Series
) -> ModelError:
    """Learn the errors of the poverty model, and what they are expected to be everywhere.

    Parameters
    ----------
    residuals : table `index_residus`.
    features : `impute.poverty_features`; a commune without income took the model without it.
    rate : modelled (or published) rate of each commune, percent.
    population : inhabitants of each commune. All on one index.
    """
    known = residuals.set_index("code")
    distance = training_distance(features, known["groupe"])
    there = known.index
    blind = features[INCOME].isna().to_numpy()
    spread, laws, coefficients = np.full(len(rate), np.nan), [], {}
    for predicted, has_income in _MODELS.items():
        terms = _terms(known[predicted], population.reindex(there), distance.reindex(there))
        error = (known["observe"] - known[predicted]).to_numpy(float)
        found = _fit(terms, error)
        own = np.sqrt(_terms(rate, population, distance) @ found)
        spread = np.where(blind != has_income, own, spread)
        coefficients[predicted] = found
        laws.append(error / np.sqrt(np.maximum(terms @ found, 1e-9)))
    return ModelError(
        spread=spread,
        law=np.sort(laws[0]),
        shared=group_correlation(laws[0], known["groupe"]),
        coefficients=coefficients,
    )


def _terms(rate: pd.Series, population: pd.Series, distance: pd.Series) -> Floats:
    """Parts of the variance, one column each."""
    share = rate.to_numpy(float).clip(1, 99)
    people = np.maximum(population.fillna(0).to_numpy(float), _FEWEST_PEOPLE)
    return np.column_stack(
        [np.ones(len(share)), share**2, share * (100 - share) / people, distance.to_numpy() ** 2]
    )


def _fit(terms: Floats, error: Floats) -> Floats:
    """Coefficients of the variance; the rarest errors do not decide alone."""
    square = np.minimum(error**2, np.quantile(error**2, 0.99))
    scale = terms.mean(axis=0)
    # A large variance is known with a large error.
    weight = 1 / (terms / scale).sum(axis=1)
    found, _ = nnls(terms / scale * weight[:, None], square * weight)
    coefficients = found / scale
    if coefficients[2] < PEOPLE_PER_HOUSEHOLD:
        fixed = PEOPLE_PER_HOUSEHOLD * terms[:, 2]
        others = terms[:, [0, 1, 3]] / scale[[0, 1, 3]]
        left, _ = nnls(others * weight[:, None], (square - fixed) * weight)
        coefficients = np.insert(left / scale[[0, 1, 3]], 2, PEOPLE_PER_HOUSEHOLD)
    return np.asarray(coefficients, dtype=float)


def group_correlation(error: Floats, group: pd.Series) -> float:
    """Part of the variance that is between groups (one-way analysis of variance), from 0 to 1.

    Examples
    --------
    >>> group_correlation(np.array([1.0, 1.0, -1.0, -1.0]), pd.Series(["a", "a", "b", "b"]))
    1.0
    """
    values = pd.Series(np.asarray(error, dtype=float))
    key = group.reset_index(drop=True)
    sizes = values.groupby(key).size()
    if len(sizes) < 2 or len(values) <= len(sizes):
        return 0.0
    mean = values.groupby(key).mean()
    between = (sizes * (mean - values.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((values - key.map(mean)) ** 2).sum() / (len(values) - len(sizes))
    size = (len(values) - (sizes**2).sum() / len(values)) / (len(sizes) - 1)
    total = between + (size - 1) * within
    return float(np.clip((between - within) / total, 0, 1)) if total > 0 else 0.0
