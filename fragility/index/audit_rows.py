"""Rows of the table `index_audit`: one figure a line, and what it means."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

COLUMNS = ("theme", "mesure", "indicateur", "autre", "valeur", "description")
AuditRow = tuple[str, str, str, float, str]


def audit_rows(theme: str, rows: Iterable[AuditRow]) -> pd.DataFrame:
    """Stack (mesure, indicateur, autre, valeur, description) under one theme.

    A value that cannot be computed is left out.

    Examples
    --------
    >>> audit_rows("poids", [("poids_nominal", "non_thd", "", 0.2, "Poids dans le score.")]).shape
    (1, 6)
    """
    frame = pd.DataFrame([(theme, *row) for row in rows], columns=list(COLUMNS))
    types = dict.fromkeys(COLUMNS, "str") | {"valeur": "float64"}
    frame = frame.astype(types)
    return frame[np.isfinite(frame["valeur"])].reset_index(drop=True)


def read_rows(audit: pd.DataFrame, theme: str, measure: str) -> pd.Series:
    """Values of one measure by (indicateur, autre)."""
    kept = audit[(audit["theme"] == theme) & (audit["mesure"] == measure)]
    return kept.set_index(["indicateur", "autre"])["valeur"]
