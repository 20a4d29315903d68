"""Open an edition's releases with the reader of their family, and date what they hold.

This is the only place that knows which reader and which option a release calls for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import geopandas as gpd
import pandas as pd

from fragility.errors import MissingFileError
from fragility.sources.catalogue import releases_of
from fragility.sources.corrections import COLUMNS, corrections_of
from fragility.sources.model import Edition, Release
from fragility.sources.readers import (
    arcep,
    arcep_couverture,
    arcep_fibre,
    caf,
    credoc,
    epci,
    grid,
    grid_csv,
    ign,
    ign_admin,
    insee_base_ic,
    insee_census,
    insee_cog,
    insee_filosofi,
    insee_filosofi_cc,
    insee_workbooks,
)
from fragility.sources.readers.intake import QUARANTINE, Intake
from fragility.territory.dated import Dated

Read = tuple[pd.DataFrame, dict[str, int]]
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _once(
    method: Callable[Concatenate[Opener, _P], _T],
) -> Callable[Concatenate[Opener, _P], _T]:
    """Keep what a method read: several steps of a table ask for the same file."""

    @wraps(method)
    def read(opener: Opener, *args: _P.args, **options: _P.kwargs) -> _T:
        key = (method.__name__, *args, *sorted(options.items()))
        if key not in opener.kept:
            opener.kept[key] = method(opener, *args, **options)
        kept: _T = opener.kept[key]
        return kept

    return read


@dataclass(frozen=True)
class Opener:
    """The releases of one edition, under one folder of raw files.

    Attributes
    ----------
    edition : the pick of releases.
    raw : folder of the raw files.
    corrections : known errors of the sources (`sources.corrections.load_corrections`).
    taken : the files opened so far, each with its release.
    kept : what some methods have read, by name and arguments.
    """

    edition: Edition
    raw: Path
    corrections: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    taken: list[tuple[Release, Intake]] = field(default_factory=list)
    kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def releases(self, source: str, **options: Any) -> list[Release]:
        """Releases of a source, in the edition's order, that have these reading options."""
        return [
            r
            for r in releases_of(self.edition, source)
            if all(r.options.get(key) == value for key, value in options.items())
        ]

    def paths(self, release: Release, *parts: str) -> list[Path]:
        """Files of a release that are one of the parts, by name (all of them without parts)."""
        return [
            self.raw / release.folder / file.name
            for file in release.files
            if not parts or any(file.is_part(part) for part in parts)
        ]

    def path(self, source: str, *parts: str) -> Path:
        """The one file of the edition's one release of a source that has `parts` in its name."""
        return self._find(source, *parts)[1]

    def _find(self, source: str, *parts: str) -> tuple[Release, Path]:
        found = [(r, p) for r in self.releases(source) for p in self.paths(r, *parts)]
        if not found:
            raise MissingFileError(
                f"L'édition {self.edition.name} n'a pas de fichier {' / '.join(parts)} pour la "
                f"source {source}.",
                remedy="complétez l'édition dans le catalogue",
            )
        return found[0]

    def intake(self, source: str, *parts: str) -> Intake:
        """Open the file that `path` gives."""
        return self._take(*self._find(source, *parts))

    def intakes(self, release: Release, *parts: str) -> list[Intake]:
        """Open the files that `paths` gives."""
        return [self._take(release, path) for path in self.paths(release, *parts)]

    def _take(self, release: Release, path: Path) -> Intake:
        known = corrections_of(self.corrections, release.id, path.name)
        folder = self.raw / release.folder
        dialect = next(f.dialect for f in release.files if folder / f.name == path)
        intake = Intake(path, known, dialect=dialect)
        self.taken.append((release, intake))
        return intake

    def quarantine(self) -> pd.DataFrame:
        """Rows that the readers set aside so far: `source` (id of the release), `QUARANTINE`."""
        parts = [intake.quarantine().assign(source=release.id) for release, intake in self.taken]
        columns = ["source", *QUARANTINE]
        if not parts:
            parts = [Intake(self.raw).quarantine().assign(source=pd.Series(dtype="str"))]
        table = pd.concat(parts, ignore_index=True)[columns].astype({"source": "str"})
        return table.drop_duplicates(ignore_index=True)

    def applied(self) -> pd.DataFrame:
        """Corrections of the files opened so far."""
        parts = [i.corrections for _, i in self.taken if i.corrections is not None]
        table = pd.concat([pd.DataFrame(columns=COLUMNS), *parts], ignore_index=True)
        return table.astype("str").drop_duplicates(ignore_index=True)

    # --- official geographic code --------------------------------------------------------------
    @_once
    def cog_communes(self) -> pd.DataFrame:
        """Communes, arrondissements and former communes of the edition's COG."""
        return insee_cog.read_communes(self.intake("insee_cog", "commune"))

    def departements(self) -> pd.DataFrame:
        """Départements."""
        return insee_cog.read_departements(self.intake("insee_cog", "departement"))

    def regions(self) -> pd.DataFrame:
        """Régions."""
        return insee_cog.read_regions(self.intake("insee_cog", "region"))

    def epci(self) -> pd.DataFrame:
        """Membership of EPCI, from the first release picked; the others may give names."""
        for release in self.releases("insee_epci", form="classeur"):
            return insee_workbooks.read_epci_workbook(self.intakes(release)[0])
        lists = [
            insee_cog.read_epci(self.intakes(release)[0])
            for release in self.releases("insee_epci", form="liste")
        ]
        for release in self.releases("insee_epci", form="membres"):
            names = [epci.read_names(i) for r in self.releases("insee_appartenance")
                     for i in self.intakes(r)]  # fmt: skip
            return epci.name_members(epci.read_members(self.intakes(release)[0]), *names, *lists)
        if not lists:
            self._find("insee_epci", "epci")
        return lists[0]

    def iris_list(self) -> Dated:
        """IRIS, on the map of their list."""
        release, intake = self.releases("insee_iris")[0], self.intake("insee_iris", "iris")
        workbook = release.options.get("form") == "classeur"
        read = insee_workbooks.read_iris_workbook if workbook else insee_cog.read_iris_list
        return dated(release, (read(intake), {}))

    def sizes(self) -> Dated | None:
        """Inhabitants and area of communes, from the most recent map that gives them."""
        return self.fibre() or self.comparateur()

    def weights(self) -> pd.Series | None:
        """Inhabitants by commune, to share those that were split."""
        if (sizes := self.sizes()) is not None:
            return sizes.frame.set_index("code_commune")["population"]
        for release in self.releases("insee_rp_communes"):
            for intake in self.intakes(release, "evol-struct-pop"):
                census = release.options["census"]
                counts, _ = insee_census.read_base_cc(intake, census=census)
                return counts.set_index("code_commune")["pop"]
        return None

    @_once
    def movements(self) -> pd.DataFrame:
        """Movements of communes."""
        return insee_cog.read_movements(self.intake("insee_cog_mouvements", "mvt"))

    # --- contours ------------------------------------------------------------------------------
    def commune_contours(self) -> gpd.GeoDataFrame:
        """Contours of communes and arrondissements, from the first release picked."""
        release = self.releases("ign_communes")[0]
        if release.options.get("form") == "admin-express":
            layers = [i for s in (".shp", ".gpkg") for i in self.intakes(release, s)]
            return ign_admin.read_admin_contours(layers)
        return ign.read_communes_contours(self.intake("ign_communes"))

    def other_commune_contours(self) -> Dated | None:
        """Contours of another year, if the edition picks a second release."""
        for release in self.releases("ign_communes")[1:]:
            return dated(release, (ign.read_communes_contours(self.intakes(release)[0]), {}))
        return None

    def commune_centres(self) -> gpd.GeoDataFrame:
        """A point in each commune, or several: those of its IRIS, and that of the fibre file."""
        centres = self.iris_centres()[["code_arrondissement", "geometry"]]
        if (fibre := self.fibre()) is None:
            return centres
        table = fibre.frame
        own = gpd.GeoDataFrame(
            {"code_arrondissement": table["code_commune"]},
            geometry=gpd.points_from_xy(table["longitude"], table["latitude"]), crs=centres.crs,
        )  # fmt: skip
        # A commune that its IRIS place well needs no second opinion.
        return pd.concat([centres, own[~own["code_arrondissement"].isin(
            centres["code_arrondissement"])]], ignore_index=True)  # fmt: skip

    def iris_contours(self) -> gpd.GeoDataFrame:
        """Contours of IRIS, the first release that draws one winning."""
        if deliveries := self.releases("ign_iris", form="contours-iris"):
            return ign_admin.read_iris_deliveries([i for r in deliveries for i in self.intakes(r)])
        return ign.read_iris_contours([
            self._take(release, path)
            for release in self.releases("ign_iris")
            for path in self.paths(release, ".gpkg", ".shp")
            if path not in self.paths(release, "centroid")
        ])  # fmt: skip

    def iris_centres(self) -> gpd.GeoDataFrame:
        """Centres of IRIS, or a point of each contour where no file gives them."""
        if self.releases("ign_iris", form="contours-iris"):
            return ign_admin.points_of(self.iris_contours())
        return ign.read_iris_centres(self.intake("ign_iris", "centroid"))

    # --- census and income ---------------------------------------------------------------------
    @_once
    def comparateur(self, *, income_year: bool = False) -> Dated | None:
        """Commune totals; dated by their census, or by their incomes."""
        releases = self.releases("insee_comparateur")
        if not releases:
            return None
        options = dict(releases[0].options)
        read = insee_census.read_comparateur(self.intakes(releases[0])[0], **options)
        year = 2000 + int(options["income"]) if income_year else None
        return dated(releases[0], read, year)

    def taux_communes(self) -> Dated | None:
        """Commune rates of the census."""
        releases = self.releases("rp_taux_communes")
        if not releases:
            return None
        return dated(releases[0], insee_census.read_taux_communes(self.intakes(releases[0])[0]))

    def base_cc(self) -> list[Dated]:
        """INSEE's commune tables, one per theme."""
        return [
            dated(
                release,
                insee_census.read_base_cc(intake, census=release.options["census"]),
            )
            for release in self.releases("insee_rp_communes")
            for intake in self.intakes(release)
        ]

    def base_ic(self) -> list[Dated]:
        """INSEE's IRIS tables: published themes, then the tables of Grand Paris."""
        readers: dict[str, Callable[..., Read]] = {
            "base-ic": insee_base_ic.read_base_ic,
            "grand-paris": insee_base_ic.read_grand_paris,
        }
        return [
            dated(release, reader(intake, census=release.options["census"]))
            for form, reader in readers.items()
            for release in self.releases("insee_rp_iris", form=form)
            for intake in self.intakes(release)
        ]

    def habitat(self) -> Dated | None:
        """Ages of residential IRIS."""
        for release in self.releases("insee_rp_iris", form="habitat"):
            intake = self.intakes(release, "population")[0]
            return dated(
                release, insee_base_ic.read_habitat(intake, census=release.options["census"])
            )
        return None

    def filosofi_communes(self) -> list[Dated]:
        """Incomes of communes, the most recent first."""
        releases = sorted(self.releases("insee_filosofi_communes"), key=lambda r: -r.year)
        tables = []
        for release in releases:
            options = dict(release.options)
            forms = {
                "fibre": arcep_fibre.read_fibre_incomes,
                "base-cc": insee_filosofi_cc.read_filosofi_cc,
                "longue": insee_filosofi.read_filosofi_long,
            }
            read = forms.get(options.pop("form", ""), insee_filosofi.read_filosofi_communes)
            tables.append(dated(release, read(self.intakes(release)[0], **options)))
        return tables

    def filosofi_iris(self) -> Dated | None:
        """Incomes of IRIS."""
        for release in self.releases("insee_filosofi_iris"):
            return dated(
                release,
                insee_filosofi.read_filosofi_iris(self.intakes(release)[0], **release.options),
            )
        return None

    def caf(self) -> Dated | None:
        """Benefit recipients by IRIS."""
        for release in self.releases("caf_iris"):
            return dated(release, caf.read_caf_iris(self.intakes(release)[0]))
        return None

    # --- networks, survey, grid ----------------------------------------------------------------
    @_once
    def fibre(self) -> Dated | None:
        """Reach of the fibre."""
        for release in self.releases("arcep_fibre"):
            return dated(
                release, arcep_fibre.read_fibre(self.intakes(release)[0], **release.options)
            )
        return None

    def fixe(self) -> Dated:
        """Reach of the fibre, or eligibility of premises."""
        if fibre := self.fibre():
            return fibre
        release = self.releases("arcep_fixe")[0]
        return dated(release, arcep.read_fixe(self.intakes(release)[0], **release.options))

    def mobile_sites(self) -> Dated | None:
        """4G sites, metropole and overseas."""
        for release in self.releases("arcep_mobile_sites"):
            return dated(release, arcep.read_sites(self.intakes(release), year=release.year))
        return None

    def couverture_4g(self) -> tuple[Release, list[arcep_couverture.Coverage]] | None:
        """4G coverage polygons, one file per operator and territory."""
        for release in self.releases("arcep_couverture"):
            return release, [arcep_couverture.read_coverage(i) for i in self.intakes(release)]
        return None

    def survey(self) -> Dated | None:
        """Weighted answers to the Baromètre."""
        for release in self.releases("credoc_barometre"):
            return dated(release, credoc.read_barometre(self.intakes(release)[0]))
        return None

    def respondents(self) -> pd.DataFrame | None:
        """Respondents of the Baromètre: for the memory of one asset, never for a table."""
        for release in self.releases("credoc_barometre"):
            return credoc.read_respondents(self.intakes(release)[0])[0]
        return None

    def population_grid(self) -> pd.DataFrame:
        """Inhabited 1 km cells."""
        if self.releases("eurostat_grille", form="csv"):
            return grid_csv.read_grid_csv(self.intake("eurostat_grille"))
        return grid.read_grid(self.intake("eurostat_grille"))


def dated(release: Release, read: Read, year: int | None = None) -> Dated:
    """Say what release a reader's table comes from, and of which year it is."""
    frame, dropped = read
    return Dated(frame, release.id, year or release.year, release.geography_year, dropped)
