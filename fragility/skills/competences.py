"""The table `index_competences`: digital difficulty from the IRIS to the nation.

Communes are estimated from their own ages and diplomas. An IRIS is where the census publishes both
for it; elsewhere it takes its commune's rate, because age alone misleads inside a town (the
estimate would go down where incomes do). Larger territories are sums of communes, and IRIS add up
to theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from fragility.skills.estimate import (
    AREA_RESIDUAL,
    ILLECTRONISME,
    OVERSEAS_RESIDUAL,
    REACH,
    Estimate,
    Model,
    benchmark_year,
    chance,
    estimate,
    fit_cells,
    set_level,
    sum_up,
)
from fragility.skills.model import bootstrap_rates, count_cells, fit_rates, survey_seed, usable
from fragility.skills.summary import describe_model, describe_rates
from fragility.territory.census_communes import group_mean
from fragility.territory.communes import NO_EPCI

GROUPS = {"epci": "code_epci", "departement": "code_departement", "region": "code_region"}
FRANCE = "FRANCE"
_SHARES = {
    "part_15_24": "jeunes_pct",
    "part_65_plus": "plus_65_15p_pct",
    "part_75_plus": "plus_75_15p_pct",
    "part_peu_diplomes": "peu_diplomes_pct",
}
# Nobody answers in the survey overseas: what is said of it is carried over from the metropole.
OVERSEAS = "97"
_STEPS = 60  # halvings of the shift that makes IRIS add up: 6 / 2^60


@dataclass(frozen=True)
class People:
    """Inhabitants aged 15 or older of one level, and what is known of them.

    Attributes
    ----------
    shares : see `estimate.SHARES`, index: code.
    count : 15 or older; 0 where nobody lives, missing where there is no census.
    """

    shares: pd.DataFrame
    count: pd.Series


def people_of(census: pd.DataFrame) -> People:
    """Ages and diplomas of the 15 or older of one level.

    Parameters
    ----------
    census : rows of one level of `core_recensement`, index: code.

    Notes
    -----
    The 15 or older are deduced from two shares of the same people: 65+ among all, and among those
    aged 15 or more.
    """
    shares = pd.DataFrame({name: census[column] / 100 for name, column in _SHARES.items()})
    shares.insert(1, "part_25_64", (1 - shares["part_15_24"] - shares["part_65_plus"]).clip(0))
    older = census["plus_65_pct"] / census["plus_65_15p_pct"].where(census["plus_65_15p_pct"] > 0)
    return People(shares.astype(float), census["population"] * older.clip(0.5, 1))


def complete(people: People, population: pd.Series, group: pd.Series) -> People:
    """Fill what a few communes lack with the mean of their group, then of all."""

    def filled(values: pd.Series) -> pd.Series:
        around = group_mean(values, population, group)
        return values.fillna(around).fillna(_mean(values, population))

    shares = people.shares.copy()
    for name in shares.columns.drop("part_75_plus"):
        shares[name] = filled(shares[name])
    part = filled(people.count / population.where(population > 0))
    return People(shares, population * part)


def _mean(values: pd.Series, weight: pd.Series) -> float:
    """Weighted mean of what is known; missing if nothing is."""
    weight = weight.where(values.notna(), 0.0).fillna(0.0)
    return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else np.nan


def build_competences(
    respondents: pd.DataFrame,
    recensement: pd.DataFrame,
    communes: pd.DataFrame,
    iris: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Build `index_competences`, `competences_modele` and `competences_taux`.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`; none of them is in the result.
    recensement : table `core_recensement`.
    communes, iris : tables `core_communes`, `core_iris`.

    Returns
    -------
    competences : one row per IRIS, commune, EPCI, département and région, and one for France,
        where somebody lives.
    quality : what the model is worth.
    rates : rate and weight of each age and diploma.
    """
    learnt = usable(respondents)
    counts = count_cells(learnt)
    seed = survey_seed(counts)
    places = communes.set_index("code_commune")
    towns = recensement[recensement["niveau"] == "commune"].set_index("code").reindex(places.index)
    population = towns["population"]
    own = complete(people_of(towns), population, places["code_epci"])
    year = benchmark_year(int(towns["population_annee"].mode().iloc[0]))
    lived = own.count > 0
    index, number = own.count.index[lived], own.count[lived].to_numpy(float)
    cells, error = fit_cells(own.shares[lived], seed)
    model = set_level(
        fit_rates(counts), bootstrap_rates(learnt), cells, number, ILLECTRONISME[year]
    )
    far = places.loc[index, "code_departement"].str.startswith(OVERSEAS).to_numpy(bool)
    residual = np.where(far, OVERSEAS_RESIDUAL, AREA_RESIDUAL)
    of_communes = estimate(model, cells, number, index, residual=residual)
    frames = [_rows("commune", of_communes, pd.Series(number, index), "impute")]
    for level, column in GROUPS.items():
        group = places.loc[index, column]
        group = group.where(group != NO_EPCI[0])
        frames.append(
            _rows(
                level,
                sum_up(model, cells, number, group, residual=residual),
                pd.Series(number, index).groupby(group.to_numpy()).sum(),
                "impute",
            )
        )
    whole = pd.Series(FRANCE, index=index)
    frames.append(
        _rows(
            "france",
            # The nation's rate is INSEE's, whose own error is not published.
            sum_up(model, cells, number, whole, residual=np.nan),
            pd.Series([number.sum()], [FRANCE]),
            "impute",
        )
    )
    units = recensement[recensement["niveau"] == "iris"].set_index("code")
    parent = iris.set_index("code_iris")["code_commune"].reindex(units.index)
    inside = spread_inside(of_communes, pd.Series(number, index), places.loc[index, "code_epci"])
    frames.insert(0, _iris_rows(units, parent, model, seed, of_communes, own.count, inside))
    table = pd.concat(frames, ignore_index=True)
    table["difficulte_annee"] = year
    department = table["code"].str[:2].where(table["niveau"].isin(["iris", "commune"]))
    overseas = places.loc[places["code_departement"].str.startswith(OVERSEAS)]
    extrapolated = department.eq(OVERSEAS)
    # Level by level: a région of overseas has the code of a département of the mainland (01, 02…).
    for level, column in GROUPS.items():
        far = set(overseas[column]) - {NO_EPCI[0]}
        extrapolated |= table["niveau"].eq(level) & table["code"].isin(far)
    table["est_difficulte_extrapolee"] = extrapolated
    nation = number @ cells.astype(float) / number.sum()
    return (
        table,
        describe_model(
            respondents,
            learnt,
            error,
            ILLECTRONISME[year],
            oldest=float(own.shares.loc[lived, "part_75_plus"].notna().mean()),
        ),
        describe_rates(model.rates, nation),
    )


