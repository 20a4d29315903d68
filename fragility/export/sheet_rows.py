"""Rows of worksheets, written column by column: a library goes cell by cell, five times as long.

The library makes the workbook, its styles and the heading of each sheet; what is added here is the
plain part of the format (ECMA-376, part 1, 18.3.1.4 and 18.3.1.73): rows of texts and numbers.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from fragility.export.files import zip_bytes

# XML holds no control character but tab and line ends; a reader turns « _x0041_ » into « A ».
_CONTROL = r"[\x00-\x08\x0b-\x1f]"
_ESCAPED = r"_(x[0-9A-Fa-f]{4}_)"
_EDGE_BLANK = r"^\s|\s$"
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_END = "</sheetData>"


def add_rows(book: Path, sheets: Mapping[int, Sequence[Sequence[object]]]) -> None:
    """Add rows under the heading of some sheets of a workbook.

    Parameters
    ----------
    book : the workbook, whose sheets have one row; changed in place.
    sheets : columns of each sheet, by its rank from 1: texts or numbers, None for an empty cell.
        Numbers take the style of their column.
    """
    with zipfile.ZipFile(book) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for rank, columns in sheets.items():
        name = f"xl/worksheets/sheet{rank}.xml"
        members[name] = _filled(members[name].decode("utf-8"), columns).encode("utf-8")
    book.write_bytes(zip_bytes(members))


def _filled(sheet: str, columns: Sequence[Sequence[object]]) -> str:
    """Put rows in the text of a sheet, and its new size."""
    count = len(columns[0])
    if not count:
        return sheet
    corner = f"{xl_col_to_name(len(columns) - 1)}{count + 1}"
    before, after = sheet.split(_END)
    before = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{corner}"/>', before)
    return before + rows_of(columns, _styles(sheet)) + _END + after


def _styles(sheet: str) -> dict[int, str]:
    """Style of the columns that have one, by their rank from 0."""
    found = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"', sheet)
    return {
        rank: style for first, last, style in found for rank in range(int(first) - 1, int(last))
    }


def rows_of(columns: Sequence[Sequence[object]], styles: Mapping[int, str]) -> str:
    """Write the rows of a table, from the second of a sheet.

    Examples
    --------
    >>> rows_of([["a&b"], [1.5], [None]], {1: "6"}) == (
    ...     '<row r="2"><c r="A2" t="inlineStr"><is><t>a&amp;b</t></is></c>'
    ...     '<c r="B2" s="6"><v>1.5</v></c></row>'
    ... )
    True
    """
    numbers = pc.cast(pa.array(range(2, len(columns[0]) + 2)), pa.string())
    cells = [
        _cells(pa.array(values, from_pandas=True), xl_col_to_name(rank), numbers, styles.get(rank))
        for rank, values in enumerate(columns)
    ]
    opening = pc.binary_join_element_wise('<row r="', numbers, '">', "")
    rows = pc.binary_join_element_wise(
        opening, *cells, "</row>", "", null_handling="replace", null_replacement=""
    )
    return "".join(rows.to_pylist())


def _cells(values: pa.Array, column: str, rows: pa.Array, style: str | None) -> pa.Array:
    """Write the cells of one column; missing ones stay null."""
    place = pc.binary_join_element_wise(f'<c r="{column}', rows, "")
    if not pa.types.is_string(values.type):
        styled = f'" s="{style}"><v>' if style else '"><v>'
        text = pc.cast(values, pa.string())
        return pc.binary_join_element_wise(place, styled, text, "</v></c>", "")
    text = pc.replace_substring_regex(values, _CONTROL, "")
    text = pc.replace_substring_regex(text, _ESCAPED, r"_x005F_\1")
    for character, entity in _ENTITIES:
        text = pc.replace_substring(text, character, entity)
    kept = pc.match_substring_regex(text, _EDGE_BLANK)
    opening = pc.if_else(kept, '<t xml:space="preserve">', "<t>")
    return pc.binary_join_element_wise(
        place, '" t="inlineStr"><is>', opening, text, "</t></is></c>", ""
    )
