"""The profiles that come with the package, a user's own TOML file, and options of both.

A profile is asked for as `NAME[:BASE][@PCT]`: `ifn-2020:departement@15` is the profile `ifn-2020`
whose places are compared within their département, of which 15 % of the communes at most are
fragile.
"""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from fragility.errors import BadFileError, UsageError
from fragility.index.profile_model import (
    BASE_WORDS,
    BASES,
    Axis,
    Base,
    Pillar,
    Profile,
    ProfileIndicator,
)
from fragility.index.profile_toml import parse_profile

# What a run says of itself, in the folder of its edition.
ACCOUNT = "execution.json"
# What may follow a name; the colon of C:\mine.toml is followed by something else.
_OPTIONS = re.compile(rf"^(?P<name>.+?)(?::(?P<base>{'|'.join(BASES)}))?(?:@(?P<pct>[\d.,]+))?$")


def available_profiles() -> list[str]:
    """Names of the profiles that come with the package."""
    folder = resources.files("fragility.index") / "profiles"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def load_profile(name: str) -> Profile:
    """Load a profile by name, or from the path of a user's TOML file.

    Parameters
    ----------
    name : see the top of the module. The id of a profile on another base says so:
        `ifn-2020-departement`.

    Raises
    ------
    UsageError
        When it does not exist, or a key or an option is missing, unknown or out of range.

    Examples
    --------
    >>> load_profile("ifn-2020:departement").id, load_profile("ifn-2023@15").fragile_share_pct
    ('ifn-2020-departement', 15.0)
    """
    found = None if _is_file(name) else _OPTIONS.match(name)
    if found is None:
        return _read_profile(name)
    profile = _read_profile(found["name"])
    if found["base"] and found["base"] != profile.base:
        profile = _rebased(profile, BASES[found["base"]])
    if found["pct"]:
        profile = dataclasses.replace(profile, fragile_share_pct=_percent(found["pct"]))
    return profile


def profile_record(profile: Profile) -> dict[str, Any]:
    """Write a profile as plain values: a published edition keeps the one it was made with."""
    return dataclasses.asdict(profile)


def published_profile(folder: Path) -> Profile:
    """Main profile of a published edition, as it was: its file may have changed or gone since.

    Raises
    ------
    BadFileError
        When the account of the run does not say it.
    """
    path = folder / ACCOUNT
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        kept = said.get("definition")
        return load_profile(str(said["profil"])) if kept is None else _rebuild(kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFileError(
            "Le profil de cette édition n'est pas dit.",
            path=path,
            expected="le compte rendu d'un calcul de cette version du programme",
            found=str(error)[:120],
            remedy=f"lancez « fragility run --edition {folder.name} »",
        ) from None


def _rebuild(kept: dict[str, Any]) -> Profile:
    """Make a profile of its record."""
    span = kept["score_range"]
    return Profile(
        **kept
        | {
            "indicators": tuple(ProfileIndicator(**item) for item in kept["indicators"]),
            "axes": tuple(Axis(**item) for item in kept["axes"]),
            "pillars": tuple(Pillar(**item) for item in kept["pillars"]),
            "score_range": None if span is None else (float(span[0]), float(span[1])),
        }
    )


def load_profiles(names: Sequence[str]) -> list[Profile]:
    """Load several profiles, the main one first.

    Raises
    ------
    UsageError
        When two have the same id: tables tell them apart by it.
    """
    profiles = [load_profile(name) for name in names]
    ids = [profile.id for profile in profiles]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise UsageError(
            f"Deux profils demandés ont le même id, « {twice} ».",
            expected="un id par profil",
            found=", ".join(names),
            remedy="retirez un --profile, ou changez la clé id de l'un",
        )
    return profiles


def with_share(name: str, share: float | None) -> str:
    """Ask for a profile with another share of fragile communes; None leaves it as it is.

    Examples
    --------
    >>> with_share("ifn-2020:epci", 15)
    'ifn-2020:epci@15'
    """
    if share is None:
        return name
    return f"{name if _is_file(name) else name.split('@')[0]}@{_percent(f'{share:g}'):g}"


def _is_file(name: str) -> bool:
    return Path(name).suffix == ".toml" and Path(name).is_file()


def _percent(text: str) -> float:
    """Share of fragile communes, in percent."""
    try:
        share = float(text.replace(",", "."))
    except ValueError:
        share = 0.0
    if not 0 < share <= 100:
        raise UsageError(
            "La part de communes fragiles demandée est hors limites.",
            expected="un pourcentage au-dessus de 0, au plus 100",
            found=text,
            remedy="donnez par exemple --seuil 20",
        )
    return share


def _rebased(profile: Profile, base: Base) -> Profile:
    """Compare the places of a profile within another territory."""
    return dataclasses.replace(
        profile,
        id=f"{profile.id}-{base}",
        title=f"{profile.title} (comparé {BASE_WORDS[base]})",
        base=base,
    )


def _read_profile(name: str) -> Profile:
    path = Path(name)
    if name in available_profiles():
        content = (resources.files("fragility.index") / "profiles" / f"{name}.toml").read_bytes()
    elif path.suffix == ".toml" and path.is_file():
        content = path.read_bytes()
    else:
        raise UsageError(
            f"Le profil « {name} » n'existe pas.",
            expected=", ".join(available_profiles())
            + ", ou le chemin d'un fichier .toml ; au besoin suivi de :"
            + ", :".join(BASES)
            + ", et de @ et la part de communes fragiles (ifn-2020:departement@15)",
            remedy="choisissez l'un d'eux avec --profile (« fragility profiles » les décrit)",
        )
    try:
        profile = parse_profile(tomllib.loads(content.decode("utf-8-sig")), name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"Le profil « {name} » n'est pas un fichier TOML lisible, en UTF-8.",
            found=str(error),
            remedy="corrigez la ligne citée",
        ) from None
    if profile.id in available_profiles() and name not in available_profiles():
        shipped = _read_profile(profile.id)
        if profile != shipped:
            raise UsageError(
                f"Le profil « {name} » prend l'id d'un profil fourni, « {profile.id} ».",
                expected="un id à vous : les sorties disent l'id, et on croirait lire l'autre",
                found=f"id = « {profile.id} », avec d'autres règles",
                remedy="changez la clé id du fichier",
            )
    return profile
