"""Totals of a base that a new file makes void: what it counted is counted on something else."""

import pytest

from fragility.sources.catalogue import find_edition, releases_of
from fragility.sources.demo import write_demo
from fragility.territory.new_edition import draft_edition
from fragility.territory.wishes import Wish


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    write_demo(folder)
    return folder


@pytest.fixture
def draft(raw, tmp_path):
    """The demonstration with its own file of one source given again."""

    def run(source, **options):
        (release,) = releases_of(find_edition("demo"), source)
        paths = tuple(raw / release.folder / file.name for file in release.files)
        return draft_edition("essai", "demo", [Wish(source, paths)], raw, tmp_path, **options)

    return run


def test_movements_say_what_iris_and_how_many_people_there_are(draft):
    """Old codes are carried to the map by the movements, IRIS and inhabitants with them."""
    base = find_edition("demo").controls
    assert set(base) == {"communes", "iris", "population"}
    made = draft("insee_cog_mouvements")
    assert made.edition.controls == {"communes": base["communes"]}
    assert made.dropped == {key: base[key] for key in ("iris", "population")}


def test_a_total_that_is_given_again_holds(draft):
    made = draft("insee_cog_mouvements", controls={"iris": 445})
    assert made.edition.controls == {"communes": 300, "iris": 445}
    assert set(made.dropped) == {"population"}


def test_incomes_change_no_total(draft):
    made = draft("insee_filosofi_iris")
    assert made.edition.controls == find_edition("demo").controls
    assert made.dropped == {}