def regional_people(competences: pd.DataFrame) -> pd.Series:
    """15 or older by code of région, from `index_competences`."""
    own = competences[competences["niveau"] == "region"]
    return own.set_index("code")["population_15_plus"]


def _rows(level: str, found: Estimate, count: pd.Series, origin: str) -> pd.DataFrame:
    """Estimates of one level as rows of the table."""
    number = count.reindex(found.rate.index)
    return pd.DataFrame(
        {
            "niveau": level,
            "code": found.rate.index.astype("str"),
            "population_15_plus": number.to_numpy(float),
            "difficulte_numerique_pct": found.rate.to_numpy(),
            "difficulte_numerique_bas": found.low.to_numpy(),
            "difficulte_numerique_haut": found.high.to_numpy(),
            "nb_personnes_en_difficulte": found.people.to_numpy(),
            "nb_personnes_en_difficulte_bas": (found.low / 100 * number).to_numpy(),
            "nb_personnes_en_difficulte_haut": (found.high / 100 * number).to_numpy(),
            "difficulte_origine": origin,
        }
    )


def _iris_rows(
    units: pd.DataFrame,
    parent: pd.Series,
    model: Model,
    seed: NDArray[np.float64],
    communes: Estimate,
    commune_count: pd.Series,
    inside: float,
) -> pd.DataFrame:
    """Rows of the IRIS: estimated where ages and diplomas are theirs, else their commune's rate.

    `inside` is what the parts of a town are taken to differ by, see `spread_inside`.
    """
    people = people_of(units)
    alone = ~parent.duplicated(keep=False)
    required = ["part_15_24", "part_65_plus", "part_peu_diplomes"]
    measured = people.shares[required].notna().all(axis=1) & people.count.gt(0) & ~alone
    # Those of a commune add up to its 15 or older, in proportion of what is known of them.
    share = people.count / units["population"].where(units["population"] > 0)
    whole = commune_count.reindex(parent).set_axis(units.index)
    first = units["population"] * share.fillna(share.median() if share.notna().any() else 1.0)
    total = first.groupby(parent).transform("sum")
    count = (first * whole / total.where(total > 0)).where(units["population"] > 0)
    lived = count.gt(0) & communes.rate.reindex(parent).set_axis(units.index).notna()
    index = units.index[lived]
    town = parent[lived]
    number = count[lived].to_numpy(float)
    cells, _ = fit_cells(people.shares[lived & measured], seed)
    abroad = units.index[lived & measured].str.startswith(OVERSEAS)
    own = estimate(
        model,
        cells,
        count[lived & measured].to_numpy(float),
        units.index[lived & measured],
        residual=np.where(abroad, OVERSEAS_RESIDUAL, AREA_RESIDUAL),
    )
    result = pd.DataFrame(
        {
            name: values.reindex(town).set_axis(index)
            for name, values in (
                ("rate", communes.rate), ("low", communes.low), ("high", communes.high),
            )
        }
    )  # fmt: skip
    theirs = measured[lived]
    parts = ~(theirs | alone[lived]).to_numpy(bool)
    _widen(result, parts, number, commune_count.reindex(town).to_numpy(float), inside)
    for name, values in (("rate", own.rate), ("low", own.low), ("high", own.high)):
        result.loc[theirs, name] = values.reindex(index[theirs])
    shift = _shift_to_sum(
        result["rate"].to_numpy(), number, theirs.to_numpy(bool), town, communes.people
    )
    for name in ("rate", "low", "high"):
        result[name] = 100 * expit(logit(result[name] / 100) + shift)
    found = Estimate(result["rate"], result["low"], result["high"], result["rate"] / 100 * number)
    rows = _rows("iris", found, pd.Series(number, index), "impute")
    rows["difficulte_origine"] = np.where(parts, "commune", "impute")
    return rows


