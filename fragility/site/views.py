"""The views that the map offers: the metropole first, then each territory overseas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.export.contours import zones_of
from fragility.territory.crs import METROPOLE

HOME = "France métropolitaine"


def quick_views(contours: gpd.GeoDataFrame, names: pd.Series) -> list[dict[str, object]]:
    """List the views of an edition, the first one first.

    Parameters
    ----------
    contours : table `core_contours`.
    names : name of each département, indexed by code.

    Returns
    -------
    `nom` and `emprise` ([west, south, east, north] in degrees) of each view: the metropole, and
    each département overseas. An edition of one zone has one view, of all it holds.
    """
    own = contours[(contours["niveau"] == "departement") & contours.geometry.notna()]
    bounds = shapely.bounds(np.asarray(own.geometry.array)).reshape(-1, 4)
    zones = zones_of(bounds)
    home = zones == METROPOLE
    if len(set(zones)) < 2 or not home.any():
        return [{"nom": "Tout", "emprise": _around(bounds)}]
    away = sorted(zip(own["code"][~home], bounds[~home], strict=True), key=lambda pair: pair[0])
    views: list[dict[str, object]] = [{"nom": HOME, "emprise": _around(bounds[home])}]
    views += [{"nom": str(names[code]), "emprise": _around(box[np.newaxis])} for code, box in away]
    return views


def _around(bounds: np.ndarray) -> list[float]:
    return [float(v) for v in (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))]
