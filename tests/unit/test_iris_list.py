"""IRIS of one year on the communes of another."""

import pandas as pd

from fragility.territory.dated import Dated
from fragility.territory.iris_list import MELTED, UNKNOWN, bring_iris_list, iris_of_communes


def passage(*rows):
    return pd.DataFrame(
        [(a, b, part, "inchange" if a == b else "fusion") for a, b, part in rows],
        columns=["code_avant", "code_apres", "part", "nature"],
    )


def iris(*rows):
    return pd.DataFrame(
        [(code, f"Quartier {code}", kind, code[:5]) for code, kind in rows],
        columns=["code_iris", "nom", "type_iris", "code_arrondissement"],
    )


def places(frame):
    return dict(zip(frame["code_iris"], frame["code_commune"], strict=True))


def test_nothing_changes_when_the_maps_are_the_same():
    listed = iris(("010010000", "Z"), ("010040101", "H"), ("010040102", "H"), ("751010101", "H"))
    kept, dropped = iris_of_communes(
        listed, passage(("01001", "01001", 1), ("01004", "01004", 1), ("75056", "75056", 1))
    )
    assert kept["code_iris"].tolist() == listed["code_iris"].tolist()
    assert places(kept)["751010101"] == "75056"
    # The arrondissement is not a commune that is gone: it draws the contour of its IRIS.
    assert kept["code_arrondissement"].tolist()[-1] == "75101"
    assert sum(dropped.values()) == 0


def test_undivided_communes_that_merge_keep_one_iris():
    listed = iris(("010010000", "Z"), ("010020000", "Z"), ("010030000", "Z"))
    kept, dropped = iris_of_communes(
        listed, passage(("01001", "01002", 1), ("01002", "01002", 1), ("01003", "01003", 1))
    )
    assert places(kept) == {"010020000": "01002", "010030000": "01003"}
    assert dropped == {UNKNOWN: 0, MELTED: 1}


def test_a_divided_commune_brings_its_iris_along():
    # 93059 (Pierrefitte) joined 93066 (Saint-Denis) in 2025: both are divided.
    listed = iris(("930590101", "H"), ("930590102", "H"), ("930660101", "H"), ("930670000", "Z"))
    kept, _ = iris_of_communes(
        listed,
        passage(("93059", "93066", 1), ("93066", "93066", 1), ("93067", "93066", 1)),
    )
    assert places(kept) == dict.fromkeys(
        ["930590101", "930590102", "930660101", "930670000"], "93066"
    )
    assert set(kept["code_arrondissement"]) == {"93066"}


def test_a_commune_that_changes_code_takes_its_iris_with_it():
    # 49069 (Orée d'Anjou) became 49126.
    kept, _ = iris_of_communes(iris(("490690101", "H")), passage(("49069", "49126", 1)))
    assert places(kept) == {"491260101": "49126"}


def test_an_iris_is_never_cut_by_a_commune_that_splits_again():
    listed = iris(("150010000", "Z"), ("150020000", "Z"))
    kept, _ = iris_of_communes(
        listed,
        passage(
            ("15001", "15001", 0.5), ("15001", "15031", 0.5),
            ("15002", "15002", 0.2), ("15002", "15035", 0.8),
        ),
    )  # fmt: skip
    # 15002 has none left: the table of IRIS gives it one of its own.
    assert places(kept) == {"150010000": "15001", "150350000": "15035"}


def test_what_no_map_knows_is_counted():
    kept, dropped = iris_of_communes(iris(("999990000", "Z")), passage(("01001", "01001", 1)))
    assert kept.empty
    assert dropped[UNKNOWN] == 1


EVENTS = pd.DataFrame(
    [("32", "2019-01-01", "COM", code, "COM", "01001") for code in ("01001", "01002")],
    columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
)
COG = pd.DataFrame({"type_commune": ["COM", "COMD"], "code": ["01001", "01002"]})


def test_a_list_is_followed_from_its_own_year_and_a_later_one_keeps_its_codes():
    listed = iris(("010010000", "Z"), ("010020000", "Z"))
    before = bring_iris_list(Dated(listed, "x", 2018, 2018), COG, EVENTS, 2021)
    assert places(before.frame) == {"010010000": "01001"}
    assert before.dropped == {UNKNOWN: 0, MELTED: 1}
    # A list of 2019 or later that still had 01002 would be wrong: it is counted as unknown.
    for year in (2019, 2023):
        after = bring_iris_list(Dated(listed, "x", year, year), COG, EVENTS, 2021)
        assert places(after.frame) == {"010010000": "01001"}
        assert after.dropped == {UNKNOWN: 1, MELTED: 0}


def test_contours_and_centres_follow_a_change_of_code():
    moved = EVENTS.assign(mod="41", code_avant="49069", code_apres="49126").head(1)
    cog = pd.DataFrame({"type_commune": ["COM"], "code": ["49126"]})
    found = bring_iris_list(Dated(iris(("490690101", "H")), "x", 2018, 2018), cog, moved, 2021)
    shapes = found.follow(pd.DataFrame({"code_iris": ["490690101", "010010000"]}))
    assert shapes["code_iris"].tolist() == ["491260101", "010010000"]
