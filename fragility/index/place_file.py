"""A table of places that somebody brings to be scored: one row per place, one column per indicator.

Spreadsheets of any country are read: semicolon, comma or tab, decimal comma or point, with or
without a byte order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
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
# Shares that no commune nor IRIS of the country has under 1 %; the networks are often complete.
_NETWORKS = ("non_thd", "non_4g", "thd", "couvert_4g")
_PEOPLE = tuple(key for key in INDICATORS if key not in _NETWORKS)
_SHARES = 5


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
            remedy="ajoutez-la ; laissez ses cases vides si l'indicateur n'est pas connu"
            if len(lacking) == 1
            else "ajoutez-les ; laissez vides les cases des indicateurs qui ne sont pas connus",
        )  # fmt: skip
    values = pd.DataFrame(index=table.index)
    for item in profile.indicators:
        name = str(named[item.id])
        top = 100.0 if wanted[item.id].endswith("_pct") else np.inf
        values[item.id] = _numbers(table[name], name, top, path)
    _refuse_shares(values[[key for key in wanted if wanted[key].endswith("_pct")]], wanted, path)
    places = pd.DataFrame({
        name: table[name] if name in table else pd.Series("", index=table.index, dtype="str")
        for name in ("code", "nom")
    })  # fmt: skip
    return PlaceFile(places, values, table[PLACE] if profile.base != FRANCE else None)


def _parse(path: Path) -> pd.DataFrame:
    """Cells of a delimited file as text, its headings in lower case; the index is their line."""
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
    rows, lines, end = [], [], 0
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    for row in reader:
        if any(row):
            rows.append(row)
            lines.append(end + 1)
        end = reader.line_num
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
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(names):
            raise BadFileError(
                f"La ligne {line} n'a pas autant de cases que de titres.", path=path,
                expected=f"{len(names)} cases", found=f"{len(row)} cases",
                remedy="avec des virgules décimales, séparez les colonnes par des points-virgules",
            )  # fmt: skip
    return pd.DataFrame(
        [[cell.strip() for cell in row] for row in rows[1:]],
        columns=names, index=pd.Index(lines[1:]), dtype="str",
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


def _refuse_shares(values: pd.DataFrame, names: Mapping[str, str], path: Path) -> None:
    """Refuse columns of shares of 1 instead of percentages.

    What is never under 1 % needs two places, another indicator five of which most are above 0;
    networks, of which few may honestly lack, are only judged with the rest: a file in which
    nothing is above 1 holds shares, even for one place.
    """
    under = (values <= 1) | values.isna()
    count = {key: int(values[key].notna().sum()) for key in names if key in values}
    known = [key for key, cells in count.items() if cells]
    some = [
        key
        for key in known
        if key not in _NETWORKS and under[key].all() and values[key].gt(0).any()
    ]
    if under.all(axis=None) and len(known) > 1 and (set(some) & set(_PEOPLE) or len(some) > 1):
        shares = known
    else:
        shares = [
            key
            for key in some
            if (count[key] > 1 if key in _PEOPLE else count[key] >= _SHARES)
            and values[key].median() > 0
        ]
    if shares:
        highest = float(np.nanmax(values[shares].to_numpy()))
        raise BadFileError(
            ("La colonne " if len(shares) == 1 else "Les colonnes ")
            + ", ".join(names[key] for key in shares)
            + (" contient" if len(shares) == 1 else " contiennent")
            + " des parts entre 0 et 1 : attendu des pourcentages.",
            path=path,
            expected="des pourcentages, entre 0 et 100",
            found=f"au plus {highest:g}",
            remedy="multipliez ces valeurs par 100",
        )
