"""The parts of rapport.html that are about the file of 2020: axes, incomes, zeros."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from fragility.validation.axes_2020 import CAUSES_2020, FAR_POINTS
from fragility.validation.blocks import frame_table
from fragility.validation.comparison import INCOME_MAP, Comparison
from fragility.validation.markup import Markup, element, items, join, number
from fragility.validation.published import REFERENCE_TITLES

SHOWN = 10
_PLACES = ["code", "nom", "IRIS", "corrélation, IRIS", "communes", "corrélation, communes"]


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Write references in words."""
    return frame.assign(reference=frame["reference"].map(REFERENCE_TITLES))


def slope_of(row: Mapping[Any, Any]) -> str:
    """Which way the income axis runs, in a sentence."""
    reference, rho = REFERENCE_TITLES[row["reference"]], float(row["correlation"])
    if math.isnan(rho):
        return f"Référence {reference} : sens du revenu inconnu, faute de revenus dans l'édition."
    way = (
        "monte avec le niveau de vie, à l'envers de la fragilité"
        if rho > 0
        else "baisse quand le niveau de vie monte, comme la fragilité"
    )
    return (
        f"Référence {reference} : l'axe des interfaces {way} (corrélation {number(rho, 2)} dans le "
        f"territoire médian, {number(-rho, 2)} une fois retourné)."
    )


def parts_2020(comparison: Comparison, drawn: Mapping[str, Markup]) -> Markup:
    """What the page says of a file of 2020."""
    tables = comparison.tables
    year = str(tables["revenu_annee"]["annee"].iloc[0])
    causes = _named(tables["causes"])
    return join(
        element("h2", "Les axes publiés et les nôtres"),
        element("p", "Nos points sont la moyenne des indicateurs de l'axe en base 100 du "
                "territoire (100 x/t, le revenu retourné : 200 - 100 x/t). Les millésimes "
                "diffèrent ; les IRIS sans chiffre propre dans l'édition ont celui de leur "
                "commune. Écart : ici moins publié."),
        frame_table(_named(tables["axes"]).set_axis(
            ["référence", "axe publié", "IRIS", "Spearman", "écart moyen, points",
             f"à {FAR_POINTS:.0f} points, %"], axis=1), "Axes"),
        element("h2", "Le sens du revenu"),
        element("p", "Dans un indice où plus de points veut dire plus fragile, l'axe INTERFACES "
                "devrait baisser quand le niveau de vie monte (core_revenus, "
                f"{year or 'année inconnue'})."),
        items(slope_of(row) for row in tables["pente"].to_dict("records")),
        element("p", "La corrélation est donnée IRIS par IRIS, puis commune par commune "
                "(arrondissement à Paris) avec le revenu de la commune ; "
                "retournée (200 - x), elle change de signe."),
        *(_incomes(tables, reference) for reference in REFERENCE_TITLES),
        frame_table(_named(tables["quintiles"]).set_axis(
            ["référence", "IRIS", "changent de cinquième, %"], axis=1),
            "IRIS dont le cinquième, dans leur territoire, change une fois le revenu retourné"),
        drawn.get(INCOME_MAP, ""),
        element("h2", "Le revenu de la commune donné à tous ses IRIS"),
        frame_table(_named(tables["communes_plates"]).set_axis(
            ["référence", "communes de plusieurs IRIS", "dont tous les IRIS ont le même axe"],
            axis=1), "L'axe INTERFACES ne distingue pas les IRIS d'une commune"),
        element("h2", "Les zéros"),
        element("p", "Un revenu de 0 n'existe pas : 0 point sur l'axe INTERFACES est un revenu "
                "manquant. Sur les autres axes, 0 peut être une vraie part."),
        frame_table(tables["zeros"].rename(columns=REFERENCE_TITLES), "IRIS à 0 point"),
        element("h2", f"Écarts de plus de {FAR_POINTS:.0f} points, et leurs causes"),
        items(f"{words[0].upper()}{words[1:]}." for words in CAUSES_2020.values()),
        frame_table(causes.set_axis(["référence", "axe", "cause", "IRIS"], axis=1),
                    "Cause → IRIS"),
        *_widest(comparison.differences),
    )  # fmt: skip


def _incomes(tables: Mapping[str, pd.DataFrame], reference: str) -> Markup:
    """Correlations by territory: all of them where they are few, else how they spread."""
    frame = tables.get(f"revenu_{reference}")
    if frame is None or frame.empty:
        return Markup("")
    words = f"Axe INTERFACES et niveau de vie médian, par {REFERENCE_TITLES[reference]}"
    if len(frame) <= 2 * SHOWN:
        return frame_table(frame.set_axis(_PLACES, axis=1), words)
    spread = frame[["correlation", "correlation_communes"]].quantile([0, 0.25, 0.5, 0.75, 1])
    spread.insert(0, "territoires", ["le plus faible", "1er quart", "médian", "3e quart",
                                     "le plus fort"])  # fmt: skip
    return frame_table(
        spread.set_axis([f"{len(frame)} territoires", "corrélation, IRIS",
                         "corrélation, communes"], axis=1), words)  # fmt: skip


def _widest(differences: pd.DataFrame) -> list[Markup]:
    columns = {"code": "code", "nom": "nom", "population": "habitants", "publie": "publié",
               "ici": "ici", "ecart": "écart", "revenu": "revenu médian",
               "cause": "cause"}  # fmt: skip
    if differences.empty:
        return []
    found = []
    reference = str(differences["reference"].iloc[-1])
    chosen = differences[differences["reference"] == reference]
    for axis, group in chosen.groupby("axe", sort=False):
        rows = group[list(columns)].head(SHOWN).rename(columns=columns)
        words = f"Axe {axis}, référence {REFERENCE_TITLES[reference]} : les plus grands écarts"
        found.append(frame_table(rows, words))
    return found
