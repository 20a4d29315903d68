"""Why a class differs, and what each defect changes, on an edition of twenty communes."""

import numpy as np
import pandas as pd
import pytest

from fragility.schemas import INDICATORS
from fragility.validation import counterfactuals as status
from fragility.validation import differences as diff
from fragility.validation.alignment import Alignment, align
from fragility.validation.axes_2020 import compare_axes, differences_2020
from fragility.validation.causes import LATEST_YEARS, is_redefined, needed_change
from fragility.validation.file_order import is_filled, is_repeated, runs_of
from fragility.validation.income_2020 import (
    Incomes,
    count_zeros,
    flat_communes,
    income_by_place,
    income_slope,
)
from fragility.validation.own_classes import Own
from fragility.validation.published import read_published
from tests.published_files import write_2020, write_2023

CODES = [f"{n:05d}" for n in range(1001, 1021)]


@pytest.fixture
def edition(tmp_path):
    """Write an edition of twenty undivided communes; `cells` changes columns of the communes."""

    def write(iris=None, **cells):
        folder = tmp_path / "demo"
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        frame = pd.DataFrame({"code_commune": CODES, "nom": [f"Nom {c}" for c in CODES]})
        for place in ("epci", "departement", "region"):
            frame[f"code_{place}"], frame[f"nom_{place}"] = "x", "X"
        frame["population"], frame["est_petit_effectif"] = 1000.0, False
        for key in INDICATORS:
            frame[f"{key}_pct"] = np.arange(20.0)
            frame[f"{key}_origine"] = "observe"
            frame[f"{key}_annee"] = LATEST_YEARS[key]
        for column, values in cells.items():
            frame[column] = values
        units = frame.assign(code_iris=frame["code_commune"] + "0000") if iris is None else iris
        frame.to_parquet(folder / "tables" / "communes.parquet")
        units.to_parquet(folder / "tables" / "iris.parquet")
        units[["code_iris"]].assign(code_arrondissement=units["code_commune"]).to_parquet(
            folder / "tables" / "core_iris.parquet"
        )
        for source in ("arcep_couverture", "arcep_fixe"):
            pd.DataFrame({"release": [f"{source}/1"]}).to_parquet(
                folder / "tables" / f"raw_{source}.parquet"
            )
        return Own(folder)

    return write


def align_on(read, own):
    return align(read.table["nom"], read.level, own, lambda: (None, "sans mouvements"))


def portal(tmp_path, own, **changes):
    """A published file that says what the edition says, but for the changes."""
    ours = own.commune_classes[[f"{key}_milieu" for key in INDICATORS]]
    table = ours.set_axis(list(INDICATORS), axis=1)
    for key, cells in changes.items():
        for code, value in cells.items():
            table.loc[code, key] = value
    table["total"] = table.mean(axis=1)
    order = ["non_thd", "non_4g", "pauvrete", "plus_65", "peu_diplomes", "total"]
    return read_published(write_2023(tmp_path / "p.csv", table[order]))


def differences_of(tmp_path, own, **changes):
    read = portal(tmp_path, own, **changes)
    aligned = align_on(read, own)
    _, filled = diff.find_filled(read, aligned, own)
    return diff.list_differences(read, aligned, filled, own).set_index(["indicateur", "code"])


def test_classes_are_two_communes_each(edition):
    own = edition()
    assert own.commune_classes["plus_65_milieu"].tolist() == sorted([*range(1, 11)] * 2)
    assert own.fragile_from == 9
    low, high = own.limits_of("plus_65")
    assert (low[3], high[3]) == (4, 5)


def test_a_file_that_says_the_same_has_no_difference(edition, tmp_path):
    own = edition()
    assert differences_of(tmp_path, own).empty
    read = portal(tmp_path, own)
    table = diff.agreement_by_part(read, align_on(read, own))
    assert table["identiques_pct"].eq(100).all()
    assert table["spearman_classe"].tolist() == pytest.approx([1.0] * len(table))


