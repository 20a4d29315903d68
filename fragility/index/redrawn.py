"""An edition made ready for its index to be drawn again: what is random in it, and what is not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.index.composite import FRANCE
from fragility.index.draws import Drawn, Errors, Sequence, make_plan
from fragility.index.impute import poverty_features
from fragility.index.lookup import TOP, Rows, build_lookups, variants
from fragility.index.model_error import learn_model_error
from fragility.index.noise import MODELLED, POPULATION_SPREAD, Level, Map, build_noise
from fragility.index.profile_model import Profile
from fragility.index.replay import Redrawn
from fragility.index.scores import PLACES, indicator_values

# So many that another seed moves the bounds of a rank by a quarter of a percent of the places.
DRAWS = 2000
SEED = 20210101
# What a draw changes: the weights, the normalisation, what is modelled or inherited, and what is
# counted on few people.
SOURCES = ("poids", "normalisation", "imputation", "effectifs")


@dataclass(frozen=True)
class Edition:
    """What an index is drawn again from.

    Attributes
    ----------
    profile : the index.
    values, cells : by level (`iris`, `commune`), values by indicator id and rows of
        `index_indicateurs`, on one index.
    where : the territory.
    places : `core_communes` indexed by `code_commune`.
    context : table `index_contexte`, for indicators beside the five.
    """

    profile: Profile
    values: dict[str, pd.DataFrame]
    cells: dict[str, pd.DataFrame]
    where: Map
    places: pd.DataFrame
    context: pd.DataFrame | None

    def level(self, key: str, level: str) -> Level:
        """One indicator on one level, with its origins."""
        cells = self.cells[level]
        if f"{key}_origine" in cells:
            origin = cells[f"{key}_origine"]
        else:
            rows = self.context
            assert rows is not None, "an indicator beside the five is in the context"
            rows = rows[(rows["niveau"] == level) & (rows["indicateur"] == key)]
            origin = rows.set_index("code")["origine"].reindex(cells.index)
        return Level(
            value=self.values[level][key].to_numpy(float),
            origin=origin.fillna("absent").to_numpy(str),
            people=cells["population"].to_numpy(float),
        )

    def rows(self, level: str) -> Rows:
        """Values of one level, with what goalposts need."""
        codes = self.values[level].index
        population = self.cells[level]["population"]
        if self.profile.base == FRANCE:
            return Rows(self.values[level], population, None)
        base = self.places[PLACES[self.profile.base]]
        of = base if level == "commune" else base.iloc[self.where.parent].set_axis(codes)
        return Rows(self.values[level], population, of)


def gather(
    indicators: pd.DataFrame,
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    profile: Profile,
    context: pd.DataFrame | None = None,
) -> Edition:
    """Put the tables `index_indicateurs`, `core_communes`, `core_iris` side by side.

    Parameters
    ----------
    context : table `index_contexte`, for the indicators beside the five.
    """
    places = communes.set_index("code_commune")
    values = {
        "iris": indicator_values(indicators, context, "iris", profile),
        "commune": indicator_values(indicators, context, "commune", profile).reindex(places.index),
    }
    cells = {
        level: indicators[indicators["niveau"] == level].set_index("code").reindex(frame.index)
        for level, frame in values.items()
    }
    code = iris.set_index("code_iris")["code_commune"].reindex(values["iris"].index)
    parent = places.index.get_indexer(pd.Index(code))
    where = Map(
        parent=parent,
        whole=np.bincount(parent, minlength=len(places))[parent] == 1,
        epci=places["code_epci"].to_numpy(str),
        department=places["code_departement"].to_numpy(str),
    )
    return Edition(profile, values, cells, where, places, context)


def prepare(
    edition: Edition,
    residuals: pd.DataFrame,
    recensement: pd.DataFrame,
    revenus: pd.DataFrame,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    sources: Collection[str] = SOURCES,
) -> Redrawn:
    """Make an edition's index ready to be drawn again.

    Parameters
    ----------
    residuals, recensement, revenus : tables `index_residus`, `core_recensement`, `core_revenus`,
        which tell the error of the poverty model.
    draws, seed : how many draws, and where they start.
    sources : what changes from one draw to another, among `SOURCES`.
    """
    rng = np.random.default_rng(seed)
    profile, where, towns = edition.profile, edition.where, edition.values["commune"]
    choices = variants(profile, other="normalisation" in sources)
    # The choices, then at most three errors by indicator, and the inhabitants.
    even = Sequence(draws, 4 * len(profile.ids) + 2, rng)
    plan = make_plan(profile.weights, len(choices), even, vary_weights="poids" in sources)
    order = np.lexsort([where.parent, ~where.whole])
    whole, members = int(where.whole.sum()), order[where.whole.sum() :]
    own = np.arange(len(towns)) if profile.divided == "own" else np.zeros(0, dtype=int)
    commune = np.r_[where.parent[order], own]
    lines = pd.concat([edition.values["iris"].iloc[order], towns.iloc[own]])
    levels = {level: edition.rows(level) for level in ("iris", "commune")}
    base = levels["commune"].place
    place = None if base is None else base.iloc[commune].set_axis(lines.index)
    lookups, known = build_lookups(lines, place, levels, choices)
    error = None
    if MODELLED in profile.ids and "imputation" in sources and len(residuals):
        features = poverty_features(_rows(recensement, towns.index), _rows(revenus, towns.index))
        people = edition.cells["commune"]["population"]
        error = learn_model_error(residuals, features, towns[MODELLED], people)
    group = np.unique(where.department, return_inverse=True)[1][commune]
    drawn = {}
    for key in profile.ids:
        noise = build_noise(
            key, edition.level(key, "commune"), edition.level(key, "iris"), where, error,
            counts="effectifs" in sources, inherited="imputation" in sources,
        )  # fmt: skip
        if not noise.is_silent:
            source = np.r_[
                noise.source[order], np.where(towns[key].notna(), np.arange(len(towns)), -1)[own]
            ]
            inside = np.r_[noise.inside[order], np.zeros(len(own))]
            steps = lookups[key].steps / TOP
            drawn[key] = Drawn(noise, source, inside, whole, group, even, rng, steps)
    parents = where.parent[members]
    first = np.flatnonzero(np.r_[True, np.diff(parents) > 0][: len(members)])
    cells = edition.cells["iris"].iloc[members]
    estimated = cells["population_origine"].eq("impute").to_numpy() & ("imputation" in sources)
    codes = towns.index if len(own) else towns.index[np.r_[commune[:whole], parents[first]]]
    return Redrawn(
        codes={"iris": edition.values["iris"].index[order], "commune": codes},
        draws=draws, profile=profile, plan=plan, lookups=lookups, drawn=drawn, known=known,
        whole=whole, iris=len(order), first=first,
        people=cells["population"].fillna(0).to_numpy(np.float32),
        people_spread=(POPULATION_SPREAD * estimated).astype(np.float32),
        people_errors=Errors(None, np.arange(len(members)), 0, even, rng), error=error,
    )  # fmt: skip


def _rows(table: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    return table[table["niveau"] == "commune"].set_index("code").reindex(codes)
