"""What the commands print: progress while it runs, then one summary."""

from __future__ import annotations

import json
import logging
import warnings
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
)
from rich.table import Table

from fragility.errors import DataCheckError, MissingFileError
from fragility.export.labels import french
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    USER_EDITIONS,
    USER_RELEASES,
    find_edition,
    licence_of,
    releases_of,
)
from fragility.sources.download import Policy
from fragility.sources.fetch import Step, fetch_edition
from fragility.sources.files import conformity, missing_error, missing_files, on_hand, sha256_of
from fragility.sources.indicator_files import indicator_paths
from fragility.sources.model import LICENCES
from fragility.sources.place import Outcome
from pipelines.folders import DEFAULT_PROFILE

FETCHED = {
    "present": "déjà là",
    "ecrit": "écrits (fictifs)",
    "telecharge": "téléchargés",
    "inchange": "inchangés chez le producteur",
    "manuel": "à placer à la main",
    "echec": "en échec",
}


def size(octets: int) -> str:
    """Write a size in bytes, kB or MB."""
    if octets < 1000:
        return f"{octets} o"
    return f"{french(octets / 1e6, 1)} Mo" if octets >= 1e6 else f"{french(octets / 1e3)} ko"


def table(title: str | None = None, *columns: str, right: tuple[str, ...] = ()) -> Table:
    """Make a table whose cells are folded, never cut: a path or a reason must be whole."""
    made = Table(title=title, title_justify="left")
    for column in columns:
        made.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return made


