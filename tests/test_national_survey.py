"""What the Baromètre du numérique says of France, on the real file when it is here.

Where a question is known by its name alone, the share that was printed for the same wave tells
that it is the right one: Baromètre du numérique 2022, Arcep and CRÉDOC, 30 January 2023.
"""

import numpy as np
import pandas as pd
import pytest

from fragility.schemas.survey import SURVEY
from fragility.skills.survey import COUNTED, build_counts, national_counts, weighted_rates
from fragility.skills.survey_breaks import breaks
from fragility.sources.readers.credoc import read_respondents

pytestmark = pytest.mark.national

FILE = "raw/credoc_barometre/2007-2022/barometre_numerique_2007_2022.parquet"


@pytest.fixture(scope="module")
def path(pack):
    if not (pack / FILE).is_file():
        pytest.skip("the Baromètre du numérique is not in the pack")
    return pack / FILE


@pytest.fixture(scope="module")
def respondents(path):
    return read_respondents(path)[0]


@pytest.fixture(scope="module")
def rates(respondents):
    return SURVEY[0].validate(weighted_rates(respondents))


@pytest.fixture(scope="module")
def whole(rates):
    own = rates[rates["profil"] == "ensemble"]
    return own.pivot(index="cible", columns="annee", values="taux_pct")


@pytest.fixture(scope="module")
def measured(path):
    table = breaks(read_respondents(path, broken=True)[0])
    return table.pivot(index="mesure", columns="annee", values="valeur")


def test_every_respondent_is_read(path, respondents):
    assert read_respondents(path)[1] == {}
    assert len(respondents) == 37_195
    assert respondents["annee"].nunique() == 15
    sizes = respondents["annee"].value_counts()
    assert sizes[[2018, 2019, 2020, 2022]].tolist() == [2214, 2259, 4029, 4184]
    assert not respondents[["sexe", "mode", "taille_menage", "agglomeration"]].isna().any().any()
    adults = respondents[respondents["age"] >= 18]
    assert adults["diplome"].notna().all()
    assert respondents.loc[respondents["age"] < 18, "diplome"].isna().all()


def test_who_never_goes_online(respondents, whole):
    never = whole.loc["jamais_internet"]
    assert never[[2018, 2019, 2020, 2022]].round(1).tolist() == [11.0, 12.6, 7.5, 8.5]
    both = respondents[respondents["annee"].isin([2018, 2019]) & respondents["age"].ge(15)]
    both = both[both["jamais_internet"].notna()]
    pooled = 100 * np.average(both["jamais_internet"], weights=both["poids"])
    assert pooled == pytest.approx(11.8, abs=0.05)


def test_nobody_is_asked_of_online_procedures_who_never_goes_online(respondents):
    since = respondents[respondents["annee"] >= 2015]
    never = since[since["jamais_internet"] == 1]
    assert (never["demarches_en_ligne"] == 0).all()
    unknown = since[since["jamais_internet"].isna()]
    assert unknown["demarches_en_ligne"].isna().mean() > 0.9


def share_of_adults(path, wave, name, labels):
    """As printed: weighted, among all adults, those who gave no answer too."""
    table = pd.read_parquet(path, columns=["ANNEE", "POND", "AGE", name, "PCS8EGO", "DIPL5"])
    adults = table[(table["ANNEE"] == wave) & (table["AGE"] >= 18)]
    yes = adults[name].str.startswith(labels).fillna(False)

    def share(who):
        return 100 * adults.loc[yes & who, "POND"].sum() / adults.loc[who, "POND"].sum()

    return share, adults


def test_maitrnum_is_progress_since_the_lockdowns_and_not_ease(path):
    """Printed: 57 % of adults, 71 % of managers, 43 % of the retired, 38 % without a diploma."""
    share, adults = share_of_adults(path, 2022, "MAITRNUM", "Oui")
    job, everyone = adults["PCS8EGO"], adults["POND"] > 0
    assert share(everyone) == pytest.approx(57, abs=0.7)
    assert share(job.str.startswith("Cadre")) == pytest.approx(71, abs=0.5)
    assert share(job == "Retraité") == pytest.approx(43, abs=0.6)
    assert share(adults["DIPL5"] == "Non diplômé") == pytest.approx(38, abs=0.5)


def test_prefpb_is_help_needed_before_an_online_procedure(path, whole):
    """Printed for 2022: 54 % meet difficulties, 40 % want to be shown; 38 % in 2020."""
    share, adults = share_of_adults(path, 2022, "PREFPB", "Que quelqu")
    assert share(adults["POND"] > 0) == pytest.approx(54, abs=0.5)
    share, adults = share_of_adults(path, 2022, "PREFPB", "Que quelqu’un vous montre")
    assert share(adults["POND"] > 0) == pytest.approx(40, abs=0.5)
    share, adults = share_of_adults(path, 2020, "PREFPB", "Que quelqu")
    assert share(adults["POND"] > 0) == pytest.approx(38, abs=0.5)
    # Among those who answered.
    assert whole.loc["besoin_aide", [2020, 2022]].round(1).tolist() == [40.1, 55.9]


