"""Rates and head-counts of the survey: checked by hand, against scipy, and never of one person."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from fragility.errors import DataCheckError
from fragility.schemas import TABLES
from fragility.schemas.survey import SURVEY
from fragility.skills import survey
from fragility.skills.survey import build_counts, national_counts, weighted_rates, wilson
from fragility.skills.survey_breaks import breaks, rural_effect
from fragility.sources.demo_survey import survey_files
from fragility.sources.readers.credoc import read_respondents

RATES, COUNTS = SURVEY


def people(n=20, **columns):
    """Adults of 2022 of whom a quarter never goes online."""
    frame = pd.DataFrame({
        "annee": 2022, "poids": 1.0, "age": 40, "sexe": "femme", "diplome": "bac",
        "mode": "internet", "taille_menage": "1", "agglomeration": "rurale", "zone": "Bretagne",
        "code_region": "53", **dict.fromkeys(survey.TARGETS, np.nan),
        "jamais_internet": (np.arange(n) % 4 == 0).astype(float),
    }, index=range(n))  # fmt: skip
    return frame.assign(**columns)


def one(frame, **where):
    chosen = frame
    for column, value in where.items():
        chosen = chosen[chosen[column] == value]
    assert len(chosen) == 1
    return chosen.iloc[0]


@pytest.fixture(scope="module")
def demo_people(tmp_path_factory):
    path = tmp_path_factory.mktemp("survey") / "barometre.parquet"
    path.write_bytes(next(iter(survey_files().values())))
    return path


def test_the_rate_is_weighted_among_those_who_answered():
    frame = people(10, poids=[3.0, *[1.0] * 9], jamais_internet=[1, *[0] * 8, np.nan])
    row = one(weighted_rates(frame), cible="jamais_internet", profil="ensemble")
    assert row["effectif"] == 9
    assert row["taux_pct"] == pytest.approx(100 * 3 / 11)
    assert row["bas"] < row["taux_pct"] < row["haut"]


@pytest.mark.parametrize(("yes", "n"), [(0, 10), (5, 20), (20, 20), (300, 2000)])
def test_with_equal_weights_the_interval_is_wilson_s(yes, n):
    frame = people(n, jamais_internet=(np.arange(n) < yes).astype(float), poids=0.7)
    row = one(weighted_rates(frame), cible="jamais_internet", profil="ensemble")
    peer = binomtest(yes, n).proportion_ci(0.90, method="wilson")
    assert (row["bas"], row["haut"]) == pytest.approx((100 * peer.low, 100 * peer.high))


def test_unequal_weights_count_for_fewer_respondents():
    # Weights 1 and 2, five of each: (5 + 10)² / (5 + 20) = 9 respondents of equal weight.
    frame = people(10, poids=[1.0, 2.0] * 5, jamais_internet=[1.0, 0.0] * 5)
    row = one(weighted_rates(frame), cible="jamais_internet", profil="ensemble")
    peer = wilson(pd.Series([5 / 15]), pd.Series([9.0])).iloc[0]
    assert row[["bas", "haut"]].tolist() == pytest.approx((100 * peer).tolist())


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.1, 10), st.booleans()), min_size=5, max_size=60),
    st.floats(0.01, 100),
)
def test_a_rate_is_within_its_interval_and_weights_have_no_unit(answers, unit):
    weights, yes = (list(column) for column in zip(*answers, strict=True))
    frame = people(len(yes), poids=weights, jamais_internet=np.array(yes, float))
    options = {"targets": ["jamais_internet"], "profiles": ["ensemble"]}
    row = weighted_rates(frame, **options).iloc[0]
    assert 0 <= row["bas"] <= row["taux_pct"] <= row["haut"] <= 100
    other = weighted_rates(frame.assign(poids=frame["poids"] * unit), **options).iloc[0]
    assert other["taux_pct"] == pytest.approx(row["taux_pct"])
    assert other["haut"] == pytest.approx(row["haut"])


def test_small_groups_are_left_out_or_flagged():
    # 4 people of the first diploma, 5 of the second, 30 of the third.
    levels = ["aucun"] * 4 + ["bac"] * 5 + ["superieur"] * 30
    table = weighted_rates(people(39, diplome=levels), profiles=["diplome"])
    assert table["modalite"].tolist() == ["bac", "superieur"]
    assert table["est_petit_effectif"].tolist() == [True, False]


def test_whom_a_rate_is_about():
    ages = [12] * 5 + [16] * 5 + [40] * 10
    frame = people(20, age=ages, besoin_aide=[0.0, 1.0] * 10)
    table = weighted_rates(frame, profiles=["ensemble", "age"])
    everyone = table[table["profil"] == "ensemble"].set_index("cible")
    assert everyone["effectif"].to_dict() == {"jamais_internet": 15, "besoin_aide": 10}
    assert everyone["age_min"].to_dict() == {"jamais_internet": 15, "besoin_aide": 18}
    young = table[(table["profil"] == "age") & (table["cible"] == "jamais_internet")]
    assert young["modalite"].tolist() == ["15-17", "40-59"]


def test_a_target_that_is_none_is_refused():
    with pytest.raises(DataCheckError, match="ne mesure pas bonheur"):
        weighted_rates(people(), targets=["bonheur"])
    with pytest.raises(DataCheckError, match="ne mesure pas bonheur"):
        national_counts(people(), 1000.0, "bonheur")


def test_head_counts_are_of_those_who_were_asked():
    # 18 adults, half of whom need help, and 2 aged 16: 90 % of 1,000 people, 450 of them.
    frame = people(20, age=[40] * 18 + [16] * 2, besoin_aide=[0.0, 1.0] * 9 + [np.nan] * 2)
    found = national_counts(frame, 1000.0, "besoin_aide")
    peer = binomtest(9, 18).proportion_ci(0.90, method="wilson")
    assert found.point == pytest.approx(450)
    assert (found.low, found.high) == pytest.approx((900 * peer.low, 900 * peer.high))
    assert national_counts(frame, 1000.0, "aise") is None


def test_the_last_wave_that_asked_is_told():
    before = people(20, annee=2020, aise=1.0)
    assert survey.last_wave(pd.concat([before, people()]), "aise") == 2020
    table = build_counts(pd.concat([before, people()]), pd.Series({"53": 100.0}))
    assert set(table["annee"]) == {2020}


def test_regions_have_their_own_rows_and_overseas_none():
    frame = people(70, besoin_aide=1.0, code_region=["53"] * 30 + ["11"] * 29 + ["94"] * 11)
    overseas = dict.fromkeys(["01", "02", "03", "04", "06"], 5000.0)
    population = pd.Series({"53": 400.0, "11": 600.0, "94": 10.0, **overseas})
    table = COUNTS.validate(build_counts(frame, population))
    assert one(table, niveau="france")["nb_personnes"] == pytest.approx(1010)
    regions = table[table["niveau"] == "region"].set_index("code")
    assert regions["nb_personnes"].to_dict() == {"53": 400, "11": 600, "94": 10}
    assert regions["nom"].to_dict() == {
        "53": "Bretagne", "11": "Île-de-France", "94": "Corse",
    }  # fmt: skip
    assert regions["est_petit_effectif"].to_dict() == {"53": False, "11": True, "94": True}
    assert ((table["nb_bas"] < table["nb_personnes"]) & (table["nb_haut"] > 0)).all()


def test_a_survey_that_asks_nothing_gives_an_empty_table():
    table = COUNTS.validate(build_counts(people(), pd.Series({"53": 100.0})))
    assert table.empty
    RATES.validate(weighted_rates(people().head(0)))


def test_the_demonstration_goes_through(demo_people):
    found, dropped = read_respondents(demo_people)
    assert len(found) == 5000
    assert dropped == {}
    table = RATES.validate(weighted_rates(found))
    assert set(table["cible"]) == set(survey.TARGETS)
    assert set(table["profil"]) == set(survey.PROFILES)
    counts = COUNTS.validate(build_counts(found, pd.Series({"00": 300_000.0})))
    # The fictional département is in no région of the survey.
    assert counts["niveau"].tolist() == ["france"] * len(survey.COUNTED)
    assert (counts["nb_personnes"] < 300_000).all()


def test_no_table_holds_respondents(demo_people):
    """A row of a table is a group of five people or more."""
    found, _ = read_respondents(demo_people)
    table = weighted_rates(found)
    assert (table["effectif"] >= survey.FEWEST).all()
    assert len(table) < len(found) / 5
    for model in (*TABLES.values(), *SURVEY):
        assert not {"poids", "age_brut", "IDENT", "POND"} & set(model.columns), model.name
        assert len({"sexe", "diplome", "mode", "taille_menage"} & set(model.columns)) <= 1


def test_the_breaks_of_the_demonstration_are_measured(demo_people):
    table = breaks(read_respondents(demo_people, broken=True)[0])
    found = table.pivot(index="mesure", columns="annee", values="valeur")
    assert found.loc["part_telephone_pct", [2018, 2019]].tolist() == [0, 0]
    assert (found.loc["part_telephone_pct", [2020, 2022]] > 5).all()
    gap = found.loc["jamais_internet_telephone_pct"] - found.loc["jamais_internet_internet_pct"]
    assert (gap[[2020, 2022]] > 40).all()
    assert (found.loc["rurale_parmi_telephone_pct", [2020, 2022]] > 45).all()
    assert found.loc["nb_regions"].tolist() == [0, 0, 12, 12]
    assert found.loc["nb_zones"].tolist() == [9, 9, 0, 0]
    computers = found.loc["ordinateur_domicile_pct"]
    assert computers[2020] < computers.drop(2020).min() - 10
    effect = found.loc["effet_rural"]
    assert effect[[2018, 2019]].max() < 0.4 < 0.6 < effect[[2020, 2022]].min()
    # Households have no break here: there is no wave before 2018.
    assert found.loc["personnes_seules_pct"].between(25, 35).all()


def test_the_rural_effect_is_the_one_that_is_there():
    """Drawn with an effect of 1.2 on the logit scale, at every age and diploma."""
    rng = np.random.default_rng(1)
    n = 40_000
    rural, old = rng.random(n) < 0.4, rng.random(n) < 0.5
    rate = 1 / (1 + np.exp(-(-2 + 1.2 * rural + 1.5 * old)))
    frame = people(
        n, agglomeration=np.where(rural, "rurale", "100000_plus"), age=np.where(old, 72, 30),
        diplome=np.where(rng.random(n) < 0.5, "bac", "aucun"),
        jamais_internet=(rng.random(n) < rate).astype(float),
    )  # fmt: skip
    assert rural_effect(frame)[2022] == pytest.approx(1.2, abs=0.08)
    assert rural_effect(frame.head(100)).empty
