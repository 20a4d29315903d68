"""Fibre by commune: a share, what is unknown, and the incomes printed beside it."""

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.schemas import TABLES
from fragility.sources.readers.arcep_fibre import read_fibre, read_fibre_incomes
from fragility.territory.dated import Dated
from fragility.territory.networks import build_fixe

HEADER = (
    "code_insee,nom,code_dep,code_region,population,surface_km2,lat,lon,fibre_pct,"
    "revenu_median_2021,taux_pauvrete_2021\n"
)
ROWS = (
    "01001,L'Abergement-Clémenciat,01,84,860,15.64,46.1517,4.9306,96.9,25820.0,\n"
    "57019,Amnéville,57,44,10875,10.5,49.26,6.14,0,21000.0,14.0\n"
    "75056,Paris,75,11,2103778,105.4,48.85,2.35,,28790.0,16.0\n"
    "97611,Mamoudzou,976,06,71437,41.9,-12.78,45.23,0,,\n"
)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "fibre.csv"
    file.write_text(HEADER + ROWS, encoding="utf-8")
    return file


def test_a_zero_is_unknown_only_where_the_release_says_so(path):
    frame, dropped = read_fibre(path, zeros_unknown=("976",))
    share = frame.set_index("code_commune")["fibre_pct"]
    assert share["01001"] == 96.9
    assert share["57019"] == 0
    assert share[["75056", "97611"]].isna().all()
    assert dropped["ligne répétée"] == 0


def test_the_indicator_is_what_fibre_does_not_reach(path):
    frame, dropped = read_fibre(path, zeros_unknown=("976",))
    movements = pd.DataFrame(
        columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
        dtype="str",
    )
    table, _ = build_fixe(
        communes=frame["code_commune"],
        movements=movements,
        cog_year=2025,
        fixe=Dated(frame, "arcep_fibre/2025-t3", 2025, 2025, dropped),
    )
    own = table.set_index("code_commune")
    assert own.loc["01001", "non_thd_pct"] == pytest.approx(3.1)
    assert own.loc["57019", "non_thd_pct"] == 100
    assert own.loc["75056", ["non_thd_pct", "non_thd_annee", "nb_locaux"]].isna().all()
    TABLES["core_fixe"].validate(table)


def test_incomes_come_with_the_people_they_describe(path):
    frame, _ = read_fibre_incomes(path, income="21")
    own = frame.set_index("code_commune")
    assert own.loc["57019", ["nb_personnes", "niveau_vie_median", "pauvrete_pct"]].tolist() == [
        10875, 21000, 14,
    ]  # fmt: skip
    assert own["pauvrete_pct"].isna().tolist() == [True, False, False, True]


def test_another_income_year_is_refused(path):
    with pytest.raises(BadFileError, match="revenu_median_2023"):
        read_fibre_incomes(path, income="23")


def test_a_share_above_a_hundred_stops_the_reading(tmp_path):
    file = tmp_path / "fibre.csv"
    file.write_text(HEADER + ROWS.replace("96.9", "969"), encoding="utf-8")
    with pytest.raises(BadFileError, match="au-dessus de 100"):
        read_fibre(file)


def test_doubtful_zeros_are_kept_and_marked(path):
    frame, _ = read_fibre(path, zeros_unknown=("976",), zeros_doubtful=("57",))
    own = frame.set_index("code_commune")
    assert own["est_douteux"].to_dict() == {
        "01001": False, "57019": True, "75056": False, "97611": False,
    }  # fmt: skip
    assert own.loc["57019", "fibre_pct"] == 0
