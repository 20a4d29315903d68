"""Take files out of an archive that a server sent, and refuse what could do harm.

The archive never chooses where anything is written: each member wanted goes to the path given,
and an archive that names a path outside, an absolute path or a link is refused as a whole, since
no producer's archive holds one. What a member weighs is bounded while it is written, whatever the
archive announces. How a zip, a 7z or a gzip is read is in `archives.py`.
"""

from __future__ import annotations

import fnmatch
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from fragility.errors import BadFileError, FragilityError
from fragility.sources.archives import (
    GZIP_SIGNATURE,
    SEVEN_ZIP_SIGNATURE,
    ZIP_SIGNATURES,
    Gzip,
    Limits,
    Member,
    SevenZip,
    Zip,
    refuse_bomb,
)

__all__ = ["INSIDE", "Limits", "Wanted", "extract_member", "extract_members", "refuse_cut"]

# Between the archive to open inside an archive and what is wanted of it: `*.7z//*met.csv`.
INSIDE = "//"
SHOWN = 6


@dataclass(frozen=True)
class Wanted:
    """One file to take out of an archive.

    Attributes
    ----------
    pattern : glob, compared without regard to case with the member's base name, or with its whole
        path if it holds a `/`; `OUTER//INNER` takes INNER out of the archive OUTER.
    target : path written, in a folder that exists.
    shown : path that messages name.
    """

    pattern: str
    target: Path
    shown: Path


def extract_members(
    archive: Path, wanted: Sequence[Wanted], *, limits: Limits | None = None
) -> list[FragilityError | None]:
    """Write the members wanted of an archive, in one pass over it.

    Parameters
    ----------
    archive : zip, 7z or gzip, told apart by its first bytes.

    Returns
    -------
    For each member what went wrong, or None. A member that is not there fails alone; an archive
    that is truncated, damaged, locked, hostile or a bomb fails all that it had to give. Nothing is
    left at the target of a failure.
    """
    limits = limits or Limits()
    inner = [w for w in wanted if INSIDE in w.pattern]
    plain = [w for w in wanted if INSIDE not in w.pattern]
    problems: dict[Wanted, FragilityError | None] = {}
    try:
        problems |= _extract(archive, plain, limits) if plain else {}
        for outer in dict.fromkeys(w.pattern.partition(INSIDE)[0] for w in inner):
            own = [w for w in inner if w.pattern.partition(INSIDE)[0] == outer]
            problems |= _extract_inside(archive, outer, own, limits)
    except BaseException:
        for one in wanted:
            one.target.unlink(missing_ok=True)
        raise
    for one, problem in problems.items():
        if problem is not None:
            one.target.unlink(missing_ok=True)
    return [problems[one] for one in wanted]


def extract_member(
    archive: Path, pattern: str, target: Path, *, shown: Path, limits: Limits | None = None
) -> None:
    """Write the one member of an archive that matches `pattern` to `target`; see `Wanted`.

    Raises
    ------
    BadFileError
        When the archive is none we know, truncated, damaged, locked, hostile or a bomb, or does
        not hold exactly one such member.
    """
    (problem,) = extract_members(archive, [Wanted(pattern, target, shown)], limits=limits)
    if problem is not None:
        raise problem


def _extract_inside(
    archive: Path, outer: str, wanted: list[Wanted], limits: Limits
) -> dict[Wanted, FragilityError | None]:
    """Unpack an inner archive beside the first target, and take from it what is wanted."""
    middle = wanted[0].target.with_name(f"{wanted[0].target.name}.inner")
    try:
        one = Wanted(outer, middle, wanted[0].shown)
        (problem,) = extract_members(archive, [one], limits=limits)
        if problem is not None:
            return dict.fromkeys(wanted, problem)
        rest = [replace(w, pattern=w.pattern.partition(INSIDE)[2]) for w in wanted]
        return dict(zip(wanted, extract_members(middle, rest, limits=limits), strict=True))
    finally:
        middle.unlink(missing_ok=True)


