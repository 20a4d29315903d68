"""France on the communes of 2025: older figures carried over, other formats, nothing lost."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.access.cost_surface import build_surfaces
from fragility.access.coverage import build_portee, commune_density
from fragility.access.nearest import cell_costs, reach_places
from fragility.access.places import build_places
from fragility.access.travel import CONSEILLERS
from fragility.controls_contours import control_ground, control_land
from fragility.export.spans import at_least, spans
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import load_corrections
from fragility.sources.files import on_hand
from fragility.territory.crs import area_km2
from fragility.territory.place_lists import open_places, places_day
from fragility.territory.releases import Opener
from tests.class_words import holds
from tests.editions import fits

pytestmark = pytest.mark.national

EMPLOYERS = "raw/anct_conseillers/2023-09/conum_structures_20230913.csv"
HISTORY = "raw/insee_cog/2026/v_commune_depuis_1943.csv"


@pytest.fixture(scope="module")
def tables(national_2025):
    return national_2025[0] / "tables"


@pytest.fixture(scope="module")
def communes(tables):
    return gpd.read_parquet(tables / "communes.parquet").set_index("code_commune", drop=False)


def in_force(pack, date):
    """Communes of a date, by INSEE's own history of communes."""
    table = pd.read_csv(pack / HISTORY, dtype=str)
    table = table[table["TYPECOM"] == "COM"]
    kept = table["DATE_DEBUT"].le(date) & ~table["DATE_FIN"].le(date).fillna(False)
    return set(table.loc[kept, "COM"])


def test_its_communes_are_those_in_force_on_1_january_2025(pack, communes):
    assert len(communes) == 34_875
    assert set(communes.index) == in_force(pack, "2025-01-01")


def test_the_population_of_2018_is_conserved_to_the_inhabitant(communes, tables):
    assert communes["population"].sum() == 66_732_538
    iris = pd.read_parquet(tables / "iris.parquet", columns=["population", "code_commune"])
    assert iris["population"].sum() == pytest.approx(66_732_538, abs=1)
    assert set(iris["code_commune"]) == set(communes.index)
    assert set(communes["population_annee"].dropna()) == {2018}


def test_every_commune_of_2021_is_mapped(national, tables):
    before = pd.read_parquet(national[0] / "tables/communes.parquet", columns=["code_commune"])
    passage = pd.read_parquet(tables / "core_passage.parquet")
    assert set(before["code_commune"]) <= set(passage["code_avant"])
    assert (passage["motif"].str.len() > 0).all()
    assert passage["code_apres"].notna().all()
    shares = passage.groupby("code_avant")["part"].sum()
    assert shares.to_numpy() == pytest.approx(1)
    # Pierrefitte joined Saint-Denis, Orée d'Anjou took another code, Neussargues split in five.
    by_code = passage.set_index(["code_avant", "code_apres"])
    assert by_code.loc[("93059", "93066"), "nature"] == "fusion"
    assert by_code.loc[("49069", "49126"), "nature"] == "changement_code"
    assert sorted(passage.loc[passage["code_avant"] == "15141", "code_apres"]) == [
        "15031", "15035", "15047", "15141", "15171",
    ]  # fmt: skip


def test_a_merged_commune_has_the_people_of_its_parts(national, communes):
    before = pd.read_parquet(
        national[0] / "tables/communes.parquet", columns=["code_commune", "population"]
    ).set_index("code_commune")["population"]
    assert communes.loc["93066", "population"] == pytest.approx(before["93066"] + before["93059"])
    split = communes.loc[["15031", "15035", "15047", "15141", "15171"], "population"]
    assert split.sum() == pytest.approx(before["15141"])
    # In proportion of what they count today (824 people of 1,555), not in five equal parts.
    assert split["15141"] / split.sum() == pytest.approx(824 / 1555, abs=1e-3)


def test_what_a_split_commune_takes_from_the_old_one_is_marked(communes, tables):
    passage = pd.read_parquet(tables / "core_passage.parquet")
    split = communes.loc[passage.loc[passage["part"] < 1, "code_apres"]]
    assert len(split) == 10
    assert set(split["population_origine"]) == {"impute"}
    assert set(split["peu_diplomes_origine"]) == {"commune"}
    # Incomes of 2021 are on the map of 2025: what they give is published, the rest is carried.
    old = split[split["pauvrete_annee"].eq(2019)]
    assert sorted(old.index) == ["85165", "85212"]
    assert set(old["pauvrete_origine"]) == {"commune"}
    assert split["motif"].str.endswith("repris de la commune dont elle a été séparée.").all()
    others = communes.drop(split.index)
    assert not others["population_origine"].eq("impute").any()


def test_doubtful_zeros_of_the_fibre_are_said(communes):
    doubt = communes["motif"].str.contains("chiffre à vérifier")
    assert doubt.sum() == 391
    assert set(communes.loc[doubt, "code_departement"]) == {"03", "15", "43", "63"}
    assert communes.loc[doubt, "non_thd_pct"].eq(100).all()


