"""Columns that several tables share, so that they cannot drift apart; words of the indicators."""

from __future__ import annotations

from collections.abc import Iterable

import pandera.pandas as pa

from fragility.schemas.kinds import (
    COMMUNE_CODE,
    IRIS_CODE,
    count,
    flag,
    known_flag,
    number,
    share,
    text,
)

INDICATORS = ("non_thd", "non_4g", "plus_65", "peu_diplomes", "pauvrete")
ORIGINS = ("observe", "commune", "iris", "impute", "absent")
COVERAGES = ("couverte", "incertaine", "non_couverte")
CONFIDENCES = ("robuste", "probable", "incertain")
PASSAGES = (
    "inchange",
    "changement_code",
    "fusion",
    "retablissement",
    "scission",
    "sans_successeur",
)
LEVELS = ("iris", "commune", "epci", "departement")

CODE_COMMUNE = text(
    "code_commune",
    "Code commune",
    "Code officiel géographique de la commune (INSEE), 5 caractères.",
    pattern=COMMUNE_CODE,
)
CODE_IRIS = text(
    "code_iris",
    "Code IRIS",
    "Code de l'IRIS (INSEE), 9 caractères : commune ou arrondissement municipal, puis 4 chiffres.",
    pattern=IRIS_CODE,
)
LEVEL = text("niveau", "Niveau", "Niveau géographique de la ligne.", among=LEVELS)
CODE = text("code", "Code", "Code du territoire à son niveau.")
PROFILE = text("profil", "Profil", "Définition de l'indice (docs/profils.md).")
NAME = text("nom", "Nom", "Nom du territoire.")
POPULATION = number(
    "population",
    "Population",
    "Population municipale du recensement ; "
    "manquante quand le recensement de l'édition ne couvre pas le territoire.",
)

MEMBERSHIP = [
    text("code_epci", "Code EPCI", "Code SIREN de l'intercommunalité (ZZZZZZZZZ : aucune)."),
    text("nom_epci", "EPCI", "Nom de l'intercommunalité."),
    text("code_departement", "Code département", "Code du département."),
    text("nom_departement", "Département", "Nom du département."),
    text("code_region", "Code région", "Code de la région."),
    text("nom_region", "Région", "Nom de la région."),
]

INDICATOR_LABELS = {
    "non_thd": (
        "Sans très haut débit fixe",
        "Part des locaux non éligibles à 30 Mbit/s ou plus par un réseau filaire (ARCEP).",
    ),
    "non_4g": (
        "Loin d'un site 4G",
        "Approximation : part des habitants à plus de 4 km à vol "
        "d'oiseau d'un site 4G, tous opérateurs (ARCEP, sites ; grille Eurostat). Ce n'est "
        "pas une couverture mesurée.",
    ),
    "plus_65": ("65 ans ou plus", "Part des 65 ans ou plus dans la population (INSEE)."),
    "peu_diplomes": (
        "Sans le baccalauréat",
        "Part des 15 ans ou plus non scolarisés sans diplôme "
        "ou d'un diplôme inférieur au baccalauréat (INSEE).",
    ),
    "pauvrete": (
        "Pauvreté",
        "Part des personnes sous 60 % du niveau de vie médian (Filosofi, "
        "INSEE) ; modélisée là où le secret statistique la masque.",
    ),
}

# Sources that measure an indicator otherwise: what it is called and means where they are read.
INDICATOR_VARIANTS = {
    "arcep_fibre": {
        "non_thd": (
            "Sans fibre optique",
            "Part des locaux non raccordables à la fibre jusqu'à l'abonné (ARCEP). Ce n'est pas "
            "la part des locaux sous 30 Mbit/s : ni le câble ni le cuivre rapide n'y comptent.",
        ),
    },
    "arcep_couverture": {
        "non_4g": (
            "Mal couvert par la 4G",
            "Part des habitants qu'un opérateur ne couvre pas en 4G, en moyenne des opérateurs "
            "(ARCEP, cartes de couverture ; grille Eurostat). Ces cartes sont calculées par les "
            "opérateurs : elles n'assurent pas la réception à l'intérieur.",
        ),
    },
}


