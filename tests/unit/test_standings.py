"""Ranks on five places."""

import numpy as np
import pandas as pd

from fragility.index.standings import rank_within

SCORE = pd.Series([9.0, 7.0, 7.0, 2.0, np.nan], index=list("abcde"))
WHERE = pd.Series(["x", "x", "y", None, "x"], index=list("abcde"))


def row(code, perimeter="france", **kwargs):
    table = rank_within(SCORE, {"france": None, "epci": WHERE}, pd.Index([code]))
    found = table[table["perimetre"] == perimeter]
    assert len(found) == 1
    return found.iloc[0]


def test_the_most_fragile_is_first_and_ties_share_the_best_rank():
    assert [row(c)["rang"] for c in "abcd"] == [1, 2, 2, 4]
    assert [row(c)["ex_aequo"] for c in "abcd"] == [0, 1, 1, 0]
    assert row("a")["nombre"] == 4


def test_share_below_leaves_ties_and_oneself_out():
    assert row("a")["moins_fragiles_pct"] == 100
    assert row("b")["moins_fragiles_pct"] == 100 / 3
    assert row("d")["moins_fragiles_pct"] == 0


def test_within_a_territory_and_outside_any():
    assert (row("b", "epci")["rang"], row("b", "epci")["nombre"]) == (2, 2)
    assert np.isnan(row("c", "epci")["moins_fragiles_pct"])
    table = rank_within(SCORE, {"epci": WHERE}, pd.Index(["d"]))
    assert table.empty


def test_a_place_without_score_has_no_rank():
    assert rank_within(SCORE, {"france": None}, pd.Index(["e"])).empty


def test_all_at_once_as_one_by_one():
    territories = {"france": None, "epci": WHERE}
    together = rank_within(SCORE, territories, pd.Index(list("abcde")))
    apart = pd.concat([rank_within(SCORE, territories, pd.Index([c])) for c in "abcd"])
    key = ["perimetre", "code"]
    pd.testing.assert_frame_equal(
        together.sort_values(key, ignore_index=True), apart.sort_values(key, ignore_index=True)
    )
