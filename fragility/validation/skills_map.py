"""The two maps of docs/competences.md: where difficulty is frequent, where the people are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fragility.validation.blocks import Block
from fragility.validation.pictures import metropole

_RATE_COLOURS = "cividis_r"


def map_block(communes: gpd.GeoDataFrame, competences: pd.DataFrame) -> Block:
    """Both maps side by side: the rate, and the people.

    Parameters
    ----------
    communes : mart `communes`.
    competences : table `index_competences`.
    """
    own = competences[competences["niveau"] == "commune"].set_index("code")
    frame = metropole(communes)
    rate = own["difficulte_numerique_pct"].reindex(frame["code_commune"]).to_numpy()
    people = own["nb_personnes_en_difficulte"].reindex(frame["code_commune"]).to_numpy()
    figure = Figure(figsize=(9, 4.8))
    left, right = figure.subplots(1, 2)
    shades = frame.assign(rate=rate)
    shades.plot(
        ax=left, column="rate", cmap=_RATE_COLOURS, linewidth=0, legend=True,
        vmin=float(np.nanquantile(rate, 0.02)), vmax=float(np.nanquantile(rate, 0.98)),
        legend_kwds={"shrink": 0.6, "label": "%"}, missing_kwds={"color": "#d9d9d9"},
    )  # fmt: skip
    left.set_title("Taux : part des 15 ans ou plus", fontsize=10)
    points = frame.geometry.representative_point()
    right.scatter(
        points.x, points.y, s=np.nan_to_num(people) / 800, color="#00224e", alpha=0.5, linewidths=0
    )
    right.set_title("Nombre : surface du disque", fontsize=10)
    for axes in (left, right):
        _bare(axes)
    figure.tight_layout()
    return Block(
        "Les deux cartes",
        ("À gauche où la difficulté est fréquente, à droite où sont les gens.",),
        figure=figure,
        alt="Deux cartes de France : le taux est haut dans le centre, le nombre dans les villes.",
    )


def _bare(axes: Axes) -> None:
    axes.set_aspect("equal")
    axes.set_axis_off()
