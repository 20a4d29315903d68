"""What the site knows of the territories of each level, row by row in the order of the tiles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.export.labels import decimals_of
from fragility.index.explain_tables import LEVELS as TABLES
from fragility.index.explain_tables import read_columns
from fragility.stored import require_columns
from fragility.territory.communes import NO_EPCI

_LACKING = float("nan")


def read_level(folder: Path, level: str, codes: pd.Index) -> pd.DataFrame:
    """Read the territories of a level: one row per code, in the order of the tiles.

    Parameters
    ----------
    folder : folder of a published edition.
    level : level of the rows.
    codes : codes of the level, see `tiles.level_codes`.

    Returns
    -------
    Columns of the mart of the level, its name as `nom`, indexed by code. Groups of communes get
    their rank and `population_hors_portee_pct`, the share of their inhabitants out of reach.
    """
    table, code, name = TABLES[level]
    require_columns(folder, table)
    rows = read_columns(folder, table).drop_duplicates(code).set_index(code, drop=False)
    rows = rows.rename(columns={} if name == "nom" else {name: "nom"}).reindex(codes)
    if level in ("epci", "departement"):
        ranked = read_columns(folder, "index_scores", ["niveau", "code", "rang"])
        ranked = ranked[ranked["niveau"] == level].set_index("code")
        rows = rows.join(ranked["rang"]).join(_out_of_reach(folder, code))
    near = read_nearest(folder, level)
    return rows.join(near[near.columns.difference(rows.columns)])


def _out_of_reach(folder: Path, key: str) -> pd.Series:
    """Share of the inhabitants of each group who are out of reach, in percent."""
    column = "population_hors_portee_pct"
    communes = read_columns(folder, "communes", [key, "population", column])
    known = communes[communes["population"].notna() & communes[column].notna()]
    known = known.assign(out=known["population"] * known[column] / 100)
    sums = known[known[key] != NO_EPCI[0]].groupby(key)[["out", "population"]].sum()
    return (100 * sums["out"] / sums["population"].where(sums["population"] > 0)).rename(column)


def read_nearest(folder: Path, level: str) -> pd.DataFrame:
    """Read the nearest place of each kind: `<dispositif>_min`, `_km` and `_nom` by code."""
    table = read_columns(folder, "access_dispositifs", among=("niveau", [level]))
    parts = []
    for kind, rows in table.groupby("dispositif"):
        own = rows.set_index("code")[["plus_proche_min", "plus_proche_km", "plus_proche_nom"]]
        parts.append(own.set_axis([f"{kind}_{unit}" for unit in ("min", "km", "nom")], axis=1))
    return pd.concat(parts, axis=1) if parts else pd.DataFrame()


def kinds_of(rows: pd.DataFrame) -> list[str]:
    """Kinds of places whose nearest one is known for some row."""
    ends = "_nom"
    there = rows.columns[rows.columns.str.endswith(ends) & ~rows.columns.str.startswith("nom")]
    kinds = [c.removesuffix(ends) for c in there if f"{c.removesuffix(ends)}_km" in rows]
    return [kind for kind in kinds if kind != "conseiller_plus_proche"]


def read_profile_scores(folder: Path, level: str, codes: pd.Index) -> pd.DataFrame:
    """Read scores of every profile and points of their pillars.

    Returns
    -------
    Columns `score:<profil>`, `classe:<profil>` and `pilier:<profil>:<groupe>`, indexed by code.
    """
    scores = read_columns(folder, "index_profils", among=("niveau", [level]))
    parts: dict[str, pd.Series] = {}
    for profile, rows in scores.groupby("profil", sort=False):
        own = rows.set_index("code")
        parts[f"score:{profile}"] = own["score"]
        parts[f"classe:{profile}"] = own["classe"]
    groups = read_columns(folder, "index_piliers")
    groups = groups[groups["niveau"] == level]
    for key, rows in groups.groupby(groups["profil"] + ":" + groups["groupe"], sort=False):
        parts[f"pilier:{key}"] = rows.set_index("code")["points"]
    return pd.DataFrame({name: values.reindex(codes) for name, values in parts.items()}, codes)


def plain(values: pd.Series, decimals: int | None = None) -> list[object]:
    """Return a column as JSON takes it: rounded numbers, None where it is missing.

    Parameters
    ----------
    decimals : digits after the comma; those of `decimals_of` for its name by default.

    Examples
    --------
    >>> plain(pd.Series([1.257, float("nan")], name="score"))
    [1.26, None]
    >>> plain(pd.Series([12.4], name="population"))
    [12]
    """
    if pd.api.types.is_float_dtype(values):
        digits = decimals_of(str(values.name)) if decimals is None else decimals
        rounded = values.astype(float).round(digits).replace([np.inf, -np.inf], _LACKING)
        values = rounded if digits else rounded.astype("Int64")
    return list(values.astype(object).where(values.notna(), None))


def rows_of(frame: pd.DataFrame, columns: Iterable[str]) -> list[list[object]]:
    """Return the rows of some columns as JSON takes them, whatever the types."""
    lists = [plain(frame[column]) for column in columns]
    return [list(row) for row in zip(*lists, strict=True)]
