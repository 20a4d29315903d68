"""The real lists of 2022-2023 put together: every row accounted for. Skipped without the pack."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from fragility.access.places import build_places, places_of
from fragility.schemas import PERSONAL_DATA
from fragility.sources.readers import aidants, hubs, places
from fragility.sources.readers.ign import read_communes_contours
from fragility.sources.readers.insee_cog import read_communes
from fragility.sources.readers.place_cells import UNNAMED

ROOT = Path(__file__).parents[2]
RAW = Path(os.environ.get("FRAGILITY_PACK", ROOT.parent / "shared" / "data")) / "raw"
pytestmark = pytest.mark.skipif(
    not RAW.is_dir(), reason="real data pack not there (set FRAGILITY_PACK to its folder)"
)


@pytest.fixture(scope="module")
def lieux() -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    cog = read_communes(RAW / "insee_cog/2021/commune_2021.csv")
    shapes = read_communes_contours(RAW / "ign_communes/2021/communes_cog2021.parquet")
    towns = cog[cog["type_commune"] == "COM"].rename(columns={"code": "code_commune"})
    own = shapes.rename(columns={"code": "code_commune"})[["code_commune", "geometry"]]
    communes = own.merge(towns[["code_commune", "nom", "code_departement"]], on="code_commune")
    lists = {
        "conseiller_numerique": places.read_conseillers(
            RAW / "anct_conseillers/2022-12/conum_lieux_permanence_20221202.csv"
        ),
        "france_services": places.read_france_services(
            RAW / "anct_france_services/2022-12/liste-fs-20221201.csv"
        ),
        "aidants_connect": aidants.read_aidants(
            RAW / "aidants_connect/2023-01/aidants_connect_structures_20230131.csv"
        ),
        "bibliotheque": places.read_bibliotheques(
            RAW / "bibliotheques/2020/adresses-des-bibliotheques-publiques.csv"
        ),
        "mediation": pd.concat(
            [hubs.read_mediation(p) for p in sorted((RAW / "lieux_mediation").glob("*/*.csv"))],
            ignore_index=True,
        ),
    }
    table, ledger = build_places(lists, communes, cog, day="2022-12-02")
    return table, ledger, lists


def test_every_row_is_used_merged_or_set_aside(lieux) -> None:
    table, ledger, lists = lieux
    rows = {"conseiller_numerique": 4930, "france_services": 2683, "aidants_connect": 3407,
            "bibliotheque": 15_779, "mediation": 8725}  # fmt: skip
    for kind, read in rows.items():
        own = ledger[ledger["source"] == kind].set_index("motif")["lignes"]
        assert own["entrées"] == read == own.sum() - read == len(lists[kind])
    assert table["id"].is_unique
    used = set(table.loc[table["statut"] == "retenu", "id"])
    merged = table[table["statut"] == "fusionne"]
    assert set(merged["id_lieu"]) <= used
    assert merged["motif_fusion"].notna().all()
    aside = table[table["statut"] == "ecarte"]
    assert aside["id_lieu"].isna().all()
    assert aside["motif_statut"].ne("").all()
    assert table.loc[table["statut"] == "retenu", "geometry"].notna().all()


def test_lists_overlap_as_they_should(lieux) -> None:
    table, _, lists = lieux
    # The places that data.inclusion took from the list of conseillers are known by their id.
    same_id = table["motif_fusion"].str.startswith("même identifiant du producteur", na=False)
    assert 2500 < same_id.sum() < 3700
    by_kind = {kind: int(places_of(table, kind).sum()) for kind in lists}
    assert 4500 < by_kind["conseiller_numerique"] < 4930
    # A France services that hosts a conseiller still is one.
    assert 2600 < by_kind["france_services"] <= 2655
    both = places_of(table, "conseiller_numerique") & places_of(table, "france_services")
    assert 350 < both.sum() < 700
    # Persons are counted once, but those of four places that cannot be put on the map.
    kept = table.loc[table["statut"] == "retenu", "nb_conseillers"].sum()
    lost = table.loc[table["statut"] == "ecarte", "nb_conseillers"].sum()
    assert kept + lost == lists["conseiller_numerique"]["nb_conseillers"].sum()


def test_nothing_personal(lieux) -> None:
    table, _, _ = lieux
    for column in ("nom", "commune_declaree", "motif_fusion", "motif_statut"):
        assert not table[column].str.contains(PERSONAL_DATA, regex=True, na=False).any()
    # A sole trader of the hub of Nord is listed by name.
    person = table["nom"].str.match(r"(?i)(?:monsieur|madame|mme|mlle) ", na=False)
    assert not person.any()
    assert (table["nom"] == UNNAMED).sum() >= 1
