"""Lists of places that receive the public: conseillers numériques, France services, libraries.

Three files, one tidy form. Each list has an allow-list of columns: e-mails, phones, opening hours
and anything that can name a person are never read further than the header.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import PERSONAL_DATA
from fragility.sources.readers.common import read_csv

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
    "recoit_public",
    "date_maj",
    "nb_conseillers",
]
OPEN_LIBRARY = "Bibliothèque ouverte au public"
# Names under which vans and tours are listed: "B-bus France services", "Médiabus", "en itinérance".
_MOBILE_NAME = (
    r"\b(?:biblio|m[ée]dia|num[ée]ri|info|cyber|mini|digi)?-?bus\b|\bcamion|\bitin[ée]ran"
)
_CONSEILLERS = {
    "id": "id",
    "nom": "nom",
    "commune": "commune_declaree",
    "code_postal": "code_postal",
    "latitude": "latitude",
    "longitude": "longitude",
    "date_maj": "date_maj",
    "nb_conseillers": "nb_conseillers",
}
_FRANCE_SERVICES = {
    "id_fs": "id",
    "lib_fs": "nom",
    "lib_com": "commune_declaree",
    "insee_com": "code_declare",
    "code_postal": "code_postal",
    "insee_dep": "departement_declare",
    "latitude": "latitude",
    "longitude": "longitude",
    "itinerance": "itinerance",
}
_BIBLIOTHEQUES = {
    "code_bib": "id",
    "Libelle1": "nom",
    "Ville": "commune_declaree",
    "INSEE": "code_declare",
    "CP": "code_postal",
    "DEPT": "departement_declare",
    "coordonnees_finales": "coordonnees",
    "type_adresse": "type_adresse",
}


def read_conseillers(path: Path) -> pd.DataFrame:
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
    frame = _read(path, ",", _CONSEILLERS)
    frame["nb_conseillers"] = pd.to_numeric(frame["nb_conseillers"], errors="coerce")
    dates = pd.to_datetime(frame["date_maj"].str[:10], format="%Y-%m-%d", errors="coerce")
    frame["date_maj"] = dates.dt.strftime("%Y-%m-%d")
    return _finish(frame, path)


def read_france_services(path: Path) -> pd.DataFrame:
    """Read the France services places (form of December 2022: comma, INSEE codes).

    Parameters and errors as `read_conseillers`. `itinerance` is the file's own answer, or a name
    that says so; the file dates the label of a place, not its record: `date_maj` is missing.
    """
    frame = _read(path, ",", _FRANCE_SERVICES)
    frame["itinerance"] = frame["itinerance"].str.strip().str.lower().eq("oui")
    return _finish(frame, path)


def read_bibliotheques(path: Path) -> pd.DataFrame:
    """Read the public libraries (form of 2020: `;`, "lat,lon" in one column).

    Parameters and errors as `read_conseillers`. Rows that are only an office address
    (`type_adresse`) have `recoit_public` False: they are set aside where places are built, so
    that the row count stays whole.
    """
    frame = _read(path, ";", _BIBLIOTHEQUES)
    frame["recoit_public"] = frame.pop("type_adresse").str.strip().eq(OPEN_LIBRARY)
    if not frame["recoit_public"].any():
        raise BadFileError(
            "Aucune bibliothèque n'est ouverte au public dans ce fichier.",
            path=path,
            expected=f"type_adresse = « {OPEN_LIBRARY} »",
            found=f"{len(frame)} autres lignes",
            remedy="vérifiez que c'est le bon fichier et la bonne année",
        )
    pair = frame.pop("coordonnees").str.split(",", n=1, expand=True).reindex(columns=[0, 1])
    frame["latitude"], frame["longitude"] = pair[0], pair[1]
    frame["id"] = frame["id"].str.replace(r"\.0$", "", regex=True)
    return _finish(frame, path)


def _read(path: Path, sep: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read the allow-list of columns, under our names."""
    frame = read_csv(path, sep=sep, required=list(columns), keep=list(columns))
    frame = frame.rename(columns=dict(columns)).astype("str")
    nameless = frame["id"].isna()
    if nameless.any():
        first = int(nameless.argmax()) + 1
        raise BadFileError(
            "Des lieux n'ont pas d'identifiant : des lignes sont vides ou coupées.",
            path=path,
            expected="un identifiant par ligne",
            found=f"{int(nameless.sum())} sans, dont la ligne {first} du tableau",
            remedy="téléchargez de nouveau le fichier",
        )
    return frame


def _finish(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Give every list the same columns and types, and no personal data in its names."""
    absent = [c for c in COLUMNS if c not in frame.columns]
    frame = frame.assign(
        **(
            dict.fromkeys(absent)
            | {
                "recoit_public": frame.get("recoit_public", True),
            }
        )
    )
    for column in ("nom", "commune_declaree"):
        frame[column] = (
            frame[column]
            .astype("str")
            .str.replace(PERSONAL_DATA, "", regex=True, case=False)
            .str.replace(r"\s+", " ", regex=True)
            .str.strip()
        )
    frame["nom"] = frame["nom"].where(frame["nom"].fillna("") != "", "Lieu sans nom")
    mobile = frame["nom"].str.contains(_MOBILE_NAME, regex=True, case=False)
    said = frame["itinerance"].fillna(False).astype(bool)
    frame["itinerance"] = (said | mobile).astype(bool)
    for column in ("latitude", "longitude"):
        frame[column] = _degrees(frame[column], path)
    for column in ("code_declare", "code_postal", "departement_declare", "date_maj"):
        frame[column] = frame[column].astype("str").str.strip()
    frame["nb_conseillers"] = frame["nb_conseillers"].astype(float)
    return frame[COLUMNS].reset_index(drop=True)


def _degrees(values: pd.Series, path: Path) -> pd.Series:
    """Convert a coordinate; one unreadable cell is a missing one, a whole column is an error."""
    text = values.astype("str").str.strip().str.replace(",", ".", regex=False)
    degrees = pd.to_numeric(text, errors="coerce").astype(float)
    unreadable = degrees.isna() & text.notna() & (text != "")
    if unreadable.sum() > len(values) / 2:
        raise BadFileError(
            f"La colonne {values.name} ne contient pas des degrés.",
            path=path,
            expected="un nombre comme 43.289439",
            found=f"{text[unreadable].iloc[0]!r} ({int(unreadable.sum())} lignes)",
            remedy="vérifiez que c'est le bon fichier et la bonne année",
        )
    return degrees
