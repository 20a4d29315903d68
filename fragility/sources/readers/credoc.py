"""CRÉDOC, Baromètre du numérique: weighted shares of answers, never a respondent.

The model of digital difficulty (`skills/`) reads respondents on its own and publishes none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from fragility.errors import BadFileError
from fragility.sources.readers.common import (
    decode,
    refuse_not_a_table,
    require_columns,
    require_file,
)
from fragility.sources.readers.intake import TOO_LONG, Intake

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "FREQTOT": "Fréquence d'usage d'internet, tous lieux et appareils",
        "INTERNET": "Connexion à internet au domicile",
        "MAITRNUM": "Sentiment de maîtriser les outils numériques",
        "US_ADMI": "Démarches administratives en ligne dans les douze derniers mois",
    }
)
NO_ANSWER = "[Nsp]"
RESPONDENTS = 40_000  # sixteen waves
_FEWEST = 5  # an answer given by fewer people in a wave is not shown


def read_barometre(
    path: Path | Intake, *, questions: Mapping[str, str] = QUESTIONS
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the survey and return weighted shares by wave and question.

    Those who were not asked (missing) or did not answer (`[Nsp]`) are not respondents of the
    question. Answers of fewer than five people are dropped.

    Parameters
    ----------
    path : Parquet or CSV file, one row per respondent, labels as text, weight `POND`, wave
        `ANNEE`. The CSV is separated by commas or semicolons, in UTF-8 or Windows-1252.
    questions : variable -> French label; a variable that the file lacks is refused.

    Returns
    -------
    `annee`, `question`, `libelle`, `modalite`, `effectif` (respondents), `part_pct` (weighted
    share among the respondents of the question in the wave); and the rows dropped by reason,
    in lines of that table.

    Raises
    ------
    BadFileError
        When the file is neither, lacks a column, or has a wave or weight that is no number.
    """
    path = Intake.of(path).plain_path()
    with require_file(path).open("rb") as stream:
        refuse_not_a_table(stream.read(512), path)
    wanted = ["ANNEE", "POND", *questions]
    people = (_read_csv if path.suffix.lower() == ".csv" else _read_parquet)(path, wanted)
    if len(people) > TOO_LONG * RESPONDENTS:
        raise BadFileError(
            "Le tableau est bien plus long que d'habitude.",
            path=path,
            expected=f"environ {RESPONDENTS} réponses, au plus {TOO_LONG * RESPONDENTS}",
            found=f"{len(people)} lignes",
            remedy="reprenez le fichier du producteur",
        )
    for column in ("ANNEE", "POND"):
        written = people[column].astype("str").str.replace(",", ".", regex=False)
        values = pd.to_numeric(written, errors="coerce")
        if values.isna().any() or (values < 0).any() or not len(values):
            raise BadFileError(
                f"La colonne {column} contient autre chose que des nombres positifs.",
                path=path,
                found=f"{int(values.isna().sum())} valeurs vides ou illisibles",
                remedy="reprenez le fichier du producteur",
            )
        people[column] = values
    people["ANNEE"] = people["ANNEE"].astype("int64")
    answers = people.melt(["ANNEE", "POND"], list(questions), "question", "modalite")
    answers = answers[answers["modalite"].notna() & (answers["modalite"] != NO_ANSWER)]
    table = answers.groupby(["ANNEE", "question", "modalite"], as_index=False).agg(
        effectif=("POND", "size"), poids=("POND", "sum")
    )
    total = table.groupby(["ANNEE", "question"])["poids"].transform("sum")
    table["part_pct"] = (100 * table["poids"] / total.replace(0, np.nan)).clip(0, 100)
    table["libelle"] = table["question"].map(dict(questions))
    shown = table["effectif"] >= _FEWEST
    columns = ["annee", "question", "libelle", "modalite", "effectif", "part_pct"]
    result = table[shown].rename(columns={"ANNEE": "annee"})[columns].reset_index(drop=True)
    text = ["question", "libelle", "modalite"]
    result = result.astype({**dict.fromkeys(text, "str"), "effectif": "int64"})
    return result, {"réponse de moins de cinq personnes": int((~shown).sum())}


def _read_parquet(path: Path, wanted: list[str]) -> pd.DataFrame:
    try:
        names = pq.read_schema(path).names
        require_columns(pd.DataFrame(columns=names), wanted, path)
        return pq.read_table(path, columns=wanted).to_pandas()
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise BadFileError(
            "Le fichier n'est pas un Parquet lisible.",
            path=path,
            found=str(error)[:120],
            remedy="téléchargez-le de nouveau",
        ) from None


def _read_csv(path: Path, wanted: list[str]) -> pd.DataFrame:
    """Read the columns wanted among a thousand, without holding the others."""
    with path.open("rb") as stream:
        header = decode(stream.readline(), path, legacy=True).strip()
    sep = max(",;\t", key=header.count)
    names = header.replace('"', "").split(sep)
    require_columns(pd.DataFrame(columns=names), wanted, path, sep=sep)
    convert = csv.ConvertOptions(
        include_columns=wanted,
        column_types=dict.fromkeys(wanted, pa.string()),
        null_values=["", "NA"],
        strings_can_be_null=True,
    )
    found = ""
    for encoding in ("utf8", "cp1252"):
        try:
            table = csv.read_csv(
                path,
                csv.ReadOptions(encoding=encoding),
                csv.ParseOptions(delimiter=sep, newlines_in_values=True),
                convert,
            )
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            found = found or str(error)[:120]
        else:
            return table.to_pandas()
    raise BadFileError(
        "Le CSV de l'enquête est illisible.",
        path=path,
        expected=f"des colonnes séparées par « {sep} »",
        found=found,
        remedy="téléchargez-le de nouveau",
    )
