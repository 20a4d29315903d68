"""Everything that reach is, for one edition: the surface and the searches are made once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from fragility import schemas
from fragility.access.capacity import COUNTED_MIN, build_capacite, leave_out_unknown
from fragility.access.cost_surface import Surface, build_surfaces
from fragility.access.coverage import build_portee, commune_density
from fragility.access.dispositifs import build_dispositifs, leave_out_nobody
from fragility.access.homes import PairsOf, build_homes, zone_pairs
from fragility.access.itinerant import tell_itinerant
from fragility.access.nearest import Reach, cell_costs, reach_places
from fragility.access.network import Network
from fragility.access.network_reach import (
    complete,
    nearest_by_network,
    pairs_by_road,
    road_homes,
)
from fragility.access.network_store import engine_of, load_network
from fragility.access.road_rules import Profile
from fragility.access.surface_trips import SurfaceEngine, search_of
from fragility.access.travel import CONSEILLERS, DISPOSITIFS, receiving_places
from fragility.errors import DataCheckError, MissingFileError
from fragility.sources.readers.osm import Extract, find_extracts
from fragility.territory.crs import METROPOLE

PROFILE: Profile = "voiture"
EXTRACTS, NETWORKS = "osm", ".reseau"  # under the folders of the sources and of the outputs


@dataclass
class Access:
    """Tables of the stage by name, and the ledgers of some."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    lines: dict[str, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Roads:
    """The road network, where extracts give one.

    Attributes
    ----------
    network : of the metropole, None without extracts.
    extracts : the files it was read from.
    """

    network: Network | None
    extracts: tuple[Extract, ...] = ()

    @classmethod
    def load(cls, osm: Path, store: Path) -> Roads:
        """Read the extracts of a folder; `store` keeps the network they make."""
        extracts = tuple(find_extracts(osm))
        if not extracts:
            return cls(None)
        return cls(load_network(extracts, PROFILE, store, epsg=METROPOLE), extracts)

    @classmethod
    def of_edition(
        cls, engines: pd.DataFrame, osm: Path, store: Path, *, edition: str = "demo"
    ) -> Roads:
        """Read the network that gave its minutes to an edition that was computed.

        Parameters
        ----------
        engines : `access_moteur` of the edition.
        osm, store : see `load`.
        edition : its name, for the message.

        Returns
        -------
        No network for an edition none of whose homes goes by road, whatever extracts are there.

        Raises
        ------
        MissingFileError, DataCheckError
            When the extracts are not there any more, or are not those of the edition.
        """
        by_road = engines[engines["moteur"] == "route"]
        if by_road.empty:
            return cls(None)
        extracts = tuple(find_extracts(osm))
        wanted = set(" ".join(by_road["extraits"].dropna()).split())
        found = {extract.sha256 for extract in extracts}
        if wanted == found:
            return cls.load(osm, store)
        kind = DataCheckError if extracts else MissingFileError
        raise kind(
            f"Les extraits OpenStreetMap ne sont pas ceux du calcul de l'édition « {edition} » : "
            "les temps d'avant et d'après ne se compareraient pas.",
            path=osm,
            expected=_shortened(wanted),
            found=_shortened(found),
            remedy="remettez ces extraits, ou recalculez avec ceux qui y sont : "
            f"« fragility run --edition {edition} »",
        )

    def pairs_of(
        self, surfaces: Mapping[int, Surface], grid: pd.DataFrame, couts: pd.DataFrame
    ) -> PairsOf:
        """Engine of the cost table: each home has the one that gave its minutes.

        Parameters
        ----------
        grid, couts : `core_population_grille` and `access_couts` of the conseillers, row by row.
        """
        crossing = SurfaceEngine(surfaces)
        if self.network is None:
            return crossing
        return pairs_by_road(
            {METROPOLE: self.network}, crossing, {METROPOLE: road_homes(grid, couts)}
        )


def _shortened(checksums: Collection[str]) -> str:
    """Name extracts by the beginning of their checksums, which is enough to tell them apart."""
    words = ", ".join(sorted(checksum[:12] for checksum in checksums))
    return f"empreinte {words}…" if words else "aucun extrait"


