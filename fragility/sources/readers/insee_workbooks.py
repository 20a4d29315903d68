"""INSEE's reference workbooks since 2024: composition of EPCI, list of IRIS.

The same facts were CSV files before (`insee_cog.py`); the frames are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    drop_duplicates,
    pad_code,
    require_columns,
)
from fragility.sources.readers.intake import COMMUNES, IRIS, Intake
from fragility.sources.readers.workbook import read_workbook

_EPCI = {"CODGEO": "code_commune", "EPCI": "code_epci", "LIBEPCI": "nom_epci"}
_IRIS = {
    "CODE_IRIS": "code_iris", "LIB_IRIS": "nom", "TYP_IRIS": "type_iris",
    "DEPCOM": "code_arrondissement",
}  # fmt: skip


def read_epci_workbook(path: Path | Intake) -> pd.DataFrame:
    """Read which EPCI each commune belongs to (`EPCI_au_01-01-20NN.xlsx`).

    Parameters
    ----------
    path : workbook whose sheet « Composition_communale » has its codes on row 6.

    Returns
    -------
    `code_commune` (5 characters), `code_epci` (SIREN, or ZZZZZZZZZ for none), `nom_epci`.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that workbook, or a code cannot exist or is there twice.
    """
    patterns = {"CODGEO": COMMUNE_CODE, "EPCI": r"^(\d{9}|Z{9})$"}
    return _read(path, "Composition_communale", _EPCI, patterns, {"CODGEO": 5}, COMMUNES)


def read_iris_workbook(path: Path | Intake) -> pd.DataFrame:
    """Read the list of IRIS (`reference_IRIS_geo20NN.xlsx`).

    Parameters
    ----------
    path : workbook whose sheet « Emboitements_IRIS » has its codes on row 6.

    Returns
    -------
    `code_iris` (9 characters), `nom`, `type_iris` (H, A, D, Z), `code_arrondissement` (municipal
    arrondissement in Paris, Lyon and Marseille, else commune).

    Raises
    ------
    MissingFileError, BadFileError
        As `read_epci_workbook`.
    """
    patterns = {"CODE_IRIS": IRIS_CODE, "TYP_IRIS": r"^[HADZ]$", "DEPCOM": COMMUNE_CODE}
    return _read(path, "Emboitements_IRIS", _IRIS, patterns, {"CODE_IRIS": 9, "DEPCOM": 5}, IRIS)


def _read(
    path: Path | Intake,
    sheet: str,
    columns: Mapping[str, str],
    patterns: Mapping[str, str],
    widths: Mapping[str, int],
    usual_rows: int,
) -> pd.DataFrame:
    """Read a list of which no row may be lost, one row per first column."""
    intake = Intake.of(path, max_share=0)
    key = next(iter(columns))
    table = read_workbook(intake, key=key, sheet=sheet, usual_rows=usual_rows)
    require_columns(table, list(columns), intake.path)
    frame = table[list(columns)].copy()
    for column, width in widths.items():
        frame[column] = pad_code(frame[column], width)
    for column, pattern in patterns.items():
        check_codes(frame[column], pattern, intake)
    frame = drop_duplicates(frame.rename(columns=dict(columns)), columns[key], intake)[0]
    return intake.settle(frame)[0].astype("str")
