"""The quick draws against the engine itself, and the bounds against what they promise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fragility.index.composite import aggregate, combine, normalise, set_goalposts
from fragility.index.draws import Drawn, Errors, Sequence, even_law, make_plan
from fragility.index.lookup import trim, variants
from fragility.index.noise import Noise
from fragility.index.profiles import load_profile
from fragility.index.ranks import bounds_of, rank_from_top
from fragility.index.redrawn import SOURCES, gather, prepare
from fragility.index.scores import build_scores
from fragility.index.uncertainty import _level, build_uncertainty, confidence
from fragility.schemas import INDICATORS, validate

N = 200  # communes; the last 20 have four IRIS each
DIVIDED = 20


def make_tables(seed=0):
    """A made-up edition: observed and modelled poverty, IRIS that inherit, places left out."""
    rng = np.random.default_rng(seed)
    codes = pd.Index([f"{i // 20 + 1:02d}{i + 1:03d}" for i in range(N)])
    communes = pd.DataFrame(
        {
            "code_commune": codes,
            "code_epci": [f"2000000{i // 10:02d}" for i in range(N)],
            "code_departement": codes.str[:2],
            "code_region": "84",
        }
    )
    parts = [4 if i >= N - DIVIDED else 1 for i in range(N)]
    parent = np.repeat(np.arange(N), parts)
    rank = np.concatenate([np.arange(p) for p in parts])
    iris = pd.DataFrame({
        "code_iris": [f"{codes[c]}{k + 101 if parts[c] > 1 else 0:04d}"
                      for c, k in zip(parent, rank, strict=True)],
        "code_commune": codes[parent],
    })  # fmt: skip
    population = np.exp(rng.uniform(np.log(40), np.log(3000), N)).round()
    population[-DIVIDED:] = 8000
    population[5] = 0
    values = {
        "non_thd": rng.uniform(0, 100, N),
        "non_4g": np.where(rng.random(N) < 0.5, 0, rng.uniform(0, 60, N)),
        "plus_65": rng.uniform(8, 45, N),
        "peu_diplomes": rng.uniform(30, 80, N),
        "pauvrete": rng.uniform(5, 30, N),
    }
    values["non_4g"][3] = np.nan  # four of five: a score
    values["non_4g"][4] = values["non_thd"][4] = np.nan  # three of five: none
    for key in INDICATORS:
        values[key][5] = np.nan  # uninhabited
    observed = population > 1500
    frames = []
    for level, index, at in (("commune", codes, np.arange(N)),
                             ("iris", pd.Index(iris["code_iris"]), parent)):  # fmt: skip
        frame = pd.DataFrame({
            "niveau": level, "code": index, "population": population[at] / np.array(parts)[at]
            if level == "iris" else population,
            "population_origine": np.where(np.array(parts)[at] > 1, "impute", "observe"),
        })  # fmt: skip
        for key in INDICATORS:
            own, origin = values[key][at].copy(), np.full(len(at), "observe", dtype=object)
            if key == "pauvrete":
                origin[~observed[at]] = "impute"
            if key == "plus_65":
                origin[:] = "impute"
            if level == "iris":
                split = np.array(parts)[at] > 1
                if key in ("plus_65", "pauvrete"):
                    own[split] = np.clip(own[split] + rng.normal(0, 4, split.sum()), 0, 100)
                    if key == "pauvrete":
                        last = split & (rank == 3)
                        own[last], origin[last] = values[key][at][last], "commune"
                else:
                    origin[split] = "commune"
            frame[f"{key}_pct"] = own
            frame[f"{key}_origine"] = np.where(np.isnan(own), "absent", origin)
        frames.append(frame)
    indicators = pd.concat(frames, ignore_index=True)
    indicators.loc[indicators["code"] == iris["code_iris"].iloc[-1], "non_4g_pct"] = np.nan
    census = pd.DataFrame({"niveau": "commune", "code": codes})
    for key in ("chomage_pct", "proprietaires_pct", "vacance_pct", "densite_hab_km2",
                "familles_mono_pct", "personnes_seules_pct"):  # fmt: skip
        census[key] = rng.uniform(1, 50, N)
    census["plus_65_pct"], census["peu_diplomes_pct"] = values["plus_65"], values["peu_diplomes"]
    incomes = pd.DataFrame(
        {"niveau": "commune", "code": codes, "niveau_vie_median": rng.normal(21_000, 2000, N)}
    )
    known = codes[observed]
    residuals = pd.DataFrame({"code": known, "observe": values["pauvrete"][observed]})
    for name in ("predit", "predit_sans_revenu"):
        residuals[name] = (residuals["observe"] + rng.normal(0, 1.5, len(known))).clip(0, 100)
    residuals["groupe"] = known.str[:2]
    return indicators, communes, iris, census, incomes, residuals


@pytest.fixture(scope="module")
def world():
    return make_tables()


def profile_of(**changes):
    return replace(load_profile("ifn-2023"), **changes)


def redraw(world, profile=None, **options):
    indicators, communes, iris, census, incomes, residuals = world
    edition = gather(indicators, communes, iris, profile or load_profile("ifn-2023"))
    return prepare(edition, residuals, census, incomes, **options)


def uncertain(world, profile=None, **options):
    indicators, communes, iris, *_ = world
    profile = profile or load_profile("ifn-2023")
    scores = build_scores(indicators, communes, iris, profile)[0]
    return build_uncertainty(redraw(world, profile, **options), scores), scores


PROFILES = {
    "deciles": {},
    "published": {"ties": "upper"},
    "percentiles": {"normalisation": "percentiles"},
    "min_max": {"normalisation": "min_max", "divided": "own"},
    "base_100": {"normalisation": "base_100", "base": "epci", "min_subscores": 1},
    "by département": {"normalisation": "percentiles", "base": "departement"},
    "geometric": {"aggregation": "geometric", "universe": "commune"},
    "zero": {"missing": "zero", "universe": "commune", "divided": "own"},
}


@pytest.mark.parametrize("changes", PROFILES.values(), ids=PROFILES)
def test_without_noise_a_draw_is_the_published_index(world, changes):
    profile = profile_of(**changes)
    drawn = redraw(world, profile, draws=2, sources=())
    indicators, communes, iris, *_ = world
    scores = build_scores(indicators, communes, iris, profile)[0]
    for level in ("commune", "iris"):
        own = scores[scores["niveau"] == level].set_index("code")["score"]
        own = own.reindex(drawn.codes[level]).to_numpy()
        found = drawn.scores(0)[level]
        if profile.aggregation == "geometric":
            found = np.exp(found)
        known = ~np.isnan(own)
        assert known.sum() > 150
        # A score kept by the engine for display may be on another scale, never here.
        np.testing.assert_allclose(found[known], own[known], rtol=2e-5)


@pytest.mark.parametrize("draw", [0, 1, 2, 5])
def test_a_draw_is_the_engine_on_the_drawn_values(world, draw):
    """Drawn values, weights and normalisation, through composite.py step by step."""
    indicators, communes, iris, *_ = world
    profile = load_profile("ifn-2023")
    drawn = redraw(world, profile, draws=8)
    edition = gather(indicators, communes, iris, profile)
    units = edition.values["iris"]
    order = drawn.codes["iris"]
    values = units.reindex(order).copy()
    for key, errors in drawn.drawn.items():
        percent = ((errors.at(draw).astype(float) - 0.5) / 100).clip(0, 100)
        values[key] = np.where(values[key].notna(), percent, np.nan)
    method = int(drawn.plan.method[draw])
    choice = variants(profile)[method]
    posts = set_goalposts(trim(units) if choice.normalisation == "min_max" else units, choice)
    weights = drawn.plan.weights[draw]
    own = replace(choice, indicators=tuple(
        replace(item, weight=float(w)) for item, w in zip(profile.indicators, weights, strict=True)
    ))  # fmt: skip
    points = normalise(values, posts, own)
    people = edition.cells["iris"]["population"].reindex(order)
    if drawn.people_spread.any():
        moved = 1 + drawn.people_spread * drawn.people_errors.at(draw)
        people = people.copy()
        people.iloc[drawn.whole :] *= moved
    parent = iris.set_index("code_iris")["code_commune"].reindex(order)
    means = aggregate(points, people, parent).reindex(drawn.codes["commune"])
    expected = {"iris": combine(points, own), "commune": combine(means, own)}
    found = drawn.scores(draw)
    for level, score in expected.items():
        known = score.notna().to_numpy()
        # Drawn values are read to a hundredth of a percent: a decile's edge may lie within.
        gap = np.abs(found[level][known] - score[known].to_numpy())
        assert (gap < 2e-3).mean() > 0.97
        assert np.median(gap) < 5e-4


def test_bounds_hold_what_is_published_and_respect_the_model(world):
    table, scores = uncertain(world, draws=256)
    # Ranks of every place that has a score, and of no other.
    own = scores[scores["niveau"].isin(["commune", "iris"]) & scores["score"].notna()]
    validate(table, "index_incertitude")
    merged = table.merge(own, on=["niveau", "code"], validate="1:1")
    assert len(merged) == len(table) == len(own)
    assert (merged["rang_bas"] <= merged["rang"]).all()
    assert (merged["rang"] <= merged["rang_haut"]).all()
    assert (merged["score_bas"] <= merged["score"]).all()
    assert (merged["score"] <= merged["score_haut"]).all()
    assert table["rang_bas"].dtype == table["rang_haut"].dtype == "Int64"
    for level in ("commune", "iris"):
        level_rows = merged[merged["niveau"] == level]
        # As many places are expected to be fragile as the edition calls so.
        expected = level_rows["probabilite_fragile_pct"].sum() / 100
        assert expected == pytest.approx(level_rows["est_fragile"].sum(), abs=2)


def test_nothing_random_gives_no_width(world):
    """Own weights, own normalisation, exact figures: only ties are left."""
    table, scores = uncertain(world, profile_of(normalisation="percentiles"), draws=8, sources=())
    own = table.merge(scores, on=["niveau", "code"])
    assert ((own["rang_haut"] - own["rang_bas"]).astype(float) <= 2).all()
    assert own["probabilite_fragile_pct"].isin([0, 100]).all()
    assert own["confiance"].eq("robuste").mean() > 0.98


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(world):
    first, _ = uncertain(world, draws=64, seed=1)
    again, _ = uncertain(world, draws=64, seed=1)
    other, _ = uncertain(world, draws=64, seed=2)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(other)


def test_another_seed_moves_the_bounds_little(world):
    """Mean gap under 1 % of the places, at the number of draws of the product."""
    first, _ = uncertain(world, seed=1)
    other, _ = uncertain(world, seed=2)
    for level in ("commune", "iris"):
        one, two = (t[t["niveau"] == level] for t in (first, other))
        for bound in ("rang_bas", "rang_haut"):
            gap = (one[bound] - two[bound]).abs().astype(float) / len(one)
            assert gap.mean() < 0.01
            assert gap.quantile(0.99) < 0.03


def test_a_modelled_commune_is_less_sure_than_if_it_were_observed(world):
    wide, _ = uncertain(world, draws=256, sources=("imputation",))
    indicators, *rest = world
    known = indicators.assign(
        pauvrete_origine=indicators["pauvrete_origine"].replace("impute", "observe")
    )
    narrow, _ = uncertain((known, *rest), draws=256, sources=("imputation",))
    cells = indicators[indicators["niveau"] == "commune"].set_index("code")
    modelled = cells.index[cells["pauvrete_origine"].eq("impute")]
    width = [
        (t["rang_haut"] - t["rang_bas"]).astype(float).set_axis(t["code"])
        .reindex(modelled).dropna().mean()
        for t in (wide[wide["niveau"] == "commune"], narrow[narrow["niveau"] == "commune"])
    ]  # fmt: skip
    assert width[0] > 3 * width[1]


def test_confidence_speaks_of_the_published_verdict():
    # To the percent that people read: 89.5 is written 90, and is robust.
    share = np.array([100.0, 89.5, 89.4, 49.6, 49.4, 0, 10.4, 10.6, 50.4, 50.6])
    fragile = np.array([True] * 5 + [False] * 5)
    assert confidence(share, fragile).tolist() == [
        "robuste", "robuste", "probable", "probable", "incertain",
        "robuste", "robuste", "probable", "probable", "incertain",
    ]  # fmt: skip


def test_weights_are_those_of_the_profile_in_the_mean_and_vary_as_said():
    plan = make_plan([0.2] * 5, 3, Sequence(4096, 8, np.random.default_rng(1)))
    assert np.allclose(plan.weights.sum(axis=1), 1)
    assert plan.weights.mean(axis=0) == pytest.approx([0.2] * 5, abs=0.002)
    low, high = np.quantile(plan.weights, [0.05, 0.95], axis=0)
    assert low == pytest.approx([0.086] * 5, abs=0.01)
    assert high == pytest.approx([0.343] * 5, abs=0.01)
    assert np.bincount(plan.method) == pytest.approx([1365] * 3, abs=3)
    uneven = make_plan([0.5, 0, 0.5], 1, Sequence(512, 8, np.random.default_rng(1)))
    assert not uneven.weights[:, 1].any()
    fixed = make_plan([2, 1, 1], 1, Sequence(16, 8, np.random.default_rng(1)), vary_weights=False)
    assert fixed.weights[0].tolist() == [0.5, 0.25, 0.25]


@pytest.mark.parametrize("apart", [0, 500])
def test_every_place_meets_its_law_evenly_and_alone(apart):
    rng = np.random.default_rng(1)
    errors = Errors(None, np.arange(500), apart, Sequence(1024, 4, rng), rng)
    drawn = np.array([errors.at(d).copy() for d in range(1024)])
    assert drawn.mean(axis=0) == pytest.approx(np.zeros(500), abs=0.02)
    assert drawn.std(axis=0) == pytest.approx(np.ones(500), abs=0.02)
    assert np.quantile(drawn, 0.95, axis=0) == pytest.approx(np.full(500, 1.645), abs=0.03)
    pairs = np.corrcoef(drawn[:, :200].T)[np.triu_indices(200, 1)]
    assert abs(pairs.mean()) < 0.02
    if apart == 0:
        # Places that are averaged together differ in all respects.
        assert (np.abs(pairs) < 0.2).mean() > 0.995
    same = Errors(None, np.zeros(3, dtype=int), 0, Sequence(16, 4, rng), rng).at(3)
    assert same[0] == same[1] == same[2]


def test_a_law_is_cut_in_equal_parts():
    law = np.array([-2.0, 0.0, 4.0])
    assert even_law(law, 2).tolist() == [-1.0, 2.0]


def test_ranks_and_quantiles():
    rng = np.random.default_rng(0)
    score = rng.normal(size=5000).astype(np.float32)
    exact = (-score).argsort().argsort() + 1
    assert np.abs(rank_from_top(score) - exact).max() <= 3
    assert rank_from_top(np.full(3, 5, dtype=np.float32)).tolist() == [2, 2, 2]
    # Fifths that differ by the noise of their last digit are tied.
    fifths = np.array([6.8, np.nextafter(np.float32(6.8), np.float32(7)), 1, 10], np.float32)
    assert rank_from_top(fifths).tolist() == [2, 2, 4, 1]
    ranks = np.tile(np.arange(1, 1001, dtype=np.uint16)[:, None], (1, 3))
    low, high = bounds_of(rng.permuted(ranks, axis=0), 0.05, 0.95)
    assert low == pytest.approx([50.5] * 3, abs=1)
    assert high == pytest.approx([950.5] * 3, abs=1)


def test_an_interval_holds_nine_draws_in_ten():
    """Each of 1,000 places has each of 1,000 ranks once: 90 % are 50 to 950, 20 % are 1 to 200."""
    place = np.arange(1000)
    ranks = ((place[:, None] + place) % 1000 + 1).astype(np.uint16)
    own = pd.DataFrame(
        {"score": place / 100, "rang": 500, "est_fragile": place >= 800},
        index=pd.Index([f"{n:05d}" for n in place]),
    )
    table = _level("commune", own, ranks)
    low, high = table["rang_bas"].to_numpy(int), table["rang_haut"].to_numpy(int)
    held = ((ranks >= low) & (ranks <= high)).mean(axis=0)
    assert held.min() > 0.88
    assert held.max() < 0.93
    # The 200th rank is the last of the 200 fragile places: it counts.
    assert (table["probabilite_fragile_pct"] == 20).all()


def test_a_bound_does_not_look_far_from_its_quantile():
    """A fifth of the draws at one end, the others at the other: 5 % and 95 % are in no doubt."""
    ranks = np.repeat(np.array([1, 1000], dtype=np.uint16), [200, 800])[:, None]
    assert bounds_of(ranks, 0.05, 0.95)[0] == pytest.approx([1], abs=1)
    assert bounds_of(1001 - ranks, 0.05, 0.95)[1] == pytest.approx([1000], abs=1)


def test_an_error_partly_shared_is_as_wide_as_one_that_is_not():
    """Deviation 3, 36 % of the variance the département's: 3 in all, 0.36 between places."""
    rng = np.random.default_rng(4)
    size = 300
    noise = Noise(
        np.full(size, 50.0), np.full(size, 3.0), None, 0.36, np.arange(size), np.zeros(size)
    )
    drawn = Drawn(
        noise, np.arange(size), np.zeros(size), size, np.zeros(size, dtype=int),
        Sequence(1024, 4, rng), rng,
    )  # fmt: skip
    values = np.array([drawn.at(d).copy() for d in range(1024)])
    assert values.std(axis=0).mean() == pytest.approx(3, rel=0.03)
    pairs = np.corrcoef(values.T)[np.triu_indices(size, 1)]
    assert pairs.mean() == pytest.approx(0.36, abs=0.05)


