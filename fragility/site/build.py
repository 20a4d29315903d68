"""Write the site of an edition: one folder of plain files that any web server can host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from fragility.errors import FragilityError, MissingFileError, UsageError
from fragility.export.facts import RunFacts
from fragility.index.profile_model import Profile
from fragility.site import account, tiles
from fragility.site.figures import write_figures
from fragility.site.page import (
    ACCOUNT,
    LIST,
    SITE,
    TILES,
    copy_page,
    is_whole,
    listed,
    write_list,
)
from fragility.stored import read_shapes


@dataclass(frozen=True)
class SiteReport:
    """What was written.

    Attributes
    ----------
    folder : root of the site.
    files, megabytes : its files.
    departements : codes of the départements that have a file of cards.
    """

    folder: Path
    files: int
    megabytes: float
    departements: tuple[str, ...]


def write_site(out: Path, edition: str, to: Path | None = None) -> SiteReport:
    """Write the site of a published edition; leave or copy the one that its run has made.

    Parameters
    ----------
    out : folder of the outputs.
    edition : name of the edition, computed before.
    to : where to write; `site/` in the folder of the edition by default.

    Raises
    ------
    MissingFileError
        When the edition has not been computed.
    UsageError
        When `to` is a folder that holds something else than a site.
    """
    folder = out / edition
    if not (folder / "tables").is_dir():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    own = folder / SITE
    target = (to or own).resolve()
    if target.exists() and any(target.iterdir()) and not _is_site(target):
        raise UsageError(
            "Ce dossier n'est pas vide, et n'est pas un site déjà écrit.",
            path=target,
            remedy="donnez avec --vers un dossier vide ou nouveau",
        )
    try:
        if not is_whole(own):
            contours = read_shapes(folder, "core_contours")
            with _draft(target) as draft:
                copy_page(draft)
                write_figures(folder, draft, *account.read_run(folder))
                write_list(draft)
                _draw(contours, draft)
                _publish(draft, target)
        elif target != own.resolve():
            with _draft(target) as draft:
                for path in listed(own):
                    (draft / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(own / path, draft / path)
                _publish(draft, target)
    except OSError as error:
        raise FragilityError(
            "Le site n'a pas pu être écrit.",
            path=error.filename or target,
            found=error.strerror or str(error),
            remedy="vérifiez la place libre et vos droits, ou choisissez un autre dossier avec "
            "--vers",
        ) from error
    sizes = [path.stat().st_size for path in target.rglob("*") if path.is_file()]
    codes = (path.stem for path in (target / "fiches").glob("*.json"))
    departements = tuple(sorted(code for code in codes if code not in tiles.LEVELS))
    return SiteReport(target, len(sizes), sum(sizes) / 1e6, departements)


def _is_site(folder: Path) -> bool:
    """Tell whether a folder holds a site, were it half written."""
    return (folder / ACCOUNT).is_file() or (folder / LIST).is_file()


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Name of a folder beside a site, removed in the end."""
    draft = target.with_name(f".{target.name}.en-cours")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, target: Path) -> list[Path]:
    """Replace what a site holds, and leave what its owner put beside (a `CNAME`, a `.git`).

    The account says that a site is whole: gone before all, back after all. The list comes first,
    so that a folder left half-way is known for a site.
    """
    target.mkdir(parents=True, exist_ok=True)
    files = [path.relative_to(draft) for path in sorted(draft.rglob("*")) if path.is_file()]
    if (draft / ACCOUNT).is_file():
        (target / ACCOUNT).unlink(missing_ok=True)
    order = {LIST: -1, ACCOUNT: 1}
    for made in sorted(draft.iterdir(), key=lambda path: (order.get(path.name, 0), path.name)):
        old = target / made.name
        if old.is_dir():
            shutil.rmtree(old)
        made.replace(old)
    return [target / path for path in files]


def _draw(contours: gpd.GeoDataFrame, draft: Path) -> None:
    """Write the tiles and their list: they may be made when the pages are not.

    A page left open finds no tile of other codes, whose features it would give wrong colours.
    """
    numbering = tiles.numbering_of(tiles.level_codes(contours))
    tiles.write_tiles(contours, draft / TILES / numbering)
    write_list(draft / TILES)


def write_tiles(contours: gpd.GeoDataFrame, site: Path) -> list[Path]:
    """Write the tiles of a site; return their files.

    Parameters
    ----------
    contours : table `core_contours`.
    site : root of the site.
    """
    with _draft(site) as draft:
        _draw(contours, draft)
        return _publish(draft, site)


def write_pages(
    folder: Path,
    site: Path,
    profiles: Sequence[Profile],
    facts: RunFacts,
    bounds: pd.DataFrame,
) -> list[Path]:
    """Write all of a site but its tiles: the page, the values and the cards; return its files.

    Parameters
    ----------
    folder : folder of the edition, with its `tables/`.
    site : root of the site.
    profiles : profiles of the run, the main one first.
    facts : words of the run.
    bounds : table `index_bornes`.
    """
    with _draft(site) as draft:
        copy_page(draft)
        write_figures(folder, draft, profiles, facts, bounds)
        write_list(draft)
        return _publish(draft, site)
