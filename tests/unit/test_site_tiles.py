"""Tiles: every territory is there under its rank, at the place it should be, and only once made."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from fragility.site import tiles


def square(west, south, size=0.2):
    return shapely.box(west, south, west + size, south + size)


@pytest.fixture
def contours():
    """Two communes that touch, near Paris; the IRIS of one; their EPCI and département."""
    rows = [
        ("commune", "75056", square(2.2, 48.8)),
        ("commune", "2A004", square(2.4, 48.8)),
        ("commune", "97611", None),
        ("iris", "750560101", square(2.2, 48.8, 0.1)),
        ("epci", "200054781", square(2.2, 48.8, 0.4)),
        ("departement", "75", square(2.2, 48.8, 0.4)),
    ]
    frame = pd.DataFrame(rows, columns=["niveau", "code", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=4326)


def read(folder, zoom, x, y, layer):
    return pyogrio.read_dataframe(folder / f"{zoom}/{x}/{y}.pbf", layer=layer)


def test_a_place_is_in_the_tile_that_holds_it(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    # 2.3 degrees east is 8.1 sixteenths of the world; 48.9 north, 5.5 from the top.
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.glob("4/**/*.pbf")] == [
        "4/8/5.pbf"
    ]
    found = read(tmp_path, 4, 8, 5, "commune")
    assert set(found["code"]) == {"75056", "2A004"}


def test_a_feature_is_the_rank_of_its_code(contours, tmp_path):
    ranks = tiles.level_codes(contours)
    assert list(ranks["commune"]) == ["2A004", "75056", "97611"]
    tiles.write_tiles(contours, tmp_path)
    found = read(tmp_path, 4, 8, 5, "commune").set_index("code")["mvt_id"]
    assert found.to_dict() == {"2A004": 1, "75056": 2}


def test_tiles_hold_codes_and_nothing_else(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    for level in ("commune", "epci", "departement"):
        assert set(read(tmp_path, 4, 8, 5, level).columns) == {"mvt_id", "code", "geometry"}


def test_iris_are_in_close_tiles_only(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    zooms = {
        int(path.parts[-3])
        for path in tmp_path.rglob("*.pbf")
        if "iris" in pyogrio.list_layers(path)[:, 0]
    }
    assert zooms == {8, 9}


def test_neighbours_still_share_their_border(contours, tmp_path):
    tiles.write_tiles(contours, tmp_path)
    first, second = read(tmp_path, 6, 32, 22, "commune").geometry
    assert first.touches(second)
    assert shapely.length(shapely.intersection(first, second)) > 0


def test_tiles_are_made_again_only_for_other_contours(contours, tmp_path):
    source, folder = tmp_path / "core_contours.parquet", tmp_path / "tuiles"
    contours.to_parquet(source)
    tiles.cached_tiles(source, folder)
    made = (folder / "4/8/5.pbf").stat().st_mtime_ns
    tiles.cached_tiles(source, folder)
    assert (folder / "4/8/5.pbf").stat().st_mtime_ns == made
    contours[contours["code"] != "2A004"].to_parquet(source)
    tiles.cached_tiles(source, folder)
    assert set(read(folder, 4, 8, 5, "commune")["code"]) == {"75056"}


def test_a_shape_that_the_projection_folds_is_mended():
    bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    plain = shapely.box(0, 0, 1000, 1000)
    mended = tiles._sound(np.array([bow, plain], dtype=object))
    assert shapely.is_valid(mended).all()
    assert mended[0].area == 500_000
    assert mended[1].equals(plain)


def test_a_sliver_beside_a_shape_falls():
    sliver = shapely.Polygon([(5000, 0), (5000, 900), (5000 + 1e-8, 900)])
    (kept,) = tiles._sound(np.array([shapely.MultiPolygon([shapely.box(0, 0, 90, 90), sliver])]))
    assert shapely.equals(kept, shapely.box(0, 0, 90, 90))


def test_equal_contours_give_equal_bytes(contours, tmp_path):
    made = []
    for name in ("a", "b"):
        tiles.write_tiles(contours, tmp_path / name)
        files = sorted((tmp_path / name).rglob("*.pbf"))
        made.append({f.relative_to(tmp_path / name): f.read_bytes() for f in files})
    assert made[0] == made[1]
