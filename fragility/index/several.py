"""Several profiles in one run: the main one makes the marts, all are compared side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fragility.errors import DataCheckError
from fragility.index.composite import (
    class_bounds,
    classify,
    contributions,
    group_points,
    rank_scores,
)
from fragility.index.profile_model import Profile
from fragility.index.profile_words import label_of
from fragility.index.scores import Computed, bounds_table, compute_profile, score_table
from fragility.schemas import INDICATORS, empty_table
from fragility.sources.indicator_files import FOLDER

KEY = ["profil", "niveau", "code"]
Tables = dict[str, pd.DataFrame]


def build_profiles(
    indicators: pd.DataFrame,
    context: pd.DataFrame,
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    profiles: Sequence[Profile],
    folder: str = FOLDER,
) -> Tables:
    """Compute several profiles, the main one first.

    Parameters
    ----------
    indicators, context : tables `index_indicateurs` and `index_contexte`.
    communes, iris : tables `core_communes` and `core_iris`.
    folder : where the edition reads what the user brings, see `indicator_files.folder_of`.

    Returns
    -------
    `index_scores` of the main profile; `index_bornes`, `index_reperes`, `index_profils`,
    `index_piliers` and `index_points` of all.

    Raises
    ------
    DataCheckError
        When the edition has too little for one of them: see `require_computable`.
    """
    computed = []
    for profile in profiles:
        require_known(indicators, context, profile, folder)
        computed.append(compute_profile(indicators, context, communes, iris, profile))
        require_computable(computed[-1], folder)
    return {
        "index_scores": score_table(computed[0], communes, iris),
        "index_bornes": pd.concat([bounds_table(one) for one in computed], ignore_index=True),
        "index_reperes": pd.concat(
            [one.goalposts.assign(profil=one.profile.id) for one in computed], ignore_index=True
        ),
        "index_profils": _stacked("index_profils", [profile_rows(one) for one in computed]),
        "index_piliers": _stacked("index_piliers", [group_rows(one) for one in computed]),
        "index_points": _stacked(
            "index_points",
            [
                point_rows(one)
                for rank, one in enumerate(computed)
                if rank or not is_plain_mean(one.profile)
            ],
        ),
    }


def is_plain_mean(profile: Profile) -> bool:
    """Whether a score is a weighted mean of sub-scores of the five indicators.

    As the main profile, `index_scores` then holds its points: a long table would repeat them in
    400,000 rows.
    """
    plain = profile.aggregation == "mean" and profile.missing == "ignore"
    return plain and profile.score_range is None and set(profile.ids) <= set(INDICATORS)


def require_known(
    indicators: pd.DataFrame, context: pd.DataFrame, profile: Profile, folder: str = FOLDER
) -> None:
    """Refuse a profile of which the edition knows too few indicators anywhere."""
    missing = missing_indicators(indicators, context, profile)
    if len(profile.ids) - len(missing) < profile.min_subscores:
        raise _not_computable(profile, missing, folder)


def require_computable(computed: Computed, folder: str = FOLDER) -> None:
    """Refuse a profile that no commune has enough indicators for."""
    if computed.score["commune"].notna().any():
        return
    points = computed.points["commune"]
    scarce = points.columns[points.notna().mean() < 0.5]
    lacking = [str(key) for key in scarce] or computed.profile.ids
    raise _not_computable(computed.profile, lacking, folder)


def _not_computable(profile: Profile, missing: Sequence[str], folder: str) -> DataCheckError:
    files = ", ".join(f"{folder}/{key}.csv" for key in missing if key not in INDICATORS)
    bring = f"placez {files} dans le dossier des fichiers sources (docs/profils.md), ou "
    other = "choisissez un autre profil (« fragility profiles » les liste)"
    return DataCheckError(
        f"Le profil « {profile.id} » ne peut être calculé : cette édition connaît trop peu de ses "
        "indicateurs. Rien n'est publié.",
        expected=f"au moins {profile.min_subscores} indicateurs sur {len(profile.ids)}",
        found="il manque " + ", ".join(f"{key} ({label_of(profile, key)})" for key in missing),
        remedy=f"{bring if files else ''}{other}",
    )


def missing_indicators(
    indicators: pd.DataFrame, context: pd.DataFrame, profile: Profile
) -> list[str]:
    """Indicators of a profile that the edition knows nowhere."""
    brought = set(context["indicateur"].unique())
    return [
        key
        for key in profile.ids
        if (indicators[f"{key}_pct"].isna().all() if key in INDICATORS else key not in brought)
    ]


def profile_rows(computed: Computed) -> pd.DataFrame:
    """Write the scores of one profile as `index_profils`."""
    frames = []
    for level, score in computed.score.items():
        points = computed.points[level]
        frames.append(
            pd.DataFrame(
                {
                    "profil": computed.profile.id,
                    "niveau": level,
                    "code": score.index.astype("str"),
                    "score": score.to_numpy(float),
                    "rang": rank_scores(score).to_numpy(),
                    "classe": classify(score, computed.bounds).to_numpy(),
                    "est_fragile": classify(score, [computed.fragile_from])
                    .eq(2)
                    .fillna(False)
                    .to_numpy(bool),
                    "nb_indicateurs": points[computed.profile.ids].notna().sum(axis=1).to_numpy(),
                    "pilier_dominant": dominant_pillar(points, computed.profile).to_numpy(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def dominant_pillar(points: pd.DataFrame, profile: Profile) -> pd.Series:
    """Pillar with the most points of each territory; missing without one, or when two tie."""
    none: pd.Series = pd.Series(index=points.index, dtype="str")
    if not profile.pillars:
        return none
    groups = group_points(points, profile)[[pillar.id for pillar in profile.pillars]].round(9)
    best = groups.max(axis=1)
    alone = groups.eq(best, axis=0).sum(axis=1) == 1
    names = groups.columns.to_numpy()[groups.fillna(-np.inf).to_numpy().argmax(axis=1)]
    return pd.Series(names, index=points.index, dtype="str").where(alone)


def group_rows(computed: Computed) -> pd.DataFrame:
    """Write the points of axes and pillars as `index_piliers`.

    A group is high where it has at least the points that the profile's share of fragile communes
    at most reach.
    """
    profile = computed.profile
    natures = {axis.id: "axe" for axis in profile.axes}
    natures |= {pillar.id: "pilier" for pillar in profile.pillars}
    if not natures:
        return empty_table("index_piliers")
    levels = {level: group_points(points, profile) for level, points in computed.points.items()}
    high = {
        name: class_bounds(levels["commune"][name], profile.fragile_share_pct)[-1]
        for name in natures
    }
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "profil": profile.id,
                    "niveau": level,
                    "code": groups.index.astype("str"),
                    "groupe": name,
                    "nature": nature,
                    "points": groups[name].to_numpy(float),
                    "est_eleve": (groups[name].round(9) >= high[name]).to_numpy(bool),
                }
            )
            for level, groups in levels.items()
            for name, nature in natures.items()
        ],
        ignore_index=True,
    )


def point_rows(computed: Computed) -> pd.DataFrame:
    """Write the points of each indicator and what they bring, as `index_points`."""
    frames = []
    for level, points in computed.points.items():
        parts = contributions(points, computed.profile)
        for key in computed.profile.ids:
            known = points[key].notna().to_numpy()
            frames.append(
                pd.DataFrame(
                    {
                        "profil": computed.profile.id,
                        "niveau": level,
                        "code": points.index[known].astype("str"),
                        "indicateur": key,
                        "points": points[key].to_numpy(float)[known],
                        "contribution": parts[key].to_numpy(float)[known],
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _stacked(name: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the rows of several profiles under one another, with the types of their table."""
    empty = empty_table(name)
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return empty
    return pd.concat(filled, ignore_index=True).astype(empty.dtypes.to_dict())[list(empty.columns)]
