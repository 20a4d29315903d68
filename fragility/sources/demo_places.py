"""The demo's places of help: conseillers numériques, France services, public libraries.

No person is named anywhere. Places gather in the west and the south, so that the remote and
fragile north-east is out of reach. Broken rows are planted on purpose; `PLACE_TRAPS` lists them.
"""

import hashlib
from typing import Any, Final

import numpy as np
import pandas as pd
from pyproj import Transformer

from fragility.sources.demo_formats import csv_bytes
from fragility.sources.demo_names import official_spelling
from fragility.sources.demo_people import build_people, sum_by
from fragility.sources.demo_territory import (
    CENTRE,
    CITY,
    DEPARTEMENT,
    REGION,
    TOWNS,
    UNINHABITED,
    Territory,
    build_territory,
    stream,
)

_SERVICES: Final = (
    "Prendre en main un smartphone ou une tablette;Prendre en main un ordinateur;"
    "Utiliser le numérique au quotidien;Approfondir ma culture numérique"
)
_ACCESS: Final = "Gratuit : Je peux accéder gratuitement au lieu et à ses services"
_LABELS: Final = ("CNFS", "CNFS;France Services", "CNFS;Aidants Connect")
_HOURS: Final = ("Mo-Fr 09:00-12:00,14:00-17:00", "We-Fr 13:30-18:00; Sa 10:00-13:00", "")
_KINDS: Final = (
    "Médiathèque", "Mairie", "Centre social", "Maison du numérique", "Tiers-lieu", "CCAS",
)  # fmt: skip
_UNSERVED_TOWN: Final = "00278"
_N_CITY: Final = 8
_N_RURAL: Final = 7


def _identifier(name: str) -> str:
    """Make a 24-digit identifier of the producer's look; its start says it is a demo's."""
    return "00de" + hashlib.sha256(name.encode()).hexdigest()[:20]


PLACE_TRAPS: Final = {
    "conseiller_sans_coordonnees": _identifier("sans coordonnees"),
    "conseiller_sans_coordonnees_ni_commune": _identifier("introuvable"),
    "conseiller_mal_place": _identifier("mal place"),
    "conseiller_lat_lon_inversees": _identifier("inverse"),
    "conseiller_formule": _identifier("formule"),
    "conseiller_html": _identifier("html"),
    "conseiller_ile": _identifier("ile"),
}


def place_files() -> dict[str, bytes]:
    """Map relative path -> content for the three lists of places."""
    territory = build_territory()
    return {
        "anct_conseillers/demo/conum_lieux_permanence_20221202.csv": _conseillers(territory),
        "anct_france_services/demo/liste-fs-20221201.csv": _france_services(territory),
        "bibliotheques/demo/adresses-des-bibliotheques-publiques.csv": _libraries(territory),
    }


def _commune_table(territory: Territory) -> pd.DataFrame:
    """One row per commune: name, postal code, population, longitude and latitude of its centre."""
    communes = territory.communes.set_index("code_commune")
    centre = communes.representative_point()
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(centre.x, centre.y)
    # A postal code covers about one EPCI: it never names a commune on its own.
    office = np.unique(communes["code_epci"], return_inverse=True)[1]
    people = sum_by(build_people().fields[["population"]], territory.units["code_commune"])
    return pd.DataFrame({
        "nom": communes["nom"], "postal": [f"{DEPARTEMENT}{100 + 10 * k}" for k in office],
        "population": people["population"].round(), "lon": lon, "lat": lat,
        "east": (centre.x - CENTRE[0]) / 1000, "north": (centre.y - CENTRE[1]) / 1000,
    })  # fmt: skip


def _served_hosts(communes: pd.DataFrame, rng: np.random.Generator, count: int) -> list[str]:
    """Draw rural communes that host a place, none of them in the north-east."""
    reachable = (communes["east"] < 6) & communes["population"].between(500, 8_900)
    reachable |= (communes["north"] < -16) & (communes["population"] > 400)
    candidates = communes.index[reachable & ~communes.index.isin(list(TOWNS))]
    return sorted(rng.choice(candidates.to_numpy(dtype=object), count, replace=False))


