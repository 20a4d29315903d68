"""Controls of reach: minutes to the nearest conseiller and posts within them agree.

Both are medians over the inhabitants of a territory, made by two searches of the same surface: the
nearest place from everywhere, and the table of all pairs within 30 minutes.

At a home, a post is within 20 minutes if and only if the nearest is at most 20 minutes away. The
median of the minutes is the lowest value that at least half of the inhabitants do not exceed, so
it is at most 20 when at least half of them are within reach. The median of the posts is not zero
when more than half of them have some. The two differ only where exactly half are within reach:
La Bâtie-des-Fonds (Drôme) in the edition of 2025.

That « some inhabitant has a post » would be another statement, about the share out of reach; the
published number of posts does not speak of it.
"""

from __future__ import annotations

import pandas as pd

from fragility.access.capacity import COUNTED_MIN
from fragility.access.coverage import HALF, THRESHOLD_MIN
from fragility.errors import DataCheckError

# The two searches add up the same minutes in another order, one in single precision.
ROUNDING_MIN = 1e-3
ROUNDING_PCT = 1e-6
_NEAREST, _BEYOND = "conseiller_plus_proche_min", "population_hors_portee_pct"
_REMEDY = "signalez-le : c'est un défaut du programme"


def control_reach(
    communes: pd.DataFrame, iris: pd.DataFrame, engines: pd.DataFrame, lieux: pd.DataFrame
) -> None:
    """Median minutes, share out of reach and posts within reach tell the same of a territory.

    Parameters
    ----------
    communes, iris : the marts.
    engines : table `access_moteur`.
    lieux : mart `lieux`.

    Raises
    ------
    DataCheckError
        Anywhere, when the median inhabitant is within 20 minutes though more than half are not, or
        the reverse; or when fewer posts are within 30 minutes than within 20. Where minutes and
        posts come from the same homes, when the median inhabitant has posts but no place within
        these minutes; or, more than half being within 20 minutes, has none.

    Notes
    -----
    Minutes and posts come from the same homes in an IRIS that has cells, or a contour (then it is
    a point), and in a commune all of whose IRIS have cells: elsewhere posts are counted at the
    points of its IRIS, minutes at its own. With a road network neither is implied: near the edge
    of an extract the nearest place is found without roads, and posts are counted by road. A place
    whose list says that it has no post is near, and adds none.
    """
    by_road = engines["moteur"].eq("route").any()
    counted = not lieux["nb_conseillers"].eq(0).any()
    points = iris.loc[iris["portee_precision"] != "mailles", "code_commune"]
    whole = communes["portee_precision"].eq("mailles") & ~communes["code_commune"].isin(points)
    own = iris["portee_precision"].isin(["mailles", "point"])
    for code, table, same in (("code_commune", communes, whole), ("code_iris", iris, own)):
        _check_shares(table, code)
        _check_order(table, code)
        if not by_road:
            _check_posts(table[same], code, counted=counted)


def _check_shares(table: pd.DataFrame, code: str) -> None:
    """The median is within 20 minutes if and only if at most half are beyond."""
    beyond = table[_BEYOND]
    sure = (beyond - 100 * HALF).abs() > ROUNDING_PCT
    wrong = sure & (table[_NEAREST].le(THRESHOLD_MIN) != beyond.lt(100 * HALF))
    _refuse(
        table[wrong],
        code,
        "Les minutes de l'habitant médian contredisent la part des habitants hors de portée.",
        f"au plus {THRESHOLD_MIN:g} minutes là où la moitié des habitants sont à portée",
        (_NEAREST, _BEYOND),
    )


def _check_order(table: pd.DataFrame, code: str) -> None:
    """Posts within a threshold are within a larger one."""
    near, far = (_posts(minutes) for minutes in COUNTED_MIN)
    _refuse(
        table[table[near] > table[far]],
        code,
        "Des conseillers sont comptés au seuil le plus court et non au plus long.",
        f"{near} au plus égal à {far}",
        (near, far),
    )


def _check_posts(table: pd.DataFrame, code: str, *, counted: bool) -> None:
    """Posts are within reach of the median inhabitant if and only if a place is.

    Parameters
    ----------
    counted : every place has a post, so that a place within reach is a post within reach.
    """
    minutes = table[_NEAREST].fillna(float("inf"))
    for limit in COUNTED_MIN:
        _refuse(
            table[table[_posts(limit)].gt(0) & minutes.gt(limit + ROUNDING_MIN)],
            code,
            f"Des conseillers sont comptés à {limit:g} minutes, le plus proche est plus loin.",
            f"{_NEAREST} au plus égal à {limit:g}",
            (_NEAREST, _posts(limit)),
        )
    most = table[_BEYOND].lt(100 * HALF - ROUNDING_PCT)
    near = most & minutes.lt(THRESHOLD_MIN - ROUNDING_MIN)
    _refuse(
        table[near & ~table[_posts(THRESHOLD_MIN)].gt(0) & counted],
        code,
        "Aucun conseiller n'est compté là où plus de la moitié des habitants en ont un à portée.",
        f"{_posts(THRESHOLD_MIN)} supérieur à 0",
        (_NEAREST, _BEYOND, _posts(THRESHOLD_MIN)),
    )


def _posts(minutes: float) -> str:
    """Column of the posts within some minutes of the median inhabitant."""
    return f"nb_conseillers_{minutes:g}min"


def _refuse(
    wrong: pd.DataFrame, code: str, message: str, expected: str, columns: tuple[str, ...]
) -> None:
    """Stop at the first territory that breaks a rule, if there is one."""
    if wrong.empty:
        return
    first = wrong.iloc[0]
    values = ", ".join(f"{name} = {first[name]:g}" for name in columns)
    raise DataCheckError(
        message,
        expected=expected,
        found=f"{first[code]} : {values} ({len(wrong)} territoires)",
        remedy=_REMEDY,
    )
