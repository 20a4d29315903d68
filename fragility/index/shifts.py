"""How far one ranking of communes is from another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fragility.index.choices import Floats, Vector, rounded
from fragility.index.ranks import rank_from_top

OUTCOMES = {
    "decalage_moyen": "Décalage moyen de rang des communes, en rangs",
    "decalage_fragiles": "Décalage moyen de rang des communes fragiles, en rangs",
    "remplacees_pct": "Part des communes fragiles remplacées par d'autres, en %",
}
Ranks = NDArray[np.int64]


class Reference:
    """The published ranking, to compare others with.

    Parameters
    ----------
    score : published scores, shape (n,), n > 0; ties share the middle of their ranks.
    fragile : communes called fragile; any other ranking calls as many so.
    """

    def __init__(self, score: Floats, fragile: NDArray[np.bool_]) -> None:
        self.ranks = rank_from_top(rounded(score.astype(np.float32)))
        self.fragile = fragile
        self.count = int(fragile.sum())

    def compare(self, score: Vector) -> tuple[float, float, float]:
        """Outcomes of another score, in the order of `OUTCOMES`."""
        ranks = rank_from_top(score)
        shift = np.abs(ranks - self.ranks)
        return (
            float(shift.mean()),
            float(shift[self.fragile].mean()) if self.count else 0.0,
            self._replaced_pct(ranks),
        )

    def replaced_pct(self, score: Vector) -> float:
        """Share of the fragile communes that are no longer among as many, in percent.

        Communes tied at the edge of the list share the places that are left there.
        """
        return self._replaced_pct(rank_from_top(score))

    def _replaced_pct(self, ranks: Ranks) -> float:
        if not 0 < self.count < len(ranks):
            return 0.0
        upto = np.bincount(ranks, minlength=len(ranks) + 1).cumsum()
        edge = int(np.searchsorted(upto, self.count))
        above = int(upto[edge - 1]) if edge else 0
        own = ranks[self.fragile]
        share = (self.count - above) / (upto[edge] - above)
        kept = (own < edge).sum() + (own == edge).sum() * share
        return float(100 * (1 - kept / self.count))

    def rise(self, score: Vector) -> Ranks:
        """Ranks that each commune gains towards the most fragile."""
        return np.asarray(self.ranks - rank_from_top(score))

    def correlation(self, score: Vector) -> float:
        """Rank correlation with the published ranking; missing when either is constant."""
        found = rank_from_top(score)
        if np.ptp(found) == 0 or np.ptp(self.ranks) == 0:
            return float("nan")
        return float(np.corrcoef(found, self.ranks)[0, 1])
