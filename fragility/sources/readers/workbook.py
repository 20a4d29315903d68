"""Open a spreadsheet that may be .xls, .xlsx, or anything else under that name."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
from python_calamine import CalamineError

from fragility.errors import BadFileError
from fragility.sources.readers.common import (
    as_expected,
    refuse_not_a_table,
    require_columns,
    require_file,
)
from fragility.sources.readers.intake import Intake


def read_sheet(
    content: bytes,
    intake: Intake,
    *,
    key: str,
    sheet: str | int = 0,
    within: int = 10,
    usual_rows: int | None = None,
) -> pd.DataFrame:
    """Read one sheet as text, under the line of codes wherever it stands.

    Parameters
    ----------
    content : bytes of the workbook.
    intake : the file it comes from.
    key : first column to find: its line is the header (INSEE puts titles and labels above).
    sheet : name or rank of the sheet.
    within : lines among which the header is looked for.
    usual_rows : see `Intake.open`.

    Returns
    -------
    Text columns named by the header line; empty cells are missing, known errors corrected.

    Raises
    ------
    BadFileError
        When the bytes are not a workbook, the sheet or the header is not there, or the rows are
        far too many.
    """
    path = intake.path
    sheet = intake.dialect.sheet or sheet
    refuse_not_a_table(content, path)
    try:
        cells = pd.read_excel(
            io.BytesIO(content),
            sheet_name=sheet,
            header=None,
            dtype=str,
            engine="calamine",
            keep_default_na=False,
            na_values=[""],
        )
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError, IndexError) as error:
        raise BadFileError(
            "Le classeur est illisible.",
            path=path,
            expected=f"un fichier Excel avec la feuille « {sheet} »",
            found=str(error)[:120],
            remedy="téléchargez-le de nouveau",
        ) from None
    head = cells.head(within)
    rows = head.index[(head == intake.dialect.name_of(key)).any(axis=1)]
    if len(rows) == 0:
        first = cells.head(1).astype(str)
        require_columns(
            first.set_axis(first.iloc[0] if len(first) else first.columns, axis=1), [key], path
        )
    # INSEE writes the label « IRIS » above the code « IRIS »: the last such line is the header.
    frame = cells.loc[rows[-1] + 1 :].set_axis(cells.loc[rows[-1]].astype(str), axis=1)
    frame.columns.name = None
    frame = as_expected(frame.loc[:, frame.columns != "nan"], intake)
    if frame.empty:
        raise BadFileError(
            "Le tableau n'a aucune ligne.", path=path, remedy="reprenez le fichier du producteur"
        )
    intake.first_line = int(rows[-1]) + 2
    return intake.open(frame.reset_index(drop=True), key, usual_rows=usual_rows)


def read_workbook(
    intake: Intake, *, key: str, sheet: str | int = 0, usual_rows: int | None = None
) -> pd.DataFrame:
    """Read one sheet of a file; see `read_sheet`."""
    content = require_file(intake.path).read_bytes()
    return read_sheet(content, intake, key=key, sheet=sheet, usual_rows=usual_rows)
