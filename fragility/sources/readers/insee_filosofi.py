"""Filosofi, disposable income by commune and by IRIS (INSEE).

File and column names change with the year: the year and the prefix are reading options. The 2023
method is new: never put it in one series with 2017-2021.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    require_columns,
    to_number,
)


def read_filosofi_communes(
    path: Path, *, income: str = "18"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `FILO20YY_DISP_COM.csv`, or its `_Pauvres_` twin.

    Communes under statistical secrecy are absent, or have `s`, or only their median.

    Parameters
    ----------
    path : CSV (`;`, byte order mark, decimal comma), or a zip with one such file.
    income : two digits of the income year.

    Returns
    -------
    `code_commune`, `nb_personnes`, `niveau_vie_median` (euros a year and consumption unit),
    `pauvrete_pct` (missing when the file has no `TP60YY`); and the rows dropped by reason.

    Raises
    ------
    BadFileError
        When the file has neither the median nor the poverty rate of that year.
    """
    columns = {
        f"NBPERS{income}": "nb_personnes", f"Q2{income}": "niveau_vie_median",
        f"TP60{income}": "pauvrete_pct",
    }  # fmt: skip
    text = decode(read_content(path, f"FILO20{income}_DISP_COM.csv"), path)
    table = parse_table(text, path, sep=";", required=["CODGEO"], keep=["CODGEO", *columns])
    if f"TP60{income}" not in table.columns:
        require_columns(table, [f"Q2{income}"], path)
    code = pad_code(table["CODGEO"], 5)
    check_codes(code, COMMUNE_CODE, path)
    frame = pd.DataFrame({"code_commune": code})
    for old, new in columns.items():
        frame[new] = to_number(table[old], path) if old in table.columns else float("nan")
    check_range(frame, ["nb_personnes", "niveau_vie_median"], path)
    check_range(frame, ["pauvrete_pct"], path, high=100)
    frame, repeated = drop_duplicates(frame, "code_commune", path)
    return frame.reset_index(drop=True), {"ligne répétée": repeated}


def read_filosofi_iris(
    path: Path, *, income: str = "18", column_prefix: str = "DISP_"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `BASE_TD_FILO_DISP_IRIS_20YY.csv`.

    2018: decimal point, secret left empty. 2020 and later: decimal comma, `ns`, `nd` or `s`.

    Parameters
    ----------
    path : CSV (`;`), or a zip with one.
    income : two digits of the income year.
    column_prefix : `DISP_` for disposable, `DEC_` for declared income.

    Returns
    -------
    `code_iris`, `niveau_vie_median` (euros), `pauvrete_pct`; and the rows dropped by reason.
    """
    columns = {
        f"{column_prefix}MED{income}": "niveau_vie_median",
        f"{column_prefix}TP60{income}": "pauvrete_pct",
    }
    text = decode(read_content(path), path)
    table = parse_table(text, path, sep=";", required=["IRIS", *columns], keep=["IRIS", *columns])
    code = pad_code(table["IRIS"], 9)
    check_codes(code, IRIS_CODE, path)
    frame = pd.DataFrame({new: to_number(table[old], path) for old, new in columns.items()})
    check_range(frame, ["niveau_vie_median"], path)
    check_range(frame, ["pauvrete_pct"], path, high=100)
    frame.insert(0, "code_iris", code)
    frame, repeated = drop_duplicates(frame, "code_iris", path)
    return frame.reset_index(drop=True), {"ligne répétée": repeated}
