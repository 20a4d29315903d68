"""`fragility simulate` on the demo edition: what it prints, writes and refuses."""

import shutil
from functools import partial

import duckdb
import geopandas as gpd
import pandas as pd
import pytest

from pipelines.simulate_cli import _label


@pytest.fixture
def call(call):
    """Run the command in this process: exit code, standard output, errors."""
    return partial(call, "simulate")


@pytest.fixture(scope="module")
def where(demo):
    return ["--raw", demo[0], "--out", demo[1].parent]


def table(demo, name):
    return pd.read_parquet(demo[1] / "tables" / f"{name}.parquet")


def test_posts_are_placed_where_people_are_out_of_reach(call, where, demo, tmp_path):
    ended, text, err = call("--posts", 3, "--dossier", tmp_path, *where)
    assert (ended, err) == (0, "")
    assert "Territoire fictif" in text
    assert "Optimum prouvé" in text
    assert "pas la plus probable" in text
    assert "comme dans l'édition, par la terre" in text
    posts = pd.read_csv(tmp_path / "simulation_postes.csv", sep=";", decimal=",", dtype={
        "code_commune": str, "code_departement": str, "code_epci": str, "code_region": str,
    })  # fmt: skip
    assert posts["rang"].tolist() == [1, 2, 3]
    assert posts["nb_personnes_gagnees"].is_monotonic_decreasing
    summary = pd.read_csv(tmp_path / "simulation_resume.csv", sep=";", decimal=",").iloc[0]
    assert summary["est_optimum_prouve"] == "oui"
    uncovered = table(demo, "communes")["est_fragile_non_couverte"].sum()
    assert summary["nb_communes_avant"] == uncovered > summary["nb_communes_apres"]
    territories = pd.read_csv(tmp_path / "simulation_territoires.csv", sep=";", decimal=",")
    assert territories["nb_personnes_gagnees"].sum() == pytest.approx(
        posts["nb_personnes_gagnees"].sum(), abs=len(territories)
    )


def test_what_the_choice_is_and_how_sure_is_said_with_the_files(call, where, demo, tmp_path):
    call("--posts", 3, "--dossier", tmp_path, *where)
    words = (tmp_path / "LISEZMOI.md").read_text("utf-8")
    assert "(édition entière)" in words.splitlines()[0]
    for said in ("Territoire fictif", "édition `demo`", "Ce que le choix rend le plus grand",
                 "pas la plus probable", "gain sûr", "lieu de rechange"):  # fmt: skip
        assert said in words, said
    listed = {path.name for path in tmp_path.iterdir()} - {"LISEZMOI.md"}
    assert all(f"`{name}`" in words for name in listed)
    columns = pd.read_csv(tmp_path / "dictionnaire.csv", sep=";")
    for name in ("simulation_postes", "simulation_territoires", "simulation_resume"):
        written = pd.read_csv(tmp_path / f"{name}.csv", sep=";", nrows=0).columns
        assert set(written) <= set(columns.loc[columns["table"] == name, "colonne"]), name
    # At the edition's threshold, communes have the edition's probability and word.
    towns = pd.read_csv(tmp_path / "simulation_territoires.csv", sep=";", decimal=",", dtype={
        "code_commune": str,
    }).set_index("code_commune")  # fmt: skip
    published = table(demo, "communes").set_index("code_commune").loc[towns.index]
    column = "probabilite_fragile_non_couverte_pct"
    assert towns[column].tolist() == pytest.approx(published[column].tolist(), abs=0.51)
    word = "confiance_fragile_non_couverte"
    assert towns[word].tolist() == published[word].tolist()


@pytest.mark.parametrize("posts", [1, 2, 5, 20])
def test_a_departement_is_proved_in_less_than_a_second(call, where, tmp_path, posts):
    call("--posts", posts, "--zone", "departement:00", "--dossier", tmp_path, *where)
    with duckdb.connect(str(tmp_path / "simulation.duckdb"), read_only=True) as database:
        proved, seconds, best, found = database.execute(
            "SELECT est_optimum_prouve, secondes, nb_personnes_borne, nb_personnes_gagnees "
            "FROM simulation_resume"
        ).fetchone()
        spare = database.execute(
            "SELECT code_commune, code_commune_centre, nb_personnes_perdues_centre, "
            "nb_personnes_gagnees FROM simulation_postes WHERE id_candidat_centre IS NOT NULL"
        ).fetchall()
    assert proved
    assert seconds < 1
    assert found == pytest.approx(best)
    # Nothing named beside the best list is in the same commune, or would gain more.
    for own, other, lost, gained in spare:
        assert own != other
        assert 0 <= lost <= 0.05 * gained + 1e-6


