"""Tell the map of a list of codes: the 1 January on which the communes it names existed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from fragility.territory.cog import to_commune
from fragility.territory.cog_events import locate, trace_pieces

FIRST = 2012
# A list with nearly all communes of a map also tells by those that it lacks.
_EXHAUSTIVE = 0.98


@dataclass(frozen=True)
class MapYear:
    """The map of a table.

    Attributes
    ----------
    year : 1 January of that year.
    share_pct : codes that this map knows.
    fitting : years whose maps fit as well.
    reason : what told it, in French.
    doubt : what is not sure, else empty.
    """

    year: int
    share_pct: float
    fitting: tuple[int, ...]
    reason: str
    doubt: str = ""


def list_communes(
    movements: pd.DataFrame, communes: pd.DataFrame, *, first: int = FIRST
) -> dict[int, frozenset[str]]:
    """List the communes of each 1 January.

    Parameters
    ----------
    movements : see `readers.insee_cog.read_movements`.
    communes : one year's list, see `readers.insee_cog.read_communes`.
    first : first year; the last one is that of the last movement.

    Returns
    -------
    Year -> codes. A commune that no movement names is on every map.
    """
    pieces = trace_pieces(movements)
    codes = communes.loc[communes["type_commune"] == "COM", "code"]
    still = set(codes[~codes.isin(pieces["code"])])
    last = int(movements["date_effet"].max()[:4])
    return {
        year: frozenset(still.union(locate(pieces, f"{year}-01-01").dropna()))
        for year in range(first, last + 1)
    }


def infer_map(
    codes: Iterable[str],
    maps: Mapping[int, frozenset[str]],
    *,
    usual: int | None = None,
    custom: str = "usage de la source",
) -> MapYear | None:
    """Tell the map of some communes.

    Parameters
    ----------
    codes : communes or municipal arrondissements of a table.
    maps : see `list_communes`.
    usual : year taken where the codes do not contradict it.
    custom : what gives that year, in French.

    Returns
    -------
    None without codes nor custom.

    Examples
    --------
    >>> maps = {2019: frozenset(["01001", "01002"]), 2020: frozenset(["01001"])}
    >>> infer_map(["01001", "01002"], maps).year
    2019
    >>> infer_map(["01001"], maps, usual=2020).year
    2020
    """
    own = set(to_commune(pd.Series(list(codes), dtype="str")))
    if not own or not maps:
        return None if usual is None else MapYear(usual, float("nan"), (), custom)
    inside = {year: len(own & known) for year, known in maps.items()}
    exhaustive = any(inside[year] >= _EXHAUSTIVE * len(known) for year, known in maps.items())
    wrong = {
        year: len(own) - inside[year] + (len(known) - inside[year] if exhaustive else 0)
        for year, known in maps.items()
    }
    fitting = tuple(year for year, count in wrong.items() if count == min(wrong.values()))
    near = max(fitting) if usual is None else min(fitting, key=lambda y: (abs(y - usual), y))
    doubt = ""
    if usual is not None and near != usual:
        doubt = f"les codes vont avec la carte de {near}, alors que ce serait {usual} ({custom})"
        reason = "codes du fichier"
    elif len(fitting) == 1:
        reason = "codes du fichier"
    elif usual is not None:
        reason = f"{custom}, et les codes ne le démentent pas ({_span(fitting)})"
    else:
        reason = f"codes du fichier ({_span(fitting)})"
        doubt = f"les cartes de {_span(fitting)} vont aussi bien : {near} est retenue"
    return MapYear(near, round(100 * float(inside[near]) / len(own), 2), fitting, reason, doubt)


def _span(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} à {years[-1]}"
