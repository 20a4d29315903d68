"""What lists of places call one place: names and addresses brought to words that can be compared.

"Mairie de Bury" and "COMMUNE DE BURY" are one word in Bury; "av. J. Jaurès" and "AVENUE JEAN
JAURES" differ by a first name.
"""

from __future__ import annotations

import pandas as pd

# Kinds of place that have several names.
_KINDS = {
    r"MAISONS? DE SERVICES? AU(?:X)? PUBLICS?|MSAP|MFS|EFS": "FRANCESERVICES",
    r"(?:ESPACE |POINT |MAISON |ANTENNE )?(?:DE )?FRANCE ?SERVICES?": "FRANCESERVICES",
    r"(?:BIBLIOTHEQUES?|MEDIATHEQUES?|LUDOTHEQUE|BIBLIO|MEDIATEQUE|BIBLLIOTHEQUE)": "MEDIATHEQUE",
    r"C C A S|(?:CTRE|CENTRE) COM(?:MUNAL)? (?:D )?ACTION SOC(?:IALE)?": "CCAS",
    r"C I A S|(?:CTRE|CENTRE) INTERCOM(?:MUNAL)? (?:D )?ACTION SOC(?:IALE)?": "CIAS",
    r"(?:HOTEL DE (?:LA )?VILLE|MAIRIE|COMMUNE|MUNICIPALITE|VILLE)": "MAIRIE",
    r"(?:COMMUNAUTE|CTE|C) (?:DE |DES )?(?:COMMUNES|COM)|COM COM|COMCOM": "CC",
    r"COMMUNAUTE (?:D )?AGGLO(?:MERATION)?": "CA",
    r"MISSION LOCALE|MILO": "MISSIONLOCALE",
    r"(?:CENTRE|CTRE) (?:SOCIO ?CULTUREL|SOCIAL(?: ET CULTUREL)?)|CSC": "CENTRESOCIAL",
    r"MAISON DES JEUNES ET DE LA CULTURE|M J C": "MJC",
    r"ESPACE PUBLIC NUMERIQUE|E P N|CYBER ?BASE|CYBER ?CENTRE": "EPN",
    r"(?:LA )?POSTE": "POSTE",
}  # fmt: skip
KINDS = frozenset(_KINDS.values())
# What every place of a list is, whatever it is called.
OF_LIST = {
    "conseiller_numerique": frozenset[str](),
    "france_services": frozenset({"FRANCESERVICES"}),
    "aidants_connect": frozenset[str](),
    "bibliotheque": frozenset({"MEDIATHEQUE"}),
    "la_poste": frozenset({"POSTE"}),
    "mediation": frozenset[str](),
}
_EMPTY = frozenset({
    "DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "ET", "EN", "A", "AU", "AUX", "SUR", "SOUS",
    "LEZ", "MUNICIPALE", "MUNICIPAL", "INTERCOMMUNALE", "INTERCOMMUNAL", "COMMUNALE", "PUBLIQUE",
    "PUBLIC", "ASSOCIATION", "ASSO", "SITE", "ESPACE", "LIEU", "DIT", "CEDEX",
})  # fmt: skip
_STREETS = {
    "AV": "AVENUE", "AVE": "AVENUE", "BD": "BOULEVARD", "BLD": "BOULEVARD", "BVD": "BOULEVARD",
    "R": "RUE", "PL": "PLACE", "CHE": "CHEMIN", "CH": "CHEMIN", "CHEM": "CHEMIN", "RTE": "ROUTE",
    "ALL": "ALLEE", "ALLEES": "ALLEE", "IMP": "IMPASSE", "SQ": "SQUARE", "CRS": "COURS",
    "QU": "QUAI", "FG": "FAUBOURG", "FBG": "FAUBOURG", "ESP": "ESPLANADE", "LOT": "LOTISSEMENT",
    "RES": "RESIDENCE", "ST": "SAINT", "STE": "SAINTE", "MAL": "MARECHAL", "GAL": "GENERAL",
    "GEN": "GENERAL", "DR": "DOCTEUR", "PDT": "PRESIDENT",
}  # fmt: skip
# Words that half of the streets share.
WAYS = frozenset({"RUE", "AVENUE", "BOULEVARD", "PLACE", "CHEMIN", "ROUTE", "ALLEE", "IMPASSE",
                  "SQUARE", "COURS", "QUAI", "SAINT", "SAINTE"})  # fmt: skip
