"""Which rows of the lists are one place: each pair with the reason why, each row in one place.

A place is a building where people are received. A row joins the first row (in the order of
`dispositifs`) that it is directly the same as: no chains, so that the reason given is that of the
two rows it speaks of. Distances are geodesic, to 0.5 %.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from fragility.access.names import normalise_name
from fragility.access.places_agree import (
    REASONS,
    SAME_ADDRESS,
    SAME_ID,
    SAME_NAME,
    SAME_NAME_M,
    SAME_SIRET,
    SAME_STREET,
    accepted,
)
from fragility.access.places_names import KINDS, OF_LIST, name_words, overlap, street_words
from fragility.sources.readers.place_cells import MOBILE_NAME

_EARTH_M = 6_371_008.8


def merge_places(places: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """Say of each place which one it is the same as.

    Parameters
    ----------
    places : places that were retained, index from 0: `id`, `nom`, `dispositif`, `commune_declaree`,
        `code_commune`, `nom_commune` (official), `precision`, `itinerance`, `est_employeur`,
        `siret`, `adresse`, `id_origine`, `point` (shapely, degrees).
    order : `dispositif` from the one that keeps its row to the one that gives it up.

    Returns
    -------
    On the same index: `id_lieu`, the id of the row that stands for the place (its own when it
    does), and `motif_fusion`, why it is the same, missing for the rows that stand.
    """
    out = pd.DataFrame({"id_lieu": places["id"].astype("str"), "motif_fusion": None})
    pairs = same_pairs(places)
    if pairs.empty:
        return out.astype("str")
    rank = places["dispositif"].map({kind: k for k, kind in enumerate(order)}).to_numpy()
    vague = (places["precision"] != "coordonnees").to_numpy()
    standing = np.lexsort((places["id"].to_numpy(dtype=str), vague, rank))
    turn = np.empty(len(places), dtype=np.int64)
    turn[standing] = np.arange(len(places))
    swap = turn[pairs["a"]] > turn[pairs["b"]]
    first = np.where(swap, pairs["b"], pairs["a"])
    second = np.where(swap, pairs["a"], pairs["b"])
    # By turn of the first, then of the second: a row taken is out of the later pairs.
    by_turn = np.lexsort((turn[second], turn[first]))
    keeper = np.arange(len(places))
    cause = np.full(len(places), -1)
    stands = np.zeros(len(places), dtype=bool)
    for at in by_turn.tolist():
        one, other = int(first[at]), int(second[at])
        if keeper[one] == one and keeper[other] == other and not stands[other]:
            keeper[other], cause[other], stands[one] = one, at, True
    taken = keeper != np.arange(len(places))
    out["id_lieu"] = places["id"].to_numpy(dtype=object)[keeper]
    at = pairs.iloc[cause[taken]]
    out.loc[taken, "motif_fusion"] = _sentence(at["raison"], at["metres"]).to_numpy()
    return out.astype("str")


def same_pairs(places: pd.DataFrame) -> pd.DataFrame:
    """Pairs of rows that are one place.

    Returns
    -------
    `a` < `b`, positions in `places`; `raison`; `metres`, missing when one has no point of its own.
    """
    table = _words(places)
    near = _near(places, SAME_NAME_M)
    seen = {
        SAME_ID: _same_id(places),
        SAME_SIRET: _equal(table, ["siret"]),
        SAME_ADDRESS: _equal(table, ["commune", "numero", "voie"]),
        SAME_STREET: near,
        SAME_NAME: np.concatenate([near, _alone(places, table)]),
    }
    parts = [pd.DataFrame(p, columns=["a", "b"]).assign(raison=r) for r, p in seen.items()]
    pairs = pd.concat(parts, ignore_index=True)
    pairs["metres"] = _metres(places, pairs["a"].to_numpy(), pairs["b"].to_numpy())
    pairs = pairs[accepted(pairs, places, table)]
    strength = pairs["raison"].map({r: k for k, r in enumerate(REASONS)}).to_numpy()
    pairs = pairs.iloc[np.argsort(strength, kind="stable")]
    return pairs.drop_duplicates(["a", "b"], ignore_index=True)


def _words(places: pd.DataFrame) -> pd.DataFrame:
    """What two rows are compared by."""
    declared = normalise_name(places["commune_declaree"].fillna(places["nom_commune"])).fillna("")
    written = places["commune_declaree"].fillna("") + " " + places["nom_commune"].fillna("")
    words = name_words(places["nom"], written)
    kind = places["dispositif"].map(OF_LIST).to_numpy(dtype=object)
    street = street_words(places["adresse"])
    return pd.DataFrame({
        "commune": places["code_commune"].to_numpy(dtype=object),
        "declaree": [frozenset(text.split()) for text in declared],
        "siret": places["siret"].to_numpy(dtype=object),
        "numero": street["numero"].to_numpy(dtype=object),
        "voie": street["voie"].to_numpy(dtype=object),
        # A library named « Les Minimes » is no France services of that name.
        "mots": [w | k if w else w for w, k in zip(words, kind, strict=True)],
        "mobile": places["nom"].str.contains(MOBILE_NAME, case=False).fillna(False).to_numpy(bool),
    })  # fmt: skip


def _metres(
    places: pd.DataFrame, a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Distance between two rows, NaN when one of them is only known by its commune."""
    xyz = _on_earth(places)
    return np.sqrt(((xyz[a] - xyz[b]) ** 2).sum(axis=1))


