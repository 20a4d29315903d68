"""What every reader needs: open a table that may be anything, and say clearly when it is not.

Text is read as text: codes keep their zeros, numbers are converted on request. Nothing here
knows a producer.
"""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.readers.intake import Frame, Intake

SECRETS = ("s", "ns", "nd", "so", "c", "/", "///")
# What the zip module lets escape: truncated, damaged, of an unknown compression.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
TWO_CONTENTS = "code présent plusieurs fois avec des valeurs différentes"
ONE_LINE = "une ligne par code"
KEEP_ONE = "gardez la bonne ligne, ou reprenez le fichier du producteur"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HTML = (b"<!doctype html", b"<html", b"<?xml version", b"<head")


def require_file(path: Path) -> Path:
    """Return `path`, or say where the missing file is expected."""
    if not path.is_file():
        raise MissingFileError(
            "Il manque un fichier source.",
            path=path,
            remedy="placez-y le fichier du producteur (« fragility sources » donne la page où le "
            "trouver), ou indiquez un autre dossier avec --raw",
        )
    return path


def refuse_not_a_table(content: bytes, path: Path) -> None:
    """Refuse what servers send instead of data: nothing, or an error page."""
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise BadFileError("Le fichier est vide.", path=path, remedy="téléchargez-le de nouveau")
    if head.startswith(_HTML):
        raise BadFileError(
            "Le fichier est une page web enregistrée sous le nom d'un fichier de données.",
            path=path,
            expected="un tableau",
            found=head[:40].decode("latin-1"),
            remedy="téléchargez-le de nouveau depuis la page du producteur",
        )


def read_zip_member(path: Path, suffix: str, *, exclude: tuple[str, ...] = ("meta",)) -> bytes:
    """Return the content of the one member of a zip whose name ends with `suffix`.

    Raises
    ------
    BadFileError
        When the archive is truncated or does not hold exactly one such member.
    """
    require_file(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                n
                for n in archive.namelist()
                if n.lower().endswith(suffix.lower())
                and not Path(n).name.lower().startswith(exclude)
            ]
            if len(names) != 1:
                raise BadFileError(
                    "L'archive ne contient pas le tableau attendu.",
                    path=path,
                    expected=f"un fichier « …{suffix} »",
                    found=", ".join(archive.namelist()[:6]) or "une archive vide",
                    remedy="téléchargez de nouveau l'archive du producteur",
                )
            return archive.read(names[0])
    except (*DAMAGED_ZIP, OSError, RuntimeError) as error:  # unreadable, or behind a password
        raise BadFileError(
            "L'archive est tronquée ou n'est pas un zip.",
            path=path,
            found=str(error),
            remedy="téléchargez-la de nouveau",
        ) from None


def decode(content: bytes, source: Path | Intake, *, legacy: bool = False) -> str:
    """Decode UTF-8 (with or without BOM); with `legacy`, fall back to Windows-1252.

    An encoding that the intake's dialect names is taken as it is.
    """
    intake = Intake.of(source)
    path = intake.path
    refuse_not_a_table(content, path)
    if intake.dialect.encoding:
        return content.decode(intake.dialect.encoding, errors="replace")
    if b"\0" in content[:512] and content[:2] not in _UTF16:
        raise BadFileError(
            "L'encodage du fichier est illisible.",
            path=path,
            expected="UTF-8, ou UTF-16 avec sa marque d'ordre",
            found="un fichier binaire, ou de l'UTF-16 sans marque",
            remedy="enregistrez le fichier en UTF-8, ou reprenez celui du producteur",
        )
    try:
        if content[:2] in _UTF16:
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if legacy:
            return content.decode("cp1252", errors="replace")
        raise BadFileError(
            "L'encodage du fichier est illisible.",
            path=path,
            expected="UTF-8",
            found=f"octet {content[error.start]:#04x} en position {error.start}",
            remedy="enregistrez le fichier en UTF-8, ou reprenez celui du producteur",
        ) from None


