"""Hot spots: on small maps where chance can be enumerated, and against PySAL."""

from itertools import combinations

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from esda import crand, moran
from libpysal.graph import Graph
from scipy import sparse

from fragility.export.hot_spots import build_foyers
from fragility.index.audit_rows import read_rows
from fragility.index.clusters import MOST_COMMUNES, _pieces, build_clusters, touching
from fragility.index.permutation import conditional_p_values, draw_neighbours
from fragility.schemas import validate

SIDE = 0.05


def grid(width, height, *, west=3.0, south=46.0, prefix="01"):
    """Communes in a grid of squares."""
    cells = [(i, j) for j in range(height) for i in range(width)]
    # One number per line of the grid: neighbours share their corners to the last bit.
    x, y = west + SIDE * np.arange(width + 1), south + SIDE * np.arange(height + 1)
    return gpd.GeoDataFrame(
        {"code_commune": [f"{prefix}{i + 1:0{5 - len(prefix)}d}" for i in range(len(cells))]},
        geometry=[
            shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for i, j in cells
        ],
        crs=4326,
    )  # fmt: skip


def scores_of(communes, score, population=100.0):
    return pd.DataFrame(
        {
            "niveau": "commune",
            "code": communes["code_commune"],
            "population": population,
            "score": score,
        }
    )


def test_neighbours_share_a_side_or_a_corner():
    matrix, attached = touching(grid(3, 3))
    assert attached == 0
    assert np.diff(matrix.indptr).tolist() == [3, 5, 3, 5, 8, 5, 3, 5, 3]
    assert (matrix != matrix.T).nnz == 0
    assert matrix.diagonal().tolist() == [0] * 9


def test_an_island_is_tied_to_the_nearest_of_its_territory():
    land = grid(2, 2)
    island = grid(1, 1, west=3.3, south=46.0).assign(code_commune="01099")
    # La Réunion, alone in its territory, nearer to nothing.
    far = grid(1, 1, west=55.5, south=-21.1).assign(code_commune="97401")
    blank = gpd.GeoDataFrame({"code_commune": ["01098"]}, geometry=[None], crs=4326)
    communes = pd.concat([land, island, far, blank], ignore_index=True)
    matrix, attached = touching(communes)
    assert attached == 1
    assert np.diff(matrix.indptr).tolist() == [3, 4, 3, 3, 1, 0, 0]
    assert matrix[4, 1] == matrix[1, 4] == 1


def test_draws_are_distinct_and_even():
    drawn = draw_neighbours(7, 4, 20_000, np.random.default_rng(0))
    assert all(len(set(row)) == 4 for row in drawn[:200].tolist())
    assert drawn.min() == 0
    assert drawn.max() == 6
    for column in drawn.T:
        assert np.bincount(column, minlength=7) / 20_000 == pytest.approx([1 / 7] * 7, abs=0.01)
    whole = draw_neighbours(5, 5, 100, np.random.default_rng(0))
    assert (np.sort(whole, axis=1) == np.arange(5)).all()


def test_p_values_are_those_of_all_possible_neighbours():
    values = np.array([1.0, 2, 3, 5, 8, 13, 2])
    real = {0: (1, 2), 3: (4, 5), 6: (0, 1, 2)}
    sums = np.zeros(7)
    count = np.zeros(7, dtype=int)
    for place, others in real.items():
        sums[place], count[place] = values[list(others)].sum(), len(others)
    found = conditional_p_values(values, sums, count, permutations=200_000)
    for place, others in real.items():
        rest = [k for k in range(7) if k != place]
        all_sums = np.array([values[list(c)].sum() for c in combinations(rest, len(others))])
        above, below = (all_sums >= sums[place]).mean(), (all_sums <= sums[place]).mean()
        assert found[place] == pytest.approx(min(1, 2 * min(above, below)), abs=0.01)
    assert np.isnan(found[[1, 2, 4, 5]]).all()


@pytest.fixture
def uncompiled(monkeypatch):
    """PySAL as it is written: to compile it takes twenty seconds, to run it a tenth of one."""
    for module in (crand, moran):
        for name, function in list(vars(module).items()):
            if hasattr(function, "py_func"):
                monkeypatch.setattr(module, name, function.py_func)
    monkeypatch.setattr(crand, "boolean", bool)


@pytest.mark.usefixtures("uncompiled")
def test_it_agrees_with_pysal():
    communes = grid(12, 12)
    rng = np.random.default_rng(7)
    smooth = np.add.outer(np.linspace(0, 4, 12), np.linspace(0, 3, 12)).ravel()
    score = smooth + rng.normal(size=144)
    table, audit = build_clusters(communes, scores_of(communes, score))
    graph = Graph.build_contiguity(communes, rook=False).transform("r")
    theirs = esda.Moran_Local(score, graph, permutations=9999, seed=1, keep_simulations=False)
    assert table["indice_local"].to_numpy() == pytest.approx(theirs.Is)
    both_sides = np.minimum(1, 2 * theirs.p_sim)
    assert np.abs(table["p_valeur"] - both_sides).max() < 0.035
    rows = read_rows(audit, "foyers", "moran_global")
    assert rows["", ""] == pytest.approx(esda.Moran(score, graph, permutations=0).I)


