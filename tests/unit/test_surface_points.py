"""Territories without cells are where most of their land is."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.access.cost_surface import build_surfaces
from fragility.access.coverage import build_portee
from fragility.access.nearest import cell_costs, reach_places

LEFT, BOTTOM = 500_000.0, 8_590_000.0  # in Mayotte, EPSG:4471


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(*(1000 * k + o for k, o in zip(
        (west, south, east, north), (LEFT, BOTTOM, LEFT, BOTTOM), strict=True)))  # fmt: skip


def test_a_commune_is_not_at_its_islet() -> None:
    # 16 km2, tall and narrow; the islet has 4 km2 but is the wider: 8 km of sea part them.
    shape = shapely.MultiPolygon([box(0, 0, 2, 8), box(10, 3, 14, 4)])
    towns = gpd.GeoDataFrame(
        {"code_commune": ["97612"], "code_departement": ["976"], "nom": ["Mtsamboro"]},
        geometry=[shape],
        crs=4471,
    ).to_crs(4326)
    place = gpd.GeoSeries([shapely.Point(LEFT + 1000, BOTTOM + 1000)], crs=4471).to_crs(4326)
    lieux = gpd.GeoDataFrame(
        {
            "id": ["cn-0"], "nom": ["Mairie"], "dispositif": ["conseiller_numerique"],
            "dispositifs": ["conseiller_numerique"], "code_commune": ["97612"],
            "statut": ["retenu"], "itinerance": [False], "date_connue": ["2022-12-01"],
            "est_ancien": [False],
        },
        geometry=place,
    )  # fmt: skip
    nobody = pd.DataFrame(
        {
            "id_maille": pd.Series(dtype="int64"), "code_iris": pd.Series(dtype="str"),
            "code_commune": pd.Series(dtype="str"), "population": pd.Series(dtype=float),
            "x_m": pd.Series(dtype=float), "y_m": pd.Series(dtype=float),
            "densite_hab_km2": pd.Series(dtype=float),
        }
    )  # fmt: skip
    surfaces = build_surfaces(nobody, towns, pd.Series({"97612": 20.0}))
    reach = reach_places(lieux, surfaces)
    portee, _ = build_portee(
        cell_costs(nobody, reach), towns, towns.iloc[:0].assign(code_iris=""), reach
    )
    # From the middle of the main part, 3 km at 38 km/h.
    assert portee["conseiller_plus_proche_min"].tolist() == pytest.approx([3 * 60 / 38], abs=1.2)
    assert portee["couverture"].tolist() == ["couverte"]
