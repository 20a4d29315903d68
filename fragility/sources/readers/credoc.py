"""CRÉDOC, Baromètre du numérique: weighted shares of answers, and respondents in memory only.

Respondents are read for what `skills/` computes of them. None leaves the raw layer: no asset and no
table may hold a row of `read_respondents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import refuse_not_a_table, require_file
from fragility.sources.readers.credoc_columns import read_columns
from fragility.sources.readers.credoc_variables import (
    ANSWERS,
    NO_ANSWER,
    VARIABLES,
    WAVES,
    Variable,
    plain,
)
from fragility.sources.readers.intake import TOO_LONG, Intake

QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "FREQTOT": "Fréquence d'usage d'internet, tous lieux et appareils",
        "INTERNET": "Connexion à internet au domicile",
        "MAITRNUM": "Maîtrise des outils numériques, meilleure qu'avant les confinements",
        "US_ADMI": "Démarches administratives en ligne dans les douze derniers mois",
    }
)
RESPONDENTS = 40_000  # sixteen waves
_FEWEST = 5  # an answer given by fewer people in a wave is not shown
_AGES = (12, 120)
_ONLINE_SINCE = 2020  # the waves before are face to face
_FREQUENCY_SINCE = 2015  # the waves before do not say who never goes online


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
    people = _read_people(Intake.of(path).plain_path(), list(questions))
    answers = people.melt(["ANNEE", "POND"], list(questions), "question", "modalite")
    answers = answers[answers["modalite"].notna() & (answers["modalite"] != NO_ANSWER[0])]
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


def read_respondents(
    path: Path | Intake, *, broken: bool = False
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read one row per respondent, in our words. For computing in memory: never stored.

    Parameters
    ----------
    path : see `read_barometre`.
    broken : also what the file says in the waves where a variable is known to be wrong, to measure
        by how much. For nothing else.

    Returns
    -------
    `annee`, `poids` (> 0), `age` (years), `sexe`, `diplome`, `mode`, `taille_menage`,
    `agglomeration`, `zone`, `code_region` (text, missing where unknown), then one column per
    answer of `credoc_variables.ANSWERS`: 1, 0, or missing for those who were not asked, in the
    wave or at all, or did not answer. Next, the rows dropped by reason: waves whose labels nobody
    has checked, and weights of 0.

    Raises
    ------
    BadFileError
        As `read_barometre`; and for an age that cannot be, a label that `credoc_variables` does not
        know in a wave where the variable is read, or a variable that is empty in such a wave.
    """
    path = Intake.of(path).plain_path()
    people = _read_people(path, list(dict.fromkeys(["AGE", *(v.name for v in VARIABLES)])))
    known, weighed = people["ANNEE"].isin(WAVES), people["POND"] > 0
    dropped = {
        f"vague {wave} : libellés jamais vérifiés": int(rows)
        for wave, rows in people.loc[~known, "ANNEE"].value_counts().sort_index().items()
    }
    if weightless := int((known & ~weighed).sum()):
        dropped["poids nul"] = weightless
    people = people[known & weighed].reset_index(drop=True)
    if people.empty:
        raise BadFileError(
            "L'enquête n'a aucune vague connue.",
            path=path,
            expected=f"des vagues de {WAVES[0]} à {WAVES[-1]}",
            found=", ".join(dropped),
            remedy="vérifiez les libellés de cette vague et ajoutez-la à "
            "fragility/sources/readers/credoc_variables.py",
        )
    age = _numbers(people["AGE"])
    if not age.between(*_AGES).all():
        raise BadFileError(
            "La colonne AGE contient autre chose que des âges.",
            path=path,
            expected=f"de {_AGES[0]} à {_AGES[1]} ans",
            found=f"{int((~age.between(*_AGES)).sum())} valeurs vides, illisibles ou impossibles",
            remedy="reprenez le fichier du producteur",
        )
    result = pd.DataFrame({
        "annee": people["ANNEE"], "poids": people["POND"], "age": age.astype("int64"),
    })  # fmt: skip
    for variable in VARIABLES:
        values = _translate(people, variable, path, broken=broken)
        if variable.column in result:
            values = result[variable.column].where(result[variable.column].notna(), values)
        result[variable.column] = values
    before_online = result["mode"].isna() & (result["annee"] < _ONLINE_SINCE)
    result["mode"] = result["mode"].mask(before_online, "face_a_face")
    # Not asked, because they never go online; until 2014 only that says so.
    never = people["US_ADMI"].isna() & (
        result["jamais_internet"].eq(1) | (result["annee"] < _FREQUENCY_SINCE)
    )
    result["demarches_en_ligne"] = result["demarches_en_ligne"].mask(never, 0.0)
    return result, dropped


