"""A place scored alone: on the kept goalposts it has the score it would have had in the edition."""

import numpy as np
import pandas as pd
import pytest

from fragility.errors import BadFileError, MissingFileError, UsageError
from fragility.index.place_file import read_place_file
from fragility.index.place_score import score_place, score_places
from fragility.index.profiles import load_profile
from fragility.index.scores import indicator_values
from fragility.schemas import INDICATORS
from fragility.validation.new_places import score_file

PROFILE = load_profile("ifn-2023")
TITLES = "code;nom;" + ";".join(f"{key}_pct" for key in INDICATORS)


def goalposts(profile=PROFILE):
    """1 point under 10 %, then one more every 10 %."""
    frames = [
        pd.DataFrame({"indicateur": key, "territoire": "france", "valeur": np.arange(0.0, 100, 10),
                      "points": np.arange(1.0, 11), "profil": profile.id})
        for key in profile.ids
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def bounds(profile=PROFILE):
    classes = pd.DataFrame({"borne": "classe", "classe": [2, 3, 4, 5],
                            "score_min": [3.0, 5.0, 7.0, 8.0]})  # fmt: skip
    fragile = pd.DataFrame({"borne": ["fragile"], "classe": [5], "score_min": [9.0]})
    return pd.concat([classes, fragile]).assign(profil=profile.id)


def alone(**values):
    return score_place(values, goalposts(), bounds(), PROFILE)


def test_a_place_by_hand():
    found = alone(non_thd=95, non_4g=89.9, plus_65=90, peu_diplomes=79, pauvrete=100)
    assert found.points == {"non_thd": 10, "non_4g": 9, "plus_65": 10, "peu_diplomes": 8,
                            "pauvrete": 10}  # fmt: skip
    assert found.score == pytest.approx(47 / 5)
    assert sum(found.contributions.values()) == pytest.approx(found.score)
    assert (found.classe, found.est_fragile) == (5, True)
    # Class 5 begins at 8, fragile at 9: they are two bounds.
    less = alone(non_thd=80, non_4g=80, plus_65=80, peu_diplomes=80, pauvrete=70)
    assert (less.score, less.classe, less.est_fragile) == (pytest.approx(8.8), 5, False)


def test_a_missing_indicator_follows_the_rule_of_the_profile():
    four = alone(non_thd=0, non_4g=50, plus_65=50, peu_diplomes=50, pauvrete=np.nan)
    assert four.score == pytest.approx((1 + 6 + 6 + 6) / 4)
    assert np.isnan(four.points["pauvrete"])
    three = alone(non_thd=0, non_4g=50, plus_65=50)
    assert np.isnan(three.score)
    assert (three.classe, three.est_fragile) == (None, False)


def test_beyond_the_goalposts_the_extremes_hold():
    posts = goalposts().query("valeur >= 20 and valeur <= 40")
    values = dict.fromkeys(PROFILE.ids, 5.0)
    assert score_place(values, posts, bounds(), PROFILE).score == 3
    values = dict.fromkeys(PROFILE.ids, 99.0)
    assert score_place(values, posts, bounds(), PROFILE).score == 5


def test_a_stranger_is_refused():
    with pytest.raises(UsageError, match="pas d'indicateur chomage"):
        alone(chomage=12)
    with pytest.raises(UsageError, match="pas été calculée avec le profil"):
        score_place({}, goalposts().assign(profil="autre"), bounds(), PROFILE)


def assert_scored_as_published(tables, each):
    """Score the stored IRIS and undivided communes, each alone, and find what is published."""
    read = {
        name: pd.read_parquet(tables / f"{name}.parquet")
        for name in ("index_indicateurs", "index_scores", "index_reperes", "index_bornes")
    }
    iris = pd.read_parquet(tables / "core_iris.parquet", columns=["code_iris", "code_commune"])
    divided = set(iris.loc[iris["code_commune"].duplicated(), "code_commune"])
    posts, limits = read["index_reperes"], read["index_bornes"]
    counts = {}
    for level in ("iris", "commune"):
        values = indicator_values(read["index_indicateurs"], None, level, PROFILE)
        values = values[~values.index.isin(divided)]
        scores = read["index_scores"]
        own = scores[scores["niveau"] == level].set_index("code").reindex(values.index)
        found = score_places(values, posts, limits, PROFILE)
        for key in PROFILE.ids:
            # A commune is the mean of its one IRIS: 7 p / p may be 7.000000000000001.
            pd.testing.assert_series_equal(
                found.points[key], own[f"score_{key}"].round(12), check_names=False,
                check_exact=True,
            )  # fmt: skip
        pd.testing.assert_series_equal(found.score, own["score"], check_names=False,
                                       check_exact=True)  # fmt: skip
        assert found.classe.astype("Int64").equals(own["classe"].astype("Int64"))
        assert (found.est_fragile == own["est_fragile"]).all()
        # Each by itself: not one of them leans on the rest of the table.
        for code in values.index[:: max(len(values) // each, 1)]:
            place = score_place(values.loc[code].to_dict(), posts, limits, PROFILE)
            assert place.score == own.at[code, "score"] or np.isnan(own.at[code, "score"])
            assert place.est_fragile == own.at[code, "est_fragile"]
        counts[level] = len(values)
    return counts


def test_every_iris_and_undivided_commune_of_the_demonstration_alone(demo):
    counts = assert_scored_as_published(demo[1] / "tables", each=1000)
    assert counts["iris"] == 445
    assert 250 < counts["commune"] < 300


# --- files -------------------------------------------------------------------------------------
def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "lieux.csv"
    path.write_bytes(text.encode(encoding))
    return read_place_file(path, PROFILE)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TITLES + "\r\n01001;Épieds;12,5;0;22,1;55;\r\n", "utf-8-sig"),
        (TITLES + "\n01001;Épieds;12.5;0;22.1;55;\n", "cp1252"),
        (TITLES.replace(";", ",") + "\n01001,Épieds,12.5,0,22.1,55,\n", "utf-8"),
        (TITLES.upper().replace(";", "\t") + "\n01001\tÉpieds\t12,5 %\t0\t22,1\t55\tns\n", "utf-8"),
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path, text, encoding):
    file = read(tmp_path, text, encoding)
    assert file.places.to_numpy().tolist() == [["01001", "Épieds"]]
    row = file.values.iloc[0]
    assert row[["non_thd", "non_4g", "plus_65", "peu_diplomes"]].tolist() == [12.5, 0, 22.1, 55]
    assert np.isnan(row["pauvrete"])


def test_names_may_be_left_out_and_ids_stand_for_columns(tmp_path):
    file = read(tmp_path, ";".join(INDICATORS) + "\n1;2;3;4;5\n")
    assert file.places.to_numpy().tolist() == [["", ""]]
    assert file.values.iloc[0].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Le fichier est vide"),
        ("<!DOCTYPE html><html></html>", "page web"),
        (TITLES + "\n", "aucune ligne à noter"),
        (TITLES.replace("pauvrete_pct", "pauvrete_taux") + "\n1;a;1;2;3;4;5\n",
         "Il manque la colonne pauvrete_pct"),
        (TITLES + "\n1;a;150;2;3;4;5\n", "« 150 » ligne 2"),
        (TITLES + "\n1;a;1;2;3;4;5\n2;b;1;-2;3;4;5\n", "« -2 » ligne 3"),
        (TITLES + "\n1;a;beaucoup;2;3;4;5\n", "« beaucoup » ligne 2"),
        (TITLES.replace(";", ",") + "\n1,a,1,5,2,3,4,5\n", "La ligne 2 n'a pas autant de cases"),
        # Blank lines are lines of the file.
        (TITLES + "\n\n\n;;;;;;\n1;a;150;2;3;4;5\n", "« 150 » ligne 5"),
        ("\n" + TITLES + "\n\n1;a;1;2;3;4\n", "La ligne 4 n'a pas autant de cases"),
        (TITLES + '\n1;"a\nb";1;2;3;4;5\n2;c;1;-2;3;4;5\n', "« -2 » ligne 4"),
        # Shares of 1: a column, or all of a single place.
        (TITLES + "\n1;a;1;2;0,3;40;5\n2;b;1;2;0,2;50;5\n",
         "La colonne plus_65_pct contient des parts entre 0 et 1 : attendu des pourcentages"),
        (TITLES + "\n1;a;0,5;0;0,3;0,4;0,15\n", "parts entre 0 et 1"),
        (TITLES + ";nom\n1;a;1;2;3;4;5;b\n", "Une colonne est là deux fois"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused_in_french(tmp_path, text, words):
    with pytest.raises(BadFileError) as refused:
        read(tmp_path, text)
    assert words in refused.value.message()
    assert "lieux.csv" in refused.value.message()


@pytest.mark.parametrize(
    "rows",
    [
        "1;a;0,4;0;22;55;15\n2;b;0,9;0;30;60;14\n",  # networks that almost everyone has
        "1;a;0;0,3;;;\n2;b;0;0;;;\n3;c;1;0,1;;;\n",
        "1;a;0;0;22;55;0,9\n",  # one low figure among others that are percentages
    ],
)
def test_low_percentages_are_not_taken_for_shares(tmp_path, rows):
    assert read(tmp_path, TITLES + "\n" + rows).values["non_4g"].max() < 1


def test_no_file_is_said(tmp_path):
    with pytest.raises(MissingFileError, match="pas de fichier"):
        read_place_file(tmp_path / "rien.csv", PROFILE)


def test_a_base_needs_the_territory_of_each_place(tmp_path):
    path = tmp_path / "lieux.csv"
    profile = load_profile("ifn-2020")
    path.write_text("code;" + ";".join(profile.ids) + "\n1" + ";1" * len(profile.ids) + "\n")
    with pytest.raises(BadFileError, match="territoire"):
        read_place_file(path, profile)


def test_several_missing_columns_are_said_in_the_plural(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("code;nom;non_thd_pct\n;A;10\n", encoding="utf-8")
    with pytest.raises(BadFileError, match="Il manque les colonnes non_4g_pct") as error:
        read_place_file(path, PROFILE)
    assert "ajoutez-les" in str(error.value)


def test_what_a_score_lacks_is_in_the_table(demo, tmp_path):
    path = tmp_path / "l.csv"
    path.write_text(f"{TITLES}\n;A;10;0;30;25;\n;B;10;0;30;25;18\n;C;10;0;30;;\n", "utf-8")
    table = score_file(path, demo[1], "demo").table
    assert table["nb_indicateurs"].tolist() == [4, 5, 3]
    assert table["indicateurs_manquants"].tolist() == ["pauvrete", "", "peu_diplomes, pauvrete"]
    assert table["score"].notna().tolist() == [True, True, False]
