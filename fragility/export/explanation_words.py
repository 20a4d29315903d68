"""Sentences of an explanation: where a figure comes from, what to know first, what would change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fragility.export.labels import CLASS_LABELS, ORIGIN_LABELS, french, plural
from fragility.index.explanation_model import (
    MODELLED,
    Explanation,
    Figure,
    Shift,
    Similar,
    Standing,
)
from fragility.index.profile_model import Profile
from fragility.index.profile_words import UNIT_WORDS, ProfileWords
from fragility.index.thresholds import LESS
from fragility.schemas import INDICATORS, indicator_labels
from fragility.schemas.columns import CONTEXT_LABELS
from fragility.sources.catalogue import SOURCES, releases_of
from fragility.sources.model import Edition, Release

# One, several, the average one, all but one.
NOUNS = {
    "commune": ("commune", "communes", "la commune moyenne de France", "toutes les autres"),
    "iris": (
        "IRIS", "IRIS", "l'IRIS moyen de France, ou la commune qui n'est pas découpée",
        "tous les autres",
    ),
    "epci": (
        "intercommunalité", "intercommunalités", "l'intercommunalité moyenne de France",
        "toutes les autres",
    ),
    "departement": (
        "département", "départements", "le département moyen de France", "tous les autres",
    ),
}  # fmt: skip
# Sources that an indicator may come from, the surest first; what is not named is of the census.
_CENSUS = ("insee_rp_communes", "rp_taux_communes", "insee_comparateur")
_INCOMES = ("pauvrete", "niveau_vie", "pauvrete_50_plus", "pauvrete_moins_30")
_SOURCES: dict[str, tuple[str, ...]] = {
    "non_thd": ("arcep_fixe", "arcep_fibre"),
    "non_4g": ("arcep_couverture", "arcep_mobile_sites"),
    "thd": ("arcep_fixe", "arcep_fibre"),
    "couvert_4g": ("arcep_couverture", "arcep_mobile_sites"),
    "prestations": ("caf_iris",),
    **dict.fromkeys(_INCOMES, ("insee_filosofi_communes",)),
}
_IRIS_SOURCES = dict.fromkeys(_INCOMES, ("insee_filosofi_iris",))
# Root mean square of the gaps, in standard deviations. Of the five nearest of each commune of
# France, half are below the first, nine in ten below the second, nearly all below the third.
_LIKENESS = (
    (0.15, "très semblable"),
    (0.30, "semblable"),
    (0.60, "assez semblable"),
    (math.inf, "peu semblable"),
)


@dataclass(frozen=True)
class Words:
    """What an edition calls things.

    Attributes
    ----------
    edition, title, banner : see `sources.model.Edition`.
    labels : label and definition of each indicator of the profile.
    units : unit of each indicator, "pct" for a share.
    releases : what the edition reads.
    compared : which places are compared, when it is not those of the whole edition.
    """

    edition: str
    title: str
    banner: str
    labels: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]
    releases: tuple[Release, ...]
    compared: str = ""

    def label(self, key: str) -> str:
        """Name of an indicator."""
        return self.labels[key][0]

    @property
    def whole(self) -> str:
        """What all of the places are, as the name of a territory: fictional ones are not France."""
        return "Édition" if self.banner else "France"

    @property
    def within(self) -> str:
        """Where a place is ranked."""
        return "dans l'édition" if self.banner else "en France"

    def place(self, standing: Standing) -> str:
        """Name of the territory that a place is ranked in."""
        return self.whole if standing.perimetre == "france" else standing.nom

    def average(self, niveau: str) -> str:
        """The average place of a level."""
        said = NOUNS[niveau][2]
        return said.replace(" de France", " de l'édition") if self.banner else said

    def value(self, key: str, value: float, decimals: int = 1) -> str:
        """Write a value in its unit."""
        unit = self.units.get(key, "pct")
        if unit == "pct":
            return f"{french(value, decimals)} %"
        whole = unit == "euros" or float(value).is_integer()
        return f"{french(value, 0 if whole else decimals)} {UNIT_WORDS.get(unit, unit)}".strip()


def words_of(edition: Edition, profile: Profile) -> Words:
    """Gather the words of an edition and of the profile that it was computed with."""
    releases = tuple(releases_of(edition))
    usual = indicator_labels(release.source for release in releases)
    labels, units = {}, {}
    for item in profile.indicators:
        context = CONTEXT_LABELS.get(item.id, (item.id, "", ""))
        label, definition = usual.get(item.id, context[:2])
        labels[item.id] = (item.label or label, item.definition or definition)
        units[item.id] = item.unit or ("pct" if item.id in usual else context[2])
    return Words(
        edition.name, edition.title, edition.banner, labels, units, releases,
        ProfileWords(profile).compared,
    )  # fmt: skip


def source_of(figure: Figure, niveau: str, releases: Iterable[Release]) -> str:
    """Producer and title of the source of a figure, "" when it has none.

    What the user brought is of the user's file, whatever it is called. Else, of the sources that an
    indicator may come from, the first that describes the year of the figure.
    """
    if figure.origine in (None, "absent"):
        return ""
    if figure.fichier:
        return f"votre fichier {figure.fichier}"
    key = figure.indicateur
    fine = niveau == "iris" and figure.origine != "commune"
    known = key in INDICATORS or key in CONTEXT_LABELS
    usual = _SOURCES.get(key, _CENSUS if known else ())
    of_iris = _IRIS_SOURCES.get(key, ("insee_rp_iris",) if usual == _CENSUS else ())
    ordered = [*usual, *of_iris]
    if fine or figure.origine == "iris":
        ordered = [*of_iris, *usual]
    there = [r for source in ordered for r in releases if r.source == source]
    dated = [r for r in there if r.year == figure.annee] or there
    if not dated:
        return ""
    source = SOURCES[dated[0].source]
    return f"{source.producer}, « {source.title} »"


def origin_words(figure: Figure) -> str:
    """Origin of a figure, with its error when a model made it."""
    if figure.origine is None:
        return "moyenne des communes"
    if figure.fichier and figure.origine == "observe":
        return "apporté par vous à ce niveau"
    words = ORIGIN_LABELS[figure.origine]
    words = words[0].lower() + words[1:]
    if figure.erreur is not None:
        return f"{words}, à ± {french(figure.erreur, 1)} points près (neuf fois sur dix)"
    # Only poverty has a model.
    return "estimé" if figure.origine == "impute" and figure.indicateur != MODELLED else words


def people_words(told: Explanation) -> str:
    """How many live there, and what says so; a share of the commune's is not a count."""
    if told.population is None:
        return ""
    count = plural(told.population, "habitant", "habitants")
    year = f"recensement de {told.population_annee}" if told.population_annee else ""
    if told.population_origine != "impute":
        return f"{count} ({year})" if year else count
    return f"{count} (estimation, d'après le {year})" if year else f"{count} (estimation)"


