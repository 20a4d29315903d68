"""Zonings that planners filter on: density, ZRR, FRR, Action cœur de ville, QPV.

`core_zonages` has one row per territory and zoning it is in; `commune_zonings` and `iris_zonings`
turn it into the columns of the tables of communes and IRIS.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.ledger import ledger, stack
from fragility.territory.cog import fold_arrondissements
from fragility.territory.cog_passage import build_passage
from fragility.territory.crs import WGS84, zone_epsg
from fragility.territory.dated import Dated

ETAPE = "core_zonages"
ZONAGES_COLUMNS = ["niveau", "code", "zonage", "valeur", "libelle", "part_pct", "source", "annee"]
LISTS = ("densite", "zrr", "frr", "acv")
OFF_MAP = "code absent de la carte des communes"
JOINED = "réunie à une autre ligne (fusion de communes)"
SHARED = "ajoutée : commune qui en fait plusieurs sur la carte de l'édition"
OUTSIDE = "quartier hors des communes de l'édition"
# Outlines and simplified contours do not meet exactly: less of a quarter than this is a sliver.
SLIVER_PCT = 5.0
PARTIAL = "partielle"


def build_zonages(
    lists: Mapping[str, Dated],
    qpv: tuple[gpd.GeoDataFrame, str, int] | None,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    movements: pd.DataFrame,
    cog_year: int,
    *,
    weights: pd.Series | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring the zonings to the edition's map.

    Parameters
    ----------
    lists : zoning (one of `LISTS`) -> list with `code_commune`, `valeur`, `libelle`, on its own
        map, earlier or later than the edition's (`readers/zonages.py`).
    qpv : outlines or points (`code`, `libelle`), id of their release, year; None without.
    core_communes : `code_commune`, `code_departement`, contours in EPSG:4326.
    core_iris : `code_iris`, `code_commune`, contours in EPSG:4326.
    movements : see `readers.insee_cog.read_movements`.
    cog_year : year of the edition's map.
    weights : inhabitants by commune of the edition, see `cog_passage.build_passage`.

    Returns
    -------
    `core_zonages`: `niveau` (commune, iris), `code`, `zonage` (`LISTS`, qpv), `valeur` (class, or
    code of the quarter), `libelle`, `part_pct` (share of the quarter in the territory; missing for
    lists and points), `source`, `annee`. And the ledger of what was read.
    """
    parts, lines = [], []
    for kind in LISTS:
        if kind in lists:
            table, account = _carry(kind, lists[kind], core_communes, movements, cog_year, weights)
            parts.append(table)
            lines.append(account)
    if qpv is not None:
        outlines, source, year = qpv
        for level, code, shapes in (
            ("commune", "code_commune", core_communes),
            ("iris", "code_iris", core_iris),
        ):
            departement = core_communes.set_index("code_commune")["code_departement"]
            placed = place_quarters(outlines, shapes, code, shapes["code_commune"].map(departement))
            parts.append(placed.assign(niveau=level, zonage="qpv", source=source, annee=year))
            if level == "commune":
                inside = int(outlines["code"].isin(placed["valeur"]).sum())
                out = len(outlines) - inside
                lines.append(ledger(ETAPE, source, len(outlines), inside, {OUTSIDE: out}))
    table = pd.concat([_empty(), *parts], ignore_index=True)[ZONAGES_COLUMNS]
    table = table.sort_values(["niveau", "zonage", "code", "valeur"], ignore_index=True)
    texts = dict.fromkeys(["niveau", "code", "zonage", "valeur", "libelle", "source"], "str")
    return table.astype({**texts, "part_pct": "float64", "annee": "int64"}), stack(*lines)


