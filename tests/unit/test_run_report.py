"""rapport.html and the blocks it is made of: whole in itself, safe, equal for equal runs."""

import datetime
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure
from PIL import Image

from fragility.errors import MissingFileError
from fragility.export.labels import french
from fragility.export.run_facts import build_facts
from fragility.index.profiles import load_profile
from fragility.sources.catalogue import find_edition
from fragility.sources.files import on_hand
from fragility.validation.blocks import Block, frame_table, svg_bytes, to_html, to_markdown, written
from fragility.validation.report_map import class_map
from fragility.validation.report_rows import ledger, quarantine, urgent
from fragility.validation.report_sections import certainty, distribution
from fragility.validation.run_report import PAGE, READ, render, write_report
from fragility.validation.sensitivity_page import write_sensitivity

NASTY = '<script>alert("1")</script> & L\'Œil'
DAY = datetime.date(2026, 1, 2)


def drawn():
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([0, 1], [1, 0])
    return figure


class Outline(HTMLParser):
    """What a screen reader meets: headings, pictures, tables, places to jump to."""

    def __init__(self, page):
        super().__init__()
        self.levels, self.ids, self.links, self.tags, self.alts = [], [], [], [], []
        self.tables = self.captions = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "a":
            self.links.append(named["href"])
        if tag == "img":
            self.alts.append(named.get("alt", ""))
            assert named["src"].startswith("data:image/")
        self.tables += tag == "table"
        self.captions += tag == "caption"


@pytest.fixture(scope="module")
def tables(demo):
    folder = demo[1] / "tables"
    shapes = {"communes", "foyers"}
    return {
        name: (gpd.read_parquet if name in shapes else pd.read_parquet)(folder / f"{name}.parquet")
        for name in READ
    }


@pytest.fixture(scope="module")
def facts(demo, tables):
    edition = on_hand(find_edition("demo"), demo[0])
    profile = load_profile("ifn-2023")
    return build_facts(edition, profile, tables["index_bornes"], DAY, tables["quarantaine"])


@pytest.fixture(scope="module")
def page(tables, facts):
    return render(tables, facts)


def test_the_page_is_whole_in_itself(page):
    found = Outline(page)
    assert not {"script", "link", "iframe", "object"} & set(found.tags)
    assert "@import" not in page
    assert "url(" not in page
    outside = [link for link in found.links if not link.startswith("#")]
    assert all(link.startswith("https://") for link in outside)


def test_a_screen_reader_finds_its_way(page):
    found = Outline(page)
    assert found.levels[0] == 1
    assert found.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(found.levels, found.levels[1:]))  # noqa: B905
    assert '<html lang="fr">' in page
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} == set(found.ids)
    assert found.alts
    assert all(found.alts)
    assert found.tables == found.captions > 5


def test_the_page_says_what_it_is_about(page, tables):
    communes = tables["communes"]
    head = page[: page.index("<h2")]
    for words in ("Territoire fictif", "Édition demo", "02/01/2026", "profil ifn-2023"):
        assert words in head
    assert f"{int(communes['est_fragile'].sum())} communes fragiles" in page
    listed = tables["communes_fragiles_non_couvertes"].sort_values("ordre")["nom"].iloc[0]
    assert listed.replace("'", "&#x27;") in page
    for title in ("D'où viennent les chiffres", "Le modèle de pauvreté", "Quarantaine", "Sources"):
        assert f">{title.replace(chr(39), '&#x27;')}</h" in page


def test_equal_tables_give_an_equal_page(page, tables, facts):
    assert render(tables, facts) == page


def test_text_of_the_data_never_becomes_html(tables, facts):
    names = {"nom", "nom_departement", "conseiller_plus_proche_nom", "motif", "source", "fichier"}
    wild = {}
    for name, frame in tables.items():
        frame = frame.copy()
        for column in names & set(frame):
            frame[column] = NASTY
        wild[name] = frame
    wild["quarantaine"] = pd.DataFrame(
        {c: [NASTY] for c in ("source", "fichier", "cle", "colonne", "valeur", "motif")}
    ).assign(ligne=3)
    page = render(wild, facts)
    assert "<script" not in page.lower()
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; L&#x27;Œil" in page
    assert "script" not in Outline(page).tags


