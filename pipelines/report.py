"""What the ranking owes to the choices of the index, and the page that says all of a run."""

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.export.run_facts import build_facts
from fragility.index.choices import prepare_ranking
from fragility.index.profiles import load_profiles
from fragility.index.redrawn import gather
from fragility.index.sensitivity import build_sensitivity
from fragility.sources.catalogue import find_edition
from fragility.sources.files import on_hand
from fragility.validation.run_report import PAGE, READ, write_report
from pipelines.emit import describe, emit, run_date, timed, written
from pipelines.workspace import EDITION_PARTITIONS, Workspace


@dg.asset(
    name="index_sensibilite",
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
    description=describe("index_sensibilite"),
)
def index_sensibilite(
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
) -> dg.Output[pd.DataFrame]:
    """Which choice of the index moves communes, and how many."""
    with timed() as timer:
        main = load_profiles(workspace.profiles)[0]
        edition = gather(index_indicateurs, core_communes, core_iris, main, index_contexte)
        ranking = prepare_ranking(
            edition, index_scores, index_residus, core_recensement, core_revenus
        )
        table = build_sensitivity(ranking, index_scores, core_communes, core_recensement)
    return emit(context, workspace, table, timer=timer)


@dg.asset(
    name="export_rapport",
    group_name="export",
    partitions_def=EDITION_PARTITIONS,
    description=f"{PAGE} : tout ce que le calcul a à dire de lui-même, en une page.",
    ins={name: dg.AssetIn(name) for name in READ},
)
def export_rapport(
    context: dg.AssetExecutionContext, workspace: Workspace, **frames: pd.DataFrame
) -> dg.MaterializeResult:
    """Write the report of the run."""
    edition = on_hand(find_edition(context.partition_key), workspace.raw_dir())
    with timed() as timer:
        main, *others = load_profiles(workspace.profiles)
        facts = build_facts(
            edition, main, frames["index_bornes"], run_date(), frames["quarantaine"], others
        )
        page = write_report(workspace.edition_dir(edition.name) / PAGE, frames, facts)
    return written(context, workspace, [page], timer)


report_assets = [index_sensibilite, export_rapport]
