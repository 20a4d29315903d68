"""Gather what exports say of a run, from the catalogue and the profile."""

from __future__ import annotations

import datetime

import pandas as pd

from fragility import __version__
from fragility.export.facts import RunFacts, SourceFact
from fragility.index.profiles import Profile
from fragility.sources.catalogue import SOURCES, citation_of, licence_of, releases_of
from fragility.sources.model import LICENCES, Edition


def build_facts(
    edition: Edition, profile: Profile, bounds: pd.DataFrame, date: datetime.date
) -> RunFacts:
    """Assemble the facts of a run.

    Parameters
    ----------
    bounds : table `index_bornes`; the highest bound is the fragility threshold.
    date : day of the run.
    """
    sources = tuple(
        SourceFact(
            title=f"{SOURCES[release.source].title} ({release.name})",
            producer=SOURCES[release.source].producer,
            licence=LICENCES[licence_of(release)][0],
            citation=citation_of(release),
            year=release.year,
            landing=SOURCES[release.source].landing,
        )
        for release in releases_of(edition)
    )
    warnings = tuple(
        f"Département {code} : {reason}." for code, reason in edition.without_census.items()
    )
    return RunFacts(
        edition=edition.name,
        title=edition.title,
        banner=edition.banner,
        cog_year=edition.cog_year,
        date=date,
        version=__version__,
        profile=profile.id,
        threshold=float(bounds["score_min"].max()),
        sources=sources,
        warnings=warnings,
    )
