"""The measures say what they claim, on cases where the answer is known."""

import warnings

import numpy as np
import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.validation.agreement import (
    agreement,
    file_order_artefact,
    moved_by_universe,
    neighbourhood,
    read_published_2023,
)

HEADER = (
    "name,code,no_thd_coverage_rate,no_4g_coverage_rate,poverty_rate,older_65_rate,"
    "nscol15p_rate,total\n"
)


def test_agreement_counts_within_one_class():
    index = list("abcd")
    result = agreement(
        pd.Series([1.0, 5, 8, 10], index),
        pd.Series([1.0, 2, 3, 4], index),
        pd.Series([1.0, 6, 5, np.nan], index),
    )
    assert result["n"] == 3
    assert result["identiques_pct"] == pytest.approx(100 / 3)
    assert result["a_une_classe_pct"] == pytest.approx(200 / 3)
    assert result["ecart_moyen"] == pytest.approx((0 - 1 + 3) / 3)


@pytest.mark.parametrize("published", [[7.0, 7.0], [7.0, np.nan], [np.nan, np.nan]])
def test_what_does_not_vary_has_no_correlation_and_no_warning(published):
    index = list("ab")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = agreement(
            pd.Series([6.0, 9.0], index), pd.Series([10.0, 20], index), pd.Series(published, index)
        )
    assert np.isnan([result["spearman_indicateur"], result["spearman_classe"]]).all()
    if published == [7.0, 7.0]:
        assert result["ecart_moyen"] == 0.5


def test_a_fill_by_file_order_is_seen_and_a_random_order_is_not():
    rng = np.random.default_rng(0)
    codes = pd.Index([f"{i:05d}" for i in range(5000)])
    honest = pd.Series(rng.integers(1, 11, 5000).astype(float), codes)
    filled = honest.where(np.arange(5000) % 4 == 0).ffill()
    assert file_order_artefact(honest) < 0.15
    assert file_order_artefact(filled) > 0.7


def test_neighbours_are_closer_when_places_are_alike():
    epci = pd.Series(np.repeat([f"e{i}" for i in range(10)], 20))
    score = pd.Series(np.repeat(np.arange(1.0, 11), 20))
    inside, random = neighbourhood(score, epci)
    assert inside == 0
    assert random > 2


def test_universe_moves_nothing_when_it_is_the_same():
    value = pd.Series(np.arange(100.0))
    upper = np.ceil((value + 1) / 10)
    assert moved_by_universe(upper, value) == (0, 0)
    assert moved_by_universe(upper.clip(upper=9), value) == (10, 0)
    assert moved_by_universe(upper.clip(upper=8), value) == (20, 10)


def test_published_zero_is_not_a_score(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(HEADER + "A,1001,7.0,6.0,0,8.0,8.0,7.2\n", encoding="utf-8")
    frame = read_published_2023(path)
    assert frame.index.tolist() == ["01001"]
    assert np.isnan(frame.loc["01001", "pauvrete"])
    path.write_text(HEADER + "A,1001,7,6,7,8,8,7.2\nA,1001,7,6,7,8,8,7\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="plusieurs fois"):
        read_published_2023(path)