def spread_inside(communes: Estimate, number: pd.Series, epci: pd.Series) -> float:
    """Standard deviation of communes around their EPCI, on the logit scale.

    Nothing published says how much the parts of one town differ. They are taken to differ as much
    as the communes of one EPCI, each counted for its people.
    """
    place = pd.Series(logit((communes.rate / 100).clip(1e-6, 1 - 1e-6)), index=communes.rate.index)
    known = place.notna() & number.gt(0)
    place, weight, group = place[known], number[known], epci[known]
    centre = (place * weight).groupby(group).transform("sum") / weight.groupby(group).transform(
        "sum"
    )
    return float(np.sqrt(np.average((place - centre) ** 2, weights=weight)))


def _widen(
    result: pd.DataFrame,
    parts: NDArray[np.bool_],
    number: NDArray[np.float64],
    town_number: NDArray[np.float64],
    inside: float,
) -> None:
    """Widen, in place, the interval of the parts of a town that take its rate.

    Its chance is that of few people, and a part may differ from the whole by `inside`.
    """
    rate, low, high = (result[name].to_numpy(float) / 100 for name in ("rate", "low", "high"))
    with np.errstate(invalid="ignore", divide="ignore"):
        town = ((logit(high) - logit(low)) / 2 / REACH) ** 2 - chance(rate, town_number)
        width = REACH * np.sqrt(town + inside**2 + chance(rate, number))
        result.loc[parts, "low"] = (100 * expit(logit(rate) - width))[parts]
        result.loc[parts, "high"] = (100 * expit(logit(rate) + width))[parts]


def _shift_to_sum(
    rate: NDArray[np.float64],
    number: NDArray[np.float64],
    moves: NDArray[np.bool_],
    town: pd.Series,
    people: pd.Series,
) -> NDArray[np.float64]:
    """Shift on the logit scale by which the IRIS of each commune add up to its people.

    Parameters
    ----------
    rate : percent, by IRIS. number : 15 or older. moves : IRIS that have their own estimate.
    town : commune of each IRIS. people : people in difficulty by commune.

    Returns
    -------
    One number per IRIS, the same within a commune, 0 for those that keep their commune's rate.
    """
    code, names = pd.factorize(town)
    wanted = people.reindex(names).to_numpy(float)
    has = np.bincount(code[moves], minlength=len(names)) > 0
    start = logit((rate / 100).clip(1e-9, 1 - 1e-9))
    low, high = np.full(len(names), -3.0), np.full(len(names), 3.0)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        total = np.bincount(
            code, number * expit(start + middle[code] * moves), minlength=len(names)
        )
        above = total > wanted
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    return np.where(moves & has[code], ((low + high) / 2)[code], 0.0)
