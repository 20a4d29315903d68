"""IGN: contours of communes and arrondissements (GeoParquet), contours and centres of IRIS.

Attributes other than codes, names and geometry are left in the files: some of these files carry
counts of another vintage that nothing here uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from fragility.errors import BadFileError, FragilityError
from fragility.sources.readers.common import (
    check_codes,
    pad_code,
    refuse_not_a_table,
    require_columns,
    require_file,
)

WGS84 = "EPSG:4326"
_COMMUNE = r"^(\d{2}|2[AB])\d{3}$"
_IRIS = r"^(\d{2}|2[AB])\d{7}$"
_KINDS = ("COM", "ARM")


def read_communes_contours(path: Path) -> gpd.GeoDataFrame:
    """Read the contours of communes and of municipal arrondissements.

    Parameters
    ----------
    path : GeoParquet file with the columns `code`, `type` and `geometry`.

    Returns
    -------
    GeoDataFrame (`type_commune`: "COM" or "ARM", `code`, `geometry`, EPSG:4326), one row per
    (type, code). A null or empty geometry stays null: some published files have a few.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, unreadable, or without the expected columns, codes or CRS.

    Notes
    -----
    `frame.type` is an attribute of every GeoDataFrame (the kind of each geometry): the column
    of that name is reached with brackets only.
    """
    frame = _open(path, gpd.read_parquet, "GeoParquet", ("code", "type", "geometry"))
    unknown = sorted(set(frame["type"].dropna().unique()) - set(_KINDS))
    if unknown or frame["type"].isna().any():
        raise BadFileError(
            "La colonne type des contours contient une valeur inconnue.",
            path=path,
            expected=" ou ".join(_KINDS),
            found=", ".join(map(str, unknown)) or "une valeur vide",
            remedy="vérifiez que c'est bien le fichier des communes et arrondissements",
        )
    tidy = _tidy(frame, path, code="code", pattern=_COMMUNE, width=5)
    tidy.insert(0, "type_commune", frame["type"].astype("str"))
    _refuse_twins(tidy, ["type_commune", "code"], path)
    return tidy.reset_index(drop=True)


def read_iris_contours(paths: Sequence[Path]) -> gpd.GeoDataFrame:
    """Read published IRIS contours, the first file that has a code winning over the next ones.

    Parameters
    ----------
    paths : GeoPackages or shapefiles with the columns `CODE_IRIS` and `geometry`, by preference.

    Returns
    -------
    GeoDataFrame (`code_iris`, `geometry`, EPSG:4326), one row per code; empty without paths.

    Raises
    ------
    MissingFileError, BadFileError
        When a file is absent, unreadable, or without the expected columns, codes or CRS.
    """
    parts = []
    for path in paths:
        frame = _open(path, gpd.read_file, "GeoPackage ou shapefile", ("CODE_IRIS", "geometry"))
        part = _tidy(frame, path, code="CODE_IRIS", pattern=_IRIS, width=9)
        parts.append(part[part.geometry.notna()])
    if not parts:
        empty = pd.DataFrame({"code_iris": pd.Series(dtype="str")})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=WGS84))
    stacked = pd.concat(parts, ignore_index=True).rename(columns={"code": "code_iris"})
    return stacked.drop_duplicates("code_iris").reset_index(drop=True)


def read_iris_centres(path: Path) -> gpd.GeoDataFrame:
    """Read the centres of IRIS.

    Parameters
    ----------
    path : GeoPackage of points with the columns `CODE_IRIS` and `INSEE_COM`.

    Returns
    -------
    GeoDataFrame (`code_iris`, `code_arrondissement`: commune or municipal arrondissement,
    `geometry`: point in EPSG:4326), one row per code.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, unreadable, not made of points, or without the expected columns.
    """
    columns = ("CODE_IRIS", "INSEE_COM", "geometry")
    frame = _open(path, gpd.read_file, "GeoPackage de points", columns)
    kinds = set(frame.geometry.geom_type.dropna().unique())
    if kinds != {"Point"}:
        raise BadFileError(
            "Le fichier des centres d'IRIS ne contient pas des points.",
            path=path,
            expected="Point",
            found=", ".join(sorted(kinds)) or "aucune géométrie",
            remedy="placez-y le fichier des centres, pas celui des contours",
        )
    tidy = _tidy(frame, path, code="CODE_IRIS", pattern=_IRIS, width=9)
    tidy = tidy.rename(columns={"code": "code_iris"})
    tidy.insert(1, "code_arrondissement", pad_code(frame["INSEE_COM"].astype("str"), 5))
    _refuse_twins(tidy, ["code_iris"], path)
    return tidy[tidy.geometry.notna()].reset_index(drop=True)


def _open(
    path: Path, read: Callable[[Path], Any], kind: str, required: Sequence[str]
) -> gpd.GeoDataFrame:
    """Open a geographic file, or say in French why it cannot be."""
    require_file(path)
    with path.open("rb") as stream:
        refuse_not_a_table(stream.read(512), path)
    try:
        frame = read(path)
    except FragilityError:
        raise
    except Exception as error:  # pyarrow and GDAL have no common exception
        raise BadFileError(
            "Le fichier géographique est illisible ou tronqué.",
            path=path,
            expected=kind,
            found=str(error).strip().splitlines()[0][:200] if str(error).strip() else "",
            remedy="téléchargez-le de nouveau",
        ) from None
    require_columns(frame, required, path)
    if frame.empty:
        raise BadFileError(
            "Le fichier géographique n'a aucune ligne.",
            path=path,
            remedy="reprenez le fichier du producteur",
        )
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        raise BadFileError(
            "Le fichier géographique ne dit pas son système de coordonnées.",
            path=path,
            expected="un système de coordonnées (EPSG:4326, EPSG:2154 ...)",
            found="aucun",
            remedy="reprenez le fichier du producteur (un shapefile a besoin de son .prj)",
        )
    return frame


def _tidy(
    frame: gpd.GeoDataFrame, path: Path, *, code: str, pattern: str, width: int
) -> gpd.GeoDataFrame:
    """Keep code and geometry, in WGS 84, with the zeros spreadsheets remove."""
    codes = pad_code(frame[code].astype("str"), width)
    check_codes(codes, pattern, path)
    geometry = frame.geometry.to_crs(WGS84)
    _check_coordinates(geometry, path)
    geometry = geometry.where(~geometry.is_empty, None)
    return gpd.GeoDataFrame({"code": codes}, geometry=geometry, crs=WGS84)


def _check_coordinates(geometry: gpd.GeoSeries, path: Path) -> None:
    """Refuse damaged coordinates, or another system than the one the file declares."""
    bounds = geometry.total_bounds
    if (np.abs(bounds) > (180, 90, 180, 90)).any():
        raise BadFileError(
            "Des coordonnées sont impossibles.",
            path=path,
            expected="des degrés, une fois ramenées à EPSG:4326",
            found=", ".join(f"{value:.6g}" for value in bounds),
            remedy="téléchargez de nouveau le fichier, ou vérifiez le système de coordonnées "
            "qu'il déclare",
        )


def _refuse_twins(frame: pd.DataFrame, key: list[str], path: Path) -> None:
    twice = frame.loc[frame.duplicated(key), key]
    if len(twice):
        raise BadFileError(
            "Un même code a plusieurs géométries.",
            path=path,
            expected="un contour par code",
            found=f"{' '.join(twice.iloc[0])} ({len(twice)} lignes en trop)",
            remedy="gardez la bonne ligne, ou reprenez le fichier du producteur",
        )
