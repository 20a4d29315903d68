"""`fragility simulate`: where more posts would help most, and what closing places would do."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fragility.errors import UsageError
from pipelines.folders import default_out, default_raw
from pipelines.options import EditionOption, OutOption, RawOption, console, require_writable

if TYPE_CHECKING:
    from fragility.access.candidates import Area

FRANCE = "france"
WHOLE = "édition entière"  # where the territory is not real
LONGEST = 86400  # seconds
MOST = 1_000_000


def simulate(
    posts: Annotated[
        int | None, typer.Option("--posts", help="Nombre de postes à placer.", min=1, max=MOST)
    ] = None,
    close: Annotated[
        list[str] | None,
        typer.Option("--close", help="Identifiant d'un lieu qui ferme (répétable)."),
    ] = None,
    close_file: Annotated[
        Path | None,
        typer.Option(
            "--close-file",
            metavar="FICHIER",
            help="CSV des lieux qui ferment : id, ou id et date_fin.",
            dir_okay=False,
        ),
    ] = None,
    ended_before: Annotated[
        datetime.datetime | None,
        typer.Option(
            "--ended-before",
            formats=["%Y-%m-%d"],
            help="Avec --close-file : ne fermer que les postes finis avant ce jour (AAAA-MM-JJ).",
        ),
    ] = None,
    edition: EditionOption = "demo",
    area: Annotated[
        str | None,
        typer.Option(
            "--zone",
            help="Avec --posts, où : france (défaut), region:75, departement:23 ou epci:200034825.",
        ),
    ] = None,
    quota: Annotated[
        str | None,
        typer.Option(
            "--quota", help="Avec --posts : au plus tant par territoire, comme departement:2."
        ),
    ] = None,
    candidates: Annotated[
        str | None,
        typer.Option(
            "--candidats",
            help="Avec --posts, lieux possibles, séparés par des virgules : mairie, "
            "france_services, bibliotheque (défaut : les trois).",
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option("--minutes", help="Minutes en deçà desquelles un poste est à portée.")
    ] = 20.0,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--secondes",
            help="Avec --posts, temps laissé à la recherche de l'optimum (défaut : 30).",
        ),
    ] = None,
    raw: RawOption = None,
    out: OutOption = None,
    into: Annotated[
        Path | None,
        typer.Option(
            "--dossier",
            metavar="DOSSIER",
            help="Où écrire (défaut : simulations/ dans les résultats).",
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Dire où placer des conseillers de plus, ou ce que des fermetures changeraient."""
    closing = bool(close or close_file)
    if (posts is None) == (not closing):
        raise UsageError(
            "Une simulation place des postes ou ferme des lieux.",
            expected="« --posts 20 », ou « --close ID » ou « --close-file lieux.csv »",
            found="les deux" if closing else "ni l'un ni l'autre",
            remedy="choisissez l'un des deux",
        )
    if ended_before is not None and close_file is None:
        raise UsageError(
            "Aucune liste publiée ne dit quand un poste finit.",
            expected="--ended-before avec --close-file",
            found="--ended-before seul",
            remedy="écrivez un CSV « id,date_fin » et donnez-le par --close-file",
        )
    _refuse_unused(
        closing,
        {"--zone": area, "--quota": quota, "--candidats": candidates, "--secondes": seconds},
    )
    if not (0 < threshold < 600 and (seconds is None or 0 < seconds <= LONGEST)):
        raise UsageError(
            "Un temps demandé est impossible.",
            expected=f"des minutes entre 0 et 600, des secondes entre 0 et {LONGEST}",
            found=f"--minutes {threshold:g}"
            + ("" if seconds is None else f" --secondes {seconds:g}"),
            remedy="corrigez ce nombre",
        )
    from fragility.export.simulation import write_simulation
    from fragility.sources.catalogue import find_edition
    from pipelines.simulate_display import show_closures, show_posts
    from pipelines.simulate_inputs import read_engine, read_inputs

    banner = find_edition(edition).banner
    where = area or FRANCE
    zone, most = _area(where), _quota(quota)
    ids: list[str] = list(close or [])
    if close_file is not None:
        from fragility.access.closures import read_closures

        ids += read_closures(close_file, ended_before.date() if ended_before else None)
        if not ids:
            raise UsageError(
                "Aucun lieu ne ferme.",
                path=close_file,
                expected="au moins une ligne"
                + (f" dont date_fin est avant le {ended_before:%Y-%m-%d}" if ended_before else ""),
                found="aucune",
                remedy="vérifiez la liste, ou la date de --ended-before",
            )
    root = out or default_out()
    folder, own = root / edition, root / "simulations" / edition
    require_writable(into or own, "--dossier")
    tables = read_inputs(folder, edition)
    screen = console()
    with screen.status("Temps de trajet, puis recherche…"):
        pairs_of, engine = read_engine(tables, folder, raw or default_raw(), edition)
        if posts is not None:
            from fragility.access.candidates import KINDS
            from fragility.access.simulate import simulate as site
            from fragility.access.siting import SECONDS

            kinds = list(KINDS) if candidates is None else _kinds(candidates)
            found = site(
                tables, pairs_of, posts, area=zone, threshold=threshold, kinds=kinds, quota=most,
                seconds=seconds or SECONDS,
            )  # fmt: skip
            frames = {
                "simulation_postes": found.postes,
                "simulation_territoires": found.territoires,
                "simulation_resume": found.resume,
            }
            if banner and where == FRANCE:
                frames["simulation_resume"] = found.resume.assign(nom_zone=WHOLE)
                where = "edition"
            label = _label(
                ["postes", str(posts), where], f"quota {quota}" if quota else "",
                "" if set(kinds) == set(KINDS) else "+".join(kinds), threshold,
            )  # fmt: skip
        else:
            from fragility.access.closures import close_places

            lost = close_places(tables, pairs_of, ids, threshold=threshold)
            frames = {
                "fermetures_lieux": lost.lieux,
                "fermetures_territoires": lost.territoires,
                "fermetures_resume": lost.resume,
            }
            closed = sorted(lost.lieux["id"])
            # Two lists of as many places must not take each other's folder.
            same = hashlib.sha256("\n".join(closed).encode()).hexdigest()[:6]
            label = _label(["fermetures", str(len(closed)), same], "", "", threshold)
    target = into or own / label
    written = write_simulation(
        target, frames, tables.core_communes, banner, edition=edition, engine=engine
    )
    if banner:
        screen.print(f"{banner} : ces chiffres ne décrivent aucun lieu réel.")
    if posts is not None:
        show_posts(screen, frames["simulation_postes"], frames["simulation_territoires"],
                   frames["simulation_resume"].iloc[0])  # fmt: skip
    else:
        show_closures(screen, frames["fermetures_lieux"], frames["fermetures_territoires"],
                      frames["fermetures_resume"].iloc[0])  # fmt: skip
    screen.print(engine)
    names = ", ".join(path.name for path in written)
    screen.print(f"\nTableaux et carte dans {target} : {names}.")


