"""What every asset says of itself in Dagster: rows, seconds, a preview, its ledger."""

import base64
import ctypes
import datetime
import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import geopandas as gpd
import pandas as pd
import pyarrow as pa

from fragility.schemas import TABLES
from fragility.territory.releases import Opener
from pipelines.workspace import Workspace

PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 8


def run_date() -> datetime.date:
    """Day that the outputs carry: that of SOURCE_DATE_EPOCH if it is set, else today."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.date.today()


@dataclass
class Timer:
    """Seconds spent in a block."""

    seconds: float = 0.0


def give_back_memory() -> None:
    """Return to the system what nobody uses any more.

    Allocators keep what was freed for later: after eighty tables that is half of the memory of a
    national run.
    """
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)


@contextmanager
def timed() -> Iterator[Timer]:
    """Time what an asset computes, its metadata and its writing apart."""
    give_back_memory()
    timer = Timer()
    start = time.perf_counter()
    yield timer
    timer.seconds = round(time.perf_counter() - start, 2)


def emit(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    frame: pd.DataFrame,
    ledger: pd.DataFrame | None = None,
    *,
    timer: Timer | None = None,
    reader: Opener | None = None,
    picture: str | None = None,
    output: str | None = None,
) -> dg.Output[pd.DataFrame]:
    """Wrap a table for Dagster and keep its ledger.

    Parameters
    ----------
    ledger : row-count ledger of the step, if rows could be lost in it.
    reader : what read the raw files: the rows it set aside and its corrections are kept too.
    picture : column to map, for tables with a geometry.
    output : name of the table, for assets that make several.
    """
    edition, name = context.partition_key, output or asset_name(context)
    metadata: dict[str, dg.MetadataValue] = {"dagster/row_count": dg.MetadataValue.int(len(frame))}
    # `fragility run` keeps no event: nobody would see them.
    shown = not workspace.staging
    if shown:
        metadata["aperçu"] = dg.MetadataValue.md(preview(frame))
    if timer is not None:
        metadata["secondes"] = dg.MetadataValue.float(timer.seconds)
    if ledger is not None:
        workspace.write_record(edition, "registre", name, ledger)
        metadata["registre"] = dg.MetadataValue.md(markdown(ledger))
    if reader is not None:
        wrong = reader.quarantine()
        workspace.write_record(edition, "quarantaine", name, wrong)
        workspace.write_record(edition, "corrections", name, reader.applied())
        if len(wrong):
            metadata["quarantaine"] = dg.MetadataValue.md(markdown(wrong))
    if shown and picture is not None and isinstance(frame, gpd.GeoDataFrame):
        metadata["carte"] = dg.MetadataValue.md(small_map(frame, picture))
    return dg.Output(frame, output_name=output or "result", metadata=metadata)


def emit_all(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    tables: Mapping[str, pd.DataFrame],
    timer: Timer,
    ledgers: Mapping[str, pd.DataFrame] | None = None,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Wrap the tables of an asset that makes several (`outs`), by name; so are their ledgers."""
    for name, table in tables.items():
        lines = (ledgers or {}).get(name)
        yield emit(context, workspace, table, lines, timer=timer, output=name)


def outs(names: Iterable[str]) -> dict[str, dg.AssetOut]:
    """Declare the tables of an asset that makes several, described by their models."""
    return {name: dg.AssetOut(description=describe(name)) for name in names}


def written(
    context: dg.AssetExecutionContext, workspace: Workspace, paths: list[Path], timer: Timer
) -> dg.MaterializeResult:
    """Tell Dagster of the files that an asset has written, and stamp them."""
    spec = context.assets_def.specs_by_key[context.asset_key]
    stamp = workspace.stamp(spec, context.partition_key, paths)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(stamp.version),
        metadata={
            "fichiers": dg.MetadataValue.md(
                "\n".join(f"- {p.name} : {p.stat().st_size:,} octets" for p in paths)
            ),
            "secondes": timer.seconds,
        },
    )


def asset_name(context: dg.AssetExecutionContext) -> str:
    """Name of the single asset that is running."""
    return context.asset_key.path[-1]


def describe(table: str) -> str:
    """Title and description of a table, from its model."""
    schema = TABLES[table]
    return f"{schema.title}. {schema.description}"


def preview(frame: pd.DataFrame) -> str:
    """First rows and columns as a Markdown table."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    return markdown(plain.iloc[:PREVIEW_ROWS, :PREVIEW_COLUMNS])


def markdown(frame: pd.DataFrame) -> str:
    """Write a small frame as a Markdown table."""
    cells = frame.astype("str").fillna("").replace(r"\|", "/", regex=True)
    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|---" * frame.shape[1] + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in cells.to_numpy().tolist()]
    return "\n".join(lines)


def small_map(frame: gpd.GeoDataFrame, column: str) -> str:
    """A thumbnail: one dot per territory, coloured by class."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from fragility.export.labels import CLASS_COLOURS, NOT_COMPUTED_COLOUR

    points = frame.geometry.representative_point()
    colours = frame[column].map(CLASS_COLOURS).fillna(NOT_COMPUTED_COLOUR)
    # Overseas territories would shrink the metropole to a stamp.
    shown = (points.x > -10) & (points.x < 12) & (points.y > 40)
    figure = Figure(figsize=(4, 4), dpi=90)
    axes = figure.add_subplot()
    axes.scatter(
        points.x[shown],
        points.y[shown],
        s=900 / max(int(shown.sum()), 1) + 0.2,
        c=colours[shown].tolist(),
        linewidths=0,
    )
    axes.set_aspect(1.4)
    axes.set_axis_off()
    buffer = io.BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return f"![carte](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
