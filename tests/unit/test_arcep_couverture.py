"""ARCEP's 4G polygons: what a file says of itself, its lines, what they cover."""

import sqlite3

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin

from fragility.access.canvas import Canvas
from fragility.errors import BadFileError
from fragility.sources.readers.arcep_couverture import METROPOLE, read_coverage
from fragility.sources.readers.gpkg_stream import read_lines


@pytest.fixture
def file(tmp_path):
    """Write a file of coverage: one row per level and shape."""

    def write(*rows, name="2024_T3_couv_Metropole_OF_4G_data.gpkg", epsg=2154, **changes):
        facts = {
            "operateur": "20801", "operateur_commercial": "Orange", "operateur_infra": "Orange",
            "date": "2024-09-30", "techno": "4G", "usage": "data", "dept": "",
        } | changes  # fmt: skip
        levels, shapes = zip(*rows, strict=True)
        columns = {key: [value] * len(rows) for key, value in facts.items()}
        frame = gpd.GeoDataFrame(columns | {"niveau": levels}, geometry=list(shapes), crs=epsg)
        frame.to_file(tmp_path / name, layer=name.removesuffix(".gpkg"))
        return tmp_path / name

    return write


def disc(x, y, reach, hole=0.0):
    round_ = shapely.Point(x, y).buffer(reach)
    return shapely.MultiPolygon([round_.difference(shapely.Point(x, y).buffer(hole))])


def test_a_file_says_its_operator_and_its_territory(file):
    path = file(("TBC", disc(0, 0, 10)), ("BC", disc(0, 0, 20)), ("CL", disc(0, 0, 30)))
    found = read_coverage(path)
    assert (found.territory, found.operator, found.levels) == (
        METROPOLE,
        "20801",
        ("BC", "CL", "TBC"),
    )
    assert found.epsg == 2154
    # Levels came to the metropole in 2025 only: a row without one is covered too.
    assert read_coverage(file(("", disc(0, 0, 10)))).levels == ("",)


@pytest.mark.parametrize(
    ("territory", "epsg"), [("971", 5490), ("973", 2972), ("974", 2975), ("976", 4471)]
)
def test_overseas_each_territory_has_its_projection(file, territory, epsg):
    shape = disc(300_000, 400_000, 10)
    assert read_coverage(file(("CL", shape), epsg=epsg, dept=territory)).territory == territory
    named = file(("CL", shape), epsg=epsg, name=f"2024_T3_couv_{territory}_X_4G_data.gpkg")
    assert read_coverage(named).territory == territory
    with pytest.raises(BadFileError, match="projection"):
        read_coverage(file(("CL", shape), epsg=2154, dept=territory))


def test_another_technology_two_operators_or_another_file_are_refused(file, tmp_path):
    with pytest.raises(BadFileError, match="5G"):
        read_coverage(file(("", disc(0, 0, 10)), techno="5G"))
    with pytest.raises(BadFileError, match="XX"):
        read_coverage(file(("XX", disc(0, 0, 10))))
    both = file(("CL", disc(0, 0, 10)), ("CL", disc(0, 0, 10)))
    with sqlite3.connect(both) as base:
        (name,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
        # SpatiaLite's functions of the index are GDAL's own.
        for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            base.execute(f'DROP TRIGGER "{trigger}"')
        base.execute(f"UPDATE \"{name}\" SET operateur = '20810' WHERE fid = 1")
    with pytest.raises(BadFileError, match="20801, 20810"):
        read_coverage(both)
    (tmp_path / "page.gpkg").write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(BadFileError):
        read_coverage(tmp_path / "page.gpkg")


@pytest.mark.parametrize("points", [7, 50, 10_000])
def test_lines_are_those_of_the_file_however_they_are_cut(file, points):
    shapes = [
        disc(0, 0, 100, 40),
        disc(500, 0, 100),
        shapely.MultiPolygon([shapely.box(0, 0, 9, 9)]),
    ]
    path = file(*[("CL", shape) for shape in shapes])
    length = 0.0
    for lines in read_lines(path, points=points):
        ends = np.r_[lines.starts[1:], len(lines.xy)]
        for first, last in zip(lines.starts, ends, strict=True):
            length += np.hypot(*np.diff(lines.xy[first:last], axis=0).T).sum()
    assert length == pytest.approx(sum(shape.length for shape in shapes))


def test_a_geometry_that_is_cut_is_refused(file):
    path = file(("CL", disc(0, 0, 1000)))
    with sqlite3.connect(path) as base:
        (name,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
        for (trigger,) in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'"):
            base.execute(f'DROP TRIGGER "{trigger}"')
        base.execute(f'UPDATE "{name}" SET geom = substr(geom, 1, length(geom) - 30)')
    with pytest.raises(BadFileError, match="illisibles"):
        list(read_lines(path))


@pytest.mark.parametrize("points", [11, 400, 1_000_000])
def test_a_canvas_is_what_a_rasteriser_makes_of_the_whole_geometries(file, points):
    """Holes, islands in holes, shapes that overlap, are cut by the canvas or off it."""
    rng = np.random.default_rng(1)
    shapes = [disc(3000, 3000, 2000, 1200), disc(3000, 3000, 600), disc(5200, 5200, 1500)]
    shapes += [disc(*rng.uniform(-500, 7000, 2), rng.uniform(30, 900)) for _ in range(30)]
    shapes.append(
        shapely.MultiPolygon([shapely.box(900, 900, 1400, 1100), shapely.box(0, 0, 5, 5)])
    )
    path = file(*[("CL", shape) for shape in shapes])
    canvas = Canvas(left=0.0, top=6000.0, shape=(60, 50), step=100.0)
    for lines in read_lines(path, points=points):
        canvas.fill(lines)
    x, y = np.meshgrid(np.arange(50, 5000, 100.0), np.arange(5950, 0, -100.0))
    found = canvas.inside(canvas.pixels(x.ravel(), y.ravel())).reshape(60, 50)
    burnt = rasterize(shapes, out_shape=(60, 50), transform=from_origin(0, 6000, 100, 100))
    assert (found == (burnt > 0)).all()
    assert 0 < found.sum() < found.size
    canvas.clear()
    assert not canvas.inside(canvas.pixels(x.ravel(), y.ravel())).any()


def test_a_canvas_holds_the_points_it_is_made_around():
    x, y = np.array([10.0, 999.9, 500.0]), np.array([-50.0, 0.0, 349.0])
    canvas = Canvas.around(x, y, step=100.0)
    pixels = canvas.pixels(x, y)
    assert ((pixels >= 0) & (pixels < canvas.shape[0] * canvas.shape[1])).all()
    assert len(set(pixels.tolist())) == 3