def _inside_points(territory: Territory, code: str, count: int, name: str) -> np.ndarray[Any, Any]:
    """Points (lon, lat) inside a commune, at the centres of some of its IRIS where it has any."""
    iris = territory.iris[territory.iris["code_commune"] == code]
    order = stream(name).permutation(len(iris))
    centres = iris.geometry.iloc[np.resize(order, count)].representative_point()
    lon, lat = Transformer.from_crs(2154, 4326, always_xy=True).transform(centres.x, centres.y)
    return np.column_stack([lon, lat])


def _conseillers(territory: Territory) -> bytes:
    communes, rng = _commune_table(territory), stream("conseillers")
    quotas = {code: 2 for code in TOWNS if code not in (CITY, _UNSERVED_TOWN)} | {CITY: _N_CITY}
    quotas |= dict.fromkeys(_served_hosts(communes, rng, _N_RURAL), 1)
    rows: list[dict[str, Any]] = []
    for code, count in sorted(quotas.items()):
        points = _inside_points(territory, code, count, f"places{code}")
        for k, (lon, lat) in enumerate(points):
            name = f"{_KINDS[(k + len(rows)) % len(_KINDS)]} de démonstration {k + 1}"
            rows.append(_conseiller_row(communes, code, name, lon, lat))
    table = pd.DataFrame(rows)
    n = len(table)
    table["labels_nationaux"] = rng.choice(_LABELS, n, p=[0.7, 0.2, 0.1])
    table["horaires"] = rng.choice(_HOURS, n)
    table["nb_conseillers"] = rng.choice([1, 2, 3], n, p=[0.86, 0.11, 0.03])
    # Producers write names as they please: capitals without accents are as common as the real one.
    shout = rng.random(n) < 0.4
    bare = table["commune"].map(lambda name: official_spelling(name)[1])
    table["commune"] = table["commune"].mask(shout, bare)
    planted = _planted_conseillers(communes)
    return csv_bytes(pd.concat([table, planted], ignore_index=True), sep=",", eol="\n")


def _conseiller_row(
    communes: pd.DataFrame, code: str, name: str, lon: float, lat: float
) -> dict[str, Any]:
    commune = communes.loc[code]
    key = f"{code}{name}"
    day = int(hashlib.sha256(key.encode()).hexdigest(), 16) % 200
    return {
        "id": _identifier(key), "nom": name, "pivot": "0" * 14, "commune": commune["nom"],
        "code_postal": commune["postal"], "adresse": f"{10 + day} place de la Démonstration",
        "latitude": round(lat, 6), "longitude": round(lon, 6), "services": _SERVICES,
        "conditions_acces": _ACCESS, "labels_nationaux": "CNFS", "horaires": _HOURS[0],
        "source": "conseiller-numerique",
        "date_maj": (pd.Timestamp("2022-04-15") + pd.Timedelta(days=day)).strftime("%Y-%m-%d"),
        "structure_id": _identifier(f"structure{code}"), "nb_conseillers": 1,
    }  # fmt: skip


