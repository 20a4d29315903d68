"""Which choice moves the ranking: on communes that one can rank by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from SALib.sample import sobol as sobol_sample

from fragility.index.choices import Choice, choice_of, prepare_ranking
from fragility.index.profiles import load_profile
from fragility.index.redrawn import gather
from fragility.index.robustness import FACTORS, pillar_weights
from fragility.index.scores import build_scores
from fragility.index.sensitivity import _indices, build_sensitivity, draw_weights
from fragility.index.shifts import Reference
from fragility.schemas import INDICATORS, validate

PROFILE = load_profile("ifn-2023")
N = 20
RANK = np.arange(N)


def territory(values, imputed=()):
    """Tables of N communes of 30,000 inhabitants, one IRIS each; the last one has two.

    `values` gives each indicator's percentages; poverty is modelled in the communes `imputed`.
    """
    codes = [f"01{n + 1:03d}" for n in range(N)]
    communes = pd.DataFrame(
        {
            "code_commune": codes,
            "code_epci": ["200000001"] * (N // 2) + ["200000002"] * (N // 2),
            "code_departement": "01",
            "nom_departement": "Ain",
            "code_region": "84",
        }
    )
    units = [f"{code}0000" for code in codes[:-1]] + [f"{codes[-1]}0101", f"{codes[-1]}0102"]
    iris = pd.DataFrame({"code_iris": units, "code_commune": [u[:5] for u in units]})
    parts = {"commune": (codes, RANK), "iris": (units, np.r_[RANK, N - 1])}
    levels = []
    for level, (names, at) in parts.items():
        frame = pd.DataFrame({"niveau": level, "code": names, "population": 30_000.0})
        frame["population_origine"] = "observe"
        for key in INDICATORS:
            frame[f"{key}_pct"] = np.asarray(values[key], dtype=float)[at]
            modelled = np.isin(at, imputed) & (key == "pauvrete")
            frame[f"{key}_origine"] = np.where(modelled, "impute", "observe")
        levels.append(frame)
    return pd.concat(levels, ignore_index=True), communes, iris


def ranking_of(values, imputed=(), profile=PROFILE):
    indicators, communes, iris = territory(values, imputed)
    scores = build_scores(indicators, communes, iris, profile)[0]
    census = pd.DataFrame({"niveau": "commune", "code": communes["code_commune"]})
    for name in ("chomage", "proprietaires", "vacance", "familles_mono", "personnes_seules",
                 "peu_diplomes", "plus_65"):  # fmt: skip
        census[f"{name}_pct"] = 10.0 + RANK
    census["densite_hab_km2"] = 10.0 * (RANK + 1)
    income = census[["niveau", "code"]].assign(niveau_vie_median=20_000.0 - 100 * RANK)
    residuals = pd.DataFrame(
        {
            "code": communes["code_commune"],
            "observe": 20.0 + RANK,
            "predit": 20.0 + RANK + np.where(RANK % 2, 4, -4),
            "predit_sans_revenu": 20.0 + RANK,
            "groupe": "01",
        }
    )
    edition = gather(indicators, communes, iris, profile)
    ranking = prepare_ranking(edition, scores, residuals, census, income)
    return ranking, scores, communes, census


def agreeing():
    return {key: 2.0 * RANK for key in INDICATORS}


def disagreeing():
    rng = np.random.default_rng(7)
    return {key: rng.permutation(N) * 2.0 + 1 for key in INDICATORS}


def study(values, imputed=(), samples=64, **options):
    ranking, scores, communes, census = ranking_of(values, imputed)
    table = build_sensitivity(ranking, scores, communes, census, samples=samples, **options)
    return validate(table, "index_sensibilite")


def value(table, analysis, factor, outcome):
    at = ["analyse", "facteur", "resultat"]
    return table.set_index(at)["valeur"].loc[(analysis, factor, outcome)]


def test_the_profile_s_own_choice_gives_the_published_score():
    values = disagreeing()
    values["non_thd"][3] = np.nan
    for profile in (
        PROFILE,
        load_profile("ifn-2023-publie"),
        replace(PROFILE, aggregation="geometric", normalisation="percentiles"),
        replace(PROFILE, normalisation="min_max", universe="commune", divided="own"),
    ):
        ranking, scores, communes, _ = ranking_of(values, profile=profile)
        found = ranking.score(choice_of(profile), np.array(profile.weights))
        published = scores[scores["niveau"] == "commune"].set_index("code")["score"]
        np.testing.assert_allclose(found, published.loc[communes["code_commune"]], atol=1e-4)


def test_a_ranking_is_at_no_distance_from_itself():
    score = np.array([9.0, 7, 5, 3], dtype=np.float32)
    fragile = np.array([True, True, False, False])
    assert Reference(score, fragile).compare(score) == (0, 0, 0)


def test_the_reversed_ranking_replaces_everyone():
    """Ranks 1, 2, 3, 4 become 4, 3, 2, 1: shifts of 3, 1, 1 and 3."""
    score = np.array([9.0, 7, 5, 3], dtype=np.float32)
    reference = Reference(score, np.array([True, True, False, False]))
    assert reference.compare(-score) == (2, 2, 100)
    assert reference.correlation(-score) == pytest.approx(-1)
    assert reference.rise(-score).tolist() == [-3, -1, 1, 3]


def test_ties_at_the_edge_of_the_list_share_what_is_left():
    """Two places: the first commune has one, three others share the second."""
    reference = Reference(np.array([9.0, 7, 5, 3]), np.array([True, True, False, False]))
    tied = np.array([9.0, 5, 5, 5], dtype=np.float32)
    assert reference.replaced_pct(tied) == pytest.approx(100 * (1 - (1 + 1 / 3) / 2))


def test_weights_are_around_those_of_the_profile():
    rng = np.random.default_rng(1)
    own = np.array([0.5, 0.3, 0.2])
    drawn = draw_weights(rng.random((20_000, 3)), own)
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), own, atol=0.005)
    # Variance of a Dirichlet law of concentration 25: w (1 - w) / 26.
    np.testing.assert_allclose(drawn.var(axis=0), own * (1 - own) / 26, rtol=0.05)


def test_pillars_of_a_profile_without_any_are_networks_and_people():
    assert pillar_weights(PROFILE).tolist() == pytest.approx([1 / 4, 1 / 4, 1 / 6, 1 / 6, 1 / 6])


def test_when_all_indicators_agree_neither_weights_nor_a_missing_one_move_anybody():
    table = study(agreeing())
    for key in INDICATORS:
        assert value(table, "sans_indicateur", key, "decalage_moyen") == 0
        assert value(table, "sans_indicateur", key, "remplacees_pct") == 0
        assert np.isnan(table.set_index(["analyse", "facteur"])["haut"]["stabilite_poids", key])
    curves = table[table["analyse"] == "courbe_poids"]
    assert (curves["valeur"] == 0).all()


def test_a_choice_without_effect_explains_nothing():
    """Nothing is modelled, and no two places are tied but the two IRIS of one commune."""
    table = study(disagreeing())
    for outcome in ("decalage_moyen", "remplacees_pct"):
        assert value(table, "total", "imputation", outcome) == 0
        assert value(table, "total", "ex_aequo", outcome) < 0.01
        assert value(table, "total", "poids", outcome) > 0.05


def test_two_choices_that_only_act_together_explain_nothing_alone():
    """(a - 1/2)(b - 1/2): each alone explains 0, and is in all of the variance."""
    problem = {"num_vars": len(FACTORS), "names": list(FACTORS), "bounds": [[0, 1]] * len(FACTORS)}
    drawn = sobol_sample.sample(problem, 1024, calc_second_order=False, seed=1)
    rows = list(_indices(problem, (drawn[:, 0] - 0.5) * (drawn[:, 1] - 0.5), "decalage_moyen", 1))
    found = {(analysis, factor): share for analysis, factor, _, share, *_ in rows}
    for rank, factor in enumerate(FACTORS):
        assert found["premier_ordre", factor] == pytest.approx(0, abs=0.1)
        assert found["total", factor] == pytest.approx(1 if rank < 2 else 0, abs=0.1)


def test_a_modelled_indicator_matters_once_it_is_modelled():
    table = study(disagreeing(), imputed=range(N))
    assert value(table, "total", "imputation", "decalage_moyen") > 0.05
    assert value(table, "un_choix", "imputation", "decalage_moyen") > 0


def test_intervals_hold_their_measure_and_equal_seeds_give_equal_tables():
    first, again = study(disagreeing()), study(disagreeing())
    pd.testing.assert_frame_equal(first, again)
    total = first[first["analyse"] == "total"]
    assert (total["bas"] <= total["haut"]).all()
    assert total["valeur"].between(total["bas"] - 0.1, total["haut"] + 0.1).all()


def test_a_draw_of_the_model_moves_modelled_communes_only():
    ranking, *_ = ranking_of(disagreeing(), imputed=range(5))
    drawn = ranking._drawn("pauvrete", 1)["commune"]
    published = ranking.edition.values["commune"]["pauvrete"].to_numpy()
    assert (drawn[:5] != published[:5]).all()
    np.testing.assert_array_equal(drawn[5:], published[5:])


def test_a_weight_that_takes_everything_leaves_the_order_of_its_indicator():
    ranking, *_ = ranking_of(disagreeing())
    alone = ranking.score(choice_of(PROFILE), np.array([0, 0, 1.0, 0, 0]))
    own = ranking.edition.values["commune"]["plus_65"].to_numpy()
    by_percentile = Choice("percentiles", "mid", "iris", "mean")
    order = np.argsort(ranking.score(by_percentile, np.array([0, 0, 1.0, 0, 0])))
    assert order.tolist() == np.argsort(own).tolist()
    assert (np.diff(alone[order]) >= 0).all()


def test_a_territory_without_score_gives_an_empty_table():
    table = study({key: np.full(N, np.nan) for key in INDICATORS} | {"non_thd": 1.0 * RANK})
    assert table.empty
