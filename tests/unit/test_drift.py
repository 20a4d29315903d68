"""Drift between two publications, on tables small enough to be checked by hand."""

import dataclasses
import datetime
import html
import re

import numpy as np
import pandas as pd
import pytest

from fragility.schemas import INDICATORS
from fragility.sources import catalogue
from fragility.sources.model import Edition
from fragility.validation import drift_codes, drift_measures, drift_movers, markup
from fragility.validation.drift import TOTALS, compare, compare_sources, count_totals
from fragility.validation.drift_page import read_alerts, render, write_page
from fragility.validation.drift_report import CHECKS, DriftReport, build_report, list_alerts
from fragility.validation.publication import Publication, read_publication

OLD = Edition("vieille", "Ancienne carte", 2021, ("a/1",))
NEW = Edition("neuve", "Carte neuve", 2025, ("a/2",), previous="vieille")
EQUAL = dict.fromkeys(INDICATORS, 1.0)
DAY = datetime.date(2025, 3, 1)


def communes(codes, **columns):
    """Communes with nothing remarkable but the columns given."""
    n = len(codes)
    frame = pd.DataFrame(
        {
            "code_commune": pd.Series(codes, dtype="str"),
            "nom": pd.Series([f"Nom {c}" for c in codes], dtype="str"),
            "code_departement": pd.Series([c[:2] for c in codes], dtype="str"),
            "nom_departement": pd.Series([f"Dép {c[:2]}" for c in codes], dtype="str"),
            "couverture": pd.Series(["couverte"] * n, dtype="str"),
            "population": 1000.0,
            "score": 5.0,
            "rang": 1.0,
            "est_fragile": False,
            "est_fragile_non_couverte": False,
        }
    )
    for key in INDICATORS:
        frame[f"{key}_pct"] = np.linspace(10, 20, n)
        frame[f"{key}_origine"] = pd.Series(["observe"] * n, dtype="str")
        frame[f"{key}_annee"] = 2018.0
        frame[f"score_{key}"] = 5.0
    return frame.assign(**columns)


def publication(codes, edition=OLD, iris=None, releases=("arcep_fixe/2019-09",), **columns):
    frame = communes(codes, **columns)
    units = iris or [f"{code}0000" for code in codes]
    return Publication(
        edition=edition,
        profile="ifn-2023",
        communes=frame,
        iris=pd.DataFrame(
            {
                "code_iris": units,
                "nom": [f"IRIS {u}" for u in units],
                "code_commune": [u[:5] for u in units],
            },
            dtype="str",
        ).assign(
            population=100.0,
            score=5.0,
            **{f"{key}_pct": 10.0 for key in INDICATORS},
            **{f"{key}_annee": 2018 for key in INDICATORS},
        ),
        places=pd.Series({"conseiller_numerique": 3, "bibliotheque": 2}),
        files=pd.DataFrame(
            [(r, "f.csv", "0" * 64) for r in releases],
            columns=["release", "fichier", "sha256"],
            dtype="str",
        ),
        steps=pd.DataFrame(
            [("core_fixe", r) for r in releases], columns=["etape", "source"], dtype="str"
        ),
    )


def passage(*rows):
    return pd.DataFrame(
        rows, columns=["code_avant", "code_apres", "part", "nature", "motif"]
    ).astype({"code_avant": "str", "code_apres": "str"})


FUSION = passage(
    ("01001", "01001", 1.0, "inchange", "inchangée"),
    ("01002", "01003", 1.0, "fusion", "fusion dans 01003 le 1er janvier 2023"),
    ("01003", "01003", 1.0, "fusion", "garde son code"),
    ("01004", "01009", 1.0, "changement_code", "changement de code en 01009"),
)


