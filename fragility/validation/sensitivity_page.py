"""Write docs/sensibilite.md: which choices of the index its ranking depends on."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pandas as pd

from fragility.errors import MissingFileError
from fragility.validation.blocks import to_markdown
from fragility.validation.sensitivity_blocks import TABLE, sensitivity_blocks


def write_sensitivity(folder: Path, docs: Path) -> Path:
    """Write docs/sensibilite.md and its pictures.

    Parameters
    ----------
    folder : outputs of one edition.
    docs : folder of the page; pictures go to `docs/images`.

    Raises
    ------
    MissingFileError
        When the edition was not computed.
    """
    if not (folder / "tables" / f"{TABLE}.parquet").is_file():
        raise MissingFileError(
            "L'édition n'a pas encore été calculée, ou l'a été par une version plus ancienne.",
            path=folder / "tables" / f"{TABLE}.parquet",
            remedy=f"lancez « fragility run --edition {folder.name} »",
        )
    tables = {
        name: pd.read_parquet(folder / "tables" / f"{name}.parquet")
        for name in (TABLE, "index_scores")
    }
    run = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
    head = (
        "# Sensibilité du classement aux choix de l'indice\n\n"
        f"Page écrite par `make sensibilite` le {datetime.date.today():%d/%m/%Y}, édition "
        f"`{run['edition']}`, profil `{run['profil']}`. Ne pas modifier à la main.\n\n"
    )
    body = to_markdown(sensitivity_blocks(tables), docs / "images", "sensibilite")
    page = docs / "sensibilite.md"
    page.write_text(head + body, encoding="utf-8")
    return page
