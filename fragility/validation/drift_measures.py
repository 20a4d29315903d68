"""How far indicators, départements and communes moved between two publications.

Thresholds, and why these:

* `DISTANCE` (Kolmogorov-Smirnov, largest gap between two cumulated distributions): 0.10. A
  sub-score is a decile, so a gap of 0.10 is a whole decile of communes on the other side of some
  value. The test's own p-value says nothing here: with 35 000 communes it calls a gap of 0.01
  significant (Massey, 1951, JASA 46). The population stability index was set aside: it wants
  bins, and nearly half of the communes share the value 0 of one indicator.
* `CORRELATION` (Spearman, same communes): 0.7. Below, less than half of the order is kept
  (0.7² < 0.5): what a shifted column does without changing any distribution.
* `OUTLIER`: 3.5 modified z-score, from the median absolute deviation (Iglewicz and Hoaglin, 1993,
  How to Detect and Handle Outliers), and `MIN_POINTS` points from the median département, for a
  spread of nearly nothing makes an outlier of anything. Under `MIN_GROUPS` départements there is
  no spread to speak of.
* `MISSING`: 1 point more of communes without a value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp, spearmanr

from fragility.index.composite import SCORE_DECIMALS
from fragility.schemas import ORIGINS
from fragility.validation.publication import Publication

DISTANCE = 0.10
CORRELATION = 0.7
MIN_PAIRS = 30
OUTLIER = 3.5
MIN_POINTS = 2.0
MIN_GROUPS = 5
MISSING = 1.0
# Half of the last digit shown.
VISIBLE = 0.05


def weighted_mean(values: pd.Series, weight: pd.Series) -> float:
    """Mean weighted by population; the plain one where nobody lives, missing without a value.

    Examples
    --------
    >>> weighted_mean(pd.Series([10.0, 20.0, np.nan]), pd.Series([300, 100, 50]))
    12.5
    """
    known = values.notna()
    weights = weight[known].fillna(0)
    if not known.any():
        return float("nan")
    if weights.sum() <= 0:
        return float(values[known].mean())
    return float((values[known] * weights).sum() / weights.sum())


def measure_indicators(
    before: Publication, after: Publication, pairs: pd.DataFrame
) -> pd.DataFrame:
    """Compare the distribution of each indicator.

    Parameters
    ----------
    pairs : see `drift_codes.pair_communes`.

    Returns
    -------
    One row per indicator of both publications. Means are over each publication's communes,
    weighted by its population, in percent; `change_pct` is the share of compared communes whose
    value moved by more than 0.05 point; `distance` is reached at `seuil_pct`, up to which lie
    `sous_seuil_avant_pct` and `sous_seuil_pct` of the communes; `est_saut` by the thresholds of
    this module.
    """
    rows = []
    for key in (k for k in after.indicators if k in before.indicators):
        column = f"{key}_pct"
        old, new = before.communes[column], after.communes[column]
        both = pairs[[f"{column}_avant", column]].dropna()
        moved = (both[column] - both[f"{column}_avant"]).abs()
        rows.append(
            {
                "indicateur": key,
                "moyenne_avant": weighted_mean(old, before.communes["population"]),
                "moyenne": weighted_mean(new, after.communes["population"]),
                "nb_compares": len(both),
                "change_pct": 100 * float((moved > VISIBLE).mean()) if len(both) else 0.0,
                "absent_avant_pct": 100 * float(old.isna().mean()),
                "absent_pct": 100 * float(new.isna().mean()),
                "correlation": _correlation(both),
                **_gap(old.dropna().to_numpy(float), new.dropna().to_numpy(float)),
            }
        )
    table = pd.DataFrame(rows)
    table["est_saut"] = (table["distance"] >= DISTANCE) | (table["correlation"] < CORRELATION)
    table["est_plus_absent"] = table["absent_pct"] - table["absent_avant_pct"] > MISSING
    return table


def measure_iris(before: Publication, after: Publication) -> pd.DataFrame:
    """Compare each indicator, then the score, IRIS by IRIS.

    A release by IRIS leaves the communes as they were: only here does it show.

    Returns
    -------
    One row per indicator of both publications and one for `score`: years, means over each
    publication's IRIS weighted by population, IRIS compared (same code), and the share of them
    that changed by more than 0.05.
    """
    both = before.iris.merge(after.iris, on="code_iris", suffixes=("_avant", ""))
    rows = []
    for key in [*(k for k in after.indicators if k in before.indicators), "score"]:
        column = key if key == "score" else f"{key}_pct"
        old, new = both[f"{column}_avant"], both[column]
        compared = old.notna() & new.notna()
        moved = (new - old).abs()[compared] > VISIBLE
        rows.append({
            "indicateur": key,
            "annees_avant": _years(before.iris, key), "annees": _years(after.iris, key),
            "moyenne_avant": weighted_mean(before.iris[column], before.iris["population"]),
            "moyenne": weighted_mean(after.iris[column], after.iris["population"]),
            "nb_compares": int(compared.sum()), "nb_changes": int(moved.sum()),
            "nb_apparus": int((old.isna() & new.notna()).sum()),
            "nb_disparus": int((old.notna() & new.isna()).sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _years(iris: pd.DataFrame, key: str) -> str:
    if key == "score":
        return ""
    return ", ".join(str(int(year)) for year in sorted(iris[f"{key}_annee"].dropna().unique()))


def _gap(old: np.ndarray, new: np.ndarray) -> dict[str, float]:
    """Kolmogorov-Smirnov distance, where it is reached, and the shares below on either side."""
    names = ("distance", "seuil_pct", "sous_seuil_avant_pct", "sous_seuil_pct")
    if not len(old) or not len(new):
        return dict.fromkeys(names, float("nan"))
    found = ks_2samp(old, new, method="asymp")
    at = float(found.statistic_location)
    below = (100 * float((side <= at).mean()) for side in (old, new))
    # A gap of exactly a tenth must not fall under it through floating-point noise.
    distance = round(float(found.statistic), SCORE_DECIMALS)
    return dict(zip(names, (distance, at, *below), strict=True))


def _correlation(both: pd.DataFrame) -> float:
    """Spearman's correlation, missing where there is too little to order."""
    if len(both) < MIN_PAIRS or both.nunique().min() < 2:
        return float("nan")
    return float(spearmanr(both.iloc[:, 0], both.iloc[:, 1]).statistic)


