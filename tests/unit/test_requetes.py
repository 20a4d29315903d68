"""The ten questions of a planner: their SQL says what pandas says of the same tables."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from fragility.errors import MissingFileError
from fragility.export.database import RUN_TABLES, write_duckdb
from fragility.export.question import Question, answer, open_database
from fragility.export.questions import CITY, QUESTIONS
from fragility.schemas import INDICATORS
from fragility.sources.catalogue import EDITIONS, find_edition
from fragility.territory.communes import NO_EPCI
from fragility.validation.questions_page import ask_edition, write_questions
from fragility.validation.questions_words import READINGS, about
from tests.factories import make_facts, make_tables

ROOT = Path(__file__).parents[2]
ASKED = {question.name: question for question in QUESTIONS}


@pytest.fixture(scope="module")
def answers(demo):
    """Answer of the demonstration to each question, by name."""
    with open_database(demo[1] / "fragilite.duckdb") as base:
        return {name: answer(base, question) for name, question in ASKED.items()}


def read(folder, name):
    table = gpd.read_parquet if name == "lieux" else pd.read_parquet
    return pd.DataFrame(table(folder / "tables" / f"{name}.parquet"))


def same(frame, expected):
    """Compare numbers to a half unit of the last digit that the query keeps."""
    expected = expected.reset_index()[list(frame.columns)]
    for name in frame.columns:
        one, other = frame[name], expected[name]
        if pd.api.types.is_numeric_dtype(other) and other.dtype != bool:
            assert np.allclose(
                one.astype(float), other.astype(float), atol=0.5001, rtol=0, equal_nan=True
            ), name
        else:
            assert one.astype(object).tolist() == other.astype(object).tolist(), name


def test_there_are_ten_and_each_has_its_reading():
    assert len(ASKED) == 10
    assert set(READINGS) == set(ASKED)
    for question in QUESTIONS:
        assert question.title.endswith("?")
        assert question.caveat.endswith(".")
        assert question.sql.startswith(("SELECT", "WITH"))


def expected_where(folder):
    listed = read(folder, "communes_fragiles_non_couvertes").assign(tout="", nom_tout="")
    found = []
    for level, key in (
        ("ensemble", "tout"),
        ("région", "region"),
        ("département", "departement"),
        ("EPCI", "epci"),
    ):
        code = key if key == "tout" else f"code_{key}"
        rows = listed[listed[code] != NO_EPCI[0]].groupby([code, f"nom_{key}"])
        one = rows[["population", "population_hors_portee", "nb_personnes_en_difficulte"]].sum()
        one = one.assign(nb_communes=rows.size()).rename_axis(["code", "territoire"]).reset_index()
        one = one.sort_values(["population", "code"], ascending=[False, True]).head(5)
        found.append(one.assign(niveau=level))
    return pd.concat(found)


def expected_posts(folder):
    listed = read(folder, "communes_fragiles_non_couvertes")
    listed = listed[listed["code_epci"] != NO_EPCI[0]]
    people = listed["nb_personnes_en_difficulte"] * listed["population_hors_portee"]
    listed = listed.assign(
        nb_personnes_hors_portee=people / listed["population"],
        ici=listed["nb_france_services"] > 0,
    ).sort_values("population_hors_portee", ascending=False)
    found = listed.groupby(["code_epci", "nom_epci"]).agg(
        nom_departement=("nom_departement", "first"),
        nb_communes=("nom", "size"),
        population_hors_portee=("population_hors_portee", "sum"),
        nb_personnes_hors_portee=("nb_personnes_hors_portee", "sum"),
        nb_communes_france_services=("ici", "sum"),
        premiere_commune=("nom", "first"),
        probabilite_moyenne_pct=("probabilite_fragile_non_couverte_pct", "mean"),
    )
    rounded = found["nb_personnes_hors_portee"].round()
    return found.assign(o=-rounded).sort_values(["o", "code_epci"])


def expected_capacity(folder):
    communes = read(folder, "communes")
    people = communes["nb_personnes_en_difficulte"]
    known = people.where(communes["capacite_pour_10000"].notna())
    sums = (
        communes.assign(weight=known, posts=communes["capacite_pour_10000"] * known)
        .groupby(["code_departement", "nom_departement"])[
            ["weight", "posts", "nb_personnes_en_difficulte", "nb_personnes_en_difficulte_servies"]
        ]
        .sum()
    )
    sums = sums[sums["nb_personnes_en_difficulte"] > 0].reset_index()
    places = read(folder, "departements").set_index("code_departement")["nb_lieux_conseillers"]
    served = sums["nb_personnes_en_difficulte_servies"] / sums["nb_personnes_en_difficulte"]
    found = sums.assign(
        capacite_pour_10000=(sums["posts"] / sums["weight"]).round(2),
        part_a_portee_pct=100 * served,
        nb_lieux_conseillers=sums["code_departement"].map(places),
    )
    return found.sort_values(["capacite_pour_10000", "code_departement"])


def test_where_and_how_many(answers, demo):
    frame = answers["ou_et_combien"]
    same(frame, expected_where(demo[1]))
    assert frame["niveau"].iloc[0] == "ensemble"


def test_posts_first_where_most_people_are_out_of_reach(answers, demo):
    same(answers["ou_placer_des_postes"], expected_posts(demo[1]))


def test_capacity_is_weighted_by_the_people(answers, demo):
    same(answers["capacite"], expected_capacity(demo[1]))
    assert np.allclose(
        answers["capacite"]["capacite_pour_10000"],
        expected_capacity(demo[1])["capacite_pour_10000"],
        atol=0.0051,
    )


def expected_france_services(folder):
    listed = read(folder, "communes_fragiles_non_couvertes").set_index("code_commune")
    reach = read(folder, "access_dispositifs")
    reach = reach[reach["niveau"].eq("commune") & reach["dispositif"].eq("france_services")]
    covered = reach.loc[reach["couverture"].eq("couverte"), "code"]
    return set(listed.index[listed.index.isin(covered) | listed["nb_france_services"].gt(0)])


def test_france_services_without_conseiller(answers, demo):
    frame = answers["france_services_sans_conseiller"]
    assert set(frame["code_commune"]) == expected_france_services(demo[1])


def test_france_services_by_hand():
    """Of four communes: one has it, one is near, one is far, one is not on the list."""
    rows = [("A", 0, 100.0), ("B", 2, 50.0), ("C", 0, 10.0)]
    listed = pd.DataFrame(rows, columns=["code_commune", "nb_france_services",
                                         "population_hors_portee"])  # fmt: skip
    listed[["nom", "nom_departement", "conseiller_plus_proche_min"]] = "x", "y", 30.0
    verdicts = ["couverte", "incertaine", "non_couverte", "couverte"]
    reach = pd.DataFrame({"code": list("ABCD"), "couverture": verdicts})
    reach[["niveau", "dispositif", "plus_proche_nom"]] = "commune", "france_services", "p"
    reach["plus_proche_min"] = 5.0
    tables = {"marts.communes_fragiles_non_couvertes": listed, "science.access_dispositifs": reach}
    frame = ask(tables, ASKED["france_services_sans_conseiller"])
    assert frame["code_commune"].tolist() == ["B", "A"]
    assert frame["est_dans_la_commune"].tolist() == [True, False]


def expected_ending(folder):
    communes = read(folder, "communes")
    kept = communes[communes["est_fragile"] & communes["nb_conseillers_20min"].eq(1)]
    return kept.groupby("conseiller_plus_proche_nom").agg(
        nb_communes_fragiles=("nom", "size"),
        population=("population", "sum"),
        nb_personnes_en_difficulte=("nb_personnes_en_difficulte", "sum"),
    )


def test_posts_that_end_are_the_only_ones_of_fragile_communes(answers, demo):
    frame, expected = answers["postes_qui_finissent"], expected_ending(demo[1])
    assert len(frame) == len(expected)
    places = read(demo[1], "lieux").set_index("id")
    towns = read(demo[1], "communes").set_index("code_commune")["nom"]
    for row in frame.to_dict("records"):
        found = expected.loc[row["lieu"]]
        assert (row["nb_communes_fragiles"], row["population"]) == (
            found["nb_communes_fragiles"],
            found["population"],
        )
        # Two places of a commune may have one name: both are given.
        for place in places.loc[row["id"].split()].to_dict("records"):
            assert row["lieu"] == f"{place['nom']} ({towns[place['code_commune']]})"
            assert "conseiller_numerique" in place["dispositifs"]


def expected_estimated(folder):
    communes = read(folder, "communes")
    found = []
    for key in INDICATORS:
        rows = communes.groupby(f"{key}_origine")
        found.append(
            pd.DataFrame(
                {
                    "indicateur": key,
                    "nb_communes": rows.size(),
                    "part_habitants_pct": 100 * rows["population"].sum()
                    / communes["population"].sum(),
                    "part_de_la_liste_pct": 100 * rows["est_fragile_non_couverte"].sum()
                    / communes["est_fragile_non_couverte"].sum(),
                }
            ).rename_axis("origine")
        )  # fmt: skip
    found = pd.concat(found).reset_index()
    found["part_communes_pct"] = 100 * found["nb_communes"] / len(communes)
    return found.sort_values(
        ["indicateur", "nb_communes", "origine"], ascending=[True, False, True]
    )


def test_origins_of_the_figures(answers, demo):
    same(answers["chiffres_estimes"], expected_estimated(demo[1]))
    totals = answers["chiffres_estimes"].groupby("indicateur")["nb_communes"].sum()
    assert set(totals) == {len(read(demo[1], "communes"))}


def test_sure_and_not_sure_count_every_commune_once(answers, demo):
    frame = answers["ce_qui_est_sur"].set_index("situation")
    communes = read(demo[1], "communes")
    chance = communes["probabilite_fragile_non_couverte_pct"]
    listed = communes["est_fragile_non_couverte"]
    assert frame["nb_communes"].sum() == len(communes)
    own = frame.loc["sur la liste"]
    assert own["nb_communes"] == listed.sum() > 0
    assert own["nb_90_et_plus"] == (chance[listed] >= 90).sum()
    assert own["nb_50_a_90"] == (chance[listed].between(50, 90, inclusive="left")).sum()
    assert own["nb_moins_de_50"] == (chance[listed] < 50).sum()
    assert abs(frame["nb_attendu"].sum() - chance.sum() / 100) < 3
    assert frame.loc["sans score", "nb_communes"] == communes["score"].isna().sum()


def expected_quarters(folder):
    iris, communes = read(folder, "iris"), read(folder, "communes")
    published = iris[iris["pauvrete_origine"].eq("observe") & iris["type_iris"].eq("H")]
    floor = published["pauvrete_pct"].quantile(0.9)
    cities = communes[communes["population"].ge(CITY) & ~communes["est_fragile"]]
    kept = published[
        published["pauvrete_pct"].ge(floor)
        & ~published["est_petit_effectif"]
        & published["code_commune"].isin(cities["code_commune"])
    ]
    return kept.groupby("code_commune").agg(
        nb_iris=("code_iris", "size"),
        population_des_iris=("population", "sum"),
        nb_iris_fragiles=("est_fragile", "sum"),
        pauvrete_iris_pct=("pauvrete_pct", "max"),
    )


def test_quarters_that_a_city_hides(answers, demo):
    frame, expected = answers["quartiers_caches"], expected_quarters(demo[1])
    assert len(frame) > 0
    expected = expected.loc[frame["code_commune"]].reset_index()
    same(frame[list(expected.columns)], expected)
    assert (frame["pauvrete_iris_pct"] >= frame["seuil_pauvrete_pct"]).all()
    assert frame["population_des_iris"].is_monotonic_decreasing


def ask(tables, question):
    """Ask a question of tables written by hand: `schema.name` -> frame."""
    with duckdb.connect() as base:
        for name, frame in tables.items():
            base.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
            base.register("given", frame)
            base.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        return answer(base, question)


EVOLUTION = pd.DataFrame(
    [
        ("comparee", True, "hausse", 0.4, 100.0, False, True),
        ("comparee", True, "hausse", 0.2, 10.0, True, True),
        ("comparee", True, "baisse", -0.3, 20.0, True, False),
        ("comparee", False, "hausse", 0.1, 5.0, False, True),
        ("sans_avant", False, None, None, 7.0, None, None),
    ],
    columns=["statut", "est_significatif", "sens", "evolution", "population",
             "est_fragile_avant", "est_fragile_apres"],
).assign(edition_avant="un", edition_apres="deux")  # fmt: skip


def test_change_by_hand():
    frame = ask({"marts.evolution": EVOLUTION}, ASKED["ce_qui_change"])
    columns = ["changement", "nb_communes", "population", "nb_devenues_fragiles",
               "nb_qui_ne_le_sont_plus"]  # fmt: skip
    assert list(frame[columns].itertuples(index=False, name=None)) == [
        ("plus fragile", 2, 110.0, 1, 0),
        ("moins fragile", 1, 20.0, 0, 1),
        ("pas de changement sûr", 1, 5.0, 1, 0),
        ("non comparée", 1, 7.0, 0, 0),
    ]
    assert frame["evolution_mediane"].iloc[0] == pytest.approx(0.3)
    said = READINGS["ce_qui_change"](frame)
    assert (
        "sur 4 communes comparées, 2 sont plus fragiles et 1 moins fragiles, de façon sûre" in said
    )
    assert "vers le haut par 2 communes, dont 1 par un changement sûr, et vers" in said
    assert "vers le bas par 1 commune, dont 1 par un changement sûr." in said


def test_overseas_by_hand():
    """A département of two communes without score nor poverty, and one of the mainland."""
    communes = pd.DataFrame(
        {
            "code_departement": ["973", "973", "23"],
            "nom_departement": ["Guyane", "Guyane", "Creuse"],
            "score": [None, None, 8.0],
            "est_fragile": [False, False, True],
            "couverture": ["non_couverte", "couverte", "non_couverte"],
            "population": [100.0, 50.0, 10.0],
            **{f"{key}_origine": ["observe"] * 3 for key in INDICATORS},
        }
    ).astype({"score": float})
    communes["pauvrete_origine"] = ["absent", "absent", "observe"]
    communes["non_4g_origine"] = ["absent", "observe", "observe"]
    groups = pd.DataFrame(
        {
            "code_departement": ["973", "23"],
            "nb_personnes_en_difficulte_bas": [10.4, 1.0],
            "nb_personnes_en_difficulte_haut": [40.0, 2.0],
        }
    )
    frame = ask({"marts.communes": communes, "marts.departements": groups}, ASKED["outre_mer"])
    # Without a score nobody knows how many are fragile; without a coverage, how many uncovered.
    (row,) = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    assert row == ("973", "Guyane", 2, 0, None, 1, 150.0, 10.0, 40.0, "pauvrete")
    bare = communes.assign(couverture=None).astype({"couverture": "str"})
    (row,) = ask(
        {"marts.communes": bare, "marts.departements": groups}, ASKED["outre_mer"]
    ).itertuples(index=False)
    assert pd.isna(row.nb_non_couvertes)
    assert "1 département sur 1 (Guyane)" in READINGS["outre_mer"](frame)


def test_a_question_on_change_is_asked_of_the_edition_that_follows(tmp_path, monkeypatch):
    follower = replace(find_edition("france-2025"), name="deux", previous="un")
    monkeypatch.setitem(EDITIONS, "deux", follower)
    question = Question("q", "Quoi ?", "SELECT * FROM marts.evolution", "Rien.", follows=True)
    for name, rows in (("un", EVOLUTION.head(0)), ("deux", EVOLUTION)):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(tmp_path / name / "fragilite.duckdb")) as base:
            base.execute("CREATE SCHEMA marts")
            base.register("given", rows)
            base.execute("CREATE TABLE marts.evolution AS SELECT * FROM given")
    edition, frame = ask_edition(tmp_path / "un", question)
    assert (edition, len(frame)) == ("deux", len(EVOLUTION))
    (tmp_path / "deux" / "fragilite.duckdb").unlink()
    assert ask_edition(tmp_path / "un", question)[0] == "un"


def test_readings_say_when_there_is_nothing(answers):
    for name, frame in answers.items():
        assert READINGS[name](frame.head(0)).endswith("."), name


def test_estimates_have_two_digits():
    assert [about(value).replace("\u202f", " ") for value in (85_446, 2_334, 47.2, 0)] == [
        "environ 85 000", "environ 2 300", "environ 47", "aucune"
    ]  # fmt: skip


def sql_of(page):
    return re.findall(r"```sql\n(.*?)\n```", page, flags=re.DOTALL)


def test_the_page_of_the_repository_has_the_queries_of_the_code():
    page = (ROOT / "docs" / "requetes.md").read_text(encoding="utf-8")
    assert sql_of(page) == [question.sql for question in QUESTIONS]
    for rank, question in enumerate(QUESTIONS, start=1):
        assert f"## {rank}. {question.title}" in page
        assert question.caveat in page


def test_the_command_writes_the_page_of_an_edition(call, demo, tmp_path):
    code, out, err = call("validation", "--requetes", "--edition", "demo",
                          "--out", demo[1].parent, "--docs", tmp_path)  # fmt: skip
    assert (code, err) == (0, "")
    assert "requetes.md" in out
    page = (tmp_path / "requetes.md").read_text(encoding="utf-8")
    assert sql_of(page) == [question.sql for question in QUESTIONS]
    with open_database(demo[1] / "fragilite.duckdb") as base:
        for query in sql_of(page):
            base.execute(query)
    assert not re.search(r"\bnan\b", page.lower())


def test_an_edition_that_was_not_computed_is_refused(tmp_path):
    with pytest.raises(MissingFileError, match="fragility run --edition france-2021"):
        write_questions(tmp_path / "france-2021", tmp_path)


def test_the_published_file_says_where_it_comes_from(demo):
    with open_database(demo[1] / "fragilite.duckdb") as base:
        for name in RUN_TABLES:
            assert base.sql(f"SELECT count(*) FROM marts.{name}").fetchone()[0] > 0
        assert base.sql(
            "SELECT count(*) FROM marts.sources WHERE coalesce(licence, '') = '' "
            "OR coalesce(citation, '') = '' OR coalesce(page, '') = ''"
        ).fetchone() == (0,)
        silent = base.sql(
            "SELECT table_name, column_name FROM duckdb_columns() "
            "WHERE NOT internal AND coalesce(comment, '') = '' UNION ALL "
            "SELECT table_name, '' FROM duckdb_tables() WHERE coalesce(comment, '') = '' UNION ALL "
            "SELECT view_name, '' FROM duckdb_views() "
            "WHERE NOT internal AND coalesce(comment, '') = ''"
        ).fetchall()
    assert silent == []


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a file that is open where it is")
def test_a_reader_keeps_reading_while_a_new_run_is_written(tmp_path):
    """An open connection sees the old figures whole; a client that opens later, the new ones."""
    path, tables = tmp_path / "fragilite.duckdb", make_tables()
    count = "SELECT count(*) FROM marts.communes"
    write_duckdb(path, tables, make_facts())
    with open_database(path) as old:
        before = old.sql(count).fetchone()
        write_duckdb(path, {**tables, "communes": tables["communes"].head(7)}, make_facts())
        assert old.sql(count).fetchone() == before == (100,)
        assert len(old.sql("FROM marts.v_personnes_en_difficulte").fetchall()) > 7
        # A process of its own: this one would be given the file that it holds open.
        fresh = subprocess.run(
            [sys.executable, "-c",
             "import duckdb, sys; "
             f"print(duckdb.connect(sys.argv[1], read_only=True).sql('{count}').fetchone()[0])",
             str(path)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    assert fresh.stdout.strip() == "7"
