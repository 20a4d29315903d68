"""Models of the raw and core tables: what the sources say, tidied."""

from __future__ import annotations

from fragility.schemas.columns import (
    CODE,
    CODE_COMMUNE,
    CODE_IRIS,
    INDICATOR_LABELS,
    LEVEL,
    MEMBERSHIP,
    NAME,
    ORIGINS,
    PASSAGES,
    POPULATION,
)
from fragility.schemas.kinds import COMMUNE_CODE, count, flag, number, share, table, text

# In the order of who stands for a place that several lists know (`access/places.py`).
PLACE_KINDS = (
    "conseiller_numerique",
    "france_services",
    "aidants_connect",
    "bibliotheque",
    "la_poste",
    "mediation",
)
_ANY_KIND = "|".join(PLACE_KINDS)

RAW = table(
    "raw",
    "Fichiers sources",
    "Un fichier source par ligne, tel qu'il a été lu.",
    [
        text("release", "Livraison", "Source et livraison du catalogue."),
        text("fichier", "Fichier", "Nom du fichier."),
        count("octets", "Octets", "Taille."),
        text("sha256", "Somme sha256", "Empreinte du contenu.", pattern=r"^[0-9a-f]{64}$"),
        text(
            "conformite",
            "Conformité",
            "identique : la copie connue du projet ; differente ; "
            "inconnue : aucune copie de référence.",
            among=("identique", "differente", "inconnue"),
        ),
    ],
    unique=["release", "fichier"],
)

