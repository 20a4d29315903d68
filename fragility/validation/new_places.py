"""Score the places of a file on the goalposts that a published edition has kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fragility.errors import BadFileError, MissingFileError, UsageError
from fragility.export.files import publishing
from fragility.export.tables import csv_bytes
from fragility.index.place_file import read_place_file
from fragility.index.place_score import read_bounds, score_places
from fragility.index.profile_model import Profile
from fragility.index.profiles import published_profile
from fragility.validation.publication import profile_of


@dataclass(frozen=True)
class ScoredFile:
    """The scores of a file's places.

    Attributes
    ----------
    table : `code`, `nom`, `score`, `classe`, `est_fragile`, `nb_indicateurs` that count and
        `indicateurs_manquants` that do not (ids, "" for none), then the points of each indicator
        (`score_<id>`) and what it brings to the score (`contribution_<id>`).
    profile : index of the edition.
    fragile_from : score from which a place is fragile.
    """

    table: pd.DataFrame
    profile: Profile
    fragile_from: float


def score_file(path: Path, folder: Path, edition: str) -> ScoredFile:
    """Score places on the goalposts of an edition.

    Parameters
    ----------
    path : see `place_file.read_place_file`.
    folder : folder of the published edition.
    edition : its name, for messages.

    Raises
    ------
    MissingFileError
        When the edition was not computed, or there is no file.
    BadFileError
        When the file is not what is expected, or a table of the edition cannot be read.
    """
    goalposts, bounds = (
        _read(folder / "tables" / f"{name}.parquet", edition)
        for name in ("index_reperes", "index_bornes")
    )
    name = profile_of(folder)
    if not name:
        raise _old(folder / "execution.json", edition, "fichier illisible")
    profile = published_profile(folder)
    file = read_place_file(path, profile)
    if file.place is not None:
        strangers = sorted(set(file.place) - set(goalposts["territoire"]))
        if strangers:
            raise UsageError(
                "Un territoire n'a pas de repères dans cette édition.",
                path=path,
                expected=f"un code du niveau {profile.base}",
                found=", ".join(strangers[:3]),
                remedy="corrigez la colonne « territoire »",
            )
    found = score_places(file.values, goalposts, bounds, profile, file.place)
    # Neither fragile nor not, without a score.
    fragile = found.est_fragile.astype("boolean").where(found.score.notna())
    table = file.places.assign(score=found.score, classe=found.classe, est_fragile=fragile)
    known = found.points[profile.ids].notna()
    table["nb_indicateurs"] = known.sum(axis=1)
    table["indicateurs_manquants"] = _missing(known)
    table = table.join(found.points.add_prefix("score_"))
    table = table.join(found.contributions.add_prefix("contribution_"))
    _, fragile_from = read_bounds(bounds, profile.id)
    return ScoredFile(table.reset_index(drop=True), profile, fragile_from)


def write_scores(path: Path, scored: ScoredFile) -> Path:
    """Write the scores as a French CSV file, whole or not at all."""
    with publishing(path) as draft:
        draft.write_bytes(csv_bytes(scored.table))
    return path


def _missing(known: pd.DataFrame) -> pd.Series:
    """Indicators that each place lacks, one column per indicator in."""
    names = pd.Series("", index=known.index)
    for key in known:
        names = names + np.where(known[key], "", f", {key}")
    return names.str.removeprefix(", ")


def _read(path: Path, edition: str) -> pd.DataFrame:
    if not path.parent.is_dir():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=path.parent.parent,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    try:
        return pq.read_table(path).to_pandas(ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _old(path, edition, str(error).splitlines()[0]) from error


def _old(path: Path, edition: str, found: str) -> BadFileError:
    return BadFileError(
        f"L'édition « {edition} » ne peut être relue.",
        path=path,
        expected="une édition calculée par cette version du programme",
        found=found,
        remedy=f"lancez « fragility run --edition {edition} »",
    )
