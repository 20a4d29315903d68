"""The site of the demonstration: the figures of the database, and names that are text."""

import json
import os
import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyogrio
import pytest

from fragility.errors import MissingFileError, UsageError
from fragility.export.labels import DISPOSITIF_LABELS, decimals_of
from fragility.index.profiles import load_profiles
from fragility.site import account
from fragility.site.build import write_site, write_tiles
from fragility.site.cards import build_cards, card_columns
from fragility.site.figures import MARK, mark_of
from fragility.site.levels import plain
from fragility.site.page import LIST, is_whole, page_digests
from fragility.site.pictures import draw_all
from fragility.site.themes import Theme, build_themes
from fragility.stored import read_shapes
from pipelines.sourcecode import reach
from pipelines.versions import reads_of

HOSTILE = '</script><img src=x onerror="alert(1)">\u202e\'"'


@pytest.fixture(scope="module")
def site(demo, tmp_path_factory):
    """Folder of the site, and a database to compare with."""
    _, folder, _ = demo
    to = tmp_path_factory.mktemp("site") / "carte"
    write_site(folder.parent, "demo", to)
    with duckdb.connect(str(folder / "fragilite.duckdb"), read_only=True) as database:
        yield to, database


def load(site, path):
    return json.loads((site[0] / path).read_text(encoding="utf-8"))


def test_every_territory_with_a_contour_is_in_the_closest_tiles(site, demo):
    _, folder, _ = demo
    contours = pd.read_parquet(folder / "tables/core_contours.parquet")
    drawn = contours[contours["geometry"].notna()]
    for level, rows in drawn.groupby("niveau"):
        found = set()
        for path in (site[0] / "tuiles").glob("*/9/*/*.pbf"):
            if level in pyogrio.list_layers(path)[:, 0]:
                found |= set(pyogrio.read_dataframe(path, layer=level, read_geometry=False)["code"])
        assert found == set(rows["code"])


@pytest.mark.parametrize(
    ("level", "table", "code"),
    [
        ("commune", "communes", "code_commune"),
        ("iris", "iris", "code_iris"),
        ("epci", "epci", "code_epci"),
        ("departement", "departements", "code_departement"),
    ],
)
def test_cards_say_what_the_database_says(site, level, table, code):
    file = "00" if level in ("commune", "iris") else level
    content = load(site, f"fiches/{file}.json")[level]
    cards = pd.DataFrame.from_dict(content["lignes"], orient="index", columns=content["colonnes"])
    stored = site[1].execute(f"SELECT * EXCLUDE geometry FROM marts.{table}").df().set_index(code)
    stored = stored.loc[cards.index]
    compared = [c for c in cards if c in stored]
    assert {"score", "population", "nb_personnes_en_difficulte"} <= set(compared)
    for column in compared:
        mine, theirs = cards[column], stored[column]
        if pd.api.types.is_float_dtype(theirs):
            # A card rounds to what is worth reading: at most half a person, 0.05 %, 0.005 point.
            step = 0.5 * 10.0 ** -decimals_of(column)
            gap = (pd.to_numeric(mine).astype(float) - theirs).abs()
            assert (gap.fillna(0) <= step + 1e-9).all(), column
            assert (mine.isna() == theirs.isna()).all(), column
        else:
            same = (mine == theirs) | (mine.isna() & theirs.isna())
            assert same.all(), column


def test_classes_of_the_map_are_those_of_the_database(site):
    codes = load(site, "territoires/commune.json")["codes"]
    classes = load(site, "valeurs/commune/score-ifn-2023.json")["classes"]
    stored = dict(site[1].execute("SELECT code_commune, classe FROM marts.communes").fetchall())
    assert [int(c) for c in classes] == [stored[code] or 0 for code in codes]
    assert "0" in classes


def test_each_row_of_values_is_the_feature_of_that_rank(site):
    codes = load(site, "territoires/commune.json")["codes"]
    for path in (site[0] / "tuiles").glob("*/9/*/*.pbf"):
        if "commune" in pyogrio.list_layers(path)[:, 0]:
            found = pyogrio.read_dataframe(path, layer="commune", read_geometry=False)
            assert [codes[rank - 1] for rank in found["mvt_id"]] == list(found["code"])


