"""Every reader of statistics refuses a wrong file by name, in French, whatever is wrong with it."""

import io
import zipfile

import pandas as pd
import pytest

from fragility.errors import BadFileError, FragilityError
from fragility.sources.readers import (
    arcep,
    caf,
    credoc,
    insee_base_ic,
    insee_census,
    insee_cog,
    insee_filosofi,
)


def zipped(content, member):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, content)
        archive.writestr(f"meta_{member}", "COD_VAR;LIB_VAR\n")
    return buffer.getvalue()


COMPARATEUR = (
    "CODGEO;P18_POP;SUPERF;P18_POP1564;P18_CHOM1564;P18_ACT1564;P18_MEN;P18_RP;P18_RP_PROP;"
    "P18_LOG;P18_LOGVAC;MED19;TP6019\n"
    "01001;771;15.95;465;33.2;377.7;311;311;263.9;353.7;26.4;23970;\n"
    "01004;14204;24.6;8900;1100;6600;6531;6531;2900;7341;690;20540;18\n"
)
BASE_IC = (
    "IRIS;COM;TYP_IRIS;MODIF_IRIS;LAB_IRIS;P18_POP;P18_POP6579;P18_POP80P\n"
    "010040101;01004;H;00;1;1580.5;200.25;60\n010040102;01004;H;00;1;2000;300;90\n"
)
BASE_CC = (
    "CODGEO;P22_POP;P22_POP0014;P16_POP;P16_POP0014;P11_POP\n"
    "01001;832;150;767;140;784\n01002;267;50;243;40;221\n"
)
HABITAT = (
    ",IRIS,LIBCOM,TYP_IRIS,P16_POP0014,P16_POP1529,P16_POP3044,P16_POP4559,P16_POP6074,P16_POP75P\n"
    "2,010040101,Ambérieu-en-Bugey,H,319.1,519,346.9,259.2,295.5,153.3\n"
    "3,010040102,Ambérieu-en-Bugey,H,706.7,795,737.8,607.3,425.6,273.7\n"
)
FIXE = (
    "Version beta : les données sont présentées en l’état\n"
    "code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_hd8;elig_thd30;"
    "elig_thd100;elig_thd1g;date\n"
    "67017;Baerendorf;67;44;148;logloc;0;0;0;10;0;0;138;2019-09-30\n"
    "38130;La Côte-Saint-André;38;84;2408;logloc;0;0;0;985;59;0;1364;2019-09-30\n"
)
# name -> (file name, good text, reader, separator, code column, number column)
READERS = {
    "communes": (
        "commune.csv",
        "TYPECOM,COM,REG,DEP,LIBELLE,COMPARENT\nCOM,01001,84,01,L'Abergement,\n"
        "COM,01002,84,01,L'Abergement-de-Varey,\n",
        insee_cog.read_communes, ",", "COM", None,
    ),
    "departements": ("dep.csv", "DEP,REG,LIBELLE\n01,84,Ain\n02,32,Aisne\n",
                     insee_cog.read_departements, ",", "DEP", None),
    "iris": (
        "iris.csv",
        "CODE_IRIS;LIB_IRIS;TYP_IRIS;DEPCOM\n010010000;L'Abergement;Z;01001\n"
        "010040101;Les Pérouses;H;01004\n",
        insee_cog.read_iris_list, ";", "CODE_IRIS", None,
    ),
    "epci": ("EPCI.csv", "COM;LIBGEO;EPCI;LIBEPCI\n1001;L'A;200069193;CC de la Dombes\n"
             "1002;L'A-de-V;240100883;CC de la Plaine\n", insee_cog.read_epci, ";", "COM", None),
    "movements": (
        "mvt.csv",
        '"MOD","DATE_EFF","TYPECOM_AV","COM_AV","TYPECOM_AP","COM_AP"\n'
        '"32","2019-01-01","COM","01091","COM","01033"\n'
        '"32","2019-01-01","COM","01033","COM","01033"\n',
        insee_cog.read_movements, ",", "COM_AV", None,
    ),
    "comparateur": ("base_cc_comparateur.CSV", COMPARATEUR, insee_census.read_comparateur, ";",
                    "CODGEO", "P18_POP"),
    "taux": (
        "data_merge.csv",
        ",CODE_INSEE,TX_NSCOL15P,TX_MENSEUL,TX_FAMMONO,TX_65ETPLUS\n0,01001,47.7,22.3,9.3,21.6\n"
        "1,01002,57.7,29.3,8.3,24.6\n",
        insee_census.read_taux_communes, ",", "CODE_INSEE", "TX_MENSEUL",
    ),
    "base_cc": (
        "base-cc-evol-struct-pop-2022.CSV", BASE_CC,
        lambda p: insee_census.read_base_cc(p, theme="evol-struct-pop", census="22"), ";",
        "CODGEO", "P22_POP",
    ),
    "base_ic": ("base-ic-evol-struct-pop-2018.CSV", BASE_IC,
                lambda p: insee_base_ic.read_base_ic(p, census="18"), ";", "IRIS", "P18_POP"),
    "habitat": ("IRIS_population_IR_Hab.csv", HABITAT, insee_base_ic.read_habitat, ",", "IRIS",
                "P16_POP0014"),
    "filosofi_communes": (
        "FILO2018_DISP_COM.csv",
        "\ufeffCODGEO;LIBGEO;NBPERS18;Q218\r\n01001;L'A;808;25350\r\n01004;Amb;14660;20420,5\r\n",
        insee_filosofi.read_filosofi_communes, ";", "CODGEO", "Q218",
    ),
    "filosofi_iris": (
        "BASE_TD_FILO_DISP_IRIS_2018.csv",
        "IRIS;DISP_TP6018;DISP_MED18\n010040101;20.1;19300\n010040102;;17530\n",
        insee_filosofi.read_filosofi_iris, ";", "IRIS", "DISP_MED18",
    ),
    "caf": (
        "inseecaf2021.csv",
        '"iris_code";"note";"a";"arsas"\n"010040101";"0";493;65\n"010040102";"0";1065;144\n',
        caf.read_caf_iris, ";", "iris_code", "a",
    ),
    "fixe": ("commune-debit-beta.csv", FIXE, arcep.read_fixe, ";", "code_insee", "nbr"),
}  # fmt: skip
CASES = [(name, *spec) for name, spec in READERS.items()]
ANSWERS = {question: ["Oui"] for question in credoc.QUESTIONS}
# Read with a fallback on Windows-1252, as INSEE mixes encodings there: no byte is wrong.
LEGACY = {"base_cc"}


