"""Where the people are from whom a place is near or far: cells, or a point for want of cells."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fragility.access.coverage import classify, largest_part
from fragility.access.pairs import Pairs
from fragility.territory.crs import METROPOLE, departement_of, metric_xy, zone_epsg

# Homes and places in metres, shape (n, 2), limit in minutes, EPSG code of the metres -> pairs.
# Each engine (cost surface, road network) offers one.
PairsOf = Callable[[NDArray[np.float64], NDArray[np.float64], float, int], Pairs]


def build_homes(
    grid: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    competences: pd.DataFrame,
    counted: pd.DataFrame,
    *,
    core_iris: gpd.GeoDataFrame | None = None,
    points: bool = True,
) -> pd.DataFrame:
    """List the cells, and the representative point of each territory that has none.

    Parameters
    ----------
    grid : `core_population_grille`.
    core_communes : communes with contours.
    competences : `index_competences`, for `nb_personnes_en_difficulte`.
    counted : inhabitants (`niveau`, `code`, `population`): `core_recensement` or `index_scores`.
    core_iris : stand at the IRIS that have a contour, and at the commune for want of any.
    points : False to leave out the territories without cells.

    Returns
    -------
    `code_commune`, `code_iris` (missing for the point of a commune), `population`,
    `en_difficulte` (people in digital difficulty), `x_m`, `y_m` and `epsg`, the projection of
    these metres; `est_point`. Rows of `grid` first, in their order.

    Notes
    -----
    The people in difficulty of an IRIS are shared between its cells as its inhabitants are: the
    rate is one of those aged 15 or more, and multiplying it by all inhabitants would count one in
    six too many. An IRIS without an estimate takes what its commune has per inhabitant; then all
    homes of a commune are brought to its totals, of people in difficulty and of inhabitants: the
    grid is of another year than the census, and its cells straddle communes.
    """
    cells = grid[["code_commune", "code_iris", "population", "x_m", "y_m"]].assign(
        epsg=METROPOLE, est_point=False
    )
    parts = [cells.assign(en_difficulte=_share_out(cells, competences))]
    wanted = [("commune", "code_commune", core_communes)]
    if core_iris is not None:
        wanted.insert(0, ("iris", "code_iris", core_iris))
    for level, key, territories in wanted if points else []:
        known = np.concatenate([part[key].dropna().unique() for part in parts])
        bare = territories[~territories[key].isin(known) & territories.geometry.notna()]
        parts.append(_points(bare.reset_index(drop=True), key, level, competences, counted))
    homes = pd.concat(parts, ignore_index=True)
    homes["en_difficulte"] *= _to_total(homes, "en_difficulte", _people(competences))
    homes["population"] *= _to_total(homes, "population", _inhabitants(counted))
    return homes.astype({"code_commune": "str", "code_iris": "str"})


def _points(
    bare: gpd.GeoDataFrame,
    key: str,
    level: str,
    competences: pd.DataFrame,
    counted: pd.DataFrame,
) -> pd.DataFrame:
    """Put everybody of each territory at its representative point."""
    departement = departement_of(bare["code_commune"])
    inner = gpd.GeoSeries(shapely.point_on_surface(largest_part(bare.geometry)), crs=bare.crs)
    xy = metric_xy(inner, departement)
    return pd.DataFrame(
        {
            "code_commune": bare["code_commune"].to_numpy(),
            "code_iris": bare[key].to_numpy() if level == "iris" else None,
            "population": _known(bare[key], counted, level, "population"),
            "x_m": xy[:, 0],
            "y_m": xy[:, 1],
            "epsg": zone_epsg(departement).to_numpy(),
            "est_point": True,
            "en_difficulte": _known(bare[key], competences, level, "nb_personnes_en_difficulte"),
        }
    )


def _known(codes: pd.Series, table: pd.DataFrame, level: str, column: str) -> NDArray[np.float64]:
    """Read a column of a table of several levels; nothing known is nobody."""
    values = table[table["niveau"] == level].set_index("code")[column]
    found: NDArray[np.float64] = values.reindex(codes).fillna(0.0).to_numpy(dtype=float)
    return found


def _share_out(cells: pd.DataFrame, competences: pd.DataFrame) -> NDArray[np.float64]:
    """People in difficulty of each cell."""
    per_head = []
    for level, key in (("iris", "code_iris"), ("commune", "code_commune")):
        rows = competences[competences["niveau"] == level]
        people = rows.set_index("code")["nb_personnes_en_difficulte"]
        inhabitants = cells.groupby(key)["population"].sum()
        rate = people.reindex(inhabitants.index) / inhabitants.where(inhabitants > 0)
        per_head.append(cells[key].map(rate).to_numpy(dtype=float))
    known = np.where(np.isnan(per_head[0]), per_head[1], per_head[0])
    return np.nan_to_num(known) * cells["population"].to_numpy(dtype=float)


def _people(competences: pd.DataFrame) -> pd.Series:
    """People in difficulty by commune."""
    rows = competences[competences["niveau"] == "commune"]
    return rows.set_index("code")["nb_personnes_en_difficulte"]


def _inhabitants(counted: pd.DataFrame) -> pd.Series:
    """Inhabitants by commune; where the census counts nobody, the grid is left as it is."""
    rows = counted[counted["niveau"] == "commune"].set_index("code")["population"]
    return rows.where(rows > 0)


def _to_total(homes: pd.DataFrame, column: str, total: pd.Series) -> NDArray[np.float64]:
    """Factor that brings the homes of each commune to its total, 1 where it is not known."""
    found = homes.groupby("code_commune")[column].sum()
    factor = total.reindex(found.index) / found.where(found > 0)
    return homes["code_commune"].map(factor).fillna(1.0).to_numpy(dtype=float)


def zone_pairs(
    homes: pd.DataFrame, places: gpd.GeoDataFrame, limit: float, pairs_of: PairsOf
) -> Pairs:
    """Pair homes and places within a limit, zone of projection by zone.

    Parameters
    ----------
    homes : rows of `build_homes`.
    places : points and `code_commune`.
    limit : minutes.
    pairs_of : the engine, called once per zone that has both homes and places.

    Returns
    -------
    Pairs in the positions of `homes` and `places`. Zones do not meet: a sea parts them.
    """
    departement = departement_of(places["code_commune"])
    xy = metric_xy(places.geometry, departement)
    place_zone = zone_epsg(departement).to_numpy()
    home_zone = homes["epsg"].to_numpy()
    home_xy = homes[["x_m", "y_m"]].to_numpy(dtype=float)
    found = []
    for epsg in np.intersect1d(home_zone, place_zone):
        here, there = np.flatnonzero(home_zone == epsg), np.flatnonzero(place_zone == epsg)
        own = pairs_of(home_xy[here], xy[there], limit, int(epsg))
        found.append((here[own.home], there[own.place], own.minutes))
    parts = [np.concatenate(part) for part in zip(*found, strict=True)] or [np.zeros(0)] * 3
    return Pairs(
        parts[0].astype(np.int32),
        parts[1].astype(np.int32),
        parts[2].astype(np.float32),
        len(homes),
        len(places),
        limit,
    )


def minutes_before(
    homes: pd.DataFrame, couts: pd.DataFrame, portee: pd.DataFrame
) -> NDArray[np.float64]:
    """Minutes of each home to the nearest place of today, infinite without one.

    Parameters
    ----------
    homes : from `build_homes`, cells of the grid first.
    couts : `access_couts`, rows in the order of the cells, or empty when there is no place.
    portee : `access_portee`, for the points.
    """
    minutes = np.full(len(homes), np.inf)
    is_cell = ~homes["est_point"].to_numpy(dtype=bool)
    if len(couts):
        minutes[is_cell] = couts["minutes"].to_numpy(dtype=float)
    points = homes[~is_cell]
    code = points["code_iris"].where(points["code_iris"].notna(), points["code_commune"])
    nearest = portee.drop_duplicates("code").set_index("code")["conseiller_plus_proche_min"]
    minutes[~is_cell] = nearest.reindex(code).to_numpy(dtype=float)
    return np.where(np.isnan(minutes), np.inf, minutes)


def nearest_of(pairs: Pairs, places: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Minutes of each home to the nearest of some places (all, if not said), infinite beyond."""
    nearest = np.full(pairs.homes, np.inf)
    used = np.ones(len(pairs.home), dtype=bool) if places is None else places[pairs.place]
    np.minimum.at(nearest, pairs.home[used], pairs.minutes[used].astype(float))
    return nearest


