"""Known errors of the sources: one line per wrong cell, with its proof.

The project's own lines are in `corrections.csv` beside this module; a user adds lines for the
same or other files in `<raw>/corrections.csv`. Each line says what it expects to find, so that a
correction dies with the error it repairs (`readers/intake.py` applies them).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError, DataCheckError
from fragility.sources.catalogue import RELEASES
from fragility.sources.readers.common import decode, parse_table, require_columns
from fragility.sources.readers.intake import Intake

COLUMNS = [
    "source", "release", "fichier", "cle", "colonne", "valeur_trouvee", "valeur", "motif",
    "reference", "date",
]  # fmt: skip
NAME = "corrections.csv"
SHIPPED = Path(__file__).with_name(NAME)
_CELL = ["source", "release", "fichier", "cle", "colonne"]


def load_corrections(raw: Path) -> pd.DataFrame:
    """Read the project's corrections, then the user's.

    Parameters
    ----------
    raw : folder of the raw files; its `corrections.csv` is optional.

    Returns
    -------
    Frame of text with `COLUMNS`, nothing missing: an empty `valeur_trouvee` or `valeur` is an
    empty cell.

    Raises
    ------
    BadFileError
        When a line is incomplete, aims at no file of the catalogue, or at a cell already corrected.
    """
    shipped, own = read_corrections(SHIPPED), raw / NAME
    if not own.is_file():
        return shipped
    table = pd.concat([shipped, read_corrections(own)], ignore_index=True)
    twice = table[table.duplicated(_CELL)]
    if len(twice):
        raise BadFileError(
            "Une case est corrigée à la fois par le projet et par votre fichier.",
            path=own,
            found=" ".join(twice[_CELL].iloc[0]),
            remedy="retirez cette ligne de votre fichier",
        )
    return table


def read_corrections(path: Path) -> pd.DataFrame:
    """Read one file of corrections (`;` or `,`, UTF-8); see `load_corrections`."""
    files = tuple(f"{r.id}/{file.name}" for r in RELEASES.values() for file in r.files)
    return _parsed(path.read_bytes(), path, tuple(RELEASES), files).copy()


@lru_cache(maxsize=4)
def _parsed(
    content: bytes, path: Path, releases: tuple[str, ...], files: tuple[str, ...]
) -> pd.DataFrame:
    """Read and check a content once: every table of a run asks for it."""
    text = decode(content, path, legacy=True)
    header, _, lines = text.partition("\n")
    sep = ";" if ";" in header else ","
    if not lines.strip():
        named = [name.strip('"\r ') for name in header.split(sep)]
        require_columns(pd.DataFrame(columns=named), COLUMNS, path, sep=sep)
        return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS})
    # A wrong line is refused with its number, never left out: nobody would see it.
    intake = Intake(path, max_share=0)
    table = parse_table(text, intake, sep=sep, key="cle", required=COLUMNS, keep=COLUMNS)
    table = table[COLUMNS].fillna("").apply(lambda column: column.str.strip())
    _check(table, intake, releases, files)
    return intake.settle(table)[0]


def _check(
    table: pd.DataFrame, intake: Intake, releases: tuple[str, ...], files: tuple[str, ...]
) -> None:
    release = table["source"] + "/" + table["release"]
    known = release.isin(releases)
    in_release = (release + "/" + table["fichier"]).isin(files)
    days = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    same = table["valeur"] == table["valeur_trouvee"]
    wrong = [
        ("release", ~known, "livraison inconnue", "une livraison de « fragility sources »"),
        ("fichier", known & ~in_release, "fichier inconnu", "un fichier de cette livraison"),
        ("date", days.isna(), "date illisible", "une date comme 2024-05-31"),
        ("valeur", same, "valeur qui ne change rien", "une autre valeur que celle trouvée"),
        ("cle", table.duplicated(_CELL, keep=False), "case corrigée plusieurs fois",
         "une ligne par case"),
        *((column, table[column] == "", "case vide", "une valeur à chaque ligne")
          for column in ("cle", "colonne", "motif", "reference")),
    ]  # fmt: skip
    for column, rows, reason, expected in wrong:
        intake.set_aside(
            table.loc[rows, column], reason, expected=expected, remedy="corrigez cette ligne"
        )


def corrections_of(table: pd.DataFrame, release: str, file: str) -> pd.DataFrame | None:
    """Lines that aim at one file of one release, or None."""
    aimed = table["source"] + "/" + table["release"] == release
    lines = table[aimed & (table["fichier"] == file)]
    return None if lines.empty else lines


def require_applied(known: pd.DataFrame, applied: pd.DataFrame, releases: list[str]) -> None:
    """Refuse a correction of these releases that no reader applied: its file is not read."""
    wanted = known[(known["source"] + "/" + known["release"]).isin(releases)]
    unused = pd.concat([wanted, applied, applied]).drop_duplicates(_CELL, keep=False)
    if len(unused):
        raise DataCheckError(
            "Une correction ne s'applique à aucun fichier lu.",
            path=NAME,
            found=" ".join(unused[_CELL].iloc[0]),
            remedy="retirez cette ligne, ou visez le fichier que l'édition lit",
        )
