"""What a source, a release and an edition are, and what each must state to be accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

LICENCES = {
    "lov2": (
        "Licence Ouverte / Open Licence 2.0",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    ),
    "odbl": ("Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "mit": ("MIT", "https://opensource.org/license/mit"),
    "eurostat": (
        "Réutilisation Eurostat, © EuroGeographics pour les limites",
        "https://ec.europa.eu/eurostat/web/gisco/geodata",
    ),
    "fictif": ("Données fictives", "voir fragility/sources/demo.py"),
}
# A user's own releases and editions, in the folder of raw files.
USER_EDITIONS_FILE = "editions.toml"
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
# Ends of addresses that tell nothing of the form of what they give: none, and programs.
_NO_FORM = ("", ".php")


@dataclass(frozen=True)
class Source:
    """A producer's data set, whatever its year.

    Attributes
    ----------
    id : name of the folder under data/raw.
    title : French title.
    producer : who publishes it.
    landing : page where a person finds every release.
    licence : key of `LICENCES`.
    """

    id: str
    title: str
    producer: str
    landing: str
    licence: str

    def __post_init__(self) -> None:
        if self.licence not in LICENCES:
            raise ValueError(f"{self.id}: unknown licence {self.licence!r}")


@dataclass(frozen=True)
class Dialect:
    """How a copy is written, where it is not as its reader expects: data, so that no code changes.

    Attributes
    ----------
    sep : separator of columns.
    encoding : of a text that is not UTF-8.
    skip_rows : lines above the header.
    sheet : sheet of a workbook.
    secrets : marks that stand for a missing number, besides those that readers know.
    columns : name that the reader looks for -> name in this copy.
    """

    sep: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    sheet: str = ""
    secrets: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)

    def name_of(self, column: str) -> str:
        """Name in this copy of the column that a reader calls so."""
        return self.columns.get(column, column)


@dataclass(frozen=True)
class RawFile:
    """One file of a release.

    Attributes
    ----------
    name : file name under the release's folder.
    size : bytes, or None when no copy could be measured.
    sha256 : checksum of the copy the project was tried on, or None.
    url : producer's address of the file, of the archive that holds it, or of another form of it.
    url_confirmed : True when a public page or code names exactly that address.
    archive_member : glob of the file inside the archive that `url` gives, without regard to case:
        of its base name, or of its whole path if it holds a `/`. None when `url` is no archive,
        or when the archive is the file itself.
    part : which table of the release it holds (`commune`, `centroid` ...), where its name does
        not say.
    dialect : how this copy is written, where it is not as its reader expects.
    """

    name: str
    size: int | None = None
    sha256: str | None = None
    url: str | None = None
    url_confirmed: bool = False
    archive_member: str | None = None
    part: str = ""
    dialect: Dialect = field(default_factory=Dialect)

    def __post_init__(self) -> None:
        if self.sha256 is not None and not _SHA256.match(self.sha256):
            raise ValueError(f"{self.name}: {self.sha256!r} is not a sha256")
        if self.archive_member is not None and not (self.url and self.archive_member):
            raise ValueError(f"{self.name}: a member of an archive without address")

    def is_part(self, part: str) -> bool:
        """Tell whether this file holds that table of the release, or is of that suffix."""
        if self.part and not part.startswith("."):
            return self.part == part
        return part in self.name.lower()

    @property
    def downloadable(self) -> bool:
        """True when `url` gives this file as it is read, alone or in an archive.

        False without an address, or when the producer's form is another one, which a person
        converts: the suffixes tell.
        """
        if self.url is None or self.archive_member is not None:
            return self.url is not None
        suffix = PurePosixPath(urlsplit(self.url).path).suffix.lower()
        return suffix in (*_NO_FORM, PurePosixPath(self.name).suffix.lower())

    @property
    def must_match(self) -> bool:
        """True when a download with another size or checksum is refused.

        Only then: the address is a public one of that very file. What it gives otherwise is a
        later release under the same address, or was altered on the way, and either would put
        false figures under the name of a dated release. A file taken out of an archive, or from
        an address that is a guess, may be the same data in another packing: it is accepted and
        reported as another copy, and its reader judges what it holds.
        """
        return self.url_confirmed and self.downloadable and self.archive_member is None


@dataclass(frozen=True)
class Release:
    """A dated publication of a source, and how to read it.

    Attributes
    ----------
    source : id of its `Source`.
    name : name of the release; its folder is `<source>/<name>` unless `folder` says otherwise.
    files : what the release is made of.
    year : year the figures describe.
    geography_year : year of the map (COG, IRIS) of its codes, None for points and grids.
    published : date or year of publication.
    options : reading options, passed as they are to the reader.
    folder : folder under data/raw.
    licence : key of `LICENCES` where it differs from the source's.
    note : French sentences that every reader of an edition that picks it must know.
    """

    source: str
    name: str
    files: tuple[RawFile, ...]
    year: int
    geography_year: int | None = None
    published: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""
    licence: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        if not self.folder:
            object.__setattr__(self, "folder", f"{self.source}/{self.name}")
        if self.licence and self.licence not in LICENCES:
            raise ValueError(f"{self.id}: unknown licence {self.licence!r}")
        if not self.files:
            raise ValueError(f"{self.id}: a release has at least one file")

    @property
    def id(self) -> str:
        """`<source>/<name>`."""
        return f"{self.source}/{self.name}"


@dataclass(frozen=True)
class Edition:
    """A coherent pick of releases, all brought to one map.

    Attributes
    ----------
    name : what `--edition` takes.
    title : French title, shown on every output.
    cog_year : year of the target official geographic code.
    releases : ids of the releases it reads; several of one source are allowed.
    banner : warning printed on every output, empty for a real territory.
    without_census : départements that the edition's census does not cover, with the reason.
    controls : published totals that the outputs must equal: `communes`, `iris`, `population`.
    optional : ids of the releases it can do without: those whose files are not there are not read.
    previous : edition that it follows, and is compared with.
    """

    name: str
    title: str
    cog_year: int
    releases: tuple[str, ...]
    banner: str = ""
    without_census: Mapping[str, str] = field(default_factory=dict)
    controls: Mapping[str, int] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    previous: str = ""

    def __post_init__(self) -> None:
        if len(set(self.releases)) != len(self.releases):
            raise ValueError(f"{self.name}: a release is picked twice")
        # One that another release has replaced is no longer picked, nor optional.
        kept = tuple(name for name in self.optional if name in self.releases)
        object.__setattr__(self, "optional", kept)
        if unknown := set(self.controls) - {"communes", "iris", "population"}:
            raise ValueError(f"{self.name}: unknown controls {unknown}")
        if self.previous == self.name:
            raise ValueError(f"{self.name}: an edition does not precede itself")
