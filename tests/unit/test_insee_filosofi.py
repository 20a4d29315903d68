"""Two vintages, two decimal signs, two ways to write a secret."""

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_filosofi import read_filosofi_communes, read_filosofi_iris


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