def build_access(
    grid: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    lieux: gpd.GeoDataFrame,
    recensement: pd.DataFrame,
    competences: pd.DataFrame,
    roads: Roads,
) -> Access:
    """Build the tables `access_*` but the verdict.

    Parameters
    ----------
    grid, core_communes, core_iris, lieux, recensement : the core tables.
    competences : `index_competences`, for who needs a post.
    roads : the road network, if there is one.

    Returns
    -------
    `access_couts`, `access_portee`, `access_dispositifs`, `access_capacite`, `access_surface` and
    `access_moteur`.
    """
    surfaces = build_surfaces(grid, core_communes, commune_density(core_communes, recensement))
    searches = {epsg: search_of(surface) for epsg, surface in surfaces.items()}
    access, portees = Access(), {}
    for dispositif in DISPOSITIFS:
        reach = reach_places(lieux, surfaces, dispositif, searches)
        couts = cell_costs(grid, reach)
        if roads.network is not None:
            by_road = nearest_by_network(grid, lieux, roads.network, dispositif=dispositif)
            couts = complete(by_road, couts)
        portee, lines = build_portee(couts, core_communes, core_iris, reach)
        portees[dispositif] = leave_out_nobody(portee, recensement)
        if dispositif == CONSEILLERS:
            access.tables |= {
                "access_couts": couts,
                "access_portee": portees[dispositif],
                "access_surface": surface_table(reach, surfaces),
                "access_moteur": engine_table(couts, roads),
            }
            access.lines["access_portee"] = lines
    del searches
    access.tables["access_dispositifs"] = build_dispositifs(portees, recensement)
    counted = recensement.drop_duplicates(["niveau", "code"])
    homes = build_homes(grid, core_communes, competences, counted, core_iris=core_iris)
    places = receiving_places(lieux)
    pairs_of = roads.pairs_of(surfaces, grid, access.tables["access_couts"])
    pairs = zone_pairs(homes, places, max(COUNTED_MIN), pairs_of)
    access.tables["access_portee"] = tell_itinerant(
        access.tables["access_portee"], homes, places, pairs
    )
    capacite, lines = build_capacite(homes, places, pairs, core_communes, core_iris)
    access.tables["access_capacite"] = leave_out_unknown(capacite, access.tables["access_portee"])
    access.lines["access_capacite"] = lines
    return access


def surface_table(reach: Reach, surfaces: Mapping[int, Surface]) -> pd.DataFrame:
    """Minutes of every pixel of land, as `access_surface`."""
    parts = []
    for epsg, surface in sorted(surfaces.items()):
        row, column = np.nonzero(np.isfinite(surface.pace))
        x, y = surface.transform * (column + 0.5, row + 0.5)
        minutes = np.full(len(row), np.inf)
        if epsg in reach.spreads:
            minutes = reach.spreads[epsg].minutes[row, column]
        found = np.where(np.isfinite(minutes), minutes, np.nan)
        parts.append(pd.DataFrame({"epsg": epsg, "x_m": x, "y_m": y, "minutes": found}))
    if not parts:
        return schemas.empty_table("access_surface")
    return pd.concat(parts, ignore_index=True)


def engine_table(couts: pd.DataFrame, roads: Roads) -> pd.DataFrame:
    """What made the minutes, as `access_moteur`: one row per engine that was used."""
    engine = engine_of(roads.extracts, PROFILE) if roads.extracts else None
    people = couts.groupby("moteur")["population"].agg(["size", "sum"])
    total = float(couts["population"].sum())
    rows = [
        {
            "moteur": name,
            "profil": PROFILE,
            "extraits": " ".join(engine.extracts) if engine and name == "route" else None,
            "nb_mailles": cells,
            "part_population_pct": 100 * own / total if total else 0.0,
        }
        for name, cells, own in people.itertuples()
    ]
    table = pd.DataFrame(rows, columns=list(schemas.TABLES["access_moteur"].columns))
    return table.astype(
        {"moteur": "str", "profil": "str", "extraits": "str", "nb_mailles": "int64"}
    )
