"""rapport.html: what a published file says, what follows from it, and where it is wrong, in French.

It computes nothing: every figure is in a `Comparison`. The page is whole in itself.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from fragility.export.labels import french, plural
from fragility.validation.blocks import frame_table
from fragility.validation.comparison import INCOME_MAP, ORDER_MAP, Comparison
from fragility.validation.counterfactuals import BASES, DEFECTS
from fragility.validation.differences_page_2020 import parts_2020, slope_of
from fragility.validation.differences_page_2023 import parts_2023, title_of
from fragility.validation.markup import Markup, element, items, join, page
from fragility.validation.published import IFN_2023, REFERENCE_TITLES, VERSION_TITLES

LISTED = 50
ALTS = {
    ORDER_MAP: "Trois cartes : pauvreté publiée, pauvreté observée ou modélisée ici, suites de "
    "codes de même classe publiée.",
    INCOME_MAP: "Quatre cartes : l'axe INTERFACES publié et le niveau de vie médian, dans une "
    "région et dans son intercommunalité la plus découpée.",
}
UNITS = {
    "commune": ("commune", "communes"),
    "iris": ("IRIS", "IRIS"),
    "epci": ("EPCI", "EPCI"),
    "departement": ("département", "départements"),
    "france": ("territoire", "territoires"),
}
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
NOT_SAID = (
    "Un écart n'est pas une erreur de l'un ou de l'autre : les millésimes, les définitions et les "
    "univers diffèrent. Le fichier publié ne dit aucun des siens.",
    "« Établie » veut dire qu'un calcul montre la cause et qu'aucune autre ne tient ; "
    "« compatible », que rien ne l'exclut et que rien de public ne le prouve, ou que plusieurs "
    "causes tiennent à la fois.",
    "Un contrefactuel change une chose et garde les autres telles que publiées : les effets ne "
    "s'ajoutent pas.",
    "Une pauvreté remplie est reconnue à sa classe, égale à celle d'un code voisin : quelques-unes "
    "le sont par hasard ; la même mesure là où la pauvreté est publiée dit combien.",
)


def render(comparison: Comparison, maps: Mapping[str, Path]) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    maps : pictures already written, by name; they are copied into the page.
    """
    published, own = comparison.published, comparison.own
    title = f"{VERSION_TITLES[published.version]} et édition {own.edition.name}"
    drawn = {name: _picture(path, ALTS.get(name, name)) for name, path in maps.items()}
    parts = parts_2023 if published.version == IFN_2023 else parts_2020
    return page(
        title,
        {"edition": own.edition.name, "fichier": published.path.name,
         "exact": "oui" if comparison.reproduction.is_exact else "non"},
        element("p", own.edition.banner, class_="bandeau") if own.edition.banner else "",
        element("h1", title),
        element("p", f"Fichier {published.path.name} : {published.title}. "
                     f"Édition {own.edition.title}, code géographique {own.edition.cog_year}."),
        element("div", element("strong", "En bref"), items(summary(comparison)), class_="calme"),
        _file(comparison),
        _reproduction(comparison),
        _alignment(comparison),
        parts(comparison, drawn),
        _effects(comparison),
        element("h2", "Ce que cette page ne dit pas"),
        items(NOT_SAID),
    )  # fmt: skip


def _picture(path: Path, alt: str) -> Markup:
    source = f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
    image = element("img", src=source, alt=alt, style="max-width:100%;height:auto")
    return element("figure", Markup(image.removesuffix("</img>")), style="margin:.6rem 0")


def summary(comparison: Comparison) -> list[str]:
    """The findings in a few sentences, for the head of the page and for the terminal."""
    published, repro = comparison.published, comparison.reproduction
    rows = plural(len(published.table), "ligne", "lignes")
    exact = "exacte" if repro.is_exact else "en défaut"
    widest = repro.summary["ecart_max"].max()
    said = [
        f"{published.title} : {rows}.",
        f"Reproduction {exact} : {french(repro.summary['exactes'].sum())} agrégats sur "
        f"{french(repro.summary['lignes'].sum())}, écart le plus grand {_power(widest)} "
        f"(tolérance {_power(repro.tolerance)}) ; "
        + plural(repro.incomplete["code"].nunique(), "ligne incomplète.", "lignes incomplètes."),
        f"{plural(len(comparison.aligned.frame), 'ligne alignée', 'lignes alignées')} sur "
        f"l'édition, {french(len(comparison.aligned.lost))} non.",
    ]
    if published.version == IFN_2023:
        balance = comparison.tables["bilan"]
        for row in balance[balance["compares"] > 0].to_dict("records"):
            said.append(
                f"{title_of(row['indicateur'])} : {french(row['differents'])} écarts de plus d'une "
                f"classe sur {french(row['compares'])} ; cause établie {french(row['etablie'])}, "
                f"compatible {french(row['compatible'])}, inexpliqué {french(row['inexplique'])}."
            )
    else:
        said += [slope_of(row) for row in comparison.tables["pente"].to_dict("records")]
        flat = comparison.tables["communes_plates"]
        if flat["plates"].sum():
            said.append(
                f"{french(flat['plates'].max())} communes de plusieurs IRIS sur "
                f"{french(flat['communes'].max())} ont le même revenu dans tous leurs IRIS."
            )
    for row in comparison.effects.summary.to_dict("records"):
        if row["base"] != "territoire":
            reference = REFERENCE_TITLES.get(row["reference"], "")
            said.append(
                f"{DEFECTS[row['defaut']][0]}{reference and f' ({reference})'}, "
                f"{BASES[row['base']]} : {_moved(row['changent'], published.level)} de statut "
                f"(+{french(row['entrent'])}, −{french(row['sortent'])})."
            )
    return said


