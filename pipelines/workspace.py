"""Where an edition's files are, and how its tables are stored."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
from pydantic import Field

from fragility.errors import FragilityError
from fragility.sources.catalogue import EDITION_NAMES, find_edition
from fragility.sources.files import on_hand, sha256_of
from fragility.sources.user_editions import register_user_editions
from pipelines.folders import DEFAULT_PROFILE, default_out, default_raw
from pipelines.sourcecode import reach
from pipelines.syntax import digest
from pipelines.versions import FOLDER as VERSIONS
from pipelines.versions import Reading, Stamp, current_reads, file_digests, read_stamp

# The list itself: it grows with the editions of the user.
EDITION_PARTITIONS = dg.StaticPartitionsDefinition(EDITION_NAMES)
# Tables that assets fill together: rows counted, rows set aside, cells corrected.
RECORDS = ("registre", "quarantaine", "corrections")
# Metadata of an asset: the function that computes it, `module.name`.
CODE = "code"


# Commands register the editions of their own --raw, and say what is wrong in them (`options.py`).
with suppress(FragilityError):
    register_user_editions(default_raw())


class Workspace(dg.ConfigurableResource):
    """Folders and profiles of a run; `profile` makes the marts, `others` are computed beside it.

    `staging` sends the run to a hidden folder beside the published one, so that a run that fails
    leaves what was published as it was.
    """

    raw: str = ""
    out: str = ""
    profile: str = DEFAULT_PROFILE
    others: list[str] = Field(default=[])
    staging: str = ""

    @property
    def profiles(self) -> list[str]:
        """Profiles of the run, the main one first."""
        return [self.profile, *self.others]

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

    def reading(self, edition: str, sha256: Callable[[Path], str] = sha256_of) -> Reading:
        """What assets read besides one another; `sha256` gives the checksum of a raw file."""
        out = Path(self.out) if self.out else default_out()
        raw = self.raw_dir()
        profiles = tuple(self.profiles)
        return Reading(on_hand(find_edition(edition), raw), raw, out, profiles, sha256)

    def stamp(self, spec: dg.AssetSpec, edition: str, paths: list[Path]) -> Stamp:
        """Write down what an asset was made from.

        Parameters
        ----------
        spec : the asset, as `build_defs` completes it.
        paths : files it has written, under the edition's folder.
        """
        folder, name = self.edition_dir(edition), spec.key.path[-1]
        kept = [folder / VERSIONS / record / f"{name}.parquet" for record in RECORDS]
        parents = {dep.asset_key.path[-1] for dep in spec.deps}
        stamp = Stamp(
            code=spec.code_version or "",
            inputs={p: s.version if (s := read_stamp(folder, p)) else "" for p in sorted(parents)},
            reads=current_reads(name, reach(spec.metadata[CODE]), self.reading(edition)),
            files=file_digests(folder, [*paths, *(path for path in kept if path.is_file())]),
        )
        stamp.save(folder, name)
        return stamp

    def code_of(self, edition: str, names: Iterable[str]) -> str:
        """Version of the code that made some assets of an edition, all together."""
        folder = self.edition_dir(edition)
        stamps = [read_stamp(folder, name) for name in sorted(names)]
        return digest(*(stamp.code if stamp else "" for stamp in stamps))

    def write_record(self, edition: str, record: str, asset: str, rows: pd.DataFrame) -> None:
        """Keep what one asset adds to a table of `RECORDS`: it is read again when others change."""
        folder = self.edition_dir(edition) / VERSIONS / record
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / f"{asset}.parquet", lambda path: rows.to_parquet(path))

    def read_record(self, edition: str, record: str, assets: list[str]) -> list[pd.DataFrame]:
        """Return what the assets added to a table of `RECORDS`, in the order given."""
        folder = self.edition_dir(edition) / VERSIONS / record
        paths = [folder / f"{asset}.parquet" for asset in assets]
        return [pd.read_parquet(path) for path in paths if path.exists()]


def replace_file(path: Path, write: Any) -> None:
    """Write beside `path`, then take its place in one step."""
    temporary = path.with_name(f".{path.name}.tmp")
    write(temporary)
    os.replace(temporary, path)


class TableIOManager(dg.ConfigurableIOManager):
    """One Parquet (or GeoParquet) file per asset and edition, stamped with what it was made from.

    Tables with a geometry are slow to read and several assets want them: this process keeps those
    that it has written or read.
    """

    workspace: dg.ResourceDependency[Workspace]

    def _path(self, context: dg.InputContext | dg.OutputContext) -> Path:
        folder = self.workspace.tables_dir(context.partition_key)
        return folder / f"{context.asset_key.path[-1]}.parquet"

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write an asset's table."""
        path = self._path(context)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lambda target: obj.to_parquet(target, index=False))
        if isinstance(obj, gpd.GeoDataFrame):
            _SHAPES[path] = (path.stat().st_mtime_ns, obj)
        stamp = self.workspace.stamp(context.asset_spec, context.partition_key, [path])
        context.step_context.set_data_version(context.asset_key, dg.DataVersion(stamp.version))
        context.add_output_metadata(
            {"fichier": dg.MetadataValue.path(str(path)), "octets": path.stat().st_size}
        )

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read an upstream asset's table, as a GeoDataFrame if it has a geometry."""
        path = self._path(context)
        date = path.stat().st_mtime_ns
        written, frame = _SHAPES.get(path, (0, None))
        if frame is not None and date == written:
            return frame.copy(deep=False)
        if b"geo" not in (pq.read_schema(path).metadata or {}):
            return pd.read_parquet(path)
        frame = gpd.read_parquet(path)
        _SHAPES[path] = (date, frame)
        return frame.copy(deep=False)


_SHAPES: dict[Path, tuple[int, gpd.GeoDataFrame]] = {}


def forget_shapes() -> None:
    """Free the tables that this process keeps."""
    _SHAPES.clear()
