"""The GeoPackage: layers that style themselves when QGIS opens them.

QGIS applies the style of table `layer_styles` without a word when everything matches, and
nothing at all when a name, a case or an empty text does not: the tests load it with QGIS.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from fragility.export.contours import light_contours
from fragility.export.facts import RunFacts
from fragility.export.files import publishing
from fragility.export.gpkg_shared import GEOMETRY, Caption, write_shared
from fragility.export.labels import LAYER_TITLES, decimals_of
from fragility.export.layer_style import (
    POINTS,
    SITES,
    model_of,
    qml,
    style_elements,
    title_of,
)
from fragility.export.tables import ordered

LAYERS = tuple(LAYER_TITLES)
# Level whose light contours each layer has; places are points.
LEVELS = {
    "communes": "commune",
    "iris": "iris",
    "epci": "epci",
    "departements": "departement",
    "communes_fragiles_non_couvertes": "commune",
}
# Layers that repeat one another, see `gpkg_shared.py`; the others are plain tables.
SHARED = ("communes", "iris")

_STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME
);
"""
_PROJECTS = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB);"


@contextmanager
def _settings(moment: str) -> Iterator[None]:
    """Make GDAL write a chosen date, so that equal runs give equal files, on pages that hold a
    whole commune: a tenth smaller.
    """
    chosen = {"OGR_CURRENT_DATE": moment, "OGR_SQLITE_PRAGMA": "page_size=16384"}
    pyogrio.set_gdal_config_options(chosen)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(chosen))


def layer_title(table: str, facts: RunFacts) -> str:
    """Return the title that QGIS shows for a layer, banner first."""
    title = f"{title_of(table)} ({facts.title})"
    return f"{facts.banner} — {title}" if facts.banner else title


def layer_abstract(table: str, facts: RunFacts) -> str:
    """Return the abstract of a layer: what it holds, its date and its warning."""
    parts = [
        f"{facts.banner}. " if facts.banner else "",
        str(model_of(table, facts).description),
        f" Édition {facts.edition}, code géographique ",
        f"{facts.cog_year}, calcul du {facts.date:%d/%m/%Y}. Le score est un classement relatif : ",
        "il ne mesure pas les personnes. Lire LISEZMOI.md.",
    ]
    return "".join(parts)


def prepare_layer(frame: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """Sort a table and give it types that QGIS and web maps read: whole numbers on 32 bits.

    Figures have the digits that are worth showing, as in the CSV files; the database has them all.
    """
    layer = frame if table == SITES else ordered(frame, table)
    real = [str(name) for name in layer.columns if pd.api.types.is_float_dtype(layer[name])]
    # Adding zero turns -0.0 into 0.0.
    layer = layer.assign(**{name: layer[name].round(decimals_of(name)) + 0.0 for name in real})
    whole = [str(name) for name in layer.columns if pd.api.types.is_integer_dtype(layer[name])]
    return layer.astype({name: "Int32" if layer[name].isna().any() else "int32" for name in whole})


def build_layers(tables: dict[str, pd.DataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Build the layers of the map, in the order they are written.

    Parameters
    ----------
    tables : by name, the marts of `LAYERS` and `core_contours`, in longitude and latitude; the
        sites of a simulation (`SITES`) if there are any.
    """
    contours = gpd.GeoDataFrame(tables["core_contours"])
    layers: dict[str, gpd.GeoDataFrame] = {}
    for table in (*LAYERS, SITES):
        if table == SITES and table not in tables:
            continue
        frame = tables[table]
        if table in LEVELS:
            light = light_contours(contours, LEVELS[table], frame)
            frame = gpd.GeoDataFrame(frame, geometry=light.array, crs=contours.crs)
        layers[table] = prepare_layer(gpd.GeoDataFrame(frame), table)
    return layers


def _write_styles(
    path: Path, layers: dict[str, gpd.GeoDataFrame], facts: RunFacts, moment: str
) -> None:
    rows = []
    for table, layer in layers.items():
        columns = [str(name) for name in layer.columns if name != layer.geometry.name]
        elements = style_elements(table, columns, facts)
        rows.append(
            (
                "",
                "",
                table,
                GEOMETRY,
                "fragilite",
                qml(elements),
                "",
                1,
                title_of(table),
                "",
                None,
                moment,
            )
        )
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_STYLES)
        connection.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, "
            "ui, update_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', "
            "'Styles des couches', ?)",
            (moment,),
        )


def write_gpkg(path: Path, tables: dict[str, pd.DataFrame], facts: RunFacts) -> Path:
    """Write the styled GeoPackage.

    Parameters
    ----------
    path : file to write, replaced whole.
    tables : see `build_layers`.
    facts : titles, date and banner.

    Notes
    -----
    Longitude and latitude (EPSG:4326): one file then holds Paris and La Réunion without
    distortion, and the project shows it in Lambert 93. VERSION 1.2, since QGIS 3.22 warns about
    newer ones.
    """
    layers = build_layers(tables)
    moment = f"{facts.date.isoformat()}T00:00:00.000Z"
    captions = {t: Caption(layer_title(t, facts), layer_abstract(t, facts)) for t in layers}
    plain = [table for table in layers if table not in SHARED]
    with publishing(path) as draft, _settings(moment):
        for rank, table in enumerate(plain):
            points = table in POINTS
            pyogrio.write_dataframe(
                layers[table],
                draft,
                layer=table,
                driver="GPKG",
                append=rank > 0,
                use_arrow=True,
                geometry_type="Point" if points else "MultiPolygon",
                promote_to_multi=not points,
                dataset_options={"VERSION": "1.2"} if rank == 0 else None,
                layer_options={
                    "IDENTIFIER": captions[table].title,
                    "DESCRIPTION": captions[table].abstract,
                },
            )
        with closing(sqlite3.connect(draft)) as connection, connection:
            write_shared(connection, {t: layers[t] for t in SHARED}, captions, moment)
        _write_styles(draft, layers, facts, moment)
    return path


def store_project(path: Path, name: str, project: bytes, moment: str) -> None:
    """Store a project in a GeoPackage, where QGIS lists it under the file's layers.

    Parameters
    ----------
    path : the GeoPackage; changed in place.
    name : name of the project.
    project : content of the .qgz file.
    moment : date, ISO 8601.
    """
    metadata = f'{{"last_modified_time": "{moment}", "last_modified_user": ""}}'
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE IF EXISTS qgis_projects")
        connection.execute(_PROJECTS)
        connection.execute(
            "INSERT INTO qgis_projects VALUES (?, ?, ?)", (name, metadata, project.hex())
        )


def read_styles(path: Path) -> dict[str, str]:
    """Return the default style of each layer, as QML."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT f_table_name, styleQML FROM layer_styles"))
