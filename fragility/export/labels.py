"""Words and colours of everything that is shown: the only place that holds them.

The palette is cividis in five steps, the best of five tried under simulated colour blindness; a
class is always written in words beside its colour. What is not a class (places, outlines) differs
by shape and width first.
"""

from __future__ import annotations

import math

from fragility.schemas import INDICATOR_LABELS

CLASS_COLOURS = {1: "#fee838", 2: "#bcae6c", 3: "#7c7b78", 4: "#414d6b", 5: "#00224e"}
CLASS_LABELS = {
    1: "Moins fragile",
    2: "Plutôt moins fragile",
    3: "Intermédiaire",
    4: "Plutôt plus fragile",
    5: "Plus fragile",
}
NOT_COMPUTED_COLOUR = "#d9d9d9"
NOT_COMPUTED_LABEL = "Non calculé"

BORDER_COLOUR = "#ffffff"
# Two nested lines: the light one shows on dark classes, the dark one on light classes.
OUTLINE_CASING = "#ffffff"
OUTLINE_COLOUR = "#000000"
HOT_SPOT_COLOUR = "#d55e00"

COVERAGE_LABELS = {
    "couverte": "Couverte",
    "incertaine": "Couverture incertaine",
    "non_couverte": "Non couverte",
}
COVERAGE_SENTENCES = {
    "couverte": "la moitié des habitants au moins est à portée d'un conseiller numérique, même à "
    "des vitesses 25 % plus faibles",
    "incertaine": "le verdict change selon la vitesse de trajet supposée (± 25 %)",
    "non_couverte": "plus de la moitié des habitants est hors de portée d'un conseiller "
    "numérique, même à des vitesses 25 % plus fortes",
}
# Uncertain for want of knowing where people live, rather than by the speed of trips.
INSIDE_UNKNOWN = (
    "un conseiller numérique reçoit dans la commune, mais rien ne dit où vivent ses habitants"
)
CONFIDENCE_SENTENCES = {
    "robuste": "au moins neuf calculs sur dix, au pour-cent près, donnent le même verdict "
    "(fragile, ou non fragile)",
    "probable": "la moitié des calculs au moins donnent ce verdict",
    "incertain": "moins de la moitié des calculs le donnent : un autre choix raisonnable l'aurait "
    "changé",
}
ORIGIN_LABELS = {
    "observe": "Observé (publié, ou calculé sans modèle)",
    "commune": "Hérité de la commune",
    "iris": "Agrégé des IRIS",
    "impute": "Estimé par un modèle",
    "absent": "Absent",
}
DISPOSITIF_LABELS = {
    "conseiller_numerique": "Conseiller numérique",
    "france_services": "France services",
    "aidants_connect": "Aidants Connect",
    "mediation": "Autre lieu de médiation numérique",
    "bibliotheque": "Bibliothèque",
    "la_poste": "La Poste",
}
# The access to mediation is that to the nearest place of any kind.
ACCESS_LABELS = DISPOSITIF_LABELS | {"mediation": "Médiation numérique (tout lieu)"}
# (QGIS marker, fill, size in mm)
DISPOSITIF_MARKERS = {
    "conseiller_numerique": ("circle", "#d55e00", 2.2),
    "france_services": ("square", "#ffffff", 1.7),
    "aidants_connect": ("diamond", "#009e73", 1.9),
    "mediation": ("circle", "#cc79a7", 1.5),
    "bibliotheque": ("triangle", "#56b4e9", 1.7),
    "la_poste": ("pentagon", "#0072b2", 1.5),
}
# There to be equipped, not to help: in the legend, to be ticked by whoever looks for them.
DISPOSITIFS_UNTICKED = ("bibliotheque", "la_poste")
LAYER_TITLES = {
    "communes": "Communes : fragilité numérique",
    "iris": "IRIS : fragilité numérique",
    "epci": "Intercommunalités (EPCI) : fragilité numérique",
    "departements": "Départements : fragilité numérique",
    "lieux": "Lieux d'accueil",
    "communes_fragiles_non_couvertes": "Communes fragiles et non couvertes",
    "foyers": "Foyers de fragilité",
}
INDICATOR_TITLES = {key: label for key, (label, _) in INDICATOR_LABELS.items()}


def decimals_of(column: str) -> int:
    """Return the digits worth showing after the comma for a column, from its name and unit."""
    if column.startswith("score"):
        return 2
    # A share of draws is known to a point or so, and its words are given at whole percents.
    if column.startswith("probabilite"):
        return 0
    if column.startswith("difficulte") or column.endswith(("_pct", "_km")):
        return 1
    if column == "nb_conseillers":
        return 1
    if column in ("longitude", "latitude"):
        return 5
    return 0 if column.startswith(("population", "nb_", "cumul_")) or column.endswith("_min") else 2


def class_label(value: int) -> str:
    """Return the class as a legend writes it: number, then words."""
    return f"{value} – {CLASS_LABELS[value]}"


def french(value: float, decimals: int = 0) -> str:
    """Write a number as French text does: no-break thin space, decimal comma.

    Examples
    --------
    >>> french(12345.678, 1).replace(chr(0x202F), " ")
    '12 345,7'
    """
    return f"{value:,.{decimals}f}".replace(",", "\u202f").replace(".", ",")


def rounded(value: float, digits: int) -> float:
    """Round an estimate to a few significant digits, never below the unit.

    Examples
    --------
    >>> rounded(21701.4, 3), rounded(942.3, 3), rounded(0.2, 3)
    (21700, 942, 0)
    """
    beyond = math.floor(math.log10(value)) - digits + 1 if value > 0 else 0
    return round(round(value, -beyond) if beyond > 0 else value)


def about(value: float, digits: int = 2) -> str:
    """Write an estimate with a few significant digits: more would say what is not known.

    Examples
    --------
    >>> about(85446).replace(chr(0x202F), " "), about(185898, 3).replace(chr(0x202F), " ")
    ('environ 85 000', 'environ 186 000')
    """
    return f"environ {french(rounded(value, digits))}" if value > 0 else "aucune"


def plural(count: float, singular: str, many: str) -> str:
    """Return "1 commune", "2 communes": French is singular below 2."""
    return f"{french(count)} {singular if abs(round(count)) < 2 else many}"
