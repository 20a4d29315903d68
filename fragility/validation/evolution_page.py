"""rapport.html of a comparison of editions: what changed, what is sure, what was not compared.

The page is whole in itself. It computes nothing: every figure is in `evolution_tables.py`, every
sentence about a state of an indicator in `evolution_words.py`.
"""

from __future__ import annotations

import base64
import datetime
from pathlib import Path

import pandas as pd

from fragility.export.files import publishing, write_text
from fragility.export.labels import french, plural
from fragility.export.tables import write_csv
from fragility.validation import evolution_tables as tables
from fragility.validation.evolution import TABLE, Evolution
from fragility.validation.evolution_map import draw_change, png_of
from fragility.validation.evolution_noise import FALSE_DISCOVERY_RATE
from fragility.validation.evolution_words import (
    FATE_WORDS,
    STATE_WORDS,
    STATUS_WORDS,
    explain_state,
    name_both,
)
from fragility.validation.markup import (
    Markup,
    element,
    items,
    join,
    number,
    page,
    signed,
    table,
)

PAGE = "rapport.html"
FILES = (f"{TABLE}.parquet", f"{TABLE}.csv", PAGE)


def write_comparison(folder: Path, evolution: Evolution, date: datetime.date) -> list[Path]:
    """Write the table and the page of a comparison in a folder.

    Returns
    -------
    The paths written.
    """
    parquet = folder / FILES[0]
    with publishing(parquet) as draft:
        evolution.table.to_parquet(draft, index=False)
    return [
        parquet,
        write_csv(folder / FILES[1], evolution.table, TABLE),
        write_text(folder / PAGE, render(evolution, date)),
    ]


def render(evolution: Evolution, date: datetime.date) -> str:
    """Return the page as HTML."""
    before, after = evolution.before.edition, evolution.after.edition
    title = f"Évolution — de {before.name} à {after.name}"
    banners = [side.banner for side in (before, after) if side.banner]
    return page(
        title,
        {},
        element("p", banners[0], class_="bandeau") if banners else "",
        element("h1", title),
        element(
            "p",
            f"« {before.title} » et « {after.title} », profil {evolution.profile.id}, page du "
            f"{date:%d/%m/%Y}. Les deux éditions sont lues sur les repères de la première.",
        ),
        _summary(evolution),
        _not_compared(evolution),
        _picture(evolution),
        _indicators(evolution),
        _classes(evolution),
        _movers(evolution),
        _groups(evolution),
        _codes(evolution),
        _method(evolution),
    )


def summary_lines(evolution: Evolution) -> list[str]:
    """The sentences that the page and the terminal begin with."""
    facts = tables.count_facts(evolution)
    before = evolution.before.edition.name
    lines = [
        f"{plural(facts['comparees'], 'commune comparée', 'communes comparées')} sur "
        f"{french(facts['communes'])}, avec "
        f"{plural(len(evolution.common.ids), 'indicateur', 'indicateurs')} "
        f"sur {len(evolution.profile.ids)}.",
        f"Fragilité en hausse significative dans {plural(facts['hausses'], 'commune', 'communes')} "
        f"({french(facts['habitants_hausses'])} habitants), en baisse significative dans "
        f"{french(facts['baisses'])} ({french(facts['habitants_baisses'])} habitants).",
        f"Dans la marge d'erreur, ou négligeable : {french(facts['marge'])} ; score inchangé : "
        f"{french(facts['inchangees'])}.",
        f"Passent le seuil de fragilité de {before} : {french(facts['entrees'])} vers le haut, "
        f"dont {_surely(facts['entrees_sures'])} ; {french(facts['sorties'])} vers le bas, dont "
        f"{_surely(facts['sorties_sures'])}. Les autres mouvements ne dépassent pas l'erreur des "
        f"chiffres. Changent de classe : {french(facts['classes'])}.",
        f"Évolution moyenne par habitant : {signed(facts['moyenne'], 3)} point de score.",
    ]
    if evolution.is_backwards:
        lines.append("La première édition est la plus récente : l'évolution se lit à rebours.")
    return lines


def _surely(count: float) -> str:
    """How many of them by a change that is sure."""
    many = french(count) if count else "aucune"
    return f"{many} par un changement significatif"


def _summary(evolution: Evolution) -> Markup:
    return element("div", element("strong", "En bref"), items(summary_lines(evolution)),
                   class_="calme")  # fmt: skip


