"""Raw assets, made from the catalogue: they look at the files and change nothing."""

import dagster as dg
import pandas as pd

from fragility.sources.catalogue import EDITIONS, SOURCES, find_edition, releases_of
from fragility.sources.demo import write_demo
from fragility.sources.files import describe_files, missing_files, on_hand
from fragility.sources.indicator_files import FOLDER
from fragility.sources.model import Source
from fragility.territory.probe import READS
from pipelines.emit import emit, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

DEMO = "demo"
# Those of the editions, and those that a user's own may add: assets depend on them all.
USED_SOURCES = [
    source
    for source in SOURCES.values()
    if source.id in READS or any(releases_of(edition, source.id) for edition in EDITIONS.values())
]


def prepare_demo(workspace: Workspace) -> None:
    """Write the demonstration's fictional files where they are missing."""
    if missing_files(releases_of(find_edition(DEMO)), workspace.raw_dir()):
        write_demo(workspace.raw_dir())
    elif not (workspace.raw_dir() / FOLDER / DEMO).is_dir():
        write_demo(workspace.raw_dir(), FOLDER)


def _raw_asset(source: Source) -> dg.AssetsDefinition:
    @dg.asset(
        name=f"raw_{source.id}",
        group_name="raw",
        partitions_def=EDITION_PARTITIONS,
        description=f"{source.title}. Producteur : {source.producer}. {source.landing}",
        kinds={"file"},
    )
    def raw_source(
        context: dg.AssetExecutionContext, workspace: Workspace
    ) -> dg.Output[pd.DataFrame]:
        if context.partition_key == DEMO:
            prepare_demo(workspace)
        with timed() as timer:
            raw = workspace.raw_dir()
            releases = releases_of(on_hand(find_edition(context.partition_key), raw), source.id)
            frame = describe_files(releases, raw)
        return emit(context, workspace, frame, timer=timer)

    return raw_source


raw_assets = [_raw_asset(source) for source in USED_SOURCES]
