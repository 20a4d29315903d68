"""Index profiles: what an index is made of, as data in a TOML file.

A user's own profile is a file like those of `profiles/`; it needs no code. Every error names the
key and what is allowed. How the numbers are computed is in `composite.py`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from fragility.errors import UsageError
from fragility.schemas import INDICATORS

Ties = Literal["mid", "upper"]

_ALLOWED: dict[str, tuple[str, ...]] = {
    "normalisation": ("deciles",),
    "ties": ("mid", "upper"),
    "aggregation": ("mean",),
}
_REQUIRED = (
    "id",
    "title",
    "normalisation",
    "ties",
    "aggregation",
    "min_subscores",
    "fragile_share_pct",
    "indicators",
)
_OPTIONAL = ("description",)


@dataclass(frozen=True)
class ProfileIndicator:
    """One indicator of a profile: `direction` 1 if higher is worse, -1 if higher is better."""

    id: str
    direction: int
    weight: float


@dataclass(frozen=True)
class Profile:
    """An index definition.

    Attributes
    ----------
    ties : "upper" gives tied territories the top of their range, "mid" its middle.
    min_subscores : sub-scores below which no score is given.
    fragile_share_pct : share of communes at most called fragile.
    """

    id: str
    title: str
    description: str
    ties: Ties
    min_subscores: int
    fragile_share_pct: float
    indicators: tuple[ProfileIndicator, ...]


def available_profiles() -> list[str]:
    """Names of the profiles that come with the package."""
    folder = resources.files("fragility.index") / "profiles"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def load_profile(name: str) -> Profile:
    """Load a profile by name, or from the path of a user's TOML file.

    Raises
    ------
    UsageError
        When it does not exist, or a key is missing, unknown or out of range.
    """
    path = Path(name)
    if name in available_profiles():
        content = (resources.files("fragility.index") / "profiles" / f"{name}.toml").read_bytes()
    elif path.suffix == ".toml" and path.is_file():
        content = path.read_bytes()
    else:
        raise UsageError(
            f"Le profil « {name} » n'existe pas.",
            expected=", ".join(available_profiles()) + ", ou le chemin d'un fichier .toml",
            remedy="choisissez l'un d'eux avec --profile",
        )
    try:
        return parse_profile(tomllib.loads(content.decode("utf-8")), name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"Le profil « {name} » n'est pas un fichier TOML lisible, en UTF-8.",
            found=str(error),
            remedy="corrigez la ligne citée",
        ) from None


def parse_profile(data: dict[str, Any], name: str) -> Profile:
    """Validate a profile's keys and values; see `load_profile` for what is refused."""
    missing = [key for key in _REQUIRED if key not in data]
    unknown = [key for key in data if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        raise _refused(
            name,
            "des clés manquent ou sont inconnues",
            ", ".join(_REQUIRED),
            f"manquantes {missing}, inconnues {unknown}",
        )
    for key, values in _ALLOWED.items():
        if data[key] not in values:
            raise _refused(
                name,
                f"la clé « {key} » a une valeur inconnue",
                " ou ".join(values),
                repr(data[key]),
            )
    _check_range(name, "fragile_share_pct", data["fragile_share_pct"], 0, 100)
    indicators = tuple(_parse_indicator(item, name) for item in data["indicators"])
    ids = [item.id for item in indicators]
    if len(set(ids)) != len(ids):
        raise _refused(
            name, "un indicateur est cité deux fois", "des indicateurs distincts", ", ".join(ids)
        )
    if not isinstance(data["min_subscores"], int):
        raise _refused(
            name,
            "la clé « min_subscores » n'est pas un entier",
            "un entier",
            repr(data["min_subscores"]),
        )
    _check_range(name, "min_subscores", data["min_subscores"], 0, len(ids))
    return Profile(
        id=str(data["id"]),
        title=str(data["title"]),
        description=str(data.get("description", "")),
        ties=cast(Ties, data["ties"]),
        min_subscores=data["min_subscores"],
        fragile_share_pct=float(data["fragile_share_pct"]),
        indicators=indicators,
    )


def _parse_indicator(item: Any, name: str) -> ProfileIndicator:
    keys = {"id", "direction", "weight"}
    if not isinstance(item, dict) or set(item) != keys:
        raise _refused(name, "un indicateur est mal décrit", ", ".join(sorted(keys)), repr(item))
    if item["id"] not in INDICATORS:
        raise _refused(name, "un indicateur est inconnu", ", ".join(INDICATORS), repr(item["id"]))
    if item["direction"] not in (1, -1):
        raise _refused(
            name,
            f"la clé « direction » de {item['id']} est fausse",
            "1 (plus haut = plus fragile) ou -1",
            repr(item["direction"]),
        )
    _check_range(name, f"weight de {item['id']}", item["weight"], 0, float("inf"))
    return ProfileIndicator(item["id"], int(item["direction"]), float(item["weight"]))


def _check_range(name: str, key: str, value: Any, low: float, high: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low < value <= high:
        raise _refused(
            name,
            f"la clé « {key} » est hors limites",
            f"un nombre au-dessus de {low:g}"
            + (f", au plus {high:g}" if high != float("inf") else ""),
            repr(value),
        )


def _refused(name: str, problem: str, expected: str, found: str) -> UsageError:
    return UsageError(
        f"Le profil « {name} » est refusé : {problem}.",
        expected=expected,
        found=found,
        remedy="comparez avec fragility/index/profiles/ifn-2023.toml",
    )
