"""The models are the contract: names, codes, bounds, no personal data."""

import pandas as pd
import pytest

from fragility.errors import DataCheckError
from fragility.schemas import (
    INDICATORS,
    PASSAGES,
    TABLES,
    dictionary,
    indicator_labels,
    models_with,
    validate,
)
from fragility.territory.cog import NATURES

CONTRACT = [
    "nom",
    "code_epci",
    "nom_epci",
    "code_departement",
    "nom_departement",
    "code_region",
    "nom_region",
    "population",
    "score",
    "rang",
    "classe",
    "quintile_region",
    "quintile_departement",
    "est_fragile",
    "conseiller_plus_proche_min",
    "conseiller_plus_proche_km",
    "conseiller_plus_proche_nom",
    "est_conseiller_dans_commune",
    "population_hors_portee_pct",
    "couverture",
    "est_fragile_non_couverte",
    "motif",
    *[f"{key}_{part}" for key in INDICATORS for part in ("pct", "origine", "annee")],
    *[f"score_{key}" for key in INDICATORS],
]


@pytest.mark.parametrize("table", ["communes", "iris"])
def test_the_contract_columns_exist(table):
    assert set(CONTRACT) <= set(TABLES[table].columns)


def test_every_column_is_described_in_french_without_abbreviation():
    described = dictionary()
    assert described["description"].str.len().gt(3).all()
    assert described["libelle"].str.len().gt(0).all()
    assert not described.duplicated(["table", "colonne"]).any()


def test_column_names_are_snake_case_without_accents():
    assert dictionary()["colonne"].str.match(r"^[a-z][a-z0-9_]*$").all()


def bound(level):
    return pd.DataFrame({"profil": ["a"], "borne": ["classe"], "classe": [level], "score_min": 7.0})


def test_a_good_table_passes_and_a_wrong_one_says_what():
    validate(bound(5), "index_bornes")
    with pytest.raises(DataCheckError, match="classe"):
        validate(bound(-1), "index_bornes")
    with pytest.raises(DataCheckError, match="intrus"):
        validate(bound(5).assign(intrus=1), "index_bornes")


@pytest.mark.parametrize("code", ["1001", "AB001", "010010101", ""])
def test_a_commune_code_has_five_characters(code):
    frame = pd.DataFrame(
        {
            "code_commune": [code],
            "nb_locaux": [1.0],
            "nb_locaux_thd": [1.0],
            "non_thd_pct": [0.0],
            "est_douteux": [False],
            "non_thd_annee": pd.array([2019], "Int64"),
        }
    )
    with pytest.raises(DataCheckError, match="code_commune"):
        validate(frame, "core_fixe")
    validate(frame.assign(code_commune="2A004"), "core_fixe")


@pytest.mark.parametrize(
    "text",
    ["ecrire a jean.dupont@mairie.fr", "tel 06 12 34 56 78", "+33 6 12 34 56 78", "0612345678"],
)
def test_personal_data_is_refused(text):
    frame = pd.DataFrame({"mesure": [text], "valeur": [1.0], "description": ["x"]})
    with pytest.raises(DataCheckError, match="adresse électronique"):
        validate(frame, "index_imputation")


def test_codes_and_dates_are_not_mistaken_for_phones():
    frame = pd.DataFrame(
        {
            "mesure": ["SIREN 200069193, le 2022-12-02, 01004"],
            "valeur": [1.0],
            "description": ["62592a1d05457b0790816e6c"],
        }
    )
    validate(frame, "index_imputation")


def test_models_speak_the_words_of_their_edition():
    models = models_with(indicator_labels(["arcep_fibre"]))
    told = {c: (f.title, f.description) for c, f in models["communes"].columns.items()}
    assert told["non_thd_pct"][0] == "Sans fibre optique (%)"
    assert told["score_non_thd"][0] == "Score : sans fibre optique"
    assert "ni le câble" in told["non_thd_pct"][1]
    usual = {c: (f.title, f.description) for c, f in TABLES["communes"].columns.items()}
    assert {c for c in told if told[c] != usual[c]} == {
        "non_thd_pct", "non_thd_origine", "non_thd_annee", "score_non_thd",
    }  # fmt: skip
    assert "très haut débit" not in dictionary(models).to_csv().lower()


def test_every_nature_of_a_passage_is_in_the_model():
    assert set(NATURES) == set(PASSAGES)
