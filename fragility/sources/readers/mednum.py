"""National map of digital mediation places, in the standard of La Mednum (1.0 and earlier drafts).

https://github.com/LaMednum/standard-mediation-num. One file holds the places of every programme:
only those of conseillers numériques are read here. E-mails and phones are never read further than
the header.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from fragility.sources.readers.common import require_columns
from fragility.sources.readers.intake import Intake
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
    optional = ["code_insee", "itinerance", *_PROGRAMMES, *_ACCESS]
    frame, intake = _read(path, ",", MEDNUM, optional=optional)
    programmes = [c for c in _PROGRAMMES if c in frame.columns]
    if not programmes:
        require_columns(frame, [_PROGRAMMES[0]], intake.path)
    own = frame[programmes[0]].fillna("").str.contains(_CONSEILLERS)
    access = frame[[c for c in _ACCESS if c in frame.columns]].fillna("").agg("|".join, axis=1)
    frame["motif_ecart"] = pd.Series(CLOSED, index=frame.index).where(
        access.str.contains(_CLOSED, regex=False)
    )
    # « Fixe|Itinérant » receives at this address too.
    frame["itinerance"] = frame.get("itinerance", pd.Series(index=frame.index)).eq(_MOVES)
    frame["code_declare"] = frame.get("code_insee")
    # A code postal that a spreadsheet took for a number comes back as « 1000.0 ».
    frame["code_postal"] = frame["code_postal"].str.replace(r"\.0$", "", regex=True).str.zfill(5)
    frame["id"] = frame["id"].map(_short, na_action="ignore")
    dates = pd.to_datetime(frame["date_maj"].str[:10], format="%Y-%m-%d", errors="coerce")
    frame["date_maj"] = dates.dt.strftime("%Y-%m-%d")
    return _finish(frame[own], intake)


def _short(identifier: str) -> str:
    """Shorten an identifier made of many, the same way every time."""
    if len(identifier) <= LONGEST_ID:
        return identifier
    mark = hashlib.sha256(identifier.encode()).hexdigest()[:12]
    return f"{identifier.split('__')[0][:LONGEST_ID]}__{mark}"
