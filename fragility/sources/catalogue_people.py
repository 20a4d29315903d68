"""Releases on the people: census, incomes, benefits, the survey of digital habits.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import RawFile, Release

_INSEE = "https://www.insee.fr/fr/"
_FILE = _INSEE + "statistiques/fichier/"

PEOPLE_RELEASES: Final = (
    Release(
        "rp_taux_communes",
        "2017",
        year=2017,
        geography_year=2020,
        published="2020",
        files=(
            RawFile(
                "data_merge.csv",
                3855449,
                "1d0aa84a4d2847833a8b2bc5f67e99e66f09151b9fdf75f3bdc17313ca2695f9",
            ),
        ),
    ),
    Release(
        "insee_filosofi_communes",
        "2018",
        year=2018,
        geography_year=2019,
        published="2021",
        options={"income": "18"},
        files=(
            RawFile(
                "FILO2018_DISP_COM.csv",
                2606230,
                "0a53ae4d0ccec595ee30ac77bdc156b59e79adc262a1f95a69c24ef79764fad2",
                url=_FILE + "5009218/indic-struct-distrib-revenu-2018-COMMUNES_csv.zip",
                url_confirmed=True,
                archive_member="FILO2018_DISP_COM.csv",
            ),
        ),
    ),
    Release(
        "insee_filosofi_communes",
        "2019",
        year=2019,
        geography_year=2020,
        published="2022",
        options={"income": "19"},
        files=(
            RawFile(
                "FILO2019_DISP_COM.csv",
                2622067,
                "ff9b6107c97e1b9e47967abe17db73bb3a10545460834c06bcc1541c2e48c054",
                url=_FILE + "6036907/indic-struct-distrib-revenu-2019-COMMUNES_csv.zip",
                url_confirmed=True,
                archive_member="FILO2019_DISP_COM.csv",
            ),
        ),
    ),
    Release(
        "insee_filosofi_iris",
        "2018",
        year=2018,
        geography_year=2020,
        published="2021",
        options={"income": "18", "column_prefix": "DISP_"},
        files=(
            RawFile(
                "BASE_TD_FILO_DISP_IRIS_2018.csv",
                1834721,
                "3239d4a2c0596133cc82da7c39d91c026a6fe47c7b676cc31bcfabdaf0f89b96",
                url=_FILE + "5055909/BASE_TD_FILO_DISP_IRIS_2018.zip",
                url_confirmed=True,
                archive_member="BASE_TD_FILO_DISP_IRIS_2018*.csv",
            ),
        ),
    ),
    Release(
        "insee_rp_iris",
        "2018-grand-paris",
        year=2018,
        geography_year=2022,
        published="2021-10-21",
        options={"census": "18", "form": "grand-paris"},
        files=(
            RawFile(
                "demo.xlsx",
                487439,
                "c2e4e7c3a71e5ddcaab05f7d47e95ac7bb181d6f4e4ce00570dd945c50866820",
            ),
            RawFile(
                "socio_eco.xlsx",
                1166055,
                "b508eb7795bbab7afcb44ece2c980fee3614c13d9a2e73af95a214f094745544",
            ),
        ),
    ),
    Release(
        "insee_rp_iris",
        "2016-habitat",
        year=2016,
        geography_year=2018,
        published="2019",
        options={"census": "16", "form": "habitat"},
        files=(
            # Its household file counts persons, not households: nothing here can use it.
            RawFile(
                "IRIS_population_IR_Hab.csv",
                4039125,
                "d04c21344df10d94ad5e8e2a910336906457c7284fdc8f293128853649902551",
            ),
        ),
    ),
    Release(
        "insee_rp_iris",
        "2016-com",
        year=2016,
        geography_year=2018,
        published="2019",
        options={"census": "16", "form": "base-ic"},
        files=(
            RawFile(
                "base-ic-evol-struct-pop-2016-com.xls",
                109568,
                "d3cedb9c6ca0dfc807584e37a6d8c14eb651118c88af504de6f461fb76f83ff2",
            ),
            RawFile(
                "base-ic-diplomes-formation-2016-com.xls",
                78848,
                "e1b3b83a532f21104f798da5c0d6d4b3f9bcc7cc0867ee7e0749329e383e0fd8",
            ),
            RawFile(
                "base-ic-couples-familles-menages-2016-com.xls",
                115712,
                "04fa4a00b1e0da9b0096d3c97e36a3c77b77a5c3c0290a9ef8c00e3fc73005a3",
            ),
            RawFile(
                "base-ic-activite-residents-2016-com.xls",
                124928,
                "2e604fc679fe87255da624545e2ccefadcf62df509dcd939ac53b63843052a54",
            ),
            RawFile(
                "base-ic-logement-2016-com.xls",
                130560,
                "1a1680c55413df3a865a7d11a438c9fd605224ff33cb690d16c9ae96cb1f21d7",
            ),
        ),
    ),
    Release(
        "caf_iris",
        "2021",
        year=2021,
        geography_year=2021,
        published="2022",
        files=(
            RawFile(
                "inseecaf2021.csv",
                1386460,
                "42f9a21c4b5daf1598599f30426acd0c6f29c060a6cfb169991a03e1a5887027",
            ),
        ),
    ),
    Release(
        "credoc_barometre",
        "2007-2022",
        year=2022,
        geography_year=None,
        published="2023",
        files=(
            RawFile(
                "barometre_numerique_2007_2022.parquet",
                1916716,
                "496bf4035e5cab376ed06bf7efd31f4d7fa2309e2ec99a520d773ba2df5f0efa",
            ),
        ),
    ),
    Release(
        "insee_filosofi_iris",
        "2020",
        year=2020,
        geography_year=2021,
        published="2023",
        options={"income": "20", "column_prefix": "DISP_"},
        files=(
            RawFile(
                "BASE_TD_FILO_DISP_IRIS_2020.csv",
                2350973,
                "68ca826c940fe1307f33c6d2dbf2571cc81fdf6cefec88546c60e3fe04c4dbfd",
                url=_FILE + "7233950/BASE_TD_FILO_DISP_IRIS_2020_CSV.zip",
                url_confirmed=True,
                archive_member="BASE_TD_FILO_DISP_IRIS_2020*.csv",
            ),
        ),
    ),
    # The same file prints Filosofi figures beside the fibre, rounded.
    Release(
        "insee_filosofi_communes",
        "2021-arrondi",
        year=2021,
        geography_year=2025,
        published="2025",
        folder="arcep_fibre/2025-t3",
        options={"form": "fibre", "income": "21"},
        files=(
            RawFile(
                "fibre_communes_2025T3.csv",
                2221392,
                "c719d01fb43fd5cbce62e74fe96346ae7ed0733f0bfbe9b284497ffea2b516b9",
            ),
        ),
    ),
)
