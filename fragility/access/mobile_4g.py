"""`core_couverture_4g`: share of inhabitants without 4G, from ARCEP's coverage polygons.

Where people live is a population cell of 1 km, taken as evenly inhabited: no public grid of
inhabitants is as fine as the polygons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from fragility.access.canvas import Canvas
from fragility.access.grid import CELL_M, GRID_EPSG, SPLIT, cell_labels, land_of
from fragility.ledger import ledger
from fragility.sources.readers.arcep_couverture import (
    METROPOLE,
    PROJECTIONS,
    Coverage,
)
from fragility.sources.readers.gpkg_stream import read_lines
from fragility.territory.crs import departement_of

ETAPE = "core_couverture_4g"
LATTICE_M = 250.0  # overseas, where no grid of inhabitants is read
NOWHERE = "territoire sans fichier de couverture, sans habitants ou sans contour"
_TYPES = {
    "niveau": "str", "code": "str", "non_4g_pct": "float64", "aucun_operateur_pct": "float64",
    "nb_operateurs": "int64", "origine": "str", "annee": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class _Places:
    """Points of one territory, and the groups that they stand for.

    Attributes
    ----------
    x, y : metres, in the territory's projection.
    group : rank in `units` of each point's group.
    units : one row per group: `code_iris`, `code_commune`, `population`.
    origin : `observe` where a grid places the inhabitants, `impute` where they are spread evenly.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    group: NDArray[np.int32]
    units: pd.DataFrame
    origin: str


