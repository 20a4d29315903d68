"""How sure the ranking is: the same index a thousand times, under other reasonable choices.

Each draw takes other weights, another normalisation, other values of what is modelled and other
noise of what is counted on few people, then ranks every territory again. What is kept of a draw is
its ranks: the score that a rank has in the edition gives the bounds of the score, so that all draws
are on one scale.

Values are read on goalposts of the edition (one set for each normalisation): a draw moves a
territory along a fixed scale, so that only ranks have to be found.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from fragility.index.model_error import HIGH, LOW
from fragility.index.ranks import bounds_of, rank_from_top
from fragility.index.replay import Redrawn
from fragility.schemas import empty_table

ROBUST_PCT, PROBABLE_PCT = 90, 50
LEVELS = ("commune", "iris")


def build_uncertainty(
    redrawn: Redrawn, scores: pd.DataFrame, levels: Collection[str] = LEVELS
) -> pd.DataFrame:
    """Build `index_incertitude`.

    Parameters
    ----------
    redrawn : the index to draw again, see `redrawn.prepare`.
    scores : table `index_scores`.
    levels : `commune`, `iris` or both.

    Returns
    -------
    A row per territory that has a score: `niveau`, `code`, `score_bas`, `score_haut`, `rang_bas`
    (lower bound of the rank's number, hence the most fragile), `rang_haut` (upper bound): nine
    draws in ten, and always the published value; `probabilite_fragile_pct`: draws that put it among
    as many territories as the edition calls fragile; `confiance` in the published verdict.
    """
    kept = {}
    for level in levels:
        own = scores[scores["niveau"] == level].set_index("code").reindex(redrawn.codes[level])
        kept[level] = own, np.flatnonzero(own["score"].notna())
    ranks = {
        level: np.empty(
            (redrawn.draws, len(rows)), dtype=np.uint16 if len(rows) < 1 << 16 else np.uint32
        )
        for level, (_, rows) in kept.items()
        if len(rows)
    }
    for draw in range(redrawn.draws):
        drawn = redrawn.scores(draw)
        for level, held in ranks.items():
            held[draw] = rank_from_top(drawn[level][kept[level][1]])
    tables = [
        _level(level, kept[level][0].iloc[kept[level][1]], held) for level, held in ranks.items()
    ]
    return pd.concat(tables, ignore_index=True) if tables else empty_table("index_incertitude")


def _level(level: str, own: pd.DataFrame, ranks: np.ndarray) -> pd.DataFrame:
    """Bounds, probability and confidence of one level's territories."""
    fragile = own["est_fragile"].to_numpy(bool)
    published = own["rang"].to_numpy(int)
    low, high = bounds_of(ranks, LOW, HIGH)
    first = np.minimum(np.floor(low).astype(int).clip(1), published)
    last = np.maximum(np.ceil(high).astype(int).clip(1, len(own)), published)
    ordered = np.sort(own["score"].to_numpy(float))[::-1]
    share = 100 * (ranks <= fragile.sum()).mean(axis=0)
    return (
        pd.DataFrame(
            {
                "niveau": level,
                "code": own.index.astype("str"),
                "score_bas": ordered[last - 1],
                "score_haut": ordered[first - 1],
                "rang_bas": pd.array(first, dtype="Int64"),
                "rang_haut": pd.array(last, dtype="Int64"),
                "probabilite_fragile_pct": share,
                "confiance": confidence(share, fragile),
            }
        )
        .astype({"niveau": "str", "confiance": "str"})
        .sort_values("code", ignore_index=True)
    )


def confidence(probability_pct: np.ndarray, fragile: np.ndarray) -> np.ndarray:
    """How far the published verdict, fragile or not, can be relied on.

    Parameters
    ----------
    probability_pct : of being fragile, percent.
    fragile : verdict of the edition.

    Returns
    -------
    `robuste` when nine draws in ten agree with the verdict, `probable` when half of them do,
    `incertain` below; draws are counted to the nearest percent.

    Examples
    --------
    >>> confidence(np.array([95.0, 60, 30, 3]), np.array([True, True, True, False])).tolist()
    ['robuste', 'probable', 'incertain', 'robuste']
    """
    # To the percent that is written: « robuste » does not stand beside « 89 % », nor « probable »
    # beside « 90 % ».
    agrees = np.round(np.where(fragile, probability_pct, 100 - probability_pct))
    words = np.array(["incertain", "probable", "robuste"], dtype=object)
    return words[(agrees >= PROBABLE_PCT).astype(int) + (agrees >= ROBUST_PCT)]
