"""Other profiles than the default, from the raw files to every output of the demonstration."""

import json
import shutil
import sqlite3
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from fragility.errors import DataCheckError
from fragility.index import profile_indicators, profile_toml
from fragility.index.profile_model import BASES, UNITS
from fragility.index.profiles import available_profiles, load_profile
from fragility.schemas import INDICATORS
from fragility.schemas.columns import CONTEXT_LABELS
from pipelines.runner import run_edition

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "profils.md").read_text("utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "mon-profil.toml"
MAIN = "ifn-2020:departement"
OTHERS = ("ifn-2023", "ifn-2021", "deux-piliers", "senior", "jeune", str(EXAMPLE))
IDS = {"ifn-2020-departement", *OTHERS[:-1], "mon-profil"}


@pytest.fixture(scope="module")
def several(demo, tmp_path_factory):
    """Raw folder, output folder and report of a run whose main profile is not the default."""
    base = tmp_path_factory.mktemp("profils")
    shutil.copytree(demo[0], base / "raw")
    shutil.copytree(demo[1], base / "out" / "demo")
    codes = pd.read_parquet(demo[1] / "tables" / "core_communes.parquet", columns=["code_commune"])
    lines = [f"{code.lstrip('0')};{n % 7}" for n, code in enumerate(codes["code_commune"])]
    path = base / "raw" / "indicateurs" / "demo" / "lignes_de_bus.csv"
    path.write_text("\n".join(["code;valeur", *lines, "33063;5"]) + "\n", encoding="utf-8")
    report = run_edition("demo", base / "raw", base / "out", MAIN, others=OTHERS)
    return base / "raw", base / "out" / "demo", report


def table(folder, name, **options):
    return pd.read_parquet(folder / "tables" / f"{name}.parquet", **options)


def plain(folder, name):
    return table(folder, name).drop(columns="geometry", errors="ignore")


# --- the documentation ------------------------------------------------
KEYS = (*profile_toml.REQUIRED, *profile_toml.OPTIONAL, *profile_toml.ALLOWED)
VALUES = [value for values in profile_toml.ALLOWED.values() for value in values]


@pytest.mark.parametrize(
    "word",
    sorted(
        {
            *KEYS,
            *VALUES,
            *profile_indicators.RULES,
            *UNITS,
            *BASES,
            "published",
            "pillar",
            "inherit",
        }
        | {"label", "definition", "unit", "direction", "weight", "axis", "rule"}
        | {*INDICATORS, *CONTEXT_LABELS, *available_profiles()}
    ),
)
def test_the_page_says_every_key_and_every_value(word):
    assert f"`{word}`" in PAGE or f"`[[{word}]]`" in PAGE or f'`"{word}"`' in PAGE


def test_the_example_of_the_page_is_a_profile_of_its_own():
    profile = load_profile(str(EXAMPLE))
    assert EXAMPLE.name in PAGE
    own = next(item for item in profile.indicators if item.label)
    assert f"indicateurs/{own.id}.csv" in PAGE


# --- what a run gives ------------------------------------------------
def test_every_profile_is_in_the_tables(several):
    _, folder, _ = several
    profiles = table(folder, "index_profils")
    assert set(profiles["profil"]) == IDS
    communes = profiles[profiles["niveau"] == "commune"].set_index(["profil", "code"])
    assert communes.groupby("profil")["score"].count().min() > 280
    assert communes.groupby("profil")["est_fragile"].mean().max() <= 0.2
    assert communes.loc["mon-profil", "est_fragile"].mean() <= 0.1
    points = table(folder, "index_points")
    sums = points.groupby(["profil", "niveau", "code"])["contribution"].sum(min_count=1)
    score = profiles.set_index(["profil", "niveau", "code"])["score"]
    assert (sums.dropna() - score.reindex(sums.dropna().index)).abs().max() < 1e-9


def test_the_default_profile_beside_another_gives_what_it_gives_alone(demo, several):
    beside = table(several[1], "index_profils")
    beside = beside[(beside["profil"] == "ifn-2023") & (beside["niveau"] == "commune")]
    alone = plain(demo[1], "communes").set_index("code_commune")
    beside = beside.set_index("code").reindex(alone.index)
    pd.testing.assert_series_equal(beside["score"], alone["score"])
    assert (beside["est_fragile"] == alone["est_fragile"]).all()


def test_the_marts_are_those_of_the_main_profile(several):
    _, folder, _ = several
    communes = plain(folder, "communes").set_index("code_commune")
    profiles = table(folder, "index_profils").set_index(["profil", "niveau", "code"]).sort_index()
    own = profiles.loc[("ifn-2020-departement", "commune"), "score"].reindex(communes.index)
    pd.testing.assert_series_equal(communes["score"], own, check_names=False)
    assert communes["score"].median() > 50, "base 100"
    assert communes[[f"score_{k}" for k in INDICATORS if k != "peu_diplomes"]].isna().all(axis=None)
    assert communes["score_peu_diplomes"].notna().any()


def test_the_sentence_names_indicators_of_the_profile_only(several):
    communes = plain(several[1], "communes")
    fragile = communes.loc[communes["est_fragile"], "motif"]
    assert fragile.str.contains("d'abord").all()
    said = " ".join(fragile)
    assert "€" in said or "personnes seules" in said
    for other in ("haut débit", "site 4G", "pauvreté"):
        assert other not in said


def test_every_output_speaks_the_scale_of_the_profile(several):
    _, folder, _ = several
    notice = (folder / "LISEZMOI.md").read_text("utf-8")
    assert "Le score vaut 100 pour la moyenne du département" in notice
    assert "six sous-scores" in notice
    assert "| Niveau de vie médian |" in notice
    assert "`ifn-2023`, `ifn-2021`" in notice
    book = openpyxl.load_workbook(folder / "fragilite.xlsx", read_only=True)
    sheet = " ".join(str(c.value) for row in book["Lisez-moi"].iter_rows() for c in row)
    assert "100 pour la moyenne du département" in sheet
    words = (folder / "dictionnaire.csv").read_text("utf-8-sig")
    assert "100 étant la moyenne du département" in words
    with sqlite3.connect(folder / "fragilite.gpkg") as base:
        (style,) = base.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'communes'"
        ).fetchone()
    assert "100 : moyenne du département" in style
    for text in (notice, sheet, style):
        assert "sur 10<" not in text
        assert "de 1 (moins fragile) à 10" not in text


