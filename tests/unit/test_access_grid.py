"""Cells shared between IRIS: a 4 x 4 km square in the European grid."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.access.grid import build_population_grid

X, Y = 3_800_000, 2_800_000  # somewhere in France, EPSG:3035


def iris(*boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """IRIS drawn in kilometres from (X, Y)."""
    shapes = [
        shapely.box(X + 1000 * a, Y + 1000 * b, X + 1000 * c, Y + 1000 * d) for a, b, c, d in boxes
    ]
    codes = [f"0100{n + 1}0000" for n in range(len(boxes))]
    frame = gpd.GeoDataFrame(
        {"code_iris": codes, "code_commune": [c[:5] for c in codes]}, geometry=shapes, crs=3035
    )
    return frame.to_crs(4326)


def cells(*rows: tuple[int, int, float]) -> pd.DataFrame:
    """Cells by column, line (from the south) and population."""
    return pd.DataFrame(
        [
            {"id_maille": n, "x": X + 1000 * c + 500.0, "y": Y + 1000 * r + 500.0, "population": p}
            for n, (c, r, p) in enumerate(rows)
        ]
    )


def test_a_cell_is_shared_by_area() -> None:
    # The border is 600 m into the cell: three columns of sub-pixels of five.
    frame, ledger = build_population_grid(
        cells((0, 0, 100.0)), iris((-2, -2, 0.6, 2), (0.6, -2, 3, 2))
    )
    schemas.validate(frame, "core_population_grille")
    assert frame["code_commune"].tolist() == ["01001", "01002"]
    assert frame["population"].tolist() == [60.0, 40.0]
    gap = ((frame["x_m"].diff() ** 2 + frame["y_m"].diff() ** 2) ** 0.5).iloc[1]
    assert gap == pytest.approx(500, rel=0.01)  # from the middle of 3 columns to that of 2
    assert ledger["lignes"].tolist() == [1, 1]


def test_on_the_coast_everybody_lives_on_land() -> None:
    frame, _ = build_population_grid(cells((0, 0, 100.0)), iris((-2, -2, 0.4, 2)))
    assert frame["population"].tolist() == [100.0]


def test_beside_a_foreign_town_only_the_inner_share_counts() -> None:
    town = [(1, r, 500.0) for r in range(-2, 2)]
    frame, ledger = build_population_grid(cells((0, 0, 100.0), *town), iris((-2, -2, 0.4, 2)))
    assert frame["population"].tolist() == [40.0]
    assert ledger["lignes"].tolist() == [5, 1, 4]


def test_density_counts_land_only_and_neighbours() -> None:
    inland, _ = build_population_grid(cells((0, 0, 100.0), (1, 0, 900.0)), iris((-9, -9, 9, 9)))
    assert inland["densite_hab_km2"].tolist() == pytest.approx([1000 / 25, 1000 / 25])
    harbour, _ = build_population_grid(cells((0, 0, 1000.0)), iris((-9, -9, 9, 0.4)))
    # Two lines of cells and two fifths of the third: 12 km2 of land out of 25.
    assert harbour["densite_hab_km2"].tolist() == pytest.approx([1000 / 12])
    alone, _ = build_population_grid(cells((0, 0, 50.0)), iris((0, 0, 0.2, 0.2)))
    assert alone["densite_hab_km2"].tolist() == [50.0]  # an islet counts as one km2


def test_people_without_iris_are_accounted_for() -> None:
    frame, ledger = build_population_grid(cells((0, 0, 10.0), (3, 3, 5.0)), iris((0, 0, 1, 1)))
    assert frame["id_maille"].tolist() == [0]
    assert ledger.set_index("motif")["lignes"].to_dict() == {
        "entrées": 2,
        "sorties": 1,
        "maille sans IRIS (étranger, mer)": 1,
    }


def test_iris_overseas_or_without_contour_have_no_cell() -> None:
    far = iris((0, 0, 1, 1)).assign(code_commune="97101", code_iris="971010000")
    frame, _ = build_population_grid(cells((0, 0, 10.0)), far)
    assert frame.empty
    schemas.validate(frame, "core_population_grille")
