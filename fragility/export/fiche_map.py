"""The map of a fiche: a territory among its neighbours, drawn in SVG.

A map of one commune and a map of a département are drawn by the same functions; the tree of the
outlines is made once for all the fiches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fragility.export.fiche_html import Markup, element, text
from fragility.export.fiche_marks import legend, mark
from fragility.export.labels import (
    CLASS_COLOURS,
    NOT_COMPUTED_COLOUR,
    NOT_COMPUTED_LABEL,
    OUTLINE_CASING,
    OUTLINE_COLOUR,
    class_label,
)

WIDTH, HEIGHT = 840, 640
# Least height of a map, in degrees: about 13 km, so that a small commune has neighbours.
_LEAST = 0.12
_LABELS, _LETTER, _LINE = 9, 15, 30
_FEW = 40  # marks beyond which they are drawn smaller; lines are, five times as many communes
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Atlas:
    """Every commune of an edition, ready to be drawn.

    Attributes
    ----------
    communes : index: code; `nom`, `population`, `classe`, `est_fragile_non_couverte`.
    shapes : contours in degrees, in the order of `communes`; None where there is none.
    places : `lon`, `lat` and `dispositif` of the conseillers numériques and France services.
    """

    communes: pd.DataFrame
    shapes: Shapes
    places: pd.DataFrame

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the contours."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def spots(self) -> shapely.STRtree:
        """Index of the places."""
        return shapely.STRtree(shapely.points(self.places["lon"], self.places["lat"]))

    @cached_property
    def titles(self) -> list[Markup]:
        """Name and class of each commune, as HTML."""
        classes = self.communes["classe"].map(class_label, na_action="ignore")
        said = self.communes["nom"] + " : " + classes.fillna(NOT_COMPUTED_LABEL)
        return [text(title) for title in said]


@dataclass(frozen=True)
class _View:
    """From degrees to the drawing: a local projection, true in its middle."""

    west: float
    north: float
    across: float
    up: float

    def place(self, degrees: NDArray[np.float64]) -> NDArray[np.int64]:
        """Points of the drawing, shape (n, 2)."""
        moved = (degrees - [self.west, self.north]) * [self.across, -self.up]
        return np.rint(moved).astype(np.int64)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Bounds in degrees of what is seen."""
        return (
            self.west, self.north - HEIGHT / self.up, self.west + WIDTH / self.across, self.north
        )  # fmt: skip


def _view(bounds: NDArray[np.float64], around: float) -> _View:
    """Frame bounds (west, south, east, north), `around` times as large."""
    west, south, east, north = (float(bound) for bound in bounds)
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    tall = max((north - south) * around, (east - west) * squeeze * around * HEIGHT / WIDTH, _LEAST)
    up = HEIGHT / tall
    across = up * squeeze
    return _View((west + east) / 2 - WIDTH / 2 / across, (south + north) / 2 + tall / 2, across, up)


def draw(
    atlas: Atlas, members: Sequence[str], outline: shapely.Geometry | None, title: str
) -> Markup:
    """Draw communes among their neighbours.

    Parameters
    ----------
    members : codes of the communes of the territory.
    outline : contour of the territory, in degrees; None: no map.
    title : what the map shows, for whoever does not see it.
    """
    if outline is None or shapely.is_empty(outline):
        return Markup("")
    view = _view(shapely.bounds(outline), 2.6 if len(members) == 1 else 1.12)
    near = np.sort(atlas.tree.query(shapely.box(*view.box)))
    inside = atlas.communes.index[near].isin(list(members))
    paths = _paths(atlas.shapes[near], view)
    rows = atlas.communes.iloc[near]
    classes = rows["classe"].to_list()
    hatched = rows["est_fragile_non_couverte"].fillna(False).to_numpy(bool)
    alone = len(members) == 1
    line = 1.6 if len(near) <= 5 * _FEW else 0.7
    drawn = []
    for at, path, rank, own, bare in zip(near, paths, classes, inside, hatched, strict=True):
        if path:
            colour = NOT_COMPUTED_COLOUR if pd.isna(rank) else CLASS_COLOURS[int(rank)]
            # A commune is compared with its neighbours; a group is told from them.
            pale = "" if own or alone else ' opacity=".4"'
            drawn.append(
                f'<path d="{path}" fill="{colour}"{pale}><title>{atlas.titles[at]}</title></path>'
            )
            if bare and (own or alone):
                drawn.append(f'<path d="{path}" fill="url(#h)" pointer-events="none"/>')
    edge = _paths(np.array([outline], dtype=object), view)[0]
    parts = [
        '<defs><pattern id="h" width="13" height="13" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><path d="M0 0V13" stroke="#fff" stroke-width="5"/>'
        "</pattern></defs>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#eef2f5"/>',
        f'<g stroke="#fff" stroke-width="{line}" stroke-linejoin="round">{"".join(drawn)}</g>',
        f'<g fill="none" stroke-linejoin="round"><path d="{edge}" stroke="{OUTLINE_CASING}" '
        f'stroke-width="9"/><path d="{edge}" stroke="{OUTLINE_COLOUR}" stroke-width="4"/></g>',
        _marks(atlas, view),
        _names(rows, atlas.shapes[near], inside, view),
    ]
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
    return element("figure", Markup(svg), legend(), class_="bloc")


