"""`core_revenus`: living standards, poverty and benefits, on the edition's map."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from fragility.ledger import stack
from fragility.territory.dated import (
    Dated,
    Target,
    bring_communes,
    bring_iris,
    build_target,
    iris_places,
)

ETAPE = "core_revenus"
_YEARS = {"niveau_vie_median": "niveau_vie_annee", "pauvrete_pct": "pauvrete_annee"}
_COLUMNS = (
    "niveau", "code", "niveau_vie_median", "niveau_vie_annee", "pauvrete_pct", "pauvrete_annee",
    "pauvrete_origine", "dependance_prestations_pct",
)  # fmt: skip


def _fill(
    out: pd.DataFrame, found: pd.DataFrame, year: int, origin: pd.Series | str = "observe"
) -> pd.DataFrame:
    """Fill the cells still missing from one more release, with its year and origin."""
    out = out.copy()
    new = out["pauvrete_pct"].isna() & found["pauvrete_pct"].reindex(out.index).notna()
    out["pauvrete_origine"] = out["pauvrete_origine"].where(~new, origin)
    for column, dated in _YEARS.items():
        new = out[column].isna() & found[column].reindex(out.index).notna()
        out[column] = out[column].where(~new, found[column].reindex(out.index))
        out[dated] = out[dated].where(~new, year)
    return out


def _empty(index: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame(index=index, columns=list(_YEARS), dtype=float)
    years = {dated: pd.array([pd.NA] * len(index), dtype="Int64") for dated in _YEARS.values()}
    return frame.assign(**years, pauvrete_origine="absent")


def _communes(
    comparateur: Dated | None, filosofi: Sequence[Dated], target: Target
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    out, ledgers = _empty(target.codes), []
    weighted = [(comparateur, "population")] if comparateur is not None else []
    weighted += [(table, "nb_personnes") for table in filosofi]
    # The most recent incomes first; the comparateur before a table of the same year.
    weighted.sort(key=lambda pair: -pair[0].year)
    for table, weight in weighted:
        found, lines = bring_communes(
            table, target, ETAPE, rates={"niveau_vie_median": weight, "pauvrete_pct": weight}
        )
        ledgers.append(lines)
        carried = target.carried(table.geography_year).map({True: "commune", False: "observe"})
        out = _fill(out, found, table.year, carried)
    return out, ledgers


def benefit_shares(counts: pd.DataFrame, iris: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Share of recipients living mostly on benefits, by IRIS and by split commune.

    The commune's figure rests on its IRIS where both counts are shown (those under five are not).

    Parameters
    ----------
    counts : `nb_allocataires`, `nb_dependants` by IRIS code.
    iris : `code_commune` by IRIS code.

    Returns
    -------
    Percent by IRIS and percent by commune.
    """
    shown = counts[counts.notna().all(axis=1) & (counts["nb_allocataires"] > 0)]
    commune = iris["code_commune"].reindex(shown.index).to_numpy()
    sums = shown[["nb_allocataires", "nb_dependants"]].groupby(commune).sum()
    by_iris = (100 * shown["nb_dependants"] / shown["nb_allocataires"]).clip(0, 100)
    return by_iris, (100 * sums["nb_dependants"] / sums["nb_allocataires"]).clip(0, 100)


def _finish(values: pd.DataFrame, level: str) -> pd.DataFrame:
    out = values.rename_axis("code").reset_index().assign(niveau=level)
    types = {"niveau": "str", "code": "str", **dict.fromkeys(_YEARS, "float64"),
             **dict.fromkeys(_YEARS.values(), "Int64"), "pauvrete_origine": "str",
             "dependance_prestations_pct": "float64"}  # fmt: skip
    return out.astype(types)[list(_COLUMNS)]


def build_revenus(
    *,
    communes: pd.Series,
    iris: pd.DataFrame,
    movements: pd.DataFrame,
    cog_year: int,
    comparateur: Dated | None = None,
    filosofi_communes: Sequence[Dated] = (),
    filosofi_iris: Dated | None = None,
    caf: Dated | None = None,
    weights: pd.Series | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `core_revenus` from the releases that the edition has.

    Parameters
    ----------
    communes, iris, movements, cog_year : see `census.build_recensement`.
    comparateur : `read_comparateur`; its `year` here is that of the INCOMES (its `income`
        option), not that of the census.
    filosofi_communes : `read_filosofi_communes`. Each table fills what the more recent ones
        leave missing.
    filosofi_iris : `read_filosofi_iris`. caf : `read_caf_iris`.
    weights : inhabitants by commune, to share communes that were split again.

    Returns
    -------
    The table (a row per commune, then a row per IRIS) and its ledger. The year goes with each
    cell. The median of a fusion is the mean of the medians, weighted by persons: an approximation.
    """
    target = build_target(
        communes, movements, cog_year,
        [comparateur, *filosofi_communes, filosofi_iris, caf], weights=weights,
    )  # fmt: skip
    places = iris_places(iris)
    by_commune, ledgers = _communes(comparateur, filosofi_communes, target)
    by_iris = _empty(places.index)
    by_commune["dependance_prestations_pct"] = float("nan")
    by_iris["dependance_prestations_pct"] = float("nan")
    if filosofi_iris is not None:
        found, lines = bring_iris(filosofi_iris, target, places.index, ETAPE)
        ledgers.append(lines)
        by_iris = _fill(by_iris, found, filosofi_iris.year)
    if caf is not None:
        counts, lines = bring_iris(caf, target, places.index, ETAPE)
        ledgers.append(lines)
        shares, sums = benefit_shares(counts, places)
        by_iris["dependance_prestations_pct"] = shares.reindex(places.index)
        by_commune["dependance_prestations_pct"] = sums.reindex(target.codes)
    whole = places["est_commune_entiere"]
    inherited = by_commune.reindex(places["code_commune"]).set_axis(places.index)
    by_iris = by_iris.mask(whole, inherited)
    frame = pd.concat([_finish(by_commune, "commune"), _finish(by_iris, "iris")], ignore_index=True)
    return frame, stack(*ledgers)
