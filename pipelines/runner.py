"""Run what has changed of an edition, in a hidden folder, and publish it only if all went well."""

from __future__ import annotations

import gc
import json
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pandas as pd
from threadpoolctl import threadpool_limits

from fragility.errors import BadFileError, DataCheckError, FragilityError
from fragility.export.run_facts import quarantine_warnings
from fragility.index.profiles import load_profile, load_profiles, profile_record
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import NAME as CORRECTIONS
from fragility.sources.files import require_edition
from pipelines.definitions import JOB, all_nodes, build_defs
from pipelines.emit import run_date
from pipelines.instance import quiet_instance
from pipelines.measures import Measure, Meter, as_record, finish_report, gather, read_measures
from pipelines.plan import MovedError, Node, Plan
from pipelines.publish import forget_killed_runs, publish, put_back, staging_name
from pipelines.raw import DEMO, prepare_demo
from pipelines.workspace import Workspace, forget_shapes

REPORT = "execution.json"
FICHES = "fiches"
OLD_FICHES = (
    "Le dossier « fiches » est gardé tel quel : ses fiches portent la date du calcul dont elles "
    "viennent ; « fragility fiche » les refait."
)
StepListener = Callable[[str, str], None]


@dataclass
class RunReport:
    """What a run did.

    Attributes
    ----------
    profile : the main profile, as it was asked for; `profiles`, all of them.
    fragile_share_pct : share of the communes that are fragile at most.
    steps : seconds of each step that was run.
    warnings : what to know before reading the figures.
    kept : steps whose results were kept.
    causes : of each step that was run, why: « arcep_fixe/2019-09 a changé ».
    made : of each step that was run, the assets it makes; none if it is a check.
    measures : seconds and memory of each step that was run; `meter` takes them.
    """

    edition: str
    folder: Path
    profile: str
    profiles: list[str] = field(default_factory=list)
    fragile_share_pct: float = 0.0
    seconds: float = 0.0
    peak_mb: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    causes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter, repr=False)


class _Listener:
    """Follow Dagster's events: progress for the user, timings and failed checks for the report."""

    def __init__(self, report: RunReport, notify: StepListener) -> None:
        self.report = report
        self.notify = notify
        self.started: dict[str, float] = {}
        self.failed: list[str] = []
        self.warned: dict[str, str] = {}

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        step = event.step_key or ""
        if event.event_type_value == "STEP_START":
            self.report.meter.start()
            self.started[step] = time.perf_counter()
            self.notify("start", step)
        elif event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            elapsed = time.perf_counter() - self.started.get(step, time.perf_counter())
            self.report.steps[step] = round(elapsed, 3)
            self.report.measures[step] = Measure(
                round(elapsed, 3), *self.report.meter.stop(), run_date().isoformat()
            )
            self.notify("end", step)
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                text = f"{evaluation.asset_key.to_user_string()} : {evaluation.description}"
                if evaluation.severity == dg.AssetCheckSeverity.ERROR:
                    self.failed.append(text)
                else:
                    self.warned[step] = text


def count_steps() -> int:
    """Number of steps of an edition, for the progress bar."""
    return len(all_nodes())


def run_edition(
    name: str,
    raw: Path,
    out: Path,
    profile: str,
    notify: StepListener = lambda *_: None,
    *,
    others: Sequence[str] = (),
    everything: bool = False,
) -> RunReport:
    """Compute what has changed of an edition and publish its folder.

    Parameters
    ----------
    name : edition of the catalogue.
    raw, out : folders of the sources and of the outputs.
    profile : index profile, by name or path: the one of the marts and exports.
    others : other profiles to compute beside it.
    notify : called with ("start" | "end", step) as the run goes; a step that is kept only ends.
    everything : compute all, even what has not changed.

    Returns
    -------
    What was run, and why. When nothing has changed, no file is touched.

    Raises
    ------
    FragilityError
        For anything the user can act on; what was published before is then untouched.
    """
    edition = find_edition(name)
    profiles = load_profiles([profile, *others])
    # Two runs at once do not share a folder: the last to finish is the one published.
    workspace = Workspace(
        raw=str(raw), out=str(out), profile=profile, others=list(others), staging=staging_name()
    )
    staging = workspace.edition_dir(name)
    report = RunReport(name, out / name, profile, workspace.profiles)
    report.fragile_share_pct = profiles[0].fragile_share_pct
    started = time.perf_counter()
    try:
        put_back(staging, report.folder)
        if name == DEMO:
            prepare_demo(workspace)
        require_edition(edition, raw)
        forget_killed_runs(staging)
        plan = _prepare(workspace, name, report, everything)
        _run_waves(plan, workspace, name, report, notify)
        report.kept = sorted(plan.kept)
        report.causes = plan.causes
        report.made = {
            node.name: sorted(key.path[-1] for key in node.assets)
            for node in plan.nodes
            if node.name in plan.causes
        }
        report.seconds = round(time.perf_counter() - started, 2)
        report.peak_mb = report.meter.measure_peak()
        folder = staging if staging.is_dir() else report.folder
        quarantine = pd.read_parquet(folder / "tables" / "quarantaine.parquet")
        report.warnings = [
            *plan.warnings(),
            *_other_copies(folder / "tables"),
            *quarantine_warnings(quarantine),
        ]
        if folder == staging:
            before = read_measures(report.folder / REPORT)
            before = {step: before[step] for step in report.kept if step in before}
            _write_report(staging, report, {**before, **report.measures})
            steps = gather(plan.nodes, before, report.measures)
            finish_report(staging, steps, report.seconds, report.peak_mb)
            if FICHES in publish(staging, report.folder):
                report.warnings.append(OLD_FICHES)
    except OSError as error:
        raise FragilityError(
            "Un fichier ou un dossier ne peut être lu ou écrit.",
            path=error.filename,
            found=error.strerror or str(error),
            remedy="vérifiez la place libre et vos droits, fermez les fichiers de résultats "
            "ouverts, ou choisissez d'autres dossiers avec --out (et --raw pour la démonstration)",
        ) from error
    except BadFileError as error:
        if name == DEMO and error.path != raw / CORRECTIONS:
            again = "supprimez ce fichier : la démonstration l'écrira de nouveau"
            error.remedy = f"{error.remedy} ; ou {again}" if error.remedy else again
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        forget_shapes()
    return report


