"""Trials of the tool are no places, and a place is not called by somebody's name."""

from __future__ import annotations

import pandas as pd
import pytest

from fragility.access.places_screen import (
    hide_persons,
    is_trial,
    learn_first_names,
    without_addresses,
)
from fragility.sources.readers.place_cells import UNNAMED

FIRST = frozenset({"JEAN", "PIERRE", "LUDOVIC", "EMILE", "GILBERT", "ANNE", "LOIC", "JULES"})


@pytest.mark.parametrize(
    ("name", "trial"),
    [
        ("ANCT Test", True), ("Lieu test", True), ("TEST", True), ("test 2", True),
        ("Test-structure", False), ("Espace test agricole", False), ("Mairie de Testelin", False),
        ("Contest", False), ("Point Tests Covid Bury", False), (None, False),
    ],
)  # fmt: skip
def test_trials(name: str | None, trial: bool) -> None:
    assert is_trial(pd.Series([name], dtype="str")).tolist() == [trial]


def hidden(name: str, commune: str = "Bury", kept: bool = False) -> str:
    one = pd.Series([name]), pd.Series([commune])
    return str(hide_persons(*one, FIRST, pd.Series([kept])).iloc[0])


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("Émile Durand", UNNAMED),
        ("DURAND Émile", UNNAMED),
        ("Jean-Pierre Durand", UNNAMED),
        # The G of a Gilbert typed without its l.
        ("Gibert DURAND", UNNAMED),
        ("Mon assistant - Durand Ludovic", "Mon assistant"),
        ("ACJ / Jean Durand", "ACJ"),
        ("Durand- écrivain public", "écrivain public"),
        ("Anne D Écrivain public", "Écrivain public"),
        ("loic durand médiateur numérique", "médiateur numérique"),
    ],
)
def test_what_names_somebody_is_taken_out(name: str, left: str) -> None:
    assert hidden(name) == left


@pytest.mark.parametrize(
    "name",
    [
        "Médiathèque Jean Durand", "Mairie - Jean Moulin", "Bus France services (Jules Durand)",
        "France services de Bury – Anne Lenoir", "MJC Jean Durand", "Jean d'Artenay",
        "Saint Jean", "Conseillère numérique", "Bureau du conseiller numérique",
        "Médiateur de la République", "Conseiller numérique - CCDSV", "Gilet JAUNE", "Cité Émile",
        "Emmaüs CONNECT", "",
    ],
)  # fmt: skip
def test_what_names_a_place_stays(name: str) -> None:
    assert hidden(name) == name


def test_the_name_of_the_commune_is_nobody_s() -> None:
    # « Marie Monnières » is the town hall of Monnières.
    assert hidden("Jean Monnières (12 octobre)", "Monnières") == "Jean Monnières (12 octobre)"
    assert hidden("Port Jean", "Port-Jean") == "Port Jean"


def test_a_library_may_bear_a_name_but_no_trade() -> None:
    assert hidden("Émile Durand", kept=True) == "Émile Durand"
    assert hidden("loic durand formateur", kept=True) == "formateur"


def test_first_names_are_learnt_from_streets() -> None:
    streets = [
        "3 rue Achille Durand", "Place Achille Petit", "AV. ACHILLE LEROY",
        "rue du Docteur Petit", "1 rue Docteur Durand", "rue Docteur Leroy", "rue Docteur Brun",
        "rue Basile Durand", "rue Basile Petit", "rue Saint Cyr Durand", None,
    ]  # fmt: skip
    found = learn_first_names(pd.Series(streets, dtype="str"))
    assert "ACHILLE" in found
    # An article, two surnames only, a saint.
    assert not found & {"DOCTEUR", "BASILE", "CYR"}
    assert "PIERRE" in found


def test_a_page_of_the_web_is_no_name() -> None:
    names = pd.Series(["https://www.exemple.fr/lieu", "www.exemple", None])
    assert without_addresses(names).fillna("").tolist() == [UNNAMED, "www.exemple", ""]
