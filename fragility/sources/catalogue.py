"""THE catalogue: every source, every release, every edition.

Sources stand in `catalogue_sources.py`, releases by subject in `catalogue_territory.py`,
`catalogue_zonings.py`, `catalogue_people.py`, `catalogue_networks.py`, `catalogue_places.py`, and
the editions here. Adding a release is one `Release` there and its id in one `Edition`. Figures are
never written here, formats are never read here: see `readers/`.

Sizes and checksums are those of the copies the project was tried on. A user who downloads the
producer's own file may hold another packing of the same data: a different checksum is reported,
not refused, but for a download from the confirmed address of that very file
(`RawFile.must_match`). An address without `url_confirmed` was not seen on a public page. Some
addresses give another form of the file (geojson for Parquet, workbook for CSV): they are there to
be found, not fetched. Names inside INSEE's zips drift from year to year, hence globs.
"""

from __future__ import annotations

from collections.abc import Iterable

from fragility.errors import UsageError
from fragility.sources.catalogue_2024 import FRANCE_2024, RELEASES_2024, SOURCES_2024
from fragility.sources.catalogue_demo import DEMO_RELEASES
from fragility.sources.catalogue_networks import NETWORKS_RELEASES
from fragility.sources.catalogue_people import PEOPLE_RELEASES
from fragility.sources.catalogue_places import PLACES_RELEASES
from fragility.sources.catalogue_sources import PRODUCERS
from fragility.sources.catalogue_territory import TERRITORY_RELEASES
from fragility.sources.catalogue_zonings import ZONINGS_RELEASES
from fragility.sources.model import Edition, Release, Source

# Lists that say more of the places and communes: an edition runs without them.
_OPTIONAL = (
    "aidants_connect/2023-01",
    "lieux_mediation/2023-02",
    "lieux_mediation/hubs",
    "insee_densite/2025",
    # Those below were never tried: their addresses were seen in public code, no copy was had.
    "anct_zrr/2021",
    "anct_frr/2025",
    "anct_acv/2025",
    "anct_qpv/2024",
)

_EDITIONS = (
    Edition(
        "demo",
        "Démonstration : la Brumaire-et-Vaillance, département fictif",
        2021,
        tuple(release.id for release in DEMO_RELEASES),
        banner="Territoire fictif",
        controls={"communes": 300, "iris": 445, "population": 432_974},
    ),
    Edition(
        "france-2021",
        "France, communes au 1er janvier 2021",
        2021,
        (
            # The second one only for 17 communes whose contour the first has lost.
            "ign_communes/2021",
            "ign_communes/2025",
            "ign_iris/2022-grand-paris",
            "ign_iris/2020",
            "insee_cog/2021",
            "insee_iris/2021",
            "insee_epci/2021",
            "insee_cog_mouvements/2026",
            "insee_comparateur/2018",
            "rp_taux_communes/2017",
            "insee_filosofi_communes/2018",
            "insee_filosofi_communes/2019",
            "insee_filosofi_iris/2018",
            "insee_rp_iris/2018-grand-paris",
            "insee_rp_iris/2016-habitat",
            "caf_iris/2021",
            "arcep_fixe/2019-09",
            "arcep_mobile_sites/2018-01",
            "credoc_barometre/2007-2022",
            "eurostat_grille/2018",
            "anct_conseillers/2022-12",
            "anct_france_services/2022-12",
            "bibliotheques/2020",
            *_OPTIONAL,
        ),
        optional=_OPTIONAL,
        without_census={"976": "Mayotte a son propre recensement, absent de ces fichiers"},
        # COG and IRIS list of 1 January 2021; comparateur, arrondissements counted once.
        controls={"communes": 34_965, "iris": 49_406, "population": 66_732_538},
    ),
    Edition(
        "france-2025",
        "France, communes au 1er janvier 2025",
        2025,
        (
            # The second one for the communes whose contour the first has lost.
            "ign_communes/2025",
            "ign_communes/2021",
            "ign_iris/2022-grand-paris",
            "ign_iris/2020",
            # No commune was created nor removed between the two: tests/test_national.py.
            "insee_cog/2026",
            "insee_iris/2021",
            "insee_epci/2025",
            "insee_appartenance/2022",
            "insee_epci/2021",
            "insee_cog_mouvements/2026",
            "insee_comparateur/2018",
            "rp_taux_communes/2017",
            "insee_filosofi_communes/2021-arrondi",
            "insee_filosofi_communes/2018",
            "insee_filosofi_communes/2019",
            "insee_filosofi_iris/2020",
            "insee_rp_iris/2018-grand-paris",
            "insee_rp_iris/2016-habitat",
            "caf_iris/2021",
            "arcep_fibre/2025-t3",
            "arcep_mobile_sites/2018-01",
            "credoc_barometre/2007-2022",
            "eurostat_grille/2021",
            # Employers of 2023, and the places of 2022 where they receive: one list alone would
            # call Lisieux uncovered.
            "anct_conseillers/2022-12",
            "anct_conseillers/2023-09",
            "anct_france_services/2024-08",
            "bibliotheques/2020",
            *_OPTIONAL,
        ),
        optional=_OPTIONAL,
        without_census={"976": "Mayotte a son propre recensement, absent de ces fichiers"},
        previous="france-2021",
        # COG of 1 January 2025; the population is that of the census of 2018, carried over.
        controls={"communes": 34_875, "population": 66_732_538},
    ),
)

