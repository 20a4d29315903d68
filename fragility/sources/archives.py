"""The three kinds of archives that producers ship, behind one form: list, then write.

What may be taken out, and where to, is decided in `unpack.py`.
"""

from __future__ import annotations

import gzip
import lzma
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import py7zr
from py7zr.exceptions import ArchiveError, PasswordRequired

from fragility.errors import BadFileError
from fragility.sources.readers.common import DAMAGED_ZIP

ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
SEVEN_ZIP_SIGNATURE = b"7z\xbc\xaf\x27\x1c"
GZIP_SIGNATURE = b"\x1f\x8b"
CHUNK = 1 << 20
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
class Member:
    """One entry of an archive, as it announces it."""

    name: str
    size: int
    packed: int
    link: bool
    folder: bool


def refuse_bomb(size: int, packed: int, shown: Path, limits: Limits) -> None:
    """Stop what unfolds without measure, announced or being written."""
    too_dense = size > limits.floor and size > limits.ratio * max(packed, 1)
    if size > limits.octets or too_dense:
        raise BadFileError(
            "L'archive est refusée : elle se déplie sans mesure.",
            path=shown,
            expected=f"au plus {limits.octets} octets, {limits.ratio:g} fois la taille comprimée",
            found=f"{size} octets pour {packed}",
        )


def _damaged(shown: Path, found: str) -> BadFileError:
    return BadFileError(
        "L'archive est tronquée, abîmée ou illisible.",
        path=shown,
        found=found or None,
        remedy="relancez la commande",
    )


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class _Archive:
    path: Path
    shown: Path
    limits: Limits

    def _copy(self, source: _Readable, target: Path, packed: int) -> None:
        written = 0
        with target.open("wb") as out:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                refuse_bomb(written, packed, self.shown, self.limits)
                out.write(chunk)


class Zip(_Archive):
    """A zip."""

    def members(self) -> list[Member]:
        """Entries, as announced."""
        weight = self.path.stat().st_size  # an announced compressed size may be a lie too
        try:
            with zipfile.ZipFile(self.path) as opened:
                return [
                    Member(
                        info.filename,
                        info.file_size,
                        min(info.compress_size, weight),
                        stat.S_ISLNK(info.external_attr >> 16),
                        info.is_dir(),
                    )
                    for info in opened.infolist()
                ]
        except DAMAGED_ZIP as error:
            raise _damaged(self.shown, str(error)) from None

    def write(self, targets: Mapping[str, Path]) -> None:
        """Unpack entries by name."""
        weight = self.path.stat().st_size
        try:
            with zipfile.ZipFile(self.path) as opened:
                for name, target in targets.items():
                    info = opened.getinfo(name)
                    if info.flag_bits & 1:
                        raise _damaged(self.shown, "protégée par un mot de passe")
                    with opened.open(info) as source:
                        self._copy(source, target, min(info.compress_size, weight))
        except DAMAGED_ZIP as error:
            raise _damaged(self.shown, str(error)) from None


class Gzip(_Archive):
    """A gzip: one file, whose name is that of the archive without its suffix."""

    def members(self) -> list[Member]:
        """The only entry; its size is known once it is unpacked."""
        return [Member(self.path.name, 0, self.path.stat().st_size, False, False)]

    def write(self, targets: Mapping[str, Path]) -> None:
        """Unpack it."""
        for target in targets.values():
            try:
                with gzip.open(self.path) as source:
                    self._copy(source, target, self.path.stat().st_size)
            except (gzip.BadGzipFile, zlib.error, EOFError) as error:
                raise _damaged(self.shown, str(error)) from None


class _BoundedFile(py7zr.Py7zIO):
    """Where py7zr writes a member: a file of ours, which refuses to grow without end."""

    def __init__(self, out: IO[bytes], packed: int, shown: Path, limits: Limits) -> None:
        self.out, self.packed, self.shown, self.limits = out, packed, shown, limits

    def write(self, s: bytes | bytearray) -> int:
        refuse_bomb(self.out.tell() + len(s), self.packed, self.shown, self.limits)
        return self.out.write(s)

    def read(self, size: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.out.seek(offset, whence)

    def flush(self) -> None:
        self.out.flush()

    def size(self) -> int:
        return self.out.tell()


class _Files(py7zr.WriterFactory):
    """One bounded file per member wanted, closed together."""

    def __init__(self, targets: Mapping[str, Path], packed: int, archive: _Archive) -> None:
        self.targets, self.packed, self.archive = targets, packed, archive
        self.opened: list[IO[bytes]] = []

    def create(self, filename: str) -> py7zr.Py7zIO:
        out = self.targets[filename].open("wb")
        self.opened.append(out)
        return _BoundedFile(out, self.packed, self.archive.shown, self.archive.limits)

    def close(self) -> None:
        for out in self.opened:
            out.close()


class SevenZip(_Archive):
    """A 7z. Members share one stream: reaching one unpacks those before it, hence one pass."""

    def members(self) -> list[Member]:
        """Entries, as announced; only the archive as a whole has a ratio."""
        packed = self.path.stat().st_size
        try:
            with py7zr.SevenZipFile(self.path) as opened:
                if opened.needs_password():
                    raise _damaged(self.shown, "protégée par un mot de passe")
                listed = opened.list()
                refuse_bomb(sum(m.uncompressed for m in listed), packed, self.shown, self.limits)
                return [
                    # Neither file nor folder: a link of Windows, a socket.
                    Member(
                        m.filename,
                        m.uncompressed,
                        packed,
                        m.is_symlink or not (m.is_file or m.is_directory),
                        m.is_directory,
                    )
                    for m in listed
                ]
        except PasswordRequired:
            raise _damaged(self.shown, "protégée par un mot de passe") from None
        except _BAD_7Z as error:
            raise _damaged(self.shown, str(error)) from None

    def write(self, targets: Mapping[str, Path]) -> None:
        """Unpack entries by name, in one pass."""
        if not targets:
            return
        files = _Files(targets, self.path.stat().st_size, self)
        try:
            with py7zr.SevenZipFile(self.path) as opened:
                sizes = {m.filename: m.uncompressed for m in opened.list()}
                opened.extract(targets=list(targets), factory=files)
        except PasswordRequired:
            raise _damaged(self.shown, "protégée par un mot de passe") from None
        except _BAD_7Z as error:
            raise _damaged(self.shown, str(error)) from None
        finally:
            files.close()
        for name, target in targets.items():
            # An empty member is never asked for by py7zr.
            written = target.stat().st_size if target.exists() else 0
            target.touch()
            if written != sizes[name]:
                raise _damaged(self.shown, f"{written} octets sur {sizes[name]}")