def _moved(count: float, level: str) -> str:
    """Say how many places of the file change, with their name.

    Examples
    --------
    >>> _moved(1, "commune"), _moved(1, "iris"), _moved(908, "iris")
    ('1 commune change', '1 IRIS change', '908 IRIS changent')
    """
    one, many = UNITS[level]
    return plural(count, f"{one} change", f"{many} changent")


def _power(value: float) -> str:
    """A very small number, as 1,8e-15."""
    return "–" if pd.isna(value) else f"{value:.1e}".replace(".", ",")


def _file(comparison: Comparison) -> Markup:
    published = comparison.published
    lines = [
        f"Séparateur : {SEPARATORS.get(published.separator, published.separator)}.",
        f"Lignes lues : {french(len(published.table))}.",
    ]
    if published.references:
        words = ", ".join(REFERENCE_TITLES[r] for r in published.references)
        lines.append(f"Territoires de référence : {words}.")
    return join(element("h2", "Le fichier"), items([*lines, *published.notes]))


def _reproduction(comparison: Comparison) -> Markup:
    repro, published = comparison.reproduction, comparison.published
    rule = (
        "Le total est la moyenne simple des cinq sous-scores."
        if published.version == IFN_2023
        else "Un axe, un pilier et le score sont les moyennes simples de tous les indicateurs qui "
        "sont dessous."
    )
    shown = repro.summary.assign(
        reference=repro.summary["reference"].map(REFERENCE_TITLES).fillna("–"),
        ecart_max=repro.summary["ecart_max"].map(_power),
    ).set_axis(["référence", "agrégat", "lignes complètes", "exactes", "écart le plus grand"],
               axis=1)  # fmt: skip
    parts: list[object] = [
        element("h2", "Reproduction des agrégats"),
        element("p", f"{rule} Tolérance : {_power(repro.tolerance)}, arrondi du fichier compris."),
        frame_table(shown, "Agrégats recalculés"),
    ]
    if len(repro.broken):
        shown = repro.broken.head(LISTED)
        parts.append(
            element("p", f"{plural(len(repro.broken), 'agrégat', 'agrégats')} hors de la règle, "
                    f"{french(len(shown))} montrés :", class_="avis")
        )  # fmt: skip
        parts.append(frame_table(shown, "Hors de la règle"))
    if len(repro.incomplete):
        shown = repro.incomplete.drop(columns=["publie", "reference"]).head(LISTED)
        parts.append(frame_table(shown, "Lignes incomplètes (0 ou vide) : non recalculées"))
    return join(*parts)


def _alignment(comparison: Comparison) -> Markup:
    aligned = comparison.aligned
    counts = aligned.frame["alignement"].value_counts()
    lines = [f"{french(count)} : {words}." for words, count in counts.items()]
    if aligned.map_year is not None:
        year = aligned.map_year
        lines.append(f"Carte du fichier : {year.year} ({year.reason}).")
    parts: list[object] = [
        element("h2", "Alignement sur l'édition"),
        items([*lines, *aligned.notes]),
    ]
    if len(aligned.lost):
        why = aligned.lost.groupby("motif").size().rename("lignes").reset_index()
        parts.append(frame_table(why, "Lignes non alignées, par motif"))
        parts.append(frame_table(aligned.lost.head(LISTED), "Lignes non alignées"))
    return join(*parts)


def _effects(comparison: Comparison) -> Markup:
    effects = comparison.effects
    table = effects.summary
    used = [name for name in DEFECTS if name in set(table["defaut"])]
    bases = [base for base in BASES if base in set(table["base"])]
    rules = [f"{DEFECTS[name][0]} : {DEFECTS[name][1]}." for name in used]
    bound = comparison.own.fragile_from
    where = [f"{BASES[b][0].upper()}{BASES[b][1:]}"
             + (f" : score d'au moins {french(bound, 2)}, fixe." if b == "france" else ".")
             for b in bases]  # fmt: skip
    shown = table.assign(
        defaut=table["defaut"].map({name: DEFECTS[name][0] for name in used}),
        reference=table["reference"].map(REFERENCE_TITLES).fillna("–"),
        base=table["base"].map(BASES),
    ).set_axis(["défaut", "référence", "« fragile » veut dire", "lignes", "valeurs changées",
                "fragiles publiés", "fragiles corrigés", "entrent", "sortent",
                "changent de statut"], axis=1)  # fmt: skip
    if shown["référence"].eq("–").all():
        shown = shown.drop(columns="référence")
    return join(
        element("h2", "Ce que chaque défaut change au statut « fragile »"),
        element("p", "Une seule chose change à la fois dans le fichier publié :"),
        items([*rules, *where, *effects.notes]),
        frame_table(shown, "Changements de statut"),
    )
