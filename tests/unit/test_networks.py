"""Premises add up through fusions and arrondissements; nobody's premises give no share."""

import pandas as pd

from fragility.schemas import validate
from fragility.territory.dated import Dated
from fragility.territory.networks import build_fixe, build_mobile

MOVEMENTS = pd.DataFrame(
    [("32", "2020-01-01", "COM", a, "COM", "00001") for a in ("00001", "00002")],
    columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"],
)


def test_fixed_internet_by_commune():
    fixe = Dated(
        pd.DataFrame(
            {
                "code_commune": ["00001", "00002", "00003", "75101", "75102", "97801"],
                "nb_locaux": [100.0, 300, 0, 50, 50, 9],
                "nb_locaux_thd": [100.0, 100, 0, 50, 40, 9],
            }
        ),
        "arcep_fixe/2019-09",
        2019,
        2019,
    )
    frame, lines = build_fixe(
        communes=pd.Series(["00001", "00003", "00004", "75056"]),
        movements=MOVEMENTS,
        cog_year=2021,
        fixe=fixe,
    )
    validate(frame, "core_fixe")
    assert frame["nb_locaux"].tolist()[:2] == [400, 0]
    assert frame["non_thd_pct"].round(6).tolist()[0] == 50
    assert frame["non_thd_pct"].isna().tolist() == [False, True, True, False]
    assert frame["non_thd_annee"].isna().tolist() == [False, True, True, False]
    assert round(frame["non_thd_pct"].iloc[3], 6) == 10
    counted = lines.set_index("motif")["lignes"]
    assert counted["entrées"] == 6
    assert counted["sorties"] == 3
    assert counted["code absent de la carte des communes"] == 1


def test_sites_are_numbered_and_dropped_ones_counted():
    sites = Dated(
        pd.DataFrame(
            {
                "operateur": ["20801", "20815"],
                "longitude": [2.0, 3.0],
                "latitude": [48.0, 49.0],
                "annee": [2018, 2020],
            }
        ),
        "arcep_mobile_sites/2018-01",
        2018,
        None,
        {"sans 4G": 7},
    )
    frame, lines = build_mobile(sites=sites)
    validate(frame, "core_mobile")
    assert frame["id_site"].tolist() == [0, 1]
    assert lines.set_index("motif")["lignes"].to_dict() == {
        "entrées": 9,
        "sorties": 2,
        "sans 4G": 7,
    }
