"""The nine digits of a SIREN, which an EPCI has, apart from those of an IRIS."""

from __future__ import annotations

import pandas as pd

# Metropolitan communes have every prefix but 20, left to Corsica's 2A and 2B in 1976; 24 is
# Dordogne. The IRIS of Dordogne end with 0000 or 01 and two digits.
_NO_COMMUNE = r"20\d{7}"
_DORDOGNE = r"24\d{7}"
_IRIS_END = r"\d{5}(?:0000|01\d\d)"


def is_siren(code: str) -> bool:
    """Luhn's check of a SIREN.

    Examples
    --------
    >>> is_siren("200046977"), is_siren("200046978")
    (True, False)
    """
    if not (code.isdigit() and len(code) == 9):
        return False
    doubled = [int(c) * (2 if rank % 2 else 1) for rank, c in enumerate(code)]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def are_epci(codes: pd.Series) -> pd.Series:
    """Codes of nine digits that are the SIREN of an EPCI and cannot be an IRIS.

    A SIREN in 24 whose end might be that of an IRIS of Dordogne is left to the reader's doubt.

    Examples
    --------
    >>> are_epci(pd.Series(["200046977", "240100883", "240370106", "240100000"])).tolist()
    [True, True, False, False]
    """
    text = codes.fillna("")
    doubtful = text.str.fullmatch(_DORDOGNE) & ~text.str.fullmatch(_IRIS_END)
    return text.str.fullmatch(_NO_COMMUNE) | (doubtful & text.where(doubtful, "").map(is_siren))
