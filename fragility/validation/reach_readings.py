"""Fragile communes without a conseiller, by région: how many depends on what « without » means."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.coverage import THRESHOLD_MIN
from fragility.export.labels import french
from fragility.validation.blocks import Block

# Share of the fragile communes of a région without a conseiller numérique, and who published it.
# The text of the study that says what « sans » and « fragile » mean was not found.
PUBLISHED = {
    "11": (
        26.0,
        "L'Institut Paris Region, « La politique d'inclusion numérique francilienne en quête "
        "d'une meilleure coordination », Note rapide Société-Habitat n° 969, 5 janvier 2023 "
        "(https://www.institutparisregion.fr/nos-travaux/publications/"
        "la-politique-dinclusion-numerique-francilienne-en-quete-dune-meilleure-coordination/)",
    )
}


def readings(communes: pd.DataFrame, fragile: pd.Series) -> pd.DataFrame:
    """Share of the fragile communes without a conseiller, by région, in three readings.

    Parameters
    ----------
    communes : mart `communes`.
    fragile : those to count, on its rows.

    Returns
    -------
    `code_region`, `nom_region`, `fragiles` (number), `commune`, `a_20`, `a_30` (percent), the
    whole country last.
    """
    own = communes[fragile & communes["couverture"].notna()]
    minutes = own["conseiller_plus_proche_min"].fillna(np.inf)
    flags = pd.DataFrame(
        {
            "commune": ~own["est_conseiller_dans_commune"].astype(bool),
            "a_20": minutes > THRESHOLD_MIN,
            "a_30": minutes > THRESHOLD_MIN + 10,
        }
    )
    groups = [own["code_region"], own["nom_region"]]
    found = 100 * flags.groupby(groups).mean()
    found.insert(0, "fragiles", flags.groupby(groups).size())
    found = found.reset_index().sort_values("a_20", ascending=False)
    whole = {"code_region": "", "nom_region": "France", "fragiles": len(own)}
    return pd.concat([found, pd.DataFrame([whole | (100 * flags.mean()).to_dict()])])


def _shown(table: pd.DataFrame, words: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Région": table["nom_region"],
            words: table["fragiles"],
            "Aucun dans la commune (%)": table["commune"].round(1),
            "À plus de 20 min (%)": table["a_20"].round(1),
            "À plus de 30 min (%)": table["a_30"].round(1),
        }
    )


def national_block(communes: pd.DataFrame) -> Block:
    """Count the fragile communes without a conseiller, by région, in three readings."""
    table = readings(communes, communes["est_fragile"].fillna(False).astype(bool))
    return Block(
        "Communes fragiles sans conseiller, selon ce que l'on entend par là",
        (
            "La commune dit peu : un conseiller de la commune voisine est souvent tout près. Les "
            "minutes sont celles de l'habitant médian. Une région sans ligne n'a aucune commune "
            "dite fragile : faute de score en Guadeloupe, en Guyane et à Mayotte.",
        ),
        table=_shown(table, "Communes fragiles"),
        caption="Part des communes fragiles sans conseiller numérique, par région",
    )


def regional_block(communes: pd.DataFrame) -> Block:
    """Do so for the most fragile fifth of each région, beside what others have published."""
    table = readings(communes, communes["quintile_region"].eq(5).fillna(False).astype(bool))
    said = []
    for code, (share, source) in PUBLISHED.items():
        own = table[table["code_region"] == code]
        if len(own):
            row = own.iloc[0]
            said.append(
                f"En {row['nom_region']}, {french(share)} % des communes fragiles n'ont pas de "
                f"conseiller numérique France services selon {source}. Ici, du cinquième le plus "
                f"fragile de la région, {french(row['commune'])} % n'en ont aucun dans la commune, "
                f"{french(row['a_20'], 1)} % sont à plus de 20 minutes et "
                f"{french(row['a_30'], 1)} % à plus de 30. Ces chiffres ne se comparent pas terme "
                "à terme : l'étude reprend l'indice de fragilité numérique de La MedNum, qui n'est "
                "pas le nôtre. Ce que nous en avons lu ne dit ni à partir de quel score une "
                "commune y est fragile (un seuil unique peut retenir surtout des villes, un "
                "cinquième des communes retient surtout des villages), ni si « avoir » un "
                "conseiller s'entend dans la commune, dans l'intercommunalité ou à proximité, ni "
                "la date des listes de conseillers."
            )
    return Block(
        "Dans le cinquième le plus fragile de chaque région",
        (
            "Aucune commune d'une région aisée n'est fragile au regard de la France ; la sienne "
            "qui l'est le plus peut l'être pour elle.",
            *said,
        ),
        table=_shown(table, "Communes"),
        caption="Part du cinquième le plus fragile de chaque région sans conseiller numérique",
    )
