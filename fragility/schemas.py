"""One pandera model per table; the titles and descriptions ARE the data dictionary.

Holds what a column means, its type, unit and bounds. Does not hold how it is computed (that is
the stage's module) nor colours and class labels (`export/labels.py`).

A column is written once, with one of the small constructors below, and the tables are lists of
columns: `communes` and `iris` share theirs, so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as pa_core
import pyarrow.compute as pc

from fragility.errors import DataCheckError

INDICATORS = ("non_thd", "non_4g", "plus_65", "peu_diplomes", "pauvrete")
ORIGINS = ("observe", "commune", "iris", "impute", "absent")
COVERAGES = ("couverte", "incertaine", "non_couverte")
PASSAGES = (
    "inchange",
    "changement_code",
    "fusion",
    "retablissement",
    "scission",
    "sans_successeur",
)
LEVELS = ("iris", "commune", "epci", "departement")

COMMUNE_CODE = r"^(\d{2}|2[AB])\d{3}$"
IRIS_CODE = r"^(\d{2}|2[AB])\d{7}$"
# An e-mail address or a French phone number: published tables must hold none (RGPD).
PERSONAL_DATA = (
    r"(?i)\bdomicile de (?:m\.|mme\b|mlle\b|monsieur\b|madame\b).*|"
    r"[\w.+-]+@[\w-]+\.[a-z]{2,}|(?:\+33|\b0)[ .-]?[1-9](?:[ .-]?\d\d){4}\b"
)


def _matches(values: pd.Series, pattern: str) -> np.ndarray:
    """Which texts match, by Arrow's engine: linear in time whatever the pattern."""
    found = pc.match_substring_regex(pa_core.array(values, pa_core.string()), pattern)
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)


def _has_form(pattern: str) -> pa.Check:
    return pa.Check(
        lambda values: pd.Series(_matches(values, pattern), index=values.index),
        error=f"forme {pattern}",
        statistics={"pattern": pattern},
    )


def _not_personal() -> pa.Check:
    return pa.Check(
        lambda values: pd.Series(~_matches(values, PERSONAL_DATA), index=values.index),
        error="adresse électronique ou téléphone",
    )


def text(
    name: str,
    title: str,
    description: str,
    *,
    pattern: str | None = None,
    among: tuple[str, ...] | None = None,
    nullable: bool = False,
) -> pa.Column:
    """A text column; free text is refused when it holds an e-mail address or a phone number."""
    if pattern:
        checks = [_has_form(pattern)]
    elif among:
        checks = [pa.Check.isin(among)]
    else:
        checks = [_not_personal()]
    return pa.Column(
        str, checks, name=name, title=title, description=description, nullable=nullable
    )


def number(
    name: str,
    title: str,
    description: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    nullable: bool = True,
) -> pa.Column:
    """A real number, by default not negative and possibly missing."""
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low))
    if high is not None:
        checks.append(pa.Check.le(high))
    return pa.Column(
        float, checks, name=name, title=title, description=description, nullable=nullable
    )


def share(name: str, title: str, description: str) -> pa.Column:
    """A percentage between 0 and 100."""
    return number(name, title, description, low=0, high=100)


def count(name: str, title: str, description: str, *, nullable: bool = False) -> pa.Column:
    """A whole number (nullable ones are stored as Int64)."""
    return pa.Column(
        "Int64" if nullable else "int64",
        [pa.Check.ge(0)],
        name=name,
        title=title,
        description=description,
        nullable=nullable,
    )


def flag(name: str, title: str, description: str) -> pa.Column:
    """True or False, never missing."""
    return pa.Column(bool, name=name, title=title, description=description)


def table(
    name: str,
    title: str,
    description: str,
    columns: list[pa.Column],
    *,
    unique: list[str] | None = None,
    geometry: str | None = None,
) -> pa.DataFrameSchema:
    """Assemble a table; `geometry` describes its geometry column, if it has one."""
    if geometry:
        columns = [
            *columns,
            pa.Column(
                "geometry", name="geometry", title="Géométrie", description=geometry, nullable=True
            ),
        ]
    return pa.DataFrameSchema(
        {c.name: c for c in columns},
        name=name,
        title=title,
        description=description,
        unique=unique,
        strict=True,
    )


