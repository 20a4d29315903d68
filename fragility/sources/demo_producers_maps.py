"""IGN's, ARCEP's and Eurostat's maps of `france-2024`, for the fictional département."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import py7zr
import pyogrio
import shapely
from rasterio.io import MemoryFile

from fragility.sources.demo_formats import csv_bytes, gpkg_bytes, zip_bytes
from fragility.sources.demo_names import official_spelling
from fragility.sources.demo_people import build_people, sum_by
from fragility.sources.demo_producers_insee import merged_name, table_of, to_2024
from fragility.sources.demo_territory import (
    CRS,
    DEPARTEMENT,
    FUSION_2024,
    NO_EPCI,
    NULL_GEOMETRY,
    REGION,
    build_territory,
    to_multipolygon,
)

_DELIVERY: Final = "1_DONNEES_LIVRAISON_2024-03-00171/ADECOGC_3-2_SHP_WGS84G_FRA-ED2024-02-22"
_ADMIN: Final = "ADMIN-EXPRESS-COG-CARTO_3-2__SHP_WGS84G_FRA_2024-02-22"
# Territory -> projection as IGN names it, EPSG code, a point in it (metres).
_IRIS: Final = {
    "FXX": ("LAMB93", CRS, None), "GLP": ("RGAF09UTM20", 5490, (640_000.0, 1_790_000.0)),
    "MTQ": ("RGAF09UTM20", 5490, (710_000.0, 1_620_000.0)),
    "GUF": ("UTM22RGFG95", 2972, (350_000.0, 545_000.0)),
    "REU": ("RGR92UTM40S", 2975, (340_000.0, 7_660_000.0)),
    "MYT": ("RGM04UTM38S", 4471, (520_000.0, 8_590_000.0)),
}  # fmt: skip
_OPERATORS: Final = {"OF": "20801", "SFR0": "20810", "FREE": "20815", "BOUY": "20820"}
_BRANDS: Final = {
    "OF": "Orange", "SFR0": "SFR", "FREE": "Free Mobile", "BOUY": "Bouygues Telecom",
}  # fmt: skip
# Reach of a site by level, metres: the limited coverage ends where the proxy says « far ».
_REACH: Final = {"TBC": 1_500.0, "BC": 2_800.0, "CL": 4_000.0}
_QUARTER: Final = "2024_T3"


def map_archives(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Map each archive, by base name, to its bytes; `files` are the demonstration's own."""
    sites = table_of(files, "arcep_mobile_sites/", sep=";")
    return {
        f"{_ADMIN}.7z": _admin(),
        **{_iris_name(code) + ".7z": _iris(code) for code in _IRIS},
        **{f"{_coverage_name(code)}.gpkg.7z": _coverage(code, sites) for code in _OPERATORS},
        "Eurostat_Census-GRID_2021_V3.zip": _grid(files),
    }


def seven_zip(members: Mapping[str, bytes]) -> bytes:
    """Pack members in a 7z, quickly."""
    buffer = io.BytesIO()
    filters = [{"id": py7zr.FILTER_LZMA2, "preset": 1}]
    with py7zr.SevenZipFile(buffer, "w", filters=filters) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return buffer.getvalue()


