"""The flag and the sentence, for each case a mayor can be in."""

import numpy as np
import pandas as pd

from fragility.access.drivers import Drivers
from fragility.access.verdict import _subscore, build_verdict, french_number

PARTS = {"non_thd": 9.0, "non_4g": 4.0, "plus_65": 10.0, "peu_diplomes": 8.0, "pauvrete": 10.0}
SHARES = {"non_thd": 98.0, "non_4g": 0.0, "plus_65": 34.2, "peu_diplomes": 62.0, "pauvrete": 21.0}


def verdict(**changes):
    row = {
        "niveau": "commune",
        "score": 8.2,
        "est_fragile": True,
        "population": 900.0,
        "est_petit_effectif": False,
        "probabilite_fragile_pct": 72.4,
        "confiance": "probable",
        "couverture": "non_couverte",
        "conseiller_plus_proche_min": 34.4,
        "conseiller_plus_proche_km": 24.2,
        "conseiller_plus_proche_nom": "Mairie (Vaubrume)",
        "conseiller_plus_proche_itinerant": False,
        "conseiller_plus_proche_annee": 2022,
        "conseiller_plus_proche_ancien": False,
        "est_couverture_itinerante": False,
        "population_hors_portee_pct": 96.0,
        "est_conseiller_dans_commune": False,
        "portee_precision": "mailles",
        "served": False,
        "own": None,
        "others": [],
        "doubtful": False,
        "population_origine": "observe",
        **{f"score_{key}": value for key, value in PARTS.items()},
        **{f"{key}_pct": value for key, value in SHARES.items()},
        **{f"{key}_origine": "observe" for key in PARTS},
        **changes,
    }
    key = {"niveau": [row["niveau"]], "code": ["00001"]}
    part = {
        name: pd.DataFrame({**key, **{c: [row[c]] for c in columns}})
        for name, columns in {
            "indicators": [
                "population",
                "population_origine",
                *[f"{k}_origine" for k in PARTS],
                "est_petit_effectif",
                *[f"{k}_pct" for k in PARTS],
            ],
            "scores": ["population", "score", "est_fragile", *[f"score_{k}" for k in PARTS]],
            "uncertainty": ["probabilite_fragile_pct", "confiance"],
            "portee": [
                "couverture",
                "conseiller_plus_proche_min",
                "conseiller_plus_proche_km",
                "conseiller_plus_proche_nom",
                "conseiller_plus_proche_itinerant",
                "conseiller_plus_proche_annee",
                "conseiller_plus_proche_ancien",
                "est_couverture_itinerante",
                "population_hors_portee_pct",
                "est_conseiller_dans_commune",
                "portee_precision",
            ],
        }.items()
    }
    places = pd.DataFrame(
        {
            "statut": ["retenu"],
            "dispositif": ["france_services"],
            "dispositifs": ["france_services"],
            "code_commune": ["00001" if row["served"] else "00002"],
        }
    )
    told = ["itinerance", "est_ancien", "date_connue"]
    own = pd.DataFrame(row["own"] or [], columns=told)
    others = pd.DataFrame(row["others"], columns=[*told, "statut", "dispositifs"])
    places = pd.concat(
        [
            places.assign(itinerance=False, est_ancien=False, date_connue="2022-12-01"),
            own.assign(
                statut="retenu", dispositif="conseiller_numerique",
                dispositifs="conseiller_numerique", code_commune="00001",
            ),
            others.assign(dispositif="conseiller_numerique", code_commune="00001"),
        ],
        ignore_index=True,
    )  # fmt: skip
    fixe = pd.DataFrame({"code_commune": ["00001"], "est_douteux": [row["doubtful"]]})
    return build_verdict(
        part["indicators"], part["scores"], part["uncertainty"], part["portee"], places, fixe
    ).iloc[0]


def test_fragile_and_out_of_reach():
    result = verdict()
    assert result["est_fragile_non_couverte"]
    assert result["motif"] == (
        "Fragile (score 8,20 ; verdict probable : fragile dans 72 % des calculs ; d'abord 65 ans "
        "ou plus 34 %, pauvreté 21 %) et hors de portée : le conseiller numérique le plus proche "
        "est à 34 min (24 km, « Mairie (Vaubrume) »), "
        "96 % des habitants étant à plus de 20 min."
    )


def test_a_low_share_that_is_a_high_sub_score_is_not_good_news():
    shares = pd.DataFrame({"non_thd": [5.0, 5.0, 30.0, 1.0], "libre": [5.0, 5.0, 30.0, 1.0]})
    points = pd.DataFrame({"non_thd": [8.2, 6.9, 9.0, 9.0], "libre": [8.2, 6.9, 9.0, 9.0]})
    table = pd.DataFrame({"niveau": ["commune", "commune", "commune", "iris"]})
    drivers = Drivers({}, {}, shares, points, (1.0, 1.0))
    # The mean of communes is 13.3 %; the last row is an IRIS, beside the same mean.
    assert _subscore(table, drivers, "non_thd").tolist() == [" (8 sur 10)", "", "", " (9 sur 10)"]
    # Of an indicator that we do not know, high may be good.
    assert set(_subscore(table, drivers, "libre")) == {""}