def refused(read, path):
    with pytest.raises(FragilityError) as error:
        read(path)
    assert path.name in str(error.value)
    assert isinstance(error.value, BadFileError)
    return str(error.value)


def column_of(text, sep, column):
    header = next(line for line in text.splitlines() if column in line).lstrip("\ufeff")
    return [c.strip('"') for c in header.split(sep)].index(column)


def with_cell(text, sep, column, value, line=-1):
    """The text with one cell of one line replaced."""
    lines = text.splitlines()
    cells = lines[line].split(sep)
    cells[column_of(text, sep, column)] = value
    lines[line] = sep.join(cells)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(("name", "file", "text", "read", "sep", "code", "number"), CASES)
class TestEveryReader:
    def test_the_good_file_is_read(self, tmp_path, name, file, text, read, sep, code, number):
        path = tmp_path / file
        path.write_text(text, encoding="utf-8", newline="")
        result = read(path)
        frame, dropped = result if isinstance(result, tuple) else (result, {})
        assert len(frame) == 2
        assert sum(dropped.values()) == 0

    def test_damaged_files(self, tmp_path, name, file, text, read, sep, code, number):
        path = tmp_path / file
        other = {";": ",", ",": ";"}[sep]
        bad = {
            "vide": b"",
            "page web": b"<!DOCTYPE html><html><body>404</body></html>",
            "Il manque": text.replace(code, "AUTRE").encode(),
            "séparé par": text.replace(sep, other).encode(),
        }
        if name not in LEGACY:
            bad["encodage"] = text.encode() + b"\xe9\xff\n"
        for message, content in bad.items():
            path.write_bytes(content)
            assert message in refused(read, path)

    def test_impossible_codes(self, tmp_path, name, file, text, read, sep, code, number):
        path = tmp_path / file
        path.write_text(with_cell(text, sep, code, "ZZ12"), encoding="utf-8")
        assert "codes INSEE" in refused(read, path)

    def test_letters_in_a_number(self, tmp_path, name, file, text, read, sep, code, number):
        if number is None:
            return
        path = tmp_path / file
        path.write_text(with_cell(text, sep, number, "beaucoup"), encoding="utf-8")
        assert "autre chose que des nombres" in refused(read, path)

    def test_one_code_twice(self, tmp_path, name, file, text, read, sep, code, number):
        if name == "movements":  # a code takes part in several events
            return
        lines = text.splitlines()
        first = lines[-2].split(sep)[column_of(text, sep, code)]
        path = tmp_path / file
        path.write_text(with_cell(text, sep, code, first), encoding="utf-8")
        assert "plusieurs fois" in refused(read, path)

    def test_an_exact_repetition_is_dropped(
        self, tmp_path, name, file, text, read, sep, code, number
    ):
        path = tmp_path / file
        path.write_text(text.rstrip("\r\n") + "\n" + text.splitlines()[-1] + "\n", encoding="utf-8")
        result = read(path)
        frame, dropped = result if isinstance(result, tuple) else (result, {"ligne répétée": 1})
        assert len(frame) == 2
        assert dropped["ligne répétée"] == 1


