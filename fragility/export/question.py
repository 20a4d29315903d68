"""A question, the SQL that answers it, and how it is asked of a published file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import duckdb
import pandas as pd

from fragility.errors import MissingFileError

# What a client could reach outside of the file.
_ALONE = (
    "enable_external_access", "autoinstall_known_extensions", "autoload_known_extensions",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes
    ----------
    name : machine name.
    title : the question, in French.
    sql : one SELECT; its columns are French machine names.
    caveat : what the figures do not say, French sentences.
    follows : the answer compares an edition with the one before it: empty in the first edition.
    """

    name: str
    title: str
    sql: str
    caveat: str
    follows: bool = False


def sql(text: str) -> str:
    """Write a query from the margin."""
    return dedent(text).strip()


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published file to read it, without extension nor anything outside of it.

    Raises
    ------
    MissingFileError
        When it is not there.
    """
    if not path.is_file():
        raise MissingFileError(
            "L'édition n'a pas encore été calculée.",
            path=path,
            remedy=f"lancez « fragility run --edition {path.parent.name} »",
        )
    return duckdb.connect(str(path), read_only=True, config=dict.fromkeys(_ALONE, "false"))


def answer(connection: duckdb.DuckDBPyConnection, question: Question) -> pd.DataFrame:
    """Ask one question.

    Returns
    -------
    All the rows, in the order of the query.
    """
    return connection.execute(question.sql).df()
