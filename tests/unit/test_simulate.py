"""Simulations on the five villages of `tests/villages.py`: posts, areas, quotas, coverage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from numpy.typing import NDArray

from fragility.access.candidates import Area, list_candidates
from fragility.access.homes import commune_reach
from fragility.access.pairs import Pairs
from fragility.access.simulate import Simulation, Tables, simulate
from fragility.errors import UsageError
from fragility.export.simulation_words import post_words
from fragility.schemas.simulation import SIMULATION
from tests.villages import X, engine, point, tables, without_cells

# One conseiller in the first village: the second is 24 minutes away, a doubt; from the third on,
# 30 minutes and more, beyond even with speeds 25 % higher.
FAR = {"cn-1": 0.0}


def run(posts: int, case: Tables | None = None, **options: object) -> Simulation:
    return simulate(case or tables(FAR), engine, posts, **options)  # type: ignore[arg-type]


def test_one_post_goes_where_it_reaches_two_villages() -> None:
    # The second, third and fourth villages reach as many: the largest is proposed.
    done = run(1)
    assert done.postes["code_commune"].tolist() == ["01003"]
    row = done.postes.iloc[0]
    # 20 people in the village, 6 in the next; 4 in the second village are uncertain: not counted.
    assert row["nb_personnes_gagnees"] == pytest.approx(26)
    assert row["population_gagnee"] == pytest.approx(260)
    assert row["nb_communes_desservies"] == 2
    assert (row["nom"], row["type_candidat"], row["nom_commune"]) == (
        "Mairie",
        "mairie",
        "Village 01003",
    )
    assert row.geometry.distance(point(15.0)) < 1e-6
    resume = done.resume.iloc[0]
    assert resume["nb_personnes_hors_portee"] == pytest.approx(34)
    assert resume["part_gagnee_pct"] == pytest.approx(100 * 26 / 34)
    assert resume["est_optimum_prouve"]
    assert resume["methode"] == "exacte"
    assert (resume["nb_communes_avant"], resume["nb_communes_apres"]) == (3, 1)


def test_before_and_after_follow_the_rule_of_coverage() -> None:
    done = run(2).territoires.set_index("code_commune")
    assert sorted(done.index) == ["01003", "42004", "42005"]
    assert done["couverture_avant"].eq("non_couverte").all()
    assert done["couverture_apres"].eq("couverte").all()
    assert not done["est_fragile_non_couverte_apres"].any()
    assert done["rang_premier_poste"].tolist() == [1, 2, 1]
    assert done.loc["42004", "nb_personnes_gagnees"] == pytest.approx(6)
    assert done["population_hors_portee_apres_pct"].eq(0).all()


def test_posts_beyond_need_are_not_proposed() -> None:
    done = run(9)
    assert len(done.postes) == 2
    assert done.postes["cumul_personnes_gagnees"].tolist() == pytest.approx([26, 34])
    assert done.resume["nb_postes_demandes"].item() == 9


def test_an_existing_place_is_preferred_when_it_reaches_as_many() -> None:
    others = {"fs-1": ("france_services", 15.2), "bib-1": ("bibliotheque", 15.1)}
    case = tables(FAR, others)
    assert run(1, case).postes["id_candidat"].tolist() == ["fs-1"]
    only = run(1, case, kinds=("bibliotheque",))
    assert only.postes["id_candidat"].tolist() == ["bib-1"]
    assert only.resume["nb_candidats"].item() == 1
    listed = list_candidates(case.core_population_grille, case.core_communes, case.core_lieux)
    assert listed["type_candidat"].tolist() == ["france_services", "bibliotheque"] + ["mairie"] * 5


def test_a_library_that_is_also_a_france_services_is_one_candidate() -> None:
    case = tables(FAR, {"fs-1": ("france_services", 15.2)})
    both = case.core_lieux["dispositifs"].replace("france_services", "france_services|bibliotheque")
    lieux = case.core_lieux.assign(dispositifs=both)
    listed = list_candidates(case.core_population_grille, case.core_communes, lieux)
    assert listed["id_candidat"].tolist()[0] == "fs-1"
    assert listed["type_candidat"].value_counts().to_dict() == {"mairie": 5, "france_services": 1}


def test_an_area_is_served_from_within_and_for_its_own() -> None:
    done = run(1, area=Area("departement", "42"))
    # In the Loire, 8 people at the far village against 6; the neighbours of the Ain do not count.
    assert done.postes["code_commune"].tolist() == ["42005"]
    assert done.resume["nom_zone"].item() == "Loire"
    assert done.resume["nb_personnes_hors_portee"].item() == pytest.approx(14)
    both = run(2, area=Area("departement", "42"))
    outside = both.territoires.set_index("code_commune")["est_dans_zone"]
    # The second post also reaches a village of the Ain: it is listed, not counted.
    assert outside.to_dict() == {"42005": True, "42004": True, "01003": False}
    assert both.postes["nb_personnes_gagnees"].sum() == pytest.approx(14)
    assert run(1, area=Area("epci", "200000001")).postes["code_commune"].tolist() == ["01003"]
    assert run(1, area=Area("region", "84")).resume["nom_zone"].item() == "Auvergne-Rhône-Alpes"


def test_a_quota_spreads_posts() -> None:
    assert len(run(2, area=Area("epci", "200000002")).postes) == 2
    held = run(2, area=Area("epci", "200000002"), quota=("epci", 1))
    assert held.postes["code_commune"].tolist() == ["42005"]
    assert held.resume[["quota_niveau", "quota"]].iloc[0].tolist() == ["epci", 1]


def test_the_threshold_decides_who_is_far() -> None:
    done = run(3, threshold=60)
    assert done.territoires["code_commune"].tolist() == ["42005"]
    assert run(3, threshold=120).territoires.empty
    nothing = run(3, threshold=120)
    assert len(nothing.postes) == 0
    assert nothing.resume["nb_personnes_hors_portee"].item() == 0
    assert np.isnan(nothing.resume["part_gagnee_pct"].item())


def test_who_lives_near_in_an_uncovered_commune_is_not_counted() -> None:
    case = tables(FAR)
    # A hamlet of the far village is 10 minutes from the post: 30 inhabitants of 110.
    grid, couts = case.core_population_grille, case.access_couts
    hamlet = grid[grid["code_commune"] == "42005"].assign(
        id_maille=9, population=30.0, x_m=X + 5000
    )
    trip = couts[couts["code_commune"] == "42005"].assign(
        id_maille=9, population=30.0, km=5.0, minutes=10.0
    )
    case = replace(
        case,
        core_population_grille=pd.concat([grid, hamlet], ignore_index=True),
        access_couts=pd.concat([couts, trip], ignore_index=True),
    )
    done = run(9, case)
    assert done.resume["nb_personnes_hors_portee"].item() == pytest.approx(26 + 8 * 80 / 110)
    row = done.territoires.set_index("code_commune").loc["42005"]
    assert row["population_hors_portee_avant_pct"] == pytest.approx(100 * 80 / 110)
    # Of the 80 inhabitants that the census counts there: the grid had 110.
    assert row["population_gagnee"] == pytest.approx(80 * 80 / 110)


def test_only_a_commune_known_by_a_point_is_spared_for_having_a_place() -> None:
    homes = pd.DataFrame(
        {
            "code_commune": ["01001", "97101"],
            "population": [10.0, 0.0],
            "en_difficulte": [1.0, 2.0],
            "est_point": [False, True],
        }
    )
    served = np.array(["01001", "97101"])
    reach = commune_reach(homes, np.array([99.0, 99.0]), served, 20, 0.25)
    assert reach["couverture"].to_dict() == {"01001": "non_couverte", "97101": "incertaine"}
    # Nobody knows how many are near it: neither everybody nor nobody is out of reach.
    assert reach["population_hors_portee_pct"].tolist() == pytest.approx([100, np.nan], nan_ok=True)
    assert reach["nb_personnes_hors_portee"].tolist() == pytest.approx([1, np.nan], nan_ok=True)
    alone = commune_reach(homes, np.array([99.0, 99.0]), served[:1], 20, 0.25)
    assert alone["couverture"].tolist() == ["non_couverte", "non_couverte"]
    assert alone["population_hors_portee_pct"].tolist() == [100, 100]
    assert alone["nb_personnes_hors_portee"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("minutes", "coverage", "share"),
    [
        (15.0, "couverte", 0.0),
        (19.0, "incertaine", np.nan),
        (25.0, "incertaine", np.nan),
        (25.1, "non_couverte", 100.0),
    ],
)
def test_a_point_gives_no_share_where_the_speed_decides(
    minutes: float, coverage: str, share: float
) -> None:
    homes = pd.DataFrame(
        {
            "code_commune": ["01001", "97101"],
            "population": [10.0, 10.0],
            "en_difficulte": [1.0, 1.0],
            "est_point": [False, True],
        }
    )
    reach = commune_reach(homes, np.full(2, minutes), np.array([], dtype=str), 20, 0.25)
    assert reach["couverture"].tolist() == [coverage, coverage]
    assert reach["population_hors_portee_pct"].tolist() == pytest.approx(
        [100.0 * (minutes > 20), share], nan_ok=True
    )


# The fourth village is 23 minutes from the second of these places: a doubt too.
@pytest.mark.parametrize(("place", "people"), [(60.0, 26), (29.5, 20)])
def test_a_commune_of_which_a_point_tells_nothing_asks_for_no_post(
    place: float, people: float
) -> None:
    """Its own conseiller is 40 or 21 minutes from its point: uncertain, so not to be served."""
    done = run(9, without_cells(tables({**FAR, "cn-9": place}), "42005"))
    assert "42005" not in set(done.territoires["code_commune"])
    # 20 people in the third village and 6 in the fourth: not the 8 of the last.
    assert done.resume["nb_personnes_hors_portee"].item() == pytest.approx(people)
    assert done.resume["nb_personnes_gagnees"].item() == pytest.approx(people)


def test_a_post_that_is_near_a_point_only_perhaps_gains_nobody_there() -> None:
    # At 30 minutes, 22.5 for sure: the room is 24 minutes from the third village, 18 from the
    # fourth, 26 from the point of the last.
    rooms = {"fs-1": ("france_services", 27.0)}
    case = without_cells(tables({"cn-1": -5.0}, rooms), "42005")
    done = run(1, case, threshold=30, kinds=("france_services",))
    towns = done.territoires.set_index("code_commune")
    assert towns["couverture_apres"].to_dict() == {
        "01003": "incertaine", "42004": "couverte", "42005": "incertaine",
    }  # fmt: skip
    assert towns["nb_personnes_gagnees"].to_dict() == pytest.approx(
        {"01003": 20, "42004": 6, "42005": np.nan}, nan_ok=True
    )
    assert np.isnan(towns.loc["42005", "population_hors_portee_apres_pct"])
    assert pd.isna(towns.loc["42005", "rang_premier_poste"])
    row = done.resume.iloc[0]
    assert row["nb_personnes_hors_portee"] == pytest.approx(34)
    assert row["nb_personnes_gagnees"] == row["nb_personnes_atteignables"] == pytest.approx(26)
    assert (row["nb_communes_incertaines"], row["nb_communes_gain_inconnu"]) == (2, 1)
    words = " ".join(post_words(row, done.postes, done.territoires))
    assert "habitants d'une commune (Village 42005), connue par un seul point : ce que" in words
    # A cell as far is counted, at the central speed.
    cells = run(1, tables({"cn-1": -5.0}, rooms), threshold=30, kinds=("france_services",))
    assert cells.resume["nb_personnes_gagnees"].item() == pytest.approx(34)
    assert cells.resume["nb_communes_gain_inconnu"].item() == 0
    SIMULATION["simulation_territoires"].validate(done.territoires)
    SIMULATION["simulation_resume"].validate(done.resume)


def test_a_commune_that_is_not_fragile_asks_for_nothing() -> None:
    case = tables(FAR)
    scores = case.index_scores.assign(est_fragile=case.index_scores["code"] == "42005")
    done = run(1, replace(case, index_scores=scores))
    assert done.postes["code_commune"].tolist() == ["42005"]


def test_a_larger_village_that_serves_the_same_people_is_named_beside() -> None:
    # The room of the second village (40) is proposed; the third (200) reaches as many.
    done = run(1, tables(FAR, {"fs-1": ("france_services", 12.0)}))
    row = done.postes.iloc[0]
    assert (row["id_candidat"], row["nb_personnes_gagnees"]) == ("fs-1", pytest.approx(26))
    assert row["code_commune_centre"] == "01003"
    assert row["nom_commune_centre"] == "Village 01003"
    assert row["nb_personnes_perdues_centre"] == 0
    assert done.resume["nb_personnes_gagnees_centre"].item() == pytest.approx(26)
    # The largest village has no other to name, and says nothing rather than itself.
    alone = run(1).postes.iloc[0]
    assert alone["code_commune"] == "01003"
    assert pd.isna(alone["id_candidat_centre"])
    assert np.isnan(alone["nb_personnes_perdues_centre"])


def test_a_commune_that_a_post_only_perhaps_covers_is_counted_as_uncertain() -> None:
    # A room 8.5 km from the third village and 5.5 from the fourth: 17 minutes, near but not for
    # sure (15 and 25 bound the doubt), and 11; the last village is at 33.
    done = run(1, tables(FAR, {"fs-1": ("france_services", 23.5)}), kinds=("france_services",))
    after = done.territoires.set_index("code_commune")["couverture_apres"].to_dict()
    assert after == {"01003": "incertaine", "42004": "couverte", "42005": "non_couverte"}
    row = done.resume.iloc[0]
    assert (row["nb_communes_avant"], row["nb_communes_apres"]) == (3, 1)
    assert row["nb_communes_incertaines"] == 1
    words = " ".join(post_words(row, done.postes, done.territoires))
    assert "Rien ne dit" not in words
    assert "3 avant, 1 après ; 1 devient couverte, 1 incertaine (" in words
    sure = run(2)
    words = " ".join(post_words(sure.resume.iloc[0], sure.postes, sure.territoires))
    assert "3 avant, 0 après ; 3 deviennent couvertes." in words


def test_fewer_posts_than_asked_are_explained() -> None:
    asked = run(9).resume.iloc[0]
    assert (asked["nb_postes"], asked["raison_postes_en_moins"]) == (2, "tous_atteints")
    assert asked["nb_personnes_atteignables"] == pytest.approx(34)
    held = run(2, area=Area("epci", "200000002"), quota=("epci", 1)).resume.iloc[0]
    assert (held["nb_postes"], held["raison_postes_en_moins"]) == (1, "quota")
    assert held["nb_personnes_atteignables"] == pytest.approx(14)
    assert held["nb_personnes_gagnees"] == pytest.approx(8)
    assert pd.isna(run(1).resume["raison_postes_en_moins"].item())
    # A room in the third village is the only one allowed: the last village is beyond it.
    case = tables(FAR, {"fs-1": ("france_services", 15.0)})
    one = run(9, case, kinds=("france_services",)).resume.iloc[0]
    assert (one["nb_postes"], one["raison_postes_en_moins"]) == (1, "tous_atteints")
    assert one["nb_personnes_hors_portee"] - one["nb_personnes_atteignables"] == pytest.approx(8)


def test_how_sure_a_gain_is_comes_from_its_communes() -> None:
    done = run(2)
    # The median of the third village is at 30 minutes: beyond 20 with 99.95 %; the fourth, at 36
    # and fragile in 80 % of the draws, is not robust; the last is fragile in half of them.
    first, second = done.postes.to_dict("records")
    assert first["part_robuste_pct"] == pytest.approx(100 * 20 / 26)
    assert first["probabilite_moyenne_pct"] == pytest.approx((20 * 99.95 + 6 * 80) / 26, abs=0.1)
    assert (second["part_robuste_pct"], second["probabilite_moyenne_pct"]) == (
        0,
        pytest.approx(50, abs=0.01),
    )
    resume = done.resume.iloc[0]
    assert resume["part_robuste_pct"] == pytest.approx(100 * 20 / 34)
    words = done.territoires.set_index("code_commune")["confiance_fragile_non_couverte"]
    assert words.to_dict() == {"01003": "robuste", "42004": "probable", "42005": "probable"}
    # Nothing known of a commune: nothing said.
    case = tables(FAR)
    blank = run(2, replace(case, index_incertitude=case.index_incertitude.iloc[:0]))
    assert blank.postes["part_robuste_pct"].isna().all()
    assert blank.territoires["confiance_fragile_non_couverte"].isna().all()
    assert np.isnan(blank.resume["part_robuste_pct"].item())


def test_without_any_place_everybody_is_far() -> None:
    case = tables(FAR)
    none = case.core_lieux.iloc[:0]
    done = run(5, replace(case, core_lieux=none, access_couts=case.access_couts.iloc[:0]))
    assert done.resume["nb_personnes_hors_portee"].item() == pytest.approx(48)
    assert done.resume["nb_communes_apres"].item() == 0


def test_overseas_posts_are_measured_in_their_own_zone() -> None:
    case = tables(FAR)
    shape = shapely.box(-61.6, 16.2, -61.5, 16.3)
    town = case.core_communes.iloc[[0]].assign(
        code_commune="97101", code_departement="971", nom="Bourg", geometry=[shape]
    )
    row = {"niveau": "commune", "code": "97101"}
    far = replace(
        case,
        core_communes=pd.concat([case.core_communes, town], ignore_index=True),
        index_scores=pd.concat(
            [case.index_scores, pd.DataFrame([{**row, "population": 900.0, "est_fragile": True}])]
        ),
        index_competences=pd.concat(
            [case.index_competences, pd.DataFrame([{**row, "nb_personnes_en_difficulte": 150.0}])]
        ),
        access_portee=case.access_portee.iloc[:1].assign(
            **row, conseiller_plus_proche_min=np.nan, portee_precision="point"
        ),
    )
    zones: list[int] = []

    def noted(homes: NDArray, places: NDArray, limit: float, epsg: int) -> Pairs:
        zones.append(epsg)
        return engine(homes, places, limit, epsg)

    done = simulate(far, noted, 1)
    assert done.postes["code_commune"].tolist() == ["97101"]
    assert done.postes["nb_personnes_gagnees"].tolist() == pytest.approx([150])
    # A single point cannot tell: with a place inside, the commune is no longer said uncovered.
    assert set(zones) == {2154, 5490}
    assert "97101" not in set(
        done.territoires.loc[done.territoires["est_fragile_non_couverte_apres"], "code_commune"]
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"area": Area("departement", "99")}, "Aucune commune"),
        ({"area": Area("canton", "1")}, "niveau connu"),
        ({"kinds": ("gare",)}, "candidats"),
        ({"kinds": ()}, "candidats"),
        ({"quota": ("canton", 1)}, "quota"),
        ({"threshold": 0}, "seuil"),
    ],
)
def test_what_does_not_exist_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run(1, **options)
