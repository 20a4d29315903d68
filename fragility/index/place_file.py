"""A table of places that somebody brings to be scored: one row per place, one column per indicator.

Spreadsheets of any country are read: semicolon, comma or tab, decimal comma or point, with or
without a byte order mark.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, MissingFileError
from fragility.index.composite import FRANCE
from fragility.index.profile_model import Profile
from fragility.schemas import INDICATORS
from fragility.schemas.columns import CONTEXT_LABELS
from fragility.sources.readers.common import refuse_not_a_table

_SEPARATORS = ";\t,|"
_PERCENT = "pct"
_MISSING = ("", "-", "–", "na", "n/a", "nan", "s", "ns", "nd", "null")
PLACE = "territoire"
_SHOWN = 3


@dataclass(frozen=True)
class PlaceFile:
    """Places to score.

    Attributes
    ----------
    places : `code` and `nom`, "" where the file has none.
    values : one column per indicator, named by its id; missing where the cell is empty.
    place : reference territory of each row, None for a profile whose base is France.
    """

    places: pd.DataFrame
    values: pd.DataFrame
    place: pd.Series | None


def column_of(key: str, unit: str = "") -> str:
    """Name of the column of an indicator: with its unit when it is a percentage.

    Examples
    --------
    >>> column_of("non_thd"), column_of("niveau_vie")
    ('non_thd_pct', 'niveau_vie')
    """
    known = _PERCENT if key in INDICATORS else (CONTEXT_LABELS.get(key) or ("", "", unit))[2]
    return f"{key}_pct" if known == _PERCENT else key


def read_place_file(path: Path, profile: Profile) -> PlaceFile:
    """Read the places of a CSV file.

    Parameters
    ----------
    path : columns `code` and `nom` (both optional), the column of each indicator of the profile
        (see `column_of`; its id alone will do), and `territoire` for a profile whose base is not
        France. An indicator that is not known has an empty column.

    Raises
    ------
    MissingFileError, BadFileError
        When there is no such file, it is not a table, a column misses, or a cell is not a number
        that the indicator may take.
    """
    table = _parse(path)
    named = {}
    wanted = {item.id: column_of(item.id, item.unit) for item in profile.indicators}
    for key, column in wanted.items():
        named[key] = next((name for name in (column, key) if name in table.columns), None)
    lacking = [wanted[key] for key, name in named.items() if name is None]
    if profile.base != FRANCE and PLACE not in table.columns:
        lacking.append(PLACE)
    if lacking:
        raise BadFileError(
            f"Il manque {'la colonne' if len(lacking) == 1 else 'les colonnes'} "
            + ", ".join(lacking) + ".",
            path=path,
            expected=", ".join(["code", "nom", *wanted.values()]),
            found=", ".join(table.columns),
            remedy="ajoutez-la ; laissez ses cases vides si l'indicateur n'est pas connu",
        )  # fmt: skip
    values = pd.DataFrame(index=table.index)
    for item in profile.indicators:
        name = str(named[item.id])
        top = 100.0 if wanted[item.id].endswith("_pct") else np.inf
        values[item.id] = _numbers(table[name], name, top, path)
    places = pd.DataFrame({
        name: table[name] if name in table else pd.Series("", index=table.index, dtype="str")
        for name in ("code", "nom")
    })  # fmt: skip
    return PlaceFile(places, values, table[PLACE] if profile.base != FRANCE else None)


def _parse(path: Path) -> pd.DataFrame:
    """Cells of a delimited file as text, its headings in lower case."""
    if not path.is_file():
        raise MissingFileError(
            "Il n'y a pas de fichier à ce chemin.", path=path, remedy="vérifiez le chemin donné"
        )
    content = path.read_bytes()
    refuse_not_a_table(content, path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    header = text.lstrip().split("\n", 1)[0]
    separator = max(_SEPARATORS, key=header.count)
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(row)]
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    if len(rows) < 2:
        raise BadFileError(
            "Le fichier n'a aucune ligne à noter.", path=path,
            expected="une ligne de titres, puis une ligne par lieu",
            found=f"{len(rows)} ligne", remedy="ajoutez vos lieux",
        )  # fmt: skip
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise BadFileError(
            "Une colonne est là deux fois.", path=path, found=", ".join(double),
            remedy="gardez-en une",
        )  # fmt: skip
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(names):
            raise BadFileError(
                f"La ligne {line} n'a pas autant de cases que de titres.", path=path,
                expected=f"{len(names)} cases", found=f"{len(row)} cases",
                remedy="avec des virgules décimales, séparez les colonnes par des points-virgules",
            )  # fmt: skip
    return pd.DataFrame(
        [[cell.strip() for cell in row] for row in rows[1:]],
        columns=names, index=pd.RangeIndex(2, len(rows) + 1), dtype="str",
    )  # fmt: skip


def _numbers(cells: pd.Series, name: str, top: float, path: Path) -> pd.Series:
    """Numbers of a column, whose index is the line of each."""
    plain = cells.str.replace(r"[\s\u00a0\u202f%]", "", regex=True).str.replace(",", ".")
    empty = plain.str.lower().isin(_MISSING)
    found = pd.to_numeric(plain.where(~empty), errors="coerce")
    wrong = (~empty & found.isna()) | (found < 0) | (found > top) | np.isinf(found)
    if wrong.any():
        some = ", ".join(f"« {cells[line]} » ligne {line}" for line in cells.index[wrong][:_SHOWN])
        more = int(wrong.sum()) - _SHOWN
        raise BadFileError(
            f"La colonne {name} a des cases impossibles.",
            path=path,
            expected="un pourcentage entre 0 et 100, ou rien" if top == 100
            else "un nombre positif, ou rien",
            found=some + (f" et {more} de plus" if more > 0 else ""),
            remedy="corrigez ces cases ; laissez vide ce qui n'est pas connu",
        )  # fmt: skip
    return found.astype(float)
