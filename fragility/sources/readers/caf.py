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
from fragility.sources.readers.intake import IRIS, Intake

COLUMNS = {"a": "nb_allocataires", "arsas": "nb_dependants"}


def read_caf_iris(path: Path | Intake) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the benefit recipients of split communes.

    Counts under five are left empty; a `note` other than 0 means that nothing is shown.

    Returns
    -------
    `code_iris`, `nb_allocataires`, `nb_dependants` (more than half of their resources come from
    benefits); and the rows dropped by reason.
    """
    intake = Intake.of(path)
    columns = ["iris_code", "note", *COLUMNS]
    table = read_csv(
        intake, sep=";", key="iris_code", required=columns, keep=columns, usual_rows=IRIS
    )
    code = pad_code(table["iris_code"], 9)
    check_codes(code, IRIS_CODE, intake)
    frame = pd.DataFrame({old: to_number(table[old], intake) for old in COLUMNS})
    check_range(frame, list(COLUMNS), intake)
    more = frame["arsas"] > frame["a"]
    intake.set_aside(
        frame.loc[more, "arsas"], "valeur impossible, une partie dépasse le tout",
        expected="au plus le nombre d'allocataires (a)",
    )  # fmt: skip
    frame = frame.rename(columns=COLUMNS)
    frame.insert(0, "code_iris", code)
    frame, repeated = drop_duplicates(frame, "code_iris", intake)
    frame, dropped = intake.settle(frame)
    shown = frame["nb_allocataires"].notna()
    return frame[shown].reset_index(drop=True), {
        "ligne répétée": repeated,
        "secret statistique": int((~shown).sum()),
        **dropped,
    }