SOURCES: dict[str, Source] = {source.id: source for source in (*PRODUCERS, *SOURCES_2024)}
RELEASES: dict[str, Release] = {
    r.id: r
    for r in (
        *TERRITORY_RELEASES,
        *PEOPLE_RELEASES,
        *NETWORKS_RELEASES,
        *PLACES_RELEASES,
        *ZONINGS_RELEASES,
        *RELEASES_2024,
        *DEMO_RELEASES,
    )
}
EDITIONS: dict[str, Edition] = {
    e.name: e for e in sorted((*_EDITIONS, FRANCE_2024), key=lambda e: e.name)
}
# The user's own, which `register` adds; and every name, for those who follow the list as it grows.
USER_EDITIONS: set[str] = set()
USER_RELEASES: set[str] = set()
EDITION_NAMES: list[str] = list(EDITIONS)


def _check() -> None:
    """Refuse at import an edition that picks an unknown release, or one of an unknown source, or
    that follows an edition it cannot be compared with.
    """
    for release in RELEASES.values():
        if release.source not in SOURCES:
            raise ValueError(f"{release.id}: unknown source")
    for edition in EDITIONS.values():
        for release_id in edition.releases:
            if release_id not in RELEASES:
                raise ValueError(f"{edition.name}: unknown release {release_id}")
        if edition.previous and edition.previous not in EDITIONS:
            raise ValueError(f"{edition.name}: unknown previous edition {edition.previous}")
        if edition.previous and EDITIONS[edition.previous].cog_year > edition.cog_year:
            raise ValueError(f"{edition.name}: its previous edition is on a later map")


_check()


def register(releases: Iterable[Release], editions: Iterable[Edition]) -> None:
    """Make the user's own releases and editions known, in the place of those known before.

    Raises
    ------
    ValueError
        When one bears a name of the catalogue, or picks what is unknown.
    """
    for name in USER_RELEASES:
        del RELEASES[name]
    for name in USER_EDITIONS:
        del EDITIONS[name]
    USER_RELEASES.clear()
    USER_EDITIONS.clear()
    for release in releases:
        if release.id in RELEASES:
            raise ValueError(f"{release.id}: a release of the catalogue")
        RELEASES[release.id] = release
        USER_RELEASES.add(release.id)
    for edition in editions:
        if edition.name in EDITIONS:
            raise ValueError(f"{edition.name}: an edition of the catalogue")
        EDITIONS[edition.name] = edition
        USER_EDITIONS.add(edition.name)
    EDITION_NAMES[:] = EDITIONS
    _check()


def find_edition(name: str) -> Edition:
    """Return an edition by name.

    Raises
    ------
    UsageError
        With the names that exist.
    """
    if name not in EDITIONS:
        raise UsageError(
            f"L'édition « {name} » n'existe pas.",
            expected=", ".join(EDITIONS),
            remedy="choisissez l'une d'elles avec --edition (« fragility editions » les décrit)",
        )
    return EDITIONS[name]


def releases_of(edition: Edition, source: str | None = None) -> list[Release]:
    """Return the releases an edition reads, of one source if given, in the edition's order."""
    picked = [RELEASES[release_id] for release_id in edition.releases]
    return [r for r in picked if source is None or r.source == source]


def licence_of(release: Release) -> str:
    """Return the licence key of a release: its own, else its source's."""
    return release.licence or SOURCES[release.source].licence


def citation_of(release: Release) -> str:
    """Return how to cite a release, as the licences ask: producer, title, date."""
    source = SOURCES[release.source]
    when = release.published or str(release.year)
    if licence_of(release) == "fictif":
        return f"Données fictives au format de « {source.title} » ({source.producer})"
    return f"{source.producer}, « {source.title} », {when}"
