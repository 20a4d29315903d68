"""From rows of tables to the parts of an explanation: a missing number becomes None."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from fragility.index.explain_tables import AROUND
from fragility.index.explanation_model import (
    Certainty,
    Difficulty,
    Figure,
    Reach,
    Shift,
    Similar,
    Standing,
    Unit,
)
from fragility.index.neighbours import BANDS
from fragility.index.thresholds import LEVERS

Row = dict[str, Any]


def number(value: Any) -> float | None:
    """Return a float, None when it is missing or not finite."""
    if value is None or value is pd.NA or not math.isfinite(value):
        return None
    return float(value)


def whole(value: Any) -> int | None:
    """Return an integer, None when it is missing."""
    found = number(value)
    return None if found is None else round(found)


def text(value: Any) -> str | None:
    """Return a text, None when it is missing."""
    return value if isinstance(value, str) else None


def memberships_of(row: Row, niveau: str) -> dict[str, str]:
    """Codes and names of the territories around a place, from the closest to the widest.

    A commune outside any EPCI has no number there, see `territory.communes.NO_EPCI`.
    """
    around = (*(("commune",) if niveau == "iris" else ()), *reversed(AROUND))
    return {
        f"{part}_{of}": str(row[f"{part}_{of}"])
        for of in around
        if of != niveau and f"code_{of}" in row
        for part in ("code", "nom")
        if of != "epci" or str(row["code_epci"]).isdigit()
    }


def figure_of(part: Row) -> Figure:
    """One indicator, from `explain._figures`."""
    return Figure(
        indicateur=str(part["indicateur"]),
        valeur=number(part["valeur"]),
        origine=text(part["origine"]),
        annee=whole(part["annee"]),
        points=number(part["points"]),
        poids=number(part["poids"]) if number(part["contribution"]) is not None else None,
        contribution=number(part["contribution"]),
        moyenne=number(part["moyenne"]),
        erreur=number(part["erreur"]),
        fichier=text(part.get("fichier")),
    )


def standing_of(part: Row, row: Row) -> Standing:
    """One rank, from `standings.rank_within`; names are those of the place's row."""
    of = str(part["perimetre"])
    return Standing(
        perimetre=of,
        code=str(part["territoire"]),
        nom="France" if of == "france" else str(row[f"nom_{of}"]),
        rang=int(part["rang"]),
        nombre=int(part["nombre"]),
        ex_aequo=int(part["ex_aequo"]),
        moins_fragiles_pct=number(part["moins_fragiles_pct"]),
    )


def shift_of(part: Row) -> Shift:
    """One change of class, from `thresholds.class_shifts`."""
    key = str(part["indicateur"])
    return Shift(
        sens=str(part["sens"]),
        classe=int(part["classe"]),
        borne=float(part["borne"]),
        indicateur=key,
        levier=LEVERS.get(key),
        applicable=bool(part["applicable"]),
        possible=bool(part["possible"]),
        valeur=number(part["valeur"]),
        points_vises=number(part["points_vises"]),
        repere=number(part["repere"]),
    )


def neighbour_of(part: Row, score: float | None) -> Similar:
    """One place that resembles, from `neighbours.similar_places` and its own row."""
    name, town = str(part["nom"]), text(part.get("nom_commune"))
    return Similar(
        code=str(part["semblable"]),
        nom=name if town is None or town == name else f"{name} ({town})",
        code_departement=str(part["code_departement"]),
        nom_departement=str(part["nom_departement"]),
        population=number(part["population"]),
        score=float(part["score"]),
        ecart=float(part["score"]) - (score or 0.0),
        distance=float(part["distance"]),
        bandes_voisines=int(part["bandes_voisines"]),
    )


def unit_of(part: Row) -> Unit:
    """One IRIS of a commune, from its table."""
    return Unit(
        code=str(part["code_iris"]),
        nom=str(part["nom"]),
        population=number(part["population"]),
        score=number(part["score"]),
        est_population_estimee=part["population_origine"] == "impute",
    )


def band_of(band: int) -> tuple[int, int | None]:
    """Lowest and highest population of a band; None: no limit."""
    return BANDS[band], BANDS[band + 1] - 1 if band + 1 < len(BANDS) else None


def certainty_of(row: Mapping[Any, Any] | None) -> Certainty | None:
    """Interval and probability, from `index_incertitude`."""
    if row is None:
        return None
    return Certainty(
        score_bas=number(row["score_bas"]),
        score_haut=number(row["score_haut"]),
        rang_bas=whole(row["rang_bas"]),
        rang_haut=whole(row["rang_haut"]),
        probabilite_fragile_pct=number(row["probabilite_fragile_pct"]),
        confiance=text(row["confiance"]),
    )


def difficulty_of(row: Row) -> Difficulty | None:
    """People in digital difficulty; None where nobody is estimated."""
    rate = number(row.get("difficulte_numerique_pct"))
    if rate is None:
        return None
    return Difficulty(
        difficulte_numerique_pct=rate,
        difficulte_numerique_bas=number(row["difficulte_numerique_bas"]),
        difficulte_numerique_haut=number(row["difficulte_numerique_haut"]),
        nb_personnes_en_difficulte=number(row["nb_personnes_en_difficulte"]),
        difficulte_origine=str(row["difficulte_origine"]),
        est_difficulte_extrapolee=bool(row["est_difficulte_extrapolee"]),
        nb_personnes_en_difficulte_bas=number(row.get("nb_personnes_en_difficulte_bas")),
        nb_personnes_en_difficulte_haut=number(row.get("nb_personnes_en_difficulte_haut")),
    )


def reach_of(row: Row) -> Reach | None:
    """Nearest conseiller; None for a level that has none of its own."""
    if "couverture" not in row:
        return None
    return Reach(
        conseiller_plus_proche_min=number(row["conseiller_plus_proche_min"]),
        conseiller_plus_proche_km=number(row["conseiller_plus_proche_km"]),
        conseiller_plus_proche_nom=text(row["conseiller_plus_proche_nom"]),
        est_conseiller_dans_commune=bool(row["est_conseiller_dans_commune"]),
        population_hors_portee_pct=number(row["population_hors_portee_pct"]),
        couverture=text(row["couverture"]),
        portee_precision=str(row["portee_precision"]),
    )
