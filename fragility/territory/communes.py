"""The communes of an edition: names, memberships, area and contour, one row per code."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import pandas as pd

from fragility import schemas
from fragility.errors import DataCheckError
from fragility.ledger import ledger, stack
from fragility.territory.crs import WGS84, area_km2
from fragility.territory.holes import centres_by_commune
from fragility.territory.lost_contours import mend_contours

NO_EPCI = ("ZZZZZZZZZ", "Sans objet")
# Contours as a file publishes them, of another year for some: the area is known beside.
DRAWN = ("ign", "reuni", "partiel")
_COLUMNS = list(schemas.TABLES["core_communes"].columns)


def parent_commune(codes: pd.Series, communes: pd.DataFrame) -> pd.Series:
    """Bring codes of municipal arrondissements to Paris, Lyon, Marseille; leave the others.

    Parameters
    ----------
    codes : commune or arrondissement codes.
    communes : COG, with the columns `type_commune`, `code`, `code_parent`.
    """
    boroughs = communes[communes["type_commune"] == "ARM"]
    parents = dict(zip(boroughs["code"], boroughs["code_parent"], strict=True))
    return codes.where(~codes.isin(list(parents)), codes.map(parents)).astype("str")


def commune_of_iris(iris: pd.DataFrame, communes: pd.DataFrame) -> pd.Series:
    """Commune of each IRIS: as the list says (`iris_list.iris_of_communes`), or by its code."""
    if "code_commune" in iris.columns:
        return iris["code_commune"]
    return parent_commune(iris["code_arrondissement"], communes)


def build_communes(
    communes: pd.DataFrame,
    departements: pd.DataFrame,
    regions: pd.DataFrame,
    epci: pd.DataFrame,
    iris: pd.DataFrame,
    contours: gpd.GeoDataFrame,
    *,
    superficies: pd.DataFrame | None = None,
    centres: gpd.GeoDataFrame | None = None,
    other_contours: gpd.GeoDataFrame | None = None,
    merged: Collection[str] = (),
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Assemble the table of communes on the official geographic code (COG).

    Parameters
    ----------
    communes : COG: `type_commune`, `code`, `code_departement`, `code_region`, `nom`,
        `code_parent`. Only the rows "COM" become rows; "ARM" say where arrondissements go.
    departements, regions : `code`, `nom`.
    epci : `code_commune`, `code_epci`, `nom_epci`.
    iris : `code_iris`, and `code_commune` or else `code_arrondissement`.
    contours : `type_commune`, `code`, `geometry` (degrees).
    superficies : `code_commune`, `superficie_km2`; where it has nothing, the contour is measured.
    centres : points with `code_arrondissement` (or commune), to find again the hole of a commune
        whose contour is null or a sliver.
    other_contours : contours of another year (`spare.bring_contours`), tried first for such a
        commune, and for one of which the file draws a part only (`lost_contours.mend_contours`).
    merged : communes that merged lately (`spare.merged_communes`), to say which are drawn in part.

    Returns
    -------
    `core_communes` (its geometry in EPSG:4326), and the ledger.

    Raises
    ------
    DataCheckError
        When a code is twice in the COG, or its département or region is not in their lists.
    """
    base = communes[communes["type_commune"] == "COM"].rename(columns={"code": "code_commune"})
    if base["code_commune"].duplicated().any():
        raise DataCheckError(
            "Une commune figure plusieurs fois dans le code officiel géographique.",
            found=str(base["code_commune"][base["code_commune"].duplicated()].iloc[0]),
            remedy="reprenez le fichier des communes de l'INSEE, d'une seule année",
        )
    table = base[["code_commune", "nom", "code_departement", "code_region"]]
    table = table.sort_values("code_commune", ignore_index=True)
    table["nom_departement"] = _names(table["code_departement"], departements, "départements")
    table["nom_region"] = _names(table["code_region"], regions, "régions")
    codes = table["code_commune"]
    member = epci.drop_duplicates("code_commune").set_index("code_commune")
    table["code_epci"] = codes.map(member["code_epci"]).fillna(NO_EPCI[0])
    table["nom_epci"] = codes.map(member["nom_epci"]).fillna(NO_EPCI[1])
    per_commune = commune_of_iris(iris, communes).value_counts()
    table["nb_iris"] = codes.map(per_commune).fillna(1).astype("int64")

    published = codes.map(_by_code(superficies)) if superficies is not None else None
    shapes = contours[contours["type_commune"] == "COM"].set_index("code").geometry.to_crs(WGS84)
    drawn = gpd.GeoSeries(shapes.reindex(codes).to_numpy(), crs=WGS84)
    measured = area_km2(drawn, table["code_departement"])
    # A published zero would make every density infinite.
    area = measured if published is None else published.where(published > 0).fillna(measured)
    mended = mend_contours(
        codes,
        drawn,
        area,
        centres=centres_by_commune(centres, codes),
        other=other_contours,
        merged=merged,
    )
    table["contour_origine"] = mended.origin
    as_drawn = mended.origin.isin(DRAWN)
    remeasured = area_km2(mended.geometry[~as_drawn], table["code_departement"][~as_drawn])
    table["superficie_km2"] = area.where(as_drawn | (published is not None), remeasured)
    frame = gpd.GeoDataFrame(table, geometry=mended.geometry, crs=WGS84)[_COLUMNS]
    lent, completed = codes[mended.lent], codes[mended.completed]
    return frame, stack(*_account(communes, contours, frame, lent, completed))


