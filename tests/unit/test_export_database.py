"""A plain DuckDB client, offline and without extension, reads and understands the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fragility import schemas
from fragility.export.database import schema_of, write_duckdb
from fragility.export.database_views import VIEWS
from tests.factories import make_facts, make_tables

READ_EVERYTHING = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True, config={
    "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    "extension_directory": sys.argv[2]})
names = connection.sql("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
for schema, name in names:
    connection.sql(f'FROM "{schema}"."{name}"').fetchall()
print(connection.sql("SELECT ST_AsText(geometry) FROM marts.communes LIMIT 1").fetchone()[0])
print(len(names))
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_duckdb(
        tmp_path_factory.mktemp("duckdb") / "fragilite.duckdb", make_tables(), make_facts()
    )


@pytest.fixture(scope="module")
def base(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_a_client_without_extension_reads_every_table(path: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_EVERYTHING, str(path), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shape, count = done.stdout.splitlines()
    assert shape.startswith(("POLYGON ((3", "MULTIPOLYGON (((3"))
    assert int(count) == len(schemas.TABLES) + 3 + len(VIEWS)


def test_every_table_is_in_its_schema(base: duckdb.DuckDBPyConnection) -> None:
    tables = dict(base.sql("SELECT table_name, schema_name FROM duckdb_tables()").fetchall())
    assert tables == {
        name: schema_of(name) for name in [*schemas.TABLES, "sources", "editions", "executions"]
    }
    assert (tables["communes"], tables["core_iris"], tables["index_scores"]) == (
        "marts",
        "core",
        "science",
    )


def test_every_table_column_and_view_is_described(base: duckdb.DuckDBPyConnection) -> None:
    assert base.sql("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL").fetchall() == []
    assert (
        base.sql(
            "SELECT c.column_name FROM duckdb_columns() c JOIN duckdb_tables() t "
            "USING (table_oid) WHERE c.comment IS NULL"
        ).fetchall()
        == []
    )
    assert (
        base.sql(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL"
        ).fetchall()
        == []
    )


def test_the_dictionary_splits_title_and_description(base: duckdb.DuckDBPyConnection) -> None:
    row = base.sql(
        "SELECT libelle, description FROM marts.dictionnaire "
        "WHERE \"table\" = 'communes' AND colonne = 'score'"
    ).fetchall()
    model = schemas.TABLES["communes"].columns["score"]
    assert row == [(model.title, model.description)]


def test_missing_is_null_and_codes_are_text(base: duckdb.DuckDBPyConnection) -> None:
    assert base.sql(
        "SELECT score, classe, couverture, conseiller_plus_proche_nom "
        "FROM marts.communes WHERE code_commune = '01001'"
    ).fetchall() == [(None, None, None, None)]
    assert base.sql(
        "SELECT count(*), count(score), count(DISTINCT classe) FROM marts.communes"
    ).fetchall() == [(100, 96, 5)]
    types = dict(
        base.sql(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'communes'"
        ).fetchall()
    )
    assert (types["code_commune"], types["est_fragile"], types["classe"], types["geometry"]) == (
        "VARCHAR",
        "BOOLEAN",
        "BIGINT",
        "GEOMETRY('OGC:CRS84')",
    )


def test_views_answer_by_hand(base: duckdb.DuckDBPyConnection) -> None:
    # Ranks 9, 19, 20, 29 and 30 of département 2A, 100 inhabitants per rank.
    assert base.sql(
        "SELECT code_departement, nb_communes_fragiles_non_couvertes, "
        "population_fragile_non_couverte "
        "FROM marts.v_fragiles_non_couvertes_par_departement"
    ).fetchall() == [("2A", 5, 10_700.0), ("01", 0, 0.0)]
    assert base.sql(
        "SELECT code_epci, population_fragile_non_couverte "
        "FROM marts.v_fragiles_non_couvertes_par_epci LIMIT 1"
    ).fetchall() == [("200000002", 10_700.0)]
    assert base.sql(
        "SELECT nom_region FROM marts.v_fragiles_non_couvertes_par_region LIMIT 1"
    ).fetchall() == [("Corse",)]
    assert dict(
        base.sql("SELECT couverture, nb_communes FROM marts.v_population_par_couverture").fetchall()
    ) == {"couverte": 59, "non_couverte": 28, "incertaine": 9, "non calculée": 4}
    assert dict(
        base.sql(
            "SELECT origine, part_communes_pct FROM marts.v_origine_des_donnees "
            "WHERE indicateur = 'pauvrete'"
        ).fetchall()
    ) == {"observe": 40.0, "impute": 50.0, "absent": 10.0}


def test_the_ranking_of_people_has_bounds_and_small_places(base: duckdb.DuckDBPyConnection) -> None:
    rows = base.sql(
        "SELECT code_commune, nb_personnes_en_difficulte, nb_personnes_en_difficulte_bas, "
        "nb_personnes_en_difficulte_haut, est_petit_effectif "
        "FROM marts.v_personnes_en_difficulte"
    ).fetchall()
    assert rows
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert all(row[2] is None or row[2] <= row[1] <= row[3] for row in rows)
    assert {row[4] for row in rows} <= {True, False}


def test_the_view_by_zoning_has_the_zonings_that_were_read(tmp_path: Path) -> None:
    tables = make_tables()
    codes = tables["communes"]["code_commune"]
    tables["communes"] = tables["communes"].assign(
        # Ranks 9, 19 and 20 are the first of the five fragile and uncovered communes.
        est_frr=codes.isin(["2A009", "2A019", "2A020"]).astype("boolean"),
        est_zrr=pd.array([pd.NA] * len(codes), "boolean"),
        est_acv=pd.array([pd.NA] * len(codes), "boolean"),
        nb_qpv=codes.eq("2A030").astype("Int64"),
        densite_classe=pd.array([7] * len(codes), "Int64"),
    )
    path = write_duckdb(tmp_path / "fragilite.duckdb", tables, make_facts())
    with duckdb.connect(str(path), read_only=True) as base:
        rows = base.sql(
            "SELECT zonage, territoire, nb_communes, nb_communes_fragiles_non_couvertes, "
            "population_fragile_non_couverte FROM marts.v_fragiles_non_couvertes_par_zonage"
        ).fetchall()
    assert rows == [
        ("Densité", "7 Rural à habitat très dispersé", 100, 5, 10_700.0),
        ("FRR", "dedans", 3, 3, 4800.0),
        ("FRR", "dehors", 97, 2, 5900.0),
        ("QPV dans la commune", "dedans", 1, 1, 3000.0),
        ("QPV dans la commune", "dehors", 99, 4, 7700.0),
    ]


READINGS = (
    "SELECT code_region, nom_region, nb_communes, nb_sans_commune, part_sans_commune_pct, "
    "nb_sans_20min, part_sans_20min_pct, nb_sans_30min, part_sans_30min_pct FROM marts."
)


def test_france_is_all_the_communes_and_not_the_mean_of_its_regions(tmp_path: Path) -> None:
    # Corse has its 19 fragile communes of columns 8 and 9; the first column of the Ain joins them,
    # less commune 0, whose reach is not computed. Minutes are 40 less 4 a line, a conseiller
    # receives in line 9, and commune 90 is now an island, which none can be reached from.
    tables = make_tables()
    communes = tables["communes"]
    rank = pd.Series(range(100), index=communes.index)
    chosen = communes["est_fragile"] | (rank % 10 == 0)
    minutes = communes["conseiller_plus_proche_min"].where(rank != 90)
    tables["communes"] = communes.assign(
        est_fragile=chosen,
        quintile_region=chosen.map({True: 5, False: 1}).astype("Int64"),
        conseiller_plus_proche_min=minutes,
    )
    path = write_duckdb(tmp_path / "fragilite.duckdb", tables, make_facts())
    expected = [
        ("84", "Auvergne-Rhône-Alpes", 9, 8, 88.9, 5, 55.6, 3, 33.3),
        ("94", "Corse", 19, 17, 89.5, 9, 47.4, 5, 26.3),
        ("FRANCE", "France", 28, 25, 89.3, 14, 50.0, 8, 28.6),
    ]
    with duckdb.connect(str(path), read_only=True) as base:
        for view in (
            "v_fragiles_sans_conseiller_par_region",
            "v_cinquieme_sans_conseiller_par_region",
        ):
            assert base.sql(READINGS + view).fetchall() == expected
    own = tables["communes"][chosen & communes["couverture"].notna()]
    beyond = own["conseiller_plus_proche_min"].fillna(999) > 20
    assert expected[2][5:7] == (beyond.sum(), round(100 * beyond.mean(), 1))
    for column in (2, 3, 5, 7):
        assert expected[0][column] + expected[1][column] == expected[2][column]


def test_the_run_says_where_it_comes_from(base: duckdb.DuckDBPyConnection) -> None:
    assert base.sql("SELECT edition, bandeau FROM marts.editions").fetchall() == [
        ("demo", "Territoire fictif")
    ]
    assert base.sql("SELECT count(*), min(producteur) FROM marts.sources").fetchall() == [
        (2, "ARCEP")
    ]


def test_views_work_under_another_name(path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS autre (READ_ONLY)")
        assert connection.sql("SELECT count(*) FROM autre.marts.dictionnaire").fetchone() != (0,)
        assert connection.sql(
            "SELECT sum(nb_communes) FROM autre.marts.v_population_par_couverture"
        ).fetchone() == (100,)


def test_a_new_run_replaces_the_file_and_leaves_no_draft(tmp_path: Path) -> None:
    for _ in range(2):
        write_duckdb(tmp_path / "fragilite.duckdb", make_tables(), make_facts())
    assert [p.name for p in tmp_path.iterdir()] == ["fragilite.duckdb"]
