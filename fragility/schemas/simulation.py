"""Models of what `fragility simulate` writes: it is no part of an edition."""

from __future__ import annotations

import pandera.pandas as pa

from fragility.schemas.columns import CODE_COMMUNE, COVERAGES, NAME
from fragility.schemas.kinds import count, flag, number, share, table, text


def _place(suffix: str = "") -> list[pa.Column]:
    said = " du lieu voisin, dans une commune plus peuplée" if suffix else ""
    return [
        text(f"id_candidat{suffix}", "Candidat", f"Identifiant{said}."),
        text(f"nom{suffix}", "Lieu", f"Nom{said}."),
        text(
            f"type_candidat{suffix}",
            "Type",
            "mairie, france_services ou bibliotheque.",
            among=("france_services", "bibliotheque", "mairie"),
        ),
        text(f"code_commune{suffix}", "Code commune", f"Commune{said}."),
        text(f"nom_commune{suffix}", "Commune", f"Nom de la commune{said}."),
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
_MORE = number("population_gagnee", "Habitants gagnés", "Habitants mis à portée.")


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
        f"Part des habitants au-delà du seuil, {said}.",
    )
    for when, said in (("avant", "avant"), ("apres", "après"))
]
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
        count("nb_communes_desservies", "Communes desservies", "Communes que le poste dessert."),
        number("longitude", "Longitude", "Degrés.", low=None),
        number("latitude", "Latitude", "Degrés.", low=None),
        *_place("_centre"),
        number(
            "nb_personnes_gagnees_centre",
            "Personnes gagnées (lieu voisin)",
            "Ce que gagnerait le lieu voisin, dans une commune plus peuplée.",
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
        _WON,
        _MORE,
        count("rang_premier_poste", "Premier poste", "Rang du premier poste qui la dessert.",
              nullable=True),
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
        number("population_servie", "Habitants servis", "Pour qui c'est le lieu le plus proche."),
        number("nb_personnes_servies", "Personnes servies", "Celles en difficulté."),
        number("population_perdue", "Habitants perdus", "Qui n'ont plus rien à portée."),
        number("nb_personnes_perdues", "Personnes perdues", "Celles en difficulté."),
    ],
    unique=["id"],
    geometry="Point, WGS 84.",
)
PERTES = table(
    "fermetures_territoires",
    "Communes touchées",
    "Communes dont des habitants sortent de portée, ou dont la couverture change.",
    [
        CODE_COMMUNE,
        NAME,
        *_MEMBERSHIP,
        flag("est_fragile", "Fragile", "Commune fragile de l'édition."),
        *_change("couverture", "Couverture", "couverte, incertaine ou non_couverte."),
        *_SHARES,
        number("population_perdue", "Habitants perdus", "Qui n'ont plus rien à portée."),
        number("nb_personnes_perdues", "Personnes perdues", "Celles en difficulté."),
        *_FLAGS,
    ],
    unique=["code_commune"],
)
SIMULATION = {model.name: model for model in (POSTES, TERRITOIRES, FERMETURES, PERTES)}
