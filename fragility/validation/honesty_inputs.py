"""Tables of an edition that the measures of docs/incertitude.md need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fragility.index.impute import poverty_features


@dataclass(frozen=True)
class Inputs:
    """Tables of an edition: `index_indicateurs`, `index_scores`, `index_residus`, `core_communes`,
    `core_iris`, `core_recensement`, `core_revenus`.
    """

    indicators: pd.DataFrame
    scores: pd.DataFrame
    residuals: pd.DataFrame
    communes: pd.DataFrame
    iris: pd.DataFrame
    recensement: pd.DataFrame
    revenus: pd.DataFrame

    @property
    def places(self) -> pd.DataFrame:
        """Communes by code."""
        return self.communes.set_index("code_commune")

    @property
    def features(self) -> pd.DataFrame:
        """Predictors of poverty by commune."""
        return poverty_features(self.of(self.recensement), self.of(self.revenus))

    @property
    def population(self) -> pd.Series:
        """Inhabitants by commune."""
        return self.of(self.indicators)["population"]

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Rows of the communes, in their order."""
        rows = table[table["niveau"] == "commune"].set_index("code")
        return rows.reindex(pd.Index(self.communes["code_commune"]))


def read_inputs(folder: Path) -> Inputs:
    """Read what the measures need of an edition."""

    def read(name: str, columns: list[str] | None = None) -> pd.DataFrame:
        return pd.read_parquet(folder / "tables" / f"{name}.parquet", columns=columns)

    codes = ["code_commune", "nom", "code_epci", "code_departement", "code_region"]
    return Inputs(
        indicators=read("index_indicateurs"),
        scores=read("index_scores"),
        residuals=read("index_residus"),
        communes=read("core_communes", codes),
        iris=read("core_iris", ["code_iris", "code_commune"]),
        recensement=read("core_recensement"),
        revenus=read("core_revenus"),
    )
