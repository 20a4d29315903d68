"""Two vintages, two decimal signs, two ways to write a secret."""

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_filosofi import (
    read_filosofi_communes,
    read_filosofi_iris,
    read_filosofi_long,
)

LONG = (
    "GEO;GEO_OBJECT;FILOSOFI_MEASURE;UNIT_MEASURE;UNIT_MULT;CONF_STATUS;OBS_STATUS;TIME_PERIOD;"
    "OBS_VALUE"
)


def test_communes_have_a_decimal_comma_and_a_mark(tmp_path):
    path = tmp_path / "FILO2019_DISP_COM.csv"
    path.write_bytes(
        "\ufeffCODGEO;LIBGEO;NBMEN19;NBPERS19;Q219;GI19\r\n"
        "1001;L'A;322;819;23970;\r\n01004;Amb;6711;15040;20510,5;0,290\r\n"
        "01005;Amb;1;2;s;s".encode()
    )
    frame, _ = read_filosofi_communes(path, income="19")
    assert frame["code_commune"].tolist() == ["01001", "01004", "01005"]
    assert frame["niveau_vie_median"].tolist()[:2] == [23970, 20510.5]
    assert frame["niveau_vie_median"].isna().tolist() == [False, False, True]
    assert frame["pauvrete_pct"].isna().all()
    with pytest.raises(BadFileError, match="Q218"):
        read_filosofi_communes(path, income="18")


def test_the_file_of_the_poor_has_the_rate(tmp_path):
    path = tmp_path / "FILO2018_DISP_Pauvres_COM.csv"
    path.write_text("CODGEO;LIBGEO;NBPERS18;TP6018\n01004;Amb;14660;18,5\n")
    frame, _ = read_filosofi_communes(path, income="18")
    assert frame.loc[0, "pauvrete_pct"] == 18.5


@pytest.mark.parametrize(
    ("income", "median", "rate", "secret"),
    [("18", "19300.5", "20.1", ""), ("20", "19300,5", "20,1", "ns")],
)
def test_iris_of_2018_and_of_2020(tmp_path, income, median, rate, secret):
    path = tmp_path / f"BASE_TD_FILO_DISP_IRIS_20{income}.csv"
    path.write_text(
        f"IRIS;DISP_TP60{income};DISP_MED{income};DISP_NOTE{income}\n"
        f"10040101;{rate};{median};0\n2A0040101;{secret};{median};0\n"
    )
    frame, _ = read_filosofi_iris(path, income=income)
    assert frame["code_iris"].tolist() == ["010040101", "2A0040101"]
    assert frame.loc[0, "pauvrete_pct"] == 20.1
    assert frame["niveau_vie_median"].tolist() == [19300.5, 19300.5]
    assert frame["pauvrete_pct"].isna().tolist() == [False, True]


@pytest.fixture
def long_file(tmp_path):
    """A line per value: territory, level, measure, value; the year is 2021 unless told."""

    def write(*lines, header=LONG):
        path = tmp_path / "DS_FILOSOFI_CC_data.csv"
        values = [
            dict(zip(("GEO", "GEO_OBJECT", "FILOSOFI_MEASURE", "OBS_VALUE", "TIME_PERIOD"),
                     (*line, "2021")[:5], strict=True)) for line in lines
        ]  # fmt: skip
        rows = [";".join(f'"{v.get(c, "")}"' for c in header.split(";")) for v in values]
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def test_the_long_form_gives_one_row_per_commune(long_file):
    path = long_file(
        ("01004", "COM", "MED_SL", "21640"), ("01004", "COM", "PR_MD60", "18.4"),
        ("01004", "COM", "GI_SL", "0.29"),  # another measure
        ("01004", "COM", "MED_SL", "20900", "2020"),  # another year
        ("01", "DEP", "MED_SL", "23000"), ("200069193", "EPCI", "PR_MD60", "9.1"),  # other levels
        ("1001", "COM", "PR_MD60", ""), ("1001", "COM", "MED_SL", "25160"),  # secret; lost zero
        ("75101", "ARM", "MED_SL", "35000"),
        ("01005", "COM", "MED_SL", ""), ("01005", "COM", "PR_MD60", ""),  # all secret
    )  # fmt: skip
    frame, dropped = read_filosofi_long(path, income="21")
    assert list(frame.columns) == [
        "code_commune", "nb_personnes", "niveau_vie_median", "pauvrete_pct",
    ]  # fmt: skip
    frame = frame.set_index("code_commune")
    assert frame.index.tolist() == ["01001", "01004", "01005", "75101"]
    assert frame.loc["01004", ["niveau_vie_median", "pauvrete_pct"]].tolist() == [21640, 18.4]
    assert frame["niveau_vie_median"].isna().tolist() == [False, False, True, False]
    assert frame["pauvrete_pct"].isna().tolist() == [True, False, True, True]
    assert frame["nb_personnes"].isna().all()
    # Eleven lines: four of something else, seven of communes, of which there are four.
    assert dropped == {
        "ligne répétée": 0, "autre indicateur, autre niveau ou autre année": 4,
        "réunie à une autre ligne de la commune": 3,
    }  # fmt: skip
    assert len(frame) + sum(dropped.values()) == 11


def test_the_order_of_columns_of_the_next_year_changes_nothing(long_file):
    header = (
        "FILOSOFI_MEASURE;GEO;GEO_OBJECT;UNIT_MEASURE;CONF_STATUS;OBS_STATUS;UNIT_MULT;"
        "TIME_PERIOD;OBS_VALUE"
    )
    path = long_file(("01004", "COM", "MED_SL", "22100", "2023"), header=header)
    frame, _ = read_filosofi_long(path, income="23")
    assert frame["niveau_vie_median"].tolist() == [22100]


def test_a_line_told_twice_or_that_cannot_be_is_counted(long_file):
    sound = [(f"01{k:03d}", "COM", "PR_MD60", str(k % 30)) for k in range(1, 401)]
    frame, dropped = read_filosofi_long(
        long_file(*sound, sound[0], ("01999", "COM", "PR_MD60", "100.5")), income="21"
    )
    assert dropped["ligne répétée"] == 1
    assert dropped["quarantaine : valeur impossible, au-dessus de 100"] == 1
    assert len(frame) == 400
    high = long_file(*sound, ("01999", "COM", "MED_SL", "100.5"))
    assert len(read_filosofi_long(high, income="21")[0]) == 401, "a median has no such limit"


def test_another_year_or_no_commune_is_refused(long_file):
    with pytest.raises(BadFileError, match="année 2021") as refused:
        read_filosofi_long(long_file(("01004", "COM", "MED_SL", "1", "2023")), income="21")
    assert refused.value.found == "2023"
    with pytest.raises(BadFileError, match="année 2021"):
        read_filosofi_long(long_file(("01", "DEP", "MED_SL", "23000")), income="21")
