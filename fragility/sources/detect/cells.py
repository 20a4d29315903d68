"""How the cells of a column are written: decimal sign, marks of secrecy, kind of code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.common import SECRETS

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
# A mark is short, repeated and without digit: « <5 » or « 18 % » are values badly written.
_MARK_LENGTH = 6
_MARK_TIMES = 3
_ENOUGH = 0.95


@dataclass(frozen=True)
class Writing:
    """How numbers are written in some columns.

    Attributes
    ----------
    decimal : `point`, `virgule`, `entiers` or `les deux`.
    empty : cells without anything.
    secrets : known marks of secrecy -> cells.
    marks : short texts without digit, repeated in place of a number, unknown to the readers ->
        cells.
    strange : cells that are neither a number nor a mark, with an example.
    numbers : cells that are a number.
    """

    decimal: str
    empty: int
    secrets: Mapping[str, int]
    marks: Mapping[str, int]
    strange: tuple[int, str] = (0, "")
    numbers: int = 0

    @property
    def is_mostly_numbers(self) -> bool:
        """True when half of the cells that hold something are numbers."""
        others = sum(self.secrets.values()) + sum(self.marks.values()) + self.strange[0]
        return self.numbers > others


def writing_of(cells: pd.DataFrame) -> Writing:
    """Tell how the numbers of some text columns are written.

    Examples
    --------
    >>> w = writing_of(pd.DataFrame({"a": ["1,5", "ns", "2", None]}))
    >>> w.decimal, w.empty, w.secrets
    ('virgule', 1, {'ns': 1})
    """
    values = pd.concat([cells[c] for c in cells.columns], ignore_index=True).astype("str")
    empty = values.isna() | values.fillna("").str.strip().eq("")
    text = values[~empty].str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    number = text.str.fullmatch(_NUMBER)
    points, commas = text[number].str.contains(".", regex=False), text[number].str.contains(",")
    decimal = {(True, True): "les deux", (True, False): "point", (False, True): "virgule"}.get(
        (bool(points.any()), bool(commas.any())), "entiers"
    )
    counts = text[~number].value_counts()
    known = {str(m): int(n) for m, n in counts.items() if str(m).lower() in SECRETS}
    marks = {
        str(m): int(n)
        for m, n in counts.items()
        if str(m) not in known
        and len(str(m)) <= _MARK_LENGTH
        and n >= _MARK_TIMES
        and not re.search(r"\d", str(m))
    }
    rest = counts.drop([*known, *marks])
    strange = (int(rest.sum()), str(rest.index[0])) if len(rest) else (0, "")
    return Writing(decimal, int(empty.sum()), known, marks, strange, int(number.sum()))


def level_of(values: pd.Series, *, named: bool = False) -> str:
    """Tell whether codes are those of communes, of IRIS, or of neither (`""`).

    Parameters
    ----------
    named : True for a column whose name says that it holds codes: more zeros may then be lost.

    Examples
    --------
    >>> level_of(pd.Series(["10010000", "2A0040101"])), level_of(pd.Series(["1001", "75056"]))
    ('iris', 'commune')
    """
    text = values.dropna().astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
    if text.empty:
        return ""
    for level, least, width, pattern in (
        ("commune", 1, 5, COMMUNE_CODE), ("iris", 6, 9, IRIS_CODE)
    ):  # fmt: skip
        # A spreadsheet eats one zero of a French code: « 1001 » is a commune, « 1 » is a number.
        shortest = least if named else width - 1
        near = text.str.len().between(shortest, width) & text.str.zfill(width).str.match(pattern)
        if near.mean() >= _ENOUGH:
            return level
    return ""


def commune_codes(values: pd.Series, level: str) -> pd.Series:
    """Communes, or municipal arrondissements, of a column of codes of that level."""
    text = values.dropna().astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
    return text.str.zfill(9 if level == "iris" else 5).str[:5].drop_duplicates()


def years_in(text: str) -> list[int]:
    """Years that a name carries, dates included.

    Examples
    --------
    >>> years_in("liste-fs-20240801.csv"), years_in("FILO2021_DISP_COM.csv")
    ([2024], [2021])
    """
    found = re.findall(r"(?<!\d)((?:19|20)\d\d)(?:(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))?(?!\d)", text)
    return [int(year) for year in found]
