"""Models of what `fragility simulate` writes: it is no part of an edition."""

from __future__ import annotations

import pandera.pandas as pa

from fragility.schemas.columns import CODE_COMMUNE, CONFIDENCES, COVERAGES, NAME
from fragility.schemas.kinds import count, flag, number, share, table, text


def _place(suffix: str = "") -> list[pa.Column]:
    near = bool(suffix)
    said = " du lieu de rechange, dans une commune plus peuplée ; vide s'il n'y en a pas" * near
    return [
        text(f"id_candidat{suffix}", "Candidat", f"Identifiant{said}.", nullable=near),
        text(f"nom{suffix}", "Lieu", f"Nom{said}.", nullable=near),
        text(
            f"type_candidat{suffix}",
            "Type",
            f"mairie, france_services ou bibliotheque{said}.",
            among=("france_services", "bibliotheque", "mairie"),
            nullable=near,
        ),
        text(f"code_commune{suffix}", "Code commune", f"Commune{said}.", nullable=near),
        text(f"nom_commune{suffix}", "Commune", f"Nom de la commune{said}.", nullable=near),
    ]


_MEMBERSHIP = [
    text("code_epci", "Code EPCI", "SIREN de l'intercommunalité."),
    text("code_departement", "Code département", "Département."),
    text("code_region", "Code région", "Région."),
]
_WON = number(
    "nb_personnes_gagnees",
    "Personnes en difficulté gagnées",
    "Personnes en difficulté mises à portée, celles des postes précédents décomptées.",
)
_SURE = [
    share(
        "part_robuste_pct",
        "Gain sûr (%)",
        "Part des personnes gagnées qui vivent dans une commune dont le verdict « fragile et non "
        "couverte » est robuste (90 % de probabilité au moins, au pour-cent près).",
    ),
    share(
        "probabilite_moyenne_pct",
        "Probabilité moyenne (%)",
        "Probabilité que la commune soit fragile et non couverte, en moyenne sur les personnes "
        "gagnées.",
    ),
]
_MORE = number("population_gagnee", "Habitants gagnés", "Habitants mis à portée.")
# Where people live in a commune known by one point, nothing tells.
_POINT = "si la commune n'est connue que par un point et que sa couverture est incertaine"
_UNTOLD = "Communes connues par un seul point, dont la couverture est incertaine"


def _change(name: str, title: str, description: str) -> list[pa.Column]:
    """Text columns before and after."""
    return [
        text(f"{name}_avant", f"{title} avant", description, among=COVERAGES, nullable=True),
        text(f"{name}_apres", f"{title} après", description, among=COVERAGES, nullable=True),
    ]


