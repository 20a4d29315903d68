"""Totals that must hold whatever the edition: nothing lost, nothing counted twice.

Each control returns nothing or raises a `DataCheckError` that says which total is off.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.places import UNPLACED
from fragility.controls_profiles import control_bounds
from fragility.errors import DataCheckError
from fragility.export.labels import plural
from fragility.index.composite import effective_weights
from fragility.index.profile_model import Profile
from fragility.index.several import is_plain_mean
from fragility.ledger import ENTERED
from fragility.sources.model import Edition
from fragility.sources.quarantine import rows_of
from fragility.territory.cog import UNKNOWN
from fragility.territory.dated import UNKNOWN_IRIS

MIN_R2 = 0.8
MAX_SET_ASIDE = 0.05
MAX_UNKNOWN = 0.05
UNKNOWN_CODES = (UNKNOWN, UNKNOWN_IRIS)
MIN_KNOWN = 0.9
# Bounds of a national or regional mean, wide enough for any French region and year since 2015.
PLAUSIBLE_MEANS = {
    "non_thd": (0, 90),
    "non_4g": (0, 50),
    "plus_65": (5, 40),
    "peu_diplomes": (20, 80),
    "pauvrete": (4, 60),
}
# Euros a year and consumption unit; France's median is 21,500 to 23,000 since 2018.
PLAUSIBLE_INCOME = (12_000, 45_000)
_REPORT = "comparez les fichiers sources avec ceux du catalogue (« fragility sources »)"


def control_totals(
    communes: pd.DataFrame, iris: pd.DataFrame, edition: Edition, quarantine: pd.DataFrame
) -> None:
    """Rows and population equal the published totals that the edition states.

    Parameters
    ----------
    quarantine : table `quarantaine`: the rows whose absence may explain the gap.
    """
    remedy = _REPORT
    if len(quarantine):
        rows = rows_of(quarantine)
        first = rows.iloc[0]
        remedy = (
            f"{plural(len(rows), 'ligne est', 'lignes sont')} en quarantaine ("
            f"{first['fichier']}, ligne {first['ligne']} : {first['motif']}, "
            f"{first['colonne']} = « {first['valeur']} ») : corrigez-les dans le fichier ou par "
            f"corrections.csv, ou " + _REPORT
        )
    found = {
        "communes": len(communes),
        "iris": len(iris),
        "population": round(float(communes["population"].sum())),
    }
    for name, expected in edition.controls.items():
        if found[name] != expected:
            raise DataCheckError(
                f"Le total « {name} » de l'édition {edition.name} n'est pas celui publié.",
                expected=f"{expected}",
                found=f"{found[name]}",
                remedy=remedy,
            )


def control_nesting(communes: pd.DataFrame, iris: pd.DataFrame) -> None:
    """Every IRIS has its commune, every commune its IRIS, and populations add up."""
    orphans = set(iris["code_commune"]) ^ set(communes["code_commune"])
    if orphans:
        raise DataCheckError(
            "Des communes sans IRIS, ou des IRIS sans commune.",
            expected="les mêmes codes",
            found=", ".join(sorted(orphans)[:8]) + f" ({len(orphans)})",
            remedy=_REPORT,
        )
    total = iris.groupby("code_commune")["population"].sum()
    gap = (total - communes.set_index("code_commune")["population"].fillna(0)).abs()
    if gap.max() > 0.5:
        raise DataCheckError(
            "La population des IRIS ne redonne pas celle de leur commune.",
            expected="un écart d'au plus un demi-habitant",
            found=f"{gap.idxmax()} : {gap.max():.1f} habitants",
            remedy=_REPORT,
        )


def control_scores(table: pd.DataFrame, profile: Profile) -> None:
    """The score is the weighted mean of the sub-scores present, and only then exists."""
    control_bounds(table, profile)
    if not is_plain_mean(profile):
        return  # its sub-scores are not in this table, or its score is no mean of them
    points = table[[f"score_{key}" for key in profile.ids]].set_axis(profile.ids, axis=1)
    values = points.to_numpy(float)
    enough = (~np.isnan(values)).sum(axis=1) >= profile.min_subscores
    mean = np.nansum(values * effective_weights(points, profile), axis=1)
    score = table["score"].to_numpy(float)
    wrong = np.where(enough, ~(np.abs(score - mean) <= 1e-9), ~np.isnan(score))
    if wrong.any():
        row = table[wrong].iloc[0]
        raise DataCheckError(
            "Un score n'est pas la moyenne de ses sous-scores.",
            expected="la moyenne, à 1e-9 près",
            found=f"{row.iloc[0]} : {row['score']}",
            remedy="signalez-le : c'est un défaut du programme",
        )


def control_origins(table: pd.DataFrame, indicators: tuple[str, ...]) -> None:
    """A cell is absent if and only if it has no value; what exists has a year."""
    for key in indicators:
        empty = table[f"{key}_pct"].isna()
        wrong = (empty != table[f"{key}_origine"].eq("absent")) | (
            ~empty & table[f"{key}_annee"].isna()
        )
        if wrong.any():
            raise DataCheckError(
                f"L'origine de {key} ne dit pas d'où vient le chiffre.",
                expected="une origine et une année par valeur, « absent » sinon",
                found=f"{int(wrong.sum())} lignes",
                remedy="signalez-le : c'est un défaut du programme",
            )


def control_coverage(indicators: pd.DataFrame) -> None:
    """Each indicator is known for most communes with a census, and its mean can be France's.

    A truncated file, swapped coordinates or shares in thousandths pass every reader and stop here.
    """
    own = indicators[indicators["niveau"].eq("commune") & indicators["population"].gt(0)]
    for key, (low, high) in PLAUSIBLE_MEANS.items():
        value = own[f"{key}_pct"]
        known = value.notna()
        if known.mean() < MIN_KNOWN:
            raise DataCheckError(
                f"L'indicateur {key} manque dans trop de communes.",
                expected=f"au moins {100 * MIN_KNOWN:.0f} % des communes habitées",
                found=f"{100 * known.mean():.0f} %".replace(".", ","),
                remedy="un fichier source est tronqué ou d'une autre carte : " + _REPORT,
            )
        mean = float((value * own["population"])[known].sum() / own["population"][known].sum())
        if not low <= mean <= high:
            raise DataCheckError(
                f"La moyenne de l'indicateur {key} est invraisemblable.",
                expected=f"entre {low} et {high} %",
                found=f"{mean:.1f} %".replace(".", ","),
                remedy="une unité ou des colonnes ont changé dans un fichier source : " + _REPORT,
            )


def control_incomes(incomes: pd.DataFrame) -> None:
    """The median of the communes' living standards can be that of a French territory.

    Incomes in tens of euros, in francs or by month pass the reader and stop here.
    """
    median = incomes.loc[incomes["niveau"].eq("commune"), "niveau_vie_median"].median()
    low, high = PLAUSIBLE_INCOME
    if pd.notna(median) and not low <= median <= high:
        raise DataCheckError(
            "Le niveau de vie médian des communes est invraisemblable.",
            expected=f"entre {low} et {high} euros par an",
            found=f"{median:.0f}",
            remedy="une unité ou des colonnes ont changé dans un fichier source : " + _REPORT,
        )


def control_unknown(registre: pd.DataFrame) -> None:
    """Few rows of a release bear a code that the edition's map does not know."""
    keys = ["etape", "source"]
    rows = registre[registre["motif"].eq(ENTERED)].groupby(keys)["lignes"].sum()
    lost = registre[registre["motif"].isin(UNKNOWN_CODES)].groupby(keys)["lignes"].sum()
    share = (lost / rows.reindex(lost.index)).sort_values(ascending=False)
    if len(share) and share.iloc[0] > MAX_UNKNOWN:
        (_, source), worst = share.index[0], share.iloc[0]
        raise DataCheckError(
            "Beaucoup de codes d'une livraison sont inconnus de la carte de l'édition.",
            expected=f"au plus {100 * MAX_UNKNOWN:.0f} % de ses lignes",
            found=f"{source} : {100 * worst:.0f} %",
            remedy="vérifiez l'année de sa carte (geography_year) et que ses codes sont entiers",
        )


def control_model(imputation: pd.DataFrame) -> None:
    """The poverty model still predicts what it never saw."""
    r2 = float(imputation.loc[imputation["mesure"].eq("r2"), "valeur"].iloc[0])
    if r2 < MIN_R2:
        raise DataCheckError(
            "Le modèle de pauvreté prédit mal les territoires tenus à l'écart.",
            expected=f"R² au moins {MIN_R2:.2f}".replace(".", ","),
            found=f"{r2:.2f}".replace(".", ","),
            remedy="regardez la table index_imputation avant d'utiliser la pauvreté modélisée",
        )


def control_places(lieux: pd.DataFrame) -> None:
    """Few conseillers' places are set aside for want of a position."""
    own = lieux[lieux["dispositif"] == "conseiller_numerique"]
    share = own["motif_statut"].str.endswith(UNPLACED).mean() if len(own) else 0.0
    if share > MAX_SET_ASIDE:
        raise DataCheckError(
            "Beaucoup de lieux de conseillers sont écartés faute de position.",
            expected=f"au plus {100 * MAX_SET_ASIDE:.0f} %",
            found=f"{100 * share:.1f} %".replace(".", ","),
            remedy="regardez motif_statut dans la table core_lieux",
        )
