"""Releases that draw the territory: codes, contours, memberships, population cells.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import RawFile, Release

_INSEE = "https://www.insee.fr/fr/"
_FILE = _INSEE + "statistiques/fichier/"

# Contours, and the EPCI of each commune.
_COMMUNES_2025 = RawFile(
    "communes_cog2025.parquet",
    11053253,
    "b6dd6d2a3468f4b28e88e27de730a13b99807251ba28f1327d685d7d5c85ff6d",
)

TERRITORY_RELEASES: Final = (
    Release(
        "ign_communes",
        "2021",
        year=2021,
        geography_year=2021,
        published="2021",
        files=(
            RawFile(
                "communes_cog2021.parquet",
                11069120,
                "a17e712cd72f0a9928801964ff5bc93eebc9b4d44258bfdf7401aa9180edb5b4",
                url="https://etalab-datasets.geo.data.gouv.fr/2021/geojson/communes-5m.geojson.gz",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "insee_cog",
        "2021",
        year=2021,
        geography_year=2021,
        published="2021-01-01",
        files=(
            RawFile(
                "commune_2021.csv",
                2680602,
                "8e4b777dffd61d26f4feb7f7b38570e2f1976bf2ad838200ac28ffa125cd2b52",
                url=_FILE + "5057840/cog_ensemble_2021_csv.zip",
                url_confirmed=True,
                archive_member="commune*2021.csv",
            ),
            RawFile(
                "departement2021.csv",
                4648,
                "ef783f7e88027dddbfa05b83c40a67d3f0f3894de165aace0acb118529eb97f7",
                url=_FILE + "5057840/cog_ensemble_2021_csv.zip",
                url_confirmed=True,
                archive_member="departement*2021.csv",
            ),
            RawFile(
                "region2021.csv",
                1017,
                "b4aa83b414bc49eef65c1c5fd31df28dfb9d8d9c2574b0ed220346aec5ad6f30",
                url=_FILE + "5057840/cog_ensemble_2021_csv.zip",
                url_confirmed=True,
                archive_member="region*2021.csv",
            ),
        ),
    ),
    Release(
        "insee_iris",
        "2021",
        year=2021,
        geography_year=2021,
        published="2021",
        folder="insee_cog/2021",
        files=(
            RawFile(
                "iris_2021.csv",
                3982173,
                "a403b03d864793de76ca76b9c99980b44c775d14818f79c21ee00e3c45f332f2",
            ),
        ),
    ),
    Release(
        "insee_epci",
        "2021",
        year=2021,
        geography_year=2021,
        published="2021",
        folder="insee_cog/2021",
        options={"form": "liste"},
        files=(
            RawFile(
                "EPCI.csv",
                2148741,
                "579ba312f0402ae4e22c522d0cd2d0ea5d2048e23dd45dc16aae07286dcc78a9",
                url=_FILE + "2510634/Intercommunalite_Metropole_au_01-01-2021.zip",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "insee_cog_mouvements",
        "2026",
        year=2026,
        geography_year=2026,
        published="2026",
        folder="insee_cog/2026",
        files=(
            RawFile(
                "v_mvt_commune_2026.csv",
                2062820,
                "8da6b27c8ffdc72a9fadfefa15760f60182a9e30e83941a18f74b0102be2a859",
                url=_FILE + "8740222/cog_ensemble_2026_csv.zip",
                url_confirmed=True,
                archive_member="v_mvt_commune_2026.csv",
            ),
        ),
    ),
    Release(
        "insee_comparateur",
        "2018",
        year=2018,
        geography_year=2021,
        published="2022-01",
        options={"census": "18", "income": "19"},
        files=(
            RawFile(
                "base_cc_comparateur_csv.zip",
                3755401,
                "311caa145141e60a7e61297a2e6038a2acba6d85b3a7763320b058076d2be9dc",
            ),
        ),
    ),
    Release(
        "eurostat_grille",
        "2018",
        year=2018,
        geography_year=None,
        published="2020",
        files=(
            RawFile(
                "pop2018_FR_metropole_1km_EPSG3035.tif",
                914702,
                "1613e78c3e8bedaa5fdb71c2179b281430a5581d9417f5c8ed098e897960bc05",
            ),
        ),
    ),
    Release(
        "ign_iris",
        "2020",
        year=2020,
        geography_year=2020,
        published="2020",
        files=(
            RawFile(
                "iris2020_idf.gpkg",
                5296128,
                "c2f072f9781fd8d16a131c1a386358be523bcde97070dc3ce99e2f358874a5f8",
            ),
            RawFile(
                "iris2020_centre_val_de_loire.gpkg",
                5259264,
                "5d1f0528f1dd291c7fb70ff232343d5053be918d0b9533e01f35fa100e768700",
            ),
            RawFile(
                "iris2020_centroides_france.gpkg",
                7659520,
                "70abd47d0bac8c309600e921af81592eac1e7c19137363bbe14514768f640cfb",
            ),
        ),
    ),
    Release(
        "ign_iris",
        "2022-grand-paris",
        year=2022,
        geography_year=2022,
        published="2022",
        files=(
            RawFile(
                "IRIS.shp",
                1824308,
                "fcbcbf2d37a46fea9e7c5fd56141cd8bcc005e7e72bc47f7eeb01ed5ffdc9f8f",
            ),
            RawFile(
                "IRIS.shx",
                22852,
                "e7cef3b88e15d3342c3523a4989493e575429ed41a8fc44b95fcee5863ab59f8",
            ),
            RawFile(
                "IRIS.dbf",
                1689690,
                "663c7729bdc94937b4156f6a562d223ff824a75b3152e6d8c5bee0d1cf580e40",
            ),
            RawFile(
                "IRIS.prj", 452, "88fd73ff8b13e826726f33a6da48f15dd720da8dcbb4c135b60918a21325e505"
            ),
            RawFile(
                "IRIS.cpg", 5, "3ad3031f5503a4404af825262ee8232cc04d4ea6683d42c5dd0a2f2a27ac9824"
            ),
        ),
    ),
    Release(
        "ign_communes",
        "2025",
        year=2025,
        geography_year=2025,
        published="2025",
        files=(_COMMUNES_2025,),
    ),
    Release(
        "insee_cog",
        "2026",
        year=2026,
        geography_year=2026,
        published="2026",
        files=(
            RawFile(
                "v_commune_2026.csv",
                3528438,
                "d437dd4aa6b5b36f0408a2021210e7960109ca4b039eac413e8a2fd412181075",
                url=_FILE + "8740222/cog_ensemble_2026_csv.zip",
                url_confirmed=True,
                archive_member="v_commune_2026.csv",
            ),
            RawFile(
                "v_departement_2026.csv",
                5974,
                "bef77047eb593c6ddf87f6086949e3e724380aad532f98fd9c96c4b2385418fe",
                url=_FILE + "8740222/cog_ensemble_2026_csv.zip",
                url_confirmed=True,
                archive_member="v_departement_2026.csv",
            ),
            RawFile(
                "v_region_2026.csv",
                1226,
                "990c5ebe7a6ee016991d2ce3dd58126e69c3f6845d015fe6aaafe61de1842693",
                url=_FILE + "8740222/cog_ensemble_2026_csv.zip",
                url_confirmed=True,
                archive_member="v_region_2026.csv",
            ),
        ),
    ),
    # IGN's communes of 2025 say which EPCI each belongs to, not its name.
    Release(
        "insee_epci",
        "2025",
        year=2025,
        geography_year=2025,
        published="2025",
        folder="ign_communes/2025",
        options={"form": "membres"},
        files=(_COMMUNES_2025,),
    ),
    Release(
        "insee_appartenance",
        "2022",
        year=2022,
        geography_year=2022,
        published="2022",
        files=(
            RawFile(
                "table-appartenance-geo-communes-22.zip",
                3205255,
                "9ee902fae75c2606eda7bcea55e42796fdc7d3d166a4752fb2a644b023ba4831",
                url=_FILE + "7671844/table-appartenance-geo-communes-22.zip",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "eurostat_grille",
        "2021",
        year=2021,
        geography_year=None,
        published="2024",
        files=(
            RawFile(
                "pop2021_FR_metropole_1km_EPSG3035.tif",
                910087,
                "bbc087bd64c41cac954f30d02ad917ed27ab63188c45f3f7e194c8477d88ab4e",
                url="https://gisco-services.ec.europa.eu/census/2021/"
                "Eurostat_Census-GRID_2021_V3.zip",
                url_confirmed=True,
            ),
            RawFile(
                "census2021_grid1km_FR.parquet",
                5815145,
                "489171e9ae0d3a4df4f8a6b9b614c1c9f1e80e056fb03946608d2dc9988a515c",
                url="https://gisco-services.ec.europa.eu/census/2021/"
                "Eurostat_Census-GRID_2021_V3.zip",
                url_confirmed=True,
            ),
        ),
    ),
)
