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
    read_structures,
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
    assert frame["motif_ecart"].fillna("").tolist() == ["", "n'accueille pas de public"]
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


def test_france_services_of_2024_move_by_their_kind(tmp_path: Path) -> None:
    # No column « itinerance » any more: the kind of place tells.
    text = FRANCE_SERVICES.replace("itinerance\n", "type_fs,format_fs\n")
    text = text.replace(",5.8,Non", ",5.8,Principal,Fixe")
    text = text.replace(",5.0,Oui", ",5.0,Principal,Bus_équivalent")
    frame = read_france_services(write(tmp_path / "fs.csv", text))
    assert frame["itinerance"].tolist() == [False, True]


STRUCTURES = (
    "structure,Siret,Nb de conseillers attribués,Nb de conseillers recrutés,Code postal,"
    "Code commune Insee\n"
    "BOCAGE NUMERIQUE,84009530100015,3,2,3160,3218\n"  # zeros eaten by a spreadsheet
    "COMMUNE DE LEVAL,21590344600012,1,1,59620,90066\n"  # Leval of the other end of France
    "COMMUNAUTE DU CENTRE CORSE,20007304700013,1,1,20250,2B096\n"
    "ASSOCIATION VIDE,12345678900011,1,0,75011,75111\n"
)


def test_bodies_are_where_their_code_says_unless_their_postal_code_denies_it(
    tmp_path: Path,
) -> None:
    frame = read_structures(write(tmp_path / "s.csv", STRUCTURES)).set_index("id")
    assert frame["code_declare"].fillna("").tolist() == ["03218", "", "2B096", "75111"]
    assert frame["code_postal"].tolist() == ["03160", "59620", "20250", "75011"]
    # A town hall is named after its commune; nothing else is.
    assert frame["commune_declaree"].fillna("").tolist() == ["", "LEVAL", "", ""]
    assert frame["nb_conseillers"].tolist() == [2, 1, 1, 0]
    assert frame["motif_ecart"].fillna("").tolist() == ["", "", "", "aucun conseiller recruté"]
    assert frame["latitude"].isna().all()
