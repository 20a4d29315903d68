"""Say which release a user's file is: its form, its year, how it is written, what is left over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fragility.errors import UsageError
from fragility.sources.detect.attempt import attempt, fits
from fragility.sources.detect.cells import Writing, years_in
from fragility.sources.detect.content import (
    codes_of,
    latest_date,
    more_options,
    name_years,
    writing,
)
from fragility.sources.detect.families import FAMILIES, families_of
from fragility.sources.detect.look import Look, look_into
from fragility.sources.detect.roles import Family, Match, usual_name
from fragility.sources.detect.unknown import unknown_file
from fragility.sources.model import Dialect

_ENCODINGS = {"utf-8": "", "utf-16": ""}


@dataclass(frozen=True)
class Detection:
    """What was recognised in one table.

    Attributes
    ----------
    look, match : the table, and the columns that play the roles of its family.
    options, dialect : how a reader opens it.
    year, year_from : year of the figures (None if nothing tells it), and what told it.
    published : date that the file gives, else empty.
    level : `commune`, `iris` or `""`.
    writing : how numbers are written, None where it is no text.
    codes : codes of communes, to tell the map; empty for points and grids.
    unused : columns that no reader takes.
    doubts : what is not sure, French sentences.
    told : roles whose column the user named.
    """

    look: Look
    match: Match
    options: Mapping[str, Any]
    dialect: Dialect
    year: int | None
    year_from: str
    published: str
    level: str
    writing: Writing | None
    codes: pd.Series
    unused: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        """Family of the table."""
        return self.match.family


def recognise(
    source: str,
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    year: int | None = None,
) -> list[Detection]:
    """Recognise the tables of a file that a source's readers can open.

    Parameters
    ----------
    source : id of the source it is given for.
    columns : role -> column, where the user said so.
    year : year of the figures, where the user said so.

    Raises
    ------
    UsageError
        When no reader knows that source, or no form of it has a role that the user names.
    BadFileError
        When no table of the file is of that source: it says what was recognised and what misses.
    """
    families = families_of(source)
    if not families:
        known = sorted({f.source for f in FAMILIES})
        raise UsageError(
            f"La source « {source} » n'existe pas, ou aucun lecteur ne la connaît.",
            expected=", ".join(known),
            remedy="choisissez l'une d'elles",
        )
    roles = list(dict.fromkeys(role.name for f in families for role in f.roles))
    if strangers := [role for role in columns or {} if role not in roles]:
        raise UsageError(
            f"Le rôle « {strangers[0]} » de --colonne n'existe pas dans la source {source}.",
            expected=", ".join(roles[:20]) or "rien : cette source n'a pas de colonnes",
            remedy="corrigez le nom qui est avant le signe =",
        )
    looks = look_into(path)
    found = []
    nearest: list[Match] = []
    for look in looks:
        tried = [m for f in families if (m := attempt(f, look, columns or {})) is not None]
        good = [m for m in tried if not m.missing and fits(m, look)]
        if good:
            best = max(good, key=lambda m: (len(m.columns), len(m.family.sheets)))
            found.append(_detect(look, best, year, tuple(columns or ())))
        nearest += tried
    if not found:
        raise unknown_file(source, path, looks, nearest)
    if looks[0].layers:  # a reader takes the whole file: its longest layer tells what it is
        return [max(found, key=lambda t: t.look.rows)]
    return found


def _detect(look: Look, found: Match, year: int | None, told: tuple[str, ...]) -> Detection:
    family = found.family
    extra, doubts = more_options(look, found)
    date = latest_date(look, found)
    years = _years(found, look, date)
    year_from, seen = next(iter(years.items()), ("", None))
    if year is not None:
        year_from, seen = "vous", year
    if len(set(years.values())) > 1:
        doubts.append(
            "l'année n'est pas la même partout : "
            + ", ".join(f"{value} ({where})" for where, value in years.items())
        )
    options: dict[str, Any] = {**family.defaults, **found.options, **family.options, **extra}
    if seen is not None and any("{income}" in r.usual for r in family.roles):
        options.setdefault("income", f"{seen % 100:02d}")
    if seen is not None and family.options.get("form") == "longue":
        options["income"] = f"{seen % 100:02d}"
    if options.get("column_prefix", "").startswith("DEC"):
        doubts.append("ce sont des revenus déclarés, pas des revenus disponibles")
    numbers = writing(look, found)
    if numbers is not None and numbers.strange[0]:
        count, example = numbers.strange
        doubts.append(f"{count} cases ne sont pas des nombres (« {example} »)")
    if numbers is not None and numbers.decimal == "les deux":
        doubts.append("des nombres ont une virgule et d'autres un point")
    renamed = found.renamed(options)
    dialect = Dialect(
        sep=look.sep if look.kind == "texte" and look.sep != family.sep else "",
        encoding=_ENCODINGS.get(look.encoding, look.encoding),
        skip_rows=look.skip_rows if look.kind == "texte" and look.skip_rows else None,
        sheet=look.sheet,
        secrets=tuple(numbers.marks) if numbers else (),
        columns={usual_name(family.role(r), options): c for r, c in renamed.items()},  # type: ignore[arg-type]
    )
    free = any(role.free for role in family.roles)
    unused = tuple(
        c for c in look.columns
        if c not in found.columns.values() and not (free and _is_count(c, found.options))
    )  # fmt: skip
    return Detection(
        look, found, options, dialect, seen, year_from,
        date if len(date) == 10 else _name_date(look), family.level,
        numbers, codes_of(look, found, family.level), unused, tuple(doubts), told,
    )  # fmt: skip


def _is_count(column: str, options: Mapping[str, str]) -> bool:
    """Tell a count of the census kept, which the reader takes by its form."""
    return bool(re.match(rf"[PC]{options.get('census', '')}_", column))


def _name_date(look: Look) -> str:
    dated = re.search(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)", look.path.name)
    return "-".join(dated.groups()) if dated else ""


def _years(found: Match, look: Look, date: str) -> dict[str, int]:
    """What tells the year, the surest first: names of columns, dates inside, name of the file."""
    told = {}
    for group in ("census", "income"):
        if group in found.options:
            told["nom des colonnes"] = _four_digits(found.options[group])
            break
    if date:
        told[f"colonne {next(c for c in found.family.dates if c in look.columns)}"] = int(date[:4])
    years = name_years(look)
    if years and not (told and found.family.source == "arcep_fixe"):
        told["nom du fichier"] = next((y for y in years if y in told.values()), max(years))
    if not told and (folder := years_in(look.path.parent.name)):
        told["nom du dossier"] = max(folder)
    return told


def _four_digits(two: str) -> int:
    return int(two) + (1900 if int(two) >= 90 else 2000)
