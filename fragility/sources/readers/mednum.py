"""National map of digital mediation places, in the standard of La Mednum (1.0 and earlier drafts).

https://github.com/LaMednum/standard-mediation-num. One file holds the places of every programme:
`read_mednum` keeps those of conseillers numériques, `read_all` reads them all. E-mails and phones
are never read further than the header.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from fragility.sources.readers.common import require_columns
from fragility.sources.readers.intake import Intake
from fragility.sources.readers.place_cells import read_dates
from fragility.sources.readers.places import CLOSED, _finish, _read

MEDNUM = {
    "id": "id",
    "nom": "nom",
    "commune": "commune_declaree",
    "code_postal": "code_postal",
    "latitude": "latitude",
    "longitude": "longitude",
    "date_maj": "date_maj",
}
# The names of version 1.0, then those of earlier drafts.
_PROGRAMMES = ("dispositif_programmes_nationaux", "labels_nationaux")
_ACCESS = ("modalites_acces", "conditions_acces")
_CONSEILLERS = r"(?:^|[|;])\s*(?:Conseillers numériques|CNFS)\s*(?:$|[|;])"
_CLOSED = "n'accueille pas de public"
_MOVES = "Itinérant"
# Merging doubles joins their identifiers: some are longer than a key should be.
LONGEST_ID = 80
# "627a…b15-mediation-numerique-conseiller-numerique" is the place 627a…b15 of that list; without
# the suffix, the column `source` says whose identifier it is.
_SUFFIX = r"-mediation-numerique-[a-z-]+(?:__.*)?$"
_LISTS = {"conseiller-numerique": "cn-", "france-services": "fs-"}


def read_mednum(path: Path | Intake) -> pd.DataFrame:
    """Read the places where conseillers numériques receive.

    Parameters
    ----------
    path : CSV, comma, quoted; several values of a cell are parted by `|` (`;` in older files).

    Returns
    -------
    Frame with `places.COLUMNS`, one row per place; `nb_conseillers` is missing, the standard does
    not count them; places that say they receive nobody have a `motif_ecart`. Places of other
    programmes alone are not of this list.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that list.
    """
    frame, intake = _open(path)
    programmes = [c for c in _PROGRAMMES if c in frame.columns]
    if not programmes:
        require_columns(frame, [_PROGRAMMES[0]], intake.path)
    own = frame[programmes[0]].fillna("").str.contains(_CONSEILLERS)
    return _finish(frame[own], intake)


def read_all(path: Path | Intake) -> pd.DataFrame:
    """Read the places of every programme, and of none.

    Parameters, result and errors as `read_mednum`, but that the programmes are not read: which
    places host a conseiller is for that list to say. `id_origine` is the place of another list
    that a row repeats, under the identifier it has there.
    """
    frame, intake = _open(path)
    of = frame["source"] if "source" in frame.columns else pd.Series("", index=frame.index)
    own = frame["id_publie"].str.replace(_SUFFIX, "", regex=True)
    frame["id_origine"] = of.str.strip().map(_LISTS) + own
    return _finish(frame, intake)


def _open(path: Path | Intake) -> tuple[pd.DataFrame, Intake]:
    """Read the file under our names; `id_publie` is the identifier before it is shortened."""
    optional = ["code_insee", "itinerance", "source", *_PROGRAMMES, *_ACCESS]
    frame, intake = _read(path, ",", MEDNUM, optional=optional)
    access = frame[[c for c in _ACCESS if c in frame.columns]].fillna("").agg("|".join, axis=1)
    frame["motif_ecart"] = pd.Series(CLOSED, index=frame.index).where(
        access.str.contains(_CLOSED, regex=False)
    )
    # « Fixe|Itinérant » receives at this address too.
    frame["itinerance"] = frame.get("itinerance", pd.Series(index=frame.index)).eq(_MOVES)
    frame["code_declare"] = frame.get("code_insee")
    # A code postal that a spreadsheet took for a number comes back as « 1000.0 ».
    frame["code_postal"] = frame["code_postal"].str.replace(r"\.0$", "", regex=True).str.zfill(5)
    frame["id_publie"] = frame["id"]
    frame["id"] = frame["id"].map(_short, na_action="ignore")
    frame["date_maj"] = read_dates(frame["date_maj"])
    return frame, intake


def _short(identifier: str) -> str:
    """Shorten an identifier made of many, the same way every time."""
    if len(identifier) <= LONGEST_ID:
        return identifier
    mark = hashlib.sha256(identifier.encode()).hexdigest()[:12]
    return f"{identifier.split('__')[0][:LONGEST_ID]}__{mark}"
