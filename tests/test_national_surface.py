"""The surface on the map of France: waters, bridges and islands; laws against brute force."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility.access import water
from fragility.access.cost_surface import ELONGATION, PIXEL_M, Surface, build_surfaces
from fragility.access.coverage import build_portee, commune_density
from fragility.access.nearest import Reach, cell_costs, reach_places
from fragility.access.surface_trips import SurfaceEngine, spread
from fragility.access.travel import speed_kmh
from fragility.territory.crs import METROPOLE
from tests.crossings import ACROSS, FAR, JOINED, NEAR, TOWNS

pytestmark = pytest.mark.national

OVER_MIN = 17  # over a water of the table, were it land, in fewer minutes
# Communes of islands that no bridge joins.
ISLANDS = [
    "85113", "29155", "56069", "56152", "56241", "56009", "56114", "29082", "22016", "17004",
    "56085", "56086", "56087", "56088",
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(national):
    return national[0] / "tables"


@pytest.fixture(scope="module")
def communes(tables) -> gpd.GeoDataFrame:
    return gpd.read_parquet(tables / "core_communes.parquet")


@pytest.fixture(scope="module")
def grid(tables) -> pd.DataFrame:
    return pd.read_parquet(tables / "core_population_grille.parquet")


@pytest.fixture(scope="module")
def lieux(tables) -> gpd.GeoDataFrame:
    return gpd.read_parquet(tables / "core_lieux.parquet")


@pytest.fixture(scope="module")
def surfaces(tables, communes, grid) -> dict[int, Surface]:
    census = pd.read_parquet(tables / "core_recensement.parquet")
    return build_surfaces(grid, communes, commune_density(communes, census))


@pytest.fixture(scope="module")
def reach(lieux, surfaces) -> Reach:
    return reach_places(lieux, surfaces)


@pytest.fixture(scope="module")
def couts(grid, reach) -> pd.DataFrame:
    return cell_costs(grid, reach)


@pytest.fixture(scope="module")
def towns() -> dict[str, np.ndarray]:
    points = gpd.GeoSeries([shapely.Point(at) for at in TOWNS.values()], crs=4326).to_crs(METROPOLE)
    return dict(zip(TOWNS, np.column_stack([points.x, points.y])[:, None, :], strict=True))


def farthest_m(minutes: float) -> float:
    """Metres that no trip of so many minutes goes beyond: all of it in open country, and more."""
    return 1000 * (minutes * speed_kmh(np.zeros(1))[0] / 60 * ELONGATION + 5)


def around(surface: Surface, point: np.ndarray, minutes: float) -> Surface:
    """The part of a surface that holds every trip of so many minutes from a point."""
    row = int((surface.top - point[0, 1]) // PIXEL_M)
    column = int((point[0, 0] - surface.left) // PIXEL_M)
    size = int(np.ceil(farthest_m(minutes) / PIXEL_M))
    first, start = max(row - size, 0), max(column - size, 0)
    pace = surface.pace[first : row + size + 1, start : column + size + 1]
    return Surface(
        surface.epsg, surface.left + start * PIXEL_M, surface.top - first * PIXEL_M, pace
    )


def trip(surface: Surface, start: np.ndarray, end: np.ndarray, minutes: float) -> float:
    """Minutes between two points: exact below those given."""
    return float(spread(around(surface, start, minutes), end).trips(start)[1][0])


@pytest.fixture(scope="module")
def without(tables, communes, grid, towns):
    """Minutes between two towns once an entry of a table of waters or bridges is gone."""
    density = commune_density(communes, pd.read_parquet(tables / "core_recensement.parquet"))
    shapes = communes[~communes["code_departement"].str.startswith("97")]
    bounds = shapes.geometry.to_crs(METROPOLE).bounds

    def minutes(name: str, one: str, other: str, limit: float) -> float:
        (x, y), m = towns[one][0], farthest_m(limit)
        near = bounds["minx"].lt(x + m) & bounds["maxx"].gt(x - m)
        near &= bounds["miny"].lt(y + m) & bounds["maxy"].gt(y - m)
        homes = grid[grid["code_commune"].isin(shapes["code_commune"][near])]
        with pytest.MonkeyPatch.context() as patch:
            for table in ("RIVERS", "LINKS"):
                own = {key: line for key, line in getattr(water, table).items() if key != name}
                patch.setattr(water, table, own)
            surface = build_surfaces(homes, shapes[near], density)[METROPOLE]
        return trip(surface, towns[one], towns[other], limit)

    return minutes


def test_each_water_and_each_bridge_has_its_two_towns() -> None:
    assert set(ACROSS) == set(water.RIVERS)
    assert set(JOINED) == set(water.LINKS)


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_two_towns_of_one_bank_are_near(surfaces, towns, one, other) -> None:
    km = np.hypot(*(towns[one] - towns[other])[0]) / 1000
    # Twice the way of the crow, at the slowest pace.
    most = 2 * km * 60 / 16 + 2
    assert trip(surfaces[METROPOLE], towns[one], towns[other], most) < most


@pytest.mark.parametrize(("one", "other", "least"), FAR)
def test_two_towns_across_the_water_are_far(surfaces, towns, one, other, least) -> None:
    assert trip(surfaces[METROPOLE], towns[one], towns[other], least) > least


@pytest.mark.parametrize("name", water.RIVERS)
def test_a_water_parts_two_towns_and_nothing_else_does(surfaces, towns, without, name) -> None:
    one, other, least = ACROSS[name]
    assert trip(surfaces[METROPOLE], towns[one], towns[other], least) > least
    assert without(name, one, other, OVER_MIN) < min(least, OVER_MIN)


@pytest.mark.parametrize("name", water.LINKS)
def test_a_bridge_joins_two_towns_and_nothing_else_does(surfaces, towns, without, name) -> None:
    one, other, most = JOINED[name]
    assert trip(surfaces[METROPOLE], towns[one], towns[other], most) < most
    assert without(name, one, other, most) > most


def test_an_island_without_a_place_is_not_covered(communes, tables, lieux, couts, reach) -> None:
    served = set(reach.communes)
    bare = [code for code in ISLANDS if code not in served]
    assert len(bare) >= 10
    own = couts[couts["code_commune"].isin(bare)]
    assert own["minutes"].isna().all()
    assert own["id_lieu"].isna().all()
    portee, _ = build_portee(couts, communes, communes.iloc[:0].assign(code_iris=""), reach)
    rows = portee[(portee["niveau"] == "commune") & portee["code"].isin(bare)]
    assert rows["couverture"].eq("non_couverte").all()
    assert rows["population_hors_portee_pct"].eq(100).all()
    # Nothing else is cut off but islets: fewer than one inhabitant in a hundred thousand.
    lost = couts["minutes"].isna() & ~couts["code_commune"].isin(ISLANDS)
    assert couts["population"][lost].sum() < 1e-5 * couts["population"].sum()


def test_overseas_only_islands_without_a_place_are_not_reached(communes, couts, reach) -> None:
    portee, _ = build_portee(couts, communes, communes.iloc[:0].assign(code_iris=""), reach)
    lost = portee["code"].str.startswith("97") & portee["conseiller_plus_proche_min"].isna()
    # La Désirade, Terre-de-Bas, Terre-de-Haut.
    assert set(portee["code"][lost]) <= {"97110", "97130", "97131"}


def test_no_place_is_beaten_by_another_in_a_straight_line_over_land(
    grid, couts, reach, surfaces
) -> None:
    """500 communes: the paths of the raster are at most 8.2 % longer than the straight line."""
    surface = surfaces[METROPOLE]
    rng = np.random.default_rng(6)
    codes = rng.choice(grid["code_commune"].unique(), 500, replace=False)
    rows = grid[grid["code_commune"].isin(codes)].groupby("code_commune").head(1).index
    homes, minutes = grid.loc[rows, ["x_m", "y_m"]].to_numpy(), couts["minutes"].to_numpy()[rows]
    tree = reach.points[METROPOLE]
    away, rank = tree.query(homes, k=8)
    share = (np.arange(200) + 0.5) / 200
    line = homes[:, None, None] + (tree.data[rank] - homes[:, None])[:, :, None] * share[:, None]
    row = ((surface.top - line[..., 1]) // PIXEL_M).astype(int)
    column = ((line[..., 0] - surface.left) // PIXEL_M).astype(int)
    straight = (surface.pace[row, column].mean(axis=2) * away / 1000).min(axis=1)
    longest = (1 / np.cos(np.pi / 8)) / ELONGATION
    # Both ends are moved to the middle of their pixel, by 0.35 km at most.
    pace = surface.pace.reshape(-1)[surface.pixels(homes)]
    assert (minutes <= longest * straight + 0.7 * pace + surface.inner_minutes(
        surface.pixels(homes))).all()  # fmt: skip
    over = np.isfinite(straight)
    assert np.median((minutes / straight)[over]) == pytest.approx(1.02, abs=0.03)


def test_one_more_place_makes_nobody_farther(grid, lieux, couts, surfaces) -> None:
    more = lieux.assign(
        dispositifs=lieux["dispositifs"].where(
            ~lieux["dispositifs"].str.contains("france_services"), "conseiller_numerique"
        ),
        dispositif=lieux["dispositif"].where(
            ~lieux["dispositifs"].str.contains("france_services"), "conseiller_numerique"
        ),
    )
    after = cell_costs(grid, reach_places(more, surfaces))["minutes"].fillna(np.inf)
    assert (after <= couts["minutes"].fillna(np.inf) + 1e-6).all()
    assert (after < couts["minutes"] - 1).sum() > 100_000


def test_the_cost_table_gives_the_minutes_of_the_nearest(grid, couts, reach, surfaces) -> None:
    some = grid.index[grid["code_commune"].str.startswith(("17", "33"))]
    homes = grid.loc[some, ["x_m", "y_m"]].to_numpy()
    places = reach.points[METROPOLE].data
    found = SurfaceEngine(surfaces)(homes, places, 30.0, METROPOLE)
    nearest = np.full(len(homes), np.inf)
    np.minimum.at(nearest, found.home, found.minutes.astype(float))
    minutes = couts["minutes"].to_numpy()[some]
    assert nearest[minutes < 29.99] == pytest.approx(minutes[minutes < 29.99], abs=1e-3)
    assert np.isinf(nearest[~(minutes < 30.01)]).all()
