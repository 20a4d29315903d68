"""How a text is written: its encoding, its separator, what stands above its header."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from fragility.sources.readers.common import refuse_not_a_table

SEPARATORS = ";,\t|"
_SNIFFED_LINES = 60


def decode_any(content: bytes, path: Path) -> tuple[str, str]:
    """Decode text, and name its encoding."""
    refuse_not_a_table(content, path)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def sniff(text: str) -> tuple[str, int]:
    """Guess the separator of a text, and how many lines stand above its header.

    The separator is the one that cuts nearly every line in the same number of parts, the most
    parts winning; the header is the first line cut so.

    Examples
    --------
    >>> sniff("version beta, non fiable\\na;b;c\\n1;2,5;3\\n4;5;6\\n")
    (';', 1)
    """
    lines = [line for line in text.splitlines()[:_SNIFFED_LINES] if line.strip()]
    best = (0.0, 1, SEPARATORS[0], 0)
    for sep in SEPARATORS:
        counts = [len(cells) for cells in csv.reader(lines, delimiter=sep)]
        usual, times = Counter(counts).most_common(1)[0] if counts else (1, 0)
        share = times / max(len(counts), 1)
        if usual > 1 and (share >= 0.8, usual) > (best[0] >= 0.8, best[1]):
            best = (share, usual, sep, counts.index(usual))
    return best[2], best[3]
