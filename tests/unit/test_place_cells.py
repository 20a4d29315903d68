"""Cells of the lists of places: nobody's name or phone, one way to write days and SIRET."""

from __future__ import annotations

import pandas as pd
import pytest

from fragility.sources.readers.place_cells import (
    UNNAMED,
    clean_siret,
    read_dates,
    without_contacts,
    without_persons,
)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("MONSIEUR JEAN MARTIN", False), ("M. Dupont infirmier", False), ("Mme Petit", False),
        ("chez Madame Anne Petit", False), ("Mr Brun", False), ("", False),
        ("Olivier DURAND", False), ("Petit dominique", False), ("Hélène Brun", False),
        ("Marie d'Artenay", True), ("Saint Jean", True), ("Médiathèque Colette", True),
        ("Maison Jean Petit", True),
        ("M.D.C.S. Blois Agglomération", True), ("Maison Pour Tous M.Pagnol", True),
        ("M.270", True), ("Médiathèque Dr. Marc Téti", True), ("Mairie de Mer", True),
    ],
)  # fmt: skip
def test_a_place_is_not_called_by_the_name_of_a_person(name: str, kept: bool) -> None:
    assert without_persons(pd.Series([name])).iloc[0] == (name if kept else UNNAMED)


def test_a_library_may_bear_a_name() -> None:
    names = pd.Series(["Georges Brassens", "Madame Petit"])
    assert without_persons(names, named_after_people=True).tolist() == ["Georges Brassens", UNNAMED]


def test_contacts_are_taken_out_of_names() -> None:
    names = pd.Series(["Mairie  (05 61 00 00 00)", "CCAS a.b@exemple.fr", "Fablab @robaz", None])
    assert without_contacts(names).fillna("").tolist() == ["Mairie ()", "CCAS", "Fablab @robaz", ""]


def test_a_siret_has_fourteen_figures() -> None:
    cells = ["26 421 024 600 015", "77556026100015", "00000000000000", "828 213 371", "1", None]
    found = clean_siret(pd.Series(cells, dtype="str")).fillna("")
    assert found.tolist() == ["26421024600015", "77556026100015", "", "", "", ""]


def test_days() -> None:
    cells = ["2022-05-09T10:00", "05/08/2016", "29/04/2022 12:32:28", "12/31/2022", "hier", None]
    found = read_dates(pd.Series(cells, dtype="str")).fillna("")
    assert found.tolist() == ["2022-05-09", "2016-08-05", "2022-04-29", "", "", ""]