@pytest.mark.parametrize("name", ["comparateur", "base_cc", "base_ic", "filosofi_communes"])
def test_a_truncated_zip_is_refused_and_a_whole_one_read(tmp_path, name):
    file, text, read, *_ = READERS[name]
    path = tmp_path / "archive.zip"
    content = zipped(text, file)
    path.write_bytes(content)
    assert len(read(path)[0]) == 2
    path.write_bytes(content[: len(content) // 2])
    assert "tronquée" in refused(read, path)
    path.write_bytes(b"<html>404</html>")
    assert "n'est pas un zip" in refused(read, path)


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"PAR1 but not really", b"a;b\n1;2\n"])
def test_the_survey_refuses_what_is_not_parquet(tmp_path, content):
    path = tmp_path / "barometre.parquet"
    path.write_bytes(content)
    refused(credoc.read_barometre, path)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"ANNEE": [2019.0], "POND": [1.0]}),
        pd.DataFrame({"ANNEE": [2019.0], "POND": ["lourd"], **ANSWERS}),
        pd.DataFrame({"ANNEE": [None], "POND": [1.0], **ANSWERS}),
    ],
)
def test_the_survey_refuses_missing_columns_weights_and_waves(tmp_path, frame):
    path = tmp_path / "barometre.parquet"
    frame.to_parquet(path)
    refused(credoc.read_barometre, path)


@pytest.mark.parametrize(
    "read",
    [
        lambda p: insee_base_ic.read_base_ic(p, census="16"),
        insee_base_ic.read_grand_paris,
    ],
)
@pytest.mark.parametrize("content", [b"", b"<html></html>", b"IRIS;P16_POP\n1;2\n", b"PK\x03\x04"])
def test_a_workbook_that_is_none_is_refused(tmp_path, read, content):
    path = tmp_path / "base-ic.xlsx"
    path.write_bytes(content)
    refused(read, path)
