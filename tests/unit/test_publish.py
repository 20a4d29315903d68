"""A new edition takes the place of the old one: what no run has made stays, nothing is lost."""

import os
import shutil

import pytest

from fragility.errors import FragilityError
from pipelines import publish as publishing
from pipelines.publish import publish, put_back
from pipelines.runner import run_edition
from pipelines.versions import Stamp


def edition(folder, files, **others):
    """A folder whose stamp names `files`; `others` are paths that none names."""
    for path, text in {**dict.fromkeys(files, folder.name), **others}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    Stamp("", {}, {}, dict.fromkeys(files, "0")).save(folder, "tout")


def inside(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and ".versions" not in path.parts
    }


MADE = ("communes.csv", "tables/communes.parquet", "site/index.html", "site/valeurs/a.json")
OURS = {
    "fiches/index.html": "f",
    "fiches/communes/23096.html": "f",
    "notes du maire.odt": "n",
    "site/CNAME": "c",
    "site/.git/HEAD": "g",
}


@pytest.fixture
def place(tmp_path):
    """An edition with what its owner put there, and a new one to publish."""
    edition(tmp_path / "demo", (*MADE, "ancien.csv", "site/vieux.js"), **OURS)
    edition(tmp_path / ".demo.en-cours-1", MADE)
    return tmp_path / ".demo.en-cours-1", tmp_path / "demo"


NEW = dict.fromkeys(MADE, ".demo.en-cours-1") | OURS


def test_what_no_run_has_made_goes_over_and_the_rest_is_new(place):
    staging, folder = place
    assert publish(staging, folder) == ["fiches", "notes du maire.odt", "site/.git", "site/CNAME"]
    assert inside(folder) == NEW, "files of the old run that the new one has not are gone"
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]


def test_what_belongs_to_an_old_file_does_not_go_over(place):
    staging, folder = place
    for name in ("communes.csv-wal", "communes.csv.aux.xml", ".site.en-cours", "autre.gpkg-wal"):
        (folder / name).write_text("x", "utf-8")
    publish(staging, folder)
    assert inside(folder) == {**NEW, "autre.gpkg-wal": "x"}


def test_a_new_file_is_not_replaced_by_what_was_put_under_its_name(place):
    staging, folder = place
    edition(staging, (*MADE, "notes du maire.odt", "site/CNAME"))
    publish(staging, folder)
    assert inside(folder)["notes du maire.odt"] == ".demo.en-cours-1"
    assert inside(folder)["site/CNAME"] == ".demo.en-cours-1"


def test_the_first_publication_and_a_comparison_carry_nothing(tmp_path):
    for text in ("un", "deux"):
        new = tmp_path / ".a__b.en-cours-1"
        new.mkdir()
        (new / f"{text}.html").write_text(text, "utf-8")
        assert publish(new, tmp_path / "a__b") == []
    assert inside(tmp_path / "a__b") == {"deux.html": "deux"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_interruption_between_the_two_puts_the_old_one_back(place, monkeypatch, error):
    staging, folder = place
    before, real, calls = inside(folder), os.replace, []

    def replace(source, target):
        calls.append(source)
        if len(calls) == 2:
            raise error
        real(source, target)

    monkeypatch.setattr(publishing.os, "replace", replace)
    with pytest.raises(error):
        publish(staging, folder)
    assert inside(folder) == before
    assert not (folder.parent / ".demo.precedent").exists()


def test_a_run_killed_between_the_two_is_put_back_by_the_next(place):
    staging, folder = place
    before = inside(folder)
    folder.rename(folder.parent / ".demo.precedent")
    put_back(folder.parent / ".demo.en-cours-2", folder)
    assert inside(folder) == before
    # Or by the next publication, which carries over as usual.
    folder.rename(folder.parent / ".demo.precedent")
    publish(staging, folder)
    assert inside(folder) == NEW


def test_a_run_puts_back_first_what_a_killed_one_has_moved_away(tmp_path):
    edition(tmp_path / ".france-2021.precedent", MADE)
    with pytest.raises(FragilityError):
        run_edition("france-2021", tmp_path / "no source", tmp_path, "ifn-2023")
    assert inside(tmp_path / "france-2021") == dict.fromkeys(MADE, ".france-2021.precedent")


def test_a_run_killed_after_the_two_is_ended_by_the_next(place):
    staging, folder = place
    folder.rename(folder.parent / ".demo.precedent")
    staging.rename(folder)
    # A fiche written meanwhile is newer than the one that waits.
    edition(folder, MADE, **{"fiches/index.html": "plus récente"})
    put_back(folder.parent / ".demo.en-cours-2", folder)
    own = dict.fromkeys(MADE, "demo")
    assert inside(folder) == {**own, **OURS, "fiches/index.html": "plus récente"}
    assert [path.name for path in folder.parent.iterdir()] == ["demo"]


def test_a_run_killed_while_it_removes_the_old_one_leaves_nothing_of_it(place, monkeypatch):
    staging, folder = place
    monkeypatch.setattr(publishing.shutil, "rmtree", lambda *_, **__: None)
    publish(staging, folder)
    monkeypatch.undo()
    put_back(staging, folder)
    assert inside(folder) == NEW
    left = [path.name for path in folder.parent.iterdir() if path.name != "demo"]
    assert left == [".demo.en-cours-1-ancien"], "which forget_killed_runs removes after a day"
    shutil.rmtree(folder.parent / left[0])
