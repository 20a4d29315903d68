"""Time the intervals of an edition, and the same draws ranked by a plain loop of scipy's rankdata.

    python benchmarks/uncertainty.py --out data/processed/france-2021 [--write docs/performance.md]

One thread, one process; the peer gets the scores of the same draws ready made, and only ranks them
and takes their quantiles. With `--write`, the section of the page is replaced, or added.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from page import markdown, write_section
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from fragility.index.profiles import load_profile
from fragility.index.redrawn import DRAWS, gather, prepare
from fragility.index.uncertainty import HIGH, LEVELS, LOW, build_uncertainty
from fragility.validation.honesty_inputs import Inputs, read_inputs

TITLE = "Intervals of the ranking"
PEER_DRAWS = 100
LIMITS = {("commune",): 4, LEVELS: 10}


def peak_mb() -> float:
    """Most memory that the process has used, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(inputs: Inputs, profile: str, levels: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of clock and of processor to make the intervals of some levels."""
    clock, processor = time.perf_counter(), time.process_time()
    edition = gather(inputs.indicators, inputs.communes, inputs.iris, load_profile(profile))
    redrawn = prepare(edition, inputs.residuals, inputs.recensement, inputs.revenus)
    build_uncertainty(redrawn, inputs.scores, levels)
    return time.perf_counter() - clock, time.process_time() - processor


def peer(inputs: Inputs, profile: str, levels: tuple[str, ...]) -> float:
    """Seconds of processor that rankdata and quantile take for as many draws, by proportion."""
    edition = gather(inputs.indicators, inputs.communes, inputs.iris, load_profile(profile))
    redrawn = prepare(
        edition, inputs.residuals, inputs.recensement, inputs.revenus, draws=PEER_DRAWS
    )
    drawn = [redrawn.scores(draw) for draw in range(PEER_DRAWS)]
    start = time.process_time()
    for level in levels:
        ranks = np.array([rankdata(-scores[level], method="average") for scores in drawn])
        np.quantile(ranks, [LOW, HIGH], axis=0)
    return (time.process_time() - start) * DRAWS / PEER_DRAWS


def measure(folder: Path, profile: str) -> pd.DataFrame:
    """Time communes alone, then communes and IRIS, with the peer of each."""
    inputs = read_inputs(folder)
    rows = []
    with threadpool_limits(1):
        ours(inputs, profile, ("commune",))  # does not count
        for levels, limit in LIMITS.items():
            before = peak_mb()
            clock, processor = ours(inputs, profile, levels)
            other = peer(inputs, profile, levels)
            rows.append(
                (
                    " and ".join(levels),
                    f"{DRAWS:,}",
                    f"{clock:.1f}",
                    f"{processor:.1f}",
                    str(limit),
                    f"{peak_mb() - before:.0f}",
                    f"{other:.1f}",
                )
            )
    return pd.DataFrame(
        rows,
        columns=["levels", "draws", "seconds", "of processor", "at most", "MB more than before",
                 "rankdata and quantile alone, s"],
    )  # fmt: skip


def main() -> None:
    """Time, print, and write the section if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/processed/france-2021"))
    parser.add_argument("--profile", default="ifn-2023")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    write_section(
        TITLE,
        f"Edition `{arguments.out.name}`, one thread, `benchmarks/uncertainty.py`. The peer is "
        "given the scores of the same draws and only has to rank them.",
        markdown(measure(arguments.out, arguments.profile)),
        arguments.write,
    )


if __name__ == "__main__":
    main()
