"""The edition as a published folder has read it: what was optional and absent is not claimed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from fragility.sources.catalogue import find_edition
from fragility.sources.files import as_computed

ZONING, ROOMS = "insee_densite/2025", "bibliotheques/2020"


def test_an_optional_release_that_was_not_read_is_left_out(tmp_path: Path) -> None:
    edition = find_edition("france-2021")
    assert {ZONING, ROOMS} <= set(edition.releases)
    edition = replace(edition, optional=frozenset({ZONING, ROOMS}))
    tables = tmp_path / "tables"
    tables.mkdir()
    pd.DataFrame({"release": [ROOMS]}).to_parquet(tables / "raw_bibliotheques.parquet")
    found = as_computed(edition, tmp_path)
    assert ROOMS in found.releases
    assert ZONING not in found.releases
    assert set(edition.releases) - set(found.releases) == {ZONING}
