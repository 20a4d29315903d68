"""The IRIS of an edition: commune, type and the best contour that can be had."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility import schemas
from fragility.ledger import ledger
from fragility.territory.communes import commune_of_iris
from fragility.territory.crs import METROPOLE, WGS84, departement_of, zone_epsg
from fragility.territory.holes import voronoi_cells

_COLUMNS = list(schemas.TABLES["core_iris"].columns)


def build_iris(
    iris: pd.DataFrame,
    communes: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    contours: gpd.GeoDataFrame,
    iris_contours: gpd.GeoDataFrame,
    iris_centres: gpd.GeoDataFrame,
    *,
    dropped: Mapping[str, int] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Assemble the table of IRIS.

    Parameters
    ----------
    iris : list of IRIS: `code_iris`, `nom`, `type_iris`, `code_arrondissement`, and
        `code_commune` if the list was brought from another map.
    communes : COG (its rows "ARM" say which commune an arrondissement belongs to).
    core_communes : the table of communes, with contours.
    contours : contours of communes and arrondissements: `type_commune`, `code`, `geometry`.
    iris_contours : `code_iris`, `geometry`; one row per code, the preferred release already picked.
    iris_centres : `code_iris`, `geometry` (points).
    dropped : rows of the published list that are no more in `iris`, by reason.

    Returns
    -------
    `core_iris` (its geometry in EPSG:4326), and the ledger.

    Notes
    -----
    By preference: contour of the commune for its only IRIS, if it is not split (`commune`,
    `reconstruit`), published contour (`ign`), Voronoi cell of the published centre clipped to the
    commune or
    arrondissement (`approche`), nothing (`absent`: split communes overseas have no centres).
    A commune of the COG that the list forgets becomes one IRIS of type Z; an IRIS of a commune
    that is not in the COG leaves. Both are counted.
    """
    table = iris[["code_iris", "nom", "type_iris", "code_arrondissement"]].copy()
    table["code_commune"] = commune_of_iris(iris, communes)
    known = table["code_commune"].isin(core_communes["code_commune"])
    table = table[known]
    bare = core_communes[~core_communes["code_commune"].isin(table["code_commune"])]
    added = pd.DataFrame(
        {
            "code_iris": bare["code_commune"] + "0000",
            "nom": bare["nom"],
            "type_iris": "Z",
            "code_arrondissement": bare["code_commune"],
            "code_commune": bare["code_commune"],
        }
    )
    table = pd.concat([table, added]).sort_values("code_iris", ignore_index=True)

    place = core_communes.set_index("code_commune")
    alone = ~table["code_commune"].duplicated(keep=False)
    is_whole = ((table["type_iris"] == "Z") & alone).to_numpy()
    own_commune = place.index.get_indexer(table["code_commune"])
    # The list writes "Ambérieux (commune non irisée)" where the commune's name says it all.
    table["nom"] = table["nom"].str.removesuffix(" (commune non irisée)")
    table.loc[is_whole, "nom"] = place["nom"].to_numpy()[own_commune[is_whole]]

    geometry = np.full(len(table), None, dtype=object)
    origin = np.full(len(table), "absent", dtype=object)
    geometry[is_whole] = place.geometry.to_numpy()[own_commune[is_whole]]
    origin[is_whole] = np.where(
        place["contour_origine"].to_numpy()[own_commune[is_whole]] == "ign",
        "commune",
        place["contour_origine"].to_numpy()[own_commune[is_whole]],
    )

    published = iris_contours.to_crs(WGS84).set_index("code_iris").geometry
    rank = published.index.get_indexer(table["code_iris"])
    has_shape = ~is_whole & (rank >= 0)
    geometry[has_shape] = published.to_numpy()[rank[has_shape]]
    origin[has_shape] = "ign"

    hosts = _hosts(
        core_communes,
        contours,
        gpd.GeoSeries(
            geometry[has_shape],
            index=table["code_arrondissement"][has_shape],
            crs=WGS84,
        ),
    )
    cells = _approximate(table[~is_whole & ~has_shape], hosts, iris_centres)
    geometry[table.index.get_indexer(cells.index)] = cells.to_numpy()
    origin[table.index.get_indexer(cells.index)] = "approche"

    table["contour_origine"] = pd.Series(origin, index=table.index).astype("str")
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=WGS84))[_COLUMNS]
    return frame, ledger(
        "core_iris",
        "liste des IRIS",
        len(iris) + sum((dropped or {}).values()),
        len(frame),
        {
            **(dropped or {}),
            "commune absente du code officiel": (~known).sum(),
            "commune sans IRIS, ajoutée comme non découpée": -len(added),
        },
    )


def _hosts(
    core_communes: gpd.GeoDataFrame, contours: gpd.GeoDataFrame, published: gpd.GeoSeries
) -> gpd.GeoSeries:
    """What the cells of each commune or arrondissement must share, indexed by its code.

    Where only some of its IRIS have a published contour (`published`, indexed by commune or
    arrondissement), the others share the rest.
    """
    boroughs = contours[contours["type_commune"] == "ARM"].set_index("code").geometry
    towns = core_communes.set_index("code_commune").geometry
    hosts = pd.concat([towns[~towns.index.isin(boroughs.index)], boroughs.to_crs(WGS84)])
    hosts = hosts[hosts.notna()]
    taken = published[published.index.isin(hosts.index)]
    if len(taken):
        union = taken.groupby(level=0).agg(lambda shapes: shapely.union_all(shapes.to_numpy()))
        hosts.loc[union.index] = shapely.difference(
            hosts.loc[union.index].to_numpy(), union.to_numpy()
        )
    return hosts


def _approximate(
    table: pd.DataFrame, hosts: gpd.GeoSeries, iris_centres: gpd.GeoDataFrame
) -> gpd.GeoSeries:
    """Voronoi cells of the centres, clipped to their host, in degrees."""
    centres = iris_centres.set_index("code_iris").geometry
    # Centres exist for the metropole only; elsewhere Lambert-93 would be meaningless.
    ready = (
        table["code_iris"].isin(centres.index)
        & table["code_arrondissement"].isin(hosts.index)
        & (zone_epsg(departement_of(table["code_arrondissement"])) == METROPOLE)
    )
    table = table[ready].sort_values(["code_arrondissement", "code_iris"])
    if table.empty:
        return gpd.GeoSeries([], index=table.index, crs=WGS84)
    points = gpd.GeoSeries(centres.reindex(table["code_iris"]), crs=iris_centres.crs)
    points = points.to_crs(METROPOLE).to_numpy()
    codes, group = np.unique(table["code_arrondissement"], return_inverse=True)
    hulls = gpd.GeoSeries(hosts.reindex(codes), crs=WGS84).to_crs(METROPOLE).to_numpy()
    cells = voronoi_cells(points, group, hulls)
    degrees = gpd.GeoSeries(cells, index=table.index, crs=METROPOLE).to_crs(WGS84)
    return degrees[~shapely.is_empty(degrees.to_numpy())]
