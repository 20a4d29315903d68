"""What is not known of the communes of a group is not said to be none."""

import duckdb
import pandas as pd
import pytest

from fragility.export.contours import unite_groups
from fragility.export.database_views import VIEWS
from fragility.export.marts import build_groups
from fragility.schemas import TABLES
from tests.factories import assemble, make_communes, make_lieux

COUNTS = [
    "nb_communes_fragiles",
    "nb_communes_fragiles_non_couvertes",
    "population_fragile_non_couverte",
]


@pytest.fixture(scope="module")
def communes():
    """Département 01 has no score; 2A has some."""
    frame = make_communes()
    bare = frame["code_departement"] == "01"
    frame.loc[bare, ["score", "rang", "classe"]] = None
    frame.loc[bare, ["est_fragile", "est_fragile_non_couverte"]] = False
    assert frame.loc[~bare, "score"].isna().any(), "a group that is known in part"
    return frame


@pytest.fixture(scope="module")
def departements(communes):
    scores = assemble(
        "index_scores", {"niveau": "departement", "code": ["01", "2A"], "score": [None, 5.0]}, 2
    )
    competences = assemble("index_competences", {"niveau": "departement", "code": ["01", "2A"]}, 2)
    contours, places = unite_groups(communes), make_lieux().assign(statut="retenu")
    _, groups = build_groups(communes, scores, places, contours, competences)
    return pd.DataFrame(TABLES["departements"].validate(groups)).set_index("code_departement")


def test_a_group_without_any_score_has_no_count(communes, departements):
    assert departements.loc["01", COUNTS].isna().all()
    own = communes[communes["code_departement"] == "2A"]
    exposed = own["population"].where(own["est_fragile_non_couverte"], 0.0).sum()
    found = [own["est_fragile"].sum(), own["est_fragile_non_couverte"].sum(), exposed]
    assert departements.loc["2A", COUNTS].tolist() == found
    assert departements["nb_communes"].tolist() == [50, 50]


@pytest.mark.parametrize("level", ["departement", "region"])
def test_neither_has_it_in_the_views(communes, departements, level):
    name = f"v_fragiles_non_couvertes_par_{level}"
    query = next(sql for view, _, sql in VIEWS if view == name)
    with duckdb.connect() as base:
        base.register("frame", pd.DataFrame(communes.drop(columns="geometry")))
        base.execute("CREATE SCHEMA marts; CREATE VIEW marts.communes AS SELECT * FROM frame")
        found = base.execute(query).df().set_index(f"code_{level}")
    shown = [*COUNTS, "part_population_pct"]
    bare, known = found.loc[found.index[-1]], found.loc[found.index[0]]
    assert bare[shown].isna().all(), "last, without a count"
    assert known[COUNTS].tolist() == departements.loc["2A", COUNTS].tolist()
