"""docs/requetes.md: the ten questions of a planner, their SQL, and what one edition answers."""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd

from fragility.export.labels import decimals_of, plural
from fragility.export.question import Question, answer, open_database
from fragility.export.questions import QUESTIONS
from fragility.sources.catalogue import EDITIONS
from fragility.validation.blocks import markdown_table
from fragility.validation.markup import ABSENT, number
from fragility.validation.questions_words import READINGS

DATABASE = "fragilite.duckdb"
# Rows shown of a long answer, and how long an answer may be to be shown whole.
SHOWN, WHOLE = 10, 20

_HEAD = """# Dix questions, dix requêtes

Page écrite par `fragility validation --requetes --edition {edition}` le {day:%d/%m/%Y}. Ne pas la
modifier à la main.

Chaque requête se lance telle quelle sur `fragilite.duckdb`, sans extension ni réseau. En Python,
après `pip install duckdb` :

```python
import duckdb

base = duckdb.connect("data/processed/{edition}/fragilite.duckdb", read_only=True)
base.sql("FROM marts.v_fragiles_non_couvertes_par_departement").show()
```

- « Fragile » : le score est parmi les 20 % les plus hauts. « Non couverte » : plus de la moitié des
  habitants est à plus de 20 minutes d'un conseiller numérique, même à des vitesses 25 % plus
  fortes. « La liste » : les communes qui sont les deux.
- Ce que veut dire une colonne : `SELECT libelle, description FROM marts.dictionnaire WHERE colonne
  = 'capacite_pour_10000'`.
- D'où viennent les chiffres : `FROM marts.sources` (producteur, licence, citation),
  `marts.editions` et `marts.executions` (édition, date, version, profil de ce calcul).
- Deux éditions à la fois : `ATTACH 'data/processed/france-2025/fragilite.duckdb' AS apres
  (READ_ONLY)`, puis `FROM apres.marts.communes`. Un fichier ouvert reste lisible pendant qu'un
  nouveau calcul le remplace ; rouvrez-le pour voir le nouveau.
"""


def write_questions(folder: Path, docs: Path) -> Path:
    """Write the page from the published file of one edition.

    Parameters
    ----------
    folder : outputs of the edition. What changed is read there, or if it follows no edition in
        the one that follows it, where that one is computed beside it.
    docs : folder of the page.

    Raises
    ------
    MissingFileError
        When the edition was not computed.
    """
    parts = [_HEAD.format(edition=folder.name, day=datetime.date.today())]
    for rank, question in enumerate(QUESTIONS, start=1):
        edition, frame = ask_edition(folder, question)
        parts.append(f"## {rank}. {question.title}\n")
        if edition != folder.name:
            parts.append(f"Réponse de l'édition `{edition}`, qui suit celle-ci.\n")
        parts.append(READINGS[question.name](frame) + "\n")
        if not frame.empty:
            rows = len(frame) if len(frame) <= WHOLE else SHOWN
            parts.append(markdown_table(shown(frame.head(rows))) + "\n")
            if rows < len(frame):
                left = plural(len(frame) - rows, "autre ligne", "autres lignes")
                parts.append(f"… et {left}.\n")
        parts.append(f"*À savoir.* {question.caveat}\n")
        parts.append(f"```sql\n{question.sql}\n```\n")
    page = docs / "requetes.md"
    page.write_text("\n".join(parts), encoding="utf-8")
    return page


def ask_edition(folder: Path, question: Question) -> tuple[str, pd.DataFrame]:
    """Name of the edition that answers, and its answer."""
    with open_database(folder / DATABASE) as connection:
        frame = answer(connection, question)
    if question.follows and frame.empty:
        for name, edition in EDITIONS.items():
            later = folder.with_name(name) / DATABASE
            if edition.previous == folder.name and later.is_file():
                with open_database(later) as connection:
                    return name, answer(connection, question)
    return folder.name, frame


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the numbers of an answer as French text does, with the decimals of their unit."""
    floats = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    return frame.assign(**{name: _written(frame[name]) for name in floats})


def _written(values: pd.Series) -> list[str]:
    digits = decimals_of(str(values.name))
    return [ABSENT if pd.isna(value) else number(value, digits) for value in values]
