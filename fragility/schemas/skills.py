"""Models of the tables of digital difficulty, from the survey to each commune."""

from __future__ import annotations

from fragility.schemas.columns import CODE
from fragility.schemas.kinds import count, flag, number, share, table, text

SKILL_LEVELS = ("iris", "commune", "epci", "departement", "region", "france")
DIFFICULTY = [
    share(
        "difficulte_numerique_pct",
        "En difficulté numérique (%)",
        "Part estimée des 15 ans ou plus en difficulté numérique : n'utiliser jamais internet, par "
        "âge et diplôme (Baromètre du numérique), au niveau que l'INSEE a mesuré pour la France "
        "(illectronisme). Rien n'en est vérifiable sous l'EPCI.",
    ),
    share(
        "difficulte_numerique_bas",
        "En difficulté : borne basse (%)",
        "Bas de l'intervalle à 90 %, autour du modèle de l'INSEE ; très large outre-mer, vide pour "
        "la France.",
    ),
    share(
        "difficulte_numerique_haut",
        "En difficulté : borne haute (%)",
        "Haut de l'intervalle à 90 %.",
    ),
    number(
        "nb_personnes_en_difficulte",
        "Personnes en difficulté",
        "Nombre estimé d'habitants de 15 ans ou plus en difficulté numérique.",
    ),
    number(
        "nb_personnes_en_difficulte_bas",
        "Personnes : borne basse",
        "Bas de l'intervalle à 90 % du nombre de personnes.",
    ),
    number(
        "nb_personnes_en_difficulte_haut",
        "Personnes : borne haute",
        "Haut de l'intervalle à 90 % du nombre de personnes.",
    ),
    text(
        "difficulte_origine",
        "Difficulté : origine",
        "impute (estimée des âges et diplômes du territoire), commune (taux de la commune, faute "
        "d'âges et de diplômes publiés) ou absent.",
        among=("impute", "commune", "absent"),
    ),
    flag(
        "est_difficulte_extrapolee",
        "Difficulté extrapolée",
        "Outre-mer, où l'enquête n'interroge personne : les taux sont ceux de la métropole.",
    ),
]

SKILLS = [
    table(
        "index_competences",
        "Difficulté numérique",
        "Estimation sur petits territoires, de l'IRIS à la France (docs/competences.md).",
        [
            text("niveau", "Niveau", "Niveau géographique de la ligne.", among=SKILL_LEVELS),
            CODE,
            number(
                "population_15_plus",
                "15 ans ou plus",
                "Habitants de 15 ans ou plus, déduits du recensement.",
            ),
            *DIFFICULTY,
            count(
                "difficulte_annee",
                "Difficulté : année",
                "Année de la mesure nationale de l'INSEE sur laquelle l'estimation est calée.",
            ),
        ],
        unique=["niveau", "code"],
    ),
    table(
        "competences_modele",
        "Modèle de difficulté numérique",
        "Qualité du modèle sur des zones tenues à l'écart, et ce qu'il a lu.",
        [
            text("mesure", "Mesure", "Nom de la mesure."),
            text(
                "modele",
                "Modèle",
                "Ce qu'il sait : age_diplome est retenu ; connexion_domicile et "
                "ordinateur_domicile sont d'autres questions ; vide pour l'ensemble.",
            ),
            number("valeur", "Valeur", "Valeur.", low=None),
            text("description", "Description", "Ce que la mesure signifie."),
        ],
        unique=["mesure", "modele"],
    ),
    table(
        "competences_taux",
        "Taux par âge et diplôme",
        "Part des personnes qui n'utilisent jamais internet, par âge et diplôme, calée sur la "
        "mesure nationale.",
        [
            text("age", "Âge", "Classe d'âge."),
            text("diplome", "Diplôme", "aucun, brevet_cap, bac ou superieur."),
            share("taux_pct", "Taux (%)", "Taux ajusté."),
            share("part_pct", "Part (%)", "Part des 15 ans ou plus, en France."),
        ],
        unique=["age", "diplome"],
    ),
    table(
        "competences_concentration",
        "Où sont les personnes",
        "Combien de personnes en difficulté vivent dans les communes les plus fragiles, celles au "
        "taux le plus haut, et celles qui en comptent le plus.",
        [
            text(
                "classement",
                "Classement",
                "score, taux ou nombre : d'après quoi les communes sont rangées.",
                among=("score", "taux", "nombre"),
            ),
            share(
                "part_communes_pct", "Part des communes (%)", "Premières communes du classement."
            ),
            count("nb_communes", "Communes", "Leur nombre."),
            number("nb_personnes", "Personnes en difficulté", "Qui y vivent."),
            share("part_personnes_pct", "Part des personnes (%)", "De toutes celles du pays."),
        ],
        unique=["classement", "part_communes_pct"],
    ),
]
