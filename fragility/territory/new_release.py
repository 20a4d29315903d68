"""Make one release of a user's files: what they are, for what year, on what map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.catalogue import RELEASES, USER_RELEASES
from fragility.sources.detect.recognise import Detection
from fragility.sources.detect.unknown import nearest_release
from fragility.sources.model import Release
from fragility.sources.user_files import Held, hold
from fragility.territory.map_year import MapYear, infer_map
from fragility.territory.release_tables import Told, options_of, tables_of

# A map or a list of codes is of the year of its map.
_GEOGRAPHIES = ("ign_communes", "ign_iris", "insee_cog", "insee_iris", "insee_epci")
# Options that a file states itself: another release's are never taken for them.
_OWN = ("form", "census", "income", "column_prefix", "classes")


@dataclass(frozen=True)
class Found:
    """A release made of a user's files.

    Attributes
    ----------
    release : as a reader takes it, its files where they are now.
    held : those files.
    tables : what was recognised, one per table.
    map : what its codes say of the map, None for points and grids.
    known : id of the release of the catalogue that is the very same file, else empty.
    nearest : id of the nearest release of the catalogue, else empty.
    inherited : reading options taken from the release it stands for.
    left_out : files given that are not used, each with the reason.
    """

    release: Release
    held: Held
    tables: tuple[Detection, ...]
    map: MapYear | None
    known: str = ""
    nearest: str = ""
    inherited: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def needed(self) -> set[str]:
        """Roles of which a column without any value makes the files useless."""
        roles = {r.name for t in self.tables for r in t.family.roles if r.required and not r.free}
        alone = {
            next(iter(own)) for t in self.tables
            if len(own := set(t.family.any_of) & set(t.match.columns)) == 1
        }  # fmt: skip
        return roles | alone

    def origin_of(self, path: Path | None) -> Path | None:
        """File that the user gave, where a message names the copy of it."""
        for table in self.tables:
            if path is not None and path.name.endswith(table.look.name):
                return table.look.path
        return path

    def facts(self) -> dict[str, Any]:
        """What was recognised, to be kept beside the release."""
        table = self.tables[0]
        facts: dict[str, Any] = {"forme": table.family.form, "lignes": table.look.rows}
        if table.writing is not None:
            facts |= {"decimales": table.writing.decimal, "secrets": dict(table.writing.secrets)}
        if self.map is not None:
            facts |= {"carte": self.map.reason}
        return facts | {"annee": table.year_from or "carte des codes"}


def find_release(
    source: str,
    name: str,
    paths: tuple[Path, ...],
    raw: Path,
    folder: Path,
    told: Told,
    maps: Mapping[int, frozenset[str]],
    replaced: Release | None,
    cog_year: int,
    *,
    in_place: bool = False,
) -> Found:
    """Recognise the files of a release and make them readable.

    Parameters
    ----------
    source, name : of the release.
    paths : files or folders given.
    raw : folder of the raw files; a file that is there stays where it is.
    folder : where the others are copied.
    told : what the user says of them.
    maps : see `map_year.list_communes`.
    replaced : release that it stands for, if any.
    cog_year : year of the map of the edition it is for, where nothing tells the release's.

    Raises
    ------
    UsageError
        When a column that the user names plays no role, or files are of several releases.
    BadFileError
        When nothing is recognised, or the year is written nowhere.
    """
    tables, left_out = tables_of(source, paths, told)
    options = options_of(tables)
    near = nearest_release(source, tables[0].year, options.get("form"))
    model = replaced if replaced is not None else near
    inherited = {
        k: v for k, v in (model.options if model else {}).items() if k not in (*options, *_OWN)
    }
    held = hold(
        [(t.look, t.family.part, t.dialect) for t in tables], raw, folder, in_place=in_place
    )
    same = _same_copy(source, held)
    year = _longest(tables).year
    mapped = _map(tables, year, told.maps.get(source), same, maps, cog_year)
    if year is None and mapped is not None and source in _GEOGRAPHIES:
        year = mapped.year
    if year is None:
        raise BadFileError(
            "L'année des chiffres n'est écrite ni dans les colonnes, ni dans le nom du fichier.",
            path=tables[0].look.path,
            remedy=f"dites-la avec --annee {source}=AAAA",
        )
    release = Release(
        source, name, held.files, year=year,
        geography_year=None if mapped is None else mapped.year,
        published=max(t.published for t in tables) or (same.published if same else ""),
        options={**inherited, **options},
        folder=str(held.folder.absolute()), licence=replaced.licence if replaced else "",
        note="Fichier fourni pour cette édition, hors du catalogue : "
        + ", ".join(dict.fromkeys(t.look.name for t in tables)) + ".",
    )  # fmt: skip
    return Found(
        release, held, tuple(tables), mapped, same.id if same else "", near.id if near else "",
        inherited, tuple(left_out),
    )  # fmt: skip


def _longest(tables: list[Detection]) -> Detection:
    return max(tables, key=lambda t: t.look.rows)


def _same_copy(source: str, held: Held) -> Release | None:
    """Release of the catalogue whose file is the very same copy."""
    sums = {file.sha256 for file in held.files}
    own = (r for i, r in RELEASES.items() if r.source == source and i not in USER_RELEASES)
    return next((r for r in own if any(f.sha256 in sums for f in r.files if f.sha256)), None)


def _map(
    tables: list[Detection],
    year: int | None,
    said: int | None,
    same: Release | None,
    maps: Mapping[int, frozenset[str]],
    cog_year: int,
) -> MapYear | None:
    """Map of the codes: what the user says, what is known of that very copy, what codes tell."""
    codes = pd.concat([t.codes for t in tables])
    if codes.empty:
        return None
    usual = cog_year if year is None else year + tables[0].family.lag
    custom = "carte de l'édition de départ" if year is None else "usage de la source"
    told = said or (same and same.geography_year) or None
    found = infer_map(codes.unique(), maps, usual=told or usual, custom=custom)
    if told is None or found is None:
        return found
    reason = "vous" if said else f"celle de {same.id if same else ''}, dont c'est la copie"
    share = found.share_pct
    doubt = ""
    if found.fitting and told not in found.fitting:
        doubt = f"les codes iraient mieux avec la carte de {found.year}"
        share = round(100 * len(maps.get(told, frozenset()) & set(codes)) / codes.nunique(), 2)
    return MapYear(told, share, found.fitting, reason, doubt)