def test_a_territory_without_a_score_still_has_its_page(tables, facts):
    bare = dict(tables)
    communes = tables["communes"].copy()
    communes["score"] = np.nan
    communes["classe"] = pd.array([pd.NA] * len(communes), dtype="Int64")
    communes[["est_fragile", "est_fragile_non_couverte"]] = False
    bare["communes"] = communes
    bare["index_scores"] = tables["index_scores"].assign(score=np.nan, est_fragile=False)
    for name in READ:
        if name.startswith(("communes_", "foyers", "index_audit", "index_foyers", "index_inc",
                            "index_sens", "index_typo", "index_def")):  # fmt: skip
            bare[name] = tables[name].head(0)
    assert "Aucune commune n&#x27;a de score." in render(bare, facts)


def test_the_run_writes_the_page(demo, tmp_path, tables, facts):
    assert (demo[1] / PAGE).stat().st_size < 3_000_000
    path = write_report(tmp_path / PAGE, tables, facts)
    assert path.read_text(encoding="utf-8").endswith("</html>\n")


def test_the_page_on_sensitivity_has_its_pictures(demo, tmp_path):
    page = write_sensitivity(demo[1], tmp_path).read_text(encoding="utf-8")
    pictures = re.findall(r"\]\((images/sensibilite-\d+\.png)\)", page)
    assert len(pictures) > 3
    assert all((tmp_path / name).stat().st_size < 150_000 for name in pictures)
    assert "Pour un élu" in page
    assert "nan" not in page


def test_the_page_on_sensitivity_asks_for_a_run_first(tmp_path):
    with pytest.raises(MissingFileError, match="fragility run --edition ici"):
        write_sensitivity(tmp_path / "ici", tmp_path)


def test_a_ledger_has_one_line_per_source():
    lines = pd.DataFrame(
        [("a", "x", "entrées", 10), ("a", "x", "sorties", 7), ("a", "x", "doublon", 3),
         ("b", "x", "entrées", 5), ("b", "x", "sorties", 5)],
        columns=["etape", "source", "motif", "lignes"],
    )  # fmt: skip
    table = ledger({"registre": lines}).table
    assert table.to_numpy().tolist() == [["a", "x", 10, 7, "doublon (3)"], ["b", "x", 5, 5, "–"]]


def test_a_row_with_two_wrong_cells_is_one_row():
    wrong = pd.DataFrame(
        {
            "source": "s", "fichier": "f", "ligne": [4, 4, 9], "cle": "c",
            "colonne": ["a", "b", "a"], "valeur": "?", "motif": "m",
        }
    )  # fmt: skip
    block = quarantine({"quarantaine": wrong})
    assert len(block.table) == 2
    assert block.paragraphs[0].startswith("2 lignes écartées")


def test_nothing_to_act_on_is_said():
    empty = pd.DataFrame({"ordre": []})
    block = urgent({"communes_fragiles_non_couvertes": empty})
    assert block.paragraphs == ("Aucune commune fragile et non couverte.",)


