"""A user's own releases and editions: `editions.toml`, beside the data it describes.

Names of keys are those of `model.py`, so that a release reads the same here and in the catalogue.
`user_toml.py` writes the file; `docs/nouvelle-edition.md` describes it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from fragility.errors import BadFileError
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    USER_EDITIONS,
    USER_RELEASES,
    register,
)
from fragility.sources.detect.families import families_of
from fragility.sources.detect.roles import usual_name
from fragility.sources.model import USER_EDITIONS_FILE as NAME
from fragility.sources.model import Dialect, Edition, RawFile, Release
from fragility.sources.user_checks import bad, check_table

_DIALECT = ("sep", "encoding", "skip_rows", "sheet")
Made = TypeVar("Made")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class UserEditions:
    """What an `editions.toml` holds.

    Attributes
    ----------
    releases, editions : by id and by name.
    bases : edition that each edition was made from.
    """

    releases: Mapping[str, Release] = field(default_factory=dict)
    editions: Mapping[str, Edition] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)


def is_slug(name: str) -> bool:
    """Tell whether a name can be that of an edition: it is a folder and a partition.

    Examples
    --------
    >>> is_slug("essai-2021"), is_slug("Essai 2021")
    (True, False)
    """
    return _SLUG.fullmatch(name) is not None


def register_user_editions(raw: Path) -> UserEditions:
    """Make the editions of a folder of raw files known to everything that reads the catalogue.

    Those of another folder, known before, are forgotten.

    Raises
    ------
    BadFileError
        When its `editions.toml` is damaged; nothing of the user's is known then.
    """
    register((), ())
    found = load_user_editions(raw)
    register(found.releases.values(), found.editions.values())
    return found


def load_user_editions(raw: Path) -> UserEditions:
    """Read `editions.toml`; nothing if there is none.

    Raises
    ------
    BadFileError
        When the file is no TOML, a key is unknown or misses, or a value cannot be.
    """
    path = raw / NAME
    if not path.is_file():
        return UserEditions()
    return parse_user_editions(path.read_bytes(), path)


def parse_user_editions(content: bytes, path: Path) -> UserEditions:
    """Read the text of an `editions.toml`; see `load_user_editions`."""
    try:
        tables = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadFileError(
            "Le fichier de vos éditions est abîmé.", path=path, found=_in_french(str(error)),
            remedy="corrigez cette ligne, ou supprimez le fichier et refaites « fragility edition "
            "new » : vos données ne sont pas dedans",
        ) from None  # fmt: skip
    check_table(tables, "fichier", "le fichier", path)
    own = [name for name in EDITIONS if name not in USER_EDITIONS]
    known = set(RELEASES) - USER_RELEASES
    releases = {}
    for key, table in _tables(tables, "release", path).items():
        releases[key] = _release(key, table, path)
        if key in known:
            problem = "Une de vos livraisons porte le nom d'une livraison du catalogue."
            raise bad(path, problem, "un autre nom", key)
    editions: dict[str, Edition] = {}
    bases = {}
    for name, table in _tables(tables, "edition", path).items():
        where = f"l'édition « {name} »"
        check_table(table, "edition", where, path)
        if not is_slug(name) or name in own:
            problem = f"Une édition ne peut pas s'appeler « {name} »."
            expected = "des minuscules, des chiffres et des tirets, et un nom libre"
            raise bad(path, problem, expected, name)
        base = editions.get(table["base"]) or (
            EDITIONS[table["base"]] if table["base"] in own else None
        )
        if base is None:
            problem = f"L'édition de départ de {where} n'existe pas."
            raise bad(path, problem, ", ".join([*own, *editions]), table["base"])
        picks = tuple(table.get("releases", base.releases))
        if strangers := [p for p in picks if p not in releases and p not in known]:
            problem = f"Une livraison choisie par {where} n'existe pas."
            expected = "une livraison du catalogue, ou de ce fichier"
            raise bad(path, problem, expected, ", ".join(strangers))
        editions[name] = _built(path, where, partial(_edition, name, table, base, picks))
        bases[name] = base.name
    return UserEditions(releases, editions, bases)


def _edition(name: str, table: Mapping[str, Any], base: Edition, picks: tuple[str, ...]) -> Edition:
    year = table.get("cog_year", base.cog_year)
    return replace(
        base, name=name, title=table.get("title", base.title), cog_year=year,
        releases=picks, controls=dict(table.get("controls", {})),
        previous=base.name if base.cog_year <= year else "",
    )  # fmt: skip


def _release(key: str, table: Mapping[str, Any], path: Path) -> Release:
    source, _, name = key.partition("/")
    where = f"la livraison « {key} »"
    if source not in SOURCES or not name:
        raise bad(path, f"{where[0].upper()}{where[1:]} n'est d'aucune source connue.",
                   '[release."source/nom"]', f'[release."{key}"]')  # fmt: skip
    check_table(table, "release", where, path)
    options = dict(table.get("options", {}))
    if strangers := sorted(set(options) - (known := _known_options(source))):
        problem = f"Une option de lecture est inconnue dans {where}."
        raise bad(path, problem, ", ".join(sorted(known)) or "aucune", ", ".join(strangers))
    files = tuple(_file(source, options, file, where, path) for file in table["files"])
    return _built(path, where, lambda: Release(
        source, name, files, year=table["year"], geography_year=table.get("geography_year"),
        published=str(table.get("published", "")), options=options,
        folder=table.get("folder", ""), licence=table.get("licence", ""),
        note=table.get("note", ""),
    ))  # fmt: skip


def _known_options(source: str) -> set[str]:
    """Reading options of a source: those of its releases and of its forms."""
    releases = (r for i, r in RELEASES.items() if r.source == source and i not in USER_RELEASES)
    return {key for r in releases for key in r.options} | {
        key for f in families_of(source) for key in (*f.options, *f.defaults)
    }


def _file(
    source: str, options: Mapping[str, Any], table: Mapping[str, Any], where: str, path: Path
) -> RawFile:
    check_table(table, "files", f"un fichier de {where}", path)
    columns = {_usual(source, options, role): c for role, c in table.get("columns", {}).items()}
    dialect = Dialect(
        secrets=tuple(table.get("secrets", ())), columns=columns,
        **{key: table[key] for key in _DIALECT if key in table},
    )  # fmt: skip
    return _built(path, where, lambda: RawFile(
        table["name"], table.get("size"), table.get("sha256"), part=table.get("part", ""),
        dialect=dialect,
    ))  # fmt: skip


def _usual(source: str, options: Mapping[str, Any], name: str) -> str:
    """Reader's name of a column that the user calls by its role; a reader's name is left as is."""
    for family in families_of(source):
        same = family.options.items() <= {"form": "large", **options}.items()
        if same and (role := family.role(name)) is not None:
            return usual_name(role, {**family.defaults, **options})
    return name


def role_of(release: Release, usual: str) -> str:
    """Role of the column that a reader calls so; its own name if it has none."""
    for family in families_of(release.source):
        for role in family.roles:
            if usual_name(role, {**family.defaults, **release.options}) == usual:
                return role.name
    return usual


def _tables(tables: Mapping[str, Any], kind: str, path: Path) -> dict[str, Any]:
    found = tables.get(kind, {})
    if not isinstance(found, dict) or not all(isinstance(t, dict) for t in found.values()):
        raise bad(path, f"« {kind} » n'est pas une suite de tableaux.", f"[{kind}.NOM]", kind)
    return found


def _built(path: Path, where: str, build: Callable[[], Made]) -> Made:
    """Make an object of the model, or say that a value cannot be."""
    try:
        return build()
    except (TypeError, ValueError) as error:
        problem = f"Une valeur ne convient pas dans {where}."
        raise bad(path, problem, "voir docs/nouvelle-edition.md", str(error)) from None


def _in_french(error: str) -> str:
    """Say where TOML stops: « at line 3, column 5 »."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", error)
    if place:
        return f"ligne {place[1]}, colonne {place[2]} : {error[: place.start()].strip()}"
    return error.replace("(at end of document)", "(fin du fichier)")