def _not_compared(evolution: Evolution) -> Markup:
    rows = evolution.indicators.to_dict("records")
    lines = [explain_state(row) for row in rows]
    lines += [
        f"« {row['libelle_apres']} » : "
        f"{plural(row['nb_recalculees'], 'commune a', 'communes ont')} pourtant une autre "
        "valeur, parce qu'elle y est répartie ou moyennée autrement."
        for row in rows
        if row["nb_recalculees"]
    ]
    if len(evolution.left_out):
        low, fragile = evolution.bounds
        lines.append(
            "Les scores comparables sont une moyenne de moins d'indicateurs : leurs bornes de "
            f"classes ({', '.join(number(b, 2) for b in low)}) et leur seuil de fragilité "
            f"({number(fragile, 2)}) sont fixés par la même règle sur les communes de "
            f"{evolution.before.edition.name}. Ils ne se lisent pas sur l'échelle publiée."
        )
    return join(
        element("h2", "Ce qui est comparé, et ce qui ne l'est pas", id="comparable"),
        element("div", items(lines), class_="avis"),
    )


def _picture(evolution: Evolution) -> Markup | str:
    figure = draw_change(evolution)
    if figure is None:
        return ""
    data = base64.b64encode(png_of(figure)).decode()
    alt = "Carte des communes dont le score change, significativement ou non."
    return join(
        element("h2", "Carte", id="carte"),
        Markup(f'<img alt="{alt}" src="data:image/png;base64,{data}" style="max-width:100%">'),
        element(
            "p",
            "Les communes d'outre-mer ne sont pas dessinées ; elles sont dans les tableaux et dans "
            "evolution.csv.",
            class_="petit",
        ),
    )


def _indicators(evolution: Evolution) -> Markup:
    rows = [
        [
            name_both(row), STATE_WORDS[row["etat"]],
            f"{row['annees_avant']} → {row['annees_apres']}",
            number(row["moyenne_avant"], 2), number(row["moyenne_apres"], 2),
            signed(row["contribution_moyenne"], 3),
            number(row["nb_hausses"]), number(row["nb_baisses"]),
        ]
        for row in evolution.indicators.to_dict("records")
    ]  # fmt: skip
    return join(
        element("h2", "Par indicateur", id="indicateurs"),
        table(
            ["Indicateur", "Comparaison", "Années", "Moyenne avant (%)", "Moyenne après (%)",
             "Contribution moyenne", "Communes en hausse", "En baisse"],
            rows, numbers=range(3, 8),
        ),
        element("p", "Moyennes pondérées par la population, sur les communes comparées ; une "
                "définition qui a changé ne se lit pas d'une colonne à l'autre.", class_="petit"),
    )  # fmt: skip


def _classes(evolution: Evolution) -> Markup:
    counts = tables.class_changes(evolution)
    rows = [[f"Classe {before} avant", *(number(float(n)) for n in row)]
            for before, row in zip(counts.index, counts.to_numpy(), strict=True)]  # fmt: skip
    return join(
        element("h2", "Classes, sur les bornes d'avant", id="classes"),
        table(["", *(f"{c} après" for c in counts.columns)], rows, numbers=range(1, 6),
              caption="Communes par classe (5 : plus fragile)"),
    )  # fmt: skip


def _movers(evolution: Evolution) -> Markup:
    title = "Les plus grands changements significatifs"
    parts: list[object] = [element("h2", title, id="communes")]
    for sense, words in (("hausse", "Fragilité en hausse"), ("baisse", "Fragilité en baisse")):
        movers = tables.list_movers(evolution, sense)
        if movers.empty:
            parts.append(element("p", f"{words} : aucun changement significatif."))
            continue
        rows = [
            [
                r["code_commune"], f"{r['nom']} ({r['code_departement']})",
                number(r["population"]), number(r["score_avant"], 2), number(r["score_apres"], 2),
                signed(r["evolution"], 2),
                f"{signed(r['evolution_bas'], 2)} à {signed(r['evolution_haut'], 2)}",
                r["pourquoi"],
            ]
            for r in movers.to_dict("records")
        ]  # fmt: skip
        parts.append(table(
            ["Code", "Commune", "Habitants", "Avant", "Après", "Évolution", "De … à (90 %)",
             "Pourquoi"],
            rows, numbers=range(2, 7), caption=words,
        ))  # fmt: skip
    note = (
        f"Communes de {tables.SMALL_POPULATION} habitants ou plus, {tables.MOVERS} au plus par "
        "sens ; toutes sont dans evolution.csv."
    )
    return join(*parts, element("p", note, class_="petit"))


