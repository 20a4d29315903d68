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

_COMMUNES = {
    "TYPECOM": "type_commune", "COM": "code", "DEP": "code_departement", "REG": "code_region",
    "LIBELLE": "nom", "COMPARENT": "code_parent",
}  # fmt: skip
_IRIS = {
    "CODE_IRIS": "code_iris", "LIB_IRIS": "nom", "TYP_IRIS": "type_iris",
    "DEPCOM": "code_arrondissement",
}  # fmt: skip
_EPCI = {"COM": "code_commune", "EPCI": "code_epci", "LIBEPCI": "nom_epci"}
_MOVEMENTS = {
    "MOD": "mod", "DATE_EFF": "date_effet", "TYPECOM_AV": "type_avant", "COM_AV": "code_avant",
    "TYPECOM_AP": "type_apres", "COM_AP": "code_apres",
}  # fmt: skip


def _read(path: Path, columns: dict[str, str], *, sep: str) -> pd.DataFrame:
    text = decode(read_content(path), path)
    frame = parse_table(text, path, sep=sep, required=list(columns), keep=list(columns))
    return frame[list(columns)].rename(columns=columns)


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


def read_communes(path: Path) -> pd.DataFrame:
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
    frame = _read(path, _COMMUNES, sep=",")
    frame["code"] = pad_code(frame["code"], 5)
    frame["code_parent"] = pad_code(frame["code_parent"], 5)
    _refuse_missing(frame, ["type_commune", "code", "nom"], path)
    check_codes(frame["code"], COMMUNE_CODE, path)
    return drop_duplicates(frame, ["type_commune", "code"], path)[0].reset_index(drop=True)


def _read_names(path: Path, code: str, pattern: str) -> pd.DataFrame:
    frame = _read(path, {code: "code", "LIBELLE": "nom"}, sep=",")
    frame["code"] = pad_code(frame["code"], 2)
    _refuse_missing(frame, ["code", "nom"], path)
    check_codes(frame["code"], pattern, path)
    return drop_duplicates(frame, "code", path)[0].reset_index(drop=True)


def read_departements(path: Path) -> pd.DataFrame:
    """Read the départements: `code` (2 or 3 characters), `nom`."""
    return _read_names(path, "DEP", r"^(\d{2}|2[AB]|9[78]\d)$")


def read_regions(path: Path) -> pd.DataFrame:
    """Read the regions: `code` (2 digits), `nom`."""
    return _read_names(path, "REG", r"^\d{2}$")


def read_iris_list(path: Path) -> pd.DataFrame:
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
    frame = _read(path, _IRIS, sep=";")
    frame["code_iris"] = pad_code(frame["code_iris"], 9)
    frame["code_arrondissement"] = pad_code(frame["code_arrondissement"], 5)
    _refuse_missing(frame, list(_IRIS.values()), path)
    check_codes(frame["code_iris"], IRIS_CODE, path)
    check_codes(frame["code_arrondissement"], COMMUNE_CODE, path)
    check_codes(frame["type_iris"], r"^[HADZ]$", path)
    return drop_duplicates(frame, "code_iris", path)[0].reset_index(drop=True)


def read_epci(path: Path) -> pd.DataFrame:
    """Read which EPCI each commune belongs to.

    Leading zeros of commune codes are lost in copies saved by a spreadsheet: they are put back.

    Returns
    -------
    `code_commune` (5 characters), `code_epci` (SIREN, or ZZZZZZZZZ for none), `nom_epci`.
    """
    frame = _read(path, _EPCI, sep=";")
    frame["code_commune"] = pad_code(frame["code_commune"], 5)
    _refuse_missing(frame, list(_EPCI.values()), path)
    check_codes(frame["code_commune"], COMMUNE_CODE, path)
    check_codes(frame["code_epci"], r"^(\d{9}|Z{9})$", path)
    return drop_duplicates(frame, "code_commune", path)[0].reset_index(drop=True)


def read_movements(path: Path) -> pd.DataFrame:
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
    frame = _read(path, _MOVEMENTS, sep=",")
    _refuse_missing(frame, ["mod", "date_effet"], path)
    for side in ("code_avant", "code_apres"):
        frame[side] = pad_code(frame[side], 5)
        check_codes(frame[side].dropna(), COMMUNE_CODE, path)
    check_codes(frame["date_effet"], r"^\d{4}-\d{2}-\d{2}$", path)
    check_codes(frame["mod"], r"^\d{2}$", path)
    return frame.drop_duplicates(ignore_index=True)
