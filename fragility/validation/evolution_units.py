"""What is read on the goalposts of the older edition, on both sides alike.

A divided commune whose IRIS are the same in both editions is the mean of its IRIS, as in the index;
an IRIS that has a figure of its own in one edition and its commune's in the other is left out of
that indicator on both sides. A commune that was put together, whose division changed, or most of
whose people would be left out, is read once, from its own value, on both sides: the mean of the
points of other pieces would differ without anything having changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.index.composite import FRANCE, aggregate, normalise
from fragility.index.profile_model import Profile
from fragility.index.scores import PLACES
from fragility.territory.cog import apply_passage, map_iris_codes, to_commune
from fragility.validation.evolution_codes import FOLLOWED, MERGED
from fragility.validation.evolution_sides import Side, cell_years

# A divided commune is described by its IRIS when those compared hold most of its people.
MIN_COVERED = 0.5
Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Units:
    """The IRIS and communes that are read, those of one commune together.

    Attributes
    ----------
    towns : communes compared, codes of the later map, sorted.
    town : position of the commune of each unit, increasing.
    is_iris : units that are IRIS; the others are whole communes.
    before, after : position of each unit in its edition's IRIS or communes; -1 before for a commune
        put together.
    values_before, values_after : one column per indicator.
    years_before, years_after : year of each of those values, missing where there is none.
    people_before, people_after : inhabitants.
    places : reference territory of each unit, that of the older edition; None for France.
    parts : `code_avant`, `code_apres`, `poids` of the communes put together (rows sum to 1).
    """

    towns: pd.Index
    town: Positions
    is_iris: NDArray[np.bool_]
    before: Positions
    after: Positions
    values_before: pd.DataFrame
    values_after: pd.DataFrame
    years_before: pd.DataFrame
    years_after: pd.DataFrame
    people_before: pd.Series
    people_after: pd.Series
    places: pd.Series | None
    parts: pd.DataFrame


def build_units(
    before: Side,
    after: Side,
    towns: pd.DataFrame,
    ways: pd.DataFrame,
    passage: pd.DataFrame | None,
    profile: Profile,
    measured: Sequence[str],
) -> Units:
    """Put both editions' values on the same units.

    Parameters
    ----------
    towns, ways : see `evolution_codes.follow`.
    profile : the indicators that are compared.
    measured : those of them that are not the same figures in both editions.
    """
    codes = towns.index[towns["nature"].isin(FOLLOWED)].sort_values()
    old = ways.set_index("code_apres")["code_avant"]
    single = old[~old.index.duplicated(keep=False)].reindex(codes)
    pairs = _none()
    if profile.divided == "mean":
        pairs = _same_iris(before, after, single, passage, measured)
    by_iris = pd.Index(pairs["commune"].unique())
    alone = codes[by_iris.get_indexer(codes) < 0]
    rows = pd.concat(
        [
            pairs.assign(is_iris=True),
            pd.DataFrame({
                "commune": alone, "is_iris": False,
                "before": before.codes.get_indexer(pd.Index(single.reindex(alone))),
                "after": after.codes.get_indexer(alone),
            }),
        ],
        ignore_index=True,
    )  # fmt: skip
    rows["town"] = codes.get_indexer(pd.Index(rows["commune"]))
    rows = rows.sort_values(["town", "after"], ignore_index=True)
    merged = towns["nature"].reindex(codes).eq(MERGED)
    parts = _parts(before, ways, codes[merged.to_numpy()])
    joined, years, people = _put_together(before, parts, profile)
    at_before, at_after = rows["before"].to_numpy(), rows["after"].to_numpy()
    is_iris = rows["is_iris"].to_numpy(bool)
    sides = [
        _take(side, at, is_iris, profile) for side, at in ((before, at_before), (after, at_after))
    ]
    values, when, inhabitants = sides[0]
    put = rows.index[(at_before < 0) & ~is_iris]
    code = pd.Index(rows.loc[put, "commune"])
    values.loc[put] = joined.reindex(code)[values.columns].to_numpy(float)
    for key in when.columns:
        when.loc[put, key] = years.reindex(code)[key].to_numpy(float)
    inhabitants.loc[put] = people.reindex(code).to_numpy(float)
    of_divided = np.flatnonzero(is_iris & rows["town"].duplicated(keep=False).to_numpy())
    for key in measured:
        alike = _same_kind(before, after, key, at_before[of_divided], at_after[of_divided])
        for frame in (values, sides[1][0]):
            frame.loc[of_divided[~alike], key] = np.nan
    places = None
    if profile.base != FRANCE:
        places = _places(before, single, parts, codes, profile)
        places = places.iloc[rows["town"]].reset_index(drop=True)
    return Units(
        towns=codes, town=rows["town"].to_numpy(), is_iris=is_iris, before=at_before,
        after=at_after, values_before=values, values_after=sides[1][0], years_before=when,
        years_after=sides[1][1], people_before=inhabitants, people_after=sides[1][2],
        places=places, parts=parts,
    )  # fmt: skip


def _none() -> pd.DataFrame:
    return pd.DataFrame({"commune": pd.Series(dtype="str"), "before": pd.Series(dtype=int),
                         "after": pd.Series(dtype=int)})  # fmt: skip


def _same_iris(
    before: Side,
    after: Side,
    single: pd.Series,
    passage: pd.DataFrame | None,
    measured: Sequence[str],
) -> pd.DataFrame:
    """IRIS of the communes that have the same ones on both sides, with their positions.

    Those whose figures are of one kind on both sides hold most of their commune's people.
    """
    known = single.dropna()
    new_code = pd.Series(known.index.astype("str"), index=pd.Index(known))
    codes = pd.Series(before.parent.index, dtype="str")
    if passage is not None:
        codes = map_iris_codes(codes, passage)
    commune = to_commune(pd.Series(before.parent.to_numpy(), dtype="str")).map(new_code)
    first = pd.DataFrame({"code": codes, "commune": commune, "before": np.arange(len(codes))})
    second = pd.DataFrame({"code": after.parent.index.astype("str"),
                           "commune": after.parent.to_numpy(),
                           "after": np.arange(len(after.parent))})  # fmt: skip
    both = first.dropna(subset=["commune"]).merge(second, on=["code", "commune"], how="outer")
    lone = both["before"].isna() | both["after"].isna()
    divided = both["commune"].duplicated(keep=False)
    rows = np.flatnonzero((~lone & divided).to_numpy())
    at = [both[side].to_numpy()[rows].astype(int) for side in ("before", "after")]
    people = before.index.cells["iris"]["population"].fillna(0).to_numpy(float)[at[0]]
    parent = both["commune"].to_numpy(object)[rows]
    total = pd.Series(people).groupby(parent).transform("sum").to_numpy()
    odd = lone.to_numpy().copy()
    for key in measured:
        alike = _same_kind(before, after, key, at[0], at[1])
        held = pd.Series(people * alike).groupby(parent).transform("sum").to_numpy()
        odd[rows] |= held < MIN_COVERED * total
    lone = pd.Series(odd, index=both.index)
    whole = both[~lone.groupby(both["commune"]).transform("any")]
    return whole[["commune", "before", "after"]].astype({"before": int, "after": int})


def _same_kind(
    before: Side, after: Side, key: str, at_before: Positions, at_after: Positions
) -> NDArray[np.bool_]:
    """IRIS whose figure is their own, or their commune's, on both sides."""
    one = before.index.level(key, "iris").origin[at_before] == "observe"
    two = after.index.level(key, "iris").origin[at_after] == "observe"
    return np.asarray(one == two)


