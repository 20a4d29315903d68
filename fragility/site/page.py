"""What is the same in the site of every edition: its page, and where its parts are."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

SITE = "site"
ACCOUNT = "edition.json"
TILES = "tuiles"
_HIDDEN = "__pycache__"


def is_whole(site: Path) -> bool:
    """Tell whether a folder holds a site: runs publish one with the figures of each edition."""
    return (site / ACCOUNT).is_file() and (site / TILES).is_dir()


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
