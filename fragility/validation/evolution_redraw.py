"""Points of both editions drawn again, and the change of score that they make."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.composite import FRANCE, effective_weights, normalise, read_points
from fragility.index.profile_model import POINTS, Profile
from fragility.validation.evolution_errors import (
    GRID_SIDE,
    GRID_STEPS,
    both_errors,
    correlation_of,
)
from fragility.validation.evolution_sides import Side
from fragility.validation.evolution_units import Units

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Scorer:
    """Change of the score from points, with the profile's weights or others."""

    def __init__(self, points: pd.DataFrame, profile: Profile) -> None:
        self._own = effective_weights(points, profile)
        self._usual = np.array(profile.weights)
        self._geometric = profile.aggregation == "geometric"
        self._slope = 1.0
        if profile.score_range:
            low, high = POINTS[profile.normalisation]
            self._slope = (profile.score_range[1] - profile.score_range[0]) / (high - low)

    def change(self, old: Floats, new: Floats, weights: Floats | None) -> Floats:
        own = self._own
        if weights is not None:
            own = own * (weights / self._usual)
            total = own.sum(axis=1, keepdims=True)
            own = own / np.where(total > 0, total, 1)
        old, new = np.nan_to_num(old), np.nan_to_num(new)
        if self._geometric:
            one, two = (np.exp((np.log(np.maximum(p, 1e-3)) * own).sum(axis=1)) for p in (old, new))
            return np.asarray((two - one) * self._slope)
        return np.asarray(((new - old) * own).sum(axis=1) * self._slope)


class Redraw:
    """One indicator's points, drawn again on both sides together."""

    def __init__(
        self,
        key: str,
        column: int,
        before: Side,
        after: Side,
        units: Units,
        profile: Profile,
        goalposts: pd.DataFrame,
        link: float,
        base: list[Floats],
    ) -> None:
        self.key, self._column = key, column
        self._profile, self._goalposts = profile, goalposts
        years = units.years_before[key].to_numpy(), units.years_after[key].to_numpy()
        values = units.values_before[key].to_numpy(), units.values_after[key].to_numpy()
        known = ~np.isnan(values[0]) & ~np.isnan(values[1])
        same_year = years[0] == years[1]
        # Measured anew; the rest, of one year, is the same figure or a correction of it.
        self._units = units
        errors = both_errors(key, before, after, units)
        anew = known & ~same_year & (errors[0].any | errors[1].any)
        self.is_revised = np.zeros(len(units.towns), dtype=bool)
        revised = known & same_year & (values[0] != values[1])
        self.is_revised[units.town[revised]] = True
        self.touched = np.zeros(len(units.towns), dtype=bool)
        self.touched[units.town[known & (~same_year | revised)]] = True
        self._rows = np.flatnonzero(anew)
        self._values = [v[self._rows] for v in values]
        self._errors = errors
        self._link = correlation_of(key, link, years[0][self._rows], years[1][self._rows])
        people = units.people_before, units.people_after
        self._weights = [_weights(units, of_side, known) for of_side in people]
        self._posts = _posts(goalposts, key)
        self._base = [self._points(v) for v in self._values]
        self._gap = np.abs(np.nan_to_num(base[1][:, column] - base[0][:, column]))

    def draw(self, rng: np.random.Generator, old: Floats, new: Floats) -> None:
        """Add one draw of the errors to the points of the communes."""
        if len(self._rows):
            for target, points, base, weights in zip(
                (old, new), self._drawn(rng), self._base, self._weights, strict=True
            ):
                moved = (points - base) * weights[self._rows]
                at = self._units.town[self._rows]
                target[:, self._column] += np.bincount(at, moved, minlength=len(target))
        if self.is_revised.any():
            # Two figures of one year differ by a correction: as large an error as itself.
            error = rng.standard_normal(len(self._gap)) * self._gap
            new[:, self._column] += np.where(self.is_revised, error, 0)

    def _drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        size = len(self._units.towns) + len(self._units.town)
        first = rng.standard_normal(size, dtype=np.float32)
        second = rng.standard_normal(size, dtype=np.float32)
        inside = rng.standard_normal(len(self._rows), dtype=np.float32)
        rounding = rng.random((2, size), dtype=np.float32) * 2 - 1
        found = []
        for side, errors in enumerate(self._errors):
            source = errors.source[self._rows]
            error: Floats = first[source].astype(float)
            if side:
                error = self._link * error + np.sqrt(1 - self._link**2) * second[source]
            if errors.law is not None:
                error = errors.law[
                    ((error.clip(-GRID_SIDE, GRID_SIDE) + GRID_SIDE) * GRID_STEPS).astype(int)
                ]
            value = (
                self._values[side]
                + errors.spread[self._rows] * error
                + errors.half[self._rows] * rounding[side][source]
                + errors.inside[self._rows] * inside
            )
            found.append(self._points(value))
        return found[0], found[1]

    def _points(self, values: Floats) -> Floats:
        item = self._profile.indicators[self._column]
        if self._profile.base == FRANCE:
            return read_points(values, self._posts, item, self._profile)
        frame = pd.DataFrame(np.nan, index=range(len(values)), columns=self._profile.ids)
        frame[self.key] = values
        places = self._units.places
        assert places is not None, "a profile with a base has a place for each unit"
        where = places.iloc[self._rows].reset_index(drop=True)
        own = self._goalposts[self._goalposts["indicateur"] == self.key]
        return normalise(frame, own, self._profile, where)[self.key].to_numpy(float)


def _posts(goalposts: pd.DataFrame, key: str) -> tuple[Floats, Floats]:
    own = goalposts[goalposts["indicateur"] == key]
    return own["valeur"].to_numpy(float), own["points"].to_numpy(float)


def _weights(units: Units, people: pd.Series, known: Bools) -> Floats:
    """Part of each unit in the mean of its commune, as `composite.aggregate` weighs them."""
    count = len(units.towns)
    weight = np.nan_to_num(people.to_numpy(float)) * known
    total = np.bincount(units.town, weight, minlength=count)[units.town]
    number = np.bincount(units.town, known, minlength=count)[units.town]
    plain = known / np.where(number > 0, number, 1)
    return np.asarray(np.where(total > 0, weight / np.where(total > 0, total, 1), plain))
