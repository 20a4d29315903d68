"""`fragility gpkg`: the map of one département, in two files that one can send."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipelines.folders import default_out
from pipelines.options import RawOption, console

if TYPE_CHECKING:
    from fragility.export.facts import RunFacts


def gpkg(
    departement: Annotated[
        str, typer.Option("--departement", "-d", metavar="CODE", help="Code, comme 31 ou 2A.")
    ],
    edition: Annotated[str, typer.Option("--edition", "-e", help="Édition à lire.")] = "demo",
    raw: RawOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Dossier des résultats (défaut : data/processed).")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--dossier", help="Où écrire (défaut : cartes/ dans les résultats)."),
    ] = None,
) -> None:
    """Faire la carte d'un seul département, à ouvrir dans QGIS ou à envoyer."""
    from fragility.export.labels import french
    from fragility.export.local_map import latest_sites, local_tables, write_local_map
    from fragility.sources.catalogue import find_edition

    find_edition(edition)
    root = out or default_out()
    code = departement.strip().upper()
    sites = latest_sites(root / "simulations" / edition)
    tables = local_tables(root / edition, code, sites)
    folder = into or root / "cartes" / edition / code
    written = write_local_map(tables, code, folder, _facts(root / edition))
    sizes = (f"{path.name} ({french(path.stat().st_size / 1e3)} ko)" for path in written)
    screen = console()
    screen.print(escape(f"Carte dans {folder} : {', '.join(sizes)}."))
    if sites is not None:
        screen.print(escape(f"Avec les postes proposés par la simulation {sites.parent.name}."))
    screen.print(escape(f"Ouvrez {written[-1].name} dans QGIS, à côté de {written[0].name}."))


def _facts(folder: Path) -> RunFacts:
    """Facts of a published edition; its day is that of the run, not of this map."""
    import pandas as pd

    from fragility.export.run_facts import build_facts
    from fragility.index.profiles import ACCOUNT, published_profile
    from fragility.sources.catalogue import find_edition
    from fragility.sources.files import as_computed

    profile = published_profile(folder)
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or (folder / ACCOUNT).stat().st_mtime
    return build_facts(
        as_computed(find_edition(folder.name), folder),
        profile,
        pd.read_parquet(folder / "tables" / "index_bornes.parquet"),
        datetime.datetime.fromtimestamp(float(epoch), datetime.UTC).date(),
        pd.read_parquet(folder / "tables" / "quarantaine.parquet"),
    )
