"""The tables by IRIS, from the workbooks of 2016 to the CSV of 2018 and later."""

import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_base_ic import read_base_ic, read_grand_paris, read_habitat
from fragility.sources.readers.insee_counts import census_shares, theme_of
from fragility.sources.readers.intake import Intake

PACK = Path(os.environ.get("FRAGILITY_PACK", Path(__file__).parents[2] / "../shared/data"))
WORKBOOKS = PACK / "raw/insee_rp_iris/2016-com"


def published_zip(tmp_path, theme, text, year=2018):
    path = tmp_path / f"base-ic-{theme}-{year}_csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"base-ic-{theme}-{year}.CSV", text)
        archive.writestr(f"meta_base-ic-{theme}-{year}.CSV", "COD_VAR;LIB_VAR\n")
    return path


def workbook(path, labels, codes, rows, sheet="IRIS"):
    """A workbook as INSEE ships it: four titles, labels, codes on row 6."""
    titles = ["Données infra-communales", "France - IRIS", "Mise en ligne", "©Insee"]
    lines = [[t, *[None] * (len(codes) - 1)] for t in titles] + [labels, codes, *rows]
    pd.DataFrame(lines).to_excel(
        path, sheet_name=sheet, header=False, index=False, engine="xlsxwriter"
    )
    return path


def test_csv_in_a_zip(tmp_path):
    path = published_zip(
        tmp_path,
        "couples-familles-menages",
        (
            "IRIS;COM;TYP_IRIS;MODIF_IRIS;LAB_IRIS;C18_MEN;C18_MENPSEUL;C18_MENFAMMONO;P18_POP15P\r\n"
            "010010000;01001;Z;00;5;300;90;30;640.25\r\n"
        ),
    )
    frame, _ = read_base_ic(path, census="18")
    assert frame.loc[0, "code_iris"] == "010010000"
    assert theme_of(frame.columns) == "couples-familles-menages"
    shares = census_shares([frame.set_index("code_iris")]).loc["010010000"]
    assert shares.to_dict() == {"personnes_seules_pct": 30, "familles_mono_pct": 10}
    with pytest.raises(BadFileError, match="recensement 2020"):
        read_base_ic(path, census="20")


def test_both_exploitations_are_told_apart_only_where_both_exist(tmp_path):
    path = published_zip(
        tmp_path,
        "activite-residents",
        ("IRIS;P18_ACT1564;P18_CHOM1564;C18_ACT1564;C18_ACTOCC15P\n010010000;200;20;210;180\n"),
    )
    frame, _ = read_base_ic(path, census="18")
    assert frame.columns.tolist()[1:] == ["act1564", "chom1564", "c_act1564", "actocc15p"]
    assert census_shares([frame]).loc[0, "chomage_pct"] == 10


def test_workbook_with_codes_on_row_6(tmp_path):
    path = workbook(
        tmp_path / "base-ic-logement-2016.xlsx",
        ["IRIS", "Commune", "Logements", "Rés princ", "Vacants", "Propriétaires"],
        ["IRIS", "COM", "P16_LOG", "P16_RP", "P16_LOGVAC", "P16_RP_PROP"],
        [["010040101", "01004", 1000, 800, 80, 400], [10040102, "01004", 500.5, 400, 0, 100]],
    )
    frame, _ = read_base_ic(path, census="16")
    assert frame["code_iris"].tolist() == ["010040101", "010040102"]
    shares = census_shares([frame.set_index("code_iris")])
    assert shares.loc["010040101"].to_dict() == {"proprietaires_pct": 50, "vacance_pct": 8}
    archive = tmp_path / "base-ic-logement-2017.zip"
    with zipfile.ZipFile(archive, "w") as z:
        z.write(path, "base-ic-logement-2017.xlsx")
    assert read_base_ic(archive, census="16")[0].equals(frame)


def test_an_unknown_theme_is_refused(tmp_path):
    path = published_zip(tmp_path, "autre", "IRIS;P18_CHATS\n010010000;3\n")
    with pytest.raises(BadFileError, match="thème"):
        read_base_ic(path, census="18")