def test_one_class_is_no_difference_and_two_are_unexplained(edition, tmp_path):
    # The first commune has class 1, the value 0; class 2 ends at 3, class 3 begins at 4.
    found = differences_of(tmp_path, edition(), plus_65={"01001": 2.0, "01002": 4.0})
    assert found.index.tolist() == [("plus_65", "01002")]
    row = found.loc[("plus_65", "01002")]
    assert (row["ecart"], row["cause"], row["ecart_necessaire_pct"]) == (-3, "inexplique", 3)


def test_another_year_explains_what_a_point_a_year_can(edition, tmp_path):
    years = [2016.0] * 10 + [2018.0] * 10
    own = edition(plus_65_annee=years)
    # Class 4 for the value 1: 3 points away. Three years allow it; one does not (01012: 11 -> 8).
    found = differences_of(tmp_path, own, plus_65={"01002": 4.0, "01012": 3.0})["cause"]
    assert found.to_dict() == {
        ("plus_65", "01002"): "millesime", ("plus_65", "01012"): "inexplique",
    }  # fmt: skip


def test_the_latest_years_are_those_that_a_file_of_march_2023_can_hold(edition, tmp_path):
    """Census of N out in the autumn of N + 3, incomes of N at the beginning of N + 3."""
    assert LATEST_YEARS == {
        "non_thd": 2022, "non_4g": 2022, "plus_65": 2023 - 4, "peu_diplomes": 2023 - 4,
        "pauvrete": 2023 - 3,
    }  # fmt: skip
    # Class 4 for the value 1: 3 points away, which incomes of 2017 may have moved by, not of 2020.
    for year, cause in ((2017, "millesime"), (2020, "inexplique")):
        own = edition(pauvrete_annee=float(year))
        found = differences_of(tmp_path, own, pauvrete={"01002": 4.0})
        assert found.loc[("pauvrete", "01002"), "cause"] == cause


def test_small_places_and_modelled_values_are_compatible_only(edition, tmp_path):
    small = [n == 1 for n in range(20)]
    own = edition(est_petit_effectif=small, pauvrete_origine=["impute"] * 20)
    pd.DataFrame({"observe": [10.0], "predit": [12.0]}).to_parquet(own.table("index_residus"))
    assert own.model_error == 2
    found = differences_of(
        tmp_path, own, plus_65={"01002": 4.0}, non_thd={"01002": 4.0},
        pauvrete={"01004": 5.0, "01003": 9.0},
    )  # fmt: skip
    assert found.loc[("plus_65", "01002"), "cause"] == "petit_effectif"
    # A network is not sampled.
    assert found.loc[("non_thd", "01002"), "cause"] == "inexplique"
    # The value 3 must reach 6: beyond an error of 2.
    assert found.loc[("pauvrete", "01004"), "cause"] == "inexplique"
    own = edition(pauvrete_origine=["impute"] * 20)
    pd.DataFrame({"observe": [10.0], "predit": [13.0]}).to_parquet(own.table("index_residus"))
    found = differences_of(tmp_path, own, pauvrete={"01004": 5.0})
    assert found.loc[("pauvrete", "01004"), "cause"] == "imputation"


def test_the_tie_rule_is_found_by_computing_it(edition, tmp_path):
    # Ten communes at 0: the middle of the tie is class 3, its top class 5.
    own = edition(non_4g_pct=[0.0] * 10 + list(range(1, 11)))
    assert own.commune_classes.loc["01001", ["non_4g_milieu", "non_4g_haut"]].tolist() == [3, 5]
    found = differences_of(tmp_path, own, non_4g=dict.fromkeys(CODES[:10], 5.0))
    assert found["cause"].eq("ex_aequo").all()
    assert len(found) == 10


def test_the_universe_is_found_by_ranking_communes_alone(edition, tmp_path):
    own = edition()
    iris = own.iris.reset_index(drop=True).drop(columns="code_arrondissement")
    # The last commune is cut into twenty more IRIS, all under the others.
    more = pd.concat([iris.iloc[[-1]]] * 20, ignore_index=True)
    more["code_iris"] = [f"01020{n:04d}" for n in range(101, 121)]
    more["plus_65_pct"] = -np.arange(1.0, 21)
    own = edition(iris=pd.concat([iris.iloc[:-1], more], ignore_index=True))
    with_iris, alone = own.commune_classes.loc["01001", ["plus_65_milieu", "plus_65_seules"]]
    assert with_iris > 5
    assert alone == 1
    found = differences_of(tmp_path, own, plus_65={"01001": 1.0})
    assert found.loc[("plus_65", "01001"), "cause"] == "univers"


