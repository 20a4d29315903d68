"""The hidden folder that a run writes to, and how it takes the place of the published one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from fragility.site.page import SITE
from pipelines.versions import FOLDER, read_stamp

STAGING = "en-cours"
DAY = 24 * 3600
# What programs leave beside a file that they have opened: worse than useless beside a new one.
_SIDECARS = ("-wal", "-shm", "-journal", ".wal", ".aux.xml")


def staging_name() -> str:
    """Part of the name of a run's folder: two processes do not share one."""
    return f"{STAGING}-{os.getpid()}"


def forget_killed_runs(staging: Path) -> None:
    """Remove what runs killed more than a day ago have left beside this one's folder."""
    prefix = staging.name.rsplit("-", 1)[0]
    for folder in staging.parent.glob(f"{prefix}-*"):
        if time.time() - folder.stat().st_mtime > DAY or folder == staging:
            shutil.rmtree(folder, ignore_errors=True)


def publish(staging: Path, folder: Path) -> list[str]:
    """Put the new folder in the place of the old one; put the old one back if that fails.

    What the folder of an edition holds that no run has made (fiches, files of the user, a `CNAME`
    or a `.git` in its site) goes over to the new one.

    Returns
    -------
    What went over, as paths within the folder.
    """
    put_back(staging, folder)
    previous = _previous(folder)
    try:
        if folder.exists():
            os.replace(folder, previous)
        os.replace(staging, folder)
    except BaseException:
        if previous.exists() and not folder.exists():
            os.replace(previous, folder)
        raise
    return put_back(staging, folder)


def put_back(staging: Path, folder: Path) -> list[str]:
    """End what a publication has begun, be it of a run that was killed meanwhile.

    The old folder is put back where there is no new one; else what it alone holds goes over to the
    new one, and the rest is removed.

    Parameters
    ----------
    staging : folder of the run that asks, which need not exist.

    Returns
    -------
    What went over, as paths within the folder.
    """
    previous = _previous(folder)
    if not previous.exists():
        return []
    if not folder.exists():
        os.replace(previous, folder)
        return []
    carried = _carry(previous, folder, _made(previous)) if (folder / FOLDER).is_dir() else []
    # Under another name first: half removed, nothing tells what runs had made in it.
    waste = staging.with_name(f"{staging.name}-ancien")
    shutil.rmtree(waste, ignore_errors=True)
    os.replace(previous, waste)
    shutil.rmtree(waste, ignore_errors=True)
    return carried


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.precedent")


def _made(folder: Path) -> frozenset[str]:
    """Files that runs have made in a folder, and the folders that hold them."""
    stamps = (read_stamp(folder, path.stem) for path in (folder / FOLDER).glob("*.json"))
    files = {path for stamp in stamps if stamp is not None for path in stamp.files}
    above = {parent.as_posix() for path in files for parent in PurePosixPath(path).parents}
    return frozenset({FOLDER, SITE} | files | above)


def _carry(old: Path, new: Path, made: frozenset[str], within: str = "") -> list[str]:
    """Move what no run has made from a folder to another that does not hold it."""
    carried = []
    for entry in sorted((old / within).iterdir()):
        path = f"{within}/{entry.name}" if within else entry.name
        target = new / path
        if path == SITE:
            if entry.is_dir():
                carried += _carry(old, new, made, path)
        elif path in made or _is_leftover(path, made):
            continue
        elif not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(entry, target)
            carried.append(path)
        elif within != SITE and all(
            one.is_dir() and not one.is_symlink() for one in (entry, target)
        ):
            carried += _carry(old, new, made, path)
    return carried


def _is_leftover(path: str, made: Iterable[str]) -> bool:
    """Whether a program has left it while it wrote or read what a run made."""
    name = PurePosixPath(path).name
    return name.startswith(f".{SITE}.{STAGING}") or any(
        path.endswith(end) and path.removesuffix(end) in made for end in _SIDECARS
    )
