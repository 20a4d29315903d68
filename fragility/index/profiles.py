"""The profiles that come with the package, and a user's own TOML file."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

from fragility.errors import UsageError
from fragility.index.profile_model import Profile
from fragility.index.profile_toml import parse_profile


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
        return parse_profile(tomllib.loads(content.decode("utf-8-sig")), name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"Le profil « {name} » n'est pas un fichier TOML lisible, en UTF-8.",
            found=str(error),
            remedy="corrigez la ligne citée",
        ) from None
