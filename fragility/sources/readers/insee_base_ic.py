"""Census by IRIS: INSEE's `base-ic` files of every vintage, and two re-exports of them.

Every function gives `code_iris` and counts under bare names (`insee_counts.py`). A count is a
weighted estimate with long decimals, never an exact number of people.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    read_csv,
    read_zip_member,
    require_columns,
    require_file,
)
from fragility.sources.readers.insee_counts import census_counts, theme_of
from fragility.sources.readers.intake import IRIS, Intake
from fragility.sources.readers.workbook import read_sheet, read_workbook

_WORKBOOKS = (".xls", ".xlsx")


def _counts_by_iris(
    table: pd.DataFrame, census: str, intake: Intake
) -> tuple[pd.DataFrame, dict[str, int]]:
    # A code that a spreadsheet took for a number comes back as « 10010000.0 ».
    code = pad_code(table["IRIS"].str.replace(r"\.0$", "", regex=True), 9)
    check_codes(code, IRIS_CODE, intake)
    counts = census_counts(table, census, intake)
    counts.insert(0, "code_iris", code)
    counts, repeated = drop_duplicates(counts, "code_iris", intake)
    counts, dropped = intake.settle(counts)
    return counts, {"ligne répétée": repeated, **dropped}


def _zipped_workbook(path: Path) -> str | None:
    """Name the workbook of a zip, if it has one: the archive's own name does not always tell."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return next((n for n in archive.namelist() if n.lower().endswith(_WORKBOOKS)), None)


def read_base_ic(path: Path | Intake, *, census: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read one theme of `base-ic`, in any published form.

    Workbook `.xls` or `.xlsx` (up to 2017, and zipped since): titles, labels, then the codes on
    row 6. CSV in a zip (since 2017): `;`, decimal point, header first.

    Parameters
    ----------
    path : workbook, zip or CSV.
    census : two digits of the census; column names carry it.

    Returns
    -------
    `code_iris` (9 characters) and the counts of the theme; and the rows dropped by reason. The
    theme is recognised by its columns, see `insee_counts.theme_of`.

    Raises
    ------
    BadFileError
        When it is no such file, of another census, or none of the five themes.
    """
    intake = Intake.of(path)
    file = require_file(intake.path)
    kind = file.suffix.lower()
    if kind in _WORKBOOKS:
        table = read_workbook(intake, key="IRIS", usual_rows=IRIS)
    elif kind == ".zip" and (inside := _zipped_workbook(file)):
        table = read_sheet(read_zip_member(file, inside), intake, key="IRIS", usual_rows=IRIS)
    else:
        text = decode(read_content(file), intake)
        table = parse_table(text, intake, sep=";", key="IRIS", usual_rows=IRIS)
    counts, dropped = _counts_by_iris(table, census, intake)
    if theme_of(counts.columns) is None:
        raise BadFileError(
            "Le thème du fichier n'est pas reconnu.",
            path=file,
            expected="population, diplômes, ménages, activité ou logement par IRIS",
            found=", ".join(counts.columns[1:8]),
            remedy="vérifiez que c'est le bon fichier",
        )
    return counts, dropped


def read_grand_paris(
    path: Path | Intake, *, census: str = "18"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read a census workbook of the Grand Paris atlas (sheets `IRIS` and `META`).

    Parameters
    ----------
    path : `demo.xlsx` (ages) or `socio_eco.xlsx` (activity).
    census : two digits of the census; columns of other sources in the file are left out.

    Returns
    -------
    `code_iris` and counts; and the rows dropped by reason.
    """
    intake = Intake.of(path)
    table = read_workbook(intake, key="IRIS", sheet="IRIS", usual_rows=IRIS)
    return _counts_by_iris(table, census, intake)


def read_habitat(path: Path | Intake, *, census: str = "16") -> tuple[pd.DataFrame, dict[str, int]]:
    """Read a re-export of `base-ic` limited to residential IRIS (comma, nameless index column).

    The « household » file counts the PERSONS living in each kind of household (`pmen_…`), not
    households: no share of households can be made of it.

    Parameters
    ----------
    path : `IRIS_population_IR_Hab.csv`, or its household and housing twins.
    census : two digits of the census.

    Returns
    -------
    `code_iris` and counts; and the rows dropped by reason.
    """
    intake = Intake.of(path)
    table = read_csv(intake, sep=",", key="IRIS", required=["TYP_IRIS"], usual_rows=IRIS)
    counts, dropped = _counts_by_iris(table, census, intake)
    known = ("pop0014", "pmen_mensfam", "rpmaison")
    if not set(known) & set(counts.columns):
        require_columns(counts, list(known), intake.path)
    return counts, dropped
