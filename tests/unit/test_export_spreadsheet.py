"""LibreOffice opens the CSV and the workbook as an agent of a prefecture would."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fragility.export.tables import write_csv
from fragility.export.workbook import write_workbook
from tests.factories import NASTY, make_communes, make_facts, make_tables

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parents[1] / "libreoffice_open.py"


def has_libreoffice() -> bool:
    if shutil.which("soffice") is None or not Path(SYSTEM_PYTHON).exists():
        return False
    command = [SYSTEM_PYTHON, "-c", "import uno"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not has_libreoffice():
        pytest.skip("LibreOffice ou PyUNO absent (apt install libreoffice-calc python3-uno)")
    folder = tmp_path_factory.mktemp("tableur")
    tables = make_tables()
    files = [
        write_csv(folder / "communes.csv", tables["communes"], "communes"),
        write_workbook(folder / "fragilite.xlsx", tables, make_facts()),
    ]
    done = subprocess.run(
        [SYSTEM_PYTHON, str(SCRIPT), str(folder), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def by_header(sheet: dict[str, Any]) -> dict[str, list[Any]]:
    header, *rows = sheet["cells"]
    return {name: list(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}


def test_a_csv_keeps_codes_accents_and_decimals(seen: dict[str, Any]) -> None:
    (sheet,) = seen["communes.csv"].values()
    read = by_header(sheet)
    assert read["code_commune"] == sorted(make_communes()["code_commune"])
    assert {"01004", "2A006"} <= set(read["code_commune"])
    assert {len(code) for code in read["code_commune"]} == {5}
    assert (read["code_departement"][0], read["code_departement"][-1]) == ("01", "2A")
    names = dict(zip(read["code_commune"], read["nom"], strict=True))
    assert names["01001"] == "L'Abergement-Clémenciat" == NASTY[0]
    # The apostrophe in front is what keeps these from being run.
    assert (names["01004"], names["2A006"]) == ("'=1+1", "'-Œuilly")
    # 12,3 is a number, not a text nor a date.
    assert read["pauvrete_pct"][1] == 12.3
    assert {type(value) for value in read["pauvrete_pct"] if value != ""} == {float}
    assert set(read["est_fragile"]) == {"oui", "non"}


def test_the_workbook_keeps_codes_and_numbers(seen: dict[str, Any]) -> None:
    read = by_header(seen["fragilite.xlsx"]["Communes"])
    assert read["Code commune"] == sorted(make_communes()["code_commune"])
    assert read["Nom"][0] == "L'Abergement-Clémenciat"
    assert "=1+1" in read["Nom"]
    assert read["Pauvreté (%)"][1] == 12.3
    departements = by_header(seen["fragilite.xlsx"]["Départements"])
    assert departements["Code département"] == ["01", "2A"]


def test_headers_stay_in_sight_and_filter_every_row(seen: dict[str, Any]) -> None:
    sheets = seen["fragilite.xlsx"]
    assert [*sheets] == [
        "Lisez-moi", "Fragiles non couvertes", "Communes", "EPCI", "Départements", "Dictionnaire",
    ]  # fmt: skip
    # Code and name stay on the left, headers above.
    assert {name: sheet["frozen"] for name, sheet in sheets.items()} == {
        name: None if name == "Lisez-moi" else [2, 1] for name in sheets
    }
    filtered = {name: sheet["filtered"] for name, sheet in sheets.items()}
    assert filtered.pop("Lisez-moi") is None
    assert filtered.pop("Dictionnaire")[0] == 0
    assert filtered == {
        "Fragiles non couvertes": [0, 5], "Communes": [0, 100], "EPCI": [0, 4],
        "Départements": [0, 2],
    }  # fmt: skip
