"""Contours that their file has lost, cut short, or kept from before a split: find better ones.

A contour file lags behind the communes: it may hold of a new commune the ground of its seat only,
or hold a split one whole. Another year, or the holes that the neighbours leave, tell the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from fragility.territory.crs import WGS84, area_km2, departement_of
from fragility.territory.holes import fill_holes, share_contour
from fragility.territory.slivers import without_slivers

# Simplifying left some contours as a sliver of a few square metres: below a tenth of the published
# area, a contour is no contour. (The real ones go down to 0.2: lagoons, towns that gave land
# away.) Without a published area, below a hectare, a third of the smallest commune
# (Castelmoron-d'Albret, 3.5 ha).
SLIVER = 0.1
SLIVER_KM2 = 0.01
# A contour of another year is believed if the commune has kept its area.
SAME_AREA = 0.1
# Of the 74 communes that merged between the maps of 2021 and 2025, the two files draw 28 within
# 0.4 % of each other; the other 46 lack a part, 2.5 % of the commune at least.
LACKING = 0.01


@dataclass(frozen=True)
class Mended:
    """The contours of the communes, in the order of their codes.

    Attributes
    ----------
    geometry : contours, in degrees; None where nothing was found.
    origin : see the column `contour_origine` of `core_communes`.
    lent : contours that were lost, and come from another year.
    completed : contours that were cut short, and completed from another year.
    """

    geometry: gpd.GeoSeries
    origin: pd.Series
    lent: pd.Series
    completed: pd.Series


def mend_contours(
    codes: pd.Series,
    drawn: gpd.GeoSeries,
    area: pd.Series,
    *,
    centres: gpd.GeoDataFrame,
    other: gpd.GeoDataFrame | None = None,
    merged: Collection[str] = (),
) -> Mended:
    """Complete, replace or rebuild the contours that do not show their commune.

    Parameters
    ----------
    codes : communes, indexed 0, 1, 2…
    drawn : published contours, in degrees, on the same index; some missing.
    area : their areas in km², published or else measured.
    centres : see `holes.centres_by_commune`.
    other : contours of another year (`spare.bring_contours`); the column `reunie` may be absent.
    merged : communes that merged lately (`spare.merged_communes`).

    Notes
    -----
    The contour of another year is taken if its area is within a tenth of the published one, for a
    commune whose contour is lost; and for one whose contour is short: smaller than that of the
    other year by a hundredth if communes merged, by a tenth otherwise, and further from the
    published area. It gives way to the contours of the neighbours, so that both still touch.
    """
    measured = area_km2(drawn, departement_of(codes))
    lost = drawn.isna() | (measured < SLIVER * area) | (measured < SLIVER_KM2)
    spare = _spare_contours(codes, lost | (measured < (1 - SAME_AREA) * area), other)
    short = ~lost & (measured < spare["least_km2"])
    off = (spare["km2"] / area - 1).abs()
    short &= off < (measured / area - 1).abs()
    found = (lost | short) & (off <= SAME_AREA)
    geometry = drawn.where(~lost, None)
    geometry[found] = _give_way(geometry, spare.geometry, found)
    lent, lost, completed = found & lost, lost & ~found, found & short

    shared = _shared_contours(codes, geometry, measured / area, lost, centres)
    usable = ~(lost | codes.isin(list(shared)))
    holed = codes[lost & ~codes.isin(list(shared))].tolist()
    rebuilt, approximate = fill_holes(geometry[usable], holed, centres)
    rebuilt |= shared
    geometry = geometry.where(usable, None)
    at_last = codes.isin(list(rebuilt))
    geometry[at_last] = [rebuilt[code] for code in codes[at_last]]

    cut = codes.isin(list(merged)) & (measured < (1 - SAME_AREA) * area)
    # Two maps that agree tell rather that the published area is wrong.
    confirmed = (spare["km2"] / measured - 1).abs() <= SAME_AREA
    origin = np.select(
        [found & spare["reunie"], usable & ~found & cut & ~confirmed, usable,
         codes.isin([*approximate, *shared]), at_last],
        ["reuni", "partiel", "ign", "approche", "reconstruit"],
        "absent",
    )  # fmt: skip
    kinds = pd.Series(origin, index=codes.index).astype("str")
    return Mended(geometry, kinds, lent, completed)


def _spare_contours(
    codes: pd.Series, doubtful: pd.Series, other: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Contours of another year on the index of `codes`, for those doubtful or merged since.

    Returns
    -------
    `geometry`, `km2`, `reunie`, and `least_km2`: what a whole contour measures at least.
    """
    table = gpd.GeoDataFrame(
        {"km2": np.nan, "reunie": False, "least_km2": np.nan},
        geometry=gpd.GeoSeries([None] * len(codes), index=codes.index, crs=WGS84),
        index=codes.index,
    )
    if other is None:
        return table
    own = other[other["type_commune"].eq("COM") & other.geometry.notna()].set_index("code")
    united = own["reunie"] if "reunie" in own.columns else pd.Series(False, index=own.index)
    wanted = codes[codes.isin(united.index[united]) | (doubtful & codes.isin(own.index))]
    table.loc[wanted.index, "reunie"] = united[wanted].to_numpy()
    table.loc[wanted.index, "geometry"] = own.geometry[wanted].to_crs(WGS84).to_numpy()
    table["km2"] = area_km2(table.geometry, departement_of(codes))
    table["least_km2"] = table["km2"] * (1 - np.where(table["reunie"], LACKING, SAME_AREA))
    return table


