"""ARCEP, « Mon réseau mobile »: 4G coverage polygons of one operator on one territory.

A national file is a few multipolygons of tens of millions of points: only what the file says of
itself is read here, its polygons are read as a stream (`gpkg_stream.py`).
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import refuse_not_a_table, require_columns, require_file
from fragility.sources.readers.gpkg_stream import connect, the_layer
from fragility.sources.readers.intake import Intake

METROPOLE = "metropole"
# Projection of each territory's files (ARCEP, documentation_couverture.md).
PROJECTIONS = {
    METROPOLE: 2154, "971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471,
    "977": 5490, "978": 5490,
}  # fmt: skip
# Very good, good, limited; empty before 2025 in the metropole. All of them are covered.
LEVELS = ("TBC", "BC", "CL", "")
# Voice is not internet; a row that does not say is of the file it is in.
USAGES = ("data", "")
_COLUMNS = ("operateur", "techno", "niveau", "dept", "usage")


@dataclass(frozen=True)
class Coverage:
    """What a file covers.

    Attributes
    ----------
    path : GeoPackage.
    territory : `metropole`, or the code of an overseas département.
    operator : MCC-MNC code.
    levels : levels present, `LEVELS`.
    """

    path: Path
    territory: str
    operator: str
    levels: tuple[str, ...]

    @property
    def epsg(self) -> int:
        """System of the coordinates, in metres."""
        return PROJECTIONS[self.territory]


def read_coverage(source: Path | Intake) -> Coverage:
    """Look at what a file of coverage holds, without reading its polygons.

    Parameters
    ----------
    source : `20NN_Tn_couv_Metropole_OF_4G_data.gpkg`, one operator, one territory, 4G.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, is no GeoPackage, or is not one operator's 4G, for data and not
        for voice, on a known territory in its projection.
    """
    path = require_file(Intake.of(source).plain_path())
    with path.open("rb") as stream:
        refuse_not_a_table(stream.read(512), path)
    with closing(connect(path)) as base:
        table, _, epsg = the_layer(base, path)
        names = [row[1] for row in base.execute(f'PRAGMA table_info("{table}")')]
        require_columns(pd.DataFrame(columns=names), list(_COLUMNS), path)
        chosen = ", ".join(f"COALESCE(\"{c}\", '')" for c in _COLUMNS)
        rows = base.execute(f'SELECT DISTINCT {chosen} FROM "{table}"').fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    operators, technos, levels, departements, usages = (
        sorted({str(value).strip() for value in column}) for column in columns
    )
    if not {usage.lower() for usage in usages} <= set(USAGES):
        raise BadFileError(
            "Ce n'est pas la couverture de l'internet mobile.",
            path=path,
            expected=f"usage {USAGES[0]}",
            found=", ".join(usages),
            remedy="prenez le fichier « …_4G_data.gpkg » de l'ARCEP, pas celui de la voix",
        )
    if technos != ["4G"] or len(operators) != 1 or not set(levels) <= set(LEVELS):
        raise BadFileError(
            "Ce n'est pas la couverture 4G d'un opérateur.",
            path=path,
            expected="techno 4G, un seul opérateur, niveaux TBC, BC, CL ou aucun",
            found=f"{', '.join(technos) or 'aucune ligne'} ; {', '.join(operators)} ; "
            f"{', '.join(levels)}",
            remedy="prenez le fichier « …_4G_data.gpkg » de l'ARCEP",
        )
    territory = _territory(departements, path)
    if epsg != PROJECTIONS[territory]:
        raise BadFileError(
            "La couverture n'est pas dans la projection de son territoire.",
            path=path,
            expected=f"EPSG:{PROJECTIONS[territory]} ({territory})",
            found=f"EPSG:{epsg}",
            remedy="reprenez le fichier de l'ARCEP, sans le reprojeter",
        )
    return Coverage(path, territory, operators[0], tuple(levels))


def _territory(departements: list[str], path: Path) -> str:
    """Which territory a file covers: its own column if it says, else its name."""
    overseas = {code for code in departements if code in PROJECTIONS}
    named = re.search(r"(?<!\d)(97[1-8])(?!\d)", path.name)
    if not overseas and named and named[1] in PROJECTIONS:
        overseas = {named[1]}
    if len(overseas) > 1:
        raise BadFileError(
            "La couverture mêle plusieurs territoires d'outre-mer.",
            path=path,
            expected="un territoire par fichier",
            found=", ".join(sorted(overseas)),
        )
    return overseas.pop() if overseas else METROPOLE
