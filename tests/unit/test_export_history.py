"""A new database remembers the runs before it and knows the editions beside it."""

import shutil
from datetime import date

import duckdb
import pandas as pd
import pytest

from fragility.export.database import RUN_TABLES, run_frames
from fragility.export.files import publishing
from fragility.export.history import DATABASE, History, read_history
from tests.factories import make_facts, make_tables


@pytest.fixture(scope="module")
def tables():
    return make_tables()


def publish(out, edition, tables, day, code="abc", **facts):
    """Write the tables on the runs of an edition as its database holds them."""
    folder = out / edition
    folder.mkdir(parents=True, exist_ok=True)
    said = make_facts(edition=edition, date=date(2024, 5, day), **facts)
    frames = run_frames(said, tables, read_history(folder, code))
    with publishing(folder / DATABASE) as draft, duckdb.connect(str(draft)) as base:
        base.execute("CREATE SCHEMA marts")
        for name, frame in frames.items():
            base.register("batch", frame)
            base.execute(f"CREATE TABLE marts.{name} AS FROM batch")
    return folder / DATABASE


def rows(path, query):
    with duckdb.connect(str(path), read_only=True) as base:
        return base.sql(query).fetchall()


def test_runs_are_kept_newest_first_and_numbered_from_the_oldest(tmp_path, tables):
    few = {**tables, "communes": tables["communes"].head(40)}
    publish(tmp_path, "une", tables, 1)
    publish(tmp_path, "une", few, 2, code="def", profile="mien")
    path = publish(tmp_path, "une", tables, 3, code="def")
    query = "SELECT numero, est_actuelle, date, code, profil, nb_communes FROM marts.executions"
    n = len(tables["communes"])
    assert rows(path, query) == [
        (3, True, date(2024, 5, 3), "def", "ifn-2023", n),
        (2, False, date(2024, 5, 2), "def", "mien", 40),
        (1, False, date(2024, 5, 1), "abc", "ifn-2023", n),
    ]


def test_counts_of_a_run_are_those_of_its_communes(tmp_path, tables):
    path = publish(tmp_path, "une", tables, 1)
    communes = pd.DataFrame(tables["communes"])
    listed = communes[communes["est_fragile_non_couverte"]]
    (counted,) = rows(
        path,
        "SELECT nb_communes_fragiles, nb_communes_non_couvertes, "
        "nb_communes_fragiles_non_couvertes, population, population_fragile_non_couverte, "
        "nb_personnes_en_difficulte FROM marts.executions",
    )
    assert counted == pytest.approx(
        (
            communes["est_fragile"].sum(),
            communes["couverture"].eq("non_couverte").sum(),
            len(listed),
            communes["population"].sum(),
            listed["population"].sum(),
            communes["nb_personnes_en_difficulte"].sum(),
        )
    )
    assert 0 < len(listed) < len(communes)


def test_a_base_of_an_older_program_leaves_empty_what_it_did_not_count(tmp_path, tables):
    path = publish(tmp_path, "une", tables, 1)
    with duckdb.connect(str(path)) as base:
        for name in ("numero", "est_actuelle", "code", "nb_communes", "population"):
            base.execute(f"ALTER TABLE marts.executions DROP COLUMN {name}")
    publish(tmp_path, "une", tables, 2)
    query = "SELECT numero, est_actuelle, code, nb_communes, population FROM marts.executions"
    assert rows(path, query)[1] == (1, False, None, None, None)


def test_a_damaged_base_starts_the_history_again(tmp_path, tables):
    path = publish(tmp_path, "une", tables, 1)
    path.write_bytes(b"plus rien")
    publish(tmp_path, "une", tables, 2)
    assert rows(path, "SELECT numero, date FROM marts.executions") == [(1, date(2024, 5, 2))]


def test_a_base_that_is_being_read_is_remembered(tmp_path, tables):
    path = publish(tmp_path, "une", tables, 1)
    alone = {"autoload_known_extensions": "false"}
    with duckdb.connect(str(path), read_only=True, config=alone) as reader:
        publish(tmp_path, "une", tables, 2)
        assert reader.sql("SELECT count(*) FROM marts.executions").fetchone() == (1,)
    assert rows(path, "SELECT count(*) FROM marts.executions") == [(2,)]


def test_editions_beside_are_listed_with_where_they_are(tmp_path, tables):
    few = {**tables, "communes": tables["communes"].head(40)}
    publish(tmp_path, "deux", few, 7, title="La seconde", cog_year=2025)
    publish(tmp_path, ".une.en-cours-1", few, 8)
    (tmp_path / "vide").mkdir()
    path = publish(tmp_path, "une", tables, 9)
    query = "SELECT edition, titre, annee_cog, date, nb_communes, est_actuelle FROM marts.editions"
    assert rows(path, query) == [
        ("une", "Démonstration", 2021, date(2024, 5, 9), len(tables["communes"]), True),
        ("deux", "La seconde", 2025, date(2024, 5, 7), 40, False),
    ]
    ((address,),) = rows(path, "SELECT fichier FROM marts.editions WHERE NOT est_actuelle")
    assert (path.parent / address).samefile(tmp_path / "deux" / DATABASE)


def test_a_copy_of_an_edition_under_another_name_is_not_an_edition(tmp_path, tables):
    publish(tmp_path, "deux", tables, 7)
    shutil.copytree(tmp_path / "deux", tmp_path / "deux-copie")
    path = publish(tmp_path, "une", tables, 9)
    query = "SELECT edition, fichier FROM marts.editions WHERE NOT est_actuelle"
    assert rows(path, query) == [("deux", f"../deux/{DATABASE}")]


def test_every_column_is_described(tables):
    for name, frame in run_frames(make_facts(), tables, History()).items():
        assert list(frame) == list(RUN_TABLES[name][2])