def test_what_we_lack_is_said_and_not_counted_as_a_gap(edition, tmp_path):
    own = edition(plus_65_pct=[np.nan, *range(1, 20)])
    read = portal(tmp_path, own, plus_65={"01001": 5.0})
    aligned = align_on(read, own)
    found = diff.list_differences(read, aligned, pd.Series(False, read.table.index), own)
    assert found[["code", "cause"]].to_numpy().tolist() == [["01001", "absent"]]
    row = diff.count_settled(read, aligned, found).set_index("indicateur").loc["plus_65"]
    assert row[["compares", "absents", "differents"]].tolist() == [19, 1, 0]


def test_an_indicator_defined_otherwise_is_named():
    assert is_redefined("non_4g", frozenset(["arcep_mobile_sites"]))
    assert not is_redefined("non_4g", frozenset(["arcep_couverture"]))
    assert is_redefined("non_thd", frozenset(["arcep_fibre"]))
    assert not is_redefined("plus_65", frozenset())


def test_a_cause_is_settled_only_where_no_other_holds(edition, tmp_path):
    """Ten communes at 0: the tie rule explains all; five of them may be of another year too."""
    years = [LATEST_YEARS["non_thd"] - 1] * 5 + [LATEST_YEARS["non_thd"]] * 15
    own = edition(non_thd_pct=[0.0] * 10 + list(range(1, 11)), non_thd_annee=years)
    read = portal(tmp_path, own, non_thd=dict.fromkeys(CODES[:10], 5.0))
    aligned = align_on(read, own)
    found = diff.list_differences(read, aligned, pd.Series(False, read.table.index), own)
    assert found["cause"].eq("ex_aequo").all()
    assert found["causes_possibles"].value_counts().to_dict() == {
        "ex_aequo": 5, "ex_aequo, millesime": 5,
    }  # fmt: skip
    row = diff.count_settled(read, aligned, found).set_index("indicateur").loc["non_thd"]
    assert row[["differents", "etablie", "compatible", "inexplique"]].tolist() == [10, 5, 5, 0]


def test_nothing_is_settled_of_what_is_defined_otherwise(edition, tmp_path):
    own = edition(non_4g_pct=[0.0] * 10 + list(range(1, 11)))
    (own.folder / "tables" / "raw_arcep_couverture.parquet").unlink()
    own = Own(own.folder)
    read = portal(tmp_path, own, non_4g=dict.fromkeys(CODES[:10], 5.0))
    aligned = align_on(read, own)
    found = diff.list_differences(read, aligned, pd.Series(False, read.table.index), own)
    assert found["cause"].eq("definition").all()
    assert found["causes_possibles"].eq("definition, ex_aequo").all()
    row = diff.count_settled(read, aligned, found).set_index("indicateur").loc["non_4g"]
    assert row[["differents", "etablie", "compatible"]].tolist() == [10, 0, 10]


def test_needed_change_is_the_way_to_the_nearest_class_that_fits():
    low = pd.Series(np.arange(0.0, 100, 10), index=range(1, 11))
    found = needed_change(pd.Series([5.0, 95.0, 35.0]), pd.Series([4.0, 1.0, 4.5]), (low, low + 9))
    assert found.tolist() == [15.0, 76.0, 0.0]


# --- the fill by file order ----------------------------------------------------------------------
def test_runs_stop_at_a_code_without_class_and_cross_departements():
    classes = pd.Series([7.0, 7, 7, 3, 7], ["01998", "01999", "02001", "02002", "02005"])
    runs = runs_of(classes, [*classes.index, "02004"])
    assert runs["longueur"].tolist() == [3, 3, 3, 1, 1]
    assert runs["passe_frontiere"].tolist() == [True, True, True, False, False]
    shuffled = runs_of(classes.sample(frac=1, random_state=0), [*classes.index, "02004"])
    pd.testing.assert_frame_equal(runs, shuffled)


