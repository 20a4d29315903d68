"""Make an edition from another one and a user's files: nothing is asked that they already say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from fragility.errors import FragilityError
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    USER_EDITIONS,
    USER_RELEASES,
    find_edition,
    register,
    releases_of,
)
from fragility.sources.model import Edition
from fragility.sources.quarantine import rows_of
from fragility.sources.user_editions import register_user_editions
from fragility.sources.user_files import is_under, settle
from fragility.sources.user_toml import write_edition
from fragility.territory.map_year import list_communes
from fragility.territory.new_release import Found, find_release
from fragility.territory.probe import doubts_of, probe, refuse_empty
from fragility.territory.release_tables import Told, part_of_base
from fragility.territory.releases import Opener
from fragility.territory.wishes import Wish, check_name, check_release, check_wishes

# Totals of the base that no longer hold once a source is another one.
DETERMINES: Mapping[str, tuple[str, ...]] = {
    "insee_cog": ("communes", "iris", "population"),
    "insee_cog_mouvements": ("iris", "population"),
    "insee_iris": ("iris",),
    "insee_comparateur": ("population",),
    "insee_rp_communes": ("population",),
    "arcep_fibre": ("population",),
}


@dataclass(frozen=True)
class Draft:
    """An edition that was read once, and is not written yet.

    Attributes
    ----------
    edition, base : what it is, and the name of what it was made from.
    found : what was recognised and read, by release id.
    proofs : what its readers give, by release id (`probe.COLUMNS`).
    replaced : release id -> releases of the base that it stands for.
    removed : releases of the base that nothing replaces.
    dropped : control totals of the base that no longer hold.
    aside : rows that its readers set aside, reason -> rows, by release id.
    doubts : what is not sure once read, French sentences, by release id.
    """

    edition: Edition
    base: str
    found: Mapping[str, Found]
    proofs: Mapping[str, pd.DataFrame]
    replaced: Mapping[str, tuple[str, ...]]
    removed: tuple[str, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    aside: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def draft_edition(
    name: str,
    base: str,
    wishes: list[Wish],
    raw: Path,
    staging: Path,
    *,
    told: Told | None = None,
    without: tuple[str, ...] = (),
    title: str = "",
    cog_year: int | None = None,
    controls: Mapping[str, int] | None = None,
    force: bool = False,
    in_place: bool = False,
) -> Draft:
    """Recognise a user's files, read them, and say what edition they make.

    Parameters
    ----------
    name, base : of the new edition, and of the one it is made from.
    wishes : files and what they stand for.
    raw : folder of the raw files.
    staging : empty folder, on the disk of `raw`, for what must be copied.
    told : what the user said of the files.
    without : sources that the edition does without.
    title, cog_year : those of the base, or what the files say, by default.
    controls : totals that the outputs must equal, added to those of the base that still hold.
    force : replace an edition of that name.
    in_place : refer to files where they are, even out of `raw`.

    Raises
    ------
    UsageError, FragilityError
        When the name, the base or a source does not exist, or a file is not what it is given for.
    """
    check_name(name, base, force)
    origin = find_edition(base)
    check_wishes(wishes, without, origin)
    told = told or Told()
    maps = _maps(origin, raw)
    found: dict[str, Found] = {}
    replaced: dict[str, tuple[str, ...]] = {}
    picks = list(origin.releases)
    for wish in wishes:
        own = [r for r in releases_of(origin, wish.source) if wish.release in ("", r.name)]
        # A second release of the same source bears the name of the one it stands for.
        label = f"{name}-{wish.release}" if wish.release else name
        check_release(f"{wish.source}/{label}", name)
        release = find_release(
            wish.source, label, wish.paths, raw, staging / wish.source / label, told,
            maps, own[0] if own else None, origin.cog_year, in_place=in_place,
        )  # fmt: skip
        found[release.release.id] = release
        replaced[release.release.id] = tuple(r.id for r in own)
        picks = _put(picks, release.release.id, [r.id for r in own], wish.source)
    removed = tuple(r.id for s in without for r in releases_of(origin, s))
    picks = [pick for pick in picks if pick not in removed]
    cog = next((f for f in found.values() if f.release.source == "insee_cog"), None)
    year = cog_year or (cog and cog.release.geography_year) or origin.cog_year
    changed = {w.source for w in wishes} | set(without)
    gone = {key for source in changed for key in DETERMINES.get(source, ())}
    gone |= set(origin.controls) if year != origin.cog_year else set()
    kept = {key: total for key, total in origin.controls.items() if key not in gone}
    edition = replace(
        origin, name=name, title=title or _title(origin, found, without), cog_year=year,
        releases=tuple(picks), controls={**kept, **(controls or {})},
        previous=origin.name if origin.cog_year <= year else "",
    )  # fmt: skip
    proofs, aside = _read(edition, found, raw)
    dropped = {k: n for k, n in origin.controls.items() if k in gone and k not in (controls or {})}
    doubts = {
        key: (*part_of_base(one.release, [RELEASES[r] for r in replaced[key]]),
              *doubts_of(proofs[key]))
        for key, one in found.items()
    }  # fmt: skip
    return Draft(edition, base, found, proofs, replaced, removed, dropped, aside, doubts)


def _put(picks: list[str], new: str, old: list[str], source: str) -> list[str]:
    """Put a release where those it stands for were; before its source's others if it is added."""
    mates = old or [p for p in picks if p.split("/")[0] == source]
    at = min((picks.index(p) for p in mates), default=len(picks))
    return [p for p in picks[:at] if p not in old] + [new] + [p for p in picks[at:] if p not in old]


