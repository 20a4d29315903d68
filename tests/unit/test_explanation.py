"""The words of an explanation, on one written by hand."""

import json
from dataclasses import replace

import pytest

from fragility.export.explanation import explanation_json, explanation_text
from fragility.export.explanation_sections import less_fragile
from fragility.export.explanation_words import (
    Words,
    cautions,
    likeness,
    origin_words,
    shift_words,
    source_of,
    words_of,
)
from fragility.export.labels import plural
from fragility.index.explanation_model import (
    Certainty,
    Difficulty,
    Explanation,
    Figure,
    Reach,
    Shift,
    Similar,
    Standing,
    Unit,
)
from fragility.index.profile_words import ProfileWords
from fragility.index.profiles import load_profile
from fragility.index.thresholds import LESS, MORE
from fragility.schemas import INDICATOR_LABELS
from fragility.sources.catalogue import find_edition

EDITION = find_edition("france-2021")
WORDS = words_of(EDITION, load_profile("ifn-2023"))
EDITION_RELEASES = WORDS.releases


def figure(key, value, points, origin="observe", error=None, year=2019):
    return Figure(key, value, origin, year, points, 0.2, points / 5, 1.0, error)


FIGURES = (
    figure("non_thd", 31.0, 4.0),
    figure("non_4g", 0.0, 4.0, year=2018),
    figure("plus_65", 30.0, 9.0, "impute", year=2017),
    figure("peu_diplomes", 60.0, 8.0, year=2017),
    figure("pauvrete", 18.04, 10.0, "impute", 2.14),
)
SHIFTS = (
    Shift(LESS, 3, 6.4, "non_thd", "reseau_fixe", True, True, 12.4999, 1.0),
    Shift(LESS, 3, 6.4, "non_4g", "reseau_mobile", True, False, None, 1.0),
    Shift(LESS, 3, 6.4, "plus_65", None, True, False, None, 0.5),
    Shift(LESS, 3, 6.4, "peu_diplomes", None, False, True, None, 5.0),
    Shift(LESS, 3, 6.4, "pauvrete", None, True, True, 17.51, 7.0),
    Shift(MORE, 5, 7.4, "non_thd", "reseau_fixe", True, True, 55.04, 6.0),
)
TOLD = Explanation(
    niveau="commune",
    code="23999",
    nom="Le Bourg",
    appartenance={"code_departement": "23", "nom_departement": "Creuse", "code_region": "75",
                  "nom_region": "Nouvelle-Aquitaine"},
    profil="ifn-2023",
    bornes_score=(1, 10),
    population=1234.0,
    population_origine="observe",
    population_annee=2018,
    est_petit_effectif=False,
    est_douteux=False,
    score=7.0,
    score_moyen=5.0,
    classe=4,
    rang=10,
    est_fragile=False,
    certitude=None,
    indicateurs=FIGURES,
    places=(
        Standing("france", "", "France", 131, 1001, 0, 87.0),
        Standing("epci", "2", "CC du Bourg", 3, 25, 2, 83.3),
    ),
    changements=SHIFTS,
    score_reseaux=6.4,
    classe_reseaux=3,
    est_decoupee=False,
    iris=(),
    semblables=(
        Similar("23998", "L'Autre", "23", "Creuse", 1200.0, 7.4, 0.4, 0.1, 0),
        Similar("19999", "Loin", "19", "Corrèze", 900.0, 6.2, -0.8, 0.9, 0),
    ),
    bande=(500, 1999),
    portee=Reach(12.4, 7.6, "France services (Le Bourg)", False, 3.2, "couverte", "mailles"),
    difficulte=None,
    motif="Non fragile (score 7,00) et couverte.",
)  # fmt: skip


def text(told=TOLD, words=WORDS, **kwargs):
    """The text on one line, its no-break spaces made plain."""
    written = explanation_text(told, words, **kwargs)
    return " ".join(written.replace("\u00a0", " ").replace("\u202f", " ").split())


