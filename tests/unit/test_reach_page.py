"""The page on reach: what the places are worth, ties, and whose figures ours are beside."""

from pathlib import Path

import pandas as pd

from fragility.access.water import LINKS, RIVERS
from fragility.validation.reach_readings import PUBLISHED, readings, regional_block
from fragility.validation.reach_worth import tie_words, worth_block


def communes(**changes):
    rows = {
        "code_commune": ["75001", "75002", "75003", "75004"],
        "nom": ["Une", "Deux", "Trois", "Quatre"],
        "code_region": "11",
        "nom_region": "Île-de-France",
        "couverture": ["couverte", "couverte", "incertaine", "non_couverte"],
        "conseiller_plus_proche_min": [5.0, 8.0, 21.0, 35.0],
        "conseiller_plus_proche_ancien": pd.array([True, False, True, None], dtype="boolean"),
        "est_couverture_itinerante": [True, False, True, False],
        "est_conseiller_dans_commune": [True, False, False, False],
        "population_hors_portee_pct": [0.0, 10.0, 50.0, 100.0],
        "quintile_region": pd.array([5, 5, 5, 5], dtype="Int64"),
    }
    return pd.DataFrame(rows | changes)


def test_every_water_and_link_is_told_on_the_page_of_the_project():
    page = (Path(__file__).parents[2] / "docs/portee.md").read_text("utf-8")
    assert [name for name in (*RIVERS, *LINKS) if name not in page] == []


def test_what_the_places_are_worth_by_hand():
    lieux = pd.DataFrame(
        {
            "dispositifs": ["conseiller_numerique|france_services", "conseiller_numerique",
                            "bibliotheque", "mediation"],
            "dispositifs_anciens": [
                "conseiller_numerique|france_services", None, "bibliotheque", "mediation"
            ],
            "itinerance": [False, True, True, False],
        }
    )  # fmt: skip
    block = worth_block(lieux, communes())
    assert block.table.to_numpy().tolist() == [
        ["Conseiller numérique", 2, 50.0, 50.0],
        ["France services", 1, 100.0, 0.0],
        # A library lends computers: it is no mediation.
        ["N'importe quel lieu de médiation", 3, 66.7, 33.3],
    ]
    # One covered commune in two; two owe their class to a place that moves, one of them covered.
    assert block.paragraphs[0].startswith("50 % des communes couvertes")
    assert block.paragraphs[1].startswith("2 communes seraient moins bien classées sans les lieux")
    assert "dont 1 couvertes" in block.paragraphs[1]


def test_a_country_without_places_has_no_share_of_them():
    none = pd.DataFrame(
        {"dispositifs": [], "dispositifs_anciens": [], "itinerance": []}, dtype="str"
    )
    block = worth_block(none, communes(couverture=None, est_couverture_itinerante=False))
    assert block.table["Lieux"].tolist() == [0, 0, 0]
    assert block.paragraphs[0].startswith("Aucune commune couverte ne l'est d'abord")


def test_the_communes_at_exactly_half_are_named():
    assert tie_words(communes()).endswith("C'est le cas ici de Trois (75003).")
    near = communes(population_hors_portee_pct=[0.0, 10.0, 50.1, None])
    assert tie_words(near).endswith("Ce n'est le cas d'aucune commune de cette édition.")


def test_the_share_of_others_is_given_with_its_source_and_why_it_may_differ():
    (said,) = [words for words in regional_block(communes()).paragraphs if "26 %" in words]
    share, source = PUBLISHED["11"]
    assert share == 26
    assert source in said
    assert "Institut Paris Region" in source
    assert "n° 969, 5 janvier 2023 (https://" in source
    for reason in ("à partir de quel score", "« avoir »", "date des listes", "pas le nôtre"):
        assert reason in said
    # 3 of 4 have none of their own; 21 and 35 minutes are beyond 20.
    assert "75 % n'en ont aucun dans la commune, 50,0 % sont à plus de 20 minutes" in said
    elsewhere = communes(code_region="84", nom_region="Auvergne-Rhône-Alpes")
    assert not [words for words in regional_block(elsewhere).paragraphs if "26 %" in words]


def test_readings_by_hand():
    table = readings(communes(), pd.Series(True, index=range(4)))
    assert table["nom_region"].tolist() == ["Île-de-France", "France"]
    assert table[["commune", "a_20", "a_30"]].to_numpy().tolist() == [[75, 50, 25]] * 2
