"""INSEE's illectronisme by EPCI of Hauts-de-France: a control of the estimate, never an input."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import require_file

_COLUMNS = {"Code EPCI": "code_epci", "Taux (en %)": "taux_pct", "Nombre": "nb_personnes"}


def read_illectronisme(path: Path) -> pd.DataFrame:
    """Read the published rates.

    Parameters
    ----------
    path : JSON list of records, French numbers as text (« 18,7 », « 3 346 »).

    Returns
    -------
    `code_epci`, `taux_pct` (share of the 15 or older), `nb_personnes`; EPCI under secrecy left out.

    Raises
    ------
    BadFileError
        When it is something else.
    """
    try:
        records = json.loads(require_file(path).read_text(encoding="utf-8-sig"))
        table = pd.DataFrame(records)[list(_COLUMNS)].rename(columns=_COLUMNS)
    except (ValueError, KeyError, UnicodeDecodeError, TypeError) as error:
        raise BadFileError(
            "Le fichier des taux d'illectronisme n'est pas celui attendu.",
            path=path,
            expected="une liste JSON, clés " + ", ".join(_COLUMNS),
            found=str(error)[:120],
            remedy="reprenez le fichier du producteur",
        ) from None
    for column in ("taux_pct", "nb_personnes"):
        text = table[column].astype("str").str.replace(r"\s", "", regex=True)
        table[column] = pd.to_numeric(text.str.replace(",", ".", regex=False), errors="coerce")
    table["code_epci"] = table["code_epci"].astype("str")
    return table.dropna().reset_index(drop=True)
