"""Any two maps compare: forwards, backwards, and through chains of events."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.errors import DataCheckError
from fragility.territory.cog import (
    apply_passage,
    build_passage,
    list_communes,
)

COLUMNS = ["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"]


def moves(*rows):
    """Movements from (mod, date, before, after); a code with a type is written "COMD 00001"."""

    def side(code):
        if code is None:
            return None, None
        kind, _, bare = code.rpartition(" ")
        return kind or "COM", bare

    return pd.DataFrame([(m, d, *side(a), *side(b)) for m, d, a, b in rows], columns=COLUMNS)


def ways(passage):
    """Pairs and parts of what is not simply unchanged."""
    rows = passage.loc[passage["nature"] != "inchange", ["code_avant", "code_apres", "part"]]
    return {(a, b): p for a, b, p in rows.itertuples(index=False)}


def fusion(date, into, *others, mod="32"):
    return [(mod, date, code, into) for code in (into, *others)]


def recreation(date, from_, *codes, mod="21"):
    return [(mod, date, from_, code) for code in codes]


A, B, C, D, Z = "00001", "00002", "00003", "00004", "00099"


def test_a_fusion_reads_backwards_as_a_split():
    events = moves(*fusion("2019-01-01", A, B, C))
    weights = pd.Series({A: 60.0, B: 30.0, C: 10.0})
    passage = build_passage(events, 2021, 2018, [A, B, C], weights=weights)
    assert ways(passage) == {(A, A): 0.6, (A, B): 0.3, (A, C): 0.1}
    assert set(passage["nature"]) == {"scission"}
    assert passage["motif"].tolist() == [
        "garde sa part, séparée de 00002, 00003 le 1er janvier 2019, "
        "partagée au prorata de la population",
        "fusion de 00002 dans 00001 du 1er janvier 2019 défaite, "
        "partagée au prorata de la population",
        "fusion de 00003 dans 00001 du 1er janvier 2019 défaite, "
        "partagée au prorata de la population",
    ]
    unknown = build_passage(events, 2021, 2018, [A, B, C], weights=weights.drop(C))
    assert ways(unknown) == {(A, c): pytest.approx(1 / 3) for c in (A, B, C)}
    assert unknown["motif"].str.endswith("à parts égales, faute de populations connues").all()


def test_a_recreation_reads_backwards_as_a_fusion_and_a_code_change_as_a_code_change():
    events = moves(*recreation("2020-06-01", A, A, B), ("41", "2020-06-01", C, D))
    passage = build_passage(events, 2021, 2020, [A, C])
    assert ways(passage) == {(A, A): 1, (B, A): 1, (D, C): 1}
    assert passage["nature"].tolist() == ["fusion", "fusion", "changement_code"]
    assert passage["motif"].tolist() == [
        "garde son code, réunie à 00002 le 1er juin 2020",
        "partie de 00001 avant le rétablissement de 00002 le 1er juin 2020",
        "code 00003 avant le 1er juin 2020",
    ]


def test_the_day_of_the_map_is_in_the_older_interval_in_both_directions():
    events = moves(*fusion("2019-01-01", A, B))
    assert ways(build_passage(events, 2018, 2019, [A])) == {(A, A): 1, (B, A): 1}
    assert ways(build_passage(events, 2019, 2018, [A, B])) == {(A, A): 0.5, (A, B): 0.5}
    assert ways(build_passage(events, 2019, 2020, [A])) == {}
    assert ways(build_passage(events, 2020, 2019, [A])) == {}


def test_what_merged_and_came_back_keeps_its_own_figures():
    events = moves(*fusion("2016-01-01", A, B, C), *recreation("2020-01-01", A, A, C))
    forward = build_passage(events, 2015, 2021, [A, C])
    assert ways(forward) == {(A, A): 1, (B, A): 1}
    assert forward.set_index("code_avant").loc[C, ["code_apres", "nature"]].tolist() == [
        C,
        "inchange",
    ]
    assert forward.set_index("code_avant").loc[C, "motif"] == (
        "fusion dans 00001 le 1er janvier 2016, "
        "puis rétablie de 00001 sous le code 00003 le 1er janvier 2020"
    )
    weights = pd.Series({A: 30.0, B: 10.0, C: 5.0})
    assert ways(build_passage(events, 2021, 2015, [A, B, C], weights=weights)) == {
        (A, A): 0.75,
        (A, B): 0.25,
    }


def test_a_commune_created_again_leaves_through_the_one_that_absorbed_it_twice():
    # C in B in 1970, B in A in 1980, C out of A in 1990: it was B that held C.
    events = moves(
        *fusion("1970-01-01", B, C), *fusion("1980-01-01", A, B), *recreation("1990-01-01", A, A, C)
    )
    assert ways(build_passage(events, 1975, 1995, [A, C])) == {
        (A, A): 1,
        (B, A): 0.5,
        (B, C): 0.5,
    }
    assert ways(build_passage(events, 1995, 1975, [A, B])) == {
        (A, A): 0.5,
        (A, B): 0.5,
        (C, B): 1,
    }


def test_a_commune_merged_before_the_file_is_cut_out_of_its_commune():
    events = moves(*fusion("1980-01-01", A, B), *recreation("1990-01-01", A, A, D))
    weights = pd.Series({A: 300.0, D: 100.0})
    passage = build_passage(events, 1975, 1995, [A, D], weights=weights)
    # D may come from A only: B has always been elsewhere. A weighs half of what it is now.
    assert ways(passage) == {(A, A): 0.6, (A, D): 0.4, (B, A): 1}


def test_the_seat_that_leaves_alone_leaves_behind_what_had_merged_into_it():
    # 60054, 2024: Beaumont left Les Hauts-Talican, which took the code of another of its parts.
    events = moves(
        *fusion("2019-01-01", A, B, C),
        ("21", "2024-01-01", f"COMD {A}", A),
        *recreation("2024-01-01", A, A, B),
    )
    passage = build_passage(events, 2018, 2025, [A, B])
    assert ways(passage) == {(B, B): 1, (C, B): 1}


def test_a_code_that_comes_back_for_another_territory():
    # B joins A; later C gives away a part that takes the code B.
    events = moves(*fusion("1980-01-01", A, B), *recreation("1990-01-01", C, C, B, mod="20"))
    passage = build_passage(events, 1979, 1991, [A, B, C])
    assert ways(passage) == {(A, A): 1, (B, A): 1, (C, C): 0.5, (C, B): 0.5}
    # A new seat gives the commune the code of one of its parts (12218, 2024).
    seat = moves(*fusion("2016-01-01", A, B), ("50", "2024-03-04", A, B))
    assert ways(build_passage(seat, 2015, 2025, [B])) == {(A, B): 1, (B, B): 1}
    assert ways(build_passage(seat, 2017, 2025, [B])) == {(A, B): 1}


def test_two_communes_may_exchange_their_codes_in_one_day():
    events = moves(("41", "2000-01-01", A, B), ("41", "2000-01-01", B, A))
    assert ways(build_passage(events, 1999, 2001, [A, B])) == {(A, B): 1, (B, A): 1}
    assert ways(build_passage(events, 2001, 1999, [A, B])) == {(A, B): 1, (B, A): 1}


def test_a_code_that_changes_and_changes_back_is_the_same_commune():
    events = moves(("50", "2021-01-01", A, B), ("50", "2023-01-01", B, A))
    assert ways(build_passage(events, 2020, 2024, [A])) == {}
    assert ways(build_passage(events, 2020, 2022, [B])) == {(A, B): 1}


def test_a_suppressed_commune_is_shared_by_its_neighbours():
    events = moves(
        *[("30", "1966-12-12", Z, code) for code in (A, B)],
        *[("30", "1966-12-12", code, code) for code in (A, B)],
    )
    passage = build_passage(events, 1960, 1970, [A, B], weights=pd.Series({A: 90.0, B: 30.0}))
    assert ways(passage) == {(A, A): 1, (B, B): 1, (Z, A): 0.75, (Z, B): 0.25}
    assert passage.set_index("code_avant").loc[Z, "nature"].tolist() == ["scission", "scission"]


def test_a_commune_that_leaves_the_map_or_comes_from_nowhere_is_listed():
    events = moves(("30", "2007-02-23", Z, None), ("20", "2011-03-31", None, D))
    out = build_passage(events, 2007, 2012, [A, D]).set_index("code_avant")
    assert out.loc[Z, ["nature", "motif", "part"]].tolist() == [
        "sans_successeur",
        "sortie de la carte le 23 février 2007",
        1.0,
    ]
    assert pd.isna(out.loc[Z, "code_apres"])
    assert D not in out.index
    back = build_passage(events, 2012, 2007, [A, Z]).set_index("code_avant")
    assert back.loc[D, "motif"] == "créée le 31 mars 2011 sans commune d'origine"
    assert Z not in back.index


def test_a_successor_that_the_list_does_not_have_is_said():
    passage = build_passage(moves(*recreation("2020-06-01", A, A, B)), 2020, 2021, [A])
    assert passage["part"].tolist() == [0.5, 0.5]
    assert passage["code_apres"].fillna("").tolist() == [A, ""]
    assert passage["nature"].tolist() == ["retablissement", "sans_successeur"]
    assert passage["motif"].iloc[1].endswith("absente de la carte de 2021")


def test_parts_of_communes_and_arrondissements_move_nothing():
    events = moves(
        ("32", "2019-01-01", f"COMA {B}", A),
        ("32", "2019-01-01", A, A),
        ("32", "2019-01-01", B, f"COMD {B}"),
        ("20", "1946-10-18", "13055", "ARM 13201"),
        ("20", "1964-08-12", "ARM 69385", "ARM 69389"),
        ("71", "2019-01-01", "COMD 00007", "COMD 00008"),
    )
    for years in ((1943, 2021), (2021, 1943)):
        assert ways(build_passage(events, *years, [A, B, "13055", "69123"])) == {}


def test_a_year_before_the_file_is_refused():
    with pytest.raises(DataCheckError, match="ne remonte pas si loin"):
        build_passage(moves(), 1936, 2021, [A])


def test_the_list_of_a_map_follows_from_that_of_another():
    events = moves(*fusion("2019-01-01", A, B), ("50", "2020-01-01", A, C))
    for year, expected in ((2018, [A, B, Z]), (2019, [A, Z]), (2020, [C, Z])):
        for known in ([A, B, Z], [A, Z], [C, Z]):
            assert list_communes(events, known, year).tolist() == expected


@st.composite
def histories(draw):
    """A made-up file: movements from 1950 on, and the list of communes of each year."""
    communes = {f"{n:05d}" for n in range(1, 9)}
    fresh = iter(f"{n:05d}" for n in range(50, 99))
    merged, rows, lists = set(), [], {1950: sorted(communes)}
    for year in range(1951, draw(st.integers(1952, 1962))):
        kind = draw(st.sampled_from(["fusion", "new seat", "again", "created", "code", "shared"]))
        day = f"{year - 1}-0{draw(st.integers(2, 9))}-01"
        order = draw(st.permutations(sorted(communes)))
        if kind in ("fusion", "new seat") and len(communes) > 3:
            members = order[: draw(st.integers(2, 3))]
            into = members[0] if kind == "fusion" else next(fresh)
            rows += [("33", day, code, into) for code in members]
            merged |= set(members) - {into}
            communes = communes - set(members) | {into}
        elif kind == "again" and merged - communes:
            back = draw(st.sampled_from(sorted(merged - communes)))
            rows += [("21", day, order[0], code) for code in (order[0], back)]
            communes = communes | {back}
        elif kind == "created":
            new = next(fresh)
            rows += [("20", day, code, to) for code in order[:2] for to in (code, new)]
            communes = communes | {new}
        elif kind == "code":
            new = next(fresh)
            rows.append(("41", day, order[0], new))
            communes = communes - {order[0]} | {new}
        elif kind == "shared" and len(communes) > 3:
            rows += [("30", day, order[0], code) for code in order[1:3]]
            rows += [("30", day, code, code) for code in order[1:3]]
            communes = communes - {order[0]}
        lists[year] = sorted(communes)
    return moves(*rows), lists


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_laws_of_passages(history, data):
    events, lists = history
    start, end = (data.draw(st.sampled_from(sorted(lists))) for _ in range(2))
    population = {
        year: pd.Series(
            data.draw(st.lists(st.integers(0, 10**6), min_size=len(c), max_size=len(c))), index=c
        ).astype(float)
        for year, c in ((start, lists[start]), (end, lists[end]))
    }
    there = build_passage(events, start, end, lists[end], weights=population[end])
    back = build_passage(events, end, start, lists[start], weights=population[start])
    # Every code of a map goes to a code of the other, and its parts add up to one.
    assert set(there["code_avant"]) == set(lists[start]) == set(back["code_apres"])
    assert set(there["code_apres"]) == set(lists[end]) == set(back["code_avant"])
    assert there.groupby("code_avant")["part"].sum().to_numpy() == pytest.approx(1, abs=1e-12)
    assert (there["part"] >= 0).all()
    # One direction is the other one read backwards.
    assert set(zip(there["code_avant"], there["code_apres"], strict=True)) == set(
        zip(back["code_apres"], back["code_avant"], strict=True)
    )
    # Totals are kept, there and back.
    frame = population[start].rename("n").rename_axis("code_commune").reset_index()
    moved, dropped = apply_passage(frame, there, counts=["n"])
    returned, _ = apply_passage(moved, back, counts=["n"])
    total = frame["n"].sum()
    assert moved["n"].sum() == pytest.approx(total, rel=1e-9)
    assert returned["n"].sum() == pytest.approx(total, rel=1e-9)
    assert len(frame) == len(moved) + sum(dropped.values())
    # A rate stays between the smallest and the largest of its parts.
    rates = frame.assign(taux=np.linspace(0, 100, len(frame)))
    rates, _ = apply_passage(rates, there, counts=["n"], rates={"taux": "n"})
    assert rates["taux"].between(-1e-9, 100 + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(histories())
def test_without_divisions_two_steps_are_one(history):
    events, lists = history
    events = events[~events["mod"].isin(["20", "21", "30"])]
    first, last = min(lists), max(lists)
    communes = list_communes(events, lists[first], last)
    whole = build_passage(events, first, last, communes)
    middle = list_communes(events, lists[first], (first + last) // 2)
    steps = build_passage(events, first, (first + last) // 2, middle).merge(
        build_passage(events, (first + last) // 2, last, communes),
        left_on="code_apres",
        right_on="code_avant",
    )
    assert dict(zip(steps["code_avant_x"], steps["code_apres_y"], strict=True)) == dict(
        zip(whole["code_avant"], whole["code_apres"], strict=True)
    )
