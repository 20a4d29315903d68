"""Where files are by default, for commands that only read: nothing heavy is imported."""

from __future__ import annotations

import os
from pathlib import Path

DEFAULT_PROFILE = "ifn-2023"


def default_raw() -> Path:
    """Folder of the raw files: FRAGILITY_RAW, else data/raw."""
    return Path(os.environ.get("FRAGILITY_RAW") or "data/raw")


def default_out() -> Path:
    """Folder of the outputs: FRAGILITY_OUT, else data/processed."""
    return Path(os.environ.get("FRAGILITY_OUT") or "data/processed")
