"""Models of the tables that people open."""

from __future__ import annotations

import pandera.pandas as pa

from fragility.schemas.change import EVOLUTION
from fragility.schemas.columns import (
    CAPACITY,
    CODE_COMMUNE,
    CODE_IRIS,
    CONFIDENCE,
    DOUBTFUL,
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
from fragility.schemas.kinds import count, known_flag, number, table, text
from fragility.schemas.skills import DIFFICULTY

# Those of `territory/zonings.py`, which the edition may not read: missing then.
_NOT_GIVEN = "vide : non fournie à ce calcul, ce qui n'est pas « non » (LISEZMOI dit quoi faire)."
ZONINGS = [
    pa.Column(
        "Int64",
        [pa.Check.in_range(1, 7)],
        name="densite_classe",
        title="Classe de densité",
        description="Grille communale de densité de l'INSEE : 1 grands centres urbains, 2 centres "
        "urbains intermédiaires, 3 petites villes, 4 ceintures urbaines, 5 bourgs ruraux, 6 rural "
        f"à habitat dispersé, 7 rural à habitat très dispersé ; {_NOT_GIVEN}",
        nullable=True,
    ),
    known_flag(
        "est_zrr",
        "ZRR",
        "Commune classée, au moins en partie, en zone de revitalisation rurale ; liste anct_zrr, "
        + _NOT_GIVEN,
    ),
    known_flag(
        "est_frr",
        "FRR",
        f"Commune classée France ruralités revitalisation ; liste anct_frr, {_NOT_GIVEN}",
    ),
    known_flag(
        "est_acv",
        "Action cœur de ville",
        f"Ville du programme Action cœur de ville ; liste anct_acv, {_NOT_GIVEN}",
    ),
    count(
        "nb_qpv",
        "Quartiers prioritaires",
        "Quartiers prioritaires de la politique de la ville (QPV), même en partie, dans le "
        f"territoire ; liste anct_qpv, {_NOT_GIVEN}",
        nullable=True,
    ),
]
AREA_COLUMNS = [
    *MEMBERSHIP,
    *ZONINGS,
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
    DOUBTFUL,
    *REACH,
    *CAPACITY,
    *VERDICT,
]
_GROUP_COLUMNS = [
    POPULATION,
    *SUBSCORES,
    SCORE,
    count(
        "classe",
        "Classe (1-5)",
        "Classe du score, de 1 (moins fragile) à 5 (plus fragile), aux bornes des communes : un "
        "groupe de communes a la classe qu'aurait une commune de même score.",
        nullable=True,
    ),
    *DIFFICULTY,
    count("nb_communes", "Communes", "Nombre de communes."),
    count(
        "nb_communes_fragiles",
        "Communes fragiles",
        "Communes fragiles de l'édition ; vide quand aucune commune n'a de score.",
        nullable=True,
    ),
    count(
        "nb_communes_fragiles_non_couvertes",
        "Fragiles et non couvertes",
        "Communes fragiles et non couvertes ; vide quand aucune commune n'a de score.",
        nullable=True,
    ),
    number(
        "population_fragile_non_couverte",
        "Habitants des communes fragiles non couvertes",
        "Population des communes fragiles et non couvertes, leurs habitants à portée compris ; "
        "vide quand aucune commune n'a de score.",
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
            count(
                "id_foyer",
                "Numéro du foyer",
                "Foyer de fragilité dont la commune fait partie (table foyers) ; vide hors d'un "
                "foyer.",
                nullable=True,
            ),
            text(
                "contour_origine",
                "Contour",
                "ign, reuni, partiel, reconstruit, approche ou absent (table core_communes).",
            ),
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
            text(
                "contour_origine",
                "Contour",
                "ign, commune, reuni, partiel, approche, reconstruit ou absent (table core_iris).",
            ),
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
        "Lieux retenus, chacun une fois : dispositif est la liste de la ligne qui le représente, "
        "dispositifs tout ce qu'il offre. Seuls ceux qui ont un conseiller numérique comptent pour "
        "la portée des communes.",
        [
            _BY_NAME["core_lieux"].columns[c]
            for c in (
                "id",
                "nom",
                "dispositif",
                "dispositifs",
                "code_commune",
                "itinerance",
                "date_maj",
                "date_connue",
                "est_ancien",
                "dispositifs_anciens",
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
        "La liste d'action, du plus au moins d'habitants hors de portée, chacun comptant pour la "
        "probabilité que sa commune soit fragile.",
        [
            count(
                "ordre",
                "Ordre",
                "Rang par nombre d'habitants hors de portée, multiplié par la probabilité que la "
                "commune soit fragile.",
            ),
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
            *[c for c in DIFFICULTY if c.name.startswith("nb_personnes_en_difficulte")],
            *[
                c
                for c in REACH
                if c.name
                in {
                    "conseiller_plus_proche_min",
                    "conseiller_plus_proche_km",
                    "conseiller_plus_proche_nom",
                    "conseiller_plus_proche_itinerant",
                    "conseiller_plus_proche_annee",
                    "couverture",
                }
            ],
            count(
                "nb_france_services",
                "France services dans la commune",
                "Lieux France services de la commune : une aide existe, sans conseiller numérique.",
            ),
            SMALL,
            DOUBTFUL,
            KIND,
            VERDICT[-1],
        ],
        unique=["code_commune"],
    ),
    table(
        "foyers",
        "Foyers de fragilité",
        "Communes qui se touchent, au score plus haut que la moyenne comme leurs voisines, plus "
        "que le hasard ne l'explique (indice de Moran local, au plus 5 % de fausses découvertes), "
        "réunies. Toutes ne sont pas fragiles : nb_communes_fragiles les compte. Au-delà de 150 "
        "communes, un foyer est coupé le long des départements.",
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
