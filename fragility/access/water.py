"""Where the raster must be told what the contours do not: rivers nobody crosses, and bridges.

Contours of communes run to the middle of estuaries, which would make them land; and they part
islands that a bridge joins. Both lists are short, and checked on the map of populated land.
"""

from __future__ import annotations

import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from fragility.territory.crs import METROPOLE, OVERSEAS, WGS84

Point = tuple[float, float]

# Lower courses without a bridge, from the sea up to the first one (ferries are no road), and a
# passage too narrow for the raster. The middle of the water, longitude and latitude, where the
# communes of its two banks meet; half a pixel of error does no harm, what is in the water being
# taken to the nearest land.
RIVERS: dict[str, tuple[Point, ...]] = {
    "Gironde, jusqu'au bec d'Ambès": (
        (-1.140, 45.600), (-1.050, 45.590), (-1.026, 45.575), (-0.927, 45.497), (-0.846, 45.440),
        (-0.787, 45.383), (-0.774, 45.369), (-0.736, 45.283), (-0.738, 45.229), (-0.715, 45.185),
        (-0.700, 45.168), (-0.692, 45.145), (-0.687, 45.103), (-0.677, 45.079), (-0.653, 45.059),
        (-0.638, 45.044), (-0.610, 45.019),
    ),
    "Garonne, jusqu'au pont d'Aquitaine": (
        (-0.610, 45.019), (-0.595, 45.024), (-0.580, 45.012), (-0.558, 45.000), (-0.543, 44.985),
        (-0.540, 44.960), (-0.551, 44.932), (-0.548, 44.917), (-0.535, 44.889),
    ),
    "Dordogne, jusqu'aux ponts de Cubzac": (
        (-0.610, 45.019), (-0.595, 45.024), (-0.602, 45.035), (-0.597, 45.039), (-0.575, 45.036),
        (-0.553, 45.032), (-0.524, 45.017), (-0.495, 45.003), (-0.479, 45.001), (-0.474, 44.985),
    ),
    "Loire, de la mer au pont de Cheviré": (
        (-2.250, 47.220), (-2.200, 47.265), (-2.168, 47.280), (-2.125, 47.293), (-2.074, 47.294),
        (-2.050, 47.299), (-2.003, 47.301), (-1.964, 47.291), (-1.920, 47.285), (-1.899, 47.280),
        (-1.867, 47.258), (-1.846, 47.250), (-1.832, 47.227), (-1.797, 47.217), (-1.780, 47.209),
        (-1.744, 47.205), (-1.707, 47.206), (-1.690, 47.203), (-1.668, 47.193), (-1.625, 47.190),
    ),
    "Seine, de la mer au pont de Tancarville": (
        (0.080, 49.440), (0.275, 49.435), (0.338, 49.445), (0.370, 49.445), (0.405, 49.451),
        (0.435, 49.460), (0.458, 49.470),
    ),
    "Passe du golfe du Morbihan": (
        (-2.950, 47.545), (-2.925, 47.5525), (-2.919, 47.565), (-2.893, 47.5665), (-2.873, 47.568),
    ),
    # Above, the river is within the commune of Arles: nothing in the contours says where.
    "Grand Rhône, de la mer au canton d'Arles": (
        (4.846, 43.325), (4.835, 43.345), (4.833, 43.367), (4.802, 43.383), (4.784, 43.393),
        (4.753, 43.409), (4.736, 43.427), (4.735, 43.437), (4.747, 43.458),
    ),
}  # fmt: skip

# Bridges and causeways that are open at all tides, longitude and latitude of the two ends, on land.
LINKS: dict[str, tuple[Point, ...]] = {
    "Pont de l'île de Ré": ((-1.205, 46.178), (-1.24, 46.174), (-1.30, 46.160)),
    "Viaduc d'Oléron": ((-1.13, 45.848), (-1.22, 45.848)),
    "Pont de Noirmoutier": ((-2.13, 46.885), (-2.18, 46.915)),
    "Pont de Normandie": ((0.27, 49.41), (0.275, 49.47)),
    "Pont de Saint-Nazaire": ((-2.18, 47.30), (-2.15, 47.25)),
    "Pont de l'Iroise": ((-4.405, 48.40), (-4.39, 48.37)),
    "Pont de Térénez": ((-4.28, 48.265), (-4.25, 48.275)),
    "Barrage de la Rance": ((-2.04, 48.618), (-2.01, 48.618)),
    "Pont Saint-Hubert": ((-1.985, 48.54), (-1.955, 48.54)),
    "Pont de Cornouaille": ((-4.13, 47.88), (-4.10, 47.88)),
    "Tombolo de Gâvres": ((-3.35, 47.698), (-3.30, 47.695), (-3.26, 47.69)),
    "Isthme de Penthièvre": ((-3.13, 47.57), (-3.135, 47.54), (-3.13, 47.52)),
    "Ponts de la Rivière Salée": ((-61.58, 16.26), (-61.54, 16.25)),
}
_OVERSEAS_LINKS = {"Ponts de la Rivière Salée": OVERSEAS["971"]}


def fixed_links(epsg: int) -> list[BaseGeometry]:
    """Lines of the links of one projection, in its metres."""
    return [
        _project(ends, epsg)
        for name, ends in LINKS.items()
        if _OVERSEAS_LINKS.get(name, METROPOLE) == epsg
    ]


def uncrossed_rivers(epsg: int) -> list[BaseGeometry]:
    """Lines of the rivers of one projection, in its metres; all are in the metropole."""
    return [_project(points, epsg) for points in RIVERS.values()] if epsg == METROPOLE else []


def _project(points: tuple[Point, ...], epsg: int) -> shapely.LineString:
    change = Transformer.from_crs(WGS84, epsg, always_xy=True)
    return shapely.LineString([change.transform(*point) for point in points])
