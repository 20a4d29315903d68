"""The census table on a territory of four communes that one can add up by hand.

00001 (1,000 inhabitants) is split into three IRIS; 00002 (500) swallowed 00009 in 2021; 00003 is
a destroyed village; 00004 has no census.
"""

import numpy as np
import pandas as pd
import pytest

from fragility.schemas import validate
from fragility.territory.census import build_recensement
from fragility.territory.census_communes import (
    expected_under_15,
    group_mean,
    plus_65_among_all,
    shrink,
)
from fragility.territory.census_iris import calibrate_population, estimate_plus_65
from fragility.territory.cog import UNKNOWN
from fragility.territory.dated import UNKNOWN_IRIS, Dated, iris_places

CODES = ["00001", "00002", "00003", "00004"]
MOVEMENTS = pd.DataFrame(
    [("32", "2021-01-01", "COM", a, "COM", "00002") for a in ("00002", "00009")],
    columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
)
IRIS = pd.DataFrame(
    {
        "code_iris": ["000010101", "000010102", "000010103", "000020000", "000030000", "000040000"],
        "nom": "x",
        "type_iris": ["H", "H", "A", "Z", "Z", "Z"],
        "code_arrondissement": ["00001"] * 3 + CODES[1:],
    }
)
EPCI = pd.DataFrame({"code_commune": CODES, "code_epci": "200000001", "nom_epci": "CC"})
COMPARATEUR = pd.DataFrame(
    {
        "code_commune": CODES,
        "population": [1000, 500, 0, None],
        "superficie_km2": [10.0, 5, 1, 1],
        "population_1564": [600.0, 300, 0, None],
        "chomeurs_1564": [50.0, 20, 0, None],
        "actifs_1564": [500.0, 250, 0, None],
        "menages": [400.0, 200, 0, None],
        "residences_principales": [400.0, 200, 0, None],
        "residences_proprietaires": [200.0, 150, 0, None],
        "logements": [500.0, 250, 0, None],
        "logements_vacants": [50.0, 10, 0, None],
        "naissances_5_ans": [50.0, 25, 0, None],
    }
)
# In both communes those of 15-64 are 60 % of all and 65+ are a quarter of those of 15 or more:
# 80 % are 15 or more, hence 20 % are 65 or more.
TAUX = pd.DataFrame(
    {
        "code_commune": ["00001", "00002", "00009", "97501"],
        "peu_diplomes_pct": [50.0, 60, 80, 10],
        "personnes_seules_pct": [30.0, 20, 20, 10],
        "familles_mono_pct": [10.0, 5, 5, 5],
        "plus_65_parmi_15_plus_pct": [25.0, 25, 25, 25],
    }
)
AGES = pd.DataFrame(
    {
        "code_iris": ["000010101", "000010102", "000010199"],
        "pop0014": [80.0, 160, 5],
        "pop1529": [80.0, 160, 5],
        "pop3044": [80.0, 160, 5],
        "pop4559": [80.0, 120, 5],
        "pop6074": [60.0, 120, 5],
        "pop75p": [20.0, 80, 5],
    }
)


def build(**releases):
    return build_recensement(
        communes=pd.Series(CODES),
        iris=IRIS,
        epci=EPCI,
        movements=MOVEMENTS,
        cog_year=2021,
        **{
            "comparateur": Dated(COMPARATEUR, "comparateur", 2018, 2021),
            "taux": Dated(TAUX, "taux", 2017, 2020),
            **releases,
        },
    )


def level(frame, name):
    return frame[frame["niveau"] == name].set_index("code")


