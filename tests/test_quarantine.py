"""Whole runs on spoilt copies of the demonstration: what is published, and what stops it."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.core import core_assets
from pipelines.versions import FOLDER

INCOMES = "insee_filosofi_communes/demo-2019/FILO2019_DISP_COM.csv"
COMPARATEUR = "insee_comparateur/demo/base_cc_comparateur_csv.zip"
AGES = "insee_rp_iris/demo/base-ic-evol-struct-pop-2018_csv.zip"
FIXED = "arcep_fixe/demo/commune-debit-beta.csv"
SMALL = "00006"  # one IRIS: nothing else than these two files tells its population


def hashes(folder):
    """Checksum of every file, hidden ones too, by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def call(call):
    """Run the demonstration of a folder in this process: exit code, standard output, errors."""
    return lambda place: call("run", "--raw", place / "raw", "--out", place / "out")


@pytest.fixture
def place(demo, tmp_path):
    """A copy of the demonstration's raw files and of its outputs, to be spoilt."""
    raw, folder, _ = demo
    shutil.copytree(raw, tmp_path / "raw")
    shutil.copytree(folder, tmp_path / "out" / "demo")
    return tmp_path


def member(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def spoil(path, key, column, value):
    """Put a value in the cell of one line; return the line's number and what was there."""
    files = member(path) if path.suffix == ".zip" else {path.name: path.read_text("utf-8-sig")}
    name = next(n for n in files if not Path(n).name.startswith("meta"))
    lines = files[name].split("\n")
    header = next(i for i, line in enumerate(lines) if column in line)
    at = lines[header].strip("\r").split(";").index(column)
    row = next(i for i, line in enumerate(lines) if line.startswith(key) and i > header)
    cells = lines[row].split(";")
    before, cells[at] = cells[at], value
    lines[row] = ";".join(cells)
    files[name] = "\n".join(lines)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member_name, text in files.items():
                archive.writestr(member_name, text)
    else:
        path.write_text(files[name], "utf-8", newline="")
    return row + 1, before.strip("\r")


def find(place, name):
    """A raw file of the demonstration, whatever the folder of its release."""
    return next((place / "raw").glob(f"**/{Path(name).name}"))


def table(place, name):
    return pd.read_parquet(place / "out" / "demo" / "tables" / f"{name}.parquet")


def correct(place, key, column, found, value):
    (place / "raw" / "corrections.csv").write_text(
        "source;release;fichier;cle;colonne;valeur_trouvee;valeur;motif;reference;date\n"
        f"insee_filosofi_communes;demo-2019;{Path(INCOMES).name};{key};{column};{found};{value};"
        "un revenu négatif;le fichier d'avant;2026-11-21\n"
    )


def test_nothing_of_the_demonstration_is_in_quarantine(demo):
    _, folder, _ = demo
    for name in ("quarantaine", "corrections"):
        assert pd.read_parquet(folder / "tables" / f"{name}.parquet").empty
    assert "quarantaine »" not in (folder / "LISEZMOI.md").read_text("utf-8")
    # Every asset that reads raw files says what it set aside and corrected.
    names = {key.path[-1] for asset in core_assets for key in asset.keys}
    for record in ("quarantaine", "corrections"):
        assert {p.stem for p in (folder / FOLDER / record).iterdir()} == names


def test_a_wrong_row_is_published_as_such(call, place):
    line, _ = spoil(find(place, INCOMES), "00011", "Q219", "-5")
    code, out, err = call(place)
    assert (code, err) == (0, "")
    assert table(place, "quarantaine").to_dict("records") == [{
        "source": "insee_filosofi_communes/demo-2019", "fichier": Path(INCOMES).name, "ligne": line,
        "cle": "00011", "colonne": "Q219", "valeur": "-5", "motif": "valeur impossible, négative",
    }]  # fmt: skip
    said = "1 ligne des fichiers sources est en quarantaine"
    assert said in out
    folder = place / "out" / "demo"
    assert said in (folder / "LISEZMOI.md").read_text("utf-8")
    warnings = json.loads((folder / "execution.json").read_text("utf-8"))["avertissements"]
    assert any(said in warning for warning in warnings)
    ledger = table(place, "registre")
    lost = ledger[ledger["motif"] == "quarantaine : valeur impossible, négative"]
    assert lost[["source", "lignes"]].to_numpy().tolist() == [
        ["insee_filosofi_communes/demo-2019", 1]
    ]
    with duckdb.connect(folder / "fragilite.duckdb", read_only=True) as base:
        assert base.sql("SELECT cle, ligne FROM marts.quarantaine").fetchall() == [("00011", line)]
        assert base.sql("SELECT count(*) FROM marts.corrections").fetchone() == (0,)


def test_a_population_told_twice_is_not_lost_with_one_row(call, place):
    """The IRIS of a commune that is not divided gives its population: the total holds."""
    spoil(find(place, COMPARATEUR), SMALL, "P18_POP", "-265")
    code, *_ = call(place)
    assert code == 0
    assert table(place, "quarantaine")["cle"].tolist() == [SMALL]
    assert table(place, "communes")["population"].sum() == 432_974


def test_a_population_that_is_lost_stops_the_run(call, place):
    before = hashes(place / "out")
    line, people = spoil(find(place, COMPARATEUR), SMALL, "P18_POP", "-265")
    spoil(find(place, AGES), SMALL, "P18_POP", "beaucoup")
    code, _, err = call(place)
    assert code == 1
    assert "Le total « population » de l'édition demo n'est pas celui publié." in err
    assert "attendu  : 432974" in err
    assert f"trouvé   : {432_974 - int(people)}" in err
    assert "2 lignes sont en quarantaine" in err
    assert f"{Path(COMPARATEUR).name}, ligne {line} : valeur impossible, négative" in err
    assert hashes(place / "out") == before
    assert [p.name for p in (place / "out").iterdir()] == ["demo"]


def test_too_many_wrong_rows_stop_the_run(call, place):
    before = hashes(place / "out")
    for key in ("00006", "00007", "00008", "00009"):
        spoil(find(place, FIXED), key, "nbr", "-1")
    code, _, err = call(place)
    assert code == 1
    assert "La colonne nbr : valeur impossible, négative." in err
    assert "dont 4 pour ce motif" in err
    assert hashes(place / "out") == before


def test_a_correction_applies_and_shows(call, place):
    _, before = spoil(find(place, INCOMES), "00011", "Q219", "-5")
    correct(place, "00011", "Q219", "-5", before)
    code, out, _ = call(place)
    assert code == 0
    assert "quarantaine :" not in out
    assert table(place, "quarantaine").empty
    shown = table(place, "corrections")
    assert shown[["cle", "colonne", "valeur_trouvee", "valeur"]].to_numpy().tolist() == [
        ["00011", "Q219", "-5", before]
    ]
    with duckdb.connect(place / "out/demo/fragilite.duckdb", read_only=True) as base:
        assert base.sql("SELECT valeur FROM marts.corrections").fetchall() == [(before,)]


@pytest.mark.parametrize(
    ("key", "column", "found", "words"),
    [
        ("00011", "Q219", "-6", "La correction prévue pour 00011 (Q219) ne convient plus."),
        ("00011", "Q230", "-5", "La correction prévue pour 00011 (Q230) ne convient plus."),
        ("", "Q219", "-5", "La colonne cle : case vide."),
    ],
)
def test_a_correction_that_no_longer_fits_stops_the_run(call, place, key, column, found, words):
    before = hashes(place / "out")
    correct(place, key, column, found, "21000")
    code, _, err = call(place)
    assert code == 1
    assert words in err
    assert "corrections.csv" in err
    # The demonstration writes its own files again, not the user's.
    assert "supprimez ce fichier" not in err
    assert hashes(place / "out") == before
