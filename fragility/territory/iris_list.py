"""The list of IRIS of one year, on the communes of another.

INSEE draws IRIS anew for merged communes, and publishes each list late: an edition often holds a
list older than its communes. Nothing is redrawn here, so that figures published by IRIS keep
their code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from fragility.territory.cog import (
    build_passage,
    map_iris_codes,
    map_iris_communes,
    to_commune,
)
from fragility.territory.dated import Dated

UNKNOWN = "IRIS d'une commune absente du code officiel"
MELTED = "IRIS d'une commune non découpée, fondu dans celui de la commune qui la réunit"
UNDIVIDED = "Z"


@dataclass(frozen=True)
class IrisList:
    """IRIS on the communes of an edition.

    Attributes
    ----------
    frame : see `iris_of_communes`.
    dropped : rows of the published list that are not in it, by reason.
    passage : from the map of the list to that of the edition.
    """

    frame: pd.DataFrame
    dropped: Mapping[str, int]
    passage: pd.DataFrame

    def follow(self, shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Give the contours or centres of IRIS (`code_iris`) the codes of the edition."""
        return shapes.assign(code_iris=map_iris_codes(shapes["code_iris"], self.passage))


def bring_iris_list(
    listed: Dated,
    communes: pd.DataFrame,
    movements: pd.DataFrame,
    cog_year: int,
    *,
    weights: pd.Series | None = None,
) -> IrisList:
    """Bring a published list of IRIS to the communes of an edition.

    Parameters
    ----------
    listed : `readers.insee_cog.read_iris_list`, dated.
    communes : COG of the edition, its rows "COM" are the communes.
    movements : events of communes (`readers.insee_cog.read_movements`).
    cog_year : year of the edition's map.
    weights : inhabitants by commune of the edition, to share communes that were split again.
    """
    codes = communes.loc[communes["type_commune"] == "COM", "code"]
    # A list that is later than the communes keeps its codes: the unknown ones leave.
    year = min(listed.geography_year or cog_year, cog_year)
    passage = build_passage(movements, year, cog_year, codes, weights=weights)
    frame, dropped = iris_of_communes(listed.frame, passage)
    return IrisList(frame, dropped, passage)


def iris_of_communes(
    iris: pd.DataFrame, passage: pd.DataFrame
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Say which commune of another map each IRIS belongs to.

    Parameters
    ----------
    iris : `code_iris`, `nom`, `type_iris`, `code_arrondissement`, on the map where `passage`
        starts.
    passage : see `cog.build_passage`.

    Returns
    -------
    The same columns and `code_commune` (see `cog.map_iris_communes`), and the rows dropped by
    reason. Communes merged without any division keep one IRIS, whose code is the commune's and
    0000. Where one of them was divided, all keep their IRIS under their own codes.

    Examples
    --------
    >>> merged = pd.DataFrame({"code_avant": ["01001", "01002"], "code_apres": ["01001"] * 2,
    ...     "part": 1.0, "nature": "fusion"})
    >>> two = pd.DataFrame({"code_iris": ["010010000", "010020000"], "nom": ["A", "B"],
    ...     "type_iris": "Z", "code_arrondissement": ["01001", "01002"]})
    >>> iris_of_communes(two, merged)[0]["code_iris"].tolist()
    ['010010000']
    """
    own = to_commune(iris["code_arrondissement"])
    commune = map_iris_communes(iris.assign(code_commune=own), passage)["code_commune"]
    known = commune.notna()
    table = iris[known].assign(code_commune=commune[known].astype("str"))
    moved = table["code_commune"] != own[known]
    table["code_iris"] = map_iris_codes(table["code_iris"], passage)
    # Municipal arrondissements stay; a commune that is gone gives way to the one that took it in.
    table["code_arrondissement"] = table["code_arrondissement"].where(~moved, table["code_commune"])
    undivided = (table["type_iris"] == UNDIVIDED).groupby(table["code_commune"]).transform("all")
    one = table[undivided].sort_values("code_iris").drop_duplicates("code_commune")
    one = one.assign(code_iris=one["code_commune"] + "0000")
    kept = pd.concat([table[~undivided], one]).sort_values("code_iris", ignore_index=True)
    dropped = {UNKNOWN: int((~known).sum()), MELTED: int(undivided.sum()) - len(one)}
    return kept.astype({"code_iris": "str", "code_commune": "str"}), dropped
