"""Tables of a published edition as they are on the disk: read, or said to be missing or damaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fragility.errors import BadFileError, MissingFileError
from fragility.schemas import TABLES


def table_path(folder: Path, name: str) -> Path:
    """Path of a table of an edition.

    Raises
    ------
    MissingFileError
        When the edition has no such table: an older version of the program computed it.
    """
    path = folder / "tables" / f"{name}.parquet"
    if not path.is_file():
        raise MissingFileError(
            f"Il manque une table à l'édition « {folder.name} ».",
            path=path,
            remedy=f"recalculez l'édition avec « fragility run --edition {folder.name} »",
        )
    return path


def column_names(folder: Path, name: str) -> list[str]:
    """Columns of a table."""
    path = table_path(folder, name)
    with said_if_damaged(folder, path):
        return list(pq.read_schema(path).names)


def require_columns(folder: Path, name: str) -> None:
    """Refuse a mart that another version of the program wrote.

    Raises
    ------
    BadFileError
        When the table lacks a column of its model.
    """
    lacking = [c for c in TABLES[name].columns if c not in column_names(folder, name)]
    if lacking:
        raise BadFileError(
            f"L'édition « {folder.name} » a été écrite par une autre version de fragilite.",
            path=table_path(folder, name),
            expected=f"la colonne « {lacking[0]} »",
            remedy=f"recalculez l'édition avec « fragility run --edition {folder.name} »",
        )


def read_stored(
    folder: Path,
    name: str,
    columns: Sequence[str] | None = None,
    filters: list[Any] | None = None,
) -> pd.DataFrame:
    """Read a table of an edition; its contours, if it has any, as bytes.

    Parameters
    ----------
    folder : folder of the edition, which holds `tables`.
    columns, filters : as pandas takes them.

    Raises
    ------
    MissingFileError, BadFileError
        When there is no such table, or its file is cut or damaged.
    """
    path = table_path(folder, name)
    with said_if_damaged(folder, path):
        return pd.read_parquet(path, columns=None if columns is None else list(columns),
                               filters=filters)  # fmt: skip


def read_shapes(
    folder: Path,
    name: str,
    columns: Sequence[str] | None = None,
    filters: list[Any] | None = None,
) -> gpd.GeoDataFrame:
    """Read a table of an edition with its geometry; errors as `read_stored`."""
    path = table_path(folder, name)
    with said_if_damaged(folder, path):
        return gpd.read_parquet(path, columns=None if columns is None else list(columns),
                                filters=filters)  # fmt: skip


@contextmanager
def said_if_damaged(folder: Path, path: Path, *damages: type[Exception]) -> Iterator[None]:
    """Say in French that a file of an edition is damaged, and how to make it again.

    Parameters
    ----------
    damages : what reading raises besides what Arrow and the system do.

    Raises
    ------
    BadFileError
    """
    try:
        yield
    except (OSError, pa.ArrowException, *damages) as error:
        raise BadFileError(
            f"Un fichier de l'édition « {folder.name} » ne se lit pas.",
            path=path,
            expected="le fichier que le calcul a écrit",
            found="le droit de le lire manque"
            if isinstance(error, PermissionError)
            else "rien"
            if not path.exists()
            else "un fichier coupé ou abîmé",
            remedy=f"lancez « fragility run --edition {folder.name} », qui le refait",
        ) from error
