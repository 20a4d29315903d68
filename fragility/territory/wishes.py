"""What a user asks of a new edition, and what cannot be asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fragility.errors import UsageError
from fragility.sources.catalogue import (
    EDITIONS,
    RELEASES,
    SOURCES,
    USER_EDITIONS,
    USER_RELEASES,
    releases_of,
)
from fragility.sources.model import Edition
from fragility.sources.user_editions import is_slug
from fragility.territory.probe import READS, SEVERAL

# Without one source of each of these groups, no edition can run.
MANDATORY = (
    ("insee_cog",), ("insee_cog_mouvements",), ("insee_iris",), ("insee_epci",),
    ("ign_communes",), ("ign_iris",), ("eurostat_grille",), ("anct_conseillers",),
    ("anct_france_services",), ("arcep_fixe", "arcep_fibre"),
    ("arcep_mobile_sites", "arcep_couverture"),
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """One file, or several, put in the place of a source or of one of its releases.

    Attributes
    ----------
    source : id of the source.
    paths : files or folders.
    release : name of the one release concerned, empty for all those of the source.
    """

    source: str
    paths: tuple[Path, ...]
    release: str = ""


def check_name(name: str, base: str, force: bool) -> None:
    """Refuse a name that is no folder's, that of an edition of the project, or one taken."""
    if base not in EDITIONS or base == name:
        raise UsageError(
            f"L'édition de départ « {base} » n'existe pas.",
            expected=", ".join(e for e in EDITIONS if e != name),
            remedy="choisissez l'une d'elles avec --from (« fragility editions » les décrit)",
        )
    if not is_slug(name):
        raise UsageError(
            f"Une édition ne peut pas s'appeler « {name} » : son nom est celui d'un dossier.",
            expected="des minuscules sans accent, des chiffres et des tirets, comme essai-2021",
            remedy="choisissez un autre nom",
        )
    if name in EDITIONS and name not in USER_EDITIONS:
        raise UsageError(
            f"L'édition « {name} » est une édition du projet.", remedy="choisissez un autre nom"
        )
    if name in EDITIONS and not force:
        raise UsageError(
            f"L'édition « {name} » existe déjà.",
            remedy="choisissez un autre nom, ou ajoutez --force pour la remplacer",
        )


def check_release(key: str, name: str) -> None:
    """Refuse to give a release the name of another edition's."""
    if any(key in e.releases for e in EDITIONS.values() if e.name != name) or (
        key in RELEASES and key not in USER_RELEASES
    ):
        raise UsageError(
            f"La livraison {key} existe déjà.", remedy="choisissez un autre nom d'édition"
        )


def check_wishes(wishes: list[Wish], without: tuple[str, ...], base: Edition) -> None:
    """Refuse a source that no reader knows, that the base has not, or that is given twice.

    One without which nothing can be computed cannot be taken out either.
    """
    present = {r.source for r in releases_of(base)}
    for source in [*(w.source for w in wishes), *without]:
        if source not in READS:
            raise UsageError(
                f"La source « {source} » n'existe pas, ou aucun lecteur ne la connaît.",
                expected=", ".join(s for s in SOURCES if s in READS),
                remedy="choisissez l'une d'elles",
            )
    if strangers := [s for s in without if s not in present]:
        raise UsageError(
            f"L'édition {base.name} n'a pas la source « {strangers[0]} ».",
            expected=", ".join(sorted(present)), remedy="retirez cette option",
        )  # fmt: skip
    left = (present - set(without)) | {w.source for w in wishes}
    for group in MANDATORY:
        if not left & set(group) and (gone := [s for s in without if s in group]):
            raise UsageError(
                f"Une édition ne peut pas se passer de la source « {gone[0]} ».",
                expected=" ou ".join(group),
                remedy="retirez cette option, ou donnez un autre fichier avec --set",
            )
    for source in {w.source for w in wishes}:
        names = [w.release for w in wishes if w.source == source]
        alone = len(names) > 1 and (source not in SEVERAL or "" in names)
        if alone or len(set(names)) < len(names) or source in without:
            raise UsageError(
                f"La source « {source} » est donnée plusieurs fois.",
                expected="une fois, les fichiers séparés par des virgules"
                + (f", ou {source}/LIVRAISON=…, chacune une fois" if source in SEVERAL else ""),
                remedy="gardez-en une",
            )
        for release in names:
            own = [r.name for r in releases_of(base, source)]
            if release and own and release not in own and source not in SEVERAL:
                raise UsageError(
                    f"L'édition ne lit qu'une livraison de la source « {source} ».",
                    expected=f"{source}=CHEMIN, ou {source}/{own[0]}=CHEMIN",
                    found=f"{source}/{release}", remedy="corrigez le nom de la livraison",
                )  # fmt: skip
