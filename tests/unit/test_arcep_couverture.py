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


def upright(west, south, east, north):
    """Corners of a rectangle whose last edge crosses rows: losing the end of the ring shows."""
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def centres(side, step=100.0):
    """Centres of the pixels of a square canvas."""
    axis = np.arange(step / 2, side, step)
    x, y = np.meshgrid(axis, axis)
    return x.ravel(), y.ravel()


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
    ("territory", "epsg"),
    [
        ("971", 5490), ("972", 5490), ("973", 2972), ("974", 2975), ("976", 4471), ("977", 5490),
        ("978", 5490),
    ],
)  # fmt: skip
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


def test_a_coverage_of_voice_is_refused_in_french(file):
    with pytest.raises(BadFileError) as refused:
        read_coverage(file(("CL", disc(0, 0, 10)), usage="voix"))
    assert "internet mobile" in str(refused.value)
    assert (refused.value.found, refused.value.expected) == ("voix", "usage data")
    assert "pas celui de la voix" in refused.value.remedy
    mixed = file(("CL", disc(0, 0, 10)), ("BC", disc(0, 0, 5)), usage=None)
    assert read_coverage(mixed).levels == ("BC", "CL"), "a file that does not say is not voice"


def test_a_coverage_that_cannot_say_voice_from_data_is_refused(tmp_path):
    facts = {"operateur": "20801", "techno": "4G", "niveau": "CL", "dept": ""}
    frame = gpd.GeoDataFrame(
        {key: [value] for key, value in facts.items()}, geometry=[disc(0, 0, 10)], crs=2154
    )
    frame.to_file(tmp_path / "couverture.gpkg", layer="couverture")
    with pytest.raises(BadFileError, match="usage"):
        read_coverage(tmp_path / "couverture.gpkg")


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


@pytest.mark.parametrize("points", [3, 4, 5, 7, 1_000_000])
def test_a_hole_streamed_point_by_point_is_a_hole(file, points):
    """One polygon whose ring and hole come in many pieces, and nothing else on the canvas."""
    ring, hole = upright(130, 110, 1870, 1890), upright(640, 730, 1360, 1270)
    shape = shapely.segmentize(shapely.Polygon(ring, [hole]), 90)
    canvas = Canvas(left=0.0, top=2000.0, shape=(20, 20), step=100.0)
    for lines in read_lines(file(("CL", shape)), points=points):
        canvas.fill(lines)
    x, y = centres(2000)
    found = canvas.inside(canvas.pixels(x, y))
    assert (found == shapely.contains_xy(shape, x, y)).all()
    # Centres at 150 to 1850 m each way, less those of the hole: 650 to 1350 across, 750 to 1250 up.
    assert found.sum() == 18 * 18 - 8 * 6


@pytest.mark.parametrize("points", [3, 4, 5, 7, 1_000_000])
def test_pieces_of_two_polygons_that_overlap_add_up_and_do_not_cancel(file, points):
    """The second begins in the lines that end the first."""
    rings = [upright(100, 100, 1100, 1100), upright(600, 600, 1600, 1600)]
    shapes = [shapely.Polygon(ring) for ring in rings]
    both = shapely.MultiPolygon([shapely.segmentize(shape, 130) for shape in shapes])
    canvas = Canvas(left=0.0, top=2000.0, shape=(20, 20), step=100.0)
    for lines in read_lines(file(("CL", both)), points=points):
        canvas.fill(lines)
    x, y = centres(2000)
    found = canvas.inside(canvas.pixels(x, y))
    assert (found == shapely.contains_xy(shapely.union_all(shapes), x, y)).all()
    assert found.sum() == 100 + 100 - 25


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
