"""What the product promises of France, on the real files when they are here."""

import json

import duckdb
import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from fragility.access.places import places_of
from fragility.export.questions import QUESTIONS
from fragility.index.profiles import load_profile
from fragility.index.scores import build_scores
from fragility.schemas import INDICATORS
from fragility.territory.crs import is_overseas
from fragility.validation import agreement as agree
from fragility.validation.report import PUBLISHED, brute_force
from tests.editions import fits

pytestmark = pytest.mark.national

DESTROYED_VILLAGES = ["55039", "55050", "55139", "55189", "55239", "55307"]


@pytest.fixture(scope="module")
def tables(national):
    return national[0] / "tables"


@pytest.fixture(scope="module")
def communes(tables):
    return gpd.read_parquet(tables / "communes.parquet").set_index("code_commune", drop=False)


@pytest.fixture(scope="module")
def published(pack):
    path = pack / "reference" / PUBLISHED
    if not path.is_file():
        pytest.skip("the published index is not in the pack")
    return agree.read_published_2023(path)


def test_it_fits_in_two_minutes_and_three_gigabytes(national):
    _, report = national
    # Intervals, sensitivity, audit and report apart.
    rest = fits(report)
    science = ("index_incertitude", "index_sensibilite", "index_audit", "export_rapport")
    assert rest - sum(report.steps[name] for name in science) < 110
    assert report.warnings == []


def test_totals(communes, tables):
    iris = pd.read_parquet(tables / "iris.parquet", columns=["code_iris", "population"])
    assert len(communes) == 34_965
    assert len(iris) == 49_406
    assert (communes.index.str.len() == 5).all()
    assert iris["code_iris"].str.len().eq(9).all()
    assert communes["population"].sum() == 66_732_538
    assert iris["population"].sum() == pytest.approx(66_732_538, abs=1)


def test_paris_lyon_marseille_count_once(communes):
    assert {"75056", "69123", "13055"} <= set(communes.index)
    assert not communes.index.str.match(r"751\d\d|6938\d|132\d\d").any()


def test_agreement_with_the_published_index(tables, published):
    own = pd.read_parquet(tables / "index_indicateurs.parquet")
    core = pd.read_parquet(tables / "core_communes.parquet")
    iris = pd.read_parquet(tables / "core_iris.parquet", columns=["code_iris", "code_commune"])
    upper, *_ = build_scores(own, core, iris, load_profile("ifn-2023-publie"))
    table = agree.agreement_table(
        own[own["niveau"] == "commune"].set_index("code"),
        upper[upper["niveau"] == "commune"].set_index("code"),
        published, agree.undivided(published, core),
    ).set_index(["indicateur", "univers"])  # fmt: skip
    for key in ("plus_65", "peu_diplomes"):
        row = table.loc[(key, "IRIS et communes non découpées")]
        assert row["a_une_classe_pct"] >= 90
        assert row["spearman_indicateur"] >= 0.95
        assert row["spearman_classe"] >= 0.95


def test_poverty_model_and_no_file_order_artefact(communes, tables, published):
    errors = pd.read_parquet(tables / "index_imputation.parquet").set_index("mesure")["valeur"]
    assert errors["r2"] >= 0.92
    assert errors["nb_groupes"] > 90
    assert agree.file_order_artefact(communes["score_pauvrete"]) <= 0.30
    # The same measure sees the artefact where it is.
    assert agree.file_order_artefact(published["pauvrete"]) > 0.7
    inside, random = agree.neighbourhood(communes["score_pauvrete"], communes["code_epci"])
    assert inside < random