def _maps(edition: Edition, raw: Path) -> dict[int, frozenset[str]]:
    """Communes of each year, by the base's own movements; nothing if its files are not there."""
    opener = Opener(edition, raw)
    try:
        return list_communes(opener.movements(), opener.cog_communes())
    except FragilityError:
        return {}


def _title(base: Edition, found: Mapping[str, Found], without: tuple[str, ...]) -> str:
    news = [f"{SOURCES[f.release.source].title} {f.release.year}" for f in found.values()]
    news += [f"sans {SOURCES[source].title}" for source in without]
    return f"{base.title} ({' ; '.join(news)})" if news else base.title


@contextmanager
def _known(edition: Edition, found: Mapping[str, Found]) -> Iterator[None]:
    """Let the catalogue know a draft for a while."""
    editions = [EDITIONS[n] for n in EDITIONS if n in USER_EDITIONS and n != edition.name]
    releases = [RELEASES[i] for i in RELEASES if i in USER_RELEASES and i not in found]
    before = (
        [RELEASES[i] for i in RELEASES if i in USER_RELEASES],
        [EDITIONS[n] for n in EDITIONS if n in USER_EDITIONS],
    )
    register([*releases, *(f.release for f in found.values())], [*editions, edition])
    try:
        yield
    finally:
        register(*before)


def _read(
    edition: Edition, found: Mapping[str, Found], raw: Path
) -> tuple[dict[str, pd.DataFrame], dict[str, dict[str, int]]]:
    """Read each release as a run will; an error names the user's file, not a copy of it.

    Returns
    -------
    Proof of each release, and the rows set aside in it by reason.
    """
    proofs, aside = {}, {}
    with _known(edition, found):
        for key, one in found.items():
            try:
                opener = Opener(edition, raw)
                proofs[key] = probe(opener, one.release)
                refuse_empty(proofs[key], one.needed, one.tables[0].look.path)
                rows = rows_of(opener.quarantine().query("source == @key"))
                aside[key] = {str(m): int(n) for m, n in rows["motif"].value_counts().items()}
            except FragilityError as error:
                error.path = one.origin_of(error.path)
                error.args = (error.message(),)
                raise
    return proofs, aside


def publish_edition(draft: Draft, raw: Path, *, force: bool = False) -> dict[str, Path]:
    """Put the files of a draft in their folders and write it to `editions.toml`.

    Returns
    -------
    Folder of each release, by id.
    """
    folders, releases = {}, []
    for key, one in draft.found.items():
        home = settle(one.held, raw / one.release.source / one.release.name, force=force)
        folders[key] = home
        inside = is_under(home, raw) and home.absolute().is_relative_to(raw.absolute())
        folder = home.absolute().relative_to(raw.absolute()) if inside else home.absolute()
        releases.append(replace(one.release, folder=folder.as_posix()))
    facts = {key: one.facts() for key, one in draft.found.items()}
    write_edition(raw, draft.edition, draft.base, tuple(releases), facts)
    register_user_editions(raw)
    return folders
