"""Pick the tables that a release is made of, among the files that a user gives for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fragility.errors import BadFileError, UsageError
from fragility.sources.detect.recognise import Detection, recognise
from fragility.sources.model import Release
from fragility.sources.user_files import COMPANIONS, expand

# Sources of which a release has several tables; of the others, one table is kept.
_TABLES = (
    "arcep_couverture", "arcep_mobile_sites", "ign_communes", "ign_iris", "insee_cog",
    "insee_rp_communes", "insee_rp_iris",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the user says of the files, by source: never needed where a file says it.

    Attributes
    ----------
    years : year of the figures.
    maps : year of the map.
    columns : role -> column.
    """

    years: Mapping[str, int] = field(default_factory=dict)
    maps: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def tables_of(
    source: str, paths: tuple[Path, ...], told: Told
) -> tuple[list[Detection], list[tuple[str, str]]]:
    """Tables that a release is made of, and the files left out with the reason.

    Raises
    ------
    UsageError
        When a column that the user names plays no role.
    BadFileError
        When a file given alone is not recognised, or nothing of a folder is.
    """
    files = expand(paths)
    found: list[Detection] = []
    left_out: list[tuple[str, str]] = []
    for path in files:
        try:
            found += recognise(
                source, path, columns=told.columns.get(source), year=told.years.get(source)
            )
        except BadFileError as error:
            # Of a folder, what is not recognised is named; a file given alone must be.
            if path in paths:
                raise
            left_out.append((path.name, error.problem))
    if not found:
        raise BadFileError(
            f"Ce dossier ne contient aucun fichier de la source {source}.",
            path=paths[0], found=" ; ".join(f"{n} : {why}" for n, why in left_out[:4]) or "rien",
            remedy="donnez le fichier lui-même pour savoir ce qui lui manque",
        )  # fmt: skip
    _refuse_untaken(source, told.columns.get(source, {}), found)
    kept: list[Detection] = []
    for table in sorted(found, key=_preference):
        twin = next((k for k in kept if _stands_for(source, k, table)), None)
        if twin is None:
            kept.append(table)
        else:
            left_out.append((table.look.name, _instead(twin, table)))
    return sorted(kept, key=found.index), left_out


def _instead(twin: Detection, table: Detection) -> str:
    if twin.year != table.year and None not in (twin.year, table.year):
        return f"{twin.look.name} est retenu à sa place : {twin.year}, et non {table.year}"
    return f"{twin.look.name} est retenu à sa place"


def _refuse_untaken(source: str, told: Mapping[str, str], found: list[Detection]) -> None:
    """Refuse a column that the user names and that plays its role in no table."""
    for role, column in told.items():
        if any(table.match.columns.get(role) == column for table in found):
            continue
        shown = list(dict.fromkeys(c for table in found for c in table.look.columns))
        roles = dict.fromkeys(r.name for table in found for r in table.family.roles)
        absent = column not in shown
        raise UsageError(
            f"L'option --colonne {role}={column} ne peut pas être suivie : "
            + (f"le fichier n'a pas de colonne « {column} »." if absent
               else f"sa forme n'a pas le rôle « {role} »."),
            expected=f"une colonne parmi {', '.join(shown[:15])}" if absent
            else f"un rôle parmi {', '.join(list(roles)[:15])}",
            remedy=f"corrigez l'option, ou retirez-la (source {source})",
        )  # fmt: skip


def _preference(table: Detection) -> tuple[int, bool, int, int]:
    """Of the tables that could be a release: the latest, disposable incomes, the most complete."""
    declared = str(table.options.get("column_prefix", "")).startswith("DEC")
    return -(table.year or 0), declared, -len(table.match.columns), -table.look.rows


def _stands_for(source: str, kept: Detection, other: Detection) -> bool:
    """Tell whether one table makes another useless: the one table of a source, the same part, or
    the same columns for another territory in one archive (base-cc has the overseas apart).
    """
    if source not in _TABLES:
        return True
    if other.family.part and kept.family == other.family:
        return True
    return kept.look.path == other.look.path and kept.look.columns == other.look.columns


def options_of(tables: list[Detection]) -> dict[str, Any]:
    """Reading options of a release, the same for all its tables."""
    first = tables[0]
    for other in tables[1:]:
        if dict(other.options) != dict(first.options):
            raise UsageError(
                "Les fichiers donnés ensemble ne sont pas de la même livraison.",
                expected=f"{first.look.name} : {_written(first)}",
                found=f"{other.look.name} : {_written(other)}",
                remedy="donnez-les séparément, avec SOURCE/LIVRAISON=CHEMIN",
            )
    return dict(first.options)


def _written(table: Detection) -> str:
    return ", ".join(f"{k} = {v}" for k, v in table.options.items()) or table.family.form


def part_of_base(release: Release, replaced: Sequence[Release]) -> list[str]:
    """Say when fewer files than the base has stand for all of them, and which have no successor.

    Names without their years are compared: they bear the operator, the theme, the territory.
    """
    old = [f.name for r in replaced for f in r.files if _is_table(f.name)]
    new = [f.name for f in release.files if _is_table(f.name)]
    if len(new) >= len(old):
        return []
    kept = {_undated(name) for name in new}
    gone = [name for name in old if _undated(name) not in kept]
    return [
        f"la base lit {len(old)} fichiers de cette source, et vous en donnez {len(new)} : "
        f"ne sont plus lus : {', '.join(gone or old)}"
    ]


def _is_table(name: str) -> bool:
    return Path(name).suffix.lower() not in COMPANIONS


def _undated(name: str) -> str:
    return re.sub(r"[\W\d_]+", "", Path(name).stem.lower())