def validate(frame: pd.DataFrame, table_name: str) -> pd.DataFrame:
    """Check a frame against its table's model.

    Raises
    ------
    DataCheckError
        With the columns and the first offending values, in French.
    """
    schema = TABLES[table_name]
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        lines = [
            f"{column or table_name} : {check} ({len(rows)} cas, par exemple "
            f"{rows['failure_case'].iloc[0]!r})"
            for (column, check), rows in cases.groupby(["column", "check"], dropna=False)
        ]
        raise DataCheckError(
            f"La table « {table_name} » ne respecte pas son modèle.",
            expected="le modèle de fragility/schemas.py",
            found=" ; ".join(lines[:8]),
            remedy="vérifiez le fichier source du motif cité, ou signalez le défaut",
        ) from None
    return frame


def empty_table(table_name: str) -> pd.DataFrame:
    """Make the table of an edition that reads nothing for it: its columns, no row."""
    kinds = {c.name: str(c.dtype) for c in TABLES[table_name].columns.values()}
    types = {name: "str" if kind.startswith("string") else kind for name, kind in kinds.items()}
    return pd.DataFrame(columns=list(types)).astype(types)


# --- columns shared by several tables ------------------------------------------------------------
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


SUBSCORES = [
    number(
        f"score_{key}",
        f"Score : {label[0].lower()}{label[1:]}",
        "Sous-score de 1 (moins exposé) à 10 (plus exposé) : décile du territoire.",
        low=1,
        high=10,
    )
    for key, (label, _) in INDICATOR_LABELS.items()
]
SCORE = number(
    "score",
    "Score de fragilité",
    "Moyenne simple des sous-scores, de 1 (moins "
    "fragile) à 10 (plus fragile) ; vide si moins de quatre sous-scores existent.",
    low=1,
    high=10,
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
        "Cinquième national du score : 1 = moins fragile, 5 = plus fragile.",
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
        "Score au moins égal au seuil de l'édition (au plus 20 % des communes).",
    ),
]
SMALL = flag(
    "est_petit_effectif",
    "Petit effectif",
    "Moins de 200 habitants : les taux du recensement y sont très incertains.",
)

