"""Filosofi by commune in one wide file: `s` where it is secret, a mark of byte order."""

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.insee_filosofi_cc import read_filosofi_cc

HEADER = (
    "CODGEO;NBMENFISC21;NBPERSMENFISC21;MED21;PIMP21;TP6021;TP60AGE121;TP60AGE221;TP60AGE321;"
    "TP60AGE421;TP60AGE521;TP60AGE621;TP60TOL121;TP60TOL221;PACT21;PTSA21;PCHO21;PBEN21;PPEN21;"
    "PPAT21;PPSOC21;PPFAM21;PPMINI21;PPLOGT21;PIMPOT21;D121;D921;RD21"
)
FIELDS = HEADER.count(";") + 1


@pytest.fixture
def file(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "cc_filosofi_2021_COM.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8-sig")
        return path

    return write


def row(code, households, persons, median, taxed, poverty):
    return ";".join([code, households, persons, median, taxed, poverty] + ["s"] * (FIELDS - 6))


def test_median_persons_and_poverty_are_read_and_secrets_are_missing(file):
    path = file(
        row("01004", "6500", "14200", "21640", "52", "18"),
        row("01001", "330", "812", "25160", "s", "s"),
        row("1002", "s", "s", "s", "s", "s"),
    )
    frame, dropped = read_filosofi_cc(path, income="21")
    frame = frame.set_index("code_commune")
    assert frame.loc["01004"].tolist() == [14200, 21640, 18]
    assert frame.loc["01001", ["nb_personnes", "niveau_vie_median"]].tolist() == [812, 25160]
    assert pd.isna(frame.loc["01001", "pauvrete_pct"])
    assert frame.loc["01002"].isna().all()
    assert dropped == {"ligne répétée": 0}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            row("01999", "9", "20", "21000", "s", "101"),
            "quarantaine : valeur impossible, au-dessus de 100",
        ),
        (row("01999", "9", "20", "21000", "s", "-1"), "quarantaine : valeur impossible, négative"),
        (row("01999", "9", "20", "-21000", "s", "15"), "quarantaine : valeur impossible, négative"),
        (row("01999", "9", "-20", "21000", "s", "15"), "quarantaine : valeur impossible, négative"),
    ],
)
def test_a_value_that_cannot_be_sets_its_commune_aside(file, line, reason):
    sound = [row(f"01{k:03d}", "100", "200", "21000", "s", str(k % 30)) for k in range(1, 301)]
    frame, dropped = read_filosofi_cc(file(*sound, line), income="21")
    assert dropped == {"ligne répétée": 0, reason: 1}
    assert len(frame) == 300
    assert "01999" not in set(frame["code_commune"])
    whole = row("01999", "9", "20", "21000", "s", "100")
    kept, none = read_filosofi_cc(file(*sound, whole), income="21")
    assert (len(kept), none) == (301, {"ligne répétée": 0}), "100 % can be"


def test_another_year_is_refused(file):
    path = file(row("01004", "1", "2", "3", "4", "5"))
    with pytest.raises(BadFileError, match="MED20"):
        read_filosofi_cc(path, income="20")
