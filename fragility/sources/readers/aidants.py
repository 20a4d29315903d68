"""Structures Aidants Connect: bodies whose agents act online on behalf of people (ANCT, 2023).

The list has neither coordinates nor identifier, and its commune is written in few addresses.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.sources.readers.common import pad_code
from fragility.sources.readers.intake import Intake
from fragility.sources.readers.place_cells import make_ids
from fragility.sources.readers.places import _finish, _read

AIDANTS = {
    "Name": "nom",
    "SIRET": "siret",
    "Adresse": "adresse",
    "Code postal": "code_postal",
    "commune": "commune_declaree",
}
# "1 place Châtelet 28028 Chartres Cedex", "29 rue Draye de Meyne, 26110, NYONS"
_COMMUNE_AT_END = r"(?s)\b\d{5}\b[\s,–-]*([^\W\d][^\d,\n(]*?)\s*$"
# The name of a town hall, or of its social centre, is that of its commune.
_TOWN_HALL = (
    r"(?i)^(?:mairie|commune|ville|c\.?c\.?a\.?s\.?)(?: de la| de l['’ ]| des| du| de| d['’ ])?\s*"
    r"([^\W\d][^\d,(]*?)\s*$"
)


def read_aidants(path: Path | Intake) -> pd.DataFrame:
    """Read the structures (form of January 2023).

    Parameters
    ----------
    path : CSV, comma; postal codes without their leading zeros, SIRET with spaces, `commune`
        empty, the same `date_maj` on every row (it is not read).

    Returns
    -------
    Frame with `places.COLUMNS`; `commune_declaree` is the column's, else what the address says
    after its postal code, else the commune that a town hall is named after:
    `access/places_commune.py` looks for that of the others.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that list.
    """
    frame, intake = _read(path, ",", AIDANTS, key="Name")
    frame["code_postal"] = pad_code(frame["code_postal"], 5)
    written = frame["adresse"].str.extract(_COMMUNE_AT_END)[0]
    named = frame["nom"].str.extract(_TOWN_HALL)[0]
    frame["commune_declaree"] = frame["commune_declaree"].fillna(written).fillna(named)
    frame["id"] = make_ids(frame)
    return _finish(frame, intake)
