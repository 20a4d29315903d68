"""The causes of a difference with the index of 2023, as data: words, how each is decided, bounds.

Those that a computation can settle, where nothing else holds, are told apart from those that are
only compatible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

Limits = tuple[pd.Series, pd.Series]

LARGE = 1.0
# The latest year that a file of March 2023 can hold: INSEE publishes the census of N in the
# autumn of N + 3 and the incomes of N at the beginning of N + 3, the networks are of a quarter
# before. The file itself states none.
LATEST_YEARS = {"non_thd": 2022, "non_4g": 2022, "plus_65": 2019, "peu_diplomes": 2019,
                "pauvrete": 2020}  # fmt: skip
# Points that an indicator may move by in a year, at most: census and incomes change slowly, fixed
# and mobile networks are built in a few years.
POINTS_A_YEAR = {"non_thd": 10, "non_4g": 10, "plus_65": 1, "peu_diplomes": 1, "pauvrete": 1}
# Sources that measure what the published index does (True) or something else (False).
MEASURES = {"non_thd": ("arcep_fibre", False), "non_4g": ("arcep_couverture", True)}
ABSENT, UNEXPLAINED = "absent", "inexplique"


@dataclass(frozen=True)
class Cause:
    """Why a class differs.

    Attributes
    ----------
    id : name in the tables.
    title, method : French words; how it is decided.
    settled : a computation shows it, and settles it where no other cause holds; the others are only
        ever compatible.
    """

    id: str
    title: str
    method: str
    settled: bool = True


# In the order in which they are taken: what is not comparable, what the file did, what we did, then
# what may be. Two figures that do not measure the same thing settle nothing.
CAUSES = (
    Cause(ABSENT, "Absent ici", "l'édition n'a pas de valeur pour cette ligne"),
    Cause("definition", "Définition différente", "l'édition ne mesure pas la même chose : distance "
          "à un site au lieu d'une couverture 4G, fibre au lieu de 30 Mbit/s", settled=False),
    Cause("fusion", "Communes réunies ou partagées", "le passage entre cartes des communes ne "
          "donne pas un territoire identique"),
    Cause("artefact", "Remplissage par ordre de fichier", "pauvreté publiée égale à celle du code "
          "INSEE voisin, sans taux publié pour la commune"),
    Cause("ex_aequo", "Règle des ex æquo", "une classe d'écart au plus quand les ex æquo prennent "
          "ici le haut de leur intervalle (ties = upper)"),
    Cause("univers", "Univers classé", "une classe d'écart au plus quand les communes sont "
          "classées entre elles, sans les IRIS"),
    Cause("petit_effectif", "Petit effectif", "moins de 200 habitants : l'INSEE déconseille ces "
          "taux (recensement, revenus)", settled=False),
    Cause("imputation", "Valeur estimée ici", "l'origine de la cellule est « impute », et la "
          "valeur qu'il faudrait est à portée de l'erreur du modèle (19 fois sur 20)",
          settled=False),
    Cause("millesime", "Millésimes différents", "notre année n'est pas la plus récente que le "
          "fichier puisse contenir (il ne dit pas la sienne), et la valeur qu'il faudrait est à "
          "portée d'un point par an (dix pour les réseaux)", settled=False),
    Cause(UNEXPLAINED, "Inexpliqué", "aucune des règles ci-dessus"),
)  # fmt: skip


def is_redefined(key: str, sources: frozenset[str]) -> bool:
    """Tell whether an edition that read these sources measures something else than the file."""
    if key not in MEASURES:
        return False
    source, alike = MEASURES[key]
    return (source in sources) != alike


def needed_change(value: pd.Series, published: pd.Series, limits: Limits) -> pd.Series:
    """Points by which a value should move to come within one class of the published one.

    Parameters
    ----------
    value : our indicator, in percent.
    published : published class, fractions allowed.
    limits : values that each class goes from and to, see `Own.limits_of`.

    Examples
    --------
    >>> low = pd.Series(range(0, 100, 10), index=range(1, 11))
    >>> needed_change(pd.Series([5.0]), pd.Series([4.0]), (low, low + 9)).tolist()
    [15.0]
    """
    low = np.floor(published - LARGE).clip(1, 10).map(limits[0])
    high = np.ceil(published + LARGE).clip(1, 10).map(limits[1])
    return pd.concat([low - value, value - high], axis=1).max(axis=1).clip(lower=0)
