"""Lists of places of an edition: what is read, and from which day records age."""

from __future__ import annotations

import pandas as pd
import pytest

from fragility.access.places import DISPOSITIFS
from fragility.sources.catalogue import find_edition
from fragility.sources.demo import write_demo
from fragility.territory.place_lists import first_day, open_places, places_day
from fragility.territory.releases import Opener


@pytest.mark.parametrize(
    ("published", "day"),
    [("2022-12-02", "2022-12-02"), ("2020-11", "2020-11-01"), ("2023", "2023-01-01"),
     ("jour du téléchargement", None), ("", None)],
)  # fmt: skip
def test_the_first_day_that_a_publication_can_mean(published: str, day: str | None) -> None:
    assert first_day(published) == day


def test_the_day_of_an_edition_is_that_of_its_map_or_of_its_latest_list() -> None:
    lists = {"mediation": pd.DataFrame({"date_liste": ["2022-12-02", None]}, dtype="str")}
    assert places_day(lists, 2021) == "2022-12-02"
    assert places_day(lists, 2025) == "2025-01-01"
    assert places_day({}, 2021) == "2021-01-01"


def test_the_lists_of_the_demonstration(tmp_path) -> None:
    write_demo(tmp_path)
    lists = open_places(Opener(find_edition("demo"), tmp_path))
    assert {"conseiller_numerique", "france_services", "bibliotheque"} <= set(lists)
    assert list(lists) == [kind for kind in DISPOSITIFS if kind in lists]
    assert lists["conseiller_numerique"]["date_liste"].eq("2022-12-02").all()
    assert lists["bibliotheque"]["date_liste"].isna().all()
