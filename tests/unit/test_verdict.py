"""The flag and the sentence, for each case a mayor can be in."""

import numpy as np
import pandas as pd

from fragility.access.verdict import build_verdict, french_number


def verdict(**changes):
    row = {
        "score": 8.2,
        "est_fragile": True,
        "population": 900.0,
        "pauvrete_origine": "observe",
        "couverture": "non_couverte",
        "conseiller_plus_proche_min": 34.4,
        "conseiller_plus_proche_km": 24.2,
        "conseiller_plus_proche_nom": "Mairie de Vaubrume",
        "population_hors_portee_pct": 96.0,
        "est_conseiller_dans_commune": False,
        **changes,
    }
    key = {"niveau": ["commune"], "code": ["00001"]}
    part = {
        name: pd.DataFrame({**key, **{c: [row[c]] for c in columns}})
        for name, columns in {
            "indicators": ["population", "pauvrete_origine"],
            "scores": ["population", "score", "est_fragile"],
            "portee": [
                "couverture",
                "conseiller_plus_proche_min",
                "conseiller_plus_proche_km",
                "conseiller_plus_proche_nom",
                "population_hors_portee_pct",
                "est_conseiller_dans_commune",
            ],
        }.items()
    }
    return build_verdict(part["indicators"], part["scores"], part["portee"]).iloc[0]


def test_fragile_and_out_of_reach():
    result = verdict()
    assert result["est_fragile_non_couverte"]
    assert result["motif"] == (
        "Fragile (score 8,2) et hors de portée : le conseiller numérique le plus proche est à "
        "34 min (24 km, « Mairie de Vaubrume »), 96 % des habitants sont à plus de 20 min."
    )


def test_uncertain_reach_is_not_flagged():
    result = verdict(couverture="incertaine")
    assert not result["est_fragile_non_couverte"]
    assert "incertaine" in result["motif"]


def test_out_of_reach_but_not_fragile_is_not_flagged():
    result = verdict(est_fragile=False)
    assert not result["est_fragile_non_couverte"]
    assert result["motif"].startswith("Non fragile")


def test_modelled_poverty_is_said():
    assert "pauvreté modélisée" in verdict(pauvrete_origine="impute")["motif"]


def test_a_conseiller_in_the_commune_is_said():
    result = verdict(couverture="couverte", est_conseiller_dans_commune=True)
    assert result["motif"].endswith("un conseiller numérique reçoit dans la commune.")


def test_what_is_not_computed_says_why():
    none = {"score": np.nan, "est_fragile": False}
    assert "aucun habitant" in verdict(**none, population=0.0)["motif"]
    assert "ne couvre pas" in verdict(**none, population=np.nan)["motif"]
    assert "indicateurs manquent" in verdict(**none, population=10.0)["motif"]


def test_numbers_are_french():
    assert french_number(pd.Series([1.25, np.nan]), 1).tolist() == ["1,2", "?"]
