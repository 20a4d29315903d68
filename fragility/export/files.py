"""Publish a file whole or not at all, and equal content as equal bytes."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from fragility.errors import FragilityError


@contextmanager
def publishing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it over `path` when the block succeeds.

    The temporary file is in the same folder, since a rename is atomic only within a disk; it
    keeps the suffix, since several libraries choose the format by it. It is removed on failure.

    Raises
    ------
    FragilityError
        When another program keeps the published file open (a spreadsheet on Windows).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    leftovers = [draft.with_name(draft.name + end) for end in ("", "-journal", "-wal", ".wal")]
    try:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
        yield draft
        try:
            os.replace(draft, path)
        except PermissionError:
            raise FragilityError(
                "Le fichier n'a pas pu être remplacé.",
                path=path,
                found="un autre programme le tient ouvert",
                remedy="fermez le tableur, QGIS ou le client DuckDB qui l'affiche, puis relancez",
            ) from None
    finally:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write UTF-8 text with the line ends it has."""
    with publishing(path) as draft:
        draft.write_bytes(text.encode("utf-8"))
    return path


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """Return a zip archive that depends on its members only (dates are those of 1980)."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
