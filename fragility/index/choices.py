"""The ranking of communes under every choice that another team could have made.

A choice is a rule of the index that could be otherwise without being wrong. The points of every
indicator under every rule are computed once; a ranking is then a weighted sum and a sort. What is
estimated or counted on few people is drawn from the laws of `noise.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fragility.index.census_noise import CENSUS
from fragility.index.composite import read_points, set_goalposts
from fragility.index.impute import poverty_features
from fragility.index.lookup import OTHERS, TOP, trim
from fragility.index.model_error import learn_model_error
from fragility.index.noise import MODELLED, Noise, build_noise
from fragility.index.profile_model import Normalisation, Profile, Ties
from fragility.index.redrawn import Edition

Floats = NDArray[np.float64]
Vector = NDArray[np.float32]
Posts = dict[tuple[str, str], tuple[Floats, Floats]]

REPLICATES = 8
SEED = 20210101
# Different sums of the same integers differ by the noise of single precision, far below this.
_DECIMALS = 4


@dataclass(frozen=True)
class Choice:
    """One way to make the index.

    Attributes
    ----------
    normalisation, ties, universe, aggregation : see `Profile`.
    imputed : modelled poverty as published (0), or drawn again from the errors of the model.
    noise : rates of the census as published (0), or drawn again from the noise of small counts.
    """

    normalisation: str
    ties: str
    universe: str
    aggregation: str
    imputed: int = 0
    noise: int = 0


def choice_of(profile: Profile) -> Choice:
    """The choices that a profile makes."""
    return Choice(profile.normalisation, profile.ties, profile.universe, profile.aggregation)


def alternatives(profile: Profile) -> dict[str, list[str]]:
    """What each rule could be, the profile's own first."""
    return {
        "normalisation": list(dict.fromkeys([profile.normalisation, *OTHERS])),
        "ties": list(dict.fromkeys([profile.ties, "mid", "upper"])),
        "universe": list(dict.fromkeys([profile.universe, "iris", "commune"])),
        "aggregation": list(dict.fromkeys([profile.aggregation, "mean", "geometric"])),
    }


@dataclass
class Ranking:
    """Everything that it takes to rank communes again.

    Attributes
    ----------
    edition : values, places and profile, see `redrawn.gather`.
    noises : laws of the errors, by indicator.
    kept : positions of the communes that have a score.
    """

    edition: Edition
    noises: Mapping[str, Noise]
    kept: NDArray[np.int64]
    _posts: dict[tuple[str, str, str], Posts] = field(default_factory=dict)
    _values: dict[tuple[str, int], dict[str, Floats]] = field(default_factory=dict)
    _points: dict[tuple[str, str, str, str, int], Vector] = field(default_factory=dict)
    _logs: dict[tuple[str, str, str, str, int], Vector] = field(default_factory=dict)

    @property
    def profile(self) -> Profile:
        """The index as it is published."""
        return self.edition.profile

    @property
    def codes(self) -> pd.Index:
        """Communes that are ranked."""
        return self.edition.values["commune"].index[self.kept]

    def __post_init__(self) -> None:
        """Prepare the mean of the units of each commune, and say which indicators each has."""
        parent, size = self.edition.where.parent, len(self.edition.places)
        people = self.edition.cells["iris"]["population"].fillna(0).to_numpy(float)
        total = np.bincount(parent, people, minlength=size)[parent]
        count = np.bincount(parent, minlength=size)[parent]
        share = np.where(total > 0, people / np.where(total > 0, total, 1), 1 / count)
        cells = (share, (parent, np.arange(len(parent))))
        self._mean = csr_array(csr_array(cells, shape=(size, len(parent)))[self.kept])
        zero = self.profile.missing == "zero"
        known = np.column_stack(
            [
                np.isfinite(self._commune_points(key, choice_of(self.profile), 0)) | zero
                for key in self.profile.ids
            ]
        )
        self._partial = np.flatnonzero(~known.all(axis=1))
        self._held = known[self._partial].astype(float)

    def score(self, choice: Choice, weights: Floats) -> Vector:
        """Score of the communes that are kept; a missing indicator leaves its weight to others."""
        geometric = choice.aggregation == "geometric"
        total = np.zeros(len(self.kept), dtype=np.float32)
        for key, weight in zip(self.profile.ids, weights.astype(np.float32), strict=True):
            if weight:
                total += weight * self._stored(key, choice, geometric)
        # No weight is left where only an indicator of weight 0 is known.
        total[self._partial] /= np.maximum(self._held @ weights, 1e-9)
        return rounded(np.exp(total) if geometric else total)

    def _stored(self, key: str, choice: Choice, geometric: bool) -> Vector:
        """Points, or their logarithm, 0 where missing; each computed once."""
        draw = choice.imputed if key == MODELLED else choice.noise if key in CENSUS else 0
        at = (key, choice.normalisation, choice.ties, choice.universe, draw)
        if at not in self._points:
            found = self._commune_points(key, choice, draw)
            self._points[at] = np.nan_to_num(found).astype(np.float32)
        if not geometric:
            return self._points[at]
        if at not in self._logs:
            # Points of less than 1 exist in base 100 and bands only, where a logarithm may not.
            self._logs[at] = np.log(np.maximum(self._points[at], 1))
        return self._logs[at]

    def _commune_points(self, key: str, choice: Choice, draw: int) -> Floats:
        """Points of the communes that are kept; a divided one has the mean of its IRIS."""
        normalisation: Normalisation = choice.normalisation  # type: ignore[assignment]
        ties: Ties = choice.ties  # type: ignore[assignment]
        variant = replace(self.profile, normalisation=normalisation, ties=ties)
        # Communes ranked among themselves are so by their own figures, or as the profile says.
        by_own = choice.universe == "commune"
        if choice.universe == self.profile.universe:
            by_own = self.profile.divided == "own"
        if by_own:
            return self._read(key, variant, choice.universe, "commune", draw)[self.kept]
        points = self._read(key, variant, choice.universe, "iris", draw)
        known = np.isfinite(points)
        held = self._mean @ known.astype(float)
        sums = self._mean @ np.where(known, points, 0.0)
        return np.where(held > 0, sums / np.where(held > 0, held, 1), np.nan)

    def _read(self, key: str, variant: Profile, universe: str, level: str, draw: int) -> Floats:
        """Points on the goalposts of the edition: a draw moves a territory, not the scale."""
        values = self._drawn(key, draw)[level]
        item = variant.indicators[variant.ids.index(key)]
        place = self.edition.rows(level).place
        found = np.full(len(values), np.nan)
        for (of, code), scale in self._goalposts(variant, universe).items():
            if of == key:
                at = slice(None) if place is None else place.to_numpy() == code
                found[at] = read_points(values[at], scale, item, variant)
        return found

    def _goalposts(self, variant: Profile, universe: str) -> Posts:
        """Scales by indicator and territory, see `composite.set_goalposts`."""
        at = (variant.normalisation, variant.ties, universe)
        if at not in self._posts:
            # As `scores.compute_profile` and `lookup.build_lookups` do.
            by_commune = universe == "commune" or variant.normalisation == "base_100"
            rows = self.edition.rows("commune" if by_commune else "iris")
            values = rows.values
            if variant.normalisation == "min_max" != self.profile.normalisation:
                values = trim(values)
            posts = set_goalposts(values, variant, rows.place, rows.population)
            self._posts[at] = {
                (str(key), str(code)): (part["valeur"].to_numpy(), part["points"].to_numpy())
                for (key, code), part in posts.groupby(["indicateur", "territoire"], sort=False)
            }
        return self._posts[at]

    def _drawn(self, key: str, draw: int) -> dict[str, Floats]:
        """Values of an indicator by level, as published or drawn again."""
        at = (key, draw)
        if at not in self._values:
            own = {
                level: frame[key].to_numpy(float) for level, frame in self.edition.values.items()
            }
            if draw and not self.noises[key].is_silent:
                rng = np.random.default_rng([SEED, self.profile.ids.index(key), draw])
                own = redraw(self.noises[key], own, self.edition.where.department, rng)
            self._values[at] = own
        return self._values[at]


