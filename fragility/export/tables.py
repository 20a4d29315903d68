"""CSV files for French spreadsheets, their .csvt, and the data dictionary.

Semicolon, decimal comma, UTF-8 with BOM, CRLF. Text is quoted, so that LibreOffice and GDAL keep
01001 as it is; a cell that a spreadsheet would run as a formula starts with an apostrophe.

Columns are written by Arrow: `DataFrame.to_csv` with a decimal comma takes ten times as long on a
national table.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fragility import schemas
from fragility.export.facts import RunFacts
from fragility.export.files import publishing, write_text
from fragility.export.labels import decimals_of

CSV_TABLES = ("communes", "iris", "epci", "departements", "communes_fragiles_non_couvertes")
CSVT_TABLES = ("communes", "iris")
# What a spreadsheet takes for the start of a formula, full-width signs included (OWASP, "CSV
# injection").
FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"


def ordered(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Sort the rows of a table by its rank if it has one, else by its key."""
    keys = ["ordre"] if "ordre" in frame.columns else schemas.TABLES[table].unique or []
    if not keys or (len(keys) == 1 and frame[keys[0]].is_monotonic_increasing):
        return frame.reset_index(drop=True)
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the geometry column, as a plain frame."""
    return pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))


def neutralised(values: pa.Array) -> pa.Array:
    """Prefix with an apostrophe the texts that a spreadsheet would run as formulas."""
    risky = pc.match_substring_regex(values, FORMULA)
    return pc.if_else(risky, pc.binary_join_element_wise("'", values, ""), values)


def kind_of(series: pd.Series, decimals: int) -> str:
    """Return the .csvt type; only these three are understood by every version of QGIS."""
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        return "String"
    return "Real" if pd.api.types.is_float_dtype(series) and decimals else "Integer"


def as_cells(series: pd.Series) -> pa.Array:
    """Return the cells of one column as a French spreadsheet reads them; missing stays null."""
    decimals = decimals_of(str(series.name))
    if pd.api.types.is_bool_dtype(series):
        return pc.if_else(pa.array(series), '"oui"', '"non"')
    if kind_of(series, decimals) == "Integer":
        rounded = series.round().astype("Int64") if pd.api.types.is_float_dtype(series) else series
        return pc.cast(pa.array(rounded, from_pandas=True), pa.string())
    if kind_of(series, decimals) == "Real":
        # Adding zero turns -0.0 into 0.0.
        digits = pa.array(series.round(decimals) + 0.0, from_pandas=True)
        return pc.replace_substring(pc.cast(digits, pa.string()), ".", ",")
    text = neutralised(pa.array(series.astype("str"), type=pa.string(), from_pandas=True))
    return pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a frame as the bytes of a French CSV file."""
    frame = without_geometry(frame)
    cells = [as_cells(frame[name]) for name in frame.columns]
    rows = (
        pc.binary_join_element_wise(
            *cells, ";", null_handling="replace", null_replacement=""
        ).to_pylist()
        if len(frame)
        else []
    )
    header = ";".join(str(name) for name in frame.columns)
    return ("\ufeff" + "\r\n".join([header, *rows]) + "\r\n").encode("utf-8")


def write_csv(path: Path, frame: pd.DataFrame, table: str) -> Path:
    """Write a table as a French CSV file, sorted, without its geometry.

    Parameters
    ----------
    path : file to write.
    frame : the table; names, units and types as in its model.
    table : name of the table in `schemas.TABLES`, which gives the order of rows.
    """
    with publishing(path) as draft:
        draft.write_bytes(csv_bytes(ordered(without_geometry(frame), table)))
    return path


def write_csvt(path: Path, frame: pd.DataFrame) -> Path:
    """Write the column types beside a CSV file, for QGIS.

    `Integer(Boolean)` and other subtypes make QGIS ignore the whole file, and code 01000 then
    becomes the number 1000: only String, Integer and Real are used.
    """
    frame = without_geometry(frame)
    kinds = [kind_of(frame[name], decimals_of(str(name))) for name in frame.columns]
    return write_text(path, ",".join(f'"{kind}"' for kind in kinds) + "\r\n")


def write_all_csv(folder: Path, tables: dict[str, pd.DataFrame]) -> list[Path]:
    """Write every CSV of the contract, and the .csvt of the two map tables.

    Returns
    -------
    The paths written, in order.
    """
    written = []
    for table in CSV_TABLES:
        written.append(write_csv(folder / f"{table}.csv", tables[table], table))
        if table in CSVT_TABLES:
            written.append(write_csvt(folder / f"{table}.csvt", tables[table]))
    return written


def write_dictionary(path: Path, facts: RunFacts) -> Path:
    """Write the data dictionary: one line per column of every table."""
    with publishing(path) as draft:
        draft.write_bytes(csv_bytes(schemas.dictionary(facts.models)))
    return path
