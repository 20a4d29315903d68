"""Sentences of the audit, from the table `index_audit`: what each figure means for a reader."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.export.labels import french, plural
from fragility.index.audit import PLAIN, WEIGHTED
from fragility.index.audit_rows import read_rows
from fragility.validation.markup import number

KAISER = 1.0
STRONG = 0.5
ACCEPTED_ALPHA = 0.7


def lower(words: str) -> str:
    """A label inside a sentence."""
    return words[0].lower() + words[1:]


def quoted(words: str) -> str:
    """A label as it is, between guillemets."""
    return f"« {words} »"


def listed(words: list[str]) -> str:
    """Join words as French does."""
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def percent(value: float, decimals: int = 0) -> str:
    """A percentage."""
    return f"{french(value, decimals)}\u00a0%"


def correlation_matrix(audit: pd.DataFrame, measure: str, ids: list[str]) -> pd.DataFrame:
    """Whole matrix of one kind of correlation."""
    pairs = read_rows(audit, "correlation", measure)
    table = pd.DataFrame(1.0, index=ids, columns=ids)
    for a in ids:
        for b in ids:
            if (a, b) in pairs.index:
                table.loc[a, b] = table.loc[b, a] = float(pairs[a, b])
    return table


def say_correlations(audit: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Which pairs say the same."""
    table = read_rows(audit, "correlation", "spearman_sous_scores").reset_index()
    table = table[table["autre"] != "score"].sort_values("valeur", ascending=False)
    pairs = [
        f"{quoted(titles[str(a)])} avec {quoted(titles[str(b)])} ({number(float(value), 2)})"
        for a, b, value in table.to_numpy().tolist()
    ]
    strong, weak, top = pairs[:3], pairs[-2:], float(table["valeur"].iloc[0])
    return (
        f"Les paires qui se répètent le plus sont : {listed(strong)}. Une corrélation de "
        f"{number(top, 2)} veut dire que l'un des deux indicateurs annonce {percent(100 * top**2)} "
        "des écarts de l'autre : il y a du double compte, mais aucun n'en remplace un autre."
        if top < 0.9
        else f"Deux indicateurs disent presque la même chose : {strong[0]}. Un seul suffirait.",
        f"Les moins liées : {listed(weak)}.",
    )


def say_weights(audit: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, ...]:
    """How far the weights in effect are from those written."""
    nominal = read_rows(audit, "poids", "poids_nominal").droplevel("autre")
    effect = read_rows(audit, "poids", "poids_effectif").droplevel("autre")
    equal = read_rows(audit, "poids", "poids_pour_parts_egales").droplevel("autre")
    ratio = (effect / nominal).sort_values()
    least, most = str(ratio.index[0]), str(ratio.index[-1])
    return (
        f"Le poids écrit de {quoted(titles[most])} est {percent(100 * nominal[most])} ; en fait "
        f"il pèse {percent(100 * effect[most])}, parce que d'autres indicateurs vont dans son "
        f"sens. {quoted(titles[least])}, écrit à {percent(100 * nominal[least])}, ne pèse que "
        f"{percent(100 * effect[least])} : il varie seul, et la moyenne le noie.",
        "Pour que chacun apporte la même part de ce qui distingue les communes, il faudrait "
        "écrire : "
        + listed([f"{lower(titles[str(k)])} {percent(100 * v)}" for k, v in equal.items()])
        + ". Ce n'est pas une recommandation : un poids dit une priorité, et c'est à qui décide "
        "de la choisir.",
    )


def say_removal(
    audit: pd.DataFrame, sensitivity: pd.DataFrame, titles: Mapping[str, str]
) -> tuple[str, ...]:
    """Why what weighs least may be what changes the list most when it is removed, where it is so.

    Parameters
    ----------
    sensitivity : table `index_sensibilite`.
    """
    nominal = read_rows(audit, "poids", "poids_nominal").droplevel("autre")
    effect = read_rows(audit, "poids", "poids_effectif").droplevel("autre")
    least = str((effect / nominal).sort_values().index[0])
    rows = sensitivity[
        (sensitivity["analyse"] == "sans_indicateur")
        & (sensitivity["resultat"] == "remplacees_pct")
    ]
    replaced = rows.set_index("facteur")["valeur"].dropna()
    if replaced.empty or replaced.idxmax() != least:
        return ()
    return (
        f"{quoted(titles[least])} ne sert pas à rien pour autant : l'ôter est ce qui change le "
        f"plus la liste ({percent(float(replaced[least]))} des communes fragiles remplacées, voir "
        "« Sans l'un des indicateurs »). Savoir sa valeur seule ne fait guère deviner le score ; "
        "mais aucun autre ne l'annonce, et rien ne la remplace quand elle manque.",
    )


