"""Reach of several kinds of places side by side, and of nobody where nobody is known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility import schemas

_SHORT = {
    "conseiller_plus_proche_min": "plus_proche_min",
    "conseiller_plus_proche_km": "plus_proche_km",
    "conseiller_plus_proche_nom": "plus_proche_nom",
}


def leave_out_nobody(portee: pd.DataFrame, recensement: pd.DataFrame) -> pd.DataFrame:
    """Blank the share of inhabitants out of reach, and the class, where no inhabitant is known.

    Parameters
    ----------
    portee : `access_portee`.
    recensement : `core_recensement`; Mayotte is not in it, and a few communes have no inhabitant.

    Returns
    -------
    `portee`, in which the minutes of such a territory, those of its representative point, stay.
    """
    people = recensement.drop_duplicates(["niveau", "code"]).set_index(["niveau", "code"])
    own = people["population"].reindex(pd.MultiIndex.from_frame(portee[["niveau", "code"]]))
    known = (own > 0).to_numpy(dtype=bool)
    told = ["population_hors_portee_pct", "couverture"]
    return portee.assign(**{column: portee[column].where(known) for column in told})


def build_dispositifs(
    portees: Mapping[str, pd.DataFrame], recensement: pd.DataFrame
) -> pd.DataFrame:
    """Put the reach of several kinds of places side by side, as `access_dispositifs`.

    Parameters
    ----------
    portees : `access_portee` of each kind (`travel.DISPOSITIFS`).
    recensement : `core_recensement`, for inhabitants.
    """
    people = recensement.drop_duplicates(["niveau", "code"]).set_index(["niveau", "code"])
    parts = []
    for dispositif, portee in portees.items():
        own = people["population"].reindex(pd.MultiIndex.from_frame(portee[["niveau", "code"]]))
        beyond = portee["population_hors_portee_pct"] / 100 * own.to_numpy(dtype=float)
        beyond = beyond.where(own.ne(0).to_numpy(dtype=bool), 0.0)
        table = portee.rename(columns=_SHORT).assign(
            dispositif=dispositif, nb_habitants_hors_portee=beyond
        )
        parts.append(table[list(schemas.TABLES["access_dispositifs"].columns)])
    return pd.concat(parts, ignore_index=True).astype({"dispositif": "str"})
