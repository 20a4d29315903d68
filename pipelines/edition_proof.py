"""What `fragility edition new` prints once it has read: what is left or not sure, the proof."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fragility.export.labels import french, plural
from fragility.territory.new_release import Found

SHOWN_COLUMNS = 8
_SHOWN_ROWS = 12


def show_left(screen: Console, found: Found, read: Sequence[str]) -> None:
    """Print what was not recognised, and what is not sure (`read`: once read)."""
    for table in found.tables:
        if table.unused:
            names = ", ".join(table.unused[:SHOWN_COLUMNS])
            more = len(table.unused) - SHOWN_COLUMNS
            tail = f" … et {more} autres" if more > 0 else ""
            screen.print(
                f"Colonnes que rien ne lit ({escape(table.look.name)}) : {escape(names)}{tail}"
            )
    for name, why in found.left_out:
        screen.print(f"[yellow]Non retenu[/] : {escape(name)} ({escape(why)})")
    doubts = [d for t in found.tables for d in t.doubts]
    doubts += [found.map.doubt] if found.map is not None and found.map.doubt else []
    doubts += read
    for doubt in dict.fromkeys(doubts):
        screen.print(f"[yellow]À vérifier[/] : {escape(doubt)}")


def show_proof(screen: Console, proof: pd.DataFrame, aside: Mapping[str, int]) -> None:
    """Print what the real reader gives, and the rows it set aside."""
    for reason, rows in aside.items():
        screen.print(
            f"[yellow]{plural(rows, 'ligne écartée', 'lignes écartées')}[/] : {escape(reason)}"
        )
    numbers = proof[proof["colonne"] != ""]
    if numbers.empty:
        screen.print(f"Lu : {french(int(proof['lignes'].sum()))} lignes.")
        return
    shown = Table(title="Lu par son lecteur", title_justify="left")
    for column in ("colonne", "lignes", "manquants", "minimum", "médiane", "maximum"):
        shown.add_column(column, justify="left" if column == "colonne" else "right")
    for row in numbers.head(_SHOWN_ROWS).itertuples():
        digits = 0 if abs(float(row.maximum)) >= 1000 else 1  # type: ignore[arg-type]
        values = (
            "" if math.isnan(v) else french(v, digits)
            for v in map(float, (row.minimum, row.mediane, row.maximum))  # type: ignore[arg-type]
        )
        missing = f"{french(float(row.manquants_pct), 1)} %"  # type: ignore[arg-type]
        shown.add_row(str(row.colonne), french(int(row.lignes)), missing, *values)  # type: ignore[arg-type]
    screen.print(shown)
    if len(numbers) > _SHOWN_ROWS:
        screen.print(f"… et {len(numbers) - _SHOWN_ROWS} autres colonnes.")
