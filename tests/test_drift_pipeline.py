"""The drift report of real runs: the first one, the same again, and one with another source."""

import dataclasses
import json
import shutil
import subprocess
import sys

import duckdb
import pandas as pd
import pytest

from fragility.export.labels import french
from fragility.sources.catalogue import find_edition
from fragility.validation.drift_page import read_alerts
from fragility.validation.drift_report import PAGE
from pipelines.drift import export_derive
from pipelines.runner import run_edition
from pipelines.sourcecode import address, function_of, reach
from pipelines.versions import Reading, Stamp, current_reads

FIXE = "arcep_fixe/demo/commune-debit-beta.csv"
TOUCHED = 90


def first_run(demo, tmp_path):
    """Copies of the demonstration's files and outputs, to be run again."""
    raw, folder, _ = demo
    shutil.copytree(raw, tmp_path / "raw")
    shutil.copytree(folder, tmp_path / "out" / "demo", copy_function=shutil.copy2)
    return tmp_path / "raw", tmp_path / "out"


def without_fibre(path):
    """Move the premises with the fastest class to a slow one, in the first communes."""
    lines = path.read_text("utf-8").split("\n")
    names = lines[1].split(";")
    fast, slow = names.index("elig_thd1g"), names.index("elig_hd8")
    for position in range(2, 2 + TOUCHED):
        cells = lines[position].split(";")
        cells[slow] = str(int(cells[slow]) + int(cells[fast]))
        cells[fast] = "0"
        lines[position] = ";".join(cells)
    path.write_text("\n".join(lines), "utf-8")
    return {line.split(";")[0] for line in lines[2 : 2 + TOUCHED]}


def test_the_first_run_has_nothing_to_compare_with(demo):
    _, folder, report = demo
    page = (folder / PAGE).read_text("utf-8")
    assert "Aucune publication antérieure à comparer" in page
    assert "Territoire fictif" in page
    assert "300 (ok)" in page
    assert read_alerts(folder / PAGE) == {}
    assert not [text for text in report.warnings if text.startswith("export_derive")]


@pytest.fixture(scope="module")
def copies(demo, tmp_path_factory):
    """Folders of the files and of the outputs of a first run."""
    return first_run(demo, tmp_path_factory.mktemp("drift"))


READER = """
import duckdb, sys
def count(base):
    names = base.sql("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    for schema, name in names:
        base.sql(f'SELECT * FROM "{schema}"."{name}"').fetchall()
    return base.sql("SELECT count(*) FROM marts.executions").fetchone()[0]
alone = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
base = duckdb.connect(sys.argv[1], read_only=True, config=alone)
print(base.sql("SELECT count(*) FROM marts.communes").fetchone()[0], flush=True)
sys.stdin.readline()
print(count(base))
base.close()
print(count(duckdb.connect(sys.argv[1], read_only=True, config=alone)))
"""


@pytest.fixture(scope="module")
def reader(copies):
    """A plain client, offline, in another process: it has opened the base, and waits."""
    base = copies[1] / "demo" / "fragilite.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(base)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as client:  # fmt: skip
        assert client.stdout.readline() == "300\n"
        yield client
        client.kill()


@pytest.fixture(scope="module")
def rerun(demo, copies, reader):
    """Tables before, folder and report of a run after one source changed."""
    raw, out = copies
    touched = without_fibre(raw / FIXE)
    before = pd.read_parquet(demo[1] / "tables" / "communes.parquet")
    report = run_edition("demo", raw, out, "ifn-2023")
    return before, touched, out / "demo", report


def test_another_file_of_a_source_is_named_and_its_jump_is_a_warning(rerun):
    before, _, folder, report = rerun
    page = (folder / PAGE).read_text("utf-8")
    assert "même livraison, autre fichier" in page
    assert "Depuis le calcul précédent" in page
    after = pd.read_parquet(folder / "tables" / "communes.parquet")
    moved = (after["non_thd_pct"] - before["non_thd_pct"]).abs() > 0.05
    share = f"{100 * moved.sum() / after['non_thd_pct'].notna().sum():.1f}".replace(".", ",")
    assert f"{share}\u00a0%" in page
    (text,) = [text for text in report.warnings if text.startswith("export_derive")]
    assert "saut de « Sans très haut débit fixe »" in text
    assert "derive.html" in text
    written = json.loads((folder / "execution.json").read_text("utf-8"))["avertissements"]
    assert text in written


def test_only_communes_that_were_touched_moved_in_value(rerun):
    before, touched, folder, _ = rerun
    after = pd.read_parquet(folder / "tables" / "communes.parquet")
    moved = after.loc[(after["non_thd_pct"] - before["non_thd_pct"]).abs() > 0.05, "code_commune"]
    # Fused communes bear the code of the new one, not those of the file.
    assert len(set(moved) - touched) <= 1


def test_the_checks_can_be_asked_again_after_publication(rerun, call):
    _, _, folder, _ = rerun
    code, out, _ = call("check", "--out", folder.parent)
    assert code == 0
    assert "export_derive : Depuis le calcul précédent, saut de" in out


