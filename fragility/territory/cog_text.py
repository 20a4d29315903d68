"""Say in French why the figures of a commune go where a passage sends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from fragility.territory.cog_events import CHANGES_OF_CODE, FUSIONS

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_SHOWN = 3
UNCHANGED = "inchangée"
BY_POPULATION = "partagée au prorata de la population"
EQUALLY = "partagée à parts égales, faute de populations connues"
_FORWARD = {
    **dict.fromkeys(CHANGES_OF_CODE, "changement de code en {apres} le {jour}"),
    **dict.fromkeys(FUSIONS, "fusion dans {apres} le {jour}"),
    "30": "supprimée, territoire rattaché à {apres} le {jour}",
    "20": "création de {apres} sur {avant} le {jour}",
    "21": "rétablie de {avant} sous le code {apres} le {jour}",
}
_BACKWARD = {
    **dict.fromkeys(CHANGES_OF_CODE, "code {avant} avant le {jour}"),
    **dict.fromkeys(FUSIONS, "fusion de {avant} dans {apres} du {jour} défaite"),
    "30": "suppression de {avant} du {jour} défaite",
    "20": "partie de {avant} avant la création de {apres} le {jour}",
    "21": "partie de {avant} avant le rétablissement de {apres} le {jour}",
}


def french_date(date: str) -> str:
    """Write a date for people.

    Examples
    --------
    >>> french_date("2018-01-01"), french_date("2019-12-31")
    ('1er janvier 2018', '31 décembre 2019')
    """
    year, month, day = (int(part) for part in date.split("-"))
    return f"{'1er' if day == 1 else day} {_MONTHS[month - 1]} {year}"


def write_reasons(
    pairs: pd.DataFrame, moves: pd.DataFrame, *, forward: bool, by_population: pd.Series
) -> pd.Series:
    """Write one sentence per pair of a passage.

    Parameters
    ----------
    pairs : `code_avant`, `code_apres` (missing: nowhere), `piece`, `est_divisee` (the first code
        has several successors), `est_reunie` (the second has several predecessors).
    moves : moves of the pieces between the two maps, in the order of time
        (`cog_events.moves_between`).
    forward : the first map is the earlier one.
    by_population : whether the successors share by population, one value per pair.

    Returns
    -------
    Text on the index of `pairs`.
    """
    steps = _path_texts(moves[moves["piece"].isin(pairs["piece"])], forward=forward)
    text = pairs["piece"].map(steps).astype(object)
    stays = text.isna() & (pairs["est_divisee"] | pairs["est_reunie"])
    text.loc[stays] = _stay_texts(pairs, pairs[stays], moves)
    shared = np.where(by_population, f", {BY_POPULATION}", f", {EQUALLY}")
    return text.fillna(UNCHANGED) + np.where(pairs["est_divisee"], shared, "")


def _path_texts(moves: pd.DataFrame, *, forward: bool) -> dict[int, str]:
    """The events of each piece, one after the other, indexed by piece."""
    if not forward:
        moves = moves.iloc[::-1]
    forms = _FORWARD if forward else _BACKWARD
    steps: dict[int, list[str]] = {}
    for piece, mod, date, before, after in zip(
        *(moves[c] for c in ("piece", "mod", "date_effet", "avant", "code")), strict=True
    ):
        steps.setdefault(piece, []).append(_step_text(forms, mod, date, before, after))
    return {piece: ", puis ".join(texts) for piece, texts in steps.items()}


def _step_text(
    forms: Mapping[str, str], mod: str, date: str, before: str | float, after: str | float
) -> str:
    day = french_date(date)
    if pd.isna(before):
        return f"créée le {day} sans commune d'origine"
    if pd.isna(after):
        return f"sortie de la carte le {day}"
    return forms[mod].format(avant=before, apres=after, jour=day)


def _stay_texts(pairs: pd.DataFrame, stays: pd.DataFrame, moves: pd.DataFrame) -> list[str]:
    """What joins or leaves the communes that keep their code, and when."""
    days: dict[int, list[str]] = {}
    for piece, day in zip(moves["piece"], moves["date_effet"], strict=True):
        days.setdefault(piece, []).append(day)
    others = pairs[pairs["code_avant"] != pairs["code_apres"]].dropna(subset=["code_apres"])
    left = _others(others, "code_avant", "code_apres", days)
    joined = _others(others, "code_apres", "code_avant", days)
    texts = []
    for code in stays["code_avant"]:
        parts = [f"garde sa part, séparée de {left[code]}"] if code in left else []
        parts += [f"garde son code, réunie à {joined[code]}"] if code in joined else []
        texts.append(" ; ".join(parts))
    return texts


def _others(
    pairs: pd.DataFrame, key: str, other: str, days: dict[int, list[str]]
) -> dict[str, str]:
    """For each code, the other codes of its pairs and the days of their events, as text."""
    codes: dict[str, list[str]] = {}
    when: dict[str, set[str]] = {}
    for code, name, piece in zip(pairs[key], pairs[other], pairs["piece"], strict=True):
        codes.setdefault(code, []).append(name)
        when.setdefault(code, set()).update(days.get(piece, ()))
    return {code: _listed(names) + _when(when[code]) for code, names in codes.items()}


def _when(days: Iterable[str]) -> str:
    known = sorted(set(days))
    if len(known) > 1:
        return f" entre le {french_date(known[0])} et le {french_date(known[-1])}"
    return f" le {french_date(known[0])}" if known else ""


def _listed(codes: Iterable[str]) -> str:
    """Name the first codes and count the others."""
    names = list(codes)
    more = len(names) - _SHOWN
    text = ", ".join(names[:_SHOWN])
    return f"{text} et {more} autre{'s'[: more > 1]}" if more > 0 else text
