"""What a fiche says of places where it is not known where people live."""

import pandas as pd

from fragility.export.fiche_access import _beyond
from fragility.export.marts import to_act_first


def plain(cells):
    return [cell.replace("\u00a0", " ").replace("\u202f", " ") for cell in cells]


def test_what_is_not_known_of_some_is_at_least_that_of_the_others():
    assert plain(_beyond(1200.0, 4000.0, 0.0)) == ["1 200", "30 %"]
    assert plain(_beyond(0.0, 4000.0, 0.0)) == ["0", "0 %"]
    assert plain(_beyond(1200.0, 4000.0, 900.0)) == ["au moins 1 200", "au moins 30 %"]
    assert plain(_beyond(0.0, 4000.0, 900.0)) == ["au moins 0", "au moins 0 %"]
    # Nothing is known of anybody.
    assert plain(_beyond(0.0, 4000.0, 4000.0)) == ["–", "–"]
    assert plain(_beyond(None, 4000.0, 0.0)) == ["–", "–"]


def test_the_order_to_act_weighs_people_by_the_probability_of_their_commune():
    rows = pd.DataFrame(
        {
            "population": [1000.0, 1000.0, 400.0, 400.0],
            "population_hors_portee_pct": [100.0, 60.0, 100.0, 100.0],
            "probabilite_fragile_pct": [35.0, 80.0, 100.0, float("nan")],
        },
        index=["a", "b", "d", "c"],
    )
    # 350, 480, 400 and, for want of a probability, 400: equals by code.
    assert list(to_act_first(rows, rows.index.to_series()).index) == ["b", "c", "d", "a"]
