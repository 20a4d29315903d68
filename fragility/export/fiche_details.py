"""The second half of a fiche: rank, places alike, and where every figure comes from."""

from __future__ import annotations

from fragility.export import explanation_sections as sentences
from fragility.export.explanation_sections import less_fragile, signed
from fragility.export.explanation_words import NOUNS, likeness, origin_words, source_of
from fragility.export.fiche_html import (
    ABSENT,
    ESTIMATED,
    Markup,
    element,
    join,
    name_of,
    number,
    section,
    table,
)
from fragility.export.fiche_store import Store
from fragility.export.labels import french
from fragility.index.explanation_model import Explanation
from fragility.sources.catalogue import citation_of, licence_of
from fragility.sources.model import LICENCES


def standings(told: Explanation, store: Store) -> Markup:
    """Ranks in each territory around, the widest first; a region of one département once."""
    rows = [
        (
            name_of(store.words.place(place)),
            f"{french(place.rang)} sur {french(place.nombre)}"
            + (f", ex æquo avec {french(place.ex_aequo)}" if place.ex_aequo else ""),
            less_fragile(place, told.niveau),
        )
        for place in {place.nom: place for place in told.places}.values()
    ]
    heads = (("Parmi", ""), ("Rang", ""), ("C'est-à-dire", ""))
    return section("Sa place", table("Rang 1 : le plus fragile.", heads, rows))


def origins(told: Explanation, store: Store) -> Markup:
    """Origin, year and source of each figure, the modelled ones marked."""
    rows = []
    for figure in told.indicateurs:
        if figure.origine is None:
            continue
        value = (
            ABSENT if figure.valeur is None else store.words.value(figure.indicateur, figure.valeur)
        )
        guessed = figure.origine == "impute"
        said = origin_words(figure)
        rows.append(
            (
                store.words.label(figure.indicateur),
                value,
                str(figure.annee or ABSENT),
                _estimated(said) if guessed else said,
                source_of(figure, told.niveau, store.words.releases) or ABSENT,
            )
        )
    if told.niveau == "commune" and told.difficulte is not None:
        pct = f"{french(told.difficulte.difficulte_numerique_pct, 1)} %"
        survey = [r for r in store.words.releases if r.source == "credoc_barometre"]
        year = str(survey[0].year) if survey else ABSENT
        which = citation_of(survey[0]) if survey else ABSENT
        rows.append(("En difficulté numérique", pct, year, ESTIMATED, f"{which}, et recensement"))
    heads = (("Chiffre", ""), ("Valeur", "n"), ("Année", "n"), ("Origine", ""), ("Source", ""))
    caption = "Les chiffres marqués ◆ sont estimés ; les temps de trajet le sont tous."
    return section("D'où viennent les chiffres", table(caption, heads, rows), class_="etage")


def _estimated(said: str) -> Markup:
    """The mark of an estimate, and what is known of its error."""
    return ESTIMATED if said == "estimé" else join([ESTIMATED, said.removeprefix("estimé")])


def similar(told: Explanation, links: frozenset[str]) -> Markup:
    """Places that resemble, and how their scores compare."""
    lines = sentences.similar(told)
    if not lines:
        return Markup("")
    rows = [
        (
            linked(place.code, place.nom, links),
            name_of(place.nom_departement),
            number(place.population),
            number(place.score, 2),
            signed(place.ecart),
            likeness(place),
        )
        for place in told.semblables
    ]
    heads = (
        ("Commune", ""), ("Département", ""), ("Habitants", "n opt"), ("Score", "n"),
        ("Écart", "n opt"), ("Ressemblance", ""),
    )  # fmt: skip
    last = lines[-1].strip()
    return section(
        f"Les {NOUNS[told.niveau][1]} semblables", table(f"{lines[0]}. {last}", heads, rows)
    )


def linked(code: str, name: str, links: frozenset[str], folder: str = "communes") -> Markup:
    """Name of a place, with a link to its fiche where it has one."""
    shown = name_of(name)
    if f"{folder}/{code}" not in links:
        return shown
    return element("a", shown, href=f"../{folder}/{code}.html")


def _listed(dates: list[str]) -> str:
    """« 2022 », « 2021 et 2022 », « 2020, 2021 et 2022 »."""
    return " et ".join(filter(None, [", ".join(dates[:-1]), *dates[-1:]]))


def sources(store: Store) -> Markup:
    """Who published what, under which licence, and when it was computed."""
    # Two dates of one source are cited together.
    dates: dict[str, list[str]] = {}
    for release in store.words.releases:
        whole = citation_of(release)
        title, _, date = whole.rpartition(", ")
        if date[:1].isdigit():
            dates.setdefault(title, []).append(date)
        else:
            dates.setdefault(whole, [])
    cited = " ; ".join(
        ", ".join(filter(None, [title, _listed(list(dict.fromkeys(some)))]))
        for title, some in dates.items()
    )
    licences = ", ".join(
        dict.fromkeys(LICENCES[licence_of(release)][0] for release in store.words.releases)
    )
    return section(
        "Sources et date",
        element("p", f"{cited}. Licences : {licences}.", class_="petit"),
        element(
            "p",
            f"Indice {store.profile.id}, communes au 1er janvier {store.edition.cog_year}, calcul "
            f"du {store.computed:%d/%m/%Y}. Méthode et limites : LISEZMOI.md et rapport.html, "
            "dans le dossier de l'édition.",
            class_="petit",
        ),
        class_="bloc",
    )
