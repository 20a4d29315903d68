"""One pandera model per table; the titles and descriptions ARE the data dictionary.

Holds what a column means, its type, unit and bounds. Does not hold how it is computed (that is
the stage's module) nor colours and class labels (`export/labels.py`).

A column is written once, with one of the small constructors of `kinds.py`, and the tables are lists
of columns: `communes` and `iris` share theirs (`columns.py`), so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pandera.pandas as pa

from fragility.errors import DataCheckError
from fragility.schemas.columns import (
    COVERAGES,
    INDICATOR_LABELS,
    INDICATORS,
    ORIGINS,
    PASSAGES,
    indicator_labels,
)
from fragility.schemas.core import CORE, RAW
from fragility.schemas.kinds import COMMUNE_CODE, IRIS_CODE, PERSONAL_DATA, matches_pattern
from fragility.schemas.marts import MARTS
from fragility.schemas.profiles import PROFILES
from fragility.schemas.science import SCIENCE
from fragility.schemas.skills import SKILLS
from fragility.schemas.survey import SURVEY

__all__ = [
    "COMMUNE_CODE",
    "COVERAGES",
    "INDICATORS",
    "INDICATOR_LABELS",
    "IRIS_CODE",
    "ORIGINS",
    "PASSAGES",
    "PERSONAL_DATA",
    "TABLES",
    "dictionary",
    "empty_table",
    "indicator_labels",
    "matches_pattern",
    "models_with",
    "validate",
]

TABLES: dict[str, pa.DataFrameSchema] = {
    t.name: t for t in [RAW, *CORE, *SCIENCE, *PROFILES, *SKILLS, *SURVEY, *MARTS]
}


def validate(frame: pd.DataFrame, table_name: str) -> pd.DataFrame:
    """Check a frame against its table's model.

    Raises
    ------
    DataCheckError
        With the columns and the first offending values, in French.
    """
    schema = TABLES[table_name]
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        lines = [
            f"{column or table_name} : {check} ({len(rows)} cas, par exemple "
            f"{rows['failure_case'].iloc[0]!r})"
            for (column, check), rows in cases.groupby(["column", "check"], dropna=False)
        ]
        raise DataCheckError(
            f"La table « {table_name} » ne respecte pas son modèle.",
            expected="le modèle de fragility/schemas/",
            found=" ; ".join(lines[:8]),
            remedy="vérifiez le fichier source du motif cité, ou signalez le défaut",
        ) from None
    return frame


def empty_table(table_name: str) -> pd.DataFrame:
    """Make the table of an edition that reads nothing for it: its columns, no row."""
    kinds = {c.name: str(c.dtype) for c in TABLES[table_name].columns.values()}
    types = {name: "str" if kind.startswith("string") else kind for name, kind in kinds.items()}
    return pd.DataFrame(columns=list(types)).astype(types)


def models_with(
    labels: Mapping[str, tuple[str, str]], words: Mapping[str, str] | None = None
) -> dict[str, pa.DataFrameSchema]:
    """Return every model, its indicators called and defined by `labels`.

    Parameters
    ----------
    words : descriptions of columns of scores, by name, where they depend on the profile.
    """
    words, usual = words or {}, TABLES["index_scores"].columns
    other = {
        before: after
        for key, usual in INDICATOR_LABELS.items()
        for before, after in zip(usual, labels[key], strict=True)
        if before != after
    }
    # Inside « Score : sans très haut débit fixe » a label has lost its capital.
    other |= {a[0].lower() + a[1:]: b[0].lower() + b[1:] for a, b in other.items()}
    models = {}
    for name, model in TABLES.items():
        changed = {}
        for column, field in model.columns.items():
            title, description = str(field.title), str(field.description)
            if column in words and description == str(usual[column].description):
                description = words[column]
            for before, after in other.items():
                title = title.replace(before, after)
                description = description.replace(before, after)
            if (title, description) != (field.title, field.description):
                changed[column] = {"title": title, "description": description}
        models[name] = model.update_columns(changed) if changed else model
    return models


def dictionary(models: Mapping[str, pa.DataFrameSchema] = TABLES) -> pd.DataFrame:
    """Return the data dictionary: one line per column of every table, in French.

    The tables that people open come first.
    """
    opened = {model.name for model in MARTS}
    rows = [
        (schema.name, name, _kind_in_words(str(column.dtype)), column.title, column.description)
        for schema in sorted(models.values(), key=lambda schema: schema.name not in opened)
        for name, column in schema.columns.items()
    ]
    return pd.DataFrame(rows, columns=["table", "colonne", "type", "libelle", "description"])


def _kind_in_words(kind: str) -> str:
    """Say a type as people do; a geometry is a shape on the map.

    Examples
    --------
    >>> [_kind_in_words(kind) for kind in ("string[pyarrow]", "Int64", "boolean", "geometry")]
    ['texte', 'nombre', 'oui/non', 'forme']
    """
    words = {
        "str": "texte", "bool": "oui/non", "int": "nombre", "float": "nombre", "date": "date",
        "geom": "forme",
    }  # fmt: skip
    return next((word for start, word in words.items() if kind.lower().startswith(start)), kind)
