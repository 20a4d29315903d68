"""Where an edition's files are, and how its tables are stored."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from pydantic import PrivateAttr

from fragility.ledger import stack
from fragility.sources.catalogue import EDITIONS

EDITION_PARTITIONS = dg.StaticPartitionsDefinition(list(EDITIONS))
DEFAULT_PROFILE = "ifn-2023"


def default_raw() -> Path:
    """Folder of the raw files: FRAGILITY_RAW, else data/raw."""
    return Path(os.environ.get("FRAGILITY_RAW") or "data/raw")


def default_out() -> Path:
    """Folder of the outputs: FRAGILITY_OUT, else data/processed."""
    return Path(os.environ.get("FRAGILITY_OUT") or "data/processed")


class Workspace(dg.ConfigurableResource):
    """Folders and profile of a run.

    `staging` sends the run to a hidden folder beside the published one, so that a run that fails
    leaves what was published as it was.
    """

    raw: str = ""
    out: str = ""
    profile: str = DEFAULT_PROFILE
    staging: str = ""

    def edition_dir(self, edition: str) -> Path:
        """Folder this run writes an edition to."""
        out = Path(self.out) if self.out else default_out()
        return out / (f".{edition}.{self.staging}" if self.staging else edition)

    def tables_dir(self, edition: str) -> Path:
        """Folder of the edition's Parquet tables."""
        return self.edition_dir(edition) / "tables"

    def raw_dir(self) -> Path:
        """Folder of the raw files."""
        return Path(self.raw) if self.raw else default_raw()

    def write_ledger(self, edition: str, asset: str, ledger: pd.DataFrame) -> None:
        """Keep the ledger of one asset until the tables are published."""
        folder = self.tables_dir(edition) / "registre"
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / f"{asset}.parquet", lambda path: ledger.to_parquet(path))

    def read_ledgers(self, edition: str, assets: list[str]) -> pd.DataFrame:
        """Stack the ledgers of the assets, in the order given."""
        folder = self.tables_dir(edition) / "registre"
        paths = [folder / f"{asset}.parquet" for asset in assets]
        return stack(*[pd.read_parquet(path) for path in paths if path.exists()])


def replace_file(path: Path, write: Any) -> None:
    """Write beside `path`, then take its place in one step."""
    temporary = path.with_name(f".{path.name}.tmp")
    write(temporary)
    os.replace(temporary, path)


class TableIOManager(dg.ConfigurableIOManager):
    """One Parquet (or GeoParquet) file per asset and edition.

    Tables with a geometry are slow to read and several assets want them: those that this process
    has just written are handed over without reading them again.
    """

    workspace: dg.ResourceDependency[Workspace]
    _shapes: dict[Path, tuple[int, gpd.GeoDataFrame]] = PrivateAttr(default_factory=dict)

    def _path(self, context: dg.InputContext | dg.OutputContext) -> Path:
        folder = self.workspace.tables_dir(context.partition_key)
        return folder / f"{context.asset_key.path[-1]}.parquet"

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write an asset's table."""
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lambda target: obj.to_parquet(target, index=False))
        if isinstance(obj, gpd.GeoDataFrame):
            self._shapes[path] = (path.stat().st_mtime_ns, obj)
        context.add_output_metadata(
            {"fichier": dg.MetadataValue.path(str(path)), "octets": path.stat().st_size}
        )

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read an upstream asset's table, as a GeoDataFrame if it has a geometry."""
        path = self._path(context)
        written, frame = self._shapes.get(path, (0, None))
        if frame is not None and path.stat().st_mtime_ns == written:
            return frame.copy(deep=False)
        if b"geo" in (pq.read_schema(path).metadata or {}):
            return gpd.read_parquet(path)
        return pd.read_parquet(path)
