"""The command line: French help and messages, machine names that never change.

Exit codes: 0 done, 1 a run or a data check failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from typer import rich_utils

from fragility import __version__
from fragility.errors import FragilityError
from pipelines.compare_cli import compare
from pipelines.departement_cli import gpkg
from pipelines.edition_cli import app as edition_app
from pipelines.explain_cli import explain
from pipelines.fiche_cli import fiche
from pipelines.folders import DEFAULT_PROFILE, default_out, default_raw
from pipelines.options import (
    EditionOption,
    FrenchGroup,
    OutOption,
    RawOption,
    console,
    require_writable,
)
from pipelines.score_cli import score
from pipelines.simulate_cli import simulate
from pipelines.site_cli import serve, site
from pipelines.usage import WRONG_USAGE, in_french

app = typer.Typer(
    cls=FrenchGroup,
    help="Où l'exclusion numérique fait mal en France, et où personne n'est près pour aider.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(edition_app, name="edition")
app.command()(compare)
app.command()(explain)
app.command()(gpkg)
app.command()(fiche)
app.command()(score)
app.command()(simulate)
app.command()(site)
app.command()(serve)

rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.DEFAULT_STRING = "[défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"

INTERRUPTED = 130

ProfilesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        "-p",
        help="Définition de l'indice, ou un fichier .toml ; à répéter pour plusieurs, la première "
        f"étant celle des cartes (défaut : {DEFAULT_PROFILE}).",
    ),
]


@app.command()
def run(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    profile: ProfilesOption = None,
    seuil: Annotated[
        float | None,
        typer.Option(
            "--seuil",
            help="Part des communes dites fragiles, au plus, en % (défaut : celle du profil).",
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--complet", help="Tout recalculer, même ce qui n'a pas changé."),
    ] = False,
) -> None:
    """Calculer une édition, des fichiers sources à toutes les sorties ; ce qui n'a pas changé
    depuis la dernière fois est gardé.
    """
    from fragility.index.profiles import load_profiles, with_share
    from fragility.sources.catalogue import find_edition

    # What was typed is judged before anything slow is loaded.
    find_edition(edition)
    profiles = [with_share(name, seuil) for name in profile or [DEFAULT_PROFILE]]
    load_profiles(profiles)
    require_writable((out or default_out()) / edition, "--out")
    from pipelines.display import quiet_dagster

    quiet_dagster()
    from pipelines.run_display import run_with_progress

    run_with_progress(
        console(), edition, raw or default_raw(), out or default_out(), profiles, everything
    )


@app.command()
def profiles(
    profile: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            "-p",
            help="Ne décrire que celui-ci, et vérifier un fichier .toml sans rien calculer.",
        ),
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option("--edition", "-e", help="Dire aussi ce qui manque à cette édition."),
    ] = None,
    raw: RawOption = None,
    out: OutOption = None,
) -> None:
    """Lister les profils d'indice : leur échelle et leurs indicateurs ; ou vérifier le vôtre."""
    from pipelines.profiles_display import show_profiles

    show_profiles(console(), edition, out or default_out(), profile)


@app.command()
def editions(raw: RawOption = None) -> None:
    """Lister les éditions."""
    from pipelines.display import show_editions

    show_editions(console())


@app.command()
def sources(
    edition: Annotated[
        str | None, typer.Option("--edition", "-e", help="Une seule édition.")
    ] = None,
    raw: RawOption = None,
) -> None:
    """Dire quels fichiers sources sont là, lesquels manquent et où les trouver."""
    from pipelines.display import show_sources

    show_sources(console(), edition, raw or default_raw())


@app.command()
def fetch(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Redemander aussi les fichiers qui ne sont pas la copie connue."
        ),
    ] = False,
    mirror: Annotated[
        str | None,
        typer.Option(
            "--miroir",
            help="Serveur demandé à la place des producteurs : MIROIR/hôte/chemin "
            "(défaut : FRAGILITY_MIRROR, sinon aucun).",
        ),
    ] = None,
) -> None:
    """Télécharger les fichiers sources qui manquent, et dire où placer les autres."""
    from pipelines.display import fetch_with_progress

    require_writable(raw or default_raw(), "--raw")
    mirror = os.environ.get("FRAGILITY_MIRROR", "") if mirror is None else mirror
    fetch_with_progress(console(), edition, raw or default_raw(), force, mirror)


@app.command()
def check(
    edition: EditionOption = "demo",
    raw: RawOption = None,
    out: OutOption = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-p", help="Définition de l'indice (défaut : celle du calcul)."),
    ] = None,
) -> None:
    """Refaire les contrôles sur une édition déjà calculée."""
    from pipelines.display import show_checks

    show_checks(console(), edition, out or default_out(), profile)


