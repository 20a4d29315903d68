"""Pictures of docs/reseau.md: minutes along the roads, speeds by distance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from fragility.access.network_trips import quickest_trips
from fragility.access.travel import SPEEDS_KMH
from fragility.validation.network_sample import Sample


def draw_speeds(axes: Axes, found: Mapping[str, pd.DataFrame]) -> None:
    """Draw straight-line speeds by distance, and those assumed by density without a network.

    Parameters
    ----------
    found : name of an extract -> its table, see `detours`.
    """
    names = list(dict.fromkeys(name for table in found.values() for name in table["distance"]))
    for rank, (extract, table) in enumerate(found.items()):
        at = [names.index(name) for name in table["distance"]]
        axes.fill_between(
            at, table["vol_kmh_p10"], table["vol_kmh_p90"], alpha=0.2, color=f"C{rank}"
        )
        axes.plot(at, table["vol_kmh"], marker="o", color=f"C{rank}", label=extract)
    for density, speed in SPEEDS_KMH.items():
        axes.axhline(speed, color="0.6", linewidth=0.8, linestyle="--")
        axes.annotate(
            f"dès {density:g} hab./km²", (len(names) - 0.35, speed), fontsize=7, ha="center",
            va="center", backgroundcolor="white",
        )  # fmt: skip
    axes.set(
        xticks=range(len(names)), xlim=(-0.3, len(names) + 0.2), ylim=(0, None),
        ylabel="km/h à vol d'oiseau",
    )  # fmt: skip
    axes.set_xticklabels(names, fontsize=8)
    axes.legend(fontsize=8, loc="upper left")


def draw_minutes(axes: Axes, sample: Sample) -> None:
    """Draw the roads of a sample, coloured by the minutes to the nearest of its places."""
    network = sample.network
    minutes = quickest_trips(network, network.xy, sample.places).minutes
    graph = network.graph.tocoo()
    lines = np.stack([network.xy[graph.row], network.xy[graph.col]], axis=1) / 1000
    middle = np.minimum((minutes[graph.row] + minutes[graph.col]) / 2, 30)
    drawn = LineCollection(list(lines), array=middle, cmap="viridis_r", linewidths=0.9)
    axes.add_collection(drawn)
    x, y = sample.places.T / 1000
    axes.scatter(x, y, marker="^", color="#d55e00", s=40, zorder=3)
    axes.set_aspect("equal")
    axes.autoscale()
    axes.set_axis_off()
    axes.figure.colorbar(drawn, ax=axes, label="minutes (au plus 30)", shrink=0.7)
