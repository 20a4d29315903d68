"""Gather what exports say of a run, from the catalogue and the profile."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pandas as pd

from fragility import __version__
from fragility.export.facts import RunFacts, SourceFact
from fragility.export.labels import plural
from fragility.index.profile_model import Profile
from fragility.index.profile_words import ProfileWords
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import SOURCES, citation_of, licence_of, releases_of
from fragility.sources.model import LICENCES, Edition
from fragility.sources.quarantine import rows_of
from fragility.territory.place_lists import SOURCES as PLACE_SOURCES


def quarantine_warnings(quarantine: pd.DataFrame) -> list[str]:
    """Say how many rows of the sources are in the table `quarantaine`, if any."""
    rows = len(rows_of(quarantine))
    if not rows:
        return []
    return [
        f"{plural(rows, 'ligne des fichiers sources est', 'lignes des fichiers sources sont')} en "
        "quarantaine : leurs chiffres manquent ici, la table « quarantaine » dit pourquoi."
    ]


def build_facts(
    edition: Edition,
    profile: Profile,
    bounds: pd.DataFrame,
    date: datetime.date,
    quarantine: pd.DataFrame,
    others: Sequence[Profile] = (),
) -> RunFacts:
    """Assemble the facts of a run.

    Parameters
    ----------
    bounds : table `index_bornes`.
    date : day of the run.
    quarantine : table `quarantaine`.
    others : the other profiles of the run.
    """
    sources = tuple(
        SourceFact(
            title=f"{SOURCES[release.source].title} ({release.name})",
            producer=SOURCES[release.source].producer,
            licence=LICENCES[licence_of(release)][0],
            citation=citation_of(release),
            year=release.year,
            landing=SOURCES[release.source].landing,
            lists_places=release.source in PLACE_SOURCES,
        )
        for release in releases_of(edition)
    )
    warnings = (
        *(f"Département {code} : {reason}." for code, reason in edition.without_census.items()),
        *(release.note for release in releases_of(edition) if release.note),
        *quarantine_warnings(quarantine),
    )
    return RunFacts(
        edition=edition.name,
        title=edition.title,
        banner=edition.banner,
        cog_year=edition.cog_year,
        date=date,
        version=__version__,
        profile=profile.id,
        threshold=_threshold(bounds, profile),
        sources=sources,
        warnings=warnings,
        indicators=indicator_labels(release.source for release in releases_of(edition)),
        estimates_ages=bool(releases_of(edition, "rp_taux_communes")),
        words=ProfileWords(profile),
        others=tuple(other.id for other in others),
    )


def _threshold(bounds: pd.DataFrame, profile: Profile) -> float:
    """Score from which a place is fragile."""
    own = bounds[bounds["profil"].eq(profile.id) & bounds["borne"].eq("fragile")]
    return float(own["score_min"].iloc[0])
