"""Each cell comes from the most recent release that has it, and says which."""

import pandas as pd
import pytest

from fragility.schemas import validate
from fragility.territory.dated import Dated
from fragility.territory.income import build_revenus

CODES = ["00001", "00002", "00003"]
NO_MOVES = pd.DataFrame(
    columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
    dtype="str",
)
IRIS = pd.DataFrame(
    {
        "code_iris": ["000010101", "000010102", "000020000", "000030000"],
        "type_iris": ["H", "H", "Z", "Z"],
        "code_arrondissement": ["00001", *CODES],
    }
)


def communes(year, codes, medians, poverty=None):
    frame = pd.DataFrame(
        {
            "code_commune": codes,
            "nb_personnes": 100.0,
            "niveau_vie_median": medians,
            "pauvrete_pct": poverty,
        }
    ).astype({"pauvrete_pct": float, "niveau_vie_median": float})
    return Dated(frame, f"filosofi/{year}", year, year + 1)


@pytest.fixture
def table():
    comparateur = Dated(
        communes(2019, CODES, [20000, None, None], [15, None, None]).frame.rename(
            columns={"nb_personnes": "population"}
        ),
        "comparateur",
        2019,
        2021,
    )
    iris = Dated(
        pd.DataFrame(
            {
                "code_iris": ["000010101", "000010102", "940220101"],
                "niveau_vie_median": [18000.0, 22000, 1],
                "pauvrete_pct": [25.0, None, 1],
            }
        ),
        "filosofi_iris/2018",
        2018,
        2020,
    )
    caf = Dated(
        pd.DataFrame(
            {
                "code_iris": ["000010101", "000010102"],
                "nb_allocataires": [100.0, 50],
                "nb_dependants": [20.0, None],
            }
        ),
        "caf",
        2021,
        2021,
        {"secret statistique": 4},
    )
    return build_revenus(
        communes=pd.Series(CODES),
        iris=IRIS,
        movements=NO_MOVES,
        cog_year=2021,
        comparateur=comparateur,
        filosofi_iris=iris,
        caf=caf,
        filosofi_communes=[
            communes(2019, ["00002"], [21000]),
            communes(2018, ["00002", "00003"], [1, 23000]),
        ],
    )


def test_the_first_release_with_a_cell_wins(table):
    frame, _ = table
    validate(frame, "core_revenus")
    found = frame[frame["niveau"] == "commune"].set_index("code")
    assert found["niveau_vie_median"].tolist() == [20000, 21000, 23000]
    assert found["niveau_vie_annee"].tolist() == [2019, 2019, 2018]
    assert found["pauvrete_pct"].tolist()[0] == 15
    assert found["pauvrete_annee"].isna().tolist() == [False, True, True]


def test_iris_have_their_own_or_their_whole_commune_s(table):
    frame, _ = table
    found = frame[frame["niveau"] == "iris"].set_index("code")
    assert found["niveau_vie_median"].tolist() == [18000, 22000, 21000, 23000]
    assert found["niveau_vie_annee"].tolist() == [2018, 2018, 2019, 2018]
    assert found["pauvrete_pct"].isna().tolist() == [False, True, True, True]
    assert found["dependance_prestations_pct"].tolist()[0] == 20


def test_benefits_of_a_commune_rest_on_the_iris_shown(table):
    frame, lines = table
    found = frame[frame["niveau"] == "commune"].set_index("code")
    assert found["dependance_prestations_pct"].tolist()[0] == 20
    counted = lines.set_index(["source", "motif"])["lignes"]
    assert counted["caf", "entrées"] == 6
    assert counted["caf", "secret statistique"] == 4
    assert counted["filosofi_iris/2018", "IRIS absent de la carte de l'édition"] == 1


def test_the_rate_of_a_commune_that_was_split_is_not_that_of_its_parts():
    # 00003 was created again out of 00002 in 2023: the rate of 2019 is that of both together.
    split = pd.DataFrame(
        [("21", "2023-01-01", "COM", "00002", "COM", code) for code in ("00002", "00003")],
        columns=NO_MOVES.columns,
    )
    table, _ = build_revenus(
        communes=pd.Series(CODES),
        iris=IRIS,
        movements=split,
        cog_year=2025,
        filosofi_communes=[communes(2019, ["00001", "00002"], [20000, 21000], [10, 20])],
    )
    own = table[table["niveau"] == "commune"].set_index("code")
    assert own["pauvrete_pct"].tolist() == [10, 20, 20]
    assert own["pauvrete_origine"].tolist() == ["observe", "commune", "commune"]
    validate(table, "core_revenus")


def test_the_most_recent_incomes_win_over_the_comparateur():
    older = communes(2019, CODES, [20000] * 3, [10, 11, 12])
    comparateur = Dated(
        older.frame.rename(columns={"nb_personnes": "population"}), "comparateur", 2019, 2021
    )
    table, _ = build_revenus(
        communes=pd.Series(CODES), iris=IRIS, movements=NO_MOVES, cog_year=2021,
        comparateur=comparateur,
        filosofi_communes=[communes(2021, CODES, [None] * 3, [7, None, None])],
    )  # fmt: skip
    own = table[table["niveau"] == "commune"].set_index("code")
    assert own["pauvrete_pct"].tolist() == [7, 11, 12]
    assert own["pauvrete_annee"].tolist() == [2021, 2019, 2019]
