"""Neighbours on a handful of places whose distances can be worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from fragility.index import neighbours
from fragility.index.neighbours import population_band, similar_places, standardise

NAN = np.nan


def places(rows, columns="ab"):
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(columns), dtype=float)


def people(values, population=100.0):
    return pd.Series(population, index=values.index)


def test_bands_begin_at_their_lowest_population():
    population = pd.Series([0.0, 199, 200, 499, 500, 1999, 2000, 200_000, 2_175_601, NAN])
    assert population_band(population).tolist() == [0, 0, 1, 1, 2, 2, 3, 6, 6, 0]


def test_standard_deviations_from_the_mean_and_nothing_where_all_are_alike():
    values = places({"p": [0, 5], "q": [10, 5], "r": [NAN, 5]})
    z = standardise(values)
    assert z[:2, 0].tolist() == [-1.0, 1.0]
    assert np.isnan(z[2, 0])
    assert z[:, 1].tolist() == [0.0, 0.0, 0.0]


def test_distance_is_the_root_mean_square_of_standardised_gaps():
    # a: mean 5, standard deviation 5; b: mean 20, standard deviation 20.
    values = places({"p": [0, 0], "q": [10, 0], "r": [0, 40], "s": [10, 40]})
    found = similar_places(values, people(values), pd.Index(["p"]), k=3)
    assert found["semblable"].tolist() == ["q", "r", "s"]
    assert found["distance"].tolist() == pytest.approx([2**0.5, 2**0.5, 2.0])
    assert found["rang"].tolist() == [1, 2, 3]


def test_a_place_is_not_its_own_neighbour_even_when_another_is_the_same():
    values = places({"p": [1, 1], "q": [1, 1], "r": [9, 9]})
    found = similar_places(values, people(values), k=1).set_index("code")["semblable"]
    assert found.to_dict() == {"p": "q", "q": "p", "r": "p"}


def test_places_of_the_same_size_come_alone_when_there_are_enough():
    values = places({"p": [0, 0], "q": [5, 5], "r": [9, 9], "far": [0, 0]})
    population = pd.Series([100.0, 150, 120, 5000], index=values.index)
    found = similar_places(values, population, pd.Index(["p"]), k=2)
    assert found["semblable"].tolist() == ["q", "r"]
    assert found["bandes_voisines"].eq(0).all()


def test_bands_beside_are_taken_in_when_there_are_too_few_and_it_is_said():
    values = places({"p": [0, 0], "q": [5, 5], "near": [1, 1], "metropolis": [0, 0]})
    population = pd.Series([100.0, 150, 300, 900_000], index=values.index)
    found = similar_places(values, population, pd.Index(["p"]), k=2)
    assert found["semblable"].tolist() == ["near", "q"]
    assert found["bandes_voisines"].eq(1).all()


def test_a_small_territory_gives_what_it_has():
    values = places({"p": [0, 0], "q": [5, 5]})
    found = similar_places(values, people(values), k=5)
    assert found[["code", "semblable"]].to_numpy().tolist() == [["p", "q"], ["q", "p"]]
    assert similar_places(values.iloc[:1], people(values.iloc[:1])).empty


def test_a_missing_indicator_is_not_compared_and_not_guessed():
    values = places({"p": [0, NAN], "q": [1, 9], "r": [4, 0], "s": [0, NAN], "t": [8, 8]})
    found = similar_places(values, people(values), pd.Index(["p"]), k=2)
    assert found["semblable"].tolist() == ["s", "q"]
    # One that lacks what the place knows is no neighbour of it.
    complete = similar_places(values, people(values), pd.Index(["q"]), k=4)
    assert set(complete["semblable"]) == {"r", "t"}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(70, 200))
def test_the_tree_and_the_comparison_agree_and_so_does_scipy(seed, n):
    """Whole numbers: many ties, which the code of the place settles."""
    draw = np.random.default_rng(seed)
    values = pd.DataFrame(
        draw.integers(0, 6, (n, 3)).astype(float),
        index=[f"{i:05d}" for i in draw.permutation(n)],
        columns=list("abc"),
    )
    together = similar_places(values, people(values))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "_FEW", 10**6)
        apart = similar_places(values, people(values))
    pd.testing.assert_frame_equal(together, apart)
    ordered = values.sort_index()
    z = standardise(ordered)
    all_pairs = np.round(cdist(z, z) / 3**0.5, 9)
    np.fill_diagonal(all_pairs, np.inf)
    expected = np.sort(all_pairs, axis=1)[:, :5].ravel()
    np.testing.assert_allclose(together["distance"], expected, atol=1e-8)
