"""Words of the verdict that say where the conseiller is, and what its place is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.places import places_of


def trip_words(table: pd.DataFrame, inside: pd.Series, distance: pd.Series) -> pd.Series:
    """Where the nearest conseiller is, and whether one receives in the commune."""
    minutes = french_number(table["conseiller_plus_proche_min"], 0) + " min"
    minutes = minutes.where(~(table["conseiller_plus_proche_min"] < 1), "moins d'une minute")
    name = table["conseiller_plus_proche_nom"].fillna("lieu sans nom")
    by_point = table["portee_precision"].eq("point")
    alone = by_point.map({True: ", mesuré d'un seul point", False: ""})
    who = inside.map({
        True: " : un conseiller numérique reçoit dans la commune, le plus proche est à ",
        False: " : le conseiller numérique le plus proche est à ",
    })  # fmt: skip
    nature = _nature(
        table["conseiller_plus_proche_itinerant"],
        table["conseiller_plus_proche_ancien"],
        table["conseiller_plus_proche_annee"],
    )
    nature = (", " + nature).where(nature.ne(""), "")
    told: pd.Series = who + minutes + " (" + distance + ", « " + name + " »" + nature + alone + ")"
    return told


def _nature(moves: pd.Series, old: pd.Series, year: pd.Series) -> pd.Series:
    """« lieu itinérant », « lieu connu en 2022 », both, or nothing."""
    moves, old = (f.astype("boolean").fillna(False).astype(bool) for f in (moves, old))
    known = "connu en " + year.astype("str")
    known = known.where(year.notna(), "de date inconnue").where(old, "")
    both = np.where(moves & old, ", ", "") + known
    words = np.where(moves, "lieu itinérant", np.where(old, "lieu ", "")) + both
    return words.astype("str")


def own_places_words(table: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """What to know of the conseillers of a commune, in brackets: all of them move, or are old."""
    of = places[places_of(places, "conseiller_numerique")].groupby("code_commune")
    code = table["code"].where(table["niveau"] == "commune")
    nature = _nature(
        code.map(of["itinerance"].all()),
        code.map(of["est_ancien"].all()),
        code.map(of["date_connue"].max()).astype("str").str[:4],
    )
    return (" (" + nature + ")").where(nature.ne(""), "")


def relies_words(table: pd.DataFrame) -> pd.Series:
    """Say of a coverage that it would be worse without the places that move."""
    words = table["couverture"].map(
        {
            "couverte": " ; couverture incertaine ou perdue sans lieu itinérant",
            "incertaine": " ; hors de portée sans lieu itinérant",
        }
    )
    relies = table["est_couverture_itinerante"] & table["score"].notna()
    return words.where(relies, "").fillna("").astype("str")


def distance_words(km: pd.Series) -> pd.Series:
    """« 12 km », « moins de 1 km »."""
    return french_number(km, 0).where(~(km < 1), "moins de 1") + " km"


def french_number(values: pd.Series, decimals: int) -> pd.Series:
    """Write numbers with a decimal comma; a missing one is written « ? »."""
    text = values.round(decimals).map(f"{{:.{decimals}f}}".format, na_action="ignore")
    return text.astype("str").str.replace(".", ",", regex=False).fillna("?")
