"""Raking meets its margins, keeps what it is not asked about, and gives up nothing silently."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragility.skills.raking import Margin, rake

ROWS = np.array([[1, 1, 0, 0], [0, 0, 1, 1]], np.float32)
COLUMNS = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], np.float32)


def shares(*pairs):
    return np.array(pairs, dtype=float)


def test_margins_that_agree_with_the_seed_change_nothing():
    seed = np.array([0.1, 0.2, 0.3, 0.4])
    cells, error = rake(
        seed, [Margin(ROWS, shares([0.3, 0.7])), Margin(COLUMNS, shares([0.4, 0.6]))]
    )
    assert cells[0] == pytest.approx(seed, abs=1e-5)
    assert error < 1e-4


def test_the_association_of_the_seed_is_kept():
    # The cross-product ratio is what raking keeps: here 0.1 * 0.4 / (0.2 * 0.3) = 2/3.
    cells, _ = rake(
        np.array([0.1, 0.2, 0.3, 0.4]),
        [Margin(ROWS, shares([0.5, 0.5])), Margin(COLUMNS, shares([0.2, 0.8]))],
        iterations=200, tolerance=1e-7,
    )  # fmt: skip
    a, b, c, d = cells[0].astype(float)
    assert a * d / (b * c) == pytest.approx(2 / 3, rel=1e-3)
    assert a + b == pytest.approx(0.5, abs=1e-5)
    assert a + c == pytest.approx(0.2, abs=1e-5)


def test_a_territory_without_a_margin_keeps_the_seed_there():
    cells, error = rake(
        np.full(4, 0.25),
        [Margin(ROWS, shares([0.9, 0.1], [np.nan, np.nan])),
         Margin(COLUMNS, shares([0.5, 0.5], [0.5, 0.5]))],
    )  # fmt: skip
    assert cells[0, :2].sum() == pytest.approx(0.9, abs=1e-4)
    assert cells[1] == pytest.approx(np.full(4, 0.25), abs=1e-6)
    assert error < 1e-4


def test_a_margin_over_some_cells_leaves_the_others():
    # Asked of the first row only: a quarter of it in the first column.
    only = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32)
    cells, _ = rake(np.full(4, 0.25), [Margin(only, shares([0.25, 0.75]))])
    assert cells[0].tolist() == pytest.approx([0.125, 0.375, 0.25, 0.25])


def test_a_share_of_nothing_is_reached():
    cells, error = rake(np.full(4, 0.25), [Margin(ROWS, shares([0.0, 1.0]))])
    assert cells[0].tolist() == pytest.approx([0, 0, 0.5, 0.5])
    assert error < 1e-4


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_two_margins_are_always_met_together(first, second):
    cells, error = rake(
        np.array([0.1, 0.2, 0.3, 0.4]),
        [Margin(ROWS, shares([first, 1 - first])), Margin(COLUMNS, shares([second, 1 - second]))],
        iterations=100,
    )
    assert error < 1e-4
    assert cells.sum() == pytest.approx(1, abs=1e-5)
    assert (cells >= 0).all()
