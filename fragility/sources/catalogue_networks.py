"""Releases on the networks, fixed and mobile.

Part of the catalogue: see `catalogue.py`.
"""

from __future__ import annotations

from typing import Final

from fragility.sources.model import RawFile, Release

NETWORKS_RELEASES: Final = (
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
        "arcep_fibre",
        "2025-t3",
        year=2025,
        geography_year=2025,
        published="2025",
        options={"zeros_unknown": ("976",), "zeros_doubtful": ("03", "15", "43", "63")},
        note="La fibre de Paris, Lyon et Marseille n'est pas dans ce fichier : leur sous-score "
        "fixe manque. Les zéros de Mayotte y sont des inconnues ; ceux de 391 communes du "
        "Puy-de-Dôme, de l'Allier, de la Haute-Loire et du Cantal, groupés, sont à vérifier auprès "
        "de l'ARCEP : le motif de ces communes le rappelle, leur confiance n'en tient pas compte.",
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
)
