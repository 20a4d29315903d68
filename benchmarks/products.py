"""Time the products of an edition, and stop when one takes more than it may.

    python benchmarks/products.py [--out data/processed] [--edition france-2021]
        [--write docs/performance.md]

The edition is one that `fragility run` has published: nothing is written in its folder. Each
product is made in a process of its own, from tables that are read before the clock starts. The
first map is what a browser shows, opened for the first time, of the server that `fragility serve`
starts; it needs Chromium and the Python package playwright. With `--write`, the section of the page
is replaced, or added. Exit code 1 when a bound is passed, or when something could not be measured.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from judging import PRODUCT_BOUNDS, Timing, product_faults, refuse
from page import markdown, write_section

from fragility.export import database, gpkg, qgz, tables, workbook
from fragility.export.fiche import write_fiches
from fragility.export.fiche_store import read_store
from fragility.export.run_facts import published_facts, published_profiles
from fragility.site.build import write_pages, write_site, write_tiles
from fragility.site.page import SITE, is_whole
from fragility.sources.catalogue import find_edition
from fragility.sources.files import as_computed
from pipelines.exports import STORED

TITLE = "Products"
FICHES, OPENINGS, PATIENCE_S = 1000, 5, 120
WIDTH, HEIGHT = 1280, 900
MARTS = ("communes", "iris", "epci", "departements", "communes_fragiles_non_couvertes")
LAYERS = (*MARTS, "lieux", "foyers", "core_contours")
DRAWN = "() => document.getElementById('attente')?.hidden"
# A browser without a graphics card draws with its processor.
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def seconds_of(function: Callable[[], object]) -> float:
    """Seconds of clock of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def read_frames(folder: Path, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Read tables of an edition, with their geometry if they have one."""
    paths = {name: folder / "tables" / f"{name}.parquet" for name in names}
    return {
        name: gpd.read_parquet(path)
        if b"geo" in (pq.read_schema(path).metadata or {})
        else pd.read_parquet(path)
        for name, path in paths.items()
    }


def geopackage(folder: Path, to: Path) -> list[Timing]:
    """Write the GeoPackage and its project."""
    frames, facts = read_frames(folder, LAYERS), published_facts(folder)

    def write() -> None:
        layers = gpkg.write_gpkg(to / "fragilite.gpkg", frames, facts)
        qgz.write_project(to / "carte.qgz", layers, facts)

    seconds = seconds_of(write)
    size = (to / "fragilite.gpkg").stat().st_size / 1e6
    case = f"{len(frames['communes']):,} communes, {len(frames['iris']):,} IRIS, {size:.0f} MB"
    return [Timing("geopackage", "GeoPackage and QGIS project", case, seconds)]


def flat_tables(folder: Path, to: Path) -> list[Timing]:
    """Write the CSV files, the workbook and the database."""
    frames, facts = read_frames(folder, STORED), published_facts(folder)
    marts = {name: frames[name] for name in MARTS}
    sheets = {name: frame for name, frame in marts.items() if name != "iris"}
    parts = [
        ("CSV", seconds_of(lambda: tables.write_all_csv(to, marts))),
        ("workbook", seconds_of(lambda: workbook.write_workbook(to / "f.xlsx", sheets, facts))),
        ("DuckDB", seconds_of(lambda: database.write_duckdb(to / "f.duckdb", frames, facts))),
    ]
    case = f"{len(frames)} tables"
    return [
        *(Timing("", name, case, seconds) for name, seconds in parts),
        Timing("tables", "all three", case, sum(seconds for _, seconds in parts)),
    ]


def site(folder: Path, to: Path) -> list[Timing]:
    """Write a site as a run does; copy the one that the run has published."""
    contours = gpd.read_parquet(folder / "tables" / "core_contours.parquet")
    profiles, facts = published_profiles(folder), published_facts(folder)
    bounds = pd.read_parquet(folder / "tables" / "index_bornes.parquet")
    own = to / "site"
    tiling = seconds_of(lambda: write_tiles(contours, own))
    filling = seconds_of(lambda: write_pages(folder, own, profiles, facts, bounds))
    files = [path for path in own.rglob("*") if path.is_file()]
    drawn = [path.stat().st_size for path in files if path.suffix == ".pbf"]
    size = sum(path.stat().st_size for path in files) / 1e6
    copying = seconds_of(lambda: write_site(folder.parent, folder.name, to / "copie"))
    tiles_case = f"{len(drawn):,} tiles, {sum(drawn) / 1e6:.0f} MB"
    return [
        Timing("tiles", "tiles of the map, kept while contours stay", tiles_case, tiling),
        Timing("pages", "the rest of the site", f"{size:.0f} MB with its tiles", filling),
        Timing("copy", "copy of the published site", f"{len(files):,} files", copying),
    ]


def fiches(folder: Path, to: Path) -> list[Timing]:
    """Write the fiches of a thousand communes."""

    def write() -> int:
        store = read_store(folder, as_computed(find_edition(folder.name), folder))
        codes = [str(code) for code in store.communes.index[:FICHES]]
        return sum(1 for _ in write_fiches(store, "commune", codes, to, frozenset()))

    seconds = seconds_of(write)
    return [Timing("fiches", "fiches of communes, tables read", f"{FICHES:,} fiches", seconds)]


def browsing(folder: Path, _: Path) -> list[Timing]:
    """Start the server, and open the map in a browser that has never seen it."""
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--edition", folder.name,
               "--out", str(folder.parent), "--port", "0"]  # fmt: skip
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = re.search(r"http://\S+", server.stdout.readline())
            if said is None:
                raise SystemExit("`fragility serve` gives no address")
            started = time.perf_counter() - start
            opened = first_maps(said.group())
        finally:
            server.terminate()
    timings = [Timing("start", "start of `fragility serve`", "to its address", started)]
    if opened:
        case = f"Chromium {WIDTH} x {HEIGHT}, no graphics card, median of {OPENINGS} openings"
        timings.append(Timing("first map", "first map", case, statistics.median(opened)))
    return timings


def first_maps(url: str) -> list[float]:
    """Seconds until all shapes are drawn and coloured, at each opening; none without a browser."""
    browser = next((p for p in map(shutil.which, ("chromium", "chromium-browser")) if p), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if browser is None:
        return []
    found = []
    with sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=browser, args=list(CHROMIUM))
        for _ in range(OPENINGS):
            context = opened.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            page = context.new_page()
            start = time.perf_counter()
            page.goto(url, wait_until="commit")
            # Asked at every frame: a selector is looked for twice a second only.
            page.wait_for_function(DRAWN, polling="raf", timeout=PATIENCE_S * 1000)
            found.append(time.perf_counter() - start)
            context.close()
        opened.close()
    return found


def apart(function: Callable[[Path, Path], list[Timing]], folder: Path) -> list[Timing]:
    """Measure in a process and a folder of its own."""
    with (
        tempfile.TemporaryDirectory() as place,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        return pool.submit(function, folder, Path(place)).result()


def table_of(timings: list[Timing]) -> pd.DataFrame:
    """One row per timing."""
    rows = [
        (
            own.task,
            own.case,
            f"{own.seconds:.1f}",
            f"{PRODUCT_BOUNDS[own.kind]:g}" if own.kind else "",
        )
        for own in timings
    ]
    return pd.DataFrame(rows, columns=["product", "of", "seconds", "at most"])


def main() -> None:
    """Time, print, write the section if asked, and refuse what takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("data/processed"))
    parser.add_argument("--edition", default="france-2021")
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    folder = arguments.out / arguments.edition
    if not is_whole(folder / SITE):
        raise SystemExit(f"no whole edition in {folder}: run it first")
    measured = [apart(one, folder) for one in (geopackage, flat_tables, site, fiches, browsing)]
    timings = [timing for group in measured for timing in group]
    write_section(
        TITLE,
        f"Edition `{folder.name}`, `benchmarks/products.py`: seconds of clock, each product in a "
        "process of its own, from tables already read.",
        markdown(table_of(timings)),
        arguments.write,
    )
    refuse(product_faults(timings))


if __name__ == "__main__":
    main()
