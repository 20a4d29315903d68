"""Options that several commands take, and what every command does with them."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from fragility.errors import UsageError
from fragility.sources.model import USER_EDITIONS_FILE
from pipelines.folders import default_raw

_READER = "fragility.sources.user_editions"
HELP = "Afficher cette aide."
# What an option takes, in the help, by what is in the name of its type.
_METAVARS = (("int", "ENTIER"), ("float", "NOMBRE"), ("Path", "CHEMIN"), ("datetime", "DATE"))
_WHY = {errno.EROFS: "le disque est en lecture seule", errno.ENOSPC: "le disque est plein"}
PIPE_WIDTH = 240  # the longest address of a producer fits


class FrenchGroup(TyperGroup):
    """Commands whose help is in French where Typer has only English: option -h, kinds of values."""

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
    for param in command.params:
        if param.param_type_name == "option" and not param.is_flag and param.metavar is None:
            kind = str(param.type_descriptor.annotation)
            param.metavar = next((word for name, word in _METAVARS if name in kind), "TEXTE")
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


def require_writable(folder: Path, option: str) -> Path:
    """Return a folder that can be written in, whether it is there or to be made.

    A national computation lasts minutes: what it could not write is said before.

    Raises
    ------
    UsageError
        When nothing can be written in it, or in the folder that is to hold it.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if os.path.exists(path))
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return folder
    except OSError as error:
        why = _WHY.get(error.errno or 0, "le système le refuse")
        if not nearest.is_dir():
            why = f"{nearest} est un fichier"
        elif isinstance(error, PermissionError):
            why = f"le droit d'écrire dans {nearest} manque"
        raise UsageError(
            "Rien ne peut être écrit dans ce dossier.",
            path=folder,
            found=why,
            remedy=f"donnez un autre dossier par {option}, ou rendez celui-ci modifiable",
        ) from None


EditionOption = Annotated[
    str, typer.Option("--edition", "-e", help="Édition (« fragility editions » les liste).")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DOSSIER",
        help="Dossier des résultats (défaut : data/processed).",
        file_okay=False,
    ),
]
RawOption = Annotated[
    Path | None,
    typer.Option(
        "--raw",
        metavar="DOSSIER",
        help="Dossier des fichiers sources (défaut : data/raw).",
        file_okay=False,
        callback=see_user_editions,
    ),
]
