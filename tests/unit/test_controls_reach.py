"""Minutes and posts of a territory: what must agree, what need not, and where."""

import pandas as pd
import pytest

from fragility.controls_reach import control_reach
from fragility.errors import DataCheckError

SURFACE = pd.DataFrame({"moteur": ["surface"]})
ROADS = pd.DataFrame({"moteur": ["route", "surface"]})
LIEUX = pd.DataFrame({"nb_conseillers": [2.0, None]})


def territories(code, *rows):
    """Rows: code, minutes of the median, share beyond 20 minutes, posts at 20 and 30 minutes."""
    columns = [
        code, "conseiller_plus_proche_min", "population_hors_portee_pct",
        "nb_conseillers_20min", "nb_conseillers_30min",
    ]  # fmt: skip
    types = dict.fromkeys(columns[1:], "float64")
    return pd.DataFrame(rows, columns=columns).astype(types).assign(portee_precision="mailles")


def communes(*rows):
    return territories("code_commune", *rows)


def iris(*rows):
    table = territories("code_iris", *rows)
    return table.assign(code_commune=table["code_iris"].str[:5])


GOOD = ("01001", 12.0, 30.0, 3.0, 5.0)
NO_IRIS = iris(("010010000", 12.0, 30.0, 3.0, 5.0))


def check(towns, units=NO_IRIS, engines=SURFACE, lieux=LIEUX):
    control_reach(towns, units, engines, lieux)


def test_what_is_published_today_agrees():
    check(communes(
        GOOD,
        ("01002", 25.0, 80.0, 0.0, 1.0),
        ("01003", None, 100.0, 0.0, 0.0),  # an island
        ("01004", 12.0, 0.4, 1.0, 1.0),
        ("01005", 34.0, 99.0, 0.0, 0.0),
    ))  # fmt: skip


def test_exactly_half_within_reach_has_minutes_and_no_post():
    # Two homes of two inhabitants, at 19.7 and 25 minutes of one post: the median of the minutes
    # is the lower one, that of the posts is 0.
    check(communes(("26030", 19.7, 50.0, 0.0, 1.0)))
    # A hair more than half, and there are posts.
    with pytest.raises(DataCheckError, match="plus de la moitié"):
        check(communes(("26030", 19.7, 49.9, 0.0, 1.0)))


@pytest.mark.parametrize("minutes", [20.5, None])
def test_posts_nearer_than_the_nearest_place(minutes):
    with pytest.raises(DataCheckError, match="le plus proche est plus loin"):
        check(communes(("01001", minutes, 60.0, 1.0, 1.0)))
    with pytest.raises(DataCheckError, match="30 minutes, le plus proche"):
        check(communes(("01001", None if minutes is None else 31.0, 100.0, 0.0, 1.0)))


def test_two_searches_may_round_the_threshold_apart():
    check(communes(("01001", 20.0004, 52.0, 1.0, 1.0), ("01002", 19.9996, 48.0, 0.0, 1.0)))


def test_the_median_and_the_share_out_of_reach_agree_whatever_the_engine():
    for wrong in (("01001", 12.0, 60.0, 3.0, 5.0), ("01001", 21.0, 40.0, 0.0, 5.0)):
        for engines in (SURFACE, ROADS):
            with pytest.raises(DataCheckError, match="contredisent"):
                check(communes(wrong), engines=engines)
    with pytest.raises(DataCheckError, match="au plus long"):
        check(communes(("01001", 12.0, 30.0, 3.0, 2.0)), engines=ROADS)


def test_an_iris_is_held_to_the_same_rule_and_named():
    wrong = iris(("010010101", 12.0, 30.0, 3.0, 5.0), ("010010102", 25.0, 80.0, 2.0, 5.0))
    with pytest.raises(DataCheckError) as error:
        check(communes(GOOD), wrong)
    assert "010010102" in str(error.value)
    assert "(1 territoires)" in str(error.value)


def test_where_posts_and_minutes_come_from_different_homes_nothing_is_implied():
    odd = ("01001", 25.0, 100.0, 1.0, 1.0)
    # Its commune has an IRIS without cells: the minutes are those of the cells, the posts not.
    bare = iris(("010010101", 25.0, 100.0, 0.0, 1.0), ("010010102", 5.0, 0.0, 1.0, 1.0))
    check(communes(odd), bare.assign(portee_precision=["mailles", "point"]))
    check(communes(odd).assign(portee_precision="point"))
    # It has the values of its commune.
    check(communes(GOOD), iris(("010010101", *odd[1:])).assign(portee_precision="commune"))
    # By road, near the edge of an extract.
    check(communes(odd), engines=ROADS)
    # A place without a post is near, and adds none.
    empty = communes(("01001", 12.0, 30.0, 0.0, 0.0))
    check(empty, lieux=pd.DataFrame({"nb_conseillers": [0.0, 2.0]}))
    with pytest.raises(DataCheckError, match="plus de la moitié"):
        check(empty)
