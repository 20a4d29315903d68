"""The rules that profiles can express, on numbers that a pencil can check."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fragility.index.composite import (
    combine,
    contributions,
    equal_widths,
    group_points,
    normalise,
    set_goalposts,
)
from fragility.index.profile_model import Axis, Pillar, Profile, ProfileIndicator
from fragility.index.profiles import available_profiles, load_profile


def profile(indicators, **options):
    known = {
        "id": "essai",
        "title": "Essai",
        "description": "",
        "normalisation": "base_100",
        "ties": "mid",
        "aggregation": "mean",
        "min_subscores": 1,
        "fragile_share_pct": 20.0,
    }
    return Profile(**(known | options), indicators=tuple(indicators))


def points(values, made, **options):
    frame = pd.DataFrame(values, dtype=float)
    return normalise(frame, set_goalposts(frame, made, **options), made)


# --- base 100: the worked example of docs/profils.md ---------------------------------------------
# Four communes of 100, 300, 100 and 500 inhabitants. Means weighted by inhabitants:
# one-person households 20, 40, 30, 30 -> 320/10 = 32; coverage 50, 100, 80, 90 -> 880/10 = 88;
# income 16000, 24000, 48000, 20000 -> 23.6 million / 1000 = 23600; services 2, 10, 4, 2 -> 4.6.
PEOPLE = pd.Series([100.0, 300, 100, 500])
WORKBOOK = profile(
    [
        ProfileIndicator("personnes_seules", 1, 1),
        ProfileIndicator("thd", -1, 1, rule="coverage"),
        ProfileIndicator("niveau_vie", -1, 1, rule="mirror"),
        ProfileIndicator("services_publics", -1, 1, rule="mirror_floor"),
    ]
)
VALUES = {
    "personnes_seules": [20, 40, 30, 30],
    "thd": [50, 100, 80, 90],
    "niveau_vie": [16000, 24000, 48000, 20000],
    "services_publics": [2, 10, 4, 2],
}


@pytest.mark.parametrize(
    ("key", "row", "by_hand"),
    [
        ("personnes_seules", 0, 100 * 20 / 32),  # 62.5
        ("personnes_seules", 1, 125.0),
        ("thd", 0, 100 * (100 - 50) / 88),  # 56.8
        ("thd", 1, 0.0),  # everybody is covered
        ("niveau_vie", 0, 100 * (2 - 16000 / 23600)),
        ("niveau_vie", 2, 100 * (2 - 48000 / 23600)),  # -3.4: without a floor
        ("services_publics", 0, 100 * (2 - 2 / 4.6)),
        ("services_publics", 1, 0.0),  # 2 - 10/4.6 < 0: the floor
        ("services_publics", 2, 100 * (2 - 4 / 4.6)),
    ],
)
def test_the_rules_of_base_100(key, row, by_hand):
    found = points(VALUES, WORKBOOK, population=PEOPLE)
    assert found.loc[row, key] == pytest.approx(by_hand)


def test_the_score_in_base_100_is_the_mean_of_all_the_indicators():
    found = points(VALUES, WORKBOOK, population=PEOPLE)
    one = (62.5 + 100 * 50 / 88 + 100 * (2 - 16000 / 23600) + 100 * (2 - 2 / 4.6)) / 4
    assert combine(found, WORKBOOK)[0] == pytest.approx(one)


def test_a_place_like_its_territory_has_100_points():
    made = profile([ProfileIndicator("personnes_seules", 1, 1)], base="departement")
    frame = pd.DataFrame({"personnes_seules": [10.0, 30, 50, 50]})
    place = pd.Series(["01", "01", "2A", "2A"])
    found = normalise(frame, set_goalposts(frame, made, place), made, place)
    assert found["personnes_seules"].tolist() == [50, 150, 100, 100]


def test_a_territory_whose_mean_is_zero_gives_no_points():
    made = profile([ProfileIndicator("personnes_seules", 1, 1)])
    assert points({"personnes_seules": [0.0, 0.0]}, made)["personnes_seules"].isna().all()


def test_equal_widths_and_a_value_on_an_edge_going_up():
    from fragility.index.composite import classify

    # 0 to 100: edges at 20, 40, 60, 80.
    score = pd.Series([0.0, 19.9, 20.0, 40.0, 79.9, 80.0, 100.0])
    assert equal_widths(score) == [20, 40, 60, 80]
    assert classify(score, equal_widths(score)).tolist() == [1, 1, 2, 3, 4, 5, 5]


# --- direction and rule at once ------------------------------------------------
def test_published_income_runs_the_other_way_and_missing_income_counts_as_zero():
    published, mended = load_profile("ifn-2020-publie"), load_profile("ifn-2020")
    item = {
        p.id: next(i for i in p.indicators if i.id == "niveau_vie") for p in (published, mended)
    }
    assert (item["ifn-2020-publie"].rule, item["ifn-2020"].rule) == ("ratio", "mirror")
    assert (published.missing, mended.missing) == ("zero", "ignore")
    assert not item["ifn-2020-publie"].inherit
    rows = pd.DataFrame(100.0, index=[0, 1], columns=published.ids)
    rows.loc[1, "niveau_vie"] = np.nan
    # Six indicators at 100: one missing is 0 as published, and left out as mended.
    assert combine(rows, published).tolist() == pytest.approx([100, 500 / 6])
    assert combine(rows, mended).tolist() == pytest.approx([100, 100])


def test_an_iris_that_may_not_inherit_has_no_value_of_its_own():
    from fragility.index.scores import indicator_values

    made = profile([ProfileIndicator("niveau_vie", 1, 1, inherit=False)])
    five = pd.DataFrame({"niveau": "iris", "code": ["010010101", "010010102"]})
    context = five.assign(
        indicateur="niveau_vie", valeur=[20000.0, 21000.0], origine=["observe", "commune"]
    )
    assert indicator_values(five, context, "iris", made)["niveau_vie"].isna().tolist() == [
        False,
        True,
    ]


# --- axes and pillars ------------------------------------------------
def groups(counts):
    """A profile of axes (pillar, number of indicators), named a1, a2…"""
    axes = [Axis(f"a{rank}", f"Axe {rank}", pillar) for rank, (pillar, _) in enumerate(counts, 1)]
    names = dict.fromkeys(pillar for pillar, _ in counts)
    indicators = [
        ProfileIndicator(
            f"{axis.id}_{n}", 1, 1, axis=axis.id, label="x", definition="x", unit="pct"
        )
        for axis, (_, number) in zip(axes, counts, strict=True)
        for n in range(number)
    ]
    return profile(
        indicators, axes=tuple(axes), pillars=tuple(Pillar(name, name) for name in names)
    )


def test_other_numbers_of_indicators_change_the_weights_of_axes():
    # 3 + 1 in one pillar, 1 + 2 in the other: no 2:1 anywhere.
    made = groups([("acces", 3), ("acces", 1), ("competences", 1), ("competences", 2)])
    row = pd.DataFrame([[10.0, 20, 30, 100, 40, 50, 90]], columns=made.ids)
    found = group_points(row, made).iloc[0]
    assert found["a1"] == 20
    assert found["acces"] == (10 + 20 + 30 + 100) / 4 == (3 * found["a1"] + found["a2"]) / 4
    assert found["competences"] == 60 == (found["a3"] + 2 * found["a4"]) / 3
    assert combine(row, made)[0] == pytest.approx(340 / 7)


def test_equal_pillars_whatever_their_number_of_indicators():
    made = load_profile("deux-piliers")
    row = pd.DataFrame([[10.0, 8, 1, 2, 3]], columns=made.ids)
    # Networks (10 + 8) / 2 = 9, people (1 + 2 + 3) / 3 = 2.
    assert combine(row, made)[0] == pytest.approx((9 + 2) / 2)
    assert made.weights == pytest.approx([1 / 4, 1 / 4, 1 / 6, 1 / 6, 1 / 6])


def test_the_profile_of_2020_has_two_one_one_two_indicators():
    for name in ("ifn-2020", "ifn-2020-publie"):
        made = load_profile(name)
        numbers = {axis.id: sum(i.axis == axis.id for i in made.indicators) for axis in made.axes}
        assert numbers == {"information": 2, "interfaces": 1, "administratives": 1, "numeriques": 2}
        assert {a.id: a.pillar for a in made.axes} == {
            "information": "acces",
            "interfaces": "acces",
            "administratives": "competences",
            "numeriques": "competences",
        }
    calcul = load_profile("ifn-2020-calcul")
    numbers = [sum(i.axis == axis.id for i in calcul.indicators) for axis in calcul.axes]
    assert numbers == [4, 3, 2, 2]


AXES_2020 = {
    "information": "ACCES A L'INFORMATION",
    "interfaces": "ACCÈS AUX INTERFACES NUMERIQUES",
    "administratives": "COMPETENCES ADMINISTATIVES",
    "numeriques": "COMPÉTENCES NUMÉRIQUES / SCOLAIRES",
}


@pytest.mark.parametrize("base", ["region", "departement", "epci"])
def test_published_axes_of_2020_give_the_published_pillars_and_score(pack, base):
    path = pack / "reference" / "ifn_2020_iris_2_regions.csv"
    if not path.is_file():
        pytest.skip(f"the published index of 2020 is not in {path.parent}")
    made = load_profile(f"ifn-2020:{base}")
    table = pd.read_csv(path, sep=";", dtype=str)
    columns = [c for c in table.columns if c.endswith(f" {base} 1")]
    number = table[columns].apply(pd.to_numeric, errors="coerce")

    def column(start):
        (found,) = [c for c in columns if c.startswith(start)]
        return number[found]

    # Indicators of an axis are not published: each takes its axis' points, their mean.
    rows = pd.DataFrame({i.id: column(AXES_2020[i.axis]) for i in made.indicators})
    whole = rows.notna().all(axis=1)
    assert whole.sum() > 5000
    found = group_points(rows, made)
    score = combine(rows, made)
    assert (score - column("SCORE GLOBAL"))[whole].abs().max() < 1e-6
    for name, start in (("acces", "GLOBAL ACCES"), ("competences", "GLOBAL COMPETENCES")):
        assert (found[name] - column(start))[whole].abs().max() < 1e-6


# --- ranks ------------------------------------------------
def test_bands_the_first_tenth_has_three_and_the_median_zero():
    made = profile([ProfileIndicator("chomage", 1, 1)], normalisation="bands")
    found = points({"chomage": np.arange(100.0)}, made)["chomage"]
    assert found.value_counts().sort_index().to_dict() == {
        -3: 10, -2: 16, -1: 16, 0: 16, 1: 16, 2: 16, 3: 10
    }  # fmt: skip
    assert found.iloc[-10:].eq(3).all()
    assert found.iloc[49] == found.iloc[50] == 0


def test_bands_turned_round_for_what_protects():
    made = profile([ProfileIndicator("niveau_vie", -1, 1)], normalisation="bands")
    found = points({"niveau_vie": np.arange(100.0)}, made)["niveau_vie"]
    assert found.iloc[:10].eq(3).all()
    assert found.iloc[-10:].eq(-3).all()


def test_the_total_of_2021_is_the_sum_over_three_tenths_of_their_number():
    made = load_profile("ifn-2021")
    n = len(made.ids)
    assert n == 11
    rows = pd.DataFrame([[3] * n, [-3] * n, [0] * n, [3, 2, 1, 0, 0, 0, 0, 0, -1, -2, 1]],
                        columns=made.ids, dtype=float)  # fmt: skip
    assert combine(rows, made).tolist() == pytest.approx([10, -10, 0, 4 / 3.3])
    short = rows.copy()
    short.loc[0, "services_publics"] = np.nan
    assert combine(short, made)[0] == pytest.approx(10)  # 30 / (3 x 10 / 10)


def test_percentiles_and_min_max_go_from_one_to_ten():
    item = [ProfileIndicator("chomage", 1, 1)]
    values = {"chomage": [0.0, 10, 20, 30, 100]}
    by_value = points(values, profile(item, normalisation="min_max"))["chomage"]
    assert by_value.tolist() == pytest.approx([1, 1.9, 2.8, 3.7, 10])
    # Mid-ranks of five places: 0.1, 0.3, 0.5, 0.7, 0.9 of the way from 1 to 10.
    by_rank = points(values, profile(item, normalisation="percentiles"))["chomage"]
    assert by_rank.tolist() == pytest.approx([1.9, 3.7, 5.5, 7.3, 9.1])


# --- contributions ------------------------------------------------
@pytest.mark.parametrize("name", [*available_profiles(), "geometrique", "pondere"])
def test_contributions_add_up_to_the_score(name):
    rng = np.random.default_rng(20)
    if name in available_profiles():
        made = load_profile(name)
    else:
        made = dataclasses.replace(load_profile("ifn-2023"), ties="mid")
        change = {"aggregation": "geometric"} if name == "geometrique" else {}
        items = tuple(
            dataclasses.replace(item, weight=rank + 1.0)
            for rank, item in enumerate(made.indicators)
        )
        made = dataclasses.replace(made, **change, indicators=items)
    low, high = {"bands": (-3, 3), "base_100": (20, 250)}.get(made.normalisation, (1, 10))
    rows = pd.DataFrame(rng.uniform(low, high, (200, len(made.ids))), columns=made.ids)
    rows = rows.mask(rng.random(rows.shape) < 0.1)
    parts, score = contributions(rows, made), combine(rows, made)
    assert score.notna().any()
    assert (parts.sum(axis=1, min_count=1) - score).abs().max() < 1e-9
    assert score.dropna().between(*made.bounds).all()


def test_a_geometric_mean_by_hand():
    made = dataclasses.replace(
        profile([ProfileIndicator("a", 1, 1), ProfileIndicator("b", 1, 1)]),
        normalisation="deciles",
        aggregation="geometric",
    )
    rows = pd.DataFrame({"a": [2.0], "b": [8.0]})
    assert combine(rows, made)[0] == pytest.approx(4)  # the square root of 16
    # log 2 is a quarter of log 16, log 8 three quarters.
    assert contributions(rows, made).iloc[0].tolist() == pytest.approx([1, 3])


def test_the_weight_of_a_missing_indicator_goes_to_its_own_group():
    made = load_profile("deux-piliers")
    row = pd.DataFrame([[10.0, np.nan, 1, 2, 3]], columns=made.ids)
    assert combine(row, made)[0] == pytest.approx((10 + 2) / 2)
    nothing = pd.DataFrame([[np.nan, np.nan, 1, 2, 3]], columns=made.ids)
    assert combine(nothing, made).isna().all()  # three indicators known, four are needed
