"""Audit assets: what the index repeats and adds, where fragility gathers, its kinds."""

from collections.abc import Iterator

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.export.hot_spots import build_foyers
from fragility.index.audit import build_audit, with_points
from fragility.index.clusters import build_clusters
from fragility.index.deprivation import build_deprivation
from fragility.index.deprivation_gap import compare_deprivation
from fragility.index.profiles import load_profile
from fragility.index.typology import build_typology
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import find_edition, releases_of
from pipelines.emit import describe, emit, emit_all, outs, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

_TABLES = (
    "index_audit",
    "index_defavorisation",
    "index_foyers",
    "index_typologie",
    "index_typologie_classes",
)


@dg.multi_asset(
    outs=outs(_TABLES),
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
)
def index_audit(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    core_revenus: pd.DataFrame,
    index_indicateurs: pd.DataFrame,
    index_scores: pd.DataFrame,
    index_points: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Correlations, deprivation, hot spots and kinds of fragile communes."""
    profile = load_profile(workspace.profile)
    weights = dict(zip(profile.ids, profile.weights, strict=True))
    releases = releases_of(find_edition(context.partition_key))
    labels = indicator_labels(release.source for release in releases)
    names = core_communes.set_index("code_commune")["nom_departement"]
    with timed() as timer:
        scores = with_points(index_scores, index_points, profile.id)
        plain = build_deprivation(core_recensement, core_revenus)
        clusters, of_clusters = build_clusters(core_communes, scores)
        members, types, of_types = build_typology(
            index_indicateurs, scores, core_recensement, profile.ids, labels=labels
        )
        audit = pd.concat(
            [
                build_audit(index_indicateurs, scores, weights),
                compare_deprivation(plain, scores, core_recensement, core_revenus, names, weights),
                of_clusters,
                of_types,
            ],
            ignore_index=True,
        )
    tables = dict(zip(_TABLES, (audit, plain, clusters, members, types), strict=True))
    yield from emit_all(context, workspace, tables, timer)


@dg.asset(
    name="foyers",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("foyers"),
)
def foyers(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_foyers: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    core_contours: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Hot spots of fragility, as polygons."""
    with timed() as timer:
        table = build_foyers(index_foyers, communes, core_contours)
    return emit(context, workspace, table, timer=timer)


audit_assets = [index_audit, foyers]