def _paths(shapes: Shapes, view: _View) -> list[str]:
    """Outline of each shape as an SVG path, "" for one that is not seen."""
    west, south, east, north = view.box
    edge = 12 / view.up
    # A hair of a line beyond the frame, so that its own edge is not drawn.
    seen = shapely.clip_by_rect(shapes, west - edge, south - edge, east + edge, north + edge)
    seen = shapely.simplify(seen, 1 / view.up, preserve_topology=False)
    parts, owner = shapely.get_parts(seen, return_index=True)
    solid = shapely.get_type_id(parts) == 3
    parts, owner = parts[solid], owner[solid]
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    at = view.place(points)
    found = [""] * len(shapes)
    lasts: list[int] = (np.flatnonzero(np.diff(ring, append=-1)) + 1).tolist()
    steps = np.diff(at, axis=0, prepend=at[:1])
    for start, end in zip([0, *lasts[:-1]], lasts, strict=False):
        moves = steps[start + 1 : end - 1]
        moves = moves[moves.any(axis=1)]
        # Two steps and the way back are the least that has a surface.
        if len(moves) >= 2:
            x, y = at[start].tolist()
            line = " ".join(map(str, moves.ravel().tolist())).replace(" -", "-")
            found[owner[part[ring[start]]]] += f"M{x} {y}l{line}z"
    return found


def _marks(atlas: Atlas, view: _View) -> str:
    """Conseillers and France services of the map."""
    near = np.sort(atlas.spots.query(shapely.box(*view.box)))
    rows = atlas.places.iloc[near]
    at = view.place(rows[["lon", "lat"]].to_numpy(float))
    # Many marks would hide the classes.
    radius = 8 if len(rows) <= _FEW else 5
    pairs = zip(rows["dispositif"], at.tolist(), strict=True)
    return "".join(mark(kind, x, y, radius) for kind, (x, y) in pairs)


def _names(rows: pd.DataFrame, shapes: Shapes, inside: NDArray[np.bool_], view: _View) -> str:
    """Names of the largest communes, those of the territory first, none over another."""
    order = np.lexsort((-rows["population"].fillna(0).to_numpy(float), ~inside))[: 4 * _LABELS]
    seen = shapely.clip_by_rect(shapes[order], *view.box)
    order, seen = order[~shapely.is_empty(seen)], seen[~shapely.is_empty(seen)]
    centres = shapely.point_on_surface(seen)
    at = view.place(np.column_stack([shapely.get_x(centres), shapely.get_y(centres)]))
    taken: list[tuple[float, float, float]] = []
    written = []
    names = rows["nom"].to_numpy()[order].tolist()
    for row, name, (x, y) in zip(order, names, at.tolist(), strict=True):
        half = len(name) * _LETTER / 2
        clear = all(
            abs(x - other) > half + width + 6 or abs(y - line) > _LINE
            for other, line, width in taken
        )
        if clear and half < x < WIDTH - half and _LINE < y < HEIGHT - 8:
            taken.append((x, y, half))
            bold = ' font-weight="700"' if inside[row] else ""
            written.append(f'<text x="{x}" y="{y}"{bold}>{text(name)}</text>')
        if len(taken) == _LABELS:
            break
    return (
        '<g font-size="24" text-anchor="middle" fill="#111" stroke="#fff" stroke-width="6" '
        f'paint-order="stroke" stroke-linejoin="round">{"".join(written)}</g>'
    )
