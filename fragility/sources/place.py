"""From what a server sent to a file under its final name: checked, then renamed in one step.

What may have another checksum is `RawFile.must_match`.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fragility.errors import BadFileError, FragilityError
from fragility.sources.download import DownloadError
from fragility.sources.files import conformity, sha256_of
from fragility.sources.model import RawFile, Release
from fragility.sources.readers.common import refuse_not_a_table
from fragility.sources.sidecar import Received
from fragility.sources.unpack import Wanted, extract_members, refuse_cut

State = Literal["present", "ecrit", "telecharge", "inchange", "manuel", "echec"]
RECEIVED = ("ecrit", "telecharge")


@dataclass(frozen=True)
class Target:
    """A file of a release, and where it goes."""

    release: Release
    file: RawFile
    path: Path

    @property
    def key(self) -> str:
        """Name shown, and under which the sidecar knows the file."""
        return f"{self.release.folder}/{self.file.name}"


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    state : `present` (kept), `ecrit` (fictional), `telecharge`, `inchange` (the server says so),
        `manuel` (no address gives it), `echec`.
    detail : why, in French, for the last two.
    other_copy : True when a received file is not the copy that the project was tried on.
    """

    target: Target
    state: State
    detail: str = ""
    other_copy: bool = False


def temporary_of(path: Path) -> Path:
    """Where a file is written before it takes its name."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def place_all(received: Received, part: Path, targets: list[Target]) -> list[Outcome]:
    """Check what was received and give each file its name; an archive is read once for all."""
    temporaries = [temporary_of(target.path) for target in targets]
    try:
        return _place_all(received, part, targets, temporaries)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)


def _place_all(
    received: Received, part: Path, targets: list[Target], temporaries: list[Path]
) -> list[Outcome]:
    for target in targets:
        target.path.parent.mkdir(parents=True, exist_ok=True)
    members = [
        Wanted(target.file.archive_member, temporary, target.path)
        for target, temporary in zip(targets, temporaries, strict=True)
        if target.file.archive_member is not None
    ]
    problems: dict[Path, FragilityError | None] = {}
    outcomes = []
    for target, temporary in zip(targets, temporaries, strict=True):
        try:
            _refuse_page(part, target.path, received)
            if target.file.archive_member is None:
                shutil.copyfile(part, temporary)
            else:
                if not problems:
                    found = extract_members(part, members)
                    problems = {m.target: p for m, p in zip(members, found, strict=True)}
                if problem := problems[temporary]:
                    raise problem
                _refuse_page(temporary, target.path)
            refuse_cut(temporary, target.path)
            checksum = _check(temporary, target.file)
            os.replace(temporary, target.path)
        except FragilityError as error:
            outcomes.append(Outcome(target, "echec", reason_of(error)))
        else:
            other = conformity(target.file, checksum) == "differente"
            outcomes.append(Outcome(target, "telecharge", other_copy=other))
    return outcomes


def _refuse_page(content: Path, shown: Path, received: Received | None = None) -> None:
    """Refuse an error page, or nothing at all, sent as if it were the file."""
    with content.open("rb") as stream:
        head = stream.read(512)
    refuse_not_a_table(head, shown)
    if received and received.web_page and head.lstrip().startswith(b"<"):
        raise BadFileError("Le serveur a envoyé une page web au lieu du fichier.", path=shown)


def _check(content: Path, file: RawFile) -> str:
    """Return the checksum, after a look at what the catalogue states of that very file."""
    checksum, size = sha256_of(content), content.stat().st_size
    if file.must_match:
        if file.size is not None and size != file.size:
            expected, found = f"{file.size} octets", f"{size} octets"
        elif conformity(file, checksum) == "differente":
            expected, found = f"sha256 {file.sha256}", checksum
        else:
            return checksum
        raise DownloadError(
            "Ce n'est pas le fichier de cette livraison : le producteur l'a remplacé à la même "
            "adresse, ou il a été altéré en route.",
            expected=expected,
            found=found,
        )
    return checksum


def reason_of(error: FragilityError) -> str:
    """Say an error in one line; where the file goes and what to do are said once for all."""
    parts = [error.problem]
    if error.expected:
        parts.append(f"Attendu : {error.expected}.")
    if error.found:
        parts.append(f"Trouvé : {error.found}.")
    return " ".join(parts)
