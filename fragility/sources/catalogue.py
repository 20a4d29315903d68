"""THE catalogue: every source, every release, every edition.

Adding a release is one `Release` here and its id in one `Edition`. Figures are never written
here, formats are never read here: see `readers/`.

Sizes and checksums are those of the copies the project was tried on. A user who downloads the
producer's own file may hold another packing of the same data: a different checksum is reported,
not refused, but for a download from the confirmed address of that very file
(`RawFile.must_match`). An address without `url_confirmed` was not seen on a public page. Some
addresses give another form of the file (geojson for Parquet, workbook for CSV): they are there to
be found, not fetched. Names inside INSEE's zips drift from year to year, hence globs.
"""

from __future__ import annotations

from collections.abc import Iterable

from fragility.errors import UsageError
from fragility.sources.catalogue_2024 import FRANCE_2024, RELEASES_2024, SOURCES_2024
from fragility.sources.model import Edition, RawFile, Release, Source

_DATAGOUV = "https://www.data.gouv.fr/datasets/"
_RESOURCE = "https://www.data.gouv.fr/api/1/datasets/r/"
_INSEE = "https://www.insee.fr/fr/"
_FILE = _INSEE + "statistiques/fichier/"

_SOURCES = (
    Source(
        "ign_communes",
        "Contours des communes (Admin Express simplifié)",
        "IGN, INSEE",
        "https://etalab-datasets.geo.data.gouv.fr/",
        "lov2",
    ),
    Source(
        "ign_iris",
        "Contours et centres des IRIS",
        "IGN, INSEE",
        "https://geoservices.ign.fr/contoursiris",
        "lov2",
    ),
    Source(
        "insee_cog",
        "Code officiel géographique",
        "INSEE",
        _INSEE + "information/2560452",
        "lov2",
    ),
    Source("insee_iris", "Liste des IRIS", "INSEE", _INSEE + "information/7708995", "lov2"),
    Source(
        "insee_epci",
        "Composition des intercommunalités",
        "INSEE, DGCL, IGN",
        _INSEE + "information/2510634",
        "lov2",
    ),
    Source(
        "insee_cog_mouvements",
        "Mouvements de communes depuis 1943",
        "INSEE",
        _INSEE + "information/8740222",
        "lov2",
    ),
    Source(
        "insee_comparateur",
        "Comparateur de territoires",
        "INSEE",
        _INSEE + "statistiques/2521169",
        "lov2",
    ),
    Source(
        "rp_taux_communes",
        "Taux communaux du recensement (recalculés)",
        "INSEE, ARCEP ; calculs Data For Good",
        "https://dataforgood.fr/",
        "mit",
    ),
    Source(
        "insee_filosofi_communes",
        "Filosofi, revenus disponibles par commune",
        "INSEE",
        _INSEE + "statistiques/6036907",
        "lov2",
    ),
    Source(
        "insee_filosofi_iris",
        "Filosofi, revenus disponibles par IRIS",
        "INSEE",
        _INSEE + "statistiques/5055909",
        "lov2",
    ),
    Source(
        "insee_rp_iris",
        "Recensement par IRIS (bases infracommunales)",
        "INSEE",
        _INSEE + "statistiques/5650720",
        "lov2",
    ),
    Source("caf_iris", "Allocataires par IRIS", "CNAF, INSEE", "https://data.caf.fr/", "lov2"),
    Source(
        "arcep_fixe",
        "Ma connexion internet : éligibilité par commune",
        "ARCEP",
        _DATAGOUV + "ma-connexion-internet",
        "lov2",
    ),
    Source(
        "arcep_mobile_sites",
        "Mon réseau mobile : sites",
        "ARCEP",
        _DATAGOUV + "mon-reseau-mobile",
        "lov2",
    ),
    Source(
        "credoc_barometre",
        "Baromètre du numérique",
        "CRÉDOC pour l'ARCEP, l'Arcom, le CGE et l'ANCT",
        _DATAGOUV + "barometre-du-numerique",
        "odbl",
    ),
    Source(
        "eurostat_grille",
        "Population par maille de 1 km",
        "Eurostat, GISCO",
        "https://ec.europa.eu/eurostat/web/gisco/geodata/population-distribution",
        "eurostat",
    ),
    Source(
        "anct_conseillers",
        "Lieux des conseillers numériques",
        "ANCT",
        _DATAGOUV + "lieux-de-mediation-numerique-sur-le-territoire-national-fournis-par-"
        "conseiller-numerique-1",
        "lov2",
    ),
    Source(
        "anct_france_services",
        "Lieux France services",
        "ANCT",
        _DATAGOUV + "liste-des-structures-france-services",
        "lov2",
    ),
    Source(
        "bibliotheques",
        "Adresses des bibliothèques publiques",
        "Ministère de la Culture",
        _DATAGOUV + "adresses-des-bibliotheques-publiques-2/",
        "lov2",
    ),
    Source(
        "insee_appartenance",
        "Table d'appartenance géographique des communes",
        "INSEE",
        _INSEE + "information/7671844",
        "lov2",
    ),
    Source(
        "insee_densite",
        "Grille communale de densité",
        "INSEE, ANCT",
        _INSEE + "information/8571524",
        "lov2",
    ),
    Source(
        "arcep_fibre",
        "Fibre par commune, revenus",
        "ARCEP, INSEE",
        _DATAGOUV + "le-marche-du-haut-et-tres-haut-debit-fixe-deploiements",
        "lov2",
    ),
    Source(
        "arcep_ftth",
        "Déploiement de la fibre par commune",
        "ARCEP",
        _DATAGOUV + "le-marche-du-haut-et-tres-haut-debit-fixe-deploiements",
        "lov2",
    ),
    Source(
        "aidants_connect",
        "Structures Aidants Connect",
        "ANCT",
        _DATAGOUV + "lieux-de-mediation-numerique-sur-le-territoire-national-fournis-par-"
        "aidants-connect",
        "lov2",
    ),
    Source(
        "lieux_mediation",
        "Lieux de médiation numérique",
        "data.inclusion, hubs régionaux",
        "https://www.data.gouv.fr/fr/organizations/cartographie-nationale-des-lieux-de-"
        "mediation-numerique/",
        "lov2",
    ),
    # Licence Ouverte or ODbL according to the page: the stricter one.
    Source(
        "laposte_points",
        "Points de contact de La Poste",
        "La Poste",
        _DATAGOUV + "liste-des-bureaux-de-poste-agences-postales-et-relais-poste",
        "odbl",
    ),
    Source(
        "anct_qpv",
        "Quartiers prioritaires de la politique de la ville",
        "ANCT",
        _DATAGOUV + "5a561801c751df42d7fca9b6",
        "lov2",
    ),
    Source(
        "anct_zrr",
        "Zones de revitalisation rurale",
        "ANCT",
        _DATAGOUV + "zones-de-revitalisation-rurale-zrr/",
        "lov2",
    ),
    Source(
        "anct_frr",
        "France ruralités revitalisation",
        "DGCL ; ANCT, Observatoire des territoires",
        "https://www.observatoire-des-territoires.gouv.fr/frr-france-ruralites-revitalisation",
        "lov2",
    ),
    Source(
        "anct_acv",
        "Villes d'Action cœur de ville",
        "ANCT",
        _DATAGOUV + "programme-action-coeur-de-ville",
        "lov2",
    ),
)

