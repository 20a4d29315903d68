"""What a profile's figures mean, in French: its scale, its columns, how to read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from fragility.index.profile_model import POINTS, RANKED, Profile
from fragility.schemas import INDICATOR_LABELS, INDICATORS
from fragility.schemas.columns import CONTEXT_LABELS

_NUMBERS = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
)  # fmt: skip
_OF_BASE = {
    "france": "de la France",
    "region": "de la région",
    "departement": "du département",
    "epci": "de l'intercommunalité",
}
_AMONG = {
    "region": ("sa région", "une autre région"),
    "departement": ("son département", "un autre département"),
    "epci": ("son intercommunalité", "une autre intercommunalité"),
}
_DEGREES = {
    "deciles": "décile du territoire",
    "percentiles": "place du territoire, sans classes",
    "min_max": "place entre les deux valeurs extrêmes",
    "bands": "bande où se place le territoire",
}
UNIT_WORDS = {
    "pct": "%",
    "euros": "€",
    "pour_10000": "pour 10 000 habitants",
    "km": "km",
    "minutes": "min",
    "nombre": "",
}


def in_words(number: int) -> str:
    """Write a small number in letters, as French text does.

    Examples
    --------
    >>> in_words(5), in_words(40)
    ('cinq', '40')
    """
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def label_of(profile: Profile, key: str) -> str:
    """Name an indicator of a profile, whoever declares it."""
    own = next((item.label for item in profile.indicators if item.id == key), "")
    return own or (INDICATOR_LABELS[key][0] if key in INDICATORS else CONTEXT_LABELS[key][0])


def unit_of(profile: Profile, key: str) -> str:
    """Unit of an indicator of a profile as a sentence writes it after its value."""
    own = next((item.unit for item in profile.indicators if item.id == key), "")
    kind = own or ("pct" if key in INDICATORS else CONTEXT_LABELS[key][2])
    return UNIT_WORDS[kind]


@dataclass(frozen=True)
class ProfileWords:
    """Sentences on the figures of one profile."""

    profile: Profile

    @property
    def title(self) -> str:
        """Name of the profile, for people."""
        return self.profile.title

    @property
    def known(self) -> dict[str, str]:
        """Labels of its indicators beside the five."""
        return {k: label_of(self.profile, k) for k in self.profile.ids if k not in INDICATORS}

    @property
    def _relative(self) -> bool:
        return self.profile.normalisation == "base_100"

    @cached_property
    def mean(self) -> str:
        """What kind of mean the score is."""
        profile = self.profile
        if profile.aggregation == "geometric":
            return "moyenne géométrique"
        if profile.weights_by != "indicator":
            groups = in_words(len(profile.groups))
            kind = {"axis": "axes", "pillar": "piliers"}[profile.weights_by]
            return f"moyenne de {groups} {kind} à parts égales"
        equal = len({item.weight for item in profile.indicators}) == 1
        return "moyenne simple" if equal else "moyenne pondérée"

    @cached_property
    def scale(self) -> str:
        """How far the score goes."""
        if self._relative:
            return f"100 étant la moyenne {_OF_BASE[self.profile.base]}, plus haut = plus fragile"
        low, high = self.profile.bounds
        return f"de {_number(low)} (moins fragile) à {_number(high)} (plus fragile)"

    @property
    def compared(self) -> str:
        """Which places are compared with one another, "" when it is all those of the edition."""
        if self.profile.base not in _AMONG:
            return ""
        own, other = _AMONG[self.profile.base]
        return (
            f"Chaque territoire est comparé à ceux de {own} seulement, pas à toute la France : le "
            f"même score dans {other} ne veut pas dire la même situation."
        )

    @cached_property
    def out_of(self) -> str:
        """What follows a score: « 7,40 sur 10 »."""
        if self._relative:
            return f" (100 : moyenne {_OF_BASE[self.profile.base]})"
        low, high = self.profile.bounds
        if (low, high) == (1, 10):
            return " sur 10"
        return f" (de {_number(low)} à {_number(high)})"

    @cached_property
    def share(self) -> str:
        """Share of fragile communes, in percent."""
        return _number(self.profile.fragile_share_pct)

    def columns(self) -> dict[str, str]:
        """Descriptions of the columns whose meaning depends on the profile."""
        profile = self.profile
        if self._relative:
            points = (
                f"Points de l'indicateur : 100 pour la moyenne {_OF_BASE[profile.base]}, "
                "davantage pour un territoire plus exposé."
            )
        else:
            low, high = POINTS[profile.normalisation]
            points = (
                f"Sous-score de {_number(low)} (moins exposé) à {_number(high)} (plus exposé) : "
                f"{_DEGREES[profile.normalisation]}."
            )
        outside = " Vide : le profil n'a pas cet indicateur."
        words = {
            f"score_{key}": points + ("" if key in profile.ids else outside) for key in INDICATORS
        }
        of = " des sous-scores" if profile.weights_by == "indicator" else ""
        few = f"moins de {in_words(profile.min_subscores)} sous-scores existent"
        words["score"] = (
            f"{self.mean[0].upper()}{self.mean[1:]}{of}, {self.scale} ; vide si "
            + (few if profile.min_subscores > 1 else "aucun sous-score n'existe")
            + "."
        )
        words["est_fragile"] = (
            f"Score au moins égal au seuil de l'édition (au plus {self.share} % des communes) ; "
            "non aussi quand le score n'est pas calculé."
        )
        if profile.classes == "equal_width":
            words["classe"] = (
                "Cinq classes d'égale largeur entre les scores extrêmes des communes : 1 = moins "
                "fragile, 5 = plus fragile."
            )
        return words

    def how_to_read(self, labels: dict[str, str]) -> list[str]:
        """Sentences on the score and the class.

        Parameters
        ----------
        labels : names of the five indicators, as the edition measures them.
        """
        profile = self.profile
        names = [(labels | self.known)[key] for key in profile.ids]
        low, high = profile.bounds
        opening = (
            f"Le score vaut 100 pour la moyenne {_OF_BASE[profile.base]} ; plus haut, le "
            "territoire est plus fragile. "
            if self._relative
            else f"Le score va de {_number(low)} (moins fragile) à {_number(high)} (plus fragile). "
        )
        if profile.weights_by == "indicator":
            of = f"{in_words(len(names))} sous-scores"
            kind = self.mean.removesuffix(" simple")
            opening += f"C'est la {kind} de {of}"
        else:
            opening += f"C'est la {self.mean}, de {in_words(len(names))} sous-scores en tout"
        comma = " ; " if any("," in name for name in names) else ", "
        if profile.score_range:
            low, high = POINTS[profile.normalisation]
            opening += f" de {_number(low)} à {_number(high)}, étirée à cette échelle"
        said = opening + self._fewer() + " : " + comma.join(map(_small, names)) + "."
        return [self.compared, said] if self.compared else [said]

    def _fewer(self) -> str:
        """What becomes of a place that lacks an indicator."""
        profile = self.profile
        if profile.missing == "zero":
            return " (un indicateur inconnu y compte pour 0)"
        lacking = len(profile.ids) - profile.min_subscores
        if lacking == 0:
            return ""
        if lacking == 1:
            few = in_words(profile.min_subscores)
            return f" (de {few} là où il en manque un, et le motif le dit)"
        few = in_words(profile.min_subscores)
        return f" (de {few} au moins là où il en manque, et le motif le dit)"

    @property
    def shares_ranks(self) -> bool:
        """Whether places with the same value share the middle of their ranks."""
        profile = self.profile
        ranked = profile.normalisation in RANKED and profile.ties == "mid"
        return ranked and "non_4g" in profile.ids

    @cached_property
    def classes(self) -> str:
        """How the class cuts the communes."""
        if self.profile.classes == "equal_width":
            return "La classe coupe l'écart entre les communes extrêmes en cinq parts égales"
        return (
            "La classe coupe les communes en cinq groupes à peu près égaux (celles de même score "
            "restent ensemble)"
        )


def _small(title: str) -> str:
    return title[0].lower() + title[1:]


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")
