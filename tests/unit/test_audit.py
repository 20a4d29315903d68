"""What the index repeats and adds, on figures one can check by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from fragility.index.audit import build_audit, commune_subscores, with_points
from fragility.index.audit_rows import COLUMNS, audit_rows, read_rows
from fragility.index.deprivation import build_deprivation
from fragility.index.deprivation_gap import compare_deprivation
from fragility.index.multivariate import (
    correlation_ratio,
    cronbach_alpha,
    equal_weights_in_effect,
    principal_components,
    variance_shares,
    varimax,
    weighted_correlation,
)
from fragility.schemas import INDICATORS, validate

WEIGHTS = dict.fromkeys(INDICATORS, 0.2)


def scores_of(subscores, population=None):
    """A table `index_scores` of communes from sub-scores."""
    frame = pd.DataFrame({f"score_{key}": subscores[key] for key in INDICATORS})
    n = len(frame)
    return frame.assign(
        niveau="commune",
        code=[f"01{i:03d}" for i in range(n)],
        population=1.0 if population is None else population,
        score=frame.mean(axis=1),
        est_fragile=frame.mean(axis=1).rank(ascending=False) <= n // 5,
    )


def indicators_of(scores):
    """A table `index_indicateurs` whose values are ten times the sub-scores."""
    values = {f"{key}_pct": 10 * scores[f"score_{key}"] for key in INDICATORS}
    return pd.DataFrame({"niveau": "commune", "code": scores["code"], **values})


def random_subscores(n=400, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({key: rng.integers(1, 11, n).astype(float) for key in INDICATORS})


def test_variance_shares_add_up_to_one_and_follow_the_covariances():
    rows = random_subscores()
    shares = variance_shares(rows, WEIGHTS)
    assert shares.sum() == pytest.approx(1)
    mean = rows.mean(axis=1)
    by_hand = 0.2 * rows["pauvrete"].cov(mean) / mean.var()
    assert shares["pauvrete"] == pytest.approx(by_hand)


def test_correlation_ratio_sees_what_a_line_does_not():
    x = pd.Series(np.repeat([-2.0, -1, 0, 1, 2], 20))
    assert np.corrcoef(x, x**2)[0, 1] == pytest.approx(0)
    assert correlation_ratio(x, x**2) == pytest.approx(1)
    rng = np.random.default_rng(0)
    noise = pd.Series(rng.normal(size=5000))
    # Ten groups explain 9 / 4999 of a noise, on average.
    assert correlation_ratio(pd.Series(rng.normal(size=5000)), noise) < 0.01


def test_equal_weights_give_equal_shares():
    rows = random_subscores()
    rows["pauvrete"] = rows["peu_diplomes"] + rows["pauvrete"] / 5
    weights = equal_weights_in_effect(rows)
    assert weights.sum() == pytest.approx(1)
    assert (weights > 0).all()
    shares = variance_shares(rows, weights.to_dict())
    assert shares.to_numpy() == pytest.approx([0.2] * 5)
    # Two that repeat each other get less than the three that are alone.
    assert weights[["pauvrete", "peu_diplomes"]].max() < weights[["non_thd", "non_4g"]].min()


def test_cronbach_alpha_of_a_worked_example():
    # Two items of variance 1 and covariance c: alpha = 2c / (1 + c).
    rng = np.random.default_rng(3)
    common = rng.normal(size=(200_000, 1))
    rows = pd.DataFrame((common + rng.normal(size=(200_000, 2))) / np.sqrt(2), columns=["a", "b"])
    assert cronbach_alpha(rows) == pytest.approx(2 * 0.5 / 1.5, abs=0.01)
    assert np.isnan(cronbach_alpha(rows[["a"]]))


def test_components_are_those_of_scikit_learn():
    rows = random_subscores(seed=5)
    rows["pauvrete"] += rows["plus_65"]
    values, loadings = principal_components(weighted_correlation(rows, pd.Series(1.0, rows.index)))
    model = PCA().fit((rows - rows.mean()) / rows.std())
    assert values == pytest.approx(model.explained_variance_)
    theirs = np.abs(model.components_.T * np.sqrt(model.explained_variance_))
    assert np.abs(loadings) == pytest.approx(theirs, abs=1e-9)
    assert (loadings.sum(axis=0) >= 0).all()


def test_weights_count_as_repeated_rows():
    rows = random_subscores(30)
    weight = pd.Series(np.arange(30) % 3)
    repeated = rows.loc[rows.index.repeat(weight)]
    assert weighted_correlation(rows, weight) == pytest.approx(
        np.corrcoef(repeated.to_numpy().T), abs=1e-12
    )


def test_varimax_finds_two_groups_turned_away():
    simple = np.array([[0.9, 0], [0.8, 0], [0, 0.7], [0, 0.9]])
    angle = np.radians(35)
    turned = simple @ np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = varimax(turned)
    order = np.argsort(-found[0])
    assert found[:, order] == pytest.approx(simple, abs=1e-6)


def test_two_indicators_that_say_the_same_weigh_more_than_they_are_written():
    rows = random_subscores(2000)
    rows["pauvrete"] = rows["peu_diplomes"]
    scores = scores_of(rows)
    audit = build_audit(indicators_of(scores), scores, WEIGHTS)
    validate(audit, "index_audit")
    effect = read_rows(audit, "poids", "poids_effectif").droplevel("autre")
    assert effect.sum() == pytest.approx(1)
    # Independent ones carry 1/25 each of a variance of 1/25 x 7; the pair 4/25 each.
    assert effect["pauvrete"] == pytest.approx(4 / 11, abs=0.03)
    assert effect["non_thd"] == pytest.approx(1 / 11, abs=0.03)
    pairs = read_rows(audit, "correlation", "spearman_sous_scores")
    assert pairs["peu_diplomes", "pauvrete"] == pytest.approx(1)
    assert abs(pairs["non_thd", "non_4g"]) < 0.1
    # Values are the sub-scores times ten.
    values = read_rows(audit, "correlation", "pearson_valeurs")
    assert values["non_thd", "plus_65"] == pytest.approx(
        read_rows(audit, "correlation", "pearson_sous_scores")["non_thd", "plus_65"]
    )


def test_pillars_are_seen_when_they_are_there():
    rng = np.random.default_rng(8)
    networks, people = rng.normal(size=(2, 1000))
    rows = pd.DataFrame({key: rng.normal(size=1000) * 0.5 for key in INDICATORS})
    rows[["non_thd", "non_4g"]] += networks[:, None]
    rows[["plus_65", "peu_diplomes", "pauvrete"]] += people[:, None]
    scores = scores_of(rows + 10)
    audit = build_audit(indicators_of(scores), scores, WEIGHTS)
    inside = read_rows(audit, "piliers", "correlation_dans")
    between = read_rows(audit, "piliers", "correlation_entre")
    assert inside["", "reseaux"] == pytest.approx(0.8, abs=0.05)
    assert between["", ""] == pytest.approx(0, abs=0.1)
    for axis in (1, 2):
        rows_of = read_rows(audit, "piliers", f"axe_{axis}").droplevel("autre")
        strong = set(rows_of.index[rows_of.abs() > 0.6])
        assert strong in ({"non_thd", "non_4g"}, {"plus_65", "peu_diplomes", "pauvrete"})


def test_an_indicator_without_value_and_too_few_communes():
    rows = random_subscores(50)
    rows["non_thd"] = np.nan
    scores = scores_of(rows)
    audit = build_audit(indicators_of(scores), scores, WEIGHTS)
    validate(audit, "index_audit")
    nominal = read_rows(audit, "poids", "poids_nominal").droplevel("autre")
    assert nominal.to_dict() == pytest.approx(dict.fromkeys(INDICATORS[1:], 0.25))
    few = scores_of(random_subscores(10))
    empty = build_audit(indicators_of(few), few, WEIGHTS)
    assert empty.empty
    assert list(empty.columns) == list(COLUMNS)
    same = scores_of(pd.DataFrame(5.0, index=range(50), columns=list(INDICATORS)))
    assert build_audit(indicators_of(same), same, WEIGHTS).empty


def test_points_of_a_profile_replace_the_sub_scores():
    scores = scores_of(random_subscores(30))
    points = pd.DataFrame(
        {
            "profil": "autre",
            "niveau": "commune",
            "code": scores["code"],
            "indicateur": "chomage",
            "points": np.arange(30.0),
        }
    )
    assert with_points(scores, points, "ifn-2023").equals(scores)
    found = commune_subscores(with_points(scores, points, "autre"), ["chomage", "pauvrete"])
    assert found["chomage"].tolist() == list(range(30))
    assert found["pauvrete"].to_numpy() == pytest.approx(scores["score_pauvrete"])


def test_rows_that_cannot_be_computed_are_left_out():
    rows = [("a", "", "", float("nan"), "x"), ("b", "", "", 1.0, "x")]
    assert audit_rows("poids", rows)["mesure"].tolist() == ["b"]


def census(n=200, seed=2):
    """Census and incomes where the income is exactly a sum of the two other parts."""
    rng = np.random.default_rng(seed)
    code = [f"01{i:03d}" for i in range(n)]
    diploma, jobless = rng.uniform(30, 70, n), rng.uniform(5, 25, n)
    income = 30_000 - 100 * diploma - 200 * jobless
    people = pd.DataFrame(
        {
            "niveau": "commune",
            "code": code,
            "population": rng.integers(50, 5000, n).astype(float),
            "peu_diplomes_pct": diploma,
            "chomage_pct": jobless,
        }
    )
    return people, pd.DataFrame({"niveau": "commune", "code": code, "niveau_vie_median": income})


def test_a_hidden_income_is_what_the_other_parts_say():
    people, incomes = census()
    whole = build_deprivation(people, incomes).set_index("code_commune")
    hidden = incomes.assign(
        niveau_vie_median=incomes["niveau_vie_median"].where(people.index >= 20)
    )
    table = build_deprivation(people, hidden)
    validate(table, "index_defavorisation")
    found = table.set_index("code_commune")
    assert found["defavorisation_origine"].eq("impute").sum() == 20
    assert found["defavorisation"].corr(whole["defavorisation"]) > 0.9999
    assert found["est_plus_defavorisee"].sum() == 40
    # The poorer, the more deprived.
    assert found["defavorisation"].corr(incomes.set_index("code")["niveau_vie_median"]) < -0.9
    weight = people.set_index("code")["population"]
    assert np.average(found["defavorisation"], weights=weight) == pytest.approx(0, abs=1e-9)


def test_deprivation_without_incomes_is_empty():
    people, incomes = census()
    table = build_deprivation(people, incomes.assign(niveau_vie_median=np.nan))
    validate(table, "index_defavorisation")
    assert table.empty


def test_what_the_index_adds_is_what_deprivation_does_not_tell():
    people, incomes = census()
    plain = build_deprivation(people, incomes)
    rank = plain["defavorisation_pct"].to_numpy()
    rng = np.random.default_rng(4)
    rows = pd.DataFrame(
        {
            "non_thd": rng.uniform(1, 10, 200),
            "non_4g": 5.0,
            "plus_65": 1 + 9 * rank / 100,
            "peu_diplomes": 1 + 9 * rank / 100,
            "pauvrete": 1 + 9 * rank / 100,
        }
    )
    scores = scores_of(rows, people["population"])
    names = pd.Series(np.where(np.arange(200) < 100, "Ain", "Aisne"), index=scores["code"])
    audit = compare_deprivation(plain, scores, people, incomes, names, WEIGHTS)
    validate(audit, "index_audit")
    adds = read_rows(audit, "defavorisation", "apport_pct").droplevel("autre")
    assert adds.sum() == pytest.approx(100)
    assert adds["non_thd"] > 85
    counts = read_rows(audit, "defavorisation", "nb_communes_sorte").droplevel("indicateur")
    assert counts.sum() == 200
    assert counts["fragile et défavorisée"] + counts["fragile seulement"] == 40
    out = read_rows(audit, "defavorisation", "fragiles_non_defavorisees_pct")["", ""]
    assert out == pytest.approx(100 * counts["fragile seulement"] / 40)
    told = read_rows(audit, "defavorisation", "part_dite_pct")["score", ""]
    line = np.corrcoef(plain["defavorisation"], scores["score"])[0, 1]
    assert told == pytest.approx(100 * line**2)
    parts = read_rows(audit, "defavorisation", "partie_presente").droplevel("autre")
    assert parts.to_dict() == {
        "niveau_vie_median": 1,
        "peu_diplomes_pct": 1,
        "chomage_pct": 1,
        "part_ouvriers": 0,
    }
    ranks = read_rows(audit, "departements", "rang_score").droplevel("indicateur")
    assert sorted(ranks) == [1, 2]
    means = (scores["score"] * people["population"]).groupby(names.to_numpy()).sum()
    means /= people["population"].groupby(names.to_numpy()).sum()
    assert ranks[means.idxmax()] == 1
