"""What the sentence of a place says of its indicators: those of the main profile, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.index.profile_model import Profile
from fragility.index.profile_words import label_of, unit_of
from fragility.schemas import INDICATORS

_KEY = ["niveau", "code"]


@dataclass(frozen=True)
class Drivers:
    """Indicators of a profile at some places, on the rows of one table.

    Attributes
    ----------
    names : of each indicator, as a sentence writes it.
    units : what follows a value.
    values, points : one column per indicator; missing where it is not known.
    weights : own weight of each indicator in the score.
    """

    names: Mapping[str, str]
    units: Mapping[str, str]
    values: pd.DataFrame
    points: pd.DataFrame
    weights: tuple[float, ...]

    def lacks(self, table: pd.DataFrame, key: str) -> pd.Series:
        """Where an indicator is not known, or gives no points.

        Parameters
        ----------
        table : the one whose rows these are, with the origins of the five indicators.
        """
        lacking = self.values[key].isna() | self.points[key].isna()
        if f"{key}_origine" in table:
            lacking |= table[f"{key}_origine"].eq("absent")
        return lacking

    @property
    def order(self) -> np.ndarray:
        """Indicators of each row, from the one that weighs most; those missing come last."""
        parts = self.points.to_numpy(float)
        if len(set(self.weights)) > 1:
            parts = parts * np.array(self.weights)
        return np.argsort(-np.where(np.isnan(parts), -np.inf, parts), axis=1, kind="stable")


def drivers_of(
    table: pd.DataFrame,
    labels: Mapping[str, tuple[str, str]],
    profile: Profile | None = None,
    points: pd.DataFrame | None = None,
    context: pd.DataFrame | None = None,
) -> Drivers:
    """Gather the indicators of a profile for the rows of a table.

    Parameters
    ----------
    table : `index_indicateurs` and `index_scores` side by side, with `niveau` and `code`.
    labels : label and definition of the five indicators.
    profile : the main profile; the five with equal weights by default.
    points : table `index_points`, where sub-scores do not tell all of the profile.
    context : table `index_contexte`, for the indicators beside the five.
    """
    ids = list(INDICATORS) if profile is None else profile.ids
    titles = {
        k: labels[k][0] if k in INDICATORS or profile is None else label_of(profile, k) for k in ids
    }
    values = pd.DataFrame(index=table.index)
    other = [key for key in ids if key not in INDICATORS]
    wide = _wide(context, "valeur", other, table) if other and context is not None else None
    for key in ids:
        if key in INDICATORS:
            values[key] = table[f"{key}_pct"].astype(float)
        else:
            values[key] = np.nan if wide is None else wide[key].to_numpy(float)
    own = None
    if profile is not None and points is not None:
        own = points[points["profil"] == profile.id]
    if own is not None and len(own):
        scored = _wide(own, "points", ids, table)
    else:
        known = {key: table[f"score_{key}"] for key in ids if key in INDICATORS}
        scored = pd.DataFrame(known, index=table.index).reindex(columns=ids)
    return Drivers(
        names={key: title[0].lower() + title[1:] for key, title in titles.items()},
        units={key: "%" if profile is None else unit_of(profile, key) for key in ids},
        values=values,
        points=scored.set_axis(table.index),
        weights=(1.0,) * len(ids) if profile is None else tuple(profile.weights),
    )


def _wide(long: pd.DataFrame, column: str, ids: list[str], table: pd.DataFrame) -> pd.DataFrame:
    """One column per indicator, on the rows of a table."""
    rows = long[long["indicateur"].isin(ids)]
    wide = rows.pivot(index=_KEY, columns="indicateur", values=column)
    return wide.reindex(index=pd.MultiIndex.from_frame(table[_KEY]), columns=ids)