def test_only_a_class_without_a_published_rate_is_filled():
    classes = pd.Series([7.0, 7, 7, 3, 3], list("abcde"))
    origin = pd.Series(["observe", "impute", "impute", "impute"], list("abcd"))
    filled = is_filled(runs_of(classes, classes.index), origin)
    # e is unknown here and not judged; the last of a run repeats the code before.
    assert filled.tolist() == [False, True, True, True, False]


def test_chance_is_no_fill():
    rng = np.random.default_rng(1)
    codes = pd.Index([f"{n:05d}" for n in range(3000)])
    origin = pd.Series(np.where(np.arange(3000) % 8, "impute", "observe"), codes)
    honest = pd.Series(rng.integers(1, 11, 3000).astype(float), codes)
    filled = honest.where(np.arange(3000) % 6 == 0).ffill()
    assert not is_repeated(runs_of(honest, codes), origin)
    filled = filled.where(origin.eq("impute"), honest)
    assert is_repeated(runs_of(filled, codes), origin)


# --- one thing put right at a time ---------------------------------------------------------------
def test_fifth_and_tie():
    assert status.is_fragile(pd.Series(range(10))).sum() == 2
    # Three at the top of ten are more than a fifth: none is called fragile.
    assert status.is_fragile(pd.Series([1.0] * 7 + [9.0] * 3)).sum() == 0
    group = pd.Series(["a"] * 5 + ["b"] * 5)
    assert status.is_fragile(pd.Series(range(10)), group)[lambda f: f].index.tolist() == [4, 9]
    assert status.tied_floor(pd.Series([5.0] * 3 + [6, 7, 8])) == 5
    assert status.tied_floor(pd.Series([2.0, *[5.0] * 30])) is None


def test_each_counterfactual_changes_one_thing(edition, tmp_path):
    own = edition(pauvrete_origine=["impute"] * 18 + ["observe"] * 2)
    # Poverty of all but the two that are published repeats class 3; 4G is tied at class 5.
    read = portal(
        tmp_path, own, pauvrete={**dict.fromkeys(CODES[:18], 3.0), CODES[-1]: 9.0},
        non_4g=dict.fromkeys(CODES[:10], 5.0),
    )  # fmt: skip
    aligned = align_on(read, own)
    _, filled = diff.find_filled(read, aligned, own)
    assert filled.sum() == 18
    made, notes = status.put_right_2023(read, aligned, filled)
    assert set(made) == {"ordre_fichier", "ex_aequo", "univers"}
    assert "non_4g (classe 5)" in notes[0]
    theirs = read.table[read.parts]
    for name, key in (("ordre_fichier", "pauvrete"), ("ex_aequo", "non_4g")):
        changed = made[name].ne(theirs).any()
        assert changed[changed].index.tolist() == [key]
    assert made["ordre_fichier"]["pauvrete"].tolist() == [*sorted([*range(1, 10)] * 2), 10, 9]
    assert made["ex_aequo"]["non_4g"].tolist()[:11] == [3.0] * 10 + [6.0]
    pd.testing.assert_frame_equal(made["univers"], theirs)
    effects = status.counterfactuals_2023(read, aligned, filled, own)
    rows = effects.summary.set_index(["defaut", "base"])
    assert rows.loc[("univers", "fichier"), "changent"] == 0
    # The bound is 9. Classes 9: (4 x 9 + 3) / 5 = 7.8 as published, 9 with their own poverty.
    assert rows.loc[("ordre_fichier", "france"), "fragiles_avant"] == 2
    assert rows.loc[("ordre_fichier", "france"), "fragiles_apres"] == 4
    assert rows.loc[("ordre_fichier", "france"), "entrent"] == 2
    assert effects.status.shape[0] == 20


# --- 2020 ----------------------------------------------------------------------------------------
IRIS = [f"9128601{n:02d}" for n in range(1, 21)]


