"""ADMIN-EXPRESS and CONTOURS-IRIS as IGN delivers them, under the names of two versions."""

import geopandas as gpd
import pytest
import shapely

from fragility.errors import BadFileError
from fragility.sources.readers.ign_admin import (
    points_of,
    read_admin_contours,
    read_iris_deliveries,
)

SQUARE = shapely.box(0, 0, 1, 1)
V3 = {
    "ID": "COMMUNE_1", "NOM": "Paris", "NOM_M": "PARIS", "INSEE_COM": "75056",
    "STATUT": "Capitale d'état", "POPULATION": 2133111, "INSEE_CAN": "NR", "INSEE_ARR": "1",
    "INSEE_DEP": "75", "INSEE_REG": "11", "SIREN_EPCI": "200054781",
}  # fmt: skip
ARM3 = {
    "ID": "ARR_1", "NOM": "Paris 1er Arrondissement", "NOM_M": "PARIS 1ER", "INSEE_ARM": "75101",
    "INSEE_COM": "75056", "POPULATION": 15917,
}  # fmt: skip
V4 = {
    "cleabs": "COMMUNE_1", "code_insee": "75056", "nom_officiel": "Paris",
    "nom_officiel_en_majuscules": "PARIS", "statut": "Capitale", "population": 2133111,
    "code_insee_du_departement": "75", "codes_siren_des_epci": "200054781/217500016",
}  # fmt: skip


def layer(facts, shapes, crs=4326):
    columns = {name: [value] * len(shapes) for name, value in facts.items()}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def test_shapefiles_of_version_3_give_communes_and_arrondissements(tmp_path):
    communes = layer(V3, [SQUARE, None])
    communes["INSEE_COM"] = ["75056", "01001"]
    communes.to_file(tmp_path / "COMMUNE.shp")
    layer(ARM3, [SQUARE]).to_file(tmp_path / "ARRONDISSEMENT_MUNICIPAL.shp")
    frame = read_admin_contours(
        [tmp_path / "COMMUNE.shp", tmp_path / "ARRONDISSEMENT_MUNICIPAL.shp"]
    )
    assert frame["type_commune"].tolist() == ["COM", "COM", "ARM"]
    # The arrondissement's own code, not that of its commune, which is a column too.
    assert frame["code"].tolist() == ["75056", "01001", "75101"]
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert frame.crs == "EPSG:4326"


def test_the_geopackage_of_version_4_has_both_layers(tmp_path):
    path = tmp_path / "ADE-COG_4-0_GPKG_WGS84G_FRA-ED2025-01-01.gpkg"
    layer(V4, [SQUARE]).to_file(path, layer="commune")
    ward = layer(V4 | {"code_insee": "75101"}, [SQUARE]).rename_geometry("geometrie")
    ward.to_file(path, layer="arrondissement_municipal")
    layer({"code_siren": "200054781"}, [SQUARE]).to_file(path, layer="epci")
    frame = read_admin_contours([path])
    assert dict(zip(frame["code"], frame["type_commune"], strict=True)) == {
        "75056": "COM", "75101": "ARM",
    }  # fmt: skip


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "EPCI.gpkg"
    layer({"code_siren": "200054781"}, [SQUARE]).to_file(path, layer="epci")
    with pytest.raises(BadFileError, match=r"EPCI\.gpkg"):
        read_admin_contours([path])
    layer({"NOM": "Sans code"}, [SQUARE]).to_file(tmp_path / "COMMUNE.shp")
    with pytest.raises(BadFileError):
        read_admin_contours([tmp_path / "COMMUNE.shp"])


@pytest.fixture
def deliveries(tmp_path):
    """An IRIS around Paris in Lambert 93, one of Mayotte in its own projection."""
    made = []
    for name, code, epsg, x, y in (
        ("fxx", "751010101", 2154, 652_000, 6_862_000),
        ("myt", "976110101", 4471, 523_000, 8_587_000),
    ):
        facts = {
            "cleabs": "IRIS____1", "code_insee": code[:5], "nom_commune": "Nom",
            "iris": code[5:], "code_iris": code, "nom_iris": "Nom", "type_iris": "H",
        }  # fmt: skip
        shapes = [shapely.MultiPolygon([shapely.box(x, y, x + 100, y + 100)])]
        path = tmp_path / f"{name}.gpkg"
        layer(facts, shapes, epsg).rename_geometry("geometrie").to_file(path, layer="contours_iris")
        made.append(path)
    return made


def test_iris_of_every_projection_are_brought_to_degrees(deliveries):
    frame = read_iris_deliveries(deliveries)
    assert frame["code_iris"].tolist() == ["751010101", "976110101"]
    west, south, east, north = frame.geometry.bounds.loc[0]
    assert west > 2.3
    assert south > 48.8
    assert (east, north) < (2.4, 48.9)
    assert frame.geometry.bounds.minx[1] == pytest.approx(45.2, abs=0.1)


def test_centres_are_points_inside_the_contours(deliveries):
    contours = read_iris_deliveries(deliveries)
    points = points_of(contours)
    assert points["code_arrondissement"].tolist() == ["75101", "97611"]
    assert (points.geom_type == "Point").all()
    assert contours.geometry.contains(points.geometry).all()
    # The contours are left as they were.
    assert (contours.geom_type == "MultiPolygon").all()
