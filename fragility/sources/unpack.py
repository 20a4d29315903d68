"""Take one file out of a zip or a 7z that a server sent, and refuse what could do harm.

The archive never chooses where anything is written: the one member wanted goes to the path given,
and an archive that names a path outside, an absolute path or a link is refused as a whole, since
no producer's archive holds one. What a member weighs is bounded while it is written, whatever the
archive announces.
"""

from __future__ import annotations

import fnmatch
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import py7zr
from py7zr.exceptions import ArchiveError, PasswordRequired

from fragility.errors import BadFileError
from fragility.sources.readers.common import DAMAGED_ZIP

ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
SEVEN_ZIP_SIGNATURE = b"7z\xbc\xaf\x27\x1c"
CHUNK = 1 << 20
SHOWN = 6
# py7zr lets what its decompressors and its header parser meet escape as they are.
_BAD_7Z = (ArchiveError, lzma.LZMAError, zlib.error, EOFError, ValueError, TypeError, IndexError)


@dataclass(frozen=True)
class Limits:
    """What an archive may weigh once opened.

    Attributes
    ----------
    octets : largest member, bytes.
    ratio : largest bytes out per byte in; the tables and contours met stay under 40.
    floor : bytes under which the ratio says nothing.
    """

    octets: int = 8_000_000_000
    ratio: float = 200.0
    floor: int = 1_000_000


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    packed: int
    link: bool
    folder: bool


def extract_member(
    archive: Path, pattern: str, target: Path, *, shown: Path, limits: Limits | None = None
) -> None:
    """Write the one member of an archive that matches `pattern` to `target`.

    Parameters
    ----------
    archive : zip or 7z, told apart by its first bytes.
    pattern : glob, compared without regard to case with the member's base name, or with its whole
        path if it holds a `/`.
    target : path written, in a folder that exists. Removed when anything fails.
    shown : path that messages name.

    Raises
    ------
    BadFileError
        When the archive is neither, truncated, damaged, locked, hostile or a bomb, or does not
        hold exactly one such member.
    """
    limits = limits or Limits()
    with archive.open("rb") as stream:
        head = stream.read(len(SEVEN_ZIP_SIGNATURE))
    try:
        if head.startswith(ZIP_SIGNATURES):
            _extract_zip(archive, pattern, target, shown, limits)
        elif head == SEVEN_ZIP_SIGNATURE:
            _extract_7z(archive, pattern, target, shown, limits)
        else:
            raise BadFileError("Le fichier reçu n'est ni un zip ni un 7z.", path=shown)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


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
        whole = head.startswith(b"SQLite format 3\0") and size >= (page if page > 1 else 1) * pages
    else:
        return
    if not whole:
        raise BadFileError(
            f"Le fichier reçu est tronqué ou n'est pas un « {suffix} ».",
            path=shown,
            found=f"{size} octets",
            remedy="relancez la commande",
        )


def _pick(members: Iterable[_Member], pattern: str, shown: Path, limits: Limits) -> _Member:
    """Return the member wanted, after a look at what the archive announces."""
    members = list(members)
    for member in members:
        if member.link or _unsafe(member.name):
            raise BadFileError(
                "L'archive est refusée : elle contient un lien ou un chemin hors du dossier.",
                path=shown,
                found=member.name,
            )
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
    _refuse_bomb(found[0].size, found[0].packed, shown, limits)
    return found[0]


def _unsafe(name: str) -> bool:
    """Tell whether a name is absolute, of another drive, or climbs out of its folder."""
    name = name.replace("\\", "/")
    return name.startswith("/") or bool(re.match(r"[A-Za-z]:", name)) or ".." in name.split("/")


def _refuse_bomb(size: int, packed: int, shown: Path, limits: Limits) -> None:
    too_dense = size > limits.floor and size > limits.ratio * max(packed, 1)
    if size > limits.octets or too_dense:
        raise BadFileError(
            "L'archive est refusée : elle se déplie sans mesure.",
            path=shown,
            expected=f"au plus {limits.octets} octets, {limits.ratio:g} fois la taille comprimée",
            found=f"{size} octets pour {packed}",
        )


def _extract_zip(archive: Path, pattern: str, target: Path, shown: Path, limits: Limits) -> None:
    weight = archive.stat().st_size  # an announced compressed size may be a lie too
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = opened.infolist()
            members = [
                _Member(
                    info.filename,
                    info.file_size,
                    min(info.compress_size, weight),
                    stat.S_ISLNK(info.external_attr >> 16),
                    info.is_dir(),
                )
                for info in infos
            ]
            member = _pick(members, pattern, shown, limits)
            info = infos[members.index(member)]
            if info.flag_bits & 1:
                raise _damaged(shown, "protégée par un mot de passe")
            with opened.open(info) as source, target.open("wb") as out:
                written = 0
                while chunk := source.read(CHUNK):
                    written += len(chunk)
                    _refuse_bomb(written, member.packed, shown, limits)
                    out.write(chunk)
    except DAMAGED_ZIP as error:
        raise _damaged(shown, str(error)) from None


class _BoundedFile(py7zr.Py7zIO):
    """Where py7zr writes the member: a file of ours, which refuses to grow without end."""

    def __init__(self, out: IO[bytes], packed: int, shown: Path, limits: Limits) -> None:
        self.out, self.packed, self.shown, self.limits = out, packed, shown, limits

    def write(self, s: bytes | bytearray) -> int:
        _refuse_bomb(self.out.tell() + len(s), self.packed, self.shown, self.limits)
        return self.out.write(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.out.seek(offset, whence)

    def flush(self) -> None:
        self.out.flush()

    def size(self) -> int:
        return self.out.tell()


class _OneFile(py7zr.WriterFactory):
    def __init__(self, file: _BoundedFile) -> None:
        self.file = file

    def create(self, filename: str) -> py7zr.Py7zIO:
        return self.file


def _extract_7z(archive: Path, pattern: str, target: Path, shown: Path, limits: Limits) -> None:
    # Members share one stream: only the archive as a whole has a ratio, and reaching one member
    # unpacks those before it.
    packed = archive.stat().st_size
    try:
        with archive.open("rb") as stream, py7zr.SevenZipFile(stream) as opened:
            if opened.needs_password():
                raise _damaged(shown, "protégée par un mot de passe")
            listed = opened.list()
            _refuse_bomb(sum(m.uncompressed for m in listed), packed, shown, limits)
            members = [
                # Neither file nor folder: a link of Windows, a socket.
                _Member(
                    m.filename,
                    m.uncompressed,
                    packed,
                    m.is_symlink or not (m.is_file or m.is_directory),
                    m.is_directory,
                )
                for m in listed
            ]
            member = _pick(members, pattern, shown, limits)
            with target.open("wb") as out:
                factory = _OneFile(_BoundedFile(out, packed, shown, limits))
                opened.extract(targets=[member.name], factory=factory)
            if target.stat().st_size != member.size:
                raise _damaged(shown, f"{target.stat().st_size} octets sur {member.size}")
    except PasswordRequired:
        raise _damaged(shown, "protégée par un mot de passe") from None
    except _BAD_7Z as error:
        raise _damaged(shown, str(error)) from None


def _damaged(shown: Path, found: str) -> BadFileError:
    return BadFileError(
        "L'archive est tronquée, abîmée ou illisible.",
        path=shown,
        found=found or None,
        remedy="relancez la commande",
    )
