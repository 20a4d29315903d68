"""Open the lists of places of an edition, each row with the day its list was published."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from fragility.sources.readers import aidants, hubs, laposte, mednum, places
from fragility.sources.readers.intake import Intake
from fragility.territory.releases import Opener

_Read = Callable[[Intake], pd.DataFrame]
# Dispositif -> its source, and the reader of each form of it.
_LISTS: dict[str, tuple[str, dict[str, _Read]]] = {
    "conseiller_numerique": (
        "anct_conseillers",
        {
            "": places.read_conseillers,
            "structures": places.read_structures,
            "mednum": mednum.read_mednum,
        },
    ),
    "france_services": ("anct_france_services", {"": places.read_france_services}),
    "aidants_connect": ("aidants_connect", {"": aidants.read_aidants}),
    "bibliotheque": ("bibliotheques", {"": places.read_bibliotheques}),
    "la_poste": ("laposte_points", {"": laposte.read_laposte}),
    "mediation": ("lieux_mediation", {"": hubs.read_mediation}),
}
# Source -> dispositif.
KINDS = {source: kind for kind, (source, _) in _LISTS.items()}
SOURCES = tuple(KINDS)


def open_places(read: Opener) -> dict[str, pd.DataFrame]:
    """Read every list of places that the edition picks.

    Parameters
    ----------
    read : the edition's releases.

    Returns
    -------
    Dispositif -> tidy list (`readers/places.COLUMNS`, and `date_liste`, missing for rolling
    lists), in the order of `access.places.DISPOSITIFS`, those that the edition has.
    """
    lists = {kind: open_list(read, kind) for kind in _LISTS}
    return {kind: table for kind, table in lists.items() if table is not None}


def open_list(read: Opener, kind: str) -> pd.DataFrame | None:
    """Read one of the lists of `open_places`, None where the edition has none of it."""
    source, readers = _LISTS[kind]
    parts = [
        readers[release.options.get("form", "")](intake).assign(
            date_liste=first_day(release.published)
        )
        for release in read.releases(source)
        for intake in read.intakes(release)
    ]
    if not parts:
        return None
    return pd.concat(parts, ignore_index=True).astype({"date_liste": "str"})


def first_day(published: str) -> str | None:
    """First day that a date of publication can mean, None when it is no date.

    Examples
    --------
    >>> first_day("2020-11"), first_day("jour du téléchargement")
    ('2020-11-01', None)
    """
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", published):
        return None
    return published + "-01" * (2 - published.count("-"))


def places_day(lists: dict[str, pd.DataFrame], cog_year: int) -> str:
    """The day from which the age of records is counted: that of the map, or of the latest list."""
    days = [day for table in lists.values() for day in table["date_liste"].dropna().unique()]
    return max([f"{cog_year}-01-01", *days])
