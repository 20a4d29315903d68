"""Census of the IRIS of split communes: what is published, and what can be estimated from it.

Nothing is inherited from the commune here: that is a decision of the index stage.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fragility.territory.census_communes import DATED, ETAPE, prefer, values_of_counts
from fragility.territory.dated import Dated, Target, bring_iris

_AGES_2016 = ("pop0014", "pop1529", "pop3044", "pop4559", "pop6074", "pop75p")


def bring_base_ic(
    tables: Sequence[Dated], target: Target, known: pd.Index
) -> tuple[list[tuple[int, list[pd.DataFrame]]], list[pd.DataFrame]]:
    """Bring every base-ic table to the edition's map, grouped by release.

    Returns
    -------
    `(year, tables of counts)` per release, in the order given, and the ledgers.
    """
    groups: dict[str, tuple[int, list[pd.DataFrame]]] = {}
    ledgers = []
    for table in tables:
        counts, lines = bring_iris(table, target, known, ETAPE)
        groups.setdefault(table.source, (table.year, []))[1].append(counts)
        ledgers.append(lines)
    return list(groups.values()), ledgers


def published_values(releases: Sequence[tuple[int, list[pd.DataFrame]]]) -> pd.DataFrame:
    """Values of the IRIS that some release publishes; the first release wins, cell by cell."""
    out = pd.DataFrame(index=pd.Index([], dtype="str"))
    for year, counts in releases:
        one = values_of_counts(counts, year)
        out = one if out.empty else prefer(out, one)
    return out


def sum_to_communes(
    releases: Sequence[tuple[int, list[pd.DataFrame]]], iris: pd.DataFrame
) -> pd.DataFrame | None:
    """Values of the communes whose every IRIS is published, from the sums of their counts.

    Returns
    -------
    Values, years and origins by commune: `observe` where the commune is one IRIS, else `iris`.
    """
    if not releases:
        return None
    size = iris.groupby("code_commune").size()
    out = None
    for year, tables in releases:
        sums = []
        for counts in tables:
            commune = iris["code_commune"].reindex(counts.index)
            grouped = counts.groupby(commune.to_numpy())
            whole = grouped.size() == size.reindex(grouped.size().index)
            sums.append(grouped.sum(min_count=1)[whole])
        one = values_of_counts(sums, year)
        origin = np.where(size.reindex(one.index) == 1, "observe", "iris")
        one = one.assign(**{f"{key}_origine": origin for key in DATED})
        out = one if out is None else prefer(out, one)
    return out


def estimate_plus_65(
    ages: pd.DataFrame, commune: pd.Series, commune_plus_65_pct: pd.Series
) -> pd.Series:
    """Estimate the 65+ of IRIS whose ages are published as 60-74 and 75 or more.

    In each commune one share k of the 60-74 is counted as 65+, such that its IRIS together have
    the commune's share of 65+; k is kept between 0 and 1.

    Parameters
    ----------
    ages : counts by IRIS, columns `pop0014` ... `pop6074`, `pop75p`.
    commune : commune code by IRIS, same index.
    commune_plus_65_pct : percent by commune code.

    Returns
    -------
    Percent by IRIS; missing where nobody lives or the commune's share is unknown.
    """
    total = ages[list(_AGES_2016)].sum(axis=1, skipna=False)
    sums = (
        pd.DataFrame({"n": total, "b": ages["pop6074"], "c": ages["pop75p"]})
        .groupby(commune.to_numpy())
        .sum()
    )
    wanted = commune_plus_65_pct.reindex(sums.index) / 100 * sums["n"]
    k = ((wanted - sums["c"]) / sums["b"].where(sums["b"] > 0)).clip(0, 1)
    older = ages["pop75p"] + commune.map(k) * ages["pop6074"]
    return 100 * older / total.where(total > 0)


def among_15_plus(plus_65_pct: pd.Series, ages: pd.DataFrame) -> pd.Series:
    """Turn a share of 65+ among all into the share among those of 15 or more.

    Parameters
    ----------
    plus_65_pct : percent by IRIS.
    ages : see `estimate_plus_65`.

    Examples
    --------
    >>> bands = pd.DataFrame([[20, 80, 0, 0, 0, 0]], columns=list(_AGES_2016))
    >>> among_15_plus(pd.Series([20.0]), bands).tolist()
    [25.0]
    """
    total = ages[list(_AGES_2016)].sum(axis=1, skipna=False)
    adults = total - ages["pop0014"]
    return (plus_65_pct * total / adults.where(adults > 0)).clip(0, 100)


def calibrate_population(
    known: pd.Series, iris: pd.DataFrame, commune_population: pd.Series
) -> pd.Series:
    """Give every IRIS a population such that those of a commune add up to the commune's.

    Parameters
    ----------
    known : inhabitants where published, on the index of `iris`; missing elsewhere.
    iris : `type_iris`, `code_commune`.
    commune_population : inhabitants by commune code.

    Returns
    -------
    Inhabitants. An IRIS without a figure gets the mean of its type among those known, before
    scaling; all are missing where the commune's population is.
    """
    mean = known.groupby(iris["type_iris"]).transform("mean").fillna(known.mean())
    first = known.fillna(mean).fillna(1.0)
    commune = iris["code_commune"]
    total = first.groupby(commune).transform("sum")
    wanted = commune.map(commune_population).astype(float)
    spread = 1 / commune.map(commune.value_counts())
    return wanted * (first / total.where(total > 0)).fillna(spread)


def build_iris_values(
    iris: pd.DataFrame,
    published: pd.DataFrame,
    communes: pd.DataFrame,
    *,
    habitat: pd.DataFrame | None,
    habitat_year: int | None,
) -> pd.DataFrame:
    """Assemble the values of every IRIS.

    Parameters
    ----------
    iris : see `dated.iris_places`.
    published : see `published_values`.
    communes : values by commune, see `census_communes.build_commune_values`.
    habitat : ages by IRIS, or None.

    Returns
    -------
    Values, years and origins by IRIS. The one IRIS of a commune that is not split takes the
    commune's.
    """
    values = published.reindex(iris.index).assign(**{f"{key}_origine": "observe" for key in DATED})
    if "population" not in values:
        values["population"] = np.nan
    if habitat is not None:
        commune = iris["code_commune"].reindex(habitat.index)
        share = communes["plus_65_pct"] if "plus_65_pct" in communes else pd.Series(dtype=float)
        ages = habitat[list(_AGES_2016)].sum(axis=1, skipna=False)
        estimated_65 = estimate_plus_65(habitat, commune, share)
        estimated = pd.DataFrame({
            "population": ages, "population_origine": "impute",
            "plus_65_pct": estimated_65,
            "plus_65_annee": habitat_year, "plus_65_origine": "impute",
            "plus_65_15p_pct": among_15_plus(estimated_65, habitat),
        }, index=habitat.index)  # fmt: skip
        values = prefer(values, estimated).reindex(iris.index)
    origin = values["population_origine"].where(values["population"].notna(), "impute")
    values["population_origine"] = origin
    values["population"] = calibrate_population(
        values["population"].astype(float), iris, communes["population"]
    )
    whole = iris["est_commune_entiere"]
    inherited = communes.reindex(iris["code_commune"]).set_axis(iris.index)
    values["population_annee"] = inherited["population_annee"]
    columns = list(dict.fromkeys([*values.columns, *communes.columns]))
    values = values.reindex(columns=columns)
    for column in communes.columns:
        values[column] = inherited[column].where(whole, values[column])
    for column in values.columns.difference(communes.columns):
        values[column] = values[column].where(~whole)
    return values
