"""Errors that can be worked out by hand: counts, IRIS that inherit, a model that errs as told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fragility.index.census_noise import CENSUS, CensusShare, census_law, prior_strength
from fragility.index.impute import FEATURES, INCOME
from fragility.index.model_error import (
    PEOPLE_PER_HOUSEHOLD,
    ModelError,
    build_errors,
    group_correlation,
    learn_model_error,
    training_distance,
)
from fragility.index.noise import Level, Map, build_noise, inside_coefficient
from fragility.schemas import validate

NAN = np.nan
# Communes 0 (two IRIS) and 1 (one IRIS): IRIS 0, 1 and 2.
WHERE = Map(
    parent=np.array([0, 0, 1]),
    whole=np.array([False, False, True]),
    epci=np.array(["a", "a"]),
    department=np.array(["01", "01"]),
)


def level(value, origin, people):
    return Level(np.array(value, float), np.array(origin), np.array(people, float))


def error_of(spread):
    return ModelError(np.array(spread, float), np.array([-1.0, 0, 1]), 0.25, {})


def test_an_observed_figure_is_exact_and_a_modelled_one_errs_as_the_model():
    towns = level([10, 20], ["observe", "impute"], [5000, 300])
    units = level([8, 12, 20], ["observe", "observe", "impute"], [2000, 3000, 300])
    noise = build_noise("pauvrete", towns, units, WHERE, error_of([2, 3]))
    # Sources: two communes, then the two IRIS that have a figure of their own.
    assert noise.spread.tolist() == [0, 3, 0, 0]
    assert noise.source.tolist() == [2, 3, 1]
    assert noise.centre.tolist() == [10, 20, 8, 12]
    assert noise.shared == 0.25
    assert not noise.inside.any()


def test_iris_that_inherit_share_the_error_of_their_commune():
    towns = level([10, 20], ["impute", "impute"], [5000, 300])
    units = level([10, 10, 20], ["impute", "impute", "impute"], [2000, 3000, 300])
    noise = build_noise("pauvrete", towns, units, WHERE, error_of([2, 3]))
    assert noise.source.tolist() == [0, 0, 1]


def test_what_comes_from_a_register_is_exact():
    towns = level([10, NAN], ["observe", "absent"], [5000, 300])
    units = level([10, 10, NAN], ["commune", "commune", "absent"], [2000, 3000, 300])
    noise = build_noise("non_thd", towns, units, WHERE, None)
    assert noise.is_silent
    assert noise.source.tolist() == [0, 0, -1]


def test_an_inherited_iris_has_an_error_of_its_own_learnt_from_those_that_are_known():
    """30 IRIS at 10 or 30 % in communes at 20 %: a sixteenth of p (100 - p), 10 points."""
    n = 32
    where = Map(
        parent=np.repeat(np.arange(n // 2), 2), whole=np.zeros(n, dtype=bool),
        epci=np.full(n // 2, "a"), department=np.full(n // 2, "01"),
    )  # fmt: skip
    towns = level([20] * 16, ["observe"] * 16, [2000] * 16)
    origin = ["observe"] * 30 + ["commune"] * 2
    units = level([10, 30] * 15 + [20, 20], origin, [1000] * n)
    noise = build_noise("pauvrete", towns, units, where, None)
    assert noise.inside[:30].tolist() == [0] * 30
    assert noise.inside[30:] == pytest.approx([10, 10])
    # Too few known IRIS teach nothing.
    assert inside_coefficient(units.value[:20], np.full(20, 20.0), np.ones(20, bool)) == 0


def law(share, people, value=20.0, origin="observe", n=2):
    """Centre and spread of the first of some communes of one EPCI."""
    towns = np.full(n, value)
    population = np.full(n, float(people))
    return census_law(
        share, towns, population, np.full(n, origin), np.zeros(n, bool), np.arange(n),
        towns, population, np.full(n, "a"),
    )  # fmt: skip


def test_a_count_of_few_people_is_binomial():
    """Communes alike: the EPCI is worth 2,000 people; 20 % of 400 + 2,001 people is +- 0.82."""
    centre, spread = law(CensusShare(1.0), 400)
    assert centre[0] == 20
    assert spread[0] == pytest.approx(100 * np.sqrt(0.2 * 0.8 / 2401))


def test_large_communes_are_sampled_and_complementary_variables_in_small_ones():
    prior = 2001
    assert law(CensusShare(1.0), 20_000)[1][0] == pytest.approx(
        100 * np.sqrt(0.16 / (0.4 * 20_000 + prior))
    )
    assert law(CensusShare(1.0, complementary=True), 4000)[1][0] == pytest.approx(
        100 * np.sqrt(0.16 / (0.25 * 4000 + prior))
    )
    assert law(CensusShare(1.0, complementary=True), 20_000)[1][0] == pytest.approx(
        100 * np.sqrt(0.16 / (0.4 * 20_000 + prior))
    )


def test_an_estimated_rate_adds_the_error_of_the_estimate():
    plain = law(CensusShare(1.0), 400)[1][0]
    added = law(CENSUS["plus_65"], 400, origin="impute")[1][0]
    assert added == pytest.approx(np.hypot(plain, 0.5))
    # Without anyone counted, what is left is how communes of the EPCI differ.
    assert law(CENSUS["peu_diplomes"], 400, origin="impute")[1][0] == pytest.approx(
        100 * np.sqrt(0.16 / 2001)
    )


def test_few_people_are_drawn_towards_their_epci():
    """60 people at 50 %, in an EPCI at 20 % that is worth 20 people: three quarters of the way."""
    value = np.array([50.0, 10, 30, 10, 30, 20])
    people = np.array([60.0, 3000, 3000, 3000, 3000, 3000])
    epci = np.full(6, "a")
    # Communes of 200 or more are 10 points off (variance 400 / 4 = 100): 1600 / 100 - 1 = 15,
    # below the least strength.
    assert prior_strength(value, people, np.full(6, 20.0), epci) == 20
    wider = np.array([50.0, 15, 25, 15, 25, 20])
    assert prior_strength(wider, people, np.full(6, 20.0), epci) == pytest.approx(
        1600 / (25 - 1600 / 3000) - 1
    )
    people[1:] = 30_000_000
    centre, spread = census_law(
        CensusShare(1.0), value, people / 0.4, np.full(6, "observe"), np.zeros(6, bool),
        np.arange(6), value, people, epci,
    )  # fmt: skip
    around = (60 * 50 + 30e6 * 100) / (60 + 150e6)
    number = 60 / 0.4
    assert centre[0] == pytest.approx((number * 50 + 20 * around) / (number + 20))
    assert centre[1] == pytest.approx(10, abs=1e-3)
    assert spread[0] > 100 * spread[1]


@pytest.fixture(scope="module")
def world():
    """1,500 communes whose error is known: 1 point, and that of n / 2.2 households."""
    rng = np.random.default_rng(5)
    n = 1500
    codes = pd.Index([f"{d:02d}{c:03d}" for d in range(1, 51) for c in range(1, 31)])
    features = pd.DataFrame(rng.normal(size=(n, len(FEATURES))), index=codes, columns=FEATURES)
    population = pd.Series(np.exp(rng.uniform(np.log(50), np.log(20_000), n)).round(), index=codes)
    rate = pd.Series(rng.uniform(8, 25, n), index=codes)
    deviation = np.sqrt(1 + 2.2 * rate * (100 - rate) / population)
    residuals = pd.DataFrame({
        "code": codes, "observe": (rate + deviation * rng.normal(size=n)).to_numpy(),
        "predit": rate.to_numpy(), "predit_sans_revenu": rate.to_numpy(), "groupe": codes.str[:2],
    })  # fmt: skip
    return residuals, features, rate, population, deviation


def test_the_error_of_the_model_is_found_where_it_is_known(world):
    residuals, features, rate, population, deviation = world
    error = learn_model_error(residuals, features, rate, population)
    small = (population < 200).to_numpy()
    large = (population > 5000).to_numpy()
    for rows in (small, large):
        assert error.spread[rows].mean() == pytest.approx(deviation[rows].mean(), rel=0.15)
    assert error.spread[small].mean() > 3 * error.spread[large].mean()
    assert abs(error.shared) < 0.05
    low, high = error.bounds(0.05, 0.95)
    assert (low, high) == pytest.approx((-1.645, 1.645), abs=0.15)


def test_no_place_errs_less_than_a_count_of_households(world):
    residuals, features, rate, population, _ = world
    exact = residuals.assign(predit=residuals["observe"], predit_sans_revenu=residuals["observe"])
    error = learn_model_error(exact, features, rate, population)
    least = np.sqrt(PEOPLE_PER_HOUSEHOLD * rate * (100 - rate) / population)
    assert (error.spread >= least.to_numpy() - 1e-9).all()


def test_a_commune_without_income_has_the_error_of_the_other_model(world):
    residuals, features, rate, population, _ = world
    blind = features.copy()
    blind.loc[blind.index[0], INCOME] = np.nan
    worse = residuals["observe"] - residuals["predit"]
    twice = residuals.assign(predit_sans_revenu=residuals["observe"] - 2 * worse)
    error = learn_model_error(twice, blind, rate, population)
    other = learn_model_error(twice, features, rate, population)
    assert error.spread[0] > 1.5 * other.spread[0]


def test_distance_ignores_neighbours_of_the_same_group():
    """Twelve communes at 0 and twelve at 1 in nine predictors: 3 apart."""
    features = pd.DataFrame(
        {key: [0.0] * 12 + [1.0] * 12 for key in FEATURES}, index=[f"c{i}" for i in range(24)]
    )
    halves = pd.Series(["a"] * 12 + ["b"] * 12, index=features.index)
    assert training_distance(features, halves).tolist() == pytest.approx([3.0] * 24)
    each = pd.Series(features.index, index=features.index)
    assert training_distance(features, each).tolist() == [0.0] * 24


def test_the_written_error_is_half_the_drawn_interval():
    """A law even from -1 to 1, nothing shared: nine draws in ten are within 0.9 of the spread."""
    error = ModelError(np.array([2.0, 3.0, 5.0]), np.linspace(-1, 1, 2001), 0.0, {})
    towns = pd.DataFrame(
        {"pauvrete_pct": 20.0, "pauvrete_origine": ["impute", "observe", "impute"]}, list("abc")
    )
    units = pd.DataFrame(
        {"pauvrete_origine": ["impute", "commune", "impute", "observe"]}, ["a1", "b1", "c1", "c2"]
    )
    table = build_errors(error, {"commune": towns, "iris": units}, np.array([0, 1, 2, 2]))
    validate(table, "index_erreurs")
    found = table.set_index(["niveau", "code"])["erreur_90"]
    assert list(found.index) == [("commune", "a"), ("commune", "c"), ("iris", "a1"), ("iris", "c1")]
    assert found.tolist() == pytest.approx([1.8, 4.5, 1.8, 4.5], rel=0.01)
    low, high = error.bounds(0.05, 0.95)
    assert found.iloc[0] == 2.0 * (high - low) / 2
    # No rate is further from 20 % than 100 % is.
    wide = replace(error, spread=np.array([2.0, 3.0, 500.0]))
    table = build_errors(wide, {"commune": towns, "iris": units}, np.array([0, 1, 2, 2]))
    assert table["erreur_90"].max() == 80
    none = build_errors(None, {"commune": towns, "iris": units}, np.array([0, 1, 2, 2]))
    assert validate(none, "index_erreurs").empty


def test_errors_of_a_group_that_go_together_are_seen():
    rng = np.random.default_rng(3)
    group = pd.Series(np.repeat(np.arange(200), 10).astype(str))
    common = np.repeat(rng.normal(size=200), 10)
    own = rng.normal(size=2000)
    assert group_correlation(common + own, group) == pytest.approx(0.5, abs=0.07)
    assert group_correlation(own, group) < 0.05
