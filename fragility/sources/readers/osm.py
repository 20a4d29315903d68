"""OpenStreetMap extracts (`.osm.pbf`): their roads as arrays, tags as written.

Nothing is judged here: which roads a car may take, which way and how fast, is in
`access/road_rules.py`. The data are under the ODbL, © OpenStreetMap contributors.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.files import sha256_of

# All that the rules look at.
TAGS = (
    "highway", "oneway", "junction", "maxspeed", "maxspeed:forward", "maxspeed:backward",
    "source:maxspeed", "maxspeed:type", "zone:maxspeed", "access", "vehicle", "motor_vehicle",
    "motorcar", "foot", "service", "motorroad", "tunnel", "route",
)  # fmt: skip
_EXPECTED = "un extrait OpenStreetMap entier, au format .osm.pbf"
_REMEDY = (
    "reprenez l'extrait de la région (région-latest.osm.pbf) sur "
    "https://download.geofabrik.de/europe/france.html"
)
_OTHER_FORMS = (".osm", ".osm.gz", ".osm.bz2", ".osm.xml", ".o5m", ".shp.zip", ".gpkg")
# A line in hexadecimal well-known binary: byte order, kind and count, then its coordinates.
_HEADER = 2 * (1 + 4 + 4)
_NOWHERE = np.array([np.nan, np.nan]).tobytes()


@dataclass(frozen=True)
class Extract:
    """A file of roads, known by its content."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Roads:
    """The roads of some extracts, joined by the numbers of their nodes.

    Attributes
    ----------
    tags : the distinct sets of tags, limited to `TAGS`.
    way_tags : position in `tags` of the set of each way, shape (ways,).
    start : nodes of way i are `node[start[i]:start[i + 1]]`, shape (ways + 1,).
    node : positions in the lists of nodes, shape (start[-1],).
    lon, lat : degrees (WGS 84), shape (nodes,); NaN for a node that no extract holds.
    """

    tags: list[dict[str, str]]
    way_tags: NDArray[np.int64]
    start: NDArray[np.int64]
    node: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


def find_extracts(folder: Path) -> list[Extract]:
    """List the extracts under a folder; the same content under two names counts once.

    Returns
    -------
    In the order of their checksums, so that names change nothing. Empty without the folder.

    Raises
    ------
    MissingFileError
        When the folder is there without an extract.
    """
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    paths = [path for path in files if path.name.lower().endswith(".pbf")]
    if not paths:
        others = [path.name for path in files if path.name.lower().endswith(_OTHER_FORMS)]
        convert = "convertissez (osmium cat fichier.osm -o fichier.osm.pbf), ou " if others else ""
        raise MissingFileError(
            "Le dossier des réseaux routiers ne contient aucun extrait lisible.",
            path=folder,
            expected="des fichiers .osm.pbf, à n'importe quelle profondeur",
            found=", ".join(others[:3]) or "aucun",
            remedy=f"{convert}{_REMEDY} ; sans réseau routier, retirez le dossier",
        )
    found = {sha256_of(path): path for path in reversed(paths)}
    return [Extract(found[checksum], checksum) for checksum in sorted(found)]


def read_roads(extracts: Sequence[Extract], highways: Collection[str]) -> Roads:
    """Read the ways of some classes from extracts, and join them.

    Parameters
    ----------
    highways : values of the tag `highway` to read.

    Returns
    -------
    Each way once, in its most recent version; a node that one extract lacks is taken from another.

    Raises
    ------
    BadFileError
        A file that is not a whole `.osm.pbf`, has no such road, or has roads without coordinates.
        A file cut exactly between two of its blocks cannot be told from a whole one.
    """
    raw = _Raw()
    for extract in extracts:
        _read(extract.path, highways, raw)
    way, version, length = (np.array(part) for part in (raw.way, raw.version, raw.length))
    refs = np.frombuffer(raw.ref, dtype=np.int64)
    degrees = np.frombuffer(raw.degrees, dtype=np.float64).reshape(-1, 2)
    ids, node = np.unique(refs, return_inverse=True)
    known = np.isfinite(degrees[:, 0])
    where = np.full((len(ids), 2), np.nan)
    where[node[known]] = degrees[known]
    # A way that crosses a border is in both extracts: its last version, then the first file.
    order = np.lexsort((-version, way))
    kept = np.zeros(len(way), dtype=bool)
    kept[order[np.r_[True, np.diff(way[order]) != 0]]] = True
    return Roads(
        [
            {tag: value for tag, value in zip(TAGS, values, strict=True) if value is not None}
            for values in raw.sets
        ],
        np.array(raw.code)[kept],
        np.r_[0, np.cumsum(length[kept])],
        node[np.repeat(kept, length)],
        where[:, 0],
        where[:, 1],
    )


