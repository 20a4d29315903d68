"""`fragility explain`: what it prints, in a terminal and for a program, and how it refuses."""

import json
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def call(call):
    """Run the command in this process: exit code, standard output, errors."""
    return partial(call, "explain")


@pytest.fixture(scope="module")
def out(demo):
    return demo[1].parent


@pytest.fixture(scope="module")
def communes(demo):
    return pd.read_parquet(demo[1] / "tables" / "communes.parquet").set_index("code_commune")


def test_a_commune_in_words(call, out, communes):
    code = communes["score"].idxmax()
    ended, text, err = call(code, "--out", out)
    assert (ended, err) == (0, "")
    lines = text.splitlines()
    assert lines[0].startswith(f"{communes.at[code, 'nom']} ({code})")
    assert "Score de fragilité" in lines[2]
    for title in ("À savoir avant", "D'où vient le score", "Sa place", "D'où viennent les chiffres",
                  "Ce qui changerait sa classe", "Qui lui ressemble"):  # fmt: skip
        assert title in text
    assert "Territoire fictif" in text


def test_json_adds_up_for_every_kind_of_place(call, out, communes, demo):
    iris = pd.read_parquet(demo[1] / "tables" / "iris.parquet", columns=["code_iris", "code_epci"])
    epci = iris.loc[iris["code_epci"].str.isdigit(), "code_epci"].iloc[0]
    departement = communes["code_departement"].iloc[0]
    for asked in (communes.index[0], iris["code_iris"].iloc[0], epci, departement):
        ended, text, _ = call(asked, "--json", "--out", out)
        content = json.loads(text)
        assert ended == 0
        assert content["code"] == asked
        assert sum(content["contributions"].values()) == pytest.approx(content["score"], abs=1e-9)
        assert set(content["origines"]) == {
            "non_thd", "non_4g", "plus_65", "peu_diplomes", "pauvrete"
        }  # fmt: skip


def test_json_is_utf_8_and_the_same_twice_in_a_pipe_of_windows(out, communes):
    named = communes[communes["score"].notna() & ~communes["nom"].str.isascii()]
    code = named.index[0]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "pipelines.cli", "explain", code, "--json", "--out", str(out)]
    first, second = (
        subprocess.run(command, capture_output=True, check=True, env=environment, cwd=out)
        for _ in range(2)
    )
    assert first.stdout == second.stdout
    content = json.loads(first.stdout.decode("utf-8"))
    assert content["nom"] == named.at[code, "nom"]
    assert list(content) == sorted(content)


def test_a_name_or_a_code_that_lost_its_zero(call, out, communes):
    code = communes.index[0]  # those of the demonstration begin with several zeros
    ended, text, _ = call(code[1:], "--out", out)
    assert ended == 0
    assert "zéro" in text.splitlines()[0]
    alone = communes["nom"].drop_duplicates(keep=False)
    ended, text, _ = call(alone.iloc[0].upper(), "--out", out, "--json")
    assert (ended, json.loads(text)["code"]) == (0, alone.index[0])


def test_a_commune_without_score_is_no_error(call, out, communes):
    code = communes.index[communes["score"].isna()][0]
    ended, text, err = call(code, "--out", out)
    assert (ended, err) == (0, "")
    assert "Non calculé" in text
    ended, text, _ = call(code, "--json", "--out", out)
    content = json.loads(text)
    assert (content["contributions"], content["score"], content["semblables"]) == ({}, None, [])
    assert content["motif"].startswith("Non calculé")


def test_what_is_not_there_is_refused_in_french(call, out, tmp_path):
    assert call("99999", "--out", out)[0] == 2
    assert call("Nulle Part", "--out", out)[0] == 2
    ended, text, err = call("01001", "--edition", "nulle", "--out", out)
    assert (ended, text) == (2, "")
    assert "L'édition « nulle » n'existe pas." in err
    ended, _, err = call("01001", "--out", tmp_path)
    assert ended == 1
    assert "fragility run --edition demo" in err
    ended, _, err = call("01001", "--edition", "france-2021", "--out", out)
    assert ended == 1
    assert "déjà calculées : --edition demo" in err
    ended, _, err = call("--out", out)
    assert ended == 2
    assert "Il manque l'argument CODE" in err
    assert "ou son nom" in err


def test_an_edition_is_read_without_its_raw_files_and_left_as_it_was(call, out, communes, tmp_path):
    copy = tmp_path / "demo"
    copy.mkdir()
    shutil.copytree(out / "demo" / "tables", copy / "tables")
    shutil.copy(out / "demo" / "execution.json", copy)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    empty = tmp_path / "raw"
    ended, _, _ = call(communes.index[0], "--out", tmp_path, "--raw", empty)
    assert ended == 0
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
    assert not empty.exists()


@pytest.mark.national
def test_every_commune_and_iris_of_france_adds_up(national):
    from fragility.index.composite import contributions
    from fragility.index.explain import explain
    from fragility.index.explain_tables import read_tables
    from fragility.index.profiles import load_profile

    profile = load_profile("ifn-2023")
    for level, count in (("commune", 34_965), ("iris", 49_406)):
        tables = read_tables(national[0], profile, level)
        assert len(tables.rows) == count
        parts = contributions(tables.points, profile)
        gap = parts.sum(axis=1, min_count=1) - tables.places["score"]
        assert gap.abs().max() < 1e-9
        assert gap.isna().equals(tables.places["score"].isna())
        for code, one in explain(tables, tables.rows.index[::100]).items():
            if one.score is None:
                assert one.contributions == {}
            else:
                assert one.contributions == parts.loc[code].dropna().to_dict()
                assert len(one.semblables) == 5


@pytest.mark.national
def test_one_commune_of_france_takes_no_time(national):
    from fragility.index.explain import explain
    from fragility.index.explain_tables import read_tables
    from fragility.index.profiles import load_profile

    profile = load_profile("ifn-2023")
    for code in ("23096", "75056", "55039"):
        start = time.perf_counter()
        told = explain(read_tables(national[0], profile, "commune", [code]), [code])
        assert set(told) == {code}
        # A third of a second on a free machine; the rest of the command is Python's own start.
        assert time.perf_counter() - start < 1.5


def test_a_place_of_another_edition_says_which(call, out, communes, tmp_path):
    for name in ("demo", "france-2021"):
        shutil.copytree(out / "demo" / "tables", tmp_path / name / "tables")
    code = communes.index[communes["score"].notna()][-1]
    for name in ("communes", "iris"):
        path = tmp_path / "demo" / "tables" / f"{name}.parquet"
        table = pd.read_parquet(path)
        table[table["code_commune"] != code].to_parquet(path)
    ended, _, err = call(code, "--out", tmp_path)
    assert ended == 2
    assert "--edition france-2021" in err
