"""How two engines differ: tables whose figures are known beforehand."""

import datetime

import numpy as np
import pandas as pd
import pytest

from fragility.access.network_reach import NetworkReach
from fragility.access.network_report import compare_engines, detours, speeds_by_density
from fragility.access.travel import SPEEDS_KMH
from fragility.errors import MissingFileError
from fragility.validation.network_page import write_network
from tests.osm_files import write_extract


def couts(km, minutes, places=None):
    return pd.DataFrame(
        {
            "id_maille": range(len(km)),
            "code_iris": "010010000",
            "code_commune": "01001",
            "population": 10.0,
            "id_lieu": places or ["cn-0"] * len(km),
            "km": km,
            "minutes": minutes,
        }
    )


def test_two_engines_by_distance():
    surface = couts([1.5, 1.6, 12.0, 3.0], [3.0, 5.0, 19.0, 6.0])
    road = couts([1.5, 1.6, 12.0, 3.0], [4.0, 8.0, 25.0, np.nan], ["cn-0", "cn-1", "cn-0", "cn-0"])
    # Another order, and the cell without minutes by road is left out.
    table = compare_engines(surface, road.iloc[::-1]).set_index("distance")
    assert table.index.tolist() == ["1 à 2 km", "10 à 20 km", "toutes"]
    assert table["mailles"].tolist() == [2, 1, 3]
    assert table["population"].tolist() == [20, 10, 30]
    assert table["surface_moyenne_min"].tolist() == [4, 19, 9]
    assert table["route_mediane_min"].tolist() == [6, 25, 8]
    assert table["ecart_median_min"].tolist() == [2, 6, 3]
    assert table["meme_lieu_pct"].tolist() == pytest.approx([50, 100, 200 / 3])
    assert table["bascule_20_pct"].tolist() == pytest.approx([0, 100, 100 / 3])


def test_classes_of_distance_stay_in_their_order():
    km = [0.5, 1.0, 3.0, 7.0, 15.0, 30.0, 50.0]
    table = compare_engines(couts(km, km), couts(km, km))
    assert table["distance"].tolist() == [
        "0 à 1 km", "1 à 2 km", "2 à 5 km", "5 à 10 km", "10 à 20 km", "20 à 40 km",
        "plus de 40 km", "toutes",
    ]  # fmt: skip


def test_detours_and_speeds_by_hand():
    # 6 km for 4 in a straight line in 9 minutes: 1.5 times, 40 km/h by road, 26.7 as flown.
    table = detours(np.array([4.0, 0.1, 4.0]), np.array([6.0, 9.0, 8.0]), np.array([9, 9, np.inf]))
    (row,) = table.to_dict("records")
    assert (row["distance"], row["trajets"], row["detour"]) == ("2 à 5 km", 1, 1.5)
    assert row["route_kmh"] == pytest.approx(40)
    assert row["vol_kmh"] == row["vol_kmh_p10"] == pytest.approx(4 / 9 * 60)


def test_speeds_stand_beside_those_assumed_by_density():
    reach = NetworkReach(
        couts([4.0, 4.0, 4.0], [10.0, 20.0, np.nan]), np.array(["", "", "bord"]),
        np.array([6.0, 4.0, 5.0]), np.array([4.0, 4.0, 4.0]),
    )  # fmt: skip
    table = speeds_by_density(reach, np.array([2000.0, 30.0, 30.0])).set_index("densite")
    assert table.index.tolist() == sorted(SPEEDS_KMH, reverse=True)
    assert table["hypothese_kmh"].to_dict() == SPEEDS_KMH
    assert table["mailles"].tolist() == [1, 0, 0, 1, 0]
    assert table.loc[1500, ["detour", "vol_kmh"]].tolist() == pytest.approx([1.5, 24])
    assert table.loc[25, ["detour", "vol_kmh"]].tolist() == pytest.approx([1, 12])
    assert np.isnan(table.loc[0, "vol_kmh"])


def test_the_page_is_written_from_extracts(tmp_path):
    # Streets in squares of 500 m, 20 by 20.
    points = {100 * a + b: (a / 2, b / 2) for a in range(20) for b in range(20)}
    ways = {k: ([100 * k + b for b in range(20)], {"highway": "primary"}) for k in range(20)}
    ways |= {
        50 + k: ([100 * a + k for a in range(20)], {"highway": "residential"}) for k in range(20)
    }
    points[99999], ways[99] = (-1, 0), ([99999, 0], {"highway": "primary"})
    write_extract(tmp_path / "raw" / "osm" / "carre-latest.osm.pbf", points, ways)
    docs = tmp_path / "docs"
    docs.mkdir()
    day = datetime.date(2026, 1, 2)
    page = write_network(tmp_path / "raw", tmp_path / "store", docs, day).read_text("utf-8")
    assert "02/01/2026" in page
    assert "| carre | voiture | 41 | 401 |" in page.replace("\u202f", "")
    assert page.count("images/reseau-") == len(list((docs / "images").iterdir())) == 2
    assert "nan" not in page.lower().replace("canan", "")


def test_without_an_extract_there_is_no_page(tmp_path):
    with pytest.raises(MissingFileError, match="réseaux routiers"):
        write_network(tmp_path, tmp_path / "store", tmp_path, datetime.date(2026, 1, 2))
