"""The geography of the real pack: facts that can be looked up elsewhere. Skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fragility.access.places import build_places, places_of
from fragility.sources.readers.grid import read_grid
from fragility.sources.readers.ign import read_communes_contours, read_iris_centres
from fragility.sources.readers.insee_cog import (
    read_communes,
    read_departements,
    read_epci,
    read_iris_list,
    read_regions,
)
from fragility.sources.readers.places import read_conseillers
from fragility.territory.communes import build_communes
from fragility.territory.crs import area_km2

ROOT = Path(__file__).parents[2]
RAW = Path(os.environ.get("FRAGILITY_PACK", ROOT.parent / "shared" / "data")) / "raw"
pytestmark = pytest.mark.skipif(
    not RAW.is_dir(), reason="real data pack not there (set FRAGILITY_PACK to its folder)"
)


@pytest.fixture(scope="module")
def territory() -> tuple:
    cog = read_communes(RAW / "insee_cog/2021/commune_2021.csv")
    frame, ledger = build_communes(
        cog,
        read_departements(RAW / "insee_cog/2021/departement2021.csv"),
        read_regions(RAW / "insee_cog/2021/region2021.csv"),
        read_epci(RAW / "insee_cog/2021/EPCI.csv"),
        read_iris_list(RAW / "insee_cog/2021/iris_2021.csv"),
        read_communes_contours(RAW / "ign_communes/2021/communes_cog2021.parquet"),
        centres=read_iris_centres(RAW / "ign_iris/2020/iris2020_centroides_france.gpkg"),
    )
    return cog, frame.set_index("code_commune", drop=False), ledger


def test_communes_of_2021_and_the_two_null_contours(territory: tuple) -> None:
    _, communes, _ = territory
    assert len(communes) == 34_965
    lost = communes.loc[["32166", "69050"]]
    assert lost["contour_origine"].tolist() == ["reconstruit"] * 2
    # INSEE gives 6.30 and 10.71 km2 for Justian and Châtillon.
    areas = area_km2(lost.geometry, lost["code_departement"])
    assert areas.tolist() == pytest.approx([6.30, 10.71], rel=0.02)


def test_paris_has_its_992_iris(territory: tuple) -> None:
    _, communes, _ = territory
    assert communes.loc["75056", "nb_iris"] == 992
    assert communes.loc["01004", "nb_iris"] > 1


def test_the_grid_holds_the_metropolitan_population() -> None:
    # 64.84 million inhabitants in 2018, plus foreigners of border cells.
    grid = read_grid(RAW / "eurostat_grille/2018/pop2018_FR_metropole_1km_EPSG3035.tif")
    assert 64.5e6 < grid["population"].sum() < 65.6e6


def test_conseillers_by_departement_agree_with_the_control(territory: tuple) -> None:
    cog, communes, _ = territory
    rows = read_conseillers(RAW / "anct_conseillers/2022-12/conum_lieux_permanence_20221202.csv")
    places, ledger = build_places(
        {"conseiller_numerique": rows}, communes.reset_index(drop=True), cog, day="2022-12-02"
    )
    assert ledger["lignes"].iloc[0] == 4930
    assert (places["statut"] != "ecarte").sum() >= 4920
    # The control counts rows; a place that the list names twice is one place here.
    found = places.loc[places["statut"] != "ecarte", "code_commune"].str[:2].value_counts()
    assert 4500 < places_of(places, "conseiller_numerique").sum() <= 4930
    assert found["59"] == 181  # nb_lieux of the control file
    assert found["33"] == 89