def test_more_posts_than_are_useful_is_said(call, where, tmp_path):
    ended, text, err = call("--posts", 100000, "--dossier", tmp_path, *where)
    assert (ended, err) == (0, "")
    posts = len(pd.read_csv(tmp_path / "simulation_postes.csv", sep=";"))
    assert f"100 000 postes demandés, {posts} utiles" in text.replace("\u202f", " ")
    assert "un de plus n'en gagnerait aucune" in text
    # One less than these is not enough.
    call("--posts", posts - 1, "--dossier", tmp_path / "moins", *where)
    whole, less = (
        pd.read_csv(folder / "simulation_resume.csv", sep=";", decimal=",").iloc[0]
        for folder in (tmp_path, tmp_path / "moins")
    )
    assert less["nb_personnes_gagnees"] < whole["nb_personnes_gagnees"]
    assert pd.isna(less["raison_postes_en_moins"])


def test_an_edition_by_road_is_not_simulated_with_other_extracts(call, demo, tmp_path):
    shutil.copytree(demo[1] / "tables", tmp_path / "demo" / "tables")
    path = tmp_path / "demo" / "tables" / "access_moteur.parquet"
    engines = pd.read_parquet(path)
    engines.assign(moteur="route", extraits="0123456789abcdef" * 4).to_parquet(path)
    ended, _, err = call("--posts", 1, "--raw", demo[0], "--out", tmp_path)
    assert ended == 1
    assert "ne sont pas ceux du calcul" in err
    assert "0123456789ab…" in err
    assert "aucun extrait" in err


def test_simulations_that_differ_have_folders_of_their_own():
    usual = _label(["postes", "5", "departement:23"], "", "", 20.0)
    assert usual == "postes-5-departement-23"
    assert _label(["postes", "5", "france"], "quota epci:1", "mairie+bibliotheque", 30.0) == (
        "postes-5-france-quota-epci-1-mairie+bibliotheque-30-min"
    )


def test_other_clients_open_the_results(call, where, tmp_path):
    call("--posts", 2, "--dossier", tmp_path, *where)
    with duckdb.connect(str(tmp_path / "simulation.duckdb"), read_only=True,
                        config={"enable_external_access": False}) as database:  # fmt: skip
        rows = database.execute(
            "SELECT rang, longitude FROM simulation_postes ORDER BY rang"
        ).fetchall()
        words = database.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'simulation_postes' "
            "AND comment IS NULL AND column_name <> 'geometry'"
        ).fetchone()
    layer = gpd.read_file(tmp_path / "simulation.gpkg", layer="simulation_postes")
    assert [rank for rank, _ in rows] == layer["rang"].tolist() == [1, 2]
    assert [x for _, x in rows] == pytest.approx(layer.geometry.x.tolist())
    assert words == (0,)
    assert len(gpd.read_file(tmp_path / "simulation.gpkg", layer="simulation_territoires"))


def test_a_quota_and_a_zone_are_kept(call, where, demo, tmp_path):
    ended, _, err = call("--posts", 4, "--quota", "epci:1", "--zone", "departement:00",
                         "--candidats", "mairie", "--dossier", tmp_path, *where)  # fmt: skip
    assert (ended, err) == (0, "")
    posts = pd.read_csv(tmp_path / "simulation_postes.csv", sep=";", decimal=",", dtype=str)
    assert posts["code_epci"].is_unique
    assert set(posts["type_candidat"]) == {"mairie"}