def commune_reach(
    homes: pd.DataFrame,
    minutes: NDArray[np.float64],
    served: NDArray[np.str_],
    threshold: float,
    band: float,
    *,
    key: str = "code_commune",
) -> pd.DataFrame:
    """Class each territory from the minutes of its homes, as `coverage.build_portee` does.

    One point tells neither how many are out of reach where the verdict is uncertain, nor, in a
    commune that has a place, that nobody is near it: both are left missing or uncertain here too.

    Parameters
    ----------
    homes : from `build_homes`.
    minutes : of each home.
    served : codes of the communes that have a place: without cells they are not called uncovered.
    key : column of the territory of each home: its commune, or its IRIS (missing for some).

    Returns
    -------
    `couverture`, `population_hors_portee_pct`, `nb_personnes_hors_portee` (in difficulty, beyond
    the threshold), indexed by territory; both numbers are missing where the coverage is uncertain
    and the territory known by a point.
    """
    known = homes[key].notna().to_numpy()
    homes, minutes = homes[known], minutes[known]
    group, codes = pd.factorize(homes[key], sort=True)
    people = homes["population"].to_numpy(dtype=float)
    # A point stands for everybody, even where nobody is counted.
    weight = np.where(homes["est_point"] & ~(people > 0), 1.0, people)
    total = np.bincount(group, weight, minlength=len(codes))

    def share(limit: float) -> NDArray[np.float64]:
        beyond = np.bincount(group, weight * (minutes > limit), minlength=len(codes))
        return beyond / np.maximum(total, 1e-9)

    coverage = classify(share(threshold * (1 - band)), share(threshold * (1 + band)))
    by_point = np.bincount(group, homes["est_point"], minlength=len(codes)) > 0
    inside = homes["est_point"] & homes["code_commune"].isin(served)
    spared = np.bincount(group, inside, minlength=len(codes)) > 0
    coverage = np.where(spared & (coverage == "non_couverte"), "incertaine", coverage)
    told = ~(by_point & (coverage == "incertaine"))
    lost = homes["en_difficulte"].to_numpy(dtype=float) * (minutes > threshold)
    beyond = np.bincount(group, lost, minlength=len(codes))
    return pd.DataFrame(
        {
            "couverture": coverage,
            "population_hors_portee_pct": np.where(
                told, np.clip(100 * share(threshold), 0, 100), np.nan
            ),
            "nb_personnes_hors_portee": np.where(told, beyond, np.nan),
        },
        index=pd.Index(codes, dtype="str", name=key),
    )


def is_uncovered(coverage: pd.Series, fragile: pd.Series) -> pd.Series:
    """Fragile and not covered, one row per row of `coverage` (indexed by commune)."""
    known = fragile.reindex(coverage.index).fillna(False).astype(bool)
    return coverage.eq("non_couverte") & known
