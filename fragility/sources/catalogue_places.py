"""Releases on the places where help is given.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import RawFile, Release

_RESOURCE = "https://www.data.gouv.fr/api/1/datasets/r/"

PLACES_RELEASES: Final = (
    Release(
        "anct_conseillers",
        "2022-12",
        year=2022,
        geography_year=None,
        published="2022-12-02",
        files=(
            RawFile(
                "conum_lieux_permanence_20221202.csv",
                2186960,
                "0fa2eaf450e8efa90e8699a74f9e7a922117efeb5663300a4dbcc6c7dfcc29bd",
            ),
        ),
    ),
    Release(
        "anct_france_services",
        "2022-12",
        year=2022,
        geography_year=None,
        published="2022-12-01",
        files=(
            RawFile(
                "liste-fs-20221201.csv",
                758397,
                "dd825f090d5554ae2ffd15ae7b07f0d64deaf850bea8a270ac45202675225420",
            ),
        ),
    ),
    Release(
        "bibliotheques",
        "2020",
        year=2020,
        geography_year=None,
        published="2020-11",
        files=(
            RawFile(
                "adresses-des-bibliotheques-publiques.csv",
                3796291,
                "847cf03a4fc8f5feb0a1da59814161ba0607efaafe620de8488b2900a5a84bf3",
            ),
        ),
    ),
    Release(
        "anct_conseillers",
        "2023-09",
        year=2023,
        geography_year=None,
        published="2023-09-13",
        options={"form": "structures"},
        note="La liste des conseillers numériques de 2023 donne les structures qui les emploient, "
        "sans coordonnées : chacune est placée dans sa commune, et n'est retenue que là où aucun "
        "lieu d'accueil n'est publié.",
        files=(
            RawFile(
                "conum_structures_20230913.csv",
                239601,
                "89d142477b113dad4dddb806528d5bdb2108fb1e343c7f247d512b1f4b2e2b68",
                url=_RESOURCE + "048e9e16-b707-48da-85d1-60c9a25ea1d7",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "anct_france_services",
        "2024-08",
        year=2024,
        geography_year=None,
        published="2024-08-01",
        files=(
            RawFile(
                "liste-fs-20240801.csv",
                835497,
                "b1d902cae9eb5e2d3c5bafda9766e6cf5e2ef03614b9c02a0e1895e06a23e7ed",
            ),
        ),
    ),
    Release(
        "aidants_connect",
        "2023-01",
        year=2023,
        geography_year=None,
        published="2023-01-31",
        files=(
            RawFile(
                "aidants_connect_structures_20230131.csv",
                450402,
                "17e8258874c3dcf41f2a9ebcacf9dcd85f050e8d2f6273f927542e50574ba9cd",
            ),
        ),
    ),
    Release(
        "lieux_mediation",
        "2023-02",
        year=2023,
        geography_year=None,
        published="2023-02-06",
        files=(
            RawFile(
                "data_inclusion_20230206.csv",
                1855175,
                "b8c72e5ab92b46f53a0e8cbace4bafe4ab18c465a37a0a220c7e0af23da2bf7f",
            ),
        ),
    ),
    Release(
        "lieux_mediation",
        "hubs",
        year=2023,
        geography_year=None,
        published="2023",
        files=(
            RawFile(
                "hinaura_lieux_20230104.csv",
                1326981,
                "af1187835066ba7f97ca4cd7f91f88fe1ef7dadc13a8b081e18c8a93463965f4",
            ),
            RawFile(
                "paca_lieux_20230227.csv",
                336025,
                "2dc4892de59282f921156f27cc411cb118a1e5d97b404fb8031b7b3f8b0cdca8",
            ),
            RawFile(
                "numi_20230406.csv",
                400886,
                "9b373e37be3b9448f549392fed144a5572afc32d7d5bf18def121f3b98effba4",
            ),
            RawFile(
                "lieux_mediation_59_62_20230417.csv",
                1110389,
                "0c8f5c42786bcec431cb8adfe22a3c2aa76b98cade0199449fd5c09afe0ce6d4",
            ),
        ),
    ),
    Release(
        "laposte_points",
        "courant",
        year=2026,
        geography_year=None,
        published="jour du téléchargement",
        files=(RawFile("laposte_poincont2.csv"),),
    ),
)