def test_uncovered_communes_are_told(site):
    table = load(site, "territoires/commune.json")
    said = {
        c for c, flag in zip(table["codes"], table["non_couvertes"], strict=True) if flag == "1"
    }
    stored = site[1].execute(
        "SELECT code_commune FROM marts.communes WHERE couverture = 'non_couverte'"
    )
    assert said == {code for (code,) in stored.fetchall()}
    assert said


def test_only_what_places_offer_can_be_ticked(site):
    kinds = {
        kind
        for (kinds,) in site[1].execute("SELECT dispositifs FROM marts.lieux").fetchall()
        for kind in kinds.split("|")
    }
    offered = load(site, "edition.json")["dispositifs"]
    assert offered == [kind for kind in DISPOSITIF_LABELS if kind in kinds]
    assert 1 < len(offered) < len(DISPOSITIF_LABELS)


def test_places_are_those_of_the_database_each_once(site):
    places = load(site, "lieux.json")
    (count,) = site[1].execute("SELECT count(*) FROM marts.lieux").fetchall()[0]
    assert len(places["nom"]) == len(places["lon"]) == count
    assert all(kinds for kinds in places["dispositifs"])


def test_the_account_offers_every_kind_of_theme_and_says_what_to_say(site):
    account = load(site, "edition.json")
    groups = {theme["groupe"] for theme in account["themes"]}
    assert groups == {"Indice", "Indicateurs", "Personnes", "Portée", "Incertitude"}
    assert account["bandeau"] == "Territoire fictif"
    assert all(account[key] for key in ("sources", "lecture", "limites"))
    for theme in account["themes"]:
        assert len(theme["couleurs"]) == len(theme["legende"])
        for level in theme["niveaux"]:
            read = load(site, f"valeurs/{level}/{theme['fichier']}.json")
            assert len(read["classes"]) == account["niveaux"][level]
            assert max(map(int, read["classes"])) <= len(theme["legende"])


def test_nothing_of_the_site_asks_another_server(site):
    for path in [*site[0].glob("*.html"), *site[0].glob("*.css"), *site[0].glob("js/*.js")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert [word for word in ("http:", "https:", "innerHTML") if word in text] == [], path


def test_a_hostile_name_is_kept_as_text():
    rows = pd.DataFrame({"nom": [HOSTILE], "population": [10.0]}, index=["01001"])
    cards = build_cards(rows, pd.Series([None], index=rows.index, dtype=object))
    assert card_columns(rows) == ["nom", "population"]
    assert json.loads(json.dumps(cards))["lignes"] == {"01001": [HOSTILE, 10, None]}


def test_missing_figures_are_null_and_infinite_ones_too():
    assert plain(pd.Series([1.25, np.nan, np.inf], name="score"), 1) == [1.2, None, None]
    assert plain(pd.Series(["a", None], name="nom")) == ["a", None]


def test_a_value_is_in_the_class_of_the_figure_that_is_shown():
    theme = Theme("x", "g", "t", "a", "x", unit="%", breaks=(10.0, 20.0))
    assert list(theme.classes_of(pd.Series([9.94, 9.96, 10.0, 25.0, np.nan]))) == [1, 2, 2, 3, 0]
    assert theme.legend() == ["moins de 10,0 %", "de 10,0 à moins de 20,0 %", "20,0 % ou plus"]
    assert len(set(theme.colours)) == 3


def test_classes_of_the_score_are_those_of_the_database():
    theme = Theme("x", "g", "t", "a", "x", decimals=2, breaks=(7.2017,), exact=True)
    assert list(theme.classes_of(pd.Series([7.2, 7.2016, 7.2017]))) == [1, 1, 2]
    assert theme.legend() == ["7,20 ou moins", "plus de 7,20"]


def test_words_are_classes_in_their_order():
    theme = Theme("x", "g", "t", "a", "x", words={"oui": "Oui", "non": "Non"})
    assert list(theme.classes_of(pd.Series(["non", None, "oui"]))) == [2, 0, 1]
    assert theme.legend() == ["Oui", "Non"]


def test_pillars_of_a_profile_are_themes(site, demo):
    profiles = load_profiles(["ifn-2023", "deux-piliers"])
    facts = account.read_run(demo[1])[1]
    codes = pd.Index(["01001", "01002"])
    points = {f"score:{p.id}": [4.0, 8.0] for p in profiles}
    points["pilier:deux-piliers:reseaux"] = [2.0, 9.0]
    bounds = pd.DataFrame(
        {
            "profil": [p.id for p in profiles],
            "borne": "classe",
            "classe": 2,
            "score_min": 5.0,
        }
    )
    themes = build_themes(pd.DataFrame(points, codes), facts, bounds, profiles)
    assert [(t.id, t.group) for t in themes] == [
        ("score:ifn-2023", "Indice"),
        ("score:deux-piliers", "Indice"),
        ("pilier:deux-piliers:reseaux", "Piliers de l'indice"),
    ]
    assert themes[2].title == "Réseaux – Deux piliers, les réseaux et les personnes"


def test_the_command_writes_a_site_and_says_where(demo, tmp_path, call):
    out, to = demo[1].parent, tmp_path / "carte"
    code, said, _ = call("site", "--out", out, "--vers", to)
    assert code == 0
    assert str(to) in said
    assert "1 département" in said
    assert (to / "index.html").is_file()
    assert call("site", "--edition", "rien", "--out", out)[0] == 2


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file()}  # fmt: skip


