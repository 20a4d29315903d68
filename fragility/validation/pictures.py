"""The pictures of the validation page, made from an edition's own outputs."""

from __future__ import annotations

import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image

from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    NOT_COMPUTED_COLOUR,
    NOT_COMPUTED_LABEL,
)
from fragility.territory.crs import METROPOLE, is_overseas

COVERAGE_COLOURS = {"couverte": "#d9e6f2", "incertaine": "#8fb3d9", "non_couverte": "#1b4f8a"}
OUTLINE = "#d55e00"
DPI = 95


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG with a small palette and no date: equal data give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, bbox_inches="tight")
    # A map of a few flat colours needs no more than a palette: a third of the size.
    Image.open(buffer).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path


def metropole(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Communes that Lambert-93 measures, projected; the maps say that overseas is not drawn."""
    drawn = communes[communes.geometry.notna() & ~is_overseas(communes["code_commune"])]
    return drawn.to_crs(METROPOLE)


def class_legend() -> list[Patch]:
    """One patch per class, and the grey one."""
    handles = [Patch(color=c, label=CLASS_LABELS[k]) for k, c in CLASS_COLOURS.items()]
    return [*handles, Patch(color=NOT_COMPUTED_COLOUR, label=NOT_COMPUTED_LABEL)]


def draw_classes(axes: Axes, frame: gpd.GeoDataFrame, classes: pd.Series, title: str) -> None:
    """Colour communes by class 1 to 5, grey where there is none."""
    colours = classes.map(CLASS_COLOURS).fillna(NOT_COMPUTED_COLOUR)
    frame.plot(ax=axes, color=colours.to_numpy(), linewidth=0)
    axes.set_title(title, fontsize=10)
    axes.set_axis_off()


def picture_score(communes: gpd.GeoDataFrame, path: Path, title: str) -> Path:
    """Map of the score's classes, fragile and uncovered communes outlined."""
    frame = metropole(communes)
    figure = Figure(figsize=(8, 8))
    axes = figure.add_subplot()
    draw_classes(axes, frame, frame["classe"], title)
    handles: list[Patch | Line2D] = [*class_legend()]
    flagged = frame[frame["est_fragile_non_couverte"]]
    if len(flagged):
        width = 1.6 if len(frame) < 1000 else 0.35
        flagged.boundary.plot(ax=axes, color=OUTLINE, linewidth=width)
        handles.append(Line2D([], [], color=OUTLINE, label="Fragile et non couverte"))
    axes.legend(handles=handles, loc="lower left", fontsize=7, frameon=False)
    return save(figure, path)


def picture_coverage(communes: gpd.GeoDataFrame, path: Path) -> Path:
    """Map of the coverage by a conseiller numérique."""
    frame = metropole(communes)
    figure = Figure(figsize=(8, 8))
    axes = figure.add_subplot()
    colours = frame["couverture"].map(COVERAGE_COLOURS).fillna(NOT_COMPUTED_COLOUR)
    frame.plot(ax=axes, color=colours.to_numpy(), linewidth=0)
    words = {"couverte": "Couverte", "incertaine": "Incertaine", "non_couverte": "Non couverte"}
    axes.legend(
        handles=[Patch(color=c, label=words[k]) for k, c in COVERAGE_COLOURS.items()],
        loc="lower left", fontsize=7, frameon=False,
    )  # fmt: skip
    axes.set_title("À 20 minutes d'un conseiller numérique", fontsize=10)
    axes.set_axis_off()
    return save(figure, path)


def picture_poverty(
    communes: gpd.GeoDataFrame, published: pd.Series, region: str, path: Path
) -> Path:
    """Poverty sub-scores of one région side by side: as published, and as modelled here."""
    frame = metropole(communes[communes["nom_region"] == region])
    scores = {
        "Publié en 2023": frame["code_commune"].map(published),
        "Observé ou modélisé ici": frame["score_pauvrete"],
    }
    figure = Figure(figsize=(11, 4.4))
    for position, (title, score) in enumerate(scores.items(), start=1):
        axes = figure.add_subplot(1, 2, position)
        draw_classes(axes, frame, score_fifths(score), f"{title} — pauvreté, {region}")
    figure.legend(handles=fifth_legend(), loc="lower center", ncol=6, fontsize=7, frameon=False)
    return save(figure, path)


def score_fifths(score: pd.Series) -> pd.Series:
    """Class 1 to 5 of a sub-score of 1 to 10: two by two."""
    return np.ceil(score / 2).astype("Int64")


def fifth_legend() -> list[Patch]:
    """One patch per pair of poverty sub-scores, and the grey one."""
    words = ["Scores 1-2 (peu de pauvreté)", "3-4", "5-6", "7-8", "9-10 (le plus)"]
    colours = CLASS_COLOURS.values()
    handles = [Patch(color=c, label=w) for c, w in zip(colours, words, strict=True)]
    return [*handles, Patch(color=NOT_COMPUTED_COLOUR, label="Aucun")]


def picture_model(residuals: pd.DataFrame, path: Path) -> Path:
    """Observed against predicted poverty, départements left out."""
    figure = Figure(figsize=(5.5, 5.5))
    axes = figure.add_subplot()
    axes.scatter(residuals["observe"], residuals["predit"], s=4, alpha=0.35, color="#00224e")
    top = float(residuals[["observe", "predit"]].to_numpy().max()) + 2
    axes.plot([0, top], [0, top], color="#d55e00", linewidth=1)
    axes.set_xlabel("Pauvreté publiée (%)")
    axes.set_ylabel("Prédite sans rien savoir du groupe (%)")
    axes.set_title("Modèle de pauvreté, groupes tenus à l'écart", fontsize=10)
    axes.set_aspect("equal")
    return save(figure, path)
