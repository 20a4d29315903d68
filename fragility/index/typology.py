"""Kinds of fragile communes, and what to do first in each: groups of like profiles of sub-scores.

K-means on the sub-scores of fragile communes, each brought to mean 0 and standard deviation 1. The
number of groups is not a matter of taste: it is chosen by how well apart the groups are and by
whether they come back when the communes are drawn again (`choose_count`). The names are made from
the profiles by the rules of `typology_names.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from fragility.index.audit_rows import audit_rows
from fragility.index.typology_names import name_types
from fragility.schemas import INDICATOR_LABELS, INDICATORS

CANDIDATES = range(2, 9)
SEED = 20210101
STARTS = 10
RESAMPLES = 20
RESAMPLE_STARTS = 3
SILHOUETTE_SAMPLE = 3000
# Groups that half of the draws do not find again are not groups (Hubert and Arabie's index; 0.8
# is the usual limit between "same" and "similar").
STABLE = 0.8
# Silhouettes this near the best are as good.
SILHOUETTE_MARGIN = 0.02
# Fewer fragile communes than this per group say nothing.
MIN_MEMBERS = 5


@dataclass(frozen=True)
class Candidate:
    """A number of groups that was tried.

    Attributes
    ----------
    silhouette : how far apart the groups are: 1 distinct, 0 touching.
    stability, stability_low : median and 10th percentile, over draws with replacement, of the
        adjusted Rand index between the groups of all communes and those of a draw.
    smallest_pct : share of the communes in the smallest group.
    """

    count: int
    silhouette: float
    stability: float
    stability_low: float
    smallest_pct: float


def standardise(values: pd.DataFrame) -> pd.DataFrame:
    """Mean 0 and standard deviation 1 by column; missing becomes the mean, 0."""
    spread = values.std(ddof=0)
    return ((values - values.mean()) / spread.where(spread > 0)).fillna(0.0)


def _fit(points: NDArray[np.float64], count: int, starts: int, seed: int) -> KMeans:
    return KMeans(count, n_init=starts, random_state=seed).fit(points)


def try_count(points: NDArray[np.float64], count: int, seed: int = SEED) -> Candidate:
    """Measure one number of groups.

    Parameters
    ----------
    points : standardised profiles, one row per commune.
    """
    rng = np.random.default_rng([seed, count])
    labels = _fit(points, count, STARTS, seed).labels_
    sample = np.sort(rng.permutation(len(points))[:SILHOUETTE_SAMPLE])
    seen = len(np.unique(labels[sample]))
    apart = silhouette_score(points[sample], labels[sample]) if 1 < seen < len(sample) else 0.0
    again = []
    for rank in range(RESAMPLES):
        drawn = rng.integers(len(points), size=len(points))
        other = _fit(points[drawn], count, RESAMPLE_STARTS, seed + rank).predict(points)
        again.append(adjusted_rand_score(labels, other))
    return Candidate(
        count,
        float(apart),
        float(np.median(again)),
        float(np.quantile(again, 0.1)),
        100 * float(np.bincount(labels, minlength=count).min()) / len(points),
    )


def choose_count(candidates: Sequence[Candidate]) -> int:
    """Choose the number of groups: 1 if there is nothing to choose from.

    Among the numbers whose groups come back (median adjusted Rand index of 0.8 or more), those
    whose silhouette is within 0.02 of the best; of these the one that comes back most surely
    (highest 10th percentile). If none comes back, the one that does so best.

    Examples
    --------
    >>> choose_count([Candidate(2, 0.20, 0.98, 0.97, 40), Candidate(5, 0.28, 0.95, 0.83, 8),
    ...               Candidate(6, 0.27, 0.99, 0.95, 7), Candidate(8, 0.29, 0.70, 0.60, 7)])
    6
    """
    if not candidates:
        return 1
    stable = [c for c in candidates if c.stability >= STABLE]
    if not stable:
        return max(candidates, key=lambda c: c.stability).count
    best = max(c.silhouette for c in stable)
    near = [c for c in stable if c.silhouette >= best - SILHOUETTE_MARGIN]
    return max(near, key=lambda c: c.stability_low).count


def clearness(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """How clearly each point belongs to its group: 1 at its centre, 0 halfway to the next.

    Examples
    --------
    >>> clearness(np.array([[0.0], [2.0], [5.0]]), np.array([[0.0], [10.0]])).tolist()
    [1.0, 0.75, 0.0]
    """
    if len(centres) < 2:
        return np.ones(len(points))
    distances = np.linalg.norm(points[:, None, :] - centres[None, :, :], axis=2)
    nearest = np.sort(distances, axis=1)[:, :2]
    away = np.where(nearest[:, 1] > 0, nearest[:, 1], 1.0)
    return np.asarray(1 - nearest[:, 0] / away)


def build_typology(
    indicators: pd.DataFrame,
    scores: pd.DataFrame,
    recensement: pd.DataFrame,
    ids: Sequence[str],
    *,
    labels: Mapping[str, tuple[str, str]] | None = None,
    seed: int = SEED,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Group the fragile communes.

    Parameters
    ----------
    indicators : table `index_indicateurs`.
    scores : table `index_scores`.
    recensement : table `core_recensement`, for the density that names use.
    ids : indicators of the profile.
    labels : words of the indicators in this edition.

    Returns
    -------
    members : table `index_typologie`, a row per fragile commune.
    types : table `index_typologie_classes`, numbered by decreasing population.
    rows : rows of `index_audit`, theme `typologie`: the numbers of groups that were tried.
    """
    own = scores[scores["niveau"] == "commune"].set_index("code").sort_index()
    ids = [key for key in ids if f"score_{key}" in own and own[f"score_{key}"].notna().any()]
    columns = [f"score_{key}" for key in ids]
    fragile = own[own["est_fragile"]]
    density = recensement[recensement["niveau"] == "commune"].set_index("code")["densite_hab_km2"]
    values = indicators[indicators["niveau"] == "commune"].set_index("code")
    values = values[[f"{key}_pct" for key in INDICATORS]]
    facts = values.reindex(fragile.index).assign(
        population=fragile["population"].fillna(0), densite_hab_km2=density.reindex(fragile.index)
    )
    shape = standardise(fragile[columns])
    points = shape.to_numpy(float)
    with threadpool_limits(1):  # sums in one order: the same groups everywhere
        distinct = len(np.unique(points, axis=0))
        most = min(CANDIDATES.stop - 1, len(points) // MIN_MEMBERS, distinct)
        tried = [try_count(points, count, seed) for count in CANDIDATES if count <= most]
        count = choose_count(tried)
        if len(points) and count > 1:
            model = _fit(points, count, STARTS, seed)
            group, centres = model.labels_, model.cluster_centers_
        else:
            group = np.zeros(len(points), dtype=int)
            centres = np.zeros((1, len(columns)))
    numbers = _number(group, facts["population"].to_numpy(float))
    reference = (fragile[columns] - own[columns].mean()) / own[columns].std(ddof=0)
    types = name_types(
        facts.assign(type=numbers),
        values.mean(),
        above_fragile=shape.set_axis(list(ids), axis=1),
        above_all=reference.set_axis(list(ids), axis=1),
        labels=labels or INDICATOR_LABELS,
    )
    names = types.set_index("type")["nom_type"]
    members = pd.DataFrame(
        {
            "code_commune": fragile.index.astype("str"),
            "type": numbers,
            "nom_type": pd.Series(names.reindex(numbers).to_numpy(), dtype="str"),
            "nettete": clearness(points, centres).clip(0, 1),
        }
    ).reset_index(drop=True)
    return members, types, _summary(tried, count, len(points))


def _number(labels: NDArray[np.int64], population: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number groups from 1 by decreasing population."""
    if not len(labels):
        return labels.astype(np.int64)
    order = np.argsort(-np.bincount(labels, weights=population), kind="stable")
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(1, len(order) + 1)
    return number[labels]


def _summary(tried: Sequence[Candidate], count: int, size: int) -> pd.DataFrame:
    """What was tried, as rows of the audit."""
    meanings = {
        "silhouette": "Séparation des types : 1 s'ils sont nets, 0 s'ils se touchent.",
        "stabilite": "Indice de Rand ajusté médian entre les types et ceux de tirages avec "
        "remise : 1 s'ils reviennent à l'identique.",
        "stabilite_basse": "Le même indice, dépassé par neuf tirages sur dix.",
        "plus_petit_pct": "Part des communes fragiles dans le plus petit type.",
    }
    rows = [
        (measure, "", str(one.count), value, meanings[measure])
        for one in tried
        for measure, value in zip(
            meanings,
            (one.silhouette, one.stability, one.stability_low, one.smallest_pct),
            strict=True,
        )
    ]
    rows += [
        ("nb_types", "", "", float(count), "Nombre de types retenu."),
        ("nb_communes", "", "", float(size), "Communes fragiles de l'édition."),
    ]
    return audit_rows("typologie", rows)
