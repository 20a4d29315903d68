"""The demo's lists that speak of places known elsewhere: mediation (Mednum), Aidants Connect.

Most rows repeat a place of another list, each in one of the ways that real lists do; the others
are new. `MEDIATION_TRAPS` says what must become of them. And the density grid, on the demo's
communes.
"""

import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from fragility.sources.demo_formats import csv_bytes
from fragility.sources.demo_people import build_people, sum_by
from fragility.sources.demo_places import PLACE_TRAPS, place_files
from fragility.sources.demo_territory import build_territory
from fragility.sources.readers.zonages import DENSITY

_CONSEILLERS: Final = "anct_conseillers/demo/conum_lieux_permanence_20221202.csv"
_FRANCE_SERVICES: Final = "anct_france_services/demo/liste-fs-20221201.csv"
_LIBRARIES: Final = "bibliotheques/demo/adresses-des-bibliotheques-publiques.csv"
_SUFFIX: Final = "-mediation-numerique-conseiller-numerique"
_DATE: Final = "2022-11-22"
# What becomes of the rows: id of the Mednum list, or name of the Aidants Connect list.
MEDIATION_TRAPS: Final = {
    "mediation_nouvelle": "demo-tiers-lieu",
    "mediation_fermee": "demo-ferme",
    "mediation_ancienne": "demo-ancien",
    "aidants_sans_commune": "Association introuvable (fictive)",
    "aidants_en_double": "CCAS en double (fictif)",
}


def mediation_files() -> dict[str, bytes]:
    """Map relative path -> content for the three files."""
    places = place_files()

    def table(path: str, sep: str) -> pd.DataFrame:
        return pd.read_csv(io.BytesIO(places[path]), sep=sep, dtype=str)

    conseillers = table(_CONSEILLERS, ",")
    planted = conseillers["id"].isin(list(PLACE_TRAPS.values()))
    known = conseillers[~planted].reset_index(drop=True)
    services, libraries = table(_FRANCE_SERVICES, ","), table(_LIBRARIES, ";")
    return {
        "lieux_mediation/demo/data_inclusion_20230206.csv": _mednum(known, services, libraries),
        "aidants_connect/demo/aidants_connect_structures_20230131.csv": _aidants(services),
        "insee_densite/demo/densite.csv": _density(),
    }


def _mednum(conseillers: pd.DataFrame, services: pd.DataFrame, libraries: pd.DataFrame) -> bytes:
    def row(
        id: str, name: str, like: pd.Series | Mapping[Any, Any], **values: Any
    ) -> dict[str, Any]:
        return {
            "id": id, "nom": name, "services": "Accéder à du matériel", "pivot": "0" * 14,
            "typologie": "", "commune": like["commune"], "code_postal": like["code_postal"],
            "adresse": like["adresse"], "code_insee": "", "source": "dora", "date_maj": _DATE,
            "latitude": like["latitude"], "longitude": like["longitude"],
            "publics_accueillis": "", "conditions_acces": "", "labels_nationaux": "",
        } | values  # fmt: skip

    service = services.rename(columns={"lib_com": "commune"}).iloc[1]
    ours = {"Ville": "commune", "CP": "code_postal", "voie": "adresse"}
    library = libraries.rename(columns=ours).iloc[5].copy()
    latitude, longitude = str(library["coordonnees_finales"]).split(",")
    library["latitude"], library["longitude"] = latitude, longitude
    # A geocoder's disagreement: 0.0008 degree of latitude is 89 m.
    beside = {"latitude": round(float(latitude) + 0.0008, 6), "adresse": "Le bourg"}
    far = conseillers.iloc[4]
    repeated = [
        row(place["id"] + _SUFFIX, place["nom"], place, source="conseiller-numerique",
            labels_nationaux="CNFS")
        for place in conseillers.head(4).to_dict("records")
    ]  # fmt: skip
    new = {"adresse": "301 route de la Démonstration"}
    moved = {"latitude": round(float(far["latitude"]) + 0.015, 6)}
    rows = [
        *repeated,
        row("demo-france-services", "Espace France Services", service, source="assembleurs"),
        row("demo-mediatheque", "Médiathèque (fictive)", library, **beside),
        row("demo-tiers-lieu", "Tiers-lieu du Moulin (fictif)", far, **new, **moved),
        row("demo-ancien", "Cyberbase ancienne (fictive)", far, **moved, date_maj="2019-03-01",
            adresse="302 route de la Démonstration"),
        row("demo-ferme", "Bureau (fictif)", far, **moved,
            conditions_acces="Ce lieu n'accueille pas de public"),
    ]  # fmt: skip
    return csv_bytes(pd.DataFrame(rows), sep=",", eol="\n")


def _aidants(services: pd.DataFrame) -> bytes:
    def row(name: str, address: str, postal: str, siret: str = "1") -> dict[str, Any]:
        return {
            "Name": name, "SIRET": siret, "Adresse": address, "Code postal": postal,
            "Département": "Brumaire-et-Vaillance", "Région": "Fictive",
            "Nombre de mandats": "1 094", "Nombre d'usagers accompagnés": 12,
            "Nombre d'agents formés": 3, "commune": "",
            "date_maj": "15/03/2021",
        }  # fmt: skip

    here = services.iloc[2]
    postal = str(int(here["code_postal"]))  # zeros eaten, as in the real list
    town = services.iloc[3]
    double = row(
        "CCAS en double (fictif)",
        f"44 rue Fictive {town['code_postal']} {town['lib_com']}",
        str(int(town["code_postal"])),
    )
    rows = [
        row(f"France Services {here['lib_com']}", "2 place de la Démonstration", postal),
        row(f"MAIRIE DE {services.iloc[4]['lib_com']}", "Hôtel de ville",
            str(int(services.iloc[4]["code_postal"]))),
        double, double,
        row("Association introuvable (fictive)", "1 rue Fictive", "999"),
    ]  # fmt: skip
    return csv_bytes(pd.DataFrame(rows), sep=",", eol="\n")


def _density() -> bytes:
    """Levels by rank of density: the first seventh of the communes are the densest."""
    territory = build_territory()
    communes = territory.communes.set_index("code_commune").sort_index()
    people = sum_by(build_people().fields[["population"]], territory.units["code_commune"])
    density = people["population"].reindex(communes.index).fillna(0) / communes.area
    rank = density.rank(ascending=False, method="first").to_numpy() - 1
    level = (rank * len(DENSITY) // len(communes)).astype(int)
    table = pd.DataFrame({
        "insee_com": communes.index, "lib_com": communes["nom"].to_numpy(),
        "niveau_densite": np.array(DENSITY, dtype=object)[level],
    })  # fmt: skip
    return csv_bytes(table, sep=",", eol="\n", bom=True)
