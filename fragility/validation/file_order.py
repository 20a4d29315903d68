"""The fill by file order: published poverty that is the class of the neighbouring INSEE code.

Most poverty rates are under statistical secrecy. In the file of 2023, classes that nobody could
compute repeat those of the next codes of the list, across the borders of départements: only the
order of the file can do that.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

# Origins of a rate that was published for the place itself.
OBSERVED = ("observe", "iris")
MIN_RUN = 10
# Points by which classes without a published rate must repeat those of neighbouring codes more
# than the others do, for a file to be called filled.
MIN_EXCESS = 0.2


def runs_of(classes: pd.Series, codes: Iterable[str]) -> pd.DataFrame:
    """Find the runs of equal classes in the order of codes.

    Parameters
    ----------
    classes : published class by code, in any order; missing allowed.
    codes : all codes of the list that is supposed filled; a code without a class ends a run.

    Returns
    -------
    One row per code of `classes`, sorted by code: `serie` (number of the run), `longueur` (of the
    run), `egale_suivante` and `egale_precedente` (same class as the next and the one before),
    `passe_frontiere` (the run holds codes of several départements).

    Examples
    --------
    >>> found = runs_of(pd.Series({"01002": 7.0, "01001": 7.0, "02001": 7.0, "02003": 7.0}),
    ...                 ["01001", "01002", "02001", "02002", "02003"])
    >>> found["longueur"].tolist(), found["passe_frontiere"].tolist()
    ([3, 3, 3, 1], [True, True, True, False])
    """
    ordered = classes.reindex(pd.Index(codes).union(classes.index).sort_values())
    same = ordered.eq(ordered.shift())
    run = (~same).cumsum()
    place = pd.Series(ordered.index.str[:2], index=ordered.index)
    frame = pd.DataFrame({
        "serie": run,
        "longueur": run.groupby(run).transform("size"),
        "egale_suivante": same.shift(-1, fill_value=False).astype(bool),
        "egale_precedente": same,
        "passe_frontiere": place.groupby(run).transform("nunique") > 1,
    })  # fmt: skip
    return frame.loc[ordered.index.isin(classes.index)]


def is_filled(runs: pd.DataFrame, origin: pd.Series) -> pd.Series:
    """Tell which classes were filled by file order.

    Parameters
    ----------
    runs : see `runs_of`.
    origin : origin of our own rate by code; a place without one is not judged.

    Returns
    -------
    True where the class is that of a neighbouring code (the next one, or the one before for the
    last of a run) and no rate was published for the place.
    """
    known = origin.reindex(runs.index)
    unseen = known.notna() & ~known.isin(OBSERVED)
    return (runs["egale_suivante"] | runs["egale_precedente"]) & unseen


def is_repeated(runs: pd.DataFrame, origin: pd.Series) -> bool:
    """Tell whether a file was filled by file order: what chance and neighbourhood give is what the
    places with a published rate show.
    """
    known = origin.reindex(runs.index)
    either = runs["egale_suivante"] | runs["egale_precedente"]
    observed, unseen = known.isin(OBSERVED), known.notna() & ~known.isin(OBSERVED)
    usual = float(either[observed].mean()) if observed.any() else 0.0
    return bool(unseen.any() and either[unseen].mean() > usual + MIN_EXCESS)


def summarise_runs(runs: pd.DataFrame, filled: pd.Series, origin: pd.Series) -> pd.DataFrame:
    """Count what the fill has done, one measure per row: `mesure`, `valeur`."""
    known = origin.reindex(runs.index)
    observed, unseen = known.isin(OBSERVED), known.notna() & ~known.isin(OBSERVED)
    either = runs["egale_suivante"] | runs["egale_precedente"]
    first = runs.drop_duplicates("serie")
    long = first[first["longueur"] >= MIN_RUN]

    def share(what: pd.Series, among: pd.Series) -> float:
        return 100 * float(what[among].mean()) if among.any() else np.nan

    rows = {
        "lignes dont la pauvreté n'est pas publiée au niveau du fichier": float(unseen.sum()),
        "… dont égales au code suivant, %": share(runs["egale_suivante"], unseen),
        "… dont égales au code suivant ou précédent, %": share(either, unseen),
        "même mesure là où la pauvreté est publiée (hasard et voisinage), %":
            share(either, observed),
        "lignes remplies par ordre de fichier": float(filled.sum()),
        f"suites d'au moins {MIN_RUN} codes de même classe": float(len(long)),
        "… dont passent une limite de département": float(long["passe_frontiere"].sum()),
        "plus longue suite, en codes": float(first["longueur"].max()) if len(first) else np.nan,
    }  # fmt: skip
    return pd.DataFrame({"mesure": list(rows), "valeur": list(rows.values())})
