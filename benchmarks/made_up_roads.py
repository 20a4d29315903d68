"""The roads of a made-up country, written as an OpenStreetMap extract: a crooked grid."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way
from pyproj import Transformer

from fragility.territory.crs import METROPOLE, WGS84

# As many lines each way, metres between them, lines between main roads: 1,024,144 junctions.
LINES, STEP_M, MAIN = 1012, 400.0, 8
WAY = 4  # junctions from one end of a way to the other
CENTRE = (700_000.0, 6_600_000.0)  # metres of METROPOLE


def write_country(path: Path, seed: int = 1) -> None:
    """Write the roads of a made-up country as an extract: a crooked grid of main and small roads.

    A point stands between two junctions, ways are cut every `WAY` junctions, one small road in
    thirty is one-way.
    """
    rng = np.random.default_rng(seed)
    side = np.arange(LINES) * STEP_M - LINES * STEP_M / 2
    east, north = np.meshgrid(CENTRE[0] + side, CENTRE[1] + side)
    east, north = (axis + rng.uniform(-80, 80, axis.shape) for axis in (east, north))

    def middle(axis: np.ndarray, along: int) -> np.ndarray:
        halves = (np.roll(axis, -1, axis=along) + axis) / 2
        return halves + rng.uniform(-30, 30, axis.shape)

    rows, columns = ((middle(east, along), middle(north, along)) for along in (1, 0))
    x, y = (np.concatenate([part.ravel() for part in parts]) for parts in zip(
        (east, north), rows, columns, strict=True,
    ))  # fmt: skip
    degrees = Transformer.from_crs(METROPOLE, WGS84, always_xy=True).transform(x, y)
    number = np.arange(LINES * LINES).reshape(LINES, LINES) + 1
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        points = zip(*(axis.tolist() for axis in degrees), strict=True)
        for rank, location in enumerate(points, start=1):
            writer.add_node(Node(id=rank, location=location, version=1))
        way = 0
        for kind, lines in enumerate((number, number.T)):
            for line, junctions in enumerate(lines.tolist()):
                for first in range(0, LINES - 1, WAY):
                    ends = junctions[first : first + WAY + 1]
                    nodes = [ends[0]]
                    for here, there in pairwise(ends):
                        nodes += [here + (kind + 1) * LINES * LINES, there]
                    way += 1
                    tags = tags_of(line, rng.random())
                    writer.add_way(Way(id=way, nodes=nodes, tags=tags, version=1))


def tags_of(line: int, draw: float) -> dict[str, str]:
    """Class of a road of the made-up country, from its line and a draw."""
    if line % MAIN == 0:
        return {"highway": "secondary"}
    if line % (MAIN // 2) == 0:
        return {"highway": "tertiary"}
    kind = {"highway": "residential" if draw < 0.4 else "unclassified"}
    return kind | ({"oneway": "yes"} if draw < 1 / 30 else {})