def _translate(people: pd.DataFrame, variable: Variable, path: Path, *, broken: bool) -> pd.Series:
    """Answers to one variable in our words, missing in the waves where it is not read."""
    ours = {plain(label): value for label, value in variable.labels.items()}
    ours |= dict.fromkeys((plain(label) for label in NO_ANSWER), None)
    labels = people[variable.name].astype("str")
    spelt = labels.map({label: plain(label) for label in labels.dropna().unique()})
    read = people["ANNEE"].isin(variable.waves)
    unknown = read & spelt.notna() & ~spelt.isin(list(ours))
    if unknown.any():
        wave, label = people.loc[unknown, "ANNEE"].iloc[0], labels[unknown].iloc[0]
        raise BadFileError(
            f"La variable {variable.name} a un libellé inconnu en {wave}.",
            path=path,
            expected=", ".join(f"« {known} »" for known in variable.labels),
            found=f"« {label} » ({int(unknown.sum())} réponses de libellé inconnu)",
            remedy="s'il veut dire la même chose, ajoutez-le à "
            "fragility/sources/readers/credoc_variables.py ; si la question a changé, retirez-y "
            "cette vague de la variable",
        )
    empty = spelt[read].isna().groupby(people.loc[read, "ANNEE"]).all()
    if empty.any():
        raise BadFileError(
            f"La variable {variable.name} est vide en {empty.idxmax()}.",
            path=path,
            expected="des réponses : " + ", ".join(f"« {known} »" for known in variable.labels),
            found="aucune",
            remedy="reprenez le fichier du producteur ; si la question n'a pas été posée, retirez "
            "cette vague de la variable dans fragility/sources/readers/credoc_variables.py",
        )
    values = spelt.map({label: value for label, value in ours.items() if value is not None})
    kept = values.where(read | broken)
    return kept.astype("float64") if variable in ANSWERS else kept.astype("str")


def _read_people(path: Path, wanted: list[str]) -> pd.DataFrame:
    """Read some variables of every respondent; wave and weight as numbers."""
    with require_file(path).open("rb") as stream:
        refuse_not_a_table(stream.read(512), path)
    people = read_columns(path, ["ANNEE", "POND", *wanted])
    if len(people) > TOO_LONG * RESPONDENTS:
        raise BadFileError(
            "Le tableau est bien plus long que d'habitude.",
            path=path,
            expected=f"environ {RESPONDENTS} réponses, au plus {TOO_LONG * RESPONDENTS}",
            found=f"{len(people)} lignes",
            remedy="reprenez le fichier du producteur",
        )
    for column in ("ANNEE", "POND"):
        values = _numbers(people[column])
        wrong = values.isna() | (values < 0)
        if wrong.any() or not len(values):
            raise BadFileError(
                f"La colonne {column} contient autre chose que des nombres positifs.",
                path=path,
                found=f"{int(wrong.sum())} valeurs vides, illisibles ou négatives"
                if len(values)
                else "aucune réponse",
                remedy="reprenez le fichier du producteur",
            )
        people[column] = values
    people["ANNEE"] = people["ANNEE"].astype("int64")
    return people


def _numbers(values: pd.Series) -> pd.Series:
    """Numbers, with a decimal point or comma; missing where it is none."""
    written = values.astype("str").str.replace(",", ".", regex=False)
    return pd.to_numeric(written, errors="coerce").replace([np.inf, -np.inf], np.nan)
