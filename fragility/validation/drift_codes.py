"""Which codes came and went between two publications, and whose figures go with whose.

The communes of an older map are brought forward by a passage (`territory.cog`): counts are added
up, rates are averaged by population, so that a merged commune is compared with the merged figure
of the older publication.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.index.composite import SCORE_DECIMALS
from fragility.schemas import INDICATORS
from fragility.territory.cog import apply_passage
from fragility.validation.publication import Publication

NATURE_WORDS = {
    "changement_code": "changement de code",
    "fusion": "fusion de communes",
    "retablissement": "commune rétablie",
    "scission": "commune créée sur une autre",
    "sans_successeur": "sortie de la carte",
    "iris": "découpage en IRIS revu",
}
UNEXPLAINED = "sans explication"
COLUMNS = ["niveau", "sens", "code", "nom", "population", "nature", "explication"]
# Averaged as shares of population, then read again as flags: a majority decides.
FLAGS = ("est_fragile", "est_fragile_non_couverte", "est_non_couverte")


def compare_codes(
    before: Publication, after: Publication, passage: pd.DataFrame | None
) -> pd.DataFrame:
    """List the codes lost and gained, each with what explains it.

    Parameters
    ----------
    passage : `code_avant`, `code_apres`, `part`, `nature` and perhaps `motif`, or None.

    Returns
    -------
    `niveau` (commune, iris), `sens` (perdu, gagne), `code`, `nom`, `population` (of a commune),
    `nature` ("" when nothing explains it) and `explication`; the unexplained ones first.
    """
    moves = _moves(passage)
    frames = []
    for sens, own, other, here, there in (
        ("perdu", before, after, "code_avant", "code_apres"),
        ("gagne", after, before, "code_apres", "code_avant"),
    ):
        known = pd.Index(other.communes["code_commune"])
        # A move explains a code only if what it leads to is there, or nowhere.
        real = moves[_among(moves[there], known) | moves["code_apres"].isna()].drop_duplicates(
            [here, there]
        )
        told = _told(real, here, there, other.communes.set_index("code_commune")["nom"])
        gone = own.communes[~_among(own.communes["code_commune"], known)]
        frames.append(
            _explained(gone["code_commune"], gone["code_commune"], told).assign(
                niveau="commune", sens=sens, nom=gone["nom"], population=gone["population"]
            )
        )
        units = own.iris[~_among(own.iris["code_iris"], pd.Index(other.iris["code_iris"]))]
        redrawn = told
        if own.edition.cog_year != other.edition.cog_year:
            still = known.difference(told.index)
            revised = pd.DataFrame(
                {"nature": "iris", "explication": NATURE_WORDS["iris"]}, index=still
            )
            redrawn = pd.concat([told, revised])
        frames.append(
            _explained(units["code_iris"], units["code_commune"], redrawn).assign(
                niveau="iris", sens=sens, nom=units["nom"], population=np.nan
            )
        )
    codes = pd.concat(frames, ignore_index=True)[COLUMNS]
    codes["_explained"] = codes["nature"] != ""
    order = ["_explained", "niveau", "sens", "code"]
    return codes.sort_values(order, ascending=[True, True, False, True], ignore_index=True)[COLUMNS]


def _among(codes: pd.Series, known: pd.Index) -> np.ndarray:
    """True for the codes that are known; `isin` is ten times as long on Arrow's text."""
    return known.get_indexer(pd.Index(codes)) >= 0


def _moves(passage: pd.DataFrame | None) -> pd.DataFrame:
    """Rows of a passage that say something happened, with a `motif`."""
    if passage is None:
        return pd.DataFrame(columns=["code_avant", "code_apres", "nature", "motif"], dtype="str")
    moves = passage[passage["nature"] != "inchange"]
    motif = moves["motif"] if "motif" in moves else pd.Series("", index=moves.index, dtype="str")
    return moves[["code_avant", "code_apres", "nature"]].assign(motif=motif.fillna(""))


def _told(moves: pd.DataFrame, here: str, there: str, names: pd.Series) -> pd.DataFrame:
    """Nature and one sentence per code of the `here` side."""
    link = ", vers " if here == "code_avant" else ", depuis "
    others = (moves[there] + " " + moves[there].map(names).fillna("")).str.strip().fillna("")
    by = moves[here]
    word = moves["nature"].map(NATURE_WORDS).fillna(moves["nature"])
    sentence = moves["motif"].where(moves["motif"] != "", word).groupby(by).first()
    listed = others.groupby(by).agg(", ".join)
    return pd.DataFrame(
        {
            "nature": moves["nature"].groupby(by).first(),
            "explication": sentence + (link + listed).where(listed != "", ""),
        }
    )