# --- codes -------------------------------------------------------------------------------------
def test_a_merged_commune_is_compared_with_the_merged_figure():
    old = communes(
        ["01001", "01002", "01003", "01004"],
        population=[500.0, 100.0, 300.0, 50.0],
        pauvrete_pct=[5.0, 10.0, 20.0, 30.0],
        score=[2.0, 4.0, 8.0, 9.0],
        rang=[4.0, 3.0, 2.0, 1.0],
        est_fragile_non_couverte=[False, False, True, True],
    )
    new = drift_codes.bring_forward(old, FUSION)
    assert new.loc["01003", "population"] == 400
    assert new.loc["01003", "pauvrete_pct"] == pytest.approx((100 * 10 + 300 * 20) / 400)
    assert new.loc["01003", "score"] == pytest.approx((100 * 4 + 300 * 8) / 400)
    # 7.0 is under 9 and 8 only.
    assert new.loc["01003", "rang"] == 3
    # Three inhabitants in four were in a flagged commune.
    assert new.loc["01003", "est_fragile_non_couverte"]
    assert new["est_recompose"].to_dict() == {
        "01001": False, "01009": False, "01003": True,
    }  # fmt: skip
    # Who only changed code keeps the published figures to the last digit.
    assert new.loc["01009", ["pauvrete_pct", "score", "rang"]].tolist() == [30.0, 9.0, 1.0]


def test_codes_that_the_passage_does_not_name_stay_and_arrondissements_are_not_a_merger():
    old = communes(["75056", "02001"])
    ways = passage(
        ("75056", "75056", 1.0, "inchange", ""),
        ("75101", "75056", 1.0, "arrondissement", "arrondissement de 75056"),
    )
    new = drift_codes.bring_forward(old, ways)
    assert new.index.tolist() == ["75056", "02001"]
    assert not new["est_recompose"].any()


def test_lost_and_gained_codes_say_why_the_unexplained_first():
    before = publication(["01001", "01002", "01003", "01004", "05005"])
    after = publication(["01001", "01003", "01009", "06006"], NEW)
    codes = drift_codes.compare_codes(before, after, FUSION)
    own = codes[codes["niveau"] == "commune"].set_index("code")
    assert own.loc["05005", ["sens", "nature", "explication"]].tolist() == [
        "perdu", "", "sans explication",
    ]  # fmt: skip
    assert own.loc["06006", ["sens", "nature"]].tolist() == ["gagne", ""]
    assert own.loc["01002", "nature"] == "fusion"
    assert own.loc["01002", "explication"] == (
        "fusion dans 01003 le 1er janvier 2023, vers 01003 Nom 01003"
    )
    assert own.loc["01009", ["sens", "nature"]].tolist() == ["gagne", "changement_code"]
    assert "01001" not in own.index
    explained = (codes["nature"] != "").tolist()
    assert explained == sorted(explained), "the unexplained ones come first"
    # Their IRIS follow the communes.
    iris = codes[codes["niveau"] == "iris"].set_index("code")["nature"]
    assert iris["010020000"] == "fusion"
    assert iris["010090000"] == "changement_code"
    assert iris["050050000"] == ""


def test_a_redrawn_iris_is_explained_between_maps_only():
    before = publication(["01001"], iris=["010010101", "010010102"])
    other_map = publication(["01001"], NEW, iris=["010010101", "010010103"])
    codes = drift_codes.compare_codes(before, other_map, None)
    assert set(codes["nature"]) == {"iris"}
    same_map = dataclasses.replace(other_map, edition=OLD)
    codes = drift_codes.compare_codes(before, same_map, None)
    assert codes["nature"].tolist() == ["", ""]


def test_a_move_to_a_code_that_is_not_there_explains_nothing():
    before, after = publication(["01001", "01002"]), publication(["01001"], NEW)
    codes = drift_codes.compare_codes(before, after, FUSION)
    assert codes.loc[codes["code"] == "01002", "nature"].tolist() == [""]


def test_a_code_that_leaves_the_map_is_explained():
    gone = passage(("98001", np.nan, 1.0, "sans_successeur", "sortie de la carte le 2 mai 2022"))
    before, after = publication(["01001", "98001"]), publication(["01001"], NEW)
    codes = drift_codes.compare_codes(before, after, gone).set_index("code")
    assert codes.loc["98001", "explication"] == "sortie de la carte le 2 mai 2022"
    assert drift_codes.bring_forward(before.communes, gone).index.tolist() == ["01001"]


# --- measures ------------------------------------------------------------------------------------
def measured(old, new, **changes):
    codes = [f"01{i:03d}" for i in range(len(old))]
    before = publication(codes, pauvrete_pct=old, **changes)
    after = publication(codes, pauvrete_pct=new, **changes)
    drift = compare(before, after)
    return drift, drift.indicators.set_index("indicateur").loc["pauvrete"]


