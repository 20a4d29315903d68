"""People far from digital services in every commune: rates of the survey, people of the census.

`difficulte_numerique_pct` is the share of inhabitants aged 15 or older in digital difficulty. Its
shape over the territory is that of non-use of the internet by age and diploma; its level is that
which INSEE measured for France (illectronisme). Nothing below EPCI can be checked with public data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import norm

from fragility.skills.model import AGES, CELLS, DIPLOMAS, shift_rates
from fragility.skills.raking import Margin, Matrix, rake

# Share of 15 or older in illectronisme, percent. INSEE, « Une personne sur six n'utilise pas
# Internet... » (Insee Première 1780, 2019) and « 15 % de la population est en situation
# d'illectronisme en 2021 » (Insee Première 1953).
# The two are not one series: the definition changed, and INSEE counts ordinary households.
ILLECTRONISME = MappingProxyType({2019: 16.5, 2021: 15.4})
# What a territory differs from its people by: standard deviation on the logit scale, learnt from
# the EPCI of Hauts-de-France that INSEE has published (`residual.check_residual`).
AREA_RESIDUAL = 0.05
# Overseas nobody is asked. In 2017 INSEE found some 30 % who never went online in Guadeloupe,
# Martinique and La Réunion, against 19 % in the metropole: 0.6 on the logit scale. That is more
# than age and diploma explain, so that the same law is off by as much, one way or the other.
OVERSEAS_RESIDUAL = 0.6
LEVEL = 0.90
REACH = float(norm.ppf(0.5 + LEVEL / 2))  # standard deviations on each side
SHARES = ("part_15_24", "part_25_64", "part_65_plus", "part_75_plus", "part_peu_diplomes")
"""Columns of the margins: ages among the 15 or older (75 or older may be missing), and those
without the baccalauréat among the adults who have left school, all between 0 and 1."""


def _band(low: int, high: int | None = None) -> NDArray[np.float32]:
    """Cells of the ages from `low`, below `high`."""
    age = np.repeat(np.array(AGES), len(DIPLOMAS))
    inside = (age >= low) & (age < (high or 999))
    return inside.astype(np.float32)


def margins_of(shares: pd.DataFrame) -> list[Margin]:
    """What raking must meet: ages, the oldest, and diplomas of those aged 25 or older.

    Parameters
    ----------
    shares : columns `SHARES`, one row per territory; a row with a missing share is not asked for
        the margin it belongs to.

    Notes
    -----
    The census gives diplomas of those who have left school; before 25 most have not, so that the
    share is asked of the cells from 25 on.
    """
    ages = shares[["part_15_24", "part_25_64", "part_65_plus"]].to_numpy(float)
    total = ages.sum(axis=1, keepdims=True)
    ages = ages / np.where(total > 0, total, np.nan)
    oldest = (shares["part_75_plus"] / shares["part_65_plus"]).to_numpy(float).clip(0, 1)
    low = shares["part_peu_diplomes"].to_numpy(float)
    adult = _band(25)
    without = np.tile([1, 1, 0, 0], len(AGES)).astype(np.float32)
    return [
        Margin(np.stack([_band(65, 75), _band(75)]), np.column_stack([1 - oldest, oldest])),
        Margin(np.stack([_band(15, 25), _band(25, 65), _band(65)]), ages),
        Margin(np.stack([adult * without, adult * (1 - without)]), np.column_stack([low, 1 - low])),
    ]


@dataclass(frozen=True)
class Estimate:
    """Digital difficulty of territories of one level.

    Attributes
    ----------
    rate : share of the 15 or older, percent.
    low, high : bounds of the 90 % interval, percent.
    people : number of people in difficulty.
    """

    rate: pd.Series
    low: pd.Series
    high: pd.Series
    people: pd.Series


@dataclass(frozen=True)
class Model:
    """Everything the estimates of all levels share.

    Attributes
    ----------
    rates : rate of each cell on the level of the benchmark, shape (32,).
    replicates : the same for each bootstrap replicate, shape (r, 32).
    """

    rates: NDArray[np.float64]
    replicates: NDArray[np.float64]


def benchmark(
    rates: NDArray[np.float64], nation: NDArray[np.float64], wanted: float
) -> NDArray[np.float64]:
    """Move rates on the logit scale until the nation's is the published one.

    Parameters
    ----------
    rates : shape (32,).
    nation : share of each cell among the nation's 15 or older, shape (32,).
    wanted : percent.
    """

    def gap(by: float) -> float:
        return float(nation @ shift_rates(rates, by)) - wanted / 100

    return shift_rates(rates, brentq(gap, -6, 6, xtol=1e-10))


def set_level(
    rates: NDArray[np.float64],
    replicates: NDArray[np.float64],
    cells: Matrix,
    people: NDArray[np.float64],
    wanted: float,
) -> Model:
    """Bring rates, and each of their replicates, to the national level.

    Parameters
    ----------
    cells, people : cells and 15 or older of the communes, shapes (n, 32) and (n,).
    wanted : national rate, percent.
    """
    nation = (people @ cells.astype(float)) / people.sum()
    levelled = np.array([benchmark(row, nation, wanted) for row in replicates])
    return Model(benchmark(rates, nation, wanted), levelled)


def estimate(
    model: Model,
    cells: Matrix,
    people: NDArray[np.float64],
    index: pd.Index,
    *,
    residual: float | NDArray[np.float64] = AREA_RESIDUAL,
) -> Estimate:
    """Rate, interval and head-count of every territory.

    Parameters
    ----------
    cells : share of each cell in each territory, shape (n, 32).
    people : inhabitants aged 15 or older, shape (n,); one with nobody gets nothing.
    residual : standard deviation between territories alike, on the logit scale; a number, or one
        per territory.

    Notes
    -----
    Three errors, on the logit scale: respondents drawn (bootstrap), what a territory has of its
    own, and chance, which counts as much as a place is small: of n people with a rate p, the
    number in difficulty varies as a binomial.
    """
    rate = (cells @ model.rates.astype(np.float32)).astype(float)
    drawn = cells @ model.replicates.T.astype(np.float32)
    return _with_interval(rate, _spread(drawn), people, index, residual)


def sum_up(
    model: Model,
    cells: Matrix,
    people: NDArray[np.float64],
    group: pd.Series,
    *,
    residual: float | NDArray[np.float64] = AREA_RESIDUAL,
) -> Estimate:
    """Estimate groups of territories: sums of people, whose rate follows.

    Parameters
    ----------
    group : group of each territory, on the order of `cells`; missing for none.
    residual : see `estimate`; shared by the territories of a group, hence not averaged out: theirs
        is the mean. Missing for no interval.
    """
    code, names = pd.factorize(group, sort=True)
    inside = code >= 0
    count = len(names)
    total = np.bincount(code[inside], people[inside], count).astype(float)
    share = people[inside, None] * cells[inside]
    mixed = np.zeros((count, CELLS))
    np.add.at(mixed, code[inside], share)
    mixed /= np.where(total > 0, total, np.nan)[:, None]
    rate = mixed @ model.rates
    each = np.broadcast_to(residual, people.shape)
    mean = np.bincount(code[inside], (people * each)[inside], count) / np.maximum(total, 1e-9)
    return _with_interval(rate, _spread(mixed @ model.replicates.T), total, pd.Index(names), mean)


def _spread(drawn: NDArray[np.floating]) -> NDArray[np.float64]:
    """Standard deviation of replicates on the logit scale."""
    return np.asarray(logit(drawn.clip(1e-6, 1 - 1e-6)).std(axis=1), dtype=float)


def _with_interval(
    rate: NDArray[np.float64],
    spread: NDArray[np.float64],
    people: NDArray[np.float64],
    index: pd.Index,
    residual: float | NDArray[np.float64],
) -> Estimate:
    inhabited = people > 0
    p = np.where(inhabited, rate, np.nan)
    width = REACH * np.sqrt(spread**2 + residual**2 + chance(p, people))
    centre = logit(p)
    found = {
        "rate": 100 * p,
        "low": 100 * expit(centre - width),
        "high": 100 * expit(centre + width),
        "people": p * people,
    }
    return Estimate(**{name: pd.Series(values, index=index) for name, values in found.items()})


def chance(p: NDArray[np.float64], people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance, on the logit scale, of a share counted on so many people.

    Examples
    --------
    >>> chance(np.array([0.2, 0.2]), np.array([100.0, 1.0])).round(4).tolist()
    [0.0625, 2.0]
    """
    return np.asarray(1 / np.maximum(people * p * (1 - p), 0.5))


def fit_cells(shares: pd.DataFrame, seed: NDArray[np.float64]) -> tuple[Matrix, float]:
    """Cells of every territory, raked to its margins; see `margins_of`."""
    return rake(seed, margins_of(shares))


def benchmark_year(census_year: int, years: Mapping[int, float] = ILLECTRONISME) -> int:
    """Year of INSEE's measure that is nearest to the census, the earlier one if two are.

    Examples
    --------
    >>> benchmark_year(2018), benchmark_year(2021)
    (2019, 2021)
    """
    return min(sorted(years), key=lambda year: abs(year - census_year))
