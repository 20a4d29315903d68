"""A network kept beside the results, so that extracts are read once; and what gave the minutes."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from fragility.access.built_up import SQUARE_M, STREETS_KM_PER_KM2
from fragility.access.network import ISLAND_JUNCTIONS, PIECE_KM, Network, build_network
from fragility.access.road_rules import Profile, highways_of, rules_version
from fragility.sources.readers.osm import Extract, read_roads
from fragility.territory.crs import METROPOLE

# To be raised when code that makes a network changes its result; its constants count by themselves.
NETWORK_VERSION = 1
_CONSTANTS = (NETWORK_VERSION, SQUARE_M, STREETS_KM_PER_KM2, ISLAND_JUNCTIONS, PIECE_KM)
_ARRAYS = ("data", "indices", "indptr", "km", "xy", "is_door")


@dataclass(frozen=True)
class Engine:
    """What gave minutes: engines differ by a third, so that a figure without its own means little.

    Attributes
    ----------
    name : `surface` (no road network) or `osm`.
    profile : how one travels.
    extracts : checksums of the extracts, sorted; none for the surface.
    rules : version of the speeds.
    """

    name: Literal["surface", "osm"]
    profile: Profile = "voiture"
    extracts: tuple[str, ...] = ()
    rules: str = ""

    def key(self, epsg: int) -> str:
        """Name of the network in the store: content only, never file names."""
        said = repr((_CONSTANTS, self.name, self.profile, self.extracts, self.rules, epsg))
        return hashlib.sha256(said.encode()).hexdigest()[:20]


def engine_of(extracts: Sequence[Extract], profile: Profile) -> Engine:
    """Describe the engine that some extracts make."""
    checksums = tuple(sorted({extract.sha256 for extract in extracts}))
    return Engine("osm", profile, checksums, rules_version(profile))


def load_network(
    extracts: Sequence[Extract], profile: Profile, folder: Path, *, epsg: int = METROPOLE
) -> Network:
    """Take a network from the store, or make it and keep it there.

    Parameters
    ----------
    folder : of the store, made when it is missing. A file of it that is damaged is made again.

    Raises
    ------
    BadFileError
        An extract cannot be read, see `read_roads`.
    DataCheckError
        No open road, see `build_network`.
    """
    path = folder / f"reseau-{profile}-{engine_of(extracts, profile).key(epsg)}.npz"
    network = _take(path, profile, epsg)
    if network is None:
        roads = read_roads(extracts, highways_of(profile))
        network = build_network(roads, profile, epsg=epsg)
        _keep(path, network)
    return network


def _keep(path: Path, network: Network) -> None:
    """Write a network whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    graph = network.graph
    try:
        np.savez(
            draft,
            data=graph.data,
            indices=graph.indices,
            indptr=graph.indptr,
            km=network.km,
            xy=network.xy,
            is_door=network.is_door,
            counts=np.array([network.roads, network.found]),
        )
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _take(path: Path, profile: Profile, epsg: int) -> Network | None:
    """Read a network; nothing when it is not there or not whole."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            data, indices, indptr, km, xy, is_door = (kept[name] for name in _ARRAYS)
            roads, found = (int(count) for count in kept["counts"])
        graph = csr_array((data, indices, indptr), shape=(len(xy), len(xy)))
        graph.check_format(full_check=True)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    if len(km) != len(data) or len(is_door) != len(xy):
        return None
    return Network(graph, km, xy, is_door, epsg, profile, roads, found)
