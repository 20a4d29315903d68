"""Everything Dagster knows: assets, checks, resources, one job per edition."""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.access import access_assets
from pipelines.audit import audit_assets
from pipelines.checks import reconciliation_checks, schema_checks
from pipelines.core import core_assets
from pipelines.drift import export_derive
from pipelines.evolution import evolution
from pipelines.exports import export_assets
from pipelines.index import (
    index_contexte,
    index_incertitude,
    index_indicateurs,
    index_scores,
)
from pipelines.marts import marts_assets
from pipelines.plan import Node, nodes_of
from pipelines.raw import raw_assets
from pipelines.records import record_assets
from pipelines.report import report_assets
from pipelines.sensors import file_sensor
from pipelines.skills import skill_assets
from pipelines.sourcecode import address, code_version, function_of
from pipelines.workspace import CODE, TableIOManager, Workspace

JOB = "edition"
ASSETS: list[dg.AssetsDefinition] = [
    *raw_assets,
    *core_assets,
    index_indicateurs,
    index_contexte,
    index_scores,
    index_incertitude,
    *skill_assets,
    *audit_assets,
    *access_assets,
    *marts_assets,
    *record_assets,
    evolution,
    *report_assets,
    *export_assets,
    export_derive,
]
CHECKS = [*schema_checks, *reconciliation_checks]


def all_nodes() -> list[Node]:
    """Every step of the job, with the version of its code."""
    return nodes_of([*ASSETS, *CHECKS])


def _versioned(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Give an asset the version of its code, and say where that is."""
    function = function_of(asset)
    return asset.map_asset_specs(
        lambda spec: spec.replace_attributes(
            code_version=code_version(function),
            metadata={**spec.metadata, CODE: address(function)},
        )
    )


def build_defs(**overrides: Any) -> dg.Definitions:
    """Assemble the definitions; `overrides` replaces fields of the workspace, for tests."""
    workspace = Workspace(**overrides)
    return dg.Definitions(
        assets=[_versioned(asset) for asset in ASSETS],
        asset_checks=CHECKS,
        resources={"workspace": workspace, "io_manager": TableIOManager(workspace=workspace)},
        # Assets are short and share memory badly: one process, no start-up time per step.
        executor=dg.in_process_executor,
        sensors=[file_sensor(JOB, workspace, all_nodes)],
        jobs=[dg.define_asset_job(JOB, selection=dg.AssetSelection.all())],
    )


defs = build_defs()
