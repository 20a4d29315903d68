"""What one cell of a list of places may hold: a name, a day, a SIRET, degrees; and nobody's."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import PERSONAL_DATA
from fragility.sources.readers.common import decode, require_file
from fragility.sources.readers.first_names import FIRST_NAMES
from fragility.sources.readers.intake import Intake

# A sole trader's name is that of a person: "MONSIEUR JEAN MARTIN", "chez Mme Petit, infirmière".
# « M.D.C.S. » and « Maison Pour Tous M.Pagnol » are places.
_PERSON = r"^(?:chez )?(?:monsieur|madame|mademoiselle|mme\.?|mlle\.?|mr\.?|m\.) +[^\W\d_]"
UNNAMED = "Lieu sans nom"
# Beside a first name, these make the name of a place.
_PLACES = frozenset(
    [
        "saint",
        "sainte",
        "st",
        "ste",
        "place",
        "rue",
        "villa",
        "espace",
        "maison",
        "centre",
        "association",
        "mairie",
        "bibliotheque",
        "mediatheque",
        "ludomediatheque",
        "ludotheque",
        "salle",
        "foyer",
        "residence",
        "college",
        "lycee",
        "ecole",
        "cafe",
        "point",
        "atelier",
    ]
)
# Names under which vans and tours are listed: "B-bus France services", "Médiabus", "en itinérance".
MOBILE_NAME = r"\b(?:biblio|m[ée]dia|num[ée]ri|info|cyber|mini|digi)?-?bus\b|\bcamion|\bitin[ée]ran"


def without_contacts(texts: pd.Series) -> pd.Series:
    """Take e-mail addresses, phone numbers and surplus spaces out of texts."""
    bare = texts.astype("str").str.replace(PERSONAL_DATA, "", regex=True, case=False)
    return bare.str.replace(r"\s+", " ", regex=True).str.strip()


def without_persons(names: pd.Series, *, named_after_people: bool = False) -> pd.Series:
    """Hide the names of places that are those of people; an empty one is hidden too.

    Parameters
    ----------
    named_after_people : the places of the list are, as libraries are: a bare « Prénom Nom » stays.

    Examples
    --------
    >>> names = pd.Series(["Madame Anne Petit", "Maison Pour Tous M.Pagnol", "Olivier DURAND"])
    >>> without_persons(names).tolist()
    ['Lieu sans nom', 'Maison Pour Tous M.Pagnol', 'Lieu sans nom']
    >>> without_persons(names, named_after_people=True).tolist()[-1]
    'Olivier DURAND'
    """
    person = names.str.match(_PERSON, case=False).fillna(False).astype(bool)
    if not named_after_people:
        person |= names.map(_is_full_name, na_action="ignore").fillna(False).astype(bool)
    return names.where(names.fillna("").ne("") & ~person, UNNAMED)


def _is_full_name(name: str) -> bool:
    """Two words, one of them a first name: « Marie d'Artenay » is the mairie of Artenay."""
    words = name.split()
    return (
        len(words) == 2
        and "'" not in name
        and "’" not in name
        and any(_bare(word) in FIRST_NAMES for word in words)
        and not any(_bare(word) in _PLACES for word in words)
    )


def _bare(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def make_ids(frame: pd.DataFrame) -> pd.Series:
    """Make an identifier from what a place says of itself, for lists that have none.

    Rows that say the same in `nom`, `adresse`, `code_postal` and `commune_declaree` have the same.
    """
    columns = ["nom", "adresse", "code_postal", "commune_declaree"]
    said = frame.reindex(columns=columns).fillna("").astype("str")
    text = said.agg("|".join, axis=1).str.lower().str.replace(r"[^\w|]+", " ", regex=True)
    return text.map(lambda words: hashlib.sha256(words.encode()).hexdigest()[:16])


def clean_siret(values: pd.Series) -> pd.Series:
    """Keep the SIRET that can be one: 14 figures, however spaced, and not a row of zeros."""
    bare = values.astype("str").str.replace(r"\W", "", regex=True)
    return bare.where(bare.str.fullmatch(r"(?!0{9})\d{14}").fillna(False).astype(bool))


def read_dates(values: pd.Series) -> pd.Series:
    """Write days as YYYY-MM-DD, from that form or from DD/MM/YYYY; anything else is missing."""
    day = values.astype("str").str[:10]
    iso = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    french = pd.to_datetime(day, format="%d/%m/%Y", errors="coerce")
    return iso.fillna(french).dt.strftime("%Y-%m-%d")


def read_degrees(values: pd.Series, path: Path) -> pd.Series:
    """Convert a coordinate; one unreadable cell is a missing one, a whole column is an error."""
    text = values.astype("str").str.strip().str.replace(",", ".", regex=False)
    degrees = pd.to_numeric(text, errors="coerce").astype(float)
    unreadable = degrees.isna() & text.notna() & (text != "")
    if unreadable.sum() > len(values) / 2:
        raise BadFileError(
            f"La colonne {values.name} ne contient pas des degrés.",
            path=path,
            expected="un nombre comme 43.289439",
            found=f"{text[unreadable].iloc[0]!r} ({int(unreadable.sum())} lignes)",
            remedy="vérifiez que c'est le bon fichier et la bonne année",
        )
    return degrees


def header_of(intake: Intake, sep: str) -> list[str]:
    """Names of the columns of a file, those that its dialect translates under the usual name."""
    text = decode(require_file(intake.path).read_bytes(), intake)
    line = text.split("\n")[(intake.dialect.skip_rows or 0) :][:1]
    names = next(csv.reader(io.StringIO("".join(line)), delimiter=intake.dialect.sep or sep), [])
    usual = {own: name for name, own in intake.dialect.columns.items()}
    return [usual.get(name.strip(), name.strip()) for name in names]
