"""Models of the tables of the index and of access."""

from __future__ import annotations

from fragility.schemas.columns import (
    CAPACITY,
    CODE,
    CODE_COMMUNE,
    CODE_IRIS,
    CONFIDENCE,
    COVERAGES,
    DOUBTFUL,
    INDICATOR_LABELS,
    LEVEL,
    POPULATION,
    POPULATION_FACTS,
    PROFILE,
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
from fragility.schemas.kinds import count, flag, number, share, table, text

SCIENCE = [
    table(
        "index_indicateurs",
        "Indicateurs",
        "Les cinq indicateurs, chacun avec son origine et son année.",
        [LEVEL, CODE, POPULATION, *POPULATION_FACTS, *indicator_columns(), SMALL, DOUBTFUL],
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
        "index_incertitude",
        "Incertitude du classement",
        "Intervalle à 90 % du score et du rang, et probabilité d'être fragile : le même indice "
        "recalculé avec d'autres choix et d'autres valeurs possibles (docs/incertitude.md). Une "
        "ligne par territoire qui a un score.",
        [LEVEL, CODE, *SCORE_BOUNDS, *RANK_BOUNDS, *CONFIDENCE],
        unique=["niveau", "code"],
    ),
    table(
        "index_erreurs",
        "Marge des valeurs modélisées",
        "De combien un taux modélisé peut s'écarter du vrai, neuf fois sur dix : la même loi que "
        "celle des tirages de l'incertitude (docs/incertitude.md). Une ligne par valeur modélisée, "
        "celle de sa commune pour un IRIS.",
        [
            LEVEL,
            CODE,
            text("indicateur", "Indicateur", "Nom de l'indicateur modélisé."),
            number(
                "erreur_90",
                "Marge à 90 % (points)",
                "Moitié de la largeur de l'intervalle qui contient neuf tirages sur dix, au plus "
                "ce qui sort de 0 à 100 des deux côtés.",
                nullable=False,
            ),
        ],
        unique=["niveau", "code", "indicateur"],
    ),
    table(
        "index_sensibilite",
        "Sensibilité du classement",
        "Ce que devient le classement des communes quand un choix de l'indice change "
        "(docs/sensibilite.md).",
        [
            text(
                "analyse",
                "Analyse",
                "ensemble : tous les choix à la fois ; premier_ordre et total : part de la "
                "variance due à un choix (indices de Sobol) ; un_choix, sans_indicateur : un seul "
                "changement ; courbe_poids, stabilite_poids : un poids qui change ; departement, "
                "densite : qui monte vers les plus fragiles.",
                among=(
                    "ensemble",
                    "premier_ordre",
                    "total",
                    "un_choix",
                    "sans_indicateur",
                    "courbe_poids",
                    "stabilite_poids",
                    "departement",
                    "densite",
                ),
            ),
            text("facteur", "Facteur", "Choix, indicateur ou groupe de communes."),
            text("resultat", "Résultat", "Ce qui est mesuré, ou le choix qui change."),
            number("valeur", "Valeur", "Mesure, dans l'unité de la description.", low=None),
            number("bas", "Borne basse", "Bas de l'intervalle à 90 %, s'il y en a un.", low=None),
            number("haut", "Borne haute", "Haut de l'intervalle à 90 %.", low=None),
            text("description", "Description", "Ce que la mesure signifie."),
        ],
        unique=["analyse", "facteur", "resultat"],
    ),
    table(
        "index_audit",
        "Audit de l'indice",
        "Ce que l'indice mesure et ce qu'il répète : un chiffre par ligne (docs/audit.md).",
        [
            text(
                "theme",
                "Thème",
                "correlation, poids (double compte), composantes, piliers, coherence, "
                "defavorisation, departements, foyers ou typologie.",
                among=(
                    "correlation",
                    "poids",
                    "composantes",
                    "piliers",
                    "coherence",
                    "defavorisation",
                    "departements",
                    "foyers",
                    "typologie",
                ),
            ),
            text("mesure", "Mesure", "Nom de la mesure."),
            text("indicateur", "Indicateur", "Indicateur mesuré, s'il y en a un."),
            text("autre", "Autre", "L'autre indicateur, le département, la sorte ou la variante."),
            number("valeur", "Valeur", "Valeur.", low=None, nullable=False),
            text("description", "Description", "Ce que la mesure signifie."),
        ],
        unique=["theme", "mesure", "indicateur", "autre"],
    ),
    table(
        "index_defavorisation",
        "Défavorisation",
        "Un indice social simple, pour dire ce que l'indice numérique ajoute : première "
        "composante du revenu médian, des sans-baccalauréat et du chômage.",
        [
            CODE_COMMUNE,
            number(
                "defavorisation",
                "Défavorisation",
                "En écarts-types des communes ; 0 pour l'habitant moyen, plus = plus défavorisé.",
                low=None,
                nullable=False,
            ),
            share(
                "defavorisation_pct",
                "Communes moins défavorisées (%)",
                "Part des communes moins défavorisées que celle-ci.",
            ),
            flag(
                "est_plus_defavorisee",
                "Plus défavorisée",
                "Dans le cinquième des communes le plus défavorisé.",
            ),
            text(
                "defavorisation_origine",
                "Défavorisation : origine",
                "observe, ou impute quand le revenu médian, masqué, est déduit du reste.",
                among=("observe", "impute"),
            ),
        ],
        unique=["code_commune"],
    ),
    table(
        "index_foyers",
        "Foyers de fragilité",
        "Chaque commune et ses voisines : se ressemblent-elles plus que le hasard ne le ferait ?",
        [
            CODE_COMMUNE,
            count("voisins", "Voisines", "Communes qui la touchent (la plus proche pour une île)."),
            number(
                "indice_local",
                "Indice local",
                "Indice de Moran local du score : positif, elle ressemble à ses voisines.",
                low=None,
            ),
            number(
                "p_valeur",
                "Probabilité",
                "Chance qu'autant de voisines tirées au hasard soient aussi extrêmes (deux côtés).",
                high=1,
            ),
            text(
                "foyer",
                "Foyer",
                "fragile : élevée parmi des voisines élevées ; peu_fragile : basse parmi des "
                "basses ; isole_fragile : élevée parmi des basses ; isole_peu_fragile : basse "
                "parmi des élevées ; aucun : rien que le hasard n'explique (au plus 5 % de "
                "fausses découvertes).",
                among=("fragile", "peu_fragile", "isole_fragile", "isole_peu_fragile", "aucun"),
            ),
            count(
                "id_foyer",
                "Numéro du foyer",
                "Foyer de fragilité (au moins trois communes contiguës), du plus au moins peuplé.",
                nullable=True,
            ),
        ],
        unique=["code_commune"],
    ),
    table(
        "index_typologie",
        "Types de communes fragiles",
        "Le type de chaque commune fragile.",
        [
            CODE_COMMUNE,
            count("type", "Type", "Numéro du type, du plus au moins peuplé."),
            text("nom_type", "Nom du type", "Le type en mots."),
            number(
                "nettete",
                "Netteté",
                "1 au centre de son type, 0 à mi-chemin d'un autre.",
                high=1,
                nullable=False,
            ),
        ],
        unique=["code_commune"],
    ),
    table(
        "index_typologie_classes",
        "Les types de communes fragiles",
        "Ce qu'est chaque type, et par quoi commencer.",
        [
            count("type", "Type", "Numéro du type, du plus au moins peuplé."),
            text("nom_type", "Nom du type", "Le type en mots."),
            count("nb_communes", "Communes", "Nombre de communes."),
            number("population", "Habitants", "Habitants des communes du type.", nullable=False),
            *[
                share(f"{key}_pct", f"{label} (%)", f"Moyenne des communes du type. {definition}")
                for key, (label, definition) in INDICATOR_LABELS.items()
            ],
            text("mots", "En mots", "Le type en chiffres et en phrases."),
            text("quoi_faire", "Par quoi commencer", "Ce que le profil demande d'abord."),
        ],
        unique=["type"],
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
            text(
                "id_lieu",
                "Lieu",
                "Identifiant du lieu le plus proche en temps ; vide si aucun ne peut être rejoint "
                "par la terre.",
                nullable=True,
            ),
            number("km", "Distance (km)", "Au lieu le plus proche, à vol d'oiseau."),
            number(
                "minutes",
                "Minutes",
                "Temps estimé ; vide si aucun lieu ne peut être rejoint par la terre.",
            ),
            text(
                "moteur",
                "Moteur",
                "surface (vitesse selon la densité, par la terre) ou route (réseau OpenStreetMap).",
                among=("surface", "route"),
            ),
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
        "access_dispositifs",
        "Portée par dispositif",
        "Accès au lieu le plus proche de chaque dispositif : conseiller numérique, France "
        "services, n'importe quel lieu de médiation.",
        [
            LEVEL,
            CODE,
            text(
                "dispositif",
                "Dispositif",
                "conseiller_numerique, france_services ou mediation (n'importe lequel).",
                among=("conseiller_numerique", "france_services", "mediation"),
            ),
            number("plus_proche_min", "Le plus proche (min)", "Minutes de l'habitant médian."),
            number("plus_proche_km", "Le plus proche (km)", "À vol d'oiseau, en moyenne."),
            text("plus_proche_nom", "Le plus proche", "Nom et commune.", nullable=True),
            share(
                "population_hors_portee_pct",
                "Population hors de portée (%)",
                "Part des habitants à plus de 20 minutes.",
            ),
            number(
                "nb_habitants_hors_portee",
                "Habitants hors de portée",
                "Habitants à plus de 20 minutes.",
            ),
            text(
                "couverture",
                "Couverture",
                "Comme dans access_portee.",
                among=COVERAGES,
                nullable=True,
            ),
        ],
        unique=["niveau", "code", "dispositif"],
    ),
    table(
        "access_capacite",
        "Capacité",
        "Postes de conseillers à portée, et pour combien de personnes en difficulté (E2SFCA).",
        [LEVEL, CODE, *CAPACITY],
        unique=["niveau", "code"],
    ),
    table(
        "access_moteur",
        "Moteur des temps de trajet",
        "Ce qui a donné les temps de access_couts.",
        [
            text("moteur", "Moteur", "surface ou route.", among=("surface", "route")),
            text("profil", "Profil", "Comment on se déplace."),
            text(
                "extraits",
                "Extraits",
                "Empreintes SHA-256 des extraits OpenStreetMap ; vide sans réseau.",
                nullable=True,
            ),
            count("nb_mailles", "Mailles", "Parts de maille dont il donne le temps."),
            share("part_population_pct", "Population (%)", "Part des habitants de ces mailles."),
        ],
        unique=["moteur"],
    ),
    table(
        "access_surface",
        "Surface de temps",
        "Temps au conseiller le plus proche, par pixel de terre de 500 m.",
        [
            count("epsg", "Projection", "Code EPSG des coordonnées."),
            number("x_m", "x (m)", "Milieu du pixel.", low=None, nullable=False),
            number("y_m", "y (m)", "Milieu du pixel.", low=None, nullable=False),
            number("minutes", "Minutes", "Vide si aucun lieu ne peut être rejoint par la terre."),
        ],
        unique=["epsg", "x_m", "y_m"],
    ),
    table(
        "access_fragiles_non_couvertes",
        "Verdict",
        "Fragilité et couverture réunies, avec leur motif.",
        [LEVEL, CODE, *VERDICT],
        unique=["niveau", "code"],
    ),
]