def test_a_run_publishes_its_site_and_the_command_copies_it(site, demo):
    made = files_of(demo[1] / "site")
    assert made == files_of(site[0])
    assert {"index.html", "edition.json", "lieux.json", "fiches/00.json"} <= set(made)
    report = demo[2]
    assert {"export_site", "export_tuiles"} <= set(report.steps)


def test_an_edition_without_a_site_is_given_the_same_one(demo, tmp_path):
    """An earlier version of the program published none."""
    names = ("tables", "execution.json", "fragilite.duckdb")
    (tmp_path / "demo").mkdir()
    for name in names:
        os.symlink(demo[1] / name, tmp_path / "demo" / name)
    assert not is_whole(tmp_path / "demo/site")
    made = write_site(tmp_path, "demo")
    assert made.folder == tmp_path / "demo/site"
    assert made.departements == ("00",)
    assert is_whole(made.folder)
    assert files_of(made.folder) == files_of(demo[1] / "site")


def test_what_is_beside_a_site_stays_there(demo, tmp_path):
    to = tmp_path / "carte"
    write_site(demo[1].parent, "demo", to)
    (to / "CNAME").write_text("carte.exemple.fr", encoding="utf-8")
    (to / "tuiles/perdue.pbf").write_bytes(b"1")
    write_site(demo[1].parent, "demo", to)
    assert (to / "CNAME").read_text("utf-8") == "carte.exemple.fr"
    assert not (to / "tuiles/perdue.pbf").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["carte"]


def test_a_changed_page_makes_the_site_again():
    read = reads_of(reach("pipelines.exports.export_site"))
    assert "la page de la carte" in read
    assert "la page de la carte" not in reads_of(reach("pipelines.exports.export_tuiles"))
    digests = page_digests()
    assert {"index.html", "site.css", "js/main.js", "vendor/maplibre-gl.mjs"} <= set(digests)
    assert len(digests["index.html"]) == 64


def test_the_page_asks_its_scripts_at_once(site):
    """Scripts that call one another would be asked one after the other."""
    page = (site[0] / "index.html").read_text("utf-8")
    asked = set(re.findall(r'(?:modulepreload" href|module" src)="js/(\w+\.js)"', page))
    scripts = {path.name: path.read_text("utf-8") for path in (site[0] / "js").glob("*.js")}
    # Those that come after the first colours are asked by others, when they are needed.
    later = set(re.findall(r'import\("\./(\w+\.js)"\)', "".join(scripts.values())))
    assert later == {"names.js", "spelling.js"}
    assert asked == set(scripts) - later


@pytest.fixture
def copied(site, tmp_path):
    """A copy of the site that may be damaged."""
    return shutil.copytree(site[0], tmp_path / "copie" / "site")


@pytest.mark.parametrize(
    "path", ["edition.json", "valeurs/commune/couverture.json", "js/map.js", LIST, f"tuiles/{LIST}"]
)
def test_a_site_without_one_of_its_files_is_not_whole(copied, path):
    assert is_whole(copied)
    (copied / path).unlink()
    assert not is_whole(copied)


