"""The value that changes the class: checked by scoring the place again with it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fragility.index.composite import classify, combine, normalise, set_goalposts
from fragility.index.profiles import load_profile
from fragility.index.thresholds import LESS, MORE, best_networks, class_shifts, needed_points

PROFILE = load_profile("ifn-2023")
BOUNDS = [3.0, 5.0, 7.0, 9.0]
HAIR = 1e-4


def territory(n=400, seed=3):
    draw = np.random.default_rng(seed)
    values = pd.DataFrame(
        draw.uniform(0, 100, (n, 5)), index=[f"{i:05d}" for i in range(n)], columns=PROFILE.ids
    )
    # Many places at 0 and 100, as networks have.
    values["non_4g"] = values["non_4g"].where(values["non_4g"] > 60, 0.0)
    values["non_thd"] = values["non_thd"].where(values["non_thd"] < 70, 100.0)
    return values


def everything(values, profile, bounds=BOUNDS, own=True, place=None):
    goalposts = set_goalposts(values, profile, place)
    points = normalise(values, goalposts, profile, place)
    mask = pd.DataFrame(own, index=values.index, columns=profile.ids)
    shifts = class_shifts(values, points, mask, bounds, goalposts, profile, place)
    return goalposts, points, shifts


def class_with(values, shift, value, goalposts, profile, bounds, place=None):
    """Class of the place of each row of `shift`, its indicator set to `value`."""
    changed = values.loc[shift["code"]].reset_index(drop=True)
    for key in profile.ids:
        mine = shift["indicateur"].eq(key).to_numpy()
        changed.loc[mine, key] = np.asarray(value)[mine]
    where = None if place is None else place.loc[shift["code"]].reset_index(drop=True)
    points = normalise(changed, goalposts, profile, where)
    return classify(combine(points, profile), bounds).to_numpy(int)


@pytest.mark.parametrize("aggregation", ["mean", "geometric"])
@pytest.mark.parametrize("normalisation", ["deciles", "percentiles", "min_max"])
def test_the_value_changes_the_class_and_a_hair_less_does_not(normalisation, aggregation):
    profile = replace(PROFILE, normalisation=normalisation, aggregation=aggregation)
    values = territory()
    goalposts, points, shifts = everything(values, profile)
    named = shifts[shifts["possible"]].reset_index(drop=True)
    assert len(named) > 300
    got = class_with(values, named, named["valeur"], goalposts, profile, BOUNDS)
    down = named["sens"].eq(LESS).to_numpy()
    assert (got[down] <= named["classe"].to_numpy()[down]).all()
    assert (got[~down] >= named["classe"].to_numpy()[~down]).all()
    # A hair towards today's value: the class stays.
    places = zip(named["code"], named["indicateur"], strict=True)
    today = np.array([values.at[code, key] for code, key in places])
    before = named["valeur"] + HAIR * np.sign(today - named["valeur"])
    now = classify(combine(points, profile), BOUNDS).loc[named["code"]].to_numpy(int)
    assert (class_with(values, named, before, goalposts, profile, BOUNDS) == now).all()


def test_what_is_said_impossible_is():
    values = territory()
    goalposts, _, shifts = everything(values, PROFILE)
    none = shifts[~shifts["possible"]].reset_index(drop=True)
    assert len(none) > 50
    assert none["valeur"].isna().all()
    extreme = np.where(none["sens"].eq(LESS), 0.0, 100.0)
    got = class_with(values, none, extreme, goalposts, PROFILE, BOUNDS)
    assert (np.where(none["sens"].eq(LESS), got > none["classe"], got < none["classe"])).all()


def test_an_indicator_that_is_better_when_high_has_to_rise():
    items = tuple(
        replace(item, direction=-1) if item.id == "pauvrete" else item
        for item in PROFILE.indicators
    )
    profile = replace(PROFILE, indicators=items)
    values = territory()
    goalposts, _, shifts = everything(values, profile)
    own = shifts[shifts["possible"] & shifts["indicateur"].eq("pauvrete")].reset_index(drop=True)
    today = values.loc[own["code"], "pauvrete"].to_numpy()
    rises = own["valeur"].to_numpy() > today
    assert (rises == own["sens"].eq(LESS).to_numpy()).all()
    got = class_with(values, own, own["valeur"], goalposts, profile, BOUNDS)
    assert np.where(own["sens"].eq(LESS), got <= own["classe"], got >= own["classe"]).all()


def test_base_100_of_each_region():
    profile = replace(PROFILE, normalisation="base_100", base="region", min_subscores=5)
    values = territory()
    place = pd.Series(np.where(np.arange(len(values)) % 2, "11", "84"), index=values.index)
    bounds = [80.0, 95.0, 105.0, 120.0]
    goalposts, _, shifts = everything(values, profile, bounds, place=place)
    named = shifts[shifts["possible"]].reset_index(drop=True)
    got = class_with(values, named, named["valeur"], goalposts, profile, bounds, place)
    assert len(named) > 300
    assert np.where(named["sens"].eq(LESS), got <= named["classe"], got >= named["classe"]).all()


def test_needed_points_by_hand():
    # Four indicators at 6, one at 8: score 6.4. To reach 6, the last must lose 2.
    points = pd.DataFrame([[6.0, 6, 6, 6, 8]], columns=PROFILE.ids)
    assert needed_points(points, pd.Series([6.0]), PROFILE)[0, 4] == pytest.approx(6.0)
    # On four known indicators each counts for a quarter; what is missing counts for nothing.
    points["non_4g"] = np.nan
    needed = needed_points(points, pd.Series([6.0]), PROFILE)[0]
    assert needed[4] == pytest.approx(6.0)
    assert np.isnan(needed[1])


@pytest.mark.parametrize("score_range", [None, (0.0, 100.0)])
@pytest.mark.parametrize("aggregation", ["mean", "geometric"])
def test_needed_points_give_the_score_wanted(aggregation, score_range):
    profile = replace(PROFILE, aggregation=aggregation, score_range=score_range)
    draw = np.random.default_rng(1)
    points = pd.DataFrame(draw.uniform(1, 10, (50, 5)), columns=PROFILE.ids)
    score = combine(points, profile)
    goal = score * 0.97
    needed = needed_points(points, goal, profile)
    for column, key in enumerate(PROFILE.ids):
        changed = points.assign(**{key: needed[:, column]})
        ok = (changed[key] > 0).to_numpy()
        np.testing.assert_allclose(combine(changed[ok], profile), goal[ok], atol=1e-9)


def test_extreme_classes_have_one_way_only():
    values = territory()
    _, points, shifts = everything(values, PROFILE)
    classes = classify(combine(points, PROFILE), BOUNDS)
    lowest, highest = classes.index[classes == 1], classes.index[classes == 5]
    assert len(lowest)
    assert len(highest)
    assert shifts[shifts["code"].isin(lowest)]["sens"].eq(MORE).all()
    assert shifts[shifts["code"].isin(highest)]["sens"].eq(LESS).all()


def test_a_mean_of_iris_has_points_to_reach_and_no_value():
    values = territory()
    _, _, shifts = everything(values, PROFILE, own=False)
    assert shifts["valeur"].isna().all()
    down = shifts[shifts["sens"] == LESS]
    assert (down["possible"] == (down["points_vises"] > 1.000001)).all()


def test_a_mean_of_iris_has_the_value_of_a_place_with_these_points():
    values = territory()
    goalposts, _, shifts = everything(values, PROFILE, own=False)
    told = shifts[shifts["repere"].notna()].reset_index(drop=True)
    assert len(told) > 100
    whole = pd.DataFrame(dict.fromkeys(PROFILE.ids, told["repere"]))
    points = normalise(whole, goalposts, PROFILE)
    got = np.array([points.at[row, key] for row, key in enumerate(told["indicateur"])])
    need, less = told["points_vises"].to_numpy(), told["sens"].eq(LESS).to_numpy()
    assert np.where(less, got < need, got >= need - 1e-9).all()
    assert everything(values, PROFILE)[2]["repere"].isna().all()


def test_perfect_networks_change_networks_only():
    values = territory()
    goalposts, points, _ = everything(values, PROFILE)
    best = best_networks(points, BOUNDS, goalposts, PROFILE)
    perfect = normalise(values.assign(non_thd=0.0, non_4g=0.0), goalposts, PROFILE)
    np.testing.assert_allclose(best["score"], combine(perfect, PROFILE))
    # Unknown networks have nothing to gain that is known.
    points.loc["00000", "non_4g"] = np.nan
    again = best_networks(points, BOUNDS, goalposts, PROFILE)
    others = perfect.loc["00000"].drop("non_4g")
    assert again.loc["00000", "score"] == pytest.approx(others.mean())
