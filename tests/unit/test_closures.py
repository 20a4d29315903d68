"""Closures on the villages of `tests/villages.py`, and the list that a user writes."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from fragility.access.closures import Closures, close_places, read_closures
from fragility.access.closures_tables import closures_summary
from fragility.errors import BadFileError, MissingFileError, UsageError
from fragility.export.simulation_words import closure_words
from fragility.schemas.simulation import SIMULATION
from pipelines.simulate_display import show_closures
from tests.villages import engine, tables, without_cells

# A post in the first village, one in the third, two at one address in the last.
PLACES = {"cn-1": 0.0, "cn-2": 15.0, "cn-3": 40.0, "cn-4": 40.0}


def close(*ids: str, threshold: float = 20) -> Closures:
    return close_places(tables(PLACES), engine, ids, threshold=threshold)


def test_who_had_no_other_place_falls_out_of_reach() -> None:
    done = close("cn-2")
    # From the second village the first is at 24 min, from the third at 30, from the fourth at 36.
    assert done.territoires["code_commune"].tolist() == ["01003", "42004", "01002"]
    assert done.territoires["nb_personnes_perdues"].tolist() == pytest.approx([20, 6, 4])
    assert done.territoires["couverture_avant"].eq("couverte").all()
    assert done.territoires["couverture_apres"].tolist() == [
        "non_couverte",
        "non_couverte",
        "incertaine",
    ]
    assert done.territoires["est_fragile_non_couverte_apres"].tolist() == [True, True, False]
    row = done.lieux.iloc[0]
    assert (row["id"], row["nom_commune"]) == ("cn-2", "Village 01003")
    assert row["population_servie"] == pytest.approx(300)
    assert row["nb_personnes_perdues"] == pytest.approx(30)
    resume = done.resume.iloc[0]
    assert resume["nb_lieux"] == 1
    assert resume["nb_conseillers"] == 1
    assert resume["nb_communes_touchees"] == 3
    assert resume["nb_communes_devenues_fragiles_non_couvertes"] == 2
    assert resume["population_perdue"] == pytest.approx(300)


def test_a_neighbour_within_the_threshold_saves_them() -> None:
    done = close("cn-2", threshold=30)
    assert done.territoires.set_index("code_commune")["population_perdue"].to_dict() == {
        "42004": 60.0,
        # At 24 and 30 minutes nobody is lost, but at lower speeds: the coverage is uncertain.
        "01002": 0.0,
        "01003": 0.0,
    }
    assert done.lieux["population_perdue"].tolist() == pytest.approx([60])


def test_an_address_is_lost_when_its_last_post_goes() -> None:
    one = close("cn-3")
    assert one.territoires.empty
    assert one.lieux["est_adresse_perdue"].tolist() == [False]
    assert one.resume["nb_personnes_perdues"].item() == 0
    both = close("cn-3", "cn-4")
    assert both.territoires["code_commune"].tolist() == ["42005"]
    # Counted once, for the first of the two.
    assert both.lieux["id"].tolist() == ["cn-3", "cn-4"]
    assert both.lieux["nb_personnes_perdues"].tolist() == pytest.approx([8, 0])


def test_losses_add_up_and_grow_with_closures() -> None:
    lost = 0.0
    for n in range(1, len(PLACES) + 1):
        done = close(*list(PLACES)[:n])
        total = done.territoires["population_perdue"].sum()
        assert total == pytest.approx(done.lieux["population_perdue"].sum())
        assert total == done.resume["population_perdue"].item()
        assert total >= lost
        lost = total
    assert lost == 480


def test_closing_what_a_simulation_would_reopen_leaves_the_same_communes() -> None:
    # All closed but the first: what `simulate` calls uncovered when only the first exists.
    after = close("cn-2", "cn-3", "cn-4").territoires
    uncovered = after.loc[after["est_fragile_non_couverte_apres"], "code_commune"]
    assert sorted(uncovered) == ["01003", "42004", "42005"]


def test_a_place_that_is_not_one_is_refused() -> None:
    with pytest.raises(UsageError, match="cn-99"):
        close("cn-1", "cn-99")
    with pytest.raises(UsageError, match="rien"):
        close()
    case = tables(PLACES)
    case = replace(case, core_lieux=case.core_lieux.assign(statut="ecarte"))
    with pytest.raises(UsageError, match="cn-1"):
        close_places(case, engine, ["cn-1"])


def test_a_merged_row_stands_for_its_place() -> None:
    case = tables(PLACES, {"fs-1": ("france_services", 15.0)})
    is_merged = case.core_lieux["id"] == "fs-1"
    lieux = case.core_lieux.assign(
        statut=case.core_lieux["statut"].mask(is_merged, "fusionne"),
        id_lieu=case.core_lieux["id"].map({"fs-1": "cn-2"}),
    )
    done = close_places(replace(case, core_lieux=lieux), engine, ["fs-1"])
    assert done.lieux["id"].tolist() == ["cn-2"]


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "fermetures.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_a_list_of_ids(tmp_path: Path) -> None:
    assert read_closures(written(tmp_path, "id\ncn-1\n cn-2\ncn-1\n")) == ["cn-1", "cn-2"]
    # As a French spreadsheet writes it.
    saved = written(tmp_path, "ID;date_fin\r\ncn-1;2025-06-30\r\ncn-2;\r\n", "utf-8-sig")
    assert read_closures(saved) == ["cn-1", "cn-2"]


def test_posts_that_end_before_a_day(tmp_path: Path) -> None:
    path = written(tmp_path, "id,date_fin\ncn-1,2025-06-29\ncn-2,2025-06-30\ncn-3,\n")
    assert read_closures(path, date(2025, 6, 30)) == ["cn-1"]


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("nom\nmairie\n", None, "colonnes"),
        ("id\ncn-1\n", date(2025, 1, 1), "date_fin"),
        ("id,date_fin\ncn-1,2025-01-01\ncn-2,30/06/2025\n", date(2025, 1, 1), "ligne 3"),
        ("", None, "colonnes"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(
    tmp_path: Path, text: str, day: date | None, said: str
) -> None:
    with pytest.raises(BadFileError, match=said):
        read_closures(written(tmp_path, text), day)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_as_any_spreadsheet_writes_it(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    rows = [("Lieu fermé", " ID "), ("Médiathèque", "cn-é"), ("", ""), ("À l'école", "cn-2 ")]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    assert read_closures(written(tmp_path, text, encoding)) == ["cn-é", "cn-2"]


def test_a_line_may_lack_its_last_cells_but_has_no_more_than_the_heading(tmp_path: Path) -> None:
    assert read_closures(written(tmp_path, 'id;date_fin\n"cn;1"\ncn-2;2025-01-01;\n')) == [
        "cn;1",
        "cn-2",
    ]
    with pytest.raises(BadFileError, match="La ligne 3 a plus de cases"):
        read_closures(written(tmp_path, "id\ncn-1\ncn-2,Mairie\n"))


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    for header in ("id,id", "id,date_fin,Date_fin"):
        path = written(tmp_path, f"{header}\ncn-1,2025-01-01,2025-01-01\n")
        with pytest.raises(BadFileError, match="ont le même nom"):
            read_closures(path, date(2025, 1, 1))


def test_a_line_is_counted_as_an_editor_counts_it(tmp_path: Path) -> None:
    path = written(tmp_path, "id,date_fin\n\ncn-1,2025-01-01\n\ncn-2,demain\n")
    with pytest.raises(BadFileError, match="ligne 5") as error:
        read_closures(path, date(2025, 1, 1))
    assert "demain" in error.value.message()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00id", "encodage"),
        ("id\ncn-1\n".encode("utf-16-le"), "encodage"),
        (b"<!DOCTYPE html><html>id</html>", "page web"),
        (b" \n \n", "colonnes"),
    ],
)
def test_what_is_no_list_is_refused_and_told_how_to_write_one(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "fermetures.csv"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=said) as error:
        read_closures(path)
    assert "écrivez un CSV dont l'en-tête est « id »" in error.value.message()


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="n'existe pas"):
        read_closures(tmp_path / "rien.csv")
    with pytest.raises(MissingFileError, match="n'est pas un fichier"):
        read_closures(tmp_path)


def test_communes_whose_coverage_becomes_a_doubt_are_counted_apart() -> None:
    # The second village goes from 6 to 24 minutes; the third and the fourth beyond 25.
    resume = close("cn-2").resume.iloc[0]
    assert resume["nb_communes_devenues_fragiles_non_couvertes"] == 2
    assert resume["nb_communes_devenues_incertaines"] == 1
    words = " ".join(closure_words(resume, close("cn-2").lieux, close("cn-2").territoires))
    assert "l'endroit où l'on y vit" not in words
    assert "2 communes deviendraient fragiles et non couvertes" in words
    assert "1 commune fragile aujourd'hui couverte ne le serait plus à coup sûr" in words


def test_nobody_and_one_person_are_said_as_people_do() -> None:
    lost = close("cn-2")
    for people, said in (
        (0.2, "Aucun habitant ne perdrait son conseiller à 20 minutes ; "),
        (1.0, "1 habitant, dont 0 en difficulté numérique, n'aurait plus de conseiller à 20 min"),
    ):
        row = lost.resume.iloc[0].copy()
        row[["population_perdue", "nb_personnes_perdues", "seuil_min"]] = people, 0.1, 20.0
        assert closure_words(row, lost.lieux, lost.territoires)[0].startswith(said)


def test_a_commune_that_is_not_fragile_is_not_one_of_the_doubts() -> None:
    territoires = pd.DataFrame(
        {
            "est_fragile": [True, False, True, True],
            "couverture_avant": ["couverte", "couverte", "incertaine", "couverte"],
            "couverture_apres": ["incertaine", "incertaine", "incertaine", "non_couverte"],
            "est_fragile_non_couverte_avant": False,
            "est_fragile_non_couverte_apres": [False, False, False, True],
            "population_perdue": 1.0,
            "nb_personnes_perdues": 1.0,
        }
    )
    resume = closures_summary(pd.DataFrame({"nb_conseillers": [1.0]}), territoires, 20.0).iloc[0]
    assert resume["nb_communes_devenues_incertaines"] == 1
    assert resume["nb_communes_devenues_fragiles_non_couvertes"] == 1


def test_homes_without_cells_lose_their_place_too() -> None:
    """The last village has no cell: its point is measured by the engine."""
    bare = without_cells(tables({**PLACES, "cn-5": 45.0}), "42005")
    done = close_places(bare, engine, ["cn-3", "cn-4"])
    assert done.territoires.empty  # the other place is 10 minutes away
    assert done.lieux["population_servie"].tolist() == pytest.approx([80, 0])
    all_three = close_places(bare, engine, ["cn-3", "cn-4", "cn-5"])
    assert all_three.territoires["code_commune"].tolist() == ["42005"]
    assert all_three.territoires["nb_personnes_perdues"].tolist() == pytest.approx([8])
    assert all_three.lieux["nb_personnes_perdues"].tolist() == pytest.approx([8, 0, 0])
    # The farther place of the point is nobody's nearest.
    other = close_places(bare, engine, ["cn-5"]).lieux
    assert other["population_servie"].tolist() == [0]


PEOPLE = ["population_servie", "nb_personnes_servies", "population_perdue", "nb_personnes_perdues"]


def close_bare(places: dict[str, float], *ids: str) -> Closures:
    """Close places of the villages, the last one (80 inhabitants at km 40) known by its point."""
    done = close_places(without_cells(tables(places), "42005"), engine, ids)
    for name in ("lieux", "territoires", "resume"):
        # A table without a row has no types of its own.
        if len(frame := getattr(done, name)):
            SIMULATION[f"fermetures_{name}"].validate(frame)
    return done


def test_the_only_place_of_a_commune_known_by_a_point_costs_an_unknown_number() -> None:
    # 40 minutes from the point: nobody knows how far from it people live.
    done = close_bare({"cn-1": 0.0, "cn-5": 60.0}, "cn-5")
    assert done.lieux[PEOPLE].isna().all(axis=None)
    row = done.territoires.set_index("code_commune").loc["42005"]
    assert len(done.territoires) == 1
    assert (row["couverture_avant"], row["couverture_apres"]) == ("incertaine", "non_couverte")
    assert np.isnan(row["population_hors_portee_avant_pct"])
    assert row["population_hors_portee_apres_pct"] == 100
    assert row[["population_perdue", "nb_personnes_perdues"]].isna().all()
    resume = done.resume.iloc[0]
    assert (resume["population_perdue"], resume["nb_communes_touchees"]) == (0, 0)
    assert resume["nb_communes_perte_inconnue"] == 1
    assert resume["nb_communes_devenues_fragiles_non_couvertes"] == 1
    assert closure_words(resume, done.lieux, done.territoires) == [
        "Rien ne dit où vivent les habitants d'une commune (Village 42005), connue par un seul "
        "point : ce que la fermeture leur coûterait n'est pas compté.",
        "Ailleurs, aucun habitant ne perdrait son conseiller à 20 minutes. "
        "1 commune deviendrait fragile et non couverte.",
    ]


def test_an_unknown_loss_is_listed_even_where_the_verdict_does_not_change() -> None:
    # 21 minutes from the point, then 24 to the room of the neighbour: uncertain, and uncertain.
    done = close_bare({"cn-1": 0.0, "cn-5": 29.5, "cn-6": 28.0}, "cn-5")
    assert done.lieux[PEOPLE].isna().all(axis=None)
    row = done.territoires.iloc[0]
    assert (row["code_commune"], row["couverture_avant"], row["couverture_apres"]) == (
        "42005", "incertaine", "incertaine",
    )  # fmt: skip
    assert np.isnan(row["population_perdue"])
    # Nor is it known what the neighbour serves of it, from without.
    last = close_bare({"cn-1": 0.0, "cn-6": 28.0}, "cn-6")
    assert last.lieux[PEOPLE].isna().all(axis=None)
    assert last.territoires["couverture_apres"].tolist()[-1] == "non_couverte"


def test_one_of_several_places_around_a_point_costs_an_unknown_number() -> None:
    both = {"cn-1": 0.0, "cn-5": 60.0, "cn-6": 62.0, "cn-7": 62.0}
    done = close_bare(both, "cn-5")
    assert done.territoires["population_perdue"].isna().tolist() == [True]
    assert done.territoires["couverture_apres"].tolist() == ["incertaine"]
    # An address that stays takes nothing from anybody.
    kept = close_bare(both, "cn-7")
    assert kept.territoires.empty
    assert kept.lieux[PEOPLE].isna().iloc[0].tolist() == [True, True, False, False]
    assert kept.lieux["population_perdue"].tolist() == [0]


def test_a_point_that_was_near_may_be_left_with_a_doubt() -> None:
    # Served for sure by the first; the other place of the commune is 40 minutes away.
    done = close_bare({"cn-1": 0.0, "cn-5": 40.0, "cn-6": 60.0}, "cn-5")
    assert done.lieux["population_servie"].tolist() == pytest.approx([80])
    assert done.lieux["population_perdue"].isna().tolist() == [True]
    row = done.territoires.iloc[0]
    assert (row["couverture_avant"], row["couverture_apres"]) == ("couverte", "incertaine")
    assert row["population_hors_portee_avant_pct"] == 0
    assert np.isnan(row["population_hors_portee_apres_pct"])
    words = " ".join(closure_words(done.resume.iloc[0], done.lieux, done.territoires))
    assert "connue à 25 % près, ou selon l'endroit où l'on y vit." in words


def test_sums_leave_out_the_unknown_and_say_so() -> None:
    done = close_bare({"cn-1": 0.0, "cn-2": 15.0, "cn-5": 60.0}, "cn-2", "cn-5")
    assert done.lieux["id"].tolist() == ["cn-2", "cn-5"]
    assert done.lieux["population_perdue"].tolist() == pytest.approx([300, np.nan], nan_ok=True)
    resume = done.resume.iloc[0]
    assert resume["population_perdue"] == pytest.approx(300)
    assert (resume["nb_communes_touchees"], resume["nb_communes_perte_inconnue"]) == (3, 1)
    words = closure_words(resume, done.lieux, done.territoires)
    assert "ce que les fermetures leur coûteraient n'est pas compté" in words[0]
    assert words[1].startswith("Ailleurs, 300 habitants, dont 30 en difficulté numérique, n'aur")


def test_many_communes_of_unknown_loss_are_not_all_named() -> None:
    done = close_bare({"cn-1": 0.0, "cn-5": 60.0}, "cn-5")
    many = pd.concat([done.territoires] * 12).assign(nom=[f"V{n}" for n in range(12)])
    words = closure_words(done.resume.iloc[0], done.lieux, many)[0]
    assert "de 12 communes (V0, V1, V2, V3, V4, V5, V6, V7, V8, V9 et 2 autres), connues" in words


def test_an_unknown_number_is_printed_as_such() -> None:
    screen = Console(record=True, width=140, file=io.StringIO())
    done = close_bare({"cn-1": 0.0, "cn-5": 60.0}, "cn-5")
    show_closures(screen, done.lieux, done.territoires, done.resume.iloc[0])
    assert screen.export_text().count("inconnu ") == 3