def test_a_site_with_a_cut_file_or_without_a_tile_is_not_whole(copied):
    tile = next((copied / "tuiles").rglob("*.pbf"))
    content = tile.read_bytes()
    tile.write_bytes(content[:-1])
    assert not is_whole(copied)
    tile.write_bytes(content)
    assert is_whole(copied)
    tile.unlink()
    assert not is_whole(copied)
    (copied / "tuiles" / LIST).write_text("[", encoding="utf-8")
    assert not is_whole(copied)


@pytest.mark.parametrize("moved", [0, 1, 5, 11])
def test_a_site_left_half_written_is_not_whole_and_is_written_again(
    demo, copied, monkeypatch, moved
):
    """The program stops after so many of the parts were put in place."""
    replace, count = Path.replace, 0

    def stopping(path, target):
        nonlocal count
        count += 1
        if count > moved:
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", stopping)
    with pytest.raises(KeyboardInterrupt):
        write_site(demo[1].parent, "demo", copied)
    monkeypatch.undo()
    assert not is_whole(copied)
    write_site(demo[1].parent, "demo", copied)
    assert is_whole(copied)


def test_new_tiles_leave_the_pages_as_they_were(demo, copied):
    before = files_of(copied)
    write_tiles(read_shapes(demo[1], "core_contours"), copied)
    assert is_whole(copied)
    assert files_of(copied) == before


def test_every_file_that_an_open_page_reads_bears_the_mark_of_the_run(site):
    mark = load(site, "edition.json")[MARK]
    assert re.fullmatch("[0-9a-f]{16}", mark)
    read = [p for p in site[0].rglob("*.json") if p.name != LIST]
    assert len(read) > 30
    assert {json.loads(path.read_text("utf-8"))[MARK] for path in read} == {mark}


def test_the_tiles_are_where_the_page_looks_for_them(site):
    mark = load(site, "edition.json")["tuiles"]
    assert {path.name for path in (site[0] / "tuiles").iterdir()} == {mark, LIST}


def test_the_mark_is_that_of_the_contents():
    texts = {"a.json": '{"v":1}', "b.json": '{"v":2}'}
    assert mark_of(texts) == mark_of(dict(reversed(texts.items())))
    assert mark_of(texts) != mark_of(texts | {"b.json": '{"v":3}'})
    # The same figures in another order of the files are another run.
    assert mark_of(texts) != mark_of({"a.json": '{"v":2}', "b.json": '{"v":1}'})


def test_the_command_says_what_it_does(demo, tmp_path, call):
    os.symlink(demo[1], tmp_path / "demo", target_is_directory=True)
    ready = call("site", "--out", tmp_path)[1]
    assert "La carte de demo est déjà écrite par le calcul." in ready
    assert "Écriture" not in ready
    assert (
        "Copie de la carte de demo" in call("site", "--out", tmp_path, "--vers", tmp_path / "c")[1]
    )


def test_a_site_that_lacks_a_file_is_made_again(demo, copied, call):
    edition = copied.parent / "demo"
    edition.mkdir()
    for name in ("tables", "execution.json", "fragilite.duckdb"):
        os.symlink(demo[1] / name, edition / name)
    shutil.move(copied, edition / "site")
    (edition / "site/lieux.json").unlink()
    assert "Écriture de la carte de demo" in call("site", "--out", edition.parent)[1]
    assert files_of(edition / "site") == files_of(demo[1] / "site")


def test_pictures_of_another_edition_are_refused(tmp_path):
    with pytest.raises(UsageError, match="démonstration"):
        draw_all(tmp_path / "france-2021", tmp_path / "images")
    assert not (tmp_path / "images").exists()


def test_an_edition_that_was_not_computed_is_refused(tmp_path):
    with pytest.raises(MissingFileError, match="pas encore été calculée"):
        write_site(tmp_path, "demo")


def test_a_folder_of_something_else_is_left_alone(demo, tmp_path):
    (tmp_path / "these.odt").write_text("trois ans", encoding="utf-8")
    with pytest.raises(UsageError, match="pas vide"):
        write_site(demo[1].parent, "demo", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["these.odt"]
