"""Filosofi by commune, in the wide form of INSEE's « base-cc » (one line per territory).

The same incomes as `insee_filosofi.read_filosofi_communes`, but the median and the poverty rate
are in one file, and on a map that the name of the archive tells (`…-2021-geo2024_csv.zip`).
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    to_number,
)
from fragility.sources.readers.intake import COMMUNES, Intake


def read_filosofi_cc(
    path: Path | Intake, *, income: str = "21"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `cc_filosofi_20YY_COM.csv`.

    Parameters
    ----------
    path : CSV (`;`, byte order mark, `s` under statistical secrecy).
    income : two digits of the income year.

    Returns
    -------
    `code_commune`, `nb_personnes` (of fiscal households), `niveau_vie_median` (euros a year and
    consumption unit), `pauvrete_pct`; missing under secrecy. And the rows dropped by reason.

    Raises
    ------
    BadFileError
        When the file is of another year or is not that one.

    Notes
    -----
    Poverty is published in whole percents here, with one decimal by IRIS.
    """
    median, poverty, persons = f"MED{income}", f"TP60{income}", f"NBPERSMENFISC{income}"
    columns = {persons: "nb_personnes", median: "niveau_vie_median", poverty: "pauvrete_pct"}
    intake = Intake.of(path)
    table = parse_table(
        decode(read_content(intake.path), intake), intake, sep=";", key="CODGEO",
        required=list(columns), keep=["CODGEO", *columns], usual_rows=COMMUNES,
    )  # fmt: skip
    code = pad_code(table["CODGEO"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    frame = pd.DataFrame({name: to_number(table[name], intake) for name in columns})
    check_range(frame, [persons, median], intake)
    check_range(frame, [poverty], intake, high=100)
    frame = frame.rename(columns=columns)
    frame.insert(0, "code_commune", code)
    frame, repeated = drop_duplicates(frame, "code_commune", intake)
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}
