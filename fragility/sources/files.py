"""State of the raw files: present, missing, the copy that is known or another one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from fragility.errors import MissingFileError
from fragility.sources.catalogue import SOURCES, releases_of
from fragility.sources.model import Edition, RawFile, Release


def sha256_of(path: Path) -> str:
    """Checksum of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def conformity(file: RawFile, checksum: str) -> str:
    """Compare a checksum with the catalogue's: `identique`, `differente` or `inconnue`."""
    if file.sha256 is None:
        return "inconnue"
    return "identique" if checksum == file.sha256 else "differente"


def describe_files(releases: list[Release], raw: Path) -> pd.DataFrame:
    """One row per file of the releases, all of which must be there.

    Returns
    -------
    Table `raw` of the schemas.

    Raises
    ------
    MissingFileError
        Naming the first missing file.
    """
    missing = missing_files(releases, raw)
    if missing:
        raise missing_error(missing, raw)
    rows = []
    for release in releases:
        for file in release.files:
            path = raw / release.folder / file.name
            checksum = sha256_of(path)
            rows.append(
                (release.id, file.name, path.stat().st_size, checksum, conformity(file, checksum))
            )
    columns = ["release", "fichier", "octets", "sha256", "conformite"]
    return pd.DataFrame(rows, columns=columns).astype(
        {
            "release": "str",
            "fichier": "str",
            "octets": "int64",
            "sha256": "str",
            "conformite": "str",
        }
    )


def missing_files(releases: list[Release], raw: Path) -> list[tuple[Release, RawFile]]:
    """Files of the releases that are not under `raw`."""
    return [(r, f) for r in releases for f in r.files if not (raw / r.folder / f.name).is_file()]


def on_hand(edition: Edition, raw: Path) -> Edition:
    """Return the edition without the optional releases that lack a file under `raw`."""
    missing = missing_files([r for r in releases_of(edition) if r.id in edition.optional], raw)
    absent = {release.id for release, _ in missing}
    return replace(edition, releases=tuple(r for r in edition.releases if r not in absent))


def as_computed(edition: Edition, folder: Path) -> Edition:
    """Return the edition without the optional releases that its published folder has not read."""
    if not edition.optional:
        return edition
    tables = (folder / "tables").glob("raw_*.parquet")
    there = {release for path in tables for release in _releases_in(path)}
    kept = tuple(r for r in edition.releases if r not in edition.optional or r in there)
    return replace(edition, releases=kept)


def _releases_in(path: Path) -> list[str]:
    return pd.read_parquet(path, columns=["release"])["release"].tolist()


def require_edition(edition: Edition, raw: Path) -> None:
    """Raise one error that names every file an edition lacks and cannot do without."""
    missing = missing_files(releases_of(on_hand(edition, raw)), raw)
    if missing:
        raise missing_error(missing, raw)


def missing_error(
    missing: list[tuple[Release, RawFile]],
    raw: Path,
    reasons: Mapping[tuple[str, str], str] | None = None,
) -> MissingFileError:
    """Say where each missing file goes and on which page it is found.

    Parameters
    ----------
    reasons : why `fragility fetch` could not bring each file, by release id and file name. Given,
        every file is listed; otherwise the first twelve.
    """
    indent = "\n             "
    shown = missing if reasons is not None else missing[:12]
    lines = []
    for release, file in shown:
        lines.append(str(raw / release.folder / file.name))
        if reason := (reasons or {}).get((release.id, file.name)):
            lines.append(f"raison : {reason}")
            if file.downloadable:
                member = file.archive_member
                inside = f" (archive ; en sortir « {member} »)" if member else ""
                lines.append(f"adresse : {file.url}{inside}")
        lines.append(f"page : {SOURCES[release.source].landing}")
    if len(missing) > len(shown):
        lines.append(f"… et {len(missing) - len(shown)} autres")
    return MissingFileError(
        f"Il manque {len(missing)} fichier{'s' if len(missing) > 1 else ''} source.",
        expected=indent.join(lines),
        remedy="téléchargez-les depuis ces pages et placez-les à ces endroits, sous ces noms"
        if reasons is not None
        else "« fragility fetch » télécharge ceux qui ont une adresse ; placez les autres à ces "
        "endroits depuis ces pages, ou indiquez un autre dossier avec --raw",
    )
