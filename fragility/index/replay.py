"""The index computed again, draw after draw: all communes and IRIS in a few milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.draws import Drawn, Errors, Plan
from fragility.index.lookup import Lookup
from fragility.index.model_error import ModelError
from fragility.index.profile_model import Profile

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """Which indicators some territories have, and what it makes of the weights."""

    known: NDArray[np.bool_]
    profile: Profile

    @cached_property
    def short(self) -> NDArray[np.int64]:
        """Territories that lack an indicator that another has."""
        if self.profile.missing == "zero":
            return np.zeros(0, dtype=int)
        return np.flatnonzero(~self.known.all(axis=0))

    def combine(self, rows: Row, weights: NDArray[np.float64]) -> Row:
        """Mean of the points of each territory, a row per indicator.

        The weight of what is missing goes to the rest of its group.
        """
        if self.profile.aggregation == "geometric":
            rows = np.log(np.maximum(rows, np.float32(1e-3)))
        total = np.zeros(rows.shape[1], dtype=np.float32)
        part = np.empty_like(total)
        # Not a product of matrices, whose last digit depends on the number of threads.
        for row, weight in zip(rows, weights.astype(np.float32), strict=True):
            total += np.multiply(row, weight, out=part)
        if len(self.short):
            own = self._own * weights[:, None]
            for group in self.profile.groups:
                held = own[group].sum(axis=0)
                own[group] *= weights[group].sum() / np.where(held > 0, held, 1)
            values = rows[:, self.short]
            total[self.short] = (own * values).sum(axis=0) / np.maximum(own.sum(axis=0), 1e-9)
        return total

    @cached_property
    def _own(self) -> NDArray[np.bool_]:
        return self.known[:, self.short]


@dataclass(frozen=True)
class Apart:
    """Divided communes whose mean has to be taken indicator by indicator.

    Attributes
    ----------
    communes : their positions among the divided ones.
    members : positions of their IRIS among those of divided communes. first : where each begins.
    shares : for each indicator, which members have it, and which count as one inhabitant.
    part : what the communes lack.
    """

    communes: NDArray[np.int64]
    members: NDArray[np.int64]
    first: NDArray[np.int64]
    shares: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]
    part: Part


@dataclass
class Redrawn:
    """Scores of every commune and IRIS, draw after draw.

    Its lines are the undivided communes, then the IRIS of the others, then, where the profile reads
    communes by their own figures, all communes.

    Attributes
    ----------
    codes : territories by level, in the order of the scores.
    draws : number of draws.
    known : which indicators each line has, shape (k, lines).
    whole, iris : number of undivided communes, and of IRIS (those communes included).
    first : where the IRIS of each divided commune begin, counted from `whole`.
    people : inhabitants of each of these IRIS, and by how much they may be off (in share).
    error : what modelled rates are drawn with, by commune of the edition; None: they do not vary.
    """

    codes: dict[str, pd.Index]
    draws: int
    profile: Profile
    plan: Plan
    lookups: dict[str, Lookup]
    drawn: dict[str, Drawn]
    known: NDArray[np.bool_]
    whole: int
    iris: int
    first: NDArray[np.int64]
    people: Row
    people_spread: Row
    people_errors: Errors
    error: ModelError | None

    def scores(self, draw: int) -> dict[str, Row]:
        """Score of each territory in one draw, by level, on a scale of its own; only for ranking.

        Those of territories without a published score have no meaning.
        """
        method = int(self.plan.method[draw])
        weights = self.plan.weights[draw]
        rows = self._points(method, draw)
        lines = self._lines.combine(rows, weights)
        iris = lines[: self.iris]
        if self.profile.divided == "own":
            return {"iris": iris, "commune": lines[self.iris :]}
        means = self._means(rows, lines, weights, draw)
        return {"iris": iris, "commune": np.concatenate([lines[: self.whole], means])}

    def _points(self, method: int, draw: int) -> Row:
        """Points of each line, a row per indicator; overwritten by the next draw."""
        rows = self._rows[method]
        for row, key in zip(rows, self.profile.ids, strict=True):
            if key in self.drawn:
                lookup, drawn = self.lookups[key], self.drawn[key]
                lookup.read(method, drawn.at(draw), row)
                # The table is in hundredths of a percent: what is not random keeps its very points.
                if self._exact[key]:
                    np.copyto(row, lookup.exact[method], where=drawn.exact)
        return rows

    def _means(self, rows: Row, lines: Row, weights: NDArray[np.float64], draw: int) -> Row:
        """Score of the communes that are described by their IRIS."""
        if not len(self.first):
            return np.zeros(0, dtype=np.float32)
        people = self.people
        if self.people_spread.any():
            people = people * (1 + self.people_spread * self.people_errors.at(draw))
        # The mean of the scores is the score of the means, where nothing is missing.
        total = np.add.reduceat(people, self.first)
        found = np.add.reduceat(people * lines[self.whole : self.iris], self.first)
        found /= np.maximum(total, np.float32(1e-9))
        apart = self._apart
        if len(apart.communes):
            own = people[apart.members]
            means: list[Row] = []
            for row, (here, plain) in zip(rows, apart.shares, strict=True):
                counted = own * here + plain
                held = np.add.reduceat(counted, apart.first)
                sums = np.add.reduceat(counted * row[self.whole + apart.members], apart.first)
                means.append((sums / np.where(held > 0, held, 1)).astype(np.float32))
            found[apart.communes] = apart.part.combine(np.stack(means), weights)
        return found

    @cached_property
    def _lines(self) -> Part:
        return Part(self.known, self.profile)

    @cached_property
    def _rows(self) -> list[Row]:
        """Points of the published values under each normalisation, shape (k, lines)."""
        each = [self.lookups[key].exact for key in self.profile.ids]
        return [np.stack(rows) for rows in zip(*each, strict=True)]

    @cached_property
    def _exact(self) -> dict[str, bool]:
        return {key: bool(drawn.exact.any()) for key, drawn in self.drawn.items()}

    @cached_property
    def _apart(self) -> Apart:
        """Divided communes whose IRIS do not all have every indicator and inhabitants."""
        known = self.known[:, self.whole : self.iris]
        sizes = np.diff(np.r_[self.first, known.shape[1]])
        usual = np.logical_and.reduceat(known.all(axis=0), self.first)
        usual &= np.add.reduceat(self.people, self.first) > 0
        if self.profile.aggregation == "geometric":
            usual[:] = False
        communes = np.flatnonzero(~usual)
        members = np.flatnonzero(np.repeat(~usual, sizes))
        first = np.r_[0, sizes[communes].cumsum()][:-1].astype(int)
        here = known[:, members]
        if not len(members):
            return Apart(communes, members, first, [], Part(here, self.profile))
        shares = []
        for row in here:
            counted = np.add.reduceat(self.people[members] * row, first)
            # Where all members that have it are uninhabited, their plain mean.
            shares.append((row, np.repeat(counted == 0, sizes[communes]) & row))
        held = np.logical_or.reduceat(here, first, axis=1)
        return Apart(communes, members, first, shares, Part(held, self.profile))