# Indicators that a profile may use beside the five: label, definition, unit.
CONTEXT_LABELS = {
    "personnes_seules": (
        "Personnes seules",
        "Part des ménages d'une seule personne (INSEE).",
        "pct",
    ),
    "familles_mono": (
        "Familles monoparentales",
        "Part des ménages monoparentaux (INSEE).",
        "pct",
    ),
    "chomage": ("Chômage", "Part des chômeurs parmi les actifs de 15 à 64 ans (INSEE).", "pct"),
    "jeunes": (
        "Jeunes de 15 à 24 ans",
        "Part des 15 à 24 ans parmi les 15 ans ou plus (INSEE).",
        "pct",
    ),
    "plus_65_15p": (
        "65 ans ou plus parmi les 15 ans ou plus",
        "Part des 65 ans ou plus parmi les 15 ans ou plus, comme l'indice de 2020 (INSEE).",
        "pct",
    ),
    "niveau_vie": (
        "Niveau de vie médian",
        "Revenu disponible médian par unité de consommation et par an (Filosofi, INSEE).",
        "euros",
    ),
    "etrangers": ("Étrangers", "Part des personnes de nationalité étrangère (INSEE).", "pct"),
    "ouvriers": ("Ouvriers", "Part des ouvriers parmi les 15 ans ou plus (INSEE).", "pct"),
    "difficulte": (
        "En difficulté numérique",
        "Part estimée des 15 ans ou plus en difficulté numérique (CRÉDOC, INSEE).",
        "pct",
    ),
    "sans_voiture": ("Ménages sans voiture", "Part des ménages sans voiture (INSEE).", "pct"),
    "aah": (
        "Allocation aux adultes handicapés",
        "Part des allocataires qui reçoivent l'allocation aux adultes handicapés (CNAF).",
        "pct",
    ),
    "services_publics": (
        "Services publics",
        "Lieux de services publics pour 10 000 habitants.",
        "pour_10000",
    ),
    "distance_services": (
        "Distance aux services publics",
        "Distance moyenne des habitants au service public le plus proche.",
        "km",
    ),
    "distance_bibliotheque": (
        "Distance à une bibliothèque",
        "Distance moyenne des habitants à la bibliothèque la plus proche.",
        "km",
    ),
    "prestations": (
        "Dépendance aux prestations",
        "Part des allocataires dont plus de la moitié des ressources vient des prestations (CNAF).",
        "pct",
    ),
    "thd": (
        "Éligibles au très haut débit",
        "Part des locaux éligibles, le complément de l'indicateur de fragilité (ARCEP).",
        "pct",
    ),
    "couvert_4g": (
        "Couverts par la 4G",
        "Part des habitants couverts, le complément de l'indicateur de fragilité (ARCEP).",
        "pct",
    ),
    "pauvrete_50_plus": ("Pauvreté des 50 ans ou plus", "Filosofi, INSEE.", "pct"),
    "plus_75_50p": (
        "75 ans ou plus parmi les 50 ans ou plus",
        "Part des 75 ans ou plus parmi les 50 ans ou plus (INSEE).",
        "pct",
    ),
    "peu_diplomes_50_plus": (
        "Sans le baccalauréat, 50 ans ou plus",
        "Parmi les 50 ans ou plus non scolarisés (INSEE).",
        "pct",
    ),
    "pauvrete_moins_30": ("Pauvreté des moins de 30 ans", "Filosofi, INSEE.", "pct"),
    "neet_16_25": (
        "Ni en emploi ni en études",
        "Part des 16 à 25 ans sans emploi ni études (INSEE).",
        "pct",
    ),
    "peu_diplomes_15_25": (
        "Sans le baccalauréat, 15 à 25 ans",
        "Parmi les 15 à 25 ans non scolarisés (INSEE).",
        "pct",
    ),
}


