"""Where the figures of the communes come from: shares published, derived, modelled and absent."""

from __future__ import annotations

import pandas as pd

from fragility.export.facts import RunFacts

ORIGIN_COLUMNS = ["indicateur", "observe_pct", "derive_pct", "impute_pct", "absent_pct", "annees"]


def years_of(years: pd.Series) -> str:
    """Write the years of a column, or that it has none."""
    return ", ".join(str(int(year)) for year in sorted(years.dropna().unique())) or "absent"


def origin_shares(communes: pd.DataFrame, facts: RunFacts) -> pd.DataFrame:
    """Return, for each indicator, the share of communes observed, derived, modelled and absent.

    Returns
    -------
    Frame with `indicateur`, `observe_pct`, `derive_pct`, `impute_pct`, `absent_pct`, `annees`.
    """
    rows = []
    for key, (title, _) in facts.indicators.items():
        share = communes[f"{key}_origine"].value_counts(normalize=True) * 100
        rows.append(
            (
                title,
                share.get("observe", 0.0),
                share.get("commune", 0.0) + share.get("iris", 0.0),
                share.get("impute", 0.0),
                share.get("absent", 0.0),
                years_of(communes[f"{key}_annee"]),
            )
        )
    return pd.DataFrame(
        rows,
        columns=ORIGIN_COLUMNS,
    )


def context_shares(context: pd.DataFrame, communes: int, facts: RunFacts) -> pd.DataFrame:
    """Return the same for the indicators of the profile beside the five.

    Parameters
    ----------
    context : table `index_contexte`.
    communes : number of communes; a value that is not in the table is absent.
    """
    rows = []
    for key, title in facts.words.known.items():
        own = context[context["niveau"].eq("commune") & context["indicateur"].eq(key)]
        share = own["origine"].value_counts() * 100 / max(communes, 1)
        rows.append(
            (
                title,
                share.get("observe", 0.0),
                share.get("commune", 0.0) + share.get("iris", 0.0),
                share.get("impute", 0.0),
                100 - 100 * len(own) / max(communes, 1),
                years_of(own["annee"]),
            )
        )
    return pd.DataFrame(rows, columns=ORIGIN_COLUMNS)
