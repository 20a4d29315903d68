"""Ready answers to the usual questions, as views of the DuckDB file.

Each view is (name, what it answers, SQL). They read the marts only, need no extension and name no
database, so that the file can be attached under any name.
"""

from __future__ import annotations

from fragility.schemas import INDICATORS
from fragility.territory.communes import NO_EPCI

# Columns of the views -> "title — meaning"; the dictionary shows them with those of the tables.
VIEW_COLUMNS = {
    "code_departement": "Code département — Code du département.",
    "nom_departement": "Département — Nom du département.",
    "code_epci": "Code EPCI — Code SIREN de l'intercommunalité.",
    "nom_epci": "EPCI — Nom de l'intercommunalité.",
    "code_region": "Code région — Code de la région.",
    "nom_region": "Région — Nom de la région.",
    "nb_communes": "Communes — Nombre de communes.",
    "nb_communes_fragiles": "Communes fragiles — Nombre de communes fragiles.",
    "nb_communes_fragiles_non_couvertes": "Fragiles et non couvertes — Nombre de communes "
    "fragiles et non couvertes.",
    "population": "Population — Habitants au recensement.",
    "population_fragile": "Population fragile — Habitants des communes fragiles.",
    "population_fragile_non_couverte": "Habitants concernés — Habitants des communes fragiles et "
    "non couvertes.",
    "part_population_pct": "Part de la population (%) — Part des habitants de la ligne.",
    "part_communes_pct": "Part des communes (%) — Part des communes pour l'indicateur.",
    "couverture": "Couverture — couverte, incertaine, non_couverte ou non calculée.",
    "indicateur": "Indicateur — Nom de l'indicateur.",
    "origine": "Origine — observe, commune, iris, impute ou absent.",
    "annee": "Année — Année de la donnée.",
    "schema": "Schéma — Schéma de la table.",
    "table": "Table — Nom de la table.",
    "colonne": "Colonne — Nom de la colonne.",
    "type": "Type — Type de la colonne.",
    "libelle": "Libellé — Nom en clair.",
    "description": "Description — Ce que la colonne signifie.",
    "base": "Base — Nom sous lequel le fichier est ouvert.",
}


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _uncovered_by(level: str, what: str) -> tuple[str, str, str]:
    code, name = f"code_{level}", f"nom_{level}"
    return (
        f"v_fragiles_non_couvertes_par_{level}",
        f"Communes fragiles et non couvertes, et habitants concernés, par {what} : d'abord "
        "là où ils sont le plus nombreux.",
        f"""
        SELECT {code}, any_value({name}) AS {name},
               count(*) AS nb_communes,
               count(*) FILTER (est_fragile) AS nb_communes_fragiles,
               count(*) FILTER (est_fragile_non_couverte) AS nb_communes_fragiles_non_couvertes,
               sum(population) AS population,
               coalesce(sum(population) FILTER (est_fragile_non_couverte), 0)
                   AS population_fragile_non_couverte,
               round(100 * coalesce(sum(population) FILTER (est_fragile_non_couverte), 0)
                     / nullif(sum(population), 0), 1) AS part_population_pct
        FROM marts.communes
        WHERE {code} <> {_quote(NO_EPCI[0])}
        GROUP BY {code}
        ORDER BY population_fragile_non_couverte DESC, {code}
        """,
    )


_ORIGINS = " UNION ALL ".join(
    f"SELECT '{key}' AS indicateur, {key}_origine AS origine, {key}_annee AS annee "
    "FROM marts.communes"
    for key in INDICATORS
)

VIEWS: tuple[tuple[str, str, str], ...] = (
    _uncovered_by("departement", "département"),
    _uncovered_by("epci", "intercommunalité"),
    _uncovered_by("region", "région"),
    (
        "v_population_par_couverture",
        "Communes et habitants selon la couverture, dont ceux des communes fragiles.",
        """
        SELECT coalesce(couverture, 'non calculée') AS couverture,
               count(*) AS nb_communes,
               sum(population) AS population,
               round(100 * sum(population) / nullif(sum(sum(population)) OVER (), 0), 1)
                   AS part_population_pct,
               count(*) FILTER (est_fragile) AS nb_communes_fragiles,
               coalesce(sum(population) FILTER (est_fragile), 0) AS population_fragile
        FROM marts.communes
        GROUP BY 1
        ORDER BY 3 DESC NULLS LAST, 1
        """,
    ),
    (
        "v_origine_des_donnees",
        "D'où vient chaque indicateur des communes : publié, hérité, agrégé, modélisé ou absent.",
        f"""
        SELECT indicateur, origine, annee, count(*) AS nb_communes,
               round(100 * count(*) / sum(count(*)) OVER (PARTITION BY indicateur), 1)
                   AS part_communes_pct
        FROM ({_ORIGINS})
        GROUP BY indicateur, origine, annee
        ORDER BY indicateur, nb_communes DESC, origine, annee
        """,
    ),
    (
        "dictionnaire",
        "Dictionnaire des données : chaque colonne, son type, son libellé et sa description.",
        """
        SELECT schema_name AS schema, table_name AS "table", column_name AS colonne,
               data_type AS type, split_part(comment, ' — ', 1) AS libelle,
               substr(comment, length(split_part(comment, ' — ', 1)) + 4) AS description,
               database_name AS base
        FROM duckdb_columns()
        WHERE schema_name IN ('marts', 'core', 'science') AND comment IS NOT NULL
        ORDER BY base, schema, "table", column_index
        """,
    ),
)