def quiet_dagster() -> None:
    """Keep Dagster's event log off the user's screen."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="dagster")


def show_editions(console: Console) -> None:
    """One line per edition, those of the user marked."""
    shown = table(None, "édition", "titre", "COG", "livraisons", "de qui", right=("livraisons",))
    for edition in EDITIONS.values():
        shown.add_row(
            edition.name,
            escape(edition.title),
            str(edition.cog_year),
            str(len(edition.releases)),
            "vous" if edition.name in USER_EDITIONS else "projet",
        )
    console.print(shown)


def show_sources(console: Console, edition: str | None, raw: Path) -> None:
    """State of each release: present, missing, another copy."""
    releases = list(RELEASES.values()) if edition is None else releases_of(find_edition(edition))
    shown = table(
        None, "livraison", "état", "taille", "licence", "page du producteur", right=("taille",)
    )
    absent = missing_files(releases, raw)
    for release in releases:
        gone = sum(owner is release for owner, _ in absent)
        paths = {f: raw / release.folder / f.name for f in release.files}
        there = {f: path for f, path in paths.items() if path.is_file()}
        if gone:
            of = f" ({gone} sur {len(paths)} fichiers)" if there else ""
            state = f"[red]manquant[/]{of}"
        elif any(conformity(f, sha256_of(path)) == "differente" for f, path in there.items()):
            state = "[yellow]présent, autre copie[/]"
        else:
            state = "[green]présent[/]"
        total = sum(path.stat().st_size for path in there.values())
        shown.add_row(
            release.id + (" (de vous)" if release.id in USER_RELEASES else ""),
            state,
            size(total) if there else "",
            LICENCES[licence_of(release)][0],
            SOURCES[release.source].landing,
        )
    console.print(shown)
    for release, file in absent:
        console.print(f"Manque : {escape(str(raw / release.folder / file.name))}")
    present = len(releases) - len({release.id for release, _ in absent})
    for path in [] if edition is None else indicator_paths(raw, find_edition(edition)):
        console.print(f"Indicateur apporté : {escape(str(path))}")
    console.print(f"{present} livraisons présentes sur {len(releases)} dans {escape(str(raw))}.")


def fetch_with_progress(
    console: Console, edition: str, raw: Path, force: bool, mirror: str = ""
) -> None:
    """Download what an edition lacks: bars on a terminal, one line per download in a pipe."""
    policy = Policy(mirror=mirror)
    definition = find_edition(edition)
    console.print(f"[bold]{escape(definition.title)}[/] ({edition}), dans {escape(str(raw))}")
    files = Progress(
        TextColumn("{task.description:40}"),
        BarColumn(),
        TextColumn("{task.fields[octets]}"),
        console=console,
    )
    total = Progress(
        TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), console=console
    )
    bars: dict[str, TaskID] = {}
    whole = total.add_task("téléchargements", total=None)

    def notify(step: Step) -> None:
        if step.moment == "plan":
            total.update(whole, total=step.total)
            return
        if step.label not in bars:
            bars[step.label] = files.add_task(escape(step.label), total=None, octets="")
        bar = bars[step.label]
        if step.moment == "fin":
            files.remove_task(bar)
            total.advance(whole)
            for outcome in step.outcomes:
                console.print(_told(outcome))
        else:
            octets = size(step.done) + (f" sur {size(step.total)}" if step.total else "")
            files.update(bar, completed=step.done, total=step.total, octets=octets)
            if step.text:
                console.print(f"{escape(step.label)} : {escape(step.text)}")

    # A bar that comes and goes is for a terminal only.
    live = Live(Group(files, total), console=console, transient=True)
    with live if console.is_terminal else nullcontext():
        outcomes = fetch_edition(definition, raw, force=force, notify=notify, policy=policy)
    counts = Counter[str](outcome.state for outcome in outcomes)
    said = [f"{counts[state]} {words}" for state, words in FETCHED.items() if counts[state]]
    console.print(f"{len(outcomes)} fichiers : {', '.join(said)}.")
    needed = releases_of(on_hand(definition, raw))
    for release, file in missing_files(releases_of(definition), raw):
        if release not in needed:
            console.print(
                f"Facultatif, absent : {escape(str(raw / release.folder / file.name))} (page : "
                f"{SOURCES[release.source].landing})"
            )
    if missing := missing_files(needed, raw):
        reasons = {(o.target.release.id, o.target.file.name): o.detail for o in outcomes}
        raise missing_error(missing, raw, reasons)


def _told(outcome: Outcome) -> str:
    """One line on a file that was asked for."""
    key = escape(outcome.target.key)
    if outcome.state == "telecharge":
        octets = size(outcome.target.path.stat().st_size)
        copy = ", [yellow]autre copie[/] que celle du catalogue" if outcome.other_copy else ""
        return f"[green]téléchargé[/] {key}, {octets}{copy}"
    if outcome.state == "echec":
        kept = " (le fichier présent est gardé)" if outcome.target.path.is_file() else ""
        return f"[red]échec[/] {key}{kept} : {escape(outcome.detail)}"
    return f"{FETCHED[outcome.state]} {key}"


def profiles_of(folder: Path) -> list[str]:
    """Profiles that an edition was computed with, the main one first."""
    path = folder / "execution.json"
    if not path.is_file():
        return [DEFAULT_PROFILE]
    known = json.loads(path.read_text(encoding="utf-8"))
    return list(known.get("profils") or [known.get("profil", DEFAULT_PROFILE)])


def profile_of(folder: Path) -> str:
    """Main profile that an edition was computed with."""
    return profiles_of(folder)[0]


def show_checks(console: Console, edition: str, out: Path, profile: str | None) -> None:
    """Run the checks again on what is stored, with the profile it was computed with."""
    quiet_dagster()
    import dagster as dg

    from fragility.index.profiles import load_profiles
    from pipelines.definitions import build_defs
    from pipelines.runner import quiet_instance

    find_edition(edition)
    if not (out / edition / "tables").is_dir():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=out / edition,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    main, *others = [profile] if profile else profiles_of(out / edition)
    load_profiles([main, *others])
    defs = build_defs(out=str(out), profile=main, others=others)
    wanted = {key for checks in defs.asset_checks or [] for key in checks.check_keys}
    job = defs.resolve_implicit_global_asset_job_def().get_subset(
        asset_selection=set(), asset_check_selection=wanted
    )
    with quiet_instance() as instance:
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
    # A table that is gone or damaged stops its checks; one that is refused, those that follow.
    undone = sorted(wanted - {e.asset_check_key for e in evaluations})
    for key in undone:
        console.print(
            f"[red]✗[/] {key.asset_key.to_user_string()} : contrôle « {key.name} » non fait, une "
            "table est absente, illisible ou refusée"
        )
    console.print(f"{len(evaluations) - len(failed)} contrôles réussis sur {len(wanted)}.")
    blocking = [e for e in failed if e.severity == dg.AssetCheckSeverity.ERROR]
    if blocking or undone:
        raise DataCheckError(
            f"Contrôles bloquants en échec : {len(blocking)}, non faits : {len(undone)}.",
            path=out / edition / "tables",
            remedy=f"recalculez l'édition avec « fragility run --edition {edition} »",
        )
