"""Small road networks written as OpenStreetMap extracts, in kilometres on a flat map."""

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way
from pyproj import Transformer

# On the central meridian of Lambert-93: 1 km of the map is 1 km of road to 0.1 %.
CENTRE = (700_000.0, 6_600_000.0)


def metres(*points):
    """Kilometres east and north of the centre, as metres of EPSG:2154, shape (n, 2)."""
    return np.array(points, dtype=float).reshape(-1, 2) * 1000 + CENTRE


def write_extract(path, points, ways, *, version=1, unlocated=()):
    """Write an extract.

    Parameters
    ----------
    points : name of a node (its number) -> kilometres east and north.
    ways : number of a way -> its nodes, its tags.
    unlocated : nodes that ways name and the file does not hold.
    """
    to_degrees = Transformer.from_crs(2154, 4326, always_xy=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, point in sorted(points.items()):
            if number not in unlocated:
                degrees = to_degrees.transform(*metres(point)[0])
                writer.add_node(Node(id=number, location=degrees, version=1))
        for number, (nodes, tags) in sorted(ways.items()):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=version))
    return path