def measure_quantiles(before: Publication, after: Publication) -> pd.DataFrame:
    """Quantiles of each indicator over communes, per hundredth.

    Returns
    -------
    `indicateur`, `centile` (0 to 100), `avant`, `apres` (percent).
    """
    steps = np.arange(101)
    frames = [
        pd.DataFrame(
            {
                "indicateur": key,
                "centile": steps,
                "avant": _quantiles(before.communes[f"{key}_pct"], steps),
                "apres": _quantiles(after.communes[f"{key}_pct"], steps),
            }
        )
        for key in after.indicators
        if key in before.indicators
    ]
    return pd.concat(frames, ignore_index=True)


def _quantiles(values: pd.Series, steps: np.ndarray) -> np.ndarray:
    known = values.dropna().to_numpy(float)
    return np.percentile(known, steps) if len(known) else np.full(len(steps), np.nan)


def measure_origins(before: Publication, after: Publication) -> pd.DataFrame:
    """Share of communes by origin of each indicator.

    Returns
    -------
    `indicateur`, `origine`, `avant_pct`, `apres_pct`, the origins met on either side.
    """
    frames = []
    for key in (k for k in after.indicators if k in before.indicators):
        sides = [
            100 * side.communes[f"{key}_origine"].value_counts(normalize=True)
            for side in (before, after)
        ]
        table = pd.concat(sides, axis=1, keys=["avant_pct", "apres_pct"])
        table = table.reindex([o for o in ORIGINS if o in table.index]).fillna(0.0)
        frames.append(table.rename_axis("origine").reset_index().assign(indicateur=key))
    return pd.concat(frames, ignore_index=True)


def measure_departements(pairs: pd.DataFrame, indicators: list[str]) -> pd.DataFrame:
    """Mean change of each indicator, and of the score, in each département.

    Parameters
    ----------
    pairs : see `drift_codes.pair_communes`.
    indicators : those to compare.

    Returns
    -------
    `indicateur` ("score" for the score), `code_departement`, `nom_departement`, `nb_communes`
    compared, `changement` (mean of the communes' changes, weighted by today's population),
    `ecart` (from the median département), `z` (modified z-score), `est_saut` (of an indicator).
    """
    names = pairs.groupby("code_departement")["nom_departement"].first()
    weight = pairs["population"].fillna(0)
    frames = []
    for key in [*indicators, "score"]:
        column = "score" if key == "score" else f"{key}_pct"
        change = (pairs[column] - pairs[f"{column}_avant"]).dropna()
        by = pairs.loc[change.index, "code_departement"]
        weights = weight[change.index]
        total = weights.groupby(by).sum()
        mean = (change * weights).groupby(by).sum() / total.where(total > 0)
        mean = mean.fillna(change.groupby(by).mean())
        gap = mean - mean.median()
        frames.append(
            pd.DataFrame(
                {
                    "indicateur": key,
                    "code_departement": mean.index.astype("str"),
                    "nom_departement": names.reindex(mean.index).to_numpy(),
                    "nb_communes": change.groupby(by).size().to_numpy(),
                    "changement": mean.to_numpy(),
                    "ecart": gap.to_numpy(),
                    "z": modified_z(gap).to_numpy(),
                }
            )
        )
    table = pd.concat(frames, ignore_index=True)
    enough = table.groupby("indicateur")["ecart"].transform("size") >= MIN_GROUPS
    table["est_saut"] = (
        table["indicateur"].ne("score")
        & enough
        & (table["ecart"].abs() >= MIN_POINTS)
        & (table["z"].abs() > OUTLIER)
    )
    return table


def modified_z(gap: pd.Series) -> pd.Series:
    """Modified z-score of differences from a median; infinite where the others do not differ.

    Examples
    --------
    >>> modified_z(pd.Series([-1.0, 0.0, 1.0, 10.0, 0.0])).round(4).tolist()
    [-0.6745, 0.0, 0.6745, 6.745, 0.0]
    """
    spread = float(gap.abs().median())
    # Means of equal changes differ by noise.
    plain = gap.where(gap.abs() > 10**-SCORE_DECIMALS, 0.0)
    if spread > 10**-SCORE_DECIMALS:
        return 0.6745 * plain / spread
    return pd.Series(np.copysign(np.inf, plain), index=gap.index).where(plain != 0, 0.0)