# --- a user's own indicator and base -------------------------------------------------------------
def test_the_source_of_what_a_user_brought_is_the_users_file():
    own = figure("cafes", 8.0, 4.0, year=2021)
    assert source_of(own, "commune", EDITION_RELEASES) == ""
    brought = replace(own, fichier="indicateurs/cafes.csv")
    assert source_of(brought, "commune", EDITION_RELEASES) == "votre fichier indicateurs/cafes.csv"
    assert origin_words(brought) == "apporté par vous à ce niveau"
    # Also where the project knows a producer for this indicator.
    income = replace(figure("niveau_vie", 21000.0, 4.0), fichier="indicateurs/niveau_vie.csv")
    assert "INSEE" not in source_of(income, "commune", EDITION_RELEASES)


def test_a_profile_within_a_territory_says_so_first():
    words = words_of(EDITION, load_profile("ifn-2023:epci"))
    lines = explanation_text(TOLD, words).split("\n\n")
    assert "comparé à ceux de son intercommunalité seulement" in " ".join(lines[1].split())
    assert explanation_json(TOLD, words)["comparaison"] == words.compared
    assert "comparé à" not in text()
    for base, own in (("departement", "son département"), ("region", "sa région")):
        profile = ProfileWords(load_profile(f"ifn-2023:{base}"))
        assert own in profile.compared
        assert profile.how_to_read({k: v[0] for k, v in INDICATOR_LABELS.items()})[0] == (
            profile.compared
        )


# --- the most important first --------------------------------------------------------------------
def test_head_says_who_how_many_and_how_fragile():
    lines = explanation_text(TOLD, WORDS).replace("\u202f", " ").splitlines()
    assert lines[0] == "Le Bourg (23999) – Creuse, Nouvelle-Aquitaine"
    assert lines[1] == "1 234 habitants (recensement de 2018)"
    shared = replace(TOLD, niveau="iris", population_origine="impute")
    said = explanation_text(shared, WORDS).replace("\u202f", " ")
    assert said.splitlines()[1] == "1 234 habitants (estimation, d'après le recensement de 2018)"
    assert "La population est une part estimée de celle de la commune." in said
    assert "7,00 sur une échelle de 1 à 10" in lines[2]
    assert "Plutôt plus fragile" in " ".join(lines[2:4])
    assert "Plus fragile que 87 communes sur 100, en France." in lines
    # No place of a fictional edition is in France.
    fictional = replace(WORDS, banner="Territoire fictif")
    told = explanation_text(replace(TOLD, type_fragilite="Rural âgé"), fictional)
    assert "Plus fragile que 87 communes sur 100, dans l'édition." in told.splitlines()
    assert "  - Édition\u00a0: rang " in told
    assert "Ressemble au type\u00a0: Rural âgé." in told
    assert "la commune moyenne de l'édition" in told
    for real in ("en France", "- France", "de France"):
        assert real not in told


def test_modelled_poverty_is_said_at_once_with_its_error():
    written = text()
    said = "« Pauvreté » : chiffre estimé par un modèle, à ± 2,1 points près (neuf fois sur dix)."
    assert said in written
    assert written.index(said) < written.index("D'où vient le score")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"est_petit_effectif": True, "population": 45.0}, "45 habitants seulement"),
        ({"est_douteux": True}, "chiffre à vérifier"),
        ({"population_origine": "impute"}, "part estimée"),
    ],
)
def test_doubts(change, words):
    assert not any(words in sentence for sentence in cautions(TOLD, WORDS))
    assert any(words in sentence for sentence in cautions(replace(TOLD, **change), WORDS))


def test_an_absent_figure_is_said():
    gone = Figure("non_4g", None, "absent", None, None, None, None, None, None)
    told = replace(TOLD, indicateurs=(FIGURES[0], gone, *FIGURES[2:]))
    said = cautions(told, WORDS)[-1]
    assert "Loin d'un site 4G" in said
    assert "les 4 autres" in said


def test_an_iris_says_what_it_inherits():
    told = replace(
        TOLD, niveau="iris",
        indicateurs=tuple(replace(f, origine="commune") for f in FIGURES[:4]) + FIGURES[4:],
    )  # fmt: skip
    said = " ".join(cautions(told, WORDS))
    assert "chiffre de la commune, repris tel quel" in said
    assert "pour sa commune" in said


def test_a_fictional_territory_is_said_first():
    demo = words_of(find_edition("demo"), load_profile("ifn-2023"))
    assert cautions(TOLD, demo)[0].startswith("Territoire fictif")


