"""What the sensitivity of the ranking says to whoever uses it, in sentences, tables and drawings.

The sentences are here, every figure in the table `index_sensibilite`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.export.labels import INDICATOR_TITLES, french, plural
from fragility.index.robustness import CHANGED_PCT, FACTORS
from fragility.validation.blocks import Block
from fragility.validation.sensitivity_figures import draw_changes, draw_curves, draw_indices
from fragility.validation.sensitivity_words import (
    CHOICES,
    DENSITY_WORDS,
    PANELS,
    SCENARIO_SENTENCES,
    SCENARIOS,
    how_measured,
)

TABLE = "index_sensibilite"
LISTED = 5


def sensitivity_blocks(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str] = INDICATOR_TITLES
) -> list[Block]:
    """Say which choice matters, with tables and drawings.

    Parameters
    ----------
    tables : `index_sensibilite` and `index_scores`.
    titles : words of each indicator.
    """
    table = tables[TABLE]
    scores = tables["index_scores"]
    own = scores[(scores["niveau"] == "commune") & scores["score"].notna()]
    fragile = int(own["est_fragile"].sum())
    if not fragile or table.empty:
        return [Block("Ce qu'il faut en conclure", ("Trop peu de communes ont un score.",))]
    return [
        Block("Ce qu'il faut en conclure", conclusions(table, len(own), fragile)),
        *_indices(table),
        *_changes(table, titles),
        _weights(table, titles),
        *_movers(table),
        Block("Comment c'est mesuré", how_measured()),
    ]


def _values(table: pd.DataFrame, analysis: str, outcome: str) -> pd.DataFrame:
    rows = table[(table["analyse"] == analysis) & (table["resultat"] == outcome)]
    return rows.set_index("facteur")[["valeur", "bas", "haut"]]


def _percent(share: float) -> str:
    """A share as a percentage; what is not told from nothing is said so."""
    return "moins de 1 %" if share < 0.01 else f"{french(100 * share)} %"


def conclusions(table: pd.DataFrame, count: int, fragile: int) -> tuple[str, ...]:
    """Plain sentences first: what matters, and what to do with it.

    Parameters
    ----------
    count, fragile : communes that have a score, and those called fragile.
    """
    lines = []
    total = _values(table, "total", "remplacees_pct")["valeur"].sort_values(ascending=False)
    if len(total):
        first, second = (FACTORS[str(name)].lower() for name in total.index[:2])
        lines.append(
            f"Le choix qui compte le plus est : {first}. Il intervient dans "
            f"{_percent(total.iloc[0])} de ce qui fait varier la liste des communes fragiles ; "
            f"vient ensuite : {second} ({_percent(total.iloc[1])}). Chacun des autres intervient "
            f"dans {_percent(total.iloc[2])} au plus."
        )
    single = _values(table, "un_choix", "remplacees_pct")["valeur"].sort_values(ascending=False)
    if len(single):
        words = CHOICES[str(single.index[0])]
        lines.append(
            f"Changé seul, le choix qui remplace le plus de communes fragiles ({_points(single)[0]}"
            f" %) est : {words[0].lower()}{words[1:]}. Les autres, un par un, en remplacent "
            f"{_points(single)[-1]} à {_points(single)[1]} %."
        )
    middle, low, high = _interval_of(table, "decalage_moyen")
    out, least, most = _interval_of(table, "remplacees_pct")
    lines += [
        f"Quand tous ces choix varient à la fois, une commune change en moyenne de "
        f"{plural(middle, 'rang', 'rangs')} sur {french(count)} (de {french(low)} à "
        f"{french(high)} dans neuf cas sur dix), et {french(out)} % des {french(fragile)} communes "
        f"fragiles sont remplacées par d'autres ({french(least)} à {french(most)} %).",
        "Pour un élu : la liste tient dans l'ensemble, pas commune par commune. Sur 100 communes "
        f"fragiles, {french(100 - out)} environ le restent sous d'autres choix défendables. Un "
        f"écart de moins de {plural(middle, 'rang', 'rangs')} entre deux communes ne prouve rien : "
        "ces choix en déplacent autant. Ne lisez jamais un rang seul : lisez la classe, "
        "l'intervalle et la confiance, puis les indicateurs qui font le score.",
    ]
    return tuple(lines)


def _interval_of(table: pd.DataFrame, outcome: str) -> tuple[int, int, int]:
    """Median of all the rankings that were tried, and the bounds of nine out of ten."""
    rows = _values(table, "ensemble", outcome)
    middle, low, high = (round(float(x)) for x in rows.to_numpy()[0])
    return middle, low, high


def _points(values: pd.Series) -> list[str]:
    return [french(value) for value in values]


def _indices(table: pd.DataFrame) -> list[Block]:
    found = {name: _values(table, "total", name) for name in PANELS}
    if any(rows.empty for rows in found.values()):
        return []
    order = found["remplacees_pct"]["valeur"].sort_values(ascending=False).index
    titles = {str(name): FACTORS[str(name)] for name in order}
    shown = pd.DataFrame({"Choix": list(titles.values())})
    for outcome, words in PANELS.items():
        for analysis, which in (("premier_ordre", "seul"), ("total", "seul ou avec d'autres")):
            rows = _values(table, analysis, outcome).reindex(order)
            shown[f"{words} : {which} (%)"] = [_interval(*(100 * row)) for row in rows.to_numpy()]
    return [
        Block(
            "Quel choix compte le plus",
            (
                "Part de ce qui fait varier le résultat où chaque choix intervient. Le losange : "
                "ce que ce choix expliquerait seul ; la barre : seul ou combiné à d'autres ; le "
                "trait : l'intervalle à 90 % de cette mesure. Les parts des barres se recouvrent.",
            ),
            table=shown,
            figure=draw_indices(table, titles, PANELS),
            alt="Barres : part de la variance due à chaque choix. "
            + "; ".join(
                f"{titles[str(name)]} {_percent(found['remplacees_pct']['valeur'][name])}"
                for name in order
            ),
            caption="Part de la variance, en % [intervalle à 90 %]",
        )
    ]


def _interval(value: float, low: float, high: float) -> str:
    """A share and its interval; estimates below zero are zero."""
    return f"{french(max(value, 0))} [{french(max(low, 0))} – {french(max(high, 0))}]"


def _changes(table: pd.DataFrame, titles: Mapping[str, str]) -> list[Block]:
    blocks = []
    for analysis, title, sentence in (
        (
            "un_choix",
            "Un seul choix change",
            "Le classement publié, à un choix près : les premières lignes changent le plus la "
            "liste des communes fragiles.",
        ),
        (
            "sans_indicateur",
            "Sans l'un des indicateurs",
            "L'indice calculé sans l'indicateur, son poids partagé entre les autres : si presque "
            "rien ne changeait, il n'apporterait rien.",
        ),
    ):
        rows = table[table["analyse"] == analysis]
        wide = rows.pivot(index="facteur", columns="resultat", values="valeur")
        if wide.empty:
            continue
        wide = wide.sort_values("remplacees_pct", ascending=False)
        words = [CHOICES.get(str(n)) or f"Sans : {titles.get(str(n), str(n))}" for n in wide.index]
        shown = pd.DataFrame(
            {
                "Changement": words,
                "Corrélation de rang": [french(v, 3) for v in wide["correlation"]],
                "Décalage moyen (rangs)": [french(v) for v in wide["decalage_moyen"]],
                "Communes fragiles gardées (%)": [
                    french(100 - v, 1) for v in wide["remplacees_pct"]
                ],
            }
        )
        bars = pd.Series(wide["remplacees_pct"].to_numpy(), index=words)
        blocks.append(
            Block(
                title,
                (sentence,),
                table=shown,
                figure=draw_changes(bars, "Communes fragiles remplacées (%)"),
                alt="Barres : part des communes fragiles remplacées. "
                + "; ".join(f"{name} {french(value)} %" for name, value in bars.items()),
            )
        )
    return blocks


def _weights(table: pd.DataFrame, titles: Mapping[str, str]) -> Block:
    rows = _values(table, "stabilite_poids", "poids")
    words = {str(key): titles.get(str(key), str(key)) for key in rows.index}

    def written(values: pd.Series) -> list[str]:
        return ["jamais" if pd.isna(v) else french(100 * v) for v in values]

    shown = pd.DataFrame(
        {
            "Indicateur": list(words.values()),
            "Poids (%)": written(rows["valeur"]),
            "Baisser jusqu'à (%)": written(rows["bas"]),
            "Ou monter jusqu'à (%)": written(rows["haut"]),
        }
    )
    curves = table[table["analyse"] == "courbe_poids"]
    return Block(
        "De combien un poids doit changer",
        (
            f"Pour remplacer {french(CHANGED_PCT)} % des communes fragiles, il faut amener le "
            "poids d'un seul indicateur jusqu'à l'une de ces valeurs, les autres gardant leurs "
            "proportions.",
        ),
        table=shown,
        figure=draw_curves(curves, words, CHANGED_PCT),
        alt="Courbes : part des communes fragiles remplacées selon le poids de chaque indicateur.",
        caption=f"Poids auquel {french(CHANGED_PCT)} % des communes fragiles sont remplacées",
    )


def _movers(table: pd.DataFrame) -> list[Block]:
    blocks = []
    for scenario, title in SCENARIOS.items():
        moved = table[(table["analyse"] == "departement") & (table["resultat"] == scenario)]
        if moved.empty or not moved["valeur"].abs().max():
            continue
        names = moved["description"].str.split(". ", regex=False).str[0]
        ranked = pd.Series(moved["valeur"].to_numpy(), index=names).sort_values(ascending=False)
        few = (
            ranked if len(ranked) <= 2 * LISTED else pd.concat([ranked[:LISTED], ranked[-LISTED:]])
        )
        dense = _values(table, "densite", scenario)["valeur"]
        by_density = " ; ".join(
            f"{DENSITY_WORDS[str(key)]} : {_signed(value)}" for key, value in dense.items()
        )
        blocks.append(
            Block(
                title,
                (
                    SCENARIO_SENTENCES[scenario] + " Rangs gagnés vers les plus fragiles, en "
                    "moyenne des communes du département (négatif : rangs perdus). Selon la "
                    "densité : " + by_density + ".",
                ),
                figure=draw_changes(few, "Rangs gagnés vers les plus fragiles"),
                alt="Barres : départements qui changent le plus. "
                + "; ".join(f"{name} {_signed(value)}" for name, value in few.items()),
            )
        )
    return blocks


def _signed(value: float) -> str:
    rounded = round(value)
    sign = "+" if rounded > 0 else "\u2212" if rounded < 0 else ""
    return sign + french(abs(rounded))
