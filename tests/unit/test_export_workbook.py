"""The workbook opens with text codes, words, filters and no formula."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from fragility.export.sheet_paper import paper_of
from fragility.export.workbook import write_workbook
from fragility.schemas import MARTS, TABLES
from tests.factories import make_facts, make_tables


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = write_workbook(
        tmp_path_factory.mktemp("xlsx") / "fragilite.xlsx", make_tables(), make_facts()
    )
    return openpyxl.load_workbook(path)


def column(book: Workbook, sheet: str, header: str) -> list[object]:
    rows = list(book[sheet].iter_rows(values_only=True))
    return [row[rows[0].index(header)] for row in rows[1:]]


def test_sheets_are_in_reading_order(book: Workbook) -> None:
    assert book.sheetnames == [
        "Lisez-moi",
        "Fragiles non couvertes",
        "Communes",
        "EPCI",
        "Départements",
        "Dictionnaire",
    ]


def test_the_banner_is_the_first_thing_read(book: Workbook) -> None:
    notes = [row[0] for row in book["Lisez-moi"].iter_rows(values_only=True)]
    assert notes[0] == "Territoire fictif — Fragilité numérique — Démonstration"
    assert "ne décrivent aucun lieu réel" in str(notes[1])


def test_codes_are_text(book: Workbook) -> None:
    codes = column(book, "Communes", "Code commune")
    assert codes[0] == "01001"
    assert len(codes) == 100
    assert column(book, "Départements", "Code département") == ["01", "2A"]
    assert all(isinstance(code, str) for code in codes)


def test_no_cell_is_a_formula(book: Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "=1+1" in column(book, "Communes", "Nom")


def test_values_are_words_and_rounded_numbers(book: Workbook) -> None:
    assert column(book, "Communes", "Classe (1-5)")[:2] == [None, "1 – Moins fragile"]
    assert column(book, "Communes", "Fragile").count("oui") == 19
    assert column(book, "Communes", "Pauvreté (%)")[1] == 12.3
    assert column(book, "Fragiles non couvertes", "Ordre") == [1, 2, 3, 4, 5]


def test_the_list_and_the_communes_have_bounds_types_and_departements(book: Workbook) -> None:
    bounds = ["Personnes en difficulté", "Personnes : borne basse", "Personnes : borne haute"]
    for sheet in ("Communes", "EPCI", "Départements"):
        headers = [cell.value for cell in book[sheet][1]]
        start = headers.index(bounds[0])
        assert headers[start : start + 3] == bounds
    assert set(bounds) <= {cell.value for cell in book["Fragiles non couvertes"][1]}
    # A row of the list has the bounds of its own commune.
    whole = dict(
        zip(
            column(book, "Communes", "Code commune"),
            column(book, "Communes", bounds[1]),
            strict=True,
        )
    )
    codes = column(book, "Fragiles non couvertes", "Code commune")
    assert column(book, "Fragiles non couvertes", bounds[1]) == [whole[code] for code in codes]
    for sheet in ("Fragiles non couvertes", "Communes"):
        assert "Ressemble au type" in [cell.value for cell in book[sheet][1]]
    assert {"Code département", "Région"} <= {cell.value for cell in book["Communes"][1]}


def test_the_dictionary_says_types_in_french(book: Workbook) -> None:
    assert set(column(book, "Dictionnaire", "Type")) == {"texte", "nombre", "oui/non", "forme"}


def test_the_dictionary_begins_with_the_tables_that_people_open(book: Workbook) -> None:
    names = list(dict.fromkeys(column(book, "Dictionnaire", "Table")))
    opened = [model.name for model in MARTS]
    assert names[: len(opened)] == opened
    assert opened[0] == "communes"
    assert len(names) == len(TABLES)


def test_inhabitants_of_groups_are_said_to_be_those_of_which_communes(book: Workbook) -> None:
    for sheet in ("EPCI", "Départements"):
        assert "Habitants des communes fragiles non couvertes" in [c.value for c in book[sheet][1]]


def test_tables_are_frozen_and_filtered(book: Workbook) -> None:
    sheet = book["Communes"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.auto_filter.ref.endswith("101")


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    one, two = (write_workbook(tmp_path / f"{i}.xlsx", make_tables(), make_facts()) for i in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_an_empty_action_list_still_gives_its_sheet(tmp_path: Path) -> None:
    tables = make_tables()
    tables["communes_fragiles_non_couvertes"] = tables["communes_fragiles_non_couvertes"].head(0)
    book = openpyxl.load_workbook(write_workbook(tmp_path / "x.xlsx", tables, make_facts()))
    assert book["Fragiles non couvertes"].max_row == 1


def printed(sheet: Worksheet) -> list[str]:
    """Letters of the columns that are printed."""
    first, last = sheet.print_area.split("!")[1].replace("$", "").split(":")
    start, end = (column_index_from_string(place.rstrip("0123456789")) for place in (first, last))
    assert start == 1
    return [get_column_letter(rank) for rank in range(start, end + 1)]


def test_a_sheet_prints_on_one_page_across(book: Workbook) -> None:
    for sheet in book:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        # 0 in the file: as many pages down as it takes.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert int(book["Lisez-moi"].page_setup.paperSize) == 9
    assert book["Lisez-moi"].column_dimensions["A"].width < 75


def test_what_is_printed_can_be_read(book: Workbook) -> None:
    """Letters of 11 points are of 6 or more: A4 holds 130 of them across, A3 190."""
    for sheet in book.worksheets[1:]:
        columns = printed(sheet)
        across = {9: 130, 8: 190}[int(sheet.page_setup.paperSize)]
        assert across / sum(sheet.column_dimensions[name].width for name in columns) >= 0.55
        assert sheet.print_title_rows == "$1:$1"
        footer = sheet.oddFooter
        assert footer.left.text == "&A"
        assert footer.right.text == "Page &P / &N"
        hidden = len(columns) < sheet.max_column
        assert footer.center.text == ("colonnes suivantes à l'écran seulement" if hidden else None)
    assert not [
        name
        for name in ("EPCI", "Départements", "Dictionnaire")
        if len(printed(book[name])) < book[name].max_column or book[name].page_setup.paperSize != 9
    ]


def test_the_paper_is_the_smallest_on_which_letters_are_read() -> None:
    # 13 columns of 14 characters: 182 x 0.7 = 127 of the 130 of A4.
    assert paper_of([14] * 13) == (9, 13)
    # One more: 196 x 0.7 = 137 of the 190 of A3.
    assert paper_of([14] * 14) == (8, 14)
    # 19 columns: 266 x 0.7 = 186; 20 would be 196.
    assert paper_of([14] * 30) == (8, 19)


def test_the_action_list_is_read_and_printed_up_to_its_reason(book: Workbook) -> None:
    sheet = book["Fragiles non couvertes"]
    headers = [str(cell.value) for cell in sheet[1]]
    # What its order is made of is there to check it.
    assert [headers.index(title) for title in ("Ordre", "Code commune", "Nom")] == [0, 1, 2]
    likely = headers.index("Probabilité d'être fragile (%)")
    assert headers[likely + 1] == "Probabilité : fragile et non couverte (%)"
    assert headers.index("Habitants hors de portée") < likely < headers.index("Motif") == 13
    assert {"A", "F", "N"} <= set(printed(sheet))
    assert all(cell.alignment.wrap_text for cell in sheet["N"][1:])


def test_a_long_text_has_the_lines_it_needs(tmp_path: Path) -> None:
    tables = make_tables()
    actions = tables["communes_fragiles_non_couvertes"]
    actions["motif"] = ["mot " * 20, "mot " * 100, *actions["motif"].iloc[2:]]
    tables["communes_fragiles_non_couvertes"] = actions
    book = openpyxl.load_workbook(write_workbook(tmp_path / "x.xlsx", tables, make_facts()))
    sheet = book["Fragiles non couvertes"]
    heights = {str(row[13].value): sheet.row_dimensions[row[13].row].height for row in sheet}
    # A line of 70 digits holds 80 letters: 80 fit on one, 400 need five.
    assert heights["mot " * 20] is None
    assert heights["mot " * 100] == 5 * 15
    descriptions = book["Dictionnaire"]["E"][1:]
    assert all(cell.alignment.wrap_text for cell in descriptions)
    # Short names keep the height of a line.
    communes = book["Communes"]
    assert len(str(communes.cell(communes.max_row, 2).value)) < 20
    assert communes.row_dimensions[communes.max_row].height is None
