"""How published IFN files name their columns and their territories, whatever the export.

Headings are recognised by the words they hold, without accents nor case: the file of 2020 writes
ACCES and ACCÈS, ADMINISTATIVES, two spaces in a row, and ends them with a stray 1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from fragility.sources.siren import is_siren

SEPARATORS = (";", ",", "\t", "|")
# Variants of the index of 2023: name of the sub-score here -> words of the published column.
_NETWORKS = {"non_thd": ("no_thd",), "non_4g": ("no_4g",)}
VARIANTS: dict[str, dict[str, tuple[str, ...]]] = {
    "tout_age": {
        **_NETWORKS,
        "plus_65": ("older_65",),
        "peu_diplomes": ("nscol15p",),
        "pauvrete": ("poverty",),
    },
    "senior": {
        **_NETWORKS,
        "pauvrete_50_plus": ("poverty_50_plus", "poverty_50"),
        "plus_75_50p": ("older_75",),
        "peu_diplomes_50_plus": ("nscol15p_50_plus", "nscol15p_50"),
    },
    "jeune": {
        **_NETWORKS,
        "pauvrete_moins_30": ("poverty_under_30", "poverty_30"),
        "neet_16_25": ("neet_16_25", "neet"),
        "peu_diplomes_15_25": ("nscol15p_15_25",),
    },
}
AXES = ("information", "interfaces", "administratives", "numeriques")
AGGREGATES = ("acces", "competences", "score")
REFERENCES = ("departement", "epci", "region")
# Text columns of the file of 2020: name here -> headings, the best first.
PLACES_2020: dict[str, tuple[str, ...]] = {
    "code": ("code iris", "iris", "code_iris", "dcomiris", "code"),
    "nom": ("nom iris", "libiris", "nom", "libelle"),
    "nom_commune": ("nom com", "libcom"),
    "code_departement": ("insee dep",),
    "code_epci": ("epci", "insee epci"),
    "code_region": ("insee reg", "reg"),
}
CODE_2023 = ("code", "code_insee", "codgeo", "insee_com", "code_commune", "code_iris", "code_epci",
             "code_departement", "siren", "insee")  # fmt: skip
NAME_2023 = ("name", "nom", "libelle", "libgeo", "label")
TOTAL_2023 = ("total", "score", "score_total")
LEVELS: Mapping[str, str] = {
    "iris": r"^\d[\dAB]\d{7}$",
    "commune": r"^\d[\dAB]\d{3}$",
    "epci": r"^2\d{8}$",
    "departement": r"^(?:\d[\dAB]|9[78]\d)$",
    "france": r".*",
}
WIDTHS = {"iris": 9, "commune": 5, "epci": 9, "departement": 2}
_FRANCE = ("", "F", "FR", "FRA", "FRANCE", "0", "99", "99999", "METRO", "NAN")


def plain(text: object) -> str:
    """Text without accents, in lower case, with single spaces.

    Examples
    --------
    >>> plain("GLOBAL COMPÉTENCES  epci 1")
    'global competences epci 1'
    """
    letters = unicodedata.normalize("NFKD", str(text))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).lower().split())


def axis_of(heading: str) -> str | None:
    """Axis, pillar or score of 2020 that a heading names; the letters that are often damaged (É,
    È) and the misspelt ones do not count.

    Examples
    --------
    >>> axis_of("ACCÈS AUX INTERFACES NUMERIQUES region 1"), axis_of("COMPETENCES ADMINISTATIVES")
    ('interfaces', 'administratives')
    """
    text = plain(heading)
    whole = "global" in text
    if whole and "score" in text:
        return "score"
    if whole and "acc" in text:
        return "acces"
    if whole and "comp" in text:
        return "competences"
    if "information" in text:
        return "information"
    if "interface" in text:
        return "interfaces"
    if "administ" in text:
        return "administratives"
    if "scolaire" in text or "numerique" in text:
        return "numeriques"
    return None


def columns_2020(columns: Iterable[str]) -> dict[tuple[str, str], str]:
    """Columns of the file of 2020: (axis, reference territory) -> heading."""
    found: dict[tuple[str, str], str] = {}
    for column in columns:
        words = plain(column).split()
        reference = next((r for r in REFERENCES if r in words), None)
        axis = axis_of(column)
        if reference and axis:
            found.setdefault((axis, reference), column)
    return found


def columns_2023(columns: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Variant of the index of 2023 and columns of its sub-scores: name here -> heading.

    Returns
    -------
    Variant with the most columns, and those found; ("", {}) when the file is of another kind.
    """
    shortened = {re.sub(r"(_coverage)?(_rate|_score)?$", "", plain(c)): c for c in columns}
    best: tuple[str, dict[str, str]] = ("", {})
    for variant, parts in VARIANTS.items():
        found = {
            key: shortened[word]
            for key, words in parts.items()
            for word in reversed(words)
            if word in shortened
        }
        if len(found) > len(best[1]):
            best = variant, found
    return best


def first_named(columns: Iterable[str], wanted: Iterable[str]) -> str | None:
    """First of the wanted headings that is there."""
    known = {plain(c): c for c in reversed(list(columns))}
    return next((known[name] for name in wanted if name in known), None)


def clean_codes(values: pd.Series) -> pd.Series:
    """Codes as text: no spaces, capitals, and without the decimals that spreadsheets add."""
    text = values.fillna("").astype("str").str.strip().str.upper()
    return text.str.replace(r"\.0+$", "", regex=True)


def detect_level(codes: pd.Series, names: pd.Series | None = None) -> str:
    """Tell the level of some codes that may have lost their leading zeros.

    EPCI and IRIS both have nine digits: an EPCI's is a SIREN, which has a check digit.

    Examples
    --------
    >>> detect_level(pd.Series(["1001", "75056"])), detect_level(pd.Series(["200059228"]))
    ('commune', 'epci')
    """
    france = codes.isin(_FRANCE) | (
        names.map(plain).str.startswith("france") if names is not None else False
    )
    if len(codes) <= 2 and france.all():
        return "france"
    width = int(codes.str.len().mode().max())
    if width >= 8:
        siren = codes.str.match(LEVELS["epci"]) & codes.map(is_siren)
        return "epci" if siren.mean() > 0.9 else "iris"
    return "commune" if width >= 4 else "departement"


def detect_separator(text: str) -> str:
    """Separator of the first line: the most frequent one outside quotes.

    Examples
    --------
    >>> detect_separator('"a;b",c,d')
    ','
    """
    line = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(SEPARATORS, key=line.count)


def decimals_in(values: pd.Series) -> int:
    """Most digits after the point or comma in a column of text, final zeros apart.

    Examples
    --------
    >>> decimals_in(pd.Series(["7.0", "5,25"]))
    2
    """
    digits = values.dropna().astype("str").str.extract(r"[.,](\d*?)0*\s*$")[0].fillna("")
    return int(digits.str.len().max()) if len(digits) else 0
