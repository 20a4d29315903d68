"""Zonings in the outputs: the view that counts communes by zoning, and which are not given."""

from __future__ import annotations

import pandas as pd

from fragility.export.view_parts import FRAGILE_COUNTS
from fragility.sources.readers.zonages import DENSITY

IN, OUT = "dedans", "dehors"
# Column of the marts -> its zoning, and the source to give.
GIVEN_BY = {
    "densite_classe": ("grille de densité", "insee_densite"),
    "est_zrr": ("ZRR", "anct_zrr"),
    "est_frr": ("FRR", "anct_frr"),
    "est_acv": ("Action cœur de ville", "anct_acv"),
    "nb_qpv": ("quartiers prioritaires (QPV)", "anct_qpv"),
}


def not_given(communes: pd.DataFrame, edition: str) -> list[str]:
    """Say in one sentence which zonings the run was not given, and how to give them.

    Parameters
    ----------
    communes : mart `communes`; a zoning that was read has a value for every commune.
    edition : name of the edition.

    Returns
    -------
    Empty when all were read.
    """
    absent = [GIVEN_BY[column] for column in GIVEN_BY if communes[column].isna().all()]
    if not absent:
        return []
    names, sources = ", ".join(name for name, _ in absent), ", ".join(key for _, key in absent)
    return [
        f"Zonages non fournis à ce calcul : {names}. Leurs colonnes sont vides, ce qui n'est pas "
        "« non ». Pour les remplir, placez les fichiers où « fragility sources --edition "
        f"{edition} » les attend (« fragility fetch » télécharge ceux qui ont une adresse) ; s'il "
        f"ne les cite pas, « fragility edition new NOM --from {edition} --set SOURCE=FICHIER » "
        f"(SOURCE : {sources}) ; puis relancez le calcul."
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _part(zoning: str, column: str, territory: str) -> str:
    """Sums of one zoning; none where the edition does not read it, its column being empty."""
    return f"""
        SELECT {_quoted(zoning)} AS zonage, {territory} AS territoire,{FRAGILE_COUNTS}
        FROM marts.communes
        WHERE {column} IS NOT NULL
        GROUP BY territoire
        """


def _in_or_out(condition: str) -> str:
    return f"CASE WHEN {condition} THEN {_quoted(IN)} ELSE {_quoted(OUT)} END"


_LEVELS = " ".join(
    f"WHEN {rank} THEN {_quoted(f'{rank} {name}')}" for rank, name in enumerate(DENSITY, start=1)
)
_PARTS = (
    _part("Densité", "densite_classe", f"CASE densite_classe {_LEVELS} END"),
    _part("FRR", "est_frr", _in_or_out("est_frr")),
    _part("ZRR", "est_zrr", _in_or_out("est_zrr")),
    _part("Action cœur de ville", "est_acv", _in_or_out("est_acv")),
    _part("QPV dans la commune", "nb_qpv", _in_or_out("nb_qpv > 0")),
)
VIEW_ZONINGS = (
    "v_fragiles_non_couvertes_par_zonage",
    "Communes fragiles et non couvertes, et habitants concernés, par classe de densité et dans ou "
    "hors des zonages : ceux que l'édition lit.",
    f"SELECT * FROM ({' UNION ALL '.join(_PARTS)}) ORDER BY zonage, territoire",
)
