"""Rows set aside are counted once in the ledger, by the step that read them or on their own."""

import pandas as pd

from fragility.ledger import ledger, stack
from fragility.sources.quarantine import account, rows_of

WRONG = pd.DataFrame(
    [
        ("places/1", "a.csv", 7, "id", "sans identifiant"),
        ("places/1", "a.csv", 7, "nb", "négatif"),
        ("places/1", "a.csv", 9, "nb", "négatif"),
        ("census/1", "b.csv", 7, "pop", "négatif"),
    ],
    columns=["source", "fichier", "ligne", "colonne", "motif"],
)


def test_a_row_with_two_wrong_cells_is_one_row():
    assert rows_of(WRONG)["motif"].tolist() == ["sans identifiant", "négatif", "négatif"]


def test_what_no_step_accounts_for_is_accounted_for_apart():
    lines = ledger("core_recensement", "census/1", 10, 9, {"quarantaine : négatif": 1})
    added = account(WRONG, lines)
    assert added.to_numpy().tolist() == [
        ["lecture", "places/1", "entrées", 2],
        ["lecture", "places/1", "sorties", 0],
        ["lecture", "places/1", "quarantaine : sans identifiant", 1],
        ["lecture", "places/1", "quarantaine : négatif", 1],
    ]


def test_an_empty_quarantine_adds_nothing():
    assert account(WRONG.head(0), stack()).empty
