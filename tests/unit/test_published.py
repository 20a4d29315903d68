"""Every form in which the index was published is read, and anything else is refused."""

import numpy as np
import pandas as pd
import pytest

from fragility.errors import BadFileError, MissingFileError
from fragility.validation.published import IFN_2020, IFN_2023, read_published
from fragility.validation.published_forms import detect_level
from tests.published_files import AXES_2020, HEADER_2023, lines_2020, reference, write_2020

SENIOR = "no_thd_coverage_rate,no_4g_coverage_rate,poverty_50_plus_rate,older_75_rate," \
    "nscol15p_50_plus_rate,total"  # fmt: skip
YOUNG = "no_thd_coverage_rate,no_4g_coverage_rate,poverty_under_30_rate,neet_16_25_rate," \
    "nscol15p_15_25_rate,total"  # fmt: skip


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def lines_2023(codes, header=HEADER_2023, values="7.0,6.0,5.0,8.0,9.0,7.0"):
    return header + "\n" + "".join(f"A,{code},{values}\n" for code in codes)


def test_the_portal_by_commune(tmp_path):
    text = HEADER_2023 + "\nB,1002,1.0,7.0,7.0,8.0,4.0,5.4\nA,01001,7.0,6.0,0,8.5,8.0,7.2\n"
    read = read_published(write(tmp_path / "p.csv", text))
    assert (read.version, read.variant, read.level, read.separator) == (
        IFN_2023, "tout_age", "commune", ",",
    )  # fmt: skip
    # In the order of codes, whatever that of the file; the zero that a spreadsheet ate is back.
    assert read.table.index.tolist() == ["01001", "01002"]
    assert "1 code avait perdu son zéro" in read.notes[0]
    assert np.isnan(read.table.loc["01001", "pauvrete"])
    row = read.table.loc["01002"]
    assert (row["non_thd"], row["non_4g"], row["plus_65"], row["total"]) == (1, 7, 8, 5.4)
    assert read.decimals["plus_65"] == 1
    assert read.decimals["non_thd"] == 0


@pytest.mark.parametrize(
    ("codes", "level", "first"),
    [
        (["010010000", "2A0040101"], "iris", "010010000"),
        (["10010000", "10040101"], "iris", "010010000"),
        (["200059228", "249500455"], "epci", "200059228"),
        (["1", "2A", "971"], "departement", "01"),
        (["13055", "2B033"], "commune", "13055"),
        (["FR"], "france", "FR"),
    ],
)
def test_every_level(tmp_path, codes, level, first):
    read = read_published(write(tmp_path / "p.csv", lines_2023(codes)))
    assert read.level == level
    assert read.table.index[0] == first
    assert len(read.table) == len(codes)


def test_an_iris_that_begins_as_a_siren_is_told_by_the_check_digit():

    iris = pd.Series([f"2403700{n:02d}" for n in range(1, 40)])
    assert detect_level(iris) == "iris"
    assert detect_level(pd.Series(["200059228", "249500455", "200054781"])) == "epci"


