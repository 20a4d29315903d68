"""Bad files are refused by name; good ones keep their zeros."""

import zipfile

import pandas as pd
import pytest

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.readers.common import (
    check_codes,
    drop_duplicates,
    pad_code,
    read_csv,
    read_zip_member,
    to_number,
)


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_codes_stay_text_and_missing_stays_missing(tmp_path):
    path = write(tmp_path / "a.csv", "\ufeffCODE;X\r\n01001;\r\n2A004;3,5\r\n")
    frame = read_csv(path, sep=";", required=["CODE", "X"])
    assert frame["CODE"].tolist() == ["01001", "2A004"]
    assert to_number(frame["X"], path).isna().tolist() == [True, False]


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
        read_csv(path, sep=";", required=["CODE", "X"])
    assert "tableau.csv" in str(error.value)
    assert "à faire" in str(error.value)


def test_a_wrong_separator_is_named(tmp_path):
    path = write(tmp_path / "a.csv", "CODE,X\n01001,2\n")
    with pytest.raises(BadFileError, match="séparé par « , »"):
        read_csv(path, sep=";", required=["CODE"])


def test_windows_1252_only_where_the_producer_uses_it(tmp_path):
    path = write(tmp_path / "a.csv", b"CODE;X\n01001;\xe9t\xe9\n")
    assert read_csv(path, sep=";", required=["X"], legacy=True)["X"].tolist() == ["été"]


def test_utf_16_is_read(tmp_path):
    path = write(tmp_path / "a.csv", "CODE;X\n01001;é\n".encode("utf-16"))
    assert read_csv(path, sep=";", required=["X"])["X"].tolist() == ["é"]


def test_a_missing_file_says_where_to_put_it(tmp_path):
    with pytest.raises(MissingFileError, match=r"absent\.csv"):
        read_csv(tmp_path / "absent.csv", sep=";", required=[])


def test_a_warning_line_above_the_header_is_skipped(tmp_path):
    path = write(tmp_path / "a.csv", "Version beta ; attention\nCODE;X\n01001;1\n")
    assert read_csv(path, sep=";", required=["X"], skip_rows=1)["X"].tolist() == ["1"]


@pytest.mark.parametrize("text", ["12.5", "12,5", " 12,5 ", "1\u202f012,5"])
def test_numbers_of_both_habits(tmp_path, text):
    value = to_number(pd.Series([text], name="X"), tmp_path).iloc[0]
    assert value in (12.5, 1012.5)


@pytest.mark.parametrize("text", ["s", "ns", "nd", "S", "so"])
def test_secrets_are_missing(tmp_path, text):
    assert to_number(pd.Series([text]), tmp_path).isna().all()


def test_letters_in_a_number_are_refused(tmp_path):
    with pytest.raises(BadFileError, match="autre chose que des nombres"):
        to_number(pd.Series(["12", "douze"], name="X"), tmp_path / "a.csv")


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


def test_impossible_codes_are_refused_beyond_one_in_a_hundred(tmp_path):
    good = pd.Series(["01001"] * 200 + ["x"], name="CODE")
    check_codes(good, r"^\d{5}$", tmp_path)
    with pytest.raises(BadFileError, match="codes INSEE"):
        check_codes(pd.Series(["01001", "x"], name="CODE"), r"^\d{5}$", tmp_path)


def test_repeated_lines_are_dropped_and_contradictions_refused(tmp_path):
    twice = pd.DataFrame({"c": ["a", "a", "b"], "x": [1, 1, 2]})
    frame, dropped = drop_duplicates(twice, "c", tmp_path)
    assert len(frame) == 2
    assert dropped == 1
    with pytest.raises(BadFileError, match="valeurs différentes"):
        drop_duplicates(twice.assign(x=[1, 2, 3]), "c", tmp_path)
