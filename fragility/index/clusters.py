"""Where fragile communes gather: local Moran statistics of the score, and contiguous hot spots.

Each commune is compared with its neighbours; chance is what the same commune would have among
neighbours drawn at random (Anselin 1995, "Local Indicators of Spatial Association"). Testing 35,000
communes at 5 % would find 1,750 by chance alone: the false-discovery rate is held at 5 %
(Benjamini and Hochberg 1995).
"""

from __future__ import annotations

from collections.abc import Iterator

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.stats import false_discovery_control

from fragility.index.audit_rows import AuditRow, audit_rows
from fragility.index.permutation import PERMUTATIONS, SEED, conditional_p_values
from fragility.territory.crs import departement_of, is_overseas, metric_xy

FALSE_DISCOVERIES = 0.05
MIN_COMMUNES = 3  # contiguous communes that make a hot spot worth a name
# A hot spot of more communes is cut along the départements: one of a thousand helps nobody.
MOST_COMMUNES = 150
NONE = "aucun"
# (score above the mean, neighbours above the mean) -> word
QUADRANTS = {
    (True, True): "fragile",
    (False, False): "peu_fragile",
    (True, False): "isole_fragile",
    (False, True): "isole_peu_fragile",
}


def touching(communes: gpd.GeoDataFrame) -> tuple[sparse.csr_array, int]:
    """Which communes are neighbours: their contours share a point at least (queen contiguity).

    Parameters
    ----------
    communes : `code_commune` and contours, some missing.

    Returns
    -------
    matrix : 1 for neighbours, symmetric, in the order of the rows.
    attached : communes that touch none (islands), tied to the nearest commune of their territory.

    Notes
    -----
    Contours of different territories never touch, and islands are tied within their own: each
    overseas département stands by itself. A commune without contour has no neighbour.
    """
    drawn = np.flatnonzero((communes.geometry.notna() & ~communes.geometry.is_empty).to_numpy())
    shapes = communes.iloc[drawn].geometry.set_axis(drawn)
    size = len(communes)
    if len(drawn) < 2:
        return sparse.csr_array((size, size)), 0
    pairs = Graph.build_fuzzy_contiguity(shapes).adjacency
    pairs = pairs[pairs > 0]  # an island is written as its own neighbour, with weight 0
    first = pairs.index.get_level_values("focal").to_numpy(int)
    second = pairs.index.get_level_values("neighbor").to_numpy(int)
    alone = np.setdiff1d(drawn, first)
    near = np.array([pair for pair in _nearest(communes, drawn) if pair[0] in alone], dtype=int)
    island, other = near.reshape(-1, 2).T
    rows, columns = np.r_[first, island, other], np.r_[second, other, island]
    found = sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(size, size)).tocsr()
    found.data[:] = 1.0  # two islands may each be the nearest of the other
    return found, len(island)


