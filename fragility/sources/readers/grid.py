"""Eurostat / GISCO: population of 1 km cells, as a GeoTIFF in EPSG:3035."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
from rasterio.errors import RasterioError

from fragility.errors import BadFileError
from fragility.sources.readers.common import refuse_not_a_table, require_file
from fragility.sources.readers.intake import Intake

CELL_M = 1000.0
GRID_EPSG = 3035


def read_grid(path: Path | Intake) -> pd.DataFrame:
    """Read the inhabited cells of a population grid.

    Parameters
    ----------
    path : GeoTIFF of one band, 1 km cells, EPSG:3035; the nodata value is the file's own.

    Returns
    -------
    Frame, one row per cell with inhabitants: `id_maille` (rank of the cell in the raster, row
    after row), `x`, `y` (centre, metres, EPSG:3035), `population`. Cells are aligned on the
    kilometre, so that their place needs nothing else than `x` and `y`.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, not a raster, or not that grid.
    """
    path = require_file(Intake.of(path).plain_path())
    with path.open("rb") as stream:
        refuse_not_a_table(stream.read(512), path)
    try:
        with rasterio.open(path) as raster:
            _check_form(raster, path)
            values = np.nan_to_num(raster.read(1, masked=True).filled(0))
            transform, width = raster.transform, raster.width
    except RasterioError as error:
        raise BadFileError(
            "La grille de population est illisible ou tronquée.",
            path=path,
            expected="un GeoTIFF de mailles de 1 km",
            found=str(error).strip()[:200],
            remedy="téléchargez-la de nouveau",
        ) from None
    if (values < 0).any():
        raise BadFileError(
            "La grille a des mailles de population négative.",
            path=path,
            expected="des habitants, ou la valeur « sans donnée » que le fichier déclare",
            found=f"{values.min():g} ({int((values < 0).sum())} mailles)",
            remedy="reprenez le fichier du producteur",
        )
    inhabited = np.flatnonzero(values.ravel() > 0)
    if len(inhabited) == 0:
        raise BadFileError(
            "La grille n'a aucune maille habitée.",
            path=path,
            remedy="reprenez le fichier du producteur",
        )
    rows, columns = np.divmod(inhabited, width)
    return pd.DataFrame(
        {
            "id_maille": inhabited.astype("int64"),
            "x": transform.c + CELL_M * (columns + 0.5),
            "y": transform.f - CELL_M * (rows + 0.5),
            "population": values.ravel()[inhabited].astype(float),
        }
    )


def _check_form(raster: rasterio.DatasetReader, path: Path) -> None:
    """Refuse another projection or another cell size: every distance would be wrong."""
    epsg = raster.crs.to_epsg(confidence_threshold=20) if raster.crs else None
    if epsg != GRID_EPSG:
        raise BadFileError(
            "La grille n'est pas dans la projection européenne.",
            path=path,
            expected=f"EPSG:{GRID_EPSG}",
            found=f"EPSG:{epsg}" if epsg else "aucune projection reconnue",
            remedy="reprenez la grille d'Eurostat, sans la reprojeter",
        )
    step = raster.transform
    if (step.a, step.e, step.b, step.d) != (CELL_M, -CELL_M, 0.0, 0.0):
        raise BadFileError(
            "La grille n'a pas des mailles de 1 km.",
            path=path,
            expected="1000 m sur 1000 m",
            found=f"{step.a:g} m sur {-step.e:g} m",
            remedy="reprenez la grille de 1 km d'Eurostat",
        )
