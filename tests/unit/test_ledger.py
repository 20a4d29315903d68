"""No row disappears without a reason."""

import pytest

from fragility.errors import DataCheckError
from fragility.ledger import ledger, stack


def test_rows_are_accounted_for():
    lines = ledger("lecture", "source", 10, 7, {"doublon": 2, "code inconnu": 1, "autre": 0})
    assert lines.set_index("motif")["lignes"].to_dict() == {
        "entrées": 10,
        "sorties": 7,
        "doublon": 2,
        "code inconnu": 1,
    }


def test_a_lost_row_is_an_error():
    with pytest.raises(DataCheckError, match="sans motif"):
        ledger("lecture", "source", 10, 7, {"doublon": 2})


def test_added_rows_are_negative():
    assert ledger("a", "b", 2, 3, {"ajoutée": -1})["lignes"].tolist() == [2, 3, -1]


def test_stack_of_nothing_is_an_empty_ledger():
    assert stack().columns.tolist() == ["etape", "source", "motif", "lignes"]
    assert len(stack(ledger("a", "b", 1, 1), ledger("c", "d", 1, 1))) == 4