@app.command()
def validation(
    edition: EditionOption = "france-2021",
    raw: RawOption = None,
    out: OutOption = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="DOSSIER",
            help="Dossier des valeurs publiées à comparer.",
            file_okay=False,
        ),
    ] = None,
    docs: Annotated[
        Path,
        typer.Option(
            "--docs", metavar="DOSSIER", help="Dossier de la page écrite.", file_okay=False
        ),
    ] = Path("docs"),
    passages: Annotated[
        bool,
        typer.Option(
            "--passages",
            help="Comparer plutôt les passages entre cartes des communes, et écrire "
            "docs/passage-cog.md.",
        ),
    ] = False,
    audit: Annotated[
        bool,
        typer.Option("--audit", help="Dire plutôt ce que l'indice mesure : docs/audit.md."),
    ] = False,
    sensibilite: Annotated[
        bool,
        typer.Option(
            "--sensibilite",
            help="Dire plutôt de quels choix dépend le classement : docs/sensibilite.md.",
        ),
    ] = False,
    incertitude: Annotated[
        bool,
        typer.Option(
            "--incertitude",
            help="Dire plutôt ce que valent les intervalles : docs/incertitude.md.",
        ),
    ] = False,
    evolution: Annotated[
        bool,
        typer.Option(
            "--evolution",
            help="Comparer plutôt les deux éditions nationales entre elles : docs/comparaison.md.",
        ),
    ] = False,
    profils: Annotated[
        bool,
        typer.Option(
            "--profils",
            help="Comparer plutôt les profils de 2020 à l'indice publié : docs/profils.md.",
        ),
    ] = False,
    competences: Annotated[
        bool,
        typer.Option(
            "--competences",
            help="Dire plutôt ce que vaut l'estimation des personnes : docs/competences.md.",
        ),
    ] = False,
    portee: Annotated[
        bool,
        typer.Option("--portee", help="Dire plutôt qui est à portée de quoi : docs/portee.md."),
    ] = False,
    requetes: Annotated[
        bool,
        typer.Option(
            "--requetes",
            help="Poser plutôt à l'édition les dix questions d'un planificateur : "
            "docs/requetes.md.",
        ),
    ] = False,
    reseau: Annotated[
        bool,
        typer.Option(
            "--reseau",
            help="Mesurer plutôt les extraits OpenStreetMap de osm/ : docs/reseau.md.",
        ),
    ] = False,
) -> None:
    """Comparer une édition aux valeurs publiées et écrire docs/validation.md."""
    require_writable(docs, "--docs")
    if passages:
        from fragility.validation.passages_page import write_passages

        page = write_passages(raw or default_raw(), reference, docs)
    elif audit:
        from fragility.validation.audit_page import write_audit

        page = write_audit((out or default_out()) / edition, docs)
    elif sensibilite:
        from fragility.validation.sensitivity_page import write_sensitivity

        page = write_sensitivity((out or default_out()) / edition, docs)
    elif incertitude:
        from fragility.validation.honesty_page import write_honesty

        page = write_honesty((out or default_out()) / edition, docs)
    elif evolution:
        from fragility.validation.evolution_docs import write_change_page
        from pipelines.emit import run_date

        page = write_change_page(out or default_out(), docs, run_date())
    elif profils:
        from fragility.validation.profiles_page import write_profiles
        from pipelines.emit import run_date

        page = write_profiles((out or default_out()) / edition, reference, docs, run_date())
    elif competences:
        from fragility.validation.skills_page import write_skills

        page = write_skills((out or default_out()) / edition, raw or default_raw(), docs)
    elif portee:
        from fragility.validation.reach_page import write_reach

        page = write_reach((out or default_out()) / edition, docs)
    elif requetes:
        from fragility.validation.questions_page import write_questions

        page = write_questions((out or default_out()) / edition, docs)
    elif reseau:
        from fragility.access.run import NETWORKS
        from fragility.validation.network_page import write_network
        from pipelines.emit import run_date

        store = (out or default_out()) / NETWORKS
        page = write_network(raw or default_raw(), store, docs, run_date())
    else:
        from fragility.validation.report import write_validation

        page = write_validation((out or default_out()) / edition, reference, docs)
    console().print(f"Page écrite : {page}")


@app.command()
def version() -> None:
    """Afficher la version."""
    console().print(__version__)


def main() -> None:
    """Run the command line and turn what the user can act on into a message and an exit code."""
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    _write_in_any_encoding()
    try:
        # Commands return nothing; an early exit (help, interruption) returns its code.
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0
    except FragilityError as error:
        code = _refuse(error)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if not isinstance(error, WRONG_USAGE):
            raise
        code = _refuse(in_french(error, sys.argv[1:]))
    if code == INTERRUPTED:
        _errors().print("Interrompu. Ce qui était publié n'a pas changé.")
    sys.exit(code)


def _errors() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _refuse(error: FragilityError) -> int:
    """Print an error and return its exit code."""
    _errors().print(f"[bold red]Erreur[/] : {escape(error.message())}")
    return error.exit_code


def _blank(error: UnicodeError) -> tuple[str, int]:
    """Stand for the character that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return " ", error.end


def _write_in_any_encoding() -> None:
    """Write a blank for what the encoding lacks: a redirection on Windows has no thin space."""
    codecs.register_error("blank", _blank)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="blank")


if __name__ == "__main__":
    main()
