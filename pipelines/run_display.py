"""What `fragility run` prints: progress while it runs, then what was computed, kept and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fragility.export.labels import french, plural
from fragility.ledger import ENTERED, KEPT
from fragility.site.page import SITE
from fragility.sources.catalogue import find_edition
from pipelines.display import size, table
from pipelines.runner import RunReport, count_steps, run_edition

SHOWN_TABLES = (
    "communes",
    "iris",
    "epci",
    "departements",
    "lieux",
    "communes_fragiles_non_couvertes",
)


def run_with_progress(
    console: Console,
    edition: str,
    raw: Path,
    out: Path,
    profiles: Sequence[str],
    everything: bool = False,
) -> None:
    """Run an edition with a progress bar, then print the summary.

    Parameters
    ----------
    profiles : index profiles, the main one first.
    everything : compute all, even what has not changed.
    """
    profile, *others = profiles
    definition = find_edition(edition)
    console.print(f"[bold]{escape(definition.title)}[/] ({edition}), profil {escape(profile)}")
    if others:
        console.print(f"Profils à côté : {escape(', '.join(others))} (table index_profils)")
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

        report = run_edition(
            edition, raw, out, profile, notify, others=others, everything=everything
        )
    if report.causes:
        show_summary(console, report.folder)
        show_causes(console, report)
    for text in report.warnings:
        console.print(f"[yellow]À vérifier[/] : {escape(text)}")
    seconds = f"{french(report.seconds, 1)} s"
    if not report.causes:
        console.print(
            "Rien n'a changé depuis le dernier calcul : tout est gardé, aucun fichier n'est récrit "
            f"dans {escape(str(report.folder))} ({seconds}). --complet recalcule tout."
        )
        return
    console.print(
        f"\nTerminé en {seconds}, {french(report.peak_mb)} Mo au plus. "
        f"Ouvrez d'abord [bold]{escape(str(report.folder / 'LISEZMOI.md'))}[/], "
        f"puis carte.qgz dans QGIS, ou la carte dans un navigateur : "
        f"fragility serve --edition {edition}"
    )


def show_causes(console: Console, report: RunReport) -> None:
    """Say what was computed again and why, unless there was nothing to keep."""
    if not report.kept:
        return
    again: dict[str, list[str]] = {}
    for step, causes in report.causes.items():
        for cause in causes:
            again.setdefault(cause, []).extend(report.made[step])
    made = sum(len(names) for names in report.made.values())
    title = f"{plural(made, 'résultat recalculé', 'résultats recalculés')}"
    shown = table(f"{title}, le reste est gardé", "parce que", "recalculé")
    for cause, names in again.items():
        shown.add_row(escape(cause), ", ".join(names) or "des contrôles")
    console.print(shown)


def show_summary(console: Console, folder: Path) -> None:
    """Rows, rows dropped by reason, files."""
    rows = table("Tables", "table", "lignes", right=("lignes",))
    for name in SHOWN_TABLES:
        count = pq.read_metadata(folder / "tables" / f"{name}.parquet").num_rows
        rows.add_row(name, french(count))
    console.print(rows)

    ledger = pd.read_parquet(folder / "tables" / "registre.parquet")
    dropped = ledger[~ledger["motif"].isin([ENTERED, KEPT])]
    title = "Lignes écartées ou ajoutées (-)"
    lines = table(title, "étape", "source", "motif", "lignes", right=("lignes",))
    for etape, source, motif, count in dropped.itertuples(index=False):
        lines.add_row(etape, escape(source), escape(motif), french(count))
    console.print(lines)

    files = table(f"Fichiers dans {escape(str(folder))}", "fichier", "taille", right=("taille",))
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        files.add_row(path.name, size(path.stat().st_size))
    site = [p.stat().st_size for p in (folder / SITE).rglob("*") if p.is_file()]
    files.add_row(f"{SITE}/ ({plural(len(site), 'fichier', 'fichiers')})", size(sum(site)))
    console.print(files)
