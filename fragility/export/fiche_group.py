"""What the fiche of an EPCI or a département adds: its communes, ranked, and those to go first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from fragility.export.explanation_words import Words
from fragility.export.fiche_access import percent
from fragility.export.fiche_details import linked
from fragility.export.fiche_html import (
    ABSENT,
    PERCENT,
    Markup,
    element,
    join,
    minutes_of,
    number,
    section,
    table,
)
from fragility.export.labels import CLASS_COLOURS, COVERAGE_LABELS, NOT_COMPUTED_LABEL, plural
from fragility.export.marts import to_act_first
from fragility.export.origins import years_of
from fragility.index.explanation_model import Explanation

# Rows printed; the others are a click away on the screen, and in communes.csv.
_BARE, _RANKED = 8, 16
_BARE_HEADS = (
    ("Commune", ""), ("Habitants", "n"), ("Score", "n"), ("Fragile dans", "n opt"),
    ("Personnes en difficulté", "n"), ("Conseiller le plus proche", "n"),
)  # fmt: skip
_HEADS = (
    ("Commune", ""), ("Rang ici", "n opt"), ("Score", "n"), ("Classe", "n opt"), ("Habitants", "n"),
    ("Personnes en difficulté", "n opt"), ("Conseiller", "n"), ("Couverture", ""),
)  # fmt: skip


def _chance(share: float) -> str:
    """In how many of the calculations a commune is fragile."""
    return ABSENT if pd.isna(share) else f"{percent(float(share))} des calculs"


def uncovered(told: Explanation, members: pd.DataFrame, links: frozenset[str]) -> Markup:
    """The fragile communes that nothing covers, in the order of the list to act on."""
    bare = members[members["est_fragile_non_couverte"].fillna(False).astype(bool)]
    title = "Communes fragiles et non couvertes"
    if bare.empty:
        none = "Aucune dans cette édition." if _is_computed(members) else f"{NOT_COMPUTED_LABEL}."
        return section(title, element("p", none))
    bare = to_act_first(bare, bare.index.to_series())
    rows = [
        (
            linked(str(code), str(row["nom"]), links),
            number(row["population"]),
            number(row["score"], 2),
            _chance(row["probabilite_fragile_pct"]),
            number(row["nb_personnes_en_difficulte"]),
            minutes_of(row["conseiller_plus_proche_min"]),
        )
        for code, row in bare.to_dict("index").items()
    ]
    inhabited = number(float(bare["population"].sum()))
    said = f"{plural(len(bare), 'commune', 'communes')}, {inhabited} habitants ; d'abord celles "
    said += "où le plus d'habitants sont hors de portée, selon la probabilité d'être fragile."
    return section(title, _folded(said, _BARE_HEADS, rows, _BARE))


def ranked(told: Explanation, members: pd.DataFrame, links: frozenset[str]) -> Markup:
    """Every commune of the territory, the most fragile first."""
    members = members.assign(rang_ici=members["score"].rank(method="min", ascending=False))
    rows = [
        (
            linked(str(code), str(row["nom"]), links),
            number(row["rang_ici"]),
            number(row["score"], 2),
            _class(row["classe"]),
            number(row["population"]),
            number(row["nb_personnes_en_difficulte"]),
            minutes_of(row["conseiller_plus_proche_min"]),
            # Where nobody is known to live, nobody is to be covered.
            COVERAGE_LABELS.get(str(row["couverture"]), ABSENT)
            if row["population"] > 0
            else ABSENT,
        )
        for code, row in members.to_dict("index").items()
    ]
    count = plural(len(members), "commune", "communes")
    if _is_computed(members):
        fragile = int(members["est_fragile"].fillna(False).sum())
        caption = (
            f"{count}, dont {plural(fragile, 'fragile', 'fragiles')} ; la plus fragile d'abord. "
            "Deux rangs voisins ne se distinguent souvent pas : voir l'intervalle de chaque "
            "commune."
        )
    else:
        caption = f"{count} ; score non calculé."
    return section("Ses communes", _folded(caption, _HEADS, rows, _RANKED))


def _is_computed(members: pd.DataFrame) -> bool:
    """Tell whether some commune has a score: without one, none is fragile and none is not."""
    return bool(members["score"].notna().any())


def _folded(
    caption: str, heads: tuple[tuple[str, str], ...], rows: Sequence[tuple[object, ...]], most: int
) -> Markup:
    """A table whose first rows are printed, the others kept for the screen."""
    shown, rest = rows[:most], rows[most:]
    if not rest:
        return table(caption, heads, rows)
    others = f"les {len(rest)} suivantes sont" if len(rest) > 1 else "la suivante est"
    more = f"Les {most} premières ; {others} dans la fiche à l'écran."
    return join(
        [
            table(f"{caption} {more}", heads, shown),
            element(
                "details",
                element(
                    "summary", f"Les {len(rest)} suivantes" if len(rest) > 1 else "La suivante"
                ),
                table("Suite de la liste.", heads, rest),
                class_="ecran",
            ),
        ]
    )


def origins(members: pd.DataFrame, words: Words) -> Markup:
    """For each indicator, how many communes have a published figure, a modelled one, or none."""
    rows = []
    for key in words.labels:
        if f"{key}_origine" not in members:
            continue
        shares = members[f"{key}_origine"].value_counts(normalize=True) * 100
        guessed = float(shares.get("impute", 0.0))
        absent = float(shares.get("absent", 0.0))
        mark = Markup(' <span class="estime">◆</span>') if guessed else ""
        rows.append(
            (
                words.label(key),
                years_of(members[f"{key}_annee"]),
                number(100 - guessed - absent, 0, PERCENT),
                join([number(guessed, 0, PERCENT), mark]),
                number(absent, 0, PERCENT),
            )
        )
    heads = (
        ("Chiffre", ""), ("Année", ""), ("Observé", "n"), ("Estimé", "n"), ("Absent", "n"),
    )  # fmt: skip
    caption = "Part des communes. Personnes en difficulté et temps de trajet : ◆ estimés partout."
    return section("D'où viennent les chiffres", table(caption, heads, rows))


def _class(value: Any) -> Markup:
    """A class: its colour and its number."""
    if pd.isna(value):
        return element("span", ABSENT, title=NOT_COMPUTED_LABEL)
    rank = int(value)
    swatch = f'<span class="pastille" style="background:{CLASS_COLOURS[rank]}"></span>'
    return join([Markup(swatch), str(rank)])
