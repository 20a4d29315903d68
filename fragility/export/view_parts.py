"""Pieces of SQL that the views and the questions share."""

from __future__ import annotations

# Inhabitants of the fragile communes that are not covered.
_EXPOSED = "coalesce(sum(population) FILTER (est_fragile_non_couverte), 0)"
_UNCOVERED = "count(*) FILTER (est_fragile_non_couverte)"
_SHARE = f"round(100 * {_EXPOSED} / nullif(sum(population), 0), 1)"


def where_known(total: str, column: str = "score") -> str:
    """Keep a total to the groups where a column is known of some row: not known is not none."""
    return f"CASE WHEN count({column}) > 0 THEN {total} END"


# Columns of a group of rows of `marts.communes`.
FRAGILE_COUNTS = f"""
               count(*) AS nb_communes,
               {where_known("count(*) FILTER (est_fragile)")} AS nb_communes_fragiles,
               {where_known(_UNCOVERED)} AS nb_communes_fragiles_non_couvertes,
               sum(population) AS population,
               {where_known(_EXPOSED)} AS population_fragile_non_couverte,
               {where_known(_SHARE)} AS part_population_pct"""