def _groups(evolution: Evolution) -> Markup:
    parts = []
    for level, title in (("region", "Par région"), ("departement", "Par département")):
        frame = tables.by_group(evolution, level)
        rows = [
            [
                r["code"], r["nom"], number(r["comparees"]), number(r["hausses"]),
                number(r["baisses"]), number(r["entrees"]), number(r["sorties"]),
                signed(r["moyenne"], 3),
            ]
            for r in frame.to_dict("records")
        ]  # fmt: skip
        parts.append(element("h2", title, id=level))
        parts.append(table(
            ["Code", "Nom", "Comparées", "Hausses significatives", "Baisses significatives",
             "Deviennent fragiles", "Ne le sont plus", "Évolution moyenne"],
            rows, numbers=range(2, 8),
        ))  # fmt: skip
    return join(*parts)


def _codes(evolution: Evolution) -> Markup:
    before, after = evolution.before.edition, evolution.after.edition
    fates = [[FATE_WORDS[name], number(count)] for name, count in evolution.codes.items()]
    fates.append([f"Communes de {before.name}", number(sum(evolution.codes.values()))])
    counts = evolution.table["statut"].value_counts()
    rows = [[words, number(counts.get(name, 0))] for name, words in STATUS_WORDS.items()]
    rows.append(["Lignes du tableau", number(len(evolution.table))])
    lone = evolution.table[evolution.table["statut"].isin(["sans_avant", "sortie"])]
    listed = items(f"{r.code_commune} {r.nom} : {r.motif}" for r in lone.head(40).itertuples())
    more = len(lone) - 40
    return join(
        element("h2", "Communes d'une carte à l'autre", id="codes"),
        element(
            "div",
            table(["", "Communes"], fates, numbers=[1], caption=f"Celles de {before.name}"),
            table(["", "Communes"], rows, numbers=[1], caption=f"Celles de {after.name}"),
            class_="cote",
        ),
        listed if len(lone) else "",
        element("p", f"… et {french(more)} de plus.") if more > 0 else "",
    )


def _method(evolution: Evolution) -> Markup:
    link = evolution.sureness.link
    tested = int(evolution.sureness.is_tested.sum())
    lines = [
        f"Les points sont lus sur les repères de {evolution.before.edition.name} (index_reperes) : "
        "un rang propre à chaque édition ne montrerait aucun changement d'ensemble.",
        "Une commune réunie à d'autres a pour avant la moyenne de leurs valeurs, pondérée par la "
        "population, puis notée une fois ; elle est notée de même après. Une commune découpée "
        "est la moyenne de ses IRIS, comme dans l'indice, si les deux éditions ont les mêmes ; un "
        "IRIS qui n'a son propre chiffre que d'un côté n'y compte d'aucun. Si la découpe a changé, "
        "ou si moins de la moitié des habitants restent décrits, elle est notée une fois, des deux "
        "côtés, sur sa propre valeur.",
        "L'intervalle à 90 % tire ensemble les erreurs des deux éditions (modèle de pauvreté, "
        "petits effectifs, chiffres arrondis) et les poids. Un chiffre commun aux deux n'a pas "
        "d'erreur dans l'évolution.",
        f"Est significatif un changement dont l'intervalle exclut zéro et que retient le contrôle "
        f"de Benjamini-Hochberg : sur {french(tested)} communes testées, "
        f"{french(100 * FALSE_DISCOVERY_RATE)} % au plus des changements dits significatifs sont "
        "attendus faux. Les erreurs connues sont comptées, pas celles de définition. Le "
        "changement d'une commune dont le chiffre publié va à l'inverse de ceux de ses IRIS n'est "
        f"jamais dit significatif, ni un changement de moins de {number(evolution.least, 2)} point "
        "(un dixième de la largeur d'une classe).",
        "Les points montent par marches : une valeur qui passe d'une marche à la suivante change "
        "le score d'un coup, une valeur qui reste sur sa marche ne le change pas.",
    ]
    if not pd.isna(link):
        lines.append(
            "Le modèle de pauvreté se trompe de façon voisine d'une édition à l'autre (corrélation "
            f"{number(link, 2)}, mesurée où la pauvreté est publiée des deux côtés) : il en est "
            "tenu compte."
        )
    return join(element("h2", "Comment lire, et ce que la page ne dit pas", id="methode"),
                items(lines))  # fmt: skip
