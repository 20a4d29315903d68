"""`fragility site` and `fragility serve`: the map of an edition, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.folders import default_out
from pipelines.options import EditionOption, OutOption, RawOption, console, require_writable


def site(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--vers",
            metavar="DOSSIER",
            file_okay=False,
            help="Où écrire le site (défaut : site/, dans le dossier de l'édition).",
        ),
    ] = None,
) -> None:
    """Écrire la carte d'une édition, en fichiers qu'un serveur web quelconque sait publier."""
    folder = _write(edition, out or default_out(), to)
    console().print(escape(f"Pour la voir ici : fragility serve --edition {edition}"))
    console().print(escape(f"Pour la publier : copiez le dossier {folder} sur un serveur web."))


def serve(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Adresse écoutée ; par défaut, cette machine seulement."),
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="Port écouté (défaut : le premier libre à partir de 8000).",
        ),
    ] = None,
) -> None:
    """Montrer la carte d'une édition dans un navigateur, sur cette machine."""
    from fragility.site.page import SITE, is_whole
    from fragility.site.server import open_server

    folder = (out or default_out()) / edition / SITE
    if not is_whole(folder):
        folder = _write(edition, out or default_out(), None)
    server = open_server(folder, host, port)
    # Flushed: whoever reads a pipe waits for the address.
    typer.echo(f"Carte de {edition} : {server.url} (Ctrl+C pour arrêter)")
    with server:
        server.serve_forever()


def _write(edition: str, out: Path, to: Path | None) -> Path:
    """Write a site, or copy the one that the run has made, and say which."""
    from fragility.export.labels import french, plural
    from fragility.site.build import write_site
    from fragility.site.page import SITE, is_whole
    from fragility.sources.catalogue import find_edition

    find_edition(edition)
    require_writable(to or out / edition, "--vers" if to else "--out")
    screen = console()
    own = out / edition / SITE
    if not is_whole(own):
        screen.print(escape(f"Écriture de la carte de {edition}…"))
    elif to is None or to.resolve() == own.resolve():
        screen.print(escape(f"La carte de {edition} est déjà écrite par le calcul."))
    else:
        screen.print(escape(f"Copie de la carte de {edition}…"))
    made = write_site(out, edition, to)
    screen.print(
        escape(
            f"{made.folder} : {plural(made.files, 'fichier', 'fichiers')}, "
            f"{french(made.megabytes, 1)} Mo, "
            f"{plural(len(made.departements), 'département', 'départements')}."
        )
    )
    return made.folder
