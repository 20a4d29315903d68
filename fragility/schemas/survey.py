"""Models of the tables that tell what the survey says of France and its régions."""

from __future__ import annotations

from fragility.schemas.columns import CODE, NAME
from fragility.schemas.kinds import count, flag, number, share, table, text

_TARGET = text(
    "cible",
    "Mesure",
    "jamais_internet, connexion_domicile, ordinateur_domicile, demarches_en_ligne (douze derniers "
    "mois), aise (se juge compétent pour utiliser un ordinateur), manque_maitrise (freiné faute de "
    "maîtriser les outils), frein (au moins un), besoin_aide (devant une démarche en ligne), "
    "maitrise_mieux (qu'avant les confinements), demande_aide (en cas de difficulté).",
)
_WAVE = count("annee", "Vague", "Année d'enquête.")
_AGE = count("age_min", "Âge minimal", "15 ans, ou 18 si les mineurs n'ont pas été interrogés.")
_RESPONDENTS = count("effectif", "Effectif", "Répondants à la question, 5 au moins.")
_RATE = share("taux_pct", "Taux (%)", "Part pondérée parmi les répondants à la question.")
_SMALL = flag("est_petit_effectif", "Petit effectif", "Moins de 30 répondants : à ne pas citer.")
_LOW = "Bas de l'intervalle à 90 % (Wilson, effectif efficace de Kish)."
_HIGH = "Haut de l'intervalle à 90 %."

SURVEY = [
    table(
        "competences_enquete",
        "Enquête : taux par profil",
        "Ce que le Baromètre du numérique (CRÉDOC) dit de la métropole, par vague et profil, "
        "jamais de ligne individuelle. Face à face jusqu'en 2019, en ligne et par téléphone "
        "ensuite : les niveaux ne se comparent pas d'un mode à l'autre.",
        [
            _WAVE,
            _TARGET,
            _AGE,
            text(
                "profil",
                "Profil",
                "ensemble, sexe, age, diplome, taille_menage, agglomeration ou mode (de recueil).",
            ),
            text("modalite", "Groupe", "Groupe de ce profil."),
            _RESPONDENTS,
            _RATE,
            share("bas", "Borne basse (%)", _LOW),
            share("haut", "Borne haute (%)", _HIGH),
            _SMALL,
        ],
        unique=["annee", "cible", "profil", "modalite"],
    ),
    table(
        "competences_effectifs",
        "Enquête : personnes concernées",
        "Combien de personnes, en métropole et par région, d'après la dernière vague qui a posé la "
        "question. Ces opinions varient trop peu d'un lieu à l'autre pour être cartographiées plus "
        "bas.",
        [
            _TARGET,
            text("niveau", "Niveau", "france (métropole) ou region.", among=("france", "region")),
            CODE,
            NAME,
            _WAVE,
            _AGE,
            _RESPONDENTS,
            _RATE,
            share("taux_bas", "Taux : borne basse (%)", _LOW),
            share("taux_haut", "Taux : borne haute (%)", _HIGH),
            number(
                "nb_personnes",
                "Personnes",
                "Taux appliqué aux habitants de cet âge ; leur nombre est tenu pour exact.",
                nullable=False,
            ),
            number("nb_bas", "Personnes : borne basse", _HIGH.replace("Haut", "Bas")),
            number("nb_haut", "Personnes : borne haute", _HIGH),
            _SMALL,
        ],
        unique=["cible", "niveau", "code"],
    ),
]
