"""Refusals of the TOML file of a profile: the key, what is allowed and what was found."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fragility.errors import UsageError

_REMEDY = "comparez avec docs/profils.md et les fichiers de fragility/index/profiles/"


class Refusals(list[UsageError]):
    """What is wrong in a file, gathered so that its writer mends it all at once."""

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Note what a check refuses, and let the next ones be made."""
        try:
            yield
        except UsageError as error:
            self.append(error)

    def settle(self, name: str) -> None:
        """Refuse the profile, with all that is wrong in it; nothing when nothing is.

        Raises
        ------
        UsageError
            The one there is, or one that lists them all.
        """
        if len(self) == 1:
            raise self[0]
        if self:
            lines = [
                f"  {rank}. {error.problem.removeprefix(_opening(name))}\n"
                f"       attendu : {error.expected} ; trouvé : {error.found}"
                for rank, error in enumerate(self, 1)
            ]
            raise UsageError(
                f"Le profil « {name} » est refusé, pour {len(self)} raisons.\n" + "\n".join(lines),
                remedy=_REMEDY,
            )


def check_keys(
    name: str, what: str, item: Any, required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    """Refuse a block that lacks a key, or has one that nothing reads."""
    if not isinstance(item, dict):
        raise refused(name, f"{what} est mal décrit", ", ".join(required), repr(item))
    missing = [key for key in required if key not in item]
    unknown = [key for key in item if key not in (*required, *optional)]
    if missing or unknown:
        raise refused(
            name,
            f"dans {what}, des clés manquent ou sont inconnues",
            f"{', '.join(required)} ; au besoin {', '.join(optional)}",
            f"manquantes {missing}, inconnues {unknown}",
        )


def check_text(name: str, key: str, value: Any) -> None:
    """Refuse anything but a text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise refused(name, f"la clé « {key} » n'est pas un texte", "un texte", repr(value))


def is_number(value: Any) -> bool:
    """Whether a value is a finite number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def check_range(name: str, key: str, value: Any, low: float, high: float) -> None:
    """Refuse anything but a number above `low`, at most `high`."""
    if not is_number(value) or not low < value <= high:
        raise refused(
            name,
            f"la clé « {key} » est hors limites",
            f"un nombre au-dessus de {low:g}" + (f", au plus {high:g}" if high < math.inf else ""),
            repr(value),
        )


def _opening(name: str) -> str:
    return f"Le profil « {name} » est refusé : "


def refused(name: str, problem: str, expected: str, found: str) -> UsageError:
    """Say what is wrong in a profile, what is allowed and what was found."""
    return UsageError(
        f"{_opening(name)}{problem}.",
        expected=expected,
        found=found,
        remedy=_REMEDY,
    )
