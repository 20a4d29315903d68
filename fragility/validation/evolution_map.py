"""The map of a comparison: which communes changed, and for which of them that is sure."""

from __future__ import annotations

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from fragility.errors import BadFileError
from fragility.validation.evolution import Evolution
from fragility.validation.evolution_rows import COMPARED, DOWN, STILL, UP
from fragility.validation.pictures import metropole, save

# Orange rises, blue falls, as in the pages; what is sure is dark.
COLOURS = {
    (UP, True): ("#ba5400", "Hausse significative de la fragilité"),
    (UP, False): ("#f3d9c0", "Hausse dans la marge d'erreur"),
    (STILL, False): ("#f4f4f2", "Inchangé"),
    (DOWN, False): ("#cbdcec", "Baisse dans la marge d'erreur"),
    (DOWN, True): ("#1b4f8a", "Baisse significative de la fragilité"),
}
ABSENT = ("#9a9a9a", "Non comparé")
_OUTLINE = "#8a8a8a"


def colours(table: pd.DataFrame) -> pd.Series:
    """Colour of each row of a comparison."""
    found = pd.Series(ABSENT[0], index=table.index, dtype="str")
    compared = table["statut"] == COMPARED
    for (sense, sure), (colour, _) in COLOURS.items():
        found = found.mask(
            compared & table["sens"].eq(sense) & table["est_significatif"].eq(sure), colour
        )
    return found


def draw_change(evolution: Evolution) -> Figure | None:
    """Draw the communes of the later edition; None when it keeps no contour in metropolitan France.

    Communes whose change is sure are drawn last and edged, for they may be few and small.
    """
    shapes = _contours(evolution.after.folder / "tables" / "core_contours.parquet")
    frame = shapes["commune"].merge(evolution.table, on="code_commune", how="inner")
    frame = metropole(frame)
    if frame.empty:
        return None
    figure = Figure(figsize=(8, 8))
    axes = figure.add_subplot()
    # A commune inside another is drawn after it.
    sure = frame["est_significatif"].to_numpy(bool)
    order = np.lexsort((-frame.area.to_numpy(), sure))
    shade = colours(frame).to_numpy()
    for rows, width in ((order[~sure[order]], 0.0), (order[sure[order]], 0.6)):
        parts, owner = _rings(frame.geometry.iloc[rows])
        colour = shade[rows][owner]
        axes.add_collection(
            PolyCollection(parts, facecolors=colour, edgecolors=colour, linewidths=width)
        )
    borders = metropole(shapes["departement"])
    lines, _ = _rings(borders.geometry)
    axes.add_collection(LineCollection(lines, colors=_OUTLINE, linewidths=0.25))
    axes.set_aspect("equal")
    axes.autoscale_view()
    patches = [Patch(facecolor=c, edgecolor=_OUTLINE, linewidth=0.4, label=words)
               for c, words in (*COLOURS.values(), ABSENT)]  # fmt: skip
    axes.legend(handles=patches, loc="lower left", fontsize=7, frameon=False)
    before, after = evolution.before.edition, evolution.after.edition
    axes.set_title(f"Score de fragilité comparable, de {before.name} à {after.name}", fontsize=10)
    axes.set_axis_off()
    return figure


def _rings(shapes: gpd.GeoSeries) -> tuple[list[NDArray[np.float64]], NDArray[np.int64]]:
    """Outer rings, and the position of the shape that each is of."""
    polygons, owner = shapely.get_parts(shapes.to_numpy(), return_index=True)
    rings = shapely.get_exterior_ring(polygons)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    return np.split(points, np.flatnonzero(np.diff(ring)) + 1), owner


def png_of(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG."""
    with tempfile.TemporaryDirectory() as folder:
        return save(figure, Path(folder) / "carte.png").read_bytes()


def _contours(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Light contours by level, the code of each as `code_commune`."""
    try:
        shapes = gpd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise BadFileError(
            "Les contours de l'édition ne peuvent être lus.", path=path,
            found=str(error).splitlines()[0], remedy="recalculez cette édition",
        ) from error  # fmt: skip
    own = shapes.rename(columns={"code": "code_commune"})
    return {level: own[own["niveau"] == level][["code_commune", "geometry"]]
            for level in ("commune", "departement")}  # fmt: skip