@pytest.mark.parametrize(
    ("columns", "values"),
    [  # 30 without diploma, 10 with the brevet, 40 with a CAP, of 200: 40 %, in three vintages
        (["nscol15p_diplmin", "nscol15p_bepc", "nscol15p_capbep"], [30, 10, 40]),
        (["nscol15p_diplmin", "nscol15p_capbep"], [40, 40]),
        (["nscol15p_dipl0", "nscol15p_cep", "nscol15p_bepc", "nscol15p_capbep"], [20, 10, 10, 40]),
    ],
)
def test_low_diplomas_are_the_same_share_in_every_vintage(columns, values):
    frame = pd.DataFrame([[200.0, *map(float, values)]], columns=["nscol15p", *columns])
    assert census_shares([frame]).loc[0, "peu_diplomes_pct"] == 40


def test_an_empty_iris_has_no_share():
    frame = pd.DataFrame({"pop": [0.0, 10], "pop6579": [0.0, 1], "pop80p": [0.0, 1]})
    assert census_shares([frame])["plus_65_pct"].isna().tolist() == [True, False]


def test_grand_paris_workbook(tmp_path):
    path = tmp_path / "demo.xlsx"
    table = pd.DataFrame(
        {
            "COM": ["75101"],
            "IRIS": ["751010101"],
            "LIBIRIS": ["S-G"],
            "P18_POP": [942.18],
            "P18_POP6579": [109.8],
            "P18_POP80P": [27.4],
            "DEC_MED19": [30000],
        }
    )
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        table.to_excel(book, sheet_name="IRIS", index=False)
        table.to_excel(book, sheet_name="META", index=False)
    frame, _ = read_grand_paris(path)
    assert frame.columns.tolist() == ["code_iris", "pop", "pop6579", "pop80p"]
    with pytest.raises(BadFileError, match="recensement 2016"):
        read_grand_paris(path, census="16")


def test_habitat_households_are_persons(tmp_path):
    path = tmp_path / "IRIS_household_IR_Hab.csv"
    path.write_text(
        ",IRIS,LIBCOM,TYP_IRIS,C16_PMEN_MENSFAM,C16_PMEN_MENFAMMONO\n"
        "2,10040101,Ambérieu,H,16.9,134.7\n"
    )
    frame, _ = read_habitat(path)
    assert frame.columns.tolist() == ["code_iris", "pmen_mensfam", "pmen_menfammono"]
    assert census_shares([frame]).empty


@pytest.mark.skipif(not WORKBOOKS.is_dir(), reason="le paquet de données réelles est absent")
def test_the_real_workbooks_of_2016():
    tables = {}
    for path in sorted(WORKBOOKS.glob("*.xls")):
        frame, _ = read_base_ic(path, census="16")
        assert len(frame) == 16
        tables[theme_of(frame.columns)] = frame.set_index("code_iris")
    assert set(tables) == {
        "evol-struct-pop",
        "diplomes-formation",
        "couples-familles-menages",
        "activite-residents",
        "logement",
    }
    assert tables["evol-struct-pop"].loc["975010000", "pop"] == 596
    shares = census_shares(list(tables.values())).loc["975010000"]
    assert shares["plus_65_pct"] == pytest.approx(100 * (79 + 29) / 596)
    assert shares["vacance_pct"] == pytest.approx(100 * 25 / 596)


def test_more_old_people_than_people_leave_with_their_reason(tmp_path):
    rows = [f"{i // 900 + 1:02d}{i % 900 + 1:03d}0101;1000;200;60\n" for i in range(200)]
    rows[7] = rows[7].replace(";200;", ";20000;")
    path = tmp_path / "base-ic-evol-struct-pop-2018.CSV"
    path.write_text("IRIS;P18_POP;P18_POP6579;P18_POP80P\n" + "".join(rows), encoding="utf-8")
    intake = Intake(path)
    frame, dropped = read_base_ic(intake, census="18")
    assert len(frame) == 199
    assert dropped["quarantaine : valeur impossible, une partie dépasse le tout"] == 1
    assert intake.quarantine()["ligne"].tolist() == [9]
