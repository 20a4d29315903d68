"""Zonings on the edition's map: classes follow their communes, quarters the ground they are on."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.territory.cog import build_passage
from fragility.territory.dated import Dated
from fragility.territory.zonings import (
    JOINED,
    OFF_MAP,
    OUTSIDE,
    ZONAGES_COLUMNS,
    build_zonages,
    carry_classes,
    commune_zonings,
    iris_zonings,
    place_quarters,
)

EVENTS = ["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"]


def moves(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    full = [[mod, day, "COM", before, "COM", after] for mod, day, before, after in rows]
    return pd.DataFrame(full, columns=EVENTS)


# 01001 and 01002 are one commune, 01001, since 1 January 2023.
FUSION = moves(("32", "2023-01-01", "01001", "01001"), ("32", "2023-01-01", "01002", "01001"))
NONE = FUSION.iloc[:0]


def classes(**values: str) -> pd.DataFrame:
    codes = [code.removeprefix("c") for code in values]
    return pd.DataFrame({
        "code_commune": codes, "valeur": list(values.values()), "libelle": "classe",
    }).astype("str")  # fmt: skip


def carried(frame: pd.DataFrame, start: int, end: int, codes: list[str], **options: bool):
    passage = build_passage(FUSION, start, end, codes)
    out, dropped = carry_classes(frame, passage, **options)
    return dict(zip(out["code_commune"], out["valeur"], strict=True)), dropped


def test_a_fusion_keeps_the_class_of_the_commune_whose_code_it_keeps() -> None:
    both = classes(c01001="6", c01002="2", c01003="7")
    assert carried(both, 2021, 2025, ["01001", "01003"]) == (
        {"01001": "6", "01003": "7"}, {JOINED: 1},
    )  # fmt: skip
    # The other one is classed alone: the new commune is classed, partly if that exists.
    other = classes(c01002="totale")
    assert carried(other, 2021, 2025, ["01001"])[0] == {"01001": "totale"}
    assert carried(other, 2021, 2025, ["01001"], partly=True)[0] == {"01001": "partielle"}
    whole = classes(c01001="totale", c01002="totale")
    assert carried(whole, 2021, 2025, ["01001"], partly=True)[0] == {"01001": "totale"}


def test_a_later_list_gives_former_communes_the_class_of_the_one_they_are_now() -> None:
    found, dropped = carried(classes(c01001="6"), 2025, 2021, ["01001", "01002"])
    assert found == {"01001": "6", "01002": "6"}
    assert sum(dropped.values()) == -1
    assert carried(classes(c01001="6", c99999="1"), 2025, 2025, ["01001"])[1] == {OFF_MAP: 1}


def square(west: float, width: float = 0.1) -> shapely.Polygon:
    return shapely.box(west, 46.0, west + width, 46.1)


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code_commune": ["01001", "01002", "01003"], "code_departement": "01"},
        geometry=[square(5.0), square(5.1), None], crs=4326,
    )  # fmt: skip


@pytest.fixture
def iris() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"code_iris": ["010010101", "010010102", "010020000"],
         "code_commune": ["01001", "01001", "01002"]},
        geometry=[square(5.0, 0.05), square(5.05, 0.05), square(5.1)], crs=4326,
    )  # fmt: skip


def quarters(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    codes = [f"QN{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes, "libelle": "Les Iris"}, geometry=list(shapes), crs=4326)


def test_a_quarter_is_in_the_communes_that_hold_more_than_a_sliver(
    communes: gpd.GeoDataFrame,
) -> None:
    dep = communes["code_departement"]
    astride = quarters(shapely.box(5.07, 46.0, 5.11, 46.05))  # three quarters, one quarter
    found = place_quarters(astride, communes, "code_commune", dep)
    assert found["code"].tolist() == ["01001", "01002"]
    assert found["part_pct"].tolist() == pytest.approx([75, 25], abs=0.1)
    over = quarters(shapely.box(5.06, 46.0, 5.101, 46.05))  # 1 in 41 beyond the border
    assert place_quarters(over, communes, "code_commune", dep)["code"].tolist() == ["01001"]
    # A point on the border is in one commune; one in the sea in none.
    points = quarters(shapely.Point(5.1, 46.05), shapely.Point(0.0, 46.05))
    found = place_quarters(points, communes, "code_commune", dep)
    assert found["code"].tolist() == ["01001"]
    assert found["part_pct"].isna().all()


def test_the_table_and_the_columns_of_communes_and_iris(
    communes: gpd.GeoDataFrame, iris: gpd.GeoDataFrame
) -> None:
    lists = {
        "densite": Dated(
            classes(c01001="6", c01002="2", c01003="7"), "insee_densite/2025", 2025, 2025
        ),
        "frr": Dated(classes(c01002="4"), "anct_frr/2025", 2025, 2025, {"commune non classée": 2}),
    }  # fmt: skip
    inside = quarters(shapely.box(5.01, 46.0, 5.02, 46.05), shapely.Point(0.0, 0.0))
    table, ledger = build_zonages(
        lists, (inside, "anct_qpv/2024", 2024), communes, iris, NONE, 2025
    )
    assert list(table.columns) == ZONAGES_COLUMNS
    assert not table.duplicated(["niveau", "code", "zonage", "valeur"]).any()
    assert set(table.loc[table["niveau"] == "iris", "code"]) == {"010010101"}
    lines = ledger.set_index(["source", "motif"])["lignes"]
    assert lines["anct_frr/2025", "entrées"] == 3
    assert lines["anct_qpv/2024", OUTSIDE] == 1

    own = commune_zonings(table, communes["code_commune"])
    assert own["densite_classe"].tolist() == [6, 2, 7]
    assert own["est_frr"].tolist() == [False, True, False]
    assert own["nb_qpv"].tolist() == [1, 0, 0]
    # No list of ZRR nor of Action cœur de ville was read: unknown is not « non ».
    assert own[["est_zrr", "est_acv"]].isna().all(axis=None)
    of_iris = iris_zonings(table, iris["code_iris"], iris["code_commune"])
    assert of_iris["densite_classe"].tolist() == [6, 6, 2]
    assert of_iris["nb_qpv"].tolist() == [1, 0, 0]


def test_no_zoning_at_all(communes: gpd.GeoDataFrame, iris: gpd.GeoDataFrame) -> None:
    table, ledger = build_zonages({}, None, communes, iris, NONE, 2025)
    assert list(table.columns) == ZONAGES_COLUMNS
    assert table.empty
    assert ledger.empty
    own = commune_zonings(table, communes["code_commune"])
    assert own.isna().all(axis=None)
    assert own["nb_qpv"].dtype == own["densite_classe"].dtype == "Int64"
