"""Is a territory within reach of a conseiller? From minutes per cell to one row per territory."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fragility import schemas
from fragility.access.travel import receiving_places, speed_kmh
from fragility.ledger import ledger, stack
from fragility.territory.crs import METROPOLE, departement_of, metric_xy, zone_epsg

_COLUMNS = list(schemas.TABLES["access_portee"].columns)
HALF = 0.5
THRESHOLD_MIN = 20.0  # of public reports; no official one exists for conseillers numériques


def build_portee(
    couts: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    lieux: gpd.GeoDataFrame,
    recensement: pd.DataFrame,
    *,
    threshold: float = THRESHOLD_MIN,
    band: float = 0.25,
    dispositif: str = "conseiller_numerique",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum up the access of each commune and each IRIS.

    Parameters
    ----------
    couts : `access_couts`, minutes at the central speeds.
    core_communes, core_iris : territories with contours.
    lieux : `core_lieux`.
    recensement : `core_recensement` (its rows "commune": `code`, `population`), for the speed of
        territories that have no cell.
    threshold : minutes beyond which a place is out of reach.
    band : relative uncertainty of speeds, 0.25 for 25 %.
    dispositif : places that count; the costs must be theirs.

    Returns
    -------
    `access_portee` for the levels "commune" and "iris", and the ledger.

    Notes
    -----
    A territory is covered when at most half of its inhabitants are out of reach even at speeds
    lower by `band`, not covered when more than half are even at speeds higher by `band`, and
    uncertain between (design note on reach). Without cells, everyone is at its representative
    point, and the speed is that of the density of the commune; if the commune has a place, nothing
    tells how far from it people live (Saint-Laurent-du-Maroni is 100 km long): such a territory is
    uncertain rather than not covered. Overseas a place counts for its own département only: the
    next one is across a sea. An IRIS without contour takes the reach of its commune.
    """
    if not 0 <= band < 1 or threshold <= 0:
        raise ValueError("threshold must be positive and band in [0, 1)")
    places = receiving_places(lieux, dispositif)
    # « La Poste » alone tells nobody where to go.
    town = places["code_commune"].map(core_communes.set_index("code_commune")["nom"])
    places["nom_et_commune"] = places["nom"] + " (" + town.fillna("commune inconnue") + ")"
    density = _commune_density(core_communes, recensement)
    levels = [
        ("commune", "code_commune", core_communes),
        ("iris", "code_iris", core_iris),
    ]
    tables: list[pd.DataFrame] = []
    ledgers = []
    for level, key, territories in levels:
        measured = _from_cells(couts, key, places, threshold, band)
        table = pd.DataFrame({"code": territories[key].to_numpy()}).join(measured, on="code")
        rest = ~table["code"].isin(measured.index).to_numpy()
        table.loc[rest, "portee_precision"] = "absente"
        bare = territories[rest & territories.geometry.notna().to_numpy()]
        points = _from_points(bare, key, places, density, threshold, band)
        table = table.set_index("code")
        table.loc[points.index, points.columns] = points
        if level == "iris":
            table = _inherit(table, territories.set_index(key)["code_commune"], tables[0])
        table = table.reset_index()
        table["niveau"] = level
        table["est_conseiller_dans_commune"] = (
            territories["code_commune"].isin(places["code_commune"]).to_numpy(dtype=bool)
        )
        tables.append(table)
        ledgers.append(ledger("access_portee", level, len(territories), len(table)))
    portee = pd.concat(tables, ignore_index=True)[_COLUMNS]
    text = ["niveau", "code", "conseiller_plus_proche_nom", "couverture", "portee_precision"]
    return portee.astype(dict.fromkeys(text, "str")), stack(*ledgers)


def _inherit(table: pd.DataFrame, parent: pd.Series, communes: pd.DataFrame) -> pd.DataFrame:
    """Give an IRIS without contour the reach of its commune, and say so."""
    lost = table.index[table["portee_precision"] == "absente"]
    above = communes.set_index("code").reindex(parent.reindex(lost)).set_axis(lost)
    known = above.index[above["portee_precision"].isin(["mailles", "point"])]
    columns = [c for c in table.columns if c in above.columns]
    table.loc[known, columns] = above.loc[known, columns]
    table.loc[known, "portee_precision"] = "commune"
    return table


def classify(
    beyond_slow: NDArray[np.float64], beyond_fast: NDArray[np.float64]
) -> NDArray[np.str_]:
    """Class territories by the share (0-1) out of reach at low and at high speeds."""
    return np.select(
        [beyond_slow <= HALF, beyond_fast > HALF], ["couverte", "non_couverte"], "incertaine"
    )


