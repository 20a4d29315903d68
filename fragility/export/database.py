"""The DuckDB file: every table, documented, with ready views.

Geometry is the GEOMETRY type of the core since 1.5, so that a plain client reads it offline; the
storage version is fixed, because the default of a newer library is unreadable by an older one.
A DuckDB file has one writer, who blocks readers: it is built under a temporary name, then moved.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from fragility import schemas
from fragility.export.database_views import VIEW_COLUMNS, views_of
from fragility.export.facts import RunFacts
from fragility.export.files import publishing
from fragility.export.history import (
    CURRENT,
    History,
    all_editions,
    all_executions,
    execution_row,
)
from fragility.export.tables import ordered, without_geometry

STORAGE_VERSION = "v1.5.0"
# Longitude, latitude: the only name of WGS 84 that the core knows without the spatial extension.
CRS = "OGC:CRS84"
CONTOURS_IN_MARTS = ("core_communes", "core_iris", "core_lieux")
MARTS = tuple(table.name for table in schemas.MARTS)

_Row = tuple[object, ...]
# Tables about the run: name -> (title, description, {column: comment}).
RUN_TABLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "sources": (
        "Sources",
        "Les données lues, leur licence et leur citation.",
        {
            "edition": "Édition — Nom de l'édition.",
            "titre": "Titre — Nom de la source.",
            "producteur": "Producteur — Qui publie.",
            "licence": "Licence — Conditions de réutilisation.",
            "citation": "Citation — Mention à reprendre.",
            "annee": "Année — Année que les chiffres décrivent.",
            "page": "Page — Page où trouver la source.",
        },
    ),
    "editions": (
        "Éditions",
        "L'édition de ce fichier, puis celles publiées à côté le jour du calcul.",
        {
            "edition": "Édition — Nom de l'édition.",
            "titre": "Titre — Titre de l'édition.",
            "bandeau": "Bandeau — Avertissement à montrer avec tout chiffre, s'il y en a un.",
            "annee_cog": "Année du code géographique — Année du découpage communal.",
            "date": "Date — Jour de son dernier calcul connu.",
            "nb_communes": "Communes — Nombre de communes.",
            "nb_communes_fragiles_non_couvertes": "Communes fragiles et non couvertes — Nombre.",
            "fichier": "Fichier — Sa base, vue du dossier de celle-ci (ATTACH la lit).",
            CURRENT: "Édition de ce fichier — Oui pour la première ligne seulement.",
        },
    ),
    "executions": (
        "Exécutions",
        "Le calcul qui a produit ce fichier, puis ceux qui l'ont précédé, du plus récent au plus "
        "ancien. Un calcul qui n'a rien changé à la base n'y est pas.",
        {
            "numero": "Numéro — Rang du calcul, 1 pour le plus ancien connu.",
            CURRENT: "Calcul de ce fichier — Oui pour la première ligne seulement.",
            "edition": "Édition — Nom de l'édition.",
            "date": "Date — Jour du calcul.",
            "version": "Version — Version du programme.",
            "code": "Code — Empreinte du code des tables : la même, c'est la même méthode.",
            "graine": "Graine — Départ des tirages au hasard.",
            "profil": "Profil — Définition de l'indice.",
            "autres_profils": "Autres profils — Profils calculés à côté (science.index_profils).",
            "seuil_score": "Seuil — Score à partir duquel une commune est dite fragile.",
            "nb_communes": "Communes — Nombre de communes.",
            "nb_communes_fragiles": "Communes fragiles — Nombre.",
            "nb_communes_non_couvertes": "Communes non couvertes — Nombre, fragiles ou non.",
            "nb_communes_fragiles_non_couvertes": "Communes fragiles et non couvertes — Nombre.",
            "population": "Population — Habitants des communes.",
            "population_fragile_non_couverte":
                "Habitants — Habitants des communes fragiles et non couvertes.",
            "nb_personnes_en_difficulte":
                "Personnes en difficulté — Nombre estimé, toutes communes.",
            "nb_tables": "Tables — Nombre de tables de données.",
            "nb_lignes": "Lignes — Nombre de lignes, toutes tables.",
            "avertissements": "Avertissements — Ce qu'il faut savoir avant de lire les chiffres.",
        },
    ),
}  # fmt: skip


def run_frames(
    facts: RunFacts, tables: dict[str, pd.DataFrame], history: History
) -> dict[str, pd.DataFrame]:
    """Build the tables `sources`, `editions` and `executions` of a run and of what it remembers."""
    sources: list[_Row] = [
        (facts.edition, s.title, s.producer, s.licence, s.citation, s.year, s.landing)
        for s in facts.sources
    ]
    row = execution_row(facts, tables, history.code)
    frames = {
        "sources": pd.DataFrame(sources, columns=list(RUN_TABLES["sources"][2])),
        "editions": all_editions(facts, row, history.editions),
        "executions": all_executions(row, history.executions),
    }
    return {name: frame[list(RUN_TABLES[name][2])] for name, frame in frames.items()}


def schema_of(table: str) -> str:
    """Return the DuckDB schema of a table: `marts`, `core` or `science`."""
    if table in MARTS or table in RUN_TABLES:
        return "marts"
    return "core" if table.startswith("core_") else "science"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _load(connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """Create one table; Arrow carries missing values as NULL, WKB carries shapes."""
    select = "SELECT * FROM batch"
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = frame.geometry.name
        longlat = frame.geometry if frame.crs in (None, 4326) else frame.geometry.to_crs(4326)
        frame = pd.DataFrame(frame).assign(**{geometry: shapely.to_wkb(longlat.array)})
        select = (
            f'SELECT * REPLACE (ST_GeomFromWKB("{geometry}")::GEOMETRY({_quoted(CRS)}) '
            f'AS "{geometry}") FROM batch'
        )
    connection.register("batch", pa.Table.from_pandas(frame, preserve_index=False))
    connection.execute(f'CREATE TABLE "{schema_of(name)}"."{name}" AS {select}')
    connection.unregister("batch")


def _comment(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], facts: RunFacts
) -> None:
    """Write the French title and description of a table and of its columns."""
    if name in RUN_TABLES:
        title, description, comments = RUN_TABLES[name]
    else:
        model = facts.models[name]
        title, description = str(model.title), str(model.description)
        comments = {c: f"{m.title} — {m.description}" for c, m in model.columns.items()}
    target = f'"{schema_of(name)}"."{name}"'
    statements = [f"COMMENT ON TABLE {target} IS {_quoted(f'{title} — {description}')}"]
    statements += [
        f'COMMENT ON COLUMN {target}."{column}" IS {_quoted(comments[column])}'
        for column in columns
        if column in comments
    ]
    connection.execute(";".join(statements))


def write_duckdb(
    path: Path,
    tables: dict[str, pd.DataFrame],
    facts: RunFacts,
    history: History | None = None,
) -> Path:
    """Write every table of a run to one DuckDB file that a plain client reads offline.

    Parameters
    ----------
    path : file to write, replaced whole.
    tables : frames by table name (names of `schemas.TABLES`), in longitude and latitude.
    facts : edition, sources and date of the run.
    history : earlier runs and other editions, see `history.read_history`.

    Notes
    -----
    Schemas: `marts` (what to read first, with the views), `core` (the sources, tidied),
    `science` (index and access).
    """
    everything = {
        # The marts hold the same contours: once is enough.
        **{
            name: without_geometry(frame) if name in CONTOURS_IN_MARTS else frame
            for name, frame in tables.items()
        },
        **run_frames(facts, tables, history or History()),
    }
    with publishing(path) as draft, duckdb.connect() as connection:
        connection.execute(
            f"ATTACH {_quoted(str(draft))} AS fragilite "
            f"(STORAGE_VERSION {_quoted(STORAGE_VERSION)})"
        )
        connection.execute("USE fragilite")
        for schema in ("marts", "core", "science"):
            connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute("BEGIN")
        for name, frame in everything.items():
            _load(connection, name, ordered(frame, name) if name in MARTS else frame)
            _comment(connection, name, [str(column) for column in frame.columns], facts)
        for view, answer, query in views_of((facts.profile, *facts.others)):
            connection.execute(f"CREATE VIEW marts.{view} AS {query}")
            connection.execute(f"COMMENT ON VIEW marts.{view} IS {_quoted(answer)}")
            for (column,) in connection.execute(
                f"SELECT column_name FROM (DESCRIBE marts.{view})"
            ).fetchall():
                connection.execute(
                    f'COMMENT ON COLUMN marts.{view}."{column}" IS {_quoted(VIEW_COLUMNS[column])}'
                )
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute("DETACH fragilite")
    return path