def _carry(
    kind: str,
    table: Dated,
    core_communes: pd.DataFrame,
    movements: pd.DataFrame,
    cog_year: int,
    weights: pd.Series | None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring one list of classes to the edition's map, and account for its rows."""
    folded, doubles = fold_arrondissements(table.frame)
    passage = build_passage(
        movements, table.geography_year or cog_year, cog_year, core_communes["code_commune"],
        weights=weights,
    )  # fmt: skip
    carried, dropped = carry_classes(folded, passage, partly=kind == "zrr")
    rows_in = len(table.frame) + sum(table.dropped.values())
    reasons = {**table.dropped, **doubles, **dropped}
    account = ledger(ETAPE, table.source, rows_in, len(carried), reasons)
    frame = carried.rename(columns={"code_commune": "code"}).assign(
        niveau="commune", zonage=kind, part_pct=np.nan, source=table.source, annee=table.year
    )
    return frame, account


def carry_classes(
    frame: pd.DataFrame, passage: pd.DataFrame, *, partly: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Bring classes of communes to another map: a class is neither added up nor averaged.

    Parameters
    ----------
    frame : `code_commune`, `valeur`, `libelle`; communes that are in no class are not there.
    passage : see `build_passage`.
    partly : whether a commune of which only some former communes are classed is `partielle`.

    Returns
    -------
    The same columns, one row per commune, sorted: that of the former commune whose code it keeps
    if it is classed, else that of the first classed one. A commune created again has the class of
    the one it leaves. And the rows dropped (positive) or added (negative) by reason.
    """
    ways = passage[passage["code_apres"].notna()]
    moved = frame.merge(
        ways[["code_avant", "code_apres"]], left_on="code_commune", right_on="code_avant"
    )
    unknown = int((~frame["code_commune"].isin(ways["code_avant"])).sum())
    moved = moved.assign(autre=moved["code_avant"] != moved["code_apres"])
    moved = moved.sort_values(["code_apres", "autre", "code_avant"], kind="stable")
    kept = moved.drop_duplicates("code_apres")
    out = pd.DataFrame({
        "code_commune": kept["code_apres"], "valeur": kept["valeur"], "libelle": kept["libelle"],
    }).reset_index(drop=True).astype("str")  # fmt: skip
    if partly:
        former = ways.groupby("code_apres")["code_avant"].nunique()
        classed = moved.groupby("code_apres")["code_avant"].nunique()
        some = out["code_commune"].map(classed) < out["code_commune"].map(former)
        out.loc[some, "valeur"] = PARTIAL
    added = len(moved) - (len(frame) - unknown)
    dropped = {OFF_MAP: unknown, JOINED: len(moved) - len(kept), SHARED: -added}
    return out, {reason: n for reason, n in dropped.items() if n}


def place_quarters(
    outlines: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame, code: str, departements: pd.Series
) -> pd.DataFrame:
    """Say in which territories each quarter is.

    Parameters
    ----------
    outlines : `code`, `libelle`, polygons or points, EPSG:4326.
    shapes : territories, column `code`, EPSG:4326; without a contour one holds no quarter.
    departements : département of each territory, for the projection that measures areas.

    Returns
    -------
    `code` (territory), `valeur` (quarter), `libelle`, `part_pct` (of the area of the quarter;
    missing for a point). A territory with less than `SLIVER_PCT` of a quarter does not hold it,
    unless no other holds more.
    """
    contours = shapes.geometry.to_numpy()
    quarter = outlines.geometry.to_numpy()
    found = shapely.STRtree(contours).query(quarter, predicate="intersects")
    pairs = pd.DataFrame({"quarter": found[0], "shape": found[1]})
    zone = zone_epsg(departements).to_numpy()[found[1]]
    shared, whole = np.full(len(pairs), np.nan), np.full(len(pairs), np.nan)
    for epsg in np.unique(zone):
        at = np.flatnonzero(zone == epsg)
        own = gpd.GeoSeries(quarter[found[0][at]], crs=WGS84).to_crs(int(epsg))
        held = gpd.GeoSeries(contours[found[1][at]], crs=WGS84).to_crs(int(epsg))
        shared[at] = shapely.area(shapely.intersection(own.to_numpy(), held.to_numpy()))
        whole[at] = own.area.to_numpy()
    flat = whole == 0
    pairs["part_pct"] = np.where(flat, np.nan, 100 * shared / np.where(flat, 1, whole))
    pairs["code"] = shapes[code].to_numpy(dtype=object)[pairs["shape"]]
    # A point on a border is in one territory; a quarter torn into slivers is where most of it is.
    pairs = pairs.sort_values(["quarter", "part_pct", "code"], ascending=[True, False, True])
    first = ~pairs.duplicated("quarter")
    pairs = pairs[first | (pairs["part_pct"] >= SLIVER_PCT)]
    return pd.DataFrame({
        "code": pairs["code"].astype("str"),
        "valeur": outlines["code"].to_numpy(dtype=object)[pairs["quarter"]],
        "libelle": outlines["libelle"].to_numpy(dtype=object)[pairs["quarter"]],
        "part_pct": pairs["part_pct"].round(1),
    }).reset_index(drop=True)  # fmt: skip


def commune_zonings(zonages: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Columns of the zonings for communes.

    Parameters
    ----------
    zonages : `core_zonages`.
    codes : communes.

    Returns
    -------
    On the index of `codes`: `densite_classe` (1 dense to 7 very dispersed, Int64), `est_zrr`
    (wholly or partly), `est_frr`, `est_acv` (nullable booleans, missing where the edition reads
    no such list), `nb_qpv` (Int64, missing in the same way).
    """
    rows = zonages[zonages["niveau"] == "commune"]
    read = set(rows["zonage"])
    out = pd.DataFrame(index=codes.index)
    level = rows[rows["zonage"] == "densite"].set_index("code")["valeur"]
    out["densite_classe"] = codes.map(pd.to_numeric(level)).astype("Int64")
    for kind in ("zrr", "frr", "acv"):
        held = codes.isin(rows["code"][rows["zonage"] == kind]).astype("boolean")
        out[f"est_{kind}"] = held if kind in read else pd.array([pd.NA] * len(codes), "boolean")
    return out.assign(nb_qpv=_quarters(rows, codes, read))


def iris_zonings(zonages: pd.DataFrame, codes: pd.Series, communes: pd.Series) -> pd.DataFrame:
    """Columns of the zonings for IRIS: those of their commune, but that quarters are their own.

    Parameters
    ----------
    zonages : `core_zonages`.
    codes, communes : IRIS and the commune of each, on one index.
    """
    of_commune = commune_zonings(zonages, communes)
    rows = zonages[zonages["niveau"] == "iris"]
    read = set(zonages["zonage"])
    return of_commune.assign(nb_qpv=_quarters(rows, codes, read))


def _quarters(rows: pd.DataFrame, codes: pd.Series, read: set[str]) -> pd.Series:
    """Number of quarters of each territory, missing if none was read."""
    counts = rows[rows["zonage"] == "qpv"].groupby("code").size()
    found = codes.map(counts).astype("Int64")
    return found.fillna(0) if "qpv" in read else found


def _empty() -> pd.DataFrame:
    types = {"part_pct": "float64", "annee": "int64"}
    return pd.DataFrame({c: pd.Series(dtype=types.get(c, "str")) for c in ZONAGES_COLUMNS})