def test_interval_and_probability_when_they_are_there():
    sure = Certainty(6.2, 7.9, 90, 400, 41.6, "incertain")
    written = text(replace(TOLD, certitude=sure))
    assert "score entre 6,20 et 7,90 neuf fois sur dix, rang entre 90 et 400" in written
    assert "42 chances sur 100 d'être fragile (verdict incertain)" in written


# --- contributions, places, origins --------------------------------------------------------------
def test_the_table_adds_up_and_names_what_pushes():
    written = text()
    assert "Pauvreté 18,0 % 10,0 2,00 1,00 +1,00" in written
    assert "Score 7,00 5,00 +2,00" in written
    pushes = written[written.index("Plus fragile que la moyenne par") :]
    assert pushes.index("« Pauvreté » (+1,00)") < pushes.index("« Sans le baccalauréat » (+0,60)")
    assert "Moins fragile par : « Sans très haut débit fixe » (−0,20)" in written


def test_places_in_words():
    written = text()
    assert "France : rang 131 sur 1 001 ; plus fragile que 87 communes sur 100" in written
    assert "CC du Bourg : rang 3 sur 25, ex æquo avec 2 ; plus fragile que 20 des 24" in written


@pytest.mark.parametrize(
    ("rank", "count", "words"),
    [
        (1, 1001, "plus fragile que toutes les autres"),
        (2, 30_001, "plus fragile que 99 communes sur 100"),
        (990, 1001, "plus fragile que 1 commune sur 100"),
        (1000, 1001, "parmi les moins fragiles"),
        (1, 1, "seul de son territoire"),
        (5, 5, "le moins fragile"),
    ],
)
def test_shares_never_overstate(rank, count, words):
    place = Standing("france", "", "France", rank, count, 0, None)
    assert words in text(replace(TOLD, places=(place,)))


def test_sources_are_those_of_the_year():
    releases = WORDS.releases
    assert source_of(FIGURES[0], "commune", releases).startswith("ARCEP, « Ma connexion")
    assert "Taux communaux" in source_of(FIGURES[2], "commune", releases)
    assert "Filosofi, revenus disponibles par commune" in source_of(
        FIGURES[4], "iris", releases
    ) or ("IRIS" in source_of(FIGURES[4], "iris", releases))
    own = figure("plus_65", 20.0, 5.0, "impute", year=2016)
    assert "Recensement par IRIS" in source_of(own, "iris", releases)
    assert source_of(replace(own, origine="absent"), "iris", releases) == ""
    assert source_of(own, "iris", ()) == ""


def test_only_poverty_is_said_to_be_modelled():
    assert origin_words(FIGURES[2]) == "estimé"
    assert origin_words(FIGURES[4]).startswith("estimé par un modèle, à ± 2,1 points")
    assert origin_words(FIGURES[0]) == "observé (publié, ou calculé sans modèle)"


# --- what would change ---------------------------------------------------------------------------
def test_a_lever_is_aimed_at_and_rounded_so_that_it_is_enough():
    said = shift_words(SHIFTS[0], FIGURES[0], WORDS)
    assert said.endswith("il faudrait descendre à 12,4 % ou moins (aujourd'hui 31,0 %)")
    least = shift_words(replace(SHIFTS[0], valeur=0.04), FIGURES[0], WORDS)
    assert least.endswith("il faudrait descendre à 0,0 % (aujourd'hui 31,0 %)")
    up = shift_words(SHIFTS[5], FIGURES[0], WORDS)
    assert up.endswith(": à 55,1 % ou plus (aujourd'hui 31,0 %)")


def test_a_fact_is_never_aimed_at():
    written = text()
    facts = written[written.index("se constatent") : written.index("Le territoire passerait")]
    for aim in ("il faudrait", "descendre", "réduire"):
        assert aim not in facts
    assert "« Pauvreté » : à 17,5 % ou moins (aujourd'hui 18,0 %), dans la marge d'erreur" in facts
    assert "« Sans le baccalauréat » : un sous-score moyen sous 5,0 (aujourd'hui 8,0)" in facts
    # What would not be enough is no threshold.
    assert "65 ans" not in facts


