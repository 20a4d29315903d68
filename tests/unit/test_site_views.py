"""Views of the map: the metropole first, overseas one button away."""

import geopandas as gpd
import pandas as pd
import shapely

from fragility.export.map_tip import map_tip
from fragility.site.views import HOME, quick_views

BOXES = {
    "23": (1.4, 45.6, 2.6, 46.5),
    "31": (0.4, 42.7, 2.1, 43.9),
    "972": (-61.3, 14.3, -60.8, 14.9),
    "974": (55.2, -21.4, 55.9, -20.8),
    "976": None,
}
NAMES = pd.Series({"23": "Creuse", "31": "Haute-Garonne", "972": "Martinique", "974": "La Réunion",
                   "976": "Mayotte"})  # fmt: skip


def contours(*codes):
    shapes = [shapely.box(*BOXES[code]) if BOXES[code] else None for code in codes]
    return gpd.GeoDataFrame(
        {"niveau": "departement", "code": codes}, geometry=gpd.GeoSeries(shapes, crs=4326)
    )


def test_the_metropole_comes_first_then_each_territory_overseas_by_code():
    assert quick_views(contours("974", "31", "972", "23", "976"), NAMES) == [
        {"nom": HOME, "emprise": [0.4, 42.7, 2.6, 46.5]},
        {"nom": "Martinique", "emprise": [-61.3, 14.3, -60.8, 14.9]},
        {"nom": "La Réunion", "emprise": [55.2, -21.4, 55.9, -20.8]},
    ]


def test_an_edition_of_one_zone_has_one_view_of_all_it_holds():
    (view,) = quick_views(contours("31", "23"), NAMES)
    assert view["emprise"] == [0.4, 42.7, 2.6, 46.5]
    (view,) = quick_views(contours("974"), NAMES)
    assert view["emprise"] == [55.2, -21.4, 55.9, -20.8]


def test_the_tip_of_qgis_says_the_share_that_agrees_with_the_verdict():
    fields = ["nom", "score", "confiance", "probabilite_fragile_pct"]
    tip = map_tip("communes", [*fields, "est_fragile"])
    assert "'non fragile dans '" in tip
    assert '100 - "probabilite_fragile_pct"' in tip
    # A layer of fragile communes does not hold the field: its tip must not read it.
    tip = map_tip("communes_fragiles_non_couvertes", fields)
    assert "est_fragile" not in tip
    assert "'fragile dans '" in tip
    assert "non fragile" not in tip