def _planted_conseillers(communes: pd.DataFrame) -> pd.DataFrame:
    """Broken rows, each as one met in the real file."""
    west = communes[(communes["east"] < -20) & (communes["population"].between(300, 3000))].index
    north_east = communes.loc[list(UNINHABITED)[:1]].iloc[0]

    def at(trap: str, code: str, name: str, **changes: Any) -> dict[str, Any]:
        lon, lat = communes["lon"][code], communes["lat"][code]
        row = _conseiller_row(communes, code, name, lon, lat)
        return row | {"id": PLACE_TRAPS[trap]} | changes

    nowhere = {"latitude": None, "longitude": None}
    formula = '=HYPERLINK("http://exemple.invalid";"Maison du numérique")'
    swapped = communes.loc[west[2]]
    rows = [
        at("conseiller_sans_coordonnees", west[0], "Relais de démonstration", **nowhere),
        at("conseiller_sans_coordonnees_ni_commune", west[0], "Bus de démonstration",
           commune="SAINT INTROUVABLE", code_postal="00999", **nowhere),
        at("conseiller_mal_place", west[1], "Point d'accueil égaré",
           latitude=round(north_east["lat"], 6), longitude=round(north_east["lon"], 6)),
        at("conseiller_lat_lon_inversees", west[2], "Point d'accueil retourné",
           latitude=round(swapped["lon"], 6), longitude=round(swapped["lat"], 6)),
        at("conseiller_formule", "00132", formula),
        at("conseiller_html", "00196", "Espace <b>public</b> & numérique"),
        at("conseiller_ile", "00113", "Sémaphore de démonstration", date_maj="2021-02-03"),
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _france_services(territory: Territory) -> bytes:
    communes, rng = _commune_table(territory), stream("france_services")
    towns = [code for code in TOWNS if code != _UNSERVED_TOWN]
    hosts = [*towns, *_served_hosts(communes, rng, 6), _UNSERVED_TOWN]
    here = communes.loc[hosts]
    n = len(here)
    hours = "09:00 - 12:00 / 14:00 - 17:00"
    table = pd.DataFrame({
        "id_fs": np.arange(90_001, 90_001 + n), "insee_dep": DEPARTEMENT,
        "lib_fs": [f"France services de {nom} (fictif)" for nom in here["nom"]],
        "adresse": "2 place de la Démonstration", "complement_adresse": "",
        "insee_com": hosts, "code_postal": here["postal"].to_numpy(),
        "lib_com": here["nom"].to_numpy(), "latitude": here["lat"].round(6).to_numpy(),
        "longitude": here["lon"].round(6).to_numpy(), "h_lundi": hours, "h_mardi": hours,
        "h_mercredi": "09:00 - 12:00", "h_jeudi": hours, "h_vendredi": hours, "h_samedi": "-",
        "itinerance": ["Oui" if k == n - 2 else "Non" for k in range(n)],
        "format_fs": ["Antenne" if k == n - 3 else "Site principal" for k in range(n)],
        "groupe": "", "labellisation": "Espace labellisé 01/01/2020",
    })  # fmt: skip
    # The real list holds spaces whose address was not known yet: no commune, no coordinates.
    unknown = table.iloc[[0]].assign(id_fs=90_001 + n, lib_fs="France services à venir (fictif)")
    unknown[["adresse", "insee_com", "code_postal", "lib_com", "latitude", "longitude"]] = None
    return csv_bytes(pd.concat([table, unknown]), sep=",", eol="\n")


def _libraries(territory: Territory) -> bytes:
    communes, rng = _commune_table(territory), stream("libraries")
    chance = np.sqrt(communes["population"]) / np.sqrt(communes["population"]).sum()
    drawn = rng.choice(communes.index.to_numpy(dtype=object), 38, replace=False, p=chance)
    hosts = sorted({*drawn, *TOWNS})
    here = communes.loc[hosts].reset_index(names="code")
    n = len(here)
    number = np.arange(900_001, 900_001 + n).astype(float)
    exact = [f"{lat:.6f}, {lon:.6f}" for lat, lon in zip(here["lat"], here["lon"], strict=True)]
    table = pd.DataFrame({
        "Libelle1": "Bibliothèque municipale (fictive)", "Libelle2": "", "Localisation": "",
        "voie": "3 place de la Démonstration", "CP": here["postal"], "CEDEXB": "",
        "Ville": here["nom"], "DEPT": DEPARTEMENT, "INSEE": here["code"], "coordonnees_ban": exact,
        "coordonnees_insee": [f"{lat:.10f}, {lon:.11f}" for lat, lon
                              in zip(here["lat"], here["lon"], strict=True)],
        "coordonnees_finales": [text.replace(" ", "") for text in exact], "code_bib": number,
        "code_ua": number, "Code region": REGION, "Statut": "Bibliothèque municipale",
        "surface": rng.choice([60.0, 120.0, 340.0], n),
        "type_adresse": "Bibliothèque ouverte au public",
        "amplitude_horaire": rng.choice([4.0, 12.0, 25.0], n), "pop_com": here["population"],
    })  # fmt: skip
    # Closed to the public in the two ways the real file says it, and one without a position.
    table.loc[[3, 17], "type_adresse"] = "Adresse administrative"
    table.loc[9, "amplitude_horaire"] = 0.0
    table.loc[12, "Libelle2"] = "LA SOURCE; ANNEXE"
    table.loc[20, ["coordonnees_ban", "coordonnees_insee", "coordonnees_finales"]] = ""
    return csv_bytes(table, eol="\n")
