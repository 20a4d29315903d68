"""Is a territory within reach of a conseiller? From minutes per cell to one row per territory."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from fragility import schemas
from fragility.access.nearest import Reach
from fragility.ledger import ledger, stack
from fragility.territory.crs import departement_of, metric_xy, zone_epsg

_COLUMNS = list(schemas.TABLES["access_portee"].columns)
HALF = 0.5
# A hair of tolerance: sums of floats that should be equal to the half may be on either side of it.
TIE = 1e-9
THRESHOLD_MIN = 20.0  # of public reports; no official one exists for conseillers numériques


def build_portee(
    couts: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    reach: Reach,
    *,
    threshold: float = THRESHOLD_MIN,
    band: float = 0.25,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum up the access of each commune and each IRIS.

    Parameters
    ----------
    couts : `access_couts`, minutes at the central speeds to the places of `reach`.
    core_communes, core_iris : territories with contours.
    reach : the places, and minutes to them for the territories that have no cell.
    threshold : minutes beyond which a place is out of reach.
    band : relative uncertainty of speeds, 0.25 for 25 %.

    Returns
    -------
    `access_portee` for the levels "commune" and "iris", and the ledger.
    `est_couverture_itinerante` is False: only the table of pairs tells
    (`itinerant.tell_itinerant`).

    Notes
    -----
    A territory is covered when at most half of its inhabitants are out of reach even at speeds
    lower by `band`, not covered when more than half are even at speeds higher by `band`, and
    uncertain between (design note on reach). Without cells, everyone is at its representative
    point; if the commune has a place, nothing tells how far from it people live
    (Saint-Laurent-du-Maroni is 100 km long): such a territory is uncertain rather than not
    covered. One point gives no share out of reach but nobody or everybody: none is given where the
    verdict is uncertain. An IRIS without contour takes the reach of its commune. Where no place can
    be reached by land, on islands, there are no minutes, and everyone is out of reach.
    """
    if not 0 <= band < 1 or threshold <= 0:
        raise ValueError("threshold must be positive and band in [0, 1)")
    # « La Poste » alone tells nobody where to go.
    town = reach.places["code_commune"].map(core_communes.set_index("code_commune")["nom"])
    names = reach.places["nom"] + " (" + town.fillna("commune inconnue") + ")"
    told = pd.DataFrame(
        {
            "conseiller_plus_proche_nom": names.astype("str"),
            "conseiller_plus_proche_itinerant": reach.places["itinerance"].astype("boolean"),
            "conseiller_plus_proche_annee": reach.places["date_connue"].str[:4].astype("Int64"),
            "conseiller_plus_proche_ancien": reach.places["est_ancien"].astype("boolean"),
        }
    ).set_axis(reach.places["id"])
    levels = [
        ("commune", "code_commune", core_communes),
        ("iris", "code_iris", core_iris),
    ]
    tables: list[pd.DataFrame] = []
    ledgers = []
    for level, key, territories in levels:
        measured = _from_cells(couts, key, told, threshold, band)
        table = pd.DataFrame({"code": territories[key].to_numpy()}).join(measured, on="code")
        rest = measured.index.get_indexer(pd.Index(table["code"])) < 0
        table.loc[rest, "portee_precision"] = "absente"
        bare = territories[rest & territories.geometry.notna().to_numpy()]
        points = _from_points(bare, key, reach, told, threshold, band)
        table = table.set_index("code")
        _put(table, points)
        if level == "iris":
            table = _inherit(table, territories.set_index(key)["code_commune"], tables[0])
        table = table.reset_index()
        table["niveau"] = level
        table["est_couverture_itinerante"] = False
        table["est_conseiller_dans_commune"] = (
            territories["code_commune"].isin(reach.communes).to_numpy(dtype=bool)
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
    _put(table, above.loc[known, columns].assign(portee_precision="commune"))
    return table


def _put(table: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Write rows in place, column by column: each keeps its type."""
    for column, values in rows.items():
        table.loc[rows.index, column] = values.array


def classify(
    beyond_slow: NDArray[np.float64], beyond_fast: NDArray[np.float64]
) -> NDArray[np.str_]:
    """Class territories by the share (0-1) out of reach at low and at high speeds.

    Exactly half out of reach is not more than half.

    Examples
    --------
    >>> half = np.array([0.5, 1.0, 1.0])
    >>> classify(half, np.array([0.0, 0.5, 0.51])).tolist()
    ['couverte', 'incertaine', 'non_couverte']
    """
    return np.select(
        [beyond_slow <= HALF + TIE, beyond_fast > HALF + TIE],
        ["couverte", "non_couverte"],
        "incertaine",
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
    reached = running - before[group] >= (HALF - TIE) * total[group]
    first = np.minimum.reduceat(np.where(reached, np.arange(len(values)), len(values)), starts)
    return values[first]


def _from_cells(
    couts: pd.DataFrame, key: str, told: pd.DataFrame, threshold: float, band: float
) -> pd.DataFrame:
    """Reach of the territories that have cells, indexed by code; `told` by id of place."""
    couts = couts[couts["population"] > 0]
    group, codes = pd.factorize(couts[key], sort=True)
    weight = couts["population"].to_numpy(dtype=float)
    minutes = couts["minutes"].fillna(np.inf).to_numpy(dtype=float)
    total = np.bincount(group, weight, minlength=len(codes))

    def share(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(group, weight * mask, minlength=len(codes)) / total

    place, ids = pd.factorize(couts["id_lieu"], sort=True)
    winner = _most_votes(group[place >= 0], place[place >= 0], weight[place >= 0], len(codes))
    median = weighted_median(minutes, weight, group) if len(codes) else np.zeros(0)
    reached = np.isfinite(median)
    return pd.DataFrame(
        {
            "conseiller_plus_proche_min": np.where(reached, median, np.nan),
            "conseiller_plus_proche_km": np.bincount(
                group, weight * couts["km"].to_numpy(dtype=float), minlength=len(codes)
            )
            / total,
            **_about(told.reindex(ids), np.where(reached, winner, -1)),
            # Rounding noise must not read as 100.00000001 %.
            "population_hors_portee_pct": np.clip(100 * share(minutes > threshold), 0, 100),
            "couverture": classify(
                share(minutes / (1 - band) > threshold), share(minutes / (1 + band) > threshold)
            ),
            "portee_precision": "mailles",
        },
        index=pd.Index(codes, dtype="str"),
    )


def _about(told: pd.DataFrame, position: NDArray[np.int64]) -> dict[str, ExtensionArray]:
    """What is told of the place at each position; missing for -1."""
    return {
        str(name): values.array.take(position, allow_fill=True) for name, values in told.items()
    }


def _most_votes(
    group: NDArray[np.int64], place: NDArray[np.int64], weight: NDArray[np.float64], count: int
) -> NDArray[np.int64]:
    """Place of most of the weight of each group, the first of equals; -1 for a group without."""
    width = int(place.max(initial=0)) + 1
    both, back = np.unique(group * width + place, return_inverse=True)
    total = np.bincount(back, weight)
    owner, chosen = np.divmod(both, width)
    order = np.lexsort((chosen, -total, owner))
    found = np.full(count, -1, dtype=np.int64)
    # Written backwards, the first of each group is what stays.
    found[owner[order][::-1]] = chosen[order][::-1]
    return found


def _from_points(
    territories: gpd.GeoDataFrame,
    key: str,
    reach: Reach,
    told: pd.DataFrame,
    threshold: float,
    band: float,
) -> pd.DataFrame:
    """Reach of the territories without cells, from their representative point."""
    departements = departement_of(territories["code_commune"])
    inner = shapely.point_on_surface(largest_part(territories.geometry))
    here = metric_xy(gpd.GeoSeries(inner, crs=territories.crs), departements)
    zone = zone_epsg(departements).to_numpy()
    position = np.full(len(territories), -1)
    minutes, km = np.full(len(territories), np.inf), np.full(len(territories), np.inf)
    for epsg in np.unique(zone):
        own = zone == epsg
        position[own], minutes[own], km[own] = reach.nearest(here[own], int(epsg))
    coverage = classify(
        (minutes / (1 - band) > threshold).astype(float),
        (minutes / (1 + band) > threshold).astype(float),
    )
    has_place = territories["code_commune"].isin(reach.communes).to_numpy(dtype=bool)
    coverage = np.where(has_place & (coverage == "non_couverte"), "incertaine", coverage)
    return pd.DataFrame(
        {
            "conseiller_plus_proche_min": np.where(np.isfinite(minutes), minutes, np.nan),
            # Without any place in the zone there is no distance, but everyone is out of reach.
            "conseiller_plus_proche_km": np.where(np.isfinite(km), km, np.nan),
            **_about(told, position),
            "population_hors_portee_pct": np.where(
                coverage == "incertaine", np.nan, 100.0 * (minutes > threshold)
            ),
            "couverture": coverage,
            "portee_precision": "point",
        },
        index=pd.Index(territories[key].to_numpy(), dtype="str"),
    )


def largest_part(shapes: gpd.GeoSeries) -> NDArray[np.object_]:
    """Largest polygon of each territory: Mtsamboro is not its islet."""
    parts, owner = shapely.get_parts(shapes.to_numpy(), return_index=True)
    order = np.lexsort((shapely.area(parts), owner))
    last = np.flatnonzero(np.r_[np.diff(owner[order]) > 0, np.ones(min(len(owner), 1), dtype=bool)])
    return parts[order[last]]


def commune_density(core_communes: gpd.GeoDataFrame, recensement: pd.DataFrame) -> pd.Series:
    """Inhabitants per km2 of each commune, indexed by code; missing without census or area."""
    rows = recensement[recensement["niveau"] == "commune"]
    population = rows.drop_duplicates("code").set_index("code")["population"]
    area = core_communes.set_index("code_commune")["superficie_km2"]
    return population.reindex(area.index).astype(float) / area.where(area > 0)
