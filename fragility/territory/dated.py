"""A release's table with its vintage, and the step that brings it to the edition's map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from fragility.ledger import ledger
from fragility.territory.cog import (
    apply_passage,
    build_passage,
    fold_arrondissements,
    map_iris_codes,
    to_commune,
)
from fragility.territory.cog_events import trace_pieces

UNKNOWN_IRIS = "IRIS absent de la carte de l'édition"


@dataclass(frozen=True)
class Dated:
    """What a reader returned, and what the catalogue says of it.

    Attributes
    ----------
    frame : the reader's table.
    source : id of the release, for the ledger.
    year : year that the figures describe.
    geography_year : year of the map of its codes; None for points.
    dropped : rows that the reader dropped, by reason.
    """

    frame: pd.DataFrame
    source: str
    year: int
    geography_year: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """The edition's map, and the way to it from the maps of its releases.

    Attributes
    ----------
    codes : communes, sorted.
    passages : map year -> passage (`cog.build_passage`).
    cog_year : year of the map.
    """

    codes: pd.Index
    passages: Mapping[int, pd.DataFrame]
    cog_year: int

    def carried(self, year: int | None) -> pd.Series:
        """Which communes take their figures from one that was split since the map of `year`."""
        passage = self.passage(year)
        parts = passage.loc[passage["part"] < 1, "code_apres"]
        return pd.Series(self.codes.isin(parts), index=self.codes)

    def passage(self, year: int | None) -> pd.DataFrame:
        """Passage from the map of `year`; a later or absent map is taken as the edition's."""
        known = self.cog_year if year is None else min(year, self.cog_year)
        return self.passages[known]


def build_target(
    codes: Iterable[str],
    movements: pd.DataFrame,
    cog_year: int,
    tables: Sequence[Dated | None],
    *,
    weights: pd.Series | None = None,
) -> Target:
    """Prepare the passages that some releases need.

    Parameters
    ----------
    codes : communes of the edition.
    movements : see `readers.insee_cog.read_movements`.
    cog_year : year of the edition's map.
    tables : releases to bring to it. One on a later map keeps its codes: those that the edition
        does not know are dropped and counted.
    weights : inhabitants by commune of the edition, to share communes split again.
    """
    index = pd.Index(sorted(set(codes)), dtype="str", name="code")
    years = {cog_year} | {
        min(t.geography_year, cog_year) for t in tables if t is not None and t.geography_year
    }
    places = trace_pieces(movements)
    passages = {
        year: build_passage(movements, year, cog_year, index, weights=weights, places=places)
        for year in years
    }
    return Target(index, passages, cog_year)


def bring_communes(
    table: Dated,
    target: Target,
    etape: str,
    *,
    counts: Sequence[str] = (),
    rates: Mapping[str, str | None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring a table of communes to the edition's map.

    Returns
    -------
    The table on every commune of the edition (missing where the release has none), and its
    ledger.
    """
    folded, doubles = fold_arrondissements(table.frame)
    frame, dropped = apply_passage(
        folded, target.passage(table.geography_year), counts=counts, rates=rates
    )
    reasons = {**table.dropped, **doubles, **dropped}
    rows_in = len(table.frame) + sum(table.dropped.values())
    lines = ledger(etape, table.source, rows_in, len(frame), reasons)
    return frame.set_index("code_commune").reindex(target.codes), lines


def bring_iris(
    table: Dated, target: Target, known: pd.Index, etape: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring a table of IRIS to the edition's map.

    Parameters
    ----------
    known : IRIS codes of the edition.

    Returns
    -------
    The rows that the edition knows, indexed by IRIS code, and the ledger.
    """
    codes = map_iris_codes(table.frame["code_iris"], target.passage(table.geography_year))
    kept = (known.get_indexer(pd.Index(codes)) >= 0) & ~codes.duplicated(keep=False)
    frame = table.frame[kept].drop(columns="code_iris").set_axis(codes[kept])
    reasons = {**table.dropped, UNKNOWN_IRIS: int((~kept).sum())}
    rows_in = len(table.frame) + sum(table.dropped.values())
    return frame, ledger(etape, table.source, rows_in, len(frame), reasons)


def iris_places(iris: pd.DataFrame) -> pd.DataFrame:
    """Index a list of IRIS by code.

    Parameters
    ----------
    iris : `code_iris`, `type_iris`, and `code_commune` or else `code_arrondissement`.

    Returns
    -------
    `type_iris`, `code_commune`, `est_commune_entiere` (the one IRIS of a commune that is not
    split; after a fusion two communes of that type may be one: neither is then whole).
    """
    if "code_commune" in iris.columns:
        commune = iris["code_commune"]
    else:
        commune = to_commune(iris["code_arrondissement"])
    whole = (iris["type_iris"] == "Z") & ~commune.duplicated(keep=False)
    return pd.DataFrame({
        "type_iris": iris["type_iris"].to_numpy(), "code_commune": commune.to_numpy(),
        "est_commune_entiere": whole.to_numpy(),
    }, index=pd.Index(iris["code_iris"], dtype="str", name="code"))  # fmt: skip
