"""Pictures of docs/incertitude.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fragility.validation import honesty
from fragility.validation.honesty_inputs import Inputs
from fragility.validation.pictures import save

DARK, LIGHT, MARK = "#00224e", "#8fb3d9", "#d55e00"
SHOWN = 60


def draw_calibration(classes: pd.DataFrame, path: Path) -> Path:
    """Announced probability against what happens; the size of a dot is its number of communes."""
    figure = Figure(figsize=(5, 5))
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], color=MARK, linewidth=1, label="Probabilité exacte")
    share = classes["fragiles_pct"] / 100
    # Nine times in ten a count of that size would fall within this of its probability.
    error = 164.5 * np.sqrt((share * (1 - share)).clip(0.01) / classes["nombre"])
    axes.errorbar(
        classes["annonce_pct"], classes["fragiles_pct"], yerr=error, fmt="none", ecolor=LIGHT
    )
    axes.scatter(
        classes["annonce_pct"],
        classes["fragiles_pct"],
        s=6 + 2.5 * np.sqrt(classes["nombre"]),
        color=DARK,
        zorder=3,
        label="Communes dont le taux a été caché",
    )
    axes.set_xlabel("Probabilité annoncée d'être fragile (%)")
    axes.set_ylabel("Fragiles avec leur taux publié (%)")
    axes.set_title("Ce que vaut une probabilité", fontsize=10)
    axes.set_xlim(-3, 103)
    axes.set_ylim(-3, 103)
    axes.legend(fontsize=7, frameon=False, loc="upper left")
    return save(figure, path)


def draw_coverage(hidden: pd.DataFrame, small: pd.DataFrame, path: Path) -> Path:
    """Share of hidden rates that the 90 % intervals hold, by size of commune."""
    figure = Figure(figsize=(6.5, 3.6))
    axes = figure.add_subplot()
    axes.axhspan(87, 93, color=LIGHT, alpha=0.5, linewidth=0, label="87 à 93 %")
    axes.axhline(90, color=MARK, linewidth=1)
    for frame, label, marker, fill in (
        (hidden, "Pauvreté cachée", "o", DARK),
        (small, "Essai : chômage, là où la pauvreté n'est pas publiée", "s", "white"),
    ):
        classes = honesty.coverage_by(frame, "population", honesty.SIZES)
        classes = classes[classes["nombre"] >= 30]
        high = classes["a"].where(np.isfinite(classes["a"]), 4 * classes["de"])
        middle = np.sqrt(classes["de"].clip(lower=25) * high)
        axes.plot(
            middle, classes["couverture_pct"], marker=marker, color=DARK, linewidth=1,
            markerfacecolor=fill, label=label,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xticks([100, 1000, 10_000], ["100", "1 000", "10 000"])
    axes.set_ylim(75, 101)
    axes.set_xlabel("Habitants")
    axes.set_ylabel("Taux dans l'intervalle à 90 % (%)")
    axes.set_title("Les intervalles contiennent-ils la vérité ?", fontsize=10)
    axes.legend(fontsize=7, frameon=False, loc="lower right")
    return save(figure, path)


def draw_bounds(table: pd.DataFrame, inputs: Inputs, path: Path) -> Path:
    """Communes taken evenly along the ranking, each with its interval."""
    scores = inputs.scores[inputs.scores["niveau"] == "commune"]
    own = table[table["niveau"] == "commune"].merge(scores[["code", "rang", "est_fragile"]],
                                                    on="code")  # fmt: skip
    own = own.sort_values(["rang", "code"], ignore_index=True)
    limit = int(own["est_fragile"].sum())
    rows = own.iloc[np.linspace(0, len(own) - 1, min(SHOWN, len(own))).astype(int)]
    place = np.arange(len(rows))
    figure = Figure(figsize=(8, 4))
    axes = figure.add_subplot()
    low, high = rows["rang_bas"].astype(float), rows["rang_haut"].astype(float)
    colours = np.where(rows["est_fragile"], DARK, LIGHT)
    axes.vlines(place, low, high, colors=colours.tolist(), linewidth=3)
    axes.scatter(place, rows["rang"].astype(float), color=MARK, s=9, zorder=3, label="Rang publié")
    axes.axhline(limit, color="#777777", linewidth=1, linestyle="--")
    axes.text(
        len(rows) - 1, limit, "seuil des communes fragiles", fontsize=7, ha="right", va="bottom"
    )
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_xlabel(f"{len(rows)} communes, de la plus fragile à la moins fragile")
    axes.set_ylabel("Rang (1 = la plus fragile)")
    axes.set_title("Rang de communes prises à intervalle régulier, et 90 % des calculs",
                   fontsize=10)  # fmt: skip
    axes.legend(fontsize=7, frameon=False, loc="lower left")
    return save(figure, path)
