"""What is the same in the site of every edition: its page, and where its parts are."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

SITE = "site"
ACCOUNT = "edition.json"
TILES = "tuiles"
LIST = "fichiers.json"
"""Path and size of each file: one list for the tiles, one for all the rest."""
_HIDDEN = "__pycache__"


def is_whole(site: Path) -> bool:
    """Tell whether a folder holds a site, and every file of it with its size.

    Runs publish one with the figures of each edition.
    """
    if not (site / ACCOUNT).is_file():
        return False
    try:
        return all(
            (part / path).stat().st_size == size
            for part in (site, site / TILES)
            for path, size in _read_list(part).items()
        )
    except (OSError, ValueError):
        return False


def listed(site: Path) -> list[Path]:
    """Files of a whole site, from its root, without what its owner put beside."""
    return [
        (part / path).relative_to(site)
        for part in (site, site / TILES)
        for path in (*_read_list(part), LIST)
    ]


def write_list(part: Path) -> None:
    """List the files that a folder now holds."""
    sizes = {
        path.relative_to(part).as_posix(): path.stat().st_size
        for path in sorted(part.rglob("*"))
        if path.is_file()
    }
    (part / LIST).write_text(json.dumps(sizes, ensure_ascii=False), encoding="utf-8")


def _read_list(part: Path) -> dict[str, int]:
    """Sizes by path.

    Raises
    ------
    OSError, ValueError
        When there is no such list, or when it is broken.
    """
    sizes = json.loads((part / LIST).read_text(encoding="utf-8"))
    if not isinstance(sizes, dict) or not sizes:
        raise ValueError(f"{part / LIST}: not a list of files")
    return sizes


@contextmanager
def _static() -> Iterator[Path]:
    with resources.as_file(resources.files("fragility.site") / "static") as folder:
        yield folder


def copy_page(to: Path) -> None:
    """Copy the page, its scripts and its styles in a new folder."""
    with _static() as folder:
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns(_HIDDEN))


def page_digests() -> dict[str, str]:
    """Checksum of each file of the page, by path."""
    with _static() as folder:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and _HIDDEN not in path.parts
        }