_SHARES = [
    share(
        f"population_hors_portee_{when}_pct",
        f"Hors de portée {said} (%)",
        f"Part des habitants au-delà du seuil, {said} ; vide {_POINT} {said}.",
    )
    for when, said in (("avant", "avant"), ("apres", "après"))
]
_GAINS = [
    number("nb_personnes_gagnees", "Personnes en difficulté gagnées",
           f"Personnes en difficulté mises à portée ; vide {_POINT} après."),
    number("population_gagnee", "Habitants gagnés", f"Habitants mis à portée ; vide {_POINT} "
           "après."),
]  # fmt: skip
_FLAGS = [
    flag(
        f"est_fragile_non_couverte_{when}",
        f"Fragile et non couverte {said}",
        f"Fragile, et plus de la moitié des habitants hors de portée {said}.",
    )
    for when, said in (("avant", "avant"), ("apres", "après"))
]
POSTES = table(
    "simulation_postes",
    "Postes proposés",
    "Où placer les postes, dans l'ordre, et ce que chacun apporte.",
    [
        count("rang", "Rang", "Ordre de choix."),
        *_place(),
        *_MEMBERSHIP,
        text("nom_departement", "Département", "Nom du département."),
        _WON,
        number("cumul_personnes_gagnees", "Cumul", "Somme des personnes gagnées jusque-là."),
        _MORE,
        *_SURE,
        count("nb_communes_desservies", "Communes desservies", "Communes que le poste dessert."),
        number("longitude", "Longitude", "Degrés.", low=None),
        number("latitude", "Latitude", "Degrés.", low=None),
        *_place("_centre"),
        number(
            "nb_personnes_perdues_centre",
            "Personnes perdues (lieu de rechange)",
            "Ce que perd la liste entière si ce seul poste va au lieu de rechange ; négatif si une "
            "liste qui n'est pas prouvée la meilleure y gagne.",
            low=None,
        ),
    ],
    unique=["rang"],
    geometry="Point, WGS 84.",
)
TERRITOIRES = table(
    "simulation_territoires",
    "Communes fragiles et non couvertes",
    "Ce que les postes changent pour chacune.",
    [
        CODE_COMMUNE,
        NAME,
        *_MEMBERSHIP,
        text("nom_departement", "Département", "Nom du département."),
        flag("est_dans_zone", "Dans la zone", "La commune est dans le territoire demandé."),
        *_FLAGS,
        *_change("couverture", "Couverture", "couverte, incertaine ou non_couverte."),
        *_SHARES,
        number("nb_personnes_hors_portee_avant", "Personnes hors de portée avant",
               "Personnes en difficulté au-delà du seuil."),
        *_GAINS,
        count("rang_premier_poste", "Premier poste", "Rang du premier poste qui la dessert.",
              nullable=True),
        share("probabilite_fragile_non_couverte_pct", "Probabilité (%)",
              "Probabilité d'être fragile et non couverte, au seuil de la simulation."),
        text("confiance_fragile_non_couverte", "Confiance",
             "robuste à partir de 90 % de probabilité, au pour-cent près, probable à partir de "
             "50 %, incertain en dessous.", among=CONFIDENCES, nullable=True),
    ],
    unique=["code_commune"],
)  # fmt: skip
FERMETURES = table(
    "fermetures_lieux",
    "Lieux fermés",
    "Ce que coûte la fin de chaque lieu.",
    [
        text("id", "Identifiant", "Identifiant du lieu dans l'édition."),
        NAME,
        CODE_COMMUNE,
        text("nom_commune", "Commune", "Nom de la commune."),
        text("code_departement", "Code département", "Département."),
        number("nb_conseillers", "Postes", "Postes du lieu, vide si la liste ne le dit pas."),
        flag("est_adresse_perdue", "Adresse perdue", "Plus aucun lieu à cette adresse."),
        number(
            "population_servie",
            "Habitants servis",
            "Pour qui c'est le lieu le plus proche ; vide si le lieu est dans une commune connue "
            "par un seul point et dont la couverture est incertaine, ou s'il en est le plus "
            "proche : rien ne dit où ses habitants vivent.",
        ),
        number("nb_personnes_servies", "Personnes servies", "Celles en difficulté ; vide de même."),
        number(
            "population_perdue",
            "Habitants perdus",
            "Qui n'ont plus rien à portée ; vide si le lieu sert une commune dont la perte est "
            "inconnue.",
        ),
        number("nb_personnes_perdues", "Personnes perdues", "Celles en difficulté ; vide de même."),
    ],
    unique=["id"],
    geometry="Point, WGS 84.",
)
PERTES = table(
    "fermetures_territoires",
    "Communes touchées",
    "Communes dont des habitants sortent de portée, ou peut-être, ou dont la couverture change.",
    [
        CODE_COMMUNE,
        NAME,
        *_MEMBERSHIP,
        flag("est_fragile", "Fragile", "Commune fragile de l'édition."),
        *_change("couverture", "Couverture", "couverte, incertaine ou non_couverte."),
        *_SHARES,
        number(
            "population_perdue",
            "Habitants perdus",
            f"Qui n'ont plus rien à portée ; vide {_POINT} avant ou après : perte inconnue.",
        ),
        number("nb_personnes_perdues", "Personnes perdues", "Celles en difficulté ; vide de même."),
        *_FLAGS,
    ],
    unique=["code_commune"],
)
_THRESHOLD = number("seuil_min", "Seuil (min)", "Minutes en deçà desquelles on est à portée.")
RESUME = table(
    "simulation_resume",
    "Résumé de la simulation",
    "Ce qui a été demandé, ce que cela apporte, et à quel point c'est sûr. Une ligne.",
    [
        text("niveau_zone", "Niveau", "france, region, departement ou epci."),
        text("code_zone", "Code de la zone", "Vide pour la France.", nullable=True),
        text("nom_zone", "Zone", "Territoire servi, et où sont les lieux candidats."),
        count("nb_postes_demandes", "Postes demandés", "Nombre demandé."),
        count("nb_postes", "Postes proposés", "Nombre proposé : aucun n'y est superflu."),
        text("raison_postes_en_moins", "Pourquoi moins",
             "tous_atteints : plus personne à gagner ; quota : plus de place sous le quota ; "
             "temps : recherche arrêtée ; vide si autant que demandé.",
             among=("tous_atteints", "quota", "temps"), nullable=True),
        _THRESHOLD,
        text("types_candidats", "Lieux candidats", "Types, séparés par |."),
        text("quota_niveau", "Niveau du quota", "Vide sans quota.", nullable=True),
        count("quota", "Quota", "Postes au plus dans chacun de ces territoires.", nullable=True),
        text("methode", "Méthode", "exacte ou approchee.", among=("exacte", "approchee")),
        flag("est_optimum_prouve", "Optimum prouvé", "Aucune autre liste ne gagne plus."),
        share("ecart_max_pct", "Écart à l'optimum (%)", "Au plus ; 0 quand il est prouvé."),
        number("secondes", "Secondes", "Durée de la recherche, temps de trajet non compris."),
        number("nb_personnes_hors_portee", "Personnes à servir",
               "Personnes en difficulté hors de portée dans une commune fragile et non couverte."),
        _WON,
        *_SURE,
        number("nb_personnes_gagnees_centre", "Personnes gagnées (rechange)",
               "Si tous les postes qui ont un lieu de rechange y vont."),
        share("part_gagnee_pct", "Part gagnée (%)", "Des personnes à servir."),
        number("nb_personnes_atteignables", "Personnes atteignables",
               "Personnes à servir qu'au moins un lieu candidat a à portée."),
        number("nb_personnes_borne", "Borne", "Aucune liste d'autant de postes ne gagne plus."),
        number("nb_personnes_gagnees_glouton", "Un par un", "Ce que gagne un choix un par un."),
        number("population_hors_portee", "Habitants à servir", "Habitants de ces lieux."),
        _MORE,
        count("nb_candidats", "Candidats", "Lieux candidats de la zone."),
        count("nb_communes_avant", "Communes avant", "Fragiles et non couvertes, dans la zone."),
        count("nb_communes_apres", "Communes après", "Celles qui le restent."),
        count("nb_communes_incertaines", "Communes incertaines",
              "Celles qui ne le sont plus, mais dont la couverture reste incertaine : couvertes ou "
              "non selon la vitesse, à 25 % près, ou selon où l'on y vit (gain inconnu)."),
        count("nb_communes_gain_inconnu", "Communes au gain inconnu",
              f"{_UNTOLD} après : ce qu'elles gagnent n'est pas compté."),
    ],
)  # fmt: skip
BILAN = table(
    "fermetures_resume",
    "Résumé des fermetures",
    "Ce que les fermetures coûtent en tout. Une ligne.",
    [
        count("nb_lieux", "Lieux", "Lieux qui ferment."),
        number("nb_conseillers", "Postes", "Postes de ces lieux, un si la liste ne le dit pas."),
        _THRESHOLD,
        number("population_perdue", "Habitants perdus",
               "Qui n'ont plus rien à portée, communes à la perte inconnue non comprises."),
        number("nb_personnes_perdues", "Personnes perdues", "Celles en difficulté."),
        count("nb_communes_touchees", "Communes touchées",
              "Où quelqu'un sort de portée, communes à la perte inconnue non comprises."),
        count("nb_communes_perte_inconnue", "Communes à la perte inconnue",
              f"{_UNTOLD} avant ou après : ce qu'elles perdent n'est pas compté."),
        count("nb_communes_devenues_fragiles_non_couvertes", "Devenues fragiles et non couvertes",
              "Qui ne l'étaient pas."),
        count("nb_communes_devenues_incertaines", "Devenues incertaines",
              "Communes fragiles qui étaient couvertes et dont la couverture deviendrait "
              "incertaine : couvertes ou non selon la vitesse, à 25 % près, ou selon où l'on y "
              "vit (perte inconnue)."),
    ],
)  # fmt: skip
SIMULATION = {m.name: m for m in (POSTES, TERRITOIRES, RESUME, FERMETURES, PERTES, BILAN)}
