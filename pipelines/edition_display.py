"""What `fragility edition` prints: what was recognised, what was not, and proof that it reads."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from fragility.errors import FragilityError, UsageError
from fragility.export.labels import french
from fragility.sources.catalogue import (
    EDITIONS,
    USER_EDITIONS,
    find_edition,
    releases_of,
)
from fragility.sources.demo import write_demo
from fragility.sources.detect.recognise import Detection
from fragility.sources.files import missing_files
from fragility.sources.user_editions import NAME
from fragility.sources.user_toml import remove_edition
from fragility.territory.new_edition import Draft, draft_edition, publish_edition
from fragility.territory.new_release import Found
from fragility.territory.release_tables import Told
from fragility.territory.wishes import Wish
from pipelines.edition_proof import SHOWN_COLUMNS, show_left, show_proof
from pipelines.options import console

DEMO = "demo"
SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
LEVELS = {"commune": "commune", "iris": "IRIS"}


def make_edition(
    name: str,
    base: str,
    wishes: list[Wish],
    raw: Path,
    *,
    told: Told,
    without: tuple[str, ...],
    title: str,
    cog_year: int | None,
    controls: Mapping[str, int],
    force: bool,
    in_place: bool,
    preview: bool,
) -> None:
    """Draft an edition, show what was recognised, and write it unless it is a preview."""
    screen = console()
    if base == DEMO and missing_files(releases_of(find_edition(DEMO)), raw):
        write_demo(raw)
    try:
        if not preview:
            raw.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            prefix=".edition-", dir=None if preview else raw
        ) as staging:
            draft = draft_edition(
                name, base, wishes, raw, Path(staging), told=told, without=without, title=title,
                cog_year=cog_year, controls=controls, force=force, in_place=in_place,
            )  # fmt: skip
            _show(screen, draft)
            if preview:
                screen.print("\nAperçu : rien n'est écrit.")
                return
            folders = publish_edition(draft, raw, force=force)
    except OSError as error:
        raise FragilityError(
            "Un fichier ou un dossier ne peut être lu ou écrit.",
            path=error.filename, found=error.strerror or str(error),
            remedy="vérifiez la place libre et vos droits, ou donnez avec --raw un dossier à vous",
        ) from error  # fmt: skip
    _show_written(screen, draft, folders, raw, in_place)


def forget_edition(name: str, raw: Path) -> None:
    """Take an edition out of `editions.toml`."""
    if name not in USER_EDITIONS:
        find_edition(name)
        raise UsageError(
            f"L'édition « {name} » est une édition du projet : elle ne peut pas être défaite.",
            expected=", ".join(n for n in EDITIONS if n in USER_EDITIONS) or "une des vôtres",
            remedy="« fragility editions » dit lesquelles sont à vous",
        )
    gone = remove_edition(raw, name)
    screen = console()
    screen.print(f"L'édition « {name} » n'est plus dans {escape(str(raw / NAME))}.")
    for release in gone:
        screen.print(f"Ses fichiers restent dans {escape(str(raw / release.folder))}")
    screen.print("Ce qu'elle a produit reste dans le dossier des résultats.")


def _show(screen: Console, draft: Draft) -> None:
    screen.print(f"[bold]{escape(draft.edition.title)}[/] ({draft.edition.name})")
    screen.print(f"Faite de {draft.base}, carte des communes de {draft.edition.cog_year}.")
    for key, found in draft.found.items():
        old = ", ".join(draft.replaced[key])
        place = f"à la place de {old}" if old else "en plus des livraisons de la base"
        screen.print(f"\n[bold]{escape(key)}[/], {place}")
        for table in found.tables:
            screen.print(_recognised(found, table))
        show_left(screen, found, draft.doubts[key])
        show_proof(screen, draft.proofs[key], draft.aside[key])
    for key in draft.removed:
        screen.print(f"\n[yellow]Sans[/] {key} : ce qu'elle apportait manquera ou sera modélisé.")
    for key, total in draft.dropped.items():
        screen.print(
            f"[yellow]Total de la base abandonné[/] : {key} = {french(total)}. Donnez le vôtre "
            f"avec --controle {key}=NOMBRE."
        )


def _recognised(found: Found, table: Detection) -> Table:
    """Table of what was recognised in one table of a file, and of what told it."""
    shown = Table(title=f"Reconnu dans {escape(table.look.name)}", title_justify="left")
    for column in ("quoi", "valeur", "d'après"):
        shown.add_column(column, overflow="fold")
    release = found.release

    def add(what: str, value: object, where: str = "contenu") -> None:
        shown.add_row(what, escape(str(value)), escape(where))

    add("forme", table.family.form, "colonnes")
    add("année des chiffres", release.year, table.year_from or "carte des codes")
    if table.year is not None and table.year != release.year:
        add("année de cette table", table.year, table.year_from)
    if table.level:
        add("niveau", LEVELS[table.level], "codes")
    begun = f" (jugé sur les {french(table.look.sampled)} premières)" if table.look.sampled else ""
    add("lignes", french(table.look.rows) + begun)
    if found.map is not None and len(table.codes):
        share = "" if math.isnan(found.map.share_pct) else (
            f" ({french(found.map.share_pct, 2)} % des communes y sont)"
        )  # fmt: skip
        add("carte des codes", f"1er janvier {found.map.year}{share}", found.map.reason)
    if table.look.kind == "texte":
        add("séparateur", SEPARATORS[table.look.sep])
        add("encodage", table.look.encoding)
    if table.look.skip_rows:
        add("lignes avant l'en-tête", table.look.skip_rows)
    if table.look.sheet:
        add("feuille", table.look.sheet)
    if table.writing is not None:
        add("décimales", table.writing.decimal)
        marks = [f"{mark} : {french(n)}" for mark, n in table.writing.secrets.items()]
        marks += [f"vide : {french(table.writing.empty)}"] if table.writing.empty else []
        add("secret statistique", ", ".join(marks) or "aucun")
        new = [f"{mark} : {french(n)}" for mark, n in table.writing.marks.items()]
        if new:
            add("autres marques, lues comme un secret", ", ".join(new))
    for role, column in _columns(table):
        add(role, column, _told_by(table, role, column))
    for option, value in table.options.items():
        add(f"option {option}", value, _option_from(table, option))
    for option, value in found.inherited.items():
        add(f"option {option}", value, "livraison remplacée")
    if found.known:
        add("copie connue", found.known, "somme sha256")
    elif found.nearest:
        add("livraison connue la plus proche", found.nearest, "forme et année")
    return shown


def _columns(table: Detection) -> list[tuple[str, str]]:
    """Columns of a table, a long list of census counts being summed up."""
    pairs = list(table.match.columns.items())
    if len(pairs) <= SHOWN_COLUMNS:
        return pairs
    rest = ", ".join(column for _, column in pairs[SHOWN_COLUMNS:])
    return [*pairs[:SHOWN_COLUMNS], ("et", rest)]


def _told_by(table: Detection, role: str, column: str) -> str:
    """What told which column plays a role."""
    if role in table.told:
        return "vous"
    found = table.family.role(role)
    named = found is not None and any(p.fullmatch(column.strip()) for p in found.patterns())
    return "nom de colonne" if named or found is None else "ses codes"


def _option_from(table: Detection, option: str) -> str:
    if option in table.match.options:
        return "nom de colonne"
    if option in table.family.options:
        return "forme du tableau"
    return "par défaut" if option in table.family.defaults else "contenu"


def _show_written(
    screen: Console, draft: Draft, folders: Mapping[str, Path], raw: Path, in_place: bool
) -> None:
    screen.print()
    for key, found in draft.found.items():
        if found.held.brought:
            how = "Tirés de l'archive" if found.tables[0].look.member else "Copiés"
            screen.print(
                f"{how} dans {escape(str(folders[key]))} : {len(found.held.files)} fichier(s)"
            )
        else:
            why = "lus sur place" if in_place else "déjà dans le dossier des sources"
            screen.print(f"{escape(key)} : fichiers {why}, ni copiés ni déplacés")
    screen.print(f"Édition écrite dans {escape(str(raw / NAME))}, modifiable à la main.")
    screen.print(
        f"Suite : [bold]fragility run --edition {draft.edition.name} --raw {escape(str(raw))}[/] "
        f"(« fragility edition remove {draft.edition.name} » la défait)"
    )
