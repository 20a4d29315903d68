"""Where the files come from: producer, page and licence of every source.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import Source

_DATAGOUV = "https://www.data.gouv.fr/datasets/"
_INSEE = "https://www.insee.fr/fr/"

PRODUCERS: Final = (
    Source(
        "ign_communes",
        "Contours des communes (Admin Express simplifié)",
        "IGN, INSEE",
        "https://etalab-datasets.geo.data.gouv.fr/",
        "lov2",
    ),
    Source(
        "ign_iris",
        "Contours et centres des IRIS",
        "IGN, INSEE",
        "https://geoservices.ign.fr/contoursiris",
        "lov2",
    ),
    Source(
        "insee_cog",
        "Code officiel géographique",
        "INSEE",
        _INSEE + "information/2560452",
        "lov2",
    ),
    Source("insee_iris", "Liste des IRIS", "INSEE", _INSEE + "information/7708995", "lov2"),
    Source(
        "insee_epci",
        "Composition des intercommunalités",
        "INSEE, DGCL, IGN",
        _INSEE + "information/2510634",
        "lov2",
    ),
    Source(
        "insee_cog_mouvements",
        "Mouvements de communes depuis 1943",
        "INSEE",
        _INSEE + "information/8740222",
        "lov2",
    ),
    Source(
        "insee_comparateur",
        "Comparateur de territoires",
        "INSEE",
        _INSEE + "statistiques/2521169",
        "lov2",
    ),
    Source(
        "rp_taux_communes",
        "Taux communaux du recensement (recalculés)",
        "INSEE, ARCEP ; calculs Data For Good",
        "https://dataforgood.fr/",
        "mit",
    ),
    Source(
        "insee_filosofi_communes",
        "Filosofi, revenus disponibles par commune",
        "INSEE",
        _INSEE + "statistiques/6036907",
        "lov2",
    ),
    Source(
        "insee_filosofi_iris",
        "Filosofi, revenus disponibles par IRIS",
        "INSEE",
        _INSEE + "statistiques/5055909",
        "lov2",
    ),
    Source(
        "insee_rp_iris",
        "Recensement par IRIS (bases infracommunales)",
        "INSEE",
        _INSEE + "statistiques/5650720",
        "lov2",
    ),
    Source("caf_iris", "Allocataires par IRIS", "CNAF, INSEE", "https://data.caf.fr/", "lov2"),
    Source(
        "arcep_fixe",
        "Ma connexion internet : éligibilité par commune",
        "ARCEP",
        _DATAGOUV + "ma-connexion-internet",
        "lov2",
    ),
    Source(
        "arcep_mobile_sites",
        "Mon réseau mobile : sites",
        "ARCEP",
        _DATAGOUV + "mon-reseau-mobile",
        "lov2",
    ),
    Source(
        "credoc_barometre",
        "Baromètre du numérique",
        "CRÉDOC pour l'ARCEP, l'Arcom, le CGE et l'ANCT",
        _DATAGOUV + "barometre-du-numerique",
        "odbl",
    ),
    Source(
        "eurostat_grille",
        "Population par maille de 1 km",
        "Eurostat, GISCO",
        "https://ec.europa.eu/eurostat/web/gisco/geodata/population-distribution",
        "eurostat",
    ),
    Source(
        "anct_conseillers",
        "Lieux des conseillers numériques",
        "ANCT",
        _DATAGOUV + "lieux-de-mediation-numerique-sur-le-territoire-national-fournis-par-"
        "conseiller-numerique-1",
        "lov2",
    ),
    Source(
        "anct_france_services",
        "Lieux France services",
        "ANCT",
        _DATAGOUV + "liste-des-structures-france-services",
        "lov2",
    ),
    Source(
        "bibliotheques",
        "Adresses des bibliothèques publiques",
        "Ministère de la Culture",
        _DATAGOUV + "adresses-des-bibliotheques-publiques-2/",
        "lov2",
    ),
    Source(
        "insee_appartenance",
        "Table d'appartenance géographique des communes",
        "INSEE",
        _INSEE + "information/7671844",
        "lov2",
    ),
    Source(
        "insee_densite",
        "Grille communale de densité",
        "INSEE, ANCT",
        _INSEE + "information/8571524",
        "lov2",
    ),
    Source(
        "arcep_fibre",
        "Fibre par commune, revenus",
        "ARCEP, INSEE",
        _DATAGOUV + "le-marche-du-haut-et-tres-haut-debit-fixe-deploiements",
        "lov2",
    ),
    Source(
        "arcep_ftth",
        "Déploiement de la fibre par commune",
        "ARCEP",
        _DATAGOUV + "le-marche-du-haut-et-tres-haut-debit-fixe-deploiements",
        "lov2",
    ),
    Source(
        "aidants_connect",
        "Structures Aidants Connect",
        "ANCT",
        _DATAGOUV + "lieux-de-mediation-numerique-sur-le-territoire-national-fournis-par-"
        "aidants-connect",
        "lov2",
    ),
    Source(
        "lieux_mediation",
        "Lieux de médiation numérique",
        "data.inclusion, hubs régionaux",
        "https://www.data.gouv.fr/fr/organizations/cartographie-nationale-des-lieux-de-"
        "mediation-numerique/",
        "lov2",
    ),
    # Licence Ouverte or ODbL according to the page: the stricter one.
    Source(
        "laposte_points",
        "Points de contact de La Poste",
        "La Poste",
        _DATAGOUV + "liste-des-bureaux-de-poste-agences-postales-et-relais-poste",
        "odbl",
    ),
    Source(
        "anct_qpv",
        "Quartiers prioritaires de la politique de la ville",
        "ANCT",
        _DATAGOUV + "5a561801c751df42d7fca9b6",
        "lov2",
    ),
    Source(
        "anct_zrr",
        "Zones de revitalisation rurale",
        "ANCT",
        _DATAGOUV + "zones-de-revitalisation-rurale-zrr/",
        "lov2",
    ),
    Source(
        "anct_frr",
        "France ruralités revitalisation",
        "DGCL ; ANCT, Observatoire des territoires",
        "https://www.observatoire-des-territoires.gouv.fr/frr-france-ruralites-revitalisation",
        "lov2",
    ),
    Source(
        "anct_acv",
        "Villes d'Action cœur de ville",
        "ANCT",
        _DATAGOUV + "programme-action-coeur-de-ville",
        "lov2",
    ),
)
