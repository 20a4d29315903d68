"""Bring figures from the map of communes of one year to that of another.

The map of year N is the state on 1 January N. Only the way forward is here: going back needs a
split of every fusion, which a movement file alone cannot give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

# Kinds of events that move figures, in the order in which they apply on one day: a commune that
# changes département and merges the same day (49144, 2018) takes its new code first; a new seat
# gives its code last. The others (names, delegated parts) leave figures where they are.
_STEPS = {"41": 0, "20": 1, "21": 1, "30": 2, "31": 2, "32": 2, "33": 2, "50": 3}
NATURES = ("inchange", "changement_code", "fusion", "retablissement")
_STEP_NATURE = (1, 3, 2, 1)

ARRONDISSEMENT_PARENT: Mapping[str, str] = {
    **{str(code): "75056" for code in range(75101, 75121)},
    **{str(code): "69123" for code in range(69381, 69390)},
    **{str(code): "13055" for code in range(13201, 13217)},
}
UNKNOWN = "code absent de la carte des communes"
MERGED = "réunie à une autre ligne (fusion de communes, arrondissement)"
ADDED = "ajoutée par un rétablissement de commune"
PARENT_PRESENT = "arrondissement dont la commune est aussi dans le fichier"


def to_commune(codes: pd.Series) -> pd.Series:
    """Turn the arrondissements of Paris, Lyon and Marseille into their commune.

    Examples
    --------
    >>> to_commune(pd.Series(["75101", "01001"])).tolist()
    ['75056', '01001']
    """
    return codes.map(ARRONDISSEMENT_PARENT).astype("str").fillna(codes)


def fold_arrondissements(
    frame: pd.DataFrame, *, code: str = "code_commune"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give arrondissements their commune's code, or drop them where the commune is there too.

    Returns
    -------
    The frame (several rows may share a code: `apply_passage` adds them up), and the rows dropped.
    """
    parent = to_commune(frame[code])
    twice = (parent != frame[code]) & parent.isin(frame[code])
    return frame[~twice].assign(**{code: parent[~twice]}), {PARENT_PRESENT: int(twice.sum())}


def _edges(movements: pd.DataFrame, from_year: int, to_year: int) -> pd.DataFrame:
    """Moves of figures between two maps: `ordre`, `avant`, `apres`, `rang` (of nature)."""
    dates = movements["date_effet"]
    kept = (
        (dates > f"{from_year}-01-01") & (dates <= f"{to_year}-01-01")
        & (movements["type_avant"] == "COM") & (movements["type_apres"] == "COM")
        & movements["mod"].isin(list(_STEPS))
    )  # fmt: skip
    step = movements.loc[kept, "mod"].map(_STEPS).astype("int64")
    return pd.DataFrame(
        {
            "ordre": dates[kept] + "/" + step.astype("str"),
            "avant": movements.loc[kept, "code_avant"],
            "apres": movements.loc[kept, "code_apres"],
            "rang": np.array(_STEP_NATURE)[step.to_numpy()],
        }
    ).drop_duplicates(["ordre", "avant", "apres"])


def _existing(edges: pd.DataFrame, target: pd.Index) -> pd.Index:
    """Codes of the first map: those not made by an event before they took part in one."""
    first = edges.groupby("avant")["ordre"].min()
    made = edges[edges["avant"] != edges["apres"]].groupby("apres")["ordre"].min()
    born = made.reindex(first.index)
    before = first.index[born.isna() | (first <= born)]
    return before.union(target.difference(first.index).difference(made.index))


def _with_parts(edges: pd.DataFrame, weights: pd.Series | None) -> pd.DataFrame:
    """Share each code between its successors: by weight if all are known, else equally."""
    weight = pd.Series(np.nan, index=edges.index)
    if weights is not None:
        weight = edges["apres"].map(weights).astype(float)
    by = [edges["ordre"], edges["avant"]]
    usable = (weight > 0).groupby(by).transform("all")
    weight = weight.where(usable, 1.0)
    return edges.assign(p=weight / weight.groupby(by).transform("sum"))