def test_inhabitants_that_the_census_does_not_publish_vary_by_a_tenth(world):
    """Those of the IRIS of divided communes; the others are published."""
    drawn = redraw(world, draws=2)
    assert len(drawn.people_spread) == 4 * DIVIDED
    assert drawn.people_spread == pytest.approx(np.full(4 * DIVIDED, 0.1))
    assert not redraw(world, draws=2, sources=("effectifs",)).people_spread.any()


def test_sources_are_named():
    assert SOURCES == ("poids", "normalisation", "imputation", "effectifs")


def test_an_indicator_missing_everywhere_and_places_without_score(world):
    """As a territory without any 4G figure: four indicators, the weights of the others."""
    indicators, *rest = world
    none = indicators.assign(non_4g_pct=np.nan, non_4g_origine="absent")
    table, scores = uncertain((none, *rest), draws=64)
    own = table.merge(scores, on=["niveau", "code"])
    assert own["score"].between(own["score_bas"], own["score_haut"]).all()
    assert set(own["confiance"]) <= {"robuste", "probable", "incertain"}
    nothing = scores.assign(score=np.nan, rang=pd.array([pd.NA] * len(scores), dtype="Int64"))
    empty = build_uncertainty(redraw((none, *rest), draws=2), nothing)
    assert len(validate(empty, "index_incertitude")) == 0
