"""The rows that readers set aside, all files together (table `quarantaine`)."""

from __future__ import annotations

import pandas as pd

from fragility.ledger import ledger, stack


def rows_of(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Keep one line per row of a file: a row with two wrong cells is in the table twice."""
    return quarantine.drop_duplicates(["source", "fichier", "ligne"], ignore_index=True)


def account(quarantine: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Ledger of the rows set aside in the releases that no step accounts for: places, contours.

    Parameters
    ----------
    quarantine : table `quarantaine`.
    lines : ledgers of the steps.

    Examples
    --------
    >>> wrong = pd.DataFrame({"source": ["x/1"], "fichier": ["a"], "ligne": [3], "motif": ["faux"]})
    >>> account(wrong, stack())["motif"].tolist()
    ['entrées', 'sorties', 'quarantaine : faux']
    """
    rows = rows_of(quarantine)
    rest = rows[~rows["source"].isin(lines["source"])]
    reasons = "quarantaine : " + rest["motif"]
    return stack(
        *(
            ledger(
                "lecture", str(source), len(part), 0,
                {str(reason): int(n) for reason, n in part.value_counts(sort=False).items()},
            )
            for source, part in reasons.groupby(rest["source"])
        )
    )  # fmt: skip
