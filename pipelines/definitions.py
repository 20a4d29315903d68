"""Everything Dagster knows: assets, checks, resources, one job per edition."""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.access import access_assets
from pipelines.checks import reconciliation_checks, schema_checks
from pipelines.core import core_assets
from pipelines.exports import export_assets
from pipelines.index import index_indicateurs, index_scores
from pipelines.marts import marts_assets
from pipelines.raw import raw_assets
from pipelines.workspace import TableIOManager, Workspace

JOB = "edition"


def build_defs(**overrides: Any) -> dg.Definitions:
    """Assemble the definitions; `overrides` replaces fields of the workspace, for tests."""
    workspace = Workspace(**overrides)
    return dg.Definitions(
        assets=[
            *raw_assets,
            *core_assets,
            index_indicateurs,
            index_scores,
            *access_assets,
            *marts_assets,
            *export_assets,
        ],
        asset_checks=[*schema_checks, *reconciliation_checks],
        resources={"workspace": workspace, "io_manager": TableIOManager(workspace=workspace)},
        # Assets are short and share memory badly: one process, no start-up time per step.
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job(JOB, selection=dg.AssetSelection.all())],
    )


defs = build_defs()
