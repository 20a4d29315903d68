"""What a simulation reads of a computed edition, and the engine that made its travel times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fragility.errors import MissingFileError

if TYPE_CHECKING:
    from fragility.access.homes import PairsOf
    from fragility.access.simulate import Tables

_READ = (
    "core_population_grille", "core_communes", "core_lieux", "access_couts", "access_portee",
    "index_scores", "index_competences", "index_incertitude",
)  # fmt: skip
_SHAPED = ("core_communes", "core_lieux")
_ENGINE = ("core_recensement", "access_moteur")


def read_inputs(folder: Path, edition: str) -> Tables:
    """Read what a simulation needs of a computed edition."""
    from fragility.access.simulate import Tables
    from fragility.stored import read_shapes, read_stored

    if not all(_is_current(folder, name) for name in (*_READ, *_ENGINE)):
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée par cette version.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    return Tables(
        **{name: (read_shapes if name in _SHAPED else read_stored)(folder, name) for name in _READ}
    )


def _is_current(folder: Path, name: str) -> bool:
    """Whether an edition has a table with the columns of this version."""
    from fragility import schemas
    from fragility.stored import column_names

    if not (folder / "tables" / f"{name}.parquet").is_file():
        return False
    return set(schemas.TABLES[name].columns) <= set(column_names(folder, name))


def read_engine(tables: Tables, folder: Path, raw: Path, edition: str) -> tuple[PairsOf, str]:
    """The engine that made the minutes of the edition, and a sentence on it."""
    from fragility.access.cost_surface import build_surfaces
    from fragility.access.coverage import commune_density
    from fragility.access.run import EXTRACTS, NETWORKS, Roads
    from fragility.export.simulation_words import engine_words
    from fragility.stored import read_stored

    census, engines = (read_stored(folder, name) for name in _ENGINE)
    store = folder.parent / NETWORKS
    roads = Roads.of_edition(engines, raw / EXTRACTS, store, edition=edition)
    density = commune_density(tables.core_communes, census)
    surfaces = build_surfaces(tables.core_population_grille, tables.core_communes, density)
    pairs_of = roads.pairs_of(surfaces, tables.core_population_grille, tables.access_couts)
    return pairs_of, engine_words(engines, any((raw / EXTRACTS).rglob("*.pbf")), edition)