def test_the_distance_is_the_largest_gap_between_cumulated_shares():
    # 4 of 40 communes go from 0 to 50: up to 0 there were 20 (half), there are 16 (40 %).
    old = np.array([0.0] * 20 + [50.0] * 20)
    new = np.array([0.0] * 16 + [50.0] * 24)
    drift, row = measured(old, new)
    assert row["distance"] == pytest.approx(0.10)
    assert row["seuil_pct"] == 0
    assert (row["sous_seuil_avant_pct"], row["sous_seuil_pct"]) == (50, 40)
    assert row["change_pct"] == pytest.approx(10)
    assert row["est_saut"]
    assert list_alerts(DriftReport(drift.after, (drift,)))["distributions"] == (
        "Depuis le calcul précédent, saut de « Pauvreté » (distance 0,10). Voir derive.html."
    )


@pytest.mark.parametrize(
    ("before", "after", "warned"), [(36, 17, True), (36, 30, False), (36, 44, True)]
)
def test_a_list_of_places_that_was_cut_is_a_warning(before, after, warned):
    codes = ["01001", "01002"]
    old, new = publication(codes), publication(codes)
    old = dataclasses.replace(old, places=pd.Series({"conseiller_numerique": before}))
    new = dataclasses.replace(new, places=pd.Series({"conseiller_numerique": after}))
    drift = compare(old, new, None, EQUAL)
    alert = list_alerts(DriftReport(new, (drift,))).get("lieux")
    assert (alert is not None) == warned
    if warned:
        assert f"lieux de conseillers numériques retenus : {before} puis {after}" in alert


def test_a_release_by_iris_shows_in_the_iris():
    codes = ["01001", "01002", "01003", "01004"]
    old, new = publication(codes), publication(codes)
    # Poverty of the third comes, that of the fourth goes, the first moves by 4 points.
    before = old.iris.assign(pauvrete_pct=[10.0, 10, np.nan, 10])
    after = new.iris.assign(
        pauvrete_pct=[14.0, 10, 12, np.nan], pauvrete_annee=[2020, 2018, 2020, 2018]
    )
    drift = compare(
        dataclasses.replace(old, iris=before), dataclasses.replace(new, iris=after), None, EQUAL
    )
    row = drift.iris.set_index("indicateur").loc["pauvrete"]
    assert (row["annees_avant"], row["annees"]) == ("2018", "2018, 2020")
    counts = ["nb_compares", "nb_changes", "nb_apparus", "nb_disparus"]
    assert row[counts].tolist() == [2, 1, 1, 1]
    assert (row["moyenne_avant"], row["moyenne"]) == (10, 12)
    assert drift.iris.set_index("indicateur").loc["score", "nb_changes"] == 0
    assert not drift.is_still


def test_one_commune_less_is_no_jump():
    _, row = measured([0.0] * 20 + [50.0] * 20, [0.0] * 17 + [50.0] * 23)
    assert row["distance"] == pytest.approx(0.075)
    assert not row["est_saut"]


def test_a_shuffled_column_jumps_though_its_distribution_does_not():
    old = np.arange(40.0)
    drift, row = measured(old, old[::-1].copy())
    assert row["distance"] == 0
    assert row["correlation"] == pytest.approx(-1)
    assert row["est_saut"]
    assert "corrélation −1,00" in list_alerts(DriftReport(drift.after, (drift,)))["distributions"]


def test_means_are_weighted_and_missing_is_measured():
    population = [100.0] * 39 + [6100.0]
    old = [10.0] * 40
    new = [10.0] * 39 + [np.nan]
    drift, row = measured([*old[:39], 20.0], new, population=population)
    assert row["moyenne_avant"] == pytest.approx((3900 * 10 + 6100 * 20) / 10000)
    assert row["moyenne"] == 10
    assert (row["absent_avant_pct"], row["absent_pct"]) == (0, 2.5)
    assert row["nb_compares"] == 39
    assert row["est_plus_absent"]
    assert (
        "2,5 % des communes (0,0 % avant)"
        in list_alerts(DriftReport(drift.after, (drift,)))["manquants"]
    )


