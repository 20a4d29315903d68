"""Models of what profiles read beside the five indicators, and of what every profile gives."""

from __future__ import annotations

from fragility.schemas.columns import CODE, LEVEL, ORIGINS, PROFILE
from fragility.schemas.kinds import count, flag, number, table, text

_INDICATOR = text("indicateur", "Indicateur", "Nom de l'indicateur (docs/profils.md).")
PROFILES = [
    table(
        "index_contexte",
        "Indicateurs de contexte",
        "Les indicateurs que seuls certains profils lisent : tirés des sources de l'édition, ou "
        "apportés par l'utilisateur. Ce que rien ne donne n'a pas de ligne.",
        [
            LEVEL,
            CODE,
            _INDICATOR,
            number("valeur", "Valeur", "Dans l'unité de l'indicateur.", low=None, nullable=False),
            text(
                "origine",
                "Origine",
                "observe (publiée, calculée sur des données publiées ou apportée), commune "
                "(héritée), iris (agrégée) ou impute (estimée).",
                among=ORIGINS,
            ),
            count("annee", "Année", "Année de la donnée, si elle est connue.", nullable=True),
        ],
        unique=["niveau", "code", "indicateur"],
    ),
    table(
        "index_profils",
        "Scores de chaque profil",
        "Tous les profils de ce calcul, le principal compris : « profil » les distingue.",
        [
            PROFILE,
            LEVEL,
            CODE,
            number("score", "Score", "Score, sur l'échelle du profil.", low=None),
            count("rang", "Rang", "Rang national, 1 = le plus fragile.", nullable=True),
            count("classe", "Classe (1-5)", "Classe du profil : 5 = plus fragile.", nullable=True),
            flag(
                "est_fragile",
                "Fragile",
                "Score au moins égal au seuil du profil ; non aussi sans score.",
            ),
            count("nb_indicateurs", "Indicateurs connus", "Indicateurs du profil qui ont servi."),
            text(
                "pilier_dominant",
                "Pilier dominant",
                "Pilier qui a le plus de points ; vide sans pilier ou à égalité.",
                nullable=True,
            ),
        ],
        unique=["profil", "niveau", "code"],
    ),
    table(
        "index_piliers",
        "Points des axes et des piliers",
        "Moyenne des points des indicateurs de chaque axe et de chaque pilier ; vide pour un "
        "profil qui n'en a pas.",
        [
            PROFILE,
            LEVEL,
            CODE,
            text("groupe", "Groupe", "Nom de l'axe ou du pilier."),
            text("nature", "Nature", "axe ou pilier.", among=("axe", "pilier")),
            number("points", "Points", "Points, sur l'échelle des sous-scores.", low=None),
            flag(
                "est_eleve",
                "Élevé",
                "Parmi les points que la part de communes fragiles du profil atteint au plus "
                "(une commune sur cinq d'ordinaire).",
            ),
        ],
        unique=["profil", "niveau", "code", "groupe"],
    ),
    table(
        "index_points",
        "Points de chaque indicateur",
        "Ce que chaque indicateur connu apporte au score de chaque profil. Ceux du profil "
        "principal n'y sont pas quand il est la moyenne des sous-scores de la table index_scores.",
        [
            PROFILE,
            LEVEL,
            CODE,
            _INDICATOR,
            number("points", "Points", "Points de l'indicateur.", low=None),
            number(
                "contribution",
                "Contribution",
                "Part du score ; leur somme est le score.",
                low=None,
            ),
        ],
        unique=["profil", "niveau", "code", "indicateur"],
    ),
]
