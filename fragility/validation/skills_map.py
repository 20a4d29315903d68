"""The two maps of docs/competences.md: where difficulty is frequent, where the people are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rasterio.transform import from_bounds

from fragility.territory.raster import burn_ranks
from fragility.validation.blocks import Block
from fragility.validation.pictures import metropole

_RATE_COLOURS = "cividis_r"
_SIDE = 640  # pixels of the longer side


def map_block(communes: gpd.GeoDataFrame, competences: pd.DataFrame) -> Block:
    """Both maps side by side: the rate, and the people.

    Parameters
    ----------
    communes : mart `communes`.
    competences : table `index_competences`.
    """
    own = competences[competences["niveau"] == "commune"].set_index("code")
    frame = metropole(communes)
    rate = own["difficulte_numerique_pct"].reindex(frame["code_commune"]).to_numpy(float)
    people = own["nb_personnes_en_difficulte"].reindex(frame["code_commune"]).to_numpy(float)
    figure = Figure(figsize=(7.4, 4))
    left, right = figure.subplots(1, 2)
    west, south, east, north = bounds = frame.total_bounds
    shown = left.imshow(
        _pixels(frame, rate, bounds), cmap=_RATE_COLOURS, extent=(west, east, south, north),
        vmin=float(np.nanquantile(rate, 0.02)), vmax=float(np.nanquantile(rate, 0.98)),
        interpolation="nearest",
    )  # fmt: skip
    figure.colorbar(shown, ax=left, shrink=0.6, label="%")
    left.set_title("Taux : part des 15 ans ou plus", fontsize=10)
    box = frame.geometry.bounds
    right.scatter(
        (box["minx"] + box["maxx"]) / 2, (box["miny"] + box["maxy"]) / 2,
        s=np.nan_to_num(people) / 1200, color="#00224e", alpha=0.5, linewidths=0, rasterized=True,
    )  # fmt: skip
    right.set_xlim(left.get_xlim())
    right.set_ylim(left.get_ylim())
    right.set_title("Nombre : surface du disque", fontsize=10)
    for axes in (left, right):
        axes.set_aspect("equal")
        axes.set_axis_off()
    figure.tight_layout()
    return Block(
        "Les deux cartes",
        (
            "À gauche la part des habitants en difficulté, à droite leur nombre. L'outre-mer n'est "
            "pas dessiné.",
        ),
        figure=figure,
        alt="Deux cartes de la métropole : le taux de chaque commune, et le nombre de personnes.",
    )


def _pixels(
    frame: gpd.GeoDataFrame, rate: NDArray[np.float64], bounds: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Rates on a raster, missing outside: 35,000 outlines would weigh more than the page."""
    west, south, east, north = bounds
    side = max(east - west, north - south, 1.0)
    shape = (
        max(round(_SIDE * (north - south) / side), 1),
        max(round(_SIDE * (east - west) / side), 1),
    )
    rank = burn_ranks(frame.geometry, shape, from_bounds(*bounds, shape[1], shape[0]))
    return np.r_[np.nan, rate].astype(np.float32)[rank]
