"""The row-count ledger: every row read is kept or dropped for a stated reason.

A ledger is a plain frame with one line per (etape, motif). `entrees` and `sorties` are motifs
like the others, so that the ledgers of all stages can be stacked, stored and shown.
"""

from __future__ import annotations

import pandas as pd

from fragility.errors import DataCheckError

COLUMNS = ["etape", "source", "motif", "lignes"]
ENTERED = "entrées"
KEPT = "sorties"


def ledger(
    etape: str, source: str, rows_in: int, rows_out: int, dropped: dict[str, int] | None = None
) -> pd.DataFrame:
    """Account for the rows of one step.

    Parameters
    ----------
    etape : name of the step, usually the asset.
    source : release or table the rows come from.
    rows_in, rows_out : rows before and after.
    dropped : rows that left (positive) or were added (negative), by French reason.

    Returns
    -------
    Frame with the columns `etape`, `source`, `motif`, `lignes`.

    Raises
    ------
    DataCheckError
        When a row is unaccounted for: `rows_in != rows_out + sum(dropped)`.

    Examples
    --------
    >>> ledger("lecture", "insee_comparateur/2018", 3, 2, {"doublon": 1})["lignes"].tolist()
    [3, 2, 1]
    """
    dropped = {reason: int(n) for reason, n in (dropped or {}).items() if n}
    if rows_in != rows_out + sum(dropped.values()):
        raise DataCheckError(
            f"Des lignes ont disparu sans motif à l'étape « {etape} » ({source}).",
            expected=f"{rows_in} lignes",
            found=f"{rows_out} gardées, écartées : {dropped}",
            remedy="signalez-le : c'est un défaut du programme",
        )
    rows = [(ENTERED, rows_in), (KEPT, rows_out), *dropped.items()]
    return pd.DataFrame(
        [(etape, source, motif, int(n)) for motif, n in rows], columns=COLUMNS
    ).astype({"lignes": "int64"})


def stack(*ledgers: pd.DataFrame) -> pd.DataFrame:
    """Put several ledgers under one another (an empty one if there is none)."""
    if not ledgers:
        return pd.DataFrame(columns=COLUMNS).astype({"lignes": "int64"})
    return pd.concat(ledgers, ignore_index=True)
