"""`fragility edition`: a user's own editions, made from files without a line of code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fragility.errors import UsageError
from pipelines.folders import default_raw
from pipelines.options import FrenchGroup, RawOption

if TYPE_CHECKING:
    from fragility.territory.wishes import Wish

app = typer.Typer(
    cls=FrenchGroup,
    help="Faire ou défaire vos propres éditions, à partir de vos fichiers.",
    no_args_is_help=False,
)

NameArgument = Annotated[
    str, typer.Argument(metavar="NOM", help="Nom de votre édition (minuscules, chiffres, tirets).")
]


@app.command()
def new(
    name: NameArgument,
    base: Annotated[
        str, typer.Option("--from", help="Édition de départ : elle fournit tout le reste.")
    ],
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SOURCE=CHEMIN",
            help="Met vos fichiers à la place d'une source, ou d'une seule de ses livraisons "
            "(SOURCE/LIVRAISON=CHEMIN). CHEMIN : un fichier, plusieurs séparés par des virgules, "
            "ou un dossier. À répéter.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--sans", metavar="SOURCE", help="Se passe d'une source de la base."),
    ] = None,
    title: Annotated[str, typer.Option("--titre", help="Titre, affiché sur les sorties.")] = "",
    cog_year: Annotated[
        int | None,
        typer.Option("--cog-year", help="Année de la carte des communes, si rien ne la dit."),
    ] = None,
    years: Annotated[
        list[str] | None,
        typer.Option(
            "--annee", metavar="[SOURCE=]AAAA", help="Année des chiffres, si rien ne la dit."
        ),
    ] = None,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--carte", metavar="[SOURCE=]AAAA", help="Année de la carte des codes d'un fichier."
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--colonne",
            metavar="[SOURCE:]ROLE=COLONNE",
            help="Nomme une colonne qui n'est pas reconnue.",
        ),
    ] = None,
    controls: Annotated[
        list[str] | None,
        typer.Option(
            "--controle",
            metavar="TOTAL=NOMBRE",
            help="Total publié que les sorties doivent retrouver : communes, iris ou population.",
        ),
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option("--sur-place", help="Lit les fichiers là où ils sont, sans les copier."),
    ] = False,
    preview: Annotated[
        bool, typer.Option("--apercu", help="Montre ce qui est reconnu et n'écrit rien.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Remplace une de vos éditions du même nom.")
    ] = False,
    raw: RawOption = None,
) -> None:
    """Faire une édition d'une autre et de vos fichiers, reconnus à leur contenu."""
    from fragility.territory.release_tables import Told
    from pipelines.edition_display import make_edition

    wishes, emptied = _wishes(sets or [])
    sources = list(dict.fromkeys(wish.source for wish in wishes))
    make_edition(
        name,
        base,
        wishes,
        raw or default_raw(),
        told=Told(
            _by_source("--annee", years or [], sources, int),
            _by_source("--carte", maps or [], sources, int),
            _columns(columns or [], sources),
        ),
        without=(*emptied, *(without or [])),
        title=title,
        cog_year=None if cog_year is None else _year("--cog-year", str(cog_year), cog_year),
        controls=_pairs("--controle", controls or [], int),
        force=force,
        in_place=in_place,
        preview=preview,
    )


@app.command()
def remove(name: NameArgument, raw: RawOption = None) -> None:
    """Défaire une de vos éditions. Vos fichiers restent où ils sont."""
    from pipelines.edition_display import forget_edition

    forget_edition(name, raw or default_raw())


def _wishes(sets: Iterable[str]) -> tuple[list[Wish], list[str]]:
    """Read `SOURCE[/LIVRAISON]=CHEMIN[,CHEMIN]`; nothing after `=` takes the source out."""
    from fragility.territory.wishes import Wish

    wishes, emptied = [], []
    for key, value in (_split("--set", text) for text in sets):
        source, _, release = key.partition("/")
        # A path may hold a comma of its own: the whole is tried first.
        parts = [value] if Path(value).expanduser().exists() else value.split(",")
        paths = tuple(Path(part.strip()).expanduser() for part in parts if part.strip())
        if paths:
            wishes.append(Wish(source, paths, release))
        else:
            emptied.append(source)
    return wishes, emptied


def _split(option: str, text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise _wrong(option, text, "SOURCE=CHEMIN" if option == "--set" else "NOM=VALEUR")
    return key.strip(), value.strip()


def _pairs(option: str, texts: Iterable[str], convert: Callable[[str], int]) -> dict[str, int]:
    found = {}
    for text in texts:
        key, value = _split(option, text)
        found[key] = _number(option, text, value.replace(" ", ""), convert)
    if strangers := set(found) - {"communes", "iris", "population"}:
        raise _wrong(option, ", ".join(sorted(strangers)), "communes, iris ou population")
    return found


def _by_source(
    option: str, texts: Iterable[str], sources: list[str], convert: Callable[[str], int]
) -> dict[str, int]:
    """Read `SOURCE=AAAA`, or `AAAA` alone where one source only is given."""
    found = {}
    for text in texts:
        key, _, value = text.rpartition("=")
        if not key and len(sources) != 1:
            raise _wrong(option, text, "SOURCE=AAAA, car plusieurs sources sont données")
        if key and key not in sources:
            raise _wrong(option, text, "une source de --set : " + ", ".join(sources))
        found[key or sources[0]] = _year(option, text, _number(option, text, value, convert))
    return found


def _year(option: str, text: str, year: int) -> int:
    from fragility.sources.user_checks import YEARS

    if year not in YEARS:
        raise _wrong(option, text, f"une année, de {YEARS[0]} à {YEARS[-1]}")
    return year


def _columns(texts: Iterable[str], sources: list[str]) -> dict[str, dict[str, str]]:
    """Read `[SOURCE:]ROLE=COLONNE`."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        key, column = _split("--colonne", text)
        source, _, role = key.rpartition(":")
        if not source and len(sources) != 1:
            raise _wrong("--colonne", text, "SOURCE:ROLE=COLONNE, car plusieurs sources sont là")
        if source and source not in sources:
            raise _wrong("--colonne", text, "une source de --set : " + ", ".join(sources))
        found.setdefault(source or sources[0], {})[role] = column
    return found


def _number(option: str, text: str, value: str, convert: Callable[[str], int]) -> int:
    try:
        return convert(value)
    except ValueError:
        raise _wrong(option, text, "un nombre entier après le signe =") from None


def _wrong(option: str, text: str, expected: str) -> UsageError:
    return UsageError(
        f"L'option {option} est mal écrite.", expected=expected, found=text,
        remedy="« fragility edition new -h » les décrit",
    )  # fmt: skip
