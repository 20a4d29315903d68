"""The estimate that does not hold stops the run."""

import numpy as np
import pandas as pd
import pytest

from fragility.controls_skills import control_competences
from fragility.errors import DataCheckError
from fragility.schemas import empty_table
from fragility.territory.communes import NO_EPCI

# Three communes, one of them outside any EPCI and one of two IRIS.
COMMUNES = pd.DataFrame({
    "code_commune": ["01001", "01002", "29083"], "code_epci": ["E1", "E2", NO_EPCI[0]],
    "code_departement": ["01", "01", "29"], "code_region": ["84", "84", "53"],
})  # fmt: skip
IRIS = pd.DataFrame({
    "code_iris": ["010010101", "010010102", "010020000", "290830000"],
    "code_commune": ["01001", "01001", "01002", "29083"],
})  # fmt: skip
PEOPLE = {
    ("iris", "010010101"): 30.0, ("iris", "010010102"): 20.0, ("iris", "010020000"): 40.0,
    ("iris", "290830000"): 10.0, ("commune", "01001"): 50.0, ("commune", "01002"): 40.0,
    ("commune", "29083"): 10.0, ("epci", "E1"): 50.0, ("epci", "E2"): 40.0,
    ("departement", "01"): 90.0, ("departement", "29"): 10.0, ("region", "84"): 90.0,
    ("region", "53"): 10.0, ("france", "FRANCE"): 100.0,
}  # fmt: skip


def table(people=None, **changes):
    counts = {**PEOPLE, **(people or {})}
    frame = pd.DataFrame({
        "niveau": [level for level, _ in counts], "code": [code for _, code in counts],
        "difficulte_numerique_pct": 16.5, "difficulte_numerique_bas": 15.0,
        "difficulte_numerique_haut": 18.0, "nb_personnes_en_difficulte": list(counts.values()),
        "difficulte_annee": 2019,
    })  # fmt: skip
    nation = frame["niveau"].eq("france")
    for bound in ("difficulte_numerique_bas", "difficulte_numerique_haut"):
        frame[bound] = frame[bound].mask(nation)
    for name, (level, code, value) in changes.items():
        frame.loc[frame["niveau"].eq(level) & frame["code"].eq(code), name] = value
    return frame


def control(frame):
    control_competences(frame, COMMUNES, IRIS)


def test_a_table_that_adds_up_passes():
    control(table())
    control(empty_table("index_competences"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"difficulte_numerique_pct": ("france", "FRANCE", 16.56)}, "taux national"),
        ({"difficulte_numerique_bas": ("iris", "010010101", 17.0)}, "intervalle"),
        ({"difficulte_numerique_haut": ("commune", "01001", 16.0)}, "intervalle"),
        ({"difficulte_numerique_haut": ("commune", "01001", np.nan)}, "intervalle"),
        ({"people": {("departement", "29"): 9.0}}, "departement"),
        # The nation is right, its parts are not.
        ({"people": {("epci", "E1"): 40.0, ("epci", "E2"): 50.0}}, "vers epci"),
        ({"people": {("iris", "010010101"): 20.0, ("iris", "010020000"): 50.0}}, "vers commune"),
        ({"people": {("region", "84"): 10.0, ("region", "53"): 90.0}}, "vers region"),
    ],
)
def test_what_does_not_hold_is_named(change, message):
    with pytest.raises(DataCheckError, match=message):
        control(table(**change))


def test_the_last_hundredths_of_a_point_are_no_error():
    control(table(difficulte_numerique_pct=("france", "FRANCE", 16.54)))
