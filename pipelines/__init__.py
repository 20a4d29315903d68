"""Orchestration: thin Dagster assets that call `fragility`. Nothing is computed here."""
