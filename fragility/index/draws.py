"""The random part of the draws: weights, normalisation, and errors spread evenly over their law.

A thousand independent draws would leave the bounds of a rank to chance: half a percent of the
communes from one seed to another. Here the weights follow a low-discrepancy sequence (Sobol,
scrambled), and each territory meets each thousandth of the law of its error exactly once, in an
order of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri
from scipy.stats import qmc

from fragility.index.noise import Noise

# Dirichlet concentration: of five equal weights of 0.20, each is between 0.09 and 0.34 nine times
# in ten.
CONCENTRATION = 25.0


_PARTS = 1 << 12  # equal parts of a law, by their middle


class Sequence:
    """Points spread evenly in as many dimensions as the draws need, one point per draw.

    Parameters
    ----------
    draws : number of points; a power of two spreads best.
    dimensions : number of dimensions at most.
    rng : scrambles them.
    """

    def __init__(self, draws: int, dimensions: int, rng: np.random.Generator) -> None:
        power = int(np.ceil(np.log2(max(draws, 2))))
        self._points = qmc.Sobol(dimensions, rng=rng).random_base2(power)[:draws]
        self._used = 0

    def take(self, count: int = 1) -> NDArray[np.float64]:
        """Next dimensions, numbers between 0 and 1, shape (draws, count)."""
        self._used += count
        return np.asarray(self._points[:, self._used - count : self._used])


@dataclass(frozen=True)
class Plan:
    """Choices that a draw makes for everyone.

    Attributes
    ----------
    weights : of the indicators, rows sum to 1, shape (d, k).
    method : position of the normalisation, shape (d,).
    """

    weights: NDArray[np.float64]
    method: NDArray[np.int64]


def make_plan(
    weights: Iterable[float], methods: int, even: Sequence, *, vary_weights: bool = True
) -> Plan:
    """Spread the choices evenly.

    Parameters
    ----------
    weights : of the profile, the centre of the Dirichlet law.
    methods : number of normalisations, each as likely as the others.
    """
    own = np.array(list(weights), dtype=float)
    own /= own.sum()
    method = (even.take()[:, 0] * methods).astype(np.int64)
    drawn = np.tile(own, (len(method), 1))
    if vary_weights:
        # A stick is broken: what each takes of what the ones before have left.
        left = np.ones(len(method))
        remains = CONCENTRATION * np.append(own[::-1].cumsum()[::-1], 0)
        for k, share in enumerate(own[:-1]):
            place = even.take()[:, 0].clip(1e-9, 1 - 1e-9)
            if share > 0 and remains[k + 1] > 1e-9:
                drawn[:, k] = left * betaincinv(CONCENTRATION * share, remains[k + 1], place)
                left = left - drawn[:, k]
            elif share > 0:
                drawn[:, k], left = left, np.zeros(len(left))
        drawn[:, -1] = left if own[-1] > 0 else 0
    return Plan(drawn, method)


def even_law(law: NDArray[np.float64] | None, parts: int = _PARTS) -> NDArray[np.float32]:
    """One error in the middle of each of some equal parts of a law, sorted; normal without a law.

    Examples
    --------
    >>> even_law(None, 3).round(2).tolist()
    [-0.9700000286102295, 0.0, 0.9700000286102295]
    """
    middle = (np.arange(parts) + 0.5) / parts
    values = ndtri(middle) if law is None else np.quantile(law, middle)
    return np.asarray(values, dtype=np.float32)


class Errors:
    """Standardised errors of many lines, spread evenly over their law for each of them.

    Parameters
    ----------
    law : see `even_law`.
    source : what each line takes its error from; lines of one source have the same, shape (n,).
    apart : lines from this one on are averaged together, and must differ in all respects.
    even : dimensions to take one from.

    Notes
    -----
    The lines follow one dimension of the sequence, each source from a start of its own drawn at
    random (Cranley and Patterson's rotation): each meets its law evenly, jointly with the weights
    and its other errors. The gap between two places never changes, which matters only to a mean of
    them: those that are apart go through the law in a random order instead, once each.
    """

    def __init__(
        self,
        law: NDArray[np.float64] | None,
        source: NDArray[np.int64],
        apart: int,
        even: Sequence,
        rng: np.random.Generator,
    ) -> None:
        place = even.take()[:, 0]
        self._draws = len(place)
        self._apart = apart
        self._turned = np.tile(even_law(law), 2)
        self._first = (place * _PARTS).astype(np.int64)
        self._mixed = np.tile(rng.permutation(even_law(law, self._draws)), 2)
        size = int(source.max(initial=-1)) + 1
        self._start = rng.integers(0, _PARTS, size).take(source[:apart])
        self._other = rng.integers(0, self._draws, size).take(source[apart:])
        self._found = np.empty(len(source), dtype=np.float32)

    def at(self, draw: int) -> NDArray[np.float32]:
        """Errors of one draw, one per line, overwritten by the next draw."""
        first, middle = int(self._first[draw]), self._apart
        turned = self._turned[first : first + _PARTS]
        turned.take(self._start, out=self._found[:middle], mode="clip")
        mixed = self._mixed[draw : draw + self._draws]
        mixed.take(self._other, out=self._found[middle:], mode="clip")
        return self._found


class Drawn:
    """Values of one indicator on the lines to score, draw after draw.

    Parameters
    ----------
    noise : the law of the errors.
    source, inside : source and own deviation of each line; a line without a value has none.
    apart : see `Errors`.
    group : number of the département of each line.
    steps : steps in a unit of the indicator.
    """

    def __init__(
        self,
        noise: Noise,
        source: NDArray[np.int64],
        inside: NDArray[np.float64],
        apart: int,
        group: NDArray[np.int64],
        even: Sequence,
        rng: np.random.Generator,
        steps: float = 1.0,
    ) -> None:
        there = np.maximum(source, 0)
        spread = np.where(source < 0, 0, noise.spread[there])
        alone = np.sqrt(1 - noise.shared)
        deviation = 1.0 if noise.law is None else float(np.std(noise.law))
        self._centre = (noise.centre[there] * steps + 0.5).astype(np.float32)
        self._spread = (spread * alone * steps).astype(np.float32)
        self._errors = Errors(noise.law, there, apart, even, rng)
        self._common = (spread * np.sqrt(noise.shared) * deviation * steps).astype(np.float32)
        self._shared = Errors(None, group, len(group), even, rng) if self._common.any() else None
        self._first = int(np.flatnonzero(inside)[0]) if inside.any() else len(inside)
        self._inside = (inside[self._first :] * steps).astype(np.float32)
        self._own = Errors(None, np.arange(len(self._inside)), 0, even, rng)
        self.exact = (spread == 0) & (inside == 0)

    def at(self, draw: int) -> NDArray[np.float32]:
        """One possible value of each line, in steps and a half; overwritten by the next draw."""
        values = self._errors.at(draw)
        values *= self._spread
        values += self._centre
        if self._shared is not None:
            values += self._common * self._shared.at(draw)
        if len(self._inside):
            values[self._first :] += self._inside * self._own.at(draw)
        return values
