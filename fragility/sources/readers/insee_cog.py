"""INSEE's official geographic code: communes, départements, regions, IRIS, EPCI, movements.

Holds the producers' column names and dialects. What a movement means for figures is in
`territory/cog.py`.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
)
from fragility.sources.readers.intake import COMMUNES, IRIS, Intake

MOVEMENTS = 14_000
# Kinds of events that INSEE has used since 1943: another one has a meaning to be learned first.
MOVEMENT_KINDS = r"^(10|20|21|30|31|32|33|34|35|41|50|70|71|72)$"
COMMUNES_COLUMNS = {
    "TYPECOM": "type_commune", "COM": "code", "DEP": "code_departement", "REG": "code_region",
    "LIBELLE": "nom", "COMPARENT": "code_parent",
}  # fmt: skip
IRIS_COLUMNS = {
    "CODE_IRIS": "code_iris", "LIB_IRIS": "nom", "TYP_IRIS": "type_iris",
    "DEPCOM": "code_arrondissement",
}  # fmt: skip
EPCI_COLUMNS = {"COM": "code_commune", "EPCI": "code_epci", "LIBEPCI": "nom_epci"}
MOVEMENTS_COLUMNS = {
    "MOD": "mod", "DATE_EFF": "date_effet", "TYPECOM_AV": "type_avant", "COM_AV": "code_avant",
    "TYPECOM_AP": "type_apres", "COM_AP": "code_apres",
}  # fmt: skip


def _read(
    path: Path | Intake, columns: dict[str, str], *, sep: str, key: str, usual_rows: int
) -> tuple[pd.DataFrame, Intake]:
    """Read a list of which no row may be lost."""
    intake = Intake.of(path, max_share=0)
    frame = parse_table(
        decode(read_content(intake.path), intake), intake, sep=sep, key=key,
        required=list(columns), keep=list(columns), usual_rows=usual_rows,
    )  # fmt: skip
    return frame[list(columns)].rename(columns=columns), intake


def _one_row_each(frame: pd.DataFrame, key: str | list[str], intake: Intake) -> pd.DataFrame:
    """Drop exact repetitions and refuse any other wrong row."""
    return intake.settle(drop_duplicates(frame, key, intake)[0])[0]


def _refuse_missing(frame: pd.DataFrame, columns: list[str], path: Path) -> None:
    empty = [c for c in columns if frame[c].isna().any()]
    if empty:
        raise BadFileError(
            f"La colonne {empty[0]} a des cases vides.",
            path=path,
            expected="une valeur à chaque ligne",
            found=f"{int(frame[empty[0]].isna().sum())} cases vides",
            remedy="reprenez le fichier du producteur",
        )


def read_communes(path: Path | Intake) -> pd.DataFrame:
    """Read the list of communes of one year (`v_commune_*.csv`, `commune_2021.csv`).

    Parameters
    ----------
    path : CSV of the official geographic code, comma separated.

    Returns
    -------
    One row per line of the file, whatever its type (COM commune, ARM municipal arrondissement,
    COMA and COMD parts of a commune): `type_commune`, `code` (5 characters),
    `code_departement`, `code_region` (empty for parts), `nom`, `code_parent`.

    Raises
    ------
    BadFileError
        When a column misses, a code cannot exist or is there twice.
    """
    frame, intake = _read(path, COMMUNES_COLUMNS, sep=",", key="COM", usual_rows=COMMUNES)
    frame["code"] = pad_code(frame["code"], 5)
    frame["code_parent"] = pad_code(frame["code_parent"], 5)
    _refuse_missing(frame, ["type_commune", "code", "nom"], intake.path)
    check_codes(frame["code"].rename("COM"), COMMUNE_CODE, intake)
    return _one_row_each(frame, ["type_commune", "code"], intake)


def _read_names(path: Path | Intake, code: str, pattern: str, usual_rows: int) -> pd.DataFrame:
    columns = {code: "code", "LIBELLE": "nom"}
    frame, intake = _read(path, columns, sep=",", key=code, usual_rows=usual_rows)
    frame["code"] = pad_code(frame["code"], 2)
    _refuse_missing(frame, ["code", "nom"], intake.path)
    check_codes(frame["code"].rename(code), pattern, intake)
    return _one_row_each(frame, "code", intake)


def read_departements(path: Path | Intake) -> pd.DataFrame:
    """Read the départements: `code` (2 or 3 characters), `nom`."""
    return _read_names(path, "DEP", r"^(\d{2}|2[AB]|9[78]\d)$", 101)


def read_regions(path: Path | Intake) -> pd.DataFrame:
    """Read the regions: `code` (2 digits), `nom`."""
    return _read_names(path, "REG", r"^\d{2}$", 18)


def read_iris_list(path: Path | Intake) -> pd.DataFrame:
    """Read the list of IRIS of one year (semicolon, byte order mark).

    Returns
    -------
    One row per IRIS: `code_iris` (9 characters), `nom`, `type_iris` (H, A, D, Z),
    `code_arrondissement` (municipal arrondissement in Paris, Lyon and Marseille, else commune).

    Raises
    ------
    BadFileError
        When a column misses, a code or a type cannot exist, or an IRIS is there twice.
    """
    frame, intake = _read(path, IRIS_COLUMNS, sep=";", key="CODE_IRIS", usual_rows=IRIS)
    frame["code_iris"] = pad_code(frame["code_iris"], 9)
    frame["code_arrondissement"] = pad_code(frame["code_arrondissement"], 5)
    _refuse_missing(frame, list(IRIS_COLUMNS.values()), intake.path)
    check_codes(frame["code_iris"].rename("CODE_IRIS"), IRIS_CODE, intake)
    check_codes(frame["code_arrondissement"].rename("DEPCOM"), COMMUNE_CODE, intake)
    check_codes(frame["type_iris"].rename("TYP_IRIS"), r"^[HADZ]$", intake)
    return _one_row_each(frame, "code_iris", intake)


def read_epci(path: Path | Intake) -> pd.DataFrame:
    """Read which EPCI each commune belongs to.

    Leading zeros of commune codes are lost in copies saved by a spreadsheet: they are put back.

    Returns
    -------
    `code_commune` (5 characters), `code_epci` (SIREN, or ZZZZZZZZZ for none), `nom_epci`.
    """
    frame, intake = _read(path, EPCI_COLUMNS, sep=";", key="COM", usual_rows=COMMUNES)
    frame["code_commune"] = pad_code(frame["code_commune"], 5)
    _refuse_missing(frame, list(EPCI_COLUMNS.values()), intake.path)
    check_codes(frame["code_commune"].rename("COM"), COMMUNE_CODE, intake)
    check_codes(frame["code_epci"].rename("EPCI"), r"^(\d{9}|Z{9})$", intake)
    return _one_row_each(frame, "code_commune", intake)


def read_movements(path: Path | Intake) -> pd.DataFrame:
    """Read every movement of communes since 1943 (`v_mvt_commune_*.csv`).

    Returns
    -------
    `mod` (kind of event: 32 commune nouvelle, 21 re-creation, 41 change of département ...),
    `date_effet` (YYYY-MM-DD), `type_avant`, `code_avant`, `type_apres`, `code_apres` (one side
    is empty in a hundred old events, for instance a creation); exact repetitions removed.

    Raises
    ------
    BadFileError
        When a column misses, or a code or a date cannot exist.
    """
    frame, intake = _read(path, MOVEMENTS_COLUMNS, sep=",", key="COM_AV", usual_rows=MOVEMENTS)
    _refuse_missing(frame, ["mod", "date_effet"], intake.path)
    for side, column in (("code_avant", "COM_AV"), ("code_apres", "COM_AP")):
        frame[side] = pad_code(frame[side], 5)
        check_codes(frame[side].dropna().rename(column), COMMUNE_CODE, intake)
    dates = pd.to_datetime(frame["date_effet"], format="%Y-%m-%d", errors="coerce")
    intake.set_aside(
        frame.loc[~dates.between("1943-01-01", "2100-01-01"), "date_effet"].rename("DATE_EFF"),
        "date impossible",
        expected="une date comme 2021-01-01, depuis 1943",
    )
    check_codes(frame["mod"].rename("MOD"), MOVEMENT_KINDS, intake)
    for column in ("type_avant", "type_apres"):
        kinds = frame[column].dropna().rename(column)
        check_codes(kinds, r"^(COM|COMA|COMD|ARM)$", intake)
    return intake.settle(frame.drop_duplicates())[0]