def _on_earth(places: pd.DataFrame) -> NDArray[np.float64]:
    """Points in metres from the centre of the earth, shape (n, 3); NaN without an own point."""
    points = places["point"].to_numpy(dtype=object)
    lon, lat = np.radians(shapely.get_x(points)), np.radians(shapely.get_y(points))
    xyz = _EARTH_M * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    return np.where((places["precision"] == "coordonnees").to_numpy()[:, None], xyz, np.nan)


def _near(places: pd.DataFrame, limit: float) -> NDArray[np.int64]:
    """Pairs of rows whose own points are at most `limit` metres apart."""
    xyz = _on_earth(places)
    known = np.flatnonzero(~np.isnan(xyz[:, 0]))
    if len(known) < 2:
        return np.empty((0, 2), dtype=np.int64)
    found = cKDTree(xyz[known]).query_pairs(limit, output_type="ndarray")
    return np.sort(known[found], axis=1).astype(np.int64)


def _equal(table: pd.DataFrame, keys: list[str]) -> NDArray[np.int64]:
    """Pairs of rows that share the value of all the keys."""
    rows = table[keys].assign(row=np.arange(len(table))).dropna()
    pairs = rows.merge(rows, on=keys, suffixes=("_a", "_b"))
    pairs = pairs[pairs["row_a"] < pairs["row_b"]]
    return pairs[["row_a", "row_b"]].to_numpy(dtype=np.int64)


def _same_id(places: pd.DataFrame) -> NDArray[np.int64]:
    """Pairs of a row and the one of another list whose identifier it gives."""
    ids = pd.Series(np.arange(len(places)), index=places["id"].to_numpy(dtype=object))
    origin = pd.DataFrame({"row": np.arange(len(places)), "of": places["id_origine"].to_numpy()})
    origin = origin.dropna()
    other = origin["of"].map(ids)
    both = np.column_stack([origin["row"], other.fillna(-1)]).astype(np.int64)
    both = both[(both[:, 1] >= 0) & (both[:, 0] != both[:, 1])]
    twins = _equal(pd.DataFrame({"of": places["id_origine"].to_numpy(dtype=object)}), ["of"])
    return np.unique(np.sort(np.concatenate([both, twins]), axis=1), axis=0)


def _alone(places: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.int64]:
    """Pairs in one commune, one without its own point, each the only one alike in its list.

    « Médiathèque » is then like another « Médiathèque », and not like « Médiathèque des Îles ».
    """
    rows = pd.DataFrame({
        "commune": table["commune"], "kind": places["dispositif"].to_numpy(dtype=object),
        "row": np.arange(len(table)),
    }).dropna()  # fmt: skip
    vague = rows[(places["precision"] == "commune").to_numpy()[rows["row"]]]
    pairs = vague.merge(rows, on="commune", suffixes=("_a", "_b"))
    pairs = pairs[pairs["row_a"] != pairs["row_b"]]
    words = table["mots"].to_numpy()
    named = list(zip(words[pairs["row_a"]], words[pairs["row_b"]], strict=True))
    alike = np.array([overlap(one, other) == 1 for one, other in named], dtype=bool)
    told = [one == other or not min(one, other, key=len) <= KINDS for one, other in named]
    pairs = pairs.assign(dit=told)[alike]
    twice = pairs.duplicated(["row_a", "kind_b"], keep=False)
    twice |= pairs.duplicated(["row_b", "kind_a"], keep=False)
    pairs = pairs[~twice & pairs["dit"].astype(bool)]
    both = np.sort(pairs[["row_a", "row_b"]].to_numpy(dtype=np.int64), axis=1)
    return np.unique(both, axis=0) if len(both) else np.empty((0, 2), dtype=np.int64)


def _sentence(reasons: pd.Series, metres: pd.Series) -> pd.Series:
    """« même SIRET, à 12 m », « même nom, même commune »."""
    far = metres.round().astype("Int64").astype("str")
    where = ("à " + far + " m").where(metres.notna(), "même commune")
    return reasons.astype("str") + ", " + where
