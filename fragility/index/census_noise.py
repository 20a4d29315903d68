"""Noise of what the census counts on few people, or on a sample of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.territory.census_communes import group_mean

Floats = NDArray[np.float64]

# Five yearly surveys of 8 % of the dwellings describe a commune of 10,000 or more, the others are
# counted in full; of these, the complementary variables (« C ») rest on a dwelling in four (INED,
# « Les exploitations : principale ou complémentaire »).
LARGE_COMMUNE = 10_000
SAMPLED_SHARE = 0.4
COMPLEMENTARY_SHARE = 0.25
# Communes smaller than this tell little of how those of an EPCI differ.
LEARNT_FROM = 200
MIN_STRENGTH, MAX_STRENGTH = 20.0, 2000.0


@dataclass(frozen=True)
class CensusShare:
    """A share that the census counts.

    Attributes
    ----------
    base : people (or households) that the share is of, per inhabitant.
    complementary : whether it is of the complementary exploitation.
    estimated : standard deviation that an `impute` cell adds by level, in points; None where such
        a cell is the mean of its EPCI.
    """

    base: float
    complementary: bool = False
    estimated: Mapping[str, float] | None = None


# One line makes the noise of an indicator. The estimates of 65+ miss by 0.4 and 1.4 points in mean
# (docs/method.md), that is 1.25 times as much in standard deviation.
CENSUS: dict[str, CensusShare] = {
    "plus_65": CensusShare(1.0, estimated={"commune": 0.5, "iris": 1.75}),
    "peu_diplomes": CensusShare(0.74),
    "chomage": CensusShare(0.46),
    "personnes_seules": CensusShare(0.44, complementary=True),
    "familles_mono": CensusShare(0.44, complementary=True),
    "sans_voiture": CensusShare(0.44),
    "etrangers": CensusShare(1.0),
    "jeunes": CensusShare(0.82),
    "plus_65_15p": CensusShare(0.82),
    "ouvriers": CensusShare(0.82, complementary=True),
    # 0.05 on the logit scale at 17 %, and what the parts of a town differ by (skills.estimate).
    "difficulte": CensusShare(0.82, estimated={"commune": 0.7, "iris": 2.4}),
    "plus_75_50p": CensusShare(0.40),
    "peu_diplomes_50_plus": CensusShare(0.40),
    "neet_16_25": CensusShare(0.11),
    "peu_diplomes_15_25": CensusShare(0.05),
}


def census_law(
    share: CensusShare,
    value: Floats,
    people: Floats,
    origin: NDArray[np.str_],
    is_iris: NDArray[np.bool_],
    commune: NDArray[np.int64],
    town_value: Floats,
    town_people: Floats,
    epci: NDArray[np.str_],
) -> tuple[Floats, Floats]:
    """Centre and standard deviation of census rates, in percent.

    The rate of few people is drawn towards that of their EPCI, as if so many more lived there: the
    posterior of a beta law, whose strength is learnt from how communes of one EPCI differ.

    Parameters
    ----------
    value, people, origin, is_iris : of each source.
    commune : position of its commune, whose rate, inhabitants and EPCI follow.
    """
    around = group_mean(pd.Series(town_value), pd.Series(town_people), pd.Series(epci)).to_numpy(
        float
    )
    large = town_people >= LARGE_COMMUNE
    complete = COMPLEMENTARY_SHARE if share.complementary else 1.0
    counted = share.base * np.where(large, SAMPLED_SHARE, complete)
    strength = prior_strength(town_value, town_people * counted, around, epci)
    prior = np.where(np.isnan(around[commune]), value, around[commune])
    number = np.nan_to_num(people) * counted[commune]
    estimated = origin == "impute"
    if share.estimated is None:
        # The mean of the EPCI stands for it: nobody was counted.
        number = np.where(estimated, 0, number)
        added = np.zeros(len(value))
    else:
        of_level = np.where(is_iris, share.estimated["iris"], share.estimated["commune"])
        added = np.where(estimated, of_level, 0)
    centre = (number * value + strength * prior) / (number + strength)
    rate = np.clip(centre, 0, 100)
    return centre, np.sqrt(rate * (100 - rate) / (number + strength + 1) + added**2)


def prior_strength(value: Floats, counted: Floats, around: Floats, epci: NDArray[np.str_]) -> float:
    """People that the EPCI is worth in the rate of a commune (method of moments).

    Parameters
    ----------
    value, counted : rate in percent and people it rests on, by commune.
    around : mean of its EPCI.

    Returns
    -------
    The strength of the beta law whose variance is what remains of the gaps to the EPCI's mean when
    the noise of counts is taken away, between 20 and 2,000.
    """
    kept = ~np.isnan(value) & ~np.isnan(around) & (np.nan_to_num(counted) >= LEARNT_FROM)
    if not kept.any():
        return MAX_STRENGTH
    size = pd.Series(epci[kept]).map(pd.Series(epci[kept]).value_counts()).to_numpy(float)
    several = size > 1
    if not several.any():
        return MAX_STRENGTH
    gap = (value - around)[kept][several] ** 2 * (size / np.maximum(size - 1, 1))[several]
    rate = np.clip(around[kept][several], 0, 100)
    product = rate * (100 - rate)
    remains = np.mean(gap - product / counted[kept][several])
    if remains <= 0:
        return MAX_STRENGTH
    return float(np.clip(product.mean() / remains - 1, MIN_STRENGTH, MAX_STRENGTH))
