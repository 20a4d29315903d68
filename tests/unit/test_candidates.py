"""Where a post may be proposed: a room where somebody receives every day."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.access.candidates import can_host, list_candidates


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("Médiathèque Colette", True),
        ("Bus France services du Cambrésis", False),
        ("Bibliobus", False),
        ("Médiabus Titang", False),
        ("France services Espaces numériques mobiles - Antenne", False),
        ("France services itinérante du Vigan", False),
        ("Camion bleu France services", False),
        ("DIRECTION DE LA LECTURE PUBLIQUE", False),
        ("Direction départementale du livre", False),
        ("BMVR DE NICE - DIRECTION", False),
        ("BMC Direction - Services transversaux", False),
        ("Administration des Bibliothèques de la Ville", False),
        ("Réseau des médiathèques de Brest", False),
        ("Médiathèque tête de réseau", True),
        ("BIBLIOTHEQUE DEPARTEMENTALE DE PRET", False),
        ("Médiathèque départementale Drôme des Collines", True),
        ("Dépôt de Cabrerets", False),
        ("Bfm Dépôt Légal", True),
        ("Bibliothèque Oscar Wilde", True),
        ("France services Tournus", True),
    ],
)
def test_a_post_needs_a_room(name: str, room: bool) -> None:
    assert can_host(pd.DataFrame({"nom": [name], "itinerance": [False]})).tolist() == [room]


def test_a_place_that_says_that_it_moves_is_no_candidate() -> None:
    places = pd.DataFrame({"nom": ["France services", None], "itinerance": [True, False]}, [7, 3])
    assert can_host(places).to_dict() == {7: False, 3: True}


def test_only_rooms_are_listed_and_town_halls_always_are() -> None:
    communes = gpd.GeoDataFrame(
        {"code_commune": ["01001"]}, geometry=[shapely.box(5.0, 46.0, 5.1, 46.1)], crs=4326
    )
    kinds = ["france_services", "france_services", "bibliotheque", "bibliotheque"]
    lieux = gpd.GeoDataFrame(
        {
            "id": ["fs-1", "fs-2", "bib-1", "bib-2"],
            "nom": ["France services", "Bus France services", "Dépôt de Bury", "Médiathèque"],
            "dispositifs": kinds,
            "code_commune": "01001",
            "itinerance": [False, True, False, False],
            "statut": "retenu",
        },
        geometry=[shapely.Point(5.05, 46.05)] * 4,
        crs=4326,
    )
    grid = pd.DataFrame(
        {"code_commune": ["01001"], "population": [90.0], "id_maille": [1],
         "x_m": [900_000.0], "y_m": [6_560_000.0]}
    )  # fmt: skip
    listed = list_candidates(grid, communes, lieux)
    assert listed["id_candidat"].tolist() == ["fs-1", "bib-2", "mairie-01001"]
    assert listed["type_candidat"].tolist() == ["france_services", "bibliotheque", "mairie"]
