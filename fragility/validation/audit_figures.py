"""Drawings of the audit, from its tables alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from rasterio.transform import from_bounds

from fragility.export.labels import NOT_COMPUTED_COLOUR, french
from fragility.territory.crs import is_overseas
from fragility.territory.raster import burn_ranks

DARK, MIDDLE, LIGHT, ACCENT = "#00224e", "#7c7b78", "#bcae6c", "#d55e00"
QUIET = "#e8e8e8"
# Okabe and Ito's colours, told apart by every kind of sight.
KINDS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#000000",
)  # fmt: skip
CLUSTERS = {
    "fragile": ("Foyer de fragilité : élevée, voisines élevées", DARK),
    "peu_fragile": ("Peu fragile, voisines peu fragiles", "#fee838"),
    "isole_fragile": ("Fragile parmi des voisines qui ne le sont pas", ACCENT),
    "isole_peu_fragile": ("Peu fragile parmi des voisines fragiles", "#56b4e9"),
    "aucun": ("Rien que le hasard n'explique", QUIET),
}
_SIZE = 9
_PIXELS = 640
# Communes are outlined where there is room for a line.
_FEW = 1500


def draw_correlations(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Correlation of each sub-score with the others, written in the cells of the lower half."""
    words = [titles[str(key)] for key in table.index]
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    axes = figure.add_subplot()
    values = table.to_numpy(float)
    shown = np.where(np.tri(len(words), k=-1, dtype=bool), values, np.nan)[1:, :-1]
    image = axes.imshow(shown, cmap="cividis_r", vmin=0, vmax=0.6)
    for row, column in np.argwhere(np.isfinite(shown)):
        value = shown[row, column]
        ink = "white" if value > 0.3 else "black"
        axes.text(column, row, french(value, 2), ha="center", va="center", color=ink)
    axes.set_yticks(range(len(words) - 1), words[1:], fontsize=_SIZE)
    axes.set_xticks(range(len(words) - 1), [_broken(w) for w in words[:-1]], fontsize=_SIZE)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    figure.colorbar(image, ax=axes, shrink=0.8, label="corrélation des rangs")
    return figure


def _broken(words: str) -> str:
    """Cut a label in two lines near its middle."""
    parts = words.split(" ")
    cut = min(
        range(1, len(parts) + 1), key=lambda k: abs(len(" ".join(parts[:k])) - len(words) / 2)
    )
    return "\n".join(filter(None, (" ".join(parts[:cut]), " ".join(parts[cut:]))))


def draw_weights(shares: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """Bars of what each indicator weighs, one group a row.

    Parameters
    ----------
    shares : index: indicators; columns: title of each measure, values that add up to 1.
    """
    figure = Figure(figsize=(7.2, 0.55 * len(shares) + 1.2), layout="constrained")
    axes = _plain(figure.add_subplot())
    place = np.arange(len(shares))[::-1].astype(float)
    height = 0.8 / shares.shape[1]
    for rank, (name, colour) in enumerate(zip(shares.columns, (LIGHT, MIDDLE, DARK), strict=False)):
        at = place + 0.4 - height * (rank + 0.5)
        values = 100 * shares[name].to_numpy(float)
        axes.barh(at, values, height=height * 0.92, color=colour, label=str(name))
        for y, value in zip(at, values, strict=True):
            axes.text(value + 0.3, y, f"{french(value)} %", va="center", fontsize=_SIZE - 1)
    axes.set_yticks(place, [titles[str(key)] for key in shares.index])
    axes.set_xlim(0, 100 * float(shares.to_numpy().max()) * 1.12)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.legend(
        fontsize=_SIZE - 1, frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1), ncol=3
    )
    return figure


