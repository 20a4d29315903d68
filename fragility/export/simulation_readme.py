"""The LISEZMOI.md of a simulation: what it found, how to read it, and its files."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.export.labels import french, plural
from fragility.export.simulation_words import aim_words, closure_words, post_words
from fragility.schemas.simulation import SIMULATION

FILES = (
    ("`simulation.gpkg`", "les points et les contours, pour QGIS"),
    ("`simulation.duckdb`", "les mêmes tables, décrites colonne par colonne"),
    ("`dictionnaire.csv`", "ce que signifie chaque colonne"),
)


def lisezmoi(
    tables: Mapping[str, pd.DataFrame], *, edition: str, banner: str = "", engine: str = ""
) -> str:
    """Return the text of the LISEZMOI.md of a simulation.

    Parameters
    ----------
    tables : those that are written, by name.
    edition : what was read; `banner` : its warning; `engine` : a sentence on travel times.
    """
    if "simulation_resume" in tables:
        row = tables["simulation_resume"].iloc[0]
        title = f"Où placer {plural(row['nb_postes'], 'poste', 'postes')} ({row['nom_zone']})"
        found = post_words(row, tables["simulation_postes"], tables["simulation_territoires"])
        read = aim_words(row)
    else:
        row = tables["fermetures_resume"].iloc[0]
        title = f"Ce que coûte la fin de {plural(row['nb_lieux'], 'lieu', 'lieux')}"
        found = closure_words(row, tables["fermetures_lieux"], tables["fermetures_territoires"])
        read = [
            "Un lieu sert les habitants dont il est le plus proche. Sortent de portée ceux qui "
            f"n'ont plus aucun conseiller à {french(row['seuil_min'])} minutes ; qu'un autre lieu "
            "reçoive plus de monde n'est pas compté.",
        ]
    files = [
        (f"`{name}.csv`", f"{SIMULATION[name].title} : {_lower(SIMULATION[name].description)}")
        for name in tables
    ]
    lines = [f"# {title}", ""]
    if banner:
        lines += [f"> **{banner}** : ces chiffres ne décrivent aucun lieu réel.", ""]
    lines += [f"Simulation sur l'édition `{edition}`. {engine}".strip(), ""]
    lines += ["## En bref", "", *(f"- {line}" for line in found), ""]
    lines += ["## Comment lire", "", *(f"- {line}" for line in read), ""]
    lines += ["## Les fichiers", "", "| Fichier | Contenu |", "| --- | --- |"]
    lines += [f"| {name} | {said} |" for name, said in (*files, *FILES)]
    return "\n".join(lines) + "\n"


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
