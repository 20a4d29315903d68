"""The errors a person must act on.

Every message is in French, names the file, says what was expected, what was found and what to
do. Anything else that escapes is a bug of ours and keeps its traceback.
"""

from __future__ import annotations

from pathlib import Path


class FragilityError(Exception):
    """A run or a data check failed for a reason that the user can act on.

    Parameters
    ----------
    problem : what is wrong, one French sentence.
    path : file concerned, if any.
    expected, found : what the code needed and what it saw.
    remedy : what to do next.
    """

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        path: Path | str | None = None,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.path = None if path is None else Path(path)
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(self.message())

    def message(self) -> str:
        """Return the lines shown to the user."""
        parts = [
            self.problem,
            self.path and f"  fichier  : {self.path}",
            self.expected and f"  attendu  : {self.expected}",
            self.found and f"  trouvé   : {self.found}",
            self.remedy and f"  à faire  : {self.remedy}",
        ]
        return "\n".join(part for part in parts if part)


class UsageError(FragilityError):
    """The command was called with something that does not exist (edition, profile, code)."""

    exit_code = 2


class MissingFileError(FragilityError):
    """A raw file that the edition needs is not there."""


class BadFileError(FragilityError):
    """A raw file is there but is not what its reader expects."""


class DataCheckError(FragilityError):
    """The data were read, but a total, a code or a range does not hold."""
