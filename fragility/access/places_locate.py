"""Where a place is: its published point, else the commune it declares, else nowhere.

The published point is kept when it is in a commune of the declared département, in the declared
commune (postal codes cross borders), or in a commune of the declared name when none bears it in
the declared département (mistyped postal codes), and is not more than 10 km from the declared
commune. Otherwise the place goes to the representative point of the declared commune, if one and
only one fits, and its precision says so.

A record may declare two communes, one by its code and one by its name. A point that is at most
10 km from the one it names is right: the code alone is mistaken. Farther away, it was found from
the code, and the place goes to the commune that is named, unless other records know its postal code
in the commune that is coded. `motif_statut` says of every point that is kept which commune of its
record it is not in, and how far away that is.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.access.names import (
    declared_commune,
    declared_departement,
    named_commune,
    normalise_name,
)
from fragility.territory.crs import WGS84, zone_epsg

# A quay or a jetty is in the sea of a simplified contour; 500 m away is somewhere else.
SHORE_M = 500.0
# Farther than this from the commune that the record names, the point is the mistaken one: nine
# conseillers' places of December 2022, among them the seat of a département at 87 km.
FAR_KM = 10.0
UNPLACED = ", commune déclarée introuvable ou ambiguë"
KEPT = "coordonnées publiées"


def locate(
    places: pd.DataFrame, core_communes: gpd.GeoDataFrame, communes: pd.DataFrame
) -> pd.DataFrame:
    """Decide of each place: `code_commune`, `precision`, `statut`, `motif_statut`, `point`."""
    stated = declared_departement(places)
    coded = declared_commune(places, core_communes, communes)
    named = named_commune(places, core_communes, communes)
    longitude, latitude = places["longitude"].to_numpy(), places["latitude"].to_numpy()
    has_point = np.isfinite(longitude) & np.isfinite(latitude)
    points = shapely.points(longitude, latitude)
    found = commune_of_points(points, core_communes, stated)
    swapped = commune_of_points(shapely.points(latitude, longitude), core_communes, stated)
    found_dep = found.map(core_communes.set_index("code_commune")["code_departement"])
    swapped_dep = swapped.map(core_communes.set_index("code_commune")["code_departement"])

    place = core_communes.set_index("code_commune")
    km_named = _km(points, found, named, place)
    mistaken = _code_is_mistaken(places["code_postal"], coded, named, km_named)
    declared = coded.where(~mistaken, named)
    found_name = normalise_name(found.map(place["nom"]))
    same_name = found_name == normalise_name(places["commune_declaree"])
    # A commune without contour cannot hold its own points.
    undrawn = declared.isin(place.index[place.geometry.isna()]) & found.isna() & has_point
    found = found.where(~undrawn, declared)
    agrees = found.notna() & (
        stated.isna() | (found_dep == stated) | (found == declared) | (declared.isna() & same_name)
    )
    # A point in the commune that is named, or near it, is right whatever the code.
    apart = (_km(points, found, declared, place) > FAR_KM) & (named.isna() | (km_named > FAR_KM))
    far = agrees & apart
    agrees &= ~far
    reason = np.select(
        [~has_point, far, swapped.notna() & (swapped_dep == stated), found.isna()],
        [
            "coordonnées absentes",
            f"coordonnées à plus de {FAR_KM:g} km de la commune déclarée",
            "latitude et longitude inversées",
            "coordonnées hors des communes de l'édition",
        ],
        "coordonnées dans un autre département que l'adresse",
    )
    centre = place.geometry.reindex(declared)
    fallback = shapely.point_on_surface(centre.to_numpy())
    can_move = ~shapely.is_missing(fallback)
    receives = places["motif_ecart"].isna().to_numpy()
    by_point = receives & agrees.to_numpy(dtype=bool)
    by_commune = receives & ~by_point & can_move
    code = found.where(by_point, declared.where(by_commune))
    out = pd.DataFrame(
        {
            "code_commune": code,
            "precision": np.select([by_point, by_commune], ["coordonnees", "commune"], "absente"),
            "statut": np.where(by_point | by_commune, "retenu", "ecarte"),
        }
    ).astype("str")
    out["motif_statut"] = pd.Series(
        np.select(
            [~receives, by_point, by_commune],
            [
                places["motif_ecart"].fillna("").to_numpy(dtype=str),
                _kept(found, coded, named, points, place),
                np.char.add(reason.astype(str), " : placé dans la commune déclarée"),
            ],
            np.char.add(reason.astype(str), UNPLACED),
        )
    ).astype("str")
    point = np.full(len(places), None, dtype=object)
    point[by_point], point[by_commune] = points[by_point], fallback[by_commune]
    out["point"] = point
    return out


def _code_is_mistaken(
    postal: pd.Series, coded: pd.Series, named: pd.Series, km_named: pd.Series
) -> pd.Series:
    """Tell the records whose code is of another commune than the one they name.

    Their postal code is not known in the commune that they code, and is in the one that they
    name, or their point is far from it.
    """
    sure = (coded == named).fillna(False).astype(bool) & postal.notna()
    known = set(postal[sure] + "|" + coded[sure])
    conflict = ~sure & postal.notna() & coded.notna() & named.notna()
    ours = (postal + "|" + named).isin(known) | (km_named > FAR_KM)
    return conflict & ~(postal + "|" + coded).isin(known) & ours


def _kept(
    found: pd.Series,
    coded: pd.Series,
    named: pd.Series,
    points: np.ndarray,
    place: gpd.GeoDataFrame,
) -> np.ndarray:
    """Say of each point that is kept which commune of its record it is not in."""
    said = pd.Series(KEPT, index=found.index, dtype="str")
    for words, declared in (
        ("dans une autre commune que celle de la fiche", named.fillna(coded)),
        ("dans la commune que nomme la fiche et non dans celle de son code", coded),
    ):
        km = _km(points, found, declared, place)
        near = km.round().map("{:.0f}".format, na_action="ignore").where(km >= 1, "moins de 1")
        told = f"{KEPT}, {words} (" + declared.map(place["nom"]) + ", à " + near + " km)"
        said = said.mask(km.notna() & said.eq(KEPT), told)
    return said.to_numpy(dtype=str)


def _km(
    points: np.ndarray, found: pd.Series, declared: pd.Series, place: gpd.GeoDataFrame
) -> pd.Series:
    """How far a point is from a declared commune that it is not in; missing elsewhere."""
    other = found.notna() & declared.notna() & (found != declared)
    rows = np.flatnonzero(other & declared.isin(place.index[place.geometry.notna()]))
    km = pd.Series(np.nan, index=found.index)
    contours = place.geometry.reindex(declared.iloc[rows])
    zones = zone_epsg(place["code_departement"].reindex(declared.iloc[rows])).to_numpy()
    for epsg in np.unique(zones):
        at = np.flatnonzero(zones == epsg)
        a = gpd.GeoSeries(points[rows[at]], crs=WGS84).to_crs(int(epsg))
        b = gpd.GeoSeries(contours.to_numpy()[at], crs=WGS84).to_crs(int(epsg))
        km.iloc[rows[at]] = shapely.distance(a.to_numpy(), b.to_numpy()) / 1000
    return km


def commune_of_points(
    points: np.ndarray, core_communes: gpd.GeoDataFrame, departements: pd.Series
) -> pd.Series:
    """Return the commune each point is in, or at most `SHORE_M` away from.

    Parameters
    ----------
    points : shapely points in degrees, shape (n,); NaN coordinates give nothing.
    core_communes : `code_commune`, contours in EPSG:4326.
    departements : stated département of each point; on a border between two communes, that of
        the stated département wins, else the lower code.

    Returns
    -------
    Commune codes (missing when in none), in the order of `points`.
    """
    shapes = core_communes.geometry.to_numpy()
    codes = core_communes["code_commune"].to_numpy(dtype=object)
    owner = core_communes["code_departement"].to_numpy(dtype=object)
    stated = departements.to_numpy(dtype=object)
    tree = shapely.STRtree(shapes)
    usable = points.copy()
    usable[~np.isfinite(shapely.get_x(points))] = None
    pairs = _pairs(tree, usable, "intersects").assign(metres=0.0)
    afloat = usable.copy()
    afloat[pairs["point"].unique()] = None
    # 0.01 degree is more than 500 m at every French latitude: a coarse net, measured afterwards.
    x, y = shapely.get_x(afloat), shapely.get_y(afloat)
    near = _pairs(tree, shapely.box(x - 0.01, y - 0.01, x + 0.01, y + 0.01), "intersects")
    if len(near):
        zones = zone_epsg(pd.Series(owner[near["commune"]], dtype="str")).to_numpy()
        metres = np.full(len(near), np.inf)
        for epsg in np.unique(zones):
            at = zones == epsg
            a = gpd.GeoSeries(points[near["point"][at]], crs=WGS84).to_crs(int(epsg))
            b = gpd.GeoSeries(shapes[near["commune"][at]], crs=WGS84).to_crs(int(epsg))
            metres[at] = shapely.distance(a.to_numpy(), b.to_numpy())
        near = near.assign(metres=metres)
        pairs = pd.concat([pairs, near[near["metres"] <= SHORE_M]])
    pairs["other"] = owner[pairs["commune"]] != stated[pairs["point"]]
    pairs["code"] = codes[pairs["commune"]]
    best = pairs.sort_values(["point", "metres", "other", "code"]).drop_duplicates("point")
    return best.set_index("point")["code"].reindex(range(len(points))).astype("str")


def _pairs(tree: shapely.STRtree, shapes: np.ndarray, predicate: str) -> pd.DataFrame:
    found = tree.query(shapes, predicate=predicate)
    return pd.DataFrame({"point": found[0], "commune": found[1]})
