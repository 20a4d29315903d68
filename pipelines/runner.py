"""Run an edition from start to end, in a hidden folder, and publish it only if all went well."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pandas as pd

from fragility.errors import BadFileError, DataCheckError, FragilityError
from fragility.index.profiles import load_profile
from fragility.sources.catalogue import find_edition
from fragility.sources.files import require_edition
from pipelines.definitions import JOB, build_defs
from pipelines.raw import DEMO, prepare_demo
from pipelines.workspace import Workspace

STAGING = "en-cours"
DAY = 24 * 3600
StepListener = Callable[[str, str], None]


@dataclass
class RunReport:
    """What a run did: seconds per step, peak memory, warnings."""

    edition: str
    folder: Path
    profile: str
    seconds: float = 0.0
    peak_mb: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class _Listener:
    """Follow Dagster's events: progress for the user, timings and failed checks for the report."""

    def __init__(self, report: RunReport, notify: StepListener) -> None:
        self.report = report
        self.notify = notify
        self.started: dict[str, float] = {}
        self.failed: list[str] = []

    def __call__(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            return
        step = event.step_key or ""
        if event.event_type_value == "STEP_START":
            self.started[step] = time.perf_counter()
            self.notify("start", step)
        elif event.event_type_value in ("STEP_SUCCESS", "STEP_FAILURE"):
            elapsed = time.perf_counter() - self.started.get(step, time.perf_counter())
            self.report.steps[step] = round(elapsed, 3)
            self.notify("end", step)
        elif event.event_type_value == "ASSET_CHECK_EVALUATION":
            evaluation = event.asset_check_evaluation_data
            if not evaluation.passed:
                text = f"{evaluation.asset_key.to_user_string()} : {evaluation.description}"
                blocking = evaluation.severity == dg.AssetCheckSeverity.ERROR
                (self.failed if blocking else self.report.warnings).append(text)


def count_steps() -> int:
    """Number of steps of a full run, for the progress bar."""
    return len(build_defs().resolve_job_def(JOB).all_node_defs)


def run_edition(
    name: str, raw: Path, out: Path, profile: str, notify: StepListener = lambda *_: None
) -> RunReport:
    """Materialise every asset of an edition and publish its folder.

    Parameters
    ----------
    name : edition of the catalogue.
    raw, out : folders of the sources and of the outputs.
    profile : index profile, by name or path.
    notify : called with ("start" | "end", step) as the run goes.

    Raises
    ------
    FragilityError
        For anything the user can act on; what was published before is then untouched.
    """
    edition = find_edition(name)
    load_profile(profile)
    # Two runs at once do not share a folder: the last to finish is the one published.
    workspace = Workspace(
        raw=str(raw), out=str(out), profile=profile, staging=f"{STAGING}-{os.getpid()}"
    )
    staging = workspace.edition_dir(name)
    report = RunReport(name, out / name, profile)
    started = time.perf_counter()
    try:
        if name == DEMO:
            prepare_demo(workspace)
        require_edition(edition, raw)
        _forget_killed_runs(staging)
        staging.mkdir(parents=True)
        _execute(workspace, name, _Listener(report, notify))
        report.seconds = round(time.perf_counter() - started, 2)
        report.peak_mb = peak_memory_mb()
        report.warnings += _other_copies(workspace.tables_dir(name))
        # The pieces are in the table `registre` now.
        shutil.rmtree(workspace.tables_dir(name) / "registre", ignore_errors=True)
        _write_report(staging, report)
        _publish(staging, report.folder)
    except OSError as error:
        raise FragilityError(
            "Un fichier ou un dossier ne peut être lu ou écrit.",
            path=error.filename,
            found=error.strerror or str(error),
            remedy="vérifiez la place libre et vos droits, fermez les fichiers de résultats "
            "ouverts, ou choisissez d'autres dossiers avec --out (et --raw pour la démonstration)",
        ) from error
    except BadFileError as error:
        if name == DEMO:
            error.remedy = "supprimez ce fichier : la démonstration l'écrira de nouveau"
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return report


def quiet_instance() -> dg.DagsterInstance:
    """A Dagster that keeps nothing, and its event log off the user's screen."""
    return dg.DagsterInstance.ephemeral(settings={"python_logs": {"python_log_level": "CRITICAL"}})


def peak_memory_mb() -> float:
    """Largest memory this process has held, in MB; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _execute(workspace: Workspace, edition: str, listener: _Listener) -> None:
    run_id = str(uuid.uuid4())
    defs = build_defs(**workspace.model_dump(include={"raw", "out", "profile", "staging"}))
    with quiet_instance() as instance:
        instance.add_event_listener(run_id, listener)
        try:
            defs.resolve_job_def(JOB).execute_in_process(
                partition_key=edition, instance=instance, run_id=run_id
            )
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


def _forget_killed_runs(staging: Path) -> None:
    """Remove what runs killed more than a day ago have left beside this one's folder."""
    prefix = staging.name.rsplit("-", 1)[0]
    for folder in staging.parent.glob(f"{prefix}-*"):
        if time.time() - folder.stat().st_mtime > DAY or folder == staging:
            shutil.rmtree(folder, ignore_errors=True)


def _write_report(folder: Path, report: RunReport) -> None:
    content = {
        "edition": report.edition,
        "profil": report.profile,
        "secondes": report.seconds,
        "memoire_max_mo": report.peak_mb,
        "etapes_secondes": report.steps,
        "avertissements": report.warnings,
    }
    (folder / "execution.json").write_text(
        json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _publish(staging: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one; put the old one back if that fails."""
    previous = folder.with_name(f".{folder.name}.precedent")
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        os.replace(folder, previous)
    try:
        os.replace(staging, folder)
    except OSError:
        if previous.exists():
            os.replace(previous, folder)
        raise
    shutil.rmtree(previous, ignore_errors=True)