def departements(changes):
    """Two communes per département, of 100 and 300 inhabitants; the second one moves."""
    codes = [f"{dep}{n:03d}" for dep in changes for n in (1, 2)]
    old = np.full(len(codes), 50.0)
    new = old.copy()
    new[1::2] += np.array(list(changes.values()), dtype=float)
    population = [100.0, 300.0] * len(changes)
    before = publication(codes, pauvrete_pct=old, population=population)
    drift = compare(before, publication(codes, pauvrete_pct=new, population=population))
    table = drift.departements
    return drift, table[table["indicateur"] == "pauvrete"].set_index("code_departement")


def test_a_departement_that_jumps_alone_is_flagged():
    drift, table = departements({"01": 0, "02": 0.4, "03": -0.4, "04": 0, "05": 0.4, "06": 8})
    assert table.loc["06", "changement"] == pytest.approx(8 * 300 / 400)
    # Means 0, .3, -.3, 0, .3, 6: median .15, deviations .15 .15 .45 .15 .15 5.85, median .15.
    assert table.loc["06", "ecart"] == pytest.approx(5.85)
    assert table.loc["06", "z"] == pytest.approx(0.6745 * 5.85 / 0.15)
    assert table.index[table["est_saut"]].tolist() == ["06"]
    assert (
        "1 saut de département (06 pour « Pauvreté »)"
        in list_alerts(DriftReport(drift.after, (drift,)))["departements"]
    )


def test_a_jump_is_large_and_unlike_the_others():
    # 1.8 points is an outlier, but small.
    _, table = departements({"01": 0, "02": 0, "03": 0, "04": 0, "05": 0, "06": 2.4})
    assert np.isinf(table.loc["06", "z"])
    assert not table["est_saut"].any()
    # 9 points is large, but everyone moves as much.
    _, table = departements({"01": 11, "02": 12, "03": 13, "04": 12, "05": 11, "06": 13})
    assert not table["est_saut"].any()
    # 8 points from the median, where 4 is usual: the spread is as wide.
    _, table = departements({"01": -8, "02": -4, "03": 0, "04": 4, "05": 8})
    assert table["ecart"].abs().max() == pytest.approx(6)
    assert not table["est_saut"].any()
    # Under five départements there is no crowd to stand out of.
    _, table = departements({"01": 0, "02": 0, "03": 0, "04": 40})
    assert not table["est_saut"].any()


def test_ties_and_small_communes_in_the_lists_of_movers():
    codes = [f"01{i:03d}" for i in range(1, 6)]
    population = [300.0, 900.0, 300.0, 150.0, 500.0]
    before = publication(codes, population=population, score=5.0, rang=1.0)
    after = publication(
        codes,
        population=population,
        score=[6.0, 6.0, 6.0, 9.0, 5.0],
        rang=[2.0, 2.0, 2.0, 1.0, 5.0],
        score_pauvrete=[9.0, 9.0, 9.0, 10.0, 5.0],
        score_plus_65=[6.0, 6.0, 6.0, 6.0, 5.0],
        pauvrete_pct=[31.0, 32.0, 33.0, 34.0, 16.0],
    )
    movers = compare(before, after).movers
    rises = movers[movers["critere"].eq("score") & movers["sens"].eq("hausse")]
    # Same rise: the larger one first, then the lower code; the one that does not move is not there.
    assert rises.loc[rises["groupe"] == "habitee", "code_commune"].tolist() == [
        "01002", "01001", "01003",
    ]  # fmt: skip
    assert rises.loc[rises["groupe"] == "petite", "code_commune"].tolist() == ["01004"]
    assert rises["indicateur"].eq("pauvrete").all()
    first = rises.iloc[0]
    assert (first["valeur"], first["sous_score_avant"], first["sous_score"]) == (32, 5, 9)
    falls = movers[movers["critere"].eq("rang") & movers["sens"].eq("baisse")]
    assert falls["code_commune"].tolist() == ["01005", "01002", "01001", "01003"][:4]


