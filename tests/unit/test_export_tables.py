"""The CSV files keep codes, French numbers and harmless cells."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from fragility import schemas
from fragility.export import tables
from tests.factories import NASTY, make_communes, make_facts, make_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("csv")
    tables.write_all_csv(path, make_tables())
    tables.write_dictionary(path / "dictionnaire.csv", make_facts())
    return path


def read(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_every_file_of_the_contract_is_there(folder: Path) -> None:
    assert {p.name for p in folder.iterdir()} == {
        "communes.csv",
        "communes.csvt",
        "iris.csv",
        "iris.csvt",
        "epci.csv",
        "departements.csv",
        "communes_fragiles_non_couvertes.csv",
        "dictionnaire.csv",
    }


def test_bytes_are_what_french_spreadsheets_expect(folder: Path) -> None:
    content = (folder / "epci.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfcode_epci;nom_epci;")
    assert content.count(b"\r\n") == content.count(b"\n") == 1 + 4


def test_codes_keep_their_zeros_and_letters(folder: Path) -> None:
    rows = read(folder / "communes.csv")
    assert [row["code_commune"] for row in rows] == sorted(make_communes()["code_commune"])
    assert rows[0]["code_commune"] == "01001"
    assert "2A009" in {row["code_commune"] for row in rows}
    assert {len(row["code_iris"]) for row in read(folder / "iris.csv")} == {9}


def test_no_cell_can_run_as_a_formula(folder: Path) -> None:
    names = {row["code_commune"]: row["nom"] for row in read(folder / "communes.csv")}
    assert names["01004"] == "'=1+1"
    assert names["01005"] == "'+Bâgé & Dommartin"
    assert names["2A006"] == "'-Œuilly"
    assert names["2A007"] == "'@Ÿ"
    assert names["2A009"] == "'\tTab"
    assert names["01002"] == 'Saint-Jean "le Vieux"'
    assert names["01003"] == "<script>alert(1)</script>"
    assert names["2A008"] == "Ligne; coupée\nen deux"
    assert set(names.values()) & set(NASTY) == {
        NASTY[0],
        NASTY[1],
        NASTY[2],
        NASTY[7],
        NASTY[9],
    }


def test_numbers_are_french_and_missing_is_empty(folder: Path) -> None:
    rows = {row["code_commune"]: row for row in read(folder / "communes.csv")}
    assert rows["01002"]["pauvrete_pct"] == "12,3"
    assert rows["01002"]["score"] == "1,9"
    assert rows["01002"]["population"] == "200"
    assert rows["01002"]["est_petit_effectif"] == "oui"
    assert rows["01003"]["est_petit_effectif"] == "non"
    unscored = rows["01001"]
    assert (unscored["score"], unscored["classe"], unscored["couverture"]) == ("", "", "")
    assert "geometry" not in unscored


def test_large_and_tiny_numbers_are_never_written_with_an_exponent() -> None:
    frame = pd.DataFrame(
        {
            "population": [67_000_000.0, 0.4],
            "superficie": [12_345_678.9, 0.001],
            "x_pct": [-0.01, 99.94],
        }
    )
    lines = tables.csv_bytes(frame).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["67000000;12345678,9;0", "0;0;99,9"]


def test_an_empty_table_has_its_header() -> None:
    frame = make_tables()["communes_fragiles_non_couvertes"].head(0)
    text = tables.csv_bytes(frame).decode("utf-8-sig")
    assert text == ";".join(frame.columns) + "\r\n"


def test_csvt_makes_gdal_read_codes_as_text(folder: Path) -> None:
    kinds = (folder / "communes.csvt").read_text().strip().replace('"', "").split(",")
    assert set(kinds) == {"String", "Integer", "Real"}
    frame = pyogrio.read_dataframe(folder / "communes.csv", read_geometry=False)
    assert len(kinds) == len(frame.columns)
    assert frame["code_commune"].iloc[0] == "01001"
    assert frame.set_index("code_commune")["pauvrete_pct"]["01002"] == 12.3
    assert frame.set_index("code_commune")["classe"]["01002"] == 1


def test_rows_do_not_depend_on_the_order_they_came_in() -> None:
    communes = make_communes()
    shuffled = communes.sample(frac=1, random_state=3)
    assert tables.csv_bytes(tables.ordered(shuffled, "communes")) == tables.csv_bytes(
        tables.ordered(communes, "communes")
    )


def test_the_action_list_keeps_its_order(folder: Path) -> None:
    rows = read(folder / "communes_fragiles_non_couvertes.csv")
    assert [row["ordre"] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row["population_hors_portee"] for row in rows] == [
        "1800",
        "1740",
        "1600",
        "1520",
        "900",
    ]


def test_the_dictionary_has_every_column(folder: Path) -> None:
    rows = read(folder / "dictionnaire.csv")
    assert len(rows) == sum(len(model.columns) for model in schemas.TABLES.values())
