"""Change of score of every commune between two editions, on the goalposts of the older one.

A rank says nothing of a change: when every commune gets better together, none moves. Here both
editions are read on one scale, that which the older one has kept, and what was not measured in the
same way on both sides is left out of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, DataCheckError, UsageError
from fragility.index.composite import (
    FRANCE,
    aggregate,
    class_bounds,
    classify,
    combine,
    contributions,
    equal_widths,
    normalise,
)
from fragility.index.place_score import read_bounds
from fragility.index.profile_model import Profile
from fragility.index.profiles import published_profile
from fragility.index.scores import PLACES
from fragility.schemas import INDICATORS
from fragility.schemas.change import EVOLUTION
from fragility.sources.catalogue import find_edition
from fragility.validation.evolution_codes import find_passage, follow
from fragility.validation.evolution_noise import Sureness, measure_sureness
from fragility.validation.evolution_rows import (
    COMPARED,
    build_rows,
    count_fates,
    list_names,
    measure_indicators,
)
from fragility.validation.evolution_sides import (
    SAME,
    Side,
    comparable_profile,
    compare_indicators,
    read_side,
    require_computed,
)
from fragility.validation.evolution_units import build_units, town_points
from fragility.validation.evolution_words import write_reasons
from fragility.validation.publication import profile_of

TABLE = "evolution"
CHANGE_DECIMALS = 12
# A change of less than a tenth of a class is too small to be spoken of, however sure.
NEGLIGIBLE = 0.1


@dataclass(frozen=True)
class Evolution:
    """A comparison of two editions.

    Attributes
    ----------
    before, after : the editions.
    profile : the index of both; `common`: what can be compared of it.
    table : see `schemas.change.EVOLUTION`, one row per commune of the later map, and per commune of
        the earlier one whose territory is nowhere on it.
    indicators : see `evolution_sides.compare_indicators` and `evolution_rows.measure_indicators`.
    codes : communes of the earlier edition by what becomes of them; the counts add up.
    bounds : lowest score of the classes 2 to 5, and of fragile places, on the common indicators.
    sureness : how sure each change is.
    least : smallest change that is called significant, a tenth of the width of a class.
    """

    before: Side
    after: Side
    profile: Profile
    common: Profile
    table: pd.DataFrame
    indicators: pd.DataFrame
    codes: dict[str, int]
    bounds: tuple[list[float], float]
    sureness: Sureness
    least: float

    @property
    def compared(self) -> pd.DataFrame:
        """Rows with a score on both sides."""
        return self.table[self.table["statut"] == COMPARED]

    @property
    def left_out(self) -> pd.DataFrame:
        """Indicators that are not compared."""
        return self.indicators[~self.indicators["indicateur"].isin(self.common.ids)]

    @property
    def is_backwards(self) -> bool:
        """Whether the older edition is given second."""
        return self.before.edition.cog_year > self.after.edition.cog_year or (
            self.before.edition.previous == self.after.edition.name
        )


def compare_published(out: Path, before: str, after: str) -> Evolution:
    """Compare two editions that are published in a folder.

    Parameters
    ----------
    out : folder of the editions.
    before, after : their names; the goalposts are those of the first.

    Raises
    ------
    UsageError
        When an edition does not exist, is given twice, or they have not the same profile.
    MissingFileError
        When one was not computed.
    """
    editions = [find_edition(name) for name in (before, after)]
    if before == after:
        raise UsageError(
            f"L'édition « {before} » est donnée deux fois.",
            expected="deux éditions différentes",
            remedy="« fragility editions » les liste ; derive.html dit ce qui a changé d'un "
            "calcul à l'autre d'une même édition",
        )
    folders = [require_computed(out / name, name) for name in (before, after)]
    profiles = [profile_of(folder) for folder in folders]
    for folder, profile_name in zip(folders, profiles, strict=True):
        if not profile_name:
            raise BadFileError(
                "Le profil de cette édition n'est pas dit.",
                path=folder / "execution.json",
                expected="le compte rendu d'un calcul de cette version du programme",
                remedy=f"lancez « fragility run --edition {folder.name} »",
            )
    profile, other = (published_profile(folder) for folder in folders)
    if profile != other:
        raise UsageError(
            "Ces deux éditions n'ont pas été calculées avec le même profil.",
            expected=f"{profiles[0]}, celui de « {before} »",
            found=f"{profiles[1]}, celui de « {after} »",
            remedy=f"lancez « fragility run --edition {after} --profile {profiles[0]} »",
        )
    sides = [
        read_side(folder, edition, profile)
        for folder, edition in zip(folders, editions, strict=True)
    ]
    return compare_editions(sides[0], sides[1], profile)


def compare_editions(before: Side, after: Side, profile: Profile) -> Evolution:
    """Measure the change of every commune on the goalposts of the first edition.

    Raises
    ------
    DataCheckError
        When no indicator can be compared, or one map cannot be followed to the other.
    """
    indicators = compare_indicators(before, after, profile)
    common = comparable_profile(profile, indicators)
    if not common.indicators:
        raise DataCheckError(
            f"Rien ne peut être comparé entre « {before.edition.name} » et "
            f"« {after.edition.name} ».",
            expected="au moins un indicateur mesuré de la même façon des deux côtés",
            found=", ".join(f"{r.indicateur} : {r.etat}" for r in indicators.itertuples()),
            remedy="comparez deux éditions qui lisent les mêmes sources",
        )
    passage = find_passage(before, after)
    towns, ways = follow(before.codes, after.codes, passage)
    if ways.empty:
        raise DataCheckError(
            f"« {before.edition.name} » et « {after.edition.name} » n'ont aucune commune en "
            "commun.",
            expected="deux éditions d'un même territoire",
            remedy="« fragility editions » les décrit",
        )
    states = dict(zip(indicators["indicateur"], indicators["etat"], strict=True))
    measured = [key for key in common.ids if states[key] != SAME]
    units = build_units(before, after, towns, ways, passage, common, measured)
    old, new = town_points(units, before.goalposts, common)
    for key in common.ids:
        if states[key] == SAME:
            # The same files and years: what differs is how a commune was put together.
            new[key] = old[key].where(new[key].notna())
    if common.missing != "zero":
        both = old.notna() & new.notna()
        old, new = old.where(both), new.where(both)
    parts = contributions(old, common), contributions(new, common)
    moved = parts[1] - parts[0]
    change = moved.sum(axis=1, min_count=1).round(CHANGE_DECIMALS) + 0.0
    bounds = fixed_bounds(before, profile, common)
    sureness = measure_sureness(
        before, after, units, (old, new), change.to_numpy(float), states, common, before.goalposts
    )
    found = pd.DataFrame(index=units.towns)
    for side, points in (("avant", old), ("apres", new)):
        score = combine(points, common)
        found[f"score_{side}"] = score
        found[f"classe_{side}"] = classify(score, bounds[0])
        found[f"est_fragile_{side}"] = classify(score, [bounds[1]]).eq(2).fillna(False)
    found["evolution"] = change
    found["evolution_bas"], found["evolution_haut"] = sureness.low, sureness.high
    least = smallest_change(bounds[0])
    found["valeur_p"] = sureness.p_value
    found["est_significatif"] = sureness.is_significant & change.abs().ge(least).to_numpy()
    found["indicateurs_compares"] = list_names(old.notna() & new.notna())
    for key in INDICATORS:
        here = key in common.ids
        found[f"score_{key}_avant"] = old[key] if here else np.nan
        found[f"score_{key}_apres"] = new[key] if here else np.nan
        found[f"contribution_{key}"] = moved[key] if here else np.nan
    others = [key for key in common.ids if key not in INDICATORS]
    found["contribution_autres"] = moved[others].sum(axis=1, min_count=1)
    table = build_rows(before, after, towns, ways, found)
    indicators = measure_indicators(indicators, before, after, table, units.towns, moved)
    table["motif"] = write_reasons(table, towns["motif"], indicators, before.edition.name, least)
    return Evolution(
        before, after, profile, common, table[list(EVOLUTION.columns)], indicators,
        count_fates(before, towns, ways), bounds, sureness, least,
    )  # fmt: skip


def smallest_change(bounds: list[float]) -> float:
    """Change below which nothing is called significant: a tenth of the mean width of a class.

    Examples
    --------
    >>> round(smallest_change([4.0, 5.25, 6.5, 7.75]), 3)
    0.125
    """
    known = [bound for bound in bounds if np.isfinite(bound)]
    return NEGLIGIBLE * (known[-1] - known[0]) / (len(known) - 1) if len(known) > 1 else 0.0


def fixed_bounds(before: Side, profile: Profile, common: Profile) -> tuple[list[float], float]:
    """Bounds of the classes: those of the older edition, set on the common indicators.

    They are `index_bornes` when nothing is left out; otherwise the same rule on the older edition's
    communes, for a mean of fewer indicators is not on the scale of the others.
    """
    if len(common.indicators) == len(profile.indicators):
        return read_bounds(before.bounds, profile.id)
    index, base = before.index, None
    if common.base != FRANCE:
        base = index.places[PLACES[common.base]]
    if common.divided == "own":
        points = normalise(index.values["commune"], before.goalposts, common, base)
    else:
        of = None if base is None else base.reindex(before.parent).set_axis(before.parent.index)
        units = normalise(index.values["iris"], before.goalposts, common, of)
        points = aggregate(units, index.cells["iris"]["population"], before.parent)
    score = combine(points.reindex(before.codes), common)
    fifths = class_bounds(score, common.fragile_share_pct)
    return (fifths if common.classes == "quintiles" else equal_widths(score)), fifths[-1]
