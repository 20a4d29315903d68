"""Read any published file of the indice de fragilité numérique (IFN), and say what it is.

Two versions are known: the portal's since March 2023 (`name,code,...,total`; three variants, all
levels) and that of 2020 (base 100 of a territory, by IRIS). `published_forms.py` knows their names.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError, MissingFileError
from fragility.export.labels import plural
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    parse_table,
    read_content,
    to_number,
)
from fragility.sources.readers.intake import Intake
from fragility.validation import published_forms as forms
from fragility.validation.published_forms import AGGREGATES, AXES, REFERENCES, VARIANTS

IFN_2023, IFN_2020 = "ifn-2023", "ifn-2020"
VERSION_TITLES = {
    IFN_2023: "IFN 2023 (portail, sous-scores de 1 à 10)",
    IFN_2020: "IFN 2020 (base 100 d'un territoire)",
}
VARIANT_TITLES = {"tout_age": "tout âge", "senior": "Senior", "jeune": "Jeune"}
LEVEL_TITLES = {"commune": "communes", "iris": "IRIS", "epci": "EPCI",
                "departement": "départements", "france": "France"}  # fmt: skip
REFERENCE_TITLES = {"departement": "département", "epci": "EPCI", "region": "région"}


@dataclass(frozen=True)
class Published:
    """A published file.

    Attributes
    ----------
    path : the file.
    version : `ifn-2023` or `ifn-2020`.
    level : `commune`, `iris`, `epci`, `departement` or `france`.
    table : one row per code (the index, `code`), in the order of codes, whatever that of the file.
        `nom`; of 2023 the sub-scores and `total`, missing where the file has 0 or nothing; of 2020
        `<axis>_<reference>` as published, and the codes of territories that the file gives.
    variant : of 2023: a key of `VARIANTS`.
    references : of 2020: territories that are 100.
    separator : of columns.
    decimals : digits after the point, by column of `table`.
    notes : what was mended or set aside, French sentences.
    """

    path: Path
    version: str
    level: str
    table: pd.DataFrame
    variant: str = ""
    references: tuple[str, ...] = ()
    separator: str = ","
    decimals: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> list[str]:
        """Sub-scores of 2023."""
        return list(VARIANTS[self.variant]) if self.variant else []

    @property
    def title(self) -> str:
        """What the file is, in French."""
        variant = f", {VARIANT_TITLES[self.variant]}" if self.variant else ""
        return f"{VERSION_TITLES[self.version]}{variant}, par {LEVEL_TITLES[self.level]}"


def read_published(path: Path) -> Published:
    """Read a published file, whatever its version, level, separator and encoding.

    Parameters
    ----------
    path : CSV file, or a zip that holds one.

    Raises
    ------
    MissingFileError
        When it is not there.
    BadFileError
        When it is no table, is cut, lacks a column, or is no published index.
    """
    if not path.is_file():
        raise MissingFileError(
            "Le fichier publié n'est pas là.", path=path, remedy="vérifiez le chemin indiqué"
        )
    intake = Intake(path)
    text = decode(read_content(path), intake, legacy=True)
    separator = forms.detect_separator(text)
    columns = _header(text, separator)
    wide = forms.columns_2020(columns)
    variant, parts = forms.columns_2023(columns)
    if len(wide) >= len(AXES):
        return _read_2020(text, intake, separator, columns, wide)
    if len(parts) >= 2:
        return _read_2023(text, intake, separator, columns, variant, parts)
    raise BadFileError(
        "Ce fichier n'est pas un indice de fragilité numérique publié.",
        path=path,
        expected="les colonnes du portail (name, code, no_thd_coverage_rate, …, total) ou celles "
        "de 2020 (SCORE GLOBAL region 1, …, Code Iris)",
        found=", ".join(columns[:8]) + (" …" if len(columns) > 8 else ""),
        remedy="indiquez le fichier tel que publié, sans renommer ses colonnes",
    )


def _header(text: str, separator: str) -> list[str]:
    line = text.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    return next(csv.reader([line], delimiter=separator), [])


def _lacking(path: Path, missing: Sequence[str], columns: Sequence[str]) -> BadFileError:
    return BadFileError(
        f"Il manque {'la colonne' if len(missing) == 1 else 'les colonnes'} {', '.join(missing)}.",
        path=path,
        expected=", ".join(missing),
        found=", ".join(columns[:15]) + (" …" if len(columns) > 15 else ""),
        remedy="reprenez le fichier tel que publié : l'indice ne se recalcule pas sans elle"
        if len(missing) == 1
        else "reprenez le fichier tel que publié : l'indice ne se recalcule pas sans elles",
    )


def _key(columns: Sequence[str], wanted: Sequence[str], path: Path) -> str:
    if (code := forms.first_named(columns, wanted)) is None:
        raise _lacking(path, [wanted[0]], columns)
    return code


def _settle(
    frame: pd.DataFrame, codes: pd.Series, level: str, intake: Intake
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Pad codes, set aside those that cannot be or come twice; and say so."""
    notes = []
    padded = codes if level == "france" else codes.str.zfill(forms.WIDTHS[level])
    if lost := int((padded != codes).sum()):
        rows = plural(lost, "code avait perdu son zéro", "codes avaient perdu leur zéro")
        notes.append(f"{rows} de tête : rendu.")
    frame = frame.assign(code="FR" if level == "france" else padded)
    check_codes(frame["code"], forms.LEVELS[level], intake)
    frame, repeated = drop_duplicates(frame, "code", intake)
    if repeated:
        notes.append(plural(repeated, "ligne répétée à l'identique.", "lignes répétées."))
    frame, dropped = intake.settle(frame)
    for reason, count in dropped.items():
        notes.append(f"{plural(count, 'ligne écartée', 'lignes écartées')} ({reason}).")
    if frame.empty:
        raise BadFileError(
            "Le fichier n'a aucune ligne utilisable.", path=intake.path,
            remedy="reprenez le fichier tel que publié",
        )  # fmt: skip
    return frame.set_index("code").sort_index(), tuple(notes)