def build_passage(
    movements: pd.DataFrame,
    from_year: int,
    to_year: int,
    target_codes: Iterable[str],
    *,
    weights: pd.Series | None = None,
) -> pd.DataFrame:
    """Say where the figures of each commune of one map go on a later map.

    Parameters
    ----------
    movements : events as read by `readers.insee_cog.read_movements`.
    from_year, to_year : maps of 1 January; events dated after the first day and up to the second.
    target_codes : communes of the later map.
    weights : inhabitants by commune of the later map, to share a commune that was split again.
        INSEE gives no exact split: without weights the shares are equal.

    Returns
    -------
    `code_avant`, `code_apres`, `part` (share of the first that goes to the second; the shares of
    one code add up to 1), `nature` (the strongest event on the way: inchange, changement_code,
    fusion, retablissement). Unchanged communes are there too.

    Raises
    ------
    ValueError
        When `from_year` is after `to_year`.

    Examples
    --------
    >>> events = pd.DataFrame([["32", "2020-01-01", "COM", a, "COM", "00001"]
    ...     for a in ("00001", "00002")], columns=["mod", "date_effet", "type_avant",
    ...     "code_avant", "type_apres", "code_apres"])
    >>> build_passage(events, 2019, 2021, ["00001"])["code_apres"].tolist()
    ['00001', '00001']
    """
    if from_year > to_year:
        raise ValueError("a passage only goes forward")
    target = pd.Index(list(dict.fromkeys(target_codes)), dtype="str")
    edges = _with_parts(_edges(movements, from_year, to_year), weights)
    existing = _existing(edges, target)
    touched = existing[existing.isin(edges["avant"])]
    state = pd.DataFrame({"code_avant": touched, "code_apres": touched, "part": 1.0, "rang": 0})
    for _, step in edges.groupby("ordre", sort=True):
        moved = state.merge(step, how="left", left_on="code_apres", right_on="avant")
        moved["code_apres"] = moved["apres"].fillna(moved["code_apres"])
        moved["part"] *= moved["p"].fillna(1.0)
        moved["rang"] = moved[["rang_x", "rang_y"]].max(axis=1).astype("int64")
        state = moved[["code_avant", "code_apres", "part", "rang"]]
    state = state.groupby(["code_avant", "code_apres"], as_index=False).agg(
        part=("part", "sum"), rang=("rang", "max")
    )
    rest = existing.difference(touched)
    same = pd.DataFrame({"code_avant": rest, "code_apres": rest, "part": 1.0, "rang": 0})
    passage = pd.concat([state, same], ignore_index=True)
    passage = passage[passage["code_apres"].isin(target)].sort_values(["code_avant", "code_apres"])
    passage["nature"] = pd.Series(
        np.array(NATURES, dtype=object)[passage["rang"].to_numpy(dtype="int64")],
        index=passage.index,
        dtype="str",
    )
    columns = ["code_avant", "code_apres", "part", "nature"]
    return passage[columns].astype({c: "str" for c in columns[:2]}).reset_index(drop=True)


def apply_passage(
    frame: pd.DataFrame,
    passage: pd.DataFrame,
    *,
    code: str = "code_commune",
    counts: Sequence[str] = (),
    rates: Mapping[str, str | None] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Bring a table of communes to another map.

    Parameters
    ----------
    frame : one row per commune of the first map (several rows of one code are put together).
    passage : see `build_passage`.
    code : column of the commune code.
    counts : columns to add up. A sum with a missing part is missing, rather than too small.
    rates : rate -> column of its own denominator (None: equal weights). A rate is averaged over
        the parts where it is known, with equal weights if a weight misses or all are zero.

    Returns
    -------
    `code`, counts and rates, one row per commune reached, sorted; and the rows dropped (positive)
    or added (negative) by reason: rows in = rows out + their sum.
    """
    rates = dict(rates or {})
    columns = dict.fromkeys([code, *counts, *rates, *[w for w in rates.values() if w]])
    known = frame[code].isin(passage["code_avant"])
    moved = frame.loc[known, list(columns)].merge(
        passage, left_on=code, right_on="code_avant", how="inner"
    )
    key = moved["code_apres"]
    result = pd.DataFrame(index=pd.Index(sorted(key.unique()), dtype="str", name=code))
    for column in counts:
        part = moved[column] * moved["part"]
        complete = part.notna().groupby(key).all()
        result[column] = part.groupby(key).sum().where(complete)
    for rate, weight in rates.items():
        present = moved[rate].notna()
        by = key[present]
        share = moved.loc[present, "part"]
        if weight is not None:
            weighed = (moved.loc[present, weight] * share).astype(float)
            total = weighed.groupby(by).transform("sum")
            usable = weighed.notna().groupby(by).transform("all") & (total > 0)
            share = weighed.where(usable, share)
        value = (moved.loc[present, rate] * share).groupby(by).sum() / share.groupby(by).sum()
        result[rate] = value.reindex(result.index)
    added = len(moved) - int(known.sum())
    return result.reset_index(), {
        UNKNOWN: int((~known).sum()),
        MERGED: len(moved) - len(result),
        ADDED: -added,
    }


def map_iris_codes(codes: pd.Series, passage: pd.DataFrame) -> pd.Series:
    """Give IRIS the new code of their commune, where that is safe.

    An IRIS code is its commune's code and four digits. Only a commune that changed code alone
    carries its IRIS along; in a fusion two IRIS could end up with one code, so they keep the old
    one, which the list of IRIS then does not know.

    Parameters
    ----------
    codes : 9 characters.
    passage : see `build_passage`.

    Returns
    -------
    Codes on the same index.
    """
    alone = ~passage.duplicated("code_avant", keep=False)
    alone &= ~passage.duplicated("code_apres", keep=False)
    alone &= passage["code_avant"] != passage["code_apres"]
    renamed = passage[alone].set_index("code_avant")["code_apres"]
    prefix = codes.str[:5]
    return (prefix.map(renamed).astype("str").fillna(prefix) + codes.str[5:]).astype("str")
