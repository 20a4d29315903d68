"""A file is published whole or not at all; labels are complete."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from fragility import schemas
from fragility.export import labels
from fragility.export.files import publishing, write_text, zip_bytes


def test_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    path = write_text(tmp_path / "LISEZMOI.md", "ancien")

    def fail() -> None:
        with publishing(path) as draft:
            draft.write_text("à moitié")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "ancien"
    assert list(tmp_path.iterdir()) == [path]


def test_the_draft_is_beside_and_keeps_the_suffix(tmp_path: Path) -> None:
    with publishing(tmp_path / "nouveau" / "x.gpkg") as draft:
        assert (draft.parent, draft.suffix) == (tmp_path / "nouveau", ".gpkg")
        draft.write_bytes(b"1")
    assert (tmp_path / "nouveau" / "x.gpkg").read_bytes() == b"1"


def test_equal_members_give_equal_archives() -> None:
    content = zip_bytes({"carte.qgs": b"<qgis/>"})
    assert content == zip_bytes({"carte.qgs": b"<qgis/>"})
    assert zipfile.ZipFile(io.BytesIO(content)).read("carte.qgs") == b"<qgis/>"


def test_every_code_has_words() -> None:
    assert set(labels.COVERAGE_LABELS) == set(schemas.COVERAGES) == set(labels.COVERAGE_SENTENCES)
    assert set(labels.ORIGIN_LABELS) == set(schemas.ORIGINS)
    assert set(labels.CLASS_LABELS) == set(labels.CLASS_COLOURS) == {1, 2, 3, 4, 5}
    kinds = schemas.TABLES["lieux"].columns["dispositif"].checks[0].statistics["allowed_values"]
    assert set(labels.DISPOSITIF_LABELS) == set(labels.DISPOSITIF_MARKERS) == set(kinds)
    assert set(labels.LAYER_TITLES) <= set(schemas.TABLES)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 commune"),
        (1, "1 commune"),
        (2, "2 communes"),
        (1234, "1\u202f234 communes"),
    ],
)
def test_french_is_singular_below_two(count: int, text: str) -> None:
    assert labels.plural(count, "commune", "communes") == text


@pytest.mark.parametrize(
    ("column", "digits"),
    [
        ("population", 0),
        ("population_hors_portee_pct", 1),
        ("probabilite_fragile_pct", 0),
        ("score", 2),
        ("score_plus_65", 2),
        ("conseiller_plus_proche_min", 0),
        ("conseiller_plus_proche_km", 1),
        ("nb_conseillers", 1),
        ("nb_communes", 0),
        ("capacite_pour_10000", 2),
    ],
)
def test_digits_follow_the_unit(column: str, digits: int) -> None:
    assert labels.decimals_of(column) == digits
