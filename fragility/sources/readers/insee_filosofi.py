"""Filosofi, disposable income by commune and by IRIS (INSEE).

File and column names change with the year: the year and the prefix are reading options. The 2023
method is new: never put it in one series with 2017-2021.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE, IRIS_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    require_columns,
    to_number,
)
from fragility.sources.readers.intake import COMMUNES, IRIS, Intake

COMMUNE_COLUMNS = {
    "CODGEO": "code_commune", "NBPERS{income}": "nb_personnes",
    "Q2{income}": "niveau_vie_median", "TP60{income}": "pauvrete_pct",
}  # fmt: skip
IRIS_COLUMNS = {
    "IRIS": "code_iris", "{column_prefix}MED{income}": "niveau_vie_median",
    "{column_prefix}TP60{income}": "pauvrete_pct",
}  # fmt: skip
LONG_COLUMNS = {
    "GEO": "code_commune", "GEO_OBJECT": "niveau", "FILOSOFI_MEASURE": "mesure",
    "TIME_PERIOD": "annee", "OBS_VALUE": "valeur",
}  # fmt: skip
LONG_MEASURES = {"MED_SL": "niveau_vie_median", "PR_MD60": "pauvrete_pct"}
# A long file has a line for each of some twenty measures, at every level.
_LONG_ROWS = 1_000_000


def read_filosofi_communes(
    path: Path | Intake, *, income: str = "18"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `FILO20YY_DISP_COM.csv`, or its `_Pauvres_` twin.

    Communes under statistical secrecy are absent, or have `s`, or only their median.

    Parameters
    ----------
    path : CSV (`;`, byte order mark, decimal comma), or a zip with one such file.
    income : two digits of the income year.

    Returns
    -------
    `code_commune`, `nb_personnes`, `niveau_vie_median` (euros a year and consumption unit),
    `pauvrete_pct` (missing when the file has no `TP60YY`); and the rows dropped by reason.

    Raises
    ------
    BadFileError
        When the file has neither the median nor the poverty rate of that year.
    """
    names = {old.format(income=income): new for old, new in COMMUNE_COLUMNS.items()}
    columns = {old: new for old, new in names.items() if new != "code_commune"}
    intake = Intake.of(path)
    text = decode(read_content(intake.path, f"FILO20{income}_DISP_COM.csv"), intake)
    table = parse_table(
        text, intake, sep=";", key="CODGEO", keep=["CODGEO", *columns], usual_rows=COMMUNES
    )
    if f"TP60{income}" not in table.columns:
        require_columns(table, [f"Q2{income}"], intake.path)
    code = pad_code(table["CODGEO"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    frame = pd.DataFrame({"code_commune": code})
    for old in columns:
        frame[old] = to_number(table[old], intake) if old in table.columns else float("nan")
    check_range(frame, [f"NBPERS{income}", f"Q2{income}"], intake)
    check_range(frame, [f"TP60{income}"], intake, high=100)
    frame, repeated = drop_duplicates(frame.rename(columns=columns), "code_commune", intake)
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}


def read_filosofi_long(
    path: Path | Intake, *, income: str = "21"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `DS_FILOSOFI_CC_data.csv` (since 2021): a line per indicator, of every level.

    Parameters and result as `read_filosofi_communes`; the number of persons is not in it. A value
    under secrecy is empty.

    Raises
    ------
    BadFileError
        When the file has no commune of that year.
    """
    intake = Intake.of(path)
    names = list(LONG_COLUMNS)
    table = parse_table(
        decode(read_content(intake.path), intake), intake, sep=";", key="GEO", required=names,
        keep=names, usual_rows=_LONG_ROWS,
    )  # fmt: skip
    wanted = (
        table["FILOSOFI_MEASURE"].isin(LONG_MEASURES)
        & table["GEO_OBJECT"].isin(["COM", "ARM"])
        & table["TIME_PERIOD"].eq(f"20{income}")
    )
    own = table[wanted]
    if own.empty:
        raise BadFileError(
            f"Le fichier n'a aucune commune pour l'année 20{income}.",
            path=intake.path,
            expected=" ou ".join(LONG_MEASURES) + f", GEO_OBJECT=COM, TIME_PERIOD=20{income}",
            found=", ".join(sorted(table["TIME_PERIOD"].dropna().unique())[:8]),
            remedy="vérifiez l'année (« income ») de cette livraison",
        )
    code = pad_code(own["GEO"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    value = to_number(own["OBS_VALUE"], intake)
    rates = own["FILOSOFI_MEASURE"].eq("PR_MD60")
    check_range(value[~rates].to_frame(), ["OBS_VALUE"], intake)
    check_range(value[rates].to_frame(), ["OBS_VALUE"], intake, high=100)
    lines = pd.DataFrame({
        "code_commune": code, "mesure": own["FILOSOFI_MEASURE"].map(LONG_MEASURES), "valeur": value,
    })  # fmt: skip
    lines, repeated = drop_duplicates(lines, ["code_commune", "mesure"], intake)
    lines, dropped = intake.settle(lines)
    frame = lines.pivot(index="code_commune", columns="mesure", values="valeur")
    frame = frame.reindex(columns=list(LONG_MEASURES.values())).reset_index()
    frame.columns.name = None
    frame.insert(1, "nb_personnes", float("nan"))
    return frame, {
        "ligne répétée": repeated,
        "autre indicateur, autre niveau ou autre année": int((~wanted).sum()),
        "réunie à une autre ligne de la commune": len(lines) - len(frame),
        **dropped,
    }


def read_filosofi_iris(
    path: Path | Intake, *, income: str = "18", column_prefix: str = "DISP_"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read `BASE_TD_FILO_DISP_IRIS_20YY.csv`.

    2018: decimal point, secret left empty. 2020 and later: decimal comma, `ns`, `nd` or `s`.

    Parameters
    ----------
    path : CSV (`;`), or a zip with one.
    income : two digits of the income year.
    column_prefix : `DISP_` for disposable, `DEC_` for declared income.

    Returns
    -------
    `code_iris`, `niveau_vie_median` (euros), `pauvrete_pct`; and the rows dropped by reason.
    """
    names = {
        old.format(income=income, column_prefix=column_prefix): new
        for old, new in IRIS_COLUMNS.items()
    }
    columns = {old: new for old, new in names.items() if new != "code_iris"}
    intake = Intake.of(path)
    table = parse_table(
        decode(read_content(intake.path), intake), intake, sep=";", key="IRIS",
        required=list(columns), keep=["IRIS", *columns], usual_rows=IRIS,
    )  # fmt: skip
    code = pad_code(table["IRIS"], 9)
    check_codes(code, IRIS_CODE, intake)
    frame = pd.DataFrame({old: to_number(table[old], intake) for old in columns})
    median, poverty = columns
    check_range(frame, [median], intake)
    check_range(frame, [poverty], intake, high=100)
    frame = frame.rename(columns=columns)
    frame.insert(0, "code_iris", code)
    frame, repeated = drop_duplicates(frame, "code_iris", intake)
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}
