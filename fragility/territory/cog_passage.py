"""Compare the maps of communes of two years: which commune goes where, for what share, and why.

What the events of INSEE's file mean for territory is in `cog_events.py`, the sentences are in
`cog_text.py`, and what is done with a passage is in `cog.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from fragility.errors import DataCheckError
from fragility.territory.cog_events import CREATIONS, locate, moves_between, trace_pieces
from fragility.territory.cog_text import UNCHANGED, write_reasons

FIRST_YEAR = 1943
# scission: a commune divided on the way without being created again, which is how a fusion reads
# backwards. A re-creation reads backwards as a fusion.
NATURES = ("inchange", "changement_code", "fusion", "retablissement", "scission",
           "sans_successeur")  # fmt: skip


def build_passage(
    movements: pd.DataFrame,
    from_year: int,
    to_year: int,
    target_codes: Iterable[str],
    *,
    weights: pd.Series | None = None,
    places: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Say where the figures of each commune of one map go on another, later or earlier.

    Parameters
    ----------
    movements : events as read by `readers.insee_cog.read_movements`.
    from_year, to_year : maps of 1 January, in any order; the events dated after the earlier day
        and up to the later one count.
    target_codes : all communes of the map of `to_year`.
    weights : inhabitants by commune of the map of `to_year`, to share a commune that is divided
        on the way there (created again, or merged and read backwards). INSEE gives no exact
        split. The shares are equal where an inhabitants figure misses; a successor that also
        comes from other communes weighs as an equal part of it.
    places : the movements already traced (`cog_events.trace_pieces`), to save time where many
        maps are compared.

    Returns
    -------
    One row per pair of communes that have territory in common, sorted:

    `code_avant`; `code_apres`, missing when the territory is not on the map of `to_year` or its
    commune is not one of `target_codes`; `part`, share of the first that goes to the second (the
    shares of one code add up to 1); `nature` (see `NATURES`); `motif`, a French sentence.
    Unchanged communes are there too.

    Raises
    ------
    DataCheckError
        When a year is before the first one of the file.

    Notes
    -----
    The nature says how the two maps compare, whatever happened between them: communes merged in
    2017 and created again in 2019 are unchanged from 2016 to 2020.

    Examples
    --------
    >>> events = pd.DataFrame([["32", "2020-01-01", "COM", a, "COM", "00001"]
    ...     for a in ("00001", "00002")], columns=["mod", "date_effet", "type_avant",
    ...     "code_avant", "type_apres", "code_apres"])
    >>> build_passage(events, 2019, 2021, ["00001"])["code_apres"].tolist()
    ['00001', '00001']
    >>> build_passage(events, 2021, 2019, ["00001", "00002"])["part"].tolist()
    [0.5, 0.5]
    """
    if min(from_year, to_year) < FIRST_YEAR:
        raise DataCheckError(
            "Le fichier des mouvements de communes ne remonte pas si loin.",
            expected=f"une carte de {FIRST_YEAR} ou d'après",
            found=f"{min(from_year, to_year)}",
            remedy="corrigez l'année de la carte dans le catalogue",
        )
    target = pd.Index(list(dict.fromkeys(target_codes)), dtype="str")
    forward = from_year <= to_year
    places = trace_pieces(movements) if places is None else places
    start, end = f"{from_year}-01-01", f"{to_year}-01-01"
    moves = moves_between(places, *sorted((start, end)))
    pairs = _pairs(locate(places, start), locate(places, end))
    pairs, by_population = _with_parts(pairs, weights)
    pairs["nature"] = _natures(pairs, moves, forward=forward)
    pairs["motif"] = write_reasons(pairs, moves, forward=forward, by_population=by_population)

    reached = pd.Index(pairs["code_apres"])
    outside = (target.get_indexer(reached) < 0) & pairs["code_apres"].notna()
    pairs.loc[outside, "motif"] += f", absente de la carte de {to_year}"
    pairs.loc[outside, "nature"] = "sans_successeur"
    pairs.loc[outside, "code_apres"] = np.nan

    # A commune of the list that no event concerns between the two days is on both maps.
    touched = reached.append([pd.Index(moves["avant"]), pd.Index(moves["code"])]).unique()
    still = target[touched.get_indexer(target) < 0]
    same = {"code_avant": still, "code_apres": still, "part": 1.0, "nature": "inchange",
            "motif": UNCHANGED}  # fmt: skip
    whole = pd.concat([pairs[list(same)], pd.DataFrame(same)], ignore_index=True)
    texts = [column for column in same if column != "part"]
    whole = whole.astype({**dict.fromkeys(texts, "str"), "part": "float64"})
    return whole.sort_values(["code_avant", "code_apres"], ignore_index=True)


