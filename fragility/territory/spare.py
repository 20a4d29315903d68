"""What another map lends to the communes of an edition: areas, and the contours they lost."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from fragility.territory.cog import apply_passage, build_passage
from fragility.territory.dated import Dated

# Years: a contour file older than that serves no edition.
LAG = 10


def bring_superficies(
    published: Dated | None, communes: pd.DataFrame, movements: pd.DataFrame, cog_year: int
) -> pd.DataFrame | None:
    """Bring published areas to the edition's map; a commune split again is left to its contour.

    Parameters
    ----------
    published : a table with `code_commune` and `superficie_km2`, or None.
    communes : COG of the edition, its rows "COM" are the communes.
    movements : events of communes (`readers.insee_cog.read_movements`).
    cog_year : year of the edition's map.

    Returns
    -------
    `code_commune`, `superficie_km2`; None without a published table.
    """
    if published is None:
        return None
    passage = _passage(published, communes, movements, cog_year)
    areas, _ = apply_passage(published.frame, passage, counts=["superficie_km2"])
    split = passage.loc[passage["part"] < 1, "code_apres"]
    return areas[~areas["code_commune"].isin(split)]


def bring_contours(
    other: Dated | None, communes: pd.DataFrame, movements: pd.DataFrame, cog_year: int
) -> gpd.GeoDataFrame | None:
    """Bring the contours of another map to the edition's, those of merged communes united.

    Parameters
    ----------
    other : `type_commune`, `code`, `geometry`, dated; or None. On a later map they keep their code.
    communes, movements, cog_year : as for `bring_superficies`.

    Returns
    -------
    `type_commune`, `code`, `reunie` (several communes of the other map), `geometry`; communes split
    again, or of which a part has no contour, are left out.
    """
    if other is None:
        return None
    contours = gpd.GeoDataFrame(other.frame)
    passage = _passage(other, communes, movements, cog_year)
    own = contours[contours["type_commune"] == "COM"].set_index("code").geometry
    moved = passage[passage["code_avant"] != passage["code_apres"]]
    parts = passage[passage["code_apres"].isin(moved["code_apres"])]
    parts = parts.assign(shape=own.reindex(parts["code_avant"]).to_numpy())
    whole = (parts["part"].eq(1) & parts["shape"].notna()).groupby(parts["code_apres"]).all()
    usable = parts[parts["code_apres"].isin(whole.index[whole])]
    united = {
        code: shapely.union_all(shapes.to_numpy())
        for code, shapes in usable.groupby("code_apres")["shape"]
    }
    kept = own[~own.index.isin([*parts["code_avant"], *parts["code_apres"]])]
    several = usable["code_apres"].value_counts().gt(1)
    return gpd.GeoDataFrame(
        {
            "type_commune": "COM",
            "code": [*kept.index, *united],
            "reunie": [*[False] * len(kept), *several.reindex(list(united))],
        },
        geometry=[*kept, *united.values()],
        crs=contours.crs,
    )


def merged_communes(communes: pd.DataFrame, movements: pd.DataFrame, cog_year: int) -> list[str]:
    """List the communes that united several ones in the years that contour files may lag behind.

    Parameters
    ----------
    communes, movements, cog_year : as for `bring_superficies`.
    """
    codes = communes.loc[communes["type_commune"] == "COM", "code"]
    passage = build_passage(movements, cog_year - LAG, cog_year, codes)
    return sorted(passage.loc[passage["nature"] == "fusion", "code_apres"].unique())


def _passage(
    table: Dated, communes: pd.DataFrame, movements: pd.DataFrame, cog_year: int
) -> pd.DataFrame:
    codes = communes.loc[communes["type_commune"] == "COM", "code"]
    year = min(table.geography_year or cog_year, cog_year)
    return build_passage(movements, year, cog_year, codes)
