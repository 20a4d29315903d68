"""The map of a list of codes, on events that can be followed by hand."""

import pandas as pd
import pytest

from fragility.territory.map_year import infer_map, list_communes

# 01002 joins 01001 on 1 January 2019; 01004 is cut out of 01003 on 1 January 2021.
EVENTS = pd.DataFrame(
    [
        ("32", "2019-01-01", "COM", "01001", "COM", "01001"),
        ("32", "2019-01-01", "COM", "01002", "COM", "01001"),
        ("21", "2021-01-01", "COM", "01003", "COM", "01003"),
        ("21", "2021-01-01", "COM", "01003", "COM", "01004"),
        ("31", "2022-01-01", "COM", "01005", "COM", "01005"),
    ],
    columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
)
COMMUNES = pd.DataFrame(
    {"type_commune": "COM", "code": ["01001", "01003", "01004", "01005", "75056"]}
)


@pytest.fixture(scope="module")
def maps():
    return list_communes(EVENTS, COMMUNES, first=2018)


def test_each_first_of_january_has_its_communes(maps):
    assert sorted(maps) == [2018, 2019, 2020, 2021, 2022]
    assert maps[2018] == {"01001", "01002", "01003", "01005", "75056"}
    assert maps[2019] == maps[2020] == {"01001", "01003", "01005", "75056"}
    assert maps[2021] == maps[2022] == {"01001", "01003", "01004", "01005", "75056"}


def test_a_whole_list_tells_its_map_by_what_it_lacks_too(maps):
    assert infer_map(maps[2018], maps).year == 2018
    assert infer_map(["01001", "01003", "01005", "75056"], maps, usual=2020).year == 2020
    found = infer_map(["01001", "01003", "01004", "01005", "75056"], maps)
    assert found.fitting == (2021, 2022)
    assert "2021 à 2022" in found.doubt


def test_a_partial_list_tells_only_by_what_it_has(maps):
    assert infer_map(["01002"], maps).fitting == (2018,)
    assert infer_map(["01004"], maps).fitting == (2021, 2022)
    assert infer_map(["01005"], maps).fitting == (2018, 2019, 2020, 2021, 2022)


def test_custom_decides_where_codes_do_not(maps):
    found = infer_map(["01005"], maps, usual=2020)
    assert (found.year, found.doubt) == (2020, "")
    assert found.reason == "usage de la source, et les codes ne le démentent pas (2018 à 2022)"


def test_codes_win_over_custom_and_say_so(maps):
    found = infer_map(["01002", "01005"], maps, usual=2021)
    assert found.year == 2018
    assert found.reason == "codes du fichier"
    assert "2018" in found.doubt
    assert "2021" in found.doubt


def test_arrondissements_are_their_commune(maps):
    found = infer_map(["75101", "75102", "01005"], maps, usual=2020)
    assert found.share_pct == 100


def test_codes_of_no_map_leave_a_share(maps):
    found = infer_map(["01005", "01999"], maps, usual=2020)
    assert found.share_pct == 50


def test_without_codes_or_maps_custom_is_all_there_is(maps):
    assert infer_map([], maps, usual=2020).year == 2020
    assert infer_map(["01001"], {}, usual=2020).year == 2020
    assert infer_map([], maps) is None
