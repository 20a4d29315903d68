"""Hot spots as people read them: one polygon, a name in words, how many communes and people."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from fragility.export.contours import contours_of
from fragility.schemas import TABLES

MOST_DEPARTEMENTS = 4
_VOWELS = "AÀÂÄEÉÈÊËIÎÏOÔÖUÙÛÜYŸŒÆ"
_ARTICLES = {"Le ": "du ", "Les ": "des ", "La ": "de La ", "L'": "de L'"}


def of_place(name: str) -> str:
    """Write "de" and the name of a place as French does.

    Examples
    --------
    >>> [of_place(name) for name in ("Aurillac", "Le Blanc", "Les Vans", "La Souterraine", "Gap")]
    ["d'Aurillac", 'du Blanc', 'des Vans', 'de La Souterraine', 'de Gap']
    """
    for article, written in _ARTICLES.items():
        if name.startswith(article):
            return written + name.removeprefix(article)
    return f"d'{name}" if name[:1].upper() in _VOWELS else f"de {name}"


def build_foyers(
    clusters: pd.DataFrame, communes: pd.DataFrame, contours: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Build the mart `foyers`: the numbered hot spots of fragility.

    Parameters
    ----------
    clusters : table `index_foyers`.
    communes : mart `communes`.
    contours : table `core_contours`: its borders are shared, so that the union leaves no sliver.
    """
    numbers = clusters.dropna(subset="id_foyer").set_index("code_commune")["id_foyer"]
    members = pd.DataFrame(communes.drop(columns="geometry", errors="ignore"))
    members = members[members["code_commune"].isin(numbers.index)]
    members = members.assign(id_foyer=members["code_commune"].map(numbers).astype("int64"))
    members = members.sort_values(["id_foyer", "population"], ascending=[True, False])
    shapes = contours_of(contours, "commune", members["code_commune"])
    rows = []
    for number, part in members.groupby("id_foyer"):
        departements = part["nom_departement"].value_counts().index
        rows.append(
            {
                "id_foyer": number,
                "nom": f"Foyer de fragilité autour {of_place(str(part['nom'].iloc[0]))}",
                "nom_departements": ", ".join(departements[:MOST_DEPARTEMENTS])
                + ("…" if len(departements) > MOST_DEPARTEMENTS else ""),
                "nb_communes": len(part),
                "population": float(part["population"].sum()),
                "score": float(part["score"].mean()),
                "nb_communes_fragiles": int(part["est_fragile"].sum()),
                "nb_communes_fragiles_non_couvertes": int(part["est_fragile_non_couverte"].sum()),
                "geometry": shapely.union_all(shapes.loc[part.index].dropna().to_numpy()),
            }
        )
    columns = [str(name) for name in TABLES["foyers"].columns]
    frame = pd.DataFrame(rows, columns=columns).astype(_TYPES)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=contours.crs)


_TYPES = {
    "id_foyer": "int64",
    "nom": "str",
    "nom_departements": "str",
    "nb_communes": "int64",
    "population": "float64",
    "score": "float64",
    "nb_communes_fragiles": "int64",
    "nb_communes_fragiles_non_couvertes": "int64",
}
