"""The table of digital difficulty: sums hold at every level, and nothing is claimed that is not."""

import numpy as np
import pandas as pd
import pytest

from fragility.skills.competences import build_competences, complete, people_of, spread_inside
from fragility.skills.estimate import ILLECTRONISME, Estimate
from fragility.skills.model import DIPLOMAS
from fragility.skills.summary import build_concentration

TOWNS = ["01001", "01002", "01003", "97101", "97501"]


@pytest.fixture(scope="module")
def respondents():
    rng = np.random.default_rng(3)
    n = 3000
    age, level = rng.integers(15, 95, n), rng.integers(0, 4, n)
    never = rng.random(n) < 1 / (1 + np.exp(-(-7 + 0.08 * age - 0.6 * level)))
    return pd.DataFrame({
        "annee": rng.choice([2018, 2019], n), "mode": "face_a_face", "age": age,
        "zone": rng.choice(list("abc"), n), "diplome": np.array(DIPLOMAS)[level],
        "poids": 1.0, "jamais_internet": never.astype(float),
        "connexion_domicile": rng.integers(0, 2, n).astype(float), "ordinateur_domicile": np.nan,
        "taille_menage": rng.choice(["1", "2"], n), "sexe": "femme", "agglomeration": "rurale",
    })  # fmt: skip


def census():
    def level(name, codes, population, old, young, low):
        # 65+ of all are 0.8 of 65+ of the 15 or older: one inhabitant in five is under 15.
        return pd.DataFrame({
            "niveau": name, "code": codes, "population": population, "population_annee": 2018,
            "plus_65_pct": [0.8 * value for value in old], "plus_65_15p_pct": old,
            "plus_75_15p_pct": np.nan, "jeunes_pct": young, "peu_diplomes_pct": low,
        })  # fmt: skip

    nothing = np.nan
    towns = level("commune", TOWNS, [10_000.0, 800.0, 300.0, 5000.0, 0.0],
                  [20.0, 40.0, nothing, 25.0, nothing], [15.0, 8.0, nothing, 16.0, nothing],
                  [50.0, 70.0, 60.0, 60.0, nothing])  # fmt: skip
    units = level("iris", ["010010101", "010010102", "010010103", "010020000", "010030000",
                           "971010000", "975010000"],
                  [4000.0, 5000.0, 1000.0, 800.0, 300.0, 5000.0, 0.0],
                  [10.0, 30.0, nothing, 40.0, nothing, 25.0, nothing],
                  [20.0, 10.0, nothing, 8.0, nothing, 16.0, nothing],
                  [40.0, 60.0, nothing, 70.0, 60.0, 60.0, nothing])  # fmt: skip
    return pd.concat([towns, units], ignore_index=True)


def places():
    communes = pd.DataFrame({
        "code_commune": TOWNS, "code_epci": ["1", "1", "1", "2", "ZZZZZZZZZ"],
        "code_departement": ["01", "01", "01", "971", "975"],
        "code_region": ["84", "84", "84", "01", "975"],
    })  # fmt: skip
    iris = pd.DataFrame({"code_iris": ["010010101", "010010102", "010010103", "010020000",
                                       "010030000", "971010000", "975010000"]})  # fmt: skip
    return communes, iris.assign(code_commune=iris["code_iris"].str[:5])


@pytest.fixture(scope="module")
def built(respondents):
    communes, iris = places()
    return build_competences(respondents, census(), communes, iris)


def level_of(built, level):
    return built[0][built[0]["niveau"] == level].set_index("code")


def test_the_15_or_older_are_deduced_from_two_shares_of_the_same_people():
    people = people_of(census()[lambda t: t["niveau"] == "commune"].set_index("code"))
    assert people.count["01001"] == pytest.approx(8000)
    assert people.shares.loc["01001", "part_25_64"] == pytest.approx(0.65)


def test_a_commune_without_ages_takes_those_of_its_epci():
    towns = census()[lambda t: t["niveau"] == "commune"].set_index("code")
    people = complete(people_of(towns), towns["population"], places()[0].set_index(
        "code_commune")["code_epci"])  # fmt: skip
    # 20 % of 10,000 inhabitants and 40 % of 800: 21.5 %.
    assert people.shares.loc["01003", "part_65_plus"] == pytest.approx((2000 + 320) / 10_800)
    assert people.count["01003"] == pytest.approx(240)


