"""What the page says of an edition: its profiles, its words, its sources, its first view."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fragility.errors import FragilityError
from fragility.export import labels, readme
from fragility.export.contours import zones_of
from fragility.export.facts import RunFacts
from fragility.export.run_facts import build_facts
from fragility.index.explain_tables import read_columns
from fragility.index.profile_model import Profile
from fragility.index.profiles import load_profile, published_profile
from fragility.schemas import INDICATORS
from fragility.site import tiles
from fragility.site.themes import Theme, file_of
from fragility.sources.catalogue import find_edition
from fragility.sources.files import as_computed
from fragility.territory.crs import METROPOLE


def read_run(folder: Path) -> tuple[list[Profile], RunFacts, pd.DataFrame]:
    """Read the profiles of a run, what is to be said of it and the bounds of its classes."""
    with duckdb.connect(str(folder / "fragilite.duckdb"), read_only=True) as connection:
        (date,) = connection.execute("SELECT date FROM marts.executions").fetchall()[0]
    main = published_profile(folder)
    bounds = read_columns(folder, "index_bornes")
    kept = set(bounds["profil"])
    account = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
    profiles = [main]
    for name in account.get("profils", [])[1:]:
        profile = _reload(name)
        if profile is not None and profile.id in kept:
            profiles.append(profile)
    facts = build_facts(
        as_computed(find_edition(folder.name), folder),
        main,
        bounds,
        date if isinstance(date, datetime.date) else datetime.date.fromisoformat(str(date)),
        read_columns(folder, "quarantaine"),
        profiles[1:],
    )
    return profiles, facts, bounds


def _reload(name: str) -> Profile | None:
    """Read another profile of the run again; its file may have gone since."""
    try:
        return load_profile(name)
    except FragilityError:
        return None


def _first_view(contours: gpd.GeoDataFrame) -> list[float]:
    """Box of the metropole, or of all when the edition has none of it."""
    own = contours[(contours["niveau"] == "departement") & contours.geometry.notna()]
    bounds = shapely.bounds(np.asarray(own.geometry.array)).reshape(-1, 4)
    home = bounds[zones_of(bounds) == METROPOLE]
    bounds = home if len(home) else bounds
    return [float(v) for v in (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))]


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
    return {
        "edition": facts.edition,
        "titre": facts.title,
        "bandeau": facts.banner,
        "date": facts.date.isoformat(),
        "version": facts.version,
        "profil": {"id": facts.profile, "titre": facts.words.title, "sur": facts.words.out_of,
                   "sens": facts.words.scale, "seuil": round(facts.threshold, 2)},
        "emprise": _first_view(contours),
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
            "confiance": labels.CONFIDENCE_SENTENCES,
            "origine": labels.ORIGIN_LABELS,
            "dispositif": labels.DISPOSITIF_LABELS,
        },
        "symboles": {kind: list(mark[:2]) for kind, mark in labels.DISPOSITIF_MARKERS.items()},
        "nb_lieux": len(places),
        "lecture": readme.how_to_read(facts),
        "limites": readme.how_not_to_use(),
        "sources": [{"citation": s.citation, "licence": s.licence} for s in facts.sources],
        "avertissements": list(facts.warnings),
        "autres_profils": [profile.id for profile in profiles[1:]],
    }  # fmt: skip
