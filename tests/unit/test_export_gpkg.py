"""The GeoPackage and the project hold what QGIS needs; borders stay shared."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from fragility import schemas
from fragility.errors import MissingFileError, UsageError
from fragility.export.contours import light_contours, simplify_together, zones
from fragility.export.fitting import fit_inside, fit_pieces
from fragility.export.gpkg import LAYERS, SHARED, write_gpkg
from fragility.export.labels import decimals_of
from fragility.export.local_map import latest_sites, local_tables, write_local_map
from fragility.export.map_views import main_view
from fragility.export.print_layout import fitted_extent, page_scale, producers_of
from fragility.export.qgz import write_project
from tests.factories import make_facts, make_tables


@cache
def _known() -> dict[str, pd.DataFrame]:
    return make_tables()


def known_tables() -> dict[str, pd.DataFrame]:
    """Tables of the squared territory, to be changed at will."""
    return {name: frame.copy() for name, frame in _known().items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg")
    write_gpkg(path / "fragilite.gpkg", known_tables(), make_facts())
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


def test_views_show_what_the_marts_hold_and_keep_it_once(folder: Path) -> None:
    tables = known_tables()
    for name in SHARED:
        layer = gpd.read_file(folder / "fragilite.gpkg", layer=name, use_arrow=True)
        mart = tables[name].drop(columns="geometry", errors="ignore")
        assert [*layer.drop(columns="geometry")] == [*mart]
        key = str(mart.columns[0])
        mart = mart.sort_values(key).reset_index(drop=True)
        layer = layer.sort_values(key).reset_index(drop=True)
        for column in mart:
            if mart[column].dtype.kind == "f":
                assert np.allclose(
                    layer[column], mart[column].round(decimals_of(str(column))), equal_nan=True
                ), column
            else:
                told = layer[column].astype(object).where(layer[column].notna(), None)
                known = mart[column].astype(object).where(mart[column].notna(), None)
                assert told.tolist() == known.tolist(), column
    # Ten communes are split into four IRIS; the 90 others lend their contour to their only IRIS.
    assert query(folder, "SELECT count(*) FROM socle_contours") == [(100 + 40,)]
    kinds = query(folder, "SELECT type FROM sqlite_master WHERE name IN ('communes', 'iris')")
    assert kinds == [("view",), ("view",)]


def test_the_sentence_is_put_together_again(tmp_path: Path) -> None:
    tables = known_tables()
    communes = tables["communes"]
    said = ["Fragile : le plus proche est « Mairie »", "Sans lieu", "Non : à 5 min : Mairie", ""]
    communes.loc[:3, "motif"] = said
    communes.loc[:3, "conseiller_plus_proche_nom"] = ["Mairie", None, "Mairie", ""]
    communes.loc[4, ["motif", "conseiller_plus_proche_nom"]] = [None, "Mairie"]
    path = write_gpkg(tmp_path / "fragilite.gpkg", tables, make_facts())
    read = pyogrio.read_dataframe(path, layer="communes", read_geometry=False)
    order = communes.sort_values("code_commune").index
    told = dict(zip(order, read["motif"], strict=True))
    assert [told[n] for n in range(4)] == said
    assert told[4] is None or told[4] != told[4]


def test_views_have_a_spatial_index(folder: Path) -> None:
    for name in SHARED:
        info = pyogrio.read_info(folder / "fragilite.gpkg", layer=name)
        assert info["fid_column"] == "fid"
        assert info["capabilities"]["fast_spatial_filter"]
    # The inside of the commune in the south-west corner, then of one split into four IRIS.
    inside = (3.01, 46.01, 3.04, 46.04)
    split = (3.16, 46.01, 3.19, 46.04)
    for name, box, count in (("communes", inside, 1), ("iris", inside, 1), ("iris", split, 4)):
        found = pyogrio.read_dataframe(folder / "fragilite.gpkg", layer=name, bbox=box)
        assert len(found) == count


def test_pieces_fitted_to_a_whole_leave_no_gap_nor_overlap() -> None:
    # Two IRIS 10 % too large in the north, with 0.002 of nothing between them.
    pieces = np.array([shapely.box(0, 0, 0.499, 1.1), shapely.box(0.501, 0, 1.1, 1)])
    fitted = fit_pieces(pieces, shapely.box(0, 0, 1, 1))
    assert shapely.area(fitted).sum() == pytest.approx(1)
    assert shapely.union_all(fitted).symmetric_difference(shapely.box(0, 0, 1, 1)).area < 1e-12
    assert fitted[0].intersection(fitted[1]).area < 1e-12
    # A corner that no piece is near goes to the nearest.
    far = fit_pieces(np.array([shapely.box(0, 0, 0.5, 1), shapely.box(0.5, 0, 0.6, 1)]),
                     shapely.box(0, 0, 1, 1))  # fmt: skip
    assert shapely.area(far).round(6).tolist() == [0.5, 0.5]


def test_iris_without_a_commune_or_outside_of_it_keep_their_contour() -> None:
    shapes = [shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6), None, shapely.box(2, 2, 3, 3)]
    iris = gpd.GeoDataFrame({"code_commune": list("aaab")}, geometry=shapes, crs=4326)
    communes = gpd.GeoDataFrame(
        {"code_commune": ["a"]}, geometry=[shapely.box(0, 0, 2, 1)], crs=4326
    )
    after = fit_inside(iris, communes).geometry
    assert after[0].area == pytest.approx(2)
    assert after[1].equals(shapes[1])
    assert after[2] is None
    assert after[3].equals(shapes[3])


def test_light_iris_make_up_their_light_commune() -> None:
    tables = known_tables()
    contours = gpd.GeoDataFrame(tables["core_contours"])
    iris = tables["iris"]
    pieces = light_contours(contours, "iris", iris).groupby(iris["code_commune"])
    wholes = contours[contours["niveau"] == "commune"].set_index("code").geometry
    for code, own in pieces:
        assert own.union_all().symmetric_difference(wholes[code]).area < 1e-12
        assert shapely.area(own.to_numpy()).sum() == pytest.approx(wholes[code].area)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition as its folder is, with the tables that a map of a département reads."""
    path = tmp_path_factory.mktemp("publiee") / "essai"
    (path / "tables").mkdir(parents=True)
    for name, frame in known_tables().items():
        if name in (*LAYERS, "core_contours"):
            frame.to_parquet(path / "tables" / f"{name}.parquet")
    return path