def test_every_level_adds_up_to_the_nation(built):
    nation = level_of(built, "france")["nb_personnes_en_difficulte"].iloc[0]
    for level in ("iris", "commune", "departement", "region"):
        assert level_of(built, level)["nb_personnes_en_difficulte"].sum() == pytest.approx(nation)
    rate = level_of(built, "france")["difficulte_numerique_pct"].iloc[0]
    assert rate == pytest.approx(16.5, abs=1e-4)


def test_iris_add_up_to_their_commune(built):
    units = level_of(built, "iris")["nb_personnes_en_difficulte"]
    towns = level_of(built, "commune")["nb_personnes_en_difficulte"]
    sums = units.groupby(units.index.str[:5]).sum()
    assert sums["01001"] == pytest.approx(towns["01001"], rel=1e-6)


def test_an_iris_without_ages_or_diplomas_takes_its_communes_rate(built):
    units, towns = level_of(built, "iris"), level_of(built, "commune")
    assert units.loc["010010103", "difficulte_origine"] == "commune"
    assert units.loc["010010103", "difficulte_numerique_pct"] == pytest.approx(
        towns.loc["01001", "difficulte_numerique_pct"]
    )
    assert units.loc["010010101", "difficulte_origine"] == "impute"
    # The younger and better educated IRIS has the lower rate.
    rates = units["difficulte_numerique_pct"]
    assert rates["010010101"] < rates["010010103"] < rates["010010102"]


def test_an_undivided_commune_is_its_iris(built):
    unit, town = level_of(built, "iris").loc["010020000"], level_of(built, "commune").loc["01002"]
    for name in ("difficulte_numerique_pct", "difficulte_numerique_bas",
                 "nb_personnes_en_difficulte"):  # fmt: skip
        assert unit[name] == pytest.approx(town[name], rel=1e-6)
    assert unit["difficulte_origine"] == "impute"


def test_overseas_is_marked_as_carried_over(built):
    towns = level_of(built, "commune")["est_difficulte_extrapolee"]
    assert towns.to_dict() == {"01001": False, "01002": False, "01003": False, "97101": True}
    assert level_of(built, "departement").loc["971", "est_difficulte_extrapolee"]
    assert not level_of(built, "region").loc["84", "est_difficulte_extrapolee"]


def test_nobody_is_estimated_where_nobody_lives(built):
    assert "97501" not in level_of(built, "commune").index


def test_intervals_are_ordered_and_in_bounds(built):
    table = built[0][lambda t: t["niveau"] != "france"]
    assert (table["difficulte_numerique_bas"] <= table["difficulte_numerique_pct"]).all()
    assert (table["difficulte_numerique_pct"] <= table["difficulte_numerique_haut"]).all()
    assert table[["difficulte_numerique_bas", "difficulte_numerique_haut"]].stack().between(
        0, 100).all()  # fmt: skip


def test_rates_of_the_cells_give_the_nation(built):
    rates = built[2]
    assert rates["part_pct"].sum() == pytest.approx(100, abs=1e-3)
    assert (rates["taux_pct"] * rates["part_pct"]).sum() / 100 == pytest.approx(16.5, abs=1e-3)


def width(rows):
    return rows["difficulte_numerique_haut"] - rows["difficulte_numerique_bas"]


def test_the_nation_has_no_interval_of_ours(built):
    nation = level_of(built, "france").iloc[0]
    assert np.isnan(nation["difficulte_numerique_bas"])
    assert np.isnan(nation["nb_personnes_en_difficulte_haut"])


def test_overseas_says_little(built):
    """0.6 on the logit scale is a factor of 2.7 on the odds, nine times in ten."""
    towns = level_of(built, "commune")
    assert width(towns)["97101"] > 4 * width(towns)["01001"]
    far = level_of(built, "departement").loc["971"]
    odds = far["difficulte_numerique_haut"] / (100 - far["difficulte_numerique_haut"])
    centre = far["difficulte_numerique_pct"] / (100 - far["difficulte_numerique_pct"])
    assert np.log(odds / centre) > 1.645 * 0.6
    assert width(level_of(built, "region"))["84"] < width(level_of(built, "region"))["01"] / 4


def test_the_part_of_a_town_is_less_sure_than_the_town(built):
    units, towns = level_of(built, "iris"), level_of(built, "commune")
    assert width(units)["010010103"] > 1.2 * width(towns)["01001"]


