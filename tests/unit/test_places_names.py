"""Names and addresses as several lists write them, brought to words that can be compared."""

from __future__ import annotations

import pandas as pd
import pytest

from fragility.access.places_names import name_words, overlap, street_words


def words(name: str, commune: str = "Bury") -> set[str]:
    return set(name_words(pd.Series([name]), pd.Series([commune])).iloc[0])


@pytest.mark.parametrize(
    ("name", "commune", "expected"),
    [
        ("Hôtel de ville de Bury", "Bury", {"MAIRIE"}),
        ("COMMUNE DE BURY", "BURY", {"MAIRIE"}),
        ("Bibliothèque Municipale De Bury", "Bury", {"MEDIATHEQUE"}),
        ("Espace France Services", "Bury", {"FRANCESERVICES"}),
        ("Maison de Services au Public", "Bury", {"FRANCESERVICES"}),
        ("CTRE COM ACTION SOCIALE DE SAINTE MARIE", "STE MARIE", {"CCAS"}),
        # No town hall in the name of the commune itself.
        ("Mairie La Ville Dieu", "La Ville-Dieu", {"MAIRIE"}),
        ("Médiathèque Simone de Beauvoir", "Romans", {"MEDIATHEQUE", "SIMONE", "BEAUVOIR"}),
        ("", "Bury", set()),
    ],
)
def test_the_words_that_tell_a_place(name: str, commune: str, expected: set[str]) -> None:
    assert words(name, commune) == expected


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ("Médiathèque", "Bibliothèque Aragon", 1.0),
        ("Maison Pour Tous Pagnol", "Maison des Associations", 0.5),
        # A library and a France services of one quarter are two places.
        ("Bibliothèque Minimes", "France services Minimes", 0.0),
        ("", "Mairie", 0.0),
    ],
)
def test_overlap(left: str, right: str, share: float) -> None:
    one, other = frozenset(words(left)), frozenset(words(right))
    assert overlap(one, other) == overlap(other, one) == share


@pytest.mark.parametrize(
    ("address", "number", "street"),
    [
        ("12 bis, av. de la Gare", "12", "AVENUE GARE"),
        ("0012 AVENUE DE LA GARE 09000 FOIX CEDEX", "12", "AVENUE GARE"),
        ("8 PL GENERAL VIARD", "8", "PLACE GENERAL VIARD"),
        ("57 BD PAUL RAMADIER BP 12", "57", "BOULEVARD PAUL RAMADIER"),
        ("5-9 Rue des Papetiers", "5", "RUE PAPETIERS"),
        ("Place du 8 mai 1945", "", "PLACE 8 MAI 1945"),
        ("3 rue du 8 mai 1945", "3", "RUE 8 MAI 1945"),
        ("Mairie", "", "MAIRIE"),
        (None, "", ""),
    ],
)
def test_addresses(address: str | None, number: str, street: str) -> None:
    found = street_words(pd.Series([address], dtype="str")).fillna("")
    assert found.iloc[0].tolist() == [number, street]