def _give_way(drawn: gpd.GeoSeries, spare: gpd.GeoSeries, found: pd.Series) -> NDArray[np.object_]:
    """What another year adds to the contours, without the ground of the neighbours.

    Returns
    -------
    The contours of `found`: what is drawn, and of the other year's what no other commune holds.
    A contour that the neighbours would eat (theirs is older than a split) is taken whole.
    """
    shapes = np.asarray(drawn, dtype=object)
    tree = shapely.STRtree(shapes)
    taken = []
    for rank in np.flatnonzero(found):
        near = tree.query(spare.iloc[rank])
        whole, own, *others = _valid([spare.iloc[rank], shapes[rank], *shapes[near[near != rank]]])
        rest = shapely.difference(whole, shapely.union_all(others))
        if rest.area < (1 - SAME_AREA) * shapely.difference(whole, own).area:
            rest = whole
        parts = shapely.get_parts(shapely.union(rest, own))
        taken.append(shapely.multipolygons(parts[shapely.get_type_id(parts) == 3]))
    return without_slivers(np.array([*taken, None], dtype=object)[:-1])


def _valid(shapes: Sequence[BaseGeometry | None]) -> NDArray[np.object_]:
    """The polygons, whole; an empty one for none."""
    known = np.array([shapely.Polygon() if one is None else one for one in shapes], dtype=object)
    broken = ~shapely.is_valid(known)
    known[broken] = shapely.make_valid(known[broken], method="structure", keep_collapsed=False)
    return known


def _shared_contours(
    codes: pd.Series,
    drawn: gpd.GeoSeries,
    growth: pd.Series,
    lost: pd.Series,
    centres: gpd.GeoDataFrame,
) -> dict[str, BaseGeometry]:
    """Share the contours from before a split between the communes whose centres they hold.

    Parameters
    ----------
    growth : measured area over published area, on the index of `codes`.
    lost : which communes have no contour.

    Returns
    -------
    Code -> part of the old contour that is nearest to the centres of the commune.
    """
    parts: dict[str, BaseGeometry] = {}
    missing = centres[centres["code"].isin(codes[lost])]
    for rank in codes.index[growth > 1 + SAME_AREA]:
        near = pd.concat([missing, centres[centres["code"] == codes[rank]]])
        inside = near[shapely.contains(drawn[rank], np.asarray(near.geometry, dtype=object))]
        if inside["code"].nunique() > 1:
            parts |= share_contour(drawn[rank], np.asarray(inside.geometry), inside["code"])
    return parts
