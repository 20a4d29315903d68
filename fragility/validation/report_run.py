"""The parts of rapport.html that are known when all else is done: what moved, what a run took.

The page is a step of the run that it tells of. It is written with empty places, which are filled
when the run is about to be published; the rest of the page is the same for equal data.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.export.files import write_text
from fragility.export.labels import french, plural
from fragility.validation.blocks import Block, frame_table, to_html
from fragility.validation.drift_page import read_brief
from fragility.validation.markup import Markup, element, join

MEASURED = (
    "etape", "est_controle", "est_refaite", "secondes", "memoire_mo", "ajoutee_mo", "jour",
)  # fmt: skip
DRIFT, MEASURES = "derive", "mesures"
# Steps shown without unfolding the list.
HEAVIEST = 12
_PENDING = (
    "S'écrit quand « fragility run » publie l'édition. Un calcul lancé dans Dagster montre le "
    "temps de chaque étape dans son interface."
)


def pending(part: str) -> Markup:
    """Empty place of a part of the page."""
    return _placed(part, element("p", _PENDING))


def _placed(part: str, body: str) -> Markup:
    return Markup(f"<!--{part}-->{body}<!--/{part}-->")


def complete(path: Path, drift: Markup, measures: Markup) -> Path:
    """Fill the places of a page, empty or not; the file is replaced whole."""
    page = path.read_text(encoding="utf-8")
    for part, body in ((DRIFT, drift), (MEASURES, measures)):
        head, begun, rest = page.partition(f"<!--{part}-->")
        _, ended, tail = rest.partition(f"<!--/{part}-->")
        if begun and ended:
            page = head + _placed(part, body) + tail
    return write_text(path, page)


def drift_part(derive: Path) -> Markup:
    """Main figures of the drift report, and the way to it."""
    brief = read_brief(derive) if derive.is_file() else Markup("")
    if not brief:
        return element("p", "Aucun rapport de dérive n'accompagne ce calcul.")
    way = element(
        "p",
        "Codes perdus et gagnés, sauts par indicateur et par département, communes qui bougent le "
        "plus : ",
        element("a", derive.name, href=derive.name),
        ".",
    )
    return join(brief, way)


def measures_part(steps: pd.DataFrame, seconds: float, peak_mb: float) -> Markup:
    """Seconds and memory by asset, the heaviest first.

    Parameters
    ----------
    steps : columns `MEASURED`; memory may be missing.
    seconds, peak_mb : of the whole run; 0 MB where the system does not tell.
    """
    if steps.empty:
        return element("p", "Aucune étape n'a été mesurée.")
    is_check, is_new = (steps[name].astype(bool) for name in ("est_controle", "est_refaite"))
    checks, made = steps[is_check], steps[is_check & is_new]
    assets = steps[~is_check].sort_values(["secondes", "etape"], ascending=[False, True])
    kept = [
        plural(count, one, many)
        for count, one, many in (
            (int((~is_check & ~is_new).sum()), "étape", "étapes"),
            (int((is_check & ~is_new).sum()), "contrôle", "contrôles"),
        )
        if count
    ]
    checked = f"{french(made['secondes'].sum(), 1)} s"
    if len(made) < len(checks):
        checked = f"{plural(len(made), 'refait', 'refaits')} cette fois, {checked}"
    table = pd.DataFrame(
        {
            "Étape": assets["etape"],
            "Secondes": [french(value, 2) for value in assets["secondes"]],
            "Mémoire au plus (Mo)": assets["memoire_mo"].astype("Float64"),
            "dont ajoutée (Mo)": assets["ajoutee_mo"].astype("Float64"),
            "Mesurée le": [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in assets["jour"]],
        }
    )
    held = f", {french(peak_mb)} Mo de mémoire au plus" if peak_mb else ""
    first = Block(
        "Les étapes les plus longues",
        (
            f"Ce calcul a pris {french(seconds, 1)} s{held}. "
            f"{plural(len(assets), 'étape', 'étapes')} et "
            f"{plural(len(checks), 'contrôle', 'contrôles')} de données "
            f"({checked}) : aucun de ceux qui arrêtent un calcul n'a échoué.",
            "« Au plus » : ce que le programme tenait en mémoire pendant l'étape, tables des "
            "étapes d'avant comprises ; « ajoutée » : ce que l'étape y a mis de plus.",
            *(
                [
                    "Pas refaites cette fois, faute de changement : "
                    f"{' et '.join(kept)}, dont la mesure est d'un calcul antérieur."
                ]
                if kept
                else []
            ),
        ),
        table=table.head(HEAVIEST),
        caption="Temps et mémoire, d'abord les plus longues",
    )
    parts = [to_html([first])]
    if len(table) > HEAVIEST:
        parts.append(
            element(
                "details",
                element("summary", f"Les {french(len(table) - HEAVIEST)} autres étapes"),
                frame_table(table.iloc[HEAVIEST:], "Temps et mémoire, suite"),
            )
        )
    return join(*parts)