REACH = [
    number(
        "conseiller_plus_proche_min",
        "Conseiller le plus proche (min)",
        "Minutes de trajet "
        "estimées pour l'habitant médian : distance à vol d'oiseau et vitesse selon la densité.",
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
    flag(
        "est_conseiller_dans_commune",
        "Conseiller dans la commune",
        "Un lieu où un conseiller numérique reçoit se trouve dans la commune.",
    ),
    share(
        "population_hors_portee_pct",
        "Population hors de portée (%)",
        "Part des habitants à plus de 20 minutes d'un conseiller numérique.",
    ),
    text(
        "couverture",
        "Couverture",
        "couverte : au plus la moitié des habitants hors de portée "
        "même à des vitesses 25 % plus faibles ; non_couverte : plus de la moitié même à des "
        "vitesses 25 % plus fortes ; incertaine entre les deux ; vide si non calculée.",
        among=COVERAGES,
        nullable=True,
    ),
    text(
        "portee_precision",
        "Portée : précision",
        "mailles : habitants des mailles de 1 km ; point : point représentatif du territoire, "
        "faute de mailles ; commune : héritée de la commune ; absente.",
        among=("mailles", "point", "commune", "absente"),
    ),
]
VERDICT = [
    flag(
        "est_fragile_non_couverte",
        "Fragile et non couverte",
        "Territoire fragile dont plus de "
        "la moitié des habitants est hors de portée d'un conseiller numérique.",
    ),
    text("motif", "Motif", "Une phrase qui explique le classement."),
]

# --- raw -------------------------------------------------------------------------------------
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

# --- core ------------------------------------------------------------------------------------
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
                "ign : contour publié ; reconstruit : vide laissé par les communes voisines ; "
                "approche : part d'un vide commun la plus proche de son centre ; absent.",
                among=("ign", "reconstruit", "approche", "absent"),
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
                "reconstruit ; absent.",
                among=("ign", "commune", "approche", "reconstruit", "absent"),
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
        "Lieux d'accueil, chacun retenu ou écarté avec un motif.",
        [
            text("id", "Identifiant", "Identifiant du producteur, préfixé par le dispositif."),
            text("nom", "Nom", "Nom du lieu."),
            text(
                "dispositif",
                "Dispositif",
                "conseiller_numerique, france_services ou bibliotheque.",
                among=("conseiller_numerique", "france_services", "bibliotheque"),
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
                "Date de la fiche (AAAA-MM-JJ) ; vide quand le producteur ne la donne pas.",
                pattern=r"^\d{4}-\d{2}-\d{2}$",
                nullable=True,
            ),
            number("nb_conseillers", "Conseillers", "Conseillers numériques du lieu."),
            text(
                "precision",
                "Précision",
                "coordonnees, commune (point représentatif) ou absente.",
                among=("coordonnees", "commune", "absente"),
            ),
            text("statut", "Statut", "retenu ou ecarte.", among=("retenu", "ecarte")),
            text("motif_statut", "Motif", "Pourquoi le lieu est déplacé à sa commune ou écarté."),
        ],
        unique=["id"],
        geometry="Point, WGS 84.",
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

# --- index, access ---------------------------------------------------------------------------
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
        "Score le plus bas de chaque classe, fixé sur les communes de l'édition.",
        [
            count("classe", "Classe", "Classe, de 2 à 5 (la 5 est « fragile »)."),
            number("score_min", "Score minimal", "Score le plus bas de la classe.", nullable=False),
        ],
        unique=["classe"],
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

# --- marts -----------------------------------------------------------------------------------
AREA_COLUMNS = [
    *MEMBERSHIP,
    POPULATION,
    *POPULATION_FACTS,
    *indicator_columns(),
    *SUBSCORES,
    SCORE,
    *RANKING,
    SMALL,
    *REACH,
    *VERDICT,
]
_GROUP_COLUMNS = [
    POPULATION,
    *SUBSCORES,
    SCORE,
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
            number(
                "population_hors_portee",
                "Habitants hors de portée",
                "Habitants à plus de 20 minutes d'un conseiller.",
            ),
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
            text("motif", "Motif", "Une phrase qui explique le classement."),
        ],
        unique=["code_commune"],
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
]

TABLES: dict[str, pa.DataFrameSchema] = {t.name: t for t in [RAW, *CORE, *SCIENCE, *MARTS]}


def models_with(labels: Mapping[str, tuple[str, str]]) -> dict[str, pa.DataFrameSchema]:
    """Return every model, its indicators called and defined by `labels`."""
    other = {
        before: after
        for key, usual in INDICATOR_LABELS.items()
        for before, after in zip(usual, labels[key], strict=True)
        if before != after
    }
    # Inside « Score : sans très haut débit fixe » a label has lost its capital.
    other |= {a[0].lower() + a[1:]: b[0].lower() + b[1:] for a, b in other.items()}
    models = {}
    for name, model in TABLES.items():
        changed = {}
        for column, field in model.columns.items():
            title, description = str(field.title), str(field.description)
            for before, after in other.items():
                title = title.replace(before, after)
                description = description.replace(before, after)
            if (title, description) != (field.title, field.description):
                changed[column] = {"title": title, "description": description}
        models[name] = model.update_columns(changed) if changed else model
    return models


def dictionary(models: Mapping[str, pa.DataFrameSchema] = TABLES) -> pd.DataFrame:
    """Return the data dictionary: one line per column of every table, in French."""
    rows = [
        (schema.name, name, str(column.dtype), column.title, column.description)
        for schema in models.values()
        for name, column in schema.columns.items()
    ]
    return pd.DataFrame(rows, columns=["table", "colonne", "type", "libelle", "description"])
