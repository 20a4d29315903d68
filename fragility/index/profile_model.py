"""What an index is made of: indicators, their axes and pillars, and the rules that combine them.

Written as TOML by users (`profile_toml.py` says what is allowed), computed by `composite.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

Normalisation = Literal["deciles", "percentiles", "min_max", "base_100", "bands"]
Ties = Literal["mid", "upper"]
Base = Literal["france", "region", "departement", "epci"]
Rule = Literal["ratio", "coverage", "mirror", "mirror_floor"]
# Territories that places may be compared within, and how a title says it.
BASES: dict[str, Base] = {b: b for b in get_args(Base)}
BASE_WORDS: dict[Base, str] = {
    "france": "à la France",
    "region": "à la région",
    "departement": "au département",
    "epci": "à l'intercommunalité",
}
UNITS = ("pct", "euros", "pour_10000", "km", "minutes", "nombre")

RANKED = ("deciles", "percentiles", "bands")
# Lowest and highest points that a normalisation gives.
POINTS: dict[str, tuple[float, float]] = {
    "deciles": (1, 10),
    "percentiles": (1, 10),
    "min_max": (1, 10),
    "bands": (-3, 3),
    "base_100": (-math.inf, math.inf),
}


@dataclass(frozen=True)
class Pillar:
    """A part of the index that is read on its own."""

    id: str
    title: str


@dataclass(frozen=True)
class Axis:
    """A group of indicators; `pillar` is the one it belongs to, "" for none."""

    id: str
    title: str
    pillar: str = ""


@dataclass(frozen=True)
class ProfileIndicator:
    """One indicator of a profile.

    Attributes
    ----------
    direction : 1 if higher is worse, -1 if higher is better.
    weight : weight among the indicators of its group, see `Profile.weights_by`.
    axis : axis it belongs to, "" for none.
    rule : points in base 100 of a value x, the territory's being t: `ratio` 100 x/t, `coverage`
        100 (100 - x)/t with both in percent, `mirror` 100 (2 - x/t), `mirror_floor` the same and
        never below 0.
    inherit : whether an IRIS without its own value takes its commune's.
    label, definition, unit : words of an indicator that the project does not know.
    """

    id: str
    direction: int
    weight: float
    axis: str = ""
    rule: Rule = "ratio"
    inherit: bool = True
    label: str = ""
    definition: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Profile:
    """An index definition.

    Attributes
    ----------
    normalisation : `deciles` (1 to 10 by rank), `percentiles` (the same, continuous), `min_max`
        (the same, by value), `bands` (-3 to 3: the top and bottom tenths, five equal bands
        between), `base_100` (the value of the reference territory is 100).
    ties : "upper" gives tied territories the top of their range, "mid" its middle.
    base : territory that places are compared within.
    universe : what is ranked: `iris` (IRIS of divided communes and undivided communes) or
        `commune`.
    divided : a divided commune takes the population-weighted `mean` of its IRIS' points, or the
        points of its `own` value.
    aggregation : mean of the points, arithmetic or `geometric`.
    weights_by : groups of equal standing: each `indicator`, or each `axis` or `pillar` whatever
        the number of its indicators.
    missing : `ignore` leaves a missing indicator out of the mean, `zero` counts it as 0 points.
    min_subscores : known indicators below which no score is given.
    score_range : what the lowest and highest possible points become in the score.
    fragile_share_pct : share of communes at most called fragile.
    classes : `quintiles`, or five classes of `equal_width` between the extreme communes.
    """

    id: str
    title: str
    description: str
    normalisation: Normalisation
    ties: Ties
    aggregation: Literal["mean", "geometric"]
    min_subscores: int
    fragile_share_pct: float
    indicators: tuple[ProfileIndicator, ...]
    base: Base = "france"
    universe: Literal["iris", "commune"] = "iris"
    divided: Literal["mean", "own"] = "mean"
    weights_by: Literal["indicator", "axis", "pillar"] = "indicator"
    missing: Literal["ignore", "zero"] = "ignore"
    score_range: tuple[float, float] | None = None
    classes: Literal["quintiles", "equal_width"] = "quintiles"
    axes: tuple[Axis, ...] = ()
    pillars: tuple[Pillar, ...] = ()

    @property
    def ids(self) -> list[str]:
        """Indicators, in their order."""
        return [item.id for item in self.indicators]

    @cached_property
    def pillar_of(self) -> dict[str, str]:
        """Pillar of each indicator, "" for none."""
        axes = {axis.id: axis.pillar for axis in self.axes}
        return {item.id: axes.get(item.axis, "") for item in self.indicators}

    @cached_property
    def groups(self) -> list[list[int]]:
        """Positions of the indicators of each group of equal standing."""
        if self.weights_by == "indicator":
            return [list(range(len(self.indicators)))]
        key = {item.id: item.axis for item in self.indicators}
        named = self.pillar_of if self.weights_by == "pillar" else key
        found: dict[str, list[int]] = {}
        for position, item in enumerate(self.indicators):
            found.setdefault(named[item.id], []).append(position)
        return list(found.values())

    @property
    def weights(self) -> list[float]:
        """Share of each indicator in the score of a place that has them all."""
        shares = [0.0] * len(self.indicators)
        for group in self.groups:
            total = sum(self.indicators[i].weight for i in group)
            for i in group:
                shares[i] = self.indicators[i].weight / total / len(self.groups)
        return shares

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest possible score."""
        return self.score_range or POINTS[self.normalisation]
