"""Two published editions made from one, whose differences are known to the last figure."""

import shutil
from dataclasses import replace

import pandas as pd
import pyarrow.parquet as pq

from fragility.index.profiles import load_profile
from fragility.index.scores import build_scores
from fragility.schemas import INDICATORS
from fragility.sources.catalogue import find_edition, register

BEFORE, AFTER = "avant", "apres"
INDEX = ("index_scores", "index_bornes", "index_reperes")
NATURES = ["code_avant", "code_apres", "part", "nature", "motif"]


def read(folder, name):
    return pq.read_table(folder / "tables" / f"{name}.parquet").to_pandas(ignore_metadata=True)


def write(folder, name, frame):
    frame.to_parquet(folder / "tables" / f"{name}.parquet", index=False)


def make_pair(demo, out, *, cog_year=2021):
    """Publish the demonstration twice under `out`, as `avant` and as `apres` that follows it."""
    edition = find_edition("demo")
    register(
        (),
        [
            replace(edition, name=BEFORE),
            replace(edition, name=AFTER, previous=BEFORE, cog_year=cog_year),
        ],
    )
    for name in (BEFORE, AFTER):
        shutil.copytree(demo, out / name)
    return out / BEFORE, out / AFTER


def set_values(folder, key, values, year, level="commune"):
    """Publish other values of an indicator, then the scores that they give."""
    table = read(folder, "index_indicateurs")
    rows = table["niveau"].eq(level) & table["code"].isin(values)
    table.loc[rows, f"{key}_pct"] = table.loc[rows, "code"].map(values).astype(float)
    table.loc[rows, f"{key}_annee"] = year
    table.loc[rows, f"{key}_origine"] = "observe"
    write(folder, "index_indicateurs", table)
    score_again(folder)


def undivided(folder):
    """Communes that are one IRIS: code -> code of that IRIS."""
    iris = read(folder, "core_iris")
    alone = iris[~iris["code_commune"].duplicated(keep=False)]
    return alone.set_index("code_commune")["code_iris"]


def set_communes(folder, key, values, year):
    """The same for undivided communes, and for the IRIS that each of them is."""
    iris = undivided(folder)
    set_values(folder, key, values, year)
    set_values(folder, key, {iris[code]: value for code, value in values.items()}, year, "iris")


def score_again(folder):
    tables = build_scores(
        read(folder, "index_indicateurs"), read(folder, "core_communes"),
        read(folder, "core_iris"), load_profile("ifn-2023"),
    )  # fmt: skip
    for name, table in zip(INDEX, tables, strict=True):
        write(folder, name, table)


def remap(folder, codes, ways):
    """Publish on another map.

    Parameters
    ----------
    codes : new code of communes; two communes with one code are put together there, and the first
        of them lends its figures.
    ways : rows of the passage that say what moved; every other commune is unchanged.
    """
    communes = read(folder, "core_communes")
    moved = {row[0] for row in ways}
    same = [(c, c, 1.0, "inchange", "inchangée") for c in communes["code_commune"]
            if c not in moved]  # fmt: skip
    for name, column in (("core_communes", "code_commune"), ("core_iris", "code_commune"),
                         ("communes", "code_commune")):  # fmt: skip
        table = read(folder, name)
        table[column] = table[column].replace(codes)
        if name != "core_iris":
            table = table.drop_duplicates(column)
        write(folder, name, table)
    for name in ("index_indicateurs", "core_recensement", "core_revenus"):
        table = read(folder, name)
        rows = table["niveau"] == "commune"
        table.loc[rows, "code"] = table.loc[rows, "code"].replace(codes)
        write(folder, name, table.drop_duplicates(["niveau", "code"]))
    residuals = read(folder, "index_residus")
    residuals["code"] = residuals["code"].replace(codes)
    write(folder, "index_residus", residuals.drop_duplicates("code"))
    write(folder, "core_passage", pd.DataFrame([*same, *ways], columns=NATURES))
    score_again(folder)


def rename_release(folder, source, release):
    """Say that a source's figures come from another release, of another source if need be."""
    held = read(folder, f"raw_{source}")
    other = held.assign(release=release, sha256="0" * 64)
    write(folder, f"raw_{source}", other)
    steps = read(folder, "registre")
    steps["source"] = steps["source"].replace(dict.fromkeys(held["release"], release))
    write(folder, "registre", steps)


def sums(table):
    """Contributions of each row, added up."""
    names = [f"contribution_{key}" for key in INDICATORS] + ["contribution_autres"]
    return table[names].sum(axis=1, min_count=1)


def fits(report):
    """Check the memory and the time of a national run; return the seconds but reach and the map.

    Files to list in a minute; intervals, sensitivity, audit and report in half of one. A loaded
    machine is given half as much again. Reach of every kind of place, half a minute more, has a
    bound of its own, and so has the map in a browser.
    """
    assert report.peak_mb < 3000
    reach = report.steps["access_portee"]
    assert reach < 45
    site = report.steps["export_tuiles"] + report.steps["export_site"]
    assert site < 60
    rest = report.seconds - reach - site
    assert rest < 150
    return rest
