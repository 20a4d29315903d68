"""rapport.html: all that a run has to say of itself, in one page that opens anywhere.

No script, no other file, readable on a phone, on A4 and with a screen reader. It computes nothing:
figures come from the tables, sentences from here and from the modules that write LISEZMOI.md.
What only the end of the run knows is filled in by `report_run.complete`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd

from fragility.export.facts import RunFacts
from fragility.export.files import write_text
from fragility.export.labels import (
    CLASS_COLOURS,
    NOT_COMPUTED_COLOUR,
    NOT_COMPUTED_LABEL,
    class_label,
)
from fragility.export.readme import headline, how_not_to_use, how_to_read, limits
from fragility.validation import report_rows as rows
from fragility.validation import report_sections as sections
from fragility.validation.audit_blocks import audit_blocks
from fragility.validation.blocks import spaced, to_html
from fragility.validation.markup import Markup, element, items, join, page, table
from fragility.validation.reach_page import TABLES as REACH_TABLES
from fragility.validation.reach_page import reach_blocks
from fragility.validation.report_map import class_map, data_address
from fragility.validation.report_run import DRIFT, MEASURES, pending
from fragility.validation.report_sections import Tables
from fragility.validation.sensitivity_blocks import sensitivity_blocks
from fragility.validation.skills_map import map_block
from fragility.validation.skills_page import TABLES as SKILL_TABLES
from fragility.validation.skills_page import skill_blocks

PAGE = "rapport.html"
READ = (
    "communes",
    "communes_fragiles_non_couvertes",
    *SKILL_TABLES,
    *REACH_TABLES,
    "foyers",
    "index_audit",
    "index_bornes",
    "index_defavorisation",
    "index_foyers",
    "index_imputation",
    "index_incertitude",
    "index_residus",
    "index_scores",
    "index_sensibilite",
    "index_typologie",
    "index_typologie_classes",
    "quarantaine",
    "registre",
)


def write_report(path: Path, tables: Tables, facts: RunFacts) -> Path:
    """Write the page.

    Parameters
    ----------
    path : file to write, replaced whole.
    tables : see `READ`.
    facts : edition, date, sources, warnings.
    """
    return write_text(path, render(tables, facts))


def render(tables: Tables, facts: RunFacts) -> str:
    """Return the page as HTML."""
    communes = tables["communes"]
    titles = {key: label for key, (label, _) in facts.indicators.items()}
    spread = sections.distribution(tables, facts.profile)
    parts = [
        ("bref", "En bref", join(items(map(spaced, headline(communes, facts))), _warnings(facts))),
        ("carte", "Où", join(_map(tables), to_html([spread]))),
        ("agir", "Où agir d'abord", to_html([rows.urgent(tables)])),
        ("lire", "Comment lire", _reading(tables, facts)),
        ("origine", "D'où viennent les chiffres", to_html([sections.origins(tables, facts)])),
        ("surete", "À quel point c'est sûr", _sure(tables, titles)),
        ("audit", "Ce que l'indice mesure", _audit(tables, titles)),
        ("personnes", "Les personnes en difficulté", _people(tables)),
        ("portee", "Qui est à portée d'une aide", to_html(reach_blocks(tables))),
        ("modele", "Le modèle de pauvreté", to_html([sections.poverty_model(tables)])),
        ("derive", "Ce qui a changé depuis la publication précédente", pending(DRIFT)),
        ("lignes", "Ce qui a été lu, gardé, écarté",
         to_html([rows.ledger(tables), rows.quarantine(tables)])),
        ("mesures", "Temps et mémoire du calcul", pending(MEASURES)),
        ("sources", "Sources", _sources(facts)),
    ]  # fmt: skip
    return page(
        f"Rapport — {facts.heading}",
        {"edition": facts.edition, "profil": facts.profile},
        element("p", facts.banner, class_="bandeau") if facts.banner else "",
        element("h1", f"Rapport — {facts.title}"),
        element(
            "p",
            f"Édition {facts.edition}, code officiel géographique {facts.cog_year}, calcul du "
            f"{facts.date:%d/%m/%Y}, version {facts.version}, profil {facts.profile}.",
        ),
        _contents([(anchor, title) for anchor, title, _ in parts]),
        element(
            "main",
            *(
                element("section", element("h2", title, id=anchor), body)
                for anchor, title, body in parts
            ),
        ),
    )


def _contents(titles: Sequence[tuple[str, str]]) -> Markup:
    links = [element("a", title, href=f"#{anchor}") for anchor, title in titles]
    return element("nav", Markup(" · ".join(links)), class_="petit", **{"aria-label": "Sommaire"})


def _warnings(facts: RunFacts) -> Markup:
    if not facts.warnings:
        return Markup("")
    return element(
        "div", element("strong", "À savoir"), items(map(spaced, facts.warnings)), class_="avis"
    )


def _map(tables: Tables) -> Markup:
    communes = tables["communes"]
    if not isinstance(communes, gpd.GeoDataFrame) or communes.geometry.isna().all():
        return Markup("")
    alt = "Carte des communes par classe de fragilité ; le tableau qui suit compte chaque classe."
    image = f'<img src="{data_address(class_map(communes))}" alt="{alt}"'
    keys = [(class_label(rank), colour) for rank, colour in CLASS_COLOURS.items()]
    swatches = [
        element(
            "span",
            element("span", "", style=f"display:inline-block;width:1em;height:1em;"
                    f"background:{colour};border:1px solid #555;vertical-align:-.1em;"
                    "print-color-adjust:exact;-webkit-print-color-adjust:exact"),
            f" {words}",
            style="margin-right:1.2em;white-space:nowrap",
        )
        for words, colour in [*keys, (NOT_COMPUTED_LABEL, NOT_COMPUTED_COLOUR)]
    ]  # fmt: skip
    return element("figure", Markup(f"{image}>"), element("figcaption", *swatches, class_="petit"))


def _reading(tables: Tables, facts: RunFacts) -> Markup:
    return join(
        items(map(spaced, how_to_read(facts))),
        element("h3", "Comment ne pas s'en servir"),
        items(map(spaced, how_not_to_use())),
        element("h3", "Limites"),
        items(map(spaced, limits(tables["communes"], facts))),
    )


def _sure(tables: Tables, titles: Mapping[str, str]) -> Markup:
    return join(
        to_html(sections.certainty(tables)),
        element("h3", "Ce que changeraient d'autres choix"),
        to_html(sensitivity_blocks(tables, titles), level=4),
    )


def _audit(tables: Tables, titles: Mapping[str, str]) -> Markup:
    if tables["index_audit"].empty:
        return element("p", "Trop peu de communes ont un score pour le dire.")
    return to_html(audit_blocks(tables, titles))


def _people(tables: Tables) -> Markup:
    blocks = skill_blocks(tables)
    communes, competences = tables["communes"], tables["index_competences"]
    drawn = isinstance(communes, gpd.GeoDataFrame) and communes.geometry.notna().any()
    if drawn and len(competences):
        blocks.insert(1, map_block(communes, competences))
    return to_html(blocks)


def _sources(facts: RunFacts) -> Markup:
    lines = [
        (
            element("a", source.title, href=source.landing)
            if source.landing.startswith(("https://", "http://"))
            else source.title,
            source.producer,
            str(source.year),
            source.licence,
            source.citation,
        )
        for source in facts.sources
    ]
    head = ("Source", "Producteur", "Année", "Licence", "Mention")
    return table(head, lines, caption="Livraisons lues par ce calcul", kind="ample")
