"""Several profiles in one run, on ten communes of a thousand people."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fragility.controls_profiles import control_bounds, control_complete, control_profiles
from fragility.errors import DataCheckError
from fragility.index.profile_words import ProfileWords, in_words
from fragility.index.profiles import load_profile, load_profiles
from fragility.index.several import build_profiles, dominant_pillar, missing_indicators
from fragility.schemas import INDICATOR_LABELS, INDICATORS, TABLES, models_with, validate
from fragility.sources.catalogue import find_edition
from fragility.sources.indicator_files import folder_of

CODES = [f"010{n:02d}" for n in range(10)]
CONTEXT = ("personnes_seules", "familles_mono", "niveau_vie", "jeunes", "plus_65_15p", "chomage")


def inputs(context=CONTEXT):
    """Every indicator grows with the commune but income and 4G, which go down."""
    communes = pd.DataFrame(
        {
            "code_commune": CODES,
            "code_epci": ["200000001"] * 5 + ["200000002"] * 5,
            "code_departement": "01",
            "code_region": "84",
        }
    )
    iris = pd.DataFrame(
        {"code_iris": [f"{c}0000" for c in CODES], "code_commune": CODES, "type_iris": "Z"}
    )
    keys = [("commune", c) for c in CODES] + [("iris", f"{c}0000") for c in CODES]
    rows = pd.DataFrame(keys, columns=["niveau", "code"]).assign(population=1000.0)
    rank = np.tile(np.arange(10.0), 2)
    for key in INDICATORS:
        rows[f"{key}_pct"] = 50 - 5 * rank if key == "non_4g" else 10 + 5 * rank
        rows[f"{key}_origine"] = "observe"
    long = [
        pd.DataFrame(keys, columns=["niveau", "code"]).assign(
            indicateur=key,
            valeur=20000 - 500 * rank if key == "niveau_vie" else 10 + 2 * rank,
            origine="observe",
            annee=pd.array([2018] * 20, dtype="Int64"),
        )
        for key in context
    ]
    empty = pd.DataFrame(columns=["niveau", "code", "indicateur", "valeur", "origine", "annee"])
    return rows, pd.concat(long) if long else empty, communes, iris


def computed(*names, context=CONTEXT):
    return build_profiles(*inputs(context), load_profiles(names))


def test_every_table_respects_its_model():
    tables = computed("ifn-2023", "ifn-2020", "ifn-2021", "deux-piliers")
    for name, table in tables.items():
        validate(table, name)
    counts = tables["index_profils"].groupby(["profil", "niveau"]).size()
    assert counts.unstack().to_numpy().tolist() == [[10, 1, 2, 10]] * 4


def test_the_main_profile_is_the_one_of_the_scores():
    two, one = computed("ifn-2020", "ifn-2023"), computed("ifn-2023")
    scores = two["index_scores"].set_index(["niveau", "code"])["score"]
    rows = two["index_profils"].set_index("profil")
    own = rows.loc["ifn-2020"].set_index(["niveau", "code"])["score"]
    pd.testing.assert_series_equal(scores, own.reindex(scores.index), check_names=False)
    other = rows.loc["ifn-2023"].set_index(["niveau", "code"])["score"]
    usual = one["index_scores"].set_index(["niveau", "code"])["score"]
    pd.testing.assert_series_equal(usual, other.reindex(usual.index), check_names=False)


def test_sub_scores_outside_the_profile_are_empty():
    scores = computed("ifn-2020")["index_scores"]
    assert scores["score_peu_diplomes"].notna().all()
    for key in ("non_thd", "non_4g", "plus_65", "pauvrete"):
        assert scores[f"score_{key}"].isna().all()


def test_points_of_the_default_profile_are_written_once():
    assert computed("ifn-2023")["index_points"].empty
    beside = computed("ifn-2020", "ifn-2023")["index_points"]
    assert set(beside["profil"]) == {"ifn-2020", "ifn-2023"}


@pytest.mark.parametrize("name", ["ifn-2020", "ifn-2021", "ifn-2020-publie"])
def test_contributions_add_up_to_the_score(name):
    tables = computed(name)
    sums = tables["index_points"].groupby(["niveau", "code"])["contribution"].sum()
    score = tables["index_scores"].set_index(["niveau", "code"])["score"]
    assert (sums - score).abs().max() < 1e-9


def test_bounds_and_goalposts_are_kept_for_each_profile():
    tables = computed("ifn-2023@10", "ifn-2020")
    bounds = tables["index_bornes"]
    assert set(bounds["profil"]) == {"ifn-2023", "ifn-2020"}
    assert bounds.groupby("profil").size().tolist() == [5, 5]
    assert set(tables["index_reperes"]["profil"]) == {"ifn-2023", "ifn-2020"}
    # 10 % of ten communes: one fragile, where the profile's own share would give two.
    fragile = tables["index_profils"][tables["index_profils"]["niveau"] == "commune"]
    assert fragile.groupby("profil")["est_fragile"].sum().to_dict() == {
        "ifn-2020": 2,
        "ifn-2023": 1,
    }


def test_axes_and_pillars_of_each_place():
    rows = computed("deux-piliers")["index_piliers"]
    assert set(rows["groupe"]) == {"infrastructure", "population", "reseaux", "personnes"}
    pillars = rows[(rows["niveau"] == "commune") & (rows["nature"] == "pilier")]
    wide = pillars.pivot(index="code", columns="groupe", values="points")
    # Without fixed broadband grows, without 4G goes down: 10 % steps that cancel out.
    assert wide["reseaux"].tolist() == pytest.approx([5.5] * 10)
    assert wide["personnes"].tolist() == pytest.approx(list(range(1, 11)))
    high = pillars.pivot(index="code", columns="groupe", values="est_eleve")
    assert high["personnes"].tolist() == [False] * 8 + [True] * 2
    # All tie: the 20 % at most who would be high are nobody.
    assert not high["reseaux"].any()
    assert computed("ifn-2023")["index_piliers"].empty


def test_the_dominant_pillar_and_none_at_a_tie():
    profile = load_profile("deux-piliers")
    points = pd.DataFrame(
        [[9, 9, 1, 1, 1], [1, 1, 9, 9, 9], [5, 5, 5, 5, 5], [np.nan] * 5],
        columns=profile.ids,
        dtype=float,
    )
    found = dominant_pillar(points, profile)
    assert found.iloc[:2].tolist() == ["reseaux", "personnes"]
    assert found.iloc[2:].isna().all()
    assert dominant_pillar(points, load_profile("ifn-2023")).isna().all()


# --- what an edition lacks ------------------------------------------------
def test_a_profile_of_which_too_little_is_known_is_refused_and_says_what_to_bring():
    with pytest.raises(DataCheckError) as error:
        computed("ifn-2023", "senior")
    assert error.value.exit_code == 1
    message = str(error.value)
    assert "senior" in message
    for key in ("pauvrete_50_plus", "plus_75_50p", "peu_diplomes_50_plus"):
        assert f"indicateurs/{key}.csv" in message
    assert "au moins 4 indicateurs sur 5" in message


def test_a_fictional_edition_names_its_own_folder_where_to_bring():
    rows, context, communes, iris = inputs()
    folder = folder_of(find_edition("demo"))
    assert (folder, folder_of(find_edition("france-2021"))) == ("indicateurs/demo", "indicateurs")
    with pytest.raises(DataCheckError, match=r"indicateurs/demo/plus_75_50p\.csv"):
        build_profiles(rows, context, communes, iris, load_profiles(["senior"]), folder)
    with pytest.raises(DataCheckError, match="apportez-les dans indicateurs/demo/"):
        control_complete(rows, context, load_profiles(["senior"]), folder)


def test_no_commune_with_enough_indicators_is_refused_too():
    rows, context, communes, iris = inputs()
    for n, key in enumerate(("non_thd", "non_4g")):
        rows.loc[rows.index % 2 == n, f"{key}_pct"] = np.nan
    profile = dataclasses.replace(load_profile("ifn-2023"), min_subscores=5)
    with pytest.raises(DataCheckError, match="ne peut être calculé"):
        build_profiles(rows, context, communes, iris, [profile])


def test_a_profile_short_of_an_indicator_is_computed_with_a_warning():
    rows, context, *_ = inputs()
    profile = dataclasses.replace(load_profile("ifn-2020"), min_subscores=4)
    context = context[context["indicateur"] != "jeunes"]
    assert missing_indicators(rows, context, profile) == ["jeunes"]
    with pytest.raises(DataCheckError, match="jeunes"):
        control_complete(rows, context, [profile])
    control_complete(rows, context, [load_profile("ifn-2023")])


# --- controls ------------------------------------------------
def test_a_score_off_its_scale_or_that_is_no_sum_stops_the_run():
    profiles = load_profiles(["ifn-2021"])
    tables = computed("ifn-2021", context=[*CONTEXT, "services_publics"])
    table, points = tables["index_profils"], tables["index_points"]
    control_profiles(table, points, profiles)
    with pytest.raises(DataCheckError, match="échelle"):
        control_profiles(table.assign(score=table["score"] + 20), points, profiles)
    with pytest.raises(DataCheckError, match="contributions"):
        control_profiles(table, points.assign(contribution=0.1), profiles)
    scores = computed("ifn-2023")["index_scores"]
    control_bounds(scores, load_profile("ifn-2023"))
    with pytest.raises(DataCheckError, match="score_pauvrete"):
        control_bounds(scores.assign(score_pauvrete=11.0), load_profile("ifn-2023"))


# --- words ------------------------------------------------
def test_the_words_of_the_models_are_those_of_the_default_profile():
    words = ProfileWords(load_profile("ifn-2023"))
    assert models_with(INDICATOR_LABELS, words.columns()) == TABLES
    assert words.out_of == " sur 10"


def test_the_words_follow_the_profile():
    labels = {key: label for key, (label, _) in INDICATOR_LABELS.items()}
    words = ProfileWords(load_profile("ifn-2020:departement"))
    within, line = words.how_to_read(labels)
    assert "comparé à ceux de son département seulement" in within
    assert line.startswith("Le score vaut 100 pour la moyenne du département")
    assert "six sous-scores" in line
    assert "personnes seules" in line
    assert "haut débit" not in line
    assert "Vide : le profil n'a pas" in words.columns()["score_non_thd"]
    assert "Vide" not in words.columns()["score_peu_diplomes"]
    other = ProfileWords(load_profile("ifn-2021@15"))
    assert "de -10 (moins fragile) à 10 (plus fragile)" in other.columns()["score"]
    assert "15 %" in other.columns()["est_fragile"]
    assert "onze sous-scores de -3 à 3, étirée" in other.how_to_read(labels)[0]
    assert other.out_of == " (de -10 à 10)"
    two = ProfileWords(load_profile("deux-piliers"))
    assert "deux piliers à parts égales" in two.how_to_read(labels)[0]
    assert in_words(11) == "onze"
