"""What `fragility compare AVANT APRES` does: compare, write whole or not at all, say it."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from fragility.errors import UsageError
from pipelines.publish import forget_killed_runs, publish, staging_name

FOLDER = "comparaisons"


def compare_two(console: Console, before: str | None, after: str | None, out: Path) -> None:
    """Compare two published editions; their own folders are left as they are.

    Raises
    ------
    UsageError
        When one of the two is not given.
    """
    if not before or not after:
        raise UsageError(
            "Il manque ce qu'il faut comparer.",
            expected="deux éditions (fragility compare AVANT APRES), ou --published FICHIER",
            found=before or after,
            remedy="« fragility editions » liste les éditions",
        )
    for name in (before, after):
        _require_known(name)
    from fragility.validation.evolution import compare_published
    from fragility.validation.evolution_page import summary_lines, write_comparison
    from fragility.validation.evolution_words import explain_state
    from pipelines.emit import run_date

    evolution = compare_published(out, before, after)
    folder = out / FOLDER / f"{before}__{after}"
    staging = folder.with_name(f".{folder.name}.{staging_name()}")
    forget_killed_runs(staging)
    try:
        written = write_comparison(staging, evolution, run_date())
        publish(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    for side in (evolution.before, evolution.after):
        if side.edition.banner:
            console.print(escape(f"{side.edition.name} : {side.edition.banner}."))
    for line in summary_lines(evolution):
        console.print(escape(line))
    console.print("Ce qui est comparé, et ce qui ne l'est pas :")
    for row in evolution.indicators.to_dict("records"):
        console.print(escape(f"- {explain_state(row)}"))
    for path in written:
        console.print(escape(str(folder / path.name)))


def _require_known(name: str) -> None:
    """Refuse an edition that nobody knows; one of the user's is known by its folder of raw files.

    Raises
    ------
    UsageError
        With the names that are known.
    """
    from fragility.sources.catalogue import find_edition

    try:
        find_edition(name)
    except UsageError as error:
        error.remedy = (
            "choisissez deux d'entre elles ; une édition à vous n'est connue qu'avec le dossier de "
            "ses fichiers sources : ajoutez --raw DOSSIER"
        )
        raise
