"""Kinds of fragile communes: found again, named by rule, with what to do first."""

import numpy as np
import pandas as pd
import pytest

from fragility.index.audit_rows import read_rows
from fragility.index.typology import (
    Candidate,
    build_typology,
    choose_count,
    clearness,
    standardise,
)
from fragility.index.typology_names import first_lever, name_of, place_word, what_to_do
from fragility.schemas import INDICATORS, validate

# Sub-scores of three kinds of fragile communes, in the order of INDICATORS.
KINDS = {
    "old": (9, 9, 10, 9, 2),
    "poor": (2, 2, 8, 10, 10),
    "young": (10, 10, 2, 9, 10),
}


def territory(per_kind=40, quiet=300, seed=0):
    """Tables of a territory whose fragile communes are of three kinds, in this order."""
    rng = np.random.default_rng(seed)
    fragile = np.repeat(list(KINDS.values()), per_kind, axis=0) + rng.normal(
        scale=0.4, size=(3 * per_kind, 5)
    )
    points = np.vstack([fragile, rng.uniform(1, 7, size=(quiet, 5))]).clip(1, 10)
    n = len(points)
    scores = pd.DataFrame(points, columns=[f"score_{key}" for key in INDICATORS]).assign(
        niveau="commune",
        code=[f"01{i:03d}" for i in range(n)],
        population=np.where(np.arange(n) < per_kind, 50.0, 100.0),
        score=points.mean(axis=1),
        est_fragile=np.arange(n) < 3 * per_kind,
    )
    indicators = pd.DataFrame(10 * points - 5, columns=[f"{key}_pct" for key in INDICATORS])
    indicators = indicators.assign(niveau="commune", code=scores["code"])
    density = np.where(np.arange(n) // per_kind == 1, 900.0, 12.0)
    census = pd.DataFrame({"niveau": "commune", "code": scores["code"], "densite_hab_km2": density})
    return indicators, scores, census


def test_three_kinds_are_found_and_named_by_their_profile():
    members, types, audit = build_typology(*territory(), INDICATORS)
    for name, table in (
        ("index_typologie", members),
        ("index_typologie_classes", types),
        ("index_audit", audit),
    ):
        validate(table, name)
    assert read_rows(audit, "typologie", "nb_types").iloc[0] == 3
    assert read_rows(audit, "typologie", "stabilite")["", "3"] == pytest.approx(1)
    kinds = members["type"].to_numpy().reshape(3, 40)
    assert (kinds == kinds[:, :1]).all()
    assert len(set(kinds[:, 0])) == 3
    # The 40 old ones are the least populated.
    assert kinds[0, 0] == 3
    names = types.set_index("type")["nom_type"]
    assert names[kinds[0, 0]] == "Rural âgé, peu diplômé et mal desservi, moins pauvre"
    assert names[kinds[1, 0]].startswith("Urbain ")
    assert names[kinds[2, 0]].endswith("moins âgé")
    assert members["nettete"].median() > 0.7
    assert types["nb_communes"].sum() == 120
    assert types["population"].tolist() == [4000, 4000, 2000]
    old = types.set_index("type").loc[kinds[0, 0]]
    assert old["pauvrete_pct"] == pytest.approx(15, abs=2)
    assert old["quoi_faire"].startswith("D'abord les ")
    assert "revenus" not in old["quoi_faire"]


def test_the_same_territory_gives_the_same_kinds_whatever_the_order_of_rows():
    tables = territory()
    members, types, _ = build_typology(*tables, INDICATORS)
    shuffled = [t.sample(frac=1, random_state=4) for t in tables]
    again, other, _ = build_typology(*shuffled, INDICATORS)
    assert again.equals(members)
    assert other.equals(types)


def test_without_structure_it_says_that_kinds_do_not_come_back():
    rng = np.random.default_rng(6)
    indicators, scores, census = territory(per_kind=30)
    columns = [f"score_{key}" for key in INDICATORS]
    scores[columns] = rng.normal(5, 1, size=(len(scores), 5)).clip(1, 10)
    _, _, audit = build_typology(indicators, scores, census, INDICATORS)
    chosen = str(int(read_rows(audit, "typologie", "nb_types").iloc[0]))
    stability = read_rows(audit, "typologie", "stabilite")
    assert stability["", chosen] == stability.max()
    assert stability.max() < 0.8


@pytest.mark.parametrize("count", [0, 3])
def test_few_fragile_communes_make_one_kind_or_none(count):
    indicators, scores, census = territory()
    scores["est_fragile"] = np.arange(len(scores)) < count
    members, types, audit = build_typology(indicators, scores, census, INDICATORS)
    for name, table in (("index_typologie", members), ("index_typologie_classes", types)):
        validate(table, name)
    assert len(members) == count
    assert len(types) == min(count, 1)
    assert read_rows(audit, "typologie", "nb_types").iloc[0] == 1
    assert (members["nettete"] == 1).all()


def test_missing_values_and_a_missing_indicator():
    indicators, scores, census = territory()
    scores["score_non_thd"] = np.nan
    scores.loc[:5, "score_pauvrete"] = np.nan
    census["densite_hab_km2"] = np.nan
    members, types, _ = build_typology(indicators, scores, census, INDICATORS)
    validate(members, "index_typologie")
    validate(types, "index_typologie_classes")
    assert types["nom_type"].is_unique
    assert all(name.startswith("Territoire ") for name in types["nom_type"])


def test_the_number_of_kinds_is_chosen_by_the_written_rule():
    def one(count, silhouette, stability, low):
        return Candidate(count, silhouette, stability, low, 10.0)

    assert choose_count([]) == 1
    assert choose_count([one(2, 0.9, 0.5, 0.4), one(3, 0.1, 0.85, 0.6)]) == 3
    assert choose_count([one(2, 0.1, 0.5, 0.4), one(3, 0.2, 0.6, 0.1)]) == 3
    assert choose_count([one(4, 0.30, 0.9, 0.6), one(5, 0.29, 0.9, 0.8), one(6, 0.2, 1, 1)]) == 5


def test_a_name_is_a_rule_on_the_profile():
    keys = list(INDICATORS)
    everything = pd.Series(1.0, index=keys)
    level = pd.Series(0.0, index=keys)
    assert name_of("Rural", everything, level, level) == "Rural qui cumule tout"
    assert name_of("Bourg", level, level, level) == "Bourg fragile"
    networks = pd.Series([2.0, 2.0, 0, 0, 0], index=keys)
    assert name_of("Rural", networks, level, level) == "Rural mal desservi"
    one_line = pd.Series([2.0, 0, 1.0, 0, 0], index=keys)
    spared = pd.Series([0, 0, 0, 0, -1.0], index=keys)
    # Three in four of its communes are less poor than all communes; or only one in two.
    most, half = (pd.Series(share, index=keys) for share in (0.75, 0.5))
    name = "Rural âgé et mal raccordé, moins pauvre"
    assert name_of("Rural", one_line, spared, most) == name
    said = name_of("Rural", one_line, spared, half)
    assert said == f"{name} que les autres communes fragiles"
    two = pd.Series([-1.0, 0, 0, 0, -1.0], index=keys)
    assert name_of("Territoire", one_line, two, half) == (
        "Territoire âgé, moins pauvre et mieux raccordé que les autres communes fragiles"
    )


def test_two_kinds_never_share_a_name():
    indicators, scores, census = territory()
    columns = [f"score_{key}" for key in INDICATORS]
    scores.loc[:39, columns] = 9.0
    scores.loc[40:79, columns] = 9.9
    scores.loc[80:119, columns] = [9.9, 9.0, 9.9, 9.0, 9.9]
    census["densite_hab_km2"] = 10.0
    _, types, _ = build_typology(indicators, scores, census, INDICATORS)
    assert types["nom_type"].is_unique
    assert types["nom_type"].str.startswith("Rural qui cumule tout").sum() > 1


def test_what_comes_first_is_what_stands_out_most():
    shape = pd.Series({"non_thd": 0.1, "non_4g": 0.1, "plus_65": 0.0, "pauvrete": 0.9})
    assert first_lever(shape) == ["revenus", "réseaux", "personnes"]
    high = pd.Series(1.0, index=shape.index)
    text = what_to_do(high, shape)
    assert text.startswith("D'abord les revenus : ")
    assert " Puis les réseaux : " in text
    # A network that is fine is not asked for.
    assert "4G" not in what_to_do(high, pd.Series({"non_thd": 0.5, "non_4g": -2.0}))


def test_a_size_is_said_only_when_three_communes_in_four_have_it():
    for density, word in ((2000.0, "Urbain dense"), (400.0, "Urbain"), (150.0, "Bourg"),
                          (10.0, "Rural")):  # fmt: skip
        assert place_word(pd.Series([density] * 3 + [1000.0])) == word
    # Half of the communes are hamlets, however many people the towns have.
    assert place_word(pd.Series([10.0, 10.0, 150.0, 400.0])) == "Territoire"
    # An unknown density is no size.
    assert place_word(pd.Series([10.0, np.nan])) == "Rural"
    assert place_word(pd.Series([np.nan] * 4)) == "Territoire"


def test_clearness_is_between_zero_and_one():
    rng = np.random.default_rng(0)
    clear = clearness(rng.normal(size=(50, 3)), rng.normal(size=(4, 3)))
    assert ((clear >= 0) & (clear <= 1)).all()
    assert clearness(np.zeros((2, 3)), np.zeros((1, 3))).tolist() == [1, 1]


def test_standardised_columns():
    values = pd.DataFrame({"a": [1.0, 3, np.nan], "b": [2.0, 2, 2]})
    assert standardise(values).to_numpy().tolist() == [[-1, 0], [1, 0], [0, 0]]
