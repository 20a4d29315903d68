"""The commune of structures that give a postal code and no commune."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.places_commune import (
    FROM_NAME,
    FROM_OTHER,
    FROM_POSTAL,
    FROM_SIRET,
    deduce_communes,
)

NAMES = pd.Series(
    {"34150": "Marseillan", "34003": "Agde", "34032": "Béziers", "97416": "Saint-Pierre"}
)
KNOWN = [("Bibliothèque", "34340", "34150"), ("Mairie", "34300", "34003"),
         ("Médiathèque", "34300", "34032"), ("Mairie", "97410", "97416")]  # fmt: skip
TEXTS = dict.fromkeys(("siret", "adresse", "commune_declaree", "code_declare"), "str")


def deduced(name: str, postal: str, siret: str | None = None, address: str | None = None):
    rows = pd.DataFrame({
        "nom": [*(k[0] for k in KNOWN), name], "code_postal": [*(k[1] for k in KNOWN), postal],
        "siret": ["11111111100011", None, None, None, siret],
        "adresse": ["1 rue A", "2 rue B", "7 rue C", None, address],
        "commune_declaree": [None] * 5, "code_declare": [*(k[2] for k in KNOWN), None],
        "latitude": np.nan, "longitude": np.nan,
    }).astype(TEXTS)  # fmt: skip
    declared = pd.Series([*(k[2] for k in KNOWN), None], dtype="str")
    last = deduce_communes(rows, declared, NAMES).fillna("").iloc[-1]
    return last["code"], last["motif"]


def test_the_commune_named_in_the_name_among_those_of_the_postal_code() -> None:
    assert deduced("CCAS d'Agde", "34300") == ("34003", FROM_NAME)
    assert deduced("Maison de BEZIERS centre", "34300") == ("34032", FROM_NAME)
    # Two are named: neither is sure. Nor is a commune of another postal code.
    assert deduced("Agde et Béziers", "34300") == ("", "")
    assert deduced("Mission locale de Marseillan", "34300") == ("", "")


def test_the_siret_of_a_town_hall_names_its_commune() -> None:
    assert deduced("Espace Anne", "34300", "21340032800011") == ("34032", FROM_SIRET)
    assert deduced("Espace Anne", "97410", "21974016400013") == ("97416", FROM_SIRET)
    # 34150 is not of that postal code: in Aisne and Oise these numbers are others.
    assert deduced("Espace Anne", "34300", "21340150800014") == ("", "")


def test_the_place_of_the_same_address_and_the_only_commune_of_a_postal_code() -> None:
    assert deduced("Espace Anne", "34300", None, "2, r. B") == ("34003", FROM_OTHER)
    assert deduced("Espace Anne", "34340") == ("34150", FROM_POSTAL)
    assert deduced("Espace Anne", "34999") == ("", "")


def test_a_place_that_declares_something_is_left_to_it() -> None:
    rows = pd.DataFrame({
        "nom": ["CCAS d'Agde"] * 2, "code_postal": ["34300"] * 2, "siret": [None] * 2,
        "adresse": [None] * 2, "commune_declaree": ["Agde-Ville", None],
        "code_declare": [None] * 2, "latitude": [np.nan, 43.3], "longitude": [np.nan, 3.4],
    }).astype(TEXTS)  # fmt: skip
    assert deduce_communes(rows, pd.Series([None, None], dtype="str"), NAMES).isna().all(axis=None)
