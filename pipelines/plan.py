"""What a run must compute again, and why; what it keeps of the published edition."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from fragility.sources.files import sha256_of
from pipelines.sourcecode import address, code_version, function_of, reach
from pipelines.versions import FOLDER, Reading, Stamp, current_reads, read_stamp

NEVER = "jamais calculé"
ASKED = "tout est à recalculer"
CODE_CHANGED = "le programme a changé"
Definition = dg.AssetsDefinition | dg.AssetChecksDefinition


@dataclass(frozen=True)
class Node:
    """A step of the job: assets that are made together, or one check.

    Attributes
    ----------
    name : name of the step.
    results : names of its stamps: those of its assets, or its own if it is a check.
    inputs : assets that it depends on.
    assets, checks : what Dagster selects to run it.
    code : version of its code.
    address : where its code is.
    """

    name: str
    results: tuple[str, ...]
    inputs: tuple[str, ...]
    assets: frozenset[dg.AssetKey]
    checks: frozenset[dg.AssetCheckKey]
    code: str
    address: str


def nodes_of(definitions: Iterable[Definition]) -> list[Node]:
    """Steps of some assets and checks, each after those it depends on."""
    waiting = [_node(definition) for definition in definitions]
    ordered: list[Node] = []
    made: set[str] = set()
    while ready := [node for node in waiting if made.issuperset(node.inputs)]:
        ordered += ready
        made.update(result for node in ready for result in node.results)
        waiting = [node for node in waiting if node not in ready]
    if waiting:
        raise ValueError(f"{waiting[0].name} depends on what nothing makes: {waiting[0].inputs}")
    return ordered


def _node(definition: Definition) -> Node:
    function, name = function_of(definition), definition.node_def.name
    return Node(
        name,
        tuple(sorted(key.path[-1] for key in definition.keys)) or (name,),
        tuple(sorted(key.path[-1] for key in definition.keys_by_input_name.values())),
        frozenset(definition.keys),
        frozenset(definition.check_keys),
        code_version(function),
        address(function),
    )


class MovedError(Exception):
    """The published edition is no longer what the plan has seen: another run has replaced it."""


@dataclass
class Plan:
    """Which steps of an edition are computed, wave after wave; the others are kept.

    A step is computed when it was never, when its code, what it reads or a file it wrote has
    changed, or when one of its inputs has another content than it had. Whether an input computed
    again has another content is known afterwards only: so steps come in waves.

    Attributes
    ----------
    nodes : the steps, each after those it depends on.
    reading : what steps read besides one another.
    folder : the published edition.
    everything : compute all, whatever is published.
    causes : of the steps computed, why: what has changed outside, not the steps in between.
    kept : steps whose results stay.
    """

    nodes: Sequence[Node]
    reading: Reading
    folder: Path
    everything: bool = False
    causes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        names = [name for node in self.nodes for name in node.results]
        found = {name: read_stamp(self.folder, name) for name in names}
        self.stamps = {name: stamp for name, stamp in found.items() if stamp is not None}
        self._maker = {name: node.name for node in self.nodes for name in node.results}
        self._done: set[str] = set()
        self._files = {} if self.everything else _examine(self.folder, self.stamps.values())
        self._own = {node.name: self._own_causes(node) for node in self.nodes}

    def next_wave(self) -> list[Node]:
        """Steps that must run and can now; none when all is computed or kept."""
        wave: list[Node] = []
        for node in self.nodes:
            if node.name in self.causes or node.name in self.kept:
                continue
            makers = {self._maker[name] for name in node.inputs}
            ready = makers <= self._done | self.kept
            if not ready and not (self._own[node.name] and makers <= self._known()):
                continue
            causes = self._own[node.name] + self._causes_above(node)
            if causes:
                wave.append(node)
                self.causes[node.name] = tuple(dict.fromkeys(causes))
            else:
                self.kept.add(node.name)
        return wave

    def finish(self, wave: Sequence[Node], folder: Path, warned: Mapping[str, str]) -> None:
        """Take the stamps that a wave has written in a folder, and write those of its checks.

        Parameters
        ----------
        warned : what checks that do not block have to say, by step.
        """
        for node in sorted(wave, key=lambda node: not node.assets):
            if not node.assets:
                self._stamp_check(node, folder, warned.get(node.name, ""))
            self._done.add(node.name)
            for name in node.results:
                if (stamp := read_stamp(folder, name)) is not None:
                    self.stamps[name] = stamp

    def _stamp_check(self, node: Node, folder: Path, warning: str) -> None:
        inputs = {name: self.stamps[name].version for name in node.inputs if name in self.stamps}
        reads = current_reads(node.name, reach(node.address), self.reading)
        Stamp(node.code, inputs, reads, warning=warning).save(folder, node.name)

    def may_change(self) -> list[Node]:
        """Steps that a run would compute if every step it computes changed its results."""
        stale: set[str] = set()
        for node in self.nodes:
            above = any(self._maker[name] in stale for name in node.inputs)
            if above or self._own[node.name] or self._causes_above(node):
                stale.add(node.name)
        return [node for node in self.nodes if node.name in stale]

    def link(self, folder: Path) -> None:
        """Put in a folder what may be kept: the same files under a second name, or copies.

        Raises
        ------
        MovedError
            When a file is no longer the one that was examined.
        """
        for node in self.nodes:
            for name in () if self._own[node.name] else node.results:
                for path in self.stamps[name].files:
                    _link(self.folder / path, folder / path)
                    if _look(folder / path) != self._files[path][1]:
                        raise MovedError(path)
                self.stamps[name].save(folder, name)

    def clear(self, wave: Iterable[Node], folder: Path) -> None:
        """Remove from a folder the results that a wave is about to compute."""
        for name in [name for node in wave for name in node.results]:
            if (stamp := self.stamps.get(name)) is not None:
                for path in (*stamp.files, f"{FOLDER}/{name}.json"):
                    (folder / path).unlink(missing_ok=True)

    def warnings(self) -> list[str]:
        """What the checks that do not block have to say, those that were not run again too."""
        return [stamp.warning for stamp in self.stamps.values() if stamp.warning]

    def _known(self) -> set[str]:
        return self._done | self.kept | self.causes.keys()

    def _own_causes(self, node: Node) -> tuple[str, ...]:
        """Why a step must run, whatever its inputs are."""
        if self.everything:
            return (ASKED,)
        stamps = [self.stamps[name] for name in node.results if name in self.stamps]
        if len(stamps) < len(node.results):
            return (NEVER,)
        now = current_reads(node.results[0], reach(node.address), self.reading)
        causes = []
        for stamp in stamps:
            if stamp.code != node.code or set(stamp.inputs) != set(node.inputs):
                causes.append(CODE_CHANGED)
            causes += [f"{name} a changé" for name in _changed(stamp.reads, now)]
            causes += [
                f"{path} manque ou a été modifié"
                for path, sha256 in stamp.files.items()
                if self._files[path][0] != sha256
            ]
        return tuple(dict.fromkeys(causes))

    def _causes_above(self, node: Node) -> tuple[str, ...]:
        """Why the inputs of a step are not those it was made from."""
        made_from = [self.stamps[name].inputs for name in node.results if name in self.stamps]
        causes: list[str] = []
        for name in node.inputs:
            maker = self._maker[name]
            version = self.stamps[name].version if name in self.stamps else ""
            running = maker in self.causes and maker not in self._done
            if running or any(inputs.get(name, version) != version for inputs in made_from):
                causes += self.causes.get(maker, (f"{name} a changé",))
        return tuple(causes)


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Names of what is not read as it was; what is not asked for now stands."""
    gone = [name for name in then if name not in now]
    return gone + [name for name, text in now.items() if text and text != then.get(name)]


_Look = tuple[int, int] | None


def _look(path: Path) -> _Look:
    """Size and date of a file, None if it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _examine(folder: Path, stamps: Iterable[Stamp]) -> dict[str, tuple[str, _Look]]:
    """Checksum and look of every file that stamps name."""
    paths = sorted({path for stamp in stamps for path in stamp.files})

    def examine(path: str) -> tuple[str, _Look]:
        look = _look(folder / path)
        return ("" if look is None else sha256_of(folder / path)), look

    with ThreadPoolExecutor() as pool:
        return dict(zip(paths, pool.map(examine, paths), strict=True))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise MovedError(source) from None
    except OSError:
        # Some disks give a file one name only.
        shutil.copy2(source, target)
