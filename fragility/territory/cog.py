"""Bring figures from the map of communes of one year to that of another, earlier or later.

The map of year N is the state on 1 January N. How a passage is made from the movements of
communes is in `cog_passage.py`; this module reads and applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from fragility.territory.cog_passage import NATURES, build_passage, list_communes

__all__ = [
    "ADDED",
    "ARRONDISSEMENT_PARENT",
    "MERGED",
    "NATURES",
    "PARENT_PRESENT",
    "UNKNOWN",
    "apply_passage",
    "build_passage",
    "describe_passage",
    "fold_arrondissements",
    "list_communes",
    "map_iris_codes",
    "map_iris_communes",
    "to_commune",
]

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
    moved = parent != frame[code]
    there = frame.loc[frame[code].isin(set(ARRONDISSEMENT_PARENT.values())), code]
    twice = moved & parent.isin(there.unique())
    return frame[~twice].assign(**{code: parent[~twice]}), {PARENT_PRESENT: int(twice.sum())}


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
    counts : columns to add up. A sum with a missing part is missing, rather than too small. The
        total is that of the known codes, unless the passage sends a part nowhere.
    rates : rate -> column of its own denominator (None: equal weights). A rate is averaged over
        the parts where it is known, with equal weights if a weight misses or all are zero.

    Returns
    -------
    `code`, counts and rates, one row per commune reached, sorted; and the rows dropped (positive)
    or added (negative) by reason: rows in = rows out + their sum.
    """
    rates = dict(rates or {})
    columns = dict.fromkeys([code, *counts, *rates, *[w for w in rates.values() if w]])
    ways = passage.loc[passage["code_apres"].notna(), ["code_avant", "code_apres", "part"]]
    # `isin` is ten times as long on Arrow's text.
    known = pd.Index(ways["code_avant"].unique()).get_indexer(pd.Index(frame[code])) >= 0
    moved = frame.loc[known, list(columns)].merge(
        ways, left_on=code, right_on="code_avant", how="inner"
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
        # A share of nobody (a village without inhabitants) still has the rate of its commune.
        share = share.where(share.groupby(by).transform("sum") > 0, 1.0)
        value = (moved.loc[present, rate] * share).groupby(by).sum() / share.groupby(by).sum()
        result[rate] = value.reindex(result.index)
    added = len(moved) - int(known.sum())
    return result.reset_index(), {
        UNKNOWN: int((~known).sum()),
        MERGED: len(moved) - len(result),
        ADDED: -added,
    }


def describe_passage(
    passage: pd.DataFrame, codes_before: Iterable[str], from_year: int
) -> pd.DataFrame:
    """Say what becomes of each code of a list: where it goes, or why it goes nowhere.

    Parameters
    ----------
    passage : see `build_passage`.
    codes_before : codes of the first map: communes, and arrondissements, which go with their
        commune.
    from_year : year of the first map, for the sentence about an unknown code.

    Returns
    -------
    The columns of the passage, every code at least once, in the order of the codes; the parts of
    one code add up to 1. Two more natures: `arrondissement`, and `inconnu` (`code_apres` missing).

    Examples
    --------
    >>> nothing = pd.DataFrame(columns=["mod", "date_effet", "type_avant", "code_avant",
    ...     "type_apres", "code_apres"])
    >>> passage = build_passage(nothing, 2021, 2025, ["01001"])
    >>> describe_passage(passage, ["01001", "97501"], 2021)["motif"].tolist()
    ['inchangée', 'inconnue de la carte de 2021']
    """
    codes = pd.Series(sorted(set(codes_before)), dtype="str", name="code_avant")
    commune = to_commune(codes).rename("commune")
    rows = pd.concat([codes, commune], axis=1).merge(
        passage.rename(columns={"code_avant": "commune"}), on="commune", how="left"
    )
    unknown = rows["nature"].isna()
    inside = ~unknown & (rows["commune"] != rows["code_avant"])
    rows["nature"] = rows["nature"].mask(inside, "arrondissement").fillna("inconnu")
    rows["motif"] = (
        rows["motif"]
        .mask(inside, "arrondissement de " + rows["commune"])
        .fillna(f"inconnue de la carte de {from_year}")
    )
    rows["part"] = rows["part"].fillna(1.0)
    return rows[list(passage.columns)]


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
    ways = passage[passage["code_apres"].notna()]
    alone = ~ways.duplicated("code_avant", keep=False)
    alone &= ~ways.duplicated("code_apres", keep=False)
    alone &= ways["code_avant"] != ways["code_apres"]
    renamed = ways[alone].set_index("code_avant")["code_apres"]
    prefix = codes.str[:5]
    return (prefix.map(renamed).astype("str").fillna(prefix) + codes.str[5:]).astype("str")


def map_iris_communes(iris: pd.DataFrame, passage: pd.DataFrame) -> pd.DataFrame:
    """Say in which commune of a later map each IRIS of an earlier list is.

    An IRIS keeps its own code whatever happens to its commune: those of a commune that merged are
    IRIS of the new commune, and a merged commune that was not divided is one IRIS of it. An IRIS
    cannot be cut: where its commune was divided, it goes whole to the successor with the largest
    part, unless its code names another one (it was that commune's before they merged).

    Parameters
    ----------
    iris : `code_iris` (9 characters), `code_commune` on the first map (an arrondissement counts
        as its commune).
    passage : see `build_passage`, forward.

    Returns
    -------
    On the same index: `code_commune` of the second map (missing where the passage knows none),
    `est_plus_grande_part`, true where the largest part was taken for want of better.
    """
    ways = passage.loc[passage["code_apres"].notna(), ["code_avant", "code_apres", "part"]]
    ways = ways.assign(
        autre=ways["code_apres"] != ways["code_avant"],
        divisee=ways.duplicated("code_avant", keep=False),
    ).sort_values(["part", "autre", "code_apres"], ascending=[False, True, True])
    largest = ways.drop_duplicates("code_avant").set_index("code_avant")
    commune = to_commune(iris["code_commune"])
    prefix = iris["code_iris"].str[:5]
    own = pd.MultiIndex.from_arrays([commune, prefix]).isin(
        pd.MultiIndex.from_frame(ways[["code_avant", "code_apres"]])
    )
    divided = commune.map(largest["divisee"]).eq(True)
    by_prefix = divided & own & (prefix != commune)
    code = commune.map(largest["code_apres"]).mask(by_prefix, prefix)
    return pd.DataFrame(
        {"code_commune": code.astype("str"), "est_plus_grande_part": divided & ~by_prefix}
    )
