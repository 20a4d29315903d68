"""Drawings of the sensitivity of the ranking, from the table `index_sensibilite` alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

DARK, MIDDLE, LIGHT, ACCENT = "#00224e", "#7c7b78", "#bcae6c", "#ba5400"
# Told apart by their stroke too.
STROKES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2)))
INKS = (DARK, ACCENT, MIDDLE, "#1b7a8a", "#8a1b6a", "#6a5d00")
_SIZE = 9


def _written(value: float, _: int) -> str:
    return f"{value:,g}".replace(",", "\u202f").replace(".", ",").replace("-", "\u2212")


def plain(axes: Axes, title: str = "") -> Axes:
    """Leave nothing but the axes that are read, numbers as French text writes them."""
    axes.spines[["top", "right"]].set_visible(False)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.set_major_formatter(FuncFormatter(_written))
    axes.tick_params(labelsize=_SIZE)
    if title:
        axes.set_title(title, fontsize=_SIZE + 1, loc="left")
    return axes


def draw_indices(
    table: pd.DataFrame, titles: Mapping[str, str], outcomes: Mapping[str, str]
) -> Figure:
    """Total indices with their interval, and first-order ones, one panel per outcome.

    Parameters
    ----------
    table : rows `premier_ordre` and `total`.
    titles : words of each factor, from the one that matters most.
    outcomes : title of each panel.
    """
    figure = Figure(figsize=(7.2, 0.42 * len(titles) + 1.3), layout="constrained")
    panels = figure.subplots(1, len(outcomes), sharey=True, squeeze=False)[0]
    place = np.arange(len(titles))[::-1]
    for axes, (outcome, title) in zip(panels, outcomes.items(), strict=True):
        rows = table[table["resultat"] == outcome]
        total = rows[rows["analyse"] == "total"].set_index("facteur").reindex(list(titles))
        first = rows[rows["analyse"] == "premier_ordre"].set_index("facteur").reindex(list(titles))
        value = 100 * total["valeur"].to_numpy()
        edges = 100 * total[["bas", "haut"]].to_numpy().T
        axes.barh(place, value, color=DARK, height=0.6, label="seul ou avec d'autres (90 %)")
        axes.hlines(place, *edges, color=ACCENT, linewidth=2)
        alone = (100 * first["valeur"]).clip(0).to_numpy()
        axes.plot(alone, place, "D", color=LIGHT, markeredgecolor="black", label="seul")
        plain(axes, title).set_xlabel("% de la variance", fontsize=_SIZE)
        axes.set_xlim(0, 100)
    panels[0].set_yticks(place, list(titles.values()))
    handles = panels[-1].get_legend_handles_labels()
    figure.legend(*handles, fontsize=_SIZE - 1, frameon=False, ncol=2, loc="outside lower center")
    return figure


def draw_changes(values: pd.Series, xlabel: str) -> Figure:
    """Horizontal bars, the value written at their end.

    Parameters
    ----------
    values : index: words; drawn in order from the top. A missing value leaves a gap.
    """
    figure = Figure(figsize=(7.2, 0.26 * len(values) + 0.8), layout="constrained")
    axes = plain(figure.add_subplot())
    place = np.arange(len(values))[::-1]
    heights = values.to_numpy(float)
    axes.barh(place, np.nan_to_num(heights), color=np.where(heights < 0, ACCENT, DARK), height=0.65)
    for at, value in zip(place, heights, strict=True):
        if np.isfinite(value):
            words = f"{value:,.0f}".replace(",", "\u202f").replace("-", "\u2212")
            axes.annotate(
                words, (value, at), xytext=(3 if value >= 0 else -3, 0), textcoords="offset points",
                va="center", ha="left" if value >= 0 else "right", fontsize=_SIZE - 1,
            )  # fmt: skip
    axes.set_yticks(place, [str(name) for name in values.index])
    axes.axvline(0, color="black", linewidth=0.8)
    axes.margins(x=0.12, y=0.02)
    axes.set_xlabel(xlabel, fontsize=_SIZE)
    return figure


def draw_curves(table: pd.DataFrame, titles: Mapping[str, str], level: float) -> Figure:
    """Share of the fragile communes that are replaced, against the weight of each indicator.

    Parameters
    ----------
    table : rows `courbe_poids`.
    titles : words of each indicator.
    level : share from which the list is called changed, in percent.
    """
    figure = Figure(figsize=(7.2, 3.6), layout="constrained")
    axes = plain(figure.add_subplot())
    for position, (key, title) in enumerate(titles.items()):
        rows = table[table["facteur"] == key]
        weight = 100 * rows["resultat"].astype(float)
        axes.plot(
            weight, rows["valeur"], label=title, linewidth=1.8,
            color=INKS[position % len(INKS)], linestyle=STROKES[position % len(STROKES)],
        )  # fmt: skip
    axes.axhline(level, color="black", linewidth=0.8, linestyle=(0, (1, 3)))
    axes.set_xlabel(
        "Poids de l'indicateur, les autres gardant leurs proportions (%)", fontsize=_SIZE
    )
    axes.set_ylabel("Communes fragiles remplacées (%)", fontsize=_SIZE)
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=_SIZE - 1, frameon=False)
    return figure