def test_an_indicator_that_appears_pulls_the_score_towards_itself():
    pairs = pd.DataFrame({"score_avant": [4.0], "score": [5.0], "rang_avant": [2.0], "rang": [1.0]})
    for key, (old, new) in {"pauvrete": (np.nan, 9.0), "plus_65": (4.0, 4.0)}.items():
        pairs[f"score_{key}_avant"], pairs[f"score_{key}"] = old, new
    found = drift_movers.explain_changes(pairs, ["plus_65", "pauvrete"], EQUAL)
    assert found["indicateur"].tolist() == ["pauvrete"]
    # A weight of zero moves nothing.
    found = drift_movers.explain_changes(pairs, ["plus_65", "pauvrete"], {"plus_65": 1.0})
    assert found["indicateur"].tolist() == [""]


def test_who_enters_and_leaves_the_list_and_why():
    codes = ["01001", "01002", "01003"]
    before = publication(
        codes,
        couverture=["non_couverte", "couverte", "non_couverte"],
        est_fragile=[True, True, False],
        est_fragile_non_couverte=[True, False, False],
        population=[10.0, 20.0, 30.0],
    )
    after = publication(
        codes,
        couverture=["couverte", "non_couverte", "non_couverte"],
        est_fragile=[True, True, True],
        est_fragile_non_couverte=[False, True, True],
        population=[10.0, 20.0, 30.0],
    )
    flips = compare(before, after).flips.set_index("code_commune")
    assert flips["sens"].to_dict() == {"01003": "entree", "01002": "entree", "01001": "sortie"}
    assert flips["raison"].to_dict() == {
        "01003": "fragile", "01002": "non_couverte", "01001": "non_couverte",
    }  # fmt: skip
    assert flips.loc["01003", "population"] == 30


def test_files_and_releases_that_differ():
    def files(*rows):
        return pd.DataFrame(rows, columns=["release", "fichier", "sha256"], dtype="str")

    before = files(("a/1", "f", "x"), ("b/1", "f", "x"), ("c/1", "f", "x"), ("d/1", "f", "x"))
    after = files(("a/1", "f", "x"), ("b/1", "f", "y"), ("c/2", "f", "x"), ("e/1", "f", "x"))
    states = compare_sources(before, after).set_index("source")["etat"].to_dict()
    assert states == {
        "a": "identique", "b": "copie", "c": "livraison", "d": "retiree", "e": "ajoutee",
    }  # fmt: skip


# --- the report ----------------------------------------------------------------------------------
def save(publication, folder):
    """Write a publication as a run does."""
    tables = folder / "tables"
    tables.mkdir(parents=True)
    publication.communes.to_parquet(tables / "communes.parquet", index=False)
    publication.iris.to_parquet(tables / "iris.parquet", index=False)
    kinds = publication.places.index.repeat(publication.places)
    pd.DataFrame({"dispositif": kinds}).to_parquet(tables / "lieux.parquet")
    publication.steps.to_parquet(tables / "registre.parquet")
    publication.files.to_parquet(tables / "raw_x.parquet")
    (folder / "execution.json").write_text('{"profil": "ifn-2023"}', encoding="utf-8")