def rounded(score: Vector) -> Vector:
    """Scores without the noise of single precision, so that ties are ties."""
    return np.round(score, _DECIMALS)


def redraw(
    noise: Noise,
    published: Mapping[str, Floats],
    department: NDArray[np.str_],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Draw possible values of an indicator, in percent, the communes' and their IRIS' together.

    Parameters
    ----------
    noise : law of its errors; the first sources are the communes.
    published : values by level, missing allowed.
    department : of each commune, whose errors are alike.
    """
    size, count = len(noise.centre), len(published["commune"])
    error = rng.standard_normal(size) if noise.law is None else rng.choice(noise.law, size)
    value = noise.centre + noise.spread * np.sqrt(1 - noise.shared) * error
    if noise.shared:
        names, of = np.unique(department, return_inverse=True)
        deviation = 1.0 if noise.law is None else float(np.std(noise.law))
        common = deviation * np.sqrt(noise.shared) * rng.standard_normal(len(names))[of]
        value[:count] += noise.spread[:count] * common
    units = value[noise.source] + noise.inside * rng.standard_normal(len(noise.source))
    drawn = {"commune": value[:count], "iris": units}
    return {
        level: np.where(np.isnan(published[level]), np.nan, values.clip(0, TOP))
        for level, values in drawn.items()
    }


def prepare_ranking(
    edition: Edition,
    scores: pd.DataFrame,
    residuals: pd.DataFrame,
    recensement: pd.DataFrame,
    revenus: pd.DataFrame,
) -> Ranking:
    """Gather what it takes to rank the communes of an edition again.

    Parameters
    ----------
    edition : see `redrawn.gather`.
    scores : table `index_scores`; communes without a score are left out.
    residuals, recensement, revenus : tables `index_residus`, `core_recensement`, `core_revenus`,
        which tell the error of the poverty model.
    """
    towns = edition.values["commune"]
    error = None
    if MODELLED in towns and len(residuals):
        census, income = (
            table[table["niveau"] == "commune"].set_index("code").reindex(towns.index)
            for table in (recensement, revenus)
        )
        people = edition.cells["commune"]["population"]
        features = poverty_features(census, income)
        error = learn_model_error(residuals, features, towns[MODELLED], people)
    noises = {
        key: build_noise(
            key, edition.level(key, "commune"), edition.level(key, "iris"), edition.where, error
        )
        for key in edition.profile.ids
        if key == MODELLED or key in CENSUS
    }
    score = scores[scores["niveau"] == "commune"].set_index("code")["score"].reindex(towns.index)
    return Ranking(edition, noises, np.flatnonzero(score.notna()))
