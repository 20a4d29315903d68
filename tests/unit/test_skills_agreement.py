"""Figures that the page gives of the agreement with INSEE, by hand on four EPCI."""

import pandas as pd
import pytest

from fragility.validation.skills_agreement import compare_with_published, epci_shares


def competences(rates, low, high):
    return pd.DataFrame({
        "niveau": "epci", "code": list("abcd"), "difficulte_numerique_pct": rates,
        "difficulte_numerique_bas": low, "difficulte_numerique_haut": high,
    })  # fmt: skip


def test_error_bias_ranks_and_coverage():
    published = pd.DataFrame({"code_epci": list("abcde"), "taux_pct": [10.0, 12, 14, 20, 30]})
    own = competences([11.0, 12, 13, 16], [9.0, 11, 12, 15], [12.0, 13, 13.5, 18])
    shares = pd.DataFrame({"code_epci": list("abcd"), "plus_65_pct": [1.0, 2, 3, 4],
                           "peu_diplomes_pct": [1.0, 3, 2, 4]})  # fmt: skip
    found, compared = compare_with_published(own, published, shares)
    assert found.count == 4  # "e" has no estimate
    assert found.error == pytest.approx((1 + 0 + 1 + 4) / 4)
    assert found.bias == pytest.approx((1 + 0 - 1 - 4) / 4)
    assert found.covered == 50  # a and b
    assert found.spearman == pytest.approx(1)
    assert compared["taux_pct"].tolist() == [10, 12, 14, 20]


def test_shares_of_an_epci_count_the_people():
    indicators = pd.DataFrame({
        "niveau": "commune", "code": ["1", "2", "3"], "population": [100.0, 300, 50],
        "plus_65_pct": [40.0, 20, 10], "peu_diplomes_pct": [50.0, 60, 70],
    })  # fmt: skip
    communes = pd.DataFrame({"code_commune": ["1", "2", "3"], "code_epci": ["a", "a", "b"]})
    found = epci_shares(indicators, communes).set_index("code_epci")
    assert found.loc["a", "plus_65_pct"] == pytest.approx(25)
    assert found.loc["a", "peu_diplomes_pct"] == pytest.approx(57.5)
    assert found.loc["b", "plus_65_pct"] == pytest.approx(10)
