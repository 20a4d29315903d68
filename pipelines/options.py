"""Options that several commands take, and what every command does with them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from fragility.sources.model import USER_EDITIONS_FILE
from pipelines.folders import default_raw

_READER = "fragility.sources.user_editions"
HELP = "Afficher cette aide."
PIPE_WIDTH = 240  # the longest address of a producer fits


class FrenchGroup(TyperGroup):
    """Commands whose option -h is described in French: Typer has only English for it."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command, and describe its option -h."""
        command = super().get_command(ctx, cmd_name)
        return None if command is None else _french_help(command, ctx)

    def get_help_option(self, ctx: Any) -> Any:
        """Describe the option -h of the group."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = HELP
        return option


def _french_help(command: Any, ctx: Any) -> Any:
    option = command.get_help_option(ctx)
    if option is not None:
        option.help = HELP
    return command


def console() -> Console:
    """Standard output, plain and wide enough for whole names in a pipe, and without colour when
    NO_COLOR is set.
    """
    terminal = sys.stdout.isatty()
    return Console(highlight=False, soft_wrap=not terminal, width=None if terminal else PIPE_WIDTH)


def see_user_editions(raw: Path | None) -> Path | None:
    """Make the user's editions of the folder of raw files known to the command that follows.

    Reading them loads every reader, for two seconds: not where nobody has written any.
    """
    folder = raw or default_raw()
    known = _READER in sys.modules
    if known or any((f / USER_EDITIONS_FILE).is_file() for f in (folder, default_raw())):
        # First: on its way in it makes those of the default folder known instead.
        import pipelines.workspace  # noqa: F401
        from fragility.sources.user_editions import register_user_editions

        register_user_editions(folder)
    return raw


RawOption = Annotated[
    Path | None,
    typer.Option(
        "--raw",
        help="Dossier des fichiers sources (défaut : data/raw).",
        callback=see_user_editions,
    ),
]