def _nearest(communes: gpd.GeoDataFrame, drawn: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Pairs of a commune and the one nearest to it, within each territory."""
    kept = communes.iloc[drawn]
    departements = departement_of(kept["code_commune"])
    territory = departements.where(is_overseas(kept["code_commune"]), "").to_numpy()
    xy = metric_xy(kept.geometry.representative_point(), departements)
    for name in np.unique(territory):
        members = np.flatnonzero(territory == name)
        if len(members) > 1:
            _, rank = cKDTree(xy[members]).query(xy[members], k=2)
            # A commune at the very same point may come before the commune itself.
            other = np.where(rank[:, 0] == np.arange(len(members)), rank[:, 1], rank[:, 0])
            yield from zip(drawn[members], drawn[members[other]], strict=True)


def build_clusters(
    communes: gpd.GeoDataFrame,
    scores: pd.DataFrame,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute `index_foyers`, and the figures that sum it up.

    Parameters
    ----------
    communes : table `core_communes`, with contours.
    scores : table `index_scores`.

    Returns
    -------
    clusters : table `index_foyers`, a row per commune that has a score. `id_foyer` numbers the
        hot spots of at least three contiguous communes, the most populated first; one of more
        than `MOST_COMMUNES` communes counts as one per département, in contiguous pieces.
    rows : rows of `index_audit`, theme `foyers`.
    """
    own = scores[(scores["niveau"] == "commune") & scores["score"].notna()].set_index("code")
    places = communes[communes["code_commune"].isin(own.index)].sort_values("code_commune")
    places = places.reset_index(drop=True)
    codes = places["code_commune"]
    score = own["score"].reindex(codes).to_numpy(float)
    matrix, attached = touching(places)
    neighbours = np.diff(matrix.indptr)
    sums = matrix @ score
    centred = score - score.mean() if len(score) else score
    spread = float(centred @ centred)
    with np.errstate(invalid="ignore", divide="ignore"):
        lag = sums / neighbours - (score.mean() if len(score) else 0.0)
        local = centred * lag * (len(score) - 1) / spread
    usable = spread > 1e-12
    p = (
        conditional_p_values(score, sums, neighbours, permutations=permutations, seed=seed)
        if usable
        else np.full(len(score), np.nan)
    )
    known = ~np.isnan(p)
    found = np.zeros(len(p), dtype=bool)
    if known.any():
        found[known] = false_discovery_control(p[known]) <= FALSE_DISCOVERIES
    kind = np.full(len(p), NONE, dtype=object)
    for (high, around), word in QUADRANTS.items():
        kind[found & ((centred > 0) == high) & ((lag > 0) == around)] = word
    population = own["population"].reindex(codes).fillna(0).to_numpy(float)
    table = pd.DataFrame(
        {
            "code_commune": codes.astype("str"),
            "voisins": neighbours.astype("int64"),
            "indice_local": np.where(known, local, np.nan),
            "p_valeur": p,
            "foyer": pd.Series(kind, dtype="str"),
            "id_foyer": _number(
                matrix,
                kind == QUADRANTS[True, True],
                population,
                departement_of(codes).to_numpy(),
            ),
        }
    )
    return table, _summary(table, matrix, score, attached, permutations)


def _number(
    matrix: sparse.csr_array,
    hot: NDArray[np.bool_],
    population: NDArray[np.float64],
    departements: NDArray[np.object_],
) -> pd.Series:
    """Number the contiguous hot spots from 1, by decreasing population; small ones have none."""
    numbers = pd.Series(pd.NA, index=range(len(hot)), dtype="Int64")
    rows = np.flatnonzero(hot)
    if not len(rows):
        return numbers
    part = _pieces(matrix[rows][:, rows], departements[rows])
    parts = pd.DataFrame({"part": part, "population": population[rows]})
    sizes = parts.groupby("part")["population"].agg(["size", "sum"])
    kept = sizes[sizes["size"] >= MIN_COMMUNES].sort_values("sum", ascending=False, kind="stable")
    rank = pd.Series(range(1, len(kept) + 1), index=kept.index, dtype="Int64")
    numbers.iloc[rows] = rank.reindex(part).array
    return numbers


def _pieces(links: sparse.csr_array, departements: NDArray[np.object_]) -> NDArray[np.int64]:
    """Contiguous parts, the largest cut along the départements.

    A piece too small to have a name joins the one that it touches most.
    """
    _, part = connected_components(links, directed=False)
    large = np.bincount(part)[part] > MOST_COMMUNES
    if not large.any():
        return part.astype(np.int64)
    pairs = links.tocoo()
    first, second = pairs.row, pairs.col
    kept = ~large[first] | (departements[first] == departements[second])
    inside = sparse.coo_array(
        (np.ones(int(kept.sum())), (first[kept], second[kept])), shape=links.shape
    )
    _, piece = connected_components(inside.tocsr(), directed=False)
    small = np.bincount(piece)[piece] < MIN_COMMUNES
    across = ~kept & small[first] & ~small[second]
    contacts = pd.DataFrame({"piece": piece[first[across]], "joins": piece[second[across]]})
    most = contacts.value_counts().reset_index().drop_duplicates("piece")
    joined = pd.Series(piece).map(most.set_index("piece")["joins"])
    return joined.fillna(pd.Series(piece)).to_numpy(np.int64)


def _summary(
    table: pd.DataFrame,
    matrix: sparse.csr_array,
    score: NDArray[np.float64],
    attached: int,
    permutations: int,
) -> pd.DataFrame:
    """Global index and counts, as rows of the audit."""
    count = table["foyer"].value_counts()
    rows: list[AuditRow] = [
        ("nb_voisins_moyen", "", "", float(table["voisins"].mean()), "Voisins d'une commune."),
        ("nb_iles", "", "", float(attached), "Communes sans voisine, rattachées à la plus proche."),
        ("nb_tirages", "", "", float(permutations), "Voisinages tirés au hasard."),
        *(
            ("nb_communes", "", word, float(count.get(word, 0)), "Communes de cette sorte.")
            for word in (*QUADRANTS.values(), NONE)
        ),
        (
            "nb_foyers",
            "",
            "",
            float(table["id_foyer"].nunique()),
            f"Foyers de fragilité d'au moins {MIN_COMMUNES} communes contiguës ; au-delà de "
            f"{MOST_COMMUNES}, un par département.",
        ),
    ]
    rows += _moran(matrix, score)
    return audit_rows("foyers", rows)


def _moran(matrix: sparse.csr_array, score: NDArray[np.float64]) -> list[AuditRow]:
    """Global index and its standard score under randomisation, by the library."""
    linked = np.flatnonzero(np.diff(matrix.indptr) > 0)
    if len(linked) < MIN_COMMUNES or np.ptp(score[linked]) == 0:
        return []
    part = matrix[linked][:, linked].tocoo()
    graph = Graph.from_arrays(part.row, part.col, part.data).transform("r")
    moran = esda.Moran(score[linked], graph, permutations=0)
    return [
        (
            "moran_global",
            "",
            "",
            float(moran.I),
            "Indice de Moran : 0 si les scores étaient au hasard sur la carte, 1 si chaque "
            "commune ressemblait tout à fait à ses voisines.",
        ),
        (
            "moran_ecart_reduit",
            "",
            "",
            float(moran.z_rand),
            "Indice de Moran en écarts-types d'une répartition au hasard.",
        ),
    ]