def test_closing_every_place_leaves_everybody_out_of_reach(call, where, demo, tmp_path):
    places = table(demo, "core_lieux")
    kept = places["statut"].eq("retenu") & places["dispositif"].eq("conseiller_numerique")
    ids = places.loc[kept, "id"].tolist()
    path = tmp_path / "fin.csv"
    path.write_text("id;date_fin\n" + "\n".join(f"{i};2022-06-30" for i in ids), "utf-8")
    into = tmp_path / "resultat"
    ended, text, err = call("--close-file", path, "--ended-before", "2022-07-01",
                            "--dossier", into, *where)  # fmt: skip
    assert (ended, err) == (0, "")
    assert "n'auraient plus de conseiller à 20 minutes" in text
    assert "`fermetures_lieux.csv`" in (into / "LISEZMOI.md").read_text("utf-8")
    summary = pd.read_csv(into / "fermetures_resume.csv", sep=";", decimal=",").iloc[0]
    assert summary["nb_lieux"] == len(ids)
    reach = table(demo, "access_dispositifs")
    reach = reach[reach["niveau"].eq("commune") & reach["dispositif"].eq("conseiller_numerique")]
    population = table(demo, "core_population_grille")["population"].sum()
    beyond = reach["nb_habitants_hors_portee"].sum()
    assert summary["population_perdue"] == pytest.approx(population - beyond, rel=0.01)
    nobody = call("--close-file", path, "--ended-before", "2020-01-01", "--dossier", into, *where)
    assert nobody[0] == 2
    assert "Aucun lieu ne ferme." in nobody[2]
    assert "avant le 2020-01-01" in nobody[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "place des postes ou ferme des lieux"),
        (["--posts", 1, "--close", "cn-1"], "place des postes ou ferme des lieux"),
        (["--posts", 1, "--zone", "departement"], "La zone n'est pas comprise"),
        (["--posts", 1, "--zone", "canton:12"], "niveau connu"),
        (["--posts", 1, "--zone", "departement:99"], "dans ce territoire"),
        (["--posts", 1, "--quota", "epci"], "Le quota n'est pas compris"),
        (["--posts", 1, "--candidats", "gare"], "gare"),
        (["--close", "inconnu"], "inconnu"),
        (["--close-file", "absent.csv"], "n'existe pas"),
        (["--close", "cn-1", "--ended-before", "2024-01-01"], "quand un poste finit"),
        (["--close", "cn-1", "--zone", "departement:00"], "--zone"),
        (["--close", "cn-1", "--quota", "epci:1", "--candidats", "mairie"], "--quota, --candidats"),
        (["--close-file", "absent.csv", "--secondes", 3], "ne sert pas à fermer des lieux"),
        (["--posts", 1, "--secondes", "inf"], "Un temps demandé est impossible"),
        (["--posts", 1, "--minutes", "nan"], "Un temps demandé est impossible"),
        (["--posts", 1, "--candidats", ","], "types de lieux candidats"),
        (["--posts", 10**30], "d'au plus"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_french(call, where, arguments, words):
    ended, _, err = call(*arguments, *where)
    assert ended in (1, 2)
    assert words in err
    assert "à faire" in err


def test_an_edition_that_was_not_computed_says_what_to_run(call, demo, tmp_path):
    ended, _, err = call("--posts", 1, "--raw", demo[0], "--out", tmp_path)
    assert ended == 1
    assert "fragility run --edition demo" in err


def test_an_edition_of_an_older_version_says_what_to_run(call, demo, tmp_path):
    shutil.copytree(demo[1] / "tables", tmp_path / "demo" / "tables")
    table(demo, "access_portee").drop(columns="couverture").to_parquet(
        tmp_path / "demo" / "tables" / "access_portee.parquet"
    )
    ended, _, err = call("--posts", 1, "--raw", demo[0], "--out", tmp_path)
    assert ended == 1
    assert "par cette version" in err
    assert "fragility run --edition demo" in err


def test_nothing_to_place_or_to_lose_is_said_and_written(call, where, demo, tmp_path):
    """A zone without a fragile and uncovered commune, and a place that nobody depends on."""
    towns = table(demo, "communes")
    by_epci = towns.groupby("code_epci")["est_fragile_non_couverte"].sum()
    safe = by_epci.index[(by_epci == 0) & by_epci.index.str.isdigit()][0]
    ended, text, err = call("--posts", 3, "--zone", f"epci:{safe}", "--dossier", tmp_path, *where)
    assert (ended, err) == (0, "")
    assert "Aucun poste à placer" in text
    assert (tmp_path / "simulation_postes.csv").read_text("utf-8-sig").count("\n") == 1
    places = table(demo, "core_lieux")
    twin = places[places["statut"].eq("retenu") & places["dispositif"].eq("conseiller_numerique")]
    near = twin[twin["code_commune"].duplicated(keep=False)]["id"].iloc[0]
    ended, text, err = call("--close", near, "--dossier", tmp_path / "fin", *where)
    assert (ended, err) == (0, "")
    assert "Aucun habitant ne perdrait son conseiller à 20 minutes ; aucune commune" in text