def cautions(told: Explanation, words: Words) -> list[str]:
    """What a reader must know before quoting the score, the gravest first."""
    found = []
    if words.banner:
        found.append(f"{words.banner} : ces chiffres ne décrivent aucun lieu réel.")
    if told.score is None:
        return found
    if told.est_petit_effectif:
        found.append(
            f"{plural(told.population or 0, 'habitant', 'habitants')} seulement : les taux du "
            "recensement y sont très incertains."
        )
    by_origin: dict[str | None, list[Figure]] = {}
    for figure in told.indicateurs:
        by_origin.setdefault(figure.origine, []).append(figure)
    # The widest margins first.
    for figure in sorted(by_origin.get("impute", []), key=lambda f: -(f.erreur or 0)):
        whose = " pour sa commune" if told.niveau == "iris" else ""
        how = (
            f"par un modèle{whose}, à ± {french(figure.erreur, 1)} points près (neuf fois sur dix)"
            if figure.erreur is not None
            else "à partir d'autres chiffres publiés"
        )
        found.append(f"« {words.label(figure.indicateur)} » : chiffre estimé {how}.")
    if inherited := by_origin.get("commune", []):
        whose = "de la commune" if told.niveau == "iris" else "d'avant la scission de la commune"
        found.append(f"{_listed(inherited, words)} : chiffre {whose}, repris tel quel.")
    if told.est_douteux and any(figure.indicateur == "non_thd" for figure in told.indicateurs):
        found.append(f"« {words.label('non_thd')} » à 100 % : chiffre à vérifier.")
    if absent := [f for f in told.indicateurs if f.contribution is None]:
        found.append(
            f"{_listed(absent, words)} : chiffre absent, le score repose sur les "
            f"{len(told.indicateurs) - len(absent)} autres."
        )
    if told.population_origine == "impute":
        whose = "d'une ancienne commune" if told.niveau == "commune" else "de la commune"
        found.append(f"La population est une part estimée de celle {whose}.")
    return found


