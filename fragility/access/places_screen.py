"""Rows of the lists that are no place, and names of places that name somebody.

Readers hide what one cell is enough to tell (`sources/readers/place_cells.py`); here what takes all
the lists: first names are learnt from the streets that bear them.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import numpy as np
import pandas as pd

from fragility.access.places_names import KINDS, WAYS, plain, street_words
from fragility.sources.readers.first_names import FIRST_NAMES
from fragility.sources.readers.place_cells import UNNAMED

TRIAL = "enregistrement d'essai"
# « ANCT Test », « Lieu test », « Test 2 »: the word, and one other at most.
_TRIAL = r"(?i)^(?:[^\W\d_]+[ _-])?tests?(?:[ _-]?\d+)?$"
# A street is told of a person by a name, not by an article: « rue Émile Zola ». A name that as many
# surnames follow is a first name.
_FIRST_NAME_SURNAMES = 3
_ARTICLES = frozenset({"DU", "LA", "LE", "LES", "DES", "L", "AUX", "AU", "UN", "UNE", "CE"})
_TITLES = frozenset({"SAINT", "SAINTE", "ST", "STE", "SOEUR", "MONSEIGNEUR", "MGR", "PERE", "ABBE"})
# One of these words and the name is that of a place.
_OF_PLACES = KINDS | WAYS | _TITLES | _ARTICLES | frozenset({
    "DE", "ET", "VILLA", "ESPACE", "MAISON", "CENTRE", "ASSOCIATION", "BIBLIOTHEQUE",
    "MEDIATHEQUE", "LUDOTHEQUE", "LUDOMEDIATHEQUE", "SALLE", "FOYER", "RESIDENCE", "COLLEGE",
    "LYCEE", "ECOLE", "CAFE", "POINT", "ATELIER", "VILLE", "COMMUNE", "MAIRIE", "CCAS", "CIAS",
    "FRANCE", "SERVICES", "SERVICE", "QUARTIER", "CITE", "CAMPUS", "ANTENNE", "ANNEXE", "SITE",
    "POLE", "BUREAU", "PERMANENCE", "RELAIS", "STRUCTURE", "LIEU", "MJC", "MDS", "MDH", "PIMMS",
    "CS", "CSC", "CSCS", "EPN", "CYBERBASE", "EHPAD", "CH", "HOPITAL", "POSTE", "GROUPE", "UNION",
    "FEDERATION", "RESEAU", "MISSION", "FORUM", "CHATEAU", "JARDIN", "PARC", "TOUR", "BUS", "CYBER",
})  # fmt: skip
# What one person does, and nobody else's place is called by.
_TRADE = (
    r"ecrivaine? public(?:que)?|mediat(?:eur|rice)(?: numerique)?|format(?:eur|rice)(?: numerique)?"
    r"|conseill(?:er|ere) numerique|informaticien(?:ne)?|consultante?|infirmier|infirmiere|coach"
    r"|avocate?|auto ?entrepreneu(?:r|se)"
)
_TRADE_END = re.compile(rf"(?i)^(?P<who>.+?)[ ,-]*\b(?P<trade>{_TRADE})$")
_PARTS = re.compile(r" [/–-] | ?[(),:|] ?")


def is_trial(names: pd.Series) -> pd.Series:
    """Tell the records that somebody made to try the tool that the list is kept with.

    Examples
    --------
    >>> is_trial(pd.Series(["ANCT Test", "Espace test agricole", "Mairie de Testelin"])).tolist()
    [True, False, False]
    """
    return names.str.contains(_TRIAL, regex=True).fillna(False).astype(bool)


def without_addresses(names: pd.Series) -> pd.Series:
    """Hide the names that are the address of a page of the web."""
    return names.mask(names.str.match(r"(?i)https?://").fillna(False).astype(bool), UNNAMED)


def learn_first_names(addresses: pd.Series) -> frozenset[str]:
    """First names that the streets of the lists bear, in capitals without accents.

    Parameters
    ----------
    addresses : of all the places; missing allowed.

    Returns
    -------
    The usual first names (`readers/first_names.py`), and words that come right after a way, before
    at least three different surnames, and never after an article: neither the Docteur nor the
    Grande of streets.
    """
    words = street_words(addresses.dropna().drop_duplicates())["voie"].dropna().str.split()
    whole = plain(addresses.dropna().drop_duplicates()).str.split()
    followed = {
        (one, other)
        for street in words
        for way, one, other in zip(street, street[1:], street[2:], strict=False)
        if way in WAYS - _TITLES and len(one) > 2 and len(other) > 2 and (one + other).isalpha()
    }
    counts = pd.Series([one for one, _ in followed], dtype="str").value_counts()
    articled = {word for text in whole for before, word in pairwise(text) if before in _ARTICLES}
    often = set(counts.index[counts >= _FIRST_NAME_SURNAMES])
    usual = {name.upper() for name in FIRST_NAMES}
    return frozenset(usual | (often - articled - _OF_PLACES - _ARTICLES))


def hide_persons(
    names: pd.Series, communes: pd.Series, first_names: frozenset[str], kept: pd.Series
) -> pd.Series:
    """Take out of the names of places what names somebody.

    Parameters
    ----------
    names : names of places.
    communes : what is known of the commune of each, whose words name nobody.
    first_names : in capitals without accents (`learn_first_names`).
    kept : places of lists that are named after people, as libraries are: a bare « Prénom Nom »
        stays.

    Returns
    -------
    The names, without the part that is somebody's: « Mon assistant - Dupont Ludovic » is « Mon
    assistant », and a name of which nothing is left is `UNNAMED`.

    Examples
    --------
    >>> names = pd.Series(["Durand- écrivain public", "Émile Petit", "Mairie - Jean Moulin"])
    >>> none = pd.Series(["", "", ""])
    >>> told = hide_persons(names, none, frozenset({"EMILE", "JEAN"}), none.ne(""))
    >>> told.tolist()
    ['écrivain public', 'Lieu sans nom', 'Mairie - Jean Moulin']
    """
    bare, own = plain(names), plain(communes)
    letters = bare.str.split()
    # Only what bears a first name or a trade is looked at name by name.
    trade = bare.str.contains(rf"(?i)\b(?:{_TRADE})$", regex=True)
    named = np.array([any(map(first_names.__contains__, w)) for w in letters], dtype=bool)
    missing = np.array([_lacks_a_letter(n, first_names) for n in names.fillna("")], dtype=bool)
    out = names.copy()
    for at in np.flatnonzero(trade.fillna(False).to_numpy(bool) | named | missing).tolist():
        town = frozenset(own.iloc[at].split())
        out.iloc[at] = _without(str(names.iloc[at]), town, first_names, bool(kept.iloc[at]))
    return out


def _without(name: str, town: frozenset[str], first_names: frozenset[str], kept: bool) -> str:
    """One name without its persons."""
    trade = _TRADE_END.match(_unaccented(name))
    if trade and _may_be_somebody(trade["who"], town, first_names, trade["trade"]):
        return name[trade.start("trade") :]
    if kept:
        return name
    if _is_person(name, town, first_names) or _lacks_a_letter(name, first_names):
        return UNNAMED
    parts = [part.strip() for part in _PARTS.split(name) if part.strip()]
    others = [part for part in parts if not _is_person(part, town, first_names)]
    about = frozenset(_words(" ".join(others)))
    if len(others) == len(parts) or about & (_OF_PLACES | town):
        return name
    return " - ".join(others) or UNNAMED


def _is_person(text: str, town: frozenset[str], first_names: frozenset[str]) -> bool:
    """« Prénom Nom » or « NOM Prénom », either of them hyphenated."""
    spaced = text.split()
    words = _words(text)
    return (
        len(spaced) == 2
        and not re.search(r"['’\d]", text)
        and not frozenset(words) & (_OF_PLACES | town)
        and any(_words(part)[:1] and _words(part)[0] in first_names for part in spaced)
    )


def _may_be_somebody(
    who: str, town: frozenset[str], first_names: frozenset[str], trade: str
) -> bool:
    """One or two words before a trade, which are neither a place nor a thing."""
    words = _words(who)
    if not 1 <= len(words) <= 2 or frozenset(words) & (_OF_PLACES | town) or re.search(r"\d", who):
        return False
    # « Écrivain public » and a single word: a surname; other trades are bodies' too.
    alone = trade.lower().startswith("ecrivain")
    return alone or any(word in first_names for word in words)


def _lacks_a_letter(name: str, first_names: frozenset[str]) -> bool:
    """« Gibert DURAND »: a surname in capitals, after a first name mistyped by one letter."""
    found = re.fullmatch(r"([A-ZÀ-Ý][a-zà-ÿ]{4,}) ([A-ZÀ-Ý]{4,})", name)
    if not found:
        return False
    first = _words(found[1])[0]
    return any(
        first[:at] + letter + first[at:] in first_names
        for at in range(1, len(first) + 1)
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )


def _words(text: str) -> list[str]:
    """Words of one text, in capitals without accents."""
    return re.sub(r"[^A-Z0-9]+", " ", _unaccented(text).upper()).split()


def _unaccented(text: str) -> str:
    """A text without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)
