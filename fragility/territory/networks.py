"""`core_fixe` and `core_mobile`: what the operators' networks reach, on the edition's map."""

from __future__ import annotations

import pandas as pd

from fragility.ledger import ledger, stack
from fragility.schemas import empty_table
from fragility.territory.dated import Dated, bring_communes, build_target


def build_fixe(
    *,
    communes: pd.Series,
    movements: pd.DataFrame,
    cog_year: int,
    fixe: Dated,
    weights: pd.Series | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `core_fixe`: premises without fast wired internet, or without fibre, by commune.

    Parameters
    ----------
    communes : codes of the communes of the edition.
    movements, cog_year : see `census.build_recensement`.
    fixe : `read_fixe` (arrondissements are added up to their commune), or `read_fibre`, which
        gives a share and no premises.
    weights : inhabitants by commune, to share communes that were split again.

    Returns
    -------
    A row per commune of the edition, missing where the release has none or where there are no
    premises; and the ledger.
    """
    target = build_target(communes, movements, cog_year, [fixe], weights=weights)
    if "fibre_pct" in fixe.frame.columns:
        counts, lines = bring_communes(fixe, target, "core_fixe", rates={"fibre_pct": "population"})
        counts[["nb_locaux", "nb_locaux_thd"]] = float("nan")
        share = (100 - counts["fibre_pct"]).clip(0, 100)
    else:
        columns = ["nb_locaux", "nb_locaux_thd"]
        counts, lines = bring_communes(fixe, target, "core_fixe", counts=columns)
        premises = counts["nb_locaux"].where(counts["nb_locaux"] > 0)
        share = (100 * (1 - counts["nb_locaux_thd"] / premises)).clip(0, 100)
    frame = pd.DataFrame({
        "code_commune": target.codes.astype("str"),
        "nb_locaux": counts["nb_locaux"].to_numpy(),
        "nb_locaux_thd": counts["nb_locaux_thd"].to_numpy(),
        "non_thd_pct": share.to_numpy(),
    })  # fmt: skip
    doubtful = fixe.frame.get("est_douteux")
    marked = [] if doubtful is None else fixe.frame.loc[doubtful, "code_commune"]
    frame["est_douteux"] = frame["code_commune"].isin(marked)
    year = pd.Series(fixe.year, index=frame.index, dtype="Int64")
    frame["non_thd_annee"] = year.where(frame["non_thd_pct"].notna())
    return frame, lines


def build_mobile(*, sites: Dated | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `core_mobile`: the 4G sites, numbered in the order of the files.

    Parameters
    ----------
    sites : `read_sites`; None where the edition reads none.

    Returns
    -------
    A row per site, and the ledger.
    """
    if sites is None:
        return empty_table("core_mobile"), stack()
    frame = sites.frame.reset_index(drop=True)
    frame.insert(0, "id_site", pd.RangeIndex(len(frame)).astype("int64"))
    frame = frame.astype({"operateur": "str", "annee": "int64"})
    rows_in = len(frame) + sum(sites.dropped.values())
    lines = ledger("core_mobile", sites.source, rows_in, len(frame), dict(sites.dropped))
    return frame[["id_site", "operateur", "longitude", "latitude", "annee"]], lines