CODES = ["01001", "01002", "01003", "01004"]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Edition `neuve` being computed, nothing published; `vieille` is known to the catalogue."""
    monkeypatch.setattr(
        "fragility.validation.drift_report.find_edition", {"vieille": OLD, "neuve": NEW}.get
    )
    computed = tmp_path / ".neuve.en-cours"
    save(publication(["01001", "01003", "01009"], NEW), computed)
    return tmp_path, computed


def report_of(folders):
    return build_report(NEW, folders[1], folders[0], "ifn-2023", EQUAL)


def test_with_nothing_published_only_totals_are_shown(folders):
    report = report_of(folders)
    assert report.drifts == ()
    assert list_alerts(report) == {}
    page = render(report, DAY)
    assert "Aucune publication antérieure à comparer" in page
    assert "fragility run --edition vieille" in page
    assert '<td>Communes</td><td class="n">3</td>' in page


def test_both_comparisons_are_made_and_the_last_run_comes_first(folders):
    save(publication(["01001", "01003", "01004"], NEW), folders[0] / "neuve")
    save(publication(CODES), folders[0] / "vieille")
    FUSION.to_parquet(folders[1] / "tables" / "core_passage.parquet", index=False)
    report = report_of(folders)
    assert [drift.is_same_edition for drift in report.drifts] == [True, False]
    # On one map, no passage excuses a lost code; between two maps, this one explains all.
    alert = list_alerts(report)["codes"]
    assert "1 code de commune disparu sans explication (01004)" in alert
    assert "vieille" not in alert
    own = report.drifts[1].codes
    assert set(own.loc[own["niveau"] == "commune", "nature"]) == {"fusion", "changement_code"}


def test_without_a_passage_another_map_is_said_to_be_compared_by_code_alone(folders):
    save(publication(CODES), folders[0] / "vieille")
    FUSION.iloc[:0].to_parquet(folders[1] / "tables" / "core_passage.parquet", index=False)
    report = report_of(folders)
    assert len(report.drifts[0].pairs) == 2
    assert "Aucune table de passage de 2021 à 2025" in render(report, DAY)
    # Their IRIS are lost with them: they are not counted again.
    assert list_alerts(report)["codes"] == (
        "Depuis l'édition vieille, 2 codes de communes disparus sans explication (01002, 01004). "
        "Voir derive.html."
    )


@pytest.mark.parametrize("damage", ["truncated", "text", "column", "type", "twice", "gone"])
def test_a_damaged_or_older_publication_is_said_and_stops_nothing(folders, damage):
    old = folders[0] / "vieille"
    save(publication(CODES), old)
    path = old / "tables" / "communes.parquet"
    frame = pd.read_parquet(path)
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "text":
        path.write_text("pas une table", encoding="utf-8")
    elif damage == "column":
        frame.drop(columns="score").to_parquet(path)
    elif damage == "type":
        frame.astype({"population": "str"}).to_parquet(path)
    elif damage == "twice":
        pd.concat([frame, frame]).to_parquet(path)
    else:
        path.unlink()
    report = report_of(folders)
    assert report.drifts == ()
    alert = list_alerts(report)["relecture"]
    assert "« vieille » ne peut être relue (communes.parquet : " in alert
    assert "ne peut être relue" in render(report, DAY)


def test_a_damaged_page_of_a_table_is_said_too(folders):
    """The footer is whole, the data are not: Arrow then raises another kind of error."""
    save(publication(CODES), folders[0] / "vieille")
    path = folders[0] / "vieille" / "tables" / "communes.parquet"
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(bytes(content))
    assert list(list_alerts(report_of(folders))) == ["relecture"]


def test_an_older_indicator_set_is_compared_on_what_it_has(folders):
    save(publication(CODES), folders[0] / "vieille")
    path = folders[0] / "vieille" / "tables" / "communes.parquet"
    frame = pd.read_parquet(path)
    frame.drop(columns=[c for c in frame if "non_4g" in c]).to_parquet(path)
    report = report_of(folders)
    assert "non_4g" not in report.drifts[0].indicators["indicateur"].tolist()
    assert "Sans équivalent dans vieille : non_4g." in render(report, DAY)


def test_a_run_in_the_published_folder_has_no_last_run_to_compare_with(folders):
    published = folders[0] / "neuve"
    folders[1].rename(published)
    save(publication(CODES), folders[0] / "vieille")
    report = build_report(NEW, published, folders[0], "ifn-2023", EQUAL)
    assert [drift.before.edition.name for drift in report.drifts] == ["vieille"]
    assert any("écrit dans le dossier publié" in note for note in report.notes)


def test_an_identical_run_says_that_nothing_changed(folders):
    save(publication(["01001", "01003", "01009"], NEW), folders[0] / "neuve")
    report = report_of(folders)
    assert report.drifts[0].is_still
    page = render(report, DAY)
    assert "Rien n'a changé" in html.unescape(page)
    assert "Codes perdus" not in page


def test_another_profile_and_another_meaning_are_said_first(folders):
    other = publication(CODES, releases=("arcep_fibre/2025-t3",))
    save(other, folders[0] / "vieille")
    (folders[0] / "vieille" / "execution.json").write_text('{"profil": "autre"}', "utf-8")
    report = report_of(folders)
    assert report.drifts[0].redefined == ["non_thd"]
    page = render(report, DAY)
    warnings = html.unescape(page[page.index("À vérifier") : page.index('id="totaux"')])
    assert "« Sans fibre optique »" in warnings
    assert "Le profil d'indice n'est pas le même (autre, maintenant ifn-2023)" in warnings


# --- the page ------------------------------------------------------------------------------------
NASTY = '<script>alert("l\'eau")</script> & Cie'


@pytest.fixture
def drift():
    """Two runs where everything moves: names that break HTML, a lost code, a jump."""
    codes = [f"{dep:02d}{n:03d}" for dep in range(1, 8) for n in range(1, 7)]
    rng = np.random.default_rng(1)
    old = rng.uniform(5, 60, len(codes)).round(3)
    new = old + np.where([c.startswith("07") for c in codes], 12.5, 0.0)
    common = {"nom": NASTY, "nom_departement": NASTY, "population": 250.0}
    before = publication(
        [*codes, "08001"],
        pauvrete_pct=[*old, 7.0], score=np.linspace(1, 9, len(codes) + 1),
        rang=np.arange(len(codes) + 1, 0, -1.0), couverture="non_couverte", **common,
    )  # fmt: skip
    after = publication(
        codes,
        pauvrete_pct=new, score=np.linspace(9, 1, len(codes)),
        score_pauvrete=np.linspace(10, 1, len(codes)),
        rang=np.arange(1.0, len(codes) + 1), couverture="non_couverte",
        est_fragile=[True] * 5 + [False] * (len(codes) - 5),
        est_fragile_non_couverte=[True] * 5 + [False] * (len(codes) - 5), **common,
    )  # fmt: skip
    return compare(before, after)


def test_names_are_text_in_the_page(drift):
    page = render(DriftReport(drift.after, (drift,), notes=(NASTY,), unread=(NASTY,)), DAY)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&quot;l&#x27;eau&quot;)&lt;/script&gt; &amp; Cie" in page


def test_the_page_needs_nothing_else(drift):
    page = render(DriftReport(drift.after, (drift,)), DAY)
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="fr">' in page
    assert 'name="viewport"' in page
    assert "@page{size:A4" in page
    assert not re.search(r"<script|<link|<img|src=|url\(|@import|https?://", page)


def cells(page):
    """Text of every cell of the page."""
    return [re.sub("<[^>]+>", "", c) for c in re.findall(r"<td[^>]*>(.*?)</td>", page)]


def test_every_number_of_the_page_comes_from_the_tables(drift):
    page = render(DriftReport(drift.after, (drift,)), DAY)
    shown = cells(page)
    totals = count_totals(drift.after)
    for key in TOTALS:
        assert markup.number(totals[key]) in shown
    row = drift.indicators.set_index("indicateur").loc["pauvrete"]
    for name, decimals, unit in (
        ("moyenne", 1, markup.PERCENT), ("moyenne_avant", 1, markup.PERCENT),
        ("distance", 2, ""), ("correlation", 2, ""),
    ):  # fmt: skip
        assert markup.number(row[name], decimals, unit) in shown
    at = shown.index("Pauvreté")
    change = row["moyenne"] - row["moyenne_avant"]
    assert shown[at + 3] == markup.signed(change, 1) != "0,0"
    quantiles = drift.quantiles[drift.quantiles["indicateur"].eq("pauvrete")].set_index("centile")
    for decile in range(10, 100, 10):
        assert markup.number(quantiles.loc[decile, "apres"], 1) in shown
    jump = drift.departements[drift.departements["est_saut"]]
    assert jump[["code_departement", "indicateur"]].to_numpy().tolist() == [["07", "pauvrete"]]
    # "Pauvreté", département, communes, mean change, gap from a median that does not move.
    rows = [shown[i + 2 : i + 5] for i, c in enumerate(shown) if c == "Pauvreté"]
    assert ["6", "+12,5", "+12,5"] in rows
    for mover in drift.movers.to_dict("records"):
        assert markup.number(mover["score"], 2) in shown
        assert markup.number(mover["rang"]) in shown
    # Five enter, of 250 inhabitants each.
    assert shown[shown.index("Entrées") :][:3] == ["Entrées", "5", "1\u202f250"]
    # And no cell holds a number that is nowhere in the tables.
    known = {round(float(v), 3) for v in _numbers(drift)}
    for cell in shown:
        if re.fullmatch(r"[+−]?[\d\u202f]+(,\d+)?(\u00a0%)?", cell):
            value = float(
                cell.replace("\u202f", "").replace(",", ".").replace("−", "-").rstrip("\u00a0%")
            )
            digits = len(cell.rstrip("\u00a0%").partition(",")[2])
            assert any(abs(value - k) <= 0.5001 * 10**-digits for k in known), cell


def _numbers(drift):
    """Every number of the tables, and the differences that the page writes."""
    totals = [count_totals(p) for p in (drift.before, drift.after)]
    yield from (t[key] for t in totals for key in TOTALS)
    yield from (totals[1][key] - totals[0][key] for key in TOTALS)
    frames = (
        drift.indicators, drift.quantiles, drift.origins, drift.departements, drift.movers,
        drift.flips, drift.codes, drift.pairs,
    )  # fmt: skip
    for frame in frames:
        plain = frame.select_dtypes("number").to_numpy(float).ravel()
        yield from plain[np.isfinite(plain)]
    yield from drift.indicators["moyenne"] - drift.indicators["moyenne_avant"]
    yield from drift.movers["score"] - drift.movers["score_avant"]
    departements = drift.departements["z"].abs()
    yield from departements[np.isfinite(departements)]
    for frame, keys in ((drift.codes, ["nature", "niveau", "sens"]), (drift.flips, ["sens"])):
        yield from frame.groupby(keys).size()
    yield from drift.flips.groupby("sens")["population"].sum()
    yield 0.0
    # Codes of communes are whole numbers too.
    yield from drift.codes["code"].astype(float)


def test_the_checks_read_what_the_page_says(tmp_path, drift):
    report = DriftReport(drift.after, (drift,), unread=('Une table « "a" » & <b>',))
    path = write_page(tmp_path / "derive.html", report, DAY)
    alerts = read_alerts(path)
    assert alerts == list_alerts(report)
    assert set(alerts) <= set(CHECKS)
    assert {"relecture", "codes", "departements"} <= set(alerts)


def test_a_total_that_is_not_the_published_one_is_written(drift):
    edition = dataclasses.replace(OLD, controls={"communes": 40, "population": 10_500})
    now = dataclasses.replace(drift.after, edition=edition)
    page = render(DriftReport(now, ()), DAY)
    assert "40 (écart +2)" in page
    assert "10\u202f500 (ok)" in page


def test_the_previous_edition_is_another_known_one_on_no_later_map(monkeypatch):
    with pytest.raises(ValueError, match="does not precede itself"):
        Edition("a", "A", 2021, ("x/1",), previous="a")
    for year, previous, match in (
        (2021, "nulle-part", "unknown previous edition"),
        (2019, "france-2021", "on a later map"),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(catalogue.EDITIONS, "a", Edition("a", "A", year, (), previous=previous))
            with pytest.raises(ValueError, match=match):
                catalogue._check()


def test_a_publication_is_read_as_it_was_written(tmp_path):
    written = publication(CODES)
    save(written, tmp_path / "x")
    read = read_publication(tmp_path / "x", OLD)
    pd.testing.assert_frame_equal(read.communes, written.communes, check_like=True)
    assert read.profile == "ifn-2023"
    assert read.releases("non_thd") == ("arcep_fixe/2019-09",)
    assert read.places.to_dict() == {"conseiller_numerique": 3, "bibliotheque": 2}


def test_a_place_counts_for_everything_that_it_offers(tmp_path):
    save(publication(CODES), tmp_path / "x")
    offered = ["conseiller_numerique|france_services", "france_services", "bibliotheque|mediation"]
    lieux = pd.DataFrame({"dispositif": [o.split("|")[0] for o in offered], "dispositifs": offered})
    lieux.to_parquet(tmp_path / "x" / "tables" / "lieux.parquet")
    read = read_publication(tmp_path / "x", OLD)
    assert read.places.to_dict() == {
        "france_services": 2, "conseiller_numerique": 1, "bibliotheque": 1, "mediation": 1,
    }  # fmt: skip
    totals = count_totals(read)
    assert (totals["france_services"], totals["aidants_connect"]) == (2, 0)


def test_thresholds_are_those_that_the_page_states(drift):
    page = render(DriftReport(drift.after, (drift,)), DAY)
    assert (drift_measures.DISTANCE, drift_measures.CORRELATION) == (0.10, 0.7)
    assert "atteint 0,10" in page
    assert "sous 0,70" in page
