"""Bring the files that an edition lacks from their producers.

What belongs here: which addresses are asked, and what is said of each file.
How an address is read is in `download.py`, what is checked before a file takes its name in
`place.py`, how an archive is opened in `unpack.py`.

A file there is kept unless `force` is given and its checksum is not the catalogue's: then the
server is asked whether it has changed, and only a whole, checked file takes the place of another.
Nothing half written ever has a final name.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import unquote, urlsplit

from fragility.errors import FragilityError
from fragility.sources.catalogue import licence_of, releases_of
from fragility.sources.demo import demo_files
from fragility.sources.download import Downloader, Policy
from fragility.sources.files import conformity, sha256_of
from fragility.sources.model import Edition, RawFile
from fragility.sources.place import (
    RECEIVED,
    Outcome,
    State,
    Target,
    place_all,
    reason_of,
    temporary_of,
)
from fragility.sources.sidecar import Received, Sidecar

PARALLEL = 4


@dataclass(frozen=True)
class Step:
    """What the display is told: `plan` (total = downloads), then per label `octets` and `fin`.

    `done` and `total` are bytes, total None when the server does not say; `text` is what to show,
    `outcomes` what became of the files of this download.
    """

    moment: Literal["plan", "octets", "fin"]
    label: str = ""
    done: int = 0
    total: int | None = None
    text: str = ""
    outcomes: tuple[Outcome, ...] = ()


def fetch_edition(
    edition: Edition,
    raw: Path,
    *,
    force: bool = False,
    notify: Callable[[Step], None] = lambda step: None,
    policy: Policy | None = None,
) -> list[Outcome]:
    """Download what an edition lacks; the failure of one file does not stop the others.

    Parameters
    ----------
    raw : folder of raw data; folders are made when there is something to put in them.
    force : also ask again for files there whose checksum is not the catalogue's.
    notify : told of the progress, from several threads but never twice at the same time.

    Returns
    -------
    One outcome per file of the edition, in its order.
    """
    targets = [Target(r, f, raw / r.folder / f.name) for r in releases_of(edition) for f in r.files]
    outcomes: dict[Path, Outcome] = {}
    jobs: dict[str, list[Target]] = {}
    fictional: dict[str, bytes] | None = None
    for target in targets:
        if target.path.is_file() and not (force and _outdated(target)):
            outcomes[target.path] = Outcome(target, "present")
        elif licence_of(target.release) == "fictif":
            fictional = demo_files() if fictional is None else fictional
            outcomes[target.path] = _write_fictional(target, fictional)
        elif not target.file.downloadable or target.file.url is None:
            state: State = "present" if target.path.is_file() else "manuel"
            outcomes[target.path] = Outcome(target, state, _why_by_hand(target.file))
        else:
            jobs.setdefault(target.file.url, []).append(target)
    lock = threading.Lock()

    def say(step: Step) -> None:
        with lock:
            notify(step)

    say(Step("plan", total=len(jobs)))
    downloader = Downloader(policy or Policy(), threading.Event(), set())
    with ThreadPoolExecutor(PARALLEL) as pool:
        running = [pool.submit(_fetch_url, downloader, *job, raw, say) for job in jobs.items()]
        try:
            for future in as_completed(running):
                outcomes |= {outcome.target.path: outcome for outcome in future.result()}
        except BaseException:  # an interruption: the threads stop at their next packet
            downloader.stop.set()
            for future in running:
                future.cancel()
            raise
    return [outcomes[target.path] for target in targets]


def _outdated(target: Target) -> bool:
    return conformity(target.file, sha256_of(target.path)) != "identique"


def _why_by_hand(file: RawFile) -> str:
    if file.url is None:
        return "pas d'adresse directe connue, seulement la page du producteur"
    return f"le producteur publie une autre forme, à convertir : {file.url}"


def _write_fictional(target: Target, contents: dict[str, bytes]) -> Outcome:
    content = contents.get(target.key)
    if content is None:
        return Outcome(target, "manuel", "ce fichier fictif n'est pas écrit par le programme")
    if target.path.is_file() and target.path.read_bytes() == content:
        return Outcome(target, "present")
    try:
        target.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_of(target.path)
        temporary.write_bytes(content)
        os.replace(temporary, target.path)
    except OSError as error:
        return Outcome(target, "echec", _cannot_write(error))
    return Outcome(target, "ecrit")


def _cannot_write(error: OSError) -> str:
    return f"le dossier ne peut être lu ou écrit : {error}"


def _label(url: str, targets: list[Target]) -> str:
    """Name of a download: its file, or the archive when it holds several."""
    if len(targets) == 1:
        return targets[0].key
    name = PurePosixPath(unquote(urlsplit(url).path)).name or targets[0].file.name
    return f"{targets[0].release.folder}/{name}"


def _fetch_url(
    downloader: Downloader,
    url: str,
    targets: list[Target],
    raw: Path,
    say: Callable[[Step], None],
) -> list[Outcome]:
    """Download one address and place every file wanted from it."""
    label = _label(url, targets)
    folder = raw / targets[0].release.folder
    sidecar = Sidecar(folder)
    part = folder / f".fetch-{hashlib.sha256(url.encode()).hexdigest()[:16]}.part"

    def tell(text: str, done: int, total: int | None) -> None:
        say(Step("octets", label, done, total, text))

    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _known(sidecar.get("recus", url), targets)
        received = downloader.download(url, part, sidecar, known, tell)
        if received is None:
            outcomes = [Outcome(target, "inchange") for target in targets]
        else:
            outcomes = place_all(received, part, targets)
            if received.resumed and all(o.state == "echec" for o in outcomes):
                # The two pieces may not fit, whatever the server says: once more, in one piece.
                part.unlink(missing_ok=True)
                again = downloader.download(url, part, sidecar, {}, tell) or received
                received, outcomes = again, place_all(again, part, targets)
            _remember(sidecar, url, received, outcomes)
            part.unlink(missing_ok=True)
    except FragilityError as error:
        outcomes = [Outcome(target, "echec", reason_of(error)) for target in targets]
    except OSError as error:  # what was received stays, to be placed once there is room
        outcomes = [Outcome(target, "echec", _cannot_write(error)) for target in targets]
    say(Step("fin", label, outcomes=tuple(outcomes)))
    return outcomes


def _known(entry: dict[str, object], targets: list[Target]) -> dict[str, object]:
    """Validators of what is there, unless a file is missing or is no longer the one received."""
    files = entry.get("fichiers")
    if not isinstance(files, dict):
        return {}
    same = all(t.path.is_file() and files.get(t.key) == sha256_of(t.path) for t in targets)
    return entry if same else {}


def _remember(sidecar: Sidecar, url: str, received: Received, outcomes: list[Outcome]) -> None:
    """Keep what makes the next request cost nothing, if there is a validator to ask with."""
    sidecar.put("en_cours", url, None)
    files = {
        o.target.key: sha256_of(o.target.path)
        for o in outcomes
        if o.state in RECEIVED and (received.etag or received.last_modified)
    }
    if files:
        entry = {"etag": received.etag, "last_modified": received.last_modified, "fichiers": files}
        sidecar.put("recus", url, entry)
