"""Open the zonings of an edition: classes of communes, and outlines of quarters."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

from fragility.sources.readers import zonages
from fragility.sources.readers.intake import Intake
from fragility.territory.dated import Dated
from fragility.territory.releases import Opener, dated

_Read = Callable[[Intake], tuple[pd.DataFrame, dict[str, int]]]
# Zoning -> its source, and its reader.
_LISTS: dict[str, tuple[str, _Read]] = {
    "densite": ("insee_densite", zonages.read_densite),
    "zrr": ("anct_zrr", zonages.read_zrr),
    "frr": ("anct_frr", zonages.read_frr),
    "acv": ("anct_acv", zonages.read_acv),
}
QUARTERS = "anct_qpv"
# Source -> zoning, and the sources of all.
KINDS = {source: kind for kind, (source, _) in _LISTS.items()}
SOURCES = (*KINDS, QUARTERS)


def open_zonings(read: Opener) -> dict[str, Dated]:
    """Read the lists of classed communes that the edition picks.

    Parameters
    ----------
    read : the edition's releases; of a source, the first is read.

    Returns
    -------
    Zoning (`zonings.LISTS`) -> list, those that the edition has.
    """
    lists = {kind: open_zoning(read, kind) for kind in _LISTS}
    return {kind: table for kind, table in lists.items() if table is not None}


def open_zoning(read: Opener, kind: str) -> Dated | None:
    """Read one of the lists of `open_zonings`, None where the edition has none of it."""
    source, reader = _LISTS[kind]
    for release in read.releases(source):
        return dated(release, reader(read.intakes(release)[0]))
    return None


def open_quarters(read: Opener) -> tuple[gpd.GeoDataFrame, str, int] | None:
    """Read the outlines of the quartiers prioritaires, with the id of their release and its year.

    Returns
    -------
    What `zonings.build_zonages` takes; None where the edition picks none.
    """
    for release in read.releases(QUARTERS):
        return zonages.read_qpv(read.intakes(release)[0]), release.id, release.year
    return None
