"""What a simulation found, as files that everybody opens: CSV, GeoPackage, DuckDB."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from fragility.export.database import STORAGE_VERSION
from fragility.export.files import publishing, write_text
from fragility.export.simulation_readme import lisezmoi
from fragility.export.tables import csv_bytes
from fragility.schemas import dictionary
from fragility.schemas.simulation import SIMULATION


def write_simulation(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    contours: gpd.GeoDataFrame,
    banner: str = "",
    *,
    edition: str,
    engine: str = "",
) -> list[Path]:
    """Write LISEZMOI.md, a CSV by table, all of them in one DuckDB file, maps in a GeoPackage.

    Parameters
    ----------
    folder : made if it is missing; files of the same names are replaced.
    tables : by name, checked against their models (`SIMULATION`); those that are about communes
        are drawn with their contour.
    contours : `code_commune` and geometry.
    banner : warning that every layer bears, if there is one.
    edition : what was read.
    engine : a sentence on travel times, for LISEZMOI.md.

    Returns
    -------
    The paths written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: _checked(name, frame) for name, frame in tables.items()}
    words = lisezmoi(tables, edition=edition, banner=banner, engine=engine)
    written = [write_text(folder / "LISEZMOI.md", words)]
    written += [_csv(folder / f"{name}.csv", frame) for name, frame in tables.items()]
    own = dictionary({name: SIMULATION[name] for name in tables})
    written.append(_csv(folder / "dictionnaire.csv", own))
    written.append(_duckdb(folder / "simulation.duckdb", tables))
    written.append(_gpkg(folder / "simulation.gpkg", tables, contours, banner))
    return written


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Check a table against its model; one without a row has no types of its own, and takes its."""
    model = SIMULATION[name]
    if frame.empty:
        types = {
            c: str(m.dtype) for c, m in model.columns.items() if c in frame and c != "geometry"
        }
        frame = frame.astype({c: "str" if t == "str" else t for c, t in types.items()})
    return model.validate(frame)


def _csv(path: Path, frame: pd.DataFrame) -> Path:
    with publishing(path) as draft:
        draft.write_bytes(csv_bytes(frame))
    return path


def _duckdb(path: Path, tables: Mapping[str, pd.DataFrame]) -> Path:
    with publishing(path) as draft, duckdb.connect() as connection:
        connection.execute(f"ATTACH '{draft}' AS s (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE s")
        for name, frame in tables.items():
            plain, select = pd.DataFrame(frame), "*"
            if isinstance(frame, gpd.GeoDataFrame):
                plain = plain.assign(geometry=shapely.to_wkb(frame.geometry.array))
                select = "* REPLACE (ST_GeomFromWKB(geometry)::GEOMETRY('OGC:CRS84') AS geometry)"
            connection.register("batch", pa.Table.from_pandas(plain, preserve_index=False))
            connection.execute(f'CREATE TABLE "{name}" AS SELECT {select} FROM batch')
            connection.unregister("batch")
            _comment(connection, name, [str(c) for c in plain.columns])
        connection.execute("USE memory")
        connection.execute("DETACH s")
    return path


def _comment(connection: duckdb.DuckDBPyConnection, name: str, columns: list[str]) -> None:
    """Say what a table and its columns hold."""

    def quoted(words: str) -> str:
        return "'" + words.replace("'", "''") + "'"

    model = SIMULATION[name]
    said = quoted(f"{model.title} — {model.description}")
    connection.execute(f'COMMENT ON TABLE "{name}" IS {said}')
    for column, item in model.columns.items():
        if column in columns:
            said = quoted(f"{item.title} — {item.description}")
            connection.execute(f'COMMENT ON COLUMN "{name}"."{column}" IS {said}')


def _gpkg(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    contours: gpd.GeoDataFrame,
    banner: str,
) -> Path:
    """Points of places, and communes with their contour."""
    shapes = contours.set_index("code_commune").geometry
    title = f"{banner} — " if banner else ""
    layers = {}
    for name, frame in tables.items():
        if isinstance(frame, gpd.GeoDataFrame):
            layers[name] = frame
        elif "code_commune" in frame.columns:
            own = gpd.GeoSeries(shapes.reindex(frame["code_commune"]).array, crs=contours.crs)
            layers[name] = gpd.GeoDataFrame(frame, geometry=own)
    pyogrio.set_gdal_config_options(
        {"OGR_CURRENT_DATE": f"{datetime.date.today().isoformat()}T00:00:00.000Z"}
    )
    try:
        with publishing(path) as draft:
            for rank, (name, layer) in enumerate(layers.items()):
                points = name in ("simulation_postes", "fermetures_lieux")
                pyogrio.write_dataframe(
                    layer,
                    draft,
                    layer=name,
                    driver="GPKG",
                    append=rank > 0,
                    geometry_type="Point" if points else "MultiPolygon",
                    promote_to_multi=not points,
                    dataset_options={"VERSION": "1.2"} if rank == 0 else None,
                    layer_options={"IDENTIFIER": title + str(SIMULATION[name].title)},
                )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path
