"""How long it takes to cross each half kilometre of the country, sea and estuaries apart.

A surface is a raster of paces: minutes per kilometre as the crow flies, by the density of the
country, and nothing where there is no land. Trips are the cheapest paths over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine, from_origin
from scipy.ndimage import distance_transform_edt, label, maximum_filter, minimum_filter
from scipy.sparse import csr_array

from fragility.access.travel import speed_kmh
from fragility.access.water import fixed_links, uncrossed_rivers
from fragility.territory.crs import METROPOLE, by_zone
from fragility.territory.raster import burn_ranks

PIXEL_M = 500.0
# Paths go along rows, columns and diagonals. Over all directions they are 5.5 % longer than a
# straight line on average, 8.2 % at most: minutes are divided by the mean.
ELONGATION = 1.0548
# Mean distance of a point of a pixel to its middle, in km: what a trip within a pixel takes.
INNER_KM = 0.3826 * PIXEL_M / 1000
SNAP_PIXELS = 3  # a home or a place in the water is on the nearest land, if it is that near
_AROUND = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True)
class Surface:
    """Paces on a raster, row 0 in the north.

    Attributes
    ----------
    epsg : projection of the metres.
    left, top : west and north edges, metres.
    pace : minutes per km, infinite where nobody passes, shape (rows, columns).
    """

    epsg: int
    left: float
    top: float
    pace: NDArray[np.float32]

    @property
    def transform(self) -> Affine:
        """From columns and rows to metres."""
        return from_origin(self.left, self.top, PIXEL_M, PIXEL_M)

    def pixels(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Position of the pixel of each point, the nearest land if it is in the water, else -1."""
        rows, columns = self.pace.shape
        at = np.column_stack([self.top - xy[:, 1], xy[:, 0] - self.left]) / PIXEL_M
        at = np.nan_to_num(at, nan=-9.0)
        own = np.floor(at).astype(np.int64)
        found = np.full(len(xy), -1, dtype=np.int64)
        inside = ((own >= 0) & (own < [rows, columns])).all(axis=1)
        row, column = own[inside].T
        found[inside] = np.where(
            np.isfinite(self.pace[row, column]), row * columns + column, np.int64(-1)
        )
        wet = np.flatnonzero(found < 0)
        # By the point and not by its pixel: the two banks of a river may share one.
        reach = np.arange(-SNAP_PIXELS, SNAP_PIXELS + 1)
        steps = np.array([(r, c) for r in reach for c in reach])
        around = own[wet][:, None, :] + steps
        away = ((around + 0.5 - at[wet][:, None, :]) ** 2).sum(axis=2)
        inside = ((around >= 0) & (around < [rows, columns])).all(axis=2)
        around = np.where(inside[:, :, None], around, 0)
        land = inside & np.isfinite(self.pace[around[:, :, 0], around[:, :, 1]])
        away = np.where(land & (away <= SNAP_PIXELS**2), away, np.inf)
        best = (np.arange(len(wet)), away.argmin(axis=1))
        found[wet] = np.where(
            np.isfinite(away[best]), around[best][:, 0] * columns + around[best][:, 1], -1
        )
        return found

    def inner_minutes(self, pixels: NDArray[np.int64]) -> NDArray[np.float64]:
        """Minutes from a home to the middle of its pixel; infinite without a pixel."""
        own = self.pace.reshape(-1)[np.maximum(pixels, 0)].astype(float) * INNER_KM
        return np.where(pixels >= 0, own, np.inf)


def build_surfaces(
    grid: pd.DataFrame, core_communes: gpd.GeoDataFrame, density: pd.Series
) -> dict[int, Surface]:
    """Build one surface per projection: the metropole, and each overseas territory.

    Parameters
    ----------
    grid : `core_population_grille` (metropole).
    core_communes : communes with contours.
    density : inhabitants per km2 by commune, where the grid says nothing.

    Returns
    -------
    Surfaces by EPSG code.
    """
    surfaces = {}
    for positions, shapes in by_zone(core_communes.geometry, core_communes["code_departement"]):
        epsg = int(shapes.crs.to_epsg())
        codes = core_communes["code_commune"].iloc[positions]
        own = density.reindex(codes).to_numpy(dtype=float)
        surfaces[epsg] = _surface(epsg, shapes, own, grid if epsg == METROPOLE else None)
    return surfaces


