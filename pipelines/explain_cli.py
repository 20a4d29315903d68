"""`fragility explain`: why a commune, an IRIS, an EPCI or a département has its score."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fragility.errors import FragilityError, MissingFileError, UsageError
from pipelines.folders import default_out
from pipelines.options import EditionOption, OutOption, RawOption

if TYPE_CHECKING:
    from fragility.index.place_codes import Found, Names
    from fragility.sources.model import Edition


def explain(
    place: Annotated[
        str,
        typer.Argument(
            metavar="CODE",
            help="Code d'une commune (5 caractères), d'un IRIS (9), d'une intercommunalité, d'un "
            "département, ou son nom.",
        ),
    ],
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Écrire du JSON, pour un programme.")
    ] = False,
) -> None:
    """Dire pourquoi un territoire a son score, en mots et en chiffres."""
    from fragility.export.explanation import explanation_json, explanation_text
    from fragility.export.explanation_words import words_of
    from fragility.index.explain import explain as explain_places
    from fragility.index.explain_tables import read_tables
    from fragility.index.profiles import published_profile
    from fragility.sources.catalogue import find_edition
    from fragility.sources.files import as_computed

    definition = find_edition(edition)
    folder = (out or default_out()) / edition
    if not (folder / "tables").is_dir():
        computed = ", ".join(f"--edition {name}" for name in _computed(folder.parent))
        others = f" ; déjà calculées : {computed}" if computed else ""
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »{others}",
        )
    found = _find(place, folder, definition)
    profile = published_profile(folder)
    tables = read_tables(folder, profile, found.niveau, [found.code])
    told = explain_places(tables, [found.code])[found.code]
    words = words_of(as_computed(definition, folder), profile)
    if as_json:
        content = explanation_json(told, words, place, found.note)
        written = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        # Bytes: a program reads UTF-8 whatever the encoding of the terminal.
        typer.echo(written.encode())
    else:
        typer.echo(explanation_text(told, words, found.note, found.borough))


def _find(place: str, folder: Path, edition: Edition) -> Found:
    """Find the place in an edition; say which other edition has one that this one has not."""
    from fragility.index.place_codes import UnknownPlaceError, find_place

    try:
        return find_place(place, names_of(folder))
    except UnknownPlaceError as error:
        having = [n for n in _computed(folder.parent) if _has(place, folder.parent / n)]
        if having:
            error.remedy = "essayez " + " ou ".join(f"--edition {name}" for name in having)
        if edition.banner:
            # A real name is looked for first by whoever has only run the demonstration.
            error.problem += (
                f" « {edition.name} » est un territoire fictif : aucun lieu réel n'y est."
            )
            if not having:
                error.remedy = (
                    f"demandez un de ses lieux ({_towns(folder)}), ou un lieu réel dans une "
                    "édition réelle, une fois calculée : --edition france-2021"
                )
        raise UsageError(
            error.problem, expected=error.expected, found=error.found, remedy=error.remedy
        ) from None


def _towns(folder: Path) -> str:
    """Names of a few communes of an edition, the largest ones."""
    from fragility.index.explain_tables import read_columns

    towns = read_columns(folder, "communes", ["nom", "population"])
    return ", ".join(f"« {name} »" for name in towns.nlargest(4, "population")["nom"])


def _has(place: str, folder: Path) -> bool:
    from fragility.index.place_codes import find_place

    with suppress(FragilityError):
        return bool(find_place(place, names_of(folder)))
    return False


def names_of(folder: Path) -> Names:
    """Codes and names of a published edition, read when they are asked."""
    from fragility.index.explain_tables import read_columns
    from fragility.index.place_codes import Names

    read = partial(read_columns, folder)
    return Names(
        communes=partial(
            read,
            "communes",
            ["code_commune", "nom", "code_departement", "nom_departement", "nom_region"],
        ),
        iris=partial(read, "iris", ["code_iris", "nom", "code_commune"]),
        epci=partial(read, "epci", ["code_epci", "nom_epci"]),
        departements=partial(read, "departements", ["code_departement", "nom_departement"]),
        passage=partial(read, "core_passage", ["code_avant", "code_apres"]),
    )


def _computed(out: Path) -> list[str]:
    """Names of the editions that are computed."""
    return sorted(path.parent.name for path in out.glob("[!.]*/tables") if path.is_dir())