def _prepare(workspace: Workspace, edition: str, report: RunReport, everything: bool) -> Plan:
    """Compare what is published with what is there now; put what may be kept in the new folder."""
    nodes, reading = all_nodes(), workspace.reading(edition)
    staging = workspace.edition_dir(edition)
    plan = Plan(nodes, reading, report.folder, everything)
    if not plan.may_change() and (report.folder / REPORT).is_file():
        return plan
    try:
        staging.mkdir(parents=True)
        plan.link(staging)
    except MovedError:
        # Another run has just published: what was examined is gone.
        shutil.rmtree(staging)
        staging.mkdir()
        plan = Plan(nodes, reading, report.folder, everything=True)
    return plan


def _run_waves(
    plan: Plan, workspace: Workspace, edition: str, report: RunReport, notify: StepListener
) -> None:
    """Run the steps that must be, those that depend on them after, and so on."""
    staging = workspace.edition_dir(edition)
    kept = {"raw", "out", "profile", "others", "staging"}
    defs = build_defs(**workspace.model_dump(include=kept))
    job = defs.resolve_job_def(JOB)
    told: set[str] = set()
    with ExitStack() as stack:
        stack.enter_context(_rare_collections())
        # One thread for each sum and each fit: the same figures whatever the number of cores, and
        # no thread that spins while another program has its core.
        stack.enter_context(threadpool_limits(1))
        instance: dg.DagsterInstance | None = None
        while wave := plan.next_wave():
            instance = instance or stack.enter_context(quiet_instance())
            for step in sorted(plan.kept - told):
                notify("end", step)
            told |= plan.kept
            plan.clear(wave, staging)
            listener = _Listener(report, notify)
            _execute(job, wave, edition, instance, listener)
            plan.finish(wave, staging, listener.warned)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for dead cycles rarely, and not among what the imports have made.

    Each search of everything takes a tenth of a second: 6 % of a national run.
    """
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _execute(
    job: dg.JobDefinition,
    wave: list[Node],
    edition: str,
    instance: dg.DagsterInstance,
    listener: _Listener,
) -> None:
    run_id = str(uuid.uuid4())
    selected = job.get_subset(
        asset_selection={key for node in wave for key in node.assets},
        asset_check_selection={key for node in wave for key in node.checks},
    )
    instance.add_event_listener(run_id, listener)
    try:
        selected.execute_in_process(partition_key=edition, instance=instance, run_id=run_id)
    except dg.DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
    except dg.DagsterError:
        if not listener.failed:
            raise
    if listener.failed:
        raise DataCheckError(
            "Un contrôle a échoué : rien n'est publié.", found="\n".join(listener.failed)
        )


def _other_copies(tables: Path) -> list[str]:
    """Warn of the files that are not the copy the project was tried on."""
    texts = []
    for path in sorted(tables.glob("raw_*.parquet")):
        files = pd.read_parquet(path)
        other = files[files["conformite"] == "differente"]
        texts += [
            f"{release}/{file} n'est pas la copie connue du projet : lisez ses totaux avec soin."
            for release, file in zip(other["release"], other["fichier"], strict=True)
        ]
    return texts


def _write_report(folder: Path, report: RunReport, measures: Mapping[str, Measure]) -> None:
    content = {
        "edition": report.edition,
        "profil": report.profile,
        "profils": report.profiles,
        "definition": profile_record(load_profile(report.profile)),
        "seuil_pct": report.fragile_share_pct,
        "secondes": report.seconds,
        "memoire_max_mo": report.peak_mb,
        "etapes_secondes": report.steps,
        "etapes_gardees": report.kept,
        "mesures": as_record(measures),
        "avertissements": report.warnings,
    }
    (folder / REPORT).write_text(
        json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8"
    )
