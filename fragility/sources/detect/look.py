"""Open a file that nobody has described, and see what it is made of: never by its name alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import rasterio
from python_calamine import CalamineError
from rasterio.errors import RasterioError

from fragility.errors import BadFileError
from fragility.sources.detect.text import decode_any, sniff, uneven
from fragility.sources.readers.common import DAMAGED_ZIP, refuse_not_a_table, require_file

Kind = Literal["texte", "classeur", "parquet", "carte", "grille"]
# Sheets and members that describe the others.
_ABOUT = ("meta", "variable", "documentation", "lisez", "readme", "sommaire")
_TABLES = (".csv", ".txt", ".tsv", ".xls", ".xlsx")
_HEADER_WITHIN = 10
# A text longer than this, in bytes, is judged by its beginning.
WHOLE = 100_000_000
_BEGINNING = 4_000_000


@dataclass(frozen=True)
class Look:
    """A table as it stands in a file.

    Attributes
    ----------
    path : file given.
    kind : what it is, by its first bytes.
    columns : names of its columns, as published.
    rows : lines of figures.
    load : text cells of some columns.
    member, sheet : table inside an archive, or a workbook.
    encoding, sep, skip_rows : how its text is written; lines above the header.
    geometry : `points` or `contours`, for a map.
    epsg : reference system of a grid.
    sheets : every sheet of the workbook.
    layer, layers : layer of a map, and all those of its file.
    sampled : lines read of a very long text, 0 when it was read whole.
    """

    path: Path
    kind: Kind
    columns: tuple[str, ...]
    rows: int
    load: Callable[[Sequence[str]], pd.DataFrame]
    member: str = ""
    sheet: str = ""
    encoding: str = ""
    sep: str = ""
    skip_rows: int = 0
    geometry: str = ""
    epsg: int | None = None
    sheets: tuple[str, ...] = ()
    layer: str = ""
    layers: tuple[str, ...] = ()
    sampled: int = 0

    @property
    def name(self) -> str:
        """Name of the table: of the member of an archive, else of the file."""
        return Path(self.member).name or self.path.name


def look_into(path: Path) -> list[Look]:
    """See every table of a file: one, or those of an archive or of a workbook.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent, empty, a web page, or damaged.
    """
    with require_file(path).open("rb") as stream:
        head = stream.read(512)
    refuse_not_a_table(head, path)
    if head.startswith(b"PAR1"):
        return [_look_parquet(path)]
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return [_look_grid(path)]
    if head.startswith((b"SQLite format 3", b"\x00\x00\x27\x0a")):
        return _look_map(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return list(_look_sheets(path.read_bytes(), path))
    if head.startswith(b"PK"):
        return _look_archive(path)
    if head.startswith((b"7z\xbc\xaf", b"\x1f\x8b", b"Rar!")):
        raise BadFileError(
            "Cette archive n'est pas un zip.", path=path, expected="un tableau, ou un zip",
            remedy="décompressez-la et donnez le fichier qu'elle contient",
        )  # fmt: skip
    if path.stat().st_size > WHOLE:
        with path.open("rb") as stream:
            return [_look_long_text(stream, path)]
    return [_look_text(path.read_bytes(), path)]


def _look_archive(path: Path) -> list[Look]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names:
                return list(_look_sheets(path.read_bytes(), path))
            looks: list[Look] = []
            for name in names:
                base = Path(name).name.lower()
                if not base.endswith(_TABLES) or base.startswith(_ABOUT):
                    continue
                if base.endswith((".xls", ".xlsx")):
                    looks += _look_sheets(archive.read(name), path, name)
                elif archive.getinfo(name).file_size > WHOLE:
                    with archive.open(name) as stream:
                        looks.append(_look_long_text(stream, path, name))
                else:
                    looks.append(_look_text(archive.read(name), path, name))
    except (*DAMAGED_ZIP, RuntimeError) as error:  # unreadable, or behind a password
        raise BadFileError(
            "L'archive est tronquée ou n'est pas un zip.", path=path, found=str(error),
            remedy="téléchargez-la de nouveau",
        ) from None  # fmt: skip
    if not looks:
        raise BadFileError(
            "L'archive ne contient aucun tableau.", path=path,
            expected="un fichier " + ", ".join(_TABLES), found=", ".join(names[:6]),
            remedy="donnez le fichier lui-même",
        )  # fmt: skip
    return looks


def _look_long_text(stream: IO[bytes], path: Path, member: str = "") -> Look:
    """See the beginning of a text of which the whole would not fit comfortably in memory."""
    head = stream.read(_BEGINNING)
    lines = head.count(b"\n")
    while block := stream.read(1 << 22):
        lines += block.count(b"\n")
    look = _look_text(head[: head.rfind(b"\n") + 1], path, member)
    return replace(look, rows=lines - look.skip_rows - 1, sampled=look.rows)


def _look_text(content: bytes, path: Path, member: str = "") -> Look:
    text, encoding = decode_any(content, path)
    sep, skip = sniff(text)
    body = text.split("\n", skip)[skip] if skip else text
    try:
        cells = pd.read_csv(
            io.StringIO(body), sep=sep, dtype=str, keep_default_na=False, na_values=[""]
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise uneven(path, sep, skip, str(error)) from None
    return Look(
        path, "texte", tuple(map(str, cells.columns)), len(cells),
        lambda wanted: cells[list(wanted)],
        member=member, encoding=encoding, sep=sep, skip_rows=skip,
    )  # fmt: skip


def _look_sheets(content: bytes, path: Path, member: str = "") -> Iterator[Look]:
    """Yield the sheets with a table, under the line of codes wherever it stands."""
    try:
        book = pd.read_excel(
            io.BytesIO(content), sheet_name=None, header=None, dtype=str, engine="calamine",
            keep_default_na=False, na_values=[""],
        )  # fmt: skip
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadFileError(
            "Le classeur est illisible.", path=path, found=str(error)[:120],
            remedy="téléchargez-le de nouveau",
        ) from None  # fmt: skip
    for sheet, cells in book.items():
        if str(sheet).lower().startswith(_ABOUT) or cells.shape[1] < 2:
            continue
        head = cells.head(_HEADER_WITHIN)
        # INSEE writes labels above codes: of the lines with the most names, the last one.
        names = {c: head[c].str.fullmatch(r"[A-Za-z_]\w*").eq(True) for c in head.columns}
        named = pd.DataFrame(names).sum(axis=1)
        at = int(named[named == named.max()].index[-1])
        header = [str(name) for name in cells.iloc[at].tolist()]
        frame = cells.iloc[at + 1 :].set_axis(header, axis=1)
        frame = frame.loc[:, frame.columns != "nan"].reset_index(drop=True)
        if named.max() < 2 or frame.empty:
            continue
        yield Look(
            path, "classeur", tuple(map(str, frame.columns)), len(frame),
            lambda wanted, frame=frame: frame[list(wanted)],  # type: ignore[misc]
            member=member, sheet=str(sheet), skip_rows=at, sheets=tuple(map(str, book)),
        )  # fmt: skip


def _look_parquet(path: Path) -> Look:
    try:
        schema, rows = pq.read_schema(path), pq.read_metadata(path).num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(path, "Parquet", error) from None

    def load(wanted: Sequence[str]) -> pd.DataFrame:
        return pq.read_table(path, columns=list(wanted)).to_pandas().astype("str")

    geo = b"geo" in (schema.metadata or {})
    return Look(
        path, "parquet", tuple(schema.names), rows, load, geometry="contours" if geo else ""
    )


def _look_map(path: Path) -> list[Look]:
    """See each layer of a map."""
    try:
        layers = tuple(str(name) for name in pyogrio.list_layers(path)[:, 0])
        return [_look_layer(path, layer, layers) for layer in layers]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, OSError) as error:
        raise _unreadable(path, "GeoPackage ou shapefile", error) from None


def _look_layer(path: Path, layer: str, layers: tuple[str, ...]) -> Look:
    info = pyogrio.read_info(path, layer=layer)
    fields = tuple(map(str, info["fields"]))

    def load(wanted: Sequence[str]) -> pd.DataFrame:
        table = pyogrio.read_dataframe(path, layer=layer, columns=list(wanted), read_geometry=False)
        return table[list(wanted)].astype("str")

    kind = "points" if "point" in str(info["geometry_type"]).lower() else "contours"
    return Look(
        path, "carte", (*fields, "geometry"), int(info["features"]), load,
        geometry=kind, layer=layer, layers=layers,
    )  # fmt: skip


def _look_grid(path: Path) -> Look:
    try:
        with rasterio.open(path) as raster:
            epsg, cells = raster.crs and raster.crs.to_epsg(), raster.width * raster.height
    except RasterioError as error:
        raise _unreadable(path, "GeoTIFF", error) from None
    return Look(path, "grille", (), cells, lambda wanted: pd.DataFrame(), epsg=epsg)


def _unreadable(path: Path, kind: str, error: Exception) -> BadFileError:
    return BadFileError(
        "Le fichier est illisible ou tronqué.", path=path, expected=kind,
        found=str(error).strip()[:200], remedy="téléchargez-le de nouveau",
    )  # fmt: skip
