"""The comparateur, the base-cc and the recomputed rates, in their producers' words."""

import zipfile

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_census import (
    read_base_cc,
    read_comparateur,
    read_taux_communes,
)
from fragility.sources.readers.insee_counts import census_shares


def test_comparateur_secret_is_missing(tmp_path):
    path = tmp_path / "base_cc_comparateur_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "base_cc_comparateur.CSV",
            (
                "CODGEO;P18_POP;P13_POP;SUPERF;P18_POP1564;P18_CHOM1564;P18_ACT1564;P18_MEN;P18_RP;"
                "P18_RP_PROP;P18_LOG;P18_LOGVAC;MED19;TP6019\r\n"
                "1001;771;767;15.95;465.16;33.26;377.73;311;311;263.93;353.73;26.45;23970;\r\n"
            ),
        )
        archive.writestr("meta_base_cc_comparateur.CSV", "COD_VAR;LIB_VAR\r\n")
    row = read_comparateur(path)[0].iloc[0]
    assert row["code_commune"] == "01001"
    assert row["population"] == 771
    assert row["niveau_vie_median"] == 23970
    assert row.isna()["pauvrete_pct"]
    with pytest.raises(BadFileError, match="P20_POP"):
        read_comparateur(path, census="20")


def test_rates_put_the_two_lines_of_a_commune_together(tmp_path):
    path = tmp_path / "data_merge.csv"
    head = (
        ",CODE_INSEE,TX_POVERTY,TX_NSCOL15P,TX_MENSEUL,TX_FAMMONO,TX_65ETPLUS,TX_25ETMOINS,"
        "TX_DEMANDEUR_EMPLOIS,COUVERTURE_HD_THD\r\n"
    )
    path.write_text(
        head + "0,01004,26.1,49.4,41.5,10.2,20.7,16.6,,1.0\r\n"
        "1,01004,26.1,,,,,,,1.0\r\n2,1059,,,,,,,,1.0\r\n"
        "3,2A001,,47.7,22.3,9.3,21.6,10.9,,1.0\r\n3,2A001,,47.7,22.3,9.3,21.6,10.9,,1.0"
    )
    frame, dropped = read_taux_communes(path)
    assert frame["code_commune"].tolist() == ["01004", "2A001"]
    assert frame.loc[0, "plus_65_parmi_15_plus_pct"] == 20.7
    assert frame.loc[0, "jeunes_pct"] == 16.6
    assert dropped == {"sans aucun taux du recensement": 2, "ligne répétée": 1}
    path.write_text(head + "0,01004,26.1,149.4,41.5,10.2,20.7,16.6,,1.0\r\n")
    with pytest.raises(BadFileError, match=r"TX_NSCOL15P : valeur impossible, au-dessus de 100"):
        read_taux_communes(path)


def base_cc(tmp_path, theme, text):
    """A published archive: the data, the overseas collectivities, the dictionary."""
    path = tmp_path / f"base-cc-{theme}-2022_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"base-cc-{theme}-2022.CSV", text.encode("latin-1"))
        archive.writestr(f"base-cc-{theme}-2022-COM.CSV", text)
        archive.writestr(f"meta_base-cc-{theme}-2022.CSV", "COD_VAR;LIB_VAR\n")
    return path


def test_base_cc_keeps_one_census_of_three(tmp_path):
    path = base_cc(
        tmp_path,
        "diplomes-formation",
        (
            "CODGEO;P22_NSCOL15P;P22_NSCOL15P_DIPLMIN;P22_NSCOL15P_BEPC;P22_NSCOL15P_CAPBEP;"
            "P22_NSCOL15P_BAC;P16_NSCOL15P;P16_NSCOL15P_DIPLMIN;P16_NSCOL15P_CAPBEP;P11_NSCOL15P\n"
            "01001;600;90;30;180;120;580;130;190;560\n"
        ),
    )
    frame, _ = read_base_cc(path, theme="diplomes-formation", census="22")
    assert frame.columns.tolist() == [
        "code_commune",
        "nscol15p",
        "nscol15p_diplmin",
        "nscol15p_bepc",
        "nscol15p_capbep",
        "nscol15p_bac",
    ]
    assert census_shares([frame.set_index("code_commune")]).loc["01001", "peu_diplomes_pct"] == 50


def test_base_cc_65_plus_needs_two_themes(tmp_path):
    ages = read_base_cc(
        base_cc(
            tmp_path,
            "evol-struct-pop",
            ("CODGEO;P22_POP;P22_POP0014;P22_POP7589\n01001;1000;200;70\n"),
        ),
        theme="evol-struct-pop",
        census="22",
    )[0].set_index("code_commune")
    homes = read_base_cc(
        base_cc(
            tmp_path,
            "coupl-fam-men",
            (
                "CODGEO;C22_MEN;C22_MENPSEUL;C22_MENFAMMONO;P22_POP6579;P22_POP80P\n"
                "01001;400;120;36;150;50\n"
            ),
        ),
        theme="coupl-fam-men",
        census="22",
    )[0]
    shares = census_shares([ages, homes.set_index("code_commune")]).loc["01001"]
    assert shares.to_dict() == {
        "plus_65_pct": 20,
        "personnes_seules_pct": 30,
        "familles_mono_pct": 9,
    }


def test_base_cc_of_another_theme_is_refused(tmp_path):
    path = base_cc(tmp_path, "logement", "CODGEO;P22_LOG;P22_RP\n01001;10;8\n")
    with pytest.raises(BadFileError, match="P22_LOGVAC"):
        read_base_cc(path, theme="logement", census="22")


def test_latin_1_is_read(tmp_path):
    path = base_cc(
        tmp_path, "evol-struct-pop", "CODGEO;LIBGEO;P22_POP;P22_POP0014\n01001;Bâgé;9;1\n"
    )
    assert read_base_cc(path, theme="evol-struct-pop", census="22")[0].loc[0, "pop"] == 9
