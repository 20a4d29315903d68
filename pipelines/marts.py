"""The tables people open, assembled from the science."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.export import contours, marts
from pipelines.emit import describe, emit, emit_all, outs, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

_GROUPS = ("epci", "departements")


def _mart(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "marts",
        "partitions_def": EDITION_PARTITIONS,
        "description": describe(name),
    }


@dg.asset(**(_mart("core_groupes") | {"group_name": "core"}))
def core_groupes(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Contours of EPCI and départements."""
    with timed() as timer:
        table = contours.unite_groups(core_communes)
    return emit(context, workspace, table, timer=timer)


@dg.asset(**(_mart("core_contours") | {"group_name": "core"}))
def core_contours(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_groupes: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Contours light enough for a map, of every level."""
    with timed() as timer:
        table = contours.lighten(core_communes, core_iris, core_groupes)
    return emit(context, workspace, table, timer=timer)


@dg.asset(**_mart("communes"))
def communes(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    index_indicateurs: pd.DataFrame,
    index_scores: pd.DataFrame,
    access_portee: pd.DataFrame,
    access_capacite: pd.DataFrame,
    access_fragiles_non_couvertes: pd.DataFrame,
    index_incertitude: pd.DataFrame,
    index_competences: pd.DataFrame,
    index_typologie: pd.DataFrame,
    index_foyers: pd.DataFrame,
    core_zonages: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Every commune with all that is known of it."""
    with timed() as timer:
        table = marts.build_communes(
            core_communes,
            index_indicateurs,
            index_scores,
            access_portee,
            access_fragiles_non_couvertes,
            uncertainty=index_incertitude,
            competences=index_competences,
            capacite=access_capacite,
            types=index_typologie,
            clusters=index_foyers,
            zonages=core_zonages,
        )
    return emit(context, workspace, table, timer=timer, picture="classe")


@dg.asset(**_mart("iris"))
def iris(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_iris: gpd.GeoDataFrame,
    core_communes: gpd.GeoDataFrame,
    index_indicateurs: pd.DataFrame,
    index_scores: pd.DataFrame,
    access_portee: pd.DataFrame,
    access_capacite: pd.DataFrame,
    access_fragiles_non_couvertes: pd.DataFrame,
    index_incertitude: pd.DataFrame,
    index_competences: pd.DataFrame,
    core_zonages: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Every IRIS with all that is known of it."""
    with timed() as timer:
        table = marts.build_iris(
            core_iris,
            core_communes,
            index_indicateurs,
            index_scores,
            access_portee,
            access_fragiles_non_couvertes,
            uncertainty=index_incertitude,
            competences=index_competences,
            capacite=access_capacite,
            zonages=core_zonages,
        )
    return emit(context, workspace, table, timer=timer)


@dg.multi_asset(
    outs=outs(_GROUPS),
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
)
def groupes(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    index_scores: pd.DataFrame,
    core_lieux: gpd.GeoDataFrame,
    core_groupes: gpd.GeoDataFrame,
    index_competences: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """EPCI and départements, means and sums of their communes."""
    with timed() as timer:
        tables = marts.build_groups(
            communes, index_scores, core_lieux, core_groupes, index_competences
        )
    yield from emit_all(context, workspace, dict(zip(_GROUPS, tables, strict=True)), timer)


@dg.asset(**_mart("lieux"))
def lieux(
    context: dg.AssetExecutionContext, workspace: Workspace, core_lieux: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Places where people are received."""
    return emit(context, workspace, marts.build_lieux(core_lieux))


@dg.asset(**_mart("communes_fragiles_non_couvertes"))
def communes_fragiles_non_couvertes(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    core_lieux: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """The list to act on."""
    return emit(context, workspace, marts.build_action_list(communes, core_lieux))


marts_assets = [
    core_groupes,
    core_contours,
    communes,
    iris,
    groupes,
    lieux,
    communes_fragiles_non_couvertes,
]
