"""What the page colours, lists and tells: the JSON files of a site, all with the mark of a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.export.facts import RunFacts
from fragility.index.profile_model import Profile
from fragility.site import account, cards, levels, tiles
from fragility.site.page import ACCOUNT
from fragility.site.themes import Theme, build_themes, file_of, measures_of
from fragility.stored import read_shapes

NAMED = 6000
"""Communes whose name is on the map from afar, the most populous ones."""
MARK = "calcul"
"""Key of the mark of the run, in every file that an open page may read."""
_SIZE = 8
_FIXED, _DOUBT = "non_thd_pct", "est_non_thd_douteux"
_CLOSE, _FAR = 4, 3
"""Digits of degrees: a name that is seen from close bears a hundred metres."""


def write_figures(
    folder: Path,
    draft: Path,
    profiles: Sequence[Profile],
    facts: RunFacts,
    bounds: pd.DataFrame,
) -> None:
    """Write the account of a site and all that the page reads after it, but the tiles.

    Values are in the order of the territories: those of one run mean nothing with the codes of
    another. All the files bear one mark, the same for equal contents, and the page compares it.

    Parameters
    ----------
    folder : folder of the edition, with its `tables/`.
    draft : root of the site.
    profiles : profiles of the run, the main one first.
    facts : words of the run.
    bounds : table `index_bornes`.
    """
    contours = read_shapes(folder, "core_contours")
    codes = tiles.level_codes(contours)
    rows = {level: levels.read_level(folder, level, codes[level]) for level in tiles.LEVELS}
    boxes = {level: cards.boxes_of(contours, level, codes[level]) for level in tiles.LEVELS}
    scores = {k: levels.read_profile_scores(folder, k, codes[k]) for k in tiles.LEVELS}
    measures = {level: measures_of(rows[level], scores[level]) for level in tiles.LEVELS}
    themes = build_themes(measures["commune"], facts, bounds, profiles)
    places = read_shapes(folder, "lieux")
    made: dict[str, str] = {}
    offered: dict[str, list[str]] = {}
    for theme in themes:
        there = dict(_values(theme, measures))
        offered[theme.id] = list(there)
        for level, content in there.items():
            made[f"valeurs/{level}/{file_of(theme)}.json"] = _text(content)
    for level in tiles.LEVELS:
        content = _territories(rows[level], level)
        if level == "epci":
            content["departements"] = _crossed(rows["commune"], rows["epci"].index)
        made[f"territoires/{level}.json"] = _text(content)
    for code, own in cards.cards_by_departement(rows, boxes).items():
        made[f"fiches/{code}.json"] = _text(own)
    for level in ("epci", "departement"):
        made[f"fiches/{level}.json"] = _text({level: cards.build_cards(rows[level], boxes[level])})
    made["lieux.json"] = _text(cards.build_places(places))
    points = _points(contours, rows["commune"].index)
    made["noms.json"] = _text(_names(points, rows["commune"]))
    made["positions.json"] = _text(_positions(points, rows["commune"]))
    made[ACCOUNT] = _text(
        account.describe(facts, profiles, themes, offered, rows, contours, places)
    )
    mark = mark_of(made)
    for path, text in made.items():
        target = draft / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(f'{{"{MARK}":"{mark}",{text[1:]}'.encode())


def mark_of(texts: dict[str, str]) -> str:
    """Mark of a run: a digest of the texts of its files, by path."""
    digest = hashlib.sha256()
    for path in sorted(texts):
        digest.update(f"{path} {len(texts[path])}\n".encode())
        digest.update(texts[path].encode())
    return digest.hexdigest()[: 2 * _SIZE]


def _text(content: dict[str, object]) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _values(
    theme: Theme, measures: dict[str, pd.DataFrame]
) -> Iterator[tuple[str, dict[str, object]]]:
    """Classes and values of a theme, at each level that has it."""
    for level, table in measures.items():
        if theme.column not in table or not table[theme.column].notna().any():
            continue
        values = table[theme.column]
        content: dict[str, object] = {"classes": "".join(map(str, theme.classes_of(values)))}
        if theme.words is None:
            content["valeurs"] = levels.plain(values, theme.decimals)
        if theme.column == _FIXED and _DOUBT in table:
            content["a_verifier"] = np.flatnonzero(table[_DOUBT].eq(True)).tolist()
        yield level, content


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


def _points(contours: gpd.GeoDataFrame, codes: pd.Index) -> pd.DataFrame:
    """`lon` and `lat` of a point inside each commune, missing without a contour."""
    own = contours[(contours["niveau"] == "commune") & contours.geometry.notna()]
    own = own.drop_duplicates("code")
    points = shapely.get_coordinates(shapely.point_on_surface(own.geometry.to_numpy()))
    return pd.DataFrame(points, own["code"].to_numpy(), ["lon", "lat"]).reindex(codes)


def _named(points: pd.DataFrame, communes: pd.DataFrame) -> pd.Index:
    """Communes whose name is on the map from afar, the most populous first."""
    largest = communes["population"].dropna().nlargest(NAMED).index
    return largest[points.loc[largest, "lon"].notna()]


def _names(points: pd.DataFrame, communes: pd.DataFrame) -> dict[str, object]:
    """Names to write on the map from afar, where each commune is."""
    shown = _named(points, communes)
    return {
        "noms": levels.plain(communes.loc[shown, "nom"]),
        "points": points.loc[shown].round(_CLOSE).to_numpy().tolist(),
    }


def _positions(points: pd.DataFrame, communes: pd.DataFrame) -> dict[str, object]:
    """Where the other communes are, in the order of the territories; the page has their names."""
    others = points.drop(_named(points, communes)).reindex(points.index)
    return {column: levels.plain(others[column], _FAR) for column in ("lon", "lat")}