def indicator_labels(sources: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Label and definition of each indicator, as measured from these sources.

    Examples
    --------
    >>> indicator_labels(["arcep_fixe"])["non_thd"][0]
    'Sans très haut débit fixe'
    >>> indicator_labels(["arcep_fibre"])["non_thd"][0]
    'Sans fibre optique'
    """
    labels = dict(INDICATOR_LABELS)
    for source in sources:
        labels.update(INDICATOR_VARIANTS.get(source, {}))
    return labels


POPULATION_FACTS = [
    text(
        "population_origine",
        "Population : origine",
        "observe (publiée), impute (répartie entre les IRIS de la commune) ou absent.",
        among=ORIGINS,
    ),
    count("population_annee", "Population : année", "Recensement.", nullable=True),
]


def indicator_columns() -> list[pa.Column]:
    """Value, origin and year of each of the five indicators."""
    columns = []
    for key, (label, definition) in INDICATOR_LABELS.items():
        columns += [
            share(f"{key}_pct", f"{label} (%)", definition),
            text(
                f"{key}_origine",
                f"{label} : origine",
                "Origine du chiffre : observe (publié à ce niveau, ou "
                "calculé sans modèle sur des données publiées), commune (hérité de la commune, ou "
                "de celle d'avant une scission), iris (agrégé des IRIS), impute (modélisé), "
                "absent.",
                among=ORIGINS,
            ),
            count(f"{key}_annee", f"{label} : année", "Année de la donnée.", nullable=True),
        ]
    return columns


# These words are those of the default profile, and no bound is here: `ProfileWords.columns` and
# `controls.control_bounds` hold those of the others.
SUBSCORES = [
    number(
        f"score_{key}",
        f"Score : {label[0].lower()}{label[1:]}",
        "Sous-score de 1 (moins exposé) à 10 (plus exposé) : décile du territoire.",
        low=None,
    )
    for key, (label, _) in INDICATOR_LABELS.items()
]
SCORE = number(
    "score",
    "Score de fragilité",
    "Moyenne simple des sous-scores, de 1 (moins "
    "fragile) à 10 (plus fragile) ; vide si moins de quatre sous-scores existent.",
    low=None,
)
RANKING = [
    count(
        "rang",
        "Rang",
        "Rang national du score, 1 = le plus fragile ; ex æquo au même rang.",
        nullable=True,
    ),
    count(
        "classe",
        "Classe (1-5)",
        "Classe du score, de 1 (moins fragile) à 5 (plus fragile) : cinq groupes de communes à peu "
        "près égaux (celles de même score restent ensemble) ; un IRIS a celle de son score.",
        nullable=True,
    ),
    count(
        "quintile_region",
        "Cinquième dans la région",
        "Cinquième du score parmi les territoires de la région.",
        nullable=True,
    ),
    count(
        "quintile_departement",
        "Cinquième dans le département",
        "Cinquième du score parmi les territoires du département.",
        nullable=True,
    ),
    flag(
        "est_fragile",
        "Fragile",
        "Score au moins égal au seuil de l'édition (au plus 20 % des communes) ; non aussi quand "
        "le score n'est pas calculé.",
    ),
]
# Nine times in ten the index computed again under other choices is between these (docs/method.md).
SCORE_BOUNDS = [
    number(
        "score_bas",
        "Score : borne basse",
        "Neuf fois sur dix, l'indice recalculé (autres poids, autre normalisation, erreur des "
        "chiffres estimés et des petits effectifs) est entre cette borne et score_haut.",
        low=None,
    ),
    number(
        "score_haut",
        "Score : borne haute",
        "Neuf fois sur dix, l'indice recalculé est entre score_bas et cette borne.",
        low=None,
    ),
]
RANK_BOUNDS = [
    count(
        "rang_bas",
        "Rang : borne basse",
        "Plus petit numéro de rang de l'intervalle à 90 %, donc le cas le plus fragile ; va avec "
        "score_haut.",
        nullable=True,
    ),
    count(
        "rang_haut",
        "Rang : borne haute",
        "Plus grand numéro de rang de l'intervalle à 90 %, donc le cas le moins fragile ; va avec "
        "score_bas.",
        nullable=True,
    ),
]
CONFIDENCE = [
    share(
        "probabilite_fragile_pct",
        "Probabilité d'être fragile (%)",
        "Part des recalculs où le territoire est parmi les plus fragiles, aussi nombreux que ceux "
        "que l'édition dit fragiles.",
    ),
    text(
        "confiance",
        "Confiance dans le verdict",
        "Solidité du verdict publié, fragile ou non : robuste si neuf recalculs sur dix au moins "
        "le confirment, au pour-cent près ; probable, au moins la moitié ; incertain, moins de la "
        "moitié ; vide si non calculé.",
        among=CONFIDENCES,
        nullable=True,
    ),
]
SMALL = flag(
    "est_petit_effectif",
    "Petit effectif",
    "Moins de 200 habitants : les taux du recensement y sont très incertains ; non aussi quand "
    "leur nombre est inconnu.",
)

DOUBTFUL = flag(
    "est_non_thd_douteux",
    "Réseau fixe : à vérifier",
    "Le chiffre du réseau fixe est un zéro que le producteur doit confirmer (groupes de communes "
    "voisines toutes sans fibre) : l'incertitude calculée n'en tient pas compte.",
)

KIND = text(
    "type_fragilite",
    "Ressemble au type",
    "Pour une commune fragile, à quelles autres elle ressemble (docs/audit.md) ; vide sinon.",
    nullable=True,
)

REACH = [
    number(
        "conseiller_plus_proche_min",
        "Conseiller le plus proche (min)",
        "Minutes de trajet estimées pour l'habitant médian : par la terre, à une vitesse qui "
        "dépend de la densité, ou par les routes si un extrait OpenStreetMap est fourni. Vide si "
        "aucun conseiller ne peut être rejoint par la terre (île).",
    ),
    number(
        "conseiller_plus_proche_km",
        "Conseiller le plus proche (km)",
        "Distance à vol d'oiseau moyenne des habitants au lieu le plus proche.",
    ),
    text(
        "conseiller_plus_proche_nom",
        "Lieu le plus proche",
        "Nom et commune du lieu d'accueil le plus proche du plus grand nombre d'habitants.",
        nullable=True,
    ),
    known_flag(
        "conseiller_plus_proche_itinerant",
        "Lieu le plus proche : itinérant",
        "Ce lieu se déplace, d'après l'une de ses fiches : il n'est pas là tous les jours. Vide "
        "si aucun lieu ne peut être rejoint par la terre.",
    ),
    count(
        "conseiller_plus_proche_annee",
        "Lieu le plus proche : année",
        "Dernière année où ce lieu est donné, par sa fiche ou à défaut par sa liste.",
        nullable=True,
    ),
    known_flag(
        "conseiller_plus_proche_ancien",
        "Lieu le plus proche : fiche ancienne",
        "Ce lieu n'est plus donné depuis plus de 18 mois au jour de l'édition : il a pu fermer.",
    ),
    flag(
        "est_conseiller_dans_commune",
        "Conseiller dans la commune",
        "Un lieu où un conseiller numérique reçoit se trouve dans la commune.",
    ),
    share(
        "population_hors_portee_pct",
        "Population hors de portée (%)",
        "Part des habitants à plus de 20 minutes d'un conseiller numérique ; vide sans habitant "
        "connu (Mayotte, communes inhabitées), ou si la couverture, mesurée d'un seul point "
        "(outre-mer, et quelques IRIS), est incertaine.",
    ),
    text(
        "couverture",
        "Couverture",
        "couverte : au plus la moitié des habitants hors de portée "
        "même à des vitesses 25 % plus faibles ; non_couverte : plus de la moitié même à des "
        "vitesses 25 % plus fortes ; incertaine entre les deux ; vide sans habitant connu. La "
        "moitié juste compte comme à portée.",
        among=COVERAGES,
        nullable=True,
    ),
    flag(
        "est_couverture_itinerante",
        "Couverture moins bonne sans lieu itinérant",
        "Sans les lieux itinérants, le territoire serait moins bien classé : incertain ou non "
        "couvert.",
    ),
    text(
        "portee_precision",
        "Portée : précision",
        "mailles : habitants des mailles de 1 km ; point : point représentatif du territoire, "
        "faute de mailles ; commune : héritée de la commune ; absente.",
        among=("mailles", "point", "commune", "absente"),
    ),
]
CAPACITY = [
    number(
        "nb_conseillers_20min",
        "Conseillers à 20 min",
        "Postes de conseillers numériques à 20 minutes au plus de l'habitant médian ; vide comme "
        "« capacite_pour_10000 ».",
    ),
    number(
        "nb_conseillers_30min",
        "Conseillers à 30 min",
        "Postes de conseillers numériques à 30 minutes au plus de l'habitant médian ; vide comme "
        "« capacite_pour_10000 ».",
    ),
    number(
        "capacite_pour_10000",
        "Conseillers pour 10 000 personnes en difficulté",
        "Postes accessibles, partagés avec les voisins qui s'en servent aussi (E2SFCA : poids 1, "
        "2/3 et 1/3 à 10, 15 et 20 minutes) ; vide là où un conseiller reçoit dans la commune "
        "sans qu'on sache où vivent ses habitants (outre-mer, et quelques IRIS).",
    ),
    number(
        "nb_personnes_en_difficulte_servies",
        "Personnes en difficulté à portée",
        "Personnes en difficulté numérique à 20 minutes au plus d'un conseiller ; vide là où leur "
        "nombre n'est pas estimé, et là où un seul point dit où vivent les habitants d'une commune "
        "à la couverture incertaine.",
    ),
]
VERDICT = [
    flag(
        "est_fragile_non_couverte",
        "Fragile et non couverte",
        "Territoire fragile dont plus de la moitié des habitants est hors de portée d'un "
        "conseiller numérique ; non aussi quand le score n'est pas calculé.",
    ),
    share(
        "probabilite_fragile_non_couverte_pct",
        "Probabilité : fragile et non couverte (%)",
        "Probabilité d'être fragile, multipliée par celle que l'habitant médian soit hors de "
        "portée, vitesses connues à 25 % près (intervalle à 90 %).",
    ),
    text(
        "confiance_fragile_non_couverte",
        "Confiance (fragile et non couverte)",
        "Confiance dans le verdict publié, fragile et non couverte ou non : robuste à partir de "
        "90 % de probabilité, au pour-cent près, probable à partir de 50 %, incertain en dessous.",
        among=("robuste", "probable", "incertain"),
        nullable=True,
    ),
    text("motif", "Motif", "Une phrase qui explique le classement."),
]
