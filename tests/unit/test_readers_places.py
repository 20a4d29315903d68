"""Readers of the lists of places: the three published forms, and what must never come through."""

from __future__ import annotations

from pathlib import Path

import pytest

from fragility.errors import BadFileError, FragilityError
from fragility.sources.readers.places import (
    COLUMNS,
    read_bibliotheques,
    read_conseillers,
    read_france_services,
)

CONSEILLERS = (
    "id,nom,pivot,commune,code_postal,adresse,latitude,longitude,services,date_maj,nb_conseillers,"
    "telephone,courriels\n"
    'a1,Bus numérique,0,Foix,09000,1 rue,42.96,1.60,"Un;Deux",2022-04-15,2,0561000000,a@b.fr\n'
    'a2,"Pôle Le Corbusier, appeler le 05 61 00 00 00",0,Foix,09000,1 rue,,,"Un",2022-04-15,1,,\n'
)
FRANCE_SERVICES = (
    "id_fs,insee_dep,lib_fs,adresse,insee_com,code_postal,lib_com,latitude,longitude,itinerance\n"
    "1,01,France services A,x,01033,01200,Valserhône,46.1,5.8,Non\n"
    "2,01,France services B,x,01388,01560,Saint-Trivier,46.4,5.0,Oui\n"
)
BIBLIOTHEQUES = (
    "Libelle1;CP;Ville;DEPT;INSEE;coordonnees_finales;code_bib;type_adresse\n"
    'Médiathèque;60510;Bresles;60;60103;"49.41,2.25";8729.0;Bibliothèque ouverte au public\n'
    "Bureau;60000;Beauvais;60;60057;;8730.0;Adresse administrative\n"
)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_conseillers_keep_no_contact(tmp_path: Path) -> None:
    frame = read_conseillers(write(tmp_path / "c.csv", CONSEILLERS))
    assert frame.columns.tolist() == COLUMNS
    assert "05 61" not in frame.to_csv()
    assert "0561" not in frame.to_csv()
    assert "a@b.fr" not in frame.to_csv()
    assert frame["itinerance"].tolist() == [True, False]  # a bus, and not Le Cor-bus-ier
    assert frame["nb_conseillers"].tolist() == [2.0, 1.0]
    assert frame["latitude"].isna().tolist() == [False, True]
    assert frame["code_postal"].tolist() == ["09000", "09000"]


def test_france_services_answer_about_itinerance(tmp_path: Path) -> None:
    frame = read_france_services(write(tmp_path / "f.csv", FRANCE_SERVICES))
    assert frame["itinerance"].tolist() == [False, True]
    assert frame["nb_conseillers"].isna().all()
    assert frame["code_declare"].tolist() == ["01033", "01388"]


def test_libraries_give_a_point_and_say_which_are_offices(tmp_path: Path) -> None:
    frame = read_bibliotheques(write(tmp_path / "b.csv", BIBLIOTHEQUES))
    assert frame["recoit_public"].tolist() == [True, False]
    assert frame["id"].tolist() == ["8729", "8730"]
    assert frame.loc[0, ["latitude", "longitude"]].tolist() == [49.41, 2.25]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<html>404</html>",
        CONSEILLERS.replace(",", "|"),
        CONSEILLERS.splitlines()[0],
        "PK\x03\x04",
    ],
)
def test_anything_else_is_refused_with_the_file_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(FragilityError, match=r"lieux\.csv"):
        read_conseillers(write(tmp_path / "lieux.csv", content))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "f.csv", FRANCE_SERVICES.replace("lib_fs", "nom_fs"))
    with pytest.raises(BadFileError, match="lib_fs"):
        read_france_services(path)


def test_a_column_of_something_else_than_degrees_is_refused(tmp_path: Path) -> None:
    text = CONSEILLERS.replace("42.96", "N42").replace(",,,", ",N43,E1,")
    with pytest.raises(BadFileError, match="latitude"):
        read_conseillers(write(tmp_path / "c.csv", text))


def test_no_open_library_is_suspect(tmp_path: Path) -> None:
    text = BIBLIOTHEQUES.replace("Bibliothèque ouverte au public", "Bâtiment ouvert")
    with pytest.raises(BadFileError, match="ouverte"):
        read_bibliotheques(write(tmp_path / "b.csv", text))
