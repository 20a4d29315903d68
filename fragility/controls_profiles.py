"""Controls of what profiles give, whatever their scale; see `controls.py`."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from fragility.errors import DataCheckError
from fragility.index.profile_model import POINTS, Profile
from fragility.index.profile_words import label_of
from fragility.index.several import missing_indicators
from fragility.schemas import INDICATORS
from fragility.sources.indicator_files import FOLDER

SCORE_MARGIN = 1e-9


def control_bounds(table: pd.DataFrame, profile: Profile) -> None:
    """Scores and sub-scores are on the scale of the profile."""
    scales = {"score": profile.bounds}
    scales |= {f"score_{key}": POINTS[profile.normalisation] for key in INDICATORS}
    for column, (low, high) in scales.items():
        value = table[column].dropna()
        wrong = ~value.between(low - SCORE_MARGIN, high + SCORE_MARGIN)
        if wrong.any():
            raise DataCheckError(
                f"La colonne {column} sort de l'échelle du profil {profile.id}.",
                expected=f"entre {low:g} et {high:g}",
                found=f"{int(wrong.sum())} valeurs, par exemple {value[wrong].iloc[0]:g}",
                remedy="signalez-le : c'est un défaut du programme",
            )


def control_profiles(
    table: pd.DataFrame, points: pd.DataFrame, profiles: Sequence[Profile]
) -> None:
    """Scores of every profile are on its scale, and the sum of what its indicators bring.

    Parameters
    ----------
    table, points : tables `index_profils` and `index_points`.
    """
    for profile in profiles:
        own = table[table["profil"].eq(profile.id)].set_index(["niveau", "code"])["score"]
        low, high = profile.bounds
        if not own.dropna().between(low - SCORE_MARGIN, high + SCORE_MARGIN).all():
            raise DataCheckError(
                f"Des scores sortent de l'échelle du profil {profile.id}.",
                expected=f"entre {low:g} et {high:g}",
                found=f"de {own.min():g} à {own.max():g}",
                remedy="signalez-le : c'est un défaut du programme",
            )
        parts = points[points["profil"].eq(profile.id)].dropna(subset=["contribution"])
        sums = parts.groupby(["niveau", "code"])["contribution"].sum()
        gap = (own - sums.reindex(own.index)).abs() if len(parts) else own * 0
        if gap.isna().ne(own.isna()).any() or gap.max() > 1e-6:
            raise DataCheckError(
                f"Les contributions du profil {profile.id} ne redonnent pas ses scores.",
                expected="leur somme, à un millionième près",
                found=f"un écart de {gap.max():g}",
                remedy="signalez-le : c'est un défaut du programme",
            )


def control_complete(
    indicators: pd.DataFrame,
    context: pd.DataFrame,
    profiles: Sequence[Profile],
    folder: str = FOLDER,
) -> None:
    """The edition knows every indicator of the profiles that it computes."""
    lacks = {one.id: missing_indicators(indicators, context, one) for one in profiles}
    found = [
        f"{name} : " + ", ".join(f"{key} ({label_of(one, key)})" for key in lacks[name])
        for name, one in ((one.id, one) for one in profiles)
        if lacks[name]
    ]
    if found:
        raise DataCheckError(
            "Un profil se calcule sans tous ses indicateurs : cette édition ne les connaît pas.",
            found=" ; ".join(found),
            remedy=f"apportez-les dans {folder}/ du dossier des fichiers sources (docs/profils.md)",
        )