def _explained(codes: pd.Series, communes: pd.Series, told: pd.DataFrame) -> pd.DataFrame:
    """Attach to each code what is told of its commune."""
    return pd.DataFrame(
        {
            "code": codes,
            "nature": communes.map(told["nature"]).astype("str").fillna(""),
            "explication": communes.map(told["explication"]).astype("str").fillna(UNEXPLAINED),
        }
    )


def bring_forward(communes: pd.DataFrame, passage: pd.DataFrame | None) -> pd.DataFrame:
    """Figures of an older publication on the codes of the later map.

    Parameters
    ----------
    communes : table `communes` of the older publication.
    passage : see `compare_codes`; None leaves the codes as they are.

    Returns
    -------
    Indexed by code: `population`, `<indicator>_pct`, `score_<indicator>`, `score`, `rang`, the
    flags, and `est_recompose` where communes were put together or split. There the sub-scores and
    the score are means weighted by population, the rank is the one this score would have had, and
    a flag is that of most inhabitants.
    """
    rates = [
        column
        for key in INDICATORS
        for column in (f"{key}_pct", f"score_{key}")
        if column in communes
    ]
    frame = communes[["code_commune", "population", *rates, "score", "rang"]].assign(
        est_fragile=communes["est_fragile"].astype(float),
        est_fragile_non_couverte=communes["est_fragile_non_couverte"].astype(float),
        est_non_couverte=communes["couverture"].eq("non_couverte").astype(float),
        est_recompose=False,
    )
    if passage is not None:
        frame = _through(frame, passage, [*rates, "score", *FLAGS])
    for flag in FLAGS:
        frame[flag] = frame[flag] >= 0.5
    return frame.set_index("code_commune")


def _through(frame: pd.DataFrame, passage: pd.DataFrame, rates: list[str]) -> pd.DataFrame:
    """Rename what moved alone, put together or share out the rest."""
    codes = frame["code_commune"]
    passage = passage[_among(passage["code_avant"], pd.Index(codes))]
    # A code that the passage does not name stays as it is; one it sends nowhere is dropped.
    rest = codes[~_among(codes, pd.Index(passage["code_avant"].unique()))]
    same = pd.DataFrame({"code_avant": rest, "code_apres": rest, "part": 1.0})
    ways = passage.loc[passage["code_apres"].notna(), list(same.columns)]
    passage = pd.concat([ways, same], ignore_index=True)
    alone = ~passage.duplicated("code_avant", keep=False)
    alone &= ~passage.duplicated("code_apres", keep=False)
    renamed = passage[alone].set_index("code_avant")["code_apres"]
    simple = _among(codes, renamed.index)
    kept = frame[simple].assign(code_commune=codes[simple].map(renamed))
    joined, _ = apply_passage(
        frame[~simple],
        passage[~alone],
        counts=["population"],
        rates=dict.fromkeys(rates, "population"),
    )
    joined["rang"] = rank_position(joined["score"], frame["score"])
    joined["est_recompose"] = True
    return pd.concat([kept, joined], ignore_index=True) if len(joined) else kept


def rank_position(scores: pd.Series, among: pd.Series) -> pd.Series:
    """Rank that each score would have among others: one more than those above it.

    Examples
    --------
    >>> rank_position(pd.Series([7.0, 5.0]), pd.Series([9.0, 7.0, 5.0, 1.0])).tolist()
    [2.0, 3.0]
    """
    known = np.sort(among.dropna().round(SCORE_DECIMALS).to_numpy(float))
    above = len(known) - np.searchsorted(known, scores.round(SCORE_DECIMALS), side="right")
    return pd.Series(above + 1.0, index=scores.index).where(scores.notna())


def pair_communes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put the earlier figures of each commune beside today's.

    Parameters
    ----------
    before : see `bring_forward`.
    after : table `communes` of today.

    Returns
    -------
    Indexed by code, the communes of both: today's columns, and the earlier ones with `_avant`.
    """
    today = after.set_index("code_commune").assign(
        est_non_couverte=after["couverture"].eq("non_couverte").to_numpy()
    )
    return today.join(before.add_suffix("_avant"), how="inner")
