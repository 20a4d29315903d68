"""Releases that anyone can download from their producers, and the edition `france-2024` of them.

Part of the catalogue (`catalogue.py`), apart because every file here has its address. Where each
address was seen: README, « Addresses ». No copy could be measured: no size, no checksum.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import Dialect, Edition, RawFile, Release, Source

_INSEE = "https://www.insee.fr/fr/statistiques/"
_FILE = _INSEE + "fichier/"
_RESOURCE = "https://www.data.gouv.fr/api/1/datasets/r/"
_IGN = "https://data.geopf.fr/telechargement/download/"
_ARCEP = "https://data.arcep.fr/"
_GISCO = "https://gisco-services.ec.europa.eu/census/2021/"

SOURCES_2024: Final = (
    Source(
        "insee_rp_communes",
        "Recensement par commune (bases communales)",
        "INSEE",
        _INSEE + "8201904",
        "lov2",
    ),
    Source(
        "arcep_couverture",
        "Mon réseau mobile : cartes de couverture 4G",
        "ARCEP",
        "https://www.data.gouv.fr/datasets/mon-reseau-mobile",
        "lov2",
    ),
)

_COG = _FILE + "7766585/cog_ensemble_2024_csv.zip"
_ADMIN = "ADMIN-EXPRESS-COG-CARTO_3-2__SHP_WGS84G_FRA_2024-02-22"
_QUARTER = "2024_T3"
# RP 2021 by IRIS: page of each theme.
_BASE_IC = {
    "evol-struct-pop": "8268806", "diplomes-formation": "8268840",
    "couples-familles-menages": "8268828", "activite-residents": "8268843", "logement": "8268838",
}  # fmt: skip
# RP 2021 by commune. 7632446 and 7632867, seen with these names too, go with those of 2020.
_BASE_CC = {
    "evol-struct-pop": "8201904", "coupl-fam-men": "8205182", "diplomes-formation": "8202319",
    "emploi-pop-active": "8202916", "logement": "8202349",
}  # fmt: skip
# Projection and name of each delivery of IRIS contours.
_IRIS = {
    "FXX": "LAMB93", "GLP": "RGAF09UTM20", "MTQ": "RGAF09UTM20", "GUF": "UTM22RGFG95",
    "REU": "RGR92UTM40S", "MYT": "RGM04UTM38S",
}  # fmt: skip
_OPERATORS = ("OF", "SFR0", "BOUY", "FREE")


def _member(name: str, url: str, member: str, *, confirmed: bool = True) -> RawFile:
    return RawFile(name, url=url, url_confirmed=confirmed, archive_member=member)


def _shapefile(name: str) -> tuple[RawFile, ...]:
    url = f"{_IGN}ADMIN-EXPRESS-COG-CARTO/{_ADMIN}/{_ADMIN}.7z"
    return tuple(
        _member(f"{name}.{suffix}", url, f"{name}.{suffix}")
        for suffix in ("shp", "shx", "dbf", "prj")
    )


def _iris_file(territory: str, projection: str) -> RawFile:
    edition = f"CONTOURS-IRIS_3-0__GPKG_{projection}_{territory}_2024-01-01"
    url = f"{_IGN}CONTOURS-IRIS/{edition}/{edition}.7z"
    return _member(f"contours-iris_{territory}.gpkg", url, "*.gpkg")


def _coverage_file(operator: str) -> RawFile:
    name = f"{_QUARTER}_couv_Metropole_{operator}_4G_data.gpkg"
    folder = f"{_ARCEP}mobile/couvertures_theoriques/{_QUARTER}/Metropole/00_Metropole/"
    return _member(name, f"{folder}{name}.7z", "*.gpkg", confirmed=False)


RELEASES_2024: Final = (
    Release(
        "ign_communes",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024-02-22",
        options={"form": "admin-express"},
        files=(*_shapefile("COMMUNE"), *_shapefile("ARRONDISSEMENT_MUNICIPAL")),
    ),
    Release(
        "ign_iris",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024",
        options={"form": "contours-iris"},
        files=tuple(_iris_file(territory, system) for territory, system in _IRIS.items()),
    ),
    Release(
        "insee_cog",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024-02",
        files=tuple(
            _member(name, _COG, name)
            for name in ("v_commune_2024.csv", "v_departement_2024.csv", "v_region_2024.csv")
        ),
    ),
    Release(
        "insee_cog_mouvements",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024-02",
        folder="insee_cog/2024",
        files=(_member("v_mvt_commune_2024.csv", _COG, "v_mvt_commune_2024.csv"),),
    ),
    Release(
        "insee_iris",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024",
        options={"form": "classeur"},
        files=(
            _member(
                "reference_IRIS_geo2024.xlsx",
                _FILE + "7708995/reference_IRIS_geo2024.zip",
                "reference_IRIS_geo2024.xlsx",
            ),
        ),
    ),
    Release(
        "insee_epci",
        "2024",
        year=2024,
        geography_year=2024,
        published="2024",
        options={"form": "classeur"},
        files=(
            _member(
                "EPCI_au_01-01-2024.xlsx",
                _FILE + "2510634/epci_au_01-01-2024.zip",
                "EPCI_au_01-01-2024.xlsx",
            ),
        ),
    ),
    # RP N is on the map of N+3 by commune, of N+2 by IRIS.
    Release(
        "insee_rp_communes",
        "2021",
        year=2021,
        geography_year=2024,
        published="2024-06-27",
        options={"census": "21"},
        files=tuple(
            RawFile(
                f"base-cc-{theme}-2021_csv.zip",
                url=f"{_FILE}{page}/base-cc-{theme}-2021_csv.zip",
                url_confirmed=True,
            )
            for theme, page in _BASE_CC.items()
        ),
    ),
    Release(
        "insee_rp_iris",
        "2021",
        year=2021,
        geography_year=2023,
        published="2024-10",
        options={"census": "21", "form": "base-ic"},
        files=tuple(
            RawFile(
                f"base-ic-{theme}-2021_csv.zip",
                url=f"{_FILE}{page}/base-ic-{theme}-2021_csv.zip",
                url_confirmed=True,
            )
            for theme, page in _BASE_IC.items()
        ),
    ),
    # The wide form: median and poverty together, and on the map of 2024 by its own name; the
    # « indic-struct-distrib-revenu » of the same year is on that of 2022.
    Release(
        "insee_filosofi_communes",
        "2021",
        year=2021,
        geography_year=2024,
        published="2024",
        options={"form": "base-cc", "income": "21"},
        files=(
            _member(
                "cc_filosofi_2021_COM.csv",
                _FILE + "7756729/base-cc-filosofi-2021-geo2024_csv.zip",
                "cc_filosofi_2021_COM.csv",
            ),
        ),
    ),
    Release(
        "insee_filosofi_iris",
        "2021",
        year=2021,
        geography_year=2022,
        published="2024-10",
        options={"income": "21", "column_prefix": "DISP_"},
        files=(
            _member(
                "BASE_TD_FILO_IRIS_2021_DISP.csv",
                _FILE + "8229323/BASE_TD_FILO_IRIS_2021_DISP_CSV.zip",
                "BASE_TD_FILO_IRIS_2021_DISP.csv",
            ),
        ),
    ),
    Release(
        "arcep_fixe",
        "2024-t3",
        year=2024,
        geography_year=2024,
        published="2024-09-30",
        options={"classes": "cumulees"},
        files=(
            RawFile(
                "commune_debit_filaire.csv",
                url=f"{_ARCEP}fixe/maconnexioninternet/statistiques/{_QUARTER}/commune/"
                "commune_debit_filaire.csv",
            ),
        ),
    ),
    Release(
        "arcep_couverture",
        "2024-t3",
        year=2024,
        published="2024-09-30",
        note="La couverture 4G de l'outre-mer n'est pas dans cette édition : l'adresse de ses "
        "fichiers n'est pas connue.",
        files=tuple(_coverage_file(operator) for operator in _OPERATORS),
    ),
    Release(
        "eurostat_grille",
        "2021-csv",
        year=2021,
        published="2024",
        options={"form": "csv"},
        files=(
            _member(
                "ESTAT_Census_2021_V3.csv",
                _GISCO + "Eurostat_Census-GRID_2021_V3.zip",
                "ESTAT_Census_2021_V3.csv",
            ),
        ),
    ),
    # Rolling lists: what they hold is of the day they are downloaded.
    Release(
        "anct_conseillers",
        "courant",
        year=2026,
        published="jour du téléchargement",
        options={"form": "mednum"},
        note="Les lieux des conseillers numériques et France services sont ceux du jour du "
        "téléchargement, pas de l'année de l'édition ; cette édition ne lit pas de liste des "
        "bibliothèques.",
        files=(
            RawFile(
                "lieux-de-mediation-numerique-national.csv",
                url=_RESOURCE + "398edc71-0d51-4cb6-9cbe-2540a4db573c",
                url_confirmed=True,
            ),
        ),
    ),
    Release(
        "anct_france_services",
        "courant",
        year=2026,
        published="jour du téléchargement",
        files=(
            RawFile(
                "liste-fs.csv",
                # Seen once: the same repository named another resource in earlier years.
                url=_RESOURCE + "31576dff-fd61-4de9-819f-32c2f880b142",
                dialect=Dialect(sep=";"),
            ),
        ),
    ),
    # Its page is known, the address of this file is not: a person places it.
    Release(
        "credoc_barometre",
        "2007-2022-csv",
        year=2022,
        published="2023",
        files=(RawFile("barometre-du-numerique-2007-2022.csv"),),
    ),
)

FRANCE_2024: Final = Edition(
    "france-2024",
    "France, communes au 1er janvier 2024",
    2024,
    tuple(release.id for release in RELEASES_2024),
    without_census={"976": "Mayotte a son propre recensement, absent de ces fichiers"},
    optional=("credoc_barometre/2007-2022-csv",),
    previous="france-2021",
    # COG of 1 January 2024: tests/unit/test_catalogue_2024.py computes it from the movements.
    controls={"communes": 34_935},
)
