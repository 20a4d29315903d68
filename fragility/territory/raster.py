"""Which territory is under each pixel."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine


def burn_ranks(
    shapes: gpd.GeoSeries,
    size: tuple[int, int],
    transform: Affine,
    *,
    ranks: NDArray[np.integer[Any]] | None = None,
    all_touched: bool = False,
) -> NDArray[np.int32]:
    """Write on a raster the rank of the polygon under each pixel.

    Parameters
    ----------
    shapes : polygons and multipolygons in the units of `transform`, none missing.
    size : rows and columns.
    ranks : of each shape, 1 and up in order if not given.
    all_touched : count the pixels that a shape touches, and not those whose middle it holds.

    Returns
    -------
    Ranks, shape `size`, 0 where there is no shape; the last shape wins.
    """
    labels = np.zeros(size, dtype=np.int32)
    numbers = np.arange(1, len(shapes) + 1) if ranks is None else ranks
    # `rasterize` refuses an empty list.
    if len(shapes):
        pairs = zip(shapes.to_numpy(), numbers.tolist(), strict=True)
        rasterize(pairs, out=labels, transform=transform, all_touched=all_touched)
    return labels