def list_communes(
    movements: pd.DataFrame,
    known_codes: Iterable[str],
    year: int,
    *,
    places: pd.DataFrame | None = None,
) -> pd.Index:
    """List the communes of a map from the list of another one.

    Parameters
    ----------
    movements, places : see `build_passage`.
    known_codes : all communes of any map of the years that the movements cover.
    year : map wanted.

    Returns
    -------
    Codes, sorted.
    """
    places = trace_pieces(movements) if places is None else places
    known = pd.Index(list(dict.fromkeys(known_codes)), dtype="str")
    untouched = known.difference(pd.Index(places["code"].dropna()))
    there = locate(places, f"{year}-01-01").dropna().unique()
    return untouched.union(pd.Index(there, dtype="str"))


def _pairs(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Communes of the two maps that share a piece.

    Returns
    -------
    `code_avant`, `code_apres`, `piece` (one of those they share), `est_divisee` (the first has
    several successors), `est_reunie` (the second has several predecessors).
    """
    both = pd.DataFrame({"code_avant": before, "code_apres": after}).rename_axis("piece")
    both = both[both["code_avant"].notna()].reset_index().sort_values("piece", kind="stable")
    both = both.drop_duplicates(["code_avant", "code_apres"])
    # A piece that is off the other map (land gained in 1947) matters only if it is alone.
    gone = both["code_apres"].isna()
    both = both[~gone | ~both["code_avant"].isin(both.loc[~gone, "code_avant"])]
    pairs = both.reset_index(drop=True)
    pairs["est_divisee"] = pairs["code_avant"].duplicated(keep=False)
    pairs["est_reunie"] = pairs["code_apres"].duplicated(keep=False) & pairs["code_apres"].notna()
    return pairs


def _with_parts(pairs: pd.DataFrame, weights: pd.Series | None) -> tuple[pd.DataFrame, pd.Series]:
    """Share each commune between its successors; and say which shares are by population."""
    weight = pd.Series(np.nan, index=pairs.index)
    if weights is not None:
        predecessors = pairs.groupby("code_apres")["code_avant"].transform("size")
        weight = pairs["code_apres"].map(weights).astype(float) / predecessors
    by = pairs["code_avant"]
    total = weight.groupby(by).transform("sum")
    usable = (weight >= 0).groupby(by).transform("all") & (total > 0)
    weight = weight.where(usable, 1.0)
    return pairs.assign(part=weight / weight.groupby(by).transform("sum")), usable


def _natures(pairs: pd.DataFrame, moves: pd.DataFrame, *, forward: bool) -> pd.Series:
    """How the two communes of each pair compare."""
    created = moves["mod"].isin(CREATIONS) & forward
    again = pairs.loc[pairs["piece"].isin(moves.loc[created, "piece"]), "code_avant"]
    nature = np.select(
        [
            pairs["code_apres"].isna(),
            pairs["est_divisee"] & pairs["code_avant"].isin(again),
            pairs["est_divisee"],
            pairs["est_reunie"],
            pairs["code_avant"] != pairs["code_apres"],
        ],
        ["sans_successeur", "retablissement", "scission", "fusion", "changement_code"],
        "inchange",
    )
    return pd.Series(nature, index=pairs.index).astype("str")
