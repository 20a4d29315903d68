"""The command line: French help and messages, machine names that never change.

Exit codes: 0 done, 1 a run or a data check failed, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fragility import __version__
from fragility.errors import FragilityError
from pipelines.workspace import DEFAULT_PROFILE, default_out, default_raw

app = typer.Typer(
    help="Où l'exclusion numérique fait mal en France, et où personne n'est près pour aider.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

EditionOption = Annotated[str, typer.Option("--edition", "-e", help="Édition à traiter.")]
RawOption = Annotated[
    Path | None, typer.Option("--raw", help="Dossier des fichiers sources [défaut : data/raw].")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Dossier des résultats [défaut : data/processed].")
]
ProfileOption = Annotated[
    str, typer.Option("--profile", "-p", help="Définition de l'indice, ou un fichier .toml.")
]


def console() -> Console:
    """Standard output, plain in a pipe, without colour when NO_COLOR is set."""
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@app.command()
def run(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    profile: ProfileOption = DEFAULT_PROFILE,
) -> None:
    """Calculer une édition, des fichiers sources à toutes les sorties."""
    from pipelines.display import run_with_progress

    run_with_progress(console(), edition, raw or default_raw(), out or default_out(), profile)


@app.command()
def editions() -> None:
    """Lister les éditions."""
    from pipelines.display import show_editions

    show_editions(console())


@app.command()
def sources(
    edition: Annotated[
        str | None, typer.Option("--edition", "-e", help="Une seule édition.")
    ] = None,
    raw: RawOption = None,
) -> None:
    """Dire quels fichiers sources sont là, lesquels manquent et où les trouver."""
    from pipelines.display import show_sources

    show_sources(console(), edition, raw or default_raw())


@app.command()
def check(
    edition: EditionOption = "demo", out: OutOption = None, profile: ProfileOption = DEFAULT_PROFILE
) -> None:
    """Refaire les contrôles sur une édition déjà calculée."""
    from pipelines.display import show_checks

    show_checks(console(), edition, out or default_out(), profile)


@app.command()
def validation(
    edition: EditionOption = "france-2021",
    out: OutOption = None,
    reference: Annotated[
        Path | None, typer.Option("--reference", help="Dossier des valeurs publiées à comparer.")
    ] = None,
    docs: Annotated[Path, typer.Option("--docs", help="Dossier de la page écrite.")] = Path("docs"),
) -> None:
    """Comparer une édition aux valeurs publiées et écrire docs/validation.md."""
    from fragility.validation.report import write_validation

    page = write_validation((out or default_out()) / edition, reference, docs)
    console().print(f"Page écrite : {page}")


@app.command()
def version() -> None:
    """Afficher la version."""
    console().print(__version__)


def main() -> None:
    """Run the command line and turn our errors into a message and an exit code."""
    # Dagster writes its own events to the log: the summary says what a user needs.
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    try:
        app()
    except FragilityError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"[bold red]Erreur[/] : {_escape(error.message())}"
        )
        sys.exit(error.exit_code)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)


if __name__ == "__main__":
    main()
