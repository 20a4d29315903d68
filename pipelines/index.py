"""Index assets: indicators with their origin, poverty model, scores and classes."""

from collections.abc import Iterator

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.index.indicators import build_indicators, far_from_4g
from fragility.index.profiles import load_profile
from fragility.index.scores import build_scores
from pipelines.emit import describe, emit, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace


@dg.multi_asset(
    outs={
        name: dg.AssetOut(description=describe(name))
        for name in ("index_indicateurs", "index_imputation", "index_residus")
    },
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
)
def index_indicateurs(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    core_revenus: pd.DataFrame,
    core_fixe: pd.DataFrame,
    core_mobile: pd.DataFrame,
    core_couverture_4g: pd.DataFrame,
    core_population_grille: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """The five indicators of every commune and IRIS, and the error of the poverty model."""
    with timed() as timer:
        tables = build_indicators(
            core_communes,
            core_iris,
            core_recensement,
            core_revenus,
            core_fixe,
            far_from_4g(core_population_grille, core_mobile),
            core_mobile["annee"].min(),
            core_couverture_4g,
        )
    names = ("index_indicateurs", "index_imputation", "index_residus")
    for name, table in zip(names, tables, strict=True):
        yield emit(context, workspace, table, timer=timer, output=name)


@dg.multi_asset(
    outs={
        name: dg.AssetOut(description=describe(name))
        for name in ("index_scores", "index_bornes", "index_reperes")
    },
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
)
def index_scores(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_indicateurs: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Sub-scores, score, ranks and classes of every level; their bounds and goalposts."""
    with timed() as timer:
        tables = build_scores(
            index_indicateurs, core_communes, core_iris, load_profile(workspace.profile)
        )
    names = ("index_scores", "index_bornes", "index_reperes")
    for name, table in zip(names, tables, strict=True):
        yield emit(context, workspace, table, timer=timer, output=name)
