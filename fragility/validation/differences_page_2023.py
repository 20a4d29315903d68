"""The parts of rapport.html that are about the index of 2023: agreement, causes, file order."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.schemas.columns import CONTEXT_LABELS, INDICATOR_LABELS
from fragility.validation.blocks import frame_table
from fragility.validation.causes import ABSENT as MISSING
from fragility.validation.causes import CAUSES, UNEXPLAINED, Cause
from fragility.validation.comparison import ORDER_MAP, Comparison
from fragility.validation.markup import ABSENT, Markup, element, items, join, number

SHOWN = 10


def title_of(key: str) -> str:
    """Words for a sub-score."""
    if key in INDICATOR_LABELS:
        return INDICATOR_LABELS[key][0]
    return CONTEXT_LABELS[key][0] if key in CONTEXT_LABELS else key


def parts_2023(comparison: Comparison, drawn: Mapping[str, Markup]) -> Markup:
    """What the page says of a file of 2023."""
    tables = comparison.tables
    titles = {cause.id: cause.title for cause in CAUSES}
    agreement = tables["accord"].copy()
    agreement["indicateur"] = agreement["indicateur"].map(title_of)
    causes = tables["causes"].assign(
        indicateur=tables["causes"]["indicateur"].map(title_of),
        cause=tables["causes"]["cause"].map(titles),
    )
    balance = tables["bilan"].assign(indicateur=tables["bilan"]["indicateur"].map(title_of))
    rules = [f"{c.title} ({_how_sure(c)}) : {c.method}." for c in CAUSES if c.id != UNEXPLAINED]
    return join(
        element("h2", "Accord, sous-score par sous-score"),
        element("p", "Nos classes sont celles de la méthode de 2023 (IRIS et communes non "
                "découpées, moyenne pondérée dans les communes découpées), ex æquo au milieu de "
                "leur intervalle comme l'édition, puis en haut comme le fichier. Écart : ici moins "
                "publié."),
        frame_table(agreement.set_axis(
            ["indicateur", "ex æquo", "lignes", "même classe, %", "à une classe, %",
             "Spearman, indicateur", "Spearman, classe", "écart moyen"], axis=1), "Accord"),
        element("h2", "Écarts de plus d'une classe, et leurs causes"),
        element("p", "Chaque écart prend la première cause qui tient, dans cet ordre ; elle n'est "
                "établie que si elle est la seule :"),
        items(rules),
        frame_table(balance.set_axis(
            ["indicateur", "lignes comparées", "absentes ici", "écarts", "cause établie",
             "cause compatible", "inexpliqués"], axis=1), "Bilan"),
        frame_table(causes.set_axis(
            ["indicateur", "cause", "première cause", "possible", "seule possible"], axis=1),
            "Cause → lignes"),
        *_widest(comparison.differences, titles),
        _file_order(comparison, drawn),
    )  # fmt: skip


def _how_sure(cause: Cause) -> str:
    # A value that is not there has no other reason to differ.
    if cause.id == MISSING:
        return "établie"
    return "établie si aucune autre ne tient" if cause.settled else "compatible"


def _widest(differences: pd.DataFrame, titles: Mapping[str, str]) -> list[Markup]:
    columns = {"code": "code", "nom": "nom", "population": "habitants", "publie": "publié",
               "ici": "ici", "ecart": "écart", "valeur_pct": "valeur ici, %", "annee": "année ici",
               "cause": "cause"}  # fmt: skip
    found = []
    for key, group in differences.groupby("indicateur", sort=False):
        rows = group[list(columns)].head(SHOWN).rename(columns=columns)
        rows["cause"] = rows["cause"].map(titles)
        rows["année ici"] = [ABSENT if pd.isna(y) else f"{y:.0f}" for y in rows["année ici"]]
        found.append(frame_table(rows, f"{title_of(str(key))} : les plus grands écarts"))
    return found


def _written(value: float) -> str:
    """A count without decimals, a share with one."""
    return number(value, 1 if value % 1 else 0)


def _file_order(comparison: Comparison, drawn: Mapping[str, Markup]) -> Markup:
    if "ordre_fichier" not in comparison.tables:
        return Markup("")
    agreement = comparison.tables["accord_pauvrete"].set_axis(
        ["pauvreté", "lignes", "même classe, %", "à une classe, %", "Spearman, indicateur",
         "Spearman, classe", "écart moyen"], axis=1)  # fmt: skip
    measures = comparison.tables["ordre_fichier"]
    found = measures.set_index("mesure")["valeur"]
    shown = measures.assign(valeur=[_written(v) for v in measures["valeur"]])
    if not found.filter(like="remplies par ordre").sum():
        return join(
            element("h2", "La pauvreté et l'ordre du fichier"),
            element("p", "Les classes de pauvreté ne répètent pas celles des codes voisins plus "
                    "que le hasard et le voisinage ne l'expliquent : aucun remplissage n'est "
                    "retenu."),
            frame_table(shown, "Mesures"),
        )  # fmt: skip
    return join(
        element("h2", "La pauvreté remplie par ordre de fichier"),
        element("p", "Là où le secret statistique masque la pauvreté, la classe publiée répète "
                "celle du code INSEE voisin : elle suit l'ordre du fichier et s'arrête aux limites "
                "de départements ou les enjambe, quand le voisinage n'explique ni l'un ni "
                "l'autre."),
        frame_table(shown, "Mesures"),
        frame_table(agreement, "Accord de la pauvreté publiée avec la nôtre (ex æquo en haut)"),
        drawn.get(ORDER_MAP, ""),
    )  # fmt: skip