def parse_table(
    text: str,
    intake: Intake,
    *,
    sep: str,
    key: str,
    required: Sequence[str] = (),
    skip_rows: int = 0,
    keep: Sequence[str] | None = None,
    usual_rows: int | None = None,
) -> pd.DataFrame:
    """Parse delimited text into a frame of strings (missing stays missing), known errors corrected.

    Parameters
    ----------
    key : column that names a row, required too.
    required : columns without which the file is refused, in the producer's names.
    skip_rows : lines above the header.
    keep : columns to return if present; by default all of them.
    usual_rows : see `Intake.open`.

    Raises
    ------
    BadFileError
        When the separator, the header or the lines are not those expected, no line follows, or
        far too many do.
    """
    path, dialect = intake.path, intake.dialect
    sep = dialect.sep or sep
    skip_rows = skip_rows if dialect.skip_rows is None else dialect.skip_rows
    required = list(dict.fromkeys([key, *required]))
    lines = text.split("\n", skip_rows)
    body = lines[skip_rows] if len(lines) > skip_rows else ""
    try:
        frame = pd.read_csv(
            io.StringIO(body),
            sep=sep,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
        )
        # pandas takes the surplus columns of the first line for an index, and shifts the others.
        if not isinstance(frame.index, pd.RangeIndex):
            raise pd.errors.ParserError("plus de valeurs que de colonnes")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadFileError(
            "Le tableau est illisible : ses lignes n'ont pas toutes le même nombre de colonnes, "
            "ou il est vide.",
            path=path,
            expected=f"colonnes séparées par « {sep} »",
            found=str(error).strip(),
            remedy="reprenez le fichier du producteur",
        ) from None
    frame = as_expected(frame, intake)
    require_columns(frame, required, path, sep=sep)
    if frame.empty:
        raise BadFileError(
            "Le tableau n'a aucune ligne.", path=path, remedy="reprenez le fichier du producteur"
        )
    _refuse_cut(body, sep, path)
    intake.first_line = skip_rows + 2
    intake.lines = _lines(body, sep, intake.first_line, len(frame))
    frame = intake.open(frame, key, usual_rows=usual_rows)
    return frame if keep is None else frame[[c for c in keep if c in frame.columns]]


def as_expected(frame: Frame, intake: Intake) -> Frame:
    """Give columns the names that the reader looks for, where the intake's dialect has others."""
    renamed = {own: usual for usual, own in intake.dialect.columns.items()}
    # A column that already has a name given to another one would be there twice.
    spare = [c for c in frame.columns if c in renamed.values() and c not in renamed]
    return frame.drop(columns=spare).rename(columns=renamed)


def _refuse_cut(body: str, sep: str, path: Path) -> None:
    """Refuse a file that stops in the middle of a line: pandas would read it without a word."""
    header, *lines = body.rstrip("\r\n").rsplit("\n", 1)
    header, last = header.split("\n", 1)[0], lines[-1] if lines else ""
    # A quoted cell may hold separators or be the end of a longer one: it tells nothing.
    if '"' not in header + last and last.count(sep) < header.count(sep):
        raise BadFileError(
            "Le fichier est coupé : sa dernière ligne n'a pas toutes ses colonnes.",
            path=path,
            expected=f"{header.count(sep) + 1} colonnes",
            found=f"{last.count(sep) + 1} : « {last[:60].strip()} »",
            remedy="téléchargez-le de nouveau",
        )


def _lines(body: str, sep: str, first_line: int, rows: int) -> pd.Series | None:
    """Line of each row, or None when they follow one another: one line each, none blank."""
    if body.rstrip("\r\n").count("\n") == rows:
        return None
    reader, starts, end = csv.reader(io.StringIO(body), delimiter=sep), [], 0
    try:
        for cells in reader:
            if cells:
                starts.append(first_line - 1 + end)
            end = reader.line_num
    except csv.Error:
        return None
    return pd.Series(starts[1:]) if len(starts) == rows + 1 else None


def require_columns(
    frame: pd.DataFrame, required: Sequence[str], path: Path, *, sep: str | None = None
) -> None:
    """Refuse a table in which a column is missing, and show those it has."""
    missing = [c for c in required if c not in frame.columns]
    if not missing:
        return
    remedy = "vérifiez que c'est le bon fichier et la bonne année"
    if sep and len(frame.columns) == 1:
        other = next((s for s in ";,\t|" if s != sep and s in str(frame.columns[0])), None)
        if other:
            remedy = f"le fichier semble séparé par « {other} » : reprenez celui du producteur"
    raise BadFileError(
        f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} "
        + ", ".join(missing)
        + ".",
        path=path,
        expected=", ".join(required),
        found=", ".join(map(str, frame.columns[:15])) + (" …" if len(frame.columns) > 15 else ""),
        remedy=remedy,
    )


