"""Each control passes on good tables and fails on the fault it is there for."""

import numpy as np
import pandas as pd
import pytest

from fragility import controls
from fragility.errors import DataCheckError
from fragility.index.profiles import load_profile
from fragility.schemas import INDICATORS
from fragility.sources.model import Edition

QUARANTINE = pd.DataFrame(
    {"source": "x/1", "fichier": "a.csv", "ligne": [7, 7, 9], "cle": "01002", "colonne": "P18_POP",
     "valeur": "-5", "motif": "valeur impossible, négative"}
)  # fmt: skip
NOTHING = QUARANTINE.head(0)
EDITION = Edition("e", "E", 2021, ("x/1",), controls={"communes": 2, "iris": 3, "population": 300})


@pytest.fixture
def communes():
    return pd.DataFrame({"code_commune": ["01001", "01002"], "population": [200.0, 100.0]})


@pytest.fixture
def iris():
    return pd.DataFrame(
        {"code_commune": ["01001", "01001", "01002"], "population": [150.0, 50.0, 100.0]}
    )


def test_published_totals(communes, iris):
    controls.control_totals(communes, iris, EDITION, NOTHING)
    with pytest.raises(DataCheckError, match="population"):
        controls.control_totals(communes.assign(population=[400.0, 100.0]), iris, EDITION, NOTHING)
    with pytest.raises(DataCheckError, match="iris"):
        controls.control_totals(communes, iris.iloc[:2], EDITION, NOTHING)


def test_a_total_that_is_off_tells_the_rows_that_may_explain_it(communes, iris):
    controls.control_totals(communes, iris, EDITION, QUARANTINE)
    with pytest.raises(DataCheckError) as error:
        controls.control_totals(communes.head(1), iris, EDITION, QUARANTINE)
    assert "2 lignes sont en quarantaine (a.csv, ligne 7 : valeur impossible" in str(error.value)
    with pytest.raises(DataCheckError) as error:
        controls.control_totals(communes.head(1), iris, EDITION, NOTHING)
    assert "quarantaine" not in str(error.value)


def test_iris_nest_in_communes(communes, iris):
    controls.control_nesting(communes, iris)
    with pytest.raises(DataCheckError, match="sans IRIS"):
        controls.control_nesting(communes.iloc[:1], iris)
    with pytest.raises(DataCheckError, match="01001"):
        controls.control_nesting(communes, iris.assign(population=[150.0, 60.0, 100.0]))


def scored():
    frame = pd.DataFrame(
        [[1.0, 2, 3, 4, 5], [1, 2, 3, 4, np.nan], [1, 2, 3, np.nan, np.nan]],
        columns=[f"score_{key}" for key in INDICATORS],
    )
    return frame.assign(score=[3.0, 2.5, np.nan])


def test_score_is_the_mean():
    profile = load_profile("ifn-2023")
    controls.control_scores(scored(), profile)
    for wrong in ([3.001, 2.5, np.nan], [3.0, 2.0, np.nan], [3.0, 2.5, 2.0], [np.nan, 2.5, np.nan]):
        with pytest.raises(DataCheckError, match="moyenne"):
            controls.control_scores(scored().assign(score=wrong), profile)


def test_every_cell_says_where_it_comes_from():
    table = pd.DataFrame(
        {
            "pauvrete_pct": [12.0, np.nan],
            "pauvrete_origine": ["impute", "absent"],
            "pauvrete_annee": pd.array([2019, None], dtype="Int64"),
        }
    )
    controls.control_origins(table, ("pauvrete",))
    for change in (
        {"pauvrete_origine": ["absent", "absent"]},
        {"pauvrete_origine": ["impute", "observe"]},
        {"pauvrete_annee": pd.array([None, None], dtype="Int64")},
    ):
        with pytest.raises(DataCheckError, match="pauvrete"):
            controls.control_origins(table.assign(**change), ("pauvrete",))


def test_a_poor_model_warns():
    good = pd.DataFrame({"mesure": ["r2"], "valeur": [0.9]})
    controls.control_model(good)
    with pytest.raises(DataCheckError, match="R²"):
        controls.control_model(good.assign(valeur=0.5))


def test_many_lost_places_warn():
    places = pd.DataFrame(
        {"dispositif": "conseiller_numerique", "motif_statut": ["coordonnées publiées"] * 100}
    )
    controls.control_places(places)
    lost = ["coordonnées absentes, commune déclarée introuvable ou ambiguë"] * 10
    with pytest.raises(DataCheckError, match="écartés"):
        controls.control_places(places.assign(motif_statut=["coordonnées publiées"] * 90 + lost))
    # A body that has recruited nobody is no place that was lost.
    empty = ["aucun conseiller recruté"] * 10
    controls.control_places(places.assign(motif_statut=["coordonnées publiées"] * 90 + empty))


def described(**changes):
    frame = pd.DataFrame({"niveau": ["commune"] * 10, "population": [100.0] * 10,
                          "non_thd_pct": 40.0, "non_4g_pct": 5.0, "plus_65_pct": 20.0,
                          "peu_diplomes_pct": 50.0, "pauvrete_pct": 15.0})  # fmt: skip
    return frame.assign(**changes)


def test_a_truncated_or_rescaled_source_stops_the_run():
    controls.control_coverage(described())
    with pytest.raises(DataCheckError, match="non_thd manque"):
        controls.control_coverage(described(non_thd_pct=[40.0] * 8 + [np.nan] * 2))
    for change in ({"non_4g_pct": 100.0}, {"plus_65_pct": 0.2}, {"peu_diplomes_pct": 0.5}):
        with pytest.raises(DataCheckError, match="invraisemblable"):
            controls.control_coverage(described(**change))
    # Nobody lives there: nothing is expected.
    empty = described(population=[100.0] * 5 + [0.0] * 5, pauvrete_pct=[15.0] * 5 + [np.nan] * 5)
    controls.control_coverage(empty)


def test_incomes_in_another_unit_stop_the_run():
    incomes = pd.DataFrame({"niveau": ["commune"] * 3, "niveau_vie_median": [21e3, 22e3, 40e3]})
    controls.control_incomes(incomes)
    controls.control_incomes(incomes.assign(niveau_vie_median=float("nan")))
    for factor in (10, 1 / 12):
        with pytest.raises(DataCheckError, match="niveau de vie"):
            controls.control_incomes(
                incomes.assign(niveau_vie_median=incomes["niveau_vie_median"] * factor)
            )


def test_a_release_of_another_map_is_a_warning():
    lines = pd.DataFrame(
        [("core_revenus", "filosofi/2019", "entrées", 60),
         ("core_revenus", "filosofi/2019", "entrées", 40),
         ("core_revenus", "filosofi/2019", "code absent de la carte des communes", 5)],
        columns=["etape", "source", "motif", "lignes"],
    )  # fmt: skip
    controls.control_unknown(lines)
    with pytest.raises(DataCheckError, match="inconnus de la carte"):
        controls.control_unknown(lines.assign(lignes=[60, 40, 6]))
