"""Who lives in the fictional département: populations, social fields and census counts per unit.

Numbers only, no files. A few smooth fields (wealth, age, remoteness) drive every variable, so that
the variables correlate as they do in France: older away from the city, poorer where unemployment is
high, better connected near the city. Counts are additive: summing units gives communes or IRIS.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from fragility.sources.demo_territory import (
    AMPERSAND,
    ISLAND,
    TOWNS,
    UNINHABITED,
    Array,
    build_territory,
    smooth_field,
    stream,
)

REFERENCE_INCOME: Final = 21_600.0
AGE_BANDS: Final = (
    "0002", "0305", "0610", "1117", "1824", "2539", "4054", "5564", "6579", "80P",
    "0014", "1529", "3044", "4559", "6074", "75P", "0019", "2064", "65P",
)  # fmt: skip
SEX_BANDS: Final = AGE_BANDS[10:]
_AGES: Final = np.arange(101)


@dataclass(frozen=True)
class People:
    """What is known of each unit (same rows as `Territory.units`).

    Attributes
    ----------
    fields : population, remote (0-1), urban (0-1), wealth, income (€), poverty and thd (0-1 shares
        of persons and premises), unemployment, low_diploma, owner, vacancy (shares).
    ages, women : persons of each age 0-100, one row per unit.
    """

    fields: pd.DataFrame
    ages: Array
    women: Array


def band(ages: Array, name: str) -> Array:
    """Sum the ages of an INSEE band.

    >>> band(np.ones((1, 101)), "6579")
    array([15.])
    >>> band(np.ones((1, 101)), "80P")
    array([21.])
    """
    first = int(name.rstrip("P")[:2])
    last = 100 if name.endswith("P") else int(name[2:])
    return np.asarray(ages[:, first : last + 1].sum(axis=1))


def _commune_populations(codes: pd.Series, d_city: Array, d_town: Array) -> Array:
    rng = stream("population")
    log_size = rng.normal(5.85, 0.72, len(codes))
    log_size += 1.75 * np.exp(-((d_city / 9) ** 2)) + 0.8 * np.exp(-((d_town / 5) ** 2))
    size = np.clip(np.round(np.exp(log_size)), 34, 8_950)
    fixed = {ISLAND: 412, AMPERSAND: 3_104} | dict.fromkeys(UNINHABITED, 0)
    fixed |= {code: spec[0] for code, spec in TOWNS.items()}
    return np.where(codes.isin(list(fixed)), codes.map(fixed).fillna(0), size)


def _social_fields(units: pd.DataFrame) -> pd.DataFrame:
    rng = stream("social")
    n = len(units)
    xy = units[["x", "y"]].to_numpy()
    city, town = units["d_city"].to_numpy(), units["d_town"].to_numpy()
    remote = 1 - np.maximum(np.exp(-((city / 24) ** 2)), 0.55 * np.exp(-((town / 8) ** 2)))
    split = (units["type_iris"] != "Z").to_numpy()
    urban = np.where(split, 0.75, 0.35 * np.exp(-((city / 8) ** 2)))
    urban = np.where(units["code_commune"].eq("00045"), 1.0, urban)
    wealth = 0.75 * smooth_field(xy, 17, "wealth") + 0.95 * np.exp(-(((city - 9) / 5) ** 2))
    wealth += 0.55 - 1.5 * remote - 0.55 * split + 1.25 * split * smooth_field(xy, 0.9, "estates")
    older = 1.7 * remote - 0.7 + 0.55 * smooth_field(xy, 15, "age") - 0.5 * (urban == 1)
    unemployment = 0.098 - 0.028 * wealth + 0.022 * urban + rng.normal(0, 0.006, n)
    income = REFERENCE_INCOME * np.exp(0.1 * wealth + rng.normal(0, 0.012, n))
    low = 0.56 - 0.07 * wealth + 0.035 * older - 0.07 * urban + rng.normal(0, 0.015, n)
    owner = 0.82 - 0.42 * urban + 0.05 * wealth + rng.normal(0, 0.02, n)
    unemployment = unemployment.clip(0.035, 0.34)
    poverty = 12.5 - 48 * np.log(income / REFERENCE_INCOME) + 105 * (unemployment - 0.1)
    poverty += 8 * (0.65 - owner.clip(0.15, 0.95)) + rng.normal(0, 0.7, n)
    # Fibre comes in projects: whole patches far from the city are already done, others not begun.
    fibre = 2.0 - 3.6 * remote + 1.7 * smooth_field(xy, 7, "fibre") + 0.9 * urban
    return pd.DataFrame({
        "remote": remote, "urban": urban, "wealth": wealth, "older": older, "income": income,
        "unemployment": unemployment, "low_diploma": low.clip(0.2, 0.86),
        "owner": owner.clip(0.12, 0.95), "poverty": poverty.clip(2.4, 58.0) / 100,
        "vacancy": (0.065 + 0.05 * remote + rng.normal(0, 0.008, n)).clip(0.02, 0.2),
        "thd": (1 / (1 + np.exp(-1.2 * fibre))).clip(0.0, 1.0),
    })  # fmt: skip


def _age_pyramids(fields: pd.DataFrame) -> Array:
    older = fields["older"].to_numpy()[:, None]
    urban = fields["urban"].to_numpy()[:, None]
    share = (0.205 + 0.055 * older + stream("age").normal(0, 0.012, older.shape)).clip(0.06, 0.46)
    young = 1 + 0.18 * np.exp(-(((_AGES - 9) / 6) ** 2)) - 0.35 * np.exp(-(((_AGES - 24) / 7) ** 2))
    young = young + np.maximum(urban - 0.5, 0) * 2.2 * np.exp(-(((_AGES - 22) / 4) ** 2))
    young = np.where(_AGES < 65, young, 0)
    old = np.where(_AGES >= 65, np.exp(-((np.maximum(_AGES - 65, 0) / (15 + 2 * older)) ** 2)), 0)
    profile = (1 - share) * young / young.sum(axis=1, keepdims=True)
    profile += share * old / old.sum(axis=1, keepdims=True)
    return np.asarray(fields["population"].to_numpy()[:, None] * profile)


@cache
def build_people() -> People:
    """Populate the units of `build_territory`; the same object on every call, never changed."""
    units = build_territory().units
    first = units.drop_duplicates("code_2020").sort_values("code_2020")
    sizes = _commune_populations(
        first["code_2020"], first["d_city"].to_numpy(), first["d_town"].to_numpy()
    )
    by_commune = pd.Series(sizes, index=first["code_2020"])
    fields = _social_fields(units)
    fields["population"] = units["code_2020"].map(by_commune).to_numpy() * units["share"].to_numpy()
    ages = _age_pyramids(fields)
    men_share = 0.511 - 0.2 * np.clip((_AGES - 55) / 45, 0, 1) ** 1.3
    return People(fields, ages, ages * (1 - men_share))


def sum_by(table: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    """Add up additive columns of units by a code, sorted by code."""
    return table.groupby(keys.to_numpy(), sort=True).sum()


def mean_by(values: pd.Series, weights: pd.Series, keys: pd.Series) -> pd.Series:
    """Average a rate of units by a code; a code without weight gets the plain mean."""
    groups = pd.DataFrame({"v": values * weights, "w": weights, "plain": values}).groupby(
        keys.to_numpy()
    )
    total = groups.sum()
    return (total["v"] / total["w"]).where(total["w"] > 0, groups["plain"].mean())


def _shares(raw: Sequence[Array]) -> Array:
    stacked = np.clip(np.column_stack(raw), 0.002, None)
    return np.asarray(stacked / stacked.sum(axis=1, keepdims=True))


def social_groups(people: People, women_only: bool | None = None) -> dict[str, Array]:
    """Share the persons of 15 and over among INSEE's eight groups CS1-CS8."""
    counts = people.ages if women_only is None else people.women
    if women_only is False:
        counts = people.ages - people.women
    wealth, remote = people.fields["wealth"].to_numpy(), people.fields["remote"].to_numpy()
    active = band(counts, "1864")
    shares = _shares([
        0.01 + 0.05 * remote, 0.06 + 0.01 * remote, 0.12 + 0.055 * wealth, 0.22 + 0.03 * wealth,
        0.26 - 0.01 * wealth, 0.21 - 0.05 * wealth + 0.05 * remote, 0.03 + 0 * wealth,
        0.1 - 0.02 * wealth,
    ]).T  # fmt: skip
    groups = {f"CS{k + 1}": active * shares[k] for k in range(8)}
    groups["CS7"] = groups["CS7"] + band(counts, "65P")
    groups["CS8"] = groups["CS8"] + band(counts, "1517")
    return groups