def _parts(before: Side, ways: pd.DataFrame, merged: pd.Index) -> pd.DataFrame:
    """Communes that were put together, with the share of each in the whole."""
    parts = ways[merged.get_indexer(pd.Index(ways["code_apres"])) >= 0].copy()
    people = before.index.cells["commune"]["population"].reindex(parts["code_avant"]).to_numpy()
    parts["population"] = people
    total = parts.groupby("code_apres")["population"].transform("sum", min_count=1)
    count = parts.groupby("code_apres")["population"].transform("size")
    known = parts.groupby("code_apres")["population"].transform("count")
    usable = (known == count) & (total > 0)
    parts["poids"] = (parts["population"] / total).where(usable, 1 / count)
    return parts.reset_index(drop=True)


def _put_together(
    before: Side, parts: pd.DataFrame, profile: Profile
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Mean value, year and inhabitants of what was put together since, by later code.

    A year is that of the parts when they have one in common.
    """
    values = before.index.values["commune"][profile.ids]
    frame = values.assign(population=before.index.cells["commune"]["population"])
    frame = frame.reindex(pd.Index(parts["code_avant"])).rename_axis("code_commune").reset_index()
    passage = parts[["code_avant", "code_apres"]].assign(part=1.0)
    rates = dict.fromkeys(profile.ids, "population")
    found, _ = apply_passage(frame, passage, counts=["population"], rates=rates)
    found = found.set_index("code_commune")
    by = parts["code_apres"].to_numpy()
    years = {}
    for key in profile.ids:
        own = cell_years(before, key, "commune").reindex(parts["code_avant"]).astype(float)
        group = pd.Series(own.to_numpy()).groupby(by)
        years[key] = group.max().where(group.max() == group.min())
    return found[profile.ids], pd.DataFrame(years, columns=profile.ids), found["population"]


def _take(
    side: Side, at: Positions, is_iris: NDArray[np.bool_], profile: Profile
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Values, years and inhabitants at positions of IRIS and of communes; -1 is missing."""
    found = []
    for frames in (
        {level: side.index.values[level][profile.ids] for level in ("iris", "commune")},
        {level: pd.DataFrame({key: cell_years(side, key, level).astype(float)
                              for key in profile.ids}, columns=profile.ids)
         for level in ("iris", "commune")},
        {level: side.index.cells[level][["population"]] for level in ("iris", "commune")},
    ):  # fmt: skip
        taken = np.full((len(at), frames["iris"].shape[1]), np.nan)
        for level, rows in (("iris", is_iris), ("commune", ~is_iris & (at >= 0))):
            taken[rows] = frames[level].to_numpy(float)[at[rows]]
        found.append(pd.DataFrame(taken, columns=frames["iris"].columns))
    return found[0], found[1], found[2]["population"]


def _places(
    before: Side, single: pd.Series, parts: pd.DataFrame, codes: pd.Index, profile: Profile
) -> pd.Series:
    """Territory of the older edition that each commune is compared within, on both sides."""
    of = before.index.places[PLACES[profile.base]]
    largest = parts.sort_values(["code_apres", "poids"]).drop_duplicates("code_apres", keep="last")
    own = single.fillna(largest.set_index("code_apres")["code_avant"]).reindex(codes)
    return pd.Series(of.reindex(pd.Index(own)).to_numpy(), index=codes)


def town_points(
    units: Units, goalposts: pd.DataFrame, profile: Profile
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points of each commune before and after, on the same goalposts (index: `units.towns`)."""
    town = pd.Series(units.town)
    found = []
    for values, people in (
        (units.values_before, units.people_before),
        (units.values_after, units.people_after),
    ):
        points = normalise(values, goalposts, profile, units.places)
        means = aggregate(points, people, town).reindex(range(len(units.towns)))
        found.append(means.set_axis(units.towns))
    return found[0], found[1]