def test_a_network_that_is_perfect_or_not_enough():
    assert "déjà au mieux (0,0 %)" in shift_words(SHIFTS[1], FIGURES[1], WORDS)
    short = shift_words(SHIFTS[1], replace(FIGURES[1], valeur=8.0), WORDS)
    assert "ne suffirait pas à lui seul, même au mieux (aujourd'hui 8,0 %)" in short
    assert "Avec des réseaux parfaits, le score serait de 6,40 : classe 3 sur 5" in text()


def test_the_lowest_class_has_nothing_to_reach():
    told = replace(TOLD, classe=1, changements=SHIFTS[5:])
    assert "Sa classe est déjà la moins fragile." in text(told)


# --- the rest ------------------------------------------------------------------------------------
def test_neighbours_and_how_scores_compare():
    written = text()
    assert "parmi les communes de 500 à 1 999 habitants" in written
    assert "L'Autre (23998) Creuse, 1 200 habitants, score 7,40 (+0,40) – très semblable" in written
    assert "– peu semblable" in written
    assert "Leur score moyen est 6,80 ; le sien est 0,20 plus haut." in written
    wider = tuple(replace(s, bandes_voisines=1) for s in TOLD.semblables)
    assert "et des tailles voisines" in text(replace(TOLD, semblables=wider))
    assert likeness(TOLD.semblables[0]) == "très semblable"


def test_reach_in_one_line():
    assert "France services (Le Bourg), à 12 min (8 km) ; 3 % des habitants" in text()
    none = replace(TOLD, portee=replace(TOLD.portee, couverture=None))
    assert "à portée ? Non calculé." in text(none)


PEOPLE = Difficulty(31.44, 24.0, 38.96, 1234.4, "impute", False)


def test_people_in_difficulty_in_one_sentence():
    assert "difficulté numérique" not in text()
    assert (
        "Personnes en difficulté numérique : environ 1 230, soit 31,4 % des 15 ans ou plus (entre "
        "24,0 et 39,0 % neuf fois sur dix). Estimation d'après les âges et les diplômes ; rien ne "
        "permet de la vérifier sous l'intercommunalité."
    ) in text(replace(TOLD, difficulte=PEOPLE))
    bounded = replace(
        PEOPLE, nb_personnes_en_difficulte_bas=942.3, nb_personnes_en_difficulte_haut=1529.7
    )
    told = text(replace(TOLD, difficulte=bounded))
    assert "environ 1 230 (de 942 à 1 530), soit 31,4 % des 15 ans ou plus (entre 24,0" in told
    handed = text(replace(TOLD, difficulte=replace(PEOPLE, difficulte_origine="commune")))
    assert "Estimation d'après le taux de la commune ; rien" in handed
    far = text(replace(TOLD, difficulte=replace(PEOPLE, est_difficulte_extrapolee=True)))
    assert "avec les taux de la métropole : l'enquête n'interroge personne outre-mer ; rien" in far
    nobody = replace(PEOPLE, nb_personnes_en_difficulte=None)
    assert "difficulté numérique" not in text(replace(TOLD, difficulte=nobody))


def test_a_divided_commune_shows_its_iris_and_an_arrondissement_its_own():
    units = tuple(Unit(f"75{i:03d}0101", f"Q{i}", 100.0, 9.0 - i / 10) for i in range(101, 109))
    told = replace(TOLD, est_decoupee=True, iris=units)
    assert "découpée en 8 IRIS" in text(told)
    assert "d'abord les plus fragiles" in text(told)
    only = text(told, borough="75102", note="75102 est un arrondissement.")
    assert only.startswith("75102 est un arrondissement.")
    assert "Son IRIS de 75102" in only
    assert "Q103" not in only


def test_a_place_without_score_says_why_and_stops():
    told = replace(
        TOLD, score=None, classe=None, score_moyen=None, places=(), changements=(), semblables=(),
        indicateurs=tuple(replace(f, contribution=None, points=None) for f in FIGURES),
        motif="Non calculé : aucun habitant au recensement.", population=0.0,
    )  # fmt: skip
    written = text(told)
    assert "Non calculé : aucun habitant au recensement." in written
    assert "Sans très haut débit fixe : 31,0 %, observé" in written
    for title in (
        "D'où vient le score",
        "Ce qui changerait",
        "Qui lui ressemble",
        "% des habitants",
    ):
        assert title not in written
    content = explanation_json(told, WORDS)
    assert content["score"] is None
    assert content["contributions"] == {}


