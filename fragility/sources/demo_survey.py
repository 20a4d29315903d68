"""Fictional respondents in the layout of the CRÉDOC "Baromètre du numérique".

Drawn from a logistic model on age and diploma, the two that matter in the real survey; no real
answer is copied. Waves 2018 and 2019 are face to face, 2020 and 2022 are an online panel plus
telephone, whose respondents live in the country more often: the mode break of the real series.
Others are planted too: régions are written from 2020 only, and the computers of 2020 are wrong.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.sources.demo_formats import parquet_bytes
from fragility.sources.demo_territory import Array, stream

Flags = NDArray[np.bool_]
_WAVES: Final = {2018: 1_500, 2019: 1_500, 2020: 1_000, 2022: 1_000}
_AGE_LABELS: Final = (
    "12-17 ans", "18-24 ans", "25-39 ans", "40-59 ans", "60-69 ans", "70 ans et plus",
)  # fmt: skip
_DIPLOMAS: Final = ("Non diplômé", "BEPC", "BAC", "Diplômé du supérieur")
_AGGLO: Final = (
    "Communes rurales", "2 000 à 20 000 hab.", "20 000 à 100 000 hab.", "Plus de 100 000 hab.",
    "Agglomération parisienne",
)  # fmt: skip
_HOMES: Final = (
    "Une personne", "Deux personnes", "Trois personnes", "Quatre personnes",
    "Cinq personnes et plus",
)  # fmt: skip
_JOBS: Final = (
    "Agri. exploitant, artisan, commerçant, chef d'entreprise",
    "Cadre et profession intellectuelle supérieure", "Profession Intermédiaire", "Employé",
    "Ouvrier", "Personne au foyer", "Autre inactif", "Retraité",
)  # fmt: skip
_ZEAT: Final = (
    "Région parisienne", "Nord", "Est", "Ouest", "Sud-Ouest", "Centre Est", "Méditerranée",
    "Bassin parisien Est", "Bassin parisien Ouest",
)  # fmt: skip
_REGIONS: Final = (
    "Auvergne Rhone Alpes", "Bourgogne Franche Comté", "Bretagne", "Centre Val de Loire",
    "Grand Est", "Hauts de France", "Ile de France", "Normandie", "Nouvelle Aquitaine",
    "Occitanie", "PACA", "Pays de la Loire",
)  # fmt: skip
_EASE: Final = ("Non, pas du tout", "Non, plutôt pas", "Oui, plutôt", "Oui, tout à fait")
_ABILITY: Final = (
    "Pas du tout compétent", "Pas très compétent", "Assez compétent", "Très compétent",
)  # fmt: skip
_HELP: Final = (
    "Vous y arrivez toujours",
    "Que quelqu’un vous montre, vous explique comment la réaliser tout seul",
    "Que quelqu’un fasse la démarche à votre place",
)
_RELATIVES: Final = {
    "DIFFEADM": "Vous demandez de l'aide à des proches",
    "DIFFINF2": "Vous demandez de l'aide à quelqu'un au sein de votre foyer",
}
_NO_TOOL: Final = "Vous n'utilisez jamais d'outils informatiques et numériques"
_NO_ANSWER: Final = "[Nsp]"
_OFTEN: Final = ("Tous les jours", "Une à deux fois par semaine", "Plus rarement")


def survey_files() -> dict[str, bytes]:
    """Map relative path -> content of the survey."""
    table = pd.concat([_wave(year, size) for year, size in _WAVES.items()], ignore_index=True)
    return {
        "credoc_barometre/demo/barometre_numerique_2007_2022.parquet": parquet_bytes(table),
    }


def _diploma_shares(age: Array) -> Array:
    old = np.clip((age - 45) / 35, 0, 1)
    shares = np.column_stack([
        0.06 + 0.3 * old, 0.38 - 0.02 * old, 0.23 - 0.1 * old, 0.33 - 0.18 * old
    ])  # fmt: skip
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _draw(shares: Array, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Draw one class per row from rows of probabilities."""
    return np.asarray((rng.random(len(shares))[:, None] > shares.cumsum(axis=1)).sum(axis=1))


def _never_online(age: Array, diploma: Array, year: int) -> Array:
    level = {2018: -6.25, 2019: -6.35, 2020: -6.9, 2022: -7.0}[year]
    logit = level + 0.055 * (age - 18) + 0.9 * (age >= 75) + 0.5 * (age >= 80)
    logit += np.array([2.9, 1.6, 0.7, 0.0])[diploma.astype(int)]
    return np.asarray(1 / (1 + np.exp(-logit)))


