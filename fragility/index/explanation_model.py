"""Why a place has its score: what an explanation holds, before it is put into words.

Fields that tables have too keep the name of their column.
"""

from __future__ import annotations

from dataclasses import dataclass

MODELLED = "pauvrete"  # the indicator that a model gives where it is not published


@dataclass(frozen=True)
class Figure:
    """One indicator of a place.

    Attributes
    ----------
    valeur : value, in its unit; None when it is absent, and for an EPCI or a département.
    points : points on the scale of the profile.
    poids : share of the indicator in the score of this place, 0 to 1.
    contribution : points of the score that it brings; they add up to the score.
    moyenne : the same of the average place of the level, with the indicators that this place has.
    erreur : for a modelled rate, error in points not exceeded nine times in ten.
    fichier : file that the user brought for this indicator, under the folder of the raw files.
    """

    indicateur: str
    valeur: float | None
    origine: str | None
    annee: int | None
    points: float | None
    poids: float | None
    contribution: float | None
    moyenne: float | None
    erreur: float | None
    fichier: str | None = None

    @property
    def ecart(self) -> float | None:
        """What it adds to the score, or takes from it, compared with the average place."""
        if self.contribution is None or self.moyenne is None:
            return None
        return self.contribution - self.moyenne


@dataclass(frozen=True)
class Standing:
    """Rank among the places of a territory, see `standings.rank_within`."""

    perimetre: str
    code: str
    nom: str
    rang: int
    nombre: int
    ex_aequo: int
    moins_fragiles_pct: float | None


@dataclass(frozen=True)
class Shift:
    """What one indicator alone would have to become, see `thresholds.class_shifts`.

    Attributes
    ----------
    repere : value of a place that has the points needed, where the points are a mean of others'.
    levier : `reseau_fixe`, `reseau_mobile`, or None when nobody can act upon it.
    """

    sens: str
    classe: int
    borne: float
    indicateur: str
    levier: str | None
    applicable: bool
    possible: bool
    valeur: float | None
    points_vises: float | None
    repere: float | None = None


@dataclass(frozen=True)
class Similar:
    """A place that resembles; `ecart` is its score less that of the place explained."""

    code: str
    nom: str
    code_departement: str
    nom_departement: str
    population: float | None
    score: float
    ecart: float
    distance: float
    bandes_voisines: int


@dataclass(frozen=True)
class Unit:
    """An IRIS of a divided commune."""

    code: str
    nom: str
    population: float | None
    score: float | None
    est_population_estimee: bool = False


@dataclass(frozen=True)
class Certainty:
    """Interval of the score and of the rank, and probability of being fragile."""

    score_bas: float | None
    score_haut: float | None
    rang_bas: int | None
    rang_haut: int | None
    probabilite_fragile_pct: float | None
    confiance: str | None


@dataclass(frozen=True)
class Difficulty:
    """People in digital difficulty, as in the table of the level."""

    difficulte_numerique_pct: float
    difficulte_numerique_bas: float | None
    difficulte_numerique_haut: float | None
    nb_personnes_en_difficulte: float | None
    difficulte_origine: str
    est_difficulte_extrapolee: bool
    nb_personnes_en_difficulte_bas: float | None = None
    nb_personnes_en_difficulte_haut: float | None = None


@dataclass(frozen=True)
class Reach:
    """Nearest conseiller numérique, as in the table of the level."""

    conseiller_plus_proche_min: float | None
    conseiller_plus_proche_km: float | None
    conseiller_plus_proche_nom: str | None
    est_conseiller_dans_commune: bool
    population_hors_portee_pct: float | None
    couverture: str | None
    portee_precision: str


@dataclass(frozen=True)
class Explanation:
    """Everything that explains a place's score.

    Attributes
    ----------
    appartenance : columns `code_` and `nom_` of the territories around.
    profil : id of the index profile.
    bornes_score : lowest and highest possible score, None where there is no limit.
    score_moyen : score of the average place of the level, with the indicators that this one has.
    est_douteux : the figure of the fixed network is to be checked.
    est_decoupee : the score of the commune comes from those of its IRIS.
    score_reseaux, classe_reseaux : with networks as good as can be, all else equal.
    bande : lowest and highest population (None: no limit) of the places it is compared with.
    nb_communes, nb_communes_fragiles, nb_communes_fragiles_non_couvertes : of an EPCI or a
        département.
    """

    niveau: str
    code: str
    nom: str
    appartenance: dict[str, str]
    profil: str
    bornes_score: tuple[float | None, float | None]
    population: float | None
    population_origine: str | None
    population_annee: int | None
    est_petit_effectif: bool
    est_douteux: bool
    score: float | None
    score_moyen: float | None
    classe: int | None
    rang: int | None
    est_fragile: bool
    certitude: Certainty | None
    indicateurs: tuple[Figure, ...]
    places: tuple[Standing, ...]
    changements: tuple[Shift, ...]
    score_reseaux: float | None
    classe_reseaux: int | None
    est_decoupee: bool
    iris: tuple[Unit, ...]
    semblables: tuple[Similar, ...]
    bande: tuple[int, int | None]
    portee: Reach | None
    difficulte: Difficulty | None
    motif: str
    type_fragilite: str | None = None
    nb_communes: int | None = None
    nb_communes_fragiles: int | None = None
    nb_communes_fragiles_non_couvertes: int | None = None

    @property
    def contributions(self) -> dict[str, float]:
        """Points of the score by indicator, those that count; they add up to the score."""
        return {
            figure.indicateur: figure.contribution
            for figure in self.indicateurs
            if figure.contribution is not None
        }
