"""Which communes moved most, what moved them, and who enters or leaves the list to act on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fragility.index.indicators import SMALL_POPULATION

# Half of the last digit shown.
VISIBLE = 0.005
MOVERS = 30
SMALL_MOVERS = 10
COLUMNS = [
    "groupe", "critere", "sens", "code_commune", "nom", "population",
    "score_avant", "score", "rang_avant", "rang", "indicateur", "valeur_avant", "valeur",
    "sous_score_avant", "sous_score",
]  # fmt: skip
# The largest move first; ties: the larger commune, then the lower code.
ORDER = ["move", "taille", "code_commune"]
REASONS = ("fragile", "non_couverte", "les_deux")


def explain_changes(
    pairs: pd.DataFrame, indicators: list[str], weights: Mapping[str, float]
) -> pd.DataFrame:
    """Say how far each commune's score moved, and which indicator moved it most that way.

    Parameters
    ----------
    pairs : see `drift_codes.pair_communes`.
    indicators : those compared.
    weights : weight of each indicator in today's profile; those left out count for nothing.

    Returns
    -------
    The pairs with a score on both sides, with `changement` (today minus before), `gain_rang`
    (places towards rank 1) and `indicateur` ("" when none pushes that way: another profile).

    Notes
    -----
    An indicator pushes by the change of its sub-score; one that appears, by its distance to the
    earlier score, for it pulls the mean towards itself; one that goes away, the reverse.
    """
    known = pairs[pairs["score"].notna() & pairs["score_avant"].notna()]
    change = known["score"] - known["score_avant"]
    pushes = np.zeros((len(known), len(indicators)))
    for position, key in enumerate(indicators):
        old, new = known[f"score_{key}_avant"], known[f"score_{key}"]
        push = (new - old).fillna(new - known["score_avant"])
        push = push.fillna(known["score_avant"] - old).fillna(0.0)
        pushes[:, position] = push * weights.get(key, 0.0) * np.sign(change)
    names = np.array(indicators, dtype=object)[pushes.argmax(axis=1)]
    found = pd.Series(np.where(pushes.max(axis=1) > 0, names, ""), index=known.index, dtype="str")
    return known.assign(
        changement=change, gain_rang=known["rang_avant"] - known["rang"], indicateur=found
    )


def list_movers(changes: pd.DataFrame) -> pd.DataFrame:
    """Pick the communes whose score and rank rise and fall most.

    Parameters
    ----------
    changes : see `explain_changes`.

    Returns
    -------
    `groupe` (habitee: 200 inhabitants or more; petite), `critere` (score, rang), `sens` (hausse:
    more fragile; baisse) and the commune, its scores, ranks, and the indicator that moved it with
    its values. Thirty rows at most per list, ten among the small ones, whose census rates are too
    uncertain to be read beside the others. Ties: the larger commune first, then the lower code.
    """
    table = changes.rename_axis("code_commune").reset_index()
    table["taille"] = table["population"].fillna(0)
    small = table["taille"] < SMALL_POPULATION
    frames = []
    for group, size, members in (
        ("habitee", MOVERS, table[~small]),
        ("petite", SMALL_MOVERS, table[small]),
    ):
        for criterion, column, least in (
            ("score", "changement", VISIBLE),
            ("rang", "gain_rang", 0.5),
        ):
            for sense, sign in (("hausse", 1), ("baisse", -1)):
                move = (sign * members[column]).round(9)
                order = members.assign(move=move).loc[
                    move > least, ["move", "taille", "code_commune"]
                ]
                first = order.sort_values(ORDER, ascending=[False, False, True]).index[:size]
                frames.append(table.loc[first].assign(groupe=group, critere=criterion, sens=sense))
    movers = pd.concat(frames, ignore_index=True)
    return _with_values(movers)[COLUMNS]


def _with_values(movers: pd.DataFrame) -> pd.DataFrame:
    """Values and sub-scores, before and now, of the indicator that moved each commune."""
    sources = {
        "valeur_avant": "{}_pct_avant",
        "valeur": "{}_pct",
        "sous_score_avant": "score_{}_avant",
        "sous_score": "score_{}",
    }
    for target, form in sources.items():
        movers[target] = np.nan
        for key in movers["indicateur"].unique():
            if key:
                own = movers["indicateur"] == key
                movers.loc[own, target] = movers.loc[own, form.format(key)].astype(float)
    return movers


def list_flips(pairs: pd.DataFrame) -> pd.DataFrame:
    """List the communes that enter or leave "fragile and not covered".

    Parameters
    ----------
    pairs : see `drift_codes.pair_communes`.

    Returns
    -------
    `sens` (entree, sortie), `raison` (what changed: fragile, non_couverte, les_deux),
    `code_commune`, `nom`, `population` of today; the most people first.
    """
    old, new = pairs["est_fragile_non_couverte_avant"], pairs["est_fragile_non_couverte"]
    moved = pairs[old != new]
    fragile = moved["est_fragile_avant"] != moved["est_fragile"]
    covered = moved["est_non_couverte_avant"] != moved["est_non_couverte"]
    reason = np.select([fragile & covered, covered], [REASONS[2], REASONS[1]], REASONS[0])
    table = pd.DataFrame(
        {
            "sens": np.where(moved["est_fragile_non_couverte"], "entree", "sortie"),
            "raison": reason,
            "code_commune": moved.index.astype("str"),
            "nom": moved["nom"].to_numpy(),
            "population": moved["population"].to_numpy(float),
        }
    )
    order = ["sens", "population", "code_commune"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)
