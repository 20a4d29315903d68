"""Time reach at the size of France, and stop when it takes more than it may.

    python benchmarks/reach.py --out data/processed/france-2021 [--write docs/performance.md]

Each measure has a process of its own, so that its memory is its own too; what it reads is read
before the clock starts. The road network is made up: no extract of the size of France can be kept
here. With `--write`, the section of the page is replaced, or added. Exit code 1 when a bound is
passed.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from judging import Measure, reach_faults, refuse
from made_up_roads import CENTRE, LINES, STEP_M, write_country
from page import markdown, write_section
from scipy.sparse import csr_array

from fragility.access.candidates import Area
from fragility.access.cost_surface import build_surfaces
from fragility.access.coverage import commune_density
from fragility.access.nearest import reach_places
from fragility.access.network import build_network
from fragility.access.network_trips import network_pairs, quickest_trips
from fragility.access.pairs import reach_pairs
from fragility.access.road_rules import highways_of
from fragility.access.run import Roads, build_access
from fragility.access.simulate import Tables, simulate
from fragility.access.surface_trips import SurfaceEngine, search_of
from fragility.access.travel import DISPOSITIFS
from fragility.sources.readers.osm import find_extracts, read_roads
from fragility.territory.crs import METROPOLE

TITLE = "Reach"
HOMES, PLACES, LIMIT_MIN = 614_000, 5_000, 30.0
POSTS, MOST_SECONDS = 20, 30.0
T = TypeVar("T")


def timed(function: Callable[[], T]) -> tuple[float, float, T]:
    """Seconds of clock and of processor of one call, and what it returns."""
    clock, processor = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - clock, time.process_time() - processor, result


def peak_mb() -> float:
    """Most memory that the process has used, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compile_search() -> None:
    """Compile the search of pairs, once per installation: it does not count."""
    node = np.zeros(1, dtype=np.int64)
    reach_pairs(csr_array(np.zeros((1, 1))), node, node, 1.0)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of an edition, with its geometry if it has one."""
    path = folder / "tables" / f"{name}.parquet"
    shaped = b"geo" in (pq.read_schema(path).metadata or {})
    return gpd.read_parquet(path) if shaped else pd.read_parquet(path)


def whole_reach(folder: Path) -> list[Measure]:
    """Reach of cells, IRIS and communes, to every kind of place, without roads."""
    names = (
        "core_population_grille", "core_communes", "core_iris", "core_lieux", "core_recensement",
        "index_competences",
    )  # fmt: skip
    tables = [read_table(folder, name) for name in names]
    compile_search()
    seconds, processor, access = timed(lambda: build_access(*tables, Roads(None)))
    cells = len(access.tables["access_couts"])
    levels = access.tables["access_portee"]["niveau"].value_counts()
    case = f"{levels['commune']:,} communes, {levels['iris']:,} IRIS, {cells:,} cells"
    task = f"reach whole, {len(DISPOSITIFS)} kinds of places, no roads"
    return [Measure(task, case, seconds, processor, peak_mb(), "reach")]


def spreads(folder: Path) -> list[Measure]:
    """Search of the surface of the metropole from all places of each kind."""
    grid, communes, lieux, census = (
        read_table(folder, name)
        for name in ("core_population_grille", "core_communes", "core_lieux", "core_recensement")
    )
    surface = build_surfaces(grid, communes, commune_density(communes, census))[METROPOLE]
    searches = {METROPOLE: search_of(surface)}
    size = " x ".join(f"{side:,}" for side in surface.pace.shape)
    measures = []
    for kind in DISPOSITIFS:
        search = partial(reach_places, lieux, {METROPOLE: surface}, kind, searches)
        seconds, processor, reach = timed(search)
        case = f"{size} pixels of 500 m, {len(reach.places):,} places"
        task = f"nearest place from every pixel, {kind}"
        measures.append(Measure(task, case, seconds, processor, peak_mb(), "spread"))
    return measures


def road_network() -> list[Measure]:
    """Read, build and search the roads of the made-up country."""
    compile_search()
    rng = np.random.default_rng(2)
    half = LINES * STEP_M / 2
    homes, places = (
        rng.uniform(-half, half, (count, 2)) + np.array(CENTRE) for count in (HOMES, PLACES)
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_country(folder / "pays.osm.pbf")
        extracts = find_extracts(folder)
        size = extracts[0].path.stat().st_size / 1e6
        *reading, roads = timed(lambda: read_roads(extracts, highways_of("voiture")))
    *building, network = timed(lambda: build_network(roads, "voiture"))
    *nearest, trips = timed(lambda: quickest_trips(network, homes, places))
    *pairing, pairs = timed(lambda: network_pairs(network, homes, places, LIMIT_MIN))
    if not np.isfinite(trips.minutes).mean() > 0.99:
        raise SystemExit("the made-up roads do not lead to places")
    junctions = f"{len(network.xy):,} junctions, {len(network.km):,} edges"
    both = f"{HOMES:,} homes, {PLACES:,} places"
    table = f"{both}, {len(pairs.home):,} pairs"
    parts = [
        Measure("roads read", f"{len(roads.way_tags):,} ways, {size:.0f} MB, made up", *reading),
        Measure("network built", junctions, *building),
        Measure("nearest place by road", both, *nearest),
        Measure(f"places within {LIMIT_MIN:.0f} minutes by road", table, *pairing),
    ]
    whole, processor = sum(part.seconds for part in parts), sum(part.processor for part in parts)
    nodes = len(network.xy)
    return [
        *parts,
        Measure("all four", junctions, whole, processor, peak_mb(), "network", nodes),
    ]


def siting(folder: Path) -> list[Measure]:
    """Best places of posts in the département that has most communes fragile and not covered."""
    tables = Tables(**{field.name: read_table(folder, field.name) for field in fields(Tables)})
    communes, grid = tables.core_communes, tables.core_population_grille
    density = commune_density(communes, read_table(folder, "core_recensement"))
    engine = SurfaceEngine(build_surfaces(grid, communes, density))
    groups = read_table(folder, "departements").set_index("code_departement")
    code = str(groups["nb_communes_fragiles_non_couvertes"].idxmax())
    area = Area("departement", code)
    told = simulate(tables, engine, POSTS, area=area, seconds=MOST_SECONDS).resume.iloc[0]
    proof = "proved" if told["est_optimum_prouve"] else "not proved"
    case = f"{groups.loc[code, 'nom_departement']}, {POSTS} posts, {proof}"
    seconds = float(told["secondes"]) if told["est_optimum_prouve"] else float("inf")
    task = "best sites of one département, trips apart"
    return [Measure(task, case, seconds, float("nan"), peak_mb(), "siting")]


def apart(function: Callable[..., list[Measure]], *arguments: Path) -> list[Measure]:
    """Measure in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def shown(seconds: float) -> str:
    """Write seconds with the digits worth reading; nothing when they are not known."""
    if np.isnan(seconds):
        return ""
    return f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"


def table_of(measures: list[Measure]) -> pd.DataFrame:
    """One row per measure."""
    return pd.DataFrame(
        [
            (
                own.task,
                own.case,
                shown(own.seconds),
                shown(own.processor),
                f"{own.bound.seconds:g}" if own.bound else "",
                f"{own.mb:,.0f}" if own.mb else "",
                f"{own.bound.mb:,.0f}" if own.bound and np.isfinite(own.bound.mb) else "",
            )
            for own in measures
        ],
        columns=["task", "size", "seconds", "of processor", "at most", "MB of its process",
                 "at most "],
    )  # fmt: skip


def main() -> None:
    """Time, print, write the section if asked, and refuse what takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/processed/france-2021"))
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    out = arguments.out
    measures = [
        *apart(whole_reach, out), *apart(spreads, out), *apart(road_network), *apart(siting, out),
    ]  # fmt: skip
    write_section(
        TITLE,
        f"Edition `{out.name}`, `benchmarks/reach.py`: each measure in a process of its own, its "
        "memory with what it reads. The roads are a made-up grid, written as an extract.",
        markdown(table_of(measures)),
        arguments.write,
    )
    refuse(reach_faults(measures))


if __name__ == "__main__":
    main()