def test_a_client_reads_its_base_to_the_end_while_a_run_replaces_it(reader, rerun):
    """The whole old file, then the new one when it is opened again."""
    said, wrong = reader.communicate("\n", timeout=60)
    assert reader.returncode == 0, wrong
    assert said.split() == ["1", "2"]


def test_the_base_remembers_the_run_before(demo, rerun):
    _, _, folder, _ = rerun
    listed = "SELECT * EXCLUDE (numero, est_actuelle) FROM marts.executions WHERE numero = 1"
    with duckdb.connect(demo[1] / "fragilite.duckdb", read_only=True) as base:
        first = base.sql(listed).fetchall()
    with duckdb.connect(folder / "fragilite.duckdb", read_only=True) as base:
        assert base.sql(listed).fetchall() == first
        rows = base.sql("FROM marts.executions").df()
        (town,) = base.sql(
            "SELECT (count(*), count(*) FILTER (est_fragile), sum(population)) FROM marts.communes"
        ).fetchone()
    assert rows["numero"].tolist() == [2, 1]
    assert rows["est_actuelle"].tolist() == [True, False]
    assert rows["code"].nunique() == 1, "the same code made both"
    counts = ["nb_communes", "nb_communes_fragiles", "population"]
    assert tuple(rows.loc[0, counts]) == town
    assert rows["nb_communes_fragiles"].nunique() == 2, "fibre was taken from ninety communes"


def test_the_report_shows_what_moved_and_what_each_step_took(demo, rerun):
    _, _, folder, report = rerun
    page = (folder / "rapport.html").read_text("utf-8")
    assert "S&#x27;écrit quand" not in page
    moved = page[page.index('id="derive"') : page.index('id="lignes"')]
    assert "saut de « Sans très haut débit fixe »" in moved
    assert '<a href="derive.html">' in moved
    assert "Calcul précédent" in moved
    took = page[page.index('id="mesures"') : page.index('id="sources"')]
    written = json.loads((folder / "execution.json").read_text("utf-8"))
    steps = written["mesures"]
    assert set(report.steps) | set(report.kept) == set(steps) > set(report.steps)
    for name in ("core_fixe", "core_communes", "communes", "export_rapport"):
        assert f'>{name}</td><td class="n">{french(steps[name]["secondes"], 2)}</td>' in took
    kept = json.loads((demo[1] / "execution.json").read_text("utf-8"))["mesures"]["core_communes"]
    assert steps["core_communes"] == kept, "a step that is kept keeps its measure"
    assert steps["core_fixe"]["secondes"] == report.steps["core_fixe"]
    if sys.platform == "linux":
        assert all(0 < line["memoire_mo"] <= report.peak_mb for line in steps.values())
        assert all(0 <= line["ajoutee_mo"] < line["memoire_mo"] for line in steps.values())


def test_a_run_that_changes_nothing_keeps_the_page(rerun):
    _, _, folder, report = rerun
    page = (folder / PAGE).read_bytes()
    raw = folder.parents[1] / "raw"
    again = run_edition("demo", raw, folder.parent, "ifn-2023")
    assert (folder / PAGE).read_bytes() == page
    # The warning stays as long as the page that gave it.
    assert [t for t in again.warnings if t.startswith("export_derive")] == [
        t for t in report.warnings if t.startswith("export_derive")
    ]


def test_a_damaged_publication_does_not_fail_the_run(demo, tmp_path):
    raw, out = first_run(demo, tmp_path)
    without_fibre(raw / FIXE)
    (out / "demo" / "tables" / "communes.parquet").write_bytes(b"PAR1 plus rien")
    report = run_edition("demo", raw, out, "ifn-2023")
    (text,) = [text for text in report.warnings if text.startswith("export_derive")]
    assert "ne peut être relue (communes.parquet" in text
    assert "ne peut être relue" in (out / "demo" / PAGE).read_text("utf-8")
    assert len(pd.read_parquet(out / "demo" / "tables" / "communes.parquet")) == 300


def test_the_report_is_made_again_when_the_previous_edition_is_published(tmp_path):
    """It is read from outside the graph: without this, the report would go on saying it is not
    there.
    """
    function = function_of(export_derive)
    edition = dataclasses.replace(find_edition("demo"), previous="avant")

    def read():
        reading = Reading(edition, tmp_path / "raw", tmp_path, ("ifn-2023",))
        return current_reads("export_derive", reach(address(function)), reading)

    nothing = read()
    Stamp("code", {}, {}, {"tables/communes.parquet": "a"}).save(tmp_path / "avant", "communes")
    first = read()
    Stamp("code", {}, {}, {"tables/communes.parquet": "b"}).save(tmp_path / "avant", "communes")
    values = [found["l'édition précédente"] for found in (nothing, first, read())]
    assert len(set(values)) == 3
    # Its own last run is not among what it is made from.
    Stamp("code", {}, {}, {"tables/communes.parquet": "c"}).save(tmp_path / "demo", "communes")
    assert read()["l'édition précédente"] == values[-1]
