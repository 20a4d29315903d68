"""A new or changed file under the raw folder starts the edition that needs it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from fragility.errors import FragilityError, MissingFileError
from fragility.sources.catalogue import EDITIONS, releases_of
from fragility.sources.corrections import NAME as CORRECTIONS
from fragility.sources.files import missing_files, on_hand, sha256_of
from fragility.sources.indicator_files import indicator_paths
from fragility.sources.model import Edition
from pipelines.plan import Node, Plan
from pipelines.syntax import digest
from pipelines.workspace import Workspace

SECONDS_BETWEEN_LOOKS = 30
# A file that is being copied changes under the eye.
QUIET_SECONDS = 10
_Seen = dict[str, list[Any]]  # size, date and checksum of a file, by path


def file_sensor(
    job: str, workspace: Workspace, nodes: Callable[[], list[Node]]
) -> dg.SensorDefinition:
    """Make the sensor that looks at the raw files of every edition.

    It runs as soon as Dagster's daemon does: who starts the daemon wants the figures kept up to
    date, and what it launches is what `fragility run` would compute, nothing if nothing changed.

    Parameters
    ----------
    job : name of the job that computes an edition.
    nodes : gives the steps of the job.
    """

    @dg.sensor(
        name="fichiers_sources",
        job_name=job,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Un fichier source nouveau ou changé lance l'édition qui le lit : seules les "
        "tables qui en dépendent sont recalculées.",
    )
    def fichiers_sources(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
        files: _Seen = seen.get("fichiers", {})
        known: dict[str, str] = seen.get("editions", {})
        requests, reasons = [], []
        for edition in EDITIONS.values():
            name, then = edition.name, known.get(edition.name)
            try:
                known[name] = _look(edition, workspace.raw_dir(), files)
                stale = [] if known[name] == then else _stale(edition, workspace, nodes(), files)
            except FragilityError as error:
                known.pop(name, None)
                reasons.append(f"{name} : {error.problem} {error.path or ''}".rstrip())
                continue
            if stale:
                requests.append(_request(edition, known[name], stale))
            else:
                reasons.append(f"{name} : aucun fichier n'a changé depuis le calcul")
        cursor = json.dumps({"editions": known, "fichiers": files}, ensure_ascii=False)
        if requests:
            return dg.SensorResult(run_requests=requests, cursor=cursor)
        return dg.SensorResult(skip_reason=dg.SkipReason(" ; ".join(reasons)), cursor=cursor)

    return fichiers_sources


def _look(edition: Edition, raw: Path, files: _Seen) -> str:
    """Fingerprint of the files of an edition.

    Parameters
    ----------
    files : what is known of each file, completed here: a file whose size and date are those
        already seen is not read again.

    Raises
    ------
    MissingFileError
        When a file is not there, or is perhaps being copied.
    """
    releases = releases_of(on_hand(edition, raw))
    if missing := missing_files(releases, raw):
        release, file = missing[0]
        raise MissingFileError(
            f"il manque {len(missing)} fichier{'s' if len(missing) > 1 else ''}, dont",
            path=raw / release.folder / file.name,
        )
    paths = {raw / release.folder / file.name for release in releases for file in release.files}
    paths |= {path for path in [raw / CORRECTIONS] if path.is_file()}
    paths |= set(indicator_paths(raw, edition))
    for path in sorted(paths):
        look = path.stat()
        if time.time() - look.st_mtime < QUIET_SECONDS:
            raise MissingFileError("un fichier est peut-être en cours de copie,", path=path)
        if files.get(str(path), [])[:2] != [look.st_size, look.st_mtime_ns]:
            files[str(path)] = [look.st_size, look.st_mtime_ns, sha256_of(path)]
    return digest(*(f"{path} {files[str(path)][2]}" for path in sorted(paths)))


def _stale(edition: Edition, workspace: Workspace, nodes: list[Node], files: _Seen) -> list[Node]:
    """Steps that the files call for, given what is published, and the checks of their results."""
    reading = workspace.reading(edition.name, lambda path: str(files[str(path)][2]))
    stale = Plan(nodes, reading, workspace.edition_dir(edition.name)).may_change()
    made = {name for node in stale if node.assets for name in node.results}
    return [node for node in stale if node.assets or made & set(node.inputs)]


def _request(edition: Edition, fingerprint: str, stale: list[Node]) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{edition.name} {fingerprint}",
        partition_key=edition.name,
        asset_selection=sorted(key for node in stale for key in node.assets),
        asset_check_keys=sorted(key for node in stale for key in node.checks),
    )
