"""The questions of a fiche come from the facts of the place, the most urgent first."""

from dataclasses import replace

from fragility.export.explanation_sections import reach as reach_sentence
from fragility.export.explanation_words import words_of
from fragility.export.fiche_questions import MOST, questions_of
from fragility.index.explanation_model import Certainty, Difficulty, Explanation, Figure, Reach
from fragility.index.explanation_model import Unit as Iris
from fragility.index.profiles import load_profile
from fragility.sources.catalogue import find_edition

WORDS = words_of(find_edition("france-2021"), load_profile("ifn-2023"))
FIGURES = tuple(
    Figure(key, value, "observe", 2019, points, 0.2, points / 5, 1.0, None)
    for key, value, points in (
        ("non_thd", 40.0, 6.0), ("non_4g", 80.0, 9.0), ("plus_65", 20.0, 4.0),
        ("peu_diplomes", 60.0, 5.0), ("pauvrete", 18.0, 8.0),
    )
)  # fmt: skip
REACH = Reach(31.6, 20.0, "Mairie (Bourg)", False, 100.0, "non_couverte", "mailles")
TOLD = Explanation(
    niveau="commune", code="23999", nom="Le Bourg", appartenance={}, profil="ifn-2023",
    bornes_score=(1, 10), population=1234.0, population_origine="observe", population_annee=2018,
    est_petit_effectif=False, est_douteux=False, score=6.4, score_moyen=5.0, classe=4, rang=10,
    est_fragile=False, certitude=None, indicateurs=FIGURES, places=(), changements=(),
    score_reseaux=None, classe_reseaux=None, est_decoupee=False, iris=(), semblables=(),
    bande=(500, 1999), portee=REACH,
    difficulte=Difficulty(20.0, 15.0, 25.0, 210.0, "impute", False), motif="",
)  # fmt: skip
ROW = {"nb_conseillers_20min": 3.0}


def ask(told, access=None, row=ROW):
    found = questions_of(told, WORDS, access or {}, row)
    assert len(found) <= MOST
    assert all(question.endswith("?") for question in found)
    return found


def test_an_uncovered_commune_is_first_asked_for_a_visit():
    first, second, *others = ask(TOLD)
    assert "Mairie (Bourg)" in first
    assert "32\u00a0min" in first
    assert "permanence" in first
    assert "ne conduisent pas" in second
    assert not any("rendez-vous" in question for question in others)


def test_a_town_is_first_asked_whether_the_lists_forget_it():
    first, second, *_ = ask(replace(TOLD, population=5000.0))
    assert "les listes" in first
    assert "permanence" in second
    assert "les listes" not in " ".join(ask(replace(TOLD, population=4999.0)))


def test_a_commune_known_by_one_point_is_asked_where_its_people_live():
    """97410: a conseiller receives in the commune, and its only point is far from it."""
    unknown = Reach(20.7, 9.0, "CCAS (Saint-Benoît)", True, None, "incertaine", "point")
    first = ask(replace(TOLD, portee=unknown))[0]
    assert first.startswith("Un conseiller reçoit dans la commune, mais rien ne dit ici où vivent")
    (said,) = reach_sentence(replace(TOLD, portee=unknown))
    assert "% des habitants" not in said
    assert "mesuré d'un seul point : un conseiller numérique reçoit dans la" in " ".join(
        said.split()
    )


def test_an_island_without_a_conseiller_says_so():
    island = Reach(None, 14.2, None, False, 100.0, "non_couverte", "mailles")
    (said,) = reach_sentence(replace(TOLD, portee=island))
    assert "Aucun par la terre (le plus proche, à 14 km à vol d'oiseau)." in " ".join(said.split())


def test_a_france_services_nearby_is_named():
    near = {"plus_proche_min": 9.0, "couverture": "couverte", "plus_proche_nom": "FS de Tal"}
    assert "FS de Tal" in ask(TOLD, {"france_services": near})[1]


def test_the_two_indicators_that_weigh_most_beyond_the_average_are_asked_about():
    found = " ".join(ask(TOLD))
    assert "« Loin d'un site 4G » : 80,0 %" in found
    assert "« Pauvreté » : 18,0 %" in found
    assert "« 65 ans ou plus »" not in found


def test_an_island_that_no_road_reaches_is_not_asked_about_minutes():
    island = replace(REACH, conseiller_plus_proche_min=None, conseiller_plus_proche_nom=None)
    first = ask(replace(TOLD, portee=island))[0]
    assert "par la terre" in first
    assert "None" not in " ".join(ask(replace(TOLD, portee=island)))


def test_a_covered_commune_is_asked_whether_the_post_is_still_there():
    covered = Reach(2.0, 1.0, "Mairie", True, 0.0, "couverte", "mailles")
    first, second, *_ = ask(replace(TOLD, portee=covered))
    assert "financé" in first
    assert "3 conseillers" in second
    assert "210 personnes" in second
    none = ask(replace(TOLD, portee=covered), row={"nb_conseillers_20min": 0.0})
    assert not any("rendez-vous" in question for question in none)


def test_quarters_far_apart_and_weak_figures_are_asked_about():
    iris = (Iris("239990101", "Gare", 500.0, 7.0), Iris("239990102", "Centre", 700.0, 5.0))
    unsure = Certainty(5.0, 8.0, 1, 20, 45.0, "incertain")
    found = " ".join(ask(replace(TOLD, iris=iris, certitude=unsure, indicateurs=FIGURES[2:4])))
    assert "« Gare »" in found
    assert "changerait le verdict" in found


def test_what_is_absent_is_asked_by_its_name():
    absent = replace(FIGURES[4], valeur=None, origine="absent", points=None, contribution=None)
    found = ask(replace(TOLD, score=None, indicateurs=(*FIGURES[:4], absent)))
    assert any("Il manque un chiffre pour « Pauvreté »" in question for question in found)


def test_nobody_is_asked_where_nobody_lives():
    (only,) = ask(replace(TOLD, population=0.0, score=None))
    assert "pas d'habitant" in only
