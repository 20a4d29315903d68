"""Releases of the fictional territory, which `demo.py` writes in the producers' formats.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fragility.sources.model import RawFile, Release


def _demo(
    source: str,
    year: int,
    geography_year: int | None,
    *files: str,
    name: str = "demo",
    published: str = "",
    folder: str = "",
    options: Mapping[str, Any] | None = None,
) -> Release:
    """Name the files of a fictional release; the rest as `Release` takes it."""
    return Release(
        source,
        name,
        year=year,
        geography_year=geography_year,
        published=published,
        licence="fictif",
        folder=folder,
        options=options or {},
        files=tuple(RawFile(file) for file in files),
    )


DEMO_RELEASES: Final = (
    _demo("ign_communes", 2021, 2021, "communes_cog2021.parquet"),
    _demo("ign_iris", 2020, 2021, "iris2020_contours.gpkg", "iris2020_centroides_france.gpkg"),
    _demo("insee_cog", 2021, 2021, "commune_2021.csv", "departement2021.csv", "region2021.csv"),
    _demo("insee_iris", 2021, 2021, "iris_2021.csv", folder="insee_cog/demo"),
    _demo("insee_epci", 2021, 2021, "EPCI.csv", folder="insee_cog/demo", options={"form": "liste"}),
    _demo("insee_cog_mouvements", 2026, 2026, "v_mvt_commune_2026.csv"),
    _demo(
        "insee_comparateur",
        2018,
        2021,
        "base_cc_comparateur_csv.zip",
        options={"census": "18", "income": "19"},
    ),
    _demo("rp_taux_communes", 2017, 2020, "data_merge.csv"),
    _demo(
        "insee_filosofi_communes",
        2018,
        2019,
        "FILO2018_DISP_COM.csv",
        name="demo-2018",
        folder="insee_filosofi_communes/demo",
        options={"income": "18"},
    ),
    _demo(
        "insee_filosofi_communes",
        2019,
        2020,
        "FILO2019_DISP_COM.csv",
        name="demo-2019",
        folder="insee_filosofi_communes/demo",
        options={"income": "19"},
    ),
    _demo(
        "insee_filosofi_iris",
        2018,
        2020,
        "BASE_TD_FILO_DISP_IRIS_2018.csv",
        options={"income": "18", "column_prefix": "DISP_"},
    ),
    _demo(
        "insee_rp_iris",
        2018,
        2020,
        "base-ic-evol-struct-pop-2018_csv.zip",
        "base-ic-diplomes-formation-2018_csv.zip",
        "base-ic-couples-familles-menages-2018_csv.zip",
        "base-ic-activite-residents-2018_csv.zip",
        "base-ic-logement-2018_csv.zip",
        options={"census": "18", "form": "base-ic"},
    ),
    _demo(
        "insee_rp_iris",
        2016,
        2018,
        "IRIS_population_IR_Hab.csv",
        name="demo-habitat",
        folder="insee_rp_iris_habitat/demo",
        options={"census": "16", "form": "habitat"},
    ),
    _demo("caf_iris", 2021, 2021, "inseecaf2021.csv"),
    _demo("arcep_fixe", 2019, 2019, "commune-debit-beta.csv", options={"classes": "exclusives"}),
    _demo(
        "arcep_mobile_sites",
        2018,
        None,
        "2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv",
    ),
    _demo("credoc_barometre", 2020, None, "barometre_numerique_2007_2022.parquet"),
    _demo("eurostat_grille", 2018, None, "pop2018_FR_metropole_1km_EPSG3035.tif"),
    _demo(
        "anct_conseillers",
        2022,
        None,
        "conum_lieux_permanence_20221202.csv",
        published="2022-12-02",
    ),
    _demo("anct_france_services", 2022, None, "liste-fs-20221201.csv", published="2022-12-01"),
    _demo("bibliotheques", 2020, None, "adresses-des-bibliotheques-publiques.csv"),
    _demo(
        "aidants_connect",
        2023,
        None,
        "aidants_connect_structures_20230131.csv",
        published="2023-01-31",
    ),
    _demo("lieux_mediation", 2023, None, "data_inclusion_20230206.csv", published="2023-02-06"),
    _demo("insee_densite", 2021, 2021, "densite.csv"),
)
