"""Who belongs to which EPCI, and what it is called, from two files."""

import io
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.errors import BadFileError
from fragility.sources.readers.epci import name_members, read_members, read_names


def members_file(path, epci):
    frame = gpd.GeoDataFrame(
        {"code": ["01001", "22016", "75101"], "type": ["COM", "COM", "ARM"], "epci": epci},
        geometry=[shapely.box(0, 0, 1, 1)] * 3,
        crs=4326,
    )
    frame.to_parquet(path)
    return path


def names_file(path):
    book = io.BytesIO()
    rows = [["Liste"], ["Zones"], ["2022"], ["Insee"], ["Niveau"],
            ["NIVGEO", "CODGEO", "LIBGEO", "NB_COM"], ["ARR", "011", "Belley", "105"],
            ["EPCI", "200069193", "CC de la Dombes", "36"]]  # fmt: skip
    wide = [[*row, *[None] * (4 - len(row))] for row in rows]
    pd.DataFrame(wide).to_excel(
        book, sheet_name="Zones_supra_communales", header=False, index=False
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("table-appartenance-geo-communes-22.xlsx", book.getvalue())
    return path


def test_members_are_communes_and_an_island_alone_has_no_epci(tmp_path):
    frame = read_members(members_file(tmp_path / "c.parquet", ["200069193", None, "200054781"]))
    assert frame.to_numpy().tolist() == [["01001", "200069193"], ["22016", "ZZZZZZZZZ"]]


def test_a_code_that_is_no_siren_stops_the_reading(tmp_path):
    with pytest.raises(BadFileError, match="code impossible"):
        read_members(members_file(tmp_path / "c.parquet", ["CC de la Dombes", None, None]))


def test_names_come_from_the_first_list_that_has_them(tmp_path):
    members = pd.DataFrame({
        "code_commune": ["01001", "57001", "22016"],
        "code_epci": ["200069193", "992367730", "ZZZZZZZZZ"],
    })  # fmt: skip
    older = pd.DataFrame({"code_epci": ["200069193"], "nom_epci": ["Ancien nom"]})
    named = name_members(members, read_names(names_file(tmp_path / "t.zip")), older)
    assert named["nom_epci"].tolist() == [
        "CC de la Dombes",
        "Intercommunalité 992367730 (nom absent des listes)",
        "Sans objet",
    ]
