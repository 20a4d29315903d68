"""The surface: minutes by hand, sea and bridges, the same costs in both searches."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from fragility import schemas
from fragility.access import cost_surface
from fragility.access.cost_surface import ELONGATION, INNER_KM, PIXEL_M, Surface, build_surfaces
from fragility.access.nearest import cell_costs, reach_places
from fragility.access.run import surface_table
from fragility.access.surface_trips import SurfaceEngine, spread
from fragility.access.water import fixed_links, uncrossed_rivers

X, Y = 800_000.0, 6_500_000.0
EMPTY = 60 / 38  # minutes per km in the open country


def flat(rows: int, columns: int, pace: float = 2.0) -> Surface:
    """Open country, its north-west corner at (X, Y)."""
    return Surface(2154, X, Y, np.full((rows, columns), pace, dtype=np.float32))


def middle(row: int, column: int) -> list[float]:
    """Metres of the middle of a pixel."""
    return [X + (column + 0.5) * PIXEL_M, Y - (row + 0.5) * PIXEL_M]


def land(
    *boxes: tuple[float, float, float, float], codes: list[str] | None = None
) -> gpd.GeoDataFrame:
    """Communes as boxes: km west, south, east and north of (X, Y)."""
    shapes = [shapely.box(*(1000 * np.array(b) + [X, Y, X, Y])) for b in boxes]
    names = codes or [f"010{n:02}" for n in range(len(boxes))]
    frame = gpd.GeoDataFrame(
        {"code_commune": names, "code_departement": "01"}, geometry=shapes, crs=2154
    )
    return frame.to_crs(4326)


def grid(*at: tuple[float, float], density: float = 10.0) -> pd.DataFrame:
    """Cells: km east and north of (X, Y)."""
    return pd.DataFrame(
        {
            "id_maille": range(len(at)),
            "code_iris": "010000000",
            "code_commune": "01000",
            "population": 1.0,
            "x_m": [X + 1000 * a for a, _ in at],
            "y_m": [Y + 1000 * b for _, b in at],
            "densite_hab_km2": density,
        }
    )


def lieux(*at: tuple[float, float]) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries([shapely.Point(X + 1000 * a, Y + 1000 * b) for a, b in at], crs=2154)
    frame = pd.DataFrame(
        {
            "id": [f"cn-{n}" for n in range(len(at))],
            "nom": [f"Lieu {n}" for n in range(len(at))],
            "dispositif": "conseiller_numerique",
            "dispositifs": "conseiller_numerique",
            "code_commune": "01000",
            "statut": "retenu",
            "itinerance": False,
            "date_connue": "2022-12-01",
            "est_ancien": False,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=points.to_crs(4326))


def costs(towns: gpd.GeoDataFrame, homes: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    surfaces = build_surfaces(homes, towns, pd.Series(dtype=float))
    return cell_costs(homes, reach_places(places, surfaces))


def test_ten_km_by_hand() -> None:
    surface = flat(3, 30)
    found = spread(surface, np.array([middle(1, 0)]))
    place, minutes = found.trips(np.array([middle(1, 20), middle(1, 0)]))
    # 20 pixels of half a km at 2 minutes a km, less the mean elongation, and the own pixel.
    assert minutes.tolist() == pytest.approx([20 / ELONGATION + 2 * INNER_KM, 2 * INNER_KM])
    assert place.tolist() == [0, 0]


def test_the_mean_elongation_is_that_of_eight_directions() -> None:
    angle = (np.arange(100_000) + 0.5) / 100_000 * np.pi / 4
    longer = np.cos(angle) + (np.sqrt(2) - 1) * np.sin(angle)
    assert longer.mean() == pytest.approx(ELONGATION, abs=1e-4)
    assert longer.max() == pytest.approx(1.0824, abs=1e-4)


def test_the_mean_way_to_the_middle_of_a_pixel() -> None:
    rng = np.random.default_rng(0)
    inside = rng.uniform(-0.5, 0.5, (400_000, 2)) * PIXEL_M / 1000
    assert np.hypot(*inside.T).mean() == pytest.approx(INNER_KM, rel=2e-3)


def test_each_pixel_belongs_to_the_place_that_gives_its_minutes() -> None:
    rng = np.random.default_rng(1)
    pace = rng.choice([1.5, 2.0, 4.0, np.inf], (60, 60), p=[0.5, 0.2, 0.2, 0.1]).astype("f4")
    surface = Surface(2154, X, Y, pace)
    at = np.array([middle(*cell) for cell in rng.integers(0, 60, (7, 2))])
    whole = spread(surface, at)
    alone = np.array([spread(surface, at[[k]]).minutes for k in range(7)])
    assert np.array_equal(whole.minutes, alone.min(axis=0))
    row, column = np.nonzero(np.isfinite(whole.minutes))
    assert alone[whole.place[row, column], row, column] == pytest.approx(
        whole.minutes[row, column], rel=1e-6
    )
    assert (whole.place[~np.isfinite(whole.minutes)] == -1).all()


def test_the_cost_table_gives_the_same_minutes() -> None:
    rng = np.random.default_rng(2)
    pace = rng.choice([1.5, 2.5, 4.0, np.inf], (50, 70), p=[0.5, 0.2, 0.2, 0.1]).astype("f4")
    surface = Surface(2154, X, Y, pace)
    homes, places = (
        np.column_stack([X + rng.uniform(0, 35_000, n), Y - rng.uniform(0, 25_000, n)])
        for n in (300, 9)
    )
    pairs = SurfaceEngine({2154: surface})(homes, places, 30.0, 2154)
    table = np.full((300, 9), np.inf)
    table[pairs.home, pairs.place] = pairs.minutes
    _, nearest = spread(surface, places).trips(homes)
    near = nearest < 29.9
    assert near.sum() > 100
    assert table.min(axis=1)[near] == pytest.approx(nearest[near], abs=1e-4)
    for k in range(9):
        _, alone = spread(surface, places[[k]]).trips(homes)
        inside = alone < 29.9
        assert table[inside, k] == pytest.approx(alone[inside], abs=1e-4)
        assert np.isinf(table[alone > 30.1, k]).all()


def test_one_more_place_makes_nobody_farther() -> None:
    rng = np.random.default_rng(3)
    surface = flat(40, 40)
    at = np.array([middle(*cell) for cell in rng.integers(0, 40, (6, 2))])
    fewer, more = spread(surface, at[:5]).minutes, spread(surface, at).minutes
    assert (more <= fewer).all()
    assert (more < fewer).any()


def test_the_sea_is_not_crossed_and_one_goes_round() -> None:
    # Two banks of 20 km, 2 km of water between them, joined at the north end.
    banks = land((0, -20, 4, 0), (6, -20, 10, 0), (4, -2, 6, 0))
    table = costs(banks, grid((7, -19)), lieux((3, -19)))
    assert table["km"].iloc[0] == pytest.approx(4, abs=0.01)
    assert table["minutes"].iloc[0] > 32 * EMPTY  # 17 km up, 4 across, 17 down, corners cut


def test_an_island_without_a_place_is_not_reached() -> None:
    island = land((0, 0, 6, 6), (9, 2, 12, 4))
    table = costs(island, grid((10.5, 3), (1, 1)), lieux((5, 3)))
    schemas.validate(table, "access_couts")
    assert table["minutes"].isna().tolist() == [True, False]
    assert table["id_lieu"].isna().tolist() == [True, False]
    assert table["km"].iloc[0] == pytest.approx(5.5, abs=0.01)
    own = costs(island, grid((10.5, 3)), lieux((5, 3), (11, 3)))
    assert own["id_lieu"].tolist() == ["cn-1"]


def test_a_strait_narrower_than_two_pixels_stays_open() -> None:
    parted = land((0, 0, 5.1, 5), (5.6, 0, 10, 5))
    assert costs(parted, grid((7, 2)), lieux((3, 2)))["minutes"].isna().all()


def test_an_islet_smaller_than_a_pixel_is_land_of_its_own() -> None:
    table = costs(land((0, 0, 5, 5), (8.1, 2.1, 8.3, 2.3)), grid((8.2, 2.2)), lieux((2, 2)))
    assert table["minutes"].isna().all()
    near = costs(land((0, 0, 5, 5), (8.1, 2.1, 8.3, 2.3)), grid((8.2, 2.2)), lieux((8.2, 2.2)))
    assert near["minutes"].iloc[0] < 1


def test_a_quay_in_the_water_stands_on_the_nearest_land() -> None:
    table = costs(land((0, 0, 5, 5)), grid((4, 2)), lieux((5.8, 2)))
    assert table["minutes"].iloc[0] < 4 * EMPTY
    lost = costs(land((0, 0, 5, 5)), grid((4, 2)), lieux((9, 2)))
    assert lost["minutes"].isna().all()


def test_a_town_is_slow_and_the_park_in_it_too() -> None:
    country = land((0, -5, 40, 5))
    fast = costs(country, grid((0.5, 0.5), (30.5, 0.5)), lieux((30.5, 0.5)))
    dense = grid(*[(0.5 + k, 0.5) for k in range(31) if k != 15], density=5000.0)
    slow = costs(country, dense, lieux((30.5, 0.5)))
    assert slow["minutes"].iloc[0] > fast["minutes"].iloc[0] * 1.1
    surface = build_surfaces(dense, country, pd.Series(dtype=float))[2154]
    park = surface.pixels(np.array([[X + 15_500, Y + 500], [X + 15_500, Y + 4500]]))
    assert surface.pace.reshape(-1)[park].tolist() == pytest.approx([60 / 16, EMPTY])


def test_without_a_grid_the_speed_is_that_of_the_commune() -> None:
    town = land((0, 0, 20, 20), codes=["01000"])
    surface = build_surfaces(pd.DataFrame(), town, pd.Series({"01000": 400.0}))[2154]
    assert np.unique(surface.pace[np.isfinite(surface.pace)]).tolist() == [pytest.approx(60 / 24)]


def test_a_river_without_a_bridge_is_gone_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """The border of the communes of its two banks is what nobody crosses."""
    banks = land((0, -20, 5, 0), (5, -20, 10, 0))
    before = costs(banks, grid((8, -19)), lieux((2, -19)))["minutes"].iloc[0]
    wet = shapely.LineString([(X + 5000, Y - 20_000), (X + 5000, Y - 2000)])
    monkeypatch.setattr(cost_surface, "uncrossed_rivers", lambda shapes: [wet])
    after = costs(banks, grid((8, -19)), lieux((2, -19)))["minutes"].iloc[0]
    assert before < 6.5 * EMPTY < 30 * EMPTY < after
    bridge = shapely.LineString([(X + 4000, Y - 18_000), (X + 6000, Y - 18_000)])
    monkeypatch.setattr(cost_surface, "fixed_links", lambda epsg: [bridge])
    assert costs(banks, grid((8, -19)), lieux((2, -19)))["minutes"].iloc[0] < 8 * EMPTY


@pytest.mark.parametrize("lines", [uncrossed_rivers, fixed_links])
def test_waters_and_bridges_are_lines_of_the_metropole(
    lines: Callable[[int], list[BaseGeometry]],
) -> None:
    """A coordinate mistyped by a tenth of a degree makes a line go there and back."""
    west, south, east, north = 100_000, 6_050_000, 1_250_000, 7_120_000
    for line in lines(2154):
        x, y = np.array(line.coords).T
        assert ((x > west) & (x < east) & (y > south) & (y < north)).all()
        step = np.hypot(np.diff(x), np.diff(y))
        assert step.min() > 100
        turn = np.diff(x)[1:] * np.diff(x)[:-1] + np.diff(y)[1:] * np.diff(y)[:-1]
        assert (turn > -0.8 * step[1:] * step[:-1]).all()
    assert lines(5490) == []


def test_the_table_of_pixels_is_the_surface() -> None:
    towns = land((0, 0, 5, 5), (8, 2, 10, 4))
    homes, places = grid((1, 1)), lieux((2, 2))
    surfaces = build_surfaces(homes, towns, pd.Series(dtype=float))
    reach = reach_places(places, surfaces)
    table = surface_table(reach, surfaces)
    schemas.validate(table, "access_surface")
    assert len(table) == np.isfinite(surfaces[2154].pace).sum()
    assert (table["x_m"] % PIXEL_M == PIXEL_M / 2).all()
    assert table["minutes"].isna().sum() == table["x_m"].gt(X + 7000).sum() > 0


def test_a_home_on_the_bank_goes_to_its_own_bank() -> None:
    """The pixel of a river may hold both banks: the point decides, not the pixel."""
    surface = flat(3, 3)
    surface.pace[1] = np.inf
    north, south = [X + 750, Y - 600], [X + 750, Y - 900]
    assert surface.pixels(np.array([north, south])).tolist() == [1, 7]
