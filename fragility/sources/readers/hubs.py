"""Lists of mediation places of the regional hubs (early 2023): the standard, or forms of their own.

A hub's own form has no identifier: a place is known by its name and address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fragility.sources.readers import mednum
from fragility.sources.readers.common import require_columns
from fragility.sources.readers.intake import Intake
from fragility.sources.readers.place_cells import header_of, make_ids, read_dates
from fragility.sources.readers.places import _finish, _read

ONLINE = "service en ligne, sans accueil"


@dataclass(frozen=True)
class Form:
    """How a hub writes its list.

    Attributes
    ----------
    key : column that names a row.
    columns : name in the file -> ours, all of them required.
    moving, online : columns that say « Oui » of a place that moves, of one that is only online;
        a list is still a list without.
    """

    key: str
    columns: Mapping[str, str]
    moving: str = ""
    online: str = ""


FORMS = {
    "hinaura": Form(
        "Nom du lieu ou de la structure *",
        {
            "Nom du lieu ou de la structure *": "nom",
            "Adresse postale *": "adresse",
            "Code postal": "code_postal",
            "Ville *": "commune_declaree",
            "bf_latitude": "latitude",
            "bf_longitude": "longitude",
            "datetime_latest": "date_maj",
        },
    ),
    # One date for the whole list, 1 January 1970: it is not read.
    "paca": Form(
        "nom",
        {
            "nom": "nom",
            "adresse_numero": "numero",
            "adresse_rue": "rue",
            "adresse_code_postal": "code_postal",
            "adresse_code_insee": "code_declare",
            "adresse_commune": "commune_declaree",
            "latitude": "latitude",
            "longitude": "longitude",
        },
        moving="itinerant",
        online="en_ligne",
    ),
}


def read_mediation(path: Path | Intake) -> pd.DataFrame:
    """Read the places of mediation of a list, whatever its form.

    Parameters
    ----------
    path : CSV, comma, in the standard of La Mednum or in one of `FORMS`.

    Returns
    -------
    Frame with `places.COLUMNS`, one row per place; `nb_conseillers` is missing.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not such a list.
    """
    intake = Intake.of(path)
    header = header_of(intake, ",")
    layouts: list[Mapping[str, str]] = [mednum.MEDNUM, *(f.columns for f in FORMS.values())]
    nearest = min(layouts, key=lambda layout: len(set(layout) - set(header)))
    require_columns(pd.DataFrame(columns=header), list(nearest), intake.path, sep=",")
    form = next((f for f in FORMS.values() if f.columns is nearest), None)
    if form is None:
        return mednum.read_all(intake)
    optional = [c for c in (form.moving, form.online) if c]
    frame, intake = _read(intake, ",", form.columns, optional=optional, key=form.key)
    if "rue" in frame.columns:
        frame["adresse"] = frame.pop("numero").fillna("") + " " + frame.pop("rue").fillna("")
    frame["id"] = make_ids(frame)
    if form.moving in frame.columns:
        frame["itinerance"] = _yes(frame.pop(form.moving))
    if form.online in frame.columns:
        online = _yes(frame.pop(form.online))
        frame["motif_ecart"] = pd.Series(ONLINE, index=frame.index).where(online)
    if "date_maj" in frame.columns:
        frame["date_maj"] = read_dates(frame["date_maj"])
    frame["code_postal"] = frame["code_postal"].str.zfill(5)
    return _finish(frame, intake)


def _yes(answers: pd.Series) -> pd.Series:
    return answers.str.strip().str.lower().eq("oui").fillna(False).astype(bool)
