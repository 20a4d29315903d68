"""Rows of worksheets, written column by column: a library goes cell by cell, five times as long.

The library makes the workbook, its styles and the heading of each sheet; what is added here is the
plain part of the format (ECMA-376, part 1, 18.3.1.4 and 18.3.1.73): rows of texts and numbers.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
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
# Height of a line of 11 points.
LINE_POINTS = 15


@dataclass(frozen=True)
class Rows:
    """Rows of a sheet.

    Attributes
    ----------
    columns : texts or numbers of each column, None for an empty cell; all of one length.
    wrapped : width in characters of the columns whose texts go to the next line, by their rank
        from 0.
    """

    columns: Sequence[Sequence[object]]
    wrapped: Mapping[int, int] = field(default_factory=dict)


def add_rows(book: Path, sheets: Mapping[int, Rows | Sequence[Sequence[object]]]) -> None:
    """Add rows under the heading of some sheets of a workbook.

    Parameters
    ----------
    book : the workbook, whose sheets have one row; changed in place.
    sheets : rows of each sheet, or its columns if none is wrapped, by its rank from 1. Cells take
        the style of their column.
    """
    with zipfile.ZipFile(book) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for rank, given in sheets.items():
        name = f"xl/worksheets/sheet{rank}.xml"
        rows = given if isinstance(given, Rows) else Rows(given)
        members[name] = _filled(members[name].decode("utf-8"), rows).encode("utf-8")
    book.write_bytes(zip_bytes(members))


def _filled(sheet: str, rows: Rows) -> str:
    """Put rows in the text of a sheet, and its new size."""
    columns = rows.columns
    count = len(columns[0])
    if not count:
        return sheet
    corner = f"{xl_col_to_name(len(columns) - 1)}{count + 1}"
    before, after = sheet.split(_END)
    before = re.sub(r'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{corner}"/>', before)
    return before + rows_of(columns, _styles(sheet), rows.wrapped) + _END + after


def _styles(sheet: str) -> dict[int, str]:
    """Style of the columns that have one, by their rank from 0."""
    found = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*? style="(\d+)"', sheet)
    return {
        rank: style for first, last, style in found for rank in range(int(first) - 1, int(last))
    }


def rows_of(
    columns: Sequence[Sequence[object]],
    styles: Mapping[int, str],
    wrapped: Mapping[int, int] | None = None,
) -> str:
    """Write the rows of a table, from the second of a sheet.

    Parameters
    ----------
    columns, wrapped : as in `Rows`.
    styles : style of the columns that have one, by their rank from 0.

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
    opening = pc.binary_join_element_wise(
        '<row r="', numbers, '"', _heights(columns, wrapped or {}), ">", ""
    )
    rows = pc.binary_join_element_wise(
        opening, *cells, "</row>", "", null_handling="replace", null_replacement=""
    )
    return "".join(rows.to_pylist())


def _heights(columns: Sequence[Sequence[object]], wrapped: Mapping[int, int]) -> pa.Array:
    """Write the height of the rows that have several lines; empty for the others.

    LibreOffice does not fit rows when it opens a workbook of this kind. A line holds 1.2 letters
    of French text in the width of a digit, less half of the word that goes to the next one: so
    measured on the reasons of the action list in Calibri and DejaVu Sans, where no text is cut and
    one in seven has a line too many.
    """
    lines = np.ones(len(columns[0]), dtype=int)
    for rank, width in wrapped.items():
        lengths = pc.utf8_length(pa.array(columns[rank], pa.string())).fill_null(0).to_numpy()
        lines = np.maximum(lines, np.ceil(lengths / (1.2 * width - 3.5)).astype(int))
    points = pc.cast(pa.array(lines * LINE_POINTS), pa.string())
    return pc.if_else(
        pa.array(lines > 1), pc.binary_join_element_wise(' ht="', points, '"', ""), ""
    )


def _cells(values: pa.Array, column: str, rows: pa.Array, style: str | None) -> pa.Array:
    """Write the cells of one column; missing ones stay null."""
    styled = f'" s="{style}"' if style else '"'
    place = pc.binary_join_element_wise(f'<c r="{column}', rows, styled, "")
    if not pa.types.is_string(values.type):
        text = pc.cast(values, pa.string())
        return pc.binary_join_element_wise(place, "><v>", text, "</v></c>", "")
    text = pc.replace_substring_regex(values, _CONTROL, "")
    text = pc.replace_substring_regex(text, _ESCAPED, r"_x005F_\1")
    for character, entity in _ENTITIES:
        text = pc.replace_substring(text, character, entity)
    kept = pc.match_substring_regex(text, _EDGE_BLANK)
    opening = pc.if_else(kept, '<t xml:space="preserve">', "<t>")
    return pc.binary_join_element_wise(
        place, ' t="inlineStr"><is>', opening, text, "</t></is></c>", ""
    )
