"""The GeoPackage and the project hold what QGIS needs; borders stay shared."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from fragility import schemas
from fragility.export.contours import simplify_together, zones
from fragility.export.gpkg import LAYERS, write_gpkg
from fragility.export.qgz import main_view, write_project
from tests.factories import make_facts, make_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg")
    write_gpkg(path / "fragilite.gpkg", make_tables(), make_facts())
    write_project(path / "carte.qgz", path / "fragilite.gpkg", make_facts())
    return path


def query(folder: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "fragilite.gpkg")
    rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


def wiggly(west: float, south: float) -> gpd.GeoDataFrame:
    """Two squares of 0.1 degree that share a border of 400 small steps."""
    y = np.linspace(south, south + 0.1, 401)
    x = west + 0.1 + 0.0001 * (np.arange(401) % 2)
    border = list(zip(x, y, strict=True))
    left = shapely.Polygon([(west, south), *border, (west, south + 0.1)])
    right = shapely.Polygon([(west + 0.2, south), (west + 0.2, south + 0.1), *border[::-1]])
    return gpd.GeoDataFrame({"nom": ["gauche", "droite"]}, geometry=[left, right], crs=4326)


def test_layers_counts_and_geometry(folder: Path) -> None:
    layers = dict(pyogrio.list_layers(folder / "fragilite.gpkg"))
    assert set(layers) - {"layer_styles", "qgis_projects"} == set(LAYERS)
    assert {k: layers[k] for k in LAYERS} == {
        **dict.fromkeys(LAYERS, "MultiPolygon"),
        "lieux": "Point",
    }
    frame = gpd.read_file(folder / "fragilite.gpkg", layer="iris")
    assert len(frame) == 130
    assert frame.crs == 4326
    outline = gpd.read_file(folder / "fragilite.gpkg", layer="communes_fragiles_non_couvertes")
    assert len(outline) == 5
    assert outline.geometry.notna().all()


def test_types_are_those_that_qgis_and_web_maps_read(folder: Path) -> None:
    info = pyogrio.read_info(folder / "fragilite.gpkg", layer="communes")
    kinds = dict(
        zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True)
    )
    assert kinds["code_commune"] == ("OFTString", "OFSTNone")
    assert kinds["classe"] == kinds["rang"] == ("OFTInteger", "OFSTNone")
    assert kinds["est_fragile"] == ("OFTInteger", "OFSTBoolean")
    assert list(kinds) == [c for c in schemas.TABLES["communes"].columns if c != "geometry"]


def test_version_titles_and_banner(folder: Path) -> None:
    assert query(folder, "PRAGMA user_version") == [(10200,)]
    titles = query(
        folder,
        "SELECT identifier, description, last_change FROM gpkg_contents "
        "WHERE data_type = 'features'",
    )
    assert len(titles) == len(LAYERS)
    for identifier, description, change in titles:
        assert str(identifier).startswith("Territoire fictif — ")
        assert str(description).startswith("Territoire fictif. ")
        assert str(change).startswith("2024-05-17")


def test_styles_match_what_qgis_looks_up(folder: Path) -> None:
    rows = query(
        folder,
        "SELECT f_table_catalog, f_table_schema, f_geometry_column, useAsDefault FROM layer_styles",
    )
    assert rows == [("", "", "geom", 1)] * len(LAYERS)
    assert query(
        folder, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"
    ) == [("attributes",)]
    for table, text in query(folder, "SELECT f_table_name, styleQML FROM layer_styles"):
        root = ET.fromstring(str(text).split("\n", 1)[1])
        aliases = {a.get("field"): a.get("name") for a in root.iter("alias")}
        model = schemas.TABLES[str(table)].columns
        assert aliases == {c: m.title for c, m in model.items() if c != "geometry"}


def test_the_project_avoids_the_silent_traps(folder: Path) -> None:
    archive = zipfile.ZipFile(folder / "carte.qgz")
    assert archive.namelist() == ["carte.qgs"]
    text = archive.read("carte.qgs").decode()
    assert str(folder) not in text
    root = ET.fromstring(text.split("\n", 1)[1])
    assert all(len(layer.findtext("id") or "") > 10 for layer in root.iter("maplayer"))
    assert {layer.findtext("datasource") for layer in root.iter("maplayer")} == {
        f"./fragilite.gpkg|layername={name}" for name in LAYERS
    }
    assert root.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"
    order = root.find("layer-tree-group/custom-order")
    assert order is not None
    assert order.get("enabled") == "0"
    assert query(folder, "SELECT name, hex(content) != '' FROM qgis_projects") == [("carte", 1)]


def test_equal_runs_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_gpkg(tmp_path / name / "fragilite.gpkg", make_tables(), make_facts())
        write_project(
            tmp_path / name / "carte.qgz", tmp_path / name / "fragilite.gpkg", make_facts()
        )
    for file in ("fragilite.gpkg", "carte.qgz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_map_without_uncovered_communes_nor_places_is_written(tmp_path: Path) -> None:
    tables = make_tables()
    for name in ("communes_fragiles_non_couvertes", "lieux"):
        tables[name] = tables[name].head(0)
    path = write_gpkg(tmp_path / "fragilite.gpkg", tables, make_facts())
    assert len(gpd.read_file(path, layer="lieux")) == 0
    write_project(tmp_path / "carte.qgz", path, make_facts())


@pytest.mark.parametrize(("west", "south"), [(3.0, 46.0), (55.4, -21.2), (-53.0, 4.0)])
def test_simplified_neighbours_still_share_their_border(west: float, south: float) -> None:
    before = wiggly(west, south)
    after = simplify_together(before, 100)
    count = shapely.get_num_coordinates(after.geometry.to_numpy())
    assert (count < 20).all()
    left, right = after.geometry
    assert left.intersection(right).area < 1e-12
    assert shapely.hausdorff_distance(before.union_all(), after.union_all()) < 1e-9
    assert shapely.hausdorff_distance(before.geometry[0], left) < 0.002


def test_simplifying_keeps_rows_missing_shapes_and_broken_ones() -> None:
    bow = shapely.Polygon([(5, 46), (6, 47), (6, 46), (5, 47), (5, 46)])
    frame = wiggly(3.0, 46.0)
    frame = gpd.GeoDataFrame({"nom": list("abcd")}, geometry=[*frame.geometry, None, bow], crs=4326)
    after = simplify_together(frame, 100)
    assert after["nom"].tolist() == list("abcd")
    assert after.geometry.isna().tolist() == [False, False, True, False]
    assert after.geometry.dropna().is_valid.all()
    assert frame.geometry.iloc[3].equals(bow)


def test_zones_and_the_opening_view(folder: Path) -> None:
    longitude = np.array([2.35, -61.5, -61.0, -53.0, 55.5, 45.2])
    latitude = np.array([48.85, 16.2, 14.6, 4.0, -21.1, -12.8])
    assert zones(longitude, latitude).tolist() == [2154, 5490, 5490, 2972, 2975, 4471]
    epsg, extent = main_view(folder / "fragilite.gpkg")
    assert epsg == 2154
    # Longitude 3 is x = 700 km; half a degree at latitude 46 is about 39 km.
    assert extent[0] < 700_000 < extent[2]
    assert 36_000 < extent[2] - extent[0] < 45_000


def test_layers_of_the_project_have_short_names_with_the_banner(folder: Path) -> None:
    with zipfile.ZipFile(folder / "carte.qgz") as archive:
        root = ET.fromstring(archive.read("carte.qgs"))
    names = [leaf.attrib["name"] for leaf in root.iter("layer-tree-layer")]
    assert "Territoire fictif — Communes" in " ".join(names)
    assert all(name.startswith("Territoire fictif — ") for name in names)
    assert not [name for name in names if make_facts().title in name]
    assert make_facts().title in str(root.findtext("title"))
