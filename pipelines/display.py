"""What the commands print: progress while it runs, then one summary."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fragility.errors import DataCheckError, MissingFileError
from fragility.ledger import ENTERED, KEPT
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    find_edition,
    licence_of,
    releases_of,
)
from fragility.sources.files import conformity, sha256_of
from fragility.sources.model import LICENCES

SHOWN_TABLES = (
    "communes",
    "iris",
    "epci",
    "departements",
    "lieux",
    "communes_fragiles_non_couvertes",
)


def french(number: float, decimals: int = 0) -> str:
    """Write a number the French way: thin space every three digits, decimal comma."""
    return f"{number:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def size(octets: int) -> str:
    """Write a size in kB or MB."""
    return f"{french(octets / 1e6, 1)} Mo" if octets >= 1e6 else f"{french(octets / 1e3)} ko"


def quiet_dagster() -> None:
    """Keep Dagster's event log off the user's screen."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="dagster")


def run_with_progress(console: Console, edition: str, raw: Path, out: Path, profile: str) -> None:
    """Run an edition with a progress bar, then print the summary."""
    quiet_dagster()
    from pipelines.runner import count_steps, run_edition

    definition = find_edition(edition)
    console.print(f"[bold]{escape(definition.title)}[/] ({edition}), profil {escape(profile)}")
    if definition.banner:
        console.print(f"[yellow]{escape(definition.banner)}[/]")
    with Progress(
        TextColumn("{task.description:34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("préparation", total=count_steps())

        def notify(moment: str, step: str) -> None:
            if moment == "start":
                progress.update(task, description=step)
            else:
                progress.advance(task)

        report = run_edition(edition, raw, out, profile, notify)
    show_summary(console, report.folder)
    for text in report.warnings:
        console.print(f"[yellow]À vérifier[/] : {escape(text)}")
    console.print(
        f"\nTerminé en {french(report.seconds, 1)} s, {french(report.peak_mb)} Mo au plus. "
        f"Ouvrez d'abord [bold]{escape(str(report.folder / 'LISEZMOI.md'))}[/], "
        f"puis carte.qgz dans QGIS."
    )


def show_summary(console: Console, folder: Path) -> None:
    """Rows, rows dropped by reason, files."""
    rows = Table("table", "lignes", title="Tables")
    rows.columns[1].justify = "right"
    for name in SHOWN_TABLES:
        frame = pd.read_parquet(folder / "tables" / f"{name}.parquet", columns=None)
        rows.add_row(name, french(len(frame)))
    console.print(rows)

    ledger = pd.read_parquet(folder / "tables" / "registre.parquet")
    dropped = ledger[~ledger["motif"].isin([ENTERED, KEPT])]
    lines = Table("étape", "source", "motif", "lignes", title="Lignes écartées ou ajoutées (-)")
    lines.columns[3].justify = "right"
    for etape, source, motif, count in dropped.itertuples(index=False):
        lines.add_row(etape, escape(source), escape(motif), french(count))
    console.print(lines)

    files = Table("fichier", "taille", title=f"Fichiers dans {folder}")
    files.columns[1].justify = "right"
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        files.add_row(path.name, size(path.stat().st_size))
    console.print(files)


def show_editions(console: Console) -> None:
    """One line per edition."""
    table = Table("édition", "titre", "COG", "livraisons")
    for edition in EDITIONS.values():
        table.add_row(
            edition.name, escape(edition.title), str(edition.cog_year), str(len(edition.releases))
        )
    console.print(table)


def show_sources(console: Console, edition: str | None, raw: Path) -> None:
    """State of each release: present, missing, another copy."""
    releases = list(RELEASES.values()) if edition is None else releases_of(find_edition(edition))
    table = Table("livraison", "état", "taille", "licence", "page du producteur")
    missing = 0
    for release in releases:
        states, total = [], 0
        for file in release.files:
            path = raw / release.folder / file.name
            if not path.is_file():
                states.append("manquant")
                continue
            total += path.stat().st_size
            same = conformity(file, sha256_of(path)) != "differente"
            states.append("présent" if same else "présent, autre copie")
        missing += "manquant" in states
        state = next((s for s in ("manquant", "présent, autre copie") if s in states), "présent")
        colour = {"manquant": "red", "présent": "green"}.get(state, "yellow")
        table.add_row(
            release.id,
            f"[{colour}]{state}[/]",
            size(total) if total else "",
            LICENCES[licence_of(release)][0],
            SOURCES[release.source].landing,
        )
    console.print(table)
    console.print(f"{len(releases) - missing} livraisons présentes sur {len(releases)} dans {raw}.")


def show_checks(console: Console, edition: str, out: Path, profile: str) -> None:
    """Run the checks again on what is stored."""
    quiet_dagster()
    import dagster as dg

    from pipelines.definitions import build_defs

    find_edition(edition)
    if not (out / edition / "tables").is_dir():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=out / edition,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    defs = build_defs(out=str(out), profile=profile)
    job = defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(),
        asset_check_selection={
            key for checks in defs.asset_checks or [] for key in checks.check_keys
        },
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            partition_key=edition, instance=instance, raise_on_error=False
        )
    evaluations = result.get_asset_check_evaluations()
    failed = [e for e in evaluations if not e.passed]
    for evaluation in failed:
        console.print(
            f"[red]✗[/] {evaluation.asset_key.to_user_string()} : "
            f"{escape(evaluation.description or '')}"
        )
    blocking = [e for e in failed if e.severity == dg.AssetCheckSeverity.ERROR]
    console.print(f"{len(evaluations) - len(failed)} contrôles réussis sur {len(evaluations)}.")
    if blocking:
        raise DataCheckError(f"{len(blocking)} contrôles bloquants ont échoué.")