def test_obstacles_are_those_that_were_printed(whole):
    """At least one: 35 % in 2020 and 48 % in 2022; lack of mastery: 18 % and 25 %."""
    assert whole.loc["frein", [2020, 2022]].tolist() == pytest.approx([35, 48], abs=0.5)
    assert whole.loc["manque_maitrise", [2020, 2022]].tolist() == pytest.approx([18, 25], abs=0.5)


def test_ability_is_what_18_million_people_lacked_in_2017(respondents):
    """Printed for those aged 12 or older; the metropole then had 55 million of them."""
    wave = respondents[respondents["annee"].eq(2017) & respondents["aise"].notna()]
    unable = 1 - np.average(wave["aise"], weights=wave["poids"])
    assert unable * 55.2 == pytest.approx(18, abs=0.5)


def test_opinions_are_flat_where_use_is_not(rates):
    """Why they are never mapped below the région."""
    wave = rates[(rates["annee"] == 2022) & (rates["profil"] == "age") & (rates["age_min"] > 0)]
    spread = wave.groupby("cible")["taux_pct"].agg(lambda v: v.max() / max(v.min(), 0.5))
    assert spread["besoin_aide"] < 2 < 10 < spread["jamais_internet"]


def test_intervals_are_as_wide_as_such_a_survey_allows(rates):
    whole = rates[(rates["profil"] == "ensemble") & (rates["annee"] >= 2018)]
    assert (whole["haut"] - whole["bas"]).between(1, 5).all()
    assert (rates["effectif"] >= 5).all()


def test_the_mode_breaks(measured):
    assert measured.loc["part_telephone_pct", [2018, 2019]].tolist() == [0, 0]
    phone = measured.loc["part_telephone_pct", [2020, 2022]].tolist()
    assert phone == pytest.approx([10.4, 9.9], abs=0.1)
    assert (measured.loc["jamais_internet_internet_pct", [2020, 2022]] < 2).all()
    assert (measured.loc["jamais_internet_telephone_pct", [2020, 2022]] > 60).all()
    rural = measured.loc["rurale_parmi_telephone_pct"] - measured.loc["rurale_parmi_internet_pct"]
    assert rural[[2020, 2022]].tolist() == pytest.approx([10.8, 33.2], abs=0.1)


def test_regions_break(measured):
    assert measured.loc["nb_regions", [2017, 2019, 2020, 2022]].tolist() == [0, 0, 13, 13]
    assert measured.loc["nb_zones", [2017, 2018, 2019]].tolist() == [8, 9, 9]
    assert measured.loc["nord_pct", [2017, 2018]].tolist() == pytest.approx([16.4, 5.7], abs=0.1)


def test_households_break_in_2018(measured):
    alone = measured.loc["personnes_seules_pct"]
    assert alone[[2017, 2018]].tolist() == pytest.approx([26.8, 18.2], abs=0.1)


def test_the_computers_of_2020_break(measured, whole):
    computers = measured.loc["ordinateur_domicile_pct"]
    assert computers[[2019, 2020, 2022]].tolist() == pytest.approx([75.6, 61.8, 88.7], abs=0.1)
    assert np.isnan(whole.loc["ordinateur_domicile", 2020])


def test_the_rural_effect_breaks(measured):
    effect = measured.loc["effet_rural"]
    assert effect[[2018, 2019]].between(0.03, 0.15).all()
    assert effect[[2020, 2022]].between(0.8, 1.7).all()


def test_head_counts_of_the_metropole(respondents):
    """52.5 million people aged 15 or older, half of them in Île-de-France for the test."""
    population = pd.Series({"11": 26.25e6, "84": 26.25e6, "04": 0.7e6})
    table = SURVEY[1].validate(build_counts(respondents, population))
    france = table[table["niveau"] == "france"].set_index("cible")
    assert set(france.index) == set(COUNTED)
    assert set(table.loc[table["niveau"] == "region", "code"]) == {"11", "84"}
    help_needed = france.loc["besoin_aide"]
    own = national_counts(respondents, 52.5e6, "besoin_aide")
    told = help_needed[["nb_personnes", "nb_bas", "nb_haut"]].tolist()
    assert told == pytest.approx([own.point, own.low, own.high])
    assert own.point == pytest.approx(28.0e6, rel=0.02)
    assert own.high - own.low < 2e6
