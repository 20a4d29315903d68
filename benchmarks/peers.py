"""Timed comparisons with peers, in the same process and on the same national tables.

    python benchmarks/peers.py --out data/processed/france-2021 [--write docs/performance.md]

With `--raw data/raw`, runs of the edition after one source has changed are timed too: see
`reruns.py`. Machines are noisy: quote the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from reruns import RERUNS, reruns
from scipy.spatial import cKDTree

from fragility.access.places import places_of
from fragility.export.contours import unite_groups
from fragility.export.tables import csv_bytes
from fragility.schemas import COMMUNE_CODE, matches_pattern

RUNS = 3


def seconds(function: Callable[[], object]) -> float:
    """Median of a few runs, after one that does not count."""
    function()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare(folder: Path) -> pd.DataFrame:
    """Time each task here and with its peer."""
    tables = folder / "tables"
    grid = pd.read_parquet(tables / "core_population_grille.parquet")
    lieux = gpd.read_parquet(tables / "core_lieux.parquet")
    communes = gpd.read_parquet(tables / "communes.parquet")
    core = gpd.read_parquet(tables / "core_communes.parquet")
    kept = lieux[places_of(lieux, "conseiller_numerique")]
    points = kept.to_crs(2154).geometry
    homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(grid["x_m"], grid["y_m"], crs=2154))
    offered = gpd.GeoDataFrame(geometry=points.reset_index(drop=True))
    xy, there = grid[["x_m", "y_m"]].to_numpy(), np.column_stack([points.x, points.y])
    drawn = communes[communes.geometry.notna()]
    plain = pd.DataFrame(communes.drop(columns="geometry"))
    codes = grid["code_commune"]
    tasks: list[tuple[str, str, Callable[[], object], Callable[[], object]]] = [
        (f"nearest of {len(there):,} places for {len(xy):,} cells", "geopandas.sjoin_nearest",
         lambda: cKDTree(there).query(xy), lambda: gpd.sjoin_nearest(homes, offered)),
        ("contours of EPCI and départements", "one geopandas dissolve each",
         lambda: unite_groups(core),
         lambda: [drawn.dissolve(by=k) for k in ("code_epci", "code_departement")]),
        (f"form of {len(codes):,} codes", "pandas str.match",
         lambda: matches_pattern(codes, COMMUNE_CODE), lambda: codes.str.match(COMMUNE_CODE)),
        ("communes.csv, French habits", "pandas to_csv",
         lambda: csv_bytes(communes),
         lambda: plain.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")),
    ]  # fmt: skip
    rows = []
    for task, peer, ours, theirs in tasks:
        mine, other = seconds(ours), seconds(theirs)
        rows.append((task, peer, f"{mine:.2f}", f"{other:.2f}", f"{other / mine:.1f}"))
    return pd.DataFrame(rows, columns=["task", "peer", "here, s", "peer, s", "peer / here"])


def markdown(frame: pd.DataFrame) -> str:
    """Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|---" * frame.shape[1] + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, r)) + " |" for r in frame.to_numpy()])


def main() -> None:
    """Time, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/processed/france-2021"))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--raw", type=Path)
    arguments = parser.parse_args()
    run = json.loads((arguments.out / "execution.json").read_text("utf-8"))
    steps = sorted(run["etapes_secondes"].items(), key=lambda item: -item[1])[:12]
    page = "\n\n".join([
        "# Performance",
        f"Written by `make benchmark`. Edition `{run['edition']}`: {run['secondes']:.0f} s, "
        f"{run['memoire_max_mo']:,.0f} MB at most, in one process on two cores.",
        "## Longest steps",
        markdown(pd.DataFrame(steps, columns=["step", "seconds"])),
        "## Against peers, in the same run",
        markdown(compare(arguments.out)),
    ])  # fmt: skip
    if arguments.raw:
        timed = markdown(reruns(run["edition"], arguments.raw))
        page += "\n\n".join(["", "## When one source has changed", RERUNS, timed])
    print(page)
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
