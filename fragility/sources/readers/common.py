"""What every reader needs: open a table that may be anything, and say clearly when it is not.

Text is read as text: codes keep their zeros, numbers are converted on request. Nothing here
knows a producer.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError, MissingFileError

SECRETS = ("s", "ns", "nd", "so", "c", "/", "///")
# What the zip module lets escape: truncated, damaged, of an unknown compression.
DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
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


def decode(content: bytes, path: Path, *, legacy: bool = False) -> str:
    """Decode UTF-8 (with or without BOM); with `legacy`, fall back to Windows-1252."""
    refuse_not_a_table(content, path)
    try:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
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
    path: Path,
    *,
    sep: str,
    required: Sequence[str],
    skip_rows: int = 0,
    keep: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Parse delimited text into a frame of strings (missing stays missing).

    Parameters
    ----------
    required : columns without which the file is refused, in the producer's names.
    skip_rows : lines above the header.
    keep : columns to return if present; by default all of them.

    Raises
    ------
    BadFileError
        When the separator, the header or the lines are not those expected, or no line follows.
    """
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
    require_columns(frame, required, path, sep=sep)
    if frame.empty:
        raise BadFileError(
            "Le tableau n'a aucune ligne.", path=path, remedy="reprenez le fichier du producteur"
        )
    return frame if keep is None else frame[[c for c in keep if c in frame.columns]]


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
    path: Path,
    *,
    sep: str,
    required: Sequence[str],
    skip_rows: int = 0,
    legacy: bool = False,
    keep: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Read a delimited text file into strings; see `parse_table`."""
    text = decode(require_file(path).read_bytes(), path, legacy=legacy)
    return parse_table(text, path, sep=sep, required=required, skip_rows=skip_rows, keep=keep)


def to_number(values: pd.Series, path: Path) -> pd.Series:
    """Convert text to numbers: decimal point or comma, spaces, secret marks -> missing.

    Raises
    ------
    BadFileError
        When something else than a number or a secret mark is found.
    """
    plain = pd.to_numeric(values, errors="coerce")
    if plain.isna().equals(values.isna()):  # the usual case, ten times faster
        return plain.astype(float)
    text = values.str.strip().str.replace(r"[\s\u00a0\u202f]", "", regex=True)
    text = text.str.replace(",", ".", regex=False)
    text = text.where(~text.str.lower().isin(SECRETS) & (text != ""))
    numbers = pd.to_numeric(text, errors="coerce")
    wrong = text[numbers.isna() & text.notna()]
    if len(wrong):
        raise BadFileError(
            f"La colonne {values.name} contient autre chose que des nombres.",
            path=path,
            expected="un nombre, ou " + " / ".join(SECRETS[:3]),
            found=f"{wrong.iloc[0]!r} ({len(wrong)} lignes)",
            remedy="vérifiez que c'est le bon fichier et la bonne année",
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
    path: Path,
    *,
    low: float = 0,
    high: float | None = None,
) -> None:
    """Refuse a file with values that cannot be: a negative count, a share above 100.

    A share of which no value exceeds 1 is a fraction, and is refused as well.
    """  # fmt: skip
    for column in columns:
        values = frame[column].dropna()
        wrong = values[(values < low) | ((values > high) if high is not None else False)]
        fraction = high == 100 and len(values) > 20 and bool((values <= 1).all()) and values.any()
        if len(wrong) or fraction:
            raise BadFileError(
                f"La colonne {column} contient des valeurs impossibles.",
                path=path,
                expected=f"au moins {low:g}" + (f", au plus {high:g}" if high is not None else ""),
                found="des fractions au lieu de pourcentages" if fraction
                else f"{wrong.iloc[0]:g} ({len(wrong)} lignes)",
                remedy="vérifiez que c'est le bon fichier et la bonne année",
            )  # fmt: skip


def pad_code(values: pd.Series, width: int) -> pd.Series:
    """Give back the leading zeros that spreadsheets remove from INSEE codes."""
    return values.str.strip().str.zfill(width)


def check_codes(values: pd.Series, pattern: str, path: Path) -> None:
    """Refuse a file in which more than one code in a hundred cannot exist."""
    wrong = values[~values.fillna("").str.match(pattern)]
    if len(wrong) > len(values) / 100:
        raise BadFileError(
            f"La colonne {values.name} ne contient pas des codes INSEE.",
            path=path,
            expected=pattern,
            found=f"{wrong.iloc[0]!r} ({len(wrong)} lignes sur {len(values)})",
            remedy="vérifiez que c'est le bon fichier, et que les codes sont restés du texte",
        )


def drop_duplicates(
    frame: pd.DataFrame, key: str | list[str], path: Path
) -> tuple[pd.DataFrame, int]:
    """Drop exact repetitions of a line; refuse one key with two different contents.

    Returns
    -------
    The frame without repetitions, and how many lines were dropped.
    """
    kept = frame.drop_duplicates()
    twice = kept[kept.duplicated(key, keep=False)]
    if len(twice):
        keys = [key] if isinstance(key, str) else key
        raise BadFileError(
            "Un même code apparaît plusieurs fois avec des valeurs différentes.",
            path=path,
            found=f"{twice[keys].iloc[0].tolist()} ({len(twice)} lignes)",
            remedy="gardez la bonne ligne, ou reprenez le fichier du producteur",
        )
    return kept, len(frame) - len(kept)
