"""Where a place stands among others: rank, ties and share below, in each territory around it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fragility.index.composite import SCORE_DECIMALS

_COLUMNS = ["code", "perimetre", "territoire", "rang", "nombre", "ex_aequo", "moins_fragiles_pct"]


def rank_within(
    score: pd.Series, territories: Mapping[str, pd.Series | None], codes: pd.Index
) -> pd.DataFrame:
    """Rank places among those of each territory that holds them.

    Parameters
    ----------
    score : score of every place (index: code); places without score are not counted.
    territories : by name of perimeter, the territory of each place (missing: none), or None for
        the whole edition.
    codes : places asked.

    Returns
    -------
    Columns `code`, `perimetre`, `territoire` ("" for the whole edition), `rang` (1 = the most
    fragile, tied places share the best rank), `nombre` of places ranked, `ex_aequo` others of the
    same score, and `moins_fragiles_pct`: share of the others that are less fragile, 0 to 100,
    missing when there is no other.

    Examples
    --------
    >>> score = pd.Series([2.0, 5.0, 5.0, 9.0], index=["a", "b", "c", "d"])
    >>> row = rank_within(score, {"france": None}, pd.Index(["b"])).iloc[0]
    >>> int(row["rang"]), int(row["ex_aequo"]), round(float(row["moins_fragiles_pct"]), 1)
    (2, 1, 33.3)
    """
    known = score.dropna().round(SCORE_DECIMALS)
    asked = known.index.intersection(codes, sort=False)
    found = []
    for perimeter, of in territories.items():
        territory = pd.Series("", index=known.index) if of is None else of.reindex(known.index)
        mine = territory.reindex(asked).dropna()
        inside = territory[territory.isin(mine.unique())]
        rows = known.reindex(inside.index).groupby(inside.to_numpy()).indices
        values = known.reindex(inside.index).to_numpy(float)
        for name, members in mine.groupby(mine):
            ordered = np.sort(values[rows[name]])
            own = known.reindex(members.index).to_numpy(float)
            below = np.searchsorted(ordered, own, side="left")
            upto = np.searchsorted(ordered, own, side="right")
            others = len(ordered) - 1
            found.append(
                pd.DataFrame(
                    {
                        "code": members.index,
                        "perimetre": perimeter,
                        "territoire": name,
                        "rang": len(ordered) - upto + 1,
                        "nombre": len(ordered),
                        "ex_aequo": upto - below - 1,
                        "moins_fragiles_pct": 100 * below / others if others else np.nan,
                    }
                )
            )
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=_COLUMNS)
