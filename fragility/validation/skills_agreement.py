"""How far the estimate of digital difficulty is from the rates that INSEE published by EPCI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from scipy.stats import spearmanr

CONTROL = Path("controles") / "illectronisme_insee_epci_hdf.json"


@dataclass(frozen=True)
class Agreement:
    """How far the estimate is from rates that INSEE published.

    Attributes
    ----------
    count : EPCI compared.
    spearman : rank correlation.
    error, bias : mean absolute and mean error, points.
    covered : share of the published rates that the 90 % interval holds, percent.
    simple : rank correlation of the plain sum of two standardised shares, 65+ and low diplomas.
    """

    count: int
    spearman: float
    error: float
    bias: float
    covered: float
    simple: float


def compare_with_published(
    competences: pd.DataFrame, published: pd.DataFrame, epci: pd.DataFrame
) -> tuple[Agreement, pd.DataFrame]:
    """Compare EPCI estimates with published rates.

    Parameters
    ----------
    competences : table `index_competences`.
    published : see `readers.insee_epci_rates.read_illectronisme`.
    epci : `code_epci`, `plus_65_pct`, `peu_diplomes_pct`, means of its communes.
    """
    own = competences[competences["niveau"] == "epci"].set_index("code")
    both = (
        published.set_index("code_epci")[["taux_pct"]]
        .join(own, how="inner")
        .join(epci.set_index("code_epci"))
    )
    gap = both["difficulte_numerique_pct"] - both["taux_pct"]
    inside = both["taux_pct"].between(
        both["difficulte_numerique_bas"], both["difficulte_numerique_haut"]
    )
    two = both[["plus_65_pct", "peu_diplomes_pct"]]
    simple = ((two - two.mean()) / two.std()).sum(axis=1)
    found = Agreement(
        len(both),
        float(spearmanr(both["difficulte_numerique_pct"], both["taux_pct"]).statistic),
        float(gap.abs().mean()),
        float(gap.mean()),
        float(100 * inside.mean()),
        float(spearmanr(simple, both["taux_pct"]).statistic),
    )
    return found, both


def epci_shares(indicators: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """65+ and low diplomas of each EPCI: means of its communes, weighted by inhabitants."""
    own = indicators[indicators["niveau"] == "commune"].set_index("code")
    group = communes.set_index("code_commune")["code_epci"].reindex(own.index)
    weight = own["population"].fillna(0)
    total = weight.groupby(group).sum()
    return pd.DataFrame(
        {
            name: (own[name].fillna(0) * weight).groupby(group).sum() / total.where(total > 0)
            for name in ("plus_65_pct", "peu_diplomes_pct")
        }
    ).rename_axis("code_epci").reset_index()  # fmt: skip
