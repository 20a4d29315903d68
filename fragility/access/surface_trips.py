"""Minutes over a cost surface: to the nearest place from everywhere, and the cost table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from skimage.graph import MCP_Geometric

from fragility.access.cost_surface import ELONGATION, PIXEL_M, Surface, surface_graph
from fragility.access.pairs import Pairs, reach_pairs


@dataclass(frozen=True)
class Spread:
    """Trips from every pixel to the nearest place.

    Attributes
    ----------
    surface : what was crossed.
    minutes : from the middle of each pixel, infinite where no place is reached, shape as `pace`.
    place : position of that place, -1 for none, same shape.
    """

    surface: Surface
    minutes: NDArray[np.float64]
    place: NDArray[np.int32]

    def trips(self, xy: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Place and minutes of some homes, in metres: -1 and infinite where none is reached."""
        pixel = self.surface.pixels(xy)
        known = np.maximum(pixel, 0)
        minutes = self.minutes.reshape(-1)[known] + self.surface.inner_minutes(pixel)
        place = np.where(np.isfinite(minutes), self.place.reshape(-1)[known], -1)
        return place.astype(np.int64), minutes


def search_of(surface: Surface) -> MCP_Geometric:
    """Prepare the search of a surface: it serves for one list of places after another."""
    return MCP_Geometric(surface.pace * np.float32(PIXEL_M / 1000 / ELONGATION))


def spread(
    surface: Surface, places_xy: NDArray[np.float64], search: MCP_Geometric | None = None
) -> Spread:
    """Find the nearest place of each pixel.

    Parameters
    ----------
    places_xy : metres, shape (p, 2); one in the water stands on the nearest land, one far from
        any land is left out.
    search : see `search_of`; made if it is not given.

    Notes
    -----
    `MCP_Geometric` runs once from all places. Which of them a pixel belongs to is read by following
    the way back, doubling its length at each turn. Of several places in one pixel, the first.
    """
    pixel = surface.pixels(places_xy)
    starts, which = np.unique(pixel[pixel >= 0], return_index=True)
    origin = np.flatnonzero(pixel >= 0)[which]
    shape = surface.pace.shape
    place = np.full(shape[0] * shape[1], -1, dtype=np.int32)
    if not len(starts):
        return Spread(surface, np.full(shape, np.inf), place.reshape(shape))
    search = search_of(surface) if search is None else search
    minutes, back = search.find_costs(np.column_stack(np.unravel_index(starts, shape)).tolist())
    step = np.array([row * shape[1] + column for row, column in search.offsets], dtype=np.int32)
    back = back.reshape(-1)
    cell = np.arange(len(back), dtype=np.int32)
    # A start and what is never reached lead to themselves.
    ahead = np.where(back >= 0, cell - step[np.maximum(back, 0)], cell)
    while True:
        further = ahead[ahead]
        if np.array_equal(further, ahead):
            break
        ahead = further
    place[starts] = origin
    return Spread(surface, minutes, place[ahead].reshape(shape))


class SurfaceEngine:
    """The cost surface as the engine of a cost table, see `homes.PairsOf`.

    Parameters
    ----------
    surfaces : by EPSG code.
    """

    name = "surface"

    def __init__(self, surfaces: Mapping[int, Surface]) -> None:
        self.surfaces = surfaces
        self._graphs: dict[int, tuple[csr_array, NDArray[np.int32]]] = {}

    def __call__(
        self,
        homes_xy: NDArray[np.float64],
        places_xy: NDArray[np.float64],
        limit: float,
        epsg: int,
    ) -> Pairs:
        """Pair homes and places, in metres of one projection, within some minutes."""
        surface = self.surfaces[epsg]
        if epsg not in self._graphs:
            self._graphs[epsg] = surface_graph(surface)
        graph, node = self._graphs[epsg]
        home, place = surface.pixels(homes_xy), surface.pixels(places_xy)
        return reach_pairs(
            graph,
            np.where(home >= 0, node[np.maximum(home, 0)], -1),
            np.where(place >= 0, node[np.maximum(place, 0)], -1),
            limit,
            home_leg=surface.inner_minutes(home),
            both_ways=True,
        )
