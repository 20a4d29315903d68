"""What the map can colour: title, classes, colours and words of each theme.

A theme is a number cut in classes or a word among a few. Classes are computed here, so that the
browser never rounds a figure into another class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.export import labels
from fragility.export.facts import RunFacts
from fragility.export.layer_style import fifths
from fragility.export.spans import spans
from fragility.index.composite import SCORE_DECIMALS
from fragility.index.profile_model import Profile
from fragility.schemas import INDICATORS
from fragility.site.levels import kinds_of

INDEX, PILLARS, INDICATORS_GROUP = "Indice", "Piliers de l'indice", "Indicateurs"
PEOPLE, REACH, DOUBT = "Personnes", "Portée", "Incertitude"
RAMP = tuple(labels.CLASS_COLOURS.values())
_WIDTH = "amplitude"
_SHARES = (
    "Fragile presque jamais", "Fragile rarement", "Plutôt non fragile", "Plutôt fragile",
    "Fragile presque toujours",
)  # fmt: skip


@dataclass(frozen=True)
class Theme:
    """One way to colour the territories.

    Attributes
    ----------
    id : machine name; `column` holds its values, `classes`, if any, its classes from 1.
    group, title, help : words of the menu, and what the figure means.
    unit : written after a value.
    breaks : lowest value of each class from the second; empty for words.
    words : for a theme of words, value -> label, in the order of the classes.
    names : name of each class; bounds are written after it.
    reverse : whether low values are the dark ones.
    exact : whether classes are those of the database, cut on figures as they are; otherwise on
        figures as they are shown, so that « 20 min » is not read under « moins de 20 min ».
    """

    id: str
    group: str
    title: str
    help: str
    column: str
    unit: str = ""
    decimals: int = 1
    breaks: tuple[float, ...] = ()
    words: dict[str, str] | None = None
    names: tuple[str, ...] = ()
    reverse: bool = False
    exact: bool = False

    @property
    def size(self) -> int:
        """Number of classes."""
        return len(self.words) if self.words else len(self.breaks) + 1

    @property
    def colours(self) -> list[str]:
        """Colours of the classes, spread over the ramp."""
        at = np.linspace(0, len(RAMP) - 1, self.size).round().astype(int)
        ramp = [RAMP[i] for i in at] if self.size > 1 else [RAMP[2]]
        return ramp[::-1] if self.reverse else ramp

    def legend(self) -> list[str]:
        """Words of each class: its name, its bounds."""
        if self.words:
            return list(self.words.values())
        said = spans(self.breaks, self.decimals, self.unit)
        if not self.names:
            return said
        return [f"{name} ({span})" for name, span in zip(self.names, said, strict=True)]

    def classes_of(self, values: pd.Series) -> np.ndarray:
        """Class of each value, from 1; 0 where it is missing."""
        if self.words:
            return pd.Categorical(values, categories=list(self.words)).codes.astype(int) + 1
        numbers = values.to_numpy(float, na_value=np.nan)
        digits = SCORE_DECIMALS if self.exact else self.decimals
        found = np.searchsorted(self.breaks, numbers.round(digits), side="right") + 1
        return np.where(np.isnan(numbers), 0, found)


def file_of(theme: Theme) -> str:
    """Name of the files of a theme: its id without what a file name cannot hold."""
    return theme.id.replace(":", "-").replace("/", "-")


def build_themes(
    measures: pd.DataFrame, facts: RunFacts, bounds: pd.DataFrame, profiles: Sequence[Profile]
) -> list[Theme]:
    """Build the themes that an edition has figures for.

    Parameters
    ----------
    measures : values of the communes, see `measures_of`.
    facts : words of the run.
    bounds : table `index_bornes`.
    profiles : profiles of the run, the main one first.
    """
    themes = [_score(profile, bounds) for profile in profiles]
    themes += [
        _cut(measures, f"pilier:{profile.id}:{group}", PILLARS, f"{title} – {profile.title}",
             "Moyenne des sous-scores de ce groupe : plus haut, plus exposé.", "", 2)
        for profile in profiles
        for group, title in _groups(profile)
    ]  # fmt: skip
    themes += [
        _cut(measures, f"{key}_pct", INDICATORS_GROUP, *facts.indicators[key], "%", 1)
        for key in INDICATORS
    ]
    themes += [*_people(measures), *_reach(measures), *_doubt(measures)]
    return [t for t in themes if t.column in measures and measures[t.column].notna().any()]


def measures_of(rows: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Gather every value that a theme may show, one row per territory.

    Parameters
    ----------
    rows : see `levels.read_level`.
    scores : see `levels.read_profile_scores`.
    """
    measures = rows.join(scores)
    if "score_haut" in rows:
        measures[_WIDTH] = rows["score_haut"] - rows["score_bas"]
    return measures


