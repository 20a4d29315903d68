"""From rates and people to a commune's share: by hand on small numbers."""

import numpy as np
import pandas as pd
import pytest

from fragility.skills import estimate as est
from fragility.skills.model import CELLS, DIPLOMAS, shift_rates

RATES = np.linspace(0.02, 0.6, CELLS)
REPLICATES = np.stack([shift_rates(RATES, by) for by in (-0.1, 0.0, 0.1)])


def shares(young, old, low, oldest=np.nan):
    return pd.DataFrame({
        "part_15_24": [young], "part_25_64": [1 - young - old], "part_65_plus": [old],
        "part_75_plus": [oldest], "part_peu_diplomes": [low],
    })  # fmt: skip


def cells_of(frame):
    cells, error = est.fit_cells(frame, np.full(CELLS, 1 / CELLS))
    assert error < 1e-3
    return cells


def ages(cells):
    return cells.reshape(8, len(DIPLOMAS)).sum(axis=1)


def test_cells_meet_the_census():
    cells = cells_of(shares(0.15, 0.3, 0.6, oldest=0.12))[0]
    by_age = ages(cells)
    assert by_age[0] == pytest.approx(0.15, abs=1e-3)
    assert by_age[4:].sum() == pytest.approx(0.30, abs=1e-3)
    assert by_age[6:].sum() == pytest.approx(0.12, abs=1e-3)
    adults = cells.reshape(8, 4)[1:]
    assert adults[:, :2].sum() / adults.sum() == pytest.approx(0.6, abs=1e-3)


def test_an_older_commune_has_a_higher_rate():
    frame = pd.concat([shares(0.2, 0.1, 0.5), shares(0.1, 0.4, 0.5)], ignore_index=True)
    model = est.Model(RATES, REPLICATES)
    found = est.estimate(model, cells_of(frame), np.array([1000.0, 1000.0]), frame.index)
    assert found.rate[1] > found.rate[0] + 5


def test_the_nation_has_the_published_rate():
    frame = pd.concat([shares(0.2, 0.1, 0.5), shares(0.1, 0.4, 0.7)], ignore_index=True)
    people = np.array([3000.0, 1000.0])
    cells = cells_of(frame)
    model = est.set_level(RATES, REPLICATES, cells, people, 16.5)
    found = est.estimate(model, cells, people, frame.index)
    assert found.people.sum() / people.sum() == pytest.approx(0.165, abs=1e-6)
    for row in model.replicates:
        assert (people @ (cells @ row)) / people.sum() == pytest.approx(0.165, abs=1e-5)


def test_groups_are_sums_of_their_communes():
    frame = pd.concat([shares(0.2, 0.1, 0.5), shares(0.1, 0.4, 0.7), shares(0.1, 0.2, 0.3)],
                      ignore_index=True)  # fmt: skip
    people = np.array([3000.0, 1000.0, 500.0])
    cells, model = cells_of(frame), est.Model(RATES, REPLICATES)
    own = est.estimate(model, cells, people, frame.index)
    group = est.sum_up(model, cells, people, pd.Series(["b", "a", "b"]))
    assert group.people["b"] == pytest.approx(own.people[[0, 2]].sum(), rel=1e-5)
    assert group.rate["b"] == pytest.approx(100 * own.people[[0, 2]].sum() / 3500, rel=1e-5)
    assert group.people.sum() == pytest.approx(own.people.sum(), rel=1e-5)


def test_intervals_hold_the_estimate_and_widen_for_small_places():
    frame = pd.concat([shares(0.15, 0.3, 0.6)] * 3, ignore_index=True)
    model = est.Model(RATES, REPLICATES)
    found = est.estimate(model, cells_of(frame), np.array([60.0, 6000.0, 600000.0]), frame.index)
    assert (found.low < found.rate).all()
    assert (found.rate < found.high).all()
    width = found.high - found.low
    assert width[0] > width[1] > width[2]
    assert found.low.ge(0).all()
    assert found.high.le(100).all()


def test_the_width_of_a_large_place_is_that_of_the_three_errors():
    # Replicates at -0.1, 0, 0.1 on the logit: standard deviation 0.0816; with a residual of 0.05
    # and no chance left, 1.645 * sqrt(0.0816² + 0.05²) = 0.157 on each side.
    frame = shares(0.15, 0.3, 0.6)
    rates = np.full(CELLS, 0.2)
    model = est.Model(rates, np.stack([shift_rates(rates, by) for by in (-0.1, 0.0, 0.1)]))
    found = est.estimate(model, cells_of(frame), np.array([1e12]), frame.index, residual=0.05)
    half = np.log(found.high[0] / (100 - found.high[0])) - np.log(0.25)
    assert half == pytest.approx(0.1575, abs=1e-3)


def test_a_place_without_people_has_nothing():
    frame = shares(0.15, 0.3, 0.6)
    found = est.estimate(
        est.Model(RATES, REPLICATES), cells_of(frame), np.array([0.0]), frame.index
    )
    assert found.rate.isna().all()
