"""The estimate of digital difficulty on France: agreement with INSEE, totals, no respondent."""

import re
from pathlib import Path

import pandas as pd
import pytest

from fragility.skills.estimate import AREA_RESIDUAL
from fragility.skills.residual import check_residual
from fragility.sources.readers.insee_epci_rates import read_illectronisme
from fragility.validation.skills_agreement import CONTROL, compare_with_published, epci_shares

pytestmark = pytest.mark.national


@pytest.fixture(scope="module")
def tables(national):
    folder = national[0] / "tables"
    names = ("index_competences", "competences_modele", "index_indicateurs",
             "competences_concentration")  # fmt: skip
    found = {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}
    columns = ["code_commune", "code_epci"]
    found["communes"] = pd.read_parquet(folder / "communes.parquet", columns=columns)
    return found


def test_epci_agree_with_what_insee_published(tables, pack):
    shares = epci_shares(tables["index_indicateurs"], tables["communes"])
    found, compared = compare_with_published(
        tables["index_competences"], read_illectronisme(pack / "raw" / CONTROL), shares
    )
    assert found.count >= 89
    assert found.spearman >= 0.94
    assert found.error <= 0.8
    assert abs(found.bias) <= 0.5
    assert 86 <= found.covered <= 94
    residual = check_residual(compared)
    assert residual.low <= AREA_RESIDUAL <= residual.high
    assert 86 <= residual.held <= 94  # EPCI that the residual was not learnt from


def test_zones_left_out_are_predicted(tables):
    own = tables["competences_modele"].set_index(["modele", "mesure"])["valeur"]
    assert own["age_diplome", "brier"] <= 0.072
    assert own["age_diplome", "brier"] < own["age", "brier"] - 0.01
    assert own["age_diplome", "brier"] <= own["gradient", "brier"] + 0.001
    assert 0.93 <= own["age_diplome", "pente"] <= 1.10
    # What the census would let us add is worth less than half a percent of the error.
    for name in ("taille_menage", "sexe", "agglomeration"):
        gain = 1 - own[f"age_diplome_{name}", "brier"] / own["age_diplome", "brier"]
        assert gain < 0.005, name


def test_the_nation_has_the_published_rate_and_levels_add_up(tables):
    table = tables["index_competences"]
    nation = table[table["niveau"] == "france"].iloc[0]
    assert nation["difficulte_numerique_pct"] == pytest.approx(16.5, abs=0.05)
    sums = table.groupby("niveau")["nb_personnes_en_difficulte"].sum()
    for level in ("iris", "commune", "departement", "region"):
        assert sums[level] == pytest.approx(sums["france"], rel=1e-6)
    assert sums["epci"] == pytest.approx(sums["france"], rel=1e-3)  # four islands are in none


def test_small_places_have_wide_intervals(tables):
    towns = tables["index_competences"][lambda t: t["niveau"] == "commune"]
    width = towns["difficulte_numerique_haut"] - towns["difficulte_numerique_bas"]
    small, large = towns["population_15_plus"] < 200, towns["population_15_plus"] > 20_000
    assert width[small].median() > 3 * width[large].median()
    assert towns["difficulte_numerique_pct"].between(0, 100).all()


def test_rate_and_number_are_two_maps(tables):
    held = tables["competences_concentration"].set_index(["classement", "part_communes_pct"])
    share = held["part_personnes_pct"]
    assert share["nombre", 20.0] > 70
    assert share["score", 20.0] < 15
    assert share["taux", 20.0] < 20


def test_no_table_holds_a_respondent(national):
    """A row per person would be as many rows as respondents, with an identifier or a weight."""
    forbidden = {"ident", "pond", "poids", "freqtot", "age6fuz", "dipl5"}
    for path in Path(national[0], "tables").glob("*.parquet"):
        names = {name.lower() for name in pd.read_parquet(path).columns}
        assert not names & forbidden, path.name
    survey = pd.read_parquet(Path(national[0], "tables", "competences_enquete.parquet"))
    assert survey["effectif"].min() >= 5
    text = survey.select_dtypes(["object", "str"]).astype(str).stack()
    assert not text.map(lambda value: bool(re.search(r"\d{8,}", value))).any()
