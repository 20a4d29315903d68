"""Census shares of communes, from whichever releases the edition has.

Order of preference: base-cc, then the comparateur and the rates, then the sum of the IRIS. 65+ is
counted in the IRIS before it is deduced from a rate among those of 15 or more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fragility.sources.readers.insee_counts import census_shares
from fragility.territory.dated import Dated, Target, bring_communes

ETAPE = "core_recensement"
# Strength of the shrinkage of the share of under-15s, in inhabitants: a commune of 1,000 counts as
# much as what its EPCI, births and households lead to expect. The share is a difference of two
# vintages (2017 rates, 2018 counts), hence noisy in small communes (variance about 0.15 / n,
# doubled), while what is expected misses by a standard deviation of about 0.02.
SHRINKAGE_INHABITANTS = 1000.0
MOST_UNDER_15 = 0.5
# Births of a small commune say little: they are drawn towards the mean of all communes.
BIRTHS_SHRINKAGE = 100.0
MIN_COMMUNES = 50

_COUNTS = (
    "population", "superficie_km2", "population_1564", "chomeurs_1564", "actifs_1564", "menages",
    "residences_principales", "residences_proprietaires", "logements", "logements_vacants",
    "naissances_5_ans",
)  # fmt: skip
_RATIOS = {
    "chomage_pct": ("chomeurs_1564", "actifs_1564"),
    "proprietaires_pct": ("residences_proprietaires", "residences_principales"),
    "vacance_pct": ("logements_vacants", "logements"),
}
_RATE_WEIGHTS = {
    "peu_diplomes_pct": "population", "personnes_seules_pct": "menages",
    "familles_mono_pct": "menages", "plus_65_parmi_15_plus_pct": "population",
    "jeunes_pct": "population",
}  # fmt: skip
DATED = ("population", "plus_65", "peu_diplomes")


def value_column(key: str) -> str:
    """Name the column that holds a dated value."""
    return "population" if key == "population" else f"{key}_pct"


def group_mean(values: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.Series:
    """Weighted mean of each value's group, on the index of `values`; missing without a group.

    Examples
    --------
    >>> group_mean(pd.Series([0.1, 0.3]), pd.Series([300.0, 100.0]), pd.Series(["a", "a"]),
    ...     ).round(3).tolist()
    [0.15, 0.15]
    """
    usable = weights.where(values.notna(), 0).fillna(0)
    total = usable.groupby(groups).transform("sum")
    return (values.fillna(0) * usable).groupby(groups).transform("sum") / total.where(total > 0)


def shrink(
    values: pd.Series, weights: pd.Series, expected: pd.Series, strength: float
) -> pd.Series:
    """Pull each value towards what is expected of it (empirical Bayes).

    Parameters
    ----------
    values, weights, expected : on one index; a value without expectation stays as it is, and a
        missing value stays missing.
    strength : weight at which a value counts as much as its expectation.

    Examples
    --------
    >>> shrink(pd.Series([0.1, 0.3]), pd.Series([300.0, 900.0]), pd.Series([0.2, 0.2]),
    ...     300).round(3).tolist()
    [0.15, 0.275]
    """
    pulled = (weights * values + strength * expected) / (weights + strength)
    return pulled.fillna(values)


def expected_under_15(
    under_15: pd.Series, counts: pd.DataFrame, one_person_pct: pd.Series, epci: pd.Series
) -> pd.Series:
    """Share of under-15s that the EPCI, the births and the households lead to expect.

    Least squares over all communes, weighted by population: a noisy share is predicted by what
    is counted without that noise. Where births or households are not known, the EPCI's mean.

    Parameters
    ----------
    under_15 : noisy share, 0 to 1. counts : `population`, `menages`, `naissances_5_ans`.
    one_person_pct : one-person households, percent. epci : code. All on one index.
    """
    population = counts["population"]
    around = group_mean(under_15, population, epci)
    yearly = counts["naissances_5_ans"] / 5
    if yearly.notna().sum() < MIN_COMMUNES:
        return around
    mean_rate = yearly.sum() / population[yearly.notna()].sum()
    births = (yearly + BIRTHS_SHRINKAGE * mean_rate) / (population + BIRTHS_SHRINKAGE)
    household = population / counts["menages"].where(counts["menages"] > 0)
    predictors = pd.DataFrame(
        {
            "one": 1.0,
            "around": around,
            "births": births,
            "household": household,
            "alone": one_person_pct / 100,
        }
    )
    known = predictors.notna().all(axis=1) & under_15.notna() & (population > 0)
    if known.sum() < MIN_COMMUNES:
        return around
    root = np.sqrt(population[known].to_numpy())
    matrix = predictors[known].to_numpy() * root[:, None]
    slopes, *_ = np.linalg.lstsq(matrix, under_15[known].to_numpy() * root, rcond=None)
    fitted = pd.Series(predictors.to_numpy() @ slopes, index=under_15.index)
    return fitted.clip(0, MOST_UNDER_15).fillna(around)


def plus_65_among_all(
    among_15_plus: pd.Series, counts: pd.DataFrame, one_person_pct: pd.Series, epci: pd.Series
) -> pd.Series:
    """Turn the share of 65+ among those aged 15+ into the share among all.

    With T the published share and u the share of under-15s, 65+ = T (1 - u) of the population,
    and those aged 15-64 are (1 - T)(1 - u): hence u, which is then drawn towards what is expected.

    Parameters
    ----------
    among_15_plus : percent.
    counts : `population`, `population_1564`, `menages`, `naissances_5_ans`.
    one_person_pct, epci : see `expected_under_15`.

    Returns
    -------
    Percent of the population; missing where nobody lives or nothing is published.
    """
    rate = among_15_plus / 100
    population = counts["population"]
    share_1564 = counts["population_1564"] / population.where(population > 0)
    under_15 = (1 - share_1564 / (1 - rate).where(rate < 1)).clip(0, MOST_UNDER_15)
    expected = expected_under_15(under_15, counts, one_person_pct, epci)
    smooth = shrink(under_15, population, expected, SHRINKAGE_INHABITANTS)
    return (among_15_plus * (1 - smooth)).where(population > 0)


def _from_rates(
    comparateur: Dated | None, taux: Dated | None, target: Target, epci: pd.Series
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Values and years from the comparateur and the 2017 rates."""
    out, ledgers = pd.DataFrame(index=target.codes), []
    counts = pd.DataFrame(index=target.codes, columns=list(_COUNTS), dtype=float)
    if comparateur is not None:
        counts, lines = bring_communes(comparateur, target, ETAPE, counts=_COUNTS)
        ledgers.append(lines)
        out["population"] = counts["population"]
        out["population_annee"] = comparateur.year
        shared = target.carried(comparateur.geography_year)
        out["population_origine"] = shared.map({True: "impute", False: "observe"})
        area = counts["superficie_km2"]
        out["densite_hab_km2"] = counts["population"] / area.where(area > 0)
        for share, (part, total) in _RATIOS.items():
            out[share] = (100 * counts[part] / counts[total].where(counts[total] > 0)).clip(0, 100)
    if taux is not None:
        columns = dict.fromkeys([*taux.frame.columns, *_RATE_WEIGHTS, "population", "menages"])
        frame = taux.frame.reindex(columns=list(columns))
        if comparateur is not None:
            sizes = comparateur.frame.set_index("code_commune")[["population", "menages"]]
            frame[["population", "menages"]] = sizes.reindex(frame["code_commune"]).to_numpy()
        weighed = Dated(frame, taux.source, taux.year, taux.geography_year, taux.dropped)
        rates, lines = bring_communes(weighed, target, ETAPE, rates=_RATE_WEIGHTS)
        ledgers.append(lines)
        inhabited = counts["population"].isna() | (counts["population"] > 0)
        published = ("peu_diplomes_pct", "personnes_seules_pct", "familles_mono_pct", "jeunes_pct")
        for share in published:
            out[share] = rates[share].where(inhabited)
        out["plus_65_15p_pct"] = rates["plus_65_parmi_15_plus_pct"].where(inhabited)
        out["peu_diplomes_annee"] = taux.year
        carried = target.carried(taux.geography_year)
        out["peu_diplomes_origine"] = carried.map({True: "commune", False: "observe"})
        out["plus_65_pct"] = plus_65_among_all(
            rates["plus_65_parmi_15_plus_pct"],
            counts,
            rates["personnes_seules_pct"],
            epci.reindex(target.codes),
        )
        out["plus_65_annee"] = taux.year
    return out, ledgers


