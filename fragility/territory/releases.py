"""Open an edition's releases with the reader of their family, and date what they hold.

This is the only place that knows which reader and which option a release calls for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from fragility.errors import MissingFileError
from fragility.sources.catalogue import releases_of
from fragility.sources.model import Edition, Release
from fragility.sources.readers import (
    arcep,
    caf,
    credoc,
    grid,
    ign,
    insee_base_ic,
    insee_census,
    insee_cog,
    insee_filosofi,
    places,
)
from fragility.territory.dated import Dated

Read = tuple[pd.DataFrame, dict[str, int]]


@dataclass(frozen=True)
class Opener:
    """The releases of one edition, under one folder of raw files."""

    edition: Edition
    raw: Path

    def releases(self, source: str, **options: Any) -> list[Release]:
        """Releases of a source, in the edition's order, that have these reading options."""
        return [
            r
            for r in releases_of(self.edition, source)
            if all(r.options.get(key) == value for key, value in options.items())
        ]

    def paths(self, release: Release, *parts: str) -> list[Path]:
        """Files of a release whose name contains one of the parts (all of them without parts)."""
        return [
            self.raw / release.folder / file.name
            for file in release.files
            if not parts or any(part in file.name.lower() for part in parts)
        ]

    def path(self, source: str, *parts: str) -> Path:
        """The one file of the edition's one release of a source that has `parts` in its name."""
        found = [p for r in self.releases(source) for p in self.paths(r, *parts)]
        if not found:
            raise MissingFileError(
                f"L'édition {self.edition.name} n'a pas de fichier {' / '.join(parts)} pour la "
                f"source {source}.",
                remedy="complétez l'édition dans le catalogue",
            )
        return found[0]

    # --- official geographic code --------------------------------------------------------------
    def cog_communes(self) -> pd.DataFrame:
        """Communes, arrondissements and former communes of the edition's COG."""
        return insee_cog.read_communes(self.path("insee_cog", "commune"))

    def departements(self) -> pd.DataFrame:
        """Départements."""
        return insee_cog.read_departements(self.path("insee_cog", "departement"))

    def regions(self) -> pd.DataFrame:
        """Régions."""
        return insee_cog.read_regions(self.path("insee_cog", "region"))

    def epci(self) -> pd.DataFrame:
        """Membership of EPCI."""
        return insee_cog.read_epci(self.path("insee_cog", "epci"))

    def iris_list(self) -> pd.DataFrame:
        """IRIS of the edition."""
        return insee_cog.read_iris_list(self.path("insee_cog", "iris"))

    def movements(self) -> pd.DataFrame:
        """Movements of communes."""
        return insee_cog.read_movements(self.path("insee_cog_mouvements", "mvt"))

    # --- contours ------------------------------------------------------------------------------
    def commune_contours(self) -> gpd.GeoDataFrame:
        """Contours of communes and arrondissements, from the first release picked."""
        return ign.read_communes_contours(self.path("ign_communes"))

    def other_commune_contours(self) -> gpd.GeoDataFrame | None:
        """Contours of another year, if the edition picks a second release."""
        others = self.releases("ign_communes")[1:]
        return ign.read_communes_contours(self.paths(others[0])[0]) if others else None

    def iris_contours(self) -> gpd.GeoDataFrame:
        """Contours of IRIS, the first release that draws one winning."""
        paths = [
            p
            for r in self.releases("ign_iris")
            for p in self.paths(r, ".gpkg", ".shp")
            if "centroid" not in p.name.lower()
        ]
        return ign.read_iris_contours(paths)

    def iris_centres(self) -> gpd.GeoDataFrame:
        """Centres of IRIS."""
        return ign.read_iris_centres(self.path("ign_iris", "centroid"))

    # --- census and income ---------------------------------------------------------------------
    def comparateur(self, *, income_year: bool = False) -> Dated | None:
        """Commune totals; dated by their census, or by their incomes."""
        releases = self.releases("insee_comparateur")
        if not releases:
            return None
        options = dict(releases[0].options)
        read = insee_census.read_comparateur(self.paths(releases[0])[0], **options)
        year = 2000 + int(options["income"]) if income_year else None
        return _dated(releases[0], read, year)

    def superficies(self) -> pd.DataFrame | None:
        """Published areas of communes."""
        table = self.comparateur()
        return None if table is None else table.frame[["code_commune", "superficie_km2"]]

    def taux_communes(self) -> Dated | None:
        """Commune rates of the census."""
        releases = self.releases("rp_taux_communes")
        if not releases:
            return None
        return _dated(releases[0], insee_census.read_taux_communes(self.paths(releases[0])[0]))

    def base_cc(self) -> list[Dated]:
        """INSEE's commune tables, one per theme."""
        return [
            _dated(
                release,
                insee_census.read_base_cc(
                    path,
                    theme=path.name.removeprefix("base-cc-").rsplit("-", 1)[0],
                    census=release.options["census"],
                ),
            )
            for release in self.releases("insee_rp_communes")
            for path in self.paths(release)
        ]

    def base_ic(self) -> list[Dated]:
        """INSEE's IRIS tables: published themes, then the tables of Grand Paris."""
        readers: dict[str, Callable[..., Read]] = {
            "base-ic": insee_base_ic.read_base_ic,
            "grand-paris": insee_base_ic.read_grand_paris,
        }
        return [
            _dated(release, reader(path, census=release.options["census"]))
            for form, reader in readers.items()
            for release in self.releases("insee_rp_iris", form=form)
            for path in self.paths(release)
        ]

    def habitat(self) -> Dated | None:
        """Ages of residential IRIS."""
        for release in self.releases("insee_rp_iris", form="habitat"):
            path = self.paths(release, "population")[0]
            return _dated(
                release, insee_base_ic.read_habitat(path, census=release.options["census"])
            )
        return None

    def filosofi_communes(self) -> list[Dated]:
        """Incomes of communes, the most recent first."""
        releases = sorted(self.releases("insee_filosofi_communes"), key=lambda r: -r.year)
        return [
            _dated(r, insee_filosofi.read_filosofi_communes(self.paths(r)[0], **r.options))
            for r in releases
        ]

    def filosofi_iris(self) -> Dated | None:
        """Incomes of IRIS."""
        for release in self.releases("insee_filosofi_iris"):
            return _dated(
                release,
                insee_filosofi.read_filosofi_iris(self.paths(release)[0], **release.options),
            )
        return None

    def caf(self) -> Dated | None:
        """Benefit recipients by IRIS."""
        for release in self.releases("caf_iris"):
            return _dated(release, caf.read_caf_iris(self.paths(release)[0]))
        return None

    # --- networks, survey, grid ----------------------------------------------------------------
    def fixe(self) -> Dated:
        """Eligibility of premises."""
        release = self.releases("arcep_fixe")[0]
        return _dated(release, arcep.read_fixe(self.paths(release)[0], **release.options))

    def mobile_sites(self) -> Dated:
        """4G sites, metropole and overseas."""
        release = self.releases("arcep_mobile_sites")[0]
        return _dated(release, arcep.read_sites(self.paths(release), year=release.year))

    def survey(self) -> Dated:
        """Weighted answers to the Baromètre."""
        release = self.releases("credoc_barometre")[0]
        return _dated(release, credoc.read_barometre(self.paths(release)[0]))

    def population_grid(self) -> pd.DataFrame:
        """Inhabited 1 km cells."""
        return grid.read_grid(self.path("eurostat_grille"))

    # --- places --------------------------------------------------------------------------------
    def conseillers(self) -> pd.DataFrame:
        """Places where conseillers numériques receive."""
        return places.read_conseillers(self.path("anct_conseillers"))

    def france_services(self) -> pd.DataFrame:
        """France services."""
        return places.read_france_services(self.path("anct_france_services"))

    def bibliotheques(self) -> pd.DataFrame:
        """Public libraries."""
        return places.read_bibliotheques(self.path("bibliotheques"))


def _dated(release: Release, read: Read, year: int | None = None) -> Dated:
    frame, dropped = read
    return Dated(frame, release.id, year or release.year, release.geography_year, dropped)
