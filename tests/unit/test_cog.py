"""Figures follow their commune through fusions, new codes and re-creations, and none is lost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.territory.cog import (
    ADDED,
    ARRONDISSEMENT_PARENT,
    MERGED,
    PARENT_PRESENT,
    UNKNOWN,
    apply_passage,
    build_passage,
    describe_passage,
    fold_arrondissements,
    map_iris_codes,
    map_iris_communes,
    to_commune,
)

COLUMNS = ["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"]


def moves(*rows):
    """Movements COM -> COM from (mod, date, before, after)."""
    return pd.DataFrame([(m, d, "COM", a, "COM", b) for m, d, a, b in rows], columns=COLUMNS)


def pairs(passage):
    return {
        (a, b): p
        for a, b, p in zip(
            passage["code_avant"], passage["code_apres"], passage["part"], strict=True
        )
    }


FUSION = [("32", "2019-01-01", "00001", "00001"), ("32", "2019-01-01", "00002", "00001")]


def test_a_fusion_adds_counts_and_averages_rates_by_their_own_denominator():
    passage = build_passage(moves(*FUSION), 2018, 2021, ["00001", "00003"])
    frame = pd.DataFrame(
        {
            "code_commune": ["00001", "00002", "00003"],
            "homes": [100.0, 300.0, 50.0],
            "rate": [10.0, 20.0, 7.0],
            "flat": [10.0, 20.0, 7.0],
        }
    )
    result, dropped = apply_passage(
        frame, passage, counts=["homes"], rates={"rate": "homes", "flat": None}
    )
    assert result["code_commune"].tolist() == ["00001", "00003"]
    assert result["homes"].tolist() == [400, 50]
    assert result["rate"].tolist() == [17.5, 7]  # (100 * 10 + 300 * 20) / 400
    assert result["flat"].tolist() == [15, 7]
    assert dropped == {UNKNOWN: 0, MERGED: 1, ADDED: 0}


def test_the_map_of_a_year_is_its_first_of_january():
    target = ["00001", "00002"]
    assert len(build_passage(moves(*FUSION), 2019, 2021, target)) == 2
    passage = build_passage(moves(*FUSION), 2018, 2019, ["00001"])
    assert pairs(passage) == {("00001", "00001"): 1, ("00002", "00001"): 1}
    assert set(passage["nature"]) == {"fusion"}


def test_a_fusion_of_fusions_and_a_new_code():
    passage = build_passage(
        moves(
            *FUSION,
            ("33", "2020-01-01", "00001", "00004"),
            ("33", "2020-01-01", "00004", "00004"),
            ("50", "2021-01-01", "00004", "00009"),
        ),
        2018,
        2021,
        ["00009"],
    )
    assert pairs(passage) == {(c, "00009"): 1 for c in ("00001", "00002", "00004")}


def test_a_change_of_departement_then_a_fusion_on_one_day():
    # Freigné, 1 January 2018: 49144 became 44225 and merged into 44180 at once.
    passage = build_passage(
        moves(
            ("32", "2018-01-01", "44225", "44180"),
            ("32", "2018-01-01", "44180", "44180"),
            ("41", "2018-01-01", "49144", "44225"),
        ),
        2017,
        2018,
        ["44180"],
    )
    assert pairs(passage) == {("44180", "44180"): 1, ("49144", "44180"): 1}


@pytest.mark.parametrize(
    ("weights", "share"),
    [
        (None, 0.5),
        (pd.Series({"00001": 300.0, "00002": 100.0}), 0.75),
        (pd.Series({"00001": 300.0}), 0.5),
    ],
)
def test_a_recreation_shares_by_population_and_is_marked(weights, share):
    passage = build_passage(
        moves(("21", "2019-12-31", "00001", "00001"), ("21", "2019-12-31", "00001", "00002")),
        2019,
        2021,
        ["00001", "00002"],
        weights=weights,
    )
    assert pairs(passage) == {("00001", "00001"): share, ("00001", "00002"): 1 - share}
    assert set(passage["nature"]) == {"retablissement"}
    frame = pd.DataFrame({"code_commune": ["00001"], "n": [80.0], "rate": [12.0]})
    result, dropped = apply_passage(frame, passage, counts=["n"], rates={"rate": "n"})
    assert result["n"].tolist() == [80 * share, 80 * (1 - share)]
    assert result["rate"].tolist() == [12, 12]
    assert dropped[ADDED] == -1


def test_names_and_delegated_parts_move_nothing():
    other = moves(("10", "2019-06-01", "00001", "00001"), ("34", "2019-06-01", "00002", "00001"))
    delegated = moves(("32", "2019-01-01", "00003", "00003")).assign(type_apres="COMD")
    passage = build_passage(pd.concat([other, delegated]), 2018, 2021, ["00001", "00002"])
    assert pairs(passage) == {("00001", "00001"): 1, ("00002", "00002"): 1}


def test_unknown_codes_are_reported():
    passage = build_passage(moves(), 2021, 2021, ["00001"])
    result, dropped = apply_passage(
        pd.DataFrame({"code_commune": ["00001", "97501"], "n": [1.0, 2.0]}), passage, counts=["n"]
    )
    assert result["n"].tolist() == [1]
    assert dropped[UNKNOWN] == 1


def test_a_sum_with_a_missing_part_is_missing_and_a_rate_uses_what_is_known():
    passage = build_passage(moves(*FUSION), 2018, 2021, ["00001"])
    frame = pd.DataFrame(
        {
            "code_commune": ["00001", "00002"],
            "n": [5.0, np.nan],
            "rate": [10.0, np.nan],
            "w": [0.0, 0.0],
        }
    )
    result, _ = apply_passage(frame, passage, counts=["n"], rates={"rate": "w"})
    assert result["n"].isna().tolist() == [True]
    assert result["rate"].tolist() == [10]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=4), st.floats(0.01, 100))
def test_totals_are_conserved(counts, weight):
    passage = build_passage(
        moves(
            *FUSION, ("21", "2020-05-01", "00003", "00003"), ("21", "2020-05-01", "00003", "00005")
        ),
        2018,
        2021,
        ["00001", "00003", "00004", "00005"],
        weights=pd.Series({"00003": weight, "00005": 1.0}),
    )
    frame = pd.DataFrame({"code_commune": ["00001", "00002", "00003", "00004"], "n": counts})
    result, _ = apply_passage(frame, passage, counts=["n"])
    assert result["n"].sum() == pytest.approx(sum(counts))


def test_arrondissements_have_their_commune():
    assert len(ARRONDISSEMENT_PARENT) == 45
    codes = pd.Series(["75101", "75120", "69381", "69389", "13201", "13216", "75056", "01001"])
    assert to_commune(codes).tolist() == ["75056"] * 2 + ["69123"] * 2 + ["13055"] * 2 + [
        "75056",
        "01001",
    ]


def test_arrondissements_are_dropped_only_beside_their_commune():
    frame = pd.DataFrame({"code_commune": ["75056", "75101", "69381", "69382"], "n": [9, 1, 2, 3]})
    folded, dropped = fold_arrondissements(frame)
    assert folded["code_commune"].tolist() == ["75056", "69123", "69123"]
    assert folded["n"].sum() == 14
    assert dropped == {PARENT_PRESENT: 1}


def test_an_iris_follows_a_commune_that_only_changed_code():
    passage = build_passage(
        moves(*FUSION, ("41", "2020-01-01", "00007", "00008")), 2018, 2021, ["00001", "00008"]
    )
    codes = pd.Series(["000070101", "000020101", "000010101", "751010101"])
    assert map_iris_codes(codes, passage).tolist() == [
        "000080101",
        "000020101",
        "000010101",
        "751010101",
    ]


RECREATION = [("21", "2020-06-01", "00001", "00001"), ("21", "2020-06-01", "00001", "00002")]


def test_counts_and_rates_of_a_fusion_read_backwards():
    weights = pd.Series({"00001": 100.0, "00002": 300.0})
    passage = build_passage(moves(*FUSION), 2021, 2018, ["00001", "00002"], weights=weights)
    frame = pd.DataFrame({"code_commune": ["00001"], "n": [80.0], "rate": [12.5]})
    result, dropped = apply_passage(frame, passage, counts=["n"], rates={"rate": "n"})
    assert result["n"].tolist() == [20, 60]
    assert result["rate"].tolist() == [12.5, 12.5]
    assert dropped == {UNKNOWN: 0, MERGED: 0, ADDED: -1}


def test_a_village_of_nobody_has_no_count_but_has_the_rate_of_its_commune():
    passage = build_passage(
        moves(*FUSION), 2021, 2018, ["00001", "00002"],
        weights=pd.Series({"00001": 50.0, "00002": 0.0}),
    )  # fmt: skip
    frame = pd.DataFrame({"code_commune": ["00001"], "n": [80.0], "rate": [12.5], "flat": [7.0]})
    result, _ = apply_passage(frame, passage, counts=["n"], rates={"rate": "n", "flat": None})
    assert result["n"].tolist() == [80, 0]
    assert result["rate"].tolist() == [12.5, 12.5]
    assert result["flat"].tolist() == [7, 7]


def test_a_code_that_goes_nowhere_is_dropped_and_counted():
    gone = moves(("30", "2007-02-23", "00009", None)).assign(type_apres=None)
    passage = build_passage(gone, 2007, 2010, ["00001"])
    frame = pd.DataFrame({"code_commune": ["00001", "00009"], "n": [1.0, 2.0]})
    result, dropped = apply_passage(frame, passage, counts=["n"])
    assert result["n"].tolist() == [1]
    assert dropped == {UNKNOWN: 1, MERGED: 0, ADDED: 0}


def test_every_code_of_the_first_map_is_described():
    passage = build_passage(moves(*FUSION, *RECREATION), 2018, 2019, ["00001", "00005", "75056"])
    described = describe_passage(
        passage, ["00002", "00001", "00005", "75056", "75101", "97501"], 2018
    ).set_index("code_avant")
    assert described["code_apres"].fillna("").to_dict() == {
        "00001": "00001", "00002": "00001", "00005": "00005", "75056": "75056", "75101": "75056",
        "97501": "",
    }  # fmt: skip
    assert described["motif"].to_dict() == {
        "00001": "garde son code, réunie à 00002 le 1er janvier 2019",
        "00002": "fusion dans 00001 le 1er janvier 2019",
        "00005": "inchangée",
        "75056": "inchangée",
        "75101": "arrondissement de 75056",
        "97501": "inconnue de la carte de 2018",
    }
    assert described.loc["97501", "nature"] == "inconnu"
    assert described.loc["75101", "nature"] == "arrondissement"
    assert (described["part"] == 1).all()
    assert described["part"].dtype == "float64"
    assert all(isinstance(described[c].dtype, pd.StringDtype) for c in ("code_apres", "motif"))


def test_an_iris_belongs_to_the_commune_its_own_merged_into():
    passage = build_passage(
        moves(*FUSION, ("41", "2020-01-01", "00007", "00008")), 2018, 2021, ["00001", "00008"]
    )
    iris = pd.DataFrame(
        {
            "code_iris": ["000020000", "000010101", "000010102", "000070000", "999990000"],
            "code_commune": ["00002", "00001", "00001", "00007", "99999"],
        },
        index=[3, 1, 4, 15, 9],
    )
    places = map_iris_communes(iris, passage)
    assert places.index.tolist() == [3, 1, 4, 15, 9]
    assert places["code_commune"].fillna("").tolist() == ["00001", "00001", "00001", "00008", ""]
    assert not places["est_plus_grande_part"].any()


def test_an_iris_of_a_divided_commune_goes_to_the_largest_part_unless_its_code_names_another():
    passage = build_passage(
        moves(*RECREATION), 2020, 2021, ["00001", "00002"],
        weights=pd.Series({"00001": 100.0, "00002": 300.0}),
    )  # fmt: skip
    iris = pd.DataFrame(
        {
            "code_iris": ["000010000", "000020000", "000030000"],
            "code_commune": ["00001", "00001", "00001"],
        }
    )
    places = map_iris_communes(iris, passage)
    # The second code names a successor; nothing says where the others are, or that they are one.
    assert places["code_commune"].tolist() == ["00002", "00002", "00002"]
    assert places["est_plus_grande_part"].tolist() == [True, False, True]


def test_an_iris_of_an_arrondissement_belongs_to_the_commune():
    passage = build_passage(moves(), 2021, 2025, ["75056"])
    iris = pd.DataFrame({"code_iris": ["751010101"], "code_commune": ["75101"]})
    assert map_iris_communes(iris, passage)["code_commune"].tolist() == ["75056"]
