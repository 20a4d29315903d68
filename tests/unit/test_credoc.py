"""Only weighted shares leave the survey."""

import pandas as pd
import pytest

from fragility.schemas import validate
from fragility.sources.readers.credoc import read_barometre


@pytest.fixture
def survey(tmp_path):
    """Thirteen respondents of 2019: internet at home Oui (6, weight 2), Non (5, weight 1)."""
    path = tmp_path / "barometre.parquet"
    home = ["Oui"] * 6 + ["Non"] * 5 + ["[Nsp]", None]
    pd.DataFrame(
        {
            "IDENT": range(13),
            "ANNEE": 2019.0,
            "POND": [2.0] * 6 + [1.0] * 7,
            "INTERNET": home,
            "FREQTOT": "Jamais",
            "MAITRNUM": None,
            "US_ADMI": ["Oui"] * 3 + ["Non"] * 10,
        }
    ).to_parquet(path)
    return path


def test_shares_are_weighted_among_those_who_answered(survey):
    frame, _ = read_barometre(survey)
    home = frame[frame["question"] == "INTERNET"].set_index("modalite")
    assert home["effectif"].to_dict() == {"Oui": 6, "Non": 5}
    assert home.loc["Oui", "part_pct"] == pytest.approx(100 * 12 / 17)
    assert "[Nsp]" not in set(frame["modalite"])
    assert "MAITRNUM" not in set(frame["question"])
    validate(frame, "core_enquete")


def test_rare_answers_and_respondents_never_appear(survey):
    frame, dropped = read_barometre(survey)
    assert (frame["effectif"] >= 5).all()
    assert dropped == {"réponse de moins de cinq personnes": 1}
    assert frame.columns.tolist() == [
        "annee",
        "question",
        "libelle",
        "modalite",
        "effectif",
        "part_pct",
    ]
