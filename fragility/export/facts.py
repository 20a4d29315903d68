"""What every export must say about the run that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as day
from datetime import datetime
from functools import cached_property

import pandera.pandas as pa

from fragility.index.profile_words import ProfileWords
from fragility.index.profiles import load_profile
from fragility.schemas import INDICATOR_LABELS, models_with


def _default_words() -> ProfileWords:
    return ProfileWords(load_profile("ifn-2023"))


@dataclass(frozen=True)
class SourceFact:
    """One release that the run read.

    Attributes
    ----------
    title, producer : what it is, and who publishes it.
    licence : name of the licence, as a reader should see it.
    citation : mention that the licence asks for.
    year : year that the figures describe.
    landing : page where a person finds it.
    lists_places : whether it is a list of places that receive the public.
    """

    title: str
    producer: str
    licence: str
    citation: str
    year: int
    landing: str
    lists_places: bool = False


@dataclass(frozen=True)
class RunFacts:
    """Edition, date and method of a run.

    Attributes
    ----------
    edition, title : machine name and French title of the edition.
    banner : warning shown on every output ("Territoire fictif"), empty for a real territory.
    cog_year : year of the official geographic code.
    date : day of the run; the only date that exports carry, so that equal runs give equal files.
    version : version of the program.
    profile : index profile.
    threshold : score from which a commune is fragile, on the scale of the profile.
    sources : releases that were read.
    warnings : French sentences that a reader must know.
    indicators : label and definition of each indicator, as the edition's sources measure it.
    estimates_ages : whether the 65+ of communes rest on an estimate of the under-15s.
    words : what the figures of the profile mean.
    others : ids of the other profiles of the run.
    places_day : day that the age of the records of places is counted from, None if unknown.
    """

    edition: str
    title: str
    banner: str
    cog_year: int
    date: day
    version: str
    profile: str
    threshold: float
    sources: tuple[SourceFact, ...] = ()
    warnings: tuple[str, ...] = ()
    indicators: Mapping[str, tuple[str, str]] = field(default_factory=lambda: INDICATOR_LABELS)
    estimates_ages: bool = True
    words: ProfileWords = field(default_factory=_default_words)
    others: tuple[str, ...] = ()
    places_day: day | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Lists of places that were read, with their date."""
        return tuple(source.title for source in self.sources if source.lists_places)

    @cached_property
    def models(self) -> dict[str, pa.DataFrameSchema]:
        """Models of every table, in the words of this edition."""
        return models_with(self.indicators, self.words.columns())

    @property
    def heading(self) -> str:
        """Title of the run, with its banner first when it has one."""
        name = f"Fragilité numérique — {self.title}"
        return f"{self.banner} — {name}" if self.banner else name

    @property
    def moment(self) -> datetime:
        """Midnight of the run's day, for formats that want a time."""
        return datetime(self.date.year, self.date.month, self.date.day)