def test_the_sentence_says_how_sure_the_verdict_is():
    sure = verdict(probabilite_fragile_pct=100.0, confiance="robuste")["motif"]
    assert "verdict robuste : fragile dans plus de 99 % des calculs" in sure
    unsure = verdict(probabilite_fragile_pct=31.0, confiance="incertain")["motif"]
    assert "verdict incertain : fragile dans 31 % des calculs seulement ;" in unsure
    # A place that is not fragile says so only where another choice might have changed it.
    other = verdict(est_fragile=False, probabilite_fragile_pct=38.0)["motif"]
    # It says so of the verdict that it gives: 100 - 38.
    assert other.startswith(
        "Non fragile (score 8,20 ; verdict probable : non fragile dans 62 % des calculs) et"
    )
    even = verdict(est_fragile=False, probabilite_fragile_pct=57.0, confiance="incertain")["motif"]
    assert "verdict incertain : non fragile dans 43 % des calculs seulement)" in even
    far = verdict(est_fragile=False, probabilite_fragile_pct=0.2, confiance="robuste")["motif"]
    assert "verdict" not in far


def test_what_else_a_mayor_must_know_is_in_the_sentence():
    motif = verdict(served=True, est_petit_effectif=True, conseiller_plus_proche_km=0.4)["motif"]
    assert "moins de 1 km" in motif
    assert "France services est dans la commune" in motif
    assert motif.endswith("moins de 200 habitants, taux très incertains.")
    assert motif.count(".") == 1


def test_next_door_is_less_than_a_minute_and_less_than_a_kilometre():
    door = {"couverture": "couverte", "conseiller_plus_proche_km": 0.3}
    near = verdict(**door, conseiller_plus_proche_min=0.4)["motif"]
    assert near.endswith(
        " et couverte : le conseiller numérique le plus proche est à moins d'une minute (moins de "
        "1 km, « Mairie (Vaubrume) »)."
    )
    assert "est à 1 min (moins de 1 km" in verdict(**door, conseiller_plus_proche_min=1.0)["motif"]


def test_everybody_out_of_reach_is_everybody():
    assert "tous les habitants étant à plus" in verdict(population_hors_portee_pct=99.7)["motif"]
    assert "99 % des habitants étant" in verdict(population_hors_portee_pct=99.4)["motif"]


def test_an_iris_whose_commune_has_a_conseiller_says_both():
    here = {"est_conseiller_dans_commune": True, "conseiller_plus_proche_min": 6.2,
            "conseiller_plus_proche_km": 2.4}  # fmt: skip
    iris = verdict(niveau="iris", couverture="couverte", **here)["motif"]
    assert iris.endswith(
        " et couverte : un conseiller numérique reçoit dans la commune, le plus proche est à 6 min "
        "(2 km, « Mairie (Vaubrume) »)."
    )
    unsure = verdict(niveau="iris", couverture="incertaine", **here)["motif"]
    assert "incertaine autour de 20 min, selon la vitesse supposée : un conseiller" in unsure
    assert "reçoit dans la commune, le plus proche est à 6 min" in unsure
    elsewhere = verdict(niveau="iris", couverture="couverte")["motif"]
    assert " : le conseiller numérique le plus proche est à 34 min" in elsewhere


def test_a_score_on_four_indicators_says_so():
    motif = verdict(score_non_4g=np.nan, non_4g_pct=np.nan)["motif"]
    assert "sur 4 indicateurs" in motif
    assert "?" not in motif


def test_a_vast_commune_with_a_place_inside_is_not_told_a_distance():
    motif = verdict(
        couverture="incertaine", est_conseiller_dans_commune=True, portee_precision="point",
        conseiller_plus_proche_min=97.0,
    )["motif"]  # fmt: skip
    assert "reçoit dans la commune" in motif
    assert "97" not in motif


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
    lacking = verdict(**none, population=10.0, pauvrete_origine="absent")["motif"]
    assert lacking == "Non calculé : il manque des indicateurs (pauvreté)."


def test_nobody_is_neither_covered_nor_out_of_reach():
    empty = verdict(niveau="iris", couverture=None, population=0.0, score=5.8, est_fragile=False)
    end = " ; couverture non calculée : aucun habitant au recensement."
    assert empty["motif"].endswith(end)
    assert not empty["est_fragile_non_couverte"]
    other = verdict(niveau="iris", couverture=None, score=5.8, est_fragile=False)
    assert other["motif"].endswith(" ; couverture non calculée.")


def test_numbers_are_french():
    assert french_number(pd.Series([1.25, np.nan]), 1).tolist() == ["1,2", "?"]


