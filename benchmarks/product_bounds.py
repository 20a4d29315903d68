"""What each product may take at the size of France, and the judge that says what is beyond.

Nothing is measured here, so that the judge can be tried on made-up figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Most seconds of clock.
BOUNDS = {
    "geopackage": 15.0,
    "tables": 10.0,
    "tiles": 60.0,
    "pages": 60.0,
    "copy": 5.0,
    "fiches": 20.0,
    "start": 2.0,
    "first map": 2.0,
}


@dataclass(frozen=True)
class Timing:
    """What was timed.

    Attributes
    ----------
    kind : key of `BOUNDS`, or nothing for a part that has no bound of its own.
    task, case : what was done, and on what.
    seconds : of clock.
    """

    kind: str
    task: str
    case: str
    seconds: float


def faults_of(timings: Iterable[Timing]) -> list[str]:
    """Say what is beyond its bound, or was not measured: an unknown figure is beyond any."""
    timings = list(timings)
    measured = {own.kind for own in timings}
    slow = [
        f"{own.task}: {own.seconds:.1f} s, at most {BOUNDS[own.kind]:g}"
        for own in timings
        if own.kind and not own.seconds <= BOUNDS[own.kind]
    ]
    return slow + [f"{kind}: not measured" for kind in BOUNDS if kind not in measured]
