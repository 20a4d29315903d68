"""Controls of the estimate of digital difficulty; see `controls.py`."""

from __future__ import annotations

import pandas as pd

from fragility.errors import DataCheckError
from fragility.skills.competences import GROUPS
from fragility.skills.estimate import ILLECTRONISME
from fragility.territory.communes import NO_EPCI

MAX_GAP = 0.05  # point, of the national rate
MAX_SUM_GAP = 1e-6
MAX_PEOPLE_GAP = 0.05  # of a person: rates of communes are in single precision
# Levels that everybody lives in: communes outside any EPCI are in no EPCI.
WHOLE = ("iris", "commune", "departement", "region", "france")
_REMEDY = "signalez-le : c'est un défaut du programme"


def control_competences(table: pd.DataFrame, communes: pd.DataFrame, iris: pd.DataFrame) -> None:
    """The nation has the published rate, groups the people of their members, bounds are ordered.

    Parameters
    ----------
    table : table `index_competences`; empty when the edition reads no survey.
    communes, iris : tables `core_communes` and `core_iris`, for what each place is in.
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
    counts = table.set_index(["niveau", "code"])["nb_personnes_en_difficulte"]
    places = communes.set_index("code_commune")
    _check_groups(counts, "iris", "commune", iris.set_index("code_iris")["code_commune"])
    for level, column in GROUPS.items():
        _check_groups(counts, "commune", level, places[column].where(places[column] != NO_EPCI[0]))
    low, high = table["difficulte_numerique_bas"], table["difficulte_numerique_haut"]
    rate = table["difficulte_numerique_pct"]
    bare = table["niveau"].eq("france") & low.isna() & high.isna()  # INSEE's, without its error
    wrong = ~(low.le(rate) & high.ge(rate)) & ~bare
    if wrong.any():
        raise DataCheckError(
            "Un taux de difficulté numérique sort de son intervalle.",
            expected="borne basse, taux, borne haute dans cet ordre",
            found=f"{int(wrong.sum())} lignes, dont {table.loc[wrong, 'code'].iloc[0]}",
            remedy=_REMEDY,
        )


def _check_groups(counts: pd.Series, level: str, group: str, of: pd.Series) -> None:
    """Raise if a group does not hold the people of its members.

    Parameters
    ----------
    counts : people in difficulty by level and code.
    of : group of each member; missing for none.
    """
    members = counts[level]
    total = members.groupby(of.reindex(members.index)).sum()
    told = counts[group].reindex(total.index)
    wrong = ~((total - told).abs() <= MAX_SUM_GAP * told + MAX_PEOPLE_GAP)
    if wrong.any():
        code = wrong.idxmax()
        raise DataCheckError(
            f"Des personnes en difficulté ne se retrouvent pas d'un niveau à l'autre : {level} "
            f"vers {group}.",
            expected=f"{total[code]:.2f} pour {code}",
            found=f"{told[code]:.2f}",
            remedy=_REMEDY,
        )