def test_communes_and_their_ledger():
    frame, lines = build()
    validate(frame, "core_recensement")
    communes = level(frame, "commune")
    assert communes.loc["00001", "plus_65_pct"] == pytest.approx(20)
    assert communes.loc["00001", "chomage_pct"] == 10
    assert communes.loc["00001", "densite_hab_km2"] == 100
    assert communes.loc["00002", "peu_diplomes_pct"] == 70  # 60 and 80, of unknown weights
    assert communes["population_origine"].tolist() == ["observe", "observe", "observe", "absent"]
    # Deduced from the share among those of 15 or more: an estimate.
    assert communes["plus_65_origine"].tolist() == ["impute", "impute", "absent", "absent"]
    assert communes["population_annee"].isna().tolist() == [False, False, False, True]
    assert communes.loc["00001", ["population_annee", "plus_65_annee"]].tolist() == [2018, 2017]
    assert lines.set_index(["source", "motif"])["lignes"]["taux", UNKNOWN] == 1


def test_whole_communes_give_their_iris_everything():
    frame, _ = build()
    communes, iris = level(frame, "commune"), level(frame, "iris")
    columns = [c for c in frame.columns if c not in ("niveau", "code")]
    for code in CODES[1:]:
        assert iris.loc[f"{code}0000", columns].equals(
            communes.loc[code, columns].rename(f"{code}0000")
        )


def test_iris_without_ages_of_their_own():
    habitat = Dated(AGES, "habitat", 2016, 2018)
    frame, lines = build(habitat=habitat)
    iris = level(frame, "iris").iloc[:3]
    # 400 and 800 known, mean 600 for the third: scaled to 1,000 inhabitants.
    assert iris["population"].tolist() == pytest.approx([4000 / 18, 8000 / 18, 6000 / 18])
    assert set(iris["population_origine"]) == {"impute"}
    # 240 of 1,200 should be 65+: 100 of 75+ and 140 of the 180 aged 60-74, k = 7/9.
    assert iris["plus_65_pct"].tolist()[:2] == pytest.approx(
        [100 * (20 + 60 * 7 / 9) / 400, 100 * (80 + 120 * 7 / 9) / 800]
    )
    assert iris["plus_65_origine"].tolist() == ["impute", "impute", "absent"]
    assert iris["plus_65_annee"].tolist()[:2] == [2016, 2016]
    assert lines.set_index(["source", "motif"])["lignes"]["habitat", UNKNOWN_IRIS] == 1


def base_ic(codes, pop, old):
    return Dated(
        pd.DataFrame({"code_iris": codes, "pop": pop, "pop6579": old, "pop80p": 0.0}),
        "base-ic",
        2018,
        2020,
    )


def test_published_iris_win_over_estimates_cell_by_cell():
    frame, _ = build(
        habitat=Dated(AGES, "habitat", 2016, 2018),
        base_ic=[base_ic(["000010101", "000010103"], [500.0, 100], [50.0, 30])],
    )
    iris = level(frame, "iris").iloc[:3]
    assert iris["plus_65_pct"].iloc[0] == 10
    assert iris["plus_65_pct"].iloc[2] == 30
    assert iris["plus_65_origine"].tolist() == ["observe", "impute", "observe"]
    assert iris["plus_65_annee"].tolist() == [2018, 2016, 2018]
    assert iris["population_origine"].tolist() == ["observe", "impute", "observe"]
    assert iris["population"].sum() == pytest.approx(1000)


def test_communes_from_their_iris_alone():
    iris = base_ic(
        ["000010101", "000010102", "000010103", "000020000"],
        [400.0, 400, 200, 500],
        [40.0, 80, 40, 100],
    )
    frame, _ = build(comparateur=None, taux=None, base_ic=[iris])
    validate(frame, "core_recensement")
    communes = level(frame, "commune")
    assert communes["population"].tolist()[:2] == [1000, 500]
    assert communes["plus_65_pct"].tolist()[:2] == [16, 20]
    assert communes["plus_65_origine"].tolist() == ["iris", "observe", "absent", "absent"]


def test_base_cc_takes_precedence_for_communes():
    table = pd.DataFrame({"code_commune": ["00001"], "pop": [1100.0], "pop65p": [330.0]})
    frame, _ = build(base_cc=[Dated(table, "base-cc", 2022, 2021)])
    communes = level(frame, "commune")
    assert communes["population"].tolist()[:2] == [1100, 500]
    assert communes["population_annee"].tolist()[:2] == [2022, 2018]
    assert communes["plus_65_pct"].iloc[0] == 30
    assert communes["plus_65_annee"].tolist()[:2] == [2022, 2017]
    assert communes["peu_diplomes_annee"].iloc[0] == 2017


