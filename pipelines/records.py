"""Tables about the rows themselves: counted, set aside, corrected. Core assets fill them."""

import dagster as dg
import pandas as pd

from fragility.ledger import stack
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import load_corrections, require_applied
from fragility.sources.quarantine import account
from pipelines.access import access_assets
from pipelines.core import core_assets
from pipelines.emit import describe, emit
from pipelines.index import index_contexte
from pipelines.workspace import EDITION_PARTITIONS, Workspace


def _names(assets: list[dg.AssetsDefinition]) -> list[str]:
    return [key.path[-1] for asset in assets for key in sorted(asset.keys)]


def _stacked(context: dg.AssetExecutionContext, workspace: Workspace, record: str) -> pd.DataFrame:
    """What the core assets kept; several of them read the same files."""
    parts = workspace.read_record(context.partition_key, record, _names(core_assets))
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


@dg.asset(
    name="registre",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("registre"),
    deps=[*core_assets, index_contexte, *access_assets],
)
def registre(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """Rows in, rows out, rows dropped by reason, of every step."""
    names = _names([*core_assets, index_contexte, *access_assets])
    lines = stack(*workspace.read_record(context.partition_key, "registre", names))
    wrong = _stacked(context, workspace, "quarantaine")
    return emit(context, workspace, stack(lines, account(wrong, lines)))


@dg.asset(
    name="quarantaine",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("quarantaine"),
    deps=core_assets,
)
def quarantaine(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """Rows that the readers set aside."""
    return emit(context, workspace, _stacked(context, workspace, "quarantaine"))


@dg.asset(
    name="corrections",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("corrections"),
    deps=core_assets,
)
def corrections(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """Known errors of the sources that were corrected."""
    table = _stacked(context, workspace, "corrections")
    releases = list(find_edition(context.partition_key).releases)
    require_applied(load_corrections(workspace.raw_dir()), table, releases)
    return emit(context, workspace, table)


record_assets = [registre, quarantaine, corrections]
