"""Controls of the estimate of digital difficulty; see `controls.py`."""

from __future__ import annotations

import pandas as pd

from fragility.errors import DataCheckError
from fragility.skills.estimate import ILLECTRONISME

MAX_GAP = 0.05  # point, of the national rate
MAX_SUM_GAP = 1e-6
# Levels that everybody lives in: communes outside any EPCI are in no EPCI.
WHOLE = ("iris", "commune", "departement", "region", "france")
_REMEDY = "signalez-le : c'est un défaut du programme"


def control_competences(table: pd.DataFrame) -> None:
    """The nation has the published rate, every level the same people, and bounds are ordered.

    Parameters
    ----------
    table : table `index_competences`; empty when the edition reads no survey.
    """
    if table.empty:
        return
    nation = table[table["niveau"] == "france"].iloc[0]
    wanted, rate = (
        ILLECTRONISME[int(nation["difficulte_annee"])],
        nation["difficulte_numerique_pct"],
    )
    if not abs(rate - wanted) <= MAX_GAP:
        raise DataCheckError(
            "Le taux national de difficulté numérique n'est pas celui de l'INSEE.",
            expected=f"{wanted} %",
            found=f"{rate:.2f} %",
            remedy=_REMEDY,
        )
    people = table.groupby("niveau")["nb_personnes_en_difficulte"].sum()
    for level in WHOLE:
        gap = abs(people[level] / people["france"] - 1)
        if not gap <= MAX_SUM_GAP:
            raise DataCheckError(
                "Les personnes en difficulté d'un niveau ne redonnent pas celles de la France.",
                expected=f"{people['france']:.0f}",
                found=f"{level} : {people[level]:.0f}",
                remedy=_REMEDY,
            )
    low, high = table["difficulte_numerique_bas"], table["difficulte_numerique_haut"]
    wrong = ~(
        low.le(table["difficulte_numerique_pct"]) & high.ge(table["difficulte_numerique_pct"])
    )
    if wrong.any():
        raise DataCheckError(
            "Un taux de difficulté numérique sort de son intervalle.",
            expected="borne basse, taux, borne haute dans cet ordre",
            found=f"{int(wrong.sum())} lignes, dont {table.loc[wrong, 'code'].iloc[0]}",
            remedy=_REMEDY,
        )
