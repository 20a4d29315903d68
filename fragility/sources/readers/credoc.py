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

from fragility.errors import BadFileError
from fragility.sources.readers.common import refuse_not_a_table, require_columns, require_file

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "FREQTOT": "Fréquence d'usage d'internet, tous lieux et appareils",
        "INTERNET": "Connexion à internet au domicile",
        "MAITRNUM": "Sentiment de maîtriser les outils numériques",
        "US_ADMI": "Démarches administratives en ligne dans les douze derniers mois",
    }
)
NO_ANSWER = "[Nsp]"
_FEWEST = 5  # an answer given by fewer people in a wave is not shown


def read_barometre(
    path: Path, *, questions: Mapping[str, str] = QUESTIONS
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the survey and return weighted shares by wave and question.

    Those who were not asked (missing) or did not answer (`[Nsp]`) are not respondents of the
    question. Answers of fewer than five people are dropped.

    Parameters
    ----------
    path : Parquet file, one row per respondent, labels as text, weight `POND`, wave `ANNEE`.
    questions : variable -> French label; a variable that the file lacks is refused.

    Returns
    -------
    `annee`, `question`, `libelle`, `modalite`, `effectif` (respondents), `part_pct` (weighted
    share among the respondents of the question in the wave); and the rows dropped by reason,
    in lines of that table.

    Raises
    ------
    BadFileError
        When the file is not Parquet, lacks a column, or has a wave or weight that is no number.
    """
    refuse_not_a_table(require_file(path).read_bytes(), path)
    wanted = ["ANNEE", "POND", *questions]
    try:
        names = pq.read_schema(path).names
        require_columns(pd.DataFrame(columns=names), wanted, path)
        people = pq.read_table(path, columns=wanted).to_pandas()
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise BadFileError(
            "Le fichier n'est pas un Parquet lisible.",
            path=path,
            found=str(error)[:120],
            remedy="téléchargez-le de nouveau",
        ) from None
    for column in ("ANNEE", "POND"):
        values = pd.to_numeric(people[column], errors="coerce")
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
