"""Bring a user's files where an edition finds them: left where they are if that is under raw."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from fragility.errors import FragilityError, MissingFileError
from fragility.sources.detect.look import Look
from fragility.sources.files import sha256_of
from fragility.sources.model import Dialect, RawFile

# A shapefile is several files of one name.
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Held:
    """The files of a release, at hand.

    Attributes
    ----------
    folder : where they are.
    files : their names, sizes, checksums and dialects.
    brought : names of those copied there, or taken out of an archive; empty if they stayed.
    """

    folder: Path
    files: tuple[RawFile, ...]
    brought: tuple[str, ...] = ()


def expand(paths: Sequence[Path]) -> list[Path]:
    """List files: those given, and those of the folders given.

    Raises
    ------
    MissingFileError
        When one is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != ".")
            found += [p for p in inside if p.suffix.lower() not in COMPANIONS]
        elif path.is_file():
            found.append(path)
        else:
            raise MissingFileError(
                "Le fichier donné n'existe pas.", path=path,
                remedy="vérifiez le chemin écrit après le signe =",
            )  # fmt: skip
    return found


def is_under(path: Path, folder: Path) -> bool:
    """Tell whether a file is in a folder, links followed or not."""
    plain = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))
    return plain or path.resolve().is_relative_to(folder.resolve())


def hold(
    tables: Sequence[tuple[Look, str, Dialect]], raw: Path, folder: Path, *, in_place: bool = False
) -> Held:
    """Make the tables of a release readable as files.

    Parameters
    ----------
    tables : tables of the release, each with the part it is (or "") and its dialect.
    raw : folder of the raw files.
    folder : where files are copied and tables of archives taken out, if need be.
    in_place : never copy a file, wherever it is.
    """
    stay = in_place or all(is_under(look.path, raw) for look, _, _ in tables)
    packed = [look for look, _, _ in tables if look.member]
    if stay and not packed:
        home = Path(os.path.commonpath([os.path.abspath(t[0].path.parent) for t in tables]))
        files: list[RawFile] = []
        for look, part, dialect in tables:
            name = PurePath(os.path.relpath(os.path.abspath(look.path), home)).as_posix()
            files.append(_measured(look.path, name, part, dialect))
            files += [_measured(p, p.name, "", Dialect()) for p in _companions(look.path)]
        return Held(home, _once(files))
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for look, part, dialect in tables:
        target = folder / look.name
        if target.exists():  # two archives with one name inside
            target = folder / f"{look.path.stem}-{look.name}"
        if look.member:
            with (
                zipfile.ZipFile(look.path) as archive,
                archive.open(look.member) as inside,
                target.open("wb") as outside,
            ):
                shutil.copyfileobj(inside, outside)
        else:
            shutil.copyfile(look.path, target)
        files.append(_measured(target, target.name, part, dialect))
        for companion in () if look.member else _companions(look.path):
            shutil.copyfile(companion, folder / companion.name)
            files.append(_measured(folder / companion.name, companion.name, "", Dialect()))
    kept = _once(files)
    return Held(folder, kept, tuple(f.name for f in kept))


def settle(held: Held, folder: Path, *, force: bool = False) -> Path:
    """Move what was brought to its final folder.

    Raises
    ------
    FragilityError
        When a file of that name and of another content is there, but for `force`.
    """
    if not held.brought:
        return held.folder
    for file in held.files:
        there = folder / file.name
        if not force and there.is_file() and sha256_of(there) != file.sha256:
            raise FragilityError(
                "Un fichier de ce nom est déjà là, avec un autre contenu.", path=there,
                remedy="déplacez-le, choisissez un autre nom d'édition, ou ajoutez --force pour le "
                "remplacer",
            )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for file in held.files:
        os.replace(held.folder / file.name, folder / file.name)
    return folder


def _companions(path: Path) -> list[Path]:
    if path.suffix.lower() != ".shp":
        return []
    return [p for s in COMPANIONS for p in [path.with_suffix(s)] if p.is_file()]


def _measured(path: Path, name: str, part: str, dialect: Dialect) -> RawFile:
    return RawFile(name, path.stat().st_size, sha256_of(path), part=part, dialect=dialect)


def _once(files: list[RawFile]) -> tuple[RawFile, ...]:
    return tuple({file.name: file for file in files}.values())