def _from_base_cc(
    tables: Sequence[Dated], target: Target
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Values and years from the published counts by commune."""
    counts, ledgers = [], []
    for table in tables:
        stems = [c for c in table.frame.columns if c != "code_commune"]
        frame, lines = bring_communes(table, target, ETAPE, counts=stems)
        counts.append(frame)
        ledgers.append(lines)
    return values_of_counts(counts, tables[0].year), ledgers


def values_of_counts(counts: Sequence[pd.DataFrame], year: int) -> pd.DataFrame:
    """Population, shares and their years from tables of counts on one index."""
    out = census_shares(counts)
    for table in counts:
        if "pop" in table.columns:
            out["population"] = table["pop"]
            break
    for key in DATED:
        if value_column(key) in out.columns:
            out[f"{key}_annee"] = year
    return out


def prefer(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Fill the missing cells of one table from another; a year or origin goes with its value."""
    index = first.index.union(second.index)
    out = pd.DataFrame(index=index)
    first, second = first.reindex(index), second.reindex(index)
    for column in dict.fromkeys([*first.columns, *second.columns]):
        key = next((k for k in DATED if column in (f"{k}_annee", f"{k}_origine")), None)
        owner = value_column(key) if key else column
        has = first[owner].notna() if owner in first.columns else pd.Series(False, index=index)
        one = first.get(column, pd.Series(index=index, dtype=object))
        two = second.get(column, pd.Series(index=index, dtype=object))
        out[column] = one.where(has, two)
    return out


def build_commune_values(
    target: Target,
    *,
    epci: pd.Series,
    comparateur: Dated | None,
    taux: Dated | None,
    base_cc: Sequence[Dated],
    from_iris: pd.DataFrame | None,
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Assemble the values of every commune.

    Parameters
    ----------
    epci : EPCI code by commune code.
    from_iris : values by commune summed from the IRIS, with `_annee` and `plus_65_origine`.

    Returns
    -------
    One row per commune: population, shares, density, the years, the origins of `population`,
    `plus_65` and `peu_diplomes`; and the ledgers. A commune that was split since the map of a
    release has its share of the people (`impute`) and the rates of the whole (`commune`).
    """
    values, ledgers = _from_rates(comparateur, taux, target, epci)
    # The conversion from 15+ to all ages rests on an estimate: it is one.
    values = values.assign(plus_65_origine="impute")
    if from_iris is not None:
        # Ages counted in the IRIS of the commune are better than that estimate.
        counted = [c for c in from_iris.columns if c.startswith("plus_65")]
        values = prefer(prefer(from_iris[counted], values), from_iris)
    if base_cc:
        published, lines = _from_base_cc(base_cc, target)
        ledgers += lines
        shared = target.carried(base_cc[0].geography_year)
        published = published.assign(
            population_origine=shared.map({True: "impute", False: "observe"}),
            plus_65_origine=shared.map({True: "commune", False: "observe"}),
            peu_diplomes_origine=shared.map({True: "commune", False: "observe"}),
        )
        values = prefer(published, values)
    return values.reindex(target.codes), ledgers