def test_each_figure_shows_its_age(communes):
    for column, years in {
        "non_thd_annee": {2025}, "plus_65_annee": {2017, 2018}, "pauvrete_annee": {2019, 2021},
        "non_4g_annee": {2018},
    }.items():  # fmt: skip
        assert set(communes[column].dropna()) == years


def test_what_the_fibre_file_does_not_hold_stays_absent(communes):
    for code in ("75056", "69123", "13055", "97611"):
        assert communes.loc[code, "non_thd_origine"] == "absent"
    # Four indicators are enough for a score, and the sentence says so.
    assert communes.loc["75056", "score"] > 0
    assert "sur 4 indicateurs" in communes.loc["75056", "motif"]
    assert communes.loc["57019", "non_thd_pct"] == 100  # Amnéville: a zero that is published


def test_employers_without_coordinates_are_at_the_precision_of_the_commune(pack, tables):
    listed = pd.read_csv(pack / EMPLOYERS, dtype=str)
    places = gpd.read_parquet(tables / "core_lieux.parquet")
    own = places[places["id"].isin("cn-" + listed["Siret"])]
    assert len(own) == len(listed) == 2485
    kept = own[own["statut"] == "retenu"]
    # One that another list speaks of too is at the point that list gives.
    merged = kept["dispositifs"].str.contains("|", regex=False)
    assert set(kept.loc[~merged, "precision"]) == {"commune"}
    exact = kept.loc[kept["precision"] == "coordonnees", "motif_statut"]
    assert exact.str.startswith("point de ").all()
    assert len(kept) > 250
    # None where a place that receives is published.
    published = places[places["id"].str.startswith("cn-") & ~places["id"].isin(own["id"])]
    published = published[published["statut"] == "retenu"]
    assert not set(kept["code_commune"]) & set(published["code_commune"])


def test_employers_alone_would_call_lisieux_uncovered(pack, tables):
    """What docs/method.md says of the list of 2023 taken without that of 2022."""
    names = ("core_communes", "core_iris", "core_population_grille", "core_recensement")
    towns, iris, grid, census = (
        gpd.read_parquet(tables / f"{name}.parquet")
        if name in names[:2]
        else pd.read_parquet(tables / f"{name}.parquet")
        for name in names
    )
    edition = on_hand(find_edition("france-2025"), pack / "raw")
    kept = tuple(name for name in edition.releases if name != "anct_conseillers/2022-12")
    read = Opener(replace(edition, releases=kept), pack / "raw", load_corrections(pack / "raw"))
    lists = open_places(read)
    lieux, _ = build_places(
        lists, towns, read.cog_communes(), day=places_day(lists, edition.cog_year)
    )
    reach = reach_places(lieux, build_surfaces(grid, towns, commune_density(towns, census)))
    alone, _ = build_portee(cell_costs(grid, reach), towns, iris, reach)
    scores = pd.read_parquet(tables / "index_scores.parquet")
    fragile = scores[scores["niveau"].eq("commune") & scores["est_fragile"]]["code"]
    beyond = alone[alone["niveau"].eq("commune") & alone["couverture"].eq("non_couverte")]["code"]
    assert len(set(beyond) & set(fragile)) == 2_380
    assert "14366" in set(beyond) & set(fragile)
    published = pd.read_parquet(tables / "communes.parquet").set_index("code_commune")
    assert published["est_fragile_non_couverte"].sum() == 864
    assert published.loc["14366", "couverture"] == "couverte"
    own = pd.read_parquet(tables / "lieux.parquet")
    there = own["code_commune"].eq("14366") & own["dispositifs"].str.contains(CONSEILLERS)
    assert there.sum() == 3


def test_contours_follow_their_communes(communes):
    assert communes["contour_origine"].ne("absent").all()
    assert communes.geometry.notna().all()
    split = communes.loc[["15031", "15035", "15047", "15141", "15171"]]
    assert set(split["contour_origine"]) == {"approche"}
    # Published: 18.26, 27.46, 16.63, 13.89 and 16.02 km²; Voronoi cells cannot be that right.
    assert split.to_crs(2154).area.sum() / 1e6 == pytest.approx(92.26, rel=0.01)


# Communes of 2021 that merged since, of which the contours of 2025 draw the seat only.
MERGED = {
    "93066": ("93059", "93066"),
    "25390": ("25303", "25347", "25390", "25398", "25620"),
    "62447": ("62447", "62461", "62549", "62743"),
    "39434": ("39434", "39548"),
}


