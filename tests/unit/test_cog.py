"""Figures follow their commune through fusions, new codes and re-creations, and none is lost."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.sources.readers.insee_cog import read_communes, read_movements
from fragility.territory.cog import (
    ADDED,
    ARRONDISSEMENT_PARENT,
    MERGED,
    PARENT_PRESENT,
    UNKNOWN,
    apply_passage,
    build_passage,
    fold_arrondissements,
    map_iris_codes,
    to_commune,
)

PACK = Path(os.environ.get("FRAGILITY_PACK", Path(__file__).parents[2] / "../shared/data"))
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


def test_no_way_back():
    with pytest.raises(ValueError, match="forward"):
        build_passage(moves(), 2022, 2021, ["00001"])


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


REFERENCE = PACK / "reference/passage_cog"


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="le paquet de données réelles est absent")
@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021])
def test_the_passage_is_that_of_the_published_tables(year):
    movements = read_movements(PACK / "raw/insee_cog/2026/v_mvt_commune_2026.csv")
    communes = read_communes(PACK / "raw/insee_cog/2021/commune_2021.csv")
    history = pd.read_csv(PACK / "raw/insee_cog/2026/v_commune_depuis_1943.csv", dtype=str)

    def communes_of(y):
        ended = history["DATE_FIN"].fillna("9999")
        there = (history["DATE_DEBUT"] <= f"{y}-01-01") & (ended > f"{y}-01-01")
        return set(history.loc[there & (history["TYPECOM"] == "COM"), "COM"])

    assert communes_of(2021) == set(communes.loc[communes["type_commune"] == "COM", "code"])
    passage = build_passage(movements, year, year + 1, communes_of(year + 1))
    published = pd.read_csv(REFERENCE / f"PASSAGE_{year}_{year + 1}_insee.csv", dtype=str)
    changed = passage[passage["nature"] != "inchange"]
    assert set(zip(changed["code_avant"], changed["code_apres"], strict=True)) == set(
        zip(published[f"cod{year}"], published[f"cod{year + 1}"], strict=True)
    )
    assert set(passage["code_avant"]) == communes_of(year)
    assert set(passage["code_apres"]) == communes_of(year + 1)
