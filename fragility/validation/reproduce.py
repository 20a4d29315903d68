"""Recompute the aggregates of a published file from its own parts, row by row.

2023: the total is the plain mean of the five sub-scores. 2020: an axis, a pillar and the score are
plain means of all the indicators below them; how many each axis has is the profile's, and the
weights of the axes follow from it. Whatever breaks the rule is listed with its code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.index.profile_model import Profile
from fragility.index.profiles import available_profiles, load_profile
from fragility.validation.published import IFN_2023, Published
from fragility.validation.published_forms import AGGREGATES, AXES, axis_of

TOLERANCE_2023 = 1e-9
TOLERANCE_2020 = 1e-6
# From this many digits on, a file holds what the computer had: it was not rounded for people.
WHOLE_DIGITS = 9
PROFILE_2020 = "ifn-2020"
# Number of indicators of each axis in 2020, proved by the rank of the published axes across
# references; the profile `ifn-2020` says so when it is there.
INDICATORS_2020: Mapping[str, int] = {
    "information": 2,
    "interfaces": 1,
    "administratives": 1,
    "numeriques": 2,
}
PILLARS_2020: Mapping[str, tuple[str, ...]] = {
    "acces": ("information", "interfaces"),
    "competences": ("administratives", "numeriques"),
    "score": AXES,
}
BROKEN = ["code", "nom", "reference", "agregat", "publie", "recalcule", "ecart"]


@dataclass(frozen=True)
class Reproduction:
    """How well a file's aggregates follow from its parts.

    Attributes
    ----------
    summary : `reference`, `agregat`, `lignes` checked, `exactes`, `ecart_max`.
    broken : rows that break the rule, columns `BROKEN`, the widest gap first.
    incomplete : rows that lack a part or an aggregate: `code`, `nom`, `reference`, `manque`, and
        `publie`, the total as published.
    tolerance : largest gap that rounding explains.
    """

    summary: pd.DataFrame
    broken: pd.DataFrame
    incomplete: pd.DataFrame
    tolerance: float

    @property
    def is_exact(self) -> bool:
        """Every complete row follows the rule."""
        return self.broken.empty


def count_indicators(profile: Profile) -> dict[str, int]:
    """Number of indicators of each axis of 2020 in a profile, whatever its names for them.

    Raises
    ------
    ValueError
        When an axis of 2020 has no indicator there.
    """
    titles = {axis.id: f"{axis.id} {axis.title}" for axis in profile.axes}
    axes = [axis_of(titles.get(item.axis, item.axis)) for item in profile.indicators]
    counts = {axis: axes.count(axis) for axis in AXES}
    if not all(counts.values()):
        raise ValueError(f"{profile.id}: an axis of 2020 is missing: {counts}")
    return counts


def indicators_2020() -> dict[str, int]:
    """Number of indicators of each axis, from the profile of 2020 if it comes with the package."""
    if PROFILE_2020 in available_profiles():
        return count_indicators(load_profile(PROFILE_2020))
    return dict(INDICATORS_2020)


def combine_axes(axes: pd.DataFrame, counts: Mapping[str, int]) -> pd.DataFrame:
    """Pillars and score: means of all the indicators below, those of a missing axis left out.

    Parameters
    ----------
    axes : one column per axis, in points.
    counts : number of indicators of each axis.

    Returns
    -------
    Columns `acces`, `competences`, `score`, on the same index.

    Examples
    --------
    >>> axes = pd.DataFrame({"information": [60.0], "interfaces": [90.0],
    ...                      "administratives": [30.0], "numeriques": [120.0]})
    >>> combine_axes(axes, INDICATORS_2020).iloc[0].to_dict()
    {'acces': 70.0, 'competences': 90.0, 'score': 80.0}
    """
    means = {}
    for name, below in PILLARS_2020.items():
        values = axes[list(below)]
        weights = values.notna() * np.array([counts[axis] for axis in below])
        total = weights.sum(axis=1)
        means[name] = (values.fillna(0) * weights).sum(axis=1) / total.where(total > 0)
    return pd.DataFrame(means, index=axes.index)


def rounding_of(parts: int, aggregate: int) -> float:
    """Largest gap that the rounding of a file explains, in points.

    Parameters
    ----------
    parts : digits after the point of the parts, at most; 0 where they are whole numbers.
    aggregate : the same of the aggregate.

    Notes
    -----
    Whole classes were not rounded, and the mean of five has one digit: nothing is forgiven then.
    """
    exact = parts == 0 and aggregate >= 1
    of_parts = 0.0 if parts == 0 or parts >= WHOLE_DIGITS else 0.5 * 10.0**-parts
    of_whole = 0.0 if exact or aggregate >= WHOLE_DIGITS else 0.5 * 10.0**-aggregate
    return of_parts + of_whole


def reproduce(published: Published, counts: Mapping[str, int] | None = None) -> Reproduction:
    """Recompute the aggregates of a file from its own parts.

    Parameters
    ----------
    published : the file.
    counts : of 2020: number of indicators of each axis, by default those of the profile.
    """
    aggregates: tuple[str, ...]
    if published.version == IFN_2023:
        found = {"": published.table[published.parts].mean(axis=1, skipna=False).to_frame("total")}
        names = {"": {part: part for part in [*published.parts, "total"]}}
        base, aggregates = TOLERANCE_2023, ("total",)
    else:
        counts = indicators_2020() if counts is None else counts
        names = {r: {a: f"{a}_{r}" for a in (*AXES, *AGGREGATES)} for r in published.references}
        found = {
            r: combine_axes(published.table[[n[a] for a in AXES]].set_axis(list(AXES), axis=1),
                            counts)
            for r, n in names.items()
        }  # fmt: skip
        base, aggregates = TOLERANCE_2020, AGGREGATES
    digits = {
        kind: max((d for name, d in published.decimals.items() if _is_aggregate(name) == whole),
                  default=WHOLE_DIGITS)
        for kind, whole in (("parts", False), ("aggregate", True))
    }  # fmt: skip
    tolerance = base + rounding_of(digits["parts"], digits["aggregate"])
    rows, broken, incomplete = [], [], []
    for reference, columns in names.items():
        table = published.table[list(columns.values())].set_axis(list(columns), axis=1)
        whole = table.notna().all(axis=1)
        incomplete.append(_incomplete(published.table["nom"], table[~whole], reference))
        for aggregate in aggregates:
            gap = (found[reference][aggregate] - table[aggregate])[whole].abs()
            off = gap[gap > tolerance].index
            rows.append((reference, aggregate, len(gap), len(gap) - len(off),
                         float(gap.max()) if len(gap) else np.nan))  # fmt: skip
            broken.append(pd.DataFrame({
                "code": off, "nom": published.table.loc[off, "nom"].to_numpy(),
                "reference": reference, "agregat": aggregate,
                "publie": table.loc[off, aggregate].to_numpy(),
                "recalcule": found[reference].loc[off, aggregate].to_numpy(),
                "ecart": gap[off].to_numpy(),
            }))  # fmt: skip
    return Reproduction(
        pd.DataFrame(rows, columns=["reference", "agregat", "lignes", "exactes", "ecart_max"]),
        pd.concat(broken, ignore_index=True)[BROKEN].sort_values(
            ["ecart", "code"], ascending=[False, True], ignore_index=True
        ),
        pd.concat(incomplete, ignore_index=True),
        tolerance,
    )


def _is_aggregate(name: str) -> bool:
    return name == "total" or name.split("_")[0] in AGGREGATES


def _incomplete(names: pd.Series, rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Rows with a hole, and what they lack."""
    holes = rows.isna().to_numpy()
    columns = np.array(rows.columns, dtype=object)
    return pd.DataFrame({
        "code": rows.index, "nom": names.reindex(rows.index).to_numpy(), "reference": reference,
        "manque": [", ".join(columns[line]) for line in holes],
        "publie": rows.iloc[:, -1].to_numpy(),
    })  # fmt: skip
