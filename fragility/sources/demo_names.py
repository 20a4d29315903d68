"""Invented toponyms of the demo département: none exists in the COG, all look French.

Only names belong here; codes and shapes are in `demo_territory`. Names carry accents, apostrophes,
hyphens, a ligature and an ampersand because each of these has broken a join somewhere.
"""

import unicodedata
from typing import Final

import numpy as np

_HEADS: Final = (
    "Vaubr", "Charmel", "Montr", "Gralv", "Ébrand", "Orvel", "Tréban", "Lussav", "Marvign",
    "Péronv", "Sauvech", "Brécour", "Fontriv", "Aubress", "Cléram", "Dombr", "Échalv", "Guermel",
    "Hautr", "Jonqual", "Loubri", "Mézar", "Noirv", "Ormel", "Pralogn", "Querv", "Ruffen",
    "Solv", "Tauvr", "Ussav", "Vérign", "Ybrand",
)  # fmt: skip
_TAILS: Final = (
    "ume", "ières", "eaulx", "igny", "ac", "oux", "anges", "ecourt", "eville", "ombe", "elles",
    "ènes", "ault", "uzon", "izay", "ouvre",
)  # fmt: skip
_COMPLEMENTS: Final = (
    "", "", "", "", "", "-les-Tilles", "-sur-Ombrelle", "-en-Brumaire", "-la-Sourde",
    "-le-Vaillant", "-d'Ardelle", "-aux-Brumes", "-sous-Vaille", "-l'Écumière", "-lès-Grandval",
)  # fmt: skip
_SAINTS: Final = (
    "Brumance", "Vaillien", "Ombrède", "Tréfulge", "Aldegrin", "Écumien", "Sourdine", "Orfrède",
)  # fmt: skip
IRIS_NAMES: Final = (
    "Centre", "Gare", "Vieux Port", "Les Tilles", "Croix-Brumaire", "La Sourde", "Hauts-de-Vaille",
    "Cité-Ombrelle", "Le Parc", "Faubourg", "Les Écumes", "Belle-Ardelle", "Grand-Clos",
    "L'Œillette", "Moulin-Neuf", "Val-Brumeux",
)  # fmt: skip

# Second field: INSEE's TNCC, the article that NCC and NCCENR leave out.
_ARTICLES: Final = (("L'", "5"), ("Les ", "4"), ("Le ", "2"), ("La ", "3"), ("L’", "5"))


def commune_names(count: int, rng: np.random.Generator) -> list[str]:
    """Draw `count` different names, sorted as INSEE sorts communes within a département."""
    names: dict[str, None] = {}
    while len(names) < count:
        stem = str(rng.choice(_HEADS)) + str(rng.choice(_TAILS))
        kind = rng.random()
        if kind < 0.07:
            name = f"Saint-{rng.choice(_SAINTS)}{rng.choice(_COMPLEMENTS[4:])}"
        elif kind < 0.13:
            article = "L'" if stem[0] in "AÉOUEY" else str(rng.choice(("Le ", "La ")))
            name = article + stem
        else:
            name = stem + str(rng.choice(_COMPLEMENTS))
        names[name] = None
    return sorted(names, key=lambda name: official_spelling(name)[1])


def official_spelling(name: str) -> tuple[str, str, str]:
    """Return INSEE's (TNCC, NCC, NCCENR) of a name: article code, bare capitals, bare name.

    >>> official_spelling("L'Œuvre-en-Brumaire")
    ('5', 'OEUVRE EN BRUMAIRE', 'Œuvre-en-Brumaire')
    """
    tncc, bare = "", name
    for article, code in _ARTICLES:
        if name.startswith(article):
            tncc, bare = code, name[len(article) :]
            break
    unligatured = bare.replace("Œ", "OE").replace("œ", "oe").replace("-", " ").replace("'", " ")
    ascii_name = unicodedata.normalize("NFD", unligatured).encode("ascii", "ignore").decode()
    ncc = ascii_name.upper()
    return tncc or ("1" if ncc[0] in "AEIOUY" else "0"), ncc, bare
