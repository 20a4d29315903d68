"""Rows of a workbook: what is written is what is read."""

import openpyxl
import pytest
import xlsxwriter

from fragility.export.sheet_rows import add_rows, rows_of


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Notes")
        sheet.write_string(0, 0, "Notes")
        sheet = made.add_worksheet("Table")
        sheet.set_column(1, 1, 10, made.add_format({"num_format": "0.00"}))
        for rank, title in enumerate(("nom", "part", "vide")):
            sheet.write_string(0, rank, title)
    return path


def test_texts_and_numbers_come_back_as_they_were(book):
    names = ["A & B <c>", "=1+1", "  bord ", "deux\nlignes", "Œuilly « x »", None]
    parts = [1.5, 0.0, -2.0, 1e-7, None, 123456.789]
    add_rows(book, {2: [names, parts, [None] * 6]})
    sheet = openpyxl.load_workbook(book)["Table"]
    assert sheet.dimensions == "A1:C7"
    assert [cell.value for cell in sheet["A"]] == ["nom", *names]
    assert [cell.value for cell in sheet["B"]] == ["part", *parts]
    assert {cell.value for cell in sheet["C"]} == {"vide", None}
    assert sheet["B2"].number_format == "0.00"
    assert sheet["A3"].data_type == "s", "a formula in a name is text"


def test_control_characters_do_not_break_the_file(book):
    add_rows(book, {2: [["a\x07b\x1f"], [1], [None]]})
    assert openpyxl.load_workbook(book)["Table"]["A2"].value == "ab"


def test_other_sheets_and_empty_tables_are_left_alone(book):
    add_rows(book, {2: [[], [], []]})
    read = openpyxl.load_workbook(book)
    assert read["Notes"]["A1"].value == "Notes"
    assert read["Table"].max_row == 1


def test_whole_numbers_have_no_decimals():
    assert rows_of([[3, 12]], {}) == (
        '<row r="2"><c r="A2"><v>3</v></c></row><row r="3"><c r="A3"><v>12</v></c></row>'
    )


def test_a_text_that_looks_like_an_escape_is_escaped():
    """A spreadsheet would read « _x0041_ » as « A »."""
    assert "<t>_x005F_x0041_</t>" in rows_of([["_x0041_"]], {})
