"""What the page says of an edition: its profiles, its words, its sources, its first view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from fragility.export import labels, readme
from fragility.export.facts import RunFacts
from fragility.export.run_facts import published_facts, published_profiles
from fragility.index.explain_tables import read_columns
from fragility.index.profile_model import Profile
from fragility.schemas import INDICATORS
from fragility.site import tiles
from fragility.site.themes import Theme, file_of
from fragility.site.views import quick_views


def read_run(folder: Path) -> tuple[list[Profile], RunFacts, pd.DataFrame]:
    """Read the profiles of a run, what is to be said of it and the bounds of its classes."""
    return (
        published_profiles(folder),
        published_facts(folder),
        read_columns(folder, "index_bornes"),
    )


def describe(
    facts: RunFacts,
    profiles: Sequence[Profile],
    themes: Sequence[Theme],
    offered: dict[str, list[str]],
    rows: dict[str, pd.DataFrame],
    contours: gpd.GeoDataFrame,
    places: pd.DataFrame,
) -> dict[str, Any]:
    """What the page says of the run, and the words it uses."""
    views = quick_views(contours, rows["departement"]["nom"])
    present = set(places["dispositifs"].str.split("|").explode())
    return {
        "edition": facts.edition,
        "titre": facts.title,
        "bandeau": facts.banner,
        "date": facts.date.isoformat(),
        "version": facts.version,
        "profil": {"id": facts.profile, "titre": facts.words.title, "sur": facts.words.out_of,
                   "sens": facts.words.scale},
        "tuiles": tiles.numbering_of({level: table.index for level, table in rows.items()}),
        "emprise": views[0]["emprise"],
        "vues": views,
        "niveaux": {level: len(table) for level, table in rows.items()},
        "zooms": {"min": tiles.MIN_ZOOM, "max": tiles.MAX_ZOOM, "iris": tiles.IRIS_ZOOM},
        "themes": [
            {"id": t.id, "fichier": file_of(t), "groupe": t.group, "titre": t.title,
             "aide": t.help, "unite": t.unit, "decimales": t.decimals, "couleurs": t.colours,
             "legende": t.legend(), "mots": t.words is not None, "niveaux": offered[t.id],
             "inverse": t.reverse}
            for t in themes
        ],
        "non_calcule": {"couleur": labels.NOT_COMPUTED_COLOUR, "mot": labels.NOT_COMPUTED_LABEL},
        "contour": {"clair": labels.OUTLINE_CASING, "fonce": labels.OUTLINE_COLOUR},
        "classes": list(labels.CLASS_LABELS.values()),
        "indicateurs": {key: list(facts.indicators[key]) for key in INDICATORS},
        "mots": {
            "couverture": labels.COVERAGE_LABELS,
            "couverture_phrases": labels.COVERAGE_SENTENCES,
            "couverture_inconnue": labels.INSIDE_UNKNOWN,
            "confiance": labels.CONFIDENCE_SENTENCES,
            "origine": labels.ORIGIN_LABELS,
            "dispositif": labels.DISPOSITIF_LABELS,
            "acces": labels.ACCESS_LABELS,
        },
        "symboles": {kind: list(mark[:2]) for kind, mark in labels.DISPOSITIF_MARKERS.items()},
        "nb_lieux": len(places),
        "dispositifs": [kind for kind in labels.DISPOSITIF_LABELS if kind in present],
        "lecture": readme.how_to_read(facts),
        "limites": readme.how_not_to_use(),
        "sources": [{"citation": s.citation, "licence": s.licence} for s in facts.sources],
        "avertissements": list(facts.warnings),
        "autres_profils": [profile.id for profile in profiles[1:]],
    }  # fmt: skip