def _numbers() -> array[int]:
    return array("q")


@dataclass
class _Raw:
    """What is read, way after way: compact arrays, since a region has millions of nodes."""

    way: array[int] = field(default_factory=_numbers)
    version: array[int] = field(default_factory=_numbers)
    code: array[int] = field(default_factory=_numbers)
    length: array[int] = field(default_factory=_numbers)
    ref: array[int] = field(default_factory=_numbers)
    degrees: bytearray = field(default_factory=bytearray)
    sets: dict[tuple[str | None, ...], int] = field(default_factory=dict)


def _read(path: Path, highways: Collection[str], raw: _Raw) -> None:
    """Add the ways of one file."""
    before, first = len(raw.way), len(raw.degrees)
    file = osmium.io.File(str(path), "pbf")
    try:
        processor = (
            osmium.FileProcessor(file, osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
            .with_filter(osmium.filter.TagFilter(*(("highway", kind) for kind in highways)))
        )
        history = processor.header.has_multiple_object_versions
        if not history:
            _read_ways(processor, raw)
    except (RuntimeError, OSError, ValueError) as error:
        raise BadFileError(
            "L'extrait OpenStreetMap est illisible : coupé, abîmé ou d'un autre format.",
            path=path,
            expected=_EXPECTED,
            found=_describe(path, str(error)),
            remedy=_REMEDY,
        ) from None
    if history:
        found = "un fichier d'historique"
    elif len(raw.way) == before:
        found = "aucune route"
    elif not np.isfinite(np.frombuffer(raw.degrees[first:], dtype=np.float64)).any():
        found = "des routes dont aucun point n'a de coordonnées"
    else:
        return
    raise BadFileError(
        "L'extrait OpenStreetMap ne donne pas de réseau routier.",
        path=path,
        expected=_EXPECTED,
        found=found,
        remedy=_REMEDY,
    )


def _read_ways(processor: osmium.FileProcessor, raw: _Raw) -> None:
    binary = osmium.geom.WKBFactory()
    every = osmium.geom.use_nodes.ALL
    for way in processor:
        assert isinstance(way, osmium.osm.Way)
        refs = [node.ref for node in way.nodes]
        if len(refs) < 2:
            continue
        try:
            raw.degrees += bytes.fromhex(binary.create_linestring(way, every)[_HEADER:])
        except osmium.InvalidLocationError:
            for node in way.nodes:
                place = node.location
                raw.degrees += (
                    np.array([place.lon, place.lat]).tobytes() if place.valid() else _NOWHERE
                )
        raw.way.append(way.id)
        raw.version.append(way.version)
        raw.code.append(raw.sets.setdefault(tuple(map(way.tags.get, TAGS)), len(raw.sets)))
        raw.length.append(len(refs))
        raw.ref.extend(refs)


def _describe(path: Path, error: str) -> str:
    """Tell what the file seems to be; the library's own words where nothing better is known."""
    with path.open("rb") as stream:
        head = stream.read(256).lstrip().lower()
    if not head:
        return "un fichier vide"
    if head.startswith((b"<!doctype html", b"<html")):
        return "une page web enregistrée sous ce nom"
    if head.startswith(b"<"):
        return "du XML (.osm), à convertir : osmium cat fichier.osm -o fichier.osm.pbf"
    if "EOF" in error:
        return "un fichier qui s'arrête avant sa fin"
    return error