def households(people: People) -> dict[str, Array]:
    """Count households by type (MEN...) and the persons in them (PMEN_MEN...)."""
    fields = people.fields
    urban, older = fields["urban"].to_numpy(), fields["older"].to_numpy()
    wealth = fields["wealth"].to_numpy()
    shares = _shares([
        0.29 + 0.13 * urban + 0.025 * older,
        0.018 + 0.012 * urban,
        0.29 + 0.03 * older - 0.06 * urban,
        0.29 - 0.04 * older - 0.04 * urban + 0.01 * wealth,
        0.085 + 0.02 * urban - 0.014 * wealth,
    ])  # fmt: skip
    size = np.array([1.0, 2.3, 2.05, 3.9, 2.6])
    persons = 0.978 * fields["population"].to_numpy()
    men = persons / (shares @ size)
    alone, no_family, couples, couples_children, single = (men[:, None] * shares).T
    table = {
        "MEN": men, "MENPSEUL": alone, "MENHSEUL": 0.43 * alone, "MENFSEUL": 0.57 * alone,
        "MENSFAM": no_family, "MENFAM": couples + couples_children + single,
        "MENCOUPSENF": couples, "MENCOUPAENF": couples_children, "MENFAMMONO": single,
    }  # fmt: skip
    by_type = dict(zip(
        ("MENPSEUL", "MENSFAM", "MENCOUPSENF", "MENCOUPAENF", "MENFAMMONO"), size, strict=True
    ))  # fmt: skip
    counts = {f"PMEN_{kind}": table[kind] * per for kind, per in by_type.items()}
    counts["PMEN_MENHSEUL"], counts["PMEN_MENFSEUL"] = table["MENHSEUL"], table["MENFSEUL"]
    counts["PMEN_MENFAM"] = sum(
        (counts[f"PMEN_{kind}"] for kind in ("MENCOUPSENF", "MENCOUPAENF", "MENFAMMONO")),
        start=np.zeros(len(men)),
    )
    return table | {"PMEN": persons} | counts


def diplomas(people: People, persons: Array) -> dict[str, Array]:
    """Share persons out of school among the seven levels published since 2017."""
    low = people.fields["low_diploma"].to_numpy()
    older = people.fields["older"].to_numpy()
    minimal = (0.4 + 0.05 * older).clip(0.2, 0.6)
    levels = {
        "DIPLMIN": low * minimal, "BEPC": 0.11 * low, "CAPBEP": low * (0.89 - minimal),
        "BAC": 0.37 * (1 - low), "SUP2": 0.25 * (1 - low), "SUP34": 0.2 * (1 - low),
        "SUP5": 0.18 * (1 - low),
    }  # fmt: skip
    return {level: persons * share for level, share in levels.items()}


def out_of_school(ages: Array) -> Array:
    """Persons of 15 and over who are not in school any more."""
    return np.asarray(
        0.04 * band(ages, "1517") + 0.5 * band(ages, "1824") + 0.92 * band(ages, "2529")
        + 0.99 * band(ages, "30P")
    )  # fmt: skip


def frame_of(columns: dict[str, Array], names: Iterable[str] | None = None) -> pd.DataFrame:
    """Assemble columns, in the order of `names` when given."""
    return pd.DataFrame(columns)[list(names) if names is not None else list(columns)]
