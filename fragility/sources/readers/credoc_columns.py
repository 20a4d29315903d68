"""A few columns of the Baromètre du numérique, out of more than six hundred, in either format."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from fragility.errors import BadFileError
from fragility.sources.readers.common import decode, require_columns


def read_columns(path: Path, wanted: list[str]) -> pd.DataFrame:
    """Read the columns wanted as they are written: labels as text, missing where empty.

    Raises
    ------
    BadFileError
        When the file is not what its name says, or lacks a column.
    """
    return (_read_csv if path.suffix.lower() == ".csv" else _read_parquet)(path, wanted)


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
