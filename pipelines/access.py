"""Access assets: minutes to the nearest conseiller, coverage, and the verdict."""

from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.access.coverage import build_portee
from fragility.access.travel import nearest_places
from fragility.access.verdict import build_verdict
from fragility.index.profiles import load_profile
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import find_edition, releases_of
from pipelines.emit import describe, emit, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace


def _access(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "access",
        "partitions_def": EDITION_PARTITIONS,
        "description": describe(name),
    }


@dg.asset(**_access("access_couts"))
def access_couts(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_population_grille: pd.DataFrame,
    core_lieux: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Nearest place of each inhabited cell."""
    with timed() as timer:
        table = nearest_places(core_population_grille, core_lieux)
    return emit(context, workspace, table, timer=timer)


@dg.asset(**_access("access_portee"))
def access_portee(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    access_couts: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_lieux: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Reach of each commune and IRIS, with its uncertain band."""
    with timed() as timer:
        table, lines = build_portee(
            access_couts, core_communes, core_iris, core_lieux, core_recensement
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(**_access("access_fragiles_non_couvertes"))
def access_fragiles_non_couvertes(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_indicateurs: pd.DataFrame,
    index_scores: pd.DataFrame,
    index_incertitude: pd.DataFrame,
    access_portee: pd.DataFrame,
    core_lieux: gpd.GeoDataFrame,
    core_fixe: pd.DataFrame,
    index_points: pd.DataFrame,
    index_contexte: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Fragile and out of reach: the flag and its sentence."""
    with timed() as timer:
        releases = releases_of(find_edition(context.partition_key))
        table = build_verdict(
            index_indicateurs,
            index_scores,
            index_incertitude,
            access_portee,
            core_lieux,
            core_fixe,
            labels=indicator_labels(release.source for release in releases),
            profile=load_profile(workspace.profile),
            points=index_points,
            context=index_contexte,
        )
    return emit(context, workspace, table, timer=timer)


access_assets = [access_couts, access_portee, access_fragiles_non_couvertes]
