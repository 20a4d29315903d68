"""The audit in sentences: what it says follows the figures, and it never fails."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from fragility.errors import MissingFileError
from fragility.export.labels import INDICATOR_TITLES
from fragility.index.audit import build_audit
from fragility.index.clusters import build_clusters
from fragility.index.deprivation import build_deprivation
from fragility.index.deprivation_gap import compare_deprivation
from fragility.index.typology import build_typology
from fragility.schemas import INDICATORS, TABLES, empty_table
from fragility.validation.audit_blocks import audit_blocks
from fragility.validation.audit_page import write_audit
from fragility.validation.audit_words import say_removal
from fragility.validation.blocks import to_html, to_markdown

WEIGHTS = dict.fromkeys(INDICATORS, 0.2)
SIZE = 16


def territory(seed=0):
    """All tables that the audit reads, of a square territory poorer to the east."""
    n = SIZE * SIZE
    rng = np.random.default_rng(seed)
    x, y = np.arange(n) % SIZE, np.arange(n) // SIZE
    code = [f"01{i:03d}" for i in range(n)]
    points = pd.DataFrame(rng.integers(1, 11, (n, 5)).astype(float), columns=list(INDICATORS))
    points["pauvrete"] = (1 + 9 * x / SIZE).round()
    points["peu_diplomes"] = (points["pauvrete"] + rng.integers(-1, 2, n)).clip(1, 10)
    score = points.mean(axis=1)
    scores = points.add_prefix("score_").assign(
        niveau="commune", code=code, population=100.0 + x, score=score,
        est_fragile=score >= score.quantile(0.8),
    )  # fmt: skip
    values = (10 * points - 5).add_suffix("_pct")
    census = values.assign(
        niveau="commune", code=code, population=100.0 + x, densite_hab_km2=20.0,
        chomage_pct=5 + x + rng.normal(size=n),
    )  # fmt: skip
    incomes = pd.DataFrame(
        {"niveau": "commune", "code": code, "niveau_vie_median": 30_000 - 500.0 * x}
    )
    edges = 3 + 0.05 * np.arange(SIZE + 1)
    communes = gpd.GeoDataFrame(
        {"code_commune": code, "nom": [f"<b>Bourg {c}</b>" for c in code]},
        geometry=[
            shapely.box(edges[i], 43 + edges[j], edges[i + 1], 43 + edges[j + 1])
            for i, j in zip(x, y, strict=True)
        ],
        crs=4326,
    )
    return communes, scores, values.assign(niveau="commune", code=code), census, incomes


def audited():
    communes, scores, indicators, census, incomes = territory()
    plain = build_deprivation(census, incomes)
    clusters, of_clusters = build_clusters(communes, scores)
    members, types, of_types = build_typology(indicators, scores, census, INDICATORS)
    names = pd.Series(
        np.array(["Ain", "Aube", "Jura", "Lot"])[np.arange(SIZE**2) % 4], index=scores["code"]
    )
    parts = [
        build_audit(indicators, scores, WEIGHTS),
        compare_deprivation(plain, scores, census, incomes, names, WEIGHTS),
        of_clusters,
        of_types,
    ]
    known = ["score", "est_fragile", *(f"{key}_pct" for key in INDICATORS)]
    facts = scores.merge(indicators, on=["niveau", "code"])[known]
    spots = clusters.dropna(subset="id_foyer").groupby("id_foyer").size()
    foyers = pd.DataFrame(
        {
            "nom": [f"Foyer de fragilité autour de <b>{k}</b>" for k in spots.index],
            "nom_departements": "Ain",
            "nb_communes": spots.to_numpy(),
            "population": 1000.0,
            "score": 8.0,
        }
    )
    return {
        "communes": communes.join(facts),
        "foyers": foyers,
        "index_audit": pd.concat(parts, ignore_index=True),
        "index_defavorisation": plain,
        "index_foyers": clusters,
        "index_typologie": members,
        "index_typologie_classes": types,
    }


@pytest.fixture(scope="module")
def tables():
    return audited()


def test_every_block_has_words_and_no_hole(tables):
    blocks = audit_blocks(tables)
    assert len(blocks) == 10
    assert sum(block.figure is not None for block in blocks) == 6
    text = " ".join(sentence for block in blocks for sentence in block.paragraphs)
    assert not re.search(r"\bnan\b|None|\{|\}", text)
    assert all(block.paragraphs for block in blocks)


def test_sentences_follow_the_figures(tables):
    by_title = {block.title: " ".join(block.paragraphs) for block in audit_blocks(tables)}
    pairs = by_title["Les indicateurs se répètent-ils ?"]
    assert "« Sans le baccalauréat » avec « Pauvreté » (0,9" in pairs
    spots = by_title["Où la fragilité fait foyer"]
    count = tables["index_foyers"]["foyer"].eq("fragile").sum()
    assert f"{count} communes sont au cœur d'un foyer" in spots
    social = by_title["Ce que l'indice ajoute à la précarité"]
    both = pd.DataFrame(tables["communes"]).merge(tables["index_defavorisation"], on="code_commune")
    alone = both["est_fragile"] & ~both["est_plus_defavorisee"]
    share = round(100 * alone.sum() / both["est_fragile"].sum())
    assert f"{share}\u00a0% des communes fragiles ne sont pas" in social


def test_what_weighs_least_may_change_the_list_most(tables):
    """Said where it is so: else the two sections seem to contradict each other."""

    def said(**replaced):
        rows = pd.DataFrame(
            {"analyse": "sans_indicateur", "facteur": list(replaced), "resultat": "remplacees_pct",
             "valeur": list(replaced.values())}
        )  # fmt: skip
        return " ".join(say_removal(tables["index_audit"], rows, INDICATOR_TITLES))

    audit = tables["index_audit"]
    of = {
        measure: audit[audit["mesure"] == measure].set_index("indicateur")["valeur"]
        for measure in ("poids_effectif", "poids_nominal")
    }
    ratio = of["poids_effectif"] / of["poids_nominal"]
    least, most = ratio.idxmin(), ratio.idxmax()
    sentence = said(**{least: 26.0, most: 12.0})
    assert sentence.startswith(f"« {INDICATOR_TITLES[least]} » ne sert pas à rien pour autant")
    assert "(26\u00a0% des communes fragiles remplacées" in sentence
    assert said(**{least: 12.0, most: 26.0}) == ""
    assert said() == ""


def test_names_of_places_are_never_html(tables):
    assert "<b>" not in to_html(audit_blocks(tables))


def test_equal_tables_give_equal_pages(tables, tmp_path):
    pages = [to_markdown(audit_blocks(audited()), tmp_path / d, "audit") for d in "ab"]
    assert pages[0] == pages[1]
    for picture in sorted((tmp_path / "a").iterdir()):
        assert picture.read_bytes() == (tmp_path / "b" / picture.name).read_bytes()
        assert picture.stat().st_size < 150_000


def test_a_territory_without_score_still_has_its_page(tables):
    names = [n for n in tables if n.startswith("index_") and n in TABLES]
    nothing = {name: empty_table(name) for name in names}
    communes, scores, indicators, census, _ = territory()
    blank = scores.assign(score=np.nan, est_fragile=False)
    _, of_clusters = build_clusters(communes, blank)
    _, _, of_types = build_typology(indicators, blank, census, INDICATORS)
    nothing["index_audit"] = pd.concat([of_clusters, of_types], ignore_index=True)
    blocks = audit_blocks(
        {**nothing, "communes": tables["communes"], "foyers": tables["foyers"].head(0)}
    )
    assert [block.title for block in blocks] == ["Où la fragilité fait foyer"]
    assert to_html(blocks)


def test_an_edition_without_audit_is_refused(tmp_path):
    with pytest.raises(MissingFileError, match="fragility run --edition demo"):
        write_audit(tmp_path / "demo", tmp_path)