def test_hot_spots_are_found_named_and_numbered():
    communes = grid(20, 20)
    x, y = np.arange(400) % 20, np.arange(400) // 20
    rng = np.random.default_rng(1)
    score = 5 + rng.normal(size=400) * 0.3
    west, east = (x < 4) & (y < 4), (x >= 16) & (y >= 15)
    score[west | east] += 4
    lone = 10 * 20 + 10
    score[lone] += 4
    population = np.where(east, 1000.0, 10.0)
    table, audit = build_clusters(communes, scores_of(communes, score, population))
    validate(table, "index_foyers")
    validate(audit, "index_audit")
    kind = table["foyer"].to_numpy()
    core_west, core_east = (x < 3) & (y < 3), (x >= 17) & (y >= 16)
    assert (kind[core_west] == "fragile").all()
    assert (kind[core_east] == "fragile").all()
    assert kind[lone] != "fragile"
    assert (kind == "fragile").sum() < 45
    # The most populated first.
    assert table.loc[core_east, "id_foyer"].eq(1).all()
    assert table.loc[core_west, "id_foyer"].eq(2).all()
    assert table.loc[kind != "fragile", "id_foyer"].isna().all()
    again, _ = build_clusters(communes, scores_of(communes, score, population))
    assert again.equals(table)


def test_a_fragile_place_among_quiet_ones():
    communes = grid(15, 15)
    x = np.arange(225) % 15
    score = np.where(x < 7, 2.0, 8.0) + np.random.default_rng(3).normal(size=225) * 0.1
    lone = 7 * 15 + 3
    score[lone] = 9.0
    table, _ = build_clusters(communes, scores_of(communes, score))
    assert table["foyer"].iloc[lone] == "isole_fragile"
    assert table["foyer"].iloc[7 * 15] == "peu_fragile"
    assert table["foyer"].iloc[7 * 15 + 14] == "fragile"


def test_chance_alone_gives_next_to_nothing():
    communes = grid(25, 25)
    score = np.random.default_rng(11).normal(size=625)
    table, _ = build_clusters(communes, scores_of(communes, score))
    # Unadjusted, about 31 of 625 would pass.
    assert (table["p_valeur"] < 0.05).sum() > 10
    assert (table["foyer"] != "aucun").sum() <= 3


@pytest.mark.parametrize("score", [5.0, np.nan])
def test_a_territory_where_nothing_differs_or_is_known(score):
    communes = grid(4, 4)
    table, audit = build_clusters(communes, scores_of(communes, score))
    validate(table, "index_foyers")
    validate(audit, "index_audit")
    assert len(table) == (0 if np.isnan(score) else 16)
    assert (table["foyer"] == "aucun").all()


def test_communes_without_score_are_no_neighbours():
    communes = grid(3, 1)
    table, _ = build_clusters(communes, scores_of(communes, [1.0, np.nan, 9.0]))
    # The middle one has no score: the ends touch nobody and are tied to one another.
    assert table["code_commune"].tolist() == ["01001", "01003"]
    assert table["voisins"].tolist() == [1, 1]


def test_polygons_of_hot_spots_are_the_union_of_their_communes():
    communes = grid(4, 2).assign(
        nom=["Le Blanc", "Gap", "Aurillac", "B", "C", "D", "E", "F"],
        nom_departement=["Cher", "Cher", "Indre", "Indre", "Cher", "Indre", "Indre", "Indre"],
        population=[500.0, 10, 900, 10, 20, 10, 10, 10],
        score=[8.0, 9, 7, 8, 10, 9, 1, 1],
        est_fragile=[True, True, True, False, True, True, False, False],
        est_fragile_non_couverte=[True, False, False, False, True, False, False, False],
    )
    contours = communes[["code_commune", "geometry"]].rename(columns={"code_commune": "code"})
    numbers = pd.array([1, 1, 2, 2, 1, 2, None, None], dtype="Int64")
    clusters = pd.DataFrame({"code_commune": communes["code_commune"], "id_foyer": numbers})
    table = build_foyers(clusters, communes, contours.assign(niveau="commune"))
    validate(table, "foyers")
    assert table["nom"].tolist() == [
        "Foyer de fragilité autour du Blanc",
        "Foyer de fragilité autour d'Aurillac",
    ]
    assert table["nb_communes"].tolist() == [3, 3]
    assert table["population"].tolist() == [530, 920]
    assert table["score"].tolist() == [9, 8]
    assert table["nom_departements"].tolist() == ["Cher", "Indre"]
    assert table["nb_communes_fragiles_non_couvertes"].tolist() == [2, 0]
    assert shapely.area(table.geometry).tolist() == pytest.approx([3 * SIDE**2] * 2)
    none = build_foyers(clusters.assign(id_foyer=pd.NA).astype({"id_foyer": "Int64"}), communes,
                        contours.assign(niveau="commune"))  # fmt: skip
    validate(none, "foyers")
    assert none.empty


def test_a_hot_spot_too_large_is_cut_along_the_departements():
    # A strip of 200 communes, 120 in 01 and 80 in 02; beyond it, 2 of 03 and 5 of 04.
    departements = np.array(["01"] * 120 + ["02"] * 80 + ["03"] * 2 + ["04"] * 5)
    size = len(departements)
    first = np.arange(size - 1)
    links = sparse.coo_array(
        (np.ones(2 * (size - 1)), (np.r_[first, first + 1], np.r_[first + 1, first])),
        shape=(size, size),
    ).tocsr()
    piece = _pieces(links, departements)
    found = [set(piece[departements == code]) for code in ("01", "02", "03", "04")]
    assert all(len(of) == 1 for of in found)
    # The two communes of 03 join one of the pieces that they touch.
    assert len(set(piece)) == 3
    assert found[2] <= found[1] | found[3]
    # A hot spot that is not too large stays whole, whatever its départements.
    few = links[:MOST_COMMUNES][:, :MOST_COMMUNES]
    assert len(set(_pieces(few, departements[:MOST_COMMUNES]))) == 1
