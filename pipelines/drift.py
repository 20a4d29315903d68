"""The drift report: what an edition moved since it was last published, and since the one before."""

import dagster as dg

from fragility.index.profiles import load_profile
from fragility.sources.catalogue import find_edition
from fragility.validation.drift_page import write_page
from fragility.validation.drift_report import PAGE, build_report
from pipelines.emit import run_date, timed, written
from pipelines.raw import raw_assets
from pipelines.workspace import EDITION_PARTITIONS, Workspace


@dg.asset(
    name="export_derive",
    group_name="export",
    partitions_def=EDITION_PARTITIONS,
    description=f"{PAGE} : ce qui a changé depuis les publications antérieures.",
    # Read where they are written, as the earlier ones are.
    deps=["communes", "iris", "lieux", "core_passage", "registre", *raw_assets],
)
def export_derive(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
    """Compare with what is published, and write the page."""
    edition = find_edition(context.partition_key)
    folder = workspace.edition_dir(edition.name)
    profile = load_profile(workspace.profile)
    with timed() as timer:
        report = build_report(
            edition,
            folder,
            folder.parent,
            workspace.profile,
            {item.id: item.weight for item in profile.indicators},
        )
        page = write_page(folder / PAGE, report, run_date())
    return written(context, workspace, [page], timer)