@pytest.fixture
def published_2020(tmp_path):
    """Twenty IRIS whose income axis is 100 x/t, the last income missing."""
    income = np.arange(11_000.0, 31_000, 1000)
    axis = 100 * income / income.mean()
    rows = {code: {"interfaces": value} for code, value in zip(IRIS, axis, strict=True)}
    rows[IRIS[-1]] = {"interfaces": 0.0}
    read = read_published(write_2020(tmp_path / "v1.csv", rows, references=("region",)))
    frame = pd.DataFrame(
        {"revenu": income, "revenu_commune": income, "population": 100.0,
         "est_petit_effectif": False, "est_part_communale": False}, index=read.table.index,
    )  # fmt: skip
    place = pd.Series("11", index=read.table.index)
    return read, Incomes(frame, {"region": place}, {"region": pd.Series({"11": "Ici"})}, "2018")


def test_income_upside_down_is_seen_and_mirrored(published_2020):
    read, incomes = published_2020
    axes = compare_axes(read, incomes).set_index("axe")
    assert axes.loc["interfaces", "correlation"] == pytest.approx(-1)
    mirrored = axes.loc["interfaces, retourné (200 - x)"]
    assert mirrored[["iris", "correlation", "a_vingt_points_pct"]].tolist() == pytest.approx(
        [19, 1, 100]
    )
    assert mirrored["ecart_moyen"] == pytest.approx(0, abs=1e-6)
    # All IRIS are of one commune: too few communes to tell by territory.
    assert income_by_place(read, incomes, "region").empty
    assert np.isnan(income_slope(read, incomes)["region"])


def test_causes_of_2020(published_2020):
    read, incomes = published_2020
    found = differences_2020(read, incomes)
    income = found[found["axe"] == "interfaces"].set_index("code")["cause"]
    assert income[IRIS[-1]] == "revenu_zero"
    assert set(income.drop(IRIS[-1])) == {"revenu_inverse"}


def test_zeros_and_flat_communes(tmp_path):
    rows = {code: {"interfaces": 90.0} for code in IRIS[:3]}
    rows |= {"311490901": {"interfaces": 0.0}, "310010000": {"interfaces": 70.0}}
    read = read_published(write_2020(tmp_path / "v1.csv", rows, references=("region",)))
    assert count_zeros(read).set_index("axe")["region"].to_dict()["interfaces"] == 1
    assert flat_communes(read).to_numpy().tolist() == [["region", 1, 1]]


def test_counterfactuals_of_2020_one_thing_at_a_time(published_2020):
    read, incomes = published_2020
    axes = read.table[[f"{a}_region" for a in ("information", "interfaces", "administratives",
                                               "numeriques")]]  # fmt: skip
    axes = axes.rename(columns=lambda c: c.removesuffix("_region"))
    made = status.put_right_2020(axes)
    assert made["revenu_inverse"]["interfaces"].iloc[-1] == 0
    assert made["revenu_inverse"]["interfaces"].iloc[0] == 200 - axes["interfaces"].iloc[0]
    assert np.isnan(made["revenu_zero"]["interfaces"].iloc[-1])
    assert made["revenu_zero"]["interfaces"].iloc[:-1].equals(axes["interfaces"].iloc[:-1])
    effects = status.counterfactuals_2020(read, incomes.places, {"region": 0.9})
    rows = effects.summary.set_index(["defaut", "base"])
    # Only income differs: the four richest with an income are fragile as published, then the four
    # poorest.
    assert rows.loc[("revenu_inverse", "fichier"), ["entrent", "sortent"]].tolist() == [4, 4]
    assert rows.loc[("revenu_zero", "territoire"), "modifiees"] == 1
    straight = status.counterfactuals_2020(read, incomes.places, {"region": -0.9})
    assert set(straight.summary["defaut"]) == {"revenu_zero"}
    assert "n'est pas retourné" in straight.notes[1]


def test_alignment_without_movements_says_so(edition, tmp_path):
    own = edition()
    names = pd.Series(["A", "B"], index=["01001", "99999"])
    found = align(names, "commune", own, lambda: (None, "sans mouvements"))
    assert isinstance(found, Alignment)
    assert found.frame["alignement"].tolist() == ["même code"]
    assert found.lost["code"].tolist() == ["99999"]
    assert found.notes == ("sans mouvements",)
