"""Places that resemble a place: nearest by their indicators, among those of about its size.

Holds the distance and the search; the words for a distance are in `export/explanation.py`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

# Lowest population of each band: a village is compared with villages, Paris with large cities.
BANDS = (0, 200, 500, 2_000, 10_000, 50_000, 200_000)
NEIGHBOURS = 5
# Loading scikit-learn takes half a second; comparing a few places with all the others, a hundredth.
_FEW = 64
# Places asked beyond those wanted, so that ties are settled by the code and not by chance.
_SPARE = 16
_DECIMALS = 9
_COLUMNS = ["code", "rang", "semblable", "distance", "bandes_voisines"]


def population_band(population: pd.Series) -> NDArray[np.int64]:
    """Rank of each place's band in `BANDS`; a missing population is in the first."""
    return np.searchsorted(BANDS, population.fillna(0).to_numpy(float), side="right") - 1


def standardise(values: pd.DataFrame) -> Floats:
    """Values in standard deviations from the mean, shape (n, k); missing stays missing.

    Every place counts for one. An indicator that is the same everywhere is 0.
    """
    raw = values.to_numpy(float)
    known = ~np.isnan(raw)
    n = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, raw, 0).sum(axis=0) / n
    spread = np.sqrt((np.where(known, raw - mean, 0) ** 2).sum(axis=0) / n)
    return np.asarray((raw - mean) / np.where(spread > 0, spread, 1))


def similar_places(
    values: pd.DataFrame,
    population: pd.Series,
    codes: pd.Index | None = None,
    *,
    k: int = NEIGHBOURS,
) -> pd.DataFrame:
    """Find the places most like each place asked.

    Parameters
    ----------
    values : one column per indicator, one row per place that has a score (index: code).
    population : inhabitants, same index.
    codes : places asked, all of them by default.
    k : neighbours wanted.

    Returns
    -------
    Columns `code`, `rang` (1 = most alike), `semblable`, `distance` and `bandes_voisines`. The
    distance is the root mean square of the gaps between standardised indicators, over those that
    the place asked has: a neighbour has them too. Places of the same band of population come
    alone, unless there are fewer than `k`: then the bands beside it are taken in, and
    `bandes_voisines` says how many on each side. Fewer than `k` only when the territory is smaller.

    Examples
    --------
    >>> shares = pd.DataFrame({"a": [0.0, 1, 2, 9]}, index=["p", "q", "r", "s"])
    >>> people = pd.Series([50.0, 60, 70, 80], index=shares.index)
    >>> similar_places(shares, people, pd.Index(["p"]), k=2)["semblable"].tolist()
    ['q', 'r']
    """
    values = values.sort_index()
    place = standardise(values)
    known = ~np.isnan(place)
    band = population_band(population.reindex(values.index))
    asked = values.index if codes is None else values.index.intersection(codes)
    rows = values.index.get_indexer(asked)
    # Places of one band that know the same indicators have the same candidates.
    kinds, which = np.unique(
        np.column_stack([known[rows], band[rows]]), axis=0, return_inverse=True
    )
    found = []
    for kind, (*has, own_band) in enumerate(kinds.tolist()):
        use = np.flatnonzero(has)
        if not len(use):
            continue
        usable = np.asarray(known[:, use].all(axis=1))
        apart, pool = _pool(usable, band, own_band, k)
        some = rows[which.ravel() == kind]
        near, distance = _closest(place[:, use], pool, some, k)
        found.append(
            pd.DataFrame(
                {
                    "code": np.repeat(values.index.to_numpy()[some], near.shape[1]),
                    "rang": np.tile(np.arange(1, near.shape[1] + 1), len(some)),
                    "semblable": values.index.to_numpy()[near.ravel()],
                    "distance": distance.ravel() / np.sqrt(len(use)),
                    "bandes_voisines": apart,
                }
            )
        )
    if not found:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(found).sort_values(["code", "rang"], ignore_index=True)


def _pool(
    usable: NDArray[np.bool_], band: NDArray[np.int64], own: int, k: int
) -> tuple[int, Places]:
    """Candidates of a band, the bands beside it taken in until there are k besides oneself."""
    for apart in range(len(BANDS)):
        pool = np.flatnonzero(usable & (np.abs(band - own) <= apart))
        if len(pool) > k:
            break
    return apart, pool


def _closest(place: Floats, pool: Places, rows: Places, k: int) -> tuple[Places, Floats]:
    """The k nearest of a pool for each row, itself left out: positions and distances, (n, k)."""
    wanted = min(k, len(pool) - 1)
    if len(rows) <= _FEW or len(pool) <= _FEW:
        return _by_comparison(place, pool, rows, wanted)
    from sklearn.neighbors import NearestNeighbors

    tree = NearestNeighbors(n_neighbors=min(k + 1 + _SPARE, len(pool))).fit(place[pool])
    reached, at = tree.kneighbors(place[rows])
    near, distance = _nearest(pool[at], reached, rows, wanted)
    # Where even the last place asked is as near as the last one kept, others may be too.
    tied = np.flatnonzero(
        np.round(reached[:, -1], _DECIMALS) <= np.round(distance[:, -1], _DECIMALS)
    )
    if len(tied) and tree.n_neighbors < len(pool):
        for part in np.array_split(tied, len(tied) // _FEW + 1):
            near[part], distance[part] = _by_comparison(place, pool, rows[part], wanted)
    return near, distance


def _by_comparison(place: Floats, pool: Places, rows: Places, k: int) -> tuple[Places, Floats]:
    """Compare each row with the whole pool."""
    gaps = place[rows][:, None, :] - place[pool][None, :, :]
    distance = np.sqrt((gaps**2).sum(axis=2))
    return _nearest(np.broadcast_to(pool, distance.shape), distance, rows, k)


def _nearest(near: Places, distance: Floats, rows: Places, k: int) -> tuple[Places, Floats]:
    """Order candidates by distance then code, and keep k besides the row itself."""
    far = np.where(near == rows[:, None], np.inf, np.round(distance, _DECIMALS))
    order = np.lexsort((near, far), axis=1)[:, :k]
    return (
        np.take_along_axis(near, order, axis=1),
        np.take_along_axis(distance, order, axis=1),
    )
