"""The tables people open: one row per territory, everything known about it side by side."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from fragility.access.places import places_of
from fragility.export.contours import contours_of
from fragility.schemas import TABLES
from fragility.schemas.skills import DIFFICULTY
from fragility.territory.communes import NO_EPCI
from fragility.territory.zonings import commune_zonings, iris_zonings

_FRAGILE_COUNTS = ("nb_communes_fragiles", "nb_communes_fragiles_non_couvertes")


def _attributes(
    level: str,
    indicators: pd.DataFrame,
    scores: pd.DataFrame,
    portee: pd.DataFrame,
    verdict: pd.DataFrame,
    uncertainty: pd.DataFrame,
    competences: pd.DataFrame,
    capacite: pd.DataFrame,
) -> pd.DataFrame:
    """Join the science tables of one level, indexed by code."""
    scored = scores.drop(columns="population")
    parts = [indicators, scored, portee, verdict, uncertainty, capacite]
    frames = [p[p["niveau"] == level].drop(columns="niveau").set_index("code") for p in parts]
    index = frames[0].index
    return pd.concat([*frames, _difficulty(competences, level, index)], axis=1).reindex(index)


def _difficulty(competences: pd.DataFrame, level: str, index: pd.Index) -> pd.DataFrame:
    """Columns of the estimate of digital difficulty, absent where nobody is estimated."""
    own = competences[competences["niveau"] == level].set_index("code").reindex(index)
    own["difficulte_origine"] = own["difficulte_origine"].fillna("absent").astype("str")
    far = own["est_difficulte_extrapolee"].astype("boolean").fillna(False)
    own["est_difficulte_extrapolee"] = far.astype(bool)
    return own[[str(column.name) for column in DIFFICULTY]]


def _ordered(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Put the columns in the order of the model, rows by code."""
    columns = [str(name) for name in TABLES[table].columns]
    return frame[columns].sort_values(columns[0]).reset_index(drop=True)


