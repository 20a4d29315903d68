"""`fragility gpkg`: the map of one département, in two files that one can send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.folders import default_out
from pipelines.options import EditionOption, OutOption, RawOption, console, require_writable


def gpkg(
    departement: Annotated[
        str, typer.Option("--departement", "-d", metavar="CODE", help="Code, comme 31 ou 2A.")
    ],
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--dossier",
            metavar="DOSSIER",
            help="Où écrire (défaut : cartes/ dans les résultats).",
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Faire la carte d'un seul département, à ouvrir dans QGIS ou à envoyer."""
    from fragility.export.labels import french
    from fragility.export.local_map import latest_sites, local_tables, write_local_map
    from fragility.export.run_facts import published_facts
    from fragility.sources.catalogue import find_edition

    find_edition(edition)
    root = out or default_out()
    code = departement.strip().upper()
    sites = latest_sites(root / "simulations" / edition)
    folder = require_writable(into or root / "cartes" / edition / code, "--dossier")
    tables = local_tables(root / edition, code, sites)
    written = write_local_map(tables, code, folder, published_facts(root / edition))
    sizes = (f"{path.name} ({french(path.stat().st_size / 1e3)} ko)" for path in written)
    screen = console()
    screen.print(escape(f"Carte dans {folder} : {', '.join(sizes)}."))
    if sites is not None:
        screen.print(escape(f"Avec les postes proposés par la simulation {sites.parent.name}."))
    screen.print(escape(f"Ouvrez {written[-1].name} dans QGIS, à côté de {written[0].name}."))