def _listed(figures: Iterable[Figure], words: Words) -> str:
    return ", ".join(f"« {words.label(figure.indicateur)} »" for figure in figures)


def class_words(classe: int) -> str:
    """Name a class in a sentence: number, then words."""
    return f"classe {classe} sur 5, « {CLASS_LABELS[classe]} »"


def shift_words(shift: Shift, figure: Figure, words: Words) -> str:
    """Say what one indicator would have to become, or that it would not be enough."""
    key = shift.indicateur
    name = f"« {words.label(key)} »"
    if not shift.applicable:
        now = french(figure.points or 0.0, 1)
        if not shift.possible or shift.points_vises is None:
            return f"{name} : ne suffirait pas à lui seul (sous-score {now})"
        limit = "sous " if shift.sens == LESS else "d'au moins "
        goal = limit + french(shift.points_vises, 1)
        said = f"{name} : un sous-score moyen {goal} (aujourd'hui {now})"
        if shift.repere is None or figure.valeur is None:
            return said
        share = words.value(key, shift.repere)
        return f"{said}, celui d'un territoire à {share} environ"
    if figure.valeur is None:
        return f"{name} : chiffre absent"
    now = words.value(key, figure.valeur)
    if shift.valeur is None:
        if shift.sens == LESS and figure.valeur == 0:
            points = french(figure.points or 0.0, 1)
            return (
                f"{name} : déjà au mieux ({now}) ; tous les territoires à {now} se partagent ce "
                f"sous-score de {points}"
                if (figure.points or 0.0) > 1
                else f"{name} : déjà au mieux ({now})"
            )
        return f"{name} : ne suffirait pas à lui seul, même au mieux (aujourd'hui {now})"
    rising = shift.valeur > figure.valeur
    # People count whole things.
    unit = words.units.get(key, "pct")
    counted = unit == "euros" or (unit == "nombre" and figure.valeur.is_integer())
    written = _beyond(shift.valeur, rising, 1 if counted else 10)
    goal = f"à {words.value(key, written)}"
    # Nothing is below 0 %, nor above 100 %.
    if not (unit == "pct" and written in (0.0, 100.0)):
        goal += f" ou {'plus' if rising else 'moins'}"
    if shift.levier and shift.sens == LESS:
        goal = f"il faudrait {'monter' if rising else 'descendre'} {goal}"
    said = f"{name} : {goal} (aujourd'hui {now})"
    if figure.erreur is not None and abs(shift.valeur - figure.valeur) <= figure.erreur:
        said += ", dans la marge d'erreur de l'estimation"
    return said


def _beyond(value: float, rising: bool, steps: int = 10) -> float:
    """Round to a tenth, or to the whole, on the far side: the value written does what is said.

    A step of the scale begins at its value: going down, one must be below it.
    """
    near = value * steps
    return math.ceil(near - 1e-9) / steps if rising else math.floor(near) / steps


def likeness(neighbour: Similar) -> str:
    """Distance in words."""
    return next(words for limit, words in _LIKENESS if neighbour.distance <= limit)
