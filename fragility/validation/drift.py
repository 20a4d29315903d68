"""What moved between two publications: every measure put together.

Codes are matched in `drift_codes.py`, distances measured in `drift_measures.py`, communes picked
in `drift_movers.py`. What is compared with what, and the warnings, are in `drift_report.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.export.labels import DISPOSITIF_LABELS
from fragility.validation import drift_codes, drift_measures, drift_movers
from fragility.validation.publication import Publication

# Lines of the first table of the page.
TOTALS = {
    "communes": "Communes",
    "iris": "IRIS",
    "population": "Population",
    "conseiller_numerique": "Lieux de conseillers numériques retenus",
    "france_services": "Lieux France services retenus",
    "aidants_connect": "Lieux Aidants Connect retenus",
    "bibliotheque": "Bibliothèques retenues",
    "mediation": "Autres lieux de médiation retenus",
    "sans_score": "Communes sans score",
    "fragiles": "Communes fragiles",
    "fragiles_non_couvertes": "Communes fragiles et non couvertes",
    "population_fragile_non_couverte": "Habitants des communes fragiles et non couvertes",
}


@dataclass(frozen=True)
class Drift:
    """Two publications compared.

    Attributes
    ----------
    before, after : what is compared.
    sources : see `compare_sources`.
    codes : see `drift_codes.compare_codes`.
    pairs : communes of both, see `drift_codes.pair_communes`.
    indicators, iris, quantiles, origins, departements : see `drift_measures`.
    movers, flips : see `drift_movers`.
    has_passage : True when the codes of an older map could be brought forward.
    """

    before: Publication
    after: Publication
    sources: pd.DataFrame
    codes: pd.DataFrame
    pairs: pd.DataFrame
    indicators: pd.DataFrame
    iris: pd.DataFrame
    quantiles: pd.DataFrame
    origins: pd.DataFrame
    departements: pd.DataFrame
    movers: pd.DataFrame
    flips: pd.DataFrame
    has_passage: bool

    @property
    def is_same_edition(self) -> bool:
        """True for two runs of one edition."""
        return self.before.edition.name == self.after.edition.name

    @property
    def is_still(self) -> bool:
        """True when the tables are the same to the last digit."""
        return (
            self.before.communes.equals(self.after.communes)
            and self.before.iris.equals(self.after.iris)
            and self.before.places.sort_index().equals(self.after.places.sort_index())
        )

    @property
    def redefined(self) -> list[str]:
        """Indicators whose sources now measure something else."""
        old, new = self.before.labels, self.after.labels
        return [key for key in self.indicators["indicateur"] if old[key] != new[key]]


def count_totals(publication: Publication) -> dict[str, float]:
    """Totals of a publication, by the keys of `TOTALS`."""
    communes = publication.communes
    flagged = communes["est_fragile_non_couverte"].astype(bool)
    return {
        "communes": len(communes),
        "iris": len(publication.iris),
        "population": float(communes["population"].sum()),
        **{
            kind: int(publication.places.get(kind, 0))
            for kind in DISPOSITIF_LABELS
            if kind in TOTALS
        },
        "sans_score": int(communes["score"].isna().sum()),
        "fragiles": int(communes["est_fragile"].sum()),
        "fragiles_non_couvertes": int(flagged.sum()),
        "population_fragile_non_couverte": float(communes.loc[flagged, "population"].sum()),
    }


def compare_sources(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare the files read, source by source.

    Parameters
    ----------
    before, after : `release`, `fichier`, `sha256`.

    Returns
    -------
    `source`, `avant` and `apres` (names of its releases), `etat`: identique; copie, when a file
    of the same release has other bytes; livraison, when the releases differ; ajoutee; retiree.
    """
    sides = []
    for files, side in ((before, "avant"), (after, "apres")):
        parts = files["release"].str.split("/", n=1, expand=True).reindex(columns=[0, 1])
        content = files["release"] + "/" + files["fichier"] + "/" + files["sha256"]
        by = parts[0].astype("str")
        sides.append(
            pd.DataFrame(
                {
                    f"livraisons_{side}": parts[1].astype("str").groupby(by).agg(_listed),
                    f"contenu_{side}": content.groupby(by).agg(_listed),
                }
            )
        )
    table = sides[0].join(sides[1], how="outer")
    old, new = table["livraisons_avant"], table["livraisons_apres"]
    state = np.select(
        [old.isna(), new.isna(), old != new, table["contenu_avant"] != table["contenu_apres"]],
        ["ajoutee", "retiree", "livraison", "copie"],
        "identique",
    )
    return pd.DataFrame(
        {
            "source": table.index.astype("str"),
            "avant": old.fillna("").to_numpy(),
            "apres": new.fillna("").to_numpy(),
            "etat": state,
        }
    )


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(set(values)))


def compare(
    before: Publication,
    after: Publication,
    passage: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
) -> Drift:
    """Compare two publications.

    Parameters
    ----------
    passage : see `drift_codes.compare_codes`; None when both are on one map, or when nothing says
        how to go from one to the other.
    weights : weight of each indicator in today's profile, equal by default.

    Returns
    -------
    Every measure of the page.
    """
    keys = [key for key in after.indicators if key in before.indicators]
    pairs = drift_codes.pair_communes(
        drift_codes.bring_forward(before.communes, passage), after.communes
    )
    changes = drift_movers.explain_changes(pairs, keys, weights or dict.fromkeys(keys, 1.0))
    return Drift(
        before=before,
        after=after,
        sources=compare_sources(before.files, after.files),
        codes=drift_codes.compare_codes(before, after, passage),
        pairs=pairs,
        indicators=drift_measures.measure_indicators(before, after, pairs),
        iris=drift_measures.measure_iris(before, after),
        quantiles=drift_measures.measure_quantiles(before, after),
        origins=drift_measures.measure_origins(before, after),
        departements=drift_measures.measure_departements(pairs, keys),
        movers=drift_movers.list_movers(changes),
        flips=drift_movers.list_flips(pairs),
        has_passage=passage is not None,
    )