def _score(profile: Profile, bounds: pd.DataFrame) -> Theme:
    own = bounds[bounds["profil"].eq(profile.id) & bounds["borne"].eq("classe")]
    breaks = tuple(float(b) for b in own.sort_values("classe")["score_min"])
    names = tuple(labels.CLASS_LABELS.values()) if len(breaks) == len(RAMP) - 1 else ()
    return Theme(
        f"score:{profile.id}", INDEX, profile.title, profile.description, f"score:{profile.id}",
        decimals=2, breaks=breaks, names=names, exact=True,
    )  # fmt: skip


def _groups(profile: Profile) -> list[tuple[str, str]]:
    """Pillars and axes of a profile: id and title."""
    pillars = [(pillar.id, pillar.title) for pillar in profile.pillars]
    return pillars + [(axis.id, axis.title) for axis in profile.axes]


def _cut(
    measures: pd.DataFrame,
    column: str,
    group: str,
    title: str,
    help_: str,
    unit: str,
    decimals: int,
    breaks: Sequence[float] | None = None,
    *,
    reverse: bool = False,
    names: tuple[str, ...] = (),
) -> Theme:
    """Cut a number at given bounds, or in fifths of the communes (fewer where many are equal)."""
    if breaks is None:
        known = measures[column] if column in measures else pd.Series(dtype=float)
        bounds = {round(bound, decimals) for bound in fifths(known)}
        least = known.min() if known.notna().any() else 0.0
        breaks = sorted(bound for bound in bounds if bound > least)
    return Theme(column, group, title, help_, column, unit, decimals, tuple(breaks),
                 reverse=reverse, names=names)  # fmt: skip


def _people(measures: pd.DataFrame) -> list[Theme]:
    return [
        _cut(
            measures, "difficulte_numerique_pct", PEOPLE, "En difficulté numérique (estimation)",
            "Part estimée des 15 ans ou plus en difficulté avec le numérique : à lire avec ses "
            "bornes, dans la fiche.", "%", 1,
        )
    ]  # fmt: skip


def _reach(measures: pd.DataFrame) -> list[Theme]:
    sentences = labels.COVERAGE_SENTENCES.items()
    said = " ; ".join(f"« {labels.COVERAGE_LABELS[key]} » : {text}" for key, text in sentences)
    minutes = (10, 20, 30, 45)
    near = [
        _cut(
            measures, f"{kind}_min", REACH, f"{_label(kind)} : minutes",
            "Durée estimée du trajet en voiture, pour l'habitant médian du territoire.",
            "min", 0, minutes,
        )
        for kind in sorted(kinds_of(measures), key=list(labels.DISPOSITIF_LABELS).index)
    ]  # fmt: skip
    return [
        Theme("couverture", REACH, "Couverture par les conseillers numériques",
              "La moitié des habitants est-elle à portée d'un conseiller numérique ? " + said,
              "couverture", words=labels.COVERAGE_LABELS),
        *near,
        _cut(measures, "population_hors_portee_pct", REACH, "Habitants hors de portée",
             "Part des habitants trop loin d'un conseiller numérique.", "%", 0, (1, 25, 50, 75)),
        _cut(measures, "capacite_pour_10000", REACH,
             "Conseillers à portée pour 10 000 personnes en difficulté",
             "Places des conseillers partagées entre tous ceux qui sont à leur portée.", "", 1,
             reverse=True),
    ]  # fmt: skip


def _label(kind: str) -> str:
    return labels.ACCESS_LABELS[kind]


def _doubt(measures: pd.DataFrame) -> list[Theme]:
    said = " ; ".join(f"« {word} » : {text}" for word, text in labels.CONFIDENCE_SENTENCES.items())
    words = {word: f"Verdict {word}" for word in labels.CONFIDENCE_SENTENCES}
    return [
        _cut(measures, _WIDTH, DOUBT, "Largeur de l'intervalle du score",
             "Écart entre le score haut et le score bas, entre lesquels il tombe neuf fois sur "
             "dix.", "", 2),
        _cut(measures, "probabilite_fragile_pct", DOUBT, "Calculs où le territoire est fragile",
             "Part des calculs, avec d'autres choix raisonnables et l'incertitude des données, où "
             "le territoire est parmi les fragiles.",
             "% des calculs", 0, (1, 10, 50, 90), names=_SHARES),
        Theme("confiance", DOUBT, "Confiance dans le verdict", said, "confiance", words=words),
    ]  # fmt: skip
