"""Compare the passages between two maps with published year-to-year tables; docs/passage-cog.md.

The published tables are under the ODbL: the page holds counts and a few codes, never their rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.readers.common import pad_code, read_csv, to_number
from fragility.sources.readers.intake import Intake
from fragility.validation.maps import Maps

FOLDER = "passage_cog"
EQUAL = "equal"
EXPLANATIONS = {
    "their_equal_shares": "the published table shares equally, ours by population",
    "our_equal_shares": "ours shares equally: a successor is not on the map of our inhabitants "
    "figures",
    "other_population": "both share by population, counted in another year",
    "date": "the same pair, one year earlier or later",
    "reversed": "the same pair, the other way round",
    "no_such_code": "the published table names a code that the map of its year does not have",
    "seat_not_listed": "the published table leaves out the commune that keeps its code",
    "unexplained": "not explained",
}
_NAME = re.compile(r"PASSAGE_(\d{4})_(\d{4})_insee\.csv")
_KEYS = ["code_avant", "code_apres"]
# Published parts have 15 digits.
_SAME = 1e-9
# Two censuses a few years apart move the part of a commune by less than this.
_CENSUS_GAP = 0.02
Years = tuple[int, int]


@dataclass(frozen=True)
class Comparison:
    """One published table beside ours.

    Attributes
    ----------
    years : maps it goes from and to.
    rows : `code_avant`, `code_apres`, `part`, `part_publiee`, `verdict` (`EQUAL` or a key of
        `EXPLANATIONS`).
    """

    years: Years
    rows: pd.DataFrame

    @property
    def has_rows_of_one_side(self) -> bool:
        """Whether a pair of codes is in one table only."""
        return bool(self.rows[["part", "part_publiee"]].isna().to_numpy().any())

    def summary(self) -> dict[str, object]:
        """Counts for one line of the page."""
        ours, theirs = self.rows["part"].notna(), self.rows["part_publiee"].notna()
        return {
            "maps": f"{self.years[0]} → {self.years[1]}",
            "published rows": int(theirs.sum()),
            "rows equal": int((self.rows["verdict"] == EQUAL).sum()),
            "same pair, other part": int((ours & theirs & (self.rows["verdict"] != EQUAL)).sum()),
            "only published": int((theirs & ~ours).sum()),
            "only ours": int((ours & ~theirs).sum()),
        }


def read_published(path: Path) -> tuple[Years, pd.DataFrame]:
    """Read one published table, whatever the order of its columns.

    Returns
    -------
    The years, and `code_avant`, `code_apres`, `part_publiee`.

    Raises
    ------
    BadFileError
        When a column misses, a part is not a number or a pair is there twice.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise BadFileError(
            "Ce n'est pas une table de passage.", path=path, expected="PASSAGE_<année>_<année>"
        )
    years = int(match[1]), int(match[2])
    names = {f"cod{years[0]}": "code_avant", f"cod{years[1]}": "code_apres"}
    intake = Intake.of(path, max_share=0)
    read = read_csv(intake, sep=",", key=next(iter(names)), required=[*names, "ratio"])
    frame = pd.DataFrame({new: pad_code(read[old], 5) for old, new in names.items()})
    frame["part_publiee"] = to_number(read["ratio"], intake)
    frame = intake.settle(frame)[0]
    if frame.duplicated(_KEYS).any():
        raise BadFileError("Une paire de codes apparaît deux fois.", path=path)
    return years, frame


