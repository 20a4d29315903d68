"""`fragility compare AVANT APRES` and `fragility score`: what they write, say and refuse."""

import dataclasses
import hashlib
import io
import re

import duckdb
import pandas as pd
import pytest

from fragility.schemas import INDICATORS, validate
from fragility.sources.catalogue import find_edition, register
from pipelines.evolution import evolution
from pipelines.sourcecode import address, function_of, reach
from pipelines.versions import Reading, Stamp, current_reads
from tests.editions import AFTER, BEFORE, make_pair, read, set_communes, undivided, write


@pytest.fixture(autouse=True)
def forget():
    yield
    register((), ())


@pytest.fixture
def compare(call, tmp_path, monkeypatch):
    """Compare editions of `tmp_path`; those registered by the test stay known."""
    name = "fragility.sources.user_editions.register_user_editions"
    monkeypatch.setattr(name, lambda raw: None)

    def run(*names):
        return call("compare", *names, "--out", tmp_path)

    return run


@pytest.fixture
def pair(demo, tmp_path):
    return make_pair(demo[1], tmp_path)


def state(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_comparison_is_written_beside_the_editions(pair, compare, tmp_path):
    town = undivided(pair[0]).index[3]
    set_communes(pair[0], "pauvrete", {town: 3.0}, 2019)
    set_communes(pair[1], "pauvrete", {town: 39.0}, 2023)
    untouched = [state(folder) for folder in pair]
    code, out, err = compare(BEFORE, AFTER)
    assert (code, err) == (0, "")
    assert [state(folder) for folder in pair] == untouched
    folder = tmp_path / "comparaisons" / f"{BEFORE}__{AFTER}"
    names = ["evolution.csv", "evolution.parquet", "rapport.html"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert all(str(folder / name) in out for name in names)
    assert [p.name for p in (tmp_path / "comparaisons").iterdir()] == [folder.name], "no draft left"
    table = pd.read_parquet(folder / "evolution.parquet")
    validate(table, "evolution")
    assert len(table) == 300
    row = table.set_index("code_commune").loc[town]
    assert row["est_significatif"]
    assert row["contribution_pauvrete"] == pytest.approx(row["evolution"])
    # What a French spreadsheet opens.
    content = (folder / "evolution.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    plain = pd.read_csv(io.BytesIO(content), sep=";", decimal=",", dtype={"code_commune": str})
    assert plain["code_commune"].tolist() == table["code_commune"].tolist()
    assert plain["evolution"].to_numpy() == pytest.approx(
        table["evolution"].round(2).to_numpy(), nan_ok=True
    )
    # Whole in itself.
    page = (folder / "rapport.html").read_text("utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert "<script" not in page
    assert "Territoire fictif" in page
    assert "il n&#x27;explique aucun changement" in page
    assert f"<td>{town}</td>" in page
    assert page.count("data:image/png;base64,") == 1
    for words in ("1 commune", "hausse significative", "aucun changement", "Territoire fictif"):
        assert words in out
    # Again, and the other way round: said.
    code, out, _ = compare(AFTER, BEFORE)
    assert code == 0
    assert "à rebours" in out
    assert "baisse significative dans 1" in out


@pytest.mark.parametrize(
    ("names", "words", "expected"),
    [
        ((BEFORE, BEFORE), "est donnée deux fois", 2),
        ((BEFORE, "inconnue"), "n'existe pas", 2),
        ((BEFORE,), "Il manque ce qu'il faut comparer", 2),
        ((), "fragility compare AVANT APRES", 2),
        ((BEFORE, "france-2021"), "n'a pas encore été calculée", 1),
    ],
)
def test_refusals_say_what_to_do(names, words, expected, pair, compare):
    code, out, err = compare(*names)
    assert (code, out) == (expected, "")
    assert words in err
    assert "à faire" in err


def test_other_profiles_are_refused(pair, compare):
    path = pair[1] / "execution.json"
    path.write_text(path.read_text("utf-8").replace('"ifn-2023"', '"ifn-2023-publie"'), "utf-8")
    code, _, err = compare(BEFORE, AFTER)
    assert code == 2
    assert "même profil" in err
    assert "--profile ifn-2023" in err


def test_an_edition_without_goalposts_is_to_be_computed_again(pair, compare, tmp_path):
    (pair[0] / "tables" / "index_reperes.parquet").write_bytes(b"PAR1 plus rien")
    code, _, err = compare(BEFORE, AFTER)
    assert code == 1
    assert "index_reperes.parquet" in err
    assert f"fragility run --edition {BEFORE}" in err
    assert not list((tmp_path / "comparaisons").glob("*")), "nothing half written"


def test_territories_with_nothing_in_common_are_refused(pair, compare):
    for name in ("core_communes", "core_iris", "communes"):
        table = read(pair[1], name)
        table["code_commune"] = "9" + table["code_commune"].str[1:]
        write(pair[1], name, table)
    table = read(pair[1], "index_indicateurs")
    rows = table["niveau"] == "commune"
    table.loc[rows, "code"] = "9" + table.loc[rows, "code"].str[1:]
    write(pair[1], "index_indicateurs", table)
    code, _, err = compare(BEFORE, AFTER)
    assert code == 1
    assert "aucune commune en commun" in err


# --- in the graph ------------------------------------------------------------------------------
def test_an_edition_that_follows_none_has_an_empty_table(demo):
    table = pd.read_parquet(demo[1] / "tables" / "evolution.parquet")
    assert table.empty
    validate(table, "evolution")
    with duckdb.connect(demo[1] / "fragilite.duckdb", read_only=True) as base:
        assert base.sql("SELECT count(*) FROM marts.evolution").fetchone() == (0,)


def test_an_edition_that_follows_a_published_one_has_its_change(demo, call, tmp_path):
    """Incomes of IRIS of another year, eight points higher in some: only these communes move."""
    import shutil

    from pipelines.runner import run_edition

    shutil.copytree(demo[0], tmp_path / "raw")
    shutil.copytree(demo[1], tmp_path / "out" / "demo", copy_function=shutil.copy2)
    known = tmp_path / "raw/insee_filosofi_iris/demo/BASE_TD_FILO_DISP_IRIS_2018.csv"
    incomes = pd.read_csv(known, sep=";", dtype=str, keep_default_na=False)
    incomes = incomes.rename(columns=lambda c: c[:-2] + "20" if c.startswith("DISP_") else c)
    rate = pd.to_numeric(incomes["DISP_TP6020"].str.replace(",", "."), errors="coerce")
    touched = rate.dropna().index[:60]
    incomes.loc[touched, "DISP_TP6020"] = (rate[touched] + 8).round(1).astype(str)
    incomes.to_csv(tmp_path / "DISP_2020.csv", sep=";", index=False)
    given = f"insee_filosofi_iris={tmp_path / 'DISP_2020.csv'}"
    raw = ("--raw", tmp_path / "raw")
    assert call("edition", "new", "suite", "--from", "demo", "--set", given, *raw)[0] == 0
    report = run_edition("suite", tmp_path / "raw", tmp_path / "out", "ifn-2023")
    table = pd.read_parquet(report.folder / "tables" / "evolution.parquet")
    validate(table, "evolution")
    moved = table[table["evolution"].abs() > 0]
    parents = set(incomes.loc[touched, "IRIS"].str[:5])
    assert 0 < len(moved) <= len(parents)
    assert set(moved["code_commune"]) <= parents
    assert (moved["evolution"] > 0).all()
    with duckdb.connect(report.folder / "fragilite.duckdb", read_only=True) as base:
        counted = base.sql("SELECT count(*), count(*) FILTER (evolution > 0) FROM marts.evolution")
        assert counted.fetchone() == (300, len(moved))
    # The command says the same.
    code, _, _ = call("compare", "demo", "suite", "--out", tmp_path / "out", *raw)
    assert code == 0
    path = tmp_path / "out" / "comparaisons" / "demo__suite" / "evolution.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(path), table)


def test_the_table_is_made_again_when_the_edition_before_is_published_anew(tmp_path):
    edition = dataclasses.replace(find_edition("demo"), previous="avant")

    def digest():
        reading = Reading(edition, tmp_path / "raw", tmp_path, ("ifn-2023",))
        return current_reads("evolution", reach(address(function_of(evolution))), reading)[
            "l'édition précédente"
        ]

    seen = [digest()]
    for content in ("a", "b"):
        stamp = Stamp("code", {}, {}, {"tables/index_indicateurs.parquet": content})
        stamp.save(tmp_path / "avant", "index_indicateurs")
        seen.append(digest())
    (tmp_path / "avant" / "execution.json").write_text('{"profil": "autre"}')
    seen.append(digest())
    assert len(set(seen)) == 4


# --- places ------------------------------------------------------------------------------------
def test_places_of_a_file_are_scored(demo, call, tmp_path):
    scores = read(demo[1], "index_scores").query("niveau == 'iris' and score == score")
    code = scores["code"].iloc[5]
    values = read(demo[1], "index_indicateurs").set_index("code").loc[code]
    cells = ";".join(str(float(values[f"{key}_pct"])).replace(".", ",") for key in INDICATORS)
    path = tmp_path / "lieux.csv"
    titles = ";".join(f"{key}_pct" for key in INDICATORS)
    path.write_text(f"code;nom;{titles}\n{code};=A1;{cells}\n;Inconnu;;;;;\n", "utf-8-sig")
    target = tmp_path / "scores.csv"
    done, out, err = call("score", path, "--out", demo[1].parent, "--vers", target)
    assert (done, err) == (0, "")
    assert "Territoire fictif" in out
    assert "2 lieux notés" in out
    table = pd.read_csv(target, sep=";", decimal=",", dtype={"code": str})
    published = scores.set_index("code").loc[code]
    assert table.loc[0, "score"] == pytest.approx(published["score"], abs=0.005)
    assert table.loc[0, "classe"] == published["classe"]
    assert table.loc[0, "est_fragile"] == ("oui" if published["est_fragile"] else "non")
    assert table.loc[0, "nom"] == "'=A1", "no formula in a spreadsheet"
    assert table.loc[1, ["score", "classe", "est_fragile"]].isna().all()


def test_score_refuses_what_it_cannot_use(demo, call, tmp_path):
    path = tmp_path / "lieux.csv"
    path.write_text("code;non_thd_pct\n1;2\n")
    code, _, err = call("score", path, "--out", demo[1].parent)
    assert code == 1
    assert "Il manque les colonnes non_4g_pct" in err
    code, _, err = call("score", path, "--edition", "france-2024", "--out", tmp_path)
    assert code == 1
    assert "n'a pas encore été calculée" in err
    assert call("score", path, "--edition", "rien")[0] == 2
