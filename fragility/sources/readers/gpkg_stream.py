"""Polygons of a GeoPackage as a stream of lines, for those too large to be held as geometries.

A GeoPackage is a SQLite base, and its geometries are blobs that SQLite reads by pieces: header of
OGC 12-128r18 (2.1.3), then well-known binary. Nothing here ever holds a whole geometry.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fragility.errors import BadFileError

POINTS = 1_000_000
_BLOCK = 1 << 22
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_POLYGON, _MULTIPOLYGON = 3, 6


@dataclass(frozen=True)
class Lines:
    """Some lines of polygons: pieces of rings, in the order of the file.

    Attributes
    ----------
    xy : points, shape (n, 2).
    starts : rank of the first point of each line; shape (k,).
    owner : number of the polygon of each line; shape (k,), not decreasing.
    unfinished : polygon whose other lines are still to come, -1 for none.
    """

    xy: NDArray[np.float64]
    starts: NDArray[np.int64]
    owner: NDArray[np.int64]
    unfinished: int


def connect(path: Path) -> sqlite3.Connection:
    """Open a GeoPackage that nobody is writing."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def the_layer(base: sqlite3.Connection, path: Path) -> tuple[str, str, int]:
    """Table, geometry column and EPSG code of the one layer."""
    query = (
        "SELECT g.table_name, g.column_name, s.organization_coordsys_id "
        "FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
    )
    try:
        layers = base.execute(query).fetchall()
    except sqlite3.Error as error:
        raise BadFileError(
            "Le fichier n'est pas un GeoPackage lisible.",
            path=path,
            found=str(error),
            remedy="téléchargez-le de nouveau",
        ) from None
    if len(layers) != 1:
        raise BadFileError(
            "Le GeoPackage n'a pas une seule couche.",
            path=path,
            expected="une couche de polygones",
            found=", ".join(name for name, *_ in layers) or "aucune",
        )
    table, column, epsg = layers[0]
    return str(table), str(column), int(epsg)


def read_lines(path: Path, *, points: int = POINTS) -> Iterator[Lines]:
    """Stream the polygons of the one layer of a GeoPackage.

    Parameters
    ----------
    points : points handed over at a time, about.

    Yields
    ------
    Every ring of every polygon, once, cut in lines where it is long; consecutive lines of a ring
    share the point where they were cut.

    Raises
    ------
    BadFileError
        When a geometry is neither polygon nor multipolygon, or is cut.
    """
    with closing(connect(path)) as base:
        table, column, _ = the_layer(base, path)
        rows = base.execute(f'SELECT rowid FROM "{table}" WHERE "{column}" IS NOT NULL')
        stack = _Stack()
        for (row,) in rows.fetchall():
            with base.blobopen(table, column, row, readonly=True) as blob:
                yield from _read_geometry(_Stream(blob, path), stack, points)
        if stack.size:
            yield stack.empty(-1)


class _Stack:
    """Lines that wait to be handed over."""

    def __init__(self) -> None:
        self.polygon = -1
        self._clear()

    def _clear(self) -> None:
        self.size, self.chunks = 0, list[NDArray[np.float64]]()
        self.lengths, self.owners = list[int](), list[int]()

    def add(self, xy: NDArray[np.float64]) -> None:
        self.chunks.append(xy)
        self.lengths.append(len(xy))
        self.owners.append(self.polygon)
        self.size += len(xy)

    def empty(self, unfinished: int) -> Lines:
        lengths = np.array(self.lengths, dtype=np.int64)
        lines = Lines(
            np.concatenate(self.chunks),
            np.r_[0, np.cumsum(lengths)[:-1]],
            np.array(self.owners, dtype=np.int64),
            unfinished,
        )
        self._clear()
        return lines


class _Stream:
    """A blob read by blocks."""

    def __init__(self, blob: sqlite3.Blob, path: Path) -> None:
        self.blob, self.path, self.buffer, self.at = blob, path, b"", 0

    def take(self, size: int) -> memoryview:
        if self.at + size > len(self.buffer):
            rest = self.buffer[self.at :]
            self.buffer = rest + self.blob.read(max(_BLOCK, size - len(rest)))
            self.at = 0
            if len(self.buffer) < size:
                raise self.refuse("une géométrie coupée")
        view = memoryview(self.buffer)[self.at : self.at + size]
        self.at += size
        return view

    def number(self, order: str) -> int:
        return int(struct.unpack(f"{order}I", self.take(4))[0])

    def refuse(self, found: str) -> BadFileError:
        return BadFileError(
            "Les polygones de couverture sont illisibles.",
            path=self.path,
            expected="des polygones ou multipolygones",
            found=found,
            remedy="téléchargez de nouveau le fichier",
        )


def _read_geometry(stream: _Stream, stack: _Stack, points: int) -> Iterator[Lines]:
    """Read one geometry: header, then well-known binary."""
    magic, _, flags = struct.unpack("<2sBB", stream.take(4))
    envelope = _ENVELOPES.get((flags >> 1) & 7)
    if magic != b"GP" or envelope is None:
        raise stream.refuse("autre chose qu'une géométrie de GeoPackage")
    stream.take(4 + envelope)
    order, kind, width = _head(stream)
    if kind == _MULTIPOLYGON:
        for _ in range(stream.number(order)):
            order, kind, width = _head(stream)
            yield from _read_polygon(stream, stack, points, order, kind, width)
    else:
        yield from _read_polygon(stream, stack, points, order, kind, width)


def _head(stream: _Stream) -> tuple[str, int, int]:
    """Byte order, kind, and coordinates of a point (2 to 4)."""
    order = "<" if stream.take(1)[0] == 1 else ">"
    family, kind = divmod(stream.number(order), 1000)
    if family > 3:
        raise stream.refuse("une géométrie d'un autre dialecte")
    return order, kind, 2 + (family in (1, 3)) + (family >= 2)


def _read_polygon(
    stream: _Stream, stack: _Stack, points: int, order: str, kind: int, width: int
) -> Iterator[Lines]:
    if kind != _POLYGON:
        raise stream.refuse(f"une géométrie de type {kind}")
    stack.polygon += 1
    for _ in range(stream.number(order)):
        left, last = stream.number(order), None
        while left:
            count = min(left, points)
            raw = np.frombuffer(stream.take(8 * width * count), dtype=f"{order}f8")
            xy = raw.reshape(count, width)[:, :2].astype(np.float64)
            if last is not None:
                xy = np.concatenate([last, xy])
            stack.add(xy)
            left, last = left - count, xy[-1:]
            if stack.size >= points:
                yield stack.empty(stack.polygon)
