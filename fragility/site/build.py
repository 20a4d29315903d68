"""Write the site of an edition: one folder of plain files that any web server can host."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from fragility.errors import FragilityError, MissingFileError, UsageError
from fragility.export.facts import RunFacts
from fragility.index.profile_model import Profile
from fragility.site import account, cards, levels, tiles
from fragility.site.page import ACCOUNT, SITE, TILES, copy_page, is_whole
from fragility.site.themes import Theme, build_themes, file_of, measures_of
from fragility.stored import read_shapes

NAMED = 6000
"""Communes whose name may be on the map, the most populous ones."""


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
    """Write the site of a published edition, or copy the one that its run has made.

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
    if target.exists() and any(target.iterdir()) and not (target / ACCOUNT).is_file():
        raise UsageError(
            "Ce dossier n'est pas vide, et n'est pas un site déjà écrit.",
            path=target,
            remedy="donnez avec --vers un dossier vide ou nouveau",
        )
    try:
        if not is_whole(own):
            contours = read_shapes(folder, "core_contours")
            profiles, facts, bounds = account.read_run(folder)
            write_tiles(contours, target)
            write_pages(folder, target, profiles, facts, bounds)
        elif target != own.resolve():
            with _draft(target) as draft:
                shutil.copytree(own, draft)
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
    listed = (path.stem for path in (target / "fiches").glob("*.json"))
    departements = tuple(sorted(code for code in listed if code not in tiles.LEVELS))
    return SiteReport(target, len(sizes), sum(sizes) / 1e6, departements)


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
    """Replace what a site holds, and leave what its owner put beside (a `CNAME`, a `.git`)."""
    target.mkdir(parents=True, exist_ok=True)
    files = [path.relative_to(draft) for path in sorted(draft.rglob("*")) if path.is_file()]
    # The account last: it says that the site is whole.
    for made in sorted(draft.iterdir(), key=lambda path: path.name == ACCOUNT):
        old = target / made.name
        if old.is_dir():
            shutil.rmtree(old)
        made.replace(old)
    return [target / path for path in files]


def write_tiles(contours: gpd.GeoDataFrame, site: Path) -> list[Path]:
    """Write the tiles of a site; return their files.

    Parameters
    ----------
    contours : table `core_contours`.
    site : root of the site.
    """
    with _draft(site) as draft:
        tiles.write_tiles(contours, draft / TILES)
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
        _write_figures(folder, draft, profiles, facts, bounds)
        return _publish(draft, site)


def _write_figures(
    folder: Path,
    draft: Path,
    profiles: Sequence[Profile],
    facts: RunFacts,
    bounds: pd.DataFrame,
) -> None:
    contours = read_shapes(folder, "core_contours")
    codes = tiles.level_codes(contours)
    rows = {level: levels.read_level(folder, level, codes[level]) for level in tiles.LEVELS}
    boxes = {level: cards.boxes_of(contours, level, codes[level]) for level in tiles.LEVELS}
    scores = {k: levels.read_profile_scores(folder, k, codes[k]) for k in tiles.LEVELS}
    measures = {level: measures_of(rows[level], scores[level]) for level in tiles.LEVELS}
    themes = build_themes(measures["commune"], facts, bounds, profiles)
    offered = {theme.id: _write_values(draft, theme, measures) for theme in themes}
    for level in tiles.LEVELS:
        content = _territories(rows[level], level)
        if level == "epci":
            content["departements"] = _crossed(rows["commune"], rows["epci"].index)
        _dump(draft / "territoires" / f"{level}.json", content)
    for code, content in cards.cards_by_departement(rows, boxes).items():
        _dump(draft / "fiches" / f"{code}.json", content)
    for level in ("epci", "departement"):
        _dump(
            draft / "fiches" / f"{level}.json",
            {level: cards.build_cards(rows[level], boxes[level])},
        )
    places = read_shapes(folder, "lieux")
    _dump(draft / "lieux.json", cards.build_places(places))
    _dump(draft / "noms.json", _names(contours, rows["commune"]))
    _dump(
        draft / ACCOUNT, account.describe(facts, profiles, themes, offered, rows, contours, places)
    )


def _dump(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_bytes(text.encode())


def _write_values(draft: Path, theme: Theme, measures: dict[str, pd.DataFrame]) -> list[str]:
    """Write the classes and the values of a theme at each level that has it; return those."""
    there = []
    for level, table in measures.items():
        if theme.column not in table or not table[theme.column].notna().any():
            continue
        values = table[theme.column]
        content: dict[str, object] = {"classes": "".join(map(str, theme.classes_of(values)))}
        if theme.words is None:
            content["valeurs"] = levels.plain(values, theme.decimals)
        _dump(draft / "valeurs" / level / f"{file_of(theme)}.json", content)
        there.append(level)
    return there


def _territories(rows: pd.DataFrame, level: str) -> dict[str, object]:
    """What the list and the search need of each territory, in the order of the tiles."""
    content: dict[str, object] = {
        "codes": list(rows.index),
        "noms": levels.plain(rows["nom"]),
        "population": levels.plain(rows["population"]),
    }
    if "code_departement" in rows and level != "departement":
        content["departements"] = levels.plain(rows["code_departement"])
    if "code_commune" in rows and level == "iris":
        content["communes"] = levels.plain(rows["code_commune"])
    if "couverture" in rows:
        uncovered = rows["couverture"].eq("non_couverte").astype(int)
        both = rows["est_fragile_non_couverte"].eq(True).astype(int)
        content["non_couvertes"] = "".join(map(str, uncovered))
        content["fragiles_non_couvertes"] = "".join(map(str, both))
    return content


def _crossed(communes: pd.DataFrame, epci: pd.Index) -> list[str]:
    """Départements where each EPCI has communes, « 19,23 »."""
    pairs = communes[["code_epci", "code_departement"]].dropna().drop_duplicates()
    joined = pairs.sort_values("code_departement").groupby("code_epci")["code_departement"]
    return list(joined.agg(",".join).reindex(epci).fillna(""))


def _names(contours: gpd.GeoDataFrame, communes: pd.DataFrame) -> dict[str, object]:
    """Names to write on the map, where each commune is, the most populous first."""
    largest = communes["population"].dropna().nlargest(NAMED).index
    own = contours[(contours["niveau"] == "commune") & contours.geometry.notna()]
    shapes = own.drop_duplicates("code").set_index("code").geometry
    shown = largest[largest.isin(shapes.index)]
    points = shapely.get_coordinates(shapely.point_on_surface(shapes.loc[shown].to_numpy()))
    return {"noms": levels.plain(communes.loc[shown, "nom"]), "points": points.round(4).tolist()}
