"""Index assets: indicators with their origin, poverty model, scores and classes."""

from collections.abc import Iterator

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.index.context import build_context, own_units
from fragility.index.indicators import build_indicators, far_from_4g
from fragility.index.model_error import build_errors
from fragility.index.profiles import load_profiles
from fragility.index.redrawn import gather, prepare
from fragility.index.several import build_profiles
from fragility.index.uncertainty import build_uncertainty
from fragility.sources.catalogue import find_edition
from fragility.sources.indicator_files import folder_of, load_indicators
from pipelines.emit import describe, emit, emit_all, outs, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

_MODELLED = ("index_indicateurs", "index_imputation", "index_residus")
_OF_PROFILES = (
    "index_scores",
    "index_bornes",
    "index_reperes",
    "index_profils",
    "index_piliers",
    "index_points",
)
_UNSURE = ("index_incertitude", "index_erreurs")


@dg.multi_asset(
    outs=outs(_MODELLED),
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
    yield from emit_all(context, workspace, dict(zip(_MODELLED, tables, strict=True)), timer)


@dg.asset(
    name="index_contexte",
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
    description=describe("index_contexte"),
)
def index_contexte(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    core_revenus: pd.DataFrame,
    index_indicateurs: pd.DataFrame,
    index_competences: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Indicators beside the five: from the edition, or brought by the user."""
    with timed() as timer:
        profiles = load_profiles(workspace.profiles)
        brought = load_indicators(
            workspace.raw_dir(), find_edition(context.partition_key), own_units(profiles)
        )
        table, lines = build_context(
            core_communes,
            core_iris,
            core_recensement,
            core_revenus,
            index_indicateurs,
            brought,
            index_competences,
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.multi_asset(
    outs=outs(_OF_PROFILES),
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
)
def index_scores(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_indicateurs: pd.DataFrame,
    index_contexte: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Scores of every profile on every level, the main one's apart; bounds and goalposts."""
    with timed() as timer:
        tables = build_profiles(
            index_indicateurs,
            index_contexte,
            core_communes,
            core_iris,
            load_profiles(workspace.profiles),
            folder_of(find_edition(context.partition_key)),
        )
    yield from emit_all(context, workspace, tables, timer)


@dg.multi_asset(
    outs=outs(_UNSURE),
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
)
def index_incertitude(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_indicateurs: pd.DataFrame,
    index_contexte: pd.DataFrame,
    index_scores: pd.DataFrame,
    index_residus: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    core_revenus: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Bounds of the score and of the rank, probability of being fragile; error of the model."""
    with timed() as timer:
        main = load_profiles(workspace.profiles)[0]
        edition = gather(index_indicateurs, core_communes, core_iris, main, index_contexte)
        redrawn = prepare(edition, index_residus, core_recensement, core_revenus)
        table = build_uncertainty(redrawn, index_scores)
        errors = build_errors(redrawn.error, edition.cells, edition.where.parent)
    yield from emit_all(context, workspace, dict(zip(_UNSURE, (table, errors), strict=True)), timer)