def _extract(
    archive: Path, wanted: list[Wanted], limits: Limits
) -> dict[Wanted, FragilityError | None]:
    """Pick the members, refuse what must be, then unpack them together."""
    shown = wanted[0].shown
    with archive.open("rb") as stream:
        head = stream.read(len(SEVEN_ZIP_SIGNATURE))
    problems: dict[Wanted, FragilityError | None] = {}
    try:
        opened: Zip | SevenZip | Gzip
        if head.startswith(ZIP_SIGNATURES):
            opened = Zip(archive, shown, limits)
        elif head == SEVEN_ZIP_SIGNATURE:
            opened = SevenZip(archive, shown, limits)
        elif head.startswith(GZIP_SIGNATURE):
            opened = Gzip(archive, shown, limits)
        else:
            raise BadFileError("Le fichier reçu n'est ni un zip, ni un 7z, ni un gzip.", path=shown)
        members = opened.members()
        _refuse_hostile(members, shown)
        picked: dict[str, list[Wanted]] = {}
        for one in wanted:
            try:
                member = _pick(members, one.pattern, one.shown)
                refuse_bomb(member.size, member.packed, one.shown, limits)
            except BadFileError as problem:
                problems[one] = problem
            else:
                picked.setdefault(member.name, []).append(one)
        opened.write({name: ones[0].target for name, ones in picked.items()})
        for ones in picked.values():
            for twin in ones[1:]:
                twin.target.write_bytes(ones[0].target.read_bytes())
    except BadFileError as problem:
        return dict.fromkeys(wanted, problem)
    return {one: problems.get(one) for one in wanted}


def _refuse_hostile(members: Iterable[Member], shown: Path) -> None:
    for member in members:
        if member.link or _unsafe(member.name):
            raise BadFileError(
                "L'archive est refusée : elle contient un lien ou un chemin hors du dossier.",
                path=shown,
                found=member.name,
            )


def _pick(members: list[Member], pattern: str, shown: Path) -> Member:
    """Return the one member that matches."""
    wanted = pattern.lower()
    found = []
    for member in members:
        name = member.name if "/" in pattern else PurePosixPath(member.name).name
        if not member.folder and fnmatch.fnmatchcase(name.lower(), wanted):
            found.append(member)
    if len(found) != 1:
        names = [m.name for m in found or members if not m.folder]
        raise BadFileError(
            "L'archive ne contient pas le fichier attendu.",
            path=shown,
            expected=f"un seul « {pattern} »",
            found=(", ".join(names[:SHOWN]) or "une archive vide")
            + (" …" if len(names) > SHOWN else ""),
        )
    return found[0]


def _unsafe(name: str) -> bool:
    """Tell whether a name is absolute, of another drive, or climbs out of its folder."""
    name = name.replace("\\", "/")
    return name.startswith("/") or bool(re.match(r"[A-Za-z]:", name)) or ".." in name.split("/")


def refuse_cut(content: Path, shown: Path) -> None:
    """Refuse a zip, a workbook, a Parquet or a GeoPackage whose end is missing.

    A server may announce fewer bytes than the file has; these four say themselves where they end.
    """
    suffix, size = shown.suffix.lower(), content.stat().st_size
    with content.open("rb") as stream:
        head = stream.read(100)
        stream.seek(max(size - 4, 0))
        end = stream.read()
    if suffix in (".zip", ".xlsx"):
        whole = zipfile.is_zipfile(content)
    elif suffix == ".parquet":
        whole = head[:4] == end == b"PAR1"
    elif suffix == ".gpkg":
        page = int.from_bytes(head[16:18], "big")
        pages = int.from_bytes(head[28:32], "big")
        # A page of 65,536 bytes, which two bytes cannot say, is written 1.
        page = 65_536 if page == 1 else page
        whole = head.startswith(b"SQLite format 3\0") and size >= page * pages
    else:
        return
    if not whole:
        raise BadFileError(
            f"Le fichier reçu est tronqué ou n'est pas un « {suffix} ».",
            path=shown,
            found=f"{size} octets",
            remedy="relancez la commande",
        )
