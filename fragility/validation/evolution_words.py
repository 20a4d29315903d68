"""Words of a comparison: what an indicator's state means, and one sentence per commune."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fragility.export.labels import french
from fragility.schemas import INDICATORS
from fragility.validation.evolution_rows import contradicted
from fragility.validation.evolution_sides import ABSENT, MEASURED, REDEFINED, REVISED, SAME
from fragility.validation.markup import number, signed

STATE_WORDS = {
    MEASURED: "mesuré de nouveau",
    SAME: "même mesure",
    REVISED: "même année, autre calcul",
    REDEFINED: "autre définition",
    ABSENT: "absent d'un côté",
}
STATUS_WORDS = {
    "comparee": "Comparées",
    "sans_avant": "Sans valeur d'avant (recréées, divisées, nouvelles)",
    "sans_score": "Sans score d'un côté",
    "sortie": "Sorties de la carte",
}
FATE_WORDS = {
    "inchange": "Inchangées",
    "changement_code": "Changent de code",
    "fusion": "Réunies à d'autres",
    "divisee": "Divisées ou recréées (sans avant)",
    "sortie": "Sorties de la carte",
}


def name_both(row: Mapping[Hashable, Any]) -> str:
    """Label of an indicator, those of both editions when they differ."""
    before, after = str(row["libelle_avant"]), str(row["libelle_apres"])
    return before if before == after else f"{before} → {after}"


def explain_state(row: Mapping[Hashable, Any]) -> str:
    """Say in one French sentence what the comparison does with an indicator.

    Parameters
    ----------
    row : see `evolution_sides.compare_indicators`.
    """
    before, after = f"« {row['libelle_avant']} »", f"« {row['libelle_apres']} »"
    state = row["etat"]
    if state == MEASURED:
        return (
            f"{after} est mesuré de nouveau : {row['annees_avant']} avant, {row['annees_apres']} "
            "après." + _modelled(row)
        )
    if state == SAME:
        return (
            f"{after} n'a pas été mesuré de nouveau (mêmes fichiers, mêmes années : "
            f"{row['annees_apres']}) : il n'explique aucun changement."
        )
    if state == REVISED:
        return (
            f"{after} décrit la même année des deux côtés ({row['annees_apres']}), calculée "
            "d'autres fichiers : ce qui diffère est une correction, pas une évolution. La "
            "différence compte dans le score, avec une incertitude aussi grande qu'elle."
        )
    if state == REDEFINED:
        return (
            f"{before} avant, {after} après : la définition a changé. Laissé de côté dans les "
            "deux éditions."
        )
    return f"{after} manque dans une des deux éditions : laissé de côté dans les deux."


def _modelled(row: Mapping[Hashable, Any]) -> str:
    """Where both figures come from the model, nobody measured what changed."""
    count = row["nb_modelisees"]
    if not count:
        return ""
    many = "commune où il est modélisé" if count == 1 else "communes où il est modélisé"
    return (
        f" Dans {french(count)} {many} des deux côtés (sur {french(row['nb_communes'])}), l'écart "
        "est celui de deux estimations."
    )


def write_reasons(
    table: pd.DataFrame, motif: pd.Series, indicators: pd.DataFrame, before: str, least: float
) -> pd.Series:
    """One French sentence per commune.

    Parameters
    ----------
    table : see `evolution.Evolution.table`, without its `motif`.
    motif : what happened to the territory of each commune of the later map, by code.
    indicators : see `evolution_sides.compare_indicators`.
    before : name of the older edition.
    least : smallest change that is called significant.
    """
    told = table["code_commune"].map(motif).astype("str").fillna("")
    score = _texts(table["score_avant"], 2) + " → " + _texts(table["score_apres"], 2)
    change = _texts(table["evolution"], 2, with_sign=True)
    low = _texts(table["evolution_bas"], 2, with_sign=True)
    high = _texts(table["evolution_haut"], 2, with_sign=True)
    sense = table["sens"].fillna("")
    verdict = pd.Series("variation dans la marge d'erreur", index=table.index, dtype="str")
    verdict = verdict.mask(table["est_significatif"] & sense.eq("hausse"),
                           "fragilité en hausse significative")  # fmt: skip
    verdict = verdict.mask(table["est_significatif"] & sense.eq("baisse"),
                           "fragilité en baisse significative")  # fmt: skip
    sure = (table["evolution_bas"] > 0) | (table["evolution_haut"] < 0)
    verdict = verdict.mask(sure & table["evolution"].abs().lt(least), "variation négligeable")
    verdict = verdict.mask(contradicted(table), "sens incertain, le chiffre de la commune va à "
                           "l'inverse")  # fmt: skip
    still = sense.eq("stable")
    moved = (
        "Score comparable " + score + " (" + change + ", de " + low + " à " + high + ") : "
        + verdict + _driver(table, indicators) + "."
    )  # fmt: skip
    same = "Score comparable " + _texts(table["score_apres"], 2) + ", inchangé" + _still(
        table, indicators
    ) + "."  # fmt: skip
    text = moved.mask(still, same)
    joined = table["nature"].eq("fusion")
    text = text.mask(joined, text + " Avant : moyenne de " + table["communes_avant"] + ".")
    left = indicators.loc[indicators["etat"].isin([REDEFINED, ABSENT]), "libelle_apres"]
    if len(left):
        names = ", ".join(f"« {name} »" for name in left)
        text += f" Non comparé : {names}."
    status = table["statut"]
    text = text.mask(status.eq("sans_avant"), "Pas de valeur d'avant sur ce territoire : " + told
                     + ".")  # fmt: skip
    text = text.mask(status.eq("sans_score"), "Trop peu d'indicateurs connus des deux côtés pour "
                     "comparer.")  # fmt: skip
    text = text.mask(status.eq("sortie"), f"Commune de l'édition {before} dont le territoire n'est "
                     "plus sur la carte.")  # fmt: skip
    return text.astype("str")


def _still(table: pd.DataFrame, indicators: pd.DataFrame) -> pd.Series:
    """What was measured anew and stays on its step."""
    found = pd.Series("", index=table.index, dtype="str")
    measured = indicators.loc[indicators["etat"] == MEASURED]
    for key, label in zip(measured["indicateur"], measured["libelle_apres"], strict=True):
        if key in INDICATORS:
            old, new = (_texts(table[f"{key}_{side}_pct"], 1) for side in ("avant", "apres"))
            text = f" ; {label[0].lower()}{label[1:]} : " + old + " % → " + new + " %"
            found += text.where(old != new, f" ; {label[0].lower()}{label[1:]} : " + new + " %")
    listed = " (" + found.str.removeprefix(" ; ") + ", mêmes points)"
    return listed.where(found != "", "")


def _driver(table: pd.DataFrame, indicators: pd.DataFrame) -> pd.Series:
    """What pushed the score most the way it went: indicator, values, contribution."""
    parts = table[[f"contribution_{key}" for key in INDICATORS]].to_numpy(float)
    push = np.nan_to_num(parts * np.sign(table["evolution"].to_numpy(float))[:, None])
    first = push.argmax(axis=1)
    rows = indicators.set_index("indicateur")
    found = pd.Series("", index=table.index, dtype="str")
    for position, key in enumerate(INDICATORS):
        if key not in rows.index:
            continue
        label = str(rows.at[key, "libelle_apres"])
        name = label[0].lower() + label[1:]
        mine = (first == position) & (push.max(axis=1) > 0)
        old, new = (_texts(table[f"{key}_{side}_pct"], 1) for side in ("avant", "apres"))
        values = " : " + old + " % → " + new + " %"
        # The commune's own figure may go another way than those of its IRIS.
        moved = table[f"{key}_apres_pct"] - table[f"{key}_avant_pct"]
        agrees = np.sign(moved.round(1)) == np.sign(table[f"contribution_{key}"])
        values = values.where(agrees, ", dans ses IRIS")
        text = f", surtout {name}" + values + " ("
        text += _texts(table[f"contribution_{key}"], 2, with_sign=True)
        text += ", même année, autre calcul)" if rows.at[key, "etat"] == REVISED else ")"
        found = found.mask(pd.Series(mine, index=table.index), text)
    return found


def _texts(values: pd.Series, decimals: int, *, with_sign: bool = False) -> pd.Series:
    """Numbers as French text; each distinct one is written once."""
    rounded = values.round(decimals).astype(float)
    write = signed if with_sign else number
    known = {value: write(value, decimals) for value in rounded.dropna().unique()}
    return rounded.map(known).astype("str").fillna("–")
