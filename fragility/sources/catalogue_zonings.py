"""Releases that class communes: density, and the zonings of public policies.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import RawFile, Release

_RESOURCE = "https://www.data.gouv.fr/api/1/datasets/r/"

ZONINGS_RELEASES: Final = (
    Release(
        "insee_densite",
        "2025",
        year=2025,
        geography_year=2025,
        published="2025",
        files=(
            RawFile(
                "densite.csv",
                1555711,
                "e88fb06b14540d1f387fa79cdd5ee6bef541367ea0bb3adf05962d5e34e4d6d3",
            ),
        ),
    ),
    Release(
        "anct_qpv",
        "2024",
        year=2024,
        geography_year=None,
        published="2024",
        files=(
            RawFile(
                "QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson",
                url=_RESOURCE + "942d4ee8-8142-4556-8ea1-335537ce1119",
                url_confirmed=True,
                archive_member="GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson",
            ),
        ),
    ),
    Release(
        "anct_zrr",
        "2021",
        year=2021,
        geography_year=2021,
        published="2021-09-07",
        files=(
            RawFile(
                "diffusion-zonages-zrr-cog2021.xls",
                url="https://static.data.gouv.fr/resources/zones-de-revitalisation-rurale-zrr/"
                "20210907-124104/diffusion-zonages-zrr-cog2021.xls",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "anct_frr",
        "2025",
        year=2024,
        geography_year=2025,
        published="2025",
        files=(
            RawFile(
                "frr_com2025.csv",
                url="https://www.observatoire-des-territoires.gouv.fr/outils/"
                "cartographie-interactive/api/v1/functions/GC_API_download.php"
                "?type=stat&nivgeo=com2025&dataset=frr&indic=codefrr&format=csv",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "anct_acv",
        "2025",
        year=2025,
        geography_year=2025,
        published="2025-09-24",
        files=(
            RawFile(
                "liste-acv-com2025-20250704.csv",
                url="https://static.data.gouv.fr/resources/programme-action-coeur-de-ville/"
                "20250924-154200/liste-acv-com2025-20250704.csv",
                url_confirmed=True,
            ),
        ),
    ),
)
