"""The card of each territory: everything the site says of it, one file by département."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.export.labels import DISPOSITIF_LABELS
from fragility.schemas import INDICATORS
from fragility.site.levels import kinds_of, plain, rows_of

_IDENTITY = (
    "nom", "code_commune", "nom_commune", "code_epci", "nom_epci", "code_departement",
    "nom_departement", "nom_region", "population", "population_annee",
    "population_origine", "nb_communes",
)  # fmt: skip
_SCORE = (
    "score", "score_bas", "score_haut", "rang", "rang_bas", "rang_haut", "classe",
    "quintile_region", "quintile_departement", "est_fragile", "probabilite_fragile_pct",
    "confiance", "type_fragilite", "motif",
)  # fmt: skip
_PEOPLE = (
    "difficulte_numerique_pct", "difficulte_numerique_bas", "difficulte_numerique_haut",
    "nb_personnes_en_difficulte", "nb_personnes_en_difficulte_bas",
    "nb_personnes_en_difficulte_haut", "difficulte_origine", "est_difficulte_extrapolee",
    "est_petit_effectif", "est_non_thd_douteux",
)  # fmt: skip
_REACH = (
    "couverture", "population_hors_portee_pct", "est_conseiller_dans_commune",
    "nb_conseillers_20min", "capacite_pour_10000", "est_fragile_non_couverte",
    "nb_communes_fragiles", "nb_communes_fragiles_non_couvertes",
    "population_fragile_non_couverte", "nb_lieux_conseillers",
)  # fmt: skip
PLACE_FIELDS = ("lon", "lat", "nom", "dispositifs", "code_commune", "anciens")
_DEGREES = 5


def card_columns(rows: pd.DataFrame) -> list[str]:
    """Columns of a card, among those that the level has."""
    figures = [f"{name}{end}" for name in INDICATORS for end in ("_pct", "_origine", "_annee")] + [
        f"score_{name}" for name in INDICATORS
    ]
    near = [f"{kind}_{unit}" for kind in kinds_of(rows) for unit in ("min", "km", "nom")]
    wanted = [*_IDENTITY, *_SCORE, *figures, *_PEOPLE, *_REACH, *near]
    return [column for column in wanted if column in rows]


def boxes_of(contours: gpd.GeoDataFrame, level: str, codes: pd.Index) -> pd.Series:
    """Box of each territory, [west, south, east, north] in degrees; None without a contour."""
    own = contours[(contours["niveau"] == level) & contours.geometry.notna()]
    bounds = shapely.bounds(np.asarray(own.geometry.array)).reshape(-1, 4).round(3)
    return pd.Series(bounds.tolist(), index=own["code"], dtype=object).reindex(codes)


def build_cards(rows: pd.DataFrame, boxes: pd.Series) -> dict[str, object]:
    """Build the cards of some territories of one level.

    Parameters
    ----------
    rows : see `levels.read_level`.
    boxes : see `boxes_of`, on the same index.

    Returns
    -------
    `colonnes`, and `lignes`: code -> values in that order, the box last.
    """
    columns = card_columns(rows)
    return {"colonnes": [*columns, "emprise"], "lignes": _lines(rows, columns, boxes)}


def _lines(rows: pd.DataFrame, columns: list[str], boxes: pd.Series) -> dict[str, list[object]]:
    """Values of each territory by code, its box last."""
    shapes = [box if isinstance(box, list) else None for box in boxes]
    values = rows_of(rows, columns)
    return {code: [*row, box] for code, row, box in zip(rows.index, values, shapes, strict=True)}


def cards_by_departement(
    levels: dict[str, pd.DataFrame], boxes: dict[str, pd.Series]
) -> dict[str, dict[str, object]]:
    """Build the cards of communes and IRIS: département -> level -> cards."""
    cards: dict[str, dict[str, object]] = {}
    for level in ("commune", "iris"):
        rows = levels[level]
        # All at once, then shared out: a hundred small tables take twenty times longer.
        whole = _lines(rows, card_columns(rows), boxes[level])
        for code, codes in rows.groupby("code_departement").groups.items():
            cards.setdefault(str(code), {})[level] = {
                "colonnes": [*card_columns(rows), "emprise"],
                "lignes": {key: whole[key] for key in codes},
            }
    return cards


def build_places(places: gpd.GeoDataFrame) -> dict[str, object]:
    """Build the list of places: positions, names and what each offers.

    Parameters
    ----------
    places : mart `lieux`.

    Returns
    -------
    One list by field of `PLACE_FIELDS`, and `genres`: the kinds of the edition, in the order of
    the legend. `dispositifs` holds ranks in it, the first is the symbol of the place; `anciens`
    those that old records alone tell of.
    """
    here = places[places.geometry.notna() & ~places.geometry.is_empty].sort_values("id")
    offers = here["dispositifs"].str.split("|")
    old = here["dispositifs_anciens"].fillna("").str.split("|")
    there = set(offers.explode().dropna())
    kinds = [kind for kind in DISPOSITIF_LABELS if kind in there]
    rank = {kind: i for i, kind in enumerate(kinds)}
    return {
        "genres": kinds,
        "lon": plain(here.geometry.x, _DEGREES),
        "lat": plain(here.geometry.y, _DEGREES),
        "nom": plain(here["nom"]),
        "dispositifs": [sorted(rank[k] for k in kinds_ if k in rank) for kinds_ in offers],
        "code_commune": plain(here["code_commune"]),
        "anciens": [[rank[k] for k in kinds_ if k in rank] for kinds_ in old],
    }
