"""From the France of 2021 to that of 2025: what changed, what cannot be said, how fast."""

import resource
import time

import pandas as pd
import pytest

from fragility.schemas import validate
from fragility.validation.evolution import compare_published
from fragility.validation.evolution_errors import check_model_change
from tests.editions import read, sums
from tests.unit.test_place_score import assert_scored_as_published

pytestmark = pytest.mark.national


@pytest.fixture(scope="module")
def evolution(national, national_2025):
    return compare_published(national[0].parent, "france-2021", "france-2025")


@pytest.fixture(scope="module")
def rows(evolution):
    return evolution.table.set_index("code_commune")


def test_every_commune_is_accounted_for(evolution, national_2025):
    table = evolution.table
    validate(table, "evolution")
    assert len(table) == 34_875
    assert sum(evolution.codes.values()) == 34_965
    assert evolution.codes["fusion"] == 171
    assert evolution.codes["changement_code"] == 5
    assert evolution.codes["divisee"] == 3
    counts = table["statut"].value_counts().to_dict()
    assert counts["sans_avant"] == 10
    assert counts["comparee"] > 34_700
    assert (table["motif"].str.len() > 20).all()
    stored = pd.read_parquet(national_2025[0] / "tables" / "evolution.parquet")
    pd.testing.assert_frame_equal(stored, table)


def test_what_was_not_measured_in_the_same_way_is_left_out(evolution):
    states = evolution.indicators.set_index("indicateur")["etat"].to_dict()
    assert states == {"non_thd": "redefini", "non_4g": "revise", "plus_65": "inchange",
                      "peu_diplomes": "inchange", "pauvrete": "mesure"}  # fmt: skip
    compared = evolution.compared
    assert compared[["contribution_plus_65", "contribution_peu_diplomes"]].eq(0).all(axis=None)
    assert compared["score_non_thd_apres"].isna().all()
    assert compared["motif"].str.contains("Non comparé : « Sans fibre optique »").all()
    assert sums(compared).to_numpy() == pytest.approx(compared["evolution"].to_numpy(), abs=1e-9)


def test_the_older_edition_is_read_as_it_was_published(national, rows):
    """Its points on its own goalposts are its published sub-scores, divided communes too."""
    scores = read(national[0], "index_scores").query("niveau == 'commune'").set_index("code")
    own = rows[rows["statut"].eq("comparee") & rows["nature"].eq("inchange")]
    own = own[own["score_pauvrete_avant"].notna()]
    assert len(own) > 34_500
    gap = (own["score_pauvrete_avant"] - scores["score_pauvrete"].reindex(own.index)).abs()
    iris = read(national[0], "core_iris")["code_commune"]
    divided = set(iris[iris.duplicated()])
    apart = gap[gap > 1e-9].index
    # Divided communes lose the IRIS that have a figure of their own on one side only.
    assert set(apart) <= divided
    assert gap[apart].median() < 0.5


def test_few_changes_are_sure_and_those_are_mostly_published(evolution):
    compared = evolution.compared
    sure = compared[compared["est_significatif"]]
    assert 100 < len(sure) < 2_000
    excluded = (sure["evolution_bas"] > 0) | (sure["evolution_haut"] < 0)
    assert excluded.all()
    # A modelled change is rarely sure: the model's error is as large as the usual change.
    told = check_model_change(evolution.before, evolution.after)
    assert told["nb"] > 4_000
    assert 87 <= told["couverture_pct"] <= 93
    assert told["bon_sens_pct"] > 90
    assert 0.7 < evolution.sureness.link < 0.9


def test_saint_denis_is_compared_with_itself_and_pierrefitte(rows):
    town = rows.loc["93066"]
    assert town["communes_avant"] == "93059, 93066"
    assert town["statut"] == "comparee"
    assert rows.loc["15141", "statut"] == "sans_avant"
    assert rows.loc["49126", "nature"] == "changement_code"


def test_a_national_comparison_is_quick(national, national_2025):
    start = time.process_time()
    compare_published(national[0].parent, "france-2021", "france-2025")
    assert time.process_time() - start < 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 8e6


def test_every_iris_and_undivided_commune_of_france_alone(national, national_2025):
    for folder in (national[0], national_2025[0]):
        counts = assert_scored_as_published(folder / "tables", each=200)
        assert counts["iris"] > 49_000
        assert counts["commune"] > 32_000
