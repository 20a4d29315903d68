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
    KEEP_ONE,
    as_expected,
    check_codes,
    pad_code,
    refuse_not_a_table,
    require_columns,
    require_file,
)
from fragility.sources.readers.intake import COMMUNES, IRIS, Intake

WGS84 = "EPSG:4326"
_COMMUNE = r"^(\d{2}|2[AB])\d{3}$"
_IRIS = r"^(\d{2}|2[AB])\d{7}$"
_KINDS = ("COM", "ARM")


def read_communes_contours(path: Path | Intake) -> gpd.GeoDataFrame:
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
    intake = Intake.of(path)
    columns = ("code", "type", "geometry")
    frame = open_geographic(
        intake, gpd.read_parquet, "GeoParquet", columns, key="code", usual_rows=COMMUNES
    )
    unknown = sorted(set(frame["type"].dropna().unique()) - set(_KINDS))
    if unknown or frame["type"].isna().any():
        raise BadFileError(
            "La colonne type des contours contient une valeur inconnue.",
            path=intake.path,
            expected=" ou ".join(_KINDS),
            found=", ".join(map(str, unknown)) or "une valeur vide",
            remedy="vérifiez que c'est bien le fichier des communes et arrondissements",
        )
    tidy = keep_codes(frame, intake, code="code", pattern=_COMMUNE, width=5)
    tidy.insert(0, "type_commune", frame["type"].astype("str"))
    set_twins_aside(tidy, ["type_commune", "code"], intake)
    return intake.settle(tidy)[0]


def read_iris_contours(paths: Sequence[Path | Intake]) -> gpd.GeoDataFrame:
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
        intake = Intake.of(path)
        kind, columns = "GeoPackage ou shapefile", ("CODE_IRIS", "geometry")
        frame = open_geographic(
            intake, gpd.read_file, kind, columns, key="CODE_IRIS", usual_rows=IRIS
        )
        part = intake.settle(keep_codes(frame, intake, code="CODE_IRIS", pattern=_IRIS, width=9))[0]
        parts.append(part[part.geometry.notna()])
    if not parts:
        empty = pd.DataFrame({"code_iris": pd.Series(dtype="str")})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=WGS84))
    stacked = pd.concat(parts, ignore_index=True).rename(columns={"code": "code_iris"})
    return stacked.drop_duplicates("code_iris").reset_index(drop=True)


def read_iris_centres(path: Path | Intake) -> gpd.GeoDataFrame:
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
    intake, kind = Intake.of(path), "GeoPackage de points"
    frame = open_geographic(intake, gpd.read_file, kind, columns, key="CODE_IRIS", usual_rows=IRIS)
    kinds = set(frame.geometry.geom_type.dropna().unique())
    if kinds != {"Point"}:
        raise BadFileError(
            "Le fichier des centres d'IRIS ne contient pas des points.",
            path=intake.path,
            expected="Point",
            found=", ".join(sorted(kinds)) or "aucune géométrie",
            remedy="placez-y le fichier des centres, pas celui des contours",
        )
    tidy = keep_codes(frame, intake, code="CODE_IRIS", pattern=_IRIS, width=9)
    tidy = tidy.rename(columns={"code": "code_iris"})
    tidy.insert(1, "code_arrondissement", pad_code(frame["INSEE_COM"].astype("str"), 5))
    set_twins_aside(tidy, ["code_iris"], intake)
    settled = intake.settle(tidy)[0]
    return settled[settled.geometry.notna()].reset_index(drop=True)


def open_geographic(
    intake: Intake,
    read: Callable[[Path], Any],
    kind: str,
    required: Sequence[str],
    *,
    key: str,
    usual_rows: int,
) -> gpd.GeoDataFrame:
    """Open a geographic file, or say in French why it cannot be."""
    path = intake.path
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
    frame = as_expected(frame, intake)
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
    intake.first_line = 1
    return intake.open(frame, key, usual_rows=usual_rows)


def keep_codes(
    frame: gpd.GeoDataFrame, intake: Intake, *, code: str, pattern: str, width: int
) -> gpd.GeoDataFrame:
    """Keep code and geometry, in WGS 84, with the zeros spreadsheets remove."""
    codes = pad_code(frame[code].astype("str"), width)
    check_codes(codes, pattern, intake)
    geometry = frame.geometry.to_crs(WGS84)
    _check_coordinates(geometry, intake.path)
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


def set_twins_aside(frame: pd.DataFrame, key: list[str], intake: Intake) -> None:
    twice = frame.loc[frame.duplicated(key, keep=False), key[-1]].rename(intake.key)
    intake.set_aside(
        twice, "code qui a plusieurs géométries", expected="un contour par code", remedy=KEEP_ONE
    )
