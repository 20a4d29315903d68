"""What each key of `editions.toml` may hold: said before anything is made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from fragility.errors import BadFileError

# From the first movements of communes that INSEE lists.
YEARS = range(1943, 2101)
Check = tuple[str, Callable[[Any], bool]]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_option(value: Any) -> bool:
    listed = isinstance(value, list) and all(isinstance(v, str) for v in value)
    return listed or isinstance(value, str | bool | int)


def _is_encoding(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool("a".encode(value))
    except (LookupError, ValueError):
        return False


_TEXT: Check = ("un texte entre guillemets", lambda v: isinstance(v, str))
_TEXTS: Check = (
    "une suite de textes entre crochets",
    lambda v: isinstance(v, list) and all(isinstance(t, str) for t in v),
)
_COUNT: Check = ("un nombre entier", _is_whole)
_YEAR: Check = (f"une année, de {YEARS[0]} à {YEARS[-1]}", lambda v: _is_whole(v) and v in YEARS)
_DATE: Check = ("une date", lambda v: isinstance(v, str | dt.date))
_ANYTHING: Check = ("un tableau entre accolades", lambda v: isinstance(v, dict))
_SEP: Check = ("un seul caractère entre guillemets", lambda v: isinstance(v, str) and len(v) == 1)
_ENCODING: Check = ("le nom d'un encodage, comme « cp1252 »", _is_encoding)
_OPTIONS: Check = (
    "des options entre accolades : textes, nombres entiers, vrai ou faux",
    lambda v: isinstance(v, dict) and all(map(_is_option, v.values())),
)
_COLUMNS: Check = (
    'des couples entre accolades, comme { niveau_vie_median = "MED_SL" }',
    lambda v: isinstance(v, dict) and all(isinstance(c, str) for c in v.values()),
)
_TOTALS: Check = (
    "des nombres entiers entre accolades, comme { communes = 34965 }",
    lambda v: isinstance(v, dict) and all(map(_is_whole, v.values())),
)
_TABLES: Check = (
    "des blocs [[release.….files]]",
    lambda v: isinstance(v, list) and all(isinstance(t, dict) for t in v),
)

KEYS: Mapping[str, Mapping[str, Check]] = {
    "fichier": {"edition": _ANYTHING, "release": _ANYTHING},
    "edition": {
        "base": _TEXT, "title": _TEXT, "cog_year": _YEAR, "releases": _TEXTS, "controls": _TOTALS,
    },
    "release": {
        "files": _TABLES, "folder": _TEXT, "year": _YEAR, "geography_year": _YEAR,
        "published": _DATE, "options": _OPTIONS, "licence": _TEXT, "note": _TEXT,
        "detected": _ANYTHING,
    },
    "files": {
        "name": _TEXT, "size": _COUNT, "sha256": _TEXT, "part": _TEXT, "sep": _SEP,
        "encoding": _ENCODING, "skip_rows": _COUNT, "sheet": _TEXT, "secrets": _TEXTS,
        "columns": _COLUMNS,
    },
}  # fmt: skip
_REQUIRED = {"edition": {"base"}, "release": {"files", "year"}, "files": {"name"}}


def check_table(table: Mapping[str, Any], kind: str, where: str, path: Path) -> None:
    """Refuse an unknown key, one that misses, or a value of another type.

    Parameters
    ----------
    table : block of the file.
    kind : key of `KEYS`.
    where : how the block is called in a message.
    path : the file.

    Raises
    ------
    BadFileError
        It names the key, what it may hold and what it holds.
    """
    known, required = KEYS[kind], _REQUIRED.get(kind, set())
    if strangers := sorted(set(table) - set(known)):
        problem = f"Une clé est inconnue dans {where}."
        raise bad(path, problem, ", ".join(sorted(known)), ", ".join(strangers))
    if missing := sorted(required - set(table)):
        problem = f"Il manque une clé dans {where}."
        raise bad(path, problem, ", ".join(missing), ", ".join(table) or "rien")
    for key, value in table.items():
        expected, holds = known[key]
        if not holds(value):
            problem = f"La valeur de « {key} » ne convient pas dans {where}."
            raise bad(path, problem, expected, f"{key} = {_shown(value)}")


def bad(path: Path, problem: str, expected: str, found: str) -> BadFileError:
    """Say what is wrong in the file of a user's editions."""
    return BadFileError(
        problem, path=path, expected=expected, found=found,
        remedy="corrigez ce fichier, ou retirez-en le bloc et refaites « fragility edition new »",
    )  # fmt: skip


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"« {value} »"
    if isinstance(value, Collection):
        text = ", ".join(map(str, value.items() if isinstance(value, dict) else value))
        return text[:80] or "rien"
    return str(value)