def say_components(audit: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, ...]:
    """What the components are, with and without the weight of people."""
    values = [
        float(read_rows(audit, "composantes", f"valeur_propre_{k}").get(("", PLAIN), float("nan")))
        for k in range(1, 10)
    ]
    count = sum(value > KAISER for value in values)
    first = _loadings(audit, 1, PLAIN)
    second = _loadings(audit, 2, PLAIN)
    told = read_rows(audit, "composantes", "part_expliquee_1_pct")
    lines = [
        f"Une seule dimension résume {percent(float(told['', PLAIN]))} de ce qui distingue les "
        f"communes ; elle suit {_words(first, titles)}. "
        + (
            f"{plural(count, 'dimension dépasse', 'dimensions dépassent')} ce que porterait un "
            f"indicateur seul ; la deuxième suit {_words(second, titles)}."
        )
    ]
    if ("", WEIGHTED) in told.index:
        people, other = _loadings(audit, 1, WEIGHTED), _loadings(audit, 2, WEIGHTED)
        left = [str(k) for k in first.index if abs(first[k]) >= STRONG > abs(people[k])]
        line = (
            f"Comptée par habitant et non par commune, la première dimension suit "
            f"{_words(people, titles)} ({percent(float(told['', WEIGHTED]))}), la deuxième "
            f"{_words(other, titles)}."
        )
        if left:
            verb = "ne sont" if len(left) > 1 else "n'est"
            line += (
                f" {listed([quoted(titles[k]) for k in left])} {verb} plus sur la première : là "
                "où vivent les gens, ce n'est pas au même endroit que le reste."
            )
        lines.append(line)
    return tuple(lines)


def _loadings(audit: pd.DataFrame, rank: int, how: str) -> pd.Series:
    rows = read_rows(audit, "composantes", f"correlation_{rank}")
    return rows[[other == how for _, other in rows.index]].droplevel("autre")


def _words(loadings: pd.Series, titles: Mapping[str, str]) -> str:
    strong = loadings[loadings.abs() >= STRONG].sort_values(key=abs, ascending=False)
    if strong.empty:
        strong = loadings[loadings.abs() == loadings.abs().max()]
    return listed([f"{quoted(titles[str(k)])} ({number(v, 2)})" for k, v in strong.items()])


def say_pillars(audit: pd.DataFrame) -> tuple[str, ...]:
    """Whether the data see the two pillars, and what alpha says."""
    inside = read_rows(audit, "piliers", "correlation_dans").droplevel("indicateur")
    between = read_rows(audit, "piliers", "correlation_entre")
    alpha = read_rows(audit, "coherence", "alpha").droplevel("indicateur")
    words = {"reseaux": "réseaux (fixe et 4G)", "personnes": "personnes (âge, diplôme, pauvreté)"}
    lines = []
    for name, value in inside.items():
        seen = value > float(between.iloc[0]) + 0.1
        lines.append(
            f"Pilier {words[str(name)]} : ses indicateurs sont liés entre eux à "
            f"{number(value, 2)} en moyenne, contre {number(float(between.iloc[0]), 2)} d'un "
            "pilier à l'autre. "
            + (
                "Les données le voient."
                if seen
                else "Les données ne le voient pas : c'est une façon de raconter, utile, mais ses "
                "indicateurs ne vont pas ensemble sur le terrain."
            )
        )
    value = float(alpha["tous"])
    lines.append(
        f"L'alpha de Cronbach vaut {number(value, 2)}"
        + (
            f", sous les {french(ACCEPTED_ALPHA, 1)} qu'on attend d'une échelle qui mesure une "
            "seule chose. Ce n'est pas un défaut ici : le score additionne des causes distinctes "
            "(un réseau absent, un âge, un revenu) ; mais deux communes de même score peuvent "
            "avoir des besoins opposés. Lisez les sous-scores, pas seulement le score."
            if value < ACCEPTED_ALPHA
            else " : les sous-scores disent à peu près la même chose."
        )
    )
    return tuple(lines)