def test_score_is_the_mean_and_every_cell_says_where_it_comes_from(communes):
    parts = communes[[f"score_{key}" for key in INDICATORS]]
    enough = parts.notna().sum(axis=1) >= 4
    assert (communes["score"][enough] - parts[enough].mean(axis=1)).abs().max() < 1e-9
    assert communes["score"][~enough].isna().all()
    for key in INDICATORS:
        absent = communes[f"{key}_origine"].eq("absent")
        assert absent.eq(communes[f"{key}_pct"].isna()).all()
        assert communes[f"{key}_annee"].isna().eq(absent).all()
    assert communes["pauvrete_origine"].eq("impute").mean() > 0.8
    assert communes.loc[communes["pauvrete_origine"].eq("impute"), "pauvrete_annee"].eq(2019).all()
    # 65+ of all ages is deduced from 65+ of 15 or more: an estimate, and it says so.
    assert communes["plus_65_origine"].eq("impute").mean() > 0.9


def test_destroyed_villages_are_shown_as_not_computed(communes, national):
    rows = communes.loc[DESTROYED_VILLAGES]
    assert rows["score"].isna().all()
    assert rows["motif"].eq("Non calculé : aucun habitant au recensement.").all()
    assert not rows["est_fragile"].any()
    layer = gpd.read_file(national[0] / "fragilite.gpkg", layer="communes",
                          where="code_departement = '55'")  # fmt: skip
    assert set(DESTROYED_VILLAGES) <= set(layer["code_commune"])


def test_nearest_place_agrees_with_brute_force(communes, tables):
    metropole = communes.loc[~is_overseas(communes["code_commune"]), "code_commune"]
    sample = metropole.sample(500, random_state=20)
    measured = brute_force(
        pd.read_parquet(tables / "core_population_grille.parquet"),
        pd.read_parquet(tables / "access_couts.parquet"),
        gpd.read_parquet(tables / "core_lieux.parquet"), sample,
    )  # fmt: skip
    # Lambert-93 stretches lengths by a thousandth or two.
    gap = (measured["km"] - measured["geodesic_km"]).abs()
    assert (gap <= 0.003 * measured["geodesic_km"] + 0.002).all()


def test_a_commune_with_a_place_inside_says_so(communes, tables):
    places = gpd.read_parquet(tables / "core_lieux.parquet")
    own = set(places.loc[places_of(places, "conseiller_numerique"), "code_commune"])
    assert set(communes.index[communes["est_conseiller_dans_commune"]]) == own
    inside = communes.loc[sorted(own)]
    assert not inside["motif"].str.contains("hors de portée").any() or (
        inside.loc[inside["motif"].str.contains("hors de portée"), "population_hors_portee_pct"]
        .gt(50).all()
    )  # fmt: skip


def test_what_cannot_be_known_overseas_is_absent(communes, tables):
    """No published income: a model trained elsewhere would put Guadeloupe at half of Martinique."""
    groups = pd.read_parquet(tables / "departements.parquet").set_index("code_departement")
    counts = ["nb_communes_fragiles", "nb_communes_fragiles_non_couvertes"]
    counts.append("population_fragile_non_couverte")
    unknown = groups.index[groups[counts].isna().any(axis=1)]
    assert list(unknown) == ["971", "973", "976"]
    assert groups.loc[unknown, counts].isna().all(axis=None), "not known is not none"
    question = next(one for one in QUESTIONS if one.name == "outre_mer")
    with duckdb.connect(str(tables.parent / "fragilite.duckdb"), read_only=True) as base:
        told = base.execute(question.sql).df().set_index("code_departement")
    assert told.loc[unknown, "nb_fragiles"].isna().all()
    assert told["nb_non_couvertes"].isna().tolist() == (told.index == "976").tolist()
    for departement in ("971", "973", "976"):
        own = communes[communes["code_departement"] == departement]
        assert own["pauvrete_origine"].eq("absent").all()
        assert own["score"].isna().all()
        assert own["motif"].str.startswith("Non calculé").all()
    reunion = communes[communes["code_departement"] == "974"]
    assert reunion["score"].notna().all()
    assert reunion["motif"].str.contains("sur 4 indicateurs").all()


