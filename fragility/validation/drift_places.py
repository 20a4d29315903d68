"""Sections of derive.html on one comparison: départements, communes that move, list to act on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from fragility.export.labels import french, plural
from fragility.index.indicators import SMALL_POPULATION
from fragility.validation.drift import Drift
from fragility.validation.drift_measures import MIN_GROUPS
from fragility.validation.drift_movers import MOVERS, REASONS, SMALL_MOVERS
from fragility.validation.markup import (
    PERCENT,
    Markup,
    element,
    heat_cell,
    join,
    number,
    signed,
    table,
)

REASON_WORDS = {
    "fragile": "le score seul",
    "non_couverte": "la couverture seule",
    "les_deux": "le score et la couverture",
}
FLIPS = 15
# Differences painted with the full colour: points of percent, and points of score.
FULL_POINTS, FULL_SCORE = 10.0, 2.0


def departements(drift: Drift) -> Markup:
    """Départements that stand out, then the change of all of them."""
    found = drift.departements
    jumps = found[found["est_saut"]]
    jumps = jumps.loc[jumps["ecart"].abs().sort_values(ascending=False, kind="stable").index]
    rows = [
        (
            drift.after.labels[row["indicateur"]][0],
            f"{row['code_departement']} {row['nom_departement']}",
            number(row["nb_communes"]),
            signed(row["changement"], 1),
            signed(row["ecart"], 1),
            number(abs(row["z"]), 1) if math.isfinite(row["z"]) else "les autres ne bougent pas",
        )
        for row in jumps.to_dict("records")
    ]
    heads = (
        "Indicateur", "Département", "Communes", "Changement moyen (points)",
        "Écart au département médian", "Écarts robustes",
    )  # fmt: skip
    return join(
        element("h3", "Départements"),
        table(heads, rows, numbers=(2, 3, 4, 5))
        if rows
        else element("p", _calm(found["code_departement"].nunique())),
        _heat(drift),
    )


def _calm(groups: int) -> str:
    if groups < MIN_GROUPS:
        return f"Moins de {MIN_GROUPS} départements : aucun ne peut être dit à l'écart des autres."
    return "Aucun département ne bouge à l'écart des autres."


def _heat(drift: Drift) -> Markup:
    """Every département and indicator, in two columns."""
    found = drift.departements
    keys = list(found["indicateur"].unique())
    change = found.set_index(["code_departement", "indicateur"])["changement"].to_dict()
    own = found[found["est_saut"]]
    jumps = set(zip(own["code_departement"], own["indicateur"], strict=True))
    names = found.groupby("code_departement")["nom_departement"].first()
    rows: list[Sequence[object]] = []
    for code in sorted(names.index):
        cells: list[object] = [f"{code} {names[code]}"]
        for key in keys:
            full, decimals = (FULL_SCORE, 2) if key == "score" else (FULL_POINTS, 1)
            value = change.get((code, key), math.nan)
            cells.append(heat_cell(value, full, decimals, flagged=(code, key) in jumps))
        rows.append(cells)
    heads = ["Département", *(_short(drift, key) for key in keys)]
    half = (len(rows) + 1) // 2 if len(rows) > 20 else len(rows)
    numbers = range(1, len(heads))
    tables = [
        table(heads, part, numbers=numbers, kind="carte")
        for part in (rows[:half], rows[half:])
        if part
    ]
    return join(
        element("h4", "Changement moyen par département"),
        element(
            "p",
            "Moyenne des changements des communes, pondérée par la population d'aujourd'hui : en "
            "points de pourcentage, et en points de score pour la dernière colonne. Orange : "
            "hausse, bleu : baisse ; encadré : à l'écart des autres.",
            class_="petit",
        ),
        element("div", *tables, class_="cote"),
    )


def _short(drift: Drift, key: str) -> str:
    return "Score" if key == "score" else drift.after.labels[key][0]


def movers(drift: Drift) -> Markup:
    """The communes that move most, the small ones apart."""
    found = drift.movers
    parts: list[Markup] = []
    for group, head, note in (
        ("habitee", "Communes qui bougent le plus", f"{MOVERS} au plus par liste"),
        (
            "petite",
            f"Communes de moins de {SMALL_POPULATION} habitants",
            f"{SMALL_MOVERS} au plus par liste ; leurs taux de recensement sont très incertains",
        ),
    ):
        own = found[found["groupe"] == group]
        if own.empty:
            parts += [element("h3", head), element("p", "Aucune ne bouge.")]
            continue
        parts += [element("h3", head), element("p", f"{note}.", class_="petit")]
        for criterion, sense, words in (
            ("score", "hausse", "Score : les plus fortes hausses (plus fragiles)"),
            ("score", "baisse", "Score : les plus fortes baisses (moins fragiles)"),
            ("rang", "hausse", "Rang : les plus fortes montées vers le rang 1, le plus fragile"),
            ("rang", "baisse", "Rang : les plus fortes descentes"),
        ):
            rows = own[own["critere"].eq(criterion) & own["sens"].eq(sense)]
            if len(rows):
                parts.append(_mover_table(drift, rows, words))
    return join(*parts)


def _mover_table(drift: Drift, rows: pd.DataFrame, caption: str) -> Markup:
    heads = (
        "Commune", "Habitants", "Score avant", "Maintenant", "Écart", "Rang avant", "Maintenant",
        "Surtout par",
    )  # fmt: skip
    cells = [
        (
            f"{row['code_commune']} {row['nom']}",
            number(row["population"]),
            number(row["score_avant"], 2),
            number(row["score"], 2),
            signed(row["score"] - row["score_avant"], 2),
            number(row["rang_avant"]),
            number(row["rang"]),
            _mover_reason(drift, row),
        )
        for row in rows.to_dict("records")
    ]
    return table(heads, cells, numbers=range(1, 7), caption=caption)


def _mover_reason(drift: Drift, row: dict[Any, Any]) -> str:
    """The indicator that moved a commune most, with its values and sub-scores."""
    if not row["indicateur"]:
        same = drift.before.profile == drift.after.profile
        return "aucun sous-score : les autres ont bougé" if same else "un autre profil d'indice"
    values = f"{number(row['valeur_avant'], 1)} → {number(row['valeur'], 1, PERCENT)}"
    scores = f"{number(row['sous_score_avant'], 1)} → {number(row['sous_score'], 1)}"
    return f"{_short(drift, row['indicateur'])} : {values} (sous-score {scores})"


def flips(drift: Drift) -> Markup:
    """Communes that enter or leave "fragile and not covered"."""
    found = drift.flips
    rows: list[Sequence[object]] = []
    for sense, words in (("entree", "Entrées"), ("sortie", "Sorties")):
        own = found[found["sens"] == sense]
        rows.append((words, number(len(own)), number(own["population"].sum())))
        for reason in REASONS:
            part = own[own["raison"] == reason]
            if len(part):
                rows.append(
                    (
                        f"— parce que change {REASON_WORDS[reason]}",
                        number(len(part)),
                        number(part["population"].sum()),
                    )
                )
    tables = []
    for sense, words in (("entree", "entrent"), ("sortie", "sortent")):
        own = found[found["sens"] == sense].head(FLIPS)
        if len(own):
            tables.append(
                table(
                    ("Commune", "Habitants", "Parce que change"),
                    [
                        (
                            f"{row['code_commune']} {row['nom']}",
                            number(row["population"]),
                            REASON_WORDS[row["raison"]],
                        )
                        for row in own.to_dict("records")
                    ],
                    numbers=(1,),
                    caption=f"Les plus peuplées qui {words} ({FLIPS} au plus)",
                )
            )
    return join(
        element("h3", "Fragiles et non couvertes : entrées et sorties"),
        table(("", "Communes", "Habitants"), rows, numbers=(1, 2)),
        element("div", *tables, class_="cote") if tables else "",
        _unmatched(drift),
    )


def _unmatched(drift: Drift) -> Markup | str:
    """Flagged communes that could not be compared."""
    today = drift.after.communes
    new = today["est_fragile_non_couverte"].astype(bool) & ~today["code_commune"].isin(
        drift.pairs.index
    )
    if not new.any():
        return ""
    count = plural(int(new.sum()), "commune signalée", "communes signalées")
    people = french(today.loc[new, "population"].sum())
    return element(
        "p", f"De plus, {count} sans équivalent avant ({people} habitants).", class_="petit"
    )
