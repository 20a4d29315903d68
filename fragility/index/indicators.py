"""The five indicators, each cell with its value, its origin and its year.

Order in which a missing value is looked for, never silently: published at the level; an IRIS
inherits from its commune; a divided commune from its IRIS; a model. What the edition cannot give
stays `absent`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from fragility.index.impute import impute_poverty, poverty_features
from fragility.schemas import INDICATORS
from fragility.territory.census_communes import group_mean
from fragility.territory.crs import METROPOLE

SMALL_POPULATION = 200  # INSEE advises against using census rates below about this
# Chosen among 2 to 8 km as the distance whose ranking is nearest to that of the published 4G
# classes (docs/validation.md), hence no independent proof of it.
FAR_FROM_4G_KM = 4.0
# A divided commune is described by its IRIS when they hold most of its people.
MIN_COVERED = 0.5


@dataclass(frozen=True)
class Cells:
    """One indicator on one level: value in percent, origin and year, same index."""

    value: pd.Series
    origin: pd.Series
    year: pd.Series


def observed(
    value: pd.Series, year: pd.Series | float, origin: str | pd.Series = "observe"
) -> Cells:
    """Cells that are observed where they have a value and absent elsewhere."""
    index = value.index
    years = pd.Series(year, index=index) if not isinstance(year, pd.Series) else year
    known = value.notna()
    origins = pd.Series(origin, index=index) if isinstance(origin, str) else origin
    return Cells(
        value.astype(float),
        origins.where(known, "absent").astype("str"),
        years.astype("Int64").where(known),
    )


def fill(cells: Cells, other: Cells, origin: str | pd.Series) -> Cells:
    """Fill what is absent from `other` (same index), with the origin given."""
    take = cells.value.isna() & other.value.notna()
    origins = pd.Series(origin, index=take.index) if isinstance(origin, str) else origin
    return Cells(
        cells.value.where(~take, other.value),
        cells.origin.where(~take, origins),
        cells.year.where(~take, other.year),
    )


def from_iris(iris: Cells, population: pd.Series, parent: pd.Series, communes: pd.Index) -> Cells:
    """Commune values from their own IRIS' observed values, weighted by population.

    Communes whose observed IRIS hold less than half of their people stay absent.
    """
    own = iris.value.where(iris.origin == "observe")
    weight = population.fillna(0)
    known = weight.where(own.notna(), 0).groupby(parent).sum()
    mean = (own * weight).groupby(parent).sum(min_count=1) / known.where(known > 0)
    enough = known / weight.groupby(parent).sum() >= MIN_COVERED
    value = mean.where(enough).reindex(communes)
    year = iris.year.where(own.notna()).groupby(parent).min().reindex(communes)
    return observed(value, year, "iris")


def inherit(iris: Cells, commune: Cells, parent: pd.Series, whole: pd.Series) -> Cells:
    """Give each IRIS without a value that of its commune.

    Parameters
    ----------
    whole : True for an undivided commune: the IRIS is the commune, so the origin stays.
    """
    above = Cells(
        *(
            s.reindex(parent).set_axis(parent.index)
            for s in (commune.value, commune.origin, commune.year)
        )
    )
    modelled = above.origin == "impute"
    return fill(iris, above, above.origin.where(whole | modelled, "commune"))


def sites_in_metres(mobile: pd.DataFrame) -> np.ndarray:
    """Coordinates of the metropolitan 4G sites in EPSG:2154, shape (n, 2).

    Overseas sites are left out: there is no population grid there to measure from.
    """
    inside = mobile["longitude"].between(-10, 12) & mobile["latitude"].between(41, 52)
    to_metres = Transformer.from_crs(4326, METROPOLE, always_xy=True)
    x, y = to_metres.transform(mobile["longitude"][inside], mobile["latitude"][inside])
    return np.column_stack([x, y])


def far_from_4g(
    grid: pd.DataFrame, mobile: pd.DataFrame, *, km: float = FAR_FROM_4G_KM
) -> dict[str, pd.Series]:
    """Share of inhabitants farther than `km` from any 4G site, in percent.

    Parameters
    ----------
    grid : table `core_population_grille`.
    mobile : table `core_mobile`.

    Returns
    -------
    Series by code under the keys `commune` and `iris`; territories without inhabited cells, and
    all of them when the edition has no metropolitan site, are not in it.
    """
    sites = sites_in_metres(mobile)
    # To a tree without a site every distance is infinite: everyone would be far from nothing.
    if len(sites) == 0 or grid.empty:
        return {"commune": pd.Series(dtype=float), "iris": pd.Series(dtype=float)}
    distance, _ = cKDTree(sites).query(grid[["x_m", "y_m"]].to_numpy(), workers=-1)
    far = grid["population"] * (distance > km * 1000)
    shares = {}
    for level, key in (("commune", "code_commune"), ("iris", "code_iris")):
        total = grid.groupby(key)["population"].sum()
        shares[level] = (100 * far.groupby(grid[key]).sum() / total.where(total > 0)).clip(0, 100)
    return shares


def build_indicators(
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    recensement: pd.DataFrame,
    revenus: pd.DataFrame,
    fixe: pd.DataFrame,
    far_4g: dict[str, pd.Series],
    mobile_year: float,
    couverture: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Build `index_indicateurs` for communes and IRIS.

    Parameters
    ----------
    communes, iris, recensement, revenus, fixe : the core tables.
    far_4g : `far_from_4g` by level, keys `commune` and `iris`.
    mobile_year : year of the list of sites, missing without any.
    couverture : table `core_couverture_4g`; with rows, it is the 4G, and no distance stands for
        what it lacks.

    Returns
    -------
    indicators : table `index_indicateurs`.
    errors : table `index_imputation`.
    residuals : cross-validation of the poverty model, one row per observed commune.
    """
    places = communes.set_index("code_commune")
    units = iris.set_index("code_iris")
    parent = units["code_commune"]
    whole = (units["type_iris"] == "Z") & ~parent.duplicated(keep=False)
    census = {
        level: _level(recensement, level, index)
        for level, index in (("commune", places.index), ("iris", units.index))
    }
    income = {
        level: _level(revenus, level, index)
        for level, index in (("commune", places.index), ("iris", units.index))
    }
    population = census["commune"]["population"]
    unit_population = census["iris"]["population"]

    def both(commune: Cells, own: Cells) -> tuple[Cells, Cells]:
        commune = fill(commune, from_iris(own, unit_population, parent, places.index), "iris")
        return commune, inherit(own, commune, parent, whole)

    tables: dict[str, tuple[Cells, Cells]] = {}
    none = observed(pd.Series(np.nan, index=units.index), np.nan)
    fixed = fixe.set_index("code_commune").reindex(places.index)
    tables["non_thd"] = both(observed(fixed["non_thd_pct"], fixed["non_thd_annee"]), none)
    reach = {"commune": places.index, "iris": units.index[~whole]}
    if couverture is not None and len(couverture):
        covered = [_level(couverture, level, index) for level, index in reach.items()]
        mobile = [observed(t["non_4g_pct"], t["annee"], t["origine"]) for t in covered]
    else:
        mobile = [observed(far_4g[k].reindex(index), mobile_year) for k, index in reach.items()]
    tables["non_4g"] = both(mobile[0], _spread(mobile[1], units.index))
    for key in ("plus_65", "peu_diplomes"):
        tables[key] = both(*_census_cells(census, key, places, population))
    poverty = observed(
        income["commune"]["pauvrete_pct"],
        income["commune"]["pauvrete_annee"],
        income["commune"]["pauvrete_origine"],
    )
    own = observed(income["iris"]["pauvrete_pct"].where(~whole), income["iris"]["pauvrete_annee"])
    poverty = fill(poverty, from_iris(own, unit_population, parent, places.index), "iris")
    imputed, errors, residuals = impute_poverty(
        poverty_features(census["commune"], income["commune"]), poverty.value, places, population
    )
    latest = income["commune"]["niveau_vie_annee"].max()
    poverty = fill(poverty, observed(imputed.reindex(places.index), latest), "impute")
    tables["pauvrete"] = (poverty, inherit(own, poverty, parent, whole))

    frames = [
        _assemble("commune", census["commune"], {k: cells[0] for k, cells in tables.items()}),
        _assemble("iris", census["iris"], {k: cells[1] for k, cells in tables.items()}),
    ]
    doubtful = fixe.loc[fixe["est_douteux"], "code_commune"]
    frames[0]["est_non_thd_douteux"] = frames[0]["code"].isin(doubtful)
    frames[1]["est_non_thd_douteux"] = frames[1]["code"].map(parent).isin(doubtful)
    return pd.concat(frames, ignore_index=True), errors, residuals


