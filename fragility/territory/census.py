"""`core_recensement`: the census of every commune and IRIS, on the edition's map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fragility.ledger import stack
from fragility.sources.readers.insee_counts import CONTEXT_SHARES, SHARES
from fragility.territory.census_communes import DATED, build_commune_values, value_column
from fragility.territory.census_iris import (
    bring_base_ic,
    build_iris_values,
    published_values,
    sum_to_communes,
)
from fragility.territory.dated import Dated, bring_iris, build_target, iris_places

_COLUMNS = (
    "niveau", "code", "population", "population_annee", "population_origine", "plus_65_pct",
    "plus_65_annee", "plus_65_origine", "peu_diplomes_pct", "peu_diplomes_annee",
    "peu_diplomes_origine", "personnes_seules_pct", "familles_mono_pct", "chomage_pct",
    "proprietaires_pct", "vacance_pct", "densite_hab_km2", *CONTEXT_SHARES,
)  # fmt: skip


def _finish(values: pd.DataFrame, level: str) -> pd.DataFrame:
    """Give one level the columns and types of the table."""
    out = pd.DataFrame({"niveau": level, "code": values.index}).astype("str")
    for column in ("population", *SHARES, *CONTEXT_SHARES, "densite_hab_km2"):
        numbers = values[column].to_numpy(dtype="float64") if column in values else np.nan
        out[column] = pd.Series(numbers, index=out.index, dtype="float64")
    for key in DATED:
        present = out[value_column(key)].notna()
        for suffix, absent in (("annee", pd.NA), ("origine", "absent")):
            name = f"{key}_{suffix}"
            if name in _COLUMNS:
                found = values[name].to_numpy() if name in values else absent
                cell = pd.Series(found, index=out.index, dtype=object).where(present, absent)
                out[name] = cell.astype("Int64" if suffix == "annee" else "str")
    return out[list(_COLUMNS)]


def build_recensement(
    *,
    communes: pd.Series,
    iris: pd.DataFrame,
    epci: pd.DataFrame,
    movements: pd.DataFrame,
    cog_year: int,
    comparateur: Dated | None = None,
    taux: Dated | None = None,
    base_cc: Sequence[Dated] = (),
    base_ic: Sequence[Dated] = (),
    habitat: Dated | None = None,
    weights: pd.Series | None = None,
    superficies: pd.Series | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `core_recensement` from the releases that the edition has.

    Parameters
    ----------
    communes : codes of the communes of the edition.
    iris : its IRIS (`core_iris`).
    epci : its EPCI (`readers.insee_cog.read_epci`).
    movements : events of communes (`readers.insee_cog.read_movements`).
    cog_year : year of its map.
    comparateur, taux : `read_comparateur`, `read_taux_communes`.
    base_cc : one table per theme (`read_base_cc`); takes precedence for communes.
    base_ic : one table per theme and release (`read_base_ic`, `read_grand_paris`); where two
        releases have a cell, the first given wins.
    habitat : ages of residential IRIS (`read_habitat`, population file), used where base-ic has
        nothing.
    weights : inhabitants by commune of the edition, to share communes that were split again.
    superficies : km2 by commune of the edition, for the density where no release publishes both.

    Returns
    -------
    The table (a row per commune, then a row per IRIS), and its ledger.

    Notes
    -----
    65+ of communes: see `census_communes.plus_65_among_all`. IRIS without published ages: see
    `census_iris.estimate_plus_65`; origin `impute`.
    """
    tables = [comparateur, taux, *base_cc, *base_ic, habitat]
    target = build_target(communes, movements, cog_year, tables, weights=weights)
    places = iris_places(iris)
    releases, ledgers = bring_base_ic(base_ic, target, places.index)
    values, lines = build_commune_values(
        target,
        epci=epci.set_index("code_commune")["code_epci"],
        comparateur=comparateur,
        taux=taux,
        base_cc=base_cc,
        from_iris=sum_to_communes(releases, places),
    )
    if superficies is not None:
        measured = values["population"] / superficies.reindex(values.index)
        known = values.get("densite_hab_km2", pd.Series(float("nan"), index=values.index))
        values["densite_hab_km2"] = known.fillna(measured)
    ages = None
    if habitat is not None:
        ages, one = bring_iris(habitat, target, places.index, "core_recensement")
        ledgers.append(one)
    by_iris = build_iris_values(
        places,
        published_values(releases),
        values,
        habitat=ages,
        habitat_year=habitat.year if habitat else None,
    )
    frame = pd.concat([_finish(values, "commune"), _finish(by_iris, "iris")], ignore_index=True)
    return frame, stack(*lines, *ledgers)