def test_sentences_do_not_contradict_the_figures(communes):
    text = communes["motif"]
    assert not text.str.contains("?", regex=False).any()
    assert text.str.endswith(".").all()
    covered = text.str.contains("et couverte")
    assert communes.loc[covered, "population_hors_portee_pct"].le(50).all()
    # « couverture incertaine […] ; hors de portée sans lieu itinérant » is of another case.
    beyond = text.str.contains("hors de portée(?! sans lieu itinérant)")
    assert communes.loc[beyond, "population_hors_portee_pct"].gt(50).all()
    uncertain = text.str.contains("incertaine autour de 20 min")
    minutes = communes.loc[uncertain, "conseiller_plus_proche_min"]
    assert minutes.between(20 * 0.7, 20 / 0.7).mean() > 0.99
    few = communes["est_petit_effectif"] & communes["est_fragile"]
    assert text[few].str.contains("moins de 200 habitants").all()


def test_every_iris_of_a_covered_commune_has_a_coverage(communes, tables):
    columns = ["code_commune", "population", "couverture", "portee_precision"]
    iris = pd.read_parquet(tables / "iris.parquet", columns=columns)
    for table in (iris, communes):
        # Where nobody is known to live, nobody is said to be covered.
        assert table["couverture"].notna().equals(table["population"] > 0)
        assert 20 < table["couverture"].isna().sum() < 200
    assert iris["portee_precision"].isin(["mailles", "point", "commune"]).all()


def test_no_published_table_holds_personal_data(tables):
    from fragility.schemas import PERSONAL_DATA

    for name in ("lieux", "communes", "core_enquete"):
        frame = pd.read_parquet(tables / f"{name}.parquet")
        for column in frame.select_dtypes("str"):
            text = frame[column].dropna()
            assert not text.str.contains(PERSONAL_DATA, regex=True).any(), (name, column)


def test_the_map_holds_every_commune_that_has_a_contour(tables, national):
    contours = pd.read_parquet(tables / "core_contours.parquet")
    drawn = contours[contours["geometry"].notna()].groupby("niveau")["code"].agg(set)
    site = national[0] / "site"
    found: dict[str, set[str]] = {level: set() for level in drawn.index}
    for path in (site / "tuiles").glob("*/9/*/*.pbf"):
        for level in pyogrio.list_layers(path)[:, 0]:
            rows = pyogrio.read_dataframe(path, layer=level, read_geometry=False)
            found[level] |= set(rows["code"])
    assert found["commune"] == drawn["commune"]
    assert len(found["commune"]) > 34_900
    assert found == drawn.to_dict()
    # From afar, what no cell of half a pixel, 1.7 km, can show is not drawn.
    wide = set()
    for path in (site / "tuiles").glob("*/4/*/*.pbf"):
        wide |= set(pyogrio.read_dataframe(path, layer="commune", read_geometry=False)["code"])
    assert len(wide) > 0.98 * len(found["commune"])


def test_a_card_of_the_map_says_what_the_database_says(national):
    content = json.loads((national[0] / "site/fiches/23.json").read_text("utf-8"))["commune"]
    columns = ["score", "rang", "classe", "population", "couverture", "nb_personnes_en_difficulte"]
    places = [content["colonnes"].index(column) for column in columns]
    with duckdb.connect(str(national[0] / "fragilite.duckdb"), read_only=True) as base:
        stored = base.execute(
            "SELECT code_commune, round(score, 2), rang, classe, round(population), couverture, "
            "round(nb_personnes_en_difficulte) FROM marts.communes WHERE code_departement = '23'"
        ).fetchall()
    assert len(stored) == len(content["lignes"]) > 250
    for code, *values in stored:
        assert [content["lignes"][code][place] for place in places] == pytest.approx(values), code


def test_the_map_is_light_enough_to_publish(national):
    site = national[0] / "site"
    sizes = {p: p.stat().st_size for p in site.rglob("*") if p.is_file()}
    assert sum(sizes.values()) < 90e6
    assert len(sizes) < 1000
    # What the first view of France reads: four tiles of zoom 5, of two megabytes together.
    assert sum(size for path, size in sizes.items() if path.match("tuiles/*/5/*/*.pbf")) < 2.5e6
    assert max(sizes.values()) < 2e6
