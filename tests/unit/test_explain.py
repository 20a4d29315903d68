"""Explanations of the demonstration, checked against its own tables and by scoring again."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fragility.errors import MissingFileError
from fragility.export.explanation_words import _beyond
from fragility.index.composite import classify, combine, normalise
from fragility.index.explain import explain
from fragility.index.explain_tables import _brought, _errors, read_columns, read_tables
from fragility.index.lookup import TOP
from fragility.index.profiles import load_profile
from fragility.index.redrawn import gather, prepare
from fragility.index.thresholds import LESS, MORE
from fragility.schemas import INDICATORS

ROOT = Path(__file__).parents[2]
PROFILE = load_profile("ifn-2023")


@pytest.fixture(scope="module")
def folder(demo):
    return demo[1]


@pytest.fixture(scope="module")
def tables(folder):
    return {
        level: read_tables(folder, PROFILE, level)
        for level in ("commune", "iris", "epci", "departement")
    }


@pytest.fixture(scope="module")
def told(tables):
    return {level: explain(t, list(t.rows.index)) for level, t in tables.items()}


def published(folder, table):
    path = folder / "tables" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    return frame.set_index(frame.columns[0])


# --- contributions -----------------------------------------------------------------------------
@pytest.mark.parametrize("level", ["commune", "iris", "epci", "departement"])
def test_contributions_add_up_to_the_published_score_everywhere(folder, told, level):
    name = {"epci": "epci", "iris": "iris"}.get(level, f"{level}s")
    score = published(folder, name)["score"]
    assert set(told[level]) == set(score.index)
    for code, one in told[level].items():
        if np.isnan(score[code]):
            assert one.score is None
            assert one.contributions == {}
        else:
            assert sum(one.contributions.values()) == pytest.approx(score[code], abs=1e-9)


def test_gaps_add_up_to_the_gap_with_the_average_place(told):
    for one in told["commune"].values():
        if one.score is not None:
            gaps = sum(f.ecart for f in one.indicateurs if f.ecart is not None)
            assert gaps == pytest.approx(one.score - one.score_moyen, abs=1e-9)


def test_the_average_commune_is_the_plain_mean_of_those_that_have_a_score(folder, told):
    communes = published(folder, "communes")
    scored = communes[communes["score"].notna()]
    one = next(e for e in told["commune"].values() if len(e.contributions) == 5)
    for figure in one.indicateurs:
        mean = scored[f"score_{figure.indicateur}"].mean() / 5
        assert figure.moyenne == pytest.approx(mean)


# --- one or all --------------------------------------------------------------------------------
@pytest.mark.parametrize("level", ["commune", "iris", "epci"])
def test_one_place_is_explained_as_when_all_are(folder, told, level):
    some = sorted(told[level])[:: max(1, len(told[level]) // 6)]
    for code in some:
        alone = read_tables(folder, PROFILE, level, [code])
        assert len(alone.rows) == 1
        assert explain(alone, [code])[code] == told[level][code]


def test_a_code_that_the_level_has_not_is_left_out(tables):
    assert explain(tables["commune"], ["00000"]) == {}


# --- places ------------------------------------------------------------------------------------
def test_rank_of_the_edition_is_the_published_one(folder, told):
    communes = published(folder, "communes")
    for code, one in told["commune"].items():
        if one.score is None:
            assert one.places == ()
            continue
        whole = one.places[0]
        assert (whole.perimetre, whole.rang) == ("france", communes.at[code, "rang"])
        assert whole.nombre == communes["score"].notna().sum()
        assert {p.perimetre for p in one.places} >= {"france", "region", "departement"}


def test_rank_in_the_epci_by_hand(folder, told):
    communes = published(folder, "communes")
    own = communes[communes["code_epci"].str.isdigit() & communes["score"].notna()]
    code = own["code_epci"].value_counts().index[0]
    group = own[own["code_epci"] == code]["score"].round(9)
    for place, score in group.items():
        rank = next(p for p in told["commune"][place].places if p.perimetre == "epci")
        assert rank.rang == 1 + (group > score).sum()
        assert rank.ex_aequo == (group == score).sum() - 1
        assert rank.moins_fragiles_pct == pytest.approx(
            100 * (group < score).sum() / (len(group) - 1)
        )


# --- what would change the class ---------------------------------------------------------------
@pytest.mark.parametrize("level", ["commune", "iris"])
def test_the_value_written_changes_the_class_of_every_place(tables, told, level):
    """As a reader reads it: rounded to a tenth, the others left as they are."""
    of = tables[level]
    named = 0
    for key in PROFILE.ids:
        shifts = [
            (one.code, shift)
            for one in told[level].values()
            for shift in one.changements
            if shift.indicateur == key and shift.valeur is not None
        ]
        codes = [code for code, _ in shifts]
        now = of.values.loc[codes, key].to_numpy()
        written = [_beyond(s.valeur, s.valeur > v) for (_, s), v in zip(shifts, now, strict=True)]
        values = of.values.loc[codes].assign(**{key: written})
        again = normalise(values, of.goalposts, PROFILE)[key]
        changed = of.points.loc[codes].assign(**{key: again})
        reached = classify(combine(changed, PROFILE), of.bounds).to_numpy(int)
        for (code, shift), got in zip(shifts, reached, strict=True):
            assert got <= shift.classe if shift.sens == LESS else got >= shift.classe
            assert abs(got - told[level][code].classe) >= 1
        named += len(shifts)
    assert named > 100


def test_the_scale_gives_every_undivided_place_its_published_points(tables):
    """Without this no value could be named: the goalposts are those of the scores."""
    of = tables["iris"]
    again = normalise(of.values, of.goalposts, PROFILE)
    pd.testing.assert_frame_equal(again, of.points, check_names=False)


def test_a_divided_commune_names_values_only_where_its_iris_share_one(tables, told, folder):
    units = published(folder, "iris")
    divided = [one for one in told["commune"].values() if one.est_decoupee and one.changements]
    assert divided
    seen = set()
    for one in divided:
        own = units[units["code_commune"] == one.code]
        assert len(one.iris) == len(own)
        for shift in one.changements:
            same = own[f"{shift.indicateur}_pct"].nunique() == 1
            same &= np.isclose(
                own[f"{shift.indicateur}_pct"].iloc[0],
                tables["commune"].values.at[one.code, shift.indicateur],
            )
            assert shift.applicable == same
            seen.add(shift.applicable)
    assert seen == {True, False}


def test_only_networks_are_levers(told):
    for one in [*told["commune"].values(), *told["iris"].values()]:
        for shift in one.changements:
            assert (shift.levier is not None) == (shift.indicateur in ("non_thd", "non_4g"))
        if one.score is not None:
            assert one.score_reseaux <= one.score + 1e-9


def test_the_least_and_most_fragile_classes_go_one_way(told):
    for one in told["commune"].values():
        ways = {s.sens for s in one.changements}
        assert ways == {None: set(), 1: {MORE}, 5: {LESS}}.get(one.classe, {LESS, MORE})


# --- neighbours, reach, doubts -----------------------------------------------------------------
def test_five_neighbours_with_their_scores(folder, told):
    communes = published(folder, "communes")
    for code, one in told["commune"].items():
        if one.score is None:
            assert one.semblables == ()
            continue
        codes = [s.code for s in one.semblables]
        assert len(set(codes)) == 5
        assert code not in codes
        for near in one.semblables:
            assert near.score == communes.at[near.code, "score"]
            assert near.ecart == pytest.approx(near.score - one.score)
        distances = [s.distance for s in one.semblables]
        assert distances == sorted(distances)


def test_an_iris_resembles_iris_of_its_kind(folder, told):
    kinds = published(folder, "iris")["type_iris"].eq("Z")
    for code, one in told["iris"].items():
        assert {bool(kinds[s.code]) for s in one.semblables} <= {bool(kinds[code])}


def test_facts_are_those_of_the_table(folder, told):
    communes = published(folder, "communes")
    for code, one in told["commune"].items():
        row = communes.loc[code]
        assert (one.nom, one.motif, one.est_fragile) == (
            row["nom"],
            row["motif"],
            row["est_fragile"],
        )
        assert one.portee.couverture == (None if pd.isna(row["couverture"]) else row["couverture"])
        for figure in one.indicateurs:
            assert figure.origine == row[f"{figure.indicateur}_origine"]
            value = row[f"{figure.indicateur}_pct"]
            assert figure.valeur is None if np.isnan(value) else figure.valeur == value


def test_a_place_without_score_is_explained_too(told):
    none = [one for one in told["commune"].values() if one.score is None]
    assert none
    for one in none:
        assert one.motif.startswith("Non calculé")
        assert (one.classe, one.rang, one.changements, one.certitude) == (None, None, (), None)


def test_modelled_poverty_and_only_it_has_an_error(told):
    for level in ("commune", "iris"):
        for one in told[level].values():
            for figure in one.indicateurs:
                modelled = figure.indicateur == "pauvrete" and figure.origine == "impute"
                assert (figure.erreur is not None) == modelled
                assert figure.erreur is None or figure.erreur > 0


def test_the_error_is_half_the_interval_that_the_index_is_drawn_with(folder, told):
    """Drawn again as the edition was, without the table of errors: every modelled commune."""
    read = {
        name: pd.read_parquet(folder / "tables" / f"{name}.parquet")
        for name in ("index_indicateurs", "core_communes", "core_iris", "index_residus",
                     "core_recensement", "core_revenus")
    }  # fmt: skip
    names = ("index_indicateurs", "core_communes", "core_iris")
    edition = gather(*(read[name] for name in names), PROFILE)
    rest = (read[name] for name in ("index_residus", "core_recensement", "core_revenus"))
    drawn = prepare(edition, *rest, draws=1024, sources=("imputation",))
    values = drawn.drawn["pauvrete"]
    rows = np.stack([values.at(draw).copy() for draw in range(drawn.draws)])
    low, high = np.quantile(rows, [0.05, 0.95], axis=0) / drawn.lookups["pauvrete"].steps * TOP
    # The first lines are the communes that are a single IRIS.
    half = pd.Series((high - low)[: drawn.whole] / 2, drawn.codes["commune"][: drawn.whole])
    said = {
        code: figure.erreur
        for code, one in told["commune"].items()
        for figure in one.indicateurs
        if figure.erreur is not None and code in half.index
    }
    assert len(said) > 20
    assert pd.Series(said).to_numpy() == pytest.approx(half[list(said)].to_numpy(), rel=0.03)


def test_an_iris_has_the_error_of_its_commune(folder, told):
    iris = published(folder, "iris")
    for code, one in told["iris"].items():
        for figure in one.indicateurs:
            if figure.erreur is not None:
                above = told["commune"][iris.at[code, "code_commune"]]
                assert figure.erreur in [f.erreur for f in above.indicateurs]


def test_an_edition_without_the_table_of_errors_says_none(folder, tables, tmp_path):
    from dataclasses import replace

    of = tables["commune"]
    codes = list(of.rows.index)
    bare = replace(of, errors=_errors(tmp_path, "commune", codes))
    assert {f.erreur for one in explain(bare, codes).values() for f in one.indicateurs} == {None}


def test_an_indicator_that_is_missing_everywhere(tables):
    """The score rests on the four others; nothing is said of the fifth."""
    from dataclasses import replace

    of = tables["commune"]
    points, values = of.points.copy(), of.values.copy()
    points["non_4g"] = values["non_4g"] = np.nan
    score = combine(points, PROFILE)
    rows = of.rows.assign(score=score.reindex(of.rows.index))
    bare = replace(
        of, points=points, values=values, places=of.places.assign(score=score), rows=rows,
        goalposts=of.goalposts[of.goalposts["indicateur"] != "non_4g"],
    )  # fmt: skip
    for one in explain(bare, list(rows.index)).values():
        if one.score is None:
            continue
        assert set(one.contributions) == set(INDICATORS) - {"non_4g"}
        assert sum(one.contributions.values()) == pytest.approx(one.score, abs=1e-9)
        assert all(s.valeur is None for s in one.changements if s.indicateur == "non_4g")
        assert len(one.semblables) == 5


def test_a_profile_without_limits_has_none(tables):
    """Of base 100, no score is the highest; an infinity is no number for a program."""
    from dataclasses import replace

    of = tables["commune"]
    free = replace(of, profile=replace(PROFILE, normalisation="base_100"))
    one = next(iter(explain(free, list(of.rows.index[:1])).values()))
    assert one.bornes_score == (None, None)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingFileError, match="fragility run"):
        read_columns(tmp_path / "demo", "communes")


# --- what a user brought -----------------------------------------------------------------------
def test_the_file_of_a_users_indicator_is_read_in_the_ledger(folder):
    brought = _brought(folder)
    assert brought["neet_16_25"] == "indicateurs/demo/neet_16_25.csv"
    assert not set(brought) & set(INDICATORS)


def test_the_place_that_the_readmes_ask_for_is_on_the_demonstration(folder):
    names = set(published(folder, "communes")["nom"])
    for page in ("README.md", "README.fr.md"):
        asked = re.findall(r"fragility explain ([A-Z][\w'-]+)", (ROOT / page).read_text("utf-8"))
        places = [name for name in asked if not name.isupper()]
        assert places
        assert set(places) <= names
