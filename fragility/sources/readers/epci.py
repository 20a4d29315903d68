"""Which EPCI a commune belongs to, and what that EPCI is called, when two files say it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    check_codes,
    drop_duplicates,
    pad_code,
    read_zip_member,
    require_columns,
    require_file,
)
from fragility.sources.readers.ign import open_geographic
from fragility.sources.readers.intake import COMMUNES, Intake
from fragility.sources.readers.workbook import read_sheet

NO_EPCI = "ZZZZZZZZZ"
_SIREN = r"^(\d{9}|Z{9})$"


def read_members(path: Path | Intake) -> pd.DataFrame:
    """Read the EPCI of each commune in IGN's file of communes (GeoParquet).

    Returns
    -------
    `code_commune` (5 characters), `code_epci` (SIREN, or ZZZZZZZZZ for none).

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that one, or a code cannot exist.
    """
    intake = Intake.of(path, max_share=0)
    columns = ("code", "type", "epci")
    table = open_geographic(
        intake, gpd.read_parquet, "GeoParquet", columns, key="code", usual_rows=COMMUNES
    )
    table = table[table["type"] == "COM"]
    members = pd.DataFrame({
        "code_commune": pad_code(table["code"].astype("str"), 5),
        "code_epci": table["epci"].astype("str").fillna(NO_EPCI),
    })  # fmt: skip
    check_codes(members["code_commune"], COMMUNE_CODE, intake)
    check_codes(members["code_epci"], _SIREN, intake)
    return intake.settle(drop_duplicates(members, "code_commune", intake)[0])[0]


def read_names(path: Path | Intake) -> pd.DataFrame:
    """Read the names of EPCI in INSEE's « table d'appartenance géographique » (xlsx in a zip).

    Returns
    -------
    `code_epci`, `nom_epci`.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, damaged or not that table.
    """
    intake = Intake.of(path, max_share=0)
    content = read_zip_member(require_file(intake.path), ".xlsx")
    table = read_sheet(content, intake, key="NIVGEO", sheet="Zones_supra_communales")
    require_columns(table, ["NIVGEO", "CODGEO", "LIBGEO"], intake.path)
    own = table[table["NIVGEO"] == "EPCI"]
    names = pd.DataFrame({"code_epci": own["CODGEO"], "nom_epci": own["LIBGEO"]})
    check_codes(names["code_epci"], _SIREN, intake)
    return intake.settle(drop_duplicates(names, "code_epci", intake)[0])[0]


def name_members(members: pd.DataFrame, *lists: pd.DataFrame) -> pd.DataFrame:
    """Give members the names that other lists know, the first list winning.

    An EPCI that no list knows is called by its code, and the name says why.

    Parameters
    ----------
    members : `code_commune`, `code_epci`.
    lists : `code_epci`, `nom_epci`.

    Examples
    --------
    >>> one = pd.DataFrame({"code_commune": ["01001"], "code_epci": ["200069193"]})
    >>> name_members(one, one.assign(nom_epci="CC de la Dombes"))["nom_epci"].tolist()
    ['CC de la Dombes']
    """
    known = pd.concat([names[["code_epci", "nom_epci"]] for names in lists], ignore_index=True)
    by_code = known.drop_duplicates("code_epci").set_index("code_epci")["nom_epci"]
    name = members["code_epci"].map(by_code)
    unknown = "Intercommunalité " + members["code_epci"] + " (nom absent des listes)"
    unknown = unknown.where(members["code_epci"] != NO_EPCI, "Sans objet")
    return members.assign(nom_epci=name.fillna(unknown).astype("str"))
