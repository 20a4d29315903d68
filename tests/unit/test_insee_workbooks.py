"""INSEE's workbooks of EPCI and of IRIS: titles above, codes on row 6."""

import openpyxl
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_workbooks import read_epci_workbook, read_iris_workbook

EPCI = ("CODGEO", "LIBGEO", "EPCI", "LIBEPCI", "DEP", "REG")
IRIS = (
    "CODE_IRIS",
    "LIB_IRIS",
    "TYP_IRIS",
    "GRD_QUART",
    "DEPCOM",
    "LIBCOM",
    "UU2020",
    "REG",
    "DEP",
)


@pytest.fixture
def book(tmp_path):
    def write(sheet, header, *rows, others=()):
        made = openpyxl.Workbook()
        made.active.title = "Documentation"
        for name in (*others, sheet):
            page = made.create_sheet(name)
            for line in (
                ("Titre",),
                ("Source",),
                ("2024",),
                (),
                [f"Libellé de {c}" for c in header],
            ):
                page.append(list(line))
            page.append(list(header))
            for row in rows:
                page.append(list(row))
        path = tmp_path / "classeur.xlsx"
        made.save(path)
        return path

    return write


def test_epci_are_read_from_the_sheet_of_communes(book):
    path = book(
        "Composition_communale", EPCI,
        ("01001", "L'Abergement", "200069193", "CC de la Dombes", "01", "84"),
        (1002, "Perdu son zéro", 240100750, "CC du Bugey", 1, 84),
        ("2A004", "Ajaccio", "242010056", "CA du Pays Ajaccien", "2A", "94"),
        ("22016", "Île-de-Bréhat", "ZZZZZZZZZ", "Sans objet", "22", "53"),
        others=("EPCI",),
    )  # fmt: skip
    frame = read_epci_workbook(path)
    assert frame.to_dict("list") == {
        "code_commune": ["01001", "01002", "2A004", "22016"],
        "code_epci": ["200069193", "240100750", "242010056", "ZZZZZZZZZ"],
        "nom_epci": ["CC de la Dombes", "CC du Bugey", "CA du Pays Ajaccien", "Sans objet"],
    }


def test_iris_are_those_of_the_published_list(book):
    path = book(
        "Emboitements_IRIS", IRIS,
        ("010010000", "L'Abergement (commune non irisée)", "Z", "0100100", "01001", "L'Abergement",
         "01000", "84", "01"),
        ("751010101", "Saint-Germain l'Auxerrois 1", "H", "7510101", "75101", "Paris 1er", "00851",
         "11", "75"),
    )  # fmt: skip
    frame = read_iris_workbook(path)
    assert frame.to_dict("list") == {
        "code_iris": ["010010000", "751010101"],
        "nom": ["L'Abergement (commune non irisée)", "Saint-Germain l'Auxerrois 1"],
        "type_iris": ["Z", "H"],
        "code_arrondissement": ["01001", "75101"],
    }


def test_another_workbook_a_lost_column_and_a_wrong_code_are_refused(book):
    row = ("01001", "Nom", "200069193", "CC", "01", "84")
    with pytest.raises(BadFileError, match="Composition_communale"):
        read_epci_workbook(book("EPCI", EPCI, row))
    with pytest.raises(BadFileError, match="EPCI"):
        read_epci_workbook(book("Composition_communale", ("CODGEO", "LIBGEO", "DEP"), row[:3]))
    with pytest.raises(BadFileError):
        read_epci_workbook(
            book("Composition_communale", EPCI, ("01001", "N", "CC de", "x", "", ""))
        )
    with pytest.raises(BadFileError):
        read_iris_workbook(book("Emboitements_IRIS", IRIS, ("0100", "n", "Q", "", "01001", "", "")))


def test_not_one_row_in_a_thousand_may_be_wrong(book):
    """Elsewhere a few wrong rows are set aside; a list of territories has to be whole."""
    rows = [(f"{k:05d}", "n", "200069193", "CC", "01", "84") for k in range(1001, 2000)]
    assert len(read_epci_workbook(book("Composition_communale", EPCI, *rows))) == 999
    wrong = ("02000", "n", "CC de la Dombes", "CC", "02", "32")
    with pytest.raises(BadFileError, match="EPCI"):
        read_epci_workbook(book("Composition_communale", EPCI, *rows, wrong))
    parts = [(f"{k:05d}0000", "n", "Z", "", f"{k:05d}", "n") for k in range(1001, 2000)]
    assert len(read_iris_workbook(book("Emboitements_IRIS", IRIS, *parts))) == 999
    with pytest.raises(BadFileError, match="TYP_IRIS"):
        read_iris_workbook(
            book("Emboitements_IRIS", IRIS, *parts, ("020000000", "n", "Q", "", "02000", "n"))
        )
