"""Bad files are refused by name; good ones keep their zeros."""

import zipfile

import pandas as pd
import pytest

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.readers.common import (
    TWO_CONTENTS,
    check_codes,
    check_range,
    drop_duplicates,
    pad_code,
    read_csv,
    read_zip_member,
    to_number,
)
from fragility.sources.readers.intake import Intake


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_codes_stay_text_and_missing_stays_missing(tmp_path):
    path = write(tmp_path / "a.csv", "\ufeffCODE;X\r\n01001;\r\n2A004;3,5\r\n")
    frame = read_csv(Intake(path), sep=";", key="CODE", required=["X"])
    assert frame["CODE"].tolist() == ["01001", "2A004"]
    assert to_number(frame["X"], Intake(path)).isna().tolist() == [True, False]


def test_lost_zeros_come_back():
    assert pad_code(pd.Series(["1001", "97101", "2A004"]), 5).tolist() == [
        "01001",
        "97101",
        "2A004",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "vide"),
        ("\n\n", "vide"),
        ("<!DOCTYPE html><html>404</html>", "page web"),
        ("  <html><body>Erreur</body></html>", "page web"),
        ("CODE,X\n01001,2\n", "Il manque"),
        ("CODE;Y\n01001;2\n", "Il manque la colonne X"),
        ("CODE;X\n", "aucune ligne"),
        ("CODE;X\n01001;2;3;4\n01002\n", "illisible"),
        (b"CODE;X\n01001;\xe9t\xe9\n", "encodage"),
    ],
)
def test_a_bad_table_is_refused_by_name(tmp_path, content, message):
    path = write(tmp_path / "tableau.csv", content)
    with pytest.raises(BadFileError, match=message) as error:
        read_csv(Intake(path), sep=";", key="CODE", required=["X"])
    assert "tableau.csv" in str(error.value)
    assert "à faire" in str(error.value)


def test_a_wrong_separator_is_named(tmp_path):
    path = write(tmp_path / "a.csv", "CODE,X\n01001,2\n")
    with pytest.raises(BadFileError, match="séparé par « , »"):
        read_csv(Intake(path), sep=";", key="CODE")


def test_windows_1252_only_where_the_producer_uses_it(tmp_path):
    path = write(tmp_path / "a.csv", b"CODE;X\n01001;\xe9t\xe9\n")
    assert read_csv(Intake(path), sep=";", key="X", legacy=True)["X"].tolist() == ["été"]


def test_utf_16_is_read(tmp_path):
    path = write(tmp_path / "a.csv", "CODE;X\n01001;é\n".encode("utf-16"))
    assert read_csv(Intake(path), sep=";", key="X")["X"].tolist() == ["é"]


def test_a_missing_file_says_where_to_put_it(tmp_path):
    with pytest.raises(MissingFileError, match=r"absent\.csv"):
        read_csv(Intake(tmp_path / "absent.csv"), sep=";", key="X")


def test_a_warning_line_above_the_header_is_skipped(tmp_path):
    path = write(tmp_path / "a.csv", "Version beta ; attention\nCODE;X\n01001;1\n")
    assert read_csv(Intake(path), sep=";", key="X", skip_rows=1)["X"].tolist() == ["1"]


@pytest.mark.parametrize("text", ["12.5", "12,5", " 12,5 ", "1\u202f012,5"])
def test_numbers_of_both_habits(tmp_path, text):
    value = to_number(pd.Series([text], name="X"), Intake(tmp_path)).iloc[0]
    assert value in (12.5, 1012.5)


@pytest.mark.parametrize("text", ["s", "ns", "nd", "S", "so"])
def test_secrets_are_missing(tmp_path, text):
    assert to_number(pd.Series([text]), Intake(tmp_path)).isna().all()


@pytest.mark.parametrize("text", ["douze", "inf", "-Infinity", "1e999", "12 %", "=1+1", "1_000"])
def test_what_is_no_number_is_set_aside_as_it_is_written(tmp_path, text):
    intake = Intake(tmp_path / "a.csv")
    numbers = to_number(pd.Series(["12", text], name="X"), intake)
    assert numbers.isna().tolist() == [False, True]
    row = intake.quarantine().iloc[0]
    assert row[["ligne", "colonne", "valeur", "motif"]].tolist() == [
        3, "X", text, "autre chose qu'un nombre",
    ]  # fmt: skip


def test_a_truncated_archive_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("base.CSV", "CODE;X\n" + "01001;1\n" * 500)
        archive.writestr("meta_base.CSV", "CODE;LIB\n")
    assert read_zip_member(path, ".csv").startswith(b"CODE")
    write(tmp_path / "b.zip", path.read_bytes()[:60])
    with pytest.raises(BadFileError, match="tronquée"):
        read_zip_member(tmp_path / "b.zip", ".csv")


def test_a_damaged_member_of_any_compression_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    for kind in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with zipfile.ZipFile(path, "w", kind) as archive:
            archive.writestr("base.CSV", "CODE;X\n" + "01001;1\n" * 500)
        content = bytearray(path.read_bytes())
        for at in range(45, 75):
            content[at] ^= 0xFF
        path.write_bytes(bytes(content))
        with pytest.raises(BadFileError, match="tronquée"):
            read_zip_member(path, ".csv")


def test_an_archive_without_the_table_lists_what_it_holds(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lisezmoi.txt", "bonjour")
    with pytest.raises(BadFileError, match=r"lisezmoi\.txt"):
        read_zip_member(path, ".csv")


def test_impossible_codes_are_set_aside(tmp_path):
    intake = Intake(tmp_path)
    check_codes(pd.Series(["01001", "x", None], name="CODE"), r"^\d{5}$", intake)
    assert intake.quarantine()["ligne"].tolist() == [3, 4]


def test_repeated_lines_are_dropped_and_contradictions_set_aside(tmp_path):
    twice = pd.DataFrame({"c": ["a", "a", "b"], "x": [1, 1, 2]})
    intake = Intake(tmp_path)
    frame, dropped = drop_duplicates(twice, "c", intake)
    assert frame.index.tolist() == [0, 2]
    assert dropped == 1
    assert intake.quarantine().empty
    drop_duplicates(twice.assign(x=[1, 2, 3]), "c", intake)
    assert intake.quarantine()["motif"].unique().tolist() == [TWO_CONTENTS]
    assert intake.quarantine()["ligne"].tolist() == [2, 3]


def test_a_share_under_one_everywhere_is_a_fraction(tmp_path):
    shares = pd.DataFrame({"X": [0.5] * 30})
    with pytest.raises(BadFileError, match="fractions au lieu de pourcentages"):
        check_range(shares, ["X"], Intake(tmp_path), high=100)
    check_range(shares.head(20), ["X"], Intake(tmp_path), high=100)  # too few to tell


def test_lines_are_those_of_the_file_whatever_its_blank_lines_and_long_cells(tmp_path):
    text = 'CODE;X\n01001;"deux\nlignes"\n\n01002;b\n01003;c\n'
    intake = Intake(write(tmp_path / "a.csv", text))
    frame = read_csv(intake, sep=";", key="CODE")
    intake.set_aside(frame["X"], "essai", expected="")
    assert intake.quarantine()["ligne"].tolist() == [2, 5, 6]