def _wave(year: int, n: int) -> pd.DataFrame:
    rng = stream(f"survey{year}")
    age = np.floor(12 + 80 * rng.beta(1.15, 1.45, n))
    minor = age < 18
    diploma = np.minimum(_draw(_diploma_shares(age), rng), 3)
    never = rng.random(n) < _never_online(age, diploma, year)
    remote_mode = year >= 2020
    by_phone = remote_mode & (rng.random(n) < np.where(never, 0.75, 0.06))
    agglo = rng.choice(5, n, p=[0.23, 0.17, 0.13, 0.3, 0.17])
    agglo = np.where(by_phone & (rng.random(n) < 0.4), 0, agglo)
    home = np.minimum(rng.poisson(np.where(age >= 70, 0.6, np.where(minor, 2.7, 1.4)), n), 4)
    retired = age > 61 + rng.normal(0, 2, n)
    job = np.where(retired, 7, np.where(age < 20, 6, rng.choice(7, n)))
    frequency = np.where(never, "Jamais", rng.choice(_OFTEN, n, p=[0.87, 0.09, 0.04]))
    home_access = np.where(rng.random(n) < np.where(never, 0.18, 0.95), "Oui", "Non")
    admin = np.where(rng.random(n) < 0.45 + 0.08 * diploma, "Oui", "Non")
    ease = pd.Series(np.array(_EASE)[np.clip(rng.poisson(1.1 + 0.35 * diploma), 0, 3)])
    ease[rng.random(n) < 0.02] = _NO_ANSWER
    frequency[:2] = _NO_ANSWER
    weights = rng.lognormal(0, 0.3, n)
    band = np.searchsorted([18, 25, 40, 60, 70], age, side="right")
    empty = pd.Series(np.nan, index=range(n), dtype="str")
    return pd.DataFrame({
        "IDENT": year * 1e10 + np.arange(1.0, n + 1), "ANNEE": float(year),
        "RECUEIL": pd.Series(np.where(by_phone, "CATI", "CAWI")) if remote_mode else empty,
        "POND": weights * n / weights.sum(), "AGE": age, "AGE6FUZ": np.array(_AGE_LABELS)[band],
        "SEXE": rng.choice(["Femme", "Homme"], n, p=[0.53, 0.47]),
        "AGGLO5": np.array(_AGGLO)[agglo], "ZEAT": rng.choice(_ZEAT, n),
        "REGION": pd.Series(rng.choice(_REGIONS, n)) if remote_mode else empty,
        "NBPERS5": np.array(_HOMES)[home],
        "DIPL5": np.where(minor, _AGE_LABELS[0], np.array(_DIPLOMAS)[diploma]),
        "PCS8EGO": np.array(_JOBS)[job], "FREQTOT": frequency, "INTERNET": home_access,
        "US_ADMI": pd.Series(admin).mask(frequency == "Jamais"),
        "MAITRNUM": ease.mask(minor) if year == 2022 else empty,
        **_skills(year, never, minor, diploma),
    })  # fmt: skip


def _skills(year: int, never: Flags, minor: Flags, diploma: Array) -> dict[str, pd.Series]:
    """Answers on equipment, ease and help, each in the waves that ask: label or missing."""
    # Its own stream: the other answers stay as they were.
    rng = stream(f"survey-skills{year}")
    n = len(never)
    adult, empty = ~minor, pd.Series(np.nan, index=range(n), dtype="str")
    computer = rng.random(n) < np.where(never, 0.3, 0.9)
    if year == 2020:
        computer &= rng.random(n) < 0.75  # the answers of that wave were lost in part
    several = np.where(rng.random(n) < 0.4, "Oui, plusieurs", "Oui, un seul")
    ability = np.clip(rng.poisson(1.4 + 0.3 * diploma), 0, 3)
    need = np.clip(rng.poisson(np.where(never, 1.6, 0.6)), 0, 2)
    lacks = rng.random(n) < np.where(never, 0.7, 0.2)
    hindered = lacks | (rng.random(n) < 0.25)
    asks = rng.random(n) < 0.45
    difficulty = {
        name: pd.Series(np.where(asks, relatives, "Vous vous débrouillez seul"))
        .mask(never, f"[{_NO_TOOL}]" if name == "DIFFEADM" else _NO_TOOL)
        .where(adult)
        for name, relatives in _RELATIVES.items()
    }
    after_2019 = year >= 2020
    return {
        "MICRO": pd.Series(np.where(computer, several, "Non, aucun")),
        "ABILITY": pd.Series(np.array(_ABILITY)[ability]) if year == 2020 else empty,
        "PREFPB": pd.Series(np.array(_HELP)[need]).where(adult) if after_2019 else empty,
        "FREINWEB4": _yes_no(lacks).where(adult) if after_2019 else empty,
        "FREINWEB5": _yes_no(~hindered).where(adult) if after_2019 else empty,
        "DIFFEADM": difficulty["DIFFEADM"] if not after_2019 else empty,
        "DIFFINF2": difficulty["DIFFINF2"] if year == 2022 else empty,
    }


def _yes_no(values: Flags) -> pd.Series:
    return pd.Series(np.where(values, "Oui", "Non"))
