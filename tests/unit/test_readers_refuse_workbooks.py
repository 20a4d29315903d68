"""The table of bad files, for workbooks."""

import io
import zipfile

import pandas as pd
import pytest

from fragility.sources.readers import insee_base_ic
from fragility.sources.readers.common import TWO_CONTENTS
from fragility.sources.readers.intake import Intake
from tests.hostile import NOT_IT, ROW, iris, refused, with_cell

N = 200


def census_table(year, rows=N):
    return pd.DataFrame({
        "IRIS": [iris(i) for i in range(rows)], "LIBIRIS": "Lieu",
        f"P{year}_POP": [100 + i for i in range(rows)], f"P{year}_POP6579": 30,
        f"P{year}_POP80P": 9,
    })  # fmt: skip


def sheet(frame, title_rows=4):
    """A workbook as INSEE ships it: titles, labels, then the codes."""
    stream = io.BytesIO()
    lines = [["Titre"] + [None] * (frame.shape[1] - 1)] * title_rows
    lines += [[f"libellé {c}" for c in frame.columns], list(frame.columns)]
    lines += frame.astype(object).to_numpy().tolist()
    pd.DataFrame(lines).to_excel(
        stream, sheet_name="IRIS", header=False, index=False, engine="xlsxwriter"
    )
    return stream.getvalue()


def zipped(content):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("base-ic.xlsx", content)
    return stream.getvalue()


# form -> (file name, reader, census, how the workbook is packed)
WORKBOOKS = {
    "base_ic": ("base-ic.xlsx", lambda p: insee_base_ic.read_base_ic(p, census="16"), "16", bytes),
    "base_ic zippé": (
        "base-ic.zip", lambda p: insee_base_ic.read_base_ic(p, census="16"), "16", zipped,
    ),
    "grand_paris": ("demo.xlsx", insee_base_ic.read_grand_paris, "18", bytes),
}  # fmt: skip


@pytest.mark.parametrize("form", WORKBOOKS)
class TestWorkbooks:
    def write(self, tmp_path, form, change=lambda frame: frame):
        name, read, year, pack = WORKBOOKS[form]
        path = tmp_path / name
        path.write_bytes(pack(sheet(change(census_table(year)))))
        return path, read, f"P{year}_POP6579"

    @pytest.mark.parametrize("bad", NOT_IT)
    def test_what_is_no_workbook(self, tmp_path, form, bad):
        path, read, _ = self.write(tmp_path, form)
        content, words = NOT_IT[bad]
        path.write_bytes(content)
        zip_words = "L'archive est tronquée ou n'est pas un zip"
        # A zip that is none is taken for the CSV of the later years.
        expected = (words, zip_words) if path.suffix == ".zip" else (words,)
        assert any(w in refused(read, path) for w in expected)

    def test_a_truncated_one(self, tmp_path, form):
        path, read, _ = self.write(tmp_path, form)
        path.write_bytes(path.read_bytes()[:2000])
        assert "illisible" in (text := refused(read, path)) or "tronquée" in text

    def test_columns(self, tmp_path, form):
        path, read, _ = self.write(tmp_path, form, lambda f: f.rename(columns={"IRIS": "CODE"}))
        assert "Il manque la colonne IRIS." in refused(read, path)
        path, read, _ = self.write(tmp_path, form, lambda f: f[["IRIS", "LIBIRIS"]])
        assert "aucune colonne du recensement" in refused(read, path)
        path, read, _ = self.write(tmp_path, form, lambda f: f.head(0))
        assert "Le tableau n'a aucune ligne." in refused(read, path)

    @pytest.mark.parametrize(
        ("column", "value", "reason"),
        [
            ("IRIS", "ZZ12", "code impossible"),
            ("count", -5, "valeur impossible, négative"),
            ("count", "beaucoup", "autre chose qu'un nombre"),
        ],
    )
    def test_one_wrong_row_then_three(self, tmp_path, form, column, value, reason):
        year = WORKBOOKS[form][2]
        column = column if column == "IRIS" else f"P{year}_POP6579"
        path, read, _ = self.write(tmp_path, form, lambda f: with_cell(f, column, value))
        intake = Intake(path)
        frame, dropped = read(intake)
        assert len(frame) == N - 1
        assert dropped == {"ligne répétée": 0, f"quarantaine : {reason}": 1}
        row = intake.quarantine().iloc[0]
        key = value if column == "IRIS" else iris(ROW)
        # Four titles, the labels, the codes: the first row is line 7.
        assert row.tolist() == [path.name, 7 + ROW, key, column, str(value), reason]
        path, read, _ = self.write(
            tmp_path, form, lambda f: with_cell(f, column, value, (ROW, ROW + 1, ROW + 2))
        )
        assert f"La colonne {column} : {reason}." in refused(read, path)

    def test_one_code_with_two_contents(self, tmp_path, form):
        path, read, _ = self.write(
            tmp_path, form, lambda f: with_cell(f, "IRIS", iris(ROW), (ROW + 1,))
        )
        intake = Intake(path)
        assert len(read(intake)[0]) == N - 2
        assert intake.quarantine()["motif"].tolist() == [TWO_CONTENTS] * 2

    def test_ten_times_too_many_rows(self, tmp_path, form, monkeypatch):
        monkeypatch.setattr(insee_base_ic, "IRIS", N // 10)
        path, read, _ = self.write(tmp_path, form)
        assert "Le tableau est bien plus long que d'habitude." in refused(read, path)

    def test_a_formula_is_its_text(self, tmp_path, form):
        path, read, _ = self.write(tmp_path, form, lambda f: with_cell(f, "LIBIRIS", "'=1+1"))
        assert len(read(path)[0]) == N
