"""Open files with LibreOffice, without a window, and say what a user would see.

Run by the system Python, which owns PyUNO, in a process of its own:

    python3 libreoffice_open.py FOLDER FILE...

FOLDER takes the profile of LibreOffice. Prints one JSON document: for each file its sheets, and for
each sheet its cells (numbers or texts), the columns and rows that stay in sight, and the lines that
a filter covers.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

# Semicolon, double quote, UTF-8, from line 1, French numbers, quoted fields as text: what
# LISEZMOI.md tells to tick.
CSV_OPTIONS = "59,34,76,1,,1036,true,true"
PATIENCE_S = 90


def prop(name: str, value: object) -> PropertyValue:
    """One named argument of LibreOffice."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connect(address: str):
    """Wait for LibreOffice to answer, and return its desktop."""
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", here
    )
    limit = time.monotonic() + PATIENCE_S
    while True:
        try:
            there = resolver.resolve(f"uno:{address};urp;StarOffice.ComponentContext")
            return there.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", there
            )
        except NoConnectException:
            if time.monotonic() > limit:
                raise
            time.sleep(0.2)


def sheets_of(document) -> dict:
    """Cells, frozen panes and filters of each sheet."""
    told = {}
    view = document.getCurrentController()
    # A sheet's own filter is a range that has no name.
    unnamed = document.getPropertyValue("UnnamedDatabaseRanges")
    for rank, sheet in enumerate(document.Sheets):
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.getRangeAddress()
        cells = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
        view.setActiveSheet(sheet)
        frozen = view.hasFrozenPanes()
        filtered = unnamed.getByTable(rank) if unnamed.hasByTable(rank) else None
        told[sheet.Name] = {
            "cells": cells,
            "frozen": [view.getSplitColumn(), view.getSplitRow()] if frozen else None,
            "filtered": [filtered.DataArea.StartRow, filtered.DataArea.EndRow]
            if filtered is not None and filtered.AutoFilter
            else None,
        }
    return told


def main(folder: Path, files: list[Path]) -> dict:
    """Start LibreOffice, open each file, and leave."""
    address = f"pipe,name=fragilite-{folder.name}"
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={(folder / 'profil').as_uri()}", "--headless",
         "--norestore", "--nologo", f"--accept={address};urp;"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        desktop = connect(address)
        report = {}
        for path in files:
            csv = path.suffix == ".csv"
            options = (
                (
                    prop("FilterName", "Text - txt - csv (StarCalc)"),
                    prop("FilterOptions", CSV_OPTIONS),
                )
                if csv
                else ()
            )
            document = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, options)
            report[path.name] = sheets_of(document)
            document.close(True)
        return report
    finally:
        # What was started is a script: its children are what must end.
        os.killpg(office.pid, signal.SIGKILL)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])))
