"""Shapes, codes and memberships of the fictional département 00, "Brumaire-et-Vaillance".

Geometry only: who lives there is in `demo_people`, file formats are in `demo_files` and
`demo_supply`. The land lies in the Bay of Biscay (about 4.5° W, 45.5° N), where no one can take it
for a real place, and its code 00 is not used by the COG.

Everything is derived from *units*: the communes of the COG 2020 cut into IRIS. A unit knows its
IRIS, its commune today and its commune of 2020, so that counts add up the same way in every file.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fragility.sources.demo_names import IRIS_NAMES, commune_names

Array = NDArray[np.float64]

SEED: Final = 1793
CRS: Final = 2154
CENTRE: Final = (115_200.0, 6_516_700.0)  # EPSG:2154 metres, open sea
DEPARTEMENT: Final = "00"
REGION: Final = "00"
NO_EPCI: Final = "ZZZZZZZZZ"

CITY: Final = "00045"
ISLAND: Final = "00113"
NULL_GEOMETRY: Final = "00207"
UNINHABITED: Final = ("00172", "00173")
NO_PREMISES: Final = ("00172", "00231")
FUSION_2021: Final = {"00150": "00150", "00151": "00150", "00153": "00150"}
CODE_CHANGE_2021: Final = {"00901": "00264"}
RECREATION_2010: Final = ("00080", "00081")  # (stayed, left)
FUSION_2024: Final = {"00290": "00290", "00291": "00290"}
AMPERSAND: Final = "00019"
LIGATURE: Final = "00188"
# Code -> (inhabitants, number of IRIS, kilometres east and north of CENTRE).
TOWNS: Final = {
    CITY: (90_214, 50, -14.0, 3.0),
    "00024": (28_770, 16, -29.0, -8.0),
    "00067": (26_312, 16, -24.0, 19.0),
    "00098": (24_105, 15, 2.0, 21.0),
    "00132": (22_480, 14, 1.0, -6.0),
    "00169": (19_655, 13, -5.0, -24.0),
    "00196": (16_904, 12, -19.0, -17.0),
    "00233": (13_871, 10, 15.0, -19.0),
    "00278": (11_032, 8, 19.0, 7.0),
}
_NAMES: Final = {
    CITY: "Grandval-Brumaire", ISLAND: "Île-de-Sourdance", AMPERSAND: "Brâme & Fontune",
    LIGATURE: "L'Œuvre-en-Brumaire", UNINHABITED[0]: "Ombreval-le-Détruit",
    UNINHABITED[1]: "Orfrède-le-Détruit", "00150": "Mézaunes-les-Trois-Brumes",
    "00151": "Mézangly", "00153": "Mézoubre", "00264": "Tauvresson", "00080": "Fontrivonne",
    "00081": "Fontrivotte", "00290": "Vérignande", "00291": "Vérignolle",
    NULL_GEOMETRY: "Querveuse-l'Égarée", "00231": "Solvanche",
}  # fmt: skip
OLD_NAMES: Final = {"00150": "Mézaunes", "00901": "Tauvresson"}
_EPCI_RURAL: Final = ((30.0, 20.0), (31.0, -4.0), (-33.0, 4.0))
_N_COMMUNES: Final = 300


@dataclass(frozen=True)
class Territory:
    """The fictional land, in EPSG:2154.

    Attributes
    ----------
    communes : one row per commune of the COG 2021: code_commune, nom, code_epci, nom_epci.
    iris : one row per IRIS: code_iris, nom_iris, type_iris, code_commune, nom.
    units : one row per IRIS of a commune of the COG 2020: code_iris, code_commune, code_2020,
        nom_2020, type_iris, share (of its commune of 2020), x, y, d_city, d_town (km).
    """

    communes: gpd.GeoDataFrame
    iris: gpd.GeoDataFrame
    units: gpd.GeoDataFrame


def stream(name: str) -> np.random.Generator:
    """Return an independent seeded generator, so that one file's draws never shift another's."""
    return np.random.default_rng([SEED, *name.encode()])


def smooth_field(points: Array, scale_km: float, name: str) -> Array:
    """Evaluate a Gaussian random field (mean 0, variance about 1) at points in metres."""
    rng, waves = stream(name), 60
    frequencies = rng.normal(size=(2, waves)) / (scale_km * 1000)
    phases = rng.uniform(0, 2 * np.pi, waves)
    local = points - np.asarray(CENTRE)
    return np.asarray(np.cos(local @ frequencies + phases).sum(axis=1) * np.sqrt(2 / waves))


def _offset(east_km: float, north_km: float) -> Array:
    return np.asarray(np.asarray(CENTRE) + 1000 * np.array([east_km, north_km]))


def _coastline() -> BaseGeometry:
    rng = stream("coast")
    angle = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    radius = np.ones_like(angle)
    for harmonic in range(2, 70):
        size = 0.3 / harmonic**1.35
        radius += size * np.cos(harmonic * angle + rng.uniform(0, 2 * np.pi))
    rim = np.column_stack([39_000 * radius * np.cos(angle), 34_000 * radius * np.sin(angle)])
    return shapely.Polygon(rim + np.asarray(CENTRE)).buffer(0)


def _cells(points: Array, land: BaseGeometry) -> NDArray[Any]:
    """Voronoi cells of points, in their order, clipped to the land."""
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=land, ordered=True)
    return np.asarray(shapely.intersection(shapely.get_parts(diagram), land))


def _spread(count: int, land: BaseGeometry, rng: np.random.Generator, rounds: int) -> NDArray[Any]:
    """Cut the land into `count` cells of comparable size (Lloyd's relaxation)."""
    west, south, east, north = land.bounds
    draws = rng.uniform((west, south), (east, north), size=(count * 12, 2))
    points = draws[shapely.contains_xy(land, draws[:, 0], draws[:, 1])][:count]
    for _ in range(rounds):
        points = shapely.get_coordinates(shapely.centroid(_cells(points, land)))
    return _cells(points, land)


def _crumple(cells: NDArray[Any]) -> NDArray[Any]:
    """Bend straight Voronoi edges into borders; one smooth field, so shared borders stay shared."""

    def bend(xy: Array) -> Array:
        moved = xy.copy()
        for axis in (0, 1):
            moved[:, axis] += 420 * smooth_field(xy, 2.6, f"bend{axis}")
            moved[:, axis] += 70 * smooth_field(xy, 0.8, f"wrinkle{axis}")
        return np.round(moved, 1)

    return np.asarray(shapely.make_valid(shapely.transform(shapely.segmentize(cells, 450), bend)))


def _nearest_free(centroids: Array, target: Array, taken: dict[int, str]) -> int:
    distance = np.hypot(*(centroids - target).T)
    distance[list(taken)] = np.inf
    return int(distance.argmin())


def _assign_codes(cells: NDArray[Any]) -> dict[int, str]:
    """Give the communes that a trap needs their fixed code and place; the others follow."""
    centroids = shapely.get_coordinates(shapely.centroid(cells))
    taken: dict[int, str] = {}

    def put(code: str, target: Array) -> Array:
        cell = _nearest_free(centroids, target, taken)
        taken[cell] = code
        return np.asarray(centroids[cell])

    for code, (_, _, east, north) in TOWNS.items():
        put(code, _offset(east, north))
    clusters = (
        (tuple(FUSION_2021), (20.0, 17.0)), (RECREATION_2010, (-22.0, 3.0)),
        (tuple(FUSION_2024), (9.0, -14.0)), (UNINHABITED, (27.0, 11.0)),
    )  # fmt: skip
    for codes, place in clusters:
        anchor = _offset(*place)
        for code in codes:
            anchor = put(code, anchor)
    singles = {
        NULL_GEOMETRY: (9.0, 9.0), "00231": (24.0, -9.0), "00264": (-12.0, -25.0),
        AMPERSAND: (-6.0, 12.0), LIGATURE: (-18.0, 9.0),
    }  # fmt: skip
    for code, place in singles.items():
        put(code, _offset(*place))
    reserved = {*taken.values(), ISLAND}
    # INSEE numbers communes in alphabetical order with holes: 00001 is there, some numbers are not.
    holes = {7 * k + 5 for k in range(20)}
    free = (f"{DEPARTEMENT}{n:03d}" for n in range(1, 900) if n not in holes)
    ordinary = (code for code in free if code not in reserved)
    taken.update({i: next(ordinary) for i in range(len(cells)) if i not in taken})
    return taken


def _old_communes() -> gpd.GeoDataFrame:
    land = _coastline()
    mainland = _N_COMMUNES - 1 + len(FUSION_2021) - 1
    flat = _spread(mainland, land, stream("communes"), rounds=3)
    codes = _assign_codes(flat)
    island = shapely.Point(_offset(-52.0, 21.0)).buffer(1900, quad_segs=24)
    cells = _crumple(np.append(flat, island))
    code = pd.Series([*(codes[i] for i in range(mainland)), ISLAND])
    frame = gpd.GeoDataFrame({"code": code}, geometry=list(cells), crs=CRS).sort_values("code")
    ordinary = ~frame["code"].isin([*_NAMES, *FUSION_2021])
    drawn = commune_names(int(ordinary.sum()), stream("names"))
    frame["nom"] = frame["code"].map(_NAMES)
    frame.loc[ordinary, "nom"] = drawn
    frame["code_2021"] = frame["code"].replace(FUSION_2021)
    return frame.reset_index(drop=True)


def _with_epci(communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    seats = np.array([_offset(*place[2:]) for place in TOWNS.values()])
    seats = np.vstack([seats, [_offset(*place) for place in _EPCI_RURAL]])
    centres = shapely.get_coordinates(communes.representative_point())
    distance = np.hypot(*(centres[:, None, :] - seats[None]).transpose(2, 0, 1))
    distance[:, 0] *= 0.75  # the agglomeration reaches farther than the others
    nearest = distance.argmin(axis=1)
    towns = communes.set_index("code_commune").loc[list(TOWNS), "nom"]
    link = ["d'" if nom[0] in "AÉEIOUY" else "de " for nom in towns]
    names = [f"CC {de}{nom}" for de, nom in zip(link, towns, strict=True)]
    names[0] = f"CA de {towns.iloc[0]}"
    names += ["CC des Hauts de l'Ombrelle", "CC du Pays d'Écume & Vaille", "CC Côte de la Sourde"]
    codes = np.array([f"9000{k:04d}{k % 10}" for k in range(11, 11 + len(names))])
    island = (communes["code_commune"] == ISLAND).to_numpy()
    return communes.assign(
        code_epci=np.where(island, NO_EPCI, codes[nearest]),
        nom_epci=np.where(island, "Sans objet", np.array(names)[nearest]),
    )


def _split_iris(code: str, shape: BaseGeometry, count: int) -> pd.DataFrame:
    """Cut a commune into IRIS: code tails by blocks of eight, business and empty ones last."""
    rng = stream(f"iris{code}")
    cells = _spread(count, shape, rng, rounds=2)
    centroids = shapely.get_coordinates(shapely.centroid(cells))
    from_centre = np.hypot(*(centroids - shapely.get_coordinates(shape.centroid)).T)
    cells = cells[from_centre.argsort()]
    n_activity = 2 if count >= 50 else int(count >= 14)
    n_empty = int(count >= 16)
    types = ["H"] * (count - n_activity - n_empty) + ["A"] * n_activity + ["D"] * n_empty
    tails = [f"{1 + k // 8:02d}{1 + k % 8:02d}" for k in range(count)]
    names = [f"{IRIS_NAMES[k % len(IRIS_NAMES)]} {1 + k // len(IRIS_NAMES)}" for k in range(count)]
    names = [
        {"A": "Zone d'Activités de la Brume", "D": "Grande Lande"}.get(kind, name)
        for kind, name in zip(types, names, strict=True)
    ]
    weight = rng.lognormal(0, 0.28, count)
    weight[np.array(types) == "A"] = 0.006
    weight[np.array(types) == "D"] = 0.002
    return pd.DataFrame({
        "code_iris": [code + tail for tail in tails], "nom_iris": names, "type_iris": types,
        "code_2020": code, "share": weight / weight.sum(), "geometry": list(cells),
    })  # fmt: skip


def _build_units(old: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = old.loc[~old["code"].isin(list(TOWNS))]
    rural = pd.DataFrame({
        "code_iris": whole["code_2021"] + "0000", "nom_iris": whole["nom"], "type_iris": "Z",
        "code_2020": whole["code"], "share": 1.0, "geometry": whole.geometry,
    })  # fmt: skip
    shapes = old.set_index("code").geometry
    parts = [_split_iris(code, shapes[code], spec[1]) for code, spec in TOWNS.items()]
    units = pd.concat([rural, *parts], ignore_index=True)
    units["code_commune"] = units["code_iris"].str[:5]
    # In the COG of 2020 the code change and the fusion have not happened yet.
    units["code_2020"] = units["code_2020"].replace({v: k for k, v in CODE_CHANGE_2021.items()})
    names = old.set_index("code")["nom"]
    units["nom_2020"] = units["code_2020"].map(OLD_NAMES).fillna(units["code_2020"].map(names))
    units = units.sort_values(["code_iris", "code_2020"], ignore_index=True)
    frame = gpd.GeoDataFrame(units, geometry="geometry", crs=CRS)
    centres = shapely.get_coordinates(frame.representative_point())
    seats = np.array([_offset(*spec[2:]) for spec in TOWNS.values()])
    distance = np.hypot(*(centres[:, None, :] - seats[None]).transpose(2, 0, 1)) / 1000
    return frame.assign(
        x=centres[:, 0], y=centres[:, 1], d_city=distance[:, 0], d_town=distance.min(axis=1)
    )


@cache
def build_territory() -> Territory:
    """Draw the département; the same object on every call, to be read and never changed."""
    old = _old_communes()
    units = _build_units(old)
    first = old.drop_duplicates("code_2021").set_index("code_2021")["nom"]
    merged = units[["code_commune", "geometry"]].dissolve("code_commune").reset_index()
    # A town is the shape it was cut from: dissolving its IRIS would round its border twice.
    whole = old.set_index("code").geometry
    kept = [
        whole[code] if code in TOWNS else shape
        for code, shape in zip(merged["code_commune"], merged.geometry, strict=True)
    ]
    communes = gpd.GeoDataFrame(
        {"code_commune": merged["code_commune"], "nom": merged["code_commune"].map(first)},
        geometry=kept, crs=CRS,
    )  # fmt: skip
    iris_shapes = units[["code_iris", "geometry"]].dissolve("code_iris").reset_index()
    facts = ["code_iris", "nom_iris", "type_iris", "code_commune"]
    iris = iris_shapes.merge(units.drop_duplicates("code_iris")[facts], validate="1:1")
    iris["nom"] = iris["code_commune"].map(first)
    iris["nom_iris"] = iris["nom_iris"].where(iris["type_iris"] != "Z", iris["nom"])
    return Territory(_with_epci(communes), iris, units)


def to_multipolygon(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Keep the areas of each shape as a MultiPolygon, the type that IGN ships."""
    parts = shapes.explode(index_parts=False)
    areas = parts[parts.geom_type == "Polygon"]
    joined = areas.groupby(level=0).agg(lambda group: shapely.MultiPolygon(list(group)))
    return gpd.GeoSeries(joined.reindex(shapes.index), crs=shapes.crs)