def read_csv(
    intake: Intake,
    *,
    sep: str,
    key: str,
    required: Sequence[str] = (),
    skip_rows: int = 0,
    legacy: bool = False,
    keep: Sequence[str] | None = None,
    usual_rows: int | None = None,
) -> pd.DataFrame:
    """Read a delimited text file into strings; see `parse_table`."""
    content = require_file(intake.path).read_bytes()
    return parse_table(
        decode(content, intake, legacy=legacy), intake, sep=sep, key=key, required=required,
        skip_rows=skip_rows, keep=keep, usual_rows=usual_rows,
    )  # fmt: skip


def to_number(values: pd.Series, intake: Intake) -> pd.Series:
    """Convert text to numbers: decimal point or comma, spaces, secret marks -> missing.

    Rows with something else are set aside.
    """
    plain = pd.to_numeric(values, errors="coerce").replace([np.inf, -np.inf], np.nan)
    if plain.isna().equals(values.isna()):  # the usual case, ten times faster
        return plain.astype(float)
    text = values.str.strip().str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    text = text.str.replace(",", ".", regex=False)
    marks = [*SECRETS, *(mark.lower() for mark in intake.dialect.secrets)]
    text = text.where(~text.str.lower().isin(marks) & (text != ""))
    numbers = pd.to_numeric(text, errors="coerce").replace([np.inf, -np.inf], np.nan)
    intake.set_aside(
        values[numbers.isna() & text.notna()],
        "autre chose qu'un nombre",
        expected="un nombre, ou " + " / ".join(SECRETS[:3]),
    )
    return numbers.astype(float)


def read_content(path: Path, suffix: str = ".csv") -> bytes:
    """Return the bytes of a file, or of the one member of a zip that ends with `suffix`."""
    if require_file(path).suffix.lower() == ".zip":
        return read_zip_member(path, suffix)
    return path.read_bytes()


def check_range(
    frame: pd.DataFrame,
    columns: Sequence[str],
    intake: Intake,
    *,
    low: float = 0,
    high: float | None = None,
) -> None:
    """Set aside rows with values that cannot be: a negative count, a share above 100.

    Raises
    ------
    BadFileError
        When no value of a share exceeds 1: the file holds fractions.
    """
    expected = f"au moins {low:g}" + (f", au plus {high:g}" if high is not None else "")
    for column in columns:
        values = frame[column].dropna()
        if high == 100 and len(values) > 20 and bool((values <= 1).all()) and values.any():
            raise BadFileError(
                f"La colonne {column} contient des fractions au lieu de pourcentages.",
                path=intake.path,
                expected=expected,
                found=f"au plus {values.max():g}",
                remedy="vérifiez que c'est le bon fichier et la bonne année",
            )
        intake.set_aside(
            values[values < low],
            "valeur impossible, négative" if low == 0 else f"valeur impossible, sous {low:g}",
            expected=expected,
        )
        if high is not None:
            reason = f"valeur impossible, au-dessus de {high:g}"
            intake.set_aside(values[values > high], reason, expected=expected)


def pad_code(values: pd.Series, width: int) -> pd.Series:
    """Give back the leading zeros that spreadsheets remove from INSEE codes."""
    return values.str.strip().str.zfill(width)


def check_codes(values: pd.Series, pattern: str, intake: Intake) -> None:
    """Set aside rows whose code cannot exist."""
    intake.set_aside(
        values[~values.fillna("").str.match(pattern)],
        "code impossible",
        expected=f"des codes de la forme {pattern}",
        remedy="vérifiez que c'est le bon fichier, et que les codes sont restés du texte",
    )


def drop_duplicates(
    frame: pd.DataFrame, key: str | list[str], intake: Intake
) -> tuple[pd.DataFrame, int]:
    """Drop exact repetitions of a line; set aside the lines of one key with several contents.

    Returns
    -------
    The frame without repetitions, and how many lines were dropped.
    """
    kept = frame.drop_duplicates()
    twice = kept[kept.duplicated(key, keep=False)]
    keys = [key] if isinstance(key, str) else key
    intake.set_aside(
        twice[keys[-1]].rename(intake.key or keys[-1]),
        TWO_CONTENTS,
        expected=ONE_LINE,
        remedy=KEEP_ONE,
    )
    return kept, len(frame) - len(kept)