# "Place du 8 mai 1945" has no number.
_NUMBERED = (
    r"^(?:.*? )??(\d{1,4})(?: (?:\d{1,4}|BIS|TER|QUATER|[A-D])(?= ))* ?"
    r"((?!(?:JANVIER|MARS|MAI|JUIN|JUILLET|AOUT|SEPTEMBRE|NOVEMBRE|DECEMBRE)\b)[A-Z].+)$"
)
_AFTER = r"\b(?:CS|BP|TSA) ?\d+.*$|\b\d{5}\b.*$"


def plain(texts: pd.Series) -> pd.Series:
    """Write texts in capitals without accents, words parted by one space."""
    upper = texts.astype("str").fillna("").str.upper()
    upper = upper.str.replace("Œ", "OE", regex=False).str.normalize("NFKD")
    upper = upper.str.replace(r"[\u0300-\u036f]", "", regex=True)
    return upper.str.replace(r"[^A-Z0-9]+", " ", regex=True).str.strip()


def _saints(texts: pd.Series) -> pd.Series:
    return (" " + texts + " ").str.replace(r"(?<= )ST(E?)(?= )", r"SAINT\1", regex=True)


def name_words(names: pd.Series, communes: pd.Series) -> pd.Series:
    """The words that tell a place from the others of its commune.

    Parameters
    ----------
    names : names of places.
    communes : name of the commune of each, whose words tell nothing there.

    Returns
    -------
    A frozenset of words each, empty when the name says nothing.

    Examples
    --------
    >>> sorted(name_words(pd.Series(["Hôtel de ville de Bury"]), pd.Series(["Bury"]))[0])
    ['MAIRIE']
    """
    own = _saints(plain(communes))
    # Before the kinds: « La Ville-Dieu » is no town hall.
    pairs = zip(_saints(plain(names)), own, strict=True)
    bare = [text.replace(town, " ") if town.strip() else text for text, town in pairs]
    text = pd.Series(bare, index=names.index, dtype="str")
    for pattern, kind in _KINDS.items():
        text = text.str.replace(rf"(?<= )(?:{pattern})(?= )", kind, regex=True)
    words = [
        frozenset(a.split()) - frozenset(b.split()) - _EMPTY for a, b in zip(text, own, strict=True)
    ]
    return pd.Series(words, index=names.index, dtype=object)


def street_words(addresses: pd.Series) -> pd.DataFrame:
    """Number and street of addresses, in one writing.

    Returns
    -------
    `numero`, missing without one; `voie`, the words of the street in their order, missing when
    there are none.

    Examples
    --------
    >>> street_words(pd.Series(["12 bis, av. de la Gare", "Place du 8 mai"])).fillna("").to_numpy()
    ... # doctest: +NORMALIZE_WHITESPACE
    array([['12', 'AVENUE GARE'], ['', 'PLACE 8 MAI']], dtype=object)
    """
    text = plain(addresses).str.replace(_AFTER, "", regex=True).str.strip()
    found = text.str.extract(_NUMBERED)
    streets = [
        " ".join(_STREETS.get(w, w) for w in words.split() if w not in _EMPTY)
        for words in found[1].fillna(text).fillna("")
    ]
    street = pd.Series(streets, index=addresses.index, dtype="str")
    return pd.DataFrame({"numero": found[0].str.lstrip("0"), "voie": street.where(street != "")})


def overlap(left: frozenset[str], right: frozenset[str]) -> float:
    """Share of the words of the shorter name that the other has too; 0 when one is empty.

    Two kinds of place that differ (a library, a town hall) are not one, whatever else they share.
    """
    shorter = min(len(left), len(right))
    if not shorter or ((left & KINDS) and (right & KINDS) and not left & right & KINDS):
        return 0.0
    return len(left & right) / shorter
