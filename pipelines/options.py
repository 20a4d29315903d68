"""Options that several commands take, and what every command does with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fragility.sources.user_editions import register_user_editions
from pipelines.workspace import default_raw

PIPE_WIDTH = 240  # the longest address of a producer fits


def console() -> Console:
    """Standard output, plain and wide enough for whole names in a pipe, and without colour when
    NO_COLOR is set.
    """
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, width=None if terminal else PIPE_WIDTH)


def see_user_editions(raw: Path | None) -> Path | None:
    """Make the user's editions of the folder of raw files known to the command that follows."""
    register_user_editions(raw or default_raw())
    return raw


RawOption = Annotated[
    Path | None,
    typer.Option(
        "--raw",
        help="Dossier des fichiers sources (défaut : data/raw).",
        callback=see_user_editions,
    ),
]
