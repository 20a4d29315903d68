"""How a text is written: its encoding, its separator, what stands above its header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from fragility.errors import BadFileError
from fragility.sources.readers.common import decode, refuse_not_a_table

SEPARATORS = ";,\t|"
_SNIFFED_LINES = 60


def decode_any(content: bytes, path: Path) -> tuple[str, str]:
    """Decode text, and name its encoding.

    Raises
    ------
    BadFileError
        When it is no text, or UTF-16 without its mark.
    """
    refuse_not_a_table(content, path)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), "utf-16"
    if b"\0" in content[:512]:
        return decode(content, path), "utf-8"  # which refuses it, as readers do
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "cp1252"


def sniff(text: str) -> tuple[str, int]:
    """Guess the separator of a text, and how many lines stand above its header.

    The separator is the one that cuts nearly every line in the same number of parts, the most
    parts winning; the header is the first line cut so, but for titles, which a spreadsheet pads
    with separators at their end.

    Examples
    --------
    >>> sniff("version beta, non fiable\\na;b;c\\n1;2,5;3\\n4;5;6\\n")
    (';', 1)
    """
    numbered = [(n, line) for n, line in enumerate(text.splitlines()[:_SNIFFED_LINES])]
    numbered = [(n, line) for n, line in numbered if line.strip()]
    lines = [line for _, line in numbered]
    best = (0.0, 1, SEPARATORS[0], 0)
    for sep in SEPARATORS:
        cut = list(csv.reader(lines, delimiter=sep))
        counts = [len(cells) for cells in cut]
        usual, times = Counter(counts).most_common(1)[0] if counts else (1, 0)
        share = times / max(len(counts), 1)
        if usual > 1 and (share >= 0.8, usual) > (best[0] >= 0.8, best[1]):
            full = (n for n, cells in enumerate(cut) if len(cells) == usual and cells[-1].strip())
            header = next(full, counts.index(usual))
            best = (share, usual, sep, numbered[header][0])
    return best[2], best[3]


def uneven(path: Path, sep: str, skip: int, error: str) -> BadFileError:
    """Say in French where pandas stops: « Expected 3 fields in line 4, saw 5 »."""
    place = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", error)
    return BadFileError(
        "Le tableau est illisible : ses lignes n'ont pas toutes le même nombre de colonnes.",
        path=path, expected=f"{place[1] if place else ''} colonnes séparées par « {sep} »".strip(),
        found=f"{place[3]} colonnes à la ligne {int(place[2]) + skip}" if place
        else "un fichier qui n'est pas un tableau, ou dont un guillemet n'est pas fermé",
        remedy="reprenez le fichier du producteur",
    )  # fmt: skip
