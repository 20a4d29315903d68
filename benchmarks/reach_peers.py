"""Time capacity and siting, and their peers on the same cases, whose results must be equal.

    python benchmarks/reach_peers.py [--write docs/performance.md]

Peers: PySAL `access` (enhanced two-step catchment) and `spopt` (maximal covering), and HiGHS alone,
without greedy choice, reductions nor bound. Cases are drawn with a seed, at the size of France:
nothing is read. With `--write`, the section of the page is replaced, or added. Exit code 1 when a
peer finds something else, when capacity is not ten times faster than its peer, or when the optimum
of 3,000 homes and 5,000 candidates is not proved in 10 s.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pulp
from access import Access
from access.weights import step_fn
from judging import CapacityCase, SitingCase, peer_faults, refuse
from page import markdown, write_section
from scipy.spatial import cKDTree
from spopt.locate import MCLP

from fragility.access.capacity import STEPS, capacity
from fragility.access.pairs import Pairs
from fragility.access.siting import build_problem, site
from fragility.access.siting_exact import solve
from fragility.access.siting_problem import Problem

TITLE = "Capacity and siting against peers"
SECONDS = 30.0
T = TypeVar("T")


def timed(function: Callable[[], T]) -> tuple[float, T]:
    """Seconds of one call, and what it returns."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def drawn(
    homes: int, places: int, reach_km: float, side_km: float, seed: int = 1
) -> tuple[Pairs, np.ndarray, np.ndarray, np.ndarray]:
    """Homes and places at random in a square, paired within a distance, one km a minute."""
    rng = np.random.default_rng(seed)
    here, there = rng.uniform(0, side_km, (homes, 2)), rng.uniform(0, side_km, (places, 2))
    near = cKDTree(here).sparse_distance_matrix(cKDTree(there), reach_km, output_type="coo_matrix")
    pairs = Pairs(
        near.row.astype(np.int32), near.col.astype(np.int32), near.data.astype(np.float32),
        homes, places, reach_km,
    )  # fmt: skip
    return pairs, rng.lognormal(4, 1, homes), here, there


def compare_capacity() -> CapacityCase:
    """Capacity of 49,000 IRIS and 10,000 places, here and with `access`."""
    pairs, people, _, _ = drawn(49_000, 10_000, 20, 768)
    posts = np.random.default_rng(2).integers(1, 4, pairs.places).astype(float)
    capacity(pairs, posts, people)  # does not count
    mine, ours = timed(lambda: capacity(pairs, posts, people))
    costs = pd.DataFrame(
        {"home": pairs.home, "place": pairs.place, "minutes": pairs.minutes.astype(float)}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = Access(
            demand_df=pd.DataFrame({"home": range(pairs.homes), "people": people}),
            demand_index="home", demand_value="people",
            supply_df=pd.DataFrame({"place": range(pairs.places), "posts": posts}),
            supply_index="place", supply_value="posts", cost_df=costs,
            cost_origin="home", cost_dest="place", cost_name="minutes",
        )  # fmt: skip
        other, answer = timed(
            lambda: peer.enhanced_two_stage_fca(weight_fn=step_fn(dict(STEPS)), max_cost=20)
        )
    theirs = answer.iloc[:, 0].reindex(range(pairs.homes)).fillna(0).to_numpy()
    apart = float(np.abs(ours - theirs).max() / ours.max())
    return CapacityCase(pairs.homes, pairs.places, len(pairs.home), mine, other, apart)


def capacity_table(own: CapacityCase) -> pd.DataFrame:
    """One row, as the page shows it."""
    case = f"E2SFCA, {own.homes:,} x {own.places:,}, {own.pairs:,} pairs"
    return pd.DataFrame(
        {
            "task": [case],
            "peer": ["access"],
            "here, s": [f"{own.seconds:.3f}"],
            "peer, s": [f"{own.peer_seconds:.2f}"],
            "peer / here": [f"{own.ratio:.0f}"],
            "largest difference": [f"{own.apart:.0e}"],
        }
    )


def spopt_value(problem: Problem, km: np.ndarray, reach_km: float) -> float:
    """Optimum found by spopt."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = MCLP.from_cost_matrix(
            km, problem.weight, service_radius=reach_km, p_facilities=problem.posts
        )
        peer.solve(pulp.PULP_CBC_CMD(msg=False))
    return float(peer.problem.objective.value())


def compare_siting() -> list[SitingCase]:
    """Sites of several sizes, here and with a peer."""
    cases = []
    for homes, places, posts, reach_km, side_km, name in (
        (200, 100, 5, 12.0, 85.0, "spopt"),
        (600, 300, 10, 12.0, 150.0, "spopt"),
        (250, 500, 10, 12.0, 85.0, "HiGHS alone"),
        (3_000, 5_000, 100, 30.0, 740.0, "HiGHS alone"),
        (35_000, 5_000, 100, 30.0, 740.0, "none"),
    ):
        pairs, people, here, there = drawn(homes, places, reach_km, side_km)
        problem = build_problem(pairs, people, posts)
        plan = site(problem, seconds=SECONDS)
        other, theirs = np.nan, np.nan
        if name == "spopt":
            km = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
            other, theirs = timed(partial(spopt_value, problem, km, reach_km))
        elif name != "none":
            other, solved = timed(partial(solve, problem, 4 * SECONDS))
            theirs = problem.value(solved.chosen) if solved.proved else np.nan
        cases.append(
            SitingCase(
                homes, places, posts, len(pairs.home), plan.seconds, plan.proved, plan.gap,
                plan.value, plan.greedy_value, name, other, theirs,
            )
        )  # fmt: skip
    return cases


def siting_table(cases: list[SitingCase]) -> pd.DataFrame:
    """One row per case, as the page shows it."""
    return pd.DataFrame(
        [
            (
                f"{own.homes:,} x {own.candidates:,}, {own.posts} posts, {own.pairs:,} pairs",
                f"{own.seconds:.2f}",
                "proved" if own.proved else f"within {100 * own.gap:.2f} %",
                f"{100 * (1 - own.greedy_value / own.value):.2f}",
                own.peer,
                "" if np.isnan(own.peer_seconds) else f"{own.peer_seconds:.2f}",
                "" if np.isnan(own.peer_value) else "yes",
            )
            for own in cases
        ],
        columns=["homes x candidates", "here, s", "optimum", "greedy below, %", "peer", "peer, s",
                 "same optimum"],
    )  # fmt: skip


def main() -> None:
    """Time, print, and write the section if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    capacities, sitings = compare_capacity(), compare_siting()
    write_section(
        TITLE,
        "`benchmarks/reach_peers.py`, cases drawn at random, peers in the same process; a choice "
        f"of sites has {SECONDS:.0f} s.",
        markdown(capacity_table(capacities)) + "\n\n" + markdown(siting_table(sitings)),
        arguments.write,
    )
    refuse(peer_faults([capacities], sitings))


if __name__ == "__main__":
    main()
