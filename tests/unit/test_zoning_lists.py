"""Zonings of an edition: those it picks are read, of the others nothing is said."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pandas as pd
import pytest

from fragility.sources.catalogue import find_edition, releases_of
from fragility.sources.demo import write_demo
from fragility.sources.files import on_hand
from fragility.territory.releases import Opener
from fragility.territory.zoning_lists import SOURCES, open_quarters, open_zonings
from fragility.territory.zonings import LISTS

ANCT = {"anct_zrr", "anct_frr", "anct_acv", "anct_qpv"}


def test_the_demonstration_reads_its_density_alone(tmp_path) -> None:
    write_demo(tmp_path)
    read = Opener(find_edition("demo"), tmp_path)
    lists = open_zonings(read)
    assert list(lists) == ["densite"]
    assert (lists["densite"].source, lists["densite"].geography_year) == (
        "insee_densite/demo",
        2021,
    )
    assert len(lists["densite"].frame) == 300
    assert open_quarters(read) is None


@pytest.mark.parametrize("name", ["france-2021", "france-2025"])
def test_national_editions_read_the_zonings_that_fetch_can_bring(name, tmp_path) -> None:
    edition = find_edition(name)
    wanted = [release for release in releases_of(edition) if release.source in SOURCES]
    assert {release.source for release in wanted} == set(SOURCES)
    assert {release.id for release in wanted} <= set(edition.optional)
    files = [file for release in wanted for file in release.files if release.source in ANCT]
    assert len(files) == len(ANCT)
    # By pages and public code: no address could be tried, no copy measured.
    assert all(file.downloadable and file.url_confirmed and file.sha256 is None for file in files)
    assert {urlsplit(file.url).netloc for file in files} == {
        "static.data.gouv.fr", "www.observatoire-des-territoires.gouv.fr", "www.data.gouv.fr",
    }  # fmt: skip
    # Nothing there: none is read, and none is asked for.
    assert open_zonings(Opener(on_hand(edition, tmp_path), tmp_path)) == {}


def test_every_zoning_that_an_edition_picks_is_read(tmp_path) -> None:
    picks = ("anct_zrr/2021", "anct_frr/2025", "anct_acv/2025", "anct_qpv/2024")
    texts = {
        "anct_frr/2025/frr_com2025.csv": "codgeo;libgeo;codefrr\n01004;Ambérieu;3\n",
        "anct_acv/2025/liste-acv-com2025-20250704.csv": "insee_com,lib_com,id_acv,lib_acv,"
        "date_signature\n01004,Ambérieu,acv-001,Ambérieu,28/09/2018\n",
        "anct_qpv/2024/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson": json.dumps({
            "type": "FeatureCollection",
            "features": [{
                "type": "Feature", "geometry": {"type": "Point", "coordinates": [5.0, 46.0]},
                "properties": {"code_qp": "QN00101M", "lib_qp": "Les Iris"},
            }],
        }),
    }  # fmt: skip
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    sheet = tmp_path / "anct_zrr/2021/zrr.xlsx"
    sheet.parent.mkdir(parents=True)
    rows = {"CODGEO": ["01004"], "ZRR_SIMP": ["C - Classée en ZRR"]}
    pd.DataFrame(rows).to_excel(sheet, index=False)
    sheet.rename(sheet.with_name("diffusion-zonages-zrr-cog2021.xls"))
    read = Opener(replace(find_edition("demo"), releases=picks), tmp_path)
    lists = open_zonings(read)
    assert list(lists) == [kind for kind in LISTS if kind != "densite"]
    assert {kind: table.frame["valeur"].tolist() for kind, table in lists.items()} == {
        "zrr": ["totale"], "frr": ["3"], "acv": ["acv-001"],
    }  # fmt: skip
    assert {kind: table.geography_year for kind, table in lists.items()} == {
        "zrr": 2021, "frr": 2025, "acv": 2025,
    }  # fmt: skip
    outlines, source, year = open_quarters(read)
    assert (outlines["code"].tolist(), source, year) == (["QN00101M"], "anct_qpv/2024", 2024)
    opened = {release.source for release, _ in read.taken}
    assert opened == set(SOURCES) - {"insee_densite"}