def compare(
    years: Years,
    published: Mapping[Years, pd.DataFrame],
    passages: Mapping[Years, pd.DataFrame],
) -> Comparison:
    """Put one published table beside our passage and explain every difference by a rule.

    Parameters
    ----------
    years : maps of the table.
    published : tables by years, columns of `read_published`.
    passages : our passages (`cog.build_passage`) between the same maps, and between the years
        next to them where there are some.
    """
    ours, theirs = passages[years], published[years]
    ours = ours[ours["code_apres"].notna()]
    no_such_code = ~(_has(ours, theirs, "code_avant") & _has(ours, theirs, "code_apres"))
    changed = _changes(ours)
    ours_only = changed[~_among(changed, theirs)]
    rows = pd.concat([theirs, ours_only], ignore_index=True)
    looked_at = ours[_has(rows, ours, "code_avant")]
    rows = rows.merge(looked_at[[*_KEYS, "part"]], on=_KEYS, how="left")
    here, there = rows["part"].notna(), rows["part_publiee"].notna()
    divided = (rows["part"] < 1) & (rows["part_publiee"] < 1)
    near = beside(years)
    our_near = [_changes(passages[key]) for key in near if key in passages]
    their_near = [published[key][_KEYS] for key in near if key in published]
    rules = {
        EQUAL: (rows["part"] - rows["part_publiee"]).abs() <= _SAME,
        "their_equal_shares": here & there & _equal_shares(rows, "part_publiee"),
        "our_equal_shares": here & there & _equal_shares(rows, "part"),
        "other_population": divided & ((rows["part"] - rows["part_publiee"]).abs() <= _CENSUS_GAP),
        # The rules that follow explain a pair that only one of the two has.
        "date": (there & ~here & _among(rows, *our_near)) | (~there & _among(rows, *their_near)),
        "reversed": there
        & ~here
        & _among(rows.rename(columns=dict(zip(_KEYS, _KEYS[::-1], strict=True))), changed),
        "no_such_code": there & no_such_code.reindex(rows.index, fill_value=False),
        "seat_not_listed": ~there & (rows["code_avant"] == rows["code_apres"]),
    }
    verdict = np.select([rule.to_numpy() for rule in rules.values()], list(rules), "unexplained")
    return Comparison(years, rows.assign(verdict=verdict))


def beside(years: Years) -> list[Years]:
    """The same interval, one year earlier and one year later."""
    return [(years[0] + step, years[1] + step) for step in (-1, 1)]


def _changes(passage: pd.DataFrame) -> pd.DataFrame:
    return passage.loc[passage["nature"] != "inchange", _KEYS]


def _equal_shares(rows: pd.DataFrame, part: str) -> pd.Series:
    """Whether a commune is divided, in equal parts."""
    n = rows.groupby("code_avant")[part].transform("count")
    return (n > 1) & ((rows[part] * n - 1).abs() <= _SAME)


def _has(known: pd.DataFrame, rows: pd.DataFrame, column: str) -> pd.Series:
    """Which codes of a column are in the same column of another frame."""
    codes = pd.Index(known[column].unique())
    return pd.Series(codes.get_indexer(pd.Index(rows[column])) >= 0, index=rows.index)


def _among(rows: pd.DataFrame, *pairs: pd.DataFrame) -> pd.Series:
    """Which pairs of codes are in one of some frames."""
    known = pd.MultiIndex.from_frame(pd.concat([p[_KEYS] for p in pairs] or [rows.head(0)[_KEYS]]))
    return pd.Series(pd.MultiIndex.from_frame(rows[_KEYS]).isin(known), index=rows.index)


def compare_all(reference: Path, maps: Maps) -> list[Comparison]:
    """Compare every table of a folder, in the order of their years.

    Raises
    ------
    MissingFileError
        When the folder has no table.
    """
    published = dict(read_published(path) for path in sorted(reference.glob("PASSAGE_*.csv")))
    if not published:
        raise MissingFileError(
            "Il n'y a pas de table de passage à comparer.",
            path=reference,
            expected="des fichiers PASSAGE_<année>_<année>_insee.csv",
            remedy="donnez avec --reference le dossier qui contient passage_cog",
        )
    compared = []
    for years in sorted(published):
        passages = {years: maps.passage(*years)}
        one = compare(years, published, passages)
        if one.has_rows_of_one_side:
            passages |= {near: maps.passage(*near) for near in beside(years)}
            one = compare(years, published, passages)
        compared.append(one)
    return compared
