"""`fragility simulate`: where more posts would help most, and what closing places would do."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fragility.errors import MissingFileError, UsageError
from pipelines.folders import default_out, default_raw
from pipelines.options import RawOption, console

if TYPE_CHECKING:
    from fragility.access.candidates import Area
    from fragility.access.homes import PairsOf
    from fragility.access.simulate import Tables

_READ = (
    "core_population_grille", "core_communes", "core_lieux", "access_couts", "access_portee",
    "index_scores", "index_competences", "index_incertitude",
)  # fmt: skip


def simulate(
    posts: Annotated[
        int | None, typer.Option("--posts", help="Nombre de postes à placer.", min=1)
    ] = None,
    close: Annotated[
        list[str] | None,
        typer.Option("--close", help="Identifiant d'un lieu qui ferme (répétable)."),
    ] = None,
    close_file: Annotated[
        Path | None,
        typer.Option("--close-file", help="CSV des lieux qui ferment : id, ou id et date_fin."),
    ] = None,
    ended_before: Annotated[
        datetime.datetime | None,
        typer.Option(
            "--ended-before",
            formats=["%Y-%m-%d"],
            help="Avec --close-file : ne fermer que les postes finis avant ce jour (AAAA-MM-JJ).",
        ),
    ] = None,
    edition: Annotated[str, typer.Option("--edition", "-e", help="Édition à lire.")] = "demo",
    area: Annotated[
        str,
        typer.Option(
            "--zone",
            help="Où : france, region:75, departement:23 ou epci:200034825.",
        ),
    ] = "france",
    quota: Annotated[
        str | None,
        typer.Option("--quota", help="Au plus tant de postes par territoire : departement:2."),
    ] = None,
    candidates: Annotated[
        str,
        typer.Option(
            "--candidats", help="Lieux possibles : mairie, france_services, bibliotheque."
        ),
    ] = "france_services,bibliotheque,mairie",
    threshold: Annotated[
        float, typer.Option("--minutes", help="Minutes en deçà desquelles un poste est à portée.")
    ] = 20.0,
    seconds: Annotated[
        float, typer.Option("--secondes", help="Temps laissé à la recherche de l'optimum.")
    ] = 30.0,
    raw: RawOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Dossier des résultats (défaut : data/processed).")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--dossier", help="Où écrire (défaut : simulations/ dans les résultats)."),
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
    if not (0 < threshold < 600 and seconds > 0):
        raise UsageError(
            "Un temps demandé est impossible.",
            expected="des minutes entre 0 et 600, et des secondes positives",
            found=f"--minutes {threshold:g} --secondes {seconds:g}",
            remedy="corrigez ce nombre",
        )
    from fragility.export.simulation import write_simulation
    from fragility.sources.catalogue import find_edition
    from pipelines.simulate_display import show_closures, show_posts

    banner = find_edition(edition).banner
    zone, most = _area(area), _quota(quota)
    root = out or default_out()
    folder = root / edition
    tables = _tables(folder, edition)
    screen = console()
    with screen.status("Temps de trajet, puis recherche…"):
        pairs_of, engine = _engine(tables, folder, raw or default_raw(), edition)
        if posts is not None:
            from fragility.access.candidates import KINDS
            from fragility.access.simulate import simulate as site

            kinds = [kind.strip() for kind in candidates.split(",") if kind.strip()]
            found = site(
                tables, pairs_of, posts, area=zone, threshold=threshold, kinds=kinds, quota=most,
                seconds=seconds,
            )  # fmt: skip
            frames = {
                "simulation_postes": found.postes,
                "simulation_territoires": found.territoires,
                "simulation_resume": found.resume,
            }
            label = _label(
                ["postes", str(posts), area], f"quota {quota}" if quota else "",
                "" if set(kinds) == set(KINDS) else "+".join(kinds), threshold,
            )  # fmt: skip
        else:
            from fragility.access.closures import close_places, read_closures

            day = ended_before.date() if ended_before else None
            ids = [*(close or []), *(read_closures(close_file, day) if close_file else [])]
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
    target = into or root / "simulations" / edition / label
    written = write_simulation(
        target, frames, tables.core_communes, banner, edition=edition, engine=engine
    )
    if banner:
        screen.print(f"{banner} : ces chiffres ne décrivent aucun lieu réel.")
    if posts is not None:
        show_posts(screen, frames["simulation_postes"], frames["simulation_resume"].iloc[0])
    else:
        show_closures(screen, frames["fermetures_lieux"], frames["fermetures_resume"].iloc[0])
    screen.print(engine)
    names = ", ".join(path.name for path in written)
    screen.print(f"\nTableaux et carte dans {target} : {names}.")


def _label(words: list[str], quota: str, kinds: str, threshold: float) -> str:
    """Name the folder of a simulation: what is asked beyond the usual is in it."""
    from fragility.access.coverage import THRESHOLD_MIN

    minutes = "" if threshold == THRESHOLD_MIN else f"{threshold:g} min"
    said = [*words, *(word for word in (quota, kinds, minutes) if word)]
    return "-".join(said).replace(":", "-").replace(" ", "-")


def _tables(folder: Path, edition: str) -> Tables:
    """Read what a simulation needs of a computed edition."""
    import geopandas as gpd
    import pandas as pd

    from fragility.access.simulate import Tables

    paths = {name: folder / "tables" / f"{name}.parquet" for name in _READ}
    made = [folder / "tables" / f"{name}.parquet" for name in ("core_recensement", "access_moteur")]
    if not all(path.is_file() for path in [*paths.values(), *made]):
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée par cette version.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    shaped = {"core_communes", "core_lieux"}
    frames = {
        name: (gpd.read_parquet if name in shaped else pd.read_parquet)(path)
        for name, path in paths.items()
    }
    return Tables(**frames)


def _engine(tables: Tables, folder: Path, raw: Path, edition: str) -> tuple[PairsOf, str]:
    """The engine that made the minutes of the edition, and a sentence on it."""
    import pandas as pd

    from fragility.access.cost_surface import build_surfaces
    from fragility.access.coverage import commune_density
    from fragility.access.run import EXTRACTS, NETWORKS, Roads
    from fragility.export.simulation_words import engine_words

    engines = pd.read_parquet(folder / "tables" / "access_moteur.parquet")
    store = folder.parent / NETWORKS
    roads = Roads.of_edition(engines, raw / EXTRACTS, store, edition=edition)
    census = pd.read_parquet(folder / "tables" / "core_recensement.parquet")
    density = commune_density(tables.core_communes, census)
    surfaces = build_surfaces(tables.core_population_grille, tables.core_communes, density)
    pairs_of = roads.pairs_of(surfaces, tables.core_population_grille, tables.access_couts)
    return pairs_of, engine_words(engines, any((raw / EXTRACTS).rglob("*.pbf")), edition)


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
