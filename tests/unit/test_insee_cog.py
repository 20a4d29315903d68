"""Codes keep their zeros, whatever a spreadsheet did to them."""

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_cog import (
    read_communes,
    read_epci,
    read_iris_list,
    read_movements,
    read_regions,
)


def test_every_kind_of_commune_is_kept(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(
        "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT\r\n"
        "COM,75056,11,75,75C,751,0,PARIS,Paris,Paris,75ZZ,\r\n"
        "ARM,75101,11,75,,,0,PARIS 1,Paris 1er,Paris 1er Arrondissement,,75056\r\n"
        "COMD,01091,,,,,0,CHATILLON,Châtillon,Châtillon-en-Michaille,,01033\r\n"
    )
    frame = read_communes(path)
    assert frame["type_commune"].tolist() == ["COM", "ARM", "COMD"]
    assert frame.loc[1, "code_parent"] == "75056"
    assert frame["code_departement"].isna().tolist() == [False, False, True]


def test_lost_zeros_come_back(tmp_path):
    path = tmp_path / "EPCI.csv"
    path.write_text(
        "COM;LIBGEO;EPCI;LIBEPCI;DEP;REG\r\n1001;L'A;200069193;CC;1;84\r\n"
        "2A004;Ajaccio;242010056;CA;2A;94\r\n85113;L'Île-d'Yeu;ZZZZZZZZZ;Sans;85;52\r\n"
    )
    assert read_epci(path)["code_commune"].tolist() == ["01001", "2A004", "85113"]
    path = tmp_path / "region.csv"
    path.write_text("REG,LIBELLE\n1,Guadeloupe\n84,Auvergne-Rhône-Alpes\n")
    assert read_regions(path)["code"].tolist() == ["01", "84"]
    path = tmp_path / "iris.csv"
    path.write_bytes(b"CODE_IRIS;LIB_IRIS;TYP_IRIS;DEPCOM\r\n10010000;L'A;Z;1001")
    assert read_iris_list(path).loc[0, ["code_iris", "code_arrondissement"]].tolist() == [
        "010010000",
        "01001",
    ]


def test_a_creation_has_no_before(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(
        '"MOD","DATE_EFF","TYPECOM_AV","COM_AV","TYPECOM_AP","COM_AP"\n'
        '"20","2011-03-31","","","COM","97601"\n"32","2019-01-01","COM","01091","COM","01033"\n'
    )
    frame = read_movements(path)
    assert frame["code_avant"].isna().tolist() == [True, False]
    assert frame.loc[1, "code_apres"] == "01033"


@pytest.mark.parametrize(
    ("kind", "date", "before"),
    [
        ("32", "2025-13-01", "COM"),
        ("32", "1025-01-01", "COM"),
        ("99", "2025-01-01", "COM"),
        ("32", "2025-01-01", "XXX"),
    ],
)
def test_a_movement_that_cannot_be_refuses_the_list(tmp_path, kind, date, before):
    row = f'"{kind}","{date}","{before}","01002","COM","01001"'
    header = '"MOD","DATE_EFF","TYPECOM_AV","COM_AV","TYPECOM_AP","COM_AP"\n'
    good = '"32","2025-01-01","COM","01002","COM","01001"\n'
    path = tmp_path / "v_mvt_commune_2026.csv"
    path.write_text(header + good, encoding="utf-8")
    assert len(read_movements(path)) == 1
    path.write_text(header + good + row + "\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="impossible"):
        read_movements(path)