def build_communes(
    communes: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    scores: pd.DataFrame,
    portee: pd.DataFrame,
    verdict: pd.DataFrame,
    *,
    uncertainty: pd.DataFrame,
    competences: pd.DataFrame,
    capacite: pd.DataFrame,
    types: pd.DataFrame,
    clusters: pd.DataFrame,
    zonages: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Build the mart `communes`: every commune of the edition, computed or not.

    `uncertainty` is the table `index_incertitude`, `competences` the table `index_competences`,
    `capacite` the table `access_capacite`, `types` the table `index_typologie`, `clusters` the
    table `index_foyers`, `zonages` the table `core_zonages`.
    """
    attributes = _attributes(
        "commune", indicators, scores, portee, verdict, uncertainty, competences, capacite
    )
    table = communes.merge(
        attributes, left_on="code_commune", right_index=True, how="left", validate="1:1"
    )
    kinds = types.set_index("code_commune")["nom_type"]
    table["type_fragilite"] = table["code_commune"].map(kinds).astype("str")
    spots = clusters.set_index("code_commune")["id_foyer"]
    table["id_foyer"] = table["code_commune"].map(spots).astype("Int64")
    table = table.join(commune_zonings(zonages, table["code_commune"]))
    return gpd.GeoDataFrame(_ordered(table, "communes"), geometry="geometry", crs=communes.crs)


def build_iris(
    iris: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    indicators: pd.DataFrame,
    scores: pd.DataFrame,
    portee: pd.DataFrame,
    verdict: pd.DataFrame,
    *,
    uncertainty: pd.DataFrame,
    competences: pd.DataFrame,
    capacite: pd.DataFrame,
    zonages: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Build the mart `iris`: every IRIS, with its commune's name and memberships.

    `zonages` is the table `core_zonages`.
    """
    attributes = _attributes(
        "iris", indicators, scores, portee, verdict, uncertainty, competences, capacite
    )
    places = communes.drop(
        columns=["superficie_km2", "nb_iris", "contour_origine", "geometry"]
    ).rename(columns={"nom": "nom_commune"})
    table = (
        iris.drop(columns="code_arrondissement")
        .merge(places, on="code_commune", how="left", validate="m:1")
        .merge(attributes, left_on="code_iris", right_index=True, how="left", validate="1:1")
    )
    table = table.join(iris_zonings(zonages, table["code_iris"], table["code_commune"]))
    return gpd.GeoDataFrame(_ordered(table, "iris"), geometry="geometry", crs=iris.crs)


def build_groups(
    communes: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    lieux: pd.DataFrame,
    contours: gpd.GeoDataFrame,
    competences: pd.DataFrame,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Build the marts `epci` and `departements` from that of communes.

    Parameters
    ----------
    communes : mart `communes`.
    scores : table `index_scores`, which holds both levels.
    lieux : table `core_lieux`.
    contours : table `core_groupes`.
    competences : table `index_competences`, which holds both levels.
    """
    posts = lieux.loc[places_of(lieux, "conseiller_numerique"), "code_commune"].value_counts()
    members = pd.DataFrame(communes.drop(columns="geometry")).assign(
        nb_lieux_conseillers=communes["code_commune"].map(posts).fillna(0).astype("int64"),
        exposed=communes["population"].where(communes["est_fragile_non_couverte"], 0.0),
    )
    return (
        _build_group(members, contours, scores, competences, "epci", "epci"),
        _build_group(members, contours, scores, competences, "departement", "departements"),
    )


def _build_group(
    members: pd.DataFrame,
    contours: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    competences: pd.DataFrame,
    level: str,
    table: str,
) -> gpd.GeoDataFrame:
    """Sum the members of each group of one level, and give it its contour."""
    code, name = f"code_{level}", f"nom_{level}"
    own = scores[scores["niveau"] == level].drop(columns=["niveau", "population"])
    members = members[members[code] != NO_EPCI[0]]
    totals = (
        members.groupby(code)
        .agg(
            **{
                name: (name, "first"),
                "population": ("population", lambda s: s.sum(min_count=1)),
                "nb_communes": ("code_commune", "size"),
                "nb_communes_fragiles": ("est_fragile", "sum"),
                "nb_communes_fragiles_non_couvertes": ("est_fragile_non_couverte", "sum"),
                "population_fragile_non_couverte": ("exposed", "sum"),
                "nb_lieux_conseillers": ("nb_lieux_conseillers", "sum"),
            }
        )
        .reset_index()
    )
    # Without any score, how many are fragile is not known: that is not none.
    unknown = ~totals[code].isin(members.loc[members["score"].notna(), code])
    for column in _FRAGILE_COUNTS:
        totals[column] = totals[column].astype("Int64").mask(unknown)
    totals["population_fragile_non_couverte"] = totals["population_fragile_non_couverte"].mask(
        unknown
    )
    frame = totals.merge(own, left_on=code, right_on="code", how="left", validate="1:1")
    estimated = _difficulty(competences, level, pd.Index(frame[code]))
    frame = frame.join(estimated, on=code)
    frame["geometry"] = contours_of(contours, level, frame[code])
    return gpd.GeoDataFrame(_ordered(frame, table), geometry="geometry", crs=contours.crs)


def build_lieux(lieux: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Build the mart `lieux`: retained places, each once."""
    kept = lieux[lieux["statut"] == "retenu"]
    return gpd.GeoDataFrame(_ordered(kept, "lieux"), geometry="geometry", crs=lieux.crs)


def to_act_first(rows: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Put communes in the order to act: from the most to the least people out of reach.

    Each counts for how likely its commune is to be fragile: a large town whose verdict is doubtful
    does not come before a smaller one whose verdict is sure.

    Parameters
    ----------
    rows : `population`, `population_hors_portee_pct` and `probabilite_fragile_pct` of communes.
    codes : their codes, on the same index, that settle ties.
    """
    likely = rows["probabilite_fragile_pct"].fillna(100.0)
    expected = rows["population"] * rows["population_hors_portee_pct"] * likely
    order = pd.DataFrame({"expected": expected, "code": codes})
    return rows.loc[order.sort_values(["expected", "code"], ascending=[False, True]).index]


def build_action_list(communes: gpd.GeoDataFrame, lieux: pd.DataFrame) -> pd.DataFrame:
    """Build `communes_fragiles_non_couvertes`, in the order of `to_act_first`.

    Parameters
    ----------
    communes : mart `communes`.
    lieux : table `core_lieux`, to count the France services of each commune.
    """
    services = lieux.loc[places_of(lieux, "france_services"), "code_commune"].value_counts()
    rows = pd.DataFrame(communes[communes["est_fragile_non_couverte"]].drop(columns="geometry"))
    rows = rows.assign(
        population_hors_portee=rows["population"] * rows["population_hors_portee_pct"] / 100,
        nb_france_services=rows["code_commune"].map(services).fillna(0).astype("int64"),
    )
    rows = to_act_first(rows, rows["code_commune"])
    rows["ordre"] = range(1, len(rows) + 1)
    columns = list(TABLES["communes_fragiles_non_couvertes"].columns)
    return rows[columns].reset_index(drop=True)
