"""Bytes as producers ship them: CSV dialects, zips, GeoPackages, GeoParquet, GeoTIFF.

Form only, no content. Everything is a pure function of its arguments: dates that libraries would
write are fixed, so that the demo is identical byte for byte on every run.
"""

import io
import zipfile
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import Affine

_ZIP_DATE: Final = (2021, 1, 1, 0, 0, 0)
_GPKG_DATE: Final = "2021-01-01T00:00:00Z"


def csv_bytes(
    table: pd.DataFrame,
    *,
    sep: str = ";",
    eol: str = "\r\n",
    bom: bool = False,
    final_eol: bool = True,
    **options: Any,
) -> bytes:
    """Write a table in one producer's CSV dialect; other options go to `DataFrame.to_csv`."""
    text: str = table.to_csv(
        sep=sep, index=options.pop("index", False), lineterminator=eol, **options
    )
    if not final_eol:
        text = text.removesuffix(eol)
    return text.encode("utf-8-sig" if bom else "utf-8")


def zip_bytes(members: dict[str, bytes]) -> bytes:
    """Zip members in the order given, all with the same date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the same on Windows, where zipfile would write 0
            archive.writestr(entry, content)
    return buffer.getvalue()


def insee_zip(member: str, data: pd.DataFrame, subject: str) -> bytes:
    """Zip a table and its dictionary as INSEE does: `<member>.CSV`, `meta_<member>.CSV`."""
    meta = insee_meta(list(data.columns[1:]), subject)
    return zip_bytes({
        f"{member}.CSV": csv_bytes(data, float_format="%.15g"),
        f"meta_{member}.CSV": csv_bytes(meta),
    })  # fmt: skip


def insee_meta(columns: list[str], subject: str) -> pd.DataFrame:
    """Describe columns in INSEE's seven-column dictionary."""
    label = [f"{name} - {subject} (démonstration)" for name in columns]
    return pd.DataFrame({
        "COD_VAR": columns, "LIB_VAR": label, "LIB_VAR_LONG": label, "COD_MOD": "", "LIB_MOD": "",
        "TYPE_VAR": "NUM", "LONG_VAR": 16,
    })  # fmt: skip


def comma(values: pd.Series, decimals: int) -> pd.Series:
    """Print numbers with a decimal comma; missing becomes empty."""
    text = values.map(f"{{:.{decimals}f}}".format, na_action="ignore")
    return text.str.replace(".", ",", regex=False).fillna("")


def whole(values: pd.Series) -> pd.Series:
    """Round to integers that may be missing, so that CSV shows 12 and not 12.0."""
    return values.round().astype("Int64")


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Write Parquet, or GeoParquet for a GeoDataFrame."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def gpkg_bytes(frame: gpd.GeoDataFrame, layer: str) -> bytes:
    """Write a one-layer GeoPackage without today's date in it."""
    buffer = io.BytesIO()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        pyogrio.write_dataframe(frame, buffer, layer=layer, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return buffer.getvalue()


def grid_bytes(values: NDArray[np.int32], west: float, north: float, cell: float) -> bytes:
    """Write an EPSG:3035 population grid as GISCO does: int32, -1 where nobody lives."""
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff", dtype="int32", nodata=-1, count=1, crs="EPSG:3035",
            height=values.shape[0], width=values.shape[1],
            transform=Affine(cell, 0.0, west, 0.0, -cell, north), compress="deflate",
        ) as raster:  # fmt: skip
            raster.write(values, 1)
        return bytes(memory.read())
