"""What chance does: neighbours drawn at random, and how rarely they are like the real ones.

With 999 draws, as is usual, a p-value moves by steps of 0.002, as large as the threshold itself:
the number of hot spots of France changes by 15 % with the seed. Here territories with as many
neighbours share their draws, sorted once, so that 99,999 of them cost a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS = 99_999
SEED = 20210101
# Sums of scores that are equal must not differ by floating-point noise.
_DECIMALS = 6


def draw_neighbours(
    n: int, k: int, permutations: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw `k` distinct ranks below `n`, in random order, `permutations` times over.

    Returns
    -------
    Array of shape (permutations, k); its first columns are a draw of fewer neighbours.
    """
    drawn = np.empty((permutations, k), dtype=np.int64)
    for rank in range(k):
        pick = rng.integers(n - rank, size=permutations)
        # The pick is a rank among those not taken yet.
        for taken in np.sort(drawn[:, :rank], axis=1).T:
            pick += pick >= taken
        drawn[:, rank] = pick
    return drawn


def conditional_p_values(
    values: NDArray[np.float64],
    sums: NDArray[np.float64],
    neighbours: NDArray[np.int64],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> NDArray[np.float64]:
    """How rarely neighbours drawn at random would be as high, or as low, as the real ones.

    Parameters
    ----------
    values : one number per territory, none missing.
    sums : sum of the values of its neighbours.
    neighbours : how many they are.

    Returns
    -------
    Two-sided pseudo p-values, conditional on the territory itself (it is never drawn as its own
    neighbour); missing for those without neighbours.
    """
    p = np.full(len(values), np.nan)
    if not neighbours.any():
        return p
    most = int(neighbours.max())
    rng = np.random.default_rng(seed)
    drawn = draw_neighbours(len(values), most, permutations, rng)
    totals = np.cumsum(values[drawn], axis=1).round(_DECIMALS)
    for k in np.unique(neighbours[neighbours > 0]):
        members = np.flatnonzero(neighbours == k)
        seen = sums[members].round(_DECIMALS)
        ordered = np.sort(totals[:, k - 1])
        above = permutations - np.searchsorted(ordered, seen, side="left")
        below = np.searchsorted(ordered, seen, side="right")
        # Draws that hold the territory itself are not draws of its neighbours.
        place = np.full(len(values), -1)
        place[members] = np.arange(len(members))
        own = place[drawn[:, :k]]
        draw, _ = np.nonzero(own >= 0)
        own = own[own >= 0]
        total = totals[draw, k - 1]
        size = len(members)
        above = above - np.bincount(own[total >= seen[own]], minlength=size)
        below = below - np.bincount(own[total <= seen[own]], minlength=size)
        draws = permutations - np.bincount(own, minlength=size)
        p[members] = np.minimum(1.0, 2 * (np.minimum(above, below) + 1) / (draws + 1))
    return p