CORE = [
    table(
        "core_communes",
        "Communes",
        "Les communes de l'édition, une ligne par code.",
        [
            CODE_COMMUNE,
            NAME,
            *MEMBERSHIP,
            number("superficie_km2", "Superficie (km²)", "Superficie publiée, sinon calculée."),
            count("nb_iris", "Nombre d'IRIS", "Nombre d'IRIS de la commune (1 : non découpée)."),
            text(
                "contour_origine",
                "Contour",
                "ign : contour publié ; reuni : contours publiés une autre année, de communes qui "
                "ont fusionné ; partiel : contour publié d'une partie d'une commune nouvelle ; "
                "reconstruit : vide laissé par les communes voisines ; "
                "approche : part d'un vide commun la plus proche de son centre ; absent.",
                among=("ign", "reuni", "partiel", "reconstruit", "approche", "absent"),
            ),
        ],
        unique=["code_commune"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "core_iris",
        "IRIS",
        "Les IRIS de l'édition ; une commune non découpée en est un.",
        [
            CODE_IRIS,
            NAME,
            text(
                "type_iris",
                "Type",
                "H habitat, A activité, D divers, Z commune non découpée.",
                among=("H", "A", "D", "Z"),
            ),
            CODE_COMMUNE,
            text(
                "code_arrondissement",
                "Arrondissement municipal",
                "Code d'arrondissement à Paris, Lyon et Marseille, sinon la commune.",
                pattern=COMMUNE_CODE,
            ),
            text(
                "contour_origine",
                "Contour",
                "ign : contour publié ; commune : celui de la commune ; "
                "approche : cellule de Voronoï du centre, coupée à la commune ; "
                "reuni, partiel, reconstruit : ce qu'est celui de la commune ; absent.",
                among=("ign", "commune", "reuni", "partiel", "approche", "reconstruit", "absent"),
            ),
        ],
        unique=["code_iris"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "core_recensement",
        "Recensement",
        "Comptes et parts du recensement, ramenés à la géographie de l'édition.",
        [
            LEVEL,
            CODE,
            POPULATION,
            count("population_annee", "Population : année", "Recensement.", nullable=True),
            text(
                "population_origine",
                "Population : origine",
                "observe, impute (répartie) ou absent.",
                among=ORIGINS,
            ),
            share("plus_65_pct", "65 ans ou plus (%)", "65 ans ou plus / population."),
            count("plus_65_annee", "65 ans ou plus : année", "Recensement.", nullable=True),
            text(
                "plus_65_origine",
                "65 ans ou plus : origine",
                "observe, impute ou absent.",
                among=ORIGINS,
            ),
            share(
                "peu_diplomes_pct",
                "Sans le baccalauréat (%)",
                "Parmi les 15 ans ou plus non scolarisés.",
            ),
            count(
                "peu_diplomes_annee", "Sans le baccalauréat : année", "Recensement.", nullable=True
            ),
            text(
                "peu_diplomes_origine",
                "Sans le baccalauréat : origine",
                "observe (publié), iris (agrégé), commune (de celle d'avant une scission), impute "
                "ou absent.",
                among=ORIGINS,
            ),
            share(
                "personnes_seules_pct", "Personnes seules (%)", "Ménages d'une personne / ménages."
            ),
            share(
                "familles_mono_pct",
                "Familles monoparentales (%)",
                "Ménages monoparentaux / ménages.",
            ),
            share("chomage_pct", "Chômage (%)", "Chômeurs / actifs de 15 à 64 ans (recensement)."),
            share(
                "proprietaires_pct",
                "Propriétaires (%)",
                "Résidences principales occupées par leur propriétaire.",
            ),
            share("vacance_pct", "Logements vacants (%)", "Logements vacants / logements."),
            number("densite_hab_km2", "Densité (hab./km²)", "Population / superficie."),
            share(
                "plus_65_15p_pct",
                "65 ans ou plus parmi les 15 ans ou plus (%)",
                "65 ans ou plus / 15 ans ou plus.",
            ),
            share(
                "plus_75_15p_pct",
                "75 ans ou plus parmi les 15 ans ou plus (%)",
                "75 ans ou plus / 15 ans ou plus.",
            ),
            share("jeunes_pct", "15 à 24 ans (%)", "15 à 24 ans / 15 ans ou plus."),
            share("etrangers_pct", "Étrangers (%)", "Personnes de nationalité étrangère."),
            share("ouvriers_pct", "Ouvriers (%)", "Ouvriers / 15 ans ou plus."),
            share("sans_voiture_pct", "Sans voiture (%)", "Ménages sans voiture / ménages."),
        ],
        unique=["niveau", "code"],
    ),
    table(
        "core_revenus",
        "Revenus",
        "Niveau de vie et pauvreté (Filosofi), prestations (CNAF).",
        [
            LEVEL,
            CODE,
            number(
                "niveau_vie_median", "Niveau de vie médian (€)", "Par unité de consommation et an."
            ),
            count("niveau_vie_annee", "Niveau de vie : année", "Année des revenus.", nullable=True),
            share("pauvrete_pct", "Pauvreté (%)", "Sous 60 % du niveau de vie médian national."),
            count("pauvrete_annee", "Pauvreté : année", "Année des revenus.", nullable=True),
            text(
                "pauvrete_origine",
                "Pauvreté : origine",
                "observe (publiée), commune (de celle d'avant une scission) ou absent.",
                among=("observe", "commune", "absent"),
            ),
            share(
                "dependance_prestations_pct",
                "Dépendance aux prestations (%)",
                "Allocataires dont "
                "plus de la moitié des ressources vient des prestations / allocataires.",
            ),
        ],
        unique=["niveau", "code"],
    ),
    table(
        "core_fixe",
        "Internet fixe",
        "Éligibilité des locaux (ARCEP).",
        [
            CODE_COMMUNE,
            number("nb_locaux", "Locaux", "Nombre de locaux."),
            number("nb_locaux_thd", "Locaux éligibles", "Locaux éligibles à 30 Mbit/s ou plus."),
            share(
                "non_thd_pct",
                f"{INDICATOR_LABELS['non_thd'][0]} (%)",
                INDICATOR_LABELS["non_thd"][1],
            ),
            count("non_thd_annee", "Année", "Année de la donnée.", nullable=True),
            flag("est_douteux", "À vérifier", "Chiffre que le producteur doit confirmer."),
        ],
        unique=["code_commune"],
    ),
    table(
        "core_passage",
        "Passage depuis l'édition précédente",
        "Ce que devient chaque commune de la carte de l'édition précédente ; vide sans elle.",
        [
            text("code_avant", "Code avant", "Commune de la carte d'avant.", pattern=COMMUNE_CODE),
            text(
                "code_apres",
                "Code après",
                "Commune de la carte de l'édition ; vide si elle n'y va pas.",
                pattern=COMMUNE_CODE,
                nullable=True,
            ),
            number(
                "part",
                "Part",
                "Part de la commune d'avant qui va dans celle d'après ; la somme d'un code est 1.",
                high=1,
                nullable=False,
            ),
            text("nature", "Nature", "Ce qui est arrivé.", among=PASSAGES),
            text("motif", "Motif", "La même chose en une phrase, avec sa date."),
        ],
        unique=["code_avant", "code_apres"],
    ),
    table(
        "core_mobile",
        "Sites mobiles 4G",
        "Un site 4G par ligne (ARCEP).",
        [
            count("id_site", "Site", "Numéro de ligne dans l'édition."),
            text("operateur", "Opérateur", "Code MCC-MNC."),
            number("longitude", "Longitude", "Degrés, WGS 84.", low=-180, high=180, nullable=False),
            number("latitude", "Latitude", "Degrés, WGS 84.", low=-90, high=90, nullable=False),
            count("annee", "Année", "Année de la liste."),
        ],
        unique=["id_site"],
    ),
    table(
        "core_couverture_4g",
        "Couverture 4G",
        "Habitants que les opérateurs ne couvrent pas, d'après leurs cartes (ARCEP) ; vide où "
        "l'édition n'en lit pas.",
        [
            LEVEL,
            CODE,
            number(
                "non_4g_pct",
                "Mal couvert par la 4G (%)",
                "Habitants qu'un opérateur ne couvre pas, en moyenne des opérateurs.",
                high=100,
                nullable=False,
            ),
            number(
                "aucun_operateur_pct",
                "Sans aucune 4G (%)",
                "Habitants qu'aucun opérateur ne couvre.",
                high=100,
                nullable=False,
            ),
            count("nb_operateurs", "Opérateurs", "Opérateurs dont la carte est lue."),
            text(
                "origine",
                "Origine",
                "observe (grille d'habitants) ou impute (habitants répartis dans leur IRIS).",
                among=("observe", "impute"),
            ),
            count("annee", "Année", "Année des cartes."),
        ],
        unique=["niveau", "code"],
    ),
    table(
        "core_enquete",
        "Enquête",
        "Réponses pondérées du Baromètre du numérique (CRÉDOC), jamais de ligne individuelle.",
        [
            count("annee", "Vague", "Année d'enquête."),
            text("question", "Question", "Nom de la variable."),
            text("libelle", "Libellé", "Ce que la variable demande."),
            text("modalite", "Réponse", "Modalité publiée."),
            count("effectif", "Effectif", "Répondants."),
            share("part_pct", "Part (%)", "Part pondérée parmi les répondants à la question."),
        ],
        unique=["annee", "question", "modalite"],
    ),
    table(
        "core_lieux",
        "Lieux",
        "Lieux d'accueil de toutes les listes, chacun retenu, réuni à un autre ou écarté, avec un "
        "motif.",
        [
            text("id", "Identifiant", "Identifiant du producteur, préfixé par le dispositif."),
            text("nom", "Nom", "Nom du lieu."),
            text(
                "dispositif",
                "Dispositif",
                "Liste d'où vient la ligne : conseiller_numerique, france_services, "
                "aidants_connect, bibliotheque, la_poste ou mediation (autres lieux de médiation "
                "numérique).",
                among=PLACE_KINDS,
            ),
            text(
                "dispositifs",
                "Dispositifs du lieu",
                "Tout ce qu'offre le lieu d'après les listes réunies, séparé par « | ».",
                pattern=rf"^(?:{_ANY_KIND})(?:\|(?:{_ANY_KIND}))*$",
            ),
            text(
                "code_commune",
                "Code commune",
                "Commune du point, ou commune déclarée.",
                pattern=COMMUNE_CODE,
                nullable=True,
            ),
            text(
                "commune_declaree",
                "Commune déclarée",
                "Nom écrit par le producteur.",
                nullable=True,
            ),
            flag("itinerance", "Itinérant", "Le lieu déclare se déplacer."),
            text(
                "date_maj",
                "Mise à jour",
                "Date de la fiche (AAAA-MM-JJ), la dernière des fiches réunies qui disent le "
                "premier de ses dispositifs ; vide quand le producteur ne la donne pas.",
                pattern=r"^\d{4}-\d{2}-\d{2}$",
                nullable=True,
            ),
            text(
                "date_connue",
                "Dernière date connue",
                "Dernière date où le premier de ses dispositifs y est donné : celle de la fiche "
                "ou, à défaut, de la liste (AAAA-MM-JJ) ; pour un conseiller, celle de la liste "
                "des employeurs si elle est plus récente et que l'employeur y a le SIRET du lieu.",
                pattern=r"^\d{4}-\d{2}-\d{2}$",
                nullable=True,
            ),
            flag(
                "est_ancien",
                "Fiche ancienne",
                "La fiche qui dit le premier de ses dispositifs ou, à défaut, sa liste a plus de "
                "18 mois au jour de l'édition : le lieu a pu fermer, ou le service le quitter.",
            ),
            text(
                "dispositifs_anciens",
                "Dispositifs de fiche ancienne",
                "Ce que le lieu n'offre que d'après des fiches de plus de 18 mois, séparé par "
                "« | » ; vide sans fiche ancienne.",
                pattern=rf"^(?:{_ANY_KIND})(?:\|(?:{_ANY_KIND}))*$",
                nullable=True,
            ),
            number(
                "nb_conseillers",
                "Conseillers",
                "Conseillers numériques du lieu, total des fiches réunies.",
            ),
            text(
                "precision",
                "Précision",
                "coordonnees, commune (point représentatif) ou absente.",
                among=("coordonnees", "commune", "absente"),
            ),
            text(
                "statut",
                "Statut",
                "retenu (la ligne vaut pour le lieu), fusionne (le lieu est une autre ligne, "
                "id_lieu) ou ecarte.",
                among=("retenu", "fusionne", "ecarte"),
            ),
            text(
                "motif_statut",
                "Motif",
                "Pourquoi le lieu est déplacé à sa commune ou écarté ; ou dans quelle autre "
                "commune que celle de sa fiche est son point, et à quelle distance.",
            ),
            text(
                "id_lieu",
                "Ligne du lieu",
                "Identifiant de la ligne retenue pour le même lieu ; vide si écarté.",
                nullable=True,
            ),
            text(
                "motif_fusion",
                "Motif de la réunion",
                "Ce qui dit que la ligne et celle d'id_lieu sont un même lieu.",
                nullable=True,
            ),
        ],
        unique=["id"],
        geometry="Point, WGS 84.",
    ),
    table(
        "core_zonages",
        "Zonages",
        "Une ligne par territoire et zonage qui le concerne, sur la carte de l'édition : densité, "
        "ZRR, FRR, Action cœur de ville, QPV ; vide pour les zonages que l'édition ne lit pas.",
        [
            text(
                "niveau",
                "Niveau",
                "commune, ou iris pour les quartiers prioritaires.",
                among=("commune", "iris"),
            ),
            CODE,
            text(
                "zonage",
                "Zonage",
                "densite, zrr, frr, acv ou qpv.",
                among=("densite", "zrr", "frr", "acv", "qpv"),
            ),
            text("valeur", "Valeur", "Classe de la commune, ou code du quartier."),
            text("libelle", "Libellé", "La même chose en clair, ou le nom du quartier."),
            share(
                "part_pct",
                "Part du quartier (%)",
                "Part de la surface du quartier qui est dans le territoire ; vide pour les listes "
                "et pour un quartier donné par un point.",
            ),
            text("source", "Source", "Livraison qui le dit."),
            count("annee", "Année", "Année du zonage."),
        ],
        unique=["niveau", "code", "zonage", "valeur"],
    ),
    table(
        "core_population_grille",
        "Population par maille",
        "Habitants des mailles de 1 km, partagés entre les IRIS qu'elles coupent.",
        [
            count("id_maille", "Maille", "Rang de la maille dans la grille."),
            CODE_IRIS,
            CODE_COMMUNE,
            number("population", "Population", "Habitants de la part de maille.", nullable=False),
            number("x_m", "x (m)", "Abscisse, EPSG:2154.", low=None, nullable=False),
            number("y_m", "y (m)", "Ordonnée, EPSG:2154.", low=None, nullable=False),
            number(
                "densite_hab_km2",
                "Densité locale",
                "Habitants par km² des 25 mailles environnantes.",
                nullable=False,
            ),
        ],
        unique=["id_maille", "code_iris"],
    ),
    table(
        "core_groupes",
        "Contours des EPCI et des départements",
        "Réunion des contours des communes, à pleine précision.",
        [LEVEL, CODE],
        unique=["niveau", "code"],
        geometry="Contour, WGS 84.",
    ),
    table(
        "core_contours",
        "Contours allégés",
        "Contours simplifiés pour les cartes, à tous les niveaux : deux voisins se touchent "
        "encore. Une IRIS qui est toute sa commune n'y est pas : elle en a le contour.",
        [LEVEL, CODE],
        unique=["niveau", "code"],
        geometry="Contour simplifié, WGS 84 ; vide si le territoire n'a pas de contour.",
    ),
]
