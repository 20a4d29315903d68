"""What people type, on an edition of a few places."""

import pandas as pd
import pytest

from fragility.errors import UsageError
from fragility.index.place_codes import Names, find_place, plain

COMMUNES = pd.DataFrame(
    {
        "code_commune": ["01004", "23096", "2A004", "75056", "42218", "08377", "93066", "97411"],
        "nom": ["Ambérieu-en-Bugey", "Guéret", "Ajaccio", "Paris", "Saint-Étienne",
                "Saint-Étienne-à-Arnes", "Saint-Denis", "Saint-Denis"],
        "code_departement": ["01", "23", "2A", "75", "42", "08", "93", "974"],
        "nom_departement": ["Ain", "Creuse", "Corse-du-Sud", "Paris", "Loire", "Ardennes",
                            "Seine-Saint-Denis", "La Réunion"],
        "nom_region": ["Auvergne-Rhône-Alpes", "Nouvelle-Aquitaine", "Corse", "Île-de-France",
                       "Auvergne-Rhône-Alpes", "Grand Est", "Île-de-France", "La Réunion"],
    }
)  # fmt: skip
IRIS = pd.DataFrame(
    {
        "code_iris": ["010040101", "751010101", "751010102", "751020201"],
        "nom": ["Les Pérouses", "A", "B", "C"],
        "code_commune": ["01004", "75056", "75056", "75056"],
    }
)
EPCI = pd.DataFrame({"code_epci": ["200034825"], "nom_epci": ["CA du Grand Guéret"]})
DEPARTEMENTS = pd.DataFrame(
    {"code_departement": ["01", "23", "974"], "nom_departement": ["Ain", "Creuse", "La Réunion"]}
)
PASSAGE = pd.DataFrame(
    {
        "code_avant": ["01033", "14001", "14001"],
        "code_apres": ["01004", "23096", "42218"],
    }
)
NAMES = Names(*(lambda t=t: t for t in (COMMUNES, IRIS, EPCI, DEPARTEMENTS, PASSAGE)))


def find(asked):
    found = find_place(asked, NAMES)
    return found.niveau, found.code


@pytest.mark.parametrize(
    ("asked", "level", "code"),
    [
        ("23096", "commune", "23096"),
        (" 2a004 ", "commune", "2A004"),
        ("010040101", "iris", "010040101"),
        ("200034825", "epci", "200034825"),
        ("200 034 825", "epci", "200034825"),
        ("974", "departement", "974"),
        ("23", "departement", "23"),
        ("Creuse", "departement", "23"),
        ("ca du grand gueret", "epci", "200034825"),
        ("Paris", "commune", "75056"),
    ],
)
def test_codes_and_names(asked, level, code):
    assert find(asked) == (level, code)


@pytest.mark.parametrize(
    ("asked", "level", "code"),
    [("1004", "commune", "01004"), ("10040101", "iris", "010040101"), ("1", "departement", "01")],
)
def test_a_lost_zero_is_put_back_and_said(asked, level, code):
    found = find_place(asked, NAMES)
    assert (found.niveau, found.code) == (level, code)
    assert code in found.note
    assert "zéro" in found.note


@pytest.mark.parametrize("asked", ["Guéret", "gueret", "GUERET", "st etienne", "Saint Etienne"])
def test_names_without_accents_case_or_hyphens(asked):
    assert find(asked) == ("commune", "42218" if "t e" in asked.lower() else "23096")


def test_names_are_plain():
    assert plain("Sainte-Œuvre l'Évêque") == "sainte oeuvre l eveque"
    assert plain("Ste Marie") == "sainte marie"


def test_an_arrondissement_leads_to_its_commune_and_keeps_its_code():
    found = find_place("75101", NAMES)
    assert (found.niveau, found.code, found.borough) == ("commune", "75056", "75101")
    assert "Paris" in found.note


def test_a_commune_that_was_merged_leads_to_the_one_that_took_it():
    found = find_place("1033", NAMES)
    assert found.code == "01004"
    assert "n'existe plus" in found.note
    with pytest.raises(UsageError, match="partagée") as refused:
        find_place("14001", NAMES)
    assert "42218" in str(refused.value)


def test_several_places_of_one_name_are_listed():
    with pytest.raises(UsageError) as refused:
        find_place("saint denis", NAMES)
    assert refused.value.exit_code == 2
    for word in ("93066", "97411", "La Réunion"):
        assert word in str(refused.value)


@pytest.mark.parametrize("asked", ["99999", "999999999", "42", "Nulle Part", "", "---"])
def test_what_does_not_exist_is_refused(asked):
    with pytest.raises(UsageError):
        find_place(asked, NAMES)


def test_part_of_a_name_suggests():
    with pytest.raises(UsageError) as refused:
        find_place("étienne", NAMES)
    assert "42218" in str(refused.value)
    assert "08377" in str(refused.value)


def named(*towns):
    """The same places, and communes of these names in the Somme."""
    more = pd.DataFrame(
        {
            "code_commune": [f"8022{n}" for n in range(len(towns))],
            "nom": towns,
            "code_departement": "80",
            "nom_departement": "Somme",
            "nom_region": "Hauts-de-France",
        }
    )
    communes = pd.concat([COMMUNES, more], ignore_index=True)
    return Names(*(lambda t=t: t for t in (communes, IRIS, EPCI, DEPARTEMENTS, PASSAGE)))


def test_a_commune_with_the_name_of_a_departement_says_which_code_to_use():
    found = find_place("Creuse", named("Creuse"))
    assert (found.niveau, found.code) == ("commune", "80220")
    assert "Un département a le même nom : pour lui, donnez le code 23." in found.note
    with pytest.raises(UsageError, match="donnez le code 23") as refused:
        find_place("creuse", named("Creuse", "Creuse"))
    assert "80221" in str(refused.value)


def test_a_region_leads_to_its_departements():
    with pytest.raises(UsageError, match="est une région") as refused:
        find_place("auvergne rhone alpes", NAMES)
    assert "01 (Ain), 42 (Loire)" in str(refused.value)
    found = find_place("Grand Est", named("Grand-Est"))
    assert found.code == "80220"
    assert "08 (Ardennes)" in found.note


def test_a_zero_too_many_before_a_departement():
    found = find_place("023", NAMES)
    assert (found.niveau, found.code) == ("departement", "23")
    assert "Code 023 lu « 23 »" in found.note
