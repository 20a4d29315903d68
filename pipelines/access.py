"""Access assets: minutes to the nearest places, coverage, capacity, and the verdict."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.access.run import EXTRACTS, NETWORKS, Roads, build_access
from fragility.access.verdict import build_verdict
from fragility.index.profiles import load_profile
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import find_edition, releases_of
from pipelines.emit import describe, emit, emit_all, outs, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

_REACHED = (
    "access_couts",
    "access_portee",
    "access_dispositifs",
    "access_capacite",
    "access_surface",
    "access_moteur",
)


def _access(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "access",
        "partitions_def": EDITION_PARTITIONS,
        "description": describe(name),
    }


@dg.multi_asset(
    outs=outs(_REACHED),
    group_name="access",
    partitions_def=EDITION_PARTITIONS,
)
def access_portee(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_population_grille: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
    core_lieux: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    index_competences: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Reach of each commune and IRIS, with its uncertain band; the surface is built once."""
    with timed() as timer:
        store = workspace.edition_dir(context.partition_key).parent / NETWORKS
        roads = Roads.load(workspace.raw_dir() / EXTRACTS, store)
        access = build_access(
            core_population_grille,
            core_communes,
            core_iris,
            core_lieux,
            core_recensement,
            index_competences,
            roads,
        )
    yield from emit_all(context, workspace, access.tables, timer, access.lines)


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


access_assets = [access_portee, access_fragiles_non_couvertes]
