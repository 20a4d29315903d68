"""Figures of docs/profils.md, on a published index that is our own."""

import datetime

import pytest

from fragility.errors import MissingFileError
from fragility.index.composite import group_points
from fragility.index.profiles import load_profile
from fragility.index.scores import compute_profile
from fragility.validation.profiles_page import figures, write_profiles
from tests.unit.test_several import inputs


def test_an_index_agrees_with_itself_and_turns_round_with_income():
    rows, context, communes, iris = inputs()
    communes = communes.assign(nom_region="Auvergne-Rhône-Alpes")
    tables = {
        "core_communes": communes,
        "core_iris": iris,
        "index_indicateurs": rows,
        "index_contexte": context,
    }
    own = compute_profile(rows, context, communes, iris, load_profile("ifn-2020-publie"))
    published = group_points(own.points["iris"], own.profile).assign(score=own.score["iris"])
    published = published[["interfaces", "score"]]
    wide = {f"{c}_{b}": published[c] for c in published for b in ("region", "departement", "epci")}
    lines = figures(
        tables,
        published.assign(**wide, code_region="84"),
        "essai",
        datetime.date(2026, 11, 22),
    )
    cells = {tuple(line.split(" | ")[:2]): line for line in lines if line.startswith("| `")}
    assert "| 10 | 1.00 | 1.00 (10) | 1.00 |" in cells["| `ifn-2020-publie`", "region"]
    assert cells["| `ifn-2020`", "region"].endswith("| -1.00 |")
    assert "Auvergne-Rhône-Alpes" in cells["| `ifn-2020`", "region"]


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(MissingFileError, match="core_communes"):
        write_profiles(tmp_path / "demo", None, tmp_path, datetime.date(2026, 11, 22))
