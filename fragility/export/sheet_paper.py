"""Widths of a sheet's columns, and the paper on which they are readable."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

# Columns of long texts: their width in characters; what is longer goes to the next line.
WRAPPED = {
    "nom": 20,
    "nom_departement": 18,
    "nom_epci": 32,
    "conseiller_plus_proche_nom": 28,
    "motif": 70,
    "libelle": 32,
    "description": 64,
}
WIDEST, NARROWEST = 75, 7
# Papers, in the numbers of the format, and the characters of 11 points that each holds across.
A4, A3 = 9, 8
PAPERS = {A4: 130, A3: 190}
# Letters of 7.7 points; those of 6, where a font as wide as DejaVu Sans takes the place of Calibri.
SMALLEST_SCALE = 0.7


def longest(values: list[object], decimals: int) -> int:
    """Characters of the longest value of a column."""
    kept: list[Any] = [value for value in values if value is not None]
    if not kept:
        return 0
    if isinstance(kept[0], str):
        return max(map(len, kept))
    return max(len(f"{value:,.{decimals}f}") for value in (min(kept), max(kept)))


def width_of(name: str, title: str, longest: int) -> int:
    """Width of a column, in characters: that of its values, under a heading of five lines."""
    heading = max(len(title) // 4 + 3, *(len(word) + 2 for word in title.split()))
    return max(NARROWEST, heading, min(WRAPPED.get(name, WIDEST), longest + 2))


def paper_of(widths: Sequence[int]) -> tuple[int, int]:
    """Return the paper of a sheet, and how many of its first columns are readable on it.

    Parameters
    ----------
    widths : width of each column, in characters.
    """
    sums = list(accumulate(widths))
    counts = {
        paper: sum(total * SMALLEST_SCALE <= characters for total in sums)
        for paper, characters in PAPERS.items()
    }
    paper = A4 if counts[A4] == len(widths) else A3
    return paper, counts[paper]