def ages(population, population_1564):
    return pd.DataFrame(
        {
            "population": population,
            "population_1564": population_1564,
            "menages": [np.nan] * len(population),
            "naissances_5_ans": [np.nan] * len(population),
        }
    )


def test_65_plus_of_a_small_commune_leans_on_its_epci():
    epci = pd.Series(["a", "a"])
    # The small one would have (1 - 0.4 / 0.8) = 50 % of under-15s, an artefact of two vintages.
    result = plus_65_among_all(
        pd.Series([20.0, 20.0]),
        ages([30.0, 2970.0], [12.0, 1900.8]),
        pd.Series([np.nan, np.nan]),
        epci,
    )
    young_mean = (30 * 0.5 + 2970 * 0.2) / 3000
    young = (30 * 0.5 + 1000 * young_mean) / 1030
    assert result[0] == pytest.approx(20 * (1 - young))
    assert result[1] == pytest.approx(16, abs=0.02)


def test_births_and_households_say_where_the_children_are():
    """A hundred communes whose share of children is exactly 0.05 + 10 x births a head."""
    rng = np.random.default_rng(0)
    births = rng.uniform(0.005, 0.02, 100)
    counts = ages([5000.0] * 100, [3000.0] * 100).assign(
        menages=2000.0 + rng.normal(0, 50, 100), naissances_5_ans=births * 5 * 5000
    )
    truth = pd.Series(0.05 + 10 * births)
    noisy = truth + rng.normal(0, 0.03, 100)
    guess = expected_under_15(
        noisy, counts, pd.Series(rng.uniform(20, 40, 100)), pd.Series(["a"] * 100)
    )
    assert (guess - truth).abs().mean() < 0.5 * (noisy - truth).abs().mean()


def test_a_value_without_expectation_stays():
    nothing = pd.Series([np.nan])
    assert shrink(pd.Series([0.3]), pd.Series([10.0]), nothing, 300).tolist() == [0.3]


def test_k_stays_between_0_and_1():
    one = AGES.iloc[:1].set_index("code_iris")
    commune = pd.Series("00001", index=one.index)
    assert estimate_plus_65(one, commune, pd.Series({"00001": 90.0})).tolist() == [20]
    assert estimate_plus_65(one, commune, pd.Series({"00001": 0.0})).tolist() == [5]
    assert estimate_plus_65(one, commune, pd.Series(dtype=float)).isna().all()


def test_calibrated_iris_add_up_whatever_is_known():
    places = iris_places(IRIS)
    totals = pd.Series({"00001": 1000.0, "00002": 500.0, "00003": 0.0})
    for known in ([None] * 6, [0.0, 0, 0, None, None, None], [1.0, None, 3, None, None, None]):
        result = calibrate_population(
            pd.Series(known, index=places.index, dtype=float), places, totals
        )
        sums = result.groupby(places["code_commune"]).sum(min_count=1)
        assert sums.dropna().tolist() == pytest.approx([1000, 500, 0])
        assert sums.isna()["00004"]


def test_two_whole_communes_that_merged_share_the_population():
    iris = IRIS.assign(code_commune=["00001"] * 3 + ["00002", "00002", "00004"])
    places = iris_places(iris)
    assert places["est_commune_entiere"].tolist() == [False] * 5 + [True]


def test_group_mean_is_weighted_and_ignores_the_missing():
    value = pd.Series([10.0, 20.0, np.nan, 5.0], index=list("abcd"))
    population = pd.Series([100.0, 300.0, 50.0, 10.0], index=list("abcd"))
    epci = pd.Series(["x", "x", "x", "y"], index=list("abcd"))
    assert group_mean(value, population, epci)["c"] == pytest.approx(17.5)