@pytest.mark.parametrize(
    ("header", "variant", "third"),
    [
        (SENIOR, "senior", "pauvrete_50_plus"),
        (YOUNG, "jeune", "pauvrete_moins_30"),
        (SENIOR.replace("_rate", ""), "senior", "pauvrete_50_plus"),
        (HEADER_2023.split(",", 2)[2], "tout_age", "pauvrete"),
    ],
)
def test_every_variant_with_or_without_rate(tmp_path, header, variant, third):
    text = lines_2023(["01001"], header="name,code," + header)
    read = read_published(write(tmp_path / "p.csv", text))
    assert read.variant == variant
    assert len(read.parts) == 5
    assert read.table[third].tolist() == [5.0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_decimal_commas_and_encodings(tmp_path, separator, encoding):
    header = HEADER_2023.replace(",", separator)
    cells = ["Aÿ", "51030", "7,0", "6,0", "5,5", "8,0", "9,0", "7,1"]
    if separator == ",":
        cells = [f'"{cell}"' for cell in cells]
    text = f"{header}\r\n{separator.join(cells)}\r\n"
    read = read_published(write(tmp_path / "p.csv", text, encoding))
    assert read.separator == separator
    assert read.table.loc["51030", ["nom", "pauvrete", "total"]].tolist() == ["Aÿ", 5.5, 7.1]


def test_the_file_of_2020_as_published(tmp_path):
    read = read_published(write_2020(tmp_path / "p.csv", {"10010000": {}, "912860107": {}}))
    assert (read.version, read.level, read.separator) == (IFN_2020, "iris", ";")
    assert read.references == ("departement", "epci", "region")
    assert read.table.index.tolist() == ["010010000", "912860107"]
    assert read.table.loc["912860107", "administratives_epci"] == AXES_2020["administratives"]
    assert read.table["code_departement"].tolist() == ["01", "91"]


def test_one_reference_may_be_missing_and_commas_do(tmp_path):
    path = write_2020(
        tmp_path / "p.csv", {"912860107": {}}, references=("region", "epci"), separator=",",
        decimal=",", encoding="cp1252",
    )  # fmt: skip
    read = read_published(path)
    assert read.references == ("epci", "region")
    assert read.table.loc["912860107", "interfaces_region"] == AXES_2020["interfaces"]


def test_damaged_accents_do_not_hide_a_column(tmp_path):
    text = lines_2020({"912860107": {}}).encode("utf-8").decode("cp1252")
    read = read_published(write(tmp_path / "p.csv", text))
    assert read.table.loc["912860107", "numeriques_region"] == AXES_2020["numeriques"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE html><html>", "page web"),
        ("", "vide"),
        ("a;b\n1;2\n", "pas un indice"),
        (lines_2023(["01001"], HEADER_2023.replace(",older_65_rate", ",age")), "older_65_rate"),
        (lines_2023(["01001"], HEADER_2023.replace(",total", ",somme")), "colonne total"),
        (lines_2023(["01001"], HEADER_2023.replace(",code", ",c")), "colonne code"),
        (lines_2023(["01001", "01002"])[:-30], "coupé"),
        (HEADER_2023 + "\n", "aucune ligne"),
        (lines_2023(["01001"], values="7,6,5,8,neuf,7"), "autre chose qu'un nombre"),
        (lines_2023(["01001"], values="70,60,50,80,90,70"), "au-dessus de 10"),
        (lines_2023(["Ain", "Aude"]), "code impossible"),
    ],
)
def test_anything_else_is_refused_in_french(tmp_path, text, said):
    with pytest.raises(BadFileError, match=said) as error:
        read_published(write(tmp_path / "p.csv", text))
    assert "à faire" in error.value.message()
    assert str(tmp_path / "p.csv") in error.value.message()


def test_a_reference_without_all_its_axes_is_refused(tmp_path):
    path = write_2020(tmp_path / "p.csv", {"912860107": {}})
    text = path.read_text("utf-8").replace("ADMINISTATIVES epci", "DIVERSES epci")
    with pytest.raises(BadFileError, match="ADMINISTRATIVES epci"):
        read_published(write(path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(MissingFileError, match="pas là"):
        read_published(tmp_path / "rien.csv")


def test_two_contents_of_one_code_are_refused(tmp_path):
    text = lines_2023(["01001"]) + "A,1001,1,1,1,1,1,1\n"
    with pytest.raises(BadFileError, match="plusieurs fois"):
        read_published(write(tmp_path / "p.csv", text))


def test_the_reference_files(pack):
    communes = read_published(reference(pack, "ifn_2023_communes_4_regions.csv"))
    assert (communes.level, len(communes.table)) == ("commune", 12_070)
    iris = read_published(reference(pack, "ifn_2020_iris_2_regions.csv"))
    assert (iris.level, len(iris.table), len(iris.references)) == ("iris", 10_681, 3)
    assert communes.notes == iris.notes == ()
