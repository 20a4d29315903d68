"""The fiche of a commune, an EPCI or a département: a sheet to print, hand over and discuss.

Its content is that of `explain`, with a map, drawings and what to ask next. A page needs nothing
but itself: no script, no font, no picture from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import shapely

from fragility.export import fiche_access, fiche_bars, fiche_details, fiche_group, fiche_sections
from fragility.export.fiche_html import Markup, element, items, join, section
from fragility.export.fiche_map import draw
from fragility.export.fiche_questions import group_questions, questions_of
from fragility.export.fiche_store import FOLDERS, Local, Store, explain_all
from fragility.export.fiche_style import document
from fragility.export.files import write_text

_BATCH = 500  # places explained at once: what is shared is shared, and memory stays small
_OF_SCORES = (
    "Un rang n'est pas une note de la commune ni de ses élus : il décrit des conditions de vie et "
    "des réseaux.",
    "Deux territoires dont les intervalles se recouvrent ne se distinguent pas.",
    "Un score moyen cache des personnes : on trouve des habitants en difficulté partout.",
    "Un score n'est pas un pourcentage, et les personnes en difficulté n'entrent pas dans son "
    "calcul : ce sont deux mesures.",
)
_OF_FIGURES = (
    "Les temps de trajet sont estimés, en voiture ; un lieu recensé peut avoir fermé ou changé "
    "d'horaires.",
    "Les années des chiffres diffèrent, et le terrain a pu changer depuis.",
)


def fiche_page(local: Local, store: Store, links: frozenset[str] = frozenset()) -> str:
    """Write the fiche of a place.

    Parameters
    ----------
    links : fiches that exist, as "communes/23096": their names become links.

    Returns
    -------
    A whole HTML page.
    """
    told = local.told
    body = _commune(local, store, links) if told.niveau == "commune" else _group(
        local, store, links
    )  # fmt: skip
    cautions = _OF_FIGURES if told.score is None else (*_OF_SCORES, *_OF_FIGURES)
    within: list[str] = []
    if told.niveau != "commune":
        around = store.members(told.niveau, told.code)[["nom_departement", "nom_region"]]
        named = {name for column in around for name in around[column]} - {told.nom}
        within = sorted(named, key=lambda name: (name in set(around["nom_region"]), name))
    index = element("p", element("a", "Toutes les fiches", href="../index.html"), class_="ecran")
    closing = element(
        "footer",
        section("Comment ne pas lire cette fiche", items(cautions), class_="bloc"),
        fiche_details.sources(store),
    )
    title = f"{told.nom} ({told.code}) – fragilité numérique"
    return document(title, index, fiche_sections.header(told, store, within), body, closing)


def write_fiches(
    store: Store, niveau: str, codes: Sequence[str], folder: Path, links: frozenset[str]
) -> Iterator[Path]:
    """Write the fiches of places of one level, and yield each file when it is there.

    Parameters
    ----------
    folder : folder of the fiches of the edition.
    links : see `fiche_page`.
    """
    for start in range(0, len(codes), _BATCH):
        found = explain_all(store, niveau, codes[start : start + _BATCH])
        for code, local in found.items():
            page = fiche_page(local, store, links)
            yield write_text(folder / FOLDERS[niveau] / f"{code}.html", page)


def _commune(local: Local, store: Store, links: frozenset[str]) -> Markup:
    told = local.told
    at = store.communes.index.get_loc(told.code)
    shape = store.atlas.shapes[at]
    asked = questions_of(told, store.words, fiche_access.rows_by_kind(store, told.code), local.row)
    return join(
        [
            _columns(
                [fiche_sections.score(local, store), fiche_sections.people(told)],
                [_map(store, [told.code], shape, told.nom), fiche_sections.warnings(told, store)],
            ),
            section(
                "Ce qui pèse le plus",
                fiche_bars.weights(local, store),
                fiche_sections.networks(told, store),
                fiche_sections.quarters(told),
            ),
            fiche_access.access(told, store),
            fiche_access.coverage(told, local.row),
            section("Questions à poser", items(asked), class_="bloc"),
            fiche_details.standings(told, store),
            fiche_details.similar(told, links),
            fiche_details.origins(told, store),
        ]
    )


def _group(local: Local, store: Store, links: frozenset[str]) -> Markup:
    told = local.told
    members = store.members(told.niveau, told.code)
    shape = store.outlines[told.niveau].get(told.code)
    return join(
        [
            _columns(
                [fiche_sections.score(local, store), fiche_sections.people(told)],
                [
                    _map(store, members.index.tolist(), shape, told.nom),
                    fiche_sections.warnings(told, store),
                ],
            ),
            section("Ce qui pèse le plus", fiche_bars.weights(local, store)),
            fiche_group.uncovered(told, members, links),
            fiche_access.group_access(told, store, members),
            section(
                "Questions à poser", items(group_questions(told, store, members)), class_="bloc"
            ),
            fiche_group.ranked(told, members, links),
            fiche_group.origins(members, store.words),
        ]
    )


def _columns(left: Sequence[object], right: Sequence[object]) -> Markup:
    return element(
        "div", element("div", join(left)), element("div", join(right)), class_="cote"
    )  # fmt: skip


def _map(store: Store, members: Sequence[str], shape: shapely.Geometry | None, name: str) -> Markup:
    said = f"Carte de {name} parmi ses voisines, chaque commune de la couleur de sa classe"
    return draw(store.atlas, members, shape, said)
