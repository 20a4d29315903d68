"""Which assumption matters: the ranking of communes against the choices that made it.

Four questions, one table. Which choice explains the most of what could have been different
(variance-based indices: I. M. Sobol, 2001; A. Saltelli and others, 2010)? What if one choice alone
were another? What if an indicator were left out? How much must a weight change before the list of
fragile communes does?

The weights are one factor: as a vector on the simplex they cannot vary one by one, and the question
asked of a planner is "equal weights or not". What each of them does is told by leaving it out, and
by the weight that it takes to change the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample
from scipy.special import gammaincinv

from fragility.index.choices import REPLICATES, SEED, Choice, Floats, Ranking, alternatives
from fragility.index.draws import CONCENTRATION
from fragility.index.profile_model import Profile
from fragility.index.robustness import FACTORS, Row, left_out, moved_weights, movers, single
from fragility.index.shifts import OUTCOMES, Reference

BASE_SAMPLES = 512
RESAMPLES = 200
LOW, HIGH = 5, 95
COLUMNS = ["analyse", "facteur", "resultat", "valeur", "bas", "haut", "description"]


def build_sensitivity(
    ranking: Ranking,
    scores: pd.DataFrame,
    communes: pd.DataFrame,
    census: pd.DataFrame,
    *,
    samples: int = BASE_SAMPLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Build `index_sensibilite`.

    Parameters
    ----------
    ranking : see `choices.prepare_ranking`.
    scores : table `index_scores`.
    communes, census : tables `core_communes`, `core_recensement`.
    samples : base sample of the variance-based indices, a power of two.

    Returns
    -------
    Long table: `analyse`, `facteur`, `resultat`, `valeur`, `bas`, `haut`, `description`.
    """
    if not len(ranking.kept):
        return _table([])
    codes = ranking.codes
    own = scores[scores["niveau"] == "commune"].set_index("code").reindex(codes)
    reference = Reference(own["score"].to_numpy(float), own["est_fragile"].to_numpy(bool))
    places = communes.set_index("code_commune").reindex(codes)
    density = census[census["niveau"] == "commune"].set_index("code")["densite_hab_km2"]
    rows = [
        *_variance(ranking, reference, samples, seed),
        *single(ranking, reference),
        *left_out(ranking, reference),
        *moved_weights(ranking, reference),
        *movers(ranking, reference, places, density.reindex(codes)),
    ]
    return _table(rows)


def _table(rows: Sequence[Row]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS)
    kinds = {name: float if name in ("valeur", "bas", "haut") else "str" for name in COLUMNS}
    return table.astype(kinds)


def draw_weights(uniform: Floats, weights: Floats, concentration: float = CONCENTRATION) -> Floats:
    """Turn independent uniforms into Dirichlet weights centred on the profile's, shape (n, k)."""
    gamma = gammaincinv(concentration * weights, uniform.clip(1e-9, 1 - 1e-9))
    return np.asarray(gamma / gamma.sum(axis=1, keepdims=True))


def _variance(ranking: Ranking, reference: Reference, samples: int, seed: int) -> Iterator[Row]:
    """First-order and total indices, and how far the rankings are from the published one."""
    own = ranking.profile
    size = len(own.ids)
    rest = [name for name in FACTORS if name != "poids"]
    problem = {
        "num_vars": size + len(rest),
        "names": [f"poids_{key}" for key in own.ids] + rest,
        "groups": ["poids"] * size + rest,
        "bounds": [[0.0, 1.0]] * (size + len(rest)),
    }
    uniform = sobol_sample.sample(problem, samples, calc_second_order=False, seed=seed)
    weights = draw_weights(uniform[:, :size], np.array(own.weights))
    picked = _pick(own, dict(zip(rest, uniform[:, size:].T, strict=True)))
    found = np.array(
        [
            reference.compare(ranking.score(choice, w))
            for choice, w in zip(picked, weights, strict=True)
        ]
    )
    for position, (outcome, words) in enumerate(OUTCOMES.items()):
        values = found[:, position]
        low, middle, high = np.percentile(values, [LOW, 50, HIGH])
        yield "ensemble", "tous", outcome, middle, low, high, f"{words} : médiane, 5 % et 95 %"
        if values.std() > 0:
            yield from _indices(problem, values, outcome, seed)


def _indices(problem: dict[str, object], values: Floats, outcome: str, seed: int) -> Iterator[Row]:
    found = sobol_analysis.analyze(
        problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=0.9,
        keep_resamples=True, seed=seed,
    )  # fmt: skip
    for analysis, key, words in (
        ("premier_ordre", "S1", "Part de la variance qu'expliquerait ce choix seul"),
        ("total", "ST", "Part de la variance où ce choix intervient, seul ou avec d'autres"),
    ):
        low, high = np.percentile(found[f"{key}_conf_all"], [LOW, HIGH], axis=0)
        for position, (factor, title) in enumerate(FACTORS.items()):
            yield (
                analysis, factor, outcome,
                float(found[key][position]), float(low[position]), float(high[position]),
                f"{title}. {words}",
            )  # fmt: skip


def _pick(own: Profile, uniform: dict[str, Floats]) -> list[Choice]:
    """The choices that uniforms stand for."""
    others = alternatives(own)

    def among(factor: str, rule: str) -> list[str]:
        names = others[rule]
        return [
            names[i] for i in (uniform[factor] * len(names)).astype(int).clip(0, len(names) - 1)
        ]

    def draws(factor: str) -> list[int]:
        # Half of the time as published.
        place = np.floor((uniform[factor] - 0.5) * 2 * REPLICATES).astype(int)
        return [int(d) for d in place.clip(-1, REPLICATES - 1) + 1]

    columns = (
        among("normalisation", "normalisation"),
        among("ex_aequo", "ties"),
        among("univers", "universe"),
        among("agregation", "aggregation"),
        draws("imputation"),
        draws("petits_effectifs"),
    )
    return [Choice(*row) for row in zip(*columns, strict=True)]
