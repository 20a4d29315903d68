"""How the bounds of classes are written, so that the words part figures as the classes do.

A bound is the lowest figure of a class: often one that nobody would write, 7.2017 where the 1,118
communes just below have 7.2 exactly. « 7,20 ou plus » would be false for all of them, « plus de
7,20 » is true.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from fragility.export.labels import french

EMPTY = "–"  # a class that no figure can reach


def is_written(bound: float, decimals: int) -> bool:
    """Whether the digits that are shown are the whole bound."""
    return abs(bound - round(bound, decimals)) < 1e-9


def written(bound: float, decimals: int) -> str:
    """The bound itself, or the last figure of these digits below it."""
    whole = round(bound, decimals)
    power = 10**decimals
    return french(
        whole if is_written(bound, decimals) else math.floor(bound * power) / power, decimals
    )


def _side(bound: float, decimals: int, unit: str, whole: str, cut: str) -> str:
    shown = written(bound, decimals) + (f" {unit}" if unit else "")
    return (whole if is_written(bound, decimals) else cut).format(shown)


def at_least(bound: float, decimals: int, unit: str = "") -> str:
    """What a figure of the class above the bound is.

    Examples
    --------
    >>> at_least(7.2, 2), at_least(7.2017, 2)
    ('7,20 ou plus', 'plus de 7,20')
    """
    return _side(bound, decimals, unit, "{} ou plus", "plus de {}")


def below(bound: float, decimals: int, unit: str = "") -> str:
    """What a figure of the class under the bound is.

    Examples
    --------
    >>> below(4.2, 2), below(4.2003, 2)
    ('moins de 4,20', '4,20 ou moins')
    """
    return _side(bound, decimals, unit, "moins de {}", "{} ou moins")


def spans(bounds: Sequence[float], decimals: int, unit: str = "") -> list[str]:
    """Write the classes that increasing bounds part, the lowest first.

    Parameters
    ----------
    bounds : lowest figure of each class from the second; infinite ones leave their class empty.
    decimals : digits that figures are shown with.
    unit : written after the figures.

    Examples
    --------
    >>> spans([10, 20], 0, "min")
    ['moins de 10 min', 'de 10 à moins de 20 min', '20 min ou plus']
    >>> spans([4.2003, 6.2, 7.2017], 2)
    ['4,20 ou moins', 'plus de 4,20 à moins de 6,20', 'de 6,20 à 7,20', 'plus de 7,20']
    >>> spans([4.2, float("inf")], 2)
    ['moins de 4,20', '4,20 ou plus', '–']
    """
    after = f" {unit}" if unit else ""
    known = [bound for bound in bounds if math.isfinite(bound)]
    if not known:
        return [f"toutes les valeurs{after}", *[EMPTY] * len(bounds)]
    said = [below(known[0], decimals, unit)]
    for low, high in itertools.pairwise(known):
        ends = written(low, decimals), written(high, decimals)
        whole = is_written(low, decimals), is_written(high, decimals)
        words = {
            (True, True): "de {} à moins de {}",
            (True, False): "de {} à {}",
            (False, True): "plus de {} à moins de {}",
            (False, False): "plus de {} à {}",
        }[whole]
        said.append(words.format(*ends) + after)
    return [*said, at_least(known[-1], decimals, unit), *[EMPTY] * (len(bounds) - len(known))]