def _account(
    communes: pd.DataFrame,
    contours: gpd.GeoDataFrame,
    frame: gpd.GeoDataFrame,
    lent: pd.Series,
    completed: pd.Series,
) -> list[pd.DataFrame]:
    """Where the rows of the COG and of the contours went."""
    kinds = communes["type_commune"]
    cog = ledger(
        "core_communes",
        "code officiel géographique",
        len(communes),
        len(frame),
        {
            "arrondissement municipal": (kinds == "ARM").sum(),
            "commune déléguée ou associée": kinds.isin(["COMD", "COMA"]).sum(),
            "autre type de ligne": (~kinds.isin(["COM", "ARM", "COMD", "COMA"])).sum(),
        },
    )
    own = contours[contours["type_commune"] == "COM"]
    origin = own["code"].map(frame.set_index("code_commune")["contour_origine"])
    other_year, short = own["code"].isin(lent), own["code"].isin(completed)
    kept = origin.isin(DRAWN) & ~other_year & ~short
    return [
        cog,
        ledger(
            "core_communes",
            "contours",
            len(contours),
            int(kept.sum()),
            {
                "contour vide ou réduit à presque rien, pris d'une autre année": other_year.sum(),
                "contour d'une partie de la commune, complété d'après une autre année": short.sum(),
                "arrondissement municipal (sert aux IRIS)": len(contours) - len(own),
                "contour vide ou réduit à presque rien, reconstruit": (
                    origin == "reconstruit"
                ).sum(),
                "contour vide ou d'avant une scission, approché": (origin == "approche").sum(),
                "contour vide ou réduit à presque rien, absent": (origin == "absent").sum(),
                "commune absente du code officiel": origin.isna().sum(),
            },
        ),
    ]


def _by_code(superficies: pd.DataFrame) -> pd.Series:
    table = superficies.drop_duplicates("code_commune").set_index("code_commune")
    return table["superficie_km2"].astype(float)


def _names(codes: pd.Series, names: pd.DataFrame, label: str) -> pd.Series:
    """Look codes up, and refuse an unknown one."""
    found = codes.map(names.set_index("code")["nom"])
    if found.isna().any():
        unknown = sorted(codes[found.isna()].dropna().unique()) or ["code vide"]
        raise DataCheckError(
            f"Des communes ont un code qui n'est pas dans la liste des {label}.",
            expected="; ".join(names["code"].head(5)) + " …",
            found=", ".join(unknown[:5]),
            remedy="prenez les fichiers communes, départements et régions de la même année",
        )
    return found
