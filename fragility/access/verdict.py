"""Need without reach: the flag, and the sentence that says why."""

from __future__ import annotations

import numpy as np
import pandas as pd

INHABITED_REASON = "Non calculé : aucun habitant au recensement."
CENSUS_REASON = "Non calculé : le recensement de l'édition ne couvre pas ce territoire."
INDICATORS_REASON = "Non calculé : trop d'indicateurs manquent."


def build_verdict(
    indicators: pd.DataFrame, scores: pd.DataFrame, portee: pd.DataFrame, threshold: float = 20
) -> pd.DataFrame:
    """Build `access_fragiles_non_couvertes` for communes and IRIS.

    Parameters
    ----------
    indicators, scores, portee : tables `index_indicateurs`, `index_scores`, `access_portee`.
    threshold : minutes within which a conseiller counts as near.

    Returns
    -------
    `niveau`, `code`, `est_fragile_non_couverte` and `motif`, one row per row of `portee`.
    """
    key = ["niveau", "code"]
    table = portee.merge(indicators, on=key, how="left", validate="1:1").merge(
        scores.drop(columns="population"), on=key, how="left", validate="1:1"
    )
    uncovered = table["couverture"].eq("non_couverte").fillna(False)
    fragile = table["est_fragile"].fillna(False).astype(bool)
    return pd.DataFrame(
        {
            "niveau": table["niveau"],
            "code": table["code"],
            "est_fragile_non_couverte": (fragile & uncovered).to_numpy(bool),
            "motif": _sentences(table, fragile.to_numpy(bool), threshold),
        }
    )


def _sentences(table: pd.DataFrame, fragile: np.ndarray, threshold: float) -> pd.Series:
    """One French sentence per territory; vectorised, cases in order of precedence."""
    score = french_number(table["score"], 1)
    modelled = np.where(table["pauvrete_origine"].eq("impute"), ", pauvreté modélisée", "")
    need = np.where(fragile, "Fragile", "Non fragile")
    opening = need + " (score " + score + modelled + ")"
    minutes = french_number(table["conseiller_plus_proche_min"], 0)
    name = table["conseiller_plus_proche_nom"].fillna("lieu sans nom")
    where = (
        " : le conseiller numérique le plus proche est à "
        + minutes
        + " min ("
        + french_number(table["conseiller_plus_proche_km"], 0)
        + " km, « "
        + name
        + " »)"
    )
    out = french_number(table["population_hors_portee_pct"], 0)
    beyond = f" % des habitants sont à plus de {threshold:g} min"
    coverage = table["couverture"].fillna("")
    inside = table["est_conseiller_dans_commune"].fillna(False).astype(bool)
    sentence = np.select(
        [
            table["score"].isna() & table["population"].eq(0),
            table["score"].isna() & table["population"].isna(),
            table["score"].isna(),
            coverage.eq(""),
            coverage.eq("non_couverte"),
            coverage.eq("incertaine"),
            inside,
        ],
        [
            INHABITED_REASON,
            CENSUS_REASON,
            INDICATORS_REASON,
            opening + " ; couverture non calculée.",
            opening + " et hors de portée" + where + ", " + out + beyond + ".",
            opening
            + ", couverture incertaine"
            + where
            + " : le seuil de "
            + f"{threshold:g} min est franchi ou non selon la vitesse.",
            opening + " et couverte : un conseiller numérique reçoit dans la commune.",
        ],
        opening + " et couverte" + where + ".",
    )
    return pd.Series(sentence, index=table.index, dtype="str")


def french_number(values: pd.Series, decimals: int) -> pd.Series:
    """Write numbers with a decimal comma; a missing one is written « ? »."""
    text = values.round(decimals).map(f"{{:.{decimals}f}}".format, na_action="ignore")
    return text.astype("str").str.replace(".", ",", regex=False).fillna("?")
