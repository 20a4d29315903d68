"""`fragility compare`: two editions, or an edition beside a published file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from fragility.errors import UsageError
from pipelines.folders import default_out, default_raw
from pipelines.options import OutOption, RawOption, console, require_writable


def compare(
    before: Annotated[
        str | None, typer.Argument(metavar="[AVANT]", help="Édition d'avant.", show_default=False)
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[APRES]", help="Édition d'après.", show_default=False)
    ] = None,
    published: Annotated[
        Path | None,
        typer.Option(
            "--published",
            metavar="FICHIER",
            help="Fichier publié de l'indice (2023 : tous niveaux et variantes ; 2020 : IRIS).",
            dir_okay=False,
        ),
    ] = None,
    edition: Annotated[
        str, typer.Option("--edition", "-e", help="Édition comparée au fichier publié.")
    ] = "france-2021",
    out: OutOption = None,
    raw: RawOption = None,
) -> None:
    """Comparer deux éditions, sur les repères de la plus ancienne ; ou, avec --published, une
    édition à un fichier publié de l'indice : ce qui se reproduit, ce qui diffère et pourquoi.
    """
    require_writable(out or default_out(), "--out")
    if published is None:
        from pipelines.compare_editions import compare_two

        compare_two(console(), before, after, out or default_out())
        return
    if before or after:
        raise UsageError(
            "--published se compare à une seule édition, celle de --edition.",
            found=" ".join(name for name in (before, after) if name),
            remedy="retirez les noms d'éditions, ou --published",
        )
    compare_with_file(console(), edition, published, out or default_out(), raw or default_raw())


def compare_with_file(
    console: Console, edition: str, published: Path, out: Path, raw: Path
) -> None:
    """Compare, write the folder of the report whole or not at all, and say the findings."""
    from fragility.validation.comparison import compare_published
    from fragility.validation.comparison_files import FOLDER, write_comparison
    from fragility.validation.differences_page import summary
    from pipelines.publish import forget_killed_runs, publish, staging_name

    comparison = compare_published(out / edition, published, raw)
    folder = out / FOLDER / comparison.folder_name
    staging = folder.with_name(f".{folder.name}.{staging_name()}")
    forget_killed_runs(staging)
    try:
        written = write_comparison(comparison, staging)
        publish(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    for line in summary(comparison):
        console.print(escape(line))
    for path in written:
        console.print(escape(str(folder / path.name)))