def test_a_figure_to_be_checked_and_people_taken_from_another_commune_are_said():
    assert "à vérifier" not in verdict()["motif"]
    doubt = verdict(doubtful=True)["motif"]
    assert doubt.endswith(" ; « Sans très haut débit fixe » à 100 %, chiffre à vérifier.")
    carried = verdict(population_origine="impute")["motif"]
    assert carried.endswith("population et taux repris de la commune dont elle a été séparée.")


def test_the_confidence_of_the_flag_counts_both_doubts():
    near = verdict(probabilite_fragile_pct=92.0, conseiller_plus_proche_min=25.0)
    # 92 % fragile, 95 % out of reach when 25 minutes are 20 at speeds a quarter higher.
    assert round(near["probabilite_fragile_non_couverte_pct"], 1) == 87.4
    assert near["confiance_fragile_non_couverte"] == "probable"
    far = verdict(probabilite_fragile_pct=92.0, conseiller_plus_proche_min=60.0)
    assert far["confiance_fragile_non_couverte"] == "robuste"
    covered = verdict(couverture="couverte", conseiller_plus_proche_min=3.0)
    assert not covered["est_fragile_non_couverte"]
    assert covered["confiance_fragile_non_couverte"] == "robuste"


def test_an_unknown_reach_has_no_probability():
    nowhere = verdict(couverture=None, conseiller_plus_proche_min=np.nan)
    assert np.isnan(nowhere["probabilite_fragile_non_couverte_pct"])
    assert pd.isna(nowhere["confiance_fragile_non_couverte"])


def test_an_island_without_a_conseiller_says_so():
    island = verdict(conseiller_plus_proche_min=np.nan, conseiller_plus_proche_nom=None)
    assert island["est_fragile_non_couverte"]
    assert island["probabilite_fragile_non_couverte_pct"] == 72.4  # beyond reach for sure
    assert (
        "et hors de portée : aucun conseiller numérique ne peut être rejoint par la terre (le plus "
        "proche est à 24 km à vol d'oiseau)."
    ) in island["motif"]
    alone = verdict(conseiller_plus_proche_min=np.nan, conseiller_plus_proche_km=np.nan)
    assert "rejoint par la terre." in alone["motif"]


NEAR = {"couverture": "couverte", "conseiller_plus_proche_min": 8.0}


def test_the_sentence_says_that_the_place_moves_or_is_known_from_an_old_record():
    moving = {"conseiller_plus_proche_itinerant": True}
    old = {"conseiller_plus_proche_ancien": True}
    for changes, words in (
        ({}, "« Mairie (Vaubrume) »)"),
        (moving, "« Mairie (Vaubrume) », lieu itinérant)"),
        (old, "« Mairie (Vaubrume) », lieu connu en 2022)"),
        (moving | old, "« Mairie (Vaubrume) », lieu itinérant, connu en 2022)"),
        (old | {"conseiller_plus_proche_annee": None}, "», lieu de date inconnue)"),
    ):
        assert verdict(**NEAR, **changes)["motif"].endswith(words + "."), changes


def test_a_commune_with_places_of_its_own_says_what_they_are_worth():
    inside = {"couverture": "couverte", "est_conseiller_dans_commune": True}
    told = " et couverte : un conseiller numérique reçoit dans la commune"
    fixed, moving = (False, False, "2023-01-01"), (True, False, "2023-01-01")
    old, older = (False, True, "2021-06-01"), (False, True, "2020-03-01")
    for own, words in (
        ([fixed], ""),
        ([moving], " (lieu itinérant)"),
        ([old, older], " (lieu connu en 2021)"),
        # One that stays, or that is recent, is enough.
        ([moving, fixed], ""),
        ([old, fixed], ""),
    ):
        assert verdict(**inside, own=own)["motif"].endswith(told + words + "."), own
    # Neither another kind of place nor a record set aside says anything of them.
    stays = (False, False, "2023-01-01")
    others = [(*stays, "retenu", "france_services"), (*stays, "ecarte", "conseiller_numerique")]
    only = verdict(**inside, own=[moving], others=others)["motif"]
    assert only.endswith(told + " (lieu itinérant).")
    vast = {"portee_precision": "point", "couverture": "incertaine"}
    motif = verdict(**(inside | vast), own=[moving])["motif"]
    assert "reçoit dans la commune (lieu itinérant), mais rien ne dit où vivent" in motif


def test_a_coverage_that_only_a_moving_place_gives_is_said_to():
    relies = {"est_couverture_itinerante": True}
    assert verdict(**NEAR, **relies)["motif"].endswith(
        " ; couverture incertaine ou perdue sans lieu itinérant."
    )
    unsure = verdict(couverture="incertaine", **relies)["motif"]
    assert unsure.endswith(" ; hors de portée sans lieu itinérant.")
    assert "itinérant" not in verdict(**NEAR, score=np.nan, **relies)["motif"]


def test_a_share_of_nobody_is_not_told():
    motif = verdict(population_hors_portee_pct=np.nan)["motif"]
    assert motif.endswith("« Mairie (Vaubrume) »).")
    assert "?" not in motif