_RELEASES = (
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
    # Published in 2019 on the map of 2018: 389 of its codes ended on 1 January 2019.
    Release(
        "arcep_fixe",
        "2019-09",
        year=2019,
        geography_year=2018,
        published="2019-09-30",
        options={"classes": "exclusives"},
        files=(
            RawFile(
                "commune-debit-beta.csv",
                2258303,
                "3bd6e65f4bf23458e98c346f4906c3ac38c98a5b0758b9cfca3e05f9aeba63e6",
            ),
        ),
    ),
    Release(
        "arcep_mobile_sites",
        "2018-01",
        year=2018,
        geography_year=None,
        published="2018-01",
        files=(
            RawFile(
                "2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv",
                2087753,
                "90fb964af741ab745a9f693af0ab92fac0a80dffffe28d6b7beaa82b99167b73",
            ),
            RawFile(
                "GUA_sites_mobiles_2020_T2.csv",
                20908,
                "ce124139b3ccbc5020637b6d2dd0ebfeb034b89caf756a8af93074da34cbe083",
            ),
            RawFile(
                "GUY_sites_mobiles_2020_T2.csv",
                10537,
                "9c67141a5386427afdc26b0b376ad4cd5673a636af7143dc26191623ca32222b",
            ),
            RawFile(
                "MAR_sites_mobiles_2020_T2.csv",
                16776,
                "8a545c3dc7952e0b5833e6eb3baa555b248469eb6b3b8fef14b04c773e603229",
            ),
            RawFile(
                "MAY_sites_mobiles_2020_T2.csv",
                6257,
                "6b6f3621777bc856c2d27f6ba5c76e79cc17029437110a0ea3f7a8fa64bfe093",
            ),
            RawFile(
                "REU_sites_mobiles_2020_T2.csv",
                43017,
                "037413a52a4078a35cbcdea87dc2487b063f8ef488183467b2146fe640f31db5",
            ),
            RawFile(
                "STB_sites_mobiles_2020_T2.csv",
                756,
                "503c8beecc33ebc8d73c915b0374313e0267e19641b1939c3fdbeef72e2a32ae",
            ),
            RawFile(
                "STM_sites_mobiles_2020_T2.csv",
                1382,
                "aa8cea425a8b28434e682554e2291b9951cf42ede4774208e1a15ed9bd1a9110",
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
        files=(
            RawFile(
                "communes_cog2025.parquet",
                11053253,
                "b6dd6d2a3468f4b28e88e27de730a13b99807251ba28f1327d685d7d5c85ff6d",
            ),
        ),
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
        files=(
            RawFile(
                "communes_cog2025.parquet",
                11053253,
                "b6dd6d2a3468f4b28e88e27de730a13b99807251ba28f1327d685d7d5c85ff6d",
            ),
        ),
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
    Release(
        "arcep_fibre",
        "2025-t3",
        year=2025,
        geography_year=2025,
        published="2025",
        options={"zeros_unknown": ("976",), "zeros_doubtful": ("03", "15", "43", "63")},
        note="La fibre de Paris, Lyon et Marseille n'est pas dans ce fichier : leur sous-score "
        "fixe manque. Les zéros de Mayotte y sont des inconnues ; ceux de 391 communes du "
        "Puy-de-Dôme, de l'Allier, de la Haute-Loire et du Cantal, groupés, sont à vérifier auprès "
        "de l'ARCEP : le motif de ces communes le rappelle.",
        files=(
            RawFile(
                "fibre_communes_2025T3.csv",
                2221392,
                "c719d01fb43fd5cbce62e74fe96346ae7ed0733f0bfbe9b284497ffea2b516b9",
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
    Release(
        "arcep_ftth",
        "2018-t1",
        year=2018,
        geography_year=2018,
        published="2018",
        files=(
            RawFile(
                "arcep_ftth_communes_2018T1.csv",
                3117171,
                "caf96969e285477b958dcffd5ad889078d627e4d0a1bc2753919c180146b4b1f",
            ),
            RawFile(
                "arcep_ftth_deploiement_communes_2018T1.csv",
                1971707,
                "8260477fd2188e2d51da0a7a2f04aab7368383208ea833b02d7e7c0f10dc875d",
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

# One département of the fictional territory is written by `demo.py`, in the same formats.
_DEMO_RELEASES = (
    Release(
        "ign_communes",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        files=(RawFile("communes_cog2021.parquet"),),
    ),
    Release(
        "ign_iris",
        "demo",
        year=2020,
        geography_year=2021,
        published="",
        licence="fictif",
        files=(
            RawFile("iris2020_contours.gpkg"),
            RawFile("iris2020_centroides_france.gpkg"),
        ),
    ),
    Release(
        "insee_cog",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        files=(
            RawFile("commune_2021.csv"),
            RawFile("departement2021.csv"),
            RawFile("region2021.csv"),
        ),
    ),
    Release(
        "insee_iris",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        folder="insee_cog/demo",
        files=(RawFile("iris_2021.csv"),),
    ),
    Release(
        "insee_epci",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        folder="insee_cog/demo",
        options={"form": "liste"},
        files=(RawFile("EPCI.csv"),),
    ),
    Release(
        "insee_cog_mouvements",
        "demo",
        year=2026,
        geography_year=2026,
        published="",
        licence="fictif",
        files=(RawFile("v_mvt_commune_2026.csv"),),
    ),
    Release(
        "insee_comparateur",
        "demo",
        year=2018,
        geography_year=2021,
        published="",
        options={"census": "18", "income": "19"},
        licence="fictif",
        files=(RawFile("base_cc_comparateur_csv.zip"),),
    ),
    Release(
        "rp_taux_communes",
        "demo",
        year=2017,
        geography_year=2020,
        published="",
        licence="fictif",
        files=(RawFile("data_merge.csv"),),
    ),
    Release(
        "insee_filosofi_communes",
        "demo-2018",
        year=2018,
        geography_year=2019,
        published="",
        folder="insee_filosofi_communes/demo",
        options={"income": "18"},
        licence="fictif",
        files=(RawFile("FILO2018_DISP_COM.csv"),),
    ),
    Release(
        "insee_filosofi_communes",
        "demo-2019",
        year=2019,
        geography_year=2020,
        published="",
        folder="insee_filosofi_communes/demo",
        options={"income": "19"},
        licence="fictif",
        files=(RawFile("FILO2019_DISP_COM.csv"),),
    ),
    Release(
        "insee_filosofi_iris",
        "demo",
        year=2018,
        geography_year=2020,
        published="",
        options={"income": "18", "column_prefix": "DISP_"},
        licence="fictif",
        files=(RawFile("BASE_TD_FILO_DISP_IRIS_2018.csv"),),
    ),
    Release(
        "insee_rp_iris",
        "demo",
        year=2018,
        geography_year=2020,
        published="",
        options={"census": "18", "form": "base-ic"},
        licence="fictif",
        files=(
            RawFile("base-ic-evol-struct-pop-2018_csv.zip"),
            RawFile("base-ic-diplomes-formation-2018_csv.zip"),
            RawFile("base-ic-couples-familles-menages-2018_csv.zip"),
            RawFile("base-ic-activite-residents-2018_csv.zip"),
            RawFile("base-ic-logement-2018_csv.zip"),
        ),
    ),
    Release(
        "insee_rp_iris",
        "demo-habitat",
        year=2016,
        geography_year=2018,
        published="",
        folder="insee_rp_iris_habitat/demo",
        options={"census": "16", "form": "habitat"},
        licence="fictif",
        files=(RawFile("IRIS_population_IR_Hab.csv"),),
    ),
    Release(
        "caf_iris",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        files=(RawFile("inseecaf2021.csv"),),
    ),
    Release(
        "arcep_fixe",
        "demo",
        year=2019,
        geography_year=2019,
        published="",
        options={"classes": "exclusives"},
        licence="fictif",
        files=(RawFile("commune-debit-beta.csv"),),
    ),
    Release(
        "arcep_mobile_sites",
        "demo",
        year=2018,
        geography_year=None,
        published="",
        licence="fictif",
        files=(RawFile("2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv"),),
    ),
    Release(
        "credoc_barometre",
        "demo",
        year=2020,
        geography_year=None,
        published="",
        licence="fictif",
        files=(RawFile("barometre_numerique_2007_2022.parquet"),),
    ),
    Release(
        "eurostat_grille",
        "demo",
        year=2018,
        geography_year=None,
        published="",
        licence="fictif",
        files=(RawFile("pop2018_FR_metropole_1km_EPSG3035.tif"),),
    ),
    Release(
        "anct_conseillers",
        "demo",
        year=2022,
        geography_year=None,
        published="2022-12-02",
        licence="fictif",
        files=(RawFile("conum_lieux_permanence_20221202.csv"),),
    ),
    Release(
        "anct_france_services",
        "demo",
        year=2022,
        geography_year=None,
        published="2022-12-01",
        licence="fictif",
        files=(RawFile("liste-fs-20221201.csv"),),
    ),
    Release(
        "bibliotheques",
        "demo",
        year=2020,
        geography_year=None,
        published="",
        licence="fictif",
        files=(RawFile("adresses-des-bibliotheques-publiques.csv"),),
    ),
    Release(
        "aidants_connect",
        "demo",
        year=2023,
        geography_year=None,
        published="2023-01-31",
        licence="fictif",
        files=(RawFile("aidants_connect_structures_20230131.csv"),),
    ),
    Release(
        "lieux_mediation",
        "demo",
        year=2023,
        geography_year=None,
        published="2023-02-06",
        licence="fictif",
        files=(RawFile("data_inclusion_20230206.csv"),),
    ),
    Release(
        "insee_densite",
        "demo",
        year=2021,
        geography_year=2021,
        published="",
        licence="fictif",
        files=(RawFile("densite.csv"),),
    ),
)

# Lists that say more of the places and communes: an edition runs without them.
_OPTIONAL = (
    "aidants_connect/2023-01",
    "lieux_mediation/2023-02",
    "lieux_mediation/hubs",
    "insee_densite/2025",
    # Those below were never tried: their addresses were seen in public code, no copy was had.
    "anct_zrr/2021",
    "anct_frr/2025",
    "anct_acv/2025",
    "anct_qpv/2024",
)

_EDITIONS = (
    Edition(
        "demo",
        "Démonstration : la Brumaire-et-Vaillance, département fictif",
        2021,
        tuple(release.id for release in _DEMO_RELEASES),
        banner="Territoire fictif",
        controls={"communes": 300, "iris": 445, "population": 432_974},
    ),
    Edition(
        "france-2021",
        "France, communes au 1er janvier 2021",
        2021,
        (
            # The second one only for 17 communes whose contour the first has lost.
            "ign_communes/2021",
            "ign_communes/2025",
            "ign_iris/2022-grand-paris",
            "ign_iris/2020",
            "insee_cog/2021",
            "insee_iris/2021",
            "insee_epci/2021",
            "insee_cog_mouvements/2026",
            "insee_comparateur/2018",
            "rp_taux_communes/2017",
            "insee_filosofi_communes/2018",
            "insee_filosofi_communes/2019",
            "insee_filosofi_iris/2018",
            "insee_rp_iris/2018-grand-paris",
            "insee_rp_iris/2016-habitat",
            "caf_iris/2021",
            "arcep_fixe/2019-09",
            "arcep_mobile_sites/2018-01",
            "credoc_barometre/2007-2022",
            "eurostat_grille/2018",
            "anct_conseillers/2022-12",
            "anct_france_services/2022-12",
            "bibliotheques/2020",
            *_OPTIONAL,
        ),
        optional=_OPTIONAL,
        without_census={"976": "Mayotte a son propre recensement, absent de ces fichiers"},
        # COG and IRIS list of 1 January 2021; comparateur, arrondissements counted once.
        controls={"communes": 34_965, "iris": 49_406, "population": 66_732_538},
    ),
    Edition(
        "france-2025",
        "France, communes au 1er janvier 2025",
        2025,
        (
            # The second one for the communes whose contour the first has lost.
            "ign_communes/2025",
            "ign_communes/2021",
            "ign_iris/2022-grand-paris",
            "ign_iris/2020",
            # No commune was created nor removed between the two: tests/test_national.py.
            "insee_cog/2026",
            "insee_iris/2021",
            "insee_epci/2025",
            "insee_appartenance/2022",
            "insee_epci/2021",
            "insee_cog_mouvements/2026",
            "insee_comparateur/2018",
            "rp_taux_communes/2017",
            "insee_filosofi_communes/2021-arrondi",
            "insee_filosofi_communes/2018",
            "insee_filosofi_communes/2019",
            "insee_filosofi_iris/2020",
            "insee_rp_iris/2018-grand-paris",
            "insee_rp_iris/2016-habitat",
            "caf_iris/2021",
            "arcep_fibre/2025-t3",
            "arcep_mobile_sites/2018-01",
            "credoc_barometre/2007-2022",
            "eurostat_grille/2021",
            # Employers of 2023, and the places of 2022 where they receive: one list alone would
            # call Lisieux uncovered.
            "anct_conseillers/2022-12",
            "anct_conseillers/2023-09",
            "anct_france_services/2024-08",
            "bibliotheques/2020",
            *_OPTIONAL,
        ),
        optional=_OPTIONAL,
        without_census={"976": "Mayotte a son propre recensement, absent de ces fichiers"},
        previous="france-2021",
        # COG of 1 January 2025; the population is that of the census of 2018, carried over.
        controls={"communes": 34_875, "population": 66_732_538},
    ),
)

SOURCES: dict[str, Source] = {source.id: source for source in (*_SOURCES, *SOURCES_2024)}
RELEASES: dict[str, Release] = {r.id: r for r in (*_RELEASES, *RELEASES_2024, *_DEMO_RELEASES)}
EDITIONS: dict[str, Edition] = {
    e.name: e for e in sorted((*_EDITIONS, FRANCE_2024), key=lambda e: e.name)
}
# The user's own, which `register` adds; and every name, for those who follow the list as it grows.
USER_EDITIONS: set[str] = set()
USER_RELEASES: set[str] = set()
EDITION_NAMES: list[str] = list(EDITIONS)


def _check() -> None:
    """Refuse at import an edition that picks an unknown release, or one of an unknown source, or
    that follows an edition it cannot be compared with.
    """
    for release in RELEASES.values():
        if release.source not in SOURCES:
            raise ValueError(f"{release.id}: unknown source")
    for edition in EDITIONS.values():
        for release_id in edition.releases:
            if release_id not in RELEASES:
                raise ValueError(f"{edition.name}: unknown release {release_id}")
        if edition.previous and edition.previous not in EDITIONS:
            raise ValueError(f"{edition.name}: unknown previous edition {edition.previous}")
        if edition.previous and EDITIONS[edition.previous].cog_year > edition.cog_year:
            raise ValueError(f"{edition.name}: its previous edition is on a later map")


_check()


def register(releases: Iterable[Release], editions: Iterable[Edition]) -> None:
    """Make the user's own releases and editions known, in the place of those known before.

    Raises
    ------
    ValueError
        When one bears a name of the catalogue, or picks what is unknown.
    """
    for name in USER_RELEASES:
        del RELEASES[name]
    for name in USER_EDITIONS:
        del EDITIONS[name]
    USER_RELEASES.clear()
    USER_EDITIONS.clear()
    for release in releases:
        if release.id in RELEASES:
            raise ValueError(f"{release.id}: a release of the catalogue")
        RELEASES[release.id] = release
        USER_RELEASES.add(release.id)
    for edition in editions:
        if edition.name in EDITIONS:
            raise ValueError(f"{edition.name}: an edition of the catalogue")
        EDITIONS[edition.name] = edition
        USER_EDITIONS.add(edition.name)
    EDITION_NAMES[:] = EDITIONS
    _check()


def find_edition(name: str) -> Edition:
    """Return an edition by name.

    Raises
    ------
    UsageError
        With the names that exist.
    """
    if name not in EDITIONS:
        raise UsageError(
            f"L'édition « {name} » n'existe pas.",
            expected=", ".join(EDITIONS),
            remedy="choisissez l'une d'elles avec --edition (« fragility editions » les décrit)",
        )
    return EDITIONS[name]


def releases_of(edition: Edition, source: str | None = None) -> list[Release]:
    """Return the releases an edition reads, of one source if given, in the edition's order."""
    picked = [RELEASES[release_id] for release_id in edition.releases]
    return [r for r in picked if source is None or r.source == source]


def licence_of(release: Release) -> str:
    """Return the licence key of a release: its own, else its source's."""
    return release.licence or SOURCES[release.source].licence


def citation_of(release: Release) -> str:
    """Return how to cite a release, as the licences ask: producer, title, date."""
    source = SOURCES[release.source]
    when = release.published or str(release.year)
    if licence_of(release) == "fictif":
        return f"Données fictives au format de « {source.title} » ({source.producer})"
    return f"{source.producer}, « {source.title} », {when}"
