"""A country of five villages in a line, where minutes are known by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from fragility.access.pairs import Pairs
from fragility.access.simulate import Tables

X, Y = 800_000.0, 6_500_000.0
# Village, its km on the line, its inhabitants; half a kilometre is one minute.
VILLAGES = {
    "01001": (0.0, 100.0),
    "01002": (12.0, 40.0),
    "01003": (15.0, 200.0),
    "42004": (18.0, 60.0),
    "42005": (40.0, 80.0),
}


def engine(
    homes: NDArray[np.float64], places: NDArray[np.float64], limit: float, epsg: int
) -> Pairs:
    """Half a kilometre a minute, as the crow flies."""
    minutes = np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1)) / 500
    home, place = np.nonzero(minutes <= limit)
    return Pairs(
        home.astype(np.int32), place.astype(np.int32), minutes[home, place].astype(np.float32),
        len(homes), len(places), limit,
    )  # fmt: skip


def point(km: float) -> shapely.Point:
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True)
    return shapely.Point(*to_degrees.transform(X + 1000 * km, Y))


def tables(
    conseillers: dict[str, float], others: dict[str, tuple[str, float]] | None = None
) -> Tables:
    """An edition: conseillers and other places (kind, km), by id; everybody is fragile."""
    codes = list(VILLAGES)
    km = np.array([VILLAGES[code][0] for code in codes])
    people = np.array([VILLAGES[code][1] for code in codes])
    grid = pd.DataFrame(
        {
            "id_maille": range(len(codes)),
            "code_iris": [code + "0000" for code in codes],
            "code_commune": codes,
            "population": people,
            "x_m": X + 1000 * km,
            "y_m": Y,
            "densite_hab_km2": 10.0,
        }
    )
    communes = gpd.GeoDataFrame(
        {
            "code_commune": codes,
            "nom": [f"Village {code}" for code in codes],
            "code_epci": ["200000001"] * 3 + ["200000002"] * 2,
            "nom_epci": ["CC A"] * 3 + ["CC B"] * 2,
            "code_departement": [code[:2] for code in codes],
            "nom_departement": ["Ain"] * 3 + ["Loire"] * 2,
            "code_region": "84",
            "nom_region": "Auvergne-Rhône-Alpes",
        },
        geometry=[point(at).buffer(0.005) for at in km],
        crs=4326,
    )
    listed = {
        **{key: ("conseiller_numerique", at) for key, at in conseillers.items()},
        **(others or {}),
    }
    at = np.array([value[1] for value in listed.values()])
    lieux = gpd.GeoDataFrame(
        {
            "id": list(listed),
            "nom": [f"Lieu {key}" for key in listed],
            "dispositif": [kind for kind, _ in listed.values()],
            "dispositifs": [kind for kind, _ in listed.values()],
            "code_commune": [codes[int(np.abs(km - k).argmin())] for k in at],
            "nb_conseillers": np.nan,
            "itinerance": False,
            "statut": "retenu",
            "id_lieu": None,
        },
        geometry=[point(k) for k in at],
        crs=4326,
    )
    own = np.array(list(conseillers.values()))
    away = np.abs(km[:, None] - own[None])
    couts = grid[["id_maille", "code_iris", "code_commune", "population"]].assign(
        id_lieu=np.array(list(conseillers))[away.argmin(axis=1)],
        km=away.min(axis=1),
        minutes=2 * away.min(axis=1),
    )
    scores = pd.DataFrame(
        {"niveau": "commune", "code": codes, "population": people, "est_fragile": True}
    )
    skills = pd.DataFrame(
        {"niveau": "commune", "code": codes, "nb_personnes_en_difficulte": people / 10}
    )
    portee = pd.DataFrame(
        {
            "niveau": "commune",
            "code": codes,
            "conseiller_plus_proche_min": couts["minutes"],
            "est_conseiller_dans_commune": False,
            "couverture": "non_couverte",
            "portee_precision": "mailles",
        }
    )
    # The third village is the surest, the last one a toss-up.
    doubt = pd.DataFrame(
        {
            "niveau": "commune",
            "code": codes,
            "probabilite_fragile_pct": [100.0, 100.0, 100.0, 80.0, 50.0],
        }
    )
    return Tables(grid, communes, lieux, couts, portee, scores, skills, doubt)


def without_cells(case: Tables, code: str) -> Tables:
    """The same, one village known by its point only."""
    cells = (case.core_population_grille["code_commune"] != code).to_numpy()
    own = case.access_portee["code"] == code
    return replace(
        case,
        core_population_grille=case.core_population_grille[cells],
        access_couts=case.access_couts[cells],
        access_portee=case.access_portee.assign(
            portee_precision=case.access_portee["portee_precision"].mask(own, "point")
        ),
    )
