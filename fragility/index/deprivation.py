"""A plain deprivation index, to say what the digital index adds (`deprivation_gap.py`).

Modelled on the FDep of Inserm (Rey et al. 2009, BMC Public Health 9:33): the first principal
component, over communes weighted by population, of median income, share without the baccalauréat,
unemployment and share of blue-collar workers. The editions hold the first three: there is no share
of workers in the tables, so this index is a near relative of the FDep, not the FDep.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.audit import MIN_COMMUNES
from fragility.index.multivariate import principal_components, weighted_correlation

# Column -> direction: 1 if higher is more deprived.
PARTS = {"niveau_vie_median": -1, "peu_diplomes_pct": 1, "chomage_pct": 1}
ABSENT = "part_ouvriers"
FIFTH = 80.0


def build_deprivation(recensement: pd.DataFrame, revenus: pd.DataFrame) -> pd.DataFrame:
    """Compute `index_defavorisation`.

    Parameters
    ----------
    recensement, revenus : tables `core_recensement` and `core_revenus`.

    Returns
    -------
    A row per commune that has an index: `defavorisation` (0 on average over inhabitants, higher
    more deprived, in standard deviations), `defavorisation_pct` (share of communes that are less
    deprived, 0-100), `est_plus_defavorisee` (the most deprived fifth of communes) and
    `defavorisation_origine`: `observe`, or `impute` where the median income is hidden.

    Notes
    -----
    The median income is hidden in the smallest communes (about one in ten). There it is replaced
    by what the other parts predict (least squares weighted by population, on communes that have
    all): leaving those communes out would leave out the places the digital index is most about.
    """
    parts, weight = deprivation_parts(recensement, revenus)
    whole = parts.dropna()
    usable = [name for name in PARTS if len(whole) and np.ptp(whole[name]) > 0]
    if len(whole) < MIN_COMMUNES or len(usable) < 2:
        return _table(pd.Series(dtype=float), pd.Series(dtype=bool))
    filled = _predict_income(parts, whole, weight)
    complete = filled.dropna()
    base = weight.reindex(complete.index)
    mean = np.average(whole, axis=0, weights=weight.reindex(whole.index))
    spread = np.sqrt(
        np.average((whole.to_numpy() - mean) ** 2, axis=0, weights=weight.reindex(whole.index))
    )
    _, loadings = principal_components(
        weighted_correlation(whole[usable], weight.reindex(whole.index))
    )
    columns = [list(PARTS).index(name) for name in usable]
    points = ((complete.to_numpy() - mean) / np.where(spread > 0, spread, 1))[:, columns]
    raw = points @ loadings[:, 0]
    centre = np.average(raw, weights=base) if base.sum() > 0 else raw.mean()
    value = pd.Series((raw - centre) / raw.std(), index=complete.index)
    return _table(value, parts.loc[value.index].isna().any(axis=1))


def deprivation_parts(
    recensement: pd.DataFrame, revenus: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """Parts of the index by commune, each turned so that higher is more deprived; population."""
    census = recensement[recensement["niveau"] == "commune"].set_index("code").sort_index()
    income = revenus[revenus["niveau"] == "commune"].set_index("code")["niveau_vie_median"]
    known = census.assign(niveau_vie_median=income.reindex(census.index))
    parts = known[list(PARTS)] * pd.Series(PARTS)
    return parts, census["population"].fillna(0)


def _predict_income(parts: pd.DataFrame, whole: pd.DataFrame, weight: pd.Series) -> pd.DataFrame:
    income, *others = PARTS
    root = np.sqrt(weight.reindex(whole.index).to_numpy())

    def design(frame: pd.DataFrame) -> NDArray[np.float64]:
        return np.column_stack([np.ones(len(frame)), frame[others].to_numpy(float)])

    slope, *_ = np.linalg.lstsq(design(whole) * root[:, None], whole[income] * root, rcond=None)
    predicted = pd.Series(design(parts) @ slope, index=parts.index)
    return parts.assign(**{income: parts[income].fillna(predicted)})


def _table(value: pd.Series, guessed: pd.Series) -> pd.DataFrame:
    percent = 100 * (value.rank(method="average") - 0.5) / max(len(value), 1)
    return pd.DataFrame(
        {
            "code_commune": value.index.astype("str"),
            "defavorisation": value.to_numpy(float),
            "defavorisation_pct": percent.to_numpy(float),
            "est_plus_defavorisee": (percent > FIFTH).to_numpy(bool),
            "defavorisation_origine": np.where(guessed, "impute", "observe"),
        }
    ).astype({"code_commune": "str", "defavorisation_origine": "str"})
