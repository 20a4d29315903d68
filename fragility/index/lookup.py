"""Points of any value read from a table: what makes a thousand draws of a whole country quick.

The points of a value are those of `composite.normalise` on the goalposts of the edition. They are
computed once for each hundredth of a percent, then looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.composite import FRANCE, normalise, set_goalposts
from fragility.index.profile_model import Normalisation, Profile

# A normalisation by value puts everyone between the 5th and 95th percentiles: one extreme place
# must not flatten the others.
TRIMMED = 0.05
OTHERS: tuple[Normalisation, ...] = ("percentiles", "min_max")
_STEPS = 10_000
_MOST = 1_000_000  # entries of a table, all territories of the profile's base together
_FEWEST_STEPS = 400
TOP = 100.0  # what is drawn is a percentage


@dataclass(frozen=True)
class Lookup:
    """Points of one indicator under each normalisation.

    Attributes
    ----------
    exact : points of the published values, 0 where missing, shape (m, n).
    tables : points by territory then by step from 0 to 100 %, shape (m, t * (steps + 1)).
    start : where the table of each line's territory begins, shape (n,).
    steps : steps between 0 and 100 %.
    """

    exact: NDArray[np.float32]
    tables: NDArray[np.float32]
    start: NDArray[np.intp]
    steps: int

    def read(self, method: int, place: NDArray[np.float32], out: NDArray[np.float32]) -> None:
        """Write the points of drawn values, one per line.

        Parameters
        ----------
        place : values in steps from 0, to be truncated: the nearest is had by adding a half.
        out : where to write, shape (n,).
        """
        if len(self.tables[method]) > self.steps + 1:
            at = np.clip(place, 0, self.steps).astype(np.intp) + self.start
        else:
            at = place.astype(np.intp)
        self.tables[method].take(at, mode="clip", out=out)


def variants(profile: Profile, *, other: bool = True) -> list[Profile]:
    """The profile, then the same under the other normalisations.

    Examples
    --------
    >>> from fragility.index.profiles import load_profile
    >>> [p.normalisation for p in variants(load_profile("ifn-2023"))]
    ['deciles', 'percentiles', 'min_max']
    """
    names = [n for n in OTHERS if n != profile.normalisation] if other else []
    return [profile, *(replace(profile, normalisation=name) for name in names)]


@dataclass(frozen=True)
class Rows:
    """Values of some territories.

    Attributes
    ----------
    values : one column per indicator.
    population : inhabitants, same index.
    place : reference territory of each row; None when it is France.
    """

    values: pd.DataFrame
    population: pd.Series
    place: pd.Series | None


def build_lookups(
    lines: pd.DataFrame,
    place: pd.Series | None,
    levels: Mapping[str, Rows],
    choices: Sequence[Profile],
) -> tuple[dict[str, Lookup], NDArray[np.bool_]]:
    """Points of every indicator under each normalisation.

    Parameters
    ----------
    lines : values of the territories to score, one column per indicator; any index.
    place : reference territory of each line; None when it is France.
    levels : the edition's `iris` and `commune`, which fix the goalposts.
    choices : see `variants`; the first is the profile itself.

    Returns
    -------
    A lookup by indicator, and which values count, shape (k, n).
    """
    profile = choices[0]
    codes = pd.Index([FRANCE]) if place is None else pd.Index(place.dropna().unique())
    steps = int(np.clip(_MOST // len(codes), _FEWEST_STEPS, _STEPS))
    grid = pd.DataFrame(
        dict.fromkeys(profile.ids, np.tile(np.linspace(0, TOP, steps + 1), len(codes)))
    )
    where = None if place is None else pd.Series(np.repeat(codes.to_numpy(), steps + 1))
    found, read = [], []
    for choice in choices:
        # As `scores.compute_profile` does.
        by_commune = choice.universe == "commune" or choice.normalisation == "base_100"
        rows = levels["commune" if by_commune else "iris"]
        values = rows.values
        if choice is not profile and choice.normalisation == "min_max":
            values = trim(values)
        posts = set_goalposts(values, choice, rows.place, rows.population)
        found.append(normalise(lines, posts, choice, place).to_numpy(float))
        read.append(normalise(grid, posts, choice, where).to_numpy(float))
    counts = ~np.isnan(found[0])
    first = np.zeros(len(lines), dtype=np.intp)
    if place is not None:
        first = np.maximum(codes.get_indexer(pd.Index(place)), 0) * (steps + 1)
    return {
        key: Lookup(
            exact=np.nan_to_num(np.stack([f[:, k] for f in found])).astype(np.float32),
            tables=np.nan_to_num(np.stack([r[:, k] for r in read])).astype(np.float32),
            start=first,
            steps=steps,
        )
        for k, key in enumerate(profile.ids)
    }, counts.T


def trim(values: pd.DataFrame) -> pd.DataFrame:
    """Bring each indicator between its 5th and 95th percentiles, where they differ."""
    low, high = values.quantile(TRIMMED), values.quantile(1 - TRIMMED)
    flat = low >= high
    return values.clip(low.where(~flat, -np.inf), high.where(~flat, np.inf), axis=1)