def _surface(
    epsg: int, shapes: gpd.GeoSeries, density: NDArray[np.float64], grid: pd.DataFrame | None
) -> Surface:
    """Rasterise the land of one projection and give each pixel its pace."""
    west, south, east, north = shapes.total_bounds
    left, top = np.floor(west / PIXEL_M - 2) * PIXEL_M, np.ceil(north / PIXEL_M + 2) * PIXEL_M
    shape = (int((top - south) // PIXEL_M) + 3, int((east - left) // PIXEL_M) + 3)
    at = from_origin(left, top, PIXEL_M, PIXEL_M)
    owner = _owners(shapes, shape, at)
    if grid is None or grid.empty:
        speed = speed_kmh(np.r_[np.nan, density])[owner]
    else:
        speed = speed_kmh(_local_density(grid, shape, left, top))
    pace = (60 / speed).astype(np.float32)
    pace[owner == 0] = np.inf
    rivers = uncrossed_rivers(epsg)
    if rivers:
        wet = rasterize(rivers, out_shape=shape, transform=at, all_touched=True, dtype="uint8")
        pace[wet > 0] = np.inf
    links = fixed_links(epsg)
    if links:
        road = rasterize(links, out_shape=shape, transform=at, all_touched=True, dtype="uint8")
        bare = (road > 0) & ~np.isfinite(pace)
        pace[bare] = 60 / speed_kmh(np.zeros(1))[0]
    return Surface(epsg, float(left), float(top), pace)


def _owners(shapes: gpd.GeoSeries, shape: tuple[int, int], at: Affine) -> NDArray[np.int32]:
    """Position of the commune of each pixel, from 1; 0 in the sea.

    A pixel whose middle is in the sea is land if a commune touches it (small islands and capes),
    unless that would join two lands that no middle joins: straits stay open.
    """
    numbered = np.arange(1, len(shapes) + 1)
    middle = burn_ranks(shapes, shape, at)
    # Only those that have a shore, or no pixel at all, can add one.
    shore = np.unique(middle[(minimum_filter(middle, size=3) == 0) & (middle > 0)])
    inland = np.setdiff1d(np.unique(middle), shore)
    coastal = ~np.isin(numbered, inland)
    touched = burn_ranks(shapes[coastal], shape, at, ranks=numbered[coastal], all_touched=True)
    part, _ = label(middle > 0, structure=_AROUND)
    most = maximum_filter(part, size=5)
    least = minimum_filter(np.where(part > 0, part, part.max() + 1), size=5)
    # Near one land only, or near none: then it is an islet of its own.
    added = (middle == 0) & (touched > 0) & ((most == least) | (most == 0))
    return np.where(added, touched, middle)


def _local_density(
    grid: pd.DataFrame, shape: tuple[int, int], left: float, top: float
) -> NDArray[np.float64]:
    """Density around each pixel, from the cells of 1 km.

    A pixel without a cell takes the density of the nearest cell if it is next to it (a park in a
    city is no open country); otherwise it is empty country.
    """
    row = ((top - grid["y_m"]) // PIXEL_M).to_numpy(dtype=np.int64).clip(0, shape[0] - 1)
    column = ((grid["x_m"] - left) // PIXEL_M).to_numpy(dtype=np.int64).clip(0, shape[1] - 1)
    flat = row * shape[1] + column
    size = shape[0] * shape[1]
    count = np.bincount(flat, minlength=size)
    total = np.bincount(flat, grid["densite_hab_km2"].to_numpy(dtype=float), minlength=size)
    density = (total / np.maximum(count, 1)).reshape(shape)
    away, near = distance_transform_edt(count.reshape(shape) == 0, return_indices=True)
    # The middles of cells of 1 km are two pixels apart, three across a park of one cell.
    return np.where(away * PIXEL_M < 1.5 * 1000, density[tuple(near)], 0.0)


def surface_graph(surface: Surface) -> tuple[csr_array, NDArray[np.int32]]:
    """Land pixels as a graph of minutes, with the very costs of `MCP_Geometric`.

    Returns
    -------
    graph : minutes between neighbours, shape (n, n), both ways alike.
    node : number of each pixel, -1 in the water, shape (rows * columns).
    """
    pace = surface.pace
    land = np.isfinite(pace)
    node = np.where(land, np.cumsum(land, dtype=np.int32).reshape(land.shape) - 1, -1)
    node = node.astype(np.int32)
    starts, ends, minutes = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (
            slice(0, pace.shape[0] - down),
            slice(max(-right, 0), pace.shape[1] - max(right, 0)),
        )
        there = (slice(down, None), slice(max(right, 0), pace.shape[1] - max(-right, 0)))
        both = land[here] & land[there]
        starts.append(node[here][both])
        ends.append(node[there][both])
        step = np.hypot(down, right) * PIXEL_M / 1000 / ELONGATION
        minutes.append((pace[here][both] + pace[there][both]) / 2 * np.float32(step))
    one, two, cost = (np.concatenate(part) for part in (starts, ends, minutes))
    size = int(land.sum())
    graph = csr_array(
        (np.r_[cost, cost], (np.r_[one, two], np.r_[two, one])),
        shape=(size, size),
    )
    return graph, node.reshape(-1)