def test_no_line_is_wider_than_a_page():
    # Tables are as wide as their names.
    sentences = [
        line for line in explanation_text(TOLD, WORDS).splitlines() if "habitants, s" not in line
    ]
    assert max(map(len, sentences)) <= 98


def test_json_is_numbers_and_machine_names():
    content = explanation_json(TOLD, WORDS, asked="23999")
    again = json.loads(json.dumps(content, allow_nan=False))
    assert again["code"] == again["demande"] == "23999"
    assert sum(again["contributions"].values()) == pytest.approx(7.0)
    assert again["origines"]["pauvrete"]["origine"] == "impute"
    assert again["origines"]["pauvrete"]["annee"] == 2019
    assert again["origines"]["pauvrete"]["valeur"] == 18.04
    assert again["origines"]["pauvrete"]["erreur_90"] == 2.14
    assert [s["code"] for s in again["semblables"]] == ["23998", "19999"]
    assert again["score_bas"] is None
    sure = replace(TOLD, certitude=Certainty(6.2, 7.9, 90, 400, 41.6, "incertain"))
    assert explanation_json(sure, WORDS)["probabilite_fragile_pct"] == 41.6
    assert again["changements"][0]["levier"] == "reseau_fixe"


def test_a_score_without_limits_has_no_scale_and_is_valid_json():
    told = replace(TOLD, bornes_score=(None, None))
    assert "échelle de" not in text(told)
    json.dumps(explanation_json(told, WORDS), allow_nan=False)


def test_an_indicator_of_the_user_keeps_its_words_and_unit():
    words = Words("e", "Titre", "", {"revenu": ("Niveau de vie", "")}, {"revenu": "euros"}, ())
    assert words.value("revenu", 20510.4).replace("\u202f", " ") == "20 510 €"


# --- small words ---------------------------------------------------------------------------------
def test_counts_and_units_are_written_as_people_do():
    units = {"cafes": "nombre", "gare": "km", "revenu": "euros"}
    words = Words("e", "Titre", "", {key: (key, "") for key in units}, units, ())
    assert words.value("cafes", 8.0) == "8"
    assert words.value("gare", 3.26) == "3,3 km"
    fewer = Shift(LESS, 3, 6.4, "cafes", None, True, True, 3.9999, 2.0)
    said = shift_words(fewer, figure("cafes", 8.0, 4.0), words)
    assert said == "« cafes » : à 3 ou moins (aujourd'hui 8)"
    assert plural(1.6, "habitant", "habitants") == "2 habitants"


def test_the_most_fragile_of_all_is_more_so_than_all_the_others():
    most = Standing("epci", "2", "CC du Bourg", 1, 98, 0, 100.0)
    assert less_fragile(most, "commune") == "plus fragile que toutes les autres"
    assert less_fragile(most, "departement") == "plus fragile que tous les autres"
    assert less_fragile(replace(most, nombre=1001), "iris") == "plus fragile que tous les autres"


def test_the_iris_of_one_score_are_said_so():
    units = tuple(Unit(f"75{i:03d}0101", f"Q{i}", 100.0, 5.0) for i in range(101, 115))
    told = replace(TOLD, est_decoupee=True, iris=units)
    assert "Ses 14 IRIS : tous le même score, 5,00" in text(told)


def test_the_best_network_with_points_says_that_ties_share_them():
    said = shift_words(SHIFTS[1], FIGURES[1], WORDS)
    assert "déjà au mieux (0,0 %) ; tous les territoires à 0,0 % se partagent" in said
    assert said.endswith("4,0")


def test_points_to_reach_come_with_the_value_of_a_place_that_has_them():
    said = shift_words(replace(SHIFTS[3], repere=43.21), FIGURES[3], WORDS)
    assert said.endswith("un sous-score moyen sous 5,0 (aujourd'hui 8,0), celui d'un territoire à "
                         "43,2 % environ")  # fmt: skip