def build_couverture_4g(
    coverages: Sequence[Coverage],
    *,
    year: int,
    source: str,
    cells: pd.DataFrame,
    grid: pd.DataFrame,
    iris: gpd.GeoDataFrame,
    recensement: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `core_couverture_4g` for communes and IRIS.

    Parameters
    ----------
    coverages : `read_coverage`, one per operator and territory; none gives an empty table.
    year, source : of the release.
    cells : inhabited cells (`id_maille`, `x`, `y`: centre, EPSG:3035).
    grid : `core_population_grille`, the inhabitants of each cell by IRIS.
    iris : `core_iris`.
    recensement : `core_recensement`, for the inhabitants of the territories that have no cells.

    Returns
    -------
    One row per commune and IRIS that has inhabitants and files: `non_4g_pct`,
    `aucun_operateur_pct`, `nb_operateurs`, `origine`, `annee`; and the ledger.

    Notes
    -----
    `non_4g_pct` is the mean over the territory's operators of the share of inhabitants that each
    leaves out, whatever the level of its coverage: the chance that a network taken at random is
    not there. `aucun_operateur_pct` is the share that all of them leave out. Overseas no grid of
    inhabitants is read: those of an IRIS are spread evenly over it, hence `impute`.
    """
    parts = []
    for territory in dict.fromkeys(c.territory for c in coverages):
        own = [c for c in coverages if c.territory == territory]
        if territory == METROPOLE:
            places = _of_cells(cells, grid, iris)
        else:
            places = _of_contours(iris, territory, recensement)
        if places is not None:
            parts.append(_shares(own, places))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    table = table.assign(annee=year).reindex(columns=list(_TYPES)).astype(_TYPES)
    total = iris["code_commune"].nunique() + len(iris)
    missing = total - len(table) if coverages else 0
    return table, ledger(ETAPE, source, len(table) + missing, len(table), {NOWHERE: missing})


def _shares(coverages: Sequence[Coverage], places: _Places) -> pd.DataFrame:
    """Population-weighted shares of communes and IRIS of one territory."""
    missing, nowhere = _left_out(coverages, places)
    people = places.units["population"]
    counts = pd.DataFrame({"people": people, "missing": missing * people,
                           "nowhere": nowhere * people})  # fmt: skip
    levels = []
    for level, key in (("commune", "code_commune"), ("iris", "code_iris")):
        sums = counts.groupby(places.units[key].to_numpy()).sum()
        sums = sums[sums["people"] > 0]
        levels.append(pd.DataFrame({
            "niveau": level, "code": sums.index,
            "non_4g_pct": (100 * sums["missing"] / sums["people"]).clip(0, 100).to_numpy(),
            "aucun_operateur_pct": (100 * sums["nowhere"] / sums["people"]).clip(0, 100).to_numpy(),
        }))  # fmt: skip
    operators = len({c.operator for c in coverages})
    return pd.concat(levels).assign(nb_operateurs=operators, origine=places.origin)


def _left_out(
    coverages: Sequence[Coverage], places: _Places
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of each group's points without coverage: mean of the operators, all of them."""
    canvas = Canvas.around(places.x, places.y)
    pixels = canvas.pixels(places.x, places.y)
    groups = len(places.units)
    size = np.bincount(places.group, minlength=groups)
    missing, nowhere = np.zeros(groups), np.ones(len(pixels), dtype=bool)
    operators = sorted({c.operator for c in coverages})
    for operator in operators:
        canvas.clear()
        for coverage in coverages:
            if coverage.operator == operator:
                for lines in read_lines(coverage.path):
                    canvas.fill(lines)
        out = ~canvas.inside(pixels)
        missing += np.bincount(places.group, out, groups) / size
        nowhere &= out
    return missing / len(operators), np.bincount(places.group, nowhere, groups) / size


def _of_cells(cells: pd.DataFrame, grid: pd.DataFrame, iris: gpd.GeoDataFrame) -> _Places | None:
    """Take the sub-pixels of cells that lie in an IRIS; a group is a cell in an IRIS."""
    land = land_of(iris)
    used = cells[cells["id_maille"].isin(grid["id_maille"])]
    if used.empty:
        return None
    labels, rows, columns = cell_labels(used, land)
    own = labels[rows, columns]
    cell, pixel = (axis.astype(np.int32) for axis in np.nonzero(own))
    # Integers: nine million pairs of codes would weigh more than the polygons.
    ids = used["id_maille"].to_numpy(dtype=np.int64)[cell]
    rank = pd.Index(land["code_iris"]).get_indexer(grid["code_iris"])
    parts = grid["id_maille"].to_numpy(dtype=np.int64) * len(land) + rank
    order = np.argsort(parts)
    point = ids * len(land) + own[cell, pixel] - 1
    group = order.astype(np.int32)[np.searchsorted(parts[order], point)]
    south, east = np.divmod(pixel, SPLIT)
    step = CELL_M / SPLIT
    x = used["x"].to_numpy()[cell] + (east - (SPLIT - 1) / 2) * step
    y = used["y"].to_numpy()[cell] - (south - (SPLIT - 1) / 2) * step
    to_metres = Transformer.from_crs(GRID_EPSG, PROJECTIONS[METROPOLE], always_xy=True)
    x, y = to_metres.transform(x, y)
    return _Places(x, y, group, grid, "observe")


def _of_contours(
    iris: gpd.GeoDataFrame, territory: str, recensement: pd.DataFrame
) -> _Places | None:
    """Take points of a lattice in each IRIS; its own point when it is too small to hold one."""
    own = iris[iris.geometry.notna() & (departement_of(iris["code_commune"]) == territory)]
    if own.empty:
        return None
    points = [_lattice(shape) for shape in own.geometry.to_crs(PROJECTIONS[territory])]
    census = recensement[recensement["niveau"] == "iris"].set_index("code")["population"]
    units = pd.DataFrame(own[["code_iris", "code_commune"]]).assign(
        population=census.reindex(own["code_iris"]).fillna(0).to_numpy(float)
    )
    xy = np.concatenate(points)
    group = np.repeat(np.arange(len(points), dtype=np.int32), [len(p) for p in points])
    return _Places(xy[:, 0], xy[:, 1], group, units, "impute")


def _lattice(shape: shapely.Geometry) -> NDArray[np.float64]:
    west, south, east, north = (bound / LATTICE_M for bound in shape.bounds)
    x, y = np.meshgrid(
        LATTICE_M * np.arange(np.ceil(west), np.floor(east) + 1),
        LATTICE_M * np.arange(np.ceil(south), np.floor(north) + 1),
    )
    inside = shapely.contains_xy(shape, x, y)
    if not inside.any():
        return np.asarray(shapely.get_coordinates(shape.representative_point()))
    return np.column_stack([x[inside], y[inside]])
