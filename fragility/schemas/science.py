"""Models of the tables of the index and of access."""

from __future__ import annotations

from fragility.schemas.columns import (
    CODE,
    CODE_COMMUNE,
    CODE_IRIS,
    LEVEL,
    POPULATION,
    POPULATION_FACTS,
    PROFILE,
    RANKING,
    REACH,
    SCORE,
    SMALL,
    SUBSCORES,
    VERDICT,
    indicator_columns,
)
from fragility.schemas.kinds import count, number, share, table, text

SCIENCE = [
    table(
        "index_indicateurs",
        "Indicateurs",
        "Les cinq indicateurs, chacun avec son origine et son année.",
        [LEVEL, CODE, POPULATION, *POPULATION_FACTS, *indicator_columns(), SMALL],
        unique=["niveau", "code"],
    ),
    table(
        "index_imputation",
        "Modèle de pauvreté",
        "Erreur du modèle de pauvreté, mesurée sur des départements tenus à l'écart.",
        [
            text("mesure", "Mesure", "Nom de la mesure."),
            number("valeur", "Valeur", "Valeur.", low=None),
            text("description", "Description", "Ce que la mesure signifie."),
        ],
        unique=["mesure"],
    ),
    table(
        "index_bornes",
        "Bornes des classes",
        "Score le plus bas de chaque classe, et score à partir duquel un territoire est fragile, "
        "fixés sur les communes de l'édition.",
        [
            PROFILE,
            text("borne", "Borne", "classe ou fragile.", among=("classe", "fragile")),
            count("classe", "Classe", "Classe, de 2 à 5."),
            number("score_min", "Score minimal", "Score le plus bas.", low=None, nullable=False),
        ],
        unique=["profil", "borne", "classe"],
    ),
    table(
        "index_reperes",
        "Repères de l'indice",
        "Ce qui donne ses points à une valeur, fixé sur l'édition : un territoire nouveau, ou une "
        "autre année, se note sans le reste (docs/profils.md).",
        [
            PROFILE,
            text("indicateur", "Indicateur", "Nom de l'indicateur."),
            text("territoire", "Territoire", "france, ou code du territoire de comparaison."),
            number(
                "valeur",
                "Valeur",
                "Valeur à partir de laquelle ces points sont donnés ; aux "
                "extrêmes (min_max) ou en moyenne (base_100).",
                low=None,
                nullable=False,
            ),
            number("points", "Points", "Points.", low=None, nullable=False),
        ],
        unique=["profil", "indicateur", "territoire", "valeur"],
    ),
    table(
        "index_residus",
        "Erreurs du modèle de pauvreté",
        "Observé et prédit, chaque commune prédite sans rien savoir de son groupe.",
        [
            CODE,
            share("observe", "Observé (%)", "Pauvreté publiée."),
            share("predit", "Prédit (%)", "Pauvreté prédite hors échantillon."),
            share(
                "predit_sans_revenu",
                "Prédit sans revenu (%)",
                "Pauvreté prédite hors échantillon par le modèle sans revenu médian.",
            ),
            text("groupe", "Groupe", "Département ou EPCI tenu à l'écart."),
        ],
        unique=["code"],
    ),
    table(
        "index_scores",
        "Scores",
        "Sous-scores, score et classes, par niveau.",
        [LEVEL, CODE, POPULATION, *SUBSCORES, SCORE, *RANKING],
        unique=["niveau", "code"],
    ),
    table(
        "access_couts",
        "Coûts d'accès",
        "Lieu le plus proche de chaque part de maille.",
        [
            count("id_maille", "Maille", "Rang de la maille dans la grille."),
            CODE_IRIS,
            CODE_COMMUNE,
            number("population", "Population", "Habitants de la part de maille.", nullable=False),
            text("id_lieu", "Lieu", "Identifiant du lieu le plus proche."),
            number("km", "Distance (km)", "À vol d'oiseau.", nullable=False),
            number("minutes", "Minutes", "Temps estimé.", nullable=False),
        ],
        unique=["id_maille", "code_iris"],
    ),
    table(
        "access_portee",
        "Portée",
        "Accès au conseiller numérique le plus proche.",
        [LEVEL, CODE, *REACH],
        unique=["niveau", "code"],
    ),
    table(
        "access_fragiles_non_couvertes",
        "Verdict",
        "Fragilité et couverture réunies, avec leur motif.",
        [LEVEL, CODE, *VERDICT],
        unique=["niveau", "code"],
    ),
]