def _shapefile(frame: gpd.GeoDataFrame, folder: str, name: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"{name}.shp"
        pyogrio.write_dataframe(frame, path, driver="ESRI Shapefile", geometry_type="MultiPolygon")
        return {f"{folder}/{part.name}": part.read_bytes() for part in Path(place).iterdir()}


def _admin() -> bytes:
    """Shapefiles of communes and arrondissements, deep in a folder, among layers not wanted."""
    communes = build_territory().communes
    codes = to_2024(communes["code_commune"])
    merged = communes.assign(code_commune=codes)[["code_commune", "geometry"]]
    merged = merged.dissolve("code_commune").reset_index()
    facts = communes.assign(code=codes).drop_duplicates("code").set_index("code")
    persons = sum_by(
        build_people().fields[["population"]], to_2024(build_territory().units["code_commune"])
    )["population"]
    shapes = to_multipolygon(merged.geometry).to_crs(4326).set_precision(1e-6, mode="pointwise")
    shapes[merged["code_commune"] == NULL_GEOMETRY] = None
    name = facts["nom"].where(~facts.index.isin(FUSION_2024), merged_name())
    epci = facts["code_epci"].where(facts["code_epci"] != NO_EPCI, "NR")
    layer = gpd.GeoDataFrame({
        "ID": [f"COMMUNE_{k:024d}" for k in range(len(merged))],
        "NOM": name.to_numpy(), "NOM_M": [official_spelling(n)[1] for n in name],
        "INSEE_COM": merged["code_commune"], "STATUT": "Commune simple",
        "POPULATION": persons.round().astype(int).to_numpy(), "INSEE_CAN": "01",
        "INSEE_ARR": "1", "INSEE_DEP": DEPARTEMENT, "INSEE_REG": REGION,
        "SIREN_EPCI": epci.to_numpy(),
    }, geometry=shapes, crs=4326)  # fmt: skip
    # The département has no municipal arrondissement: one of elsewhere, that no list knows.
    wards = layer.head(1).assign(INSEE_CAN="00999", NOM="Hors-Carte 1er Arrondissement")
    wards = wards.rename(columns={"INSEE_CAN": "INSEE_ARM"})
    wards = wards[["ID", "NOM", "NOM_M", "INSEE_ARM", "INSEE_COM", "POPULATION", "geometry"]]
    towns = layer[["ID", "geometry"]].head(3)
    folder = f"{_ADMIN}/ADMIN-EXPRESS-COG-CARTO/{_DELIVERY}"
    return seven_zip(
        {f"{_ADMIN}/LISEZ-MOI.pdf": b"%PDF-1.4 fictif"}
        | _shapefile(layer, folder, "COMMUNE")
        | _shapefile(wards, folder, "ARRONDISSEMENT_MUNICIPAL")
        | _shapefile(towns, folder, "CHFLIEU_COMMUNE")
    )


def _iris_name(territory: str) -> str:
    return f"CONTOURS-IRIS_3-0__GPKG_{_IRIS[territory][0]}_{territory}_2024-01-01"


def _iris(territory: str) -> bytes:
    """Contours of the IRIS of 2024; overseas, one that no list knows."""
    _, epsg, place = _IRIS[territory]
    if place is None:
        iris = build_territory().iris
        iris = iris.assign(code_commune=to_2024(iris["code_commune"]))
        one = iris["type_iris"].eq("Z")
        code = iris["code_iris"].where(~one, iris["code_commune"] + "0000")
        shapes = iris.assign(code=code)[["code", "geometry"]].dissolve("code").reset_index()
        facts = iris.assign(code=code).drop_duplicates("code").set_index("code").loc[shapes["code"]]
        table = pd.DataFrame({
            "code_insee": facts["code_commune"].to_numpy(), "nom_commune": facts["nom"].to_numpy(),
            "iris": shapes["code"].str[5:], "code_iris": shapes["code"],
            "nom_iris": facts["nom_iris"].to_numpy(), "type_iris": facts["type_iris"].to_numpy(),
        })  # fmt: skip
        outlines = to_multipolygon(gpd.GeoSeries(shapes.geometry, crs=CRS))
    else:
        table = pd.DataFrame({
            "code_insee": ["00999"], "nom_commune": ["Hors-Carte"], "iris": ["0000"],
            "code_iris": ["009990000"], "nom_iris": ["Hors-Carte"], "type_iris": ["Z"],
        })  # fmt: skip
        outlines = gpd.GeoSeries([shapely.MultiPolygon([shapely.Point(place).buffer(900)])])
    table.insert(0, "cleabs", [f"IRIS____{k:016d}" for k in range(len(table))])
    frame = gpd.GeoDataFrame(table, geometry=outlines.to_numpy(), crs=epsg)
    name = _iris_name(territory)
    deep = f"{name}/CONTOURS-IRIS/1_DONNEES_LIVRAISON_2024-10-00180/{name.replace('__', '_')}"
    content = gpkg_bytes(frame.rename_geometry("geometrie"), "contours_iris")
    return seven_zip({f"{deep}/contours-iris.gpkg": content})


def _coverage_name(operator: str) -> str:
    return f"{_QUARTER}_couv_Metropole_{operator}_4G_data"


def _coverage(operator: str, sites: pd.DataFrame) -> bytes:
    """One multipolygon per level, the better levels inside the others, around the 4G sites."""
    own = sites[sites["Operateur"].eq(_OPERATORS[operator]) & sites["4G"].eq("1")]
    own = own[own["x"].ne("#N/A")]
    masts = shapely.points(own["x"].astype(float), own["y"].astype(float))
    levels = [
        shapely.MultiPolygon(
            [
                part
                for part in shapely.get_parts(
                    shapely.union_all(shapely.buffer(masts, reach, quad_segs=12))
                )
            ]
        )
        for reach in _REACH.values()
    ]
    frame = gpd.GeoDataFrame({
        "operateur": _OPERATORS[operator], "operateur_commercial": _BRANDS[operator],
        "operateur_infra": _BRANDS[operator], "date": "2024-09-30", "techno": "4G",
        "usage": "data", "niveau": list(_REACH), "dept": "",
    }, geometry=levels, crs=CRS)  # fmt: skip
    name = _coverage_name(operator)
    return seven_zip({f"{name}.gpkg": gpkg_bytes(frame, name)})


def _grid(files: Mapping[str, bytes]) -> bytes:
    """Census cells of the whole of Europe, of which a few are French."""
    (content,) = (c for path, c in files.items() if path.startswith("eurostat_grille/"))
    with MemoryFile(content) as memory, memory.open() as raster:
        people, corner = raster.read(1), raster.transform
    row, column = np.nonzero(people > 0)
    south = (corner.f - 1000 * (row + 1)).astype(int)
    west = (corner.c + 1000 * column).astype(int)
    cells = pd.DataFrame({"N": south, "E": west, "T": people[row, column], "CNTR_ID": "FR"})
    # Neighbours: another country, an empty cell, one that is not shown.
    others = pd.DataFrame({
        "N": 2_000_000, "E": 3_000_000 + 1000 * np.arange(3), "T": [1_000, 0, -8888],
        "CNTR_ID": ["ES", "FR", "FR"],
    })  # fmt: skip
    cells = pd.concat([others, cells], ignore_index=True)
    known = cells["T"].clip(lower=0)
    table = pd.DataFrame({
        "GRD_ID": "CRS3035RES1000mN" + cells["N"].astype(str) + "E" + cells["E"].astype(str),
        "T": cells["T"], "M": known // 2, "F": known - known // 2, "Y_LT15": known // 6,
        "Y_1564": known - known // 6 - known // 4, "Y_GE65": known // 4, "EMP": 0, "NAT": known,
        "EU_OTH": 0, "OTH": 0, "SAME": known, "CHG_IN": 0, "CHG_OUT": 0, "LAND_SURFACE": 1.0,
        "POPULATED": (known > 0).astype(int), "CNTR_ID": cells["CNTR_ID"],
    })  # fmt: skip
    folder = "Eurostat_Census-GRID_2021_V3"
    return zip_bytes({
        f"{folder}/ESTAT_Census_2021_V3.csv": csv_bytes(table, sep=",", eol="\n"),
        f"{folder}/read.me": b"fictif",
    })  # fmt: skip
