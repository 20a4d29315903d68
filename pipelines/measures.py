"""Seconds and memory of the steps of a run, and the report that shows them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import pandas as pd

from fragility.validation import report_run
from fragility.validation.drift_report import PAGE as DRIFT_PAGE
from fragility.validation.run_report import PAGE
from pipelines.plan import Node
from pipelines.versions import file_digests, read_stamp

REPORT_ASSET = "export_rapport"
# Writing 5 there makes the system forget the largest memory that the process has held.
_CLEAR = Path("/proc/self/clear_refs")
_STATM = Path("/proc/self/statm")
# Names of the fields of a measure in execution.json.
_KEYS = ("secondes", "memoire_mo", "ajoutee_mo", "jour")


@dataclass(frozen=True)
class Measure:
    """What one step took when it was last run.

    Attributes
    ----------
    seconds : its duration, reading and writing included.
    peak_mb : largest memory that the process held meanwhile, None where the system does not tell.
    added_mb : how much of it came on top of what the process held when the step began.
    day : day of that run, ISO.
    """

    seconds: float
    peak_mb: float | None
    added_mb: float | None
    day: str


class Meter:
    """Memory of this process, step after step; a step costs a few microseconds.

    Attributes
    ----------
    peak_mb : largest memory since the process began, 0 where the system does not tell.
    """

    def __init__(self) -> None:
        self.peak_mb = peak_memory_mb()
        self._before: float | None = None

    def start(self) -> None:
        """Begin a step."""
        self.peak_mb = self.measure_peak()
        self._before = _resident_mb() if _forget_peak() else None

    def stop(self) -> tuple[float | None, float | None]:
        """End it: largest memory meanwhile, and what was added to what it found; MB."""
        peak = peak_memory_mb()
        if self._before is None:
            return None, None
        return peak, max(0.0, peak - self._before)

    def measure_peak(self) -> float:
        """Largest memory so far, what the steps made the system forget included; MB."""
        self.peak_mb = max(self.peak_mb, peak_memory_mb())
        return self.peak_mb


def peak_memory_mb() -> float:
    """Largest memory this process has held since it was last forgotten, in MB; 0 if unknown."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def _resident_mb() -> float:
    import resource

    return round(int(_STATM.read_text().split()[1]) * resource.getpagesize() / 1024**2)


def _forget_peak() -> bool:
    """Start a new peak; False where the system does not know how."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    return _STATM.exists()


def read_measures(path: Path) -> dict[str, Measure]:
    """Measures that an earlier run wrote in its execution.json, by step; none if unreadable."""
    try:
        found = json.loads(path.read_text("utf-8"))["mesures"]
        return {step: Measure(*(line[key] for key in _KEYS)) for step, line in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def as_record(measures: Mapping[str, Measure]) -> dict[str, dict[str, float | str | None]]:
    """Measures as execution.json holds them."""
    return {
        step: dict(zip(_KEYS, astuple(measure), strict=True))
        for step, measure in sorted(measures.items())
    }


def gather(
    nodes: Iterable[Node], before: Mapping[str, Measure], now: Mapping[str, Measure]
) -> pd.DataFrame:
    """Table of the measured steps, in the order they run; columns of `report_run.MEASURED`.

    Parameters
    ----------
    before, now : measures of earlier runs and of this one, by step.
    """
    measures = {**before, **now}
    rows = [
        (
            ", ".join(node.results),
            not node.assets,
            node.name in now,
            found.seconds,
            found.peak_mb,
            found.added_mb,
            found.day,
        )
        for node in nodes
        if (found := measures.get(node.name)) is not None
    ]
    return pd.DataFrame(rows, columns=list(report_run.MEASURED))


def finish_report(folder: Path, steps: pd.DataFrame, seconds: float, peak_mb: float) -> None:
    """Complete the report of a folder about to be published, and stamp it again.

    Parameters
    ----------
    steps : see `gather`.
    seconds, peak_mb : of the whole run.
    """
    stamp = read_stamp(folder, REPORT_ASSET)
    if stamp is None or not (folder / PAGE).is_file():
        return
    report_run.complete(
        folder / PAGE,
        report_run.drift_part(folder / DRIFT_PAGE),
        report_run.measures_part(steps, seconds, peak_mb),
    )
    files = file_digests(folder, [folder / PAGE])
    replace(stamp, files={**stamp.files, **files}).save(folder, REPORT_ASSET)
