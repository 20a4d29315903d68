"""Models of the tables that people open."""

from __future__ import annotations

import pandera.pandas as pa

from fragility.schemas.change import EVOLUTION
from fragility.schemas.columns import (
    CODE_COMMUNE,
    CODE_IRIS,
    CONFIDENCE,
    KIND,
    MEMBERSHIP,
    NAME,
    POPULATION,
    POPULATION_FACTS,
    RANK_BOUNDS,
    RANKING,
    REACH,
    SCORE,
    SCORE_BOUNDS,
    SMALL,
    SUBSCORES,
    VERDICT,
    indicator_columns,
)
from fragility.schemas.core import CORE
from fragility.schemas.kinds import count, number, table, text
from fragility.schemas.skills import DIFFICULTY

AREA_COLUMNS = [
    *MEMBERSHIP,
    POPULATION,
    *POPULATION_FACTS,
    *indicator_columns(),
    *SUBSCORES,
    SCORE,
    *SCORE_BOUNDS,
    RANKING[0],
    *RANK_BOUNDS,
    *RANKING[1:],
    *CONFIDENCE,
    *DIFFICULTY,
    SMALL,
    *REACH,
    *VERDICT,
]
_GROUP_COLUMNS = [
    POPULATION,
    *SUBSCORES,
    SCORE,
    *DIFFICULTY,
    count("nb_communes", "Communes", "Nombre de communes."),
    count("nb_communes_fragiles", "Communes fragiles", "Communes fragiles de l'édition."),
    count(
        "nb_communes_fragiles_non_couvertes",
        "Fragiles et non couvertes",
        "Communes fragiles et non couvertes.",
    ),
    number(
        "population_fragile_non_couverte",
        "Habitants concernés",
        "Habitants des communes fragiles et non couvertes.",
    ),
    count(
        "nb_lieux_conseillers",
        "Lieux de conseillers",
        "Lieux où un conseiller numérique reçoit ; une personne en tient souvent plusieurs.",
    ),
]
_BY_NAME = {model.name: model for model in CORE}
MARTS = [
    table(
        "communes",
        "Communes",
        "Une ligne par commune : indicateurs, score, portée, verdict.",
        [
            CODE_COMMUNE,
            NAME,
            *AREA_COLUMNS,
            KIND,
            text("contour_origine", "Contour", "ign, reconstruit, approche ou absent."),
        ],
        unique=["code_commune"],
        geometry="Contour de la commune, WGS 84.",
    ),
    table(
        "iris",
        "IRIS",
        "Une ligne par IRIS ; une commune non découpée en est un.",
        [
            CODE_IRIS,
            NAME,
            text("type_iris", "Type", "H, A, D ou Z."),
            CODE_COMMUNE,
            text("nom_commune", "Commune", "Nom de la commune."),
            *AREA_COLUMNS,
            text("contour_origine", "Contour", "ign, commune, approche, reconstruit ou absent."),
        ],
        unique=["code_iris"],
        geometry="Contour de l'IRIS, WGS 84.",
    ),
    table(
        "epci",
        "Intercommunalités",
        "Une ligne par EPCI : moyennes pondérées par la population.",
        [*MEMBERSHIP[:2], *_GROUP_COLUMNS],
        unique=["code_epci"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "departements",
        "Départements",
        "Une ligne par département : moyennes pondérées par la population.",
        [*MEMBERSHIP[2:4], *_GROUP_COLUMNS],
        unique=["code_departement"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "lieux",
        "Lieux d'accueil",
        "Lieux retenus ; seuls ceux des conseillers numériques comptent pour la portée.",
        [
            _BY_NAME["core_lieux"].columns[c]
            for c in (
                "id",
                "nom",
                "dispositif",
                "code_commune",
                "itinerance",
                "date_maj",
                "nb_conseillers",
                "precision",
            )
        ],
        unique=["id"],
        geometry="Point, WGS 84.",
    ),
    table(
        "communes_fragiles_non_couvertes",
        "Communes fragiles et non couvertes",
        "La liste d'action, du plus au moins d'habitants hors de portée.",
        [
            count("ordre", "Ordre", "Rang par nombre d'habitants concernés."),
            CODE_COMMUNE,
            NAME,
            *MEMBERSHIP,
            POPULATION,
            SCORE,
            *CONFIDENCE,
            *VERDICT[1:3],
            number(
                "population_hors_portee",
                "Habitants hors de portée",
                "Habitants à plus de 20 minutes d'un conseiller.",
            ),
            next(c for c in DIFFICULTY if c.name == "nb_personnes_en_difficulte"),
            *[
                c
                for c in REACH
                if c.name
                in {
                    "conseiller_plus_proche_min",
                    "conseiller_plus_proche_km",
                    "conseiller_plus_proche_nom",
                    "couverture",
                }
            ],
            count(
                "nb_france_services",
                "France services dans la commune",
                "Lieux France services de la commune : une aide existe, sans conseiller numérique.",
            ),
            SMALL,
            KIND,
            VERDICT[-1],
        ],
        unique=["code_commune"],
    ),
    table(
        "foyers",
        "Foyers de fragilité",
        "Communes fragiles contiguës que le hasard n'explique pas (indice de Moran local, au plus "
        "5 % de fausses découvertes), réunies.",
        [
            count("id_foyer", "Numéro", "Du plus au moins peuplé."),
            NAME,
            text("nom_departements", "Départements", "Les départements, le plus touché d'abord."),
            count("nb_communes", "Communes", "Nombre de communes."),
            POPULATION,
            number("score", "Score moyen", "Moyenne des scores des communes.", nullable=False),
            count("nb_communes_fragiles", "Communes fragiles", "Communes fragiles du foyer."),
            count(
                "nb_communes_fragiles_non_couvertes",
                "Fragiles et non couvertes",
                "Communes fragiles et non couvertes du foyer.",
            ),
        ],
        unique=["id_foyer"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "registre",
        "Registre des lignes",
        "Lignes entrées, gardées, écartées, par étape.",
        [
            text("etape", "Étape", "Table produite."),
            text("source", "Source", "D'où viennent les lignes."),
            text("motif", "Motif", "entrées, sorties ou raison de l'écart."),
            pa.Column(
                "int64",
                name="lignes",
                title="Lignes",
                description="Nombre de lignes ; négatif pour des lignes ajoutées.",
            ),
        ],
    ),
    table(
        "quarantaine",
        "Quarantaine",
        "Lignes des fichiers sources écartées parce qu'une case est impossible : à corriger dans "
        "le fichier, ou dans corrections.csv.",
        [
            text("source", "Source", "Livraison d'où vient la ligne."),
            text("fichier", "Fichier", "Nom du fichier."),
            count("ligne", "Ligne", "Ligne du fichier, en-tête compris (rang d'un contour)."),
            text("cle", "Clé", "Ce qui nomme la ligne : un code, un identifiant."),
            text("colonne", "Colonne", "Colonne du fichier où est la case."),
            text("valeur", "Valeur", "Ce que contient la case."),
            text("motif", "Motif", "Pourquoi elle est impossible."),
        ],
    ),
    table(
        "corrections",
        "Corrections",
        "Erreurs connues des fichiers sources, corrigées à la lecture dans cette édition.",
        [
            text("source", "Source", "Source du fichier."),
            text("release", "Livraison", "Livraison de la source."),
            text("fichier", "Fichier", "Nom du fichier."),
            text("cle", "Clé", "Ce qui nomme la ligne : un code, un identifiant."),
            text("colonne", "Colonne", "Colonne du fichier."),
            text("valeur_trouvee", "Valeur trouvée", "Ce que le fichier contient."),
            text("valeur", "Valeur", "Ce qui est lu à la place."),
            text("motif", "Motif", "Pourquoi la valeur trouvée est fausse."),
            text("reference", "Référence", "Ce qui le prouve."),
            text("date", "Date", "Jour où la correction a été écrite."),
        ],
        unique=["source", "release", "fichier", "cle", "colonne"],
    ),
    EVOLUTION,
]