def test_the_map_of_a_departement_has_its_communes_and_its_neighbours_places(
    published: Path, tmp_path: Path
) -> None:
    tables = local_tables(published, "2A")
    everything = known_tables()
    assert set(tables["communes"]["code_departement"]) == {"2A"}
    assert len(tables["communes"]) == 50
    assert set(tables["iris"]["code_commune"]) == set(tables["communes"]["code_commune"])
    # 0.4 degree around: all of the territory, which is 0.5 degree wide, but for the place without
    # a point, which is of the other département.
    known = everything["lieux"]
    drawn = known[known.geometry.notna() | known["code_commune"].str.startswith("2A")]
    assert set(tables["lieux"]["id"]) == set(drawn["id"])
    assert tables["departements"]["code_departement"].tolist() == ["01", "2A"]
    gpkg, project = write_local_map(tables, "2A", tmp_path, make_facts())
    assert (gpkg.name, project.name) == ("fragilite-2A.gpkg", "carte-2A.qgz")
    layer = gpd.read_file(gpkg, layer="communes")
    assert len(layer) == 50
    assert layer.geometry.notna().all()
    west, south, east, north = layer.to_crs(2154).total_bounds
    left, bottom, right, top = main_view(gpkg)[1]
    assert (left + right) / 2 == pytest.approx((west + east) / 2, abs=500)
    assert (bottom + top) / 2 == pytest.approx((south + north) / 2, abs=500)
    with zipfile.ZipFile(project) as archive:
        text = archive.read("carte-2A.qgs").decode()
    assert "./fragilite-2A.gpkg|layername=communes" in text
    assert "Corse-du-Sud (2A)" in text


def test_a_departement_that_is_not_there_is_refused(published: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="n'a pas de département « 31 »"):
        local_tables(published, "31")
    with pytest.raises(MissingFileError, match="fragility run --edition france-2021"):
        local_tables(tmp_path / "france-2021", "31")


def test_sites_of_the_last_simulation_are_a_layer_of_their_own(
    published: Path, tmp_path: Path
) -> None:
    assert latest_sites(tmp_path) is None
    folder = tmp_path / "postes-1"
    folder.mkdir()
    (folder / "simulation_postes.csv").write_text("rang\n1\n", encoding="utf-8")
    site = gpd.GeoDataFrame(
        {"rang": [1], "nom": ["Mairie"], "nom_commune": ["Bourg"], "nb_personnes_gagnees": [12.4]},
        geometry=[shapely.Point(3.3, 46.2)],
        crs=4326,
    )
    site.to_file(folder / "simulation.gpkg", layer="simulation_postes", engine="pyogrio")
    simulated = latest_sites(tmp_path)
    assert simulated == folder / "simulation.gpkg"
    tables = local_tables(published, "2A", simulated)
    gpkg, project = write_local_map(tables, "2A", tmp_path, make_facts())
    assert len(gpd.read_file(gpkg, layer="simulation_postes")) == 1
    with zipfile.ZipFile(project) as archive:
        root = ET.fromstring(archive.read("carte-2A.qgs"))
    layers = [leaf.attrib["name"] for leaf in root.iter("layer-tree-layer")]
    assert layers[0] == "Territoire fictif — Postes proposés"


def test_the_page_has_the_scale_and_the_sources(folder: Path) -> None:
    # The map is 196 x 168 mm: 392 km across is one to two million; a tall extent is widened.
    assert page_scale((0, 0, 392_000, 10_000)) == pytest.approx(2_000_000)
    west, south, east, north = fitted_extent((0, 0, 10_000, 168_000))
    assert (east - west, north - south) == pytest.approx((196_000, 168_000))
    with zipfile.ZipFile(folder / "carte.qgz") as archive:
        root = ET.fromstring(archive.read("carte.qgs"))
    layout = root.find("Layouts/Layout")
    assert layout is not None
    texts = [item.get("labelText", "") for item in layout.iter("LayoutItem")]
    assert make_facts().heading in texts
    assert any("17/05/2024" in text and text.startswith("Sources : ") for text in texts)
    assert layout.find("PageCollection/LayoutItem[@size='297,210,mm']") is not None


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
        write_gpkg(tmp_path / name / "fragilite.gpkg", known_tables(), make_facts())
        write_project(
            tmp_path / name / "carte.qgz", tmp_path / name / "fragilite.gpkg", make_facts()
        )
    for file in ("fragilite.gpkg", "carte.qgz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_map_without_uncovered_communes_nor_places_is_written(tmp_path: Path) -> None:
    tables = known_tables()
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


def test_each_producer_is_named_once_whoever_it_publishes_with() -> None:
    one = make_facts().sources[0]
    survey = "CRÉDOC pour l'ARCEP, l'Arcom, le CGE et l'ANCT"
    names = ("INSEE", "IGN, INSEE", "INSEE, ARCEP ; calculs Data For Good", survey, "ARCEP")
    facts = make_facts(sources=tuple(replace(one, producer=name) for name in names))
    assert producers_of(facts) == f"ARCEP ; calculs Data For Good ; {survey} ; IGN ; INSEE"
