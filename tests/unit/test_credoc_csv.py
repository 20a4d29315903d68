"""The Baromètre as a CSV: separator and encoding of the file itself."""

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.credoc import QUESTIONS, read_barometre


@pytest.fixture
def people():
    """Twelve respondents: ten say « Oui », five of them of weight 2; two « Non »."""
    table = pd.DataFrame({
        "IDENT": range(12), "ANNEE": 2022, "POND": [2.0] * 5 + [1.0] * 7,
        "AGGLO5": "20 000 à 100 000 hab.",
    })  # fmt: skip
    for question in QUESTIONS:
        table[question] = ["Très compétent(e)"] * 10 + ["Non"] * 2
    return table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", "."), (";", ",")])
def test_any_separator_and_encoding_give_the_same_shares(tmp_path, people, sep, decimal, encoding):
    path = tmp_path / "barometre-du-numerique-2007-2022.csv"
    people.to_csv(path, sep=sep, decimal=decimal, index=False, encoding=encoding)
    frame, dropped = read_barometre(path)
    own = frame[frame["question"] == "INTERNET"]
    assert own["modalite"].tolist() == ["Très compétent(e)"]
    assert own["effectif"].tolist() == [10]
    assert own["part_pct"].tolist() == [pytest.approx(100 * 15 / 17)]
    assert dropped == {"réponse de moins de cinq personnes": len(QUESTIONS)}


def test_a_column_that_lacks_and_a_cut_file_are_refused(tmp_path, people):
    path = tmp_path / "b.csv"
    people.drop(columns="POND").to_csv(path, index=False)
    with pytest.raises(BadFileError, match="POND"):
        read_barometre(path)
    people.to_csv(path, index=False)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(BadFileError):
        read_barometre(path)
