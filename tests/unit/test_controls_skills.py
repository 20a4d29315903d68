"""The estimate that does not hold stops the run."""

import pandas as pd
import pytest

from fragility.controls_skills import control_competences
from fragility.errors import DataCheckError
from fragility.schemas import empty_table


def table(**changes):
    frame = pd.DataFrame({
        "niveau": ["iris", "commune", "epci", "departement", "region", "france"],
        "code": list("abcdef"),
        "difficulte_numerique_pct": 16.5, "difficulte_numerique_bas": 15.0,
        "difficulte_numerique_haut": 18.0, "nb_personnes_en_difficulte": 100.0,
        "difficulte_annee": 2019,
    })  # fmt: skip
    return frame.assign(**changes)


def test_a_table_that_adds_up_passes():
    control_competences(table())
    control_competences(empty_table("index_competences"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"difficulte_numerique_pct": 16.6}, "taux national"),
        ({"nb_personnes_en_difficulte": [100.0, 100, 90, 99, 100, 100]}, "departement"),
        ({"difficulte_numerique_bas": [17.0, 15, 15, 15, 15, 15]}, "intervalle"),
        ({"difficulte_numerique_haut": [18.0, 16, 18, 18, 18, 18]}, "intervalle"),
    ],
)
def test_what_does_not_hold_is_named(change, message):
    with pytest.raises(DataCheckError, match=message):
        control_competences(table(**change))


def test_people_outside_any_epci_are_no_error():
    control_competences(table(nb_personnes_en_difficulte=[100.0, 100, 90, 100, 100, 100]))
