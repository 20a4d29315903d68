"""Which coverage a place that moves gives: by hand, on a table of pairs."""

import numpy as np
import pandas as pd
import pytest

from fragility.access.itinerant import tell_itinerant
from fragility.access.pairs import Pairs

PLACES = pd.DataFrame({"itinerance": [True, False], "code_commune": ["01001", "01002"]})


def pairs(rows, homes, limit=30.0):
    home, place, minutes = zip(*rows, strict=True)
    return Pairs(
        np.array(home, dtype=np.int32), np.array(place, dtype=np.int32),
        np.array(minutes, dtype=np.float32), homes, 2, limit,
    )  # fmt: skip


def told(rows, people=(10.0,), coverage="couverte", *, point=False, iris="010010000", **values):
    homes = pd.DataFrame(
        {
            "code_commune": "01001", "code_iris": iris, "population": people, "est_point": point,
            "en_difficulte": 0.0,
        }
    )  # fmt: skip
    portee = pd.DataFrame(
        {
            "niveau": ["commune", "iris", "iris"],
            "code": ["01001", "010010000", "010010101"],
            "couverture": coverage,
            "est_couverture_itinerante": False,
        }
    )
    places = PLACES.assign(**values)
    return tell_itinerant(portee, homes, places, pairs(rows, len(people)))[
        "est_couverture_itinerante"
    ].tolist()


def test_covered_by_a_place_that_moves_and_by_no_other():
    # 5 minutes from the one that moves, 28 from the other: covered, else not.
    assert told([(0, 0, 5), (0, 1, 28)]) == [True, True, True]
    # 17 minutes: uncertain without the one that moves.
    assert told([(0, 0, 5), (0, 1, 17)])[0]
    # 14 minutes: covered all the same.
    assert told([(0, 0, 5), (0, 1, 14)]) == [False] * 3
    assert told([(0, 0, 5), (0, 1, 28)], itinerance=False) == [False] * 3


def test_one_half_of_the_inhabitants_is_enough_to_be_covered():
    rows = [(0, 0, 5), (0, 1, 28), (1, 1, 10)]
    assert told(rows, (49.0, 51.0))[0] is False
    assert told(rows, (51.0, 49.0))[0] is True


def test_an_iris_without_a_home_is_as_its_commune():
    rows = [(0, 0, 5), (0, 1, 28), (1, 1, 10)]
    # The first IRIS depends on the place that moves; the commune, most of whose people are in no
    # IRIS that is known, does not; nor does then the IRIS without a home.
    assert told(rows, (10.0, 90.0), iris=["010010000", None]) == [False, True, False]


def test_what_is_not_covered_depends_on_nothing():
    assert told([(0, 0, 5), (0, 1, 28)], coverage="non_couverte") == [False] * 3
    assert told([(0, 0, 5), (0, 1, 28)], coverage=None) == [False] * 3


def test_a_commune_known_by_a_point_with_a_place_of_its_own_stays_uncertain():
    far = [(0, 0, 18), (0, 1, 29)]
    # The place that moves is 18 minutes away: uncertain; the other, 29 minutes, in another commune.
    assert told(far, point=True)[0] is True
    assert told(far, point=True, code_commune="01001")[0] is False


def test_a_point_stands_for_everybody_even_where_nobody_is_counted():
    assert told([(0, 0, 5), (0, 1, 28)], (0.0,), point=True)[0] is True


def test_the_table_must_go_as_far_as_the_class_asks():
    with pytest.raises(ValueError, match="pairs must be known"):
        tell_itinerant(pd.DataFrame(), pd.DataFrame(), PLACES, pairs([(0, 0, 5)], 1, limit=20.0))
