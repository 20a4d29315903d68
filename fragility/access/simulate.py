"""N more posts: where they would bring most people in difficulty within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.candidates import KINDS, LEVELS, Area, communes_of, list_candidates
from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.homes import (
    PairsOf,
    build_homes,
    commune_reach,
    is_uncovered,
    minutes_before,
    nearest_of,
    zone_pairs,
)
from fragility.access.pairs import Pairs
from fragility.access.simulate_sure import commune_chance
from fragility.access.simulate_tables import (
    first_post,
    posts_table,
    summary_table,
    territories_table,
    with_centres,
)
from fragility.access.siting import SECONDS, Plan, Problem, build_problem, site
from fragility.access.siting_greedy import greedy
from fragility.access.siting_problem import keep
from fragility.access.siting_swap import first_equals, substitutes
from fragility.access.travel import receiving_places
from fragility.errors import UsageError

BAND = 0.25
# The best choice counts people to the last: it puts posts halfway between two small towns, in a
# village that few would choose. Losing so little of what a post brings is worth a known place.
LEEWAY = 0.05


@dataclass(frozen=True)
class Tables:
    """What both simulations read, under the names of the tables of an edition."""

    core_population_grille: pd.DataFrame
    core_communes: gpd.GeoDataFrame
    core_lieux: gpd.GeoDataFrame
    access_couts: pd.DataFrame
    access_portee: pd.DataFrame
    index_scores: pd.DataFrame
    index_competences: pd.DataFrame
    index_incertitude: pd.DataFrame

    def homes(self) -> pd.DataFrame:
        """Where people live (`build_homes`)."""
        return build_homes(
            self.core_population_grille,
            self.core_communes,
            self.index_competences,
            self.index_scores,
        )

    def fragile(self) -> pd.Series:
        """Whether each commune is fragile, indexed by code."""
        rows = self.index_scores[self.index_scores["niveau"] == "commune"]
        return rows.set_index("code")["est_fragile"].fillna(False).astype(bool)


@dataclass(frozen=True)
class Simulation:
    """Tables `simulation_postes` (points), `simulation_territoires`, `simulation_resume`."""

    postes: gpd.GeoDataFrame
    territoires: pd.DataFrame
    resume: pd.DataFrame


def simulate(
    tables: Tables,
    pairs_of: PairsOf,
    posts: int,
    *,
    area: Area | None = None,
    threshold: float = THRESHOLD_MIN,
    band: float = BAND,
    kinds: Sequence[str] = KINDS,
    quota: tuple[str, int] | None = None,
    seconds: float = SECONDS,
    exact: bool = True,
    leeway: float = LEEWAY,
) -> Simulation:
    """Choose where posts would bring most people in difficulty within reach.

    Parameters
    ----------
    tables : of an edition.
    pairs_of : engine of travel, the one that made `access_couts`.
    posts : how many, at least 1.
    area : the people served and the candidates are in it; all of France if not said.
    threshold : minutes within which a post is near.
    band : relative uncertainty of speeds, as in `coverage.build_portee`.
    kinds : candidates, some of `candidates.KINDS`.
    quota : level ("region", "departement" or "epci") and most posts in each.
    seconds, exact : see `siting.site`.
    leeway : share of what a post adds that a larger commune may lose (`siting_swap.substitutes`).

    Returns
    -------
    The posts in order, each with what it adds to those before it; the communes that were fragile
    and not covered, before and after; one line that says how sure the choice is.

    Raises
    ------
    UsageError
        When the area, a kind, a number or the quota is impossible.

    Notes
    -----
    The demand is the people in difficulty who live beyond the threshold in a fragile commune that
    is not covered. Those who live there but are near a place count no more, nor do those of
    communes whose coverage is uncertain. What the choice makes greatest is their estimated number,
    every verdict taken at its word; how likely each is is told, and does not weigh. The people of a
    commune known by a point are gained by a post that is near it even at speeds lower by `band`:
    at more, its coverage is uncertain, and nothing tells how many the post reaches.
    """
    area = area or Area()
    if not threshold > 0 or not 0 <= band < 1:
        raise UsageError(
            "Le seuil demandé est impossible.",
            expected="un nombre de minutes positif",
            found=f"{threshold:g}",
            remedy="corrigez le seuil",
        )
    communes = tables.core_communes
    inside = set(communes.loc[communes_of(area, communes), "code_commune"])
    homes = tables.homes()
    minutes = minutes_before(homes, tables.access_couts, tables.access_portee)
    served = receiving_places(tables.core_lieux)["code_commune"].unique().astype(str)
    before = commune_reach(homes, minutes, served, threshold, band)
    uncovered = before.index[is_uncovered(before["couverture"], tables.fragile())]
    homes_of = homes.groupby("code_commune")["population"].sum()
    # What happens elsewhere does not depend on the posts.
    is_near = homes["code_commune"].isin(uncovered).to_numpy()
    homes, minutes = homes[is_near].reset_index(drop=True), minutes[is_near]

    candidates = list_candidates(tables.core_population_grille, communes, tables.core_lieux, kinds)
    candidates = candidates[candidates["code_commune"].isin(inside)].reset_index(drop=True)
    wanted = homes["code_commune"].isin(inside).to_numpy() & (minutes > threshold)
    weight = np.where(wanted, homes["en_difficulte"].to_numpy(dtype=float), 0.0)
    demand = np.flatnonzero(weight > 0)
    sure = threshold * (1 - band)
    at_point = homes["est_point"].to_numpy(dtype=bool)
    pairs = zone_pairs(homes.iloc[demand], candidates, threshold, pairs_of)
    pairs = _counted(pairs, at_point[demand], sure)
    group = _groups(candidates, communes, quota)
    problem = build_problem(
        pairs, weight[demand], posts, group=group, quota=quota[1] if quota else None
    )
    size = candidates["code_commune"].map(homes_of).fillna(0.0).to_numpy(dtype=float)
    town = np.unique(candidates["code_commune"].to_numpy(dtype=str), return_inverse=True)[1]
    plan = _first_of_equals(problem, site(problem, seconds=seconds, exact=exact))

    chosen = candidates.iloc[plan.chosen].reset_index(drop=True)
    nearby = zone_pairs(homes, chosen, threshold * (1 + band), pairs_of)
    later = np.minimum(minutes, nearest_of(nearby))
    served_later = np.union1d(served, chosen["code_commune"].to_numpy(dtype=str))
    after = commune_reach(homes, later, served_later, threshold, band)
    counted = _counted(nearby.within(threshold), at_point, sure)
    first = first_post(counted, minutes > threshold)
    first_of_area = np.where(wanted, first, len(chosen))
    chance = commune_chance(tables.index_incertitude, tables.access_portee, threshold)
    named = substitutes(problem, plan.chosen, town, size, leeway)
    postes = with_centres(
        posts_table(chosen, homes, first_of_area, communes, chance),
        candidates, named, _losses(problem, plan.chosen, named), communes,
    )  # fmt: skip
    territoires = territories_table(
        homes, first, before.loc[uncovered], after, communes, inside, len(chosen), chance
    )
    resume = summary_table(
        plan, postes, territoires, posts=posts, area=area, communes=communes,
        threshold=threshold, kinds=kinds, quota=quota, candidates=len(candidates),
        demand=float(weight.sum()), people=float(homes["population"].to_numpy()[wanted].sum()),
        moved=problem.value(np.where(named >= 0, named, plan.chosen)),
    )  # fmt: skip
    return Simulation(postes, territoires, resume)


def _counted(pairs: Pairs, at_point: NDArray[np.bool_], sure: float) -> Pairs:
    """Keep the pairs of cells, and those of points whose place is near for sure."""
    kept = ~at_point[pairs.home] | (pairs.minutes.astype(float) <= sure)
    return replace(
        pairs, home=pairs.home[kept], place=pairs.place[kept], minutes=pairs.minutes[kept]
    )


def _first_of_equals(problem: Problem, plan: Plan) -> Plan:
    """Propose the first of the candidates that reach the same people, by decreasing gain."""
    moved = first_equals(problem, plan.chosen)
    order = greedy(keep(problem, moved))
    return replace(plan, chosen=moved[order.chosen], gain=order.gain)


def _groups(
    candidates: pd.DataFrame, communes: pd.DataFrame, quota: tuple[str, int] | None
) -> NDArray[np.int64] | None:
    """Rank of the territory in which each candidate counts towards the quota."""
    if quota is None:
        return None
    if quota[0] not in LEVELS:
        raise UsageError(
            "Le quota n'est pas d'un niveau connu.",
            expected=", ".join(LEVELS),
            found=quota[0],
            remedy="choisissez l'un de ces niveaux",
        )
    code = candidates["code_commune"].map(communes.set_index("code_commune")[LEVELS[quota[0]]])
    return np.unique(code.to_numpy(dtype=object), return_inverse=True)[1].astype(np.int64)


def _losses(
    problem: Problem, chosen: NDArray[np.int64], named: NDArray[np.int64]
) -> NDArray[np.float64]:
    """People that the whole choice loses when one post moves to its substitute, one at a time."""
    value, losses = problem.value(chosen), np.full(len(chosen), np.nan)
    for at in np.flatnonzero(named >= 0):
        moved = chosen.copy()
        moved[at] = named[at]
        losses[at] = value - problem.value(moved)
    # Sums of floats: a hair below nothing is nothing.
    return np.where(np.abs(losses) <= 1e-9 * max(value, 1.0), 0.0, losses)
