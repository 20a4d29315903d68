"""CNAF: households receiving benefits, by IRIS."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.schemas import IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    drop_duplicates,
    pad_code,
    read_csv,
    to_number,
)

_COLUMNS = {"a": "nb_allocataires", "arsas": "nb_dependants"}


def read_caf_iris(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the benefit recipients of split communes.

    Counts under five are left empty; a `note` other than 0 means that nothing is shown.

    Returns
    -------
    `code_iris`, `nb_allocataires`, `nb_dependants` (more than half of their resources come from
    benefits); and the rows dropped by reason.
    """
    table = read_csv(
        path,
        sep=";",
        required=["iris_code", "note", *_COLUMNS],
        keep=["iris_code", "note", *_COLUMNS],
    )
    code = pad_code(table["iris_code"], 9)
    check_codes(code, IRIS_CODE, path)
    frame = pd.DataFrame({new: to_number(table[old], path) for old, new in _COLUMNS.items()})
    check_range(frame, list(frame.columns), path)
    frame.insert(0, "code_iris", code)
    frame, repeated = drop_duplicates(frame, "code_iris", path)
    shown = frame["nb_allocataires"].notna()
    return frame[shown].reset_index(drop=True), {
        "ligne répétée": repeated,
        "secret statistique": int((~shown).sum()),
    }
