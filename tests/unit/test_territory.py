"""CRSs, communes and IRIS on a 3 x 3 grid of square communes that one can draw."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.errors import DataCheckError
from fragility.territory.communes import build_communes
from fragility.territory.crs import area_km2, departement_of, metric_xy, zone_epsg
from fragility.territory.holes import voronoi_cells
from fragility.territory.iris import build_iris

CODES = [f"0100{n}" for n in range(1, 10)]  # 01005 is the middle one


def square(n: int) -> shapely.Polygon:
    x, y = 5 + 0.05 * (n % 3), 46 + 0.05 * (n // 3)
    return shapely.box(x, y, x + 0.05, y + 0.05)


def centre(n: int) -> shapely.Point:
    return square(n).centroid


def cog(extra: list[tuple[str, str, str, str]] | None = None) -> pd.DataFrame:
    rows = [("COM", code, f"L'Île {code}", "") for code in CODES] + (extra or [])
    frame = pd.DataFrame(rows, columns=["type_commune", "code", "nom", "code_parent"])
    is_commune = frame["type_commune"] == "COM"
    frame["code_departement"] = pd.Series("01", index=frame.index).where(is_commune)
    frame["code_region"] = pd.Series("84", index=frame.index).where(is_commune)
    return frame


def contours(**changes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    shapes = [changes.get(f"c{code}", square(n)) for n, code in enumerate(CODES)]
    return gpd.GeoDataFrame({"type_commune": "COM", "code": CODES}, geometry=shapes, crs=4326)


def iris_list() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code_iris": [code + "0000" for code in CODES],
            "nom": "x (commune non irisée)",
            "type_iris": "Z",
            "code_arrondissement": CODES,
        }
    )


def centres(n: int = 9) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code_iris": [c + "0000" for c in CODES[:n]], "code_arrondissement": CODES[:n]},
        geometry=[centre(i) for i in range(n)],
        crs=4326,
    )


DEPARTEMENTS = pd.DataFrame({"code": ["01"], "nom": ["Ain"]})
REGIONS = pd.DataFrame({"code": ["84"], "nom": ["Auvergne-Rhône-Alpes"]})
EPCI = pd.DataFrame({"code_commune": CODES[:8], "code_epci": "200000001", "nom_epci": "CC"})


def build(shapes: gpd.GeoDataFrame, **options: object) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    frame = build_communes(cog(), DEPARTEMENTS, REGIONS, EPCI, iris_list(), shapes, **options)  # type: ignore[arg-type]
    schemas.validate(frame[0], "core_communes")
    return frame


def test_overseas_codes_have_three_characters_and_their_own_metres() -> None:
    codes = pd.Series(["01004", "2A004", "97411", "97105", "97302", "97608"])
    assert departement_of(codes).tolist() == ["01", "2A", "974", "971", "973", "976"]
    assert zone_epsg(departement_of(codes)).tolist() == [2154, 2154, 2975, 5490, 2972, 4471]


def test_a_kilometre_is_a_kilometre_in_reunion_too() -> None:
    # One minute of latitude is 1852 m everywhere, within 1 %.
    points = gpd.GeoSeries(
        [
            shapely.Point(x, y)
            for x, y in [(3, 46), (3, 46 + 1 / 60), (55.5, -21), (55.5, -21 + 1 / 60)]
        ],
        crs=4326,
    )
    xy = metric_xy(points, pd.Series(["01", "01", "974", "974"]))
    steps = np.hypot(*(xy[1::2] - xy[::2]).T)
    assert steps == pytest.approx([1852, 1852], rel=0.01)
    assert np.isnan(area_km2(gpd.GeoSeries([None], crs=4326), pd.Series(["01"]))).all()


def test_nine_communes_names_memberships_and_measured_area() -> None:
    frame, ledger = build(contours())
    assert frame["code_commune"].tolist() == CODES
    assert frame["nom"].iloc[0] == "L'Île 01001"
    assert frame["nom_epci"].iloc[8] == "Sans objet"
    assert frame["superficie_km2"].iloc[0] == pytest.approx(3.86 * 5.56, rel=0.01)
    assert ledger["lignes"].tolist() == [9, 9, 9, 9]


def test_a_published_area_wins() -> None:
    areas = pd.DataFrame({"code_commune": ["01001", "01002"], "superficie_km2": [12.5, 0.0]})
    frame, _ = build(contours(), superficies=areas)
    assert frame["superficie_km2"].iloc[0] == 12.5
    assert frame["superficie_km2"].iloc[1] > 20  # a published zero is measured


@pytest.mark.parametrize("broken", [None, shapely.box(5.07, 46.07, 5.0701, 46.0701)])
def test_the_hole_left_by_the_neighbours_is_the_commune(broken: shapely.Geometry | None) -> None:
    frame, ledger = build(contours(c01005=broken), centres=centres())
    row = frame.set_index("code_commune").loc["01005"]
    assert row["contour_origine"] == "reconstruit"
    assert row["geometry"].symmetric_difference(square(4)).area < 1e-7
    assert ("contour vide ou réduit à presque rien, reconstruit", 1) in list(
        zip(ledger["motif"], ledger["lignes"], strict=True)
    )


def test_a_hole_is_not_guessed() -> None:
    no_centre, _ = build(contours(c01005=None))
    open_side, _ = build(contours(c01006=None), centres=centres())
    two_in_one, _ = build(contours(c01005=None, c01006=None), centres=centres())
    for frame, code in ((no_centre, "01005"), (open_side, "01006"), (two_in_one, "01005")):
        row = frame.set_index("code_commune").loc[code]
        assert row["contour_origine"] == "absent"
        assert row["geometry"] is None


def test_an_unknown_departement_is_an_error() -> None:
    with pytest.raises(DataCheckError, match="départements"):
        build_communes(
            cog(), DEPARTEMENTS.assign(code="02"), REGIONS, EPCI, iris_list(), contours()
        )


def paris() -> tuple[pd.DataFrame, gpd.GeoDataFrame, pd.DataFrame, gpd.GeoDataFrame]:
    """Make commune 01005 a city of two arrondissements, each of two IRIS."""
    places = cog([("ARM", "01101", "Un", "01005"), ("ARM", "01102", "Deux", "01005")])
    west, south, east, north = square(4).bounds
    middle = (west + east) / 2
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    arms = gpd.GeoDataFrame(
        {"type_commune": "ARM", "code": ["01101", "01102"]}, geometry=halves, crs=4326
    )
    iris = iris_list()[lambda t: t["code_arrondissement"] != "01005"]
    codes = ["011010101", "011010102", "011020101", "011020102"]
    split = pd.DataFrame(
        {
            "code_iris": codes,
            "nom": "q",
            "type_iris": "H",
            "code_arrondissement": [c[:5] for c in codes],
        }
    )
    points = [
        shapely.Point(x, y)
        for x in (west + 0.0125, east - 0.0125)
        for y in (south + 0.01, north - 0.01)
    ]
    dots = gpd.GeoDataFrame(
        {"code_iris": codes, "code_arrondissement": [c[:5] for c in codes]},
        geometry=points,
        crs=4326,
    )
    return places, pd.concat([contours(), arms]), pd.concat([iris, split]), dots


NO_SHAPES = gpd.GeoDataFrame(
    {"code_iris": pd.Series(dtype="str")}, geometry=gpd.GeoSeries([], crs=4326)
)


def test_iris_of_arrondissements_belong_to_the_city_and_share_it() -> None:
    places, shapes, iris, dots = paris()
    towns, _ = build_communes(places, DEPARTEMENTS, REGIONS, EPCI, iris, shapes)
    assert towns.set_index("code_commune")["nb_iris"]["01005"] == 4
    frame, ledger = build_iris(iris, places, towns, shapes, NO_SHAPES, dots)
    schemas.validate(frame, "core_iris")
    city = frame[frame["code_commune"] == "01005"]
    assert city["contour_origine"].tolist() == ["approche"] * 4
    union = shapely.union_all(city.geometry.to_numpy())
    assert union.symmetric_difference(square(4)).area < 1e-9
    assert shapely.area(city.geometry.to_numpy()).sum() == pytest.approx(square(4).area, rel=1e-6)
    # Each cell holds its own centre.
    own = dots.set_index("code_iris").geometry.reindex(city["code_iris"])
    assert shapely.contains(city.geometry.to_numpy(), own.to_numpy()).all()
    whole = frame[frame["type_iris"] == "Z"]
    assert set(whole["contour_origine"]) == {"commune"}
    assert whole["nom"].iloc[0] == "L'Île 01001"
    assert ledger["lignes"].tolist() == [12, 12]


def test_a_published_contour_wins_and_the_others_share_the_rest() -> None:
    places, shapes, iris, dots = paris()
    towns, _ = build_communes(places, DEPARTEMENTS, REGIONS, EPCI, iris, shapes)
    west, south, _, north = square(4).bounds
    part = shapely.box(west, south, west + 0.025, south + 0.04)
    published = gpd.GeoDataFrame({"code_iris": ["011010101"]}, geometry=[part], crs=4326)
    frame, _ = build_iris(iris, places, towns, shapes, published, dots)
    rows = frame.set_index("code_iris")
    assert rows["contour_origine"]["011010101"] == "ign"
    rest = rows.geometry["011010102"]
    assert rest.symmetric_difference(
        shapely.box(west, south + 0.04, west + 0.025, north)
    ).area == pytest.approx(0, abs=1e-8)


def test_without_centre_or_contour_an_iris_has_no_geometry() -> None:
    places, shapes, iris, dots = paris()
    towns, _ = build_communes(places, DEPARTEMENTS, REGIONS, EPCI, iris, shapes)
    frame, _ = build_iris(iris, places, towns, shapes, NO_SHAPES, dots.iloc[:0])
    assert (frame["contour_origine"] == "absent").sum() == 4
    schemas.validate(frame, "core_iris")


def test_a_commune_without_iris_becomes_one_and_a_stranger_leaves() -> None:
    towns, _ = build(contours())
    stranger = pd.DataFrame(
        {"code_iris": ["990010000"], "nom": "x", "type_iris": "Z", "code_arrondissement": "99001"}
    )
    iris = pd.concat([iris_list().iloc[1:], stranger])
    frame, ledger = build_iris(iris, cog(), towns, contours(), NO_SHAPES, centres(0))
    assert frame["code_iris"].tolist() == [c + "0000" for c in CODES]
    assert ledger["lignes"].tolist() == [9, 9, 1, -1]


def test_cells_of_random_points_give_each_place_to_the_nearest() -> None:
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 1000, (12, 2))
    hull = shapely.box(0, 0, 1000, 1000)
    cells = voronoi_cells(shapely.points(xy), np.zeros(12, dtype=np.int64), np.array([hull]))
    probes = rng.uniform(0, 1000, (200, 2))
    nearest = np.argmin(np.hypot(*(probes[:, None] - xy[None]).transpose(2, 0, 1)), axis=1)
    assert shapely.contains(cells[nearest], shapely.points(probes)).all()


def test_two_centres_at_one_place_still_share() -> None:
    points = shapely.points([[10.0, 10.0], [10.0, 10.0]])
    hull = np.array([shapely.box(0, 0, 20, 20)])
    cells = voronoi_cells(points, np.zeros(2, dtype=np.int64), hull)
    assert sum(shapely.area(cells)) == pytest.approx(400)


def test_a_corner_that_a_cell_just_reaches_is_no_part_of_it() -> None:
    # A hull of two rooms joined by a corridor, and a speck of a quarter of a square metre that is
    # nearer to the first centre than to the second.
    rooms = shapely.union_all([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 300, 100)])
    hull = np.array([shapely.union(rooms, shapely.box(110, 0, 110.5, 0.5))])
    cells = voronoi_cells(shapely.points([[50.0, 50.0], [250.0, 50.0]]), np.zeros(2, int), hull)
    assert shapely.get_num_geometries(cells).tolist() == [1, 1]
    assert shapely.area(cells) == pytest.approx([10_000, 10_000])


def test_a_lost_contour_comes_from_another_year_if_the_area_is_the_same():
    """Two squares of one km²; the second is lost, and another year has it (or has it doubled)."""
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import box

    from fragility.territory.communes import build_communes

    def square(column, width=1.0):
        metres = gpd.GeoSeries(
            [box(700_000 + 1000 * column, 6_600_000, 700_000 + 1000 * (column + width), 6_601_000)],
            crs=2154,
        )
        return metres.to_crs(4326).iloc[0]

    def contours(*shapes):
        return gpd.GeoDataFrame(
            {"type_commune": "COM", "code": ["01001", "01002"]},
            geometry=gpd.GeoSeries(shapes, crs=4326),
        )

    cog = pd.DataFrame(
        {
            "type_commune": "COM",
            "code": ["01001", "01002"],
            "nom": ["A", "B"],
            "code_departement": "01",
            "code_region": "84",
            "code_parent": None,
        }
    )
    names = pd.DataFrame({"code": ["01"], "nom": ["Ain"]})
    regions = pd.DataFrame({"code": ["84"], "nom": ["ARA"]})
    epci = pd.DataFrame({"code_commune": ["01001"], "code_epci": ["200000001"], "nom_epci": ["E"]})
    iris = pd.DataFrame(
        {"code_iris": ["010010000", "010020000"], "code_arrondissement": ["01001", "01002"]}
    )
    area = pd.DataFrame({"code_commune": ["01001", "01002"], "superficie_km2": [1.0, 1.0]})

    def origin(width):
        frame, lines = build_communes(
            cog,
            names,
            regions,
            epci,
            iris,
            contours(square(0), None),
            superficies=area,
            other_contours=contours(square(0), square(1, width)),
        )
        return frame["contour_origine"].tolist(), set(lines["motif"])

    kept, reasons = origin(1.0)
    assert kept == ["ign", "ign"]
    assert "contour vide ou réduit à presque rien, pris d'une autre année" in reasons
    assert origin(2.0)[0] == ["ign", "absent"]


def test_a_merged_commune_is_completed_and_its_row_is_accounted_for() -> None:
    # 01005 absorbed 01006's ground east of it before this map; the file draws its own square only.
    both = shapely.union_all([square(4), square(5)])
    towns = cog()
    towns = towns[towns["code"] != "01006"]
    shapes = contours()
    old = contours(c01005=both).assign(reunie=lambda t: t["code"].eq("01005"))
    frame, lines = build_communes(
        towns,
        DEPARTEMENTS,
        REGIONS,
        EPCI,
        iris_list(),
        shapes[shapes["code"] != "01006"],
        superficies=pd.DataFrame({"code_commune": ["01005"], "superficie_km2": 43.0}),
        other_contours=old,
        merged=["01005"],
    )
    schemas.validate(frame, "core_communes")
    rows = frame.set_index("code_commune")
    assert rows.loc["01005", "contour_origine"] == "reuni"
    assert rows["contour_origine"].value_counts().to_dict() == {"ign": 7, "reuni": 1}
    assert rows.geometry["01005"].symmetric_difference(both).area < 1e-12
    assert rows.loc["01005", "superficie_km2"] == 43.0
    own = lines[lines["source"] == "contours"].set_index("motif")["lignes"]
    assert own.to_dict() == {
        "entrées": 8,
        "sorties": 7,
        "contour d'une partie de la commune, complété d'après une autre année": 1,
    }
    towns_iris, _ = build_iris(
        iris_list()[lambda t: t["code_arrondissement"] != "01006"],
        towns,
        frame,
        shapes,
        NO_SHAPES,
        centres().iloc[:0].rename(columns={"code": "code_iris"}),
    )
    schemas.validate(towns_iris, "core_iris")
    assert towns_iris["contour_origine"].value_counts().to_dict() == {"commune": 7, "reuni": 1}


def test_a_contour_from_before_a_split_is_shared_with_the_commune_it_hides() -> None:
    # 01005 is drawn with the place of 01006, which has no contour; its area is that of one square.
    both = shapely.union_all([square(4), square(5)])
    frame, _ = build(
        contours(c01005=both, c01006=None),
        superficies=pd.DataFrame({"code_commune": CODES, "superficie_km2": 21.5}),
        centres=centres(),
    )
    rows = frame.set_index("code_commune")
    assert rows.loc[["01005", "01006"], "contour_origine"].tolist() == ["approche"] * 2
    assert rows.loc[rows.index.difference(["01005", "01006"]), "contour_origine"].eq("ign").all()
    # Each centre is that of its own square: the border between the two is found again.
    assert shapely.area(rows.geometry["01006"].symmetric_difference(square(5))) < 1e-5
