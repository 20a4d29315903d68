"""A file being read: its known errors corrected, its impossible rows set aside, both on record.

Readers never repair. A row with a cell that cannot be (a code that no commune has, a negative
count, a share above 100, one code with two contents) leaves with its reason; the others stay. Too
many such rows mean that the file is not what it is taken for: the reading stops.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, DataCheckError
from fragility.schemas import PERSONAL_DATA
from fragility.sources.model import Dialect

# Beyond this share of its rows a file is refused: the pack's own files have none, and one in a
# hundred is already 350 communes.
MAX_SHARE = 0.01
# A table this many times longer than usual is another level, another series or several years.
TOO_LONG = 3
COMMUNES = 36_000
IRIS = 50_000
PLACES = 20_000
QUARANTINE = ["fichier", "ligne", "cle", "colonne", "valeur", "motif"]
CORRECTIONS = ["cle", "colonne", "valeur_trouvee", "valeur"]
Frame = TypeVar("Frame", bound=pd.DataFrame)


@dataclass(frozen=True)
class _Problem:
    """Rows that share one reason, and how to say it if there are too many."""

    reason: str
    column: str
    values: pd.Series
    expected: str
    remedy: str


@dataclass
class Intake:
    """A raw file on its way to a tidy frame.

    The frames read from it keep the rank of each row as their index until `settle`.

    Attributes
    ----------
    path : the file.
    corrections : known errors of this file, columns `CORRECTIONS`; the key is that of `key`.
    max_share : share of the rows that may be set aside; 0 where no row can be spared.
    first_line : line of the file that holds row 0.
    lines : line of each row, where some rows take several lines or some lines are blank.
    key : column that names a row.
    dialect : how this copy is written, where it is not as its reader expects.
    """

    path: Path
    corrections: pd.DataFrame | None = None
    max_share: float = MAX_SHARE
    first_line: int = 2
    lines: pd.Series | None = None
    key: str = ""
    dialect: Dialect = field(default_factory=Dialect)
    _table: pd.DataFrame = field(default_factory=pd.DataFrame)
    _keys: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    _problems: list[_Problem] = field(default_factory=list)

    @classmethod
    def of(cls, source: Path | Intake, *, max_share: float | None = None) -> Intake:
        """Take a path as an intake without corrections."""
        intake = source if isinstance(source, Intake) else cls(source)
        if max_share is not None:
            intake.max_share = max_share
        return intake

    def open(self, table: Frame, key: str, *, usual_rows: int | None = None) -> Frame:
        """Register a table: its keys, its length, its known errors.

        Parameters
        ----------
        table : cells as published, indexed from 0.
        key : column that names a row, for messages, the quarantine and the corrections.
        usual_rows : rows of an ordinary release; more than three times as many are refused.

        Returns
        -------
        The table with its corrections.

        Raises
        ------
        BadFileError
            When the table is far too long.
        DataCheckError
            When a correction no longer fits what is in the file.
        """
        if usual_rows is not None and len(table) > TOO_LONG * usual_rows:
            raise BadFileError(
                "Le tableau est bien plus long que d'habitude.",
                path=self.path,
                expected=f"environ {usual_rows} lignes, au plus {TOO_LONG * usual_rows}",
                found=f"{len(table)} lignes",
                remedy="gardez une seule année et un seul niveau géographique, ou reprenez le "
                "fichier du producteur",
            )
        self.key = key
        # A spreadsheet makes a number of a code: « 10010000.0 ».
        self._keys = table[key].astype("str").str.strip().str.replace(r"\.0$", "", regex=True)
        self._problems.clear()
        if self.corrections is not None:
            table = self._correct(table)
        self._table = table.copy(deep=False)
        return table

    def plain_path(self) -> Path:
        """Path of a file whose rows have no name: nothing in it can be corrected by key."""
        if self.corrections is not None:
            raise DataCheckError(
                "Ce fichier ne peut pas être corrigé case par case : ses lignes n'ont pas de clé.",
                path=self.path,
                remedy="retirez de corrections.csv les lignes qui le visent",
            )
        return self.path

    def _correct(self, table: Frame) -> Frame:
        table = table.copy()
        assert self.corrections is not None
        rows: list[list[str]] = self.corrections[CORRECTIONS].to_numpy().tolist()
        names = {self.dialect.name_of(str(column)): str(column) for column in table.columns}
        for key, written, before, after in rows:
            column = names.get(written, "")
            # Spreadsheets eat the zeros of codes: « 1001 » in the file is 01001.
            at = self._keys.index[self._keys.str.zfill(len(key)) == key]
            cells = table.loc[at, column] if column else pd.Series()
            found = cells.astype("str").fillna("").str.strip().unique().tolist()
            if found != [before]:
                raise DataCheckError(
                    f"La correction prévue pour {key} ({written}) ne convient plus.",
                    path=self.path,
                    expected=f"« {before} », à remplacer par « {after} »",
                    found=" / ".join(f"« {value} »" for value in found) or "rien",
                    remedy="le producteur a sans doute corrigé : retirez cette ligne de "
                    "corrections.csv, ou mettez-la à jour",
                )
            table.loc[at, column] = after or np.nan
        return table

    def set_aside(self, values: pd.Series, reason: str, *, expected: str, remedy: str = "") -> None:
        """Set rows aside.

        Parameters
        ----------
        values : the wrong cells, the index says which rows; shown as they are in the file when
            the name of the series is one of its columns.
        reason : what is wrong, in a few French words.
        expected : what such a cell may hold.
        """
        if values.empty:
            return
        column = str(values.name)
        if column in self._table.columns:
            values = self._table.loc[values.index, column]
        self._problems.append(_Problem(
            reason, self.dialect.name_of(column), values.astype("str").fillna(""), expected,
            remedy or "vérifiez que c'est le bon fichier et la bonne année",
        ))  # fmt: skip

    def settle(self, frame: Frame) -> tuple[Frame, dict[str, int]]:
        """Drop the rows set aside from a frame that still has their index.

        Returns
        -------
        The other rows, indexed from 0, and how many left by reason (the first one of each row).

        Raises
        ------
        BadFileError
            When more than `max_share` of the rows were wrong; it tells the most frequent reason.
        """
        reasons = pd.concat(
            [pd.Series(p.reason, index=p.values.index, dtype="str") for p in self._problems]
            or [pd.Series(dtype="str")]
        )
        reasons = reasons[~reasons.index.duplicated()]
        total = max(len(self._keys), len(frame))
        if len(reasons) > self.max_share * total:
            worst = max(self._problems, key=lambda p: len(p.values))
            raise BadFileError(
                f"La colonne {worst.column} : {worst.reason}.",
                path=self.path,
                expected=worst.expected,
                found=f"« {_mask(worst.values.iloc[:1]).iloc[0]} » à la ligne "
                f"{self._line(worst.values.index[:1]).iloc[0]} ; lignes fausses : {len(reasons)} "
                f"sur {total}, dont {len(worst.values)} pour ce motif",
                remedy=worst.remedy,
            )
        self._table = pd.DataFrame()
        wrong = frame.index.isin(reasons.index)
        counts = reasons.reindex(frame.index[wrong]).value_counts(sort=False)
        kept = frame[~wrong].reset_index(drop=True)
        return kept, {f"quarantaine : {reason}": int(n) for reason, n in counts.items()}

    def quarantine(self) -> pd.DataFrame:
        """Return every wrong cell: `QUARANTINE`, in the order of the file, nothing personal."""
        parts = [
            pd.DataFrame({
                "ligne": self._line(p.values.index).to_numpy(),
                "cle": self._keys.reindex(p.values.index).to_numpy(),
                "colonne": p.column, "valeur": p.values.to_numpy(), "motif": p.reason,
            }) for p in self._problems
        ]  # fmt: skip
        types = {"fichier": "str", "ligne": "int64", **dict.fromkeys(QUARANTINE[2:], "str")}
        if not parts:
            return pd.DataFrame({c: pd.Series(dtype=t) for c, t in types.items()})
        table = pd.concat(parts, ignore_index=True).assign(fichier=self.path.name).astype(types)
        for column in ("cle", "valeur"):
            table[column] = _mask(table[column].fillna(""))
        return table[QUARANTINE].sort_values(["ligne", "colonne"], kind="stable", ignore_index=True)

    def _line(self, ranks: pd.Index) -> pd.Series:
        if self.lines is not None:
            return self.lines.reindex(ranks)
        return pd.Series(ranks + self.first_line, index=ranks)


def _mask(values: pd.Series) -> pd.Series:
    """Hide e-mail addresses and telephone numbers: a shifted column can hold one."""
    return values.astype("str").str.replace(PERSONAL_DATA, "…", regex=True, case=False)
