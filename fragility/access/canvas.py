"""Which points of a territory are inside polygons too large to be held as geometries.

A canvas is a raster of which only the borders are written: +1 where a stretch of a row enters a
polygon, -1 where it leaves it. Lines are added in any number of pieces; what is inside is the
running sum of each row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fragility.sources.readers.gpkg_stream import Lines

# ARCEP's maps have a step of 50 to 100 m.
STEP_M = 100.0
_ROWS = 512  # rows summed at a time


@dataclass
class Canvas:
    """Pixels of `step` metres on a rectangle.

    Attributes
    ----------
    left, top : west and north edges, metres.
    shape : rows, columns.
    """

    left: float
    top: float
    shape: tuple[int, int]
    step: float = STEP_M
    _borders: NDArray[np.int16] = field(init=False)
    _pending: dict[int, list[NDArray[np.int64]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clear()

    @classmethod
    def around(cls, x: NDArray[np.float64], y: NDArray[np.float64], step: float = STEP_M) -> Canvas:
        """Make the smallest canvas that holds these points."""
        left, top = np.floor(x.min() / step) * step, np.ceil(y.max() / step + 1) * step
        rows = int((top - y.min()) // step) + 1
        columns = int((x.max() - left) // step) + 1
        return cls(float(left), float(top), (rows, columns), step)

    def clear(self) -> None:
        """Forget every polygon."""
        self._borders = np.zeros((self.shape[0], self.shape[1] + 1), dtype=np.int16)
        self._pending = {}

    def pixels(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Rank of the pixel of each point, row after row; the points are on the canvas."""
        row = ((self.top - y) // self.step).astype(np.int32)
        row *= self.shape[1]
        row += ((x - self.left) // self.step).astype(np.int32)
        return row

    def fill(self, lines: Lines) -> None:
        """Add some lines of polygons.

        A pixel is inside when its centre is: in an odd number of rings of one polygon (holes are
        rings), for one polygon at least. Parts that lie off the canvas are cut away.
        """
        owner, row, column = _crossings(lines, self)
        key = row * (self.shape[1] + 1) + column
        done = owner != lines.unfinished
        waiting = self._pending.pop(lines.unfinished, [])
        for polygon in list(self._pending):  # finished by these lines
            whole = np.concatenate([*self._pending.pop(polygon), key[owner == polygon]])
            done &= owner != polygon
            self._write(np.sort(whole))
        if lines.unfinished >= 0:
            self._pending[lines.unfinished] = [*waiting, key[owner == lines.unfinished]]
        order = np.lexsort((key[done], owner[done]))
        self._write(key[done][order])

    def _write(self, key: NDArray[np.int64]) -> None:
        """Write sorted crossings of whole polygons: they come in pairs, entry then exit."""
        flat = self._borders.reshape(-1)
        np.add.at(flat, key[0::2], np.int16(1))
        np.add.at(flat, key[1::2], np.int16(-1))

    def inside(self, pixels: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Tell the pixels that are inside a polygon, in the order given."""
        self._finish()
        row, column = np.divmod(pixels, self.shape[1])
        order = np.argsort(row, kind="stable")
        found = np.empty(len(pixels), dtype=bool)
        edges = np.searchsorted(row[order], np.arange(0, self.shape[0] + _ROWS, _ROWS))
        for rank, (first, last) in enumerate(pairwise(edges)):
            if first == last:
                continue
            here = order[first:last]
            block = np.cumsum(
                self._borders[rank * _ROWS : (rank + 1) * _ROWS], axis=1, dtype=np.int32
            )
            found[here] = block[row[here] - rank * _ROWS, column[here]] > 0
        return found

    def _finish(self) -> None:
        for polygon in list(self._pending):
            self._write(np.sort(np.concatenate(self._pending.pop(polygon))))


def _crossings(
    lines: Lines, canvas: Canvas
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where edges cross the middle of rows: polygon, row, first column whose centre is past."""
    u = (lines.xy[:, 0] - canvas.left) / canvas.step - 0.5
    v = (canvas.top - lines.xy[:, 1]) / canvas.step - 0.5
    line = np.zeros(len(u), dtype=np.int64)
    line[lines.starts[1:]] = 1
    line = np.cumsum(line)
    rows, columns = canvas.shape
    # Rows r with min(v) <= r < max(v): an edge and the next never both count their common end.
    low, high = np.ceil(np.minimum(v[:-1], v[1:])), np.ceil(np.maximum(v[:-1], v[1:]))
    low, high = np.clip(low, 0, rows), np.clip(high, 0, rows)
    count = np.where(line[:-1] == line[1:], high - low, 0).astype(np.int64)
    edge = np.flatnonzero(count)
    count = count[edge]
    which = np.repeat(edge, count)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    row = low[which] + nth
    share = (row - v[which]) / (v[which + 1] - v[which])
    column = np.ceil(u[which] + share * (u[which + 1] - u[which]))
    column = np.clip(column, 0, columns).astype(np.int64)
    return lines.owner[line[which]], row.astype(np.int64), column