def draw_deprivation(frame: pd.DataFrame, fragile_from: float) -> Figure:
    """Score against deprivation, communes counted in hexagons, with the four quadrants named.

    Parameters
    ----------
    frame : `score`, `defavorisation_pct`, `est_fragile`, `est_plus_defavorisee` of communes.
    fragile_from : score from which a commune is fragile.
    """
    figure = Figure(figsize=(7.2, 4.8), layout="constrained")
    axes = _plain(figure.add_subplot())
    cells = axes.hexbin(
        frame["defavorisation_pct"], frame["score"], gridsize=36, mincnt=1, cmap="cividis_r",
        norm=LogNorm(), linewidths=0,
    )  # fmt: skip
    axes.axhline(fragile_from, color=ACCENT, linewidth=1.5)
    axes.axvline(80, color=ACCENT, linewidth=1.5)
    fragile, deprived = frame["est_fragile"], frame["est_plus_defavorisee"]
    low, high = axes.get_ylim()
    for words, kind, x, y, side in (
        ("fragile seulement", fragile & ~deprived, 2, high, "left"),
        ("fragile et défavorisée", fragile & deprived, 99, high, "right"),
        ("ni l'un ni l'autre", ~fragile & ~deprived, 2, low, "left"),
        ("défavorisée seulement", ~fragile & deprived, 99, low, "right"),
    ):
        axes.text(
            x, y, f"{words} : {french(int(kind.sum()))}", ha=side,
            va="top" if y == high else "bottom", fontsize=_SIZE, fontweight="bold",
            bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    axes.set_xlabel("Communes moins défavorisées (%)", fontsize=_SIZE)
    axes.set_ylabel("Score de fragilité numérique", fontsize=_SIZE)
    bar = figure.colorbar(cells, ax=axes, label="communes", shrink=0.8)
    ticks = [n for n in (1, 3, 10, 30, 100, 300, 1000) if n <= (cells.get_clim()[1] or 1)]
    bar.set_ticks(ticks, labels=[french(n) for n in ticks], minor=False)
    bar.minorticks_off()
    return figure


@dataclass(frozen=True)
class Canvas:
    """Communes in pixels.

    Attributes
    ----------
    place : rank of the commune in each pixel, from 1; 0 outside.
    codes : codes of the communes, in that order.
    extent : west, east, south, north in degrees.
    """

    place: NDArray[np.int32]
    codes: pd.Series
    extent: tuple[float, float, float, float]


def draw_canvas(communes: gpd.GeoDataFrame) -> Canvas:
    """Put communes in pixels, once for several maps; overseas is left out if there is a mainland.

    Parameters
    ----------
    communes : `code_commune` and contours in longitude and latitude, some missing.
    """
    drawn = communes[communes.geometry.notna() & ~communes.geometry.is_empty]
    inside = ~is_overseas(drawn["code_commune"])
    drawn = drawn[inside] if inside.any() else drawn
    west, south, east, north = map(float, drawn.total_bounds)
    stretch = float(np.cos(np.radians((south + north) / 2)))
    side = max((east - west) * stretch, north - south)
    columns = max(round(_PIXELS * (east - west) * stretch / side), 1)
    rows = max(round(_PIXELS * (north - south) / side), 1)
    at = from_bounds(west, south, east, north, columns, rows)
    place = burn_ranks(drawn.geometry, (rows, columns), at)
    return Canvas(place, drawn["code_commune"], (west, east, south, north))


def draw_map(canvas: Canvas, kinds: pd.Series, colours: Mapping[str, tuple[str, str]]) -> Figure:
    """Colour the communes by kind.

    Parameters
    ----------
    kinds : kind by commune code; communes without one are grey.
    colours : words and colour of each kind, in the order of the legend.
    """
    rank = canvas.codes.map(kinds).map({name: k + 2 for k, name in enumerate(colours)})
    pixels = np.r_[0, rank.fillna(1).astype(int).to_numpy()][canvas.place]
    if len(canvas.codes) <= _FEW:
        edge = np.zeros(pixels.shape, dtype=bool)
        edge[1:] |= canvas.place[1:] != canvas.place[:-1]
        edge[:, 1:] |= canvas.place[:, 1:] != canvas.place[:, :-1]
        pixels[edge] = 0
    palette = ["#ffffff", NOT_COMPUTED_COLOUR, *(colour for _, colour in colours.values())]
    figure = Figure(figsize=(7.2, 6.6), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(
        pixels, cmap=ListedColormap(palette), vmin=-0.5, vmax=len(palette) - 0.5,
        extent=canvas.extent, interpolation="nearest",
        aspect=1 / np.cos(np.radians((canvas.extent[2] + canvas.extent[3]) / 2)),
    )  # fmt: skip
    axes.set_axis_off()
    seen = set(np.unique(pixels))
    handles = [
        Patch(facecolor=colour, edgecolor="#999999", linewidth=0.4, label=words)
        for k, (words, colour) in enumerate(colours.values())
        if k + 2 in seen
    ]
    figure.legend(
        handles=handles, loc="outside lower center", ncol=1, fontsize=_SIZE, frameon=False
    )
    return figure


def draw_profiles(
    means: pd.DataFrame, distance: pd.DataFrame, titles: Sequence[str], names: Sequence[str]
) -> Figure:
    """Mean of each indicator in each kind, coloured by its distance to the mean of communes.

    Parameters
    ----------
    means : one row per kind and, last, that of all communes; percent.
    distance : the same rows, in standard deviations of the communes.
    """
    figure = Figure(figsize=(7.2, 0.42 * len(means) + 1.0), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(distance.to_numpy(float), cmap="PuOr_r", vmin=-1.6, vmax=1.6, aspect="auto")
    for (row, column), value in np.ndenumerate(means.to_numpy(float)):
        if np.isfinite(value):
            far = abs(float(distance.to_numpy(float)[row, column])) > 1.1
            axes.text(
                column, row, f"{french(value)} %", ha="center", va="center", fontsize=_SIZE,
                color="white" if far else "black",
            )  # fmt: skip
    axes.axhline(len(means) - 1.5, color="black", linewidth=1)
    axes.set_yticks(range(len(names)), [_wrapped(name) for name in names], fontsize=_SIZE)
    axes.set_xticks(range(len(titles)), [_broken(t) for t in titles], fontsize=_SIZE)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _wrapped(name: str) -> str:
    return _broken(name) if len(name) > 30 else name


def _plain(axes: Axes) -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=_SIZE)
    return axes