def _read_2023(
    text: str, intake: Intake, separator: str, columns: list[str], variant: str,
    parts: dict[str, str],
) -> Published:  # fmt: skip
    path = intake.path
    total = forms.first_named(columns, forms.TOTAL_2023)
    missing = [f"{w[0]}_rate" for key, w in VARIANTS[variant].items() if key not in parts]
    if total is None:
        missing.append("total")
    key = _key(columns, forms.CODE_2023, path)
    if missing or total is None:
        raise _lacking(path, missing, columns)
    raw = parse_table(text.lstrip("\r\n"), intake, sep=separator, key=key)
    codes = forms.clean_codes(raw[key])
    name = forms.first_named(columns, forms.NAME_2023)
    names = raw[name].fillna("").str.strip() if name else pd.Series("", index=raw.index)
    level = forms.detect_level(codes, names)
    wanted = {**{key: parts[key] for key in VARIANTS[variant]}, "total": total}
    table = pd.DataFrame({"nom": names})
    for own, column in wanted.items():
        table[own] = to_number(raw[column], intake)
    check_range(table, list(wanted), intake, high=10)
    table, notes = _settle(table, codes, level, intake)
    # 0 is no class: the portal gives it to what it could not compute.
    table[list(wanted)] = table[list(wanted)].replace(0.0, np.nan)
    return Published(
        path, IFN_2023, level, table, variant=variant, separator=separator, notes=notes,
        decimals={own: forms.decimals_in(raw[column]) for own, column in wanted.items()},
    )  # fmt: skip


def _read_2020(
    text: str, intake: Intake, separator: str, columns: list[str],
    wide: dict[tuple[str, str], str],
) -> Published:  # fmt: skip
    path = intake.path
    references = tuple(r for r in REFERENCES if any(found == r for _, found in wide))
    missing = [
        f"{axis.upper()} {reference}"
        for reference in references
        for axis in (*AXES, *AGGREGATES)
        if (axis, reference) not in wide
    ]
    key = _key(columns, forms.PLACES_2020["code"], path)
    if missing:
        raise _lacking(path, missing, columns)
    raw = parse_table(text.lstrip("\r\n"), intake, sep=separator, key=key)
    codes = forms.clean_codes(raw[key])
    level = forms.detect_level(codes)
    table = pd.DataFrame(index=raw.index)
    for own, headings in forms.PLACES_2020.items():
        if own != "code" and (column := forms.first_named(columns, headings)):
            table[own] = raw[column].fillna("").str.strip()
    table["nom"] = table.get("nom", "")
    # « Commune non découpée » has no name of its own in some exports.
    if "nom_commune" in table:
        table["nom"] = table["nom"].where(table["nom"] != "", table["nom_commune"])
    numbers = {f"{axis}_{reference}": column for (axis, reference), column in wide.items()}
    for own, column in numbers.items():
        table[own] = to_number(raw[column], intake)
    check_range(table, list(numbers), intake)
    for own, width in (("code_departement", 2), ("code_region", 2), ("code_epci", 9)):
        if own in table:
            table[own] = forms.clean_codes(table[own]).str.zfill(width)
    table, notes = _settle(table, codes, level, intake)
    return Published(
        path, IFN_2020, level, table, references=references, separator=separator, notes=notes,
        decimals={own: forms.decimals_in(raw[column]) for own, column in numbers.items()},
    )  # fmt: skip
