"""Lists of places that receive the public: conseillers numériques, France services, libraries.

One tidy form; `motif_ecart` says why a place is not one where people are received, `est_employeur`
that the list names who employs the conseillers, not where they receive. Each list has an
allow-list of columns: e-mails, phones, opening hours and anything that can name a person are never
read further than the header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import check_range, pad_code, read_csv, to_number
from fragility.sources.readers.intake import PLACES, Intake
from fragility.sources.readers.place_cells import (
    MOBILE_NAME,
    clean_siret,
    read_dates,
    read_degrees,
    without_contacts,
    without_persons,
)

COLUMNS = [
    "id",
    "nom",
    "commune_declaree",
    "code_declare",
    "code_postal",
    "departement_declare",
    "latitude",
    "longitude",
    "itinerance",
    "motif_ecart",
    "date_maj",
    "nb_conseillers",
    "est_employeur",
    # What tells that two lists speak of the same place; never published.
    "siret",
    "adresse",
    "id_origine",
]
OPEN_LIBRARY = "Bibliothèque ouverte au public"
CLOSED = "n'accueille pas de public"
# The largest employer of 2023 has 37: so many is a shifted column, a telephone without its spaces.
MOST_CONSEILLERS = 1000
NOBODY = "aucun conseiller recruté"
CONSEILLERS = {
    "id": "id",
    "nom": "nom",
    "commune": "commune_declaree",
    "code_postal": "code_postal",
    "latitude": "latitude",
    "longitude": "longitude",
    "date_maj": "date_maj",
    "nb_conseillers": "nb_conseillers",
}
FRANCE_SERVICES = {
    "id_fs": "id",
    "lib_fs": "nom",
    "lib_com": "commune_declaree",
    "insee_com": "code_declare",
    "code_postal": "code_postal",
    "insee_dep": "departement_declare",
    "latitude": "latitude",
    "longitude": "longitude",
}
# What says that a place moves: a column of its own in 2022, the kind of place in 2024.
_MOVING = {"itinerance": ("oui",), "format_fs": ("itinérante", "bus_équivalent")}
# Read where the file has them: a list is still a list without.
_SAME_PLACE = {"pivot": "siret", "siret": "siret", "adresse": "adresse", "voie": "adresse"}
STRUCTURES = {
    "Siret": "id",
    "structure": "nom",
    "Code commune Insee": "code_declare",
    "Code postal": "code_postal",
    "Nb de conseillers recrutés": "nb_conseillers",
}
# The name of a town hall is that of its commune.
_TOWN_HALL = r"^(?:COMMUNE|MAIRIE|VILLE) (?:DE LA |DE L'|DE L |DES |DU |DE |D'|D )(.+)$"
BIBLIOTHEQUES = {
    "code_bib": "id",
    "Libelle1": "nom",
    "Ville": "commune_declaree",
    "INSEE": "code_declare",
    "CP": "code_postal",
    "DEPT": "departement_declare",
    "coordonnees_finales": "coordonnees",
    "type_adresse": "type_adresse",
}


def read_conseillers(path: Path | Intake) -> pd.DataFrame:
    """Read the places where conseillers numériques receive (form of December 2022).

    Parameters
    ----------
    path : CSV, comma, quoted, several values of a cell parted by `;`; no INSEE code.

    Returns
    -------
    Frame with `COLUMNS`, one row per place; `nb_conseillers` in persons, `latitude` and
    `longitude` in degrees (missing when absent or unreadable), `date_maj` as YYYY-MM-DD.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that list.
    """
    frame, intake = _read(path, ",", CONSEILLERS)
    frame["nb_conseillers"] = _counts(frame, "nb_conseillers", intake)
    frame["date_maj"] = read_dates(frame["date_maj"])
    return _finish(frame, intake)


def read_france_services(path: Path | Intake) -> pd.DataFrame:
    """Read the France services places (forms of December 2022 and August 2024).

    Parameters and errors as `read_conseillers`, but that communes have their INSEE code.
    `itinerance` is the file's own answer, or a name that says so; the file dates the label of a
    place, not its record: `date_maj` is missing.
    """
    frame, intake = _read(path, ",", FRANCE_SERVICES, optional=list(_MOVING))
    moving = pd.Series(False, index=frame.index)
    for column, answers in _MOVING.items():
        if column in frame.columns:
            moving |= frame.pop(column).str.strip().str.lower().isin(answers)
    return _finish(frame.assign(itinerance=moving), intake)


def read_structures(path: Path | Intake) -> pd.DataFrame:
    """Read the bodies that employ conseillers numériques (form of September 2023).

    Parameters and errors as `read_conseillers`. Without coordinates nor the name of a commune: a
    place is where its INSEE code says, and `est_employeur`: people are received there or elsewhere.
    That code was found by name, and lies in another
    département than the postal code for some: it is then dropped, and only the name of a town
    hall tells the commune. Where nobody is recruited there is no one to meet.
    """
    frame, intake = _read(path, ",", STRUCTURES)
    frame["nb_conseillers"] = _counts(frame, "Nb de conseillers recrutés", intake)
    frame["motif_ecart"] = pd.Series(NOBODY, index=frame.index).where(frame["nb_conseillers"].eq(0))
    code, postal = (pad_code(frame[c], 5) for c in ("code_declare", "code_postal"))
    # Postal codes of Corsica begin with 20, INSEE codes with 2A or 2B.
    same = code.str[:2].replace({"2A": "20", "2B": "20"}) == postal.str[:2]
    frame["code_declare"] = code.where(same)
    frame["code_postal"] = postal
    frame["commune_declaree"] = frame["nom"].str.extract(_TOWN_HALL, flags=re.IGNORECASE)[0]
    return _finish(frame.assign(est_employeur=True, siret=frame["id"]), intake)


def read_bibliotheques(path: Path | Intake) -> pd.DataFrame:
    """Read the public libraries (form of 2020: `;`, "lat,lon" in one column).

    Parameters and errors as `read_conseillers`. Rows that are only an office address
    (`type_adresse`) have a `motif_ecart`: they are set aside where places are built, so
    that the row count stays whole.
    """
    frame, intake = _read(path, ";", BIBLIOTHEQUES)
    is_open = frame.pop("type_adresse").str.strip().eq(OPEN_LIBRARY)
    frame["motif_ecart"] = pd.Series(CLOSED, index=frame.index).where(~is_open)
    if not is_open.any():
        raise BadFileError(
            "Aucune bibliothèque n'est ouverte au public dans ce fichier.",
            path=intake.path,
            expected=f"type_adresse = « {OPEN_LIBRARY} »",
            found=f"{len(frame)} autres lignes",
            remedy="vérifiez que c'est le bon fichier et la bonne année",
        )
    pair = frame.pop("coordonnees").str.split(",", n=1, expand=True).reindex(columns=[0, 1])
    frame["latitude"], frame["longitude"] = pair[0], pair[1]
    frame["id"] = frame["id"].str.replace(r"\.0$", "", regex=True)
    # « Georges Brassens » is a library here, and a person elsewhere.
    return _finish(frame, intake, named_after_people=True)


def _read(
    path: Path | Intake,
    sep: str,
    columns: Mapping[str, str],
    optional: Sequence[str] = (),
    *,
    key: str = "",
) -> tuple[pd.DataFrame, Intake]:
    """Read the allow-list of columns, under our names, and the optional ones under their own.

    `key` names a row where the list has no identifier.
    """
    intake = Intake.of(path)
    key = key or next(old for old, new in columns.items() if new == "id")
    table = read_csv(
        intake, sep=sep, key=key, required=list(columns),
        keep=[*columns, *optional, *_SAME_PLACE], usual_rows=PLACES,
    )  # fmt: skip
    intake.set_aside(
        table.loc[table[key].isna(), key],
        "lieu qui n'a pas d'identifiant",
        expected="un identifiant par ligne : des lignes sont peut-être coupées",
        remedy="téléchargez de nouveau le fichier",
    )
    same_place = {
        old: new for old, new in _SAME_PLACE.items()
        if old in table.columns and old not in columns and new not in columns.values()
    }  # fmt: skip
    table = table.rename(columns={**same_place, **columns}).astype("str")
    return table.loc[:, ~table.columns.duplicated()], intake


def _finish(
    frame: pd.DataFrame, intake: Intake, *, named_after_people: bool = False
) -> pd.DataFrame:
    """Give every list the same columns and types, and no personal data in its names."""
    frame = frame.assign(**dict.fromkeys(c for c in COLUMNS if c not in frame.columns))
    for column in ("nom", "commune_declaree"):
        frame[column] = without_contacts(frame[column])
    frame["nom"] = without_persons(frame["nom"], named_after_people=named_after_people)
    frame["siret"] = clean_siret(frame["siret"])
    mobile = frame["nom"].str.contains(MOBILE_NAME, regex=True, case=False)
    said = frame["itinerance"].fillna(False).astype(bool)
    frame["itinerance"] = (said | mobile).astype(bool)
    frame["est_employeur"] = frame["est_employeur"].fillna(False).astype(bool)
    for column in ("latitude", "longitude"):
        frame[column] = read_degrees(frame[column], intake.path)
    for column in (
        "code_declare", "code_postal", "departement_declare", "motif_ecart", "date_maj",
        "adresse", "id_origine",
    ):  # fmt: skip
        frame[column] = frame[column].astype("str").str.strip()
    frame["nb_conseillers"] = frame["nb_conseillers"].astype(float)
    return intake.settle(frame[COLUMNS])[0]


def _counts(frame: pd.DataFrame, column: str, intake: Intake) -> pd.Series:
    """Read the persons of each place, which its file calls `column`."""
    counts = to_number(frame["nb_conseillers"].rename(column), intake)
    check_range(counts.to_frame(), [column], intake, high=MOST_CONSEILLERS)
    return counts
