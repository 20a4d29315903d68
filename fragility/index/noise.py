"""How far each figure may be from the truth, and the law its error is drawn from.

A modelled rate errs as the model did on places it never saw, a census rate as any count of few
people does. What comes from a register (premises, sites, published incomes) is taken as exact, and
so is a distance to a 4G site: nothing published tells its error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fragility.index.census_noise import CENSUS, census_law
from fragility.index.model_error import MODELLED, ModelError

Floats = NDArray[np.float64]

# Error of the inhabitants of an IRIS that the census does not publish, in share of them: measured
# on the 2,662 IRIS of Grand Paris with 200 inhabitants or more where both are known.
POPULATION_SPREAD = 0.10
# Below, the gap between an IRIS and its commune is that of few people rather than of a district.
KNOWN_IRIS_PEOPLE = 200
MIN_KNOWN_IRIS = 30


@dataclass(frozen=True)
class Level:
    """One indicator on the communes or on the IRIS of an edition, arrays of one length.

    Attributes
    ----------
    value : the published figure, missing allowed.
    origin : `observe`, `commune`, `iris`, `impute` or `absent`.
    people : inhabitants.
    """

    value: Floats
    origin: NDArray[np.str_]
    people: Floats


@dataclass(frozen=True)
class Map:
    """Where the communes and IRIS of an edition are.

    Attributes
    ----------
    parent : position of the commune of each IRIS, shape (i,).
    whole : IRIS that are a whole commune, shape (i,).
    epci, department : code of each commune, shape (c,).
    """

    parent: NDArray[np.int64]
    whole: NDArray[np.bool_]
    epci: NDArray[np.str_]
    department: NDArray[np.str_]


@dataclass(frozen=True)
class Noise:
    """Random part of one indicator: value = centre + spread * error, drawn once for each source.

    A source is a commune, in their order, or an IRIS that has a figure of its own.

    Attributes
    ----------
    centre, spread : of each source, in the unit of the indicator, shape (s,); spread 0 is exact.
    law : standardised errors to draw from, sorted; None for the normal law.
    shared : part of the variance that the communes of a département have in common.
    source : source of each IRIS, shape (i,); -1 where it has no value.
    inside : standard deviation of what an IRIS that inherits adds to its commune, shape (i,).
    """

    centre: Floats
    spread: Floats
    law: Floats | None
    shared: float
    source: NDArray[np.int64]
    inside: Floats

    @property
    def is_silent(self) -> bool:
        """Whether nothing is random."""
        return not (self.spread.any() or self.inside.any())


def build_noise(
    key: str,
    towns: Level,
    units: Level,
    where: Map,
    error: ModelError | None,
    *,
    counts: bool = True,
    inherited: bool = True,
) -> Noise:
    """Describe the error of one indicator, commune by commune and IRIS by IRIS.

    Parameters
    ----------
    key : the indicator. One that is neither modelled nor in `CENSUS` is exact, but for the IRIS
        that inherit.
    towns, units : its figures on communes and IRIS.
    where : the edition's territory.
    error : the poverty model's, for `MODELLED`; None leaves it out.
    counts, inherited : whether census rates, and IRIS that inherit, have an error.

    Returns
    -------
    The law of its errors. An IRIS that inherits has its commune's error, and one of its own, learnt
    from communes whose IRIS are known; 0 where too few are.
    """
    above = towns.value[where.parent]
    handed = where.whole | (units.origin == "commune") | (units.origin == "impute")
    inherits = handed & (units.value == above)
    own = ~np.isnan(units.value) & ~inherits
    source = np.where(inherits, where.parent, -1)
    source[own] = len(towns.value) + np.arange(own.sum())
    centre = np.r_[towns.value, units.value[own]]
    people = np.r_[towns.people, units.people[own]]
    origin = np.r_[towns.origin, units.origin[own]]
    spread, law, shared = np.zeros(len(centre)), None, 0.0
    if key == MODELLED and error is not None:
        spread[: len(towns.value)] = np.where(towns.origin == "impute", error.spread, 0)
        law, shared = error.law, error.shared
    elif key in CENSUS and counts:
        commune = np.r_[np.arange(len(towns.value)), where.parent[own]]
        rows = np.r_[np.zeros(len(towns.value), dtype=bool), np.ones(own.sum(), dtype=bool)]
        centre, spread = census_law(
            CENSUS[key],
            centre,
            people,
            origin,
            rows,
            commune,
            towns.value,
            towns.people,
            where.epci,
        )  # fmt: skip
    known = own & (units.people >= KNOWN_IRIS_PEOPLE)
    coefficient = inside_coefficient(units.value, above, known) if inherited else 0.0
    rate = np.clip(np.nan_to_num(above), 0, 100)
    inside = np.where(inherits & ~where.whole, np.sqrt(coefficient * rate * (100 - rate)), 0)
    return Noise(np.nan_to_num(centre), np.nan_to_num(spread), law, shared, source, inside)


def inside_coefficient(value: Floats, above: Floats, known: NDArray[np.bool_]) -> float:
    """How much the IRIS of a commune differ, in share of p (100 - p); 0 when too few are known.

    Examples
    --------
    >>> halves = np.array([10.0, 30.0] * 15)
    >>> inside_coefficient(halves, np.full(30, 20.0), np.ones(30, dtype=bool)) == 100 / 1600
    True
    """
    known = known & ~np.isnan(value) & ~np.isnan(above) & (above > 0) & (above < 100)
    if known.sum() < MIN_KNOWN_IRIS:
        return 0.0
    gap, rate = (value - above)[known], above[known]
    return float((gap**2).sum() / (rate * (100 - rate)).sum())
