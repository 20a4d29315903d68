"""The table of bad files: one line per reader and case, with what is promised for it.

A file that is not what it should be is refused by name, in French. One wrong row in 200 is set
aside with its line, key, column, value and reason; three are refused. Where no row can be spared,
one is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.common import TWO_CONTENTS
from fragility.sources.readers.intake import Intake
from tests.hostile import ROW, SAMPLES, Sample, spoilt

NEGATIVE = "valeur impossible, négative"
ABOVE = "valeur impossible, au-dessus de 100"
LETTERS = "autre chose qu'un nombre"
CODE = "code impossible"
FORMULA = '=HYPERLINK("http://exemple.fr";"ici")'
HTML = "<!DOCTYPE html><html><body>Erreur 404</body></html>"


@dataclass(frozen=True)
class Case:
    """A bad file: `refused` words of the message, or else `aside` and `lost` rows."""

    sample: Sample
    name: str
    content: Callable[[], str | bytes]
    refused: tuple[str, ...] = ()
    aside: tuple[tuple[int, str, str], ...] = ()  # row, cell, reason
    column: str = ""
    rows: int = 200
    labels: tuple[str, ...] = field(default=())


def damaged(s: Sample) -> list[Case]:
    """Files that are not that table."""
    good, other = s.text(s.table()), {";": ",", ",": ";"}[s.sep]
    columns = [c for c in (s.key, s.count, s.share) if c and (s.name, c) not in OPTIONAL]
    body = good.split(s.sep.join(s.header) + "\n")[1]
    times = -(-10 * s.usual // s.rows)
    cut = good.rstrip("\n").rsplit(s.sep, 2)[0]
    cases = [
        Case(s, "vide", lambda: b"", ("Le fichier est vide.",)),
        Case(s, "blanc", lambda: " \n\n", ("Le fichier est vide.",)),
        Case(s, "page web", lambda: HTML, ("page web enregistrée sous le nom",)),
        Case(s, "sans ligne", lambda: s.text(s.table()[:1]), ("Le tableau n'a aucune ligne.",)),
        Case(s, "UTF-16", lambda: good.encode("utf-16"), rows=s.rows),
        Case(s, "UTF-16 sans marque", lambda: good.encode("utf-16-le"),
             ("L'encodage du fichier est illisible.", "UTF-16 sans marque")),
        Case(s, "autre séparateur", lambda: s.text(s.table(), other), rows=s.rows) if s.either
        else Case(s, "autre séparateur", lambda: s.text(s.table(), other),
                  ("Il manque", f"le fichier semble séparé par « {other} »")),
        Case(s, "dix fois trop de lignes", lambda: good + body * (times - 1),
             ("Le tableau est bien plus long que d'habitude.", f"{times * s.rows} lignes")),
        Case(s, "coupé", lambda: cut, ("Le fichier est coupé",)),
        Case(s, "lignes trop longues", lambda: good + s.sep.join(["1"] * 40) + "\n",
             ("Le tableau est illisible",)),
        *(Case(s, f"sans {c}", lambda c=c: without(s, c), (f"Il manque la colonne {c}.",))
          for c in columns),
        *(Case(s, f"{c} renommée", lambda c=c: renamed(s, c),
               (f"Il manque la colonne {c}.", f"{c}_2030")) for c in columns),
    ]  # fmt: skip
    if not s.legacy:
        cases.append(Case(s, "Windows-1252", lambda: good.encode() + b"\xe9t\xe9\n",
                          ("L'encodage du fichier est illisible.", "octet 0xe9")))  # fmt: skip
    return cases


# Tables where a column may be absent: another one tells what the file is.
OPTIONAL = {
    ("filosofi_communes", "Q218"), ("filosofi_communes", "TP6018"), ("base_ic", "P18_POP6579"),
    ("habitat", "P16_POP0014"),
}  # fmt: skip


def without(s: Sample, column: str) -> str:
    at = s.header.index(column)
    return s.text([[cell for i, cell in enumerate(row) if i != at] for row in s.table()])


def renamed(s: Sample, column: str) -> str:
    header, *rows = s.table()
    return s.text([[f"{c}_2030" if c == column else c for c in header], *rows])


def wrong_cells(s: Sample) -> list[Case]:
    """One wrong row, then three."""
    cells = (
        [(s.key, "ZZ12", CODE)] if s.pattern else [(s.key, "", "lieu qui n'a pas d'identifiant")]
    )
    if s.count:
        cells += [(s.count, "-5", NEGATIVE), (s.count, "beaucoup", LETTERS),
                  (s.count, "=1+1", LETTERS), (s.count, "inf", LETTERS)]  # fmt: skip
    if s.share:
        cells += [(s.share, "100,5", ABOVE), (s.share, "-0.1", NEGATIVE)]
    cases = []
    for column, value, reason in cells:
        refused = (f"La colonne {column} : {reason}.", f"« {value} » à la ligne {s.line(ROW)} ")
        for rows in ((ROW,), (ROW, ROW + 1, ROW + 2)):
            few = not s.lossless and len(rows) == 1
            cases.append(Case(
                s, f"{column} = {value or 'rien'} x{len(rows)}",
                lambda c=column, v=value, r=rows: s.text(spoilt(s.table(), c, v, r)),
                refused=() if few else refused,
                aside=((ROW, value, reason),) if few else (), column=column,
            ))  # fmt: skip
    return cases


def repeated(s: Sample) -> list[Case]:
    """One line twice, one key with two contents, a formula for a name."""
    table, last = s.table(), s.row(s.rows - 1)
    twins = spoilt(s.table(), s.key, s.row(ROW)[s.header.index(s.key)], (ROW + 1,))
    code = s.row(ROW)[s.header.index(s.key)]
    cases = [Case(s, "ligne répétée", lambda: s.text([*table, last]),
                  rows=s.rows + (s.repeats == "gardée"))]  # fmt: skip
    if s.contents:
        refused = (f"La colonne {s.key} : {TWO_CONTENTS}.", f"« {code} »", f"ligne {s.line(ROW)}")
        aside = ((ROW, code, TWO_CONTENTS), (ROW + 1, code, TWO_CONTENTS))
        cases.append(Case(s, "code en double", lambda: s.text(twins),
                          refused=refused if s.lossless else (),
                          aside=() if s.lossless else aside, column=s.key))  # fmt: skip
    if s.label:
        named = spoilt(s.table(), s.label[0], FORMULA, (ROW,))
        cases.append(Case(s, "formule dans un nom", lambda: s.text(named), rows=s.rows,
                          labels=(FORMULA,)))  # fmt: skip
    return cases


CASES = [case for s in SAMPLES for case in (*damaged(s), *wrong_cells(s), *repeated(s))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.sample.name}-{case.name}")
def test_what_a_bad_file_becomes(tmp_path, case):
    sample = case.sample
    path = sample.write(tmp_path, case.content())
    intake = Intake(path)
    if case.refused:
        with pytest.raises(BadFileError) as error:
            sample.read(intake)
        for words in (*case.refused, f"fichier  : {path}", "à faire"):
            assert words in str(error.value)
        return
    result = sample.read(intake)
    frame, dropped = result if isinstance(result, tuple) else (result, {})
    assert len(frame) == case.rows - len(case.aside)
    if isinstance(result, tuple):
        assert len(frame) + sum(dropped.values()) == sample.rows + (case.name == "ligne répétée")
    expected = [(sample.line(row), case.column, value, reason) for row, value, reason in case.aside]
    columns = ["ligne", "colonne", "valeur", "motif"]
    found = intake.quarantine()
    assert [tuple(line) for line in found[columns].to_numpy()] == expected
    if case.aside and case.column != sample.key:
        assert found["cle"].tolist() == [sample.row(ROW)[sample.header.index(sample.key)]]
    if case.labels and sample.label:
        assert frame.loc[ROW, sample.label[1]] == FORMULA


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_the_good_file_is_whole_whatever_its_encoding_and_ends_of_line(tmp_path, sample):
    text = sample.text(sample.table())
    tables = []
    for content in (text, text.encode("utf-8-sig"), text.encode("utf-16"),
                    text.replace("\n", "\r\n")):  # fmt: skip
        intake = Intake(sample.write(tmp_path, content))
        result = sample.read(intake)
        tables.append(result[0] if isinstance(result, tuple) else result)
        assert intake.quarantine().empty
    assert len(tables[0]) == sample.rows
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0])


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.file.endswith(".zip")], ids=lambda s: s.name
)
def test_a_damaged_archive_is_refused(tmp_path, sample):
    path = sample.write(tmp_path, sample.text(sample.table()))
    content = path.read_bytes()
    for bad in (content[: len(content) // 2], HTML.encode(), b"", b"PK\x03\x04"):
        path.write_bytes(bad)
        with pytest.raises(BadFileError, match="L'archive est tronquée ou n'est pas un zip"):
            sample.read(path)


def test_a_name_keeps_no_telephone_even_set_aside(tmp_path):
    """A shifted column puts a telephone where a number should be."""
    sample = next(s for s in SAMPLES if s.name == "conseillers")
    table = spoilt(sample.table(), "nb_conseillers", "05 61 00 00 00", (ROW,))
    table = spoilt(table, "id", "jean@mairie.fr", (ROW,))
    intake = Intake(sample.write(tmp_path, sample.text(table)))
    sample.read(intake)
    assert intake.quarantine().loc[0, ["cle", "valeur"]].tolist() == ["…", "…"]
