"""Readers of IGN geometry and of the population grid: what they give and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from fragility.errors import BadFileError, FragilityError, MissingFileError
from fragility.sources.readers.grid import read_grid
from fragility.sources.readers.ign import (
    read_communes_contours,
    read_iris_centres,
    read_iris_contours,
)

SQUARE = shapely.box(2, 48, 2.1, 48.1)


def contours_file(path: Path, **columns: object) -> Path:
    data = {"code": ["1001", "75101"], "type": ["COM", "ARM"], "nom": ["A", "B"]} | columns
    frame = gpd.GeoDataFrame(data, geometry=[None, SQUARE], crs=4326)
    frame.to_parquet(path)
    return path


def iris_file(path: Path, codes: list[str], geometry: list[object], crs: int = 2154) -> Path:
    frame = gpd.GeoDataFrame(
        {"CODE_IRIS": codes, "INSEE_COM": [c[:5] for c in codes]}, geometry=geometry, crs=crs
    )
    frame.to_file(path, engine="pyogrio")
    return path


def grid_file(
    path: Path,
    values: list[list[float]],
    *,
    cell: float = 1000,
    crs: int = 3035,
    nodata: float = -1,
) -> Path:
    array = np.array(values, dtype="int32")
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=array.shape[1],
        height=array.shape[0],
        count=1,
        dtype="int32",
        crs=crs,
        nodata=nodata,
        transform=from_origin(3_200_000, 3_140_000, cell, cell),
    ) as raster:
        raster.write(array, 1)
    return path


def test_communes_keep_their_kind_null_contours_and_zeros(tmp_path: Path) -> None:
    frame = read_communes_contours(contours_file(tmp_path / "c.parquet"))
    assert frame["type_commune"].tolist() == ["COM", "ARM"]
    assert frame["code"].tolist() == ["01001", "75101"]
    assert frame.geometry.isna().tolist() == [True, False]


def test_the_first_file_that_has_an_iris_wins(tmp_path: Path) -> None:
    near, far = shapely.box(0, 0, 1, 1), shapely.box(600_000, 6_600_000, 600_100, 6_600_100)
    first = iris_file(tmp_path / "a.gpkg", ["010040101"], [far])
    second = iris_file(tmp_path / "b.gpkg", ["010040101", "010040102"], [near, near])
    frame = read_iris_contours([first, second])
    assert frame["code_iris"].tolist() == ["010040101", "010040102"]
    assert frame.to_crs(2154).area.round().tolist() == [10_000, 1]
    assert frame.crs.to_epsg() == 4326
    assert read_iris_contours([]).empty


def test_centres_say_their_arrondissement(tmp_path: Path) -> None:
    path = iris_file(tmp_path / "p.gpkg", ["751010101"], [shapely.Point(650_000, 6_862_000)])
    assert read_iris_centres(path)["code_arrondissement"].tolist() == ["75101"]


def test_contours_are_not_centres(tmp_path: Path) -> None:
    path = iris_file(tmp_path / "p.gpkg", ["751010101"], [shapely.box(0, 0, 1, 1)])
    with pytest.raises(BadFileError, match="points"):
        read_iris_centres(path)


def test_grid_gives_inhabited_cells_only(tmp_path: Path) -> None:
    frame = read_grid(grid_file(tmp_path / "g.tif", [[-1, 5, 0], [7, -1, -1]]))
    assert frame["id_maille"].tolist() == [1, 3]
    assert frame["population"].tolist() == [5.0, 7.0]
    assert frame["x"].tolist() == [3_201_500.0, 3_200_500.0]
    assert frame["y"].tolist() == [3_139_500.0, 3_138_500.0]


@pytest.mark.parametrize(
    "read",
    [read_communes_contours, read_iris_centres, read_grid, lambda p: read_iris_contours([p])],
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html>Erreur 404</html>",
        b"a;b\n1;2\n",
        b"PAR1 truncated",
        b"II*\x00xx",
        b"SQLite format 3\x00 truncated",
    ],
)
def test_anything_else_is_refused_with_the_file_name(
    tmp_path: Path, read: Callable[[Path], object], content: bytes
) -> None:
    path = tmp_path / "fichier.bin"
    path.write_bytes(content)
    with pytest.raises(FragilityError, match=r"fichier\.bin"):
        read(path)


@pytest.mark.parametrize("read", [read_communes_contours, read_iris_centres, read_grid])
def test_a_missing_file_says_where_to_put_it(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    with pytest.raises(MissingFileError, match=r"absent\.tif"):
        read(tmp_path / "absent.tif")


def test_missing_columns_and_unknown_kinds_are_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"insee": ["01001"]}, geometry=[SQUARE], crs=4326)
    frame.to_parquet(tmp_path / "c.parquet")
    with pytest.raises(BadFileError, match="code, type"):
        read_communes_contours(tmp_path / "c.parquet")
    with pytest.raises(BadFileError, match="EPCI"):
        read_communes_contours(contours_file(tmp_path / "d.parquet", type=["COM", "EPCI"]))
    with pytest.raises(BadFileError, match="plusieurs"):
        read_communes_contours(
            contours_file(tmp_path / "e.parquet", code=["01001"] * 2, type=["COM"] * 2)
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": 200}, "1 km"),
        ({"crs": 2154}, "EPSG:3035"),
    ],
)
def test_another_grid_is_refused(tmp_path: Path, options: dict[str, float], message: str) -> None:
    path = grid_file(tmp_path / "g.tif", [[1]], **options)  # type: ignore[arg-type]
    with pytest.raises(BadFileError, match=message):
        read_grid(path)


def test_an_empty_grid_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="aucune maille"):
        read_grid(grid_file(tmp_path / "g.tif", [[-1, 0]]))