def test_a_map_keeps_the_colours_of_classes():
    """Two squares of the mainland side by side, classes 1 and 5, and one of Réunion."""
    squares = [shapely.box(x, 46, x + 0.1, 46.1) for x in (3.0, 3.1)]
    communes = gpd.GeoDataFrame(
        {
            "code_commune": ["01001", "01002", "97401"],
            "classe": pd.array([1, 5, pd.NA], dtype="Int64"),
        },
        geometry=[*squares, shapely.box(55.5, -21.1, 55.6, -21.0)],
        crs=4326,
    )
    image = Image.open(io.BytesIO(class_map(communes))).convert("RGB")
    width, height = image.size
    found = {image.getpixel((x, height // 4)) for x in range(width)}
    assert {(0xFE, 0xE8, 0x38), (0x00, 0x22, 0x4E)} <= found
    assert (0xD9, 0xD9, 0xD9) in {image.getpixel((x, y)) for x in range(100) for y in range(height)}
    assert class_map(communes) == class_map(communes)


def test_overseas_départements_have_their_name_on_the_map():
    """A square of the mainland and one of Réunion: only the name is drawn in the colour of ink."""
    communes = gpd.GeoDataFrame(
        {
            "code_commune": ["01001", "97401"],
            "nom_departement": ["Ain", "La Réunion"],
            "classe": pd.array([1, 5], dtype="Int64"),
        },
        geometry=[shapely.box(3.0, 46, 3.1, 46.1), shapely.box(55.5, -21.1, 55.6, -21.0)],
        crs=4326,
    )

    def ink(frame):
        drawn = np.array(Image.open(io.BytesIO(class_map(frame))).convert("RGB"))
        return np.argwhere((drawn == 0x33).all(axis=2))

    named = ink(communes)
    # On one line, above its square, within the column of the overseas.
    assert np.ptp(named[:, 0]) < 20
    assert named[:, 1].max() < 112
    assert len(named) > len(ink(communes.drop(columns="nom_departement"))) > 0, "else its code"
    assert len(ink(communes.head(1))) == 0


def test_inhabitants_of_classes_are_whole(tables):
    communes = tables["communes"].copy()
    communes["population"] = communes["population"] + 0.25
    tables = {**tables, "communes": communes}
    for block in (distribution(tables, "ifn-2023"), *certainty(tables)):
        numbers = block.table.filter(like="Habitants").iloc[:, 0]
        assert (numbers == numbers.round()).all()
        assert numbers.sum() > 0


def test_a_figure_has_no_date_and_is_well_formed():
    assert svg_bytes(drawn()) == svg_bytes(drawn())
    assert ElementTree.fromstring(svg_bytes(drawn())).tag.endswith("svg")
    assert b"date" not in svg_bytes(drawn())


def test_a_block_is_the_same_in_html_and_markdown(tmp_path):
    table = pd.DataFrame({"Nom": ["<b>", "c|d"], "Part (%)": [12.5, None]})
    block = Block("Titre <i>", ("Une phrase : « oui ».",), table, drawn(), alt="Un [trait]")
    html = to_html([block], level=2)
    assert "<h2>Titre &lt;i&gt;</h2>" in html
    assert "<td>&lt;b&gt;</td>" in html
    assert '<td class="n">12,50</td>' in html
    assert 'alt="Un [trait]"' in html
    text = to_markdown([block], tmp_path, "essai")
    assert "## Titre &lt;i>" in text
    assert "![Un (trait)](images/essai-1.png)" in text
    assert "| c\\|d | – |" in text
    assert (tmp_path / "essai-1.png").is_file()


def test_numbers_are_written_alike_down_a_column():
    assert written(pd.Series([1, 2_000])) == ["1", "2\u202f000"]
    assert written(pd.Series([0.25, 99.5])) == ["0,25", "99,50"]
    assert written(pd.Series([0.25, 1234.5])) == ["0,2", "1\u202f234,5"]
    figures = frame_table(
        pd.DataFrame({"a": ["−3", "–", "12 [10 – 14]"], "b": ["x", "1", "2"]}), "t"
    )
    assert figures.count('<td class="n">') == 3


def test_communes_to_see_first_are_those_of_the_files_in_their_order(tables):
    found = tables["communes_fragiles_non_couvertes"].sort_values("ordre")
    assert found["probabilite_fragile_pct"].lt(50).any(), "a doubtful one is there, in its place"
    table = urgent(tables).table
    assert table["N°"].tolist() == found["ordre"].tolist()[:50]
    assert table["Commune"].str.startswith(tuple(found["nom"].str[:3])).all()
    for column, title in (
        ("probabilite_fragile_pct", "Fragile (%)"),
        ("probabilite_fragile_non_couverte_pct", "Fragile et non couverte (%)"),
    ):
        assert table[title].tolist() == [french(v) for v in found[column].head(50)]


def test_no_drawing_is_wider_than_a_phone(page):
    assert "min-width" not in re.sub(r"\.(ample|cote>\*)\{[^}]*\}", "", page.split("</style>")[0])
