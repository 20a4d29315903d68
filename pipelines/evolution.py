"""What changed since the edition before: its published tables beside those of the run."""

import dagster as dg
import pandas as pd

from fragility.index.profiles import load_profile
from fragility.sources.catalogue import find_edition
from fragility.validation.evolution_run import build_evolution
from pipelines.emit import describe, emit, timed
from pipelines.raw import raw_assets
from pipelines.workspace import EDITION_PARTITIONS, Workspace


@dg.asset(
    name="evolution",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("evolution"),
    # Read where they are written, as those of the edition before are.
    deps=[
        "communes",
        "iris",
        "lieux",
        "registre",
        "core_passage",
        "core_communes",
        "core_iris",
        "core_recensement",
        "core_revenus",
        "index_indicateurs",
        "index_contexte",
        "index_scores",
        "index_bornes",
        "index_reperes",
        "index_residus",
        *raw_assets,
    ],
)
def evolution(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """Change of every commune since the edition that this one follows, if it is published."""
    edition = find_edition(context.partition_key)
    folder = workspace.edition_dir(edition.name)
    with timed() as timer:
        table = build_evolution(
            edition, folder, folder.parent, workspace.profile, load_profile(workspace.profile)
        )
    return emit(context, workspace, table, timer=timer)
