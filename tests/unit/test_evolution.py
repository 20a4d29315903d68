"""Change between editions: on fixed goalposts, by hand; what is sure; whose territory is whose."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fragility.errors import DataCheckError
from fragility.index.noise import Level
from fragility.index.place_score import score_place
from fragility.index.profiles import load_profile
from fragility.sources.catalogue import register
from fragility.validation.evolution import compare_published, smallest_change
from fragility.validation.evolution_codes import follow, join, reverse
from fragility.validation.evolution_errors import (
    _half_steps,
    check_model_change,
    correlation_of,
    error_link,
)
from fragility.validation.evolution_noise import discoveries, two_sided
from fragility.validation.evolution_rows import contradicted
from tests.editions import (
    AFTER,
    BEFORE,
    make_pair,
    read,
    remap,
    rename_release,
    score_again,
    set_communes,
    sums,
    undivided,
    write,
)

PROFILE = load_profile("ifn-2023")


@pytest.fixture(autouse=True)
def forget():
    yield
    register((), ())


@pytest.fixture
def pair(demo, tmp_path):
    return make_pair(demo[1], tmp_path)


def compare(pair):
    return compare_published(pair[0].parent, BEFORE, AFTER)


def rows_of(evolution):
    return evolution.table.set_index("code_commune")


def inhabited(folder, count, key="pauvrete"):
    """Undivided communes with a value, the most people first."""
    table = read(folder, "index_indicateurs")
    own = table[table["niveau"].eq("commune") & table["code"].isin(undivided(folder).index)]
    own = own[own[f"{key}_pct"].notna()].sort_values("population", ascending=False)
    return own["code"].head(count).tolist()


# --- the change itself -------------------------------------------------------------------------
def test_nothing_that_was_not_measured_again_moves(pair):
    evolution = compare(pair)
    assert set(evolution.indicators["etat"]) == {"inchange"}
    compared = evolution.compared
    assert len(compared) > 290
    assert (compared["evolution"] == 0).all()
    assert (compared[["evolution_bas", "evolution_haut"]] == 0).all(axis=None)
    assert not compared["est_significatif"].any()
    assert set(compared["sens"]) == {"stable"}
    # With nothing left out, it is the score and the bounds that were published.
    assert (compared["score_avant"] == compared["score_publie_avant"]).all()
    bounds = read(pair[0], "index_bornes")
    assert evolution.bounds[0] == bounds.loc[bounds["borne"] == "classe", "score_min"].tolist()
    published = read(pair[0], "index_scores").query("niveau == 'commune'").set_index("code")
    own = rows_of(evolution).loc[compared["code_commune"]]
    assert (own["classe_avant"] == published.loc[own.index, "classe"]).all()
    assert (own["est_fragile_avant"] == published.loc[own.index, "est_fragile"]).all()


def test_a_change_by_hand_on_the_goalposts_of_the_older_edition(pair):
    before, after = pair
    town, other = inhabited(before, 2)
    old = read(before, "index_indicateurs").query("niveau == 'commune'").set_index("code").loc[town]
    set_communes(before, "pauvrete", {town: 3.0, other: 20.0}, 2019)
    set_communes(after, "pauvrete", {town: 38.0, other: 20.0}, 2023)
    evolution = compare(pair)
    row = rows_of(evolution).loc[town]
    posts, bounds = (read(before, name) for name in ("index_reperes", "index_bornes"))
    values = {key: old[f"{key}_pct"] for key in PROFILE.ids}
    scores = [
        score_place(values | {"pauvrete": rate}, posts, bounds, PROFILE) for rate in (3.0, 38.0)
    ]
    assert row["score_avant"] == scores[0].score
    assert row["score_apres"] == scores[1].score
    gap = scores[1].points["pauvrete"] - scores[0].points["pauvrete"]
    assert gap >= 8
    assert row["evolution"] == pytest.approx(gap / 5, abs=1e-12)
    assert row["contribution_pauvrete"] == pytest.approx(gap / 5, abs=1e-12)
    assert row[["contribution_non_thd", "contribution_plus_65"]].tolist() == [0, 0]
    assert (row["classe_avant"], row["classe_apres"]) == (scores[0].classe, scores[1].classe)
    assert row["sens"] == "hausse"
    assert row["est_significatif"]
    assert 0 < row["evolution_bas"] <= row["evolution"] <= row["evolution_haut"]
    assert "3,0 % → 38,0 %" in row["motif"]
    # Measured again to the same value.
    assert rows_of(evolution).loc[other, "evolution"] == 0
    # Nobody else moved: no rank of the new edition is in it.
    moved = evolution.compared.query("evolution != 0")["code_commune"].tolist()
    assert moved == [town]


def test_when_all_get_worse_together_all_get_worse(pair):
    """The very case in which ranks of each edition on its own show nothing."""
    after = pair[1]
    table = read(after, "index_indicateurs")
    table["pauvrete_pct"] = (table["pauvrete_pct"] * 1.5 + 4).clip(upper=100)
    table["pauvrete_annee"] = table["pauvrete_annee"].where(table["pauvrete_annee"].isna(), 2023)
    write(after, "index_indicateurs", table)
    score_again(after)
    published = [read(f, "index_scores").query("niveau == 'commune'")["score"] for f in pair]
    assert abs((published[1] - published[0]).mean()) < 0.05
    compared = compare(pair).compared
    assert (compared["evolution"] >= 0).all()
    assert compared["evolution"].mean() > 0.3


def test_contributions_add_up_to_the_change_on_every_row(pair):
    rng = np.random.default_rng(3)
    table = read(pair[1], "index_indicateurs")
    for key, year in (("pauvrete", 2023), ("plus_65", 2022), ("non_thd", 2024)):
        table[f"{key}_pct"] = (table[f"{key}_pct"] + rng.normal(0, 8, len(table))).clip(0, 100)
        table[f"{key}_annee"] = table[f"{key}_annee"].where(table[f"{key}_annee"].isna(), year)
    write(pair[1], "index_indicateurs", table)
    score_again(pair[1])
    compared = compare(pair).compared
    assert compared["evolution"].abs().max() > 1
    difference = compared["score_apres"] - compared["score_avant"]
    assert sums(compared).to_numpy() == pytest.approx(compared["evolution"].to_numpy(), abs=1e-11)
    assert difference.to_numpy() == pytest.approx(compared["evolution"].to_numpy(), abs=1e-11)
    assert compared["evolution_bas"].le(compared["evolution"]).all()
    assert compared["evolution_haut"].ge(compared["evolution"]).all()
    sure = compared[compared["est_significatif"]]
    assert len(sure)
    assert ((sure["evolution_bas"] > 0) | (sure["evolution_haut"] < 0)).all()
    # Twice the same draw.
    again = compare(pair).compared
    pd.testing.assert_frame_equal(compared, again)


# --- what is not compared ----------------------------------------------------------------------
def test_another_definition_is_left_out_of_both_sides(pair):
    rename_release(pair[1], "arcep_fixe", "arcep_fibre/2025-t3")
    evolution = compare(pair)
    state = evolution.indicators.set_index("indicateur").loc["non_thd"]
    assert state["etat"] == "redefini"
    assert (state["libelle_avant"], state["libelle_apres"]) == (
        "Sans très haut débit fixe", "Sans fibre optique",
    )  # fmt: skip
    compared = evolution.compared
    assert set(compared["indicateurs_compares"]) <= {
        "non_4g, plus_65, peu_diplomes, pauvrete", "plus_65, peu_diplomes, pauvrete",
        "non_4g, plus_65, peu_diplomes",
    }  # fmt: skip
    assert compared[["score_non_thd_avant", "score_non_thd_apres"]].isna().all(axis=None)
    assert compared["motif"].str.contains("Non comparé : « Sans fibre optique »").all()
    four = compared[[f"score_{key}_avant" for key in PROFILE.ids if key != "non_thd"]]
    assert compared["score_avant"].to_numpy() == pytest.approx(four.mean(axis=1).to_numpy())
    # At most a fifth is fragile on the older edition's own communes, on the new scale too.
    assert compared["est_fragile_avant"].mean() <= 0.2


def test_a_figure_of_the_same_year_from_another_file_is_a_correction(pair):
    town = inhabited(pair[0], 1)[0]
    year = int(read(pair[0], "index_indicateurs")["pauvrete_annee"].max())
    rename_release(pair[1], "insee_filosofi_communes", "insee_filosofi_communes/autre")
    set_communes(pair[0], "pauvrete", {town: 3.0}, year)
    set_communes(pair[1], "pauvrete", {town: 38.0}, year)
    evolution = compare(pair)
    assert evolution.indicators.set_index("indicateur").at["pauvrete", "etat"] == "revise"
    row = rows_of(evolution).loc[town]
    assert row["evolution"] > 1
    assert not row["est_significatif"]
    assert row["evolution_bas"] < 0
    assert "même année, autre calcul" in row["motif"]


def test_the_same_files_give_exactly_no_change_whatever_their_tables_hold(pair):
    town = inhabited(pair[0], 1)[0]
    old = read(pair[0], "index_indicateurs").set_index(["niveau", "code"])
    year = old.loc[("commune", town), "plus_65_annee"]
    set_communes(pair[1], "plus_65", {town: 99.0}, year)
    evolution = compare(pair)
    assert rows_of(evolution).loc[town, "evolution"] == 0
    assert evolution.indicators.set_index("indicateur").at["plus_65", "nb_recalculees"] == 1


# --- maps --------------------------------------------------------------------------------------
def passage(*rows):
    return pd.DataFrame(rows, columns=["code_avant", "code_apres", "part", "nature", "motif"])


MERGE = [("00001", "00009", 1.0, "fusion", "fusion"), ("00002", "00009", 1.0, "fusion", "fusion")]
SPLIT = [
    ("00003", "00003", 0.6, "retablissement", "garde son code"),
    ("00003", "00007", 0.4, "retablissement", "rétablie"),
]
MOVE = [("00004", "00008", 1.0, "changement_code", "changement de code")]


def test_every_code_of_either_map_has_its_fate():
    old = pd.Index(["00001", "00002", "00003", "00004", "00005", "00006"])
    new = pd.Index(["00003", "00005", "00007", "00008", "00009", "00010"])
    same = [("00005", "00005", 1.0, "inchange", "inchangée"),
            ("00006", None, 1.0, "sans_successeur", "quitte la France")]  # fmt: skip
    towns, ways = follow(old, new, passage(*MERGE, *SPLIT, *MOVE, *same))
    assert towns["nature"].to_dict() == {
        "00003": "retablissement", "00005": "inchange", "00007": "retablissement",
        "00008": "changement_code", "00009": "fusion", "00010": "inconnu",
    }  # fmt: skip
    assert towns.at["00009", "communes_avant"] == "00001, 00002"
    assert towns.at["00007", "motif"] == "rétablie"
    assert sorted(ways["code_avant"]) == ["00001", "00002", "00004", "00005"]


def test_a_passage_reads_backwards_and_two_are_joined():
    forward = passage(*MERGE, *MOVE)
    back = reverse(forward)
    assert back.query("code_avant == '00009'")["nature"].tolist() == ["scission", "scission"]
    assert back.query("code_avant == '00008'")["code_apres"].tolist() == ["00004"]
    # There and back again: every commune is itself, but those that were put together, in doubt.
    there = join(forward, back)
    whole = there[there["part"] == 1]
    assert whole["code_avant"].tolist() == ["00004"]
    assert whole["nature"].tolist() == ["inchange"]
    # Through the older map, what both editions put together is whole.
    both = join(back, passage(*MERGE, ("00004", "00004", 1.0, "inchange", "inchangée")))
    merged = both.query("code_avant == '00009'")
    assert merged[["code_apres", "part", "nature"]].to_numpy().tolist() == [
        ["00009", 1.0, "inchange"]
    ]


def test_a_merged_commune_has_the_mean_of_its_parts_and_a_divided_one_no_before(demo, tmp_path):
    pair = make_pair(demo[1], tmp_path, cog_year=2023)
    one, two, renamed, cut = inhabited(pair[0], 4)
    population = read(pair[0], "index_indicateurs").query("niveau == 'commune'").set_index("code")[
        "population"
    ]  # fmt: skip
    set_communes(pair[0], "pauvrete", {one: 4.0, two: 40.0}, 2019)
    set_communes(pair[1], "pauvrete", {one: 4.0, two: 4.0}, 2023)
    remap(
        pair[1],
        {two: one, renamed: "99999"},
        [
            (one, one, 1.0, "fusion", "garde son code"),
            (two, one, 1.0, "fusion", "fusion"),
            (renamed, "99999", 1.0, "changement_code", "changement de code"),
            (cut, cut, 0.7, "retablissement", "garde une partie"),
            (cut, one[:2] + "888", 0.3, "retablissement", "rétablie"),
        ],
    )
    evolution = compare(pair)
    rows = rows_of(evolution)
    share = population[two] / (population[one] + population[two])
    expected = 4 * (1 - share) + 40 * share
    merged = rows.loc[one]
    assert merged["nature"] == "fusion"
    assert merged["communes_avant"] == ", ".join(sorted([one, two]))
    assert merged["pauvrete_avant_pct"] == pytest.approx(expected)
    posts, bounds = (read(pair[0], name) for name in ("index_reperes", "index_bornes"))
    points = score_place({"pauvrete": expected}, posts, bounds, PROFILE).points["pauvrete"]
    assert merged["score_pauvrete_avant"] == points, "scored once, from the mean"
    assert np.isnan(merged["score_publie_avant"])
    assert f"moyenne de {merged['communes_avant']}" in merged["motif"]
    assert rows.loc["99999", ["statut", "nature"]].tolist() == ["comparee", "changement_code"]
    assert rows.loc["99999", "evolution"] == 0
    assert rows.loc[cut, ["statut", "nature"]].tolist() == ["sans_avant", "retablissement"]
    assert "garde une partie" in rows.loc[cut, "motif"]
    assert np.isnan(rows.loc[cut, "evolution"])
    # Nobody is lost.
    assert sum(evolution.codes.values()) == 300
    assert evolution.codes == {"inchange": 296, "changement_code": 1, "fusion": 2, "divisee": 1,
                               "sortie": 0}  # fmt: skip
    assert len(rows) == 299
    # Backwards: the older map is the later one, the merged commune cannot be divided again.
    back = compare_published(tmp_path, AFTER, BEFORE)
    assert back.is_backwards
    assert rows_of(back).loc[[one, two], "statut"].tolist() == ["sans_avant"] * 2
    assert rows_of(back).loc[renamed, "nature"] == "changement_code"


def test_a_commune_divided_otherwise_into_iris_is_scored_once_on_both_sides(pair):
    iris = read(pair[1], "core_iris")
    size = iris.groupby("code_commune").size()
    town = size[size > 2].index[0]
    lost = iris.loc[iris["code_commune"] == town, "code_iris"].iloc[0]
    write(pair[1], "core_iris", iris[iris["code_iris"] != lost])
    table = read(pair[1], "index_indicateurs")
    write(pair[1], "index_indicateurs", table[table["code"] != lost])
    score_again(pair[1])
    row = rows_of(compare(pair)).loc[town]
    posts, bounds = (read(pair[0], name) for name in ("index_reperes", "index_bornes"))
    own = table[table["niveau"].eq("commune")].set_index("code").loc[town]
    alone = score_place({k: own[f"{k}_pct"] for k in PROFILE.ids}, posts, bounds, PROFILE)
    assert row["score_avant"] == alone.score == row["score_apres"]


def test_maps_that_cannot_be_followed_are_refused(demo, tmp_path):
    pair = make_pair(demo[1], tmp_path, cog_year=2023)
    write(pair[1], "core_passage", read(pair[1], "core_passage").head(0))
    with pytest.raises(DataCheckError) as refused:
        compare(pair)
    assert "ne peut être suivie" in refused.value.message()
    assert "« apres » suit « avant »" in refused.value.message()


# --- what is sure ------------------------------------------------------------------------------
def test_false_discoveries_are_held():
    """1,900 changes of pure noise and 100 true ones: of those called significant, few are noise."""
    rng = np.random.default_rng(7)
    shares, found = [], []
    for _ in range(40):
        true = np.r_[np.zeros(1900), np.full(100, 5.0)]
        p_value = two_sided(true + rng.standard_normal(2000), np.ones(2000))
        kept = discoveries(p_value)
        shares.append(kept[:1900].sum() / max(kept.sum(), 1))
        found.append(kept[1900:].mean())
    assert np.mean(shares) <= 0.055
    assert np.mean(found) > 0.9
    # Each alone at 5 % would have called ninety-five of them significant.
    assert (two_sided(rng.standard_normal(1900), np.ones(1900)) < 0.05).sum() > 60


def test_without_any_change_nothing_is_discovered():
    assert not discoveries(np.ones(10)).any()
    assert discoveries(np.zeros(0)).size == 0
    rng = np.random.default_rng(1)
    false = [discoveries(two_sided(rng.standard_normal(500), np.ones(500))).any()
             for _ in range(200)]  # fmt: skip
    assert np.mean(false) < 0.1


def test_errors_of_two_editions_go_together_or_not():
    rng = np.random.default_rng(5)
    codes = [f"{n:05d}" for n in range(500)]
    common, own = rng.normal(0, 1, 500), rng.normal(0, 1, (2, 500))
    tables = [
        pd.DataFrame({"code": codes, "observe": 10.0, "predit": 10 - (common + own[side])})
        for side in range(2)
    ]
    assert error_link(*tables) == pytest.approx(0.5, abs=0.08)
    assert error_link(tables[0], tables[0]) == 0.99
    assert np.isnan(error_link(tables[0].head(10), tables[1]))


def test_a_change_that_the_communes_own_figure_contradicts_is_never_sure():
    """Poverty of the IRIS fell, that of the commune rose: the leading indicator decides."""
    parts = {f"contribution_{key}": [0.0] * 3 for key in PROFILE.ids}
    values = {f"{key}_{side}_pct": [10.0] * 3 for key in PROFILE.ids for side in ("avant", "apres")}
    table = pd.DataFrame(parts | values).assign(
        contribution_pauvrete=[-0.5, -0.5, 0.5], evolution=[-0.5, -0.5, 0.5]
    )
    table["pauvrete_apres_pct"] = [12.0, 10.0, 12.0]
    assert contradicted(table).tolist() == [True, False, False]


def test_the_rows_call_no_contradicted_change_sure(pair):
    """Poverty of every IRIS of divided communes fell by half, that of the communes rose."""
    divided = set(read(pair[0], "core_communes")["code_commune"]) - set(undivided(pair[0]).index)
    significant = {}
    for rise in (-2.0, 2.0):
        table = read(pair[0], "index_indicateurs")
        town = table["niveau"].eq("commune") & table["code"].isin(divided)
        unit = table["niveau"].eq("iris") & table["code"].str[:5].isin(divided)
        table.loc[unit, "pauvrete_pct"] /= 2
        table.loc[town, "pauvrete_pct"] += rise
        table["pauvrete_annee"] = table["pauvrete_annee"].where(
            table["pauvrete_annee"].isna(), 2023
        )
        write(pair[1], "index_indicateurs", table)
        score_again(pair[1])
        rows = rows_of(compare(pair)).loc[sorted(divided)]
        fell = rows[(rows["contribution_pauvrete"] < 0) & rows["pauvrete_apres_pct"].notna()]
        significant[rise] = int(fell["est_significatif"].sum())
    assert significant[-2.0] > 0
    assert significant[2.0] == 0


def test_a_tenth_of_a_class_is_the_least_change_spoken_of():
    """Classes 1.25 wide."""
    assert smallest_change([4.0, 5.25, 6.5, 7.75]) == pytest.approx(0.125)
    assert smallest_change([4.0, 5.0, np.inf, np.inf]) == pytest.approx(0.1)
    assert smallest_change([4.0]) == 0


def test_censuses_share_the_surveys_that_both_rest_on():
    """Five years of surveys each: three years apart they share two of five."""
    years = np.array([2018.0, 2018, 2018, 2018]), np.array([2018.0, 2021, 2023, 2025])
    assert correlation_of("plus_65", np.nan, *years) == pytest.approx([0.99, 0.4, 0, 0])
    assert correlation_of("non_thd", 0.5, *years).tolist() == [0] * 4
    assert correlation_of("pauvrete", 0.5, *years).tolist() == [0.5] * 4


def test_a_figure_published_without_decimals_is_within_a_half():
    """Whole numbers in all of 2019, decimals in 2020, an estimate that nobody rounded."""
    value = np.array([12.0, 15, 7, 9.4, 12.3, 15])
    origin = np.array(["observe"] * 3 + ["impute"] + ["observe"] * 2)
    cells = pd.DataFrame({"pauvrete_annee": [2019] * 4 + [2020] * 2})
    side = SimpleNamespace(index=SimpleNamespace(
        level=lambda *_: Level(value, origin, np.full(6, 500.0)),
        cells={"commune": cells, "iris": cells},
    ))  # fmt: skip
    half = _half_steps(side, "pauvrete")
    assert half["commune"].tolist() == [0.5, 0.5, 0.5, 0, 0, 0]
    assert half["iris"].tolist() == [0.5, 0.5, 0.5, 0, 0, 0]


def test_iris_with_their_own_figure_on_one_side_only_are_not_compared(pair):
    iris = read(pair[0], "core_iris")
    divided = iris[iris["code_commune"].duplicated(keep=False)]
    table = read(pair[1], "index_indicateurs")
    own = table[table["niveau"].eq("iris") & table["pauvrete_origine"].eq("observe")]
    town = divided.loc[divided["code_iris"].isin(own["code"]), "code_commune"].iloc[0]
    rows = table["code"].isin(divided.loc[divided["code_commune"] == town, "code_iris"])
    table.loc[rows & table["pauvrete_origine"].eq("observe"), "pauvrete_origine"] = "commune"
    table.loc[rows, "pauvrete_pct"] += 30
    later = table["pauvrete_annee"].where(table["pauvrete_annee"].isna(), 2023)
    table["pauvrete_annee"] = later
    write(pair[1], "index_indicateurs", table)
    score_again(pair[1])
    row = rows_of(compare(pair)).loc[town]
    # The commune's own value did not move: neither does its score.
    assert row["evolution"] == 0


def test_a_modelled_change_has_the_noise_of_the_model(pair):
    """The same change of poverty, published and modelled: the second is less sure."""
    table = read(pair[1], "index_indicateurs")
    towns = set(undivided(pair[0]).index)
    own = table[table["niveau"].eq("commune") & table["code"].isin(towns)]
    modelled = own.loc[own["pauvrete_origine"] == "impute", "code"]
    assert len(modelled) > 100
    rows = table["pauvrete_origine"].eq("impute")
    table.loc[rows, "pauvrete_pct"] += 2.0
    table["pauvrete_annee"] = table["pauvrete_annee"].where(table["pauvrete_annee"].isna(), 2023)
    write(pair[1], "index_indicateurs", table)
    score_again(pair[1])
    evolution = compare(pair)
    moved = evolution.compared[evolution.compared["code_commune"].isin(modelled)]
    assert (moved["evolution_haut"] - moved["evolution_bas"]).median() > 0.2
    assert moved["est_significatif"].mean() < 0.2
    # Two runs of one model on one year err together: it is measured, not supposed.
    assert evolution.sureness.link == 0.99
    told = check_model_change(evolution.before, evolution.after)
    assert told["nb"] == 105
    assert told["erreur"] == 0