def test_head_counts_have_the_bounds_of_the_rates(built):
    towns = level_of(built, "commune")
    low = towns["difficulte_numerique_bas"] / 100 * towns["population_15_plus"]
    assert towns["nb_personnes_en_difficulte_bas"].tolist() == pytest.approx(low.tolist())
    assert (towns["nb_personnes_en_difficulte_haut"] > towns["nb_personnes_en_difficulte"]).all()


def test_islands_outside_any_epci_are_in_none(built):
    assert not level_of(built, "epci").index.str.startswith("Z").any()


def test_other_questions_are_tried_and_described(built):
    model = built[1].set_index(["modele", "mesure"])["valeur"]
    assert ("connexion_domicile_age_diplome", "brier") in model.index
    assert not any(str(name).startswith("ordinateur") for name, _ in model.index)  # not asked
    # One in two, whatever the age and the diploma.
    assert model["connexion_domicile_constante", "brier"] == pytest.approx(0.25, abs=0.002)


def test_parts_of_a_town_differ_as_the_communes_of_an_epci():
    rate = pd.Series([20.0, 30.0, 25.0], index=list("abc"))
    found = Estimate(rate, rate, rate, rate)
    spread = spread_inside(found, pd.Series([1.0, 1, 5], index=list("abc")),
                           pd.Series(["x", "x", "y"], index=list("abc")))  # fmt: skip
    # logit(0.3) - logit(0.2) = 0.539: each is 0.2695 away from their mean; c is its own mean.
    assert spread == pytest.approx(np.sqrt(2 / 7) * 0.2695, abs=1e-4)


def test_concentration_ranks_communes_three_ways():
    competences = pd.DataFrame({
        "niveau": "commune", "code": list("abcde"),
        "difficulte_numerique_pct": [10, 20, 30, 40, 50.0],
        "nb_personnes_en_difficulte": [500, 200, 100, 100, 100.0],
    })  # fmt: skip
    scores = pd.DataFrame({"niveau": "commune", "code": list("abcde"),
                           "score": [1, 9, 2, np.nan, 3]})  # fmt: skip
    table = build_concentration(competences, scores).set_index(["classement", "part_communes_pct"])
    assert table.loc[("nombre", 20.0), "part_personnes_pct"] == 50.0  # a
    assert table.loc[("taux", 20.0), "part_personnes_pct"] == 10.0  # e
    assert table.loc[("score", 20.0), "nb_communes"] == 1  # one in five of four, rounded
    assert table.loc[("score", 20.0), "part_personnes_pct"] == 20.0  # b
    assert table.loc[("taux", 50.0), "nb_communes"] == 2


def test_the_published_levels():
    """INSEE, Insee Première 1780 (2019) and 1953 (2021)."""
    assert dict(ILLECTRONISME) == {2019: 16.5, 2021: 15.4}


def test_what_is_said_of_the_model_is_weighted_and_measured(respondents):
    communes, iris = places()
    heavy = respondents.assign(poids=np.where(respondents["jamais_internet"].eq(1), 3.0, 1.0))
    _, model, _ = build_competences(heavy, census(), communes, iris)
    value = model[model["modele"].eq("")].set_index("mesure")["valeur"]
    # Both waves count as much as they have respondents.
    share = heavy.groupby("annee").apply(
        lambda wave: np.average(wave["jamais_internet"], weights=wave["poids"])
    )
    count = heavy.groupby("annee").size()
    assert value["taux_brut_pct"] == pytest.approx(100 * (share * count).sum() / count.sum())
    assert value["taux_brut_pct"] > 100 * heavy["jamais_internet"].mean() + 5
    assert 0 < value["ecart_calage"] < 1e-3
    assert value["part_75_connue_pct"] == 0


def test_an_overseas_epci_and_region_are_marked_too(built):
    assert level_of(built, "epci").loc["2", "est_difficulte_extrapolee"]
    assert not level_of(built, "epci").loc["1", "est_difficulte_extrapolee"]
    assert level_of(built, "region").loc["01", "est_difficulte_extrapolee"]
    # The département of the mainland that has the code of this région.
    assert not level_of(built, "departement").loc["01", "est_difficulte_extrapolee"]


def test_both_bounds_of_an_iris_move_with_its_rate(built):
    """On the logit scale an interval stays centred on the rate."""
    units = level_of(built, "iris")
    low, rate, high = (
        np.log(units[name] / (100 - units[name]))
        for name in ("difficulte_numerique_bas", "difficulte_numerique_pct",
                     "difficulte_numerique_haut")
    )  # fmt: skip
    assert (high - rate).to_numpy() == pytest.approx((rate - low).to_numpy(), rel=1e-6)
