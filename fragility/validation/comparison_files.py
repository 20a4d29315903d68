"""The folder of a comparison: the report, the differences, the status of each row, the maps."""

from __future__ import annotations

from pathlib import Path

from fragility.export.tables import csv_bytes
from fragility.validation.comparison import Comparison
from fragility.validation.differences_page import render
from fragility.validation.pictures import save

FOLDER = "comparaisons"
REPORT, DIFFERENCES, STATUS = "rapport.html", "differences.csv", "statuts.csv"


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write the report, its tables and its maps in a folder, which is made.

    Returns
    -------
    The paths written, the report first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    maps = {name: save(figure, folder / name) for name, figure in comparison.figures.items()}
    texts = {
        REPORT: render(comparison, maps).encode("utf-8"),
        DIFFERENCES: csv_bytes(comparison.differences),
        STATUS: csv_bytes(comparison.effects.status),
    }
    for name, content in texts.items():
        (folder / name).write_bytes(content)
    return [*(folder / name for name in texts), *maps.values()]
