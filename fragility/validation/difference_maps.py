"""Maps of what is wrong in a published file: poverty filled by file order, income upside down.

The région is chosen by the file, so that any file has its maps: where the runs of equal classes
cross the most borders, or where there are the most IRIS. Overseas régions are not drawn.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from fragility.export.labels import CLASS_COLOURS, NOT_COMPUTED_COLOUR
from fragility.territory.crs import METROPOLE, is_overseas
from fragility.validation.alignment import Alignment
from fragility.validation.file_order import MIN_RUN
from fragility.validation.income_2020 import Incomes
from fragility.validation.own_classes import Own
from fragility.validation.pictures import OUTLINE, draw_classes, fifth_legend, score_fifths
from fragility.validation.published import Published

BORDER = "#000000"
LONG_RUN, NO_RUN = CLASS_COLOURS[4], "#e8e4d8"
MIN_SHAPES = 5


def read_shapes(own: Own, level: str, codes: pd.Index) -> gpd.GeoDataFrame:
    """Contours of communes or IRIS of the mainland, in Lambert-93, indexed by code.

    An IRIS that is a whole commune has its commune's contour.
    """
    table = gpd.read_parquet(
        own.table("core_contours"), filters=[("niveau", "in", ["commune", level])]
    )
    by_level = {name: rows.set_index("code")["geometry"] for name, rows in table.groupby("niveau")}
    shapes = by_level["commune"].reindex(codes)
    if level == "iris":
        parent = own.iris["code_commune"].reindex(codes)
        single = parent.map(own.communes["nb_iris"]).eq(1)
        whole = by_level["commune"].reindex(parent.where(single)).set_axis(codes)
        cut = by_level.get("iris", gpd.GeoSeries(dtype="geometry")).reindex(codes)
        shapes = cut.where(cut.notna(), whole)
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=table.crs), index=codes)
    mainland = ~is_overseas(pd.Series(codes, index=codes))
    return frame[frame.geometry.notna() & mainland].to_crs(METROPOLE)


def borders_of(own: Own, codes: pd.Index) -> gpd.GeoDataFrame:
    """Contours of the départements of some communes or IRIS."""
    table = gpd.read_parquet(
        own.table("core_contours"), filters=[("niveau", "==", "departement")]
    )  # fmt: skip
    inside = own.communes["code_departement"].reindex(codes.str[:5]).dropna().unique()
    return table[table["code"].isin(inside) & table.geometry.notna()].to_crs(METROPOLE)


def region_of(own: Own, codes: pd.Index) -> pd.Series:
    """Name of the région of communes or IRIS, missing where the edition does not know it."""
    parents = own.iris["code_commune"].reindex(codes) if codes.str.len().max() > 5 else codes
    return pd.Series(own.communes["nom_region"].reindex(parents).to_numpy(), index=codes)


def map_file_order(
    published: Published, aligned: Alignment, runs: pd.DataFrame, own: Own
) -> Figure | None:
    """Published poverty beside ours, and the runs of equal classes.

    Returns
    -------
    None when there is nothing to draw (overseas, level without contours, no runs).
    """
    if runs.empty or not own.table("core_contours").is_file():
        return None
    shapes = read_shapes(own, published.level, aligned.frame.index)
    runs = runs.reindex(shapes.index)
    long = runs["longueur"].ge(MIN_RUN)
    across = long & runs["passe_frontiere"].eq(True)
    region = region_of(own, shapes.index)
    # Where most runs cross a border, then where there are most rows.
    tally = pd.DataFrame({"across": across, "rows": 1}).groupby(region).sum()
    if tally.empty or tally["rows"].max() < MIN_SHAPES:
        return None
    name = str(tally.sort_values(["across", "rows"]).index[-1])
    shapes = shapes[region.eq(name)]
    long, across = long.reindex(shapes.index), across.reindex(shapes.index)
    borders = borders_of(own, shapes.index)
    figure = Figure(figsize=(13, 5))
    figure.subplots_adjust(left=0, right=1, top=0.88, bottom=0.14, wspace=0.02)
    panels = {
        "Pauvreté publiée": published.table["pauvrete"],
        "Pauvreté observée ou modélisée ici": aligned.frame["pauvrete_haut"],
    }
    for position, (title, score) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(1, 3, position)
        draw_classes(axes, shapes, score_fifths(score.reindex(shapes.index)), f"{title}\n{name}")
        _draw_borders(axes, borders)
    axes = figure.add_subplot(1, 3, 3)
    colours = np.select([across, long], [OUTLINE, LONG_RUN], NO_RUN)
    shapes.plot(ax=axes, color=colours, linewidth=0)
    axes.set_title(f"Suites de {MIN_RUN} codes INSEE ou plus\nde même classe publiée", fontsize=10)
    axes.set_axis_off()
    _draw_borders(axes, borders)
    figure.legend(
        handles=[
            Patch(color=OUTLINE, label="Suite qui passe une limite de département"),
            Patch(color=LONG_RUN, label="Autre suite"),
            Patch(color=NO_RUN, label="Hors d'une suite"),
            Line2D([], [], color=BORDER, linewidth=0.8, label="Limite de département"),
        ],
        loc="lower center", bbox_to_anchor=(0.83, 0.0), fontsize=8, frameon=False, ncol=2,
    )  # fmt: skip
    figure.legend(handles=fifth_legend(), loc="lower center", bbox_to_anchor=(0.33, 0.0), ncol=3,
                  fontsize=8, frameon=False)  # fmt: skip
    return figure


def _draw_borders(axes: Axes, borders: gpd.GeoDataFrame) -> None:
    if len(borders):
        borders.boundary.plot(ax=axes, color=BORDER, linewidth=0.8)


def map_income(
    published: Published, aligned: Alignment, incomes: Incomes, own: Own
) -> Figure | None:
    """Published income axis beside income, for the région with the most IRIS and its densest EPCI.

    The reference is the région if the file has it. Both are drawn as fifths of what is shown, 5
    for the most points and for the lowest income: they should look alike.

    Returns
    -------
    None when there is nothing to draw.
    """
    if not incomes.places or published.level != "iris" or incomes.frame["revenu"].isna().all():
        return None
    if not own.table("core_contours").is_file():
        return None
    reference = "region" if "region" in incomes.places else next(iter(incomes.places))
    shapes = read_shapes(own, "iris", aligned.frame.index)
    region = region_of(own, shapes.index)
    if region.dropna().empty or region.value_counts().max() < MIN_SHAPES:
        return None
    name = str(region.value_counts().idxmax())
    shapes = shapes[region.eq(name)]
    epci = own.communes["nom_epci"].reindex(
        own.iris["code_commune"].reindex(shapes.index)
    ).set_axis(shapes.index)  # fmt: skip
    axis = published.table[f"interfaces_{reference}"].replace(0.0, np.nan)
    income = incomes.frame["revenu"]
    dense = str(epci.value_counts().idxmax())
    figure = Figure(figsize=(11, 9))
    figure.subplots_adjust(left=0, right=1, top=0.95, bottom=0.1, wspace=0.02, hspace=0.08)
    rows = {name: shapes, dense: shapes[epci.eq(dense)]}
    for rank, (place, frame) in enumerate(rows.items()):
        for column, (title, points) in enumerate(
            {
                "Axe INTERFACES publié": axis.reindex(frame.index),
                "Niveau de vie médian": -income.reindex(frame.index),
            }.items(),
            start=1,
        ):
            axes = figure.add_subplot(2, 2, 2 * rank + column)
            draw_classes(axes, frame, fifths(points), f"{title}\n{place}")
    words = ["1 : le moins de points / le revenu le plus haut", "2", "3", "4",
             "5 : le plus de points (« plus fragile ») / le revenu le plus bas"]  # fmt: skip
    handles = [Patch(color=c, label=w) for c, w in zip(CLASS_COLOURS.values(), words, strict=True)]
    handles.append(Patch(color=NOT_COMPUTED_COLOUR, label="Revenu absent (publié : 0 point)"))
    handles.append(Patch(facecolor="white", edgecolor="#777", label="Absent du fichier"))
    figure.legend(handles=handles, loc="lower center", ncol=3, fontsize=8, frameon=False,
                  bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    return figure


def fifths(points: pd.Series) -> pd.Series:
    """Fifth of each value among those shown, ties in the middle."""
    rank = points.rank(method="average") / max(int(points.notna().sum()), 1)
    return pd.Series(np.ceil((5 * rank).round(9)), index=points.index).clip(1, 5).astype("Int64")