def _census_cells(
    census: dict[str, pd.DataFrame], key: str, places: pd.DataFrame, population: pd.Series
) -> tuple[Cells, Cells]:
    """Commune and IRIS cells of a census indicator; gaps of inhabited communes by their EPCI.

    A handful of inhabited communes has no published rate: their neighbours' mean, marked.
    """
    cells = []
    for level in ("commune", "iris"):
        table = census[level]
        origin = table.get(f"{key}_origine", "observe")
        cells.append(observed(table[f"{key}_pct"], table[f"{key}_annee"], origin))
    commune, own = cells
    mean = group_mean(commune.value, population, places["code_epci"])
    around = observed(mean.where(population > 0), commune.year.max(), "impute")
    return fill(commune, around, "impute"), own


def _spread(cells: Cells, index: pd.Index) -> Cells:
    """Put cells on a wider index, absent elsewhere."""
    return observed(
        cells.value.reindex(index), cells.year.reindex(index), cells.origin.reindex(index)
    )


def _level(table: pd.DataFrame, level: str, index: pd.Index) -> pd.DataFrame:
    return table[table["niveau"] == level].set_index("code").reindex(index)


def _assemble(level: str, census: pd.DataFrame, cells: dict[str, Cells]) -> pd.DataFrame:
    """Put one level's cells side by side, as `index_indicateurs`."""
    frame = pd.DataFrame(
        {
            "niveau": level,
            "code": census.index.astype("str"),
            "population": census["population"].to_numpy(float),
            "population_origine": census["population_origine"].to_numpy(),
            "population_annee": census["population_annee"].to_numpy(),
        }
    ).astype({"population_origine": "str", "population_annee": "Int64"})
    for key in INDICATORS:
        cell = cells[key]
        frame[f"{key}_pct"] = cell.value.to_numpy(float)
        frame[f"{key}_origine"] = cell.origin.astype("str").to_numpy()
        frame[f"{key}_annee"] = cell.year.to_numpy()
        frame[f"{key}_annee"] = frame[f"{key}_annee"].astype("Int64")
    frame["est_petit_effectif"] = (frame["population"] < SMALL_POPULATION).to_numpy(bool)
    return frame
