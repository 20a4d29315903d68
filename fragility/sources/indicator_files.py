"""Indicators that a user brings: `<raw>/indicateurs/<id>.csv`, one file per indicator.

A file has a code and a value per line (`code;valeur` and at will `annee`), of communes and IRIS
together. Files of `<raw>/indicateurs/<edition>/` are for that edition and take the place of the
general ones. An edition of a fictional territory reads its own only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE, INDICATORS, IRIS_CODE
from fragility.schemas.columns import CONTEXT_LABELS
from fragility.sources.model import Edition
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    pad_code,
    parse_table,
    require_columns,
    to_number,
)
from fragility.sources.readers.intake import Intake
from fragility.sources.siren import are_epci

FOLDER = "indicateurs"
COLUMNS = ("code", "valeur", "annee")
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")
_EITHER = f"{COMMUNE_CODE}|{IRIS_CODE}"
_SEPARATORS = (";", "\t", ",")
_YEARS = (1968, 2100)
# As many values that are all 1 or less, most of them above 0, are shares of 1.
_SHARES = 5


@dataclass(frozen=True)
class Brought:
    """An indicator that the user brings.

    Attributes
    ----------
    id : its machine name, that of the file.
    source : path of the file under the raw folder, for the ledger.
    frame : `code`, `valeur`, `annee` (Int64, may be missing), each code once.
    empty : lines without a value.
    """

    id: str
    source: str
    frame: pd.DataFrame
    empty: int


def folder_of(edition: Edition) -> str:
    """Folder, under that of the raw files, where an indicator for an edition is to be put."""
    return f"{FOLDER}/{edition.name}" if edition.banner else FOLDER


def indicator_paths(raw: Path, edition: Edition) -> list[Path]:
    """Files of indicators that an edition reads, by id."""
    folders = [raw / FOLDER / edition.name]
    if not edition.banner:
        folders.insert(0, raw / FOLDER)
    found = {p.stem: p for folder in folders for p in sorted(folder.glob("*.csv")) if p.is_file()}
    return [found[name] for name in sorted(found)]


def load_indicators(
    raw: Path, edition: Edition, units: Mapping[str, str] | None = None
) -> list[Brought]:
    """Read every indicator that the user brings to an edition.

    Parameters
    ----------
    raw : folder of the raw files.
    units : unit of the indicators that only profiles declare.

    Raises
    ------
    BadFileError
        When a name is not that of an indicator, or a line cannot be: each is named, none is left
        out silently.
    """
    known = {key: unit for key, (_, _, unit) in CONTEXT_LABELS.items()} | dict(units or {})
    return [read_indicator(path, raw, known.get(path.stem, "")) for path in
            indicator_paths(raw, edition)]  # fmt: skip


def read_indicator(path: Path, raw: Path, unit: str) -> Brought:
    """Read one file of an indicator.

    Parameters
    ----------
    unit : a percentage is between 0 and 100; only a `nombre` may be negative.
    """
    if not _NAME.match(path.stem) or path.stem in INDICATORS:
        raise BadFileError(
            "Ce nom n'est pas celui d'un indicateur que l'on peut apporter.",
            path=path,
            expected=", ".join(CONTEXT_LABELS) + ", ou l'id d'un indicateur de votre profil",
            found=path.stem
            + (" (calculé d'après les livraisons de l'édition)" if path.stem in INDICATORS else ""),
            remedy="renommez ou retirez ce fichier (docs/profils.md)",
        )
    text = decode(path.read_bytes(), path, legacy=True)
    header, _, lines = text.partition("\n")
    sep = max(_SEPARATORS, key=header.count)
    names = [name.strip('"\r ').lower() for name in header.split(sep)]
    require_columns(pd.DataFrame(columns=names), COLUMNS[:2], path, sep=sep)
    # A wrong line is refused with its number: in an index it would only look like a missing value.
    intake = Intake(path, max_share=0)
    table = parse_table(
        sep.join(names) + "\n" + lines, intake, sep=sep, key="code", required=COLUMNS[:2],
        keep=COLUMNS,
    )  # fmt: skip
    frame = _numbers(table, intake, unit)
    frame, _ = intake.settle(frame)
    known = frame[frame["valeur"].notna()].reset_index(drop=True)
    return Brought(path.stem, path.relative_to(raw).as_posix(), known, len(frame) - len(known))


def _numbers(table: pd.DataFrame, intake: Intake, unit: str) -> pd.DataFrame:
    """Codes with their zeros, values and years that can be."""
    code = table["code"].str.strip().str.replace(r"\.0$", "", regex=True)
    code = pad_code(code, 5).where(code.str.len() <= 5, pad_code(code, 9))
    check_codes(code, _EITHER, intake)
    intake.set_aside(
        code[are_epci(code)],
        "code d'EPCI (SIREN)",
        expected="des codes de communes (5 caractères) et d'IRIS (9 chiffres)",
        remedy="apportez les valeurs des communes de ces EPCI",
    )
    intake.set_aside(
        code[code.duplicated(keep=False) & code.notna()],
        "code présent plusieurs fois",
        expected="une ligne par code",
        remedy="gardez une seule ligne par code, et une seule année",
    )
    frame = pd.DataFrame({"valeur": to_number(table["valeur"], intake)})
    frame["annee"] = to_number(table["annee"], intake) if "annee" in table else float("nan")
    if unit == "pct":
        _refuse_shares(frame["valeur"].dropna(), intake.path)
    if unit != "nombre":
        check_range(frame, ["valeur"], intake, high=100 if unit == "pct" else None)
    low, high = _YEARS
    wrong = frame["annee"].notna() & ~(
        frame["annee"].between(low, high) & frame["annee"].mod(1).eq(0)
    )
    intake.set_aside(
        frame.loc[wrong, "annee"], "année impossible", expected=f"une année de {low} à {high}"
    )
    frame["annee"] = frame["annee"].where(~wrong).astype("Int64")
    return frame.assign(code=code)[list(COLUMNS)]


def _refuse_shares(known: pd.Series, path: Path) -> None:
    """Refuse shares of 1. A rare thing, of which most places have none, may well be under 1 %."""
    if len(known) >= _SHARES and known.between(0, 1).all() and known.median() > 0:
        raise BadFileError(
            "La colonne valeur contient des parts entre 0 et 1 : attendu des pourcentages.",
            path=path,
            expected="des pourcentages, entre 0 et 100",
            found=f"{len(known)} valeurs, de {known.min():g} à {known.max():g}",
            remedy="multipliez-les par 100 ; si ce sont bien des pourcentages, apportez toutes les "
            "communes et non les seules qui sont sous 1 %",
        )