def _refuse_unused(closing: bool, given: dict[str, object]) -> None:
    """Refuse what only places posts, when places close: it would change nothing."""
    unused = [name for name, value in given.items() if closing and value is not None]
    if unused:
        raise UsageError(
            "Ce qui choisit où placer des postes ne sert pas à fermer des lieux.",
            expected="avec --close ou --close-file : --ended-before, --minutes, --dossier",
            found=", ".join(unused),
            remedy="retirez ces options ; fermetures_territoires.csv dit le département et "
            "l'intercommunalité de chaque commune touchée",
        )


def _kinds(words: str) -> list[str]:
    return list(dict.fromkeys(kind.strip() for kind in words.split(",") if kind.strip()))


def _label(words: list[str], quota: str, kinds: str, threshold: float) -> str:
    """Name the folder of a simulation: what is asked beyond the usual is in it."""
    from fragility.access.coverage import THRESHOLD_MIN

    minutes = "" if threshold == THRESHOLD_MIN else f"{threshold:g} min"
    said = [*words, *(word for word in (quota, kinds, minutes) if word)]
    return "-".join(said).replace(":", "-").replace(" ", "-")


def _area(words: str) -> Area:
    from fragility.access.candidates import Area

    level, _, code = words.partition(":")
    if (level == "france") == bool(code):
        raise UsageError(
            "La zone n'est pas comprise.",
            expected="france, region:75, departement:23 ou epci:200034825",
            found=words,
            remedy="écrivez le niveau, deux-points et le code",
        )
    return Area(level, code or None)


def _quota(words: str | None) -> tuple[str, int] | None:
    if words is None:
        return None
    level, _, most = words.partition(":")
    if not most.isdecimal() or int(most) < 1:
        raise UsageError(
            "Le quota n'est pas compris.",
            expected="un niveau et un nombre, comme departement:2",
            found=words,
            remedy="écrivez region, departement ou epci, deux-points et un nombre",
        )
    return level, int(most)
