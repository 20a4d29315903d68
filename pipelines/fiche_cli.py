"""`fragility fiche`: a page to print for a commune, an EPCI or a département."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fragility.errors import MissingFileError, UsageError
from pipelines.folders import default_out
from pipelines.options import EditionOption, OutOption, RawOption, console, require_writable

if TYPE_CHECKING:
    from fragility.export.fiche_store import Store
    from fragility.index.place_codes import Found, Names
    from fragility.sources.model import Edition

_NEAREST = 5
_LISTED = 10  # files named one by one on the screen


def fiche(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CODE…",
            help="Codes ou noms de communes, d'intercommunalités ou de départements.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--tout", help="Toutes les fiches de l'édition.")
    ] = False,
    departement: Annotated[
        list[str] | None,
        typer.Option(
            "--departement",
            help="Un département, ses intercommunalités et ses communes (répétable).",
        ),
    ] = None,
    edition: EditionOption = "demo",
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Imprimer aussi en PDF, avec Chromium ou Chrome.")
    ] = False,
    raw: RawOption = None,
    out: OutOption = None,
) -> None:
    """Écrire la fiche d'un territoire : une feuille A4 recto verso, avec carte et questions."""
    if not (places or departement or everything):
        raise UsageError(
            "Il manque un territoire.",
            expected="un code ou un nom, « --departement 31 » ou « --tout »",
            remedy="« fragility fiche 23096 » écrit la fiche d'une commune",
        )
    from fragility.export.fiche import write_fiches
    from fragility.export.fiche_index import fiches_there, write_index
    from fragility.export.fiche_pdf import find_browser, print_pdf
    from fragility.export.fiche_store import FOLDERS, read_store
    from fragility.sources.catalogue import find_edition
    from fragility.sources.files import as_computed

    definition = find_edition(edition)
    browser = find_browser() if pdf else None
    folder = (out or default_out()) / edition
    if not (folder / "tables").is_dir():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    require_writable(folder / "fiches", "--out")
    asked, whole = _asked(folder, definition, places or [], departement or [])
    store = read_store(folder, as_computed(definition, folder))
    wanted = _wanted(store, asked, whole, everything)
    into = folder / "fiches"
    links = fiches_there(into) | {f"{FOLDERS[of]}/{code}" for of, own in wanted.items()
                                  for code in own}  # fmt: skip
    pages: list[Path] = []
    with _progress("Fiches", sum(map(len, wanted.values()))) as step:
        for level, codes in wanted.items():
            for page in write_fiches(store, level, codes, into, links):
                pages.append(page)
                step()
    index = write_index(store, into)
    if browser is not None:
        with _progress("PDF", len(pages)) as step:
            printed = []
            for page in pages:
                printed.append(print_pdf(page, browser))
                step()
        pages = printed
    _say(pages, index)


def _say(pages: list[Path], index: Path) -> None:
    """Name what was written."""
    from fragility.export.labels import plural

    screen = console()
    for page in pages[:_LISTED]:
        screen.print(f"Fiche écrite : {page}", markup=False)
    if len(pages) > _LISTED:
        screen.print(f"… {plural(len(pages), 'fiche écrite', 'fiches écrites')}.", markup=False)
    screen.print(f"Toutes les fiches : {index}", markup=False)


def _asked(
    folder: Path, edition: Edition, places: Iterable[str], departements: Iterable[str]
) -> tuple[list[Found], list[str]]:
    """Places asked, and codes of the départements asked whole; say how they were understood.

    Raises
    ------
    UsageError
        When nothing has one of the codes or names, or when it is that of an IRIS.
    """
    from fragility.index.place_codes import Names, UnknownPlaceError, find_place
    from pipelines.explain_cli import names_of

    read = names_of(folder)
    # A list of codes reads each table once.
    names = Names(cache(read.communes), cache(read.iris), cache(read.epci),
                  cache(read.departements), cache(read.passage))  # fmt: skip

    # A real name is looked for first by whoever has only run the demonstration.
    fictive = f" « {edition.name} » est un territoire fictif." if edition.banner else ""

    def find(place: str) -> Found:
        try:
            found = find_place(place, names)
        except UnknownPlaceError as error:
            near = _nearest(place, names)
            raise UsageError(
                error.problem + fictive,
                expected=f"par exemple {near}" if near else error.expected,
                found=place,
                remedy="vérifiez le code ou l'orthographe, ou choisissez une autre --edition",
            ) from None
        _refuse_namesake(place, found, names)
        return found

    asked, whole = [find(place) for place in places], [find(place) for place in departements]
    for one in asked:
        if one.niveau == "iris":
            raise UsageError(
                f"Un IRIS n'a pas de fiche : « {one.code} ».",
                expected="une commune, une intercommunalité ou un département",
                remedy=f"demandez sa commune ; « fragility explain {one.code} » explique l'IRIS",
            )
    for one in whole:
        if one.niveau != "departement":
            raise UsageError(
                f"« {one.code} » n'est pas un département.",
                expected="le code d'un département, par exemple « --departement 31 »",
                found=f"{one.niveau} {one.code}",
                remedy="donnez son code, ou demandez ce territoire sans --departement",
            )
    for one in (*asked, *whole):
        if one.note:
            console().print(one.note, markup=False)
    return asked, [one.code for one in whole]


def _refuse_namesake(asked: str, found: Found, names: Names) -> None:
    """Refuse a name that a commune shares with a département: which one is asked for?"""
    from fragility.index.place_codes import plain, plain_names

    groups = names.departements()
    same = groups[plain_names(groups["nom_departement"]).eq(plain(asked))]
    if found.niveau != "commune" or same.empty:
        return
    code, name = same[["code_departement", "nom_departement"]].iloc[0]
    raise UsageError(
        f"Une commune et un département s'appellent « {asked} ».",
        expected=f"{found.code} pour la commune, {code} pour le département ({name})",
        found=asked,
        remedy="relancez la commande avec l'un de ces codes",
    )


def _nearest(place: str, names: Names) -> str:
    """Codes and names that resemble what was typed."""
    from fragility.index.place_codes import plain, plain_names

    communes = names.communes()
    if place.strip()[:2].isdigit():
        codes = communes["code_commune"]
        near = communes[codes.isin(difflib.get_close_matches(place.strip(), codes, _NEAREST, 0.6))]
    else:
        spelled = plain_names(communes["nom"])
        close = difflib.get_close_matches(plain(place), spelled.unique(), _NEAREST, 0.7)
        near = communes[spelled.isin(close)].head(_NEAREST)
    return ", ".join(
        f"{code} ({name})" for code, name in zip(near["code_commune"], near["nom"], strict=True)
    )


def _wanted(
    store: Store, asked: list[Found], whole: list[str], everything: bool
) -> dict[str, list[str]]:
    """Codes of the fiches to write by level, each once."""
    from fragility.export.fiche_store import FOLDERS
    from fragility.territory.communes import NO_EPCI

    communes = store.communes
    own = communes if everything else communes[communes["code_departement"].isin(whole)]
    beside = {
        "departement": own["code_departement"],
        "epci": own.loc[own["code_epci"] != NO_EPCI[0], "code_epci"],
        "commune": own.index.to_series(),
    }
    wanted = {
        level: list(
            dict.fromkeys([*(one.code for one in asked if one.niveau == level), *beside[level]])
        )
        for level in reversed(FOLDERS)
    }
    return {level: codes for level, codes in wanted.items() if codes}


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar in a terminal, nothing in a pipe."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = console()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=screen, transient=True, disable=not screen.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