def test_a_merged_commune_has_the_ground_of_its_parts(national, communes):
    before = gpd.read_parquet(
        national[0] / "tables/core_communes.parquet", columns=["code_commune", "geometry"]
    ).to_crs(2154).set_index("code_commune").geometry  # fmt: skip
    after = communes.geometry[list(MERGED)].to_crs(2154)
    for code, parts in MERGED.items():
        assert communes.loc[code, "contour_origine"] == "reuni"
        whole = before[list(parts)].union_all()
        # The borders of one commune in six were drawn anew since, by a few hectares.
        assert after[code].symmetric_difference(whole).area < 0.01 * whole.area
        assert after[code].covers(before[list(parts)].representative_point().union_all())


def test_the_communes_merged_since_2021_are_drawn_whole(communes, tables):
    core = gpd.read_parquet(tables / "core_communes.parquet")
    united = core[core["contour_origine"] == "reuni"]
    # 46 of the 74 that merged, 932 km² of 1,565 in the file of contours.
    assert len(united) == 46
    drawn = area_km2(united.geometry, united["code_departement"])
    assert drawn.sum() == pytest.approx(1565.3, abs=2)
    # L'Orée de Mormal is 2.9 % below what is published for it; it was in 2021 too.
    assert (drawn / united["superficie_km2"]).between(0.97, 1.02).all()
    # What they took is not a neighbour's.
    shapes = core.to_crs(2154).geometry
    tree = shapely.STRtree(shapes.to_numpy())
    own, near = tree.query(shapes[united.index].to_numpy())
    pairs = pd.DataFrame({"own": united.index[own], "near": near}).query("own != near")
    common = shapes[pairs["own"]].intersection(shapes[pairs["near"]], align=False).area
    assert common.max() < 100  # m²


@pytest.mark.parametrize("edition", ["national", "national_2025"])
def test_nobody_is_cut_from_the_land_and_no_land_from_the_communes(edition, request):
    folder = request.getfixturevalue(edition)[0] / "tables"
    groups = gpd.read_parquet(folder / "core_groupes.parquet")
    communes = gpd.read_parquet(
        folder / "communes.parquet",
        columns=["code_commune", "population", "conseiller_plus_proche_min", "geometry"],
    )
    control_ground(gpd.read_parquet(folder / "core_communes.parquet"), groups)
    control_land(communes, groups)
    alone = communes[communes["conseiller_plus_proche_min"].isna()]["code_commune"]
    # Ten islands that are a commune each, and the four communes of Belle-Île.
    assert set(alone[~alone.str.startswith("97")]) == {
        "17004", "22016", "29082", "29084", "29155", "56009", "56069", "56085", "56087", "56088",
        "56114", "56152", "56241", "85113",
    }  # fmt: skip


@pytest.mark.parametrize("edition", ["national", "national_2025"])
def test_published_contours_are_valid_and_without_slivers(edition, request):
    folder = request.getfixturevalue(edition)[0] / "tables"
    for name in ("core_communes", "core_iris", "core_groupes", "core_contours"):
        shapes = gpd.read_parquet(folder / f"{name}.parquet", columns=["geometry"]).geometry
        shapes = shapes.dropna()
        assert shapes.is_valid.all()
        parts = shapes.explode()
        # Equal-area everywhere; slivers were of less than a square metre.
        assert parts.to_crs(6933).area.min() > 0.99


@pytest.mark.parametrize("edition", ["national", "national_2025"])
def test_words_of_the_classes_hold_for_the_scores_that_are_shown(edition, request):
    """Scores pile up on fifths of a point: a bound misread by a hair would misplace thousands."""
    folder = request.getfixturevalue(edition)[0] / "tables"
    bounds = pd.read_parquet(folder / "index_bornes.parquet").query("profil == 'ifn-2023'")
    lowest = bounds[bounds["borne"] == "classe"].sort_values("classe")["score_min"]
    words = spans(list(lowest), 2)
    (fragile,) = bounds.loc[bounds["borne"] == "fragile", "score_min"]
    for name in ("communes", "iris", "epci", "departements"):
        rows = pd.read_parquet(folder / f"{name}.parquet", columns=["score", "classe"]).dropna()
        held = [holds(words[k - 1], round(s, 2)) for s, k in rows.itertuples(index=False)]
        assert held.count(False) < 10, name
    rows = pd.read_parquet(folder / "communes.parquet", columns=["score", "est_fragile"])
    said = [holds(at_least(fragile, 2), round(score, 2)) for score in rows["score"]]
    assert (pd.Series(said) != rows["est_fragile"]).sum() < 3


def test_the_indicator_is_called_what_it_is(national_2025):
    folder, _ = national_2025
    text = (folder / "LISEZMOI.md").read_text(encoding="utf-8")
    assert "Sans fibre optique" in text
    assert "très haut débit" not in text
    assert "Paris, Lyon et Marseille" in text
    assert "très haut débit" not in (folder / "dictionnaire.csv").read_text(encoding="utf-8-sig")


def test_it_fits_like_the_other(national, national_2025):
    _, report = national_2025
    fits(report)
    # What it adds, the comparison with the edition before, stays small on any machine.
    assert report.seconds < 1.5 * national[1].seconds
