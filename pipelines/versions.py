"""What each table and file was made from: its code, the assets before it, and what else it read.

A `Stamp` is written with every result, in `.versions/` beside the tables of the edition. A result
is made again when its stamp no longer agrees with what is there. The version of a result is that of
its content, so that one made again to the same bytes changes nothing after it.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from fragility.index.profiles import load_profile, load_profiles
from fragility.site.page import page_digests
from fragility.sources.catalogue import EDITIONS, RELEASES, SOURCES, releases_of
from fragility.sources.corrections import load_corrections
from fragility.sources.files import sha256_of
from fragility.sources.indicator_files import indicator_paths
from fragility.sources.model import LICENCES, Edition, RawFile, Release
from fragility.validation.evolution_run import READ as COMPARED_TABLES
from fragility.validation.publication import profile_of
from pipelines.sourcecode import Reach
from pipelines.syntax import Symbol, digest

FOLDER = ".versions"
RAW = "raw_"
_CATALOGUE = "fragility.sources.catalogue"
_MODEL = "fragility.sources.model"
# What is only said of a release, and where its files come from, changes nothing in its figures.
_SAID = ("source", "files", "published", "licence", "note")
_FOUND = ("size", "url", "url_confirmed", "archive_member")

Attributes = Mapping[str, set[str]]  # modules that read each attribute


@dataclass(frozen=True)
class Stamp:
    """What a result was made from.

    Attributes
    ----------
    code : version of the code.
    inputs : version of each asset that it depends on, by name.
    reads : digest of what else it read, by name: releases, profile, edition.
    files : sha256 of what it wrote, by path within the edition's folder; none for a check.
    warning : what a check that does not block had to say.
    """

    code: str
    inputs: Mapping[str, str]
    reads: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    warning: str = ""

    @property
    def version(self) -> str:
        """Digest of the content; for files of a producer, of how they are read too."""
        releases = [f"{k} {v}" for k, v in sorted(self.reads.items()) if "/" in k]
        return digest(*(f"{k} {v}" for k, v in sorted(self.files.items())), *releases)

    def save(self, folder: Path, name: str) -> None:
        """Write the stamp of a result in the folder of an edition."""
        path = folder / FOLDER / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, path)


def read_stamp(folder: Path, name: str) -> Stamp | None:
    """Read the stamp of a result; one that is absent or damaged is None."""
    try:
        return Stamp(**json.loads((folder / FOLDER / f"{name}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class Reading:
    """Where a run reads what is not an asset.

    Attributes
    ----------
    edition : the edition that is computed.
    raw, out : folders of the sources and of the outputs of all editions.
    profiles : index profiles, by name or path, the main one first.
    sha256 : checksum of a file.
    """

    edition: Edition
    raw: Path
    out: Path
    profiles: tuple[str, ...]
    sha256: Callable[[Path], str] = sha256_of

    @functools.cached_property
    def corrections(self) -> pd.DataFrame:
        """Known errors of the sources, the project's and the user's."""
        return load_corrections(self.raw)


@dataclass(frozen=True)
class Read:
    """Something that an asset reads besides assets.

    Attributes
    ----------
    name : what it is, for people: « le profil ».
    text : what it holds, given a reading and the attributes that the asset's code reads. Empty
        when nothing is asked: what was read before then stands.
    covered : modules whose reading counts otherwise.
    """

    name: str
    text: Callable[[Reading, Attributes], str]
    covered: tuple[str, ...] = ()


def _edition(reading: Reading, attributes: Attributes) -> str:
    """The fields of the edition that the code looks at; its releases count apart."""
    apart = {"name", "releases", "optional"}
    names = [f.name for f in fields(Edition) if f.name not in apart]
    looked_at = [name for name in names if attributes.get(name, set()) - {_MODEL}]
    return repr([(name, _plain(getattr(reading.edition, name))) for name in looked_at])


def _mentions(reading: Reading, _: Attributes) -> str:
    """Everything that the catalogue says of the releases."""
    releases = releases_of(reading.edition)
    return repr([(SOURCES[r.source], *_values(r)) for r in releases] + [LICENCES])


def _previous(reading: Reading, _: Attributes) -> str:
    """Version of what is published of the edition before."""
    stamp = read_stamp(reading.out / reading.edition.previous, "communes")
    return stamp.version if stamp and reading.edition.previous else "absente"


def _previous_tables(reading: Reading, _: Attributes) -> str:
    """Versions of what a comparison reads of the edition before, and its profile."""
    folder = reading.out / reading.edition.previous
    if not reading.edition.previous:
        return "aucune"
    stamps = {name: read_stamp(folder, name) for name in COMPARED_TABLES}
    return repr([profile_of(folder), {k: s.version if s else "" for k, s in stamps.items()}])


def _brought(reading: Reading, _: Attributes) -> str:
    """Files of indicators that the user brings."""
    paths = indicator_paths(reading.raw, reading.edition)
    return repr([(p.relative_to(reading.raw).as_posix(), reading.sha256(p)) for p in paths])


def _extracts(reading: Reading, _: Attributes) -> str:
    """Checksums of the road networks that the user brings."""
    paths = sorted((reading.raw / "osm").rglob("*.pbf"))
    return repr(sorted(reading.sha256(path) for path in paths))


def _catalogue(_: Reading, __: Attributes) -> str:
    releases = [_values(release) for release in RELEASES.values()]
    return repr([SOURCES, releases, {k: vars(e) for k, e in EDITIONS.items()}])


# Whoever uses these names reads these things: nobody has to declare it. An asset that reads
# something new from outside adds a line here.
READS: dict[Symbol, Read] = {
    (_CATALOGUE, "find_edition"): Read("la définition de l'édition", _edition, ("pipelines.raw",)),
    (_CATALOGUE, "releases_of"): Read(
        "la liste des livraisons",
        lambda reading, _: repr(reading.edition.releases),
        # An opener opens the sources that the asset names among its dependencies.
        ("fragility.territory.releases", "fragility.sources.files", "pipelines.raw"),
    ),
    **{
        (_CATALOGUE, name): Read(
            "le catalogue des sources", _mentions, ("fragility.sources.files",)
        )
        for name in ("SOURCES", "citation_of", "licence_of")
    },
    # Only to tell a correction that aims at nothing.
    (_CATALOGUE, "RELEASES"): Read("le catalogue", _catalogue, ("fragility.sources.corrections",)),
    ("fragility.index.profiles", "load_profile"): Read(
        "le profil",
        lambda reading, _: repr(load_profile(reading.profiles[0])),
        ("fragility.index.profiles", "fragility.export.facts"),
    ),
    ("fragility.index.profiles", "load_profiles"): Read(
        "la liste des profils", lambda reading, _: repr(load_profiles(reading.profiles))
    ),
    ("fragility.sources.indicator_files", "load_indicators"): Read(
        "les indicateurs apportés", _brought
    ),
    ("fragility.access.run", "Roads"): Read(
        "les réseaux routiers", _extracts, ("fragility.access.run",)
    ),
    ("fragility.site.page", "copy_page"): Read(
        "la page de la carte", lambda *_: repr(page_digests())
    ),
    ("pipelines.emit", "run_date"): Read(
        "la date demandée", lambda *_: os.environ.get("SOURCE_DATE_EPOCH", "")
    ),
    # Its last run is left out: a run that changes nothing must not make the report again.
    ("fragility.validation.drift_report", "build_report"): Read("l'édition précédente", _previous),
    ("fragility.validation.evolution_run", "build_evolution"): Read(
        "l'édition précédente", _previous_tables
    ),
    # Those of a file count with its release.
    ("fragility.sources.corrections", "load_corrections"): Read(
        "le fichier des corrections",
        lambda reading, _: reading.corrections.to_csv(index=False),
        ("pipelines.core", "pipelines.skills"),
    ),
}
_WHOLE_CATALOGUE = Read("le catalogue", _catalogue)


def reads_of(reach: Reach) -> dict[str, Read]:
    """What the code of an asset reads besides assets, by name."""
    found = {}
    for symbol, users in reach.names.items():
        read = READS.get(symbol)
        if read is None and symbol[0] == _CATALOGUE:
            read = _WHOLE_CATALOGUE
        if read is not None and not users <= {*read.covered, _CATALOGUE}:
            found[read.name] = read
    return found


def current_reads(asset: str, reach: Reach, reading: Reading) -> dict[str, str]:
    """Digest of what an asset would read now, by name; of each release for a raw asset."""
    found = {
        name: (text := read.text(reading, reach.attributes)) and digest(text)
        for name, read in reads_of(reach).items()
    }
    if asset.startswith(RAW):
        found |= release_digests(reading, asset.removeprefix(RAW))
    return dict(sorted(found.items()))


def release_digests(reading: Reading, source: str) -> dict[str, str]:
    """Digest of each release of a source: its files, how they are read, their known errors."""
    known = reading.corrections
    aim = known["source"] + "/" + known["release"]
    return {
        release.id: digest(
            repr(_values(release, _SAID)),
            *(repr((_values(f, _FOUND), _sha256(reading, release, f))) for f in release.files),
            known[aim == release.id].to_csv(index=False),
        )
        for release in releases_of(reading.edition, source)
    }


def _sha256(reading: Reading, release: Release, file: RawFile) -> str:
    path = reading.raw / release.folder / file.name
    return reading.sha256(path) if path.is_file() else ""


def _values(described: Release | RawFile, without: tuple[str, ...] = ()) -> list[Any]:
    """Values of the fields, those left out apart."""
    names = [f.name for f in fields(described) if f.name not in without]
    return [_plain(getattr(described, name)) for name in names]


def _plain(value: Any) -> Any:
    """A mapping or a set as something whose text depends on its content only."""
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    return sorted(value) if isinstance(value, Set) else value


def file_digests(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Checksum of files by path within a folder."""
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(paths)}