def weighted_median(
    values: NDArray[np.float64], weights: NDArray[np.float64], group: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the median of each group, every value counting `weights` times.

    Parameters
    ----------
    values, weights : shape (n,); weights positive.
    group : 0 .. g-1, every group present, shape (n,).

    Returns
    -------
    The lowest value that at least half of the weight does not exceed, shape (g,).
    """
    order = np.lexsort((values, group))
    values, weights, group = values[order], weights[order], group[order]
    running = np.cumsum(weights)
    starts = np.flatnonzero(np.r_[True, np.diff(group) > 0])
    before = np.r_[0.0, running][starts]
    total = np.add.reduceat(weights, starts)
    # A hair of tolerance: a sum of floats that should reach the half may stop just short of it.
    reached = running - before[group] >= (HALF - 1e-9) * total[group]
    first = np.minimum.reduceat(np.where(reached, np.arange(len(values)), len(values)), starts)
    return values[first]


def _from_cells(
    couts: pd.DataFrame, key: str, places: gpd.GeoDataFrame, threshold: float, band: float
) -> pd.DataFrame:
    """Reach of the territories that have cells, indexed by code."""
    couts = couts[couts["population"] > 0]
    codes, group = np.unique(couts[key].to_numpy(dtype=object), return_inverse=True)
    weight = couts["population"].to_numpy(dtype=float)
    minutes = couts["minutes"].to_numpy(dtype=float)
    total = np.bincount(group, weight, minlength=len(codes))

    def share(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(group, weight * mask, minlength=len(codes)) / total

    names = dict(zip(places["id"], places["nom_et_commune"], strict=True))
    votes = couts.groupby([key, "id_lieu"], sort=True)["population"].sum().reset_index()
    votes = votes.sort_values([key, "population", "id_lieu"], ascending=[True, False, True])
    winner = votes.drop_duplicates(key).set_index(key)["id_lieu"].map(names)
    return pd.DataFrame(
        {
            "conseiller_plus_proche_min": weighted_median(minutes, weight, group)
            if len(codes)
            else np.array([], dtype=float),
            "conseiller_plus_proche_km": np.bincount(
                group, weight * couts["km"].to_numpy(dtype=float), minlength=len(codes)
            )
            / total,
            "conseiller_plus_proche_nom": winner.reindex(codes).to_numpy(),
            # Rounding noise must not read as 100.00000001 %.
            "population_hors_portee_pct": np.clip(100 * share(minutes > threshold), 0, 100),
            "couverture": classify(
                share(minutes / (1 - band) > threshold), share(minutes / (1 + band) > threshold)
            ),
            "portee_precision": "mailles",
        },
        index=pd.Index(codes, dtype="str"),
    )


def _from_points(
    territories: gpd.GeoDataFrame,
    key: str,
    places: gpd.GeoDataFrame,
    density: pd.Series,
    threshold: float,
    band: float,
) -> pd.DataFrame:
    """Reach of the territories without cells, from their representative point."""
    departements = departement_of(territories["code_commune"])
    inner = shapely.point_on_surface(territories.geometry.to_numpy())
    here = metric_xy(gpd.GeoSeries(inner, crs=territories.crs), departements)
    there_dep = departement_of(places["code_commune"])
    there = metric_xy(places.geometry, there_dep)
    # The metropole is one pool; overseas each département is its own.
    pool = departements.where(zone_epsg(departements) != METROPOLE, "metropole").to_numpy()
    there_pool = there_dep.where(zone_epsg(there_dep) != METROPOLE, "metropole").to_numpy()
    km = np.full(len(territories), np.inf)
    name = np.full(len(territories), None, dtype=object)
    for zone in np.unique(pool.astype(object)):
        own, offered = pool == zone, np.flatnonzero(there_pool == zone)
        if len(offered):
            metres, rank = cKDTree(there[offered]).query(here[own])
            km[own] = metres / 1000
            name[own] = places["nom_et_commune"].to_numpy(dtype=object)[offered[rank]]
    speed = speed_kmh(territories["code_commune"].map(density).to_numpy(dtype=float))
    minutes = 60 * km / speed
    reached = np.isfinite(km)
    coverage = classify(
        (minutes / (1 - band) > threshold).astype(float),
        (minutes / (1 + band) > threshold).astype(float),
    )
    has_place = territories["code_commune"].isin(places["code_commune"]).to_numpy(dtype=bool)
    coverage = np.where(has_place & (coverage == "non_couverte"), "incertaine", coverage)
    return pd.DataFrame(
        {
            # Without any place in the zone there is no distance, but everyone is out of reach.
            "conseiller_plus_proche_min": np.where(reached, minutes, np.nan),
            "conseiller_plus_proche_km": np.where(reached, km, np.nan),
            "conseiller_plus_proche_nom": pd.Series(name, index=territories[key])
            .astype("str")
            .where(reached)
            .to_numpy(),
            "population_hors_portee_pct": 100.0 * (minutes > threshold),
            "couverture": coverage,
            "portee_precision": "point",
        },
        index=pd.Index(territories[key].to_numpy(), dtype="str"),
    )


def _commune_density(core_communes: gpd.GeoDataFrame, recensement: pd.DataFrame) -> pd.Series:
    """Inhabitants per km2 of each commune, indexed by code; missing without census or area."""
    rows = recensement[recensement["niveau"] == "commune"]
    population = rows.drop_duplicates("code").set_index("code")["population"]
    area = core_communes.set_index("code_commune")["superficie_km2"]
    return population.reindex(area.index).astype(float) / area.where(area > 0)