def test_the_database_compares_profiles_and_says_what_to_do(several):
    with duckdb.connect(str(several[1] / "fragilite.duckdb"), read_only=True) as base:
        found = base.sql("SELECT DISTINCT profil FROM marts.v_profils").fetchall()
        assert {name for (name,) in found} == IDS
        what = base.sql("SELECT code_commune, quoi_faire FROM marts.v_deux_piliers").df()
        assert set(what["quoi_faire"]) <= {"réseaux", "personnes", "les deux", "rien d'urgent"}
        assert what["quoi_faire"].nunique() >= 3
        groups = base.sql(
            "SELECT code, groupe, est_eleve FROM science.index_piliers "
            "WHERE profil = 'deux-piliers' AND niveau = 'commune' AND nature = 'pilier'"
        ).df()
        wide = groups.pivot(index="code", columns="groupe", values="est_eleve")
        both = wide.index[wide.all(axis=1)]
        assert set(what.loc[what["quoi_faire"] == "les deux", "code_commune"]) == set(both)
        for name in ("index_contexte", "index_profils", "index_piliers", "index_points"):
            (comment,) = base.sql(
                f"SELECT comment FROM duckdb_tables() WHERE table_name = '{name}'"
            ).fetchone()
            assert comment
        (empty,) = base.sql(
            "SELECT count(*) FROM duckdb_columns() WHERE table_name LIKE 'v\\_%' ESCAPE '\\' "
            "AND comment IS NULL"
        ).fetchone()
        assert empty == 0


def test_without_that_profile_there_is_no_such_view(demo):
    with duckdb.connect(str(demo[1] / "fragilite.duckdb"), read_only=True) as base:
        views = {n for (n,) in base.sql("SELECT view_name FROM duckdb_views()").fetchall()}
    assert "v_profils" in views
    assert "v_deux_piliers" not in views


def test_what_was_brought_is_accounted_for(several):
    _, folder, _ = several
    lines = table(folder, "registre").set_index(["source", "motif"])["lignes"]
    lines = lines.sort_index()
    source = "indicateurs/demo/lignes_de_bus.csv"
    assert lines[source, "entrées"] == 301
    assert lines[source, "code absent de la carte de l'édition"] == 1
    context = table(folder, "index_contexte").set_index(["indicateur", "niveau", "code"])
    context = context.sort_index()
    assert len(context.loc[("lignes_de_bus", "commune")]) == 300


def test_the_run_says_what_it_was(several):
    _, folder, report = several
    written = json.loads((folder / "execution.json").read_text("utf-8"))
    assert written["profil"] == MAIN
    assert written["profils"] == [MAIN, *OTHERS]
    assert written["seuil_pct"] == 20
    (warning,) = report.warnings
    assert "services_publics" in warning


def test_the_checks_follow_the_profiles_of_the_run(several, call):
    code, out, err = call("check", "--edition", "demo", "--out", several[1].parent)
    assert code == 0, out + err


def test_the_command_lists_profiles_and_what_an_edition_lacks(several, call):
    code, out, err = call("profiles", "--edition", "demo", "--out", several[1].parent)
    assert code == 0, err
    assert all(name in out for name in available_profiles())
    assert "services_publics" in out
    code, _, err = call("profiles", "--edition", "demo", "--out", several[1])
    assert code == 1
    assert "n'a pas encore été calculée" in err


# --- what changes, and what does not ------------------------------------------------
def test_one_more_profile_keeps_the_marts_and_another_share_does_not(several, tmp_path):
    shutil.copytree(several[0], tmp_path / "raw")
    shutil.copytree(several[1], tmp_path / "out" / "demo")

    def run(main, *others):
        return run_edition("demo", tmp_path / "raw", tmp_path / "out", main, others=others)

    report = run(MAIN, *OTHERS, "ifn-2020-calcul")
    assert "communes" in report.kept
    assert "index_scores" not in report.kept
    assert set(table(tmp_path / "out" / "demo", "index_profils")["profil"]) == {
        *IDS,
        "ifn-2020-calcul",
    }
    before = plain(tmp_path / "out" / "demo", "communes")["est_fragile"].sum()
    report = run(f"{MAIN}@5")
    after = plain(tmp_path / "out" / "demo", "communes")["est_fragile"]
    assert "communes" not in report.kept
    assert 0 < after.sum() <= 15 < before
    # A file that goes away takes its indicator with it, and the profile that needs it is refused
    # before anything is published.
    for path in (tmp_path / "raw" / "indicateurs" / "demo").glob("*_50*.csv"):
        path.unlink()
    looks = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")}
    with pytest.raises(DataCheckError, match="senior") as error:
        run("ifn-2023", "senior")
    assert error.value.exit_code == 1
    assert "indicateurs/demo/pauvrete_50_plus.csv" in str(error.value)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out").rglob("*")} == looks
