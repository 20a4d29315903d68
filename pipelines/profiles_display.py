"""What `fragility profiles` prints: the profiles, their scale and indicators, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.markup import escape

from fragility.errors import MissingFileError
from fragility.index.profile_words import ProfileWords, label_of
from fragility.index.profiles import available_profiles, load_profile
from fragility.index.several import missing_indicators
from fragility.sources.catalogue import find_edition
from fragility.sources.indicator_files import FOLDER, folder_of
from fragility.stored import read_stored
from pipelines.display import table


def show_profiles(
    console: Console, edition: str | None, out: Path, names: Sequence[str] | None = None
) -> None:
    """List the profiles; for an edition that was computed, say which indicators it lacks.

    Parameters
    ----------
    names : profiles to describe, by name or path; those of the package by default.
    """
    known = None if edition is None else _known(edition, out)
    bring = FOLDER if edition is None else folder_of(find_edition(edition))
    own = f", et pour la démonstration {FOLDER}/demo/" if edition is None else ""
    columns = ["profil", "titre", "échelle", "indicateurs"]
    shown = table(None, *columns, *([f"manquent à {edition}"] if known else []))
    for name in names or available_profiles():
        profile = load_profile(name)
        words = ProfileWords(profile)
        cells = [
            profile.id,
            words.title,
            words.scale,
            ", ".join(f"{key} ({label_of(profile, key)})" for key in profile.ids),
        ]
        if known is not None:
            missing = missing_indicators(*known, profile)
            short = len(profile.ids) - len(missing) < profile.min_subscores
            cells.append((", ".join(missing) or "aucun") + (" : incalculable" if short else ""))
        shown.add_row(*map(escape, cells))
    console.print(shown)
    if names:
        console.print(f"{', '.join(map(escape, names))} : rien à corriger.")
    console.print(
        f"Un indicateur qui manque s'apporte : <dossier des sources>/{bring}/<indicateur>.csv "
        f"(code;valeur;annee){own}. Un profil à vous est un fichier .toml (docs/profils.md)."
    )


def _known(edition: str, out: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indicators of a computed edition."""
    find_edition(edition)
    folder = out / edition / "tables"
    paths = [folder / f"{name}.parquet" for name in ("index_indicateurs", "index_contexte")]
    if not all(path.is_file() for path in paths):
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée par cette version.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} », ou retirez --edition",
        )
    return (
        read_stored(out / edition, "index_indicateurs"),
        read_stored(out / edition, "index_contexte", ["indicateur"]),
    )
