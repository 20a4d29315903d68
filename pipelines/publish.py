"""The hidden folder that a run writes to, and how it takes the place of the published one."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

STAGING = "en-cours"
DAY = 24 * 3600


def staging_name() -> str:
    """Part of the name of a run's folder: two processes do not share one."""
    return f"{STAGING}-{os.getpid()}"


def forget_killed_runs(staging: Path) -> None:
    """Remove what runs killed more than a day ago have left beside this one's folder."""
    prefix = staging.name.rsplit("-", 1)[0]
    for folder in staging.parent.glob(f"{prefix}-*"):
        if time.time() - folder.stat().st_mtime > DAY or folder == staging:
            shutil.rmtree(folder, ignore_errors=True)


def publish(staging: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; put the old one back if that fails."""
    previous = folder.with_name(f".{folder.name}.precedent")
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        os.replace(folder, previous)
    try:
        os.replace(staging, folder)
    except OSError:
        if previous.exists():
            os.replace(previous, folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)
