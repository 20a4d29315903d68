"""The table `evolution` of a run: the edition being computed beside the one that it follows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError, DataCheckError
from fragility.index.profile_model import Profile
from fragility.schemas import empty_table
from fragility.schemas.change import EVOLUTION
from fragility.sources.catalogue import find_edition
from fragility.sources.model import Edition
from fragility.validation.evolution import compare_editions
from fragility.validation.evolution_sides import read_side
from fragility.validation.publication import profile_of

# Tables of the edition before that the comparison reads.
READ = (
    "communes", "iris", "registre", "core_communes", "core_iris", "core_recensement",
    "core_revenus", "index_indicateurs", "index_contexte", "index_scores", "index_residus",
)  # fmt: skip


def build_evolution(
    edition: Edition, computed: Path, published: Path, name: str, profile: Profile
) -> pd.DataFrame:
    """Compare the edition being computed with the one that it follows.

    Parameters
    ----------
    computed : folder it is computed in.
    published : folder that holds the published editions.
    name, profile : index profile of the run, as it was asked for and read.

    Returns
    -------
    Table `evolution`; empty when the edition follows none, or when the one before is not published,
    was computed with another profile or by an older version of the program, or cannot be compared:
    derive.html says which. A comparison never stops a run.
    """
    folder = published / edition.previous
    if not edition.previous or profile_of(folder) != name:
        return empty_table(EVOLUTION.name)
    try:
        before = read_side(folder, find_edition(edition.previous), profile)
    except BadFileError:
        return empty_table(EVOLUTION.name)
    after = read_side(computed, edition, profile)
    try:
        return compare_editions(before, after, profile).table
    except DataCheckError:
        return empty_table(EVOLUTION.name)
