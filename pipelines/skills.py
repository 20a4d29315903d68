"""Assets of digital difficulty: from the survey to each commune."""

from collections.abc import Iterator

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.schemas import empty_table
from fragility.skills.competences import build_competences, regional_people
from fragility.skills.summary import build_concentration
from fragility.skills.survey import build_counts, weighted_rates
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import load_corrections
from fragility.sources.files import on_hand
from fragility.territory.releases import Opener
from pipelines.emit import describe, emit, emit_all, outs, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

_TABLES = (
    "index_competences",
    "competences_modele",
    "competences_taux",
    "competences_enquete",
    "competences_effectifs",
)


@dg.multi_asset(
    outs=outs(_TABLES),
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
    deps=["raw_credoc_barometre"],
)
def index_competences(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_recensement: pd.DataFrame,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """People in digital difficulty; respondents are read here and kept nowhere."""
    raw = workspace.raw_dir()
    edition = on_hand(find_edition(context.partition_key), raw)
    read = Opener(edition, raw, load_corrections(raw))
    with timed() as timer:
        respondents = read.respondents()
        if respondents is None:
            tables = [empty_table(name) for name in _TABLES]
        else:
            estimated = build_competences(respondents, core_recensement, core_communes, core_iris)
            tables = [
                *estimated,
                weighted_rates(respondents),
                build_counts(respondents, regional_people(estimated[0])),
            ]
    yield from emit_all(context, workspace, dict(zip(_TABLES, tables, strict=True)), timer)


@dg.asset(
    name="competences_concentration",
    group_name="index",
    partitions_def=EDITION_PARTITIONS,
    description=describe("competences_concentration"),
)
def competences_concentration(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_competences: pd.DataFrame,
    index_scores: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """How many of the people live in the first communes, by three rankings."""
    with timed() as timer:
        table = build_concentration(index_competences, index_scores)
    return emit(context, workspace, table, timer=timer)


skill_assets = [index_competences, competences_concentration]
