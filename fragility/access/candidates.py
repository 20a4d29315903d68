"""Where a post could be: France services, libraries, town halls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from fragility.access.places_names import plain
from fragility.access.travel import receiving_places
from fragility.errors import UsageError
from fragility.territory.crs import METROPOLE, WGS84

# In order of preference where two reach the same people: rooms that already help people with
# their papers, then rooms with computers, then a room to be found.
KINDS = ("france_services", "bibliotheque", "mairie")
# Names, in capitals without accents: a van that its list does not say to move; who runs libraries
# or lends to them; a shelf of books in a town hall, which is itself a candidate.
_NO_ROOM = (
    r"\b(?:\w*BUS|CAMION|ITINERANTE?S?|MOBILES?)\b"
    r"|^DIRECTION\b|\bDIRECTION SERVICES\b|\bDIRECTION$"
    r"|^(?:SIEGE|ADMINISTRATION|COORDINATION|SERVICES? CENTRA(?:L|UX))\b"
    r"|^RESEAU (?:DE|DES|DU|INTERCOMMUNAL)\b|\bDEPARTEMENTALE DE PRET\b|^DEPOT\b"
)
LEVELS = {"region": "code_region", "departement": "code_departement", "epci": "code_epci"}


@dataclass(frozen=True)
class Area:
    """A part of France: `niveau` is "france" or one of `LEVELS`, with its code."""

    niveau: str = "france"
    code: str | None = None


def communes_of(area: Area, core_communes: pd.DataFrame) -> pd.Series:
    """Tell the communes of an area.

    Raises
    ------
    UsageError
        When the level or the code is not one of the edition.
    """
    if area.niveau == "france":
        return pd.Series(True, index=core_communes.index)
    if area.niveau not in LEVELS:
        raise UsageError(
            "Le territoire demandé n'est pas d'un niveau connu.",
            expected="france, " + ", ".join(LEVELS),
            found=area.niveau,
            remedy="choisissez l'un de ces niveaux",
        )
    inside = core_communes[LEVELS[area.niveau]] == area.code
    if not inside.any():
        codes = sorted(core_communes[LEVELS[area.niveau]].unique())
        raise UsageError(
            f"Aucune commune de l'édition n'est dans ce territoire ({area.niveau}).",
            expected="un code comme " + ", ".join(codes[:3]),
            found=str(area.code),
            remedy="vérifiez le code (région, département : INSEE ; EPCI : SIREN)",
        )
    return inside


def list_candidates(
    grid: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    lieux: gpd.GeoDataFrame,
    kinds: Sequence[str] = KINDS,
) -> gpd.GeoDataFrame:
    """List the places that could receive a post.

    Parameters
    ----------
    grid : `core_population_grille`.
    core_communes : communes with contours.
    lieux : `core_lieux`: its retained France services and libraries that have a room of their own
        (`can_host`).
    kinds : some of `KINDS`.

    Returns
    -------
    `id_candidat`, `nom`, `type_candidat`, `code_commune` and point (EPSG:4326), in the order of
    `KINDS`, then from the largest commune (inhabitants of its cells) to the smallest: of
    candidates that reach the same people, the first is proposed.

    Raises
    ------
    UsageError
        When a kind is unknown, or none is asked for.

    Notes
    -----
    No source of the edition says where town halls are. One is taken to be in the cell of its
    commune that has most inhabitants, its main village; without cells, at the representative
    point of the commune, which may be in a forest.
    """
    unknown = set(kinds) - set(KINDS)
    if unknown or not kinds:
        raise UsageError(
            "Les types de lieux candidats demandés n'existent pas.",
            expected=", ".join(KINDS),
            found=", ".join(sorted(unknown)) or "rien",
            remedy="choisissez un ou plusieurs de ces types",
        )
    parts = []
    for kind in KINDS:
        if kind not in kinds:
            continue
        if kind == "mairie":
            parts.append(town_halls(grid, core_communes))
            continue
        places = receiving_places(lieux, kind)
        places = places[can_host(places).to_numpy()]
        known = places["code_commune"].isin(core_communes["code_commune"])
        places = places[known.to_numpy()].rename(columns={"id": "id_candidat"})
        parts.append(places[["id_candidat", "nom", "code_commune", "geometry"]])
    table = pd.concat(parts, ignore_index=True)
    kind_of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    # A library that is also a France services is one place.
    first = ~table.duplicated("id_candidat").to_numpy()
    table, kind_of = table[first].reset_index(drop=True), kind_of[first]
    inhabitants = table["code_commune"].map(grid.groupby("code_commune")["population"].sum())
    order = np.lexsort((table["id_candidat"], -inhabitants.fillna(0.0), kind_of))
    table["type_candidat"] = np.array([k for k in KINDS if k in kinds])[kind_of]
    return (
        gpd.GeoDataFrame(table, geometry="geometry", crs=WGS84).iloc[order].reset_index(drop=True)
    )


def can_host(places: pd.DataFrame) -> pd.Series:
    """Tell the places where somebody could receive the public every day.

    Parameters
    ----------
    places : `nom`, `itinerance`.

    Returns
    -------
    Booleans on the index of `places`: neither a service that moves, nor a head office, a network,
    or a deposit of books.

    Examples
    --------
    >>> names = ["Médiathèque Colette", "Bibliobus", "Direction de la lecture publique"]
    >>> can_host(pd.DataFrame({"nom": names, "itinerance": False})).tolist()
    [True, False, False]
    """
    roomless = plain(places["nom"]).str.contains(_NO_ROOM, regex=True).fillna(False).astype(bool)
    return ~(roomless | places["itinerance"].astype(bool))


def town_halls(grid: pd.DataFrame, core_communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Place the town hall of each commune; see `list_candidates`."""
    drawn = core_communes[core_communes.geometry.notna()].sort_values("code_commune")
    point = shapely.point_on_surface(drawn.geometry.to_numpy())
    main = grid.sort_values(
        ["code_commune", "population", "id_maille"], ascending=[True, False, True]
    ).drop_duplicates("code_commune")
    main = main.set_index("code_commune").reindex(drawn["code_commune"])
    known = main["x_m"].notna().to_numpy()
    longitude, latitude = Transformer.from_crs(METROPOLE, WGS84, always_xy=True).transform(
        main["x_m"].to_numpy(), main["y_m"].to_numpy()
    )
    point[known] = shapely.points(longitude[known], latitude[known])
    return gpd.GeoDataFrame(
        {
            "id_candidat": ("mairie-" + drawn["code_commune"]).to_numpy(),
            "nom": "Mairie",
            "code_commune": drawn["code_commune"].to_numpy(),
        },
        geometry=gpd.GeoSeries(point, crs=WGS84),
    )
