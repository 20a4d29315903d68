"""docs/reseau.md: how roads are read, and what they say of the speeds assumed without them.

Figures come from the extracts under `<raw>/osm`, with homes and places drawn at random.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fragility.access.built_up import STREETS_KM_PER_KM2
from fragility.access.network_report import compare_engines, detours, straight_costs
from fragility.access.network_trips import ACCESS_KMH, OFF_NETWORK_M, join_network
from fragility.access.road_rules import PROFILES, ROAD_CLASSES, WALK_KMH
from fragility.access.travel import SPEEDS_KMH, UNKNOWN_SPEED_KMH
from fragility.errors import MissingFileError
from fragility.export.labels import french
from fragility.sources.readers.osm import find_extracts
from fragility.validation.blocks import Block, to_markdown
from fragility.validation.network_pictures import draw_minutes, draw_speeds
from fragility.validation.network_sample import HOMES, PLACES, Sample, draw_sample

# Classes of distance with fewer trips than this say nothing.
ENOUGH = 50
_HEADINGS = {
    "distance": "À vol d'oiseau",
    "trajets": "Trajets",
    "detour": "Détour (route / vol d'oiseau)",
    "minutes": "Minutes (médiane)",
    "route_kmh": "km/h sur la route",
    "vol_kmh": "km/h à vol d'oiseau",
    "vol_kmh_p10": "un trajet sur dix plus lent que",
    "vol_kmh_p90": "un sur dix plus rapide que",
}


def write_network(raw: Path, store: Path, docs: Path, date: datetime.date) -> Path:
    """Write the page and its pictures.

    Parameters
    ----------
    raw : folder of raw files, its extracts under `osm`.
    store : folder of the networks, see `load_network`.

    Raises
    ------
    MissingFileError
        Without an extract.
    """
    extracts = find_extracts(raw / "osm")
    if not extracts:
        raise MissingFileError(
            "La page compare des réseaux routiers, et il n'y en a pas.",
            path=raw / "osm",
            expected="au moins un extrait .osm.pbf",
            remedy="prenez-en un sur https://download.geofabrik.de/europe/france.html",
        )
    samples = {
        profile: [draw_sample(extract, profile, store) for extract in extracts]
        for profile in PROFILES
    }
    head = (
        "# Temps de trajet par le réseau routier\n\n"
        f"Page écrite par `make reseau` le {date:%d/%m/%Y}. Ne pas la modifier à la main. Données "
        "© les contributeurs d'OpenStreetMap, licence ODbL.\n\n"
    )
    body = to_markdown(network_blocks(samples["voiture"], samples["marche"]), docs / "images",
                       "reseau")  # fmt: skip
    page = docs / "reseau.md"
    page.write_text(head + body, encoding="utf-8")
    return page


def network_blocks(cars: list[Sample], walks: list[Sample]) -> list[Block]:
    """Say what was read, how fast roads are taken to be, and how this differs from assumptions."""
    found = {sample.name: detours(*_columns(sample.trips())) for sample in cars}
    return [
        _read(cars, walks),
        _speeds(),
        *(_detours(name, table) for name, table in found.items()),
        _beside(found),
        *(_compared(sample) for sample in cars),
        *(_map(sample) for sample in cars),
        _limits(),
    ]


def _columns(trips: pd.DataFrame) -> tuple[np.ndarray, ...]:
    return tuple(trips[c].to_numpy() for c in ("straight_km", "route_km", "minutes"))


def _read(cars: list[Sample], walks: list[Sample]) -> Block:
    rows = [
        {
            "Extrait": sample.name,
            "Profil": sample.network.profile,
            "Voies ouvertes": sample.network.roads,
            "Carrefours": len(sample.network.xy),
            "Laissés de côté (%)": sample.network.dropped_pct,
            "km de sens de circulation": round(float(sample.network.km.sum())),
        }
        for sample in [*cars, *walks]
    ]
    return Block(
        "Ce qui est lu",
        (
            "Les voies sont coupées à leurs carrefours. Un carrefour d'où l'on ne peut pas aller "
            "partout et revenir est laissé de côté : impasses à sens unique, erreurs de saisie. "
            "Les îles restent, chacune avec ses propres routes.",
        ),
        pd.DataFrame(rows),
    )


def _speeds() -> Block:
    table = pd.DataFrame(
        [
            {
                "Classe": name,
                "Limite hors agglomération (km/h)": rule.limit_kmh,
                "En agglomération": rule.town_kmh,
                "Facteur": rule.factor,
                "Vitesse hors agglomération": rule.limit_kmh * rule.factor,
                "Vitesse en agglomération": rule.town_kmh * rule.factor,
            }
            for name, rule in ROAD_CLASSES.items()
        ]
    )
    return Block(
        "Vitesses",
        (
            "La limite est celle que la carte donne (maxspeed), sinon celle de ce tableau. Une "
            "route est en agglomération quand les rues où l'on habite font au moins "
            f"{french(STREETS_KM_PER_KM2)} km par km² autour d'elle. Le "
            "facteur tient lieu de virages, de feux, de pentes et de circulation : c'est une "
            "hypothèse, sans source française par classe de route.",
            f"À pied : {french(WALK_KMH, 1)} km/h dans les deux sens, sur ce que les piétons "
            "peuvent prendre. Du logement au premier carrefour : à vol d'oiseau, "
            f"{french(ACCESS_KMH['voiture'])} km/h en voiture et "
            f"{french(ACCESS_KMH['marche'], 1)} km/h à pied ; au-delà de "
            f"{french(OFF_NETWORK_M / 1000)} km le logement est hors du réseau.",
        ),
        table,
    )


def _detours(name: str, table: pd.DataFrame) -> Block:
    enough = table[table["trajets"] >= ENOUGH]
    last = enough.iloc[-1]
    return Block(
        f"Détours et vitesses par distance : {name}",
        (
            f"{french(HOMES)} logements tirés au hasard le long des routes vers {PLACES} lieux. "
            f"De {last['distance']}, la route est {french(last['detour'], 2)} fois plus longue que "
            f"le vol d'oiseau et l'on avance de {french(last['vol_kmh'])} km/h à vol d'oiseau.",
        ),
        enough[list(_HEADINGS)].rename(columns=_HEADINGS),
    )


def _beside(found: dict[str, pd.DataFrame]) -> Block:
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    draw_speeds(
        figure.subplots(), {n: table[table["trajets"] >= ENOUGH] for n, table in found.items()}
    )
    rows = [
        {"Densité (hab./km²), à partir de": density, "km/h à vol d'oiseau, hypothèse": speed}
        for density, speed in SPEEDS_KMH.items()
    ]
    return Block(
        "À côté des vitesses supposées sans réseau",
        (
            "Sans réseau routier, la vitesse à vol d'oiseau dépend de la densité seulement. Par "
            "la route elle dépend aussi de la distance : les premiers kilomètres sont lents. "
            "Ces extraits sont des vallées de montagne : ils ne disent pas ce que valent ces "
            "hypothèses en plaine.",
        ),
        pd.DataFrame(rows),
        figure,
        "Vitesse à vol d'oiseau selon la distance, avec les vitesses supposées par densité.",
    )


def _compared(sample: Sample) -> Block:
    reach = sample.reach()
    surface = straight_costs(sample.grid, sample.lieux)
    table = compare_engines(surface, reach.couts[~reach.outside])
    whole = table.iloc[-1]
    return Block(
        f"Les deux calculs sur les mêmes logements : {sample.name}",
        (
            f"Vers le plus proche des {PLACES} lieux. La densité n'est pas connue ici : le calcul "
            f"sans réseau prend {french(UNKNOWN_SPEED_KMH)} km/h. La route donne une médiane de "
            f"{french(whole['route_mediane_min'], 1)} minutes au lieu de "
            f"{french(whole['surface_mediane_min'], 1)} ; le lieu le plus proche est le même "
            f"pour {french(whole['meme_lieu_pct'])} % des logements, et "
            f"{french(whole['bascule_20_pct'], 1)} % changent de côté du seuil de 20 minutes.",
        ),
        pd.DataFrame(
            {
                "À vol d'oiseau": table["distance"],
                "Logements": table["mailles"],
                "Sans réseau, moyenne (min)": table["surface_moyenne_min"],
                "Route, moyenne (min)": table["route_moyenne_min"],
                "Sans réseau, médiane (min)": table["surface_mediane_min"],
                "Route, médiane (min)": table["route_mediane_min"],
            }
        ),
    )


def _map(sample: Sample) -> Block:
    figure = Figure(figsize=(7, 6), layout="constrained")
    draw_minutes(figure.subplots(), sample)
    off = float((join_network(sample.network, sample.homes).node < 0).mean())
    return Block(
        f"Minutes en voiture : {sample.name}",
        (f"{french(100 * off, 1)} % des logements tirés sont hors du réseau.",),
        figure=figure,
        alt=f"Routes de l'extrait {sample.name}, plus sombres loin des lieux.",
    )


def _limits() -> Block:
    return Block(
        "Ce que ce calcul laisse de côté",
        (
            "La France : aucun extrait de routes françaises n'a été essayé, faute d'en avoir un "
            "ici. Le calcul a été vérifié sur les extraits du premier tableau et sur un pays "
            "inventé de la taille de la France ; ses temps sont à contrôler avant de s'en servir "
            "en France.",
            "Les virages (temps et interdictions de tourner), les feux, les heures de pointe, la "
            "pente, les barrières posées sur une voie et les interdictions à certaines heures.",
            "Les bacs et les bateaux : une île que seul un bateau relie est hors de portée par la "
            "route.",
            "Ce qui est au-delà du bord des extraits : un logement dont un lieu non couvert est "
            "plus proche à vol d'oiseau que le lieu trouvé est laissé au calcul sans réseau, "
            "comme les logements loin de toute route.",
        ),
    )
