"""Sections of docs/performance.md: each benchmark prints its own, and replaces it when asked."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd


def markdown(frame: pd.DataFrame) -> str:
    """Markdown table."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|---" * frame.shape[1] + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, r)) + " |" for r in frame.to_numpy()])


def write_section(title: str, words: str, table: str, page: Path | None) -> None:
    """Print a section; with a page, put it in the place of the one of that title, or at the end."""
    section = f"## {title}\n\n{words}\n\n{table}\n"
    print(section)
    if page is None:
        return
    known = page.read_text("utf-8") if page.is_file() else ""
    old = re.compile(rf"## {re.escape(title)}\n.*?(?=\n## |\Z)", re.DOTALL)
    if old.search(known):
        known = old.sub(lambda _: section, known)
    else:
        known = known.rstrip("\n") + "\n\n" + section
    page.write_text(known, encoding="utf-8")
