"""Eurostat / GISCO: census grid of 2021, one line per 1 km cell of Europe.

The file holds 4.6 million cells of thirty countries: DuckDB keeps those of one without ever
holding the others.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import refuse_not_a_table, require_columns, require_file
from fragility.sources.readers.grid import CELL_M
from fragility.sources.readers.intake import Intake

COUNTRY = "FR"
MEMORY = "500MB"
# EPSG:3035, south-west corner of the cell.
_CELL = r"^CRS3035RES1000mN(\d+)E(\d+)$"
_COLUMNS = ["GRD_ID", "T", "CNTR_ID"]


def read_grid_csv(path: Path | Intake, *, country: str = COUNTRY) -> pd.DataFrame:
    """Read the inhabited cells of one country.

    Parameters
    ----------
    path : `ESTAT_Census_2021_V3.csv`, comma. `CNTR_ID` names the countries of a cell, parted by
        `-` at borders; `T` is -8888 (confidential) or -9999 (unavailable) where it is not shown.
    country : two letters.

    Returns
    -------
    Frame, one row per cell with inhabitants, as `grid.read_grid`: `id_maille` (rank from north to
    south, then west to east), `x`, `y` (centre, metres, EPSG:3035), `population`.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, is not that grid, or has no inhabited cell of that country.

    Notes
    -----
    A border cell counts the residents of every country that it crosses:
    `access.grid.build_population_grid` keeps the share on this side. Cells overseas are in other
    grids, and are not read.
    """
    path = require_file(Intake.of(path).plain_path())
    with path.open("rb") as stream:
        head = stream.read(4096)
    refuse_not_a_table(head, path)
    header = head.decode("utf-8-sig", errors="replace").splitlines()[0]
    require_columns(pd.DataFrame(columns=header.replace('"', "").split(",")), _COLUMNS, path)
    query = (
        'SELECT "GRD_ID" AS cell, TRY_CAST("T" AS DOUBLE) AS population '
        "FROM read_csv(?, delim = ',', header = true, all_varchar = true) "
        "WHERE list_contains(string_split(\"CNTR_ID\", '-'), ?) "
        'AND TRY_CAST("T" AS DOUBLE) IS DISTINCT FROM 0'
    )
    try:
        with duckdb.connect(config={"memory_limit": MEMORY}) as base:
            table = base.execute(query, [str(path), country]).df()
    except duckdb.Error as error:
        raise BadFileError(
            "La grille de population est illisible ou tronquée.",
            path=path,
            expected="un CSV d'Eurostat, séparé par des virgules",
            found=str(error).strip().splitlines()[0][:200],
            remedy="téléchargez-la de nouveau",
        ) from None
    corner = table["cell"].str.extract(_CELL).astype(float)
    shown = corner[0].notna() & (table["population"] > 0)
    if not shown.any():
        raise BadFileError(
            f"La grille n'a aucune maille habitée pour le pays {country}.",
            path=path,
            expected=f"des mailles de 1 km, {_CELL}",
            found=", ".join(table["cell"].head(3)) or "aucune maille",
            remedy="reprenez le fichier d'Eurostat",
        )
    frame = pd.DataFrame({
        "x": corner.loc[shown, 1] + CELL_M / 2, "y": corner.loc[shown, 0] + CELL_M / 2,
        "population": table.loc[shown, "population"],
    })  # fmt: skip
    frame = frame.sort_values(["y", "x"], ascending=[False, True], ignore_index=True)
    frame.insert(0, "id_maille", pd.RangeIndex(len(frame)).astype("int64"))
    return frame
