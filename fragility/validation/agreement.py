"""Measures of agreement with the published index, and of the file-order artefact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from fragility.errors import BadFileError
from fragility.index.composite import score_deciles
from fragility.schemas import INDICATORS
from fragility.validation.published import IFN_2023, read_published

SEED = 2023


def read_published_2023(path: Path) -> pd.DataFrame:
    """Read the published sub-scores of communes, all ages, of the index of 2023.

    Returns
    -------
    Columns named by indicator, plus `total`, indexed by commune code; scores of 0, which the
    published file gives to what it could not compute, are missing.

    Raises
    ------
    BadFileError
        When the file is of another version, variant or level; see also `published.read_published`.
    """
    read = read_published(path)
    if (read.version, read.variant, read.level) != (IFN_2023, "tout_age", "commune"):
        raise BadFileError(
            "Ce fichier publié n'est pas celui qui est attendu ici.",
            path=path,
            expected="l'indice de 2023, tout âge, par commune",
            found=read.title,
            remedy="« fragility compare --published » accepte les autres",
        )
    return read.table[[*INDICATORS, "total"]]


def undivided(published: pd.DataFrame, communes: pd.DataFrame) -> pd.Index:
    """Codes of the published communes that are one IRIS in the edition."""
    single = communes.loc[communes["nb_iris"].eq(1), "code_commune"]
    return published.index.intersection(pd.Index(single))


def spearman(one: pd.Series, other: pd.Series) -> float:
    """Rank correlation; missing where one of the two does not vary: there is no order to compare.

    Examples
    --------
    >>> round(spearman(pd.Series([1, 2, 3]), pd.Series([4, 5, 9])), 6)
    1.0
    """
    if one.nunique() < 2 or other.nunique() < 2:
        return float("nan")
    return float(spearmanr(one, other).statistic)


def agreement(score: pd.Series, value: pd.Series, published: pd.Series) -> dict[str, float]:
    """Compare one sub-score with the published one on the same codes.

    Parameters
    ----------
    score : our class, 1 to 10, with the published tie rule.
    value : our indicator, in percent: its order is finer than the classes.
    published : published class.

    Returns
    -------
    Number of communes, shares within 0 and 1 class in percent, Spearman of the indicator and of
    the class with the published class (see `spearman`), mean difference (ours - published).
    """
    frame = pd.DataFrame({"score": score, "value": value, "published": published}).dropna()
    gap = frame["score"] - frame["published"]
    return {
        "n": len(frame),
        "identiques_pct": 100 * gap.abs().lt(0.5).mean(),
        "a_une_classe_pct": 100 * gap.abs().le(1).mean(),
        "spearman_indicateur": spearman(frame["value"], frame["published"]),
        "spearman_classe": spearman(frame["score"], frame["published"]),
        "ecart_moyen": gap.mean(),
    }


def agreement_table(
    indicators: pd.DataFrame,
    upper_scores: pd.DataFrame,
    published: pd.DataFrame,
    codes: pd.Index,
) -> pd.DataFrame:
    """Agreement of each indicator, classes taken on IRIS and communes, then on communes alone.

    Parameters
    ----------
    indicators : level `commune` of `index_indicateurs`, indexed by code.
    upper_scores : level `commune` of the scores with `ties = "upper"`, indexed by code.
    published : see `read_published_2023`.
    codes : communes to compare.
    """
    rows = []
    for key in INDICATORS:
        value = indicators[f"{key}_pct"]
        alone = score_deciles(value, ties="upper")
        for universe, score in (
            ("IRIS et communes non découpées", upper_scores[f"score_{key}"]),
            ("communes seules", alone),
        ):
            measured = agreement(
                score.reindex(codes), value.reindex(codes), published[key].reindex(codes)
            )
            rows.append({"indicateur": key, "univers": universe, **measured})
    return pd.DataFrame(rows)


def moved_by_universe(upper: pd.Series, value: pd.Series) -> tuple[float, float]:
    """Share of communes whose class changes when IRIS leave the universe, in percent.

    Returns
    -------
    Share that changes at all, and share that changes by more than one class.
    """
    alone = score_deciles(value, ties="upper")
    gap = (pd.DataFrame({"with": upper, "alone": alone}).dropna().diff(axis=1)["alone"]).abs()
    return 100 * float(gap.gt(0.5).mean()), 100 * float(gap.gt(1.5).mean())


def file_order_artefact(score: pd.Series) -> float:
    """Share of communes with the same class as the next code, in file order.

    A share far above what neighbourhood explains is the mark of a fill by file order: 78 % for
    the published poverty of 2023.
    """
    ordered = score.dropna().round().sort_index().to_numpy()
    return float((ordered[1:] == ordered[:-1]).mean())


def neighbourhood(score: pd.Series, epci: pd.Series) -> tuple[float, float]:
    """Mean class difference with a commune of the same EPCI, and with any commune (seeded)."""
    frame = pd.DataFrame({"score": score, "epci": epci}).dropna()
    rng = np.random.default_rng(SEED)
    order = rng.permutation(len(frame))
    shuffled = frame.iloc[order].sort_values("epci", kind="stable")
    same = shuffled["epci"].to_numpy()[1:] == shuffled["epci"].to_numpy()[:-1]
    inside = np.abs(np.diff(shuffled["score"].to_numpy()))[same].mean()
    random = np.abs(frame["score"].to_numpy() - frame["score"].to_numpy()[order]).mean()
    return float(inside), float(random)
