"""Gather what exports say of a run, from the catalogue and the profile."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import pandas as pd

from fragility import __version__
from fragility.errors import FragilityError
from fragility.export.facts import RunFacts, SourceFact
from fragility.export.labels import plural
from fragility.index.explain_tables import read_columns
from fragility.index.profile_model import Profile
from fragility.index.profile_words import ProfileWords
from fragility.index.profiles import ACCOUNT, load_profile, published_profile
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import (
    SOURCES,
    citation_of,
    find_edition,
    licence_of,
    releases_of,
)
from fragility.sources.files import as_computed
from fragility.sources.model import LICENCES, Edition
from fragility.sources.quarantine import rows_of
from fragility.stored import said_if_damaged
from fragility.territory.place_lists import SOURCES as PLACE_SOURCES
from fragility.territory.place_lists import first_day

DATABASE = "fragilite.duckdb"


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
        places_day=_places_day(edition),
    )


def _places_day(edition: Edition) -> datetime.date:
    """The day of `territory.place_lists.places_day`, from what the catalogue says of the lists."""
    lists = [release for release in releases_of(edition) if release.source in PLACE_SOURCES]
    days = [day for release in lists if (day := first_day(release.published))]
    return datetime.date.fromisoformat(max([f"{edition.cog_year}-01-01", *days]))


def published_facts(folder: Path) -> RunFacts:
    """Gather the facts of a published edition, as its run had them.

    Parameters
    ----------
    folder : folder of the edition.

    Raises
    ------
    MissingFileError, BadFileError
        When a file of the edition is missing or damaged.
    """
    main, *others = published_profiles(folder)
    return build_facts(
        as_computed(find_edition(folder.name), folder),
        main,
        read_columns(folder, "index_bornes"),
        published_day(folder),
        read_columns(folder, "quarantaine"),
        others,
    )


def published_profiles(folder: Path) -> list[Profile]:
    """Profiles of a published edition, the main one first.

    The file of another one may have gone since, or say something else: it is then left out.
    """
    main = published_profile(folder)
    kept = set(read_columns(folder, "index_bornes", ["profil"])["profil"])
    account = json.loads((folder / ACCOUNT).read_text(encoding="utf-8"))
    profiles = [main]
    for name in account.get("profils", [])[1:]:
        with suppress(FragilityError):
            profile = load_profile(name)
            if profile.id in kept:
                profiles.append(profile)
    return profiles


def published_day(folder: Path) -> datetime.date:
    """Day of the run of a published edition, as its exports say it.

    Raises
    ------
    BadFileError
        When its database is missing or damaged.
    """
    path = folder / DATABASE
    with (
        said_if_damaged(folder, path, duckdb.Error),
        duckdb.connect(str(path), read_only=True) as connection,
    ):
        (day,) = connection.execute("SELECT date FROM marts.executions").fetchall()[0]
    return day if isinstance(day, datetime.date) else datetime.date.fromisoformat(str(day))


def _threshold(bounds: pd.DataFrame, profile: Profile) -> float:
    """Score from which a place is fragile."""
    own = bounds[bounds["profil"].eq(profile.id) & bounds["borne"].eq("fragile")]
    return float(own["score_min"].iloc[0])
