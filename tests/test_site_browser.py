"""The site in a browser: colours, search, keyboard, cards, links, narrow screens, no leak."""

import itertools
import json
import random
import re
import shutil
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
from PIL import Image, ImageColor

from fragility.export.labels import CLASS_COLOURS, NOT_COMPUTED_COLOUR, french
from fragility.site.figures import MARK
from tests.site_pages import NARROW, SMALL, follow, plain, ready, serving

pytest_plugins = ["tests.site_fixtures"]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\u202e\'"&amp;'


@pytest.fixture(scope="module")
def page(watch, address):
    return watch(address)


def inside(made, level, code):
    """Longitude and latitude of a point of a territory."""
    contours = gpd.read_parquet(made[1] / "tables/core_contours.parquet")
    shape = contours[(contours["niveau"] == level) & (contours["code"] == code)].geometry.iloc[0]
    point = shape.representative_point()
    return point.x, point.y


def colour_at(page, longitude, latitude, theme="score:ifn-2023", niveau="commune", zoom=12):
    """Colour of the map a little below a point, where no name is."""
    follow(
        page,
        f"theme={theme}&niveau={niveau}&lieux=&cerner=non&carte={zoom}/{latitude:.4f}/{longitude:.4f}",
    )
    page.wait_for_selector(f'html[data-theme="{theme}"]')
    ready(page)
    box = page.locator("#carte").bounding_box()
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    return picture.getpixel(
        (int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2 + 30))
    )


def whole_communes(database):
    """One commune that is not divided by class, 0 for the one that has none."""
    rows = database.execute(
        """SELECT coalesce(classe, 0), max_by(code_commune, octet_length(ST_AsWKB(geometry)))
        FROM marts.communes WHERE code_commune IN
        (SELECT code_commune FROM marts.iris GROUP BY 1 HAVING count(*) = 1) GROUP BY 1"""
    ).fetchall()
    return dict(rows)


def test_each_commune_has_the_colour_of_its_class(page, made, database):
    communes = whole_communes(database)
    assert set(communes) == {0, 1, 2, 3, 4, 5}
    for rank, code in communes.items():
        wanted = CLASS_COLOURS.get(rank, NOT_COMPUTED_COLOUR)
        found = colour_at(page, *inside(made, "commune", code))
        assert found == ImageColor.getrgb(wanted), (rank, code)


def test_an_iris_has_its_own_colour_from_close(page, made, database):
    code, rank = database.execute(
        """SELECT i.code_iris, i.classe FROM marts.iris i JOIN marts.communes c USING (code_commune)
        WHERE i.classe <> c.classe AND i.type_iris = 'H' ORDER BY i.code_iris LIMIT 1"""
    ).fetchall()[0]
    found = colour_at(page, *inside(made, "iris", code), zoom=14)
    assert found == ImageColor.getrgb(CLASS_COLOURS[rank])


@pytest.mark.parametrize(
    ("theme", "niveau"),
    [
        ("pauvrete_pct", "commune"),
        ("couverture", "commune"),
        ("amplitude", "commune"),
        ("score:ifn-2023", "epci"),
        ("difficulte_numerique_pct", "departement"),
    ],
)
def test_other_themes_and_levels_have_their_colours(page, made, database, theme, niveau):
    account = json.loads((made[0] / "edition.json").read_text(encoding="utf-8"))
    shown = next(one for one in account["themes"] if one["id"] == theme)
    codes = json.loads((made[0] / f"territoires/{niveau}.json").read_text(encoding="utf-8"))[
        "codes"
    ]
    values = (made[0] / f"valeurs/{niveau}/{shown['fichier']}.json").read_text(encoding="utf-8")
    code = whole_communes(database)[5] if niveau == "commune" else codes[0]
    rank = int(json.loads(values)["classes"][codes.index(code)])
    zoom = 12 if niveau == "commune" else 10
    found = colour_at(page, *inside(made, niveau, code), theme, niveau, zoom)
    assert found == ImageColor.getrgb(shown["couleurs"][rank - 1])


def test_uncovered_communes_are_outlined(page, made, database):
    (code,) = database.execute(
        "SELECT code_commune FROM marts.communes WHERE couverture = 'non_couverte' LIMIT 1"
    ).fetchall()[0]
    longitude, latitude = inside(made, "commune", code)
    black = []
    for ring in ("oui", "non"):
        follow(page, f"lieux=&cerner={ring}&carte=10/{latitude:.4f}/{longitude:.4f}")
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        black.append(sum(n for n, pixel in picture.getcolors(1 << 24) if pixel == (0, 0, 0)))
    assert black[0] > black[1] + 200


def test_search_needs_neither_accents_nor_hyphens_nor_mouse(page, database):
    code, name = database.execute(
        """SELECT code_commune, nom FROM marts.communes
        WHERE nom LIKE 'Saint-%' AND strip_accents(nom) <> nom ORDER BY population DESC LIMIT 1"""
    ).fetchall()[0]
    (typed,) = database.execute(
        "SELECT lower(replace(strip_accents(?), '-', ' '))", [name]
    ).fetchall()[0]
    follow(page, "lieux=")
    page.focus("#recherche")
    for text in (typed, typed.replace("saint ", "st "), code):
        page.fill("#recherche", "")
        page.keyboard.type(text)
        page.wait_for_selector(f'#propositions li[aria-selected="true"]:has-text("{code}")')
    page.keyboard.press("Enter")
    page.wait_for_selector(f'html[data-fiche="commune:{code}"]')
    assert page.inner_text("#fiche h2") == name
    assert page.evaluate("document.activeElement.id") == "fiche"
    page.keyboard.press("Escape")
    assert page.locator("#fiche").is_hidden()


def test_a_name_with_a_wrong_letter_leads_to_the_nearest_ones(page, database):
    names = database.execute(
        "SELECT code_commune, lower(strip_accents(nom)) FROM marts.communes"
    ).fetchall()
    (code, name) = database.execute(
        """SELECT code_commune, lower(strip_accents(nom)) FROM marts.communes
        WHERE regexp_matches(strip_accents(nom), '^[A-Za-z]{9,}$')
        ORDER BY population DESC LIMIT 1"""
    ).fetchall()[0]
    follow(page, "lieux=")
    page.focus("#recherche")
    swapped = name[:3] + name[4] + name[3] + name[5:]
    for typed in (name[:4] + name[5:], name[:4] + "w" + name[4:], swapped, "w" + name[1:]):
        assert not [other for _, other in names if typed in other]
        page.fill("#recherche", "")
        page.keyboard.type(typed)
        first = page.locator("#propositions li").first
        first.filter(has_text="Aucun nom exact").wait_for()
        assert plain(first.inner_text()) == "Aucun nom exact ; noms proches :"
        assert first.get_attribute("aria-disabled") == "true"
        chosen = page.locator('#propositions li[aria-selected="true"]')
        assert code in chosen.inner_text()
        told = plain(page.text_content('[role="status"]#annonce'))
        assert told.startswith("Aucun nom exact ; noms proches : ")
        assert name in told.lower().replace("é", "e").replace("è", "e").replace("ê", "e")
    page.keyboard.press("Enter")
    page.wait_for_selector(f'html[data-fiche="commune:{code}"]')
    page.fill("#recherche", "xqzwkvj")
    none = "Aucun territoire de ce nom ou de ce code."
    page.wait_for_function(
        "none => document.getElementById('annonce').textContent === none", arg=none
    )
    assert page.inner_text("#propositions li") == none
    # A name that some territory bears is not corrected.
    page.fill("#recherche", name)
    page.wait_for_selector("#propositions li[id]")
    assert page.text_content("#annonce") == ""
    assert violations(page) == []


def test_a_number_is_an_insee_code_and_an_arrondissement_is_in_its_commune(page, database):
    code, name = database.execute(
        "SELECT code_commune, nom FROM marts.communes ORDER BY population DESC LIMIT 1"
    ).fetchall()[0]
    follow(page, "lieux=")
    page.focus("#recherche")
    page.fill("#recherche", code)
    page.wait_for_selector(f'#propositions li[aria-selected="true"]:has-text("{code}")')
    note = page.locator("#propositions li").first
    assert plain(note.inner_text()).startswith("Code INSEE : le même nombre peut être le code")
    page.fill("#recherche", "99999")
    note.filter(has_text="Si c").wait_for()
    assert plain(note.inner_text()).endswith("Si c'est un code postal, tapez le nom.")
    for part in ("15", "3e", "1er arrondissement"):
        page.fill("#recherche", f"{name} {part}")
        note.filter(has_text="Aucun nom exact").wait_for()
        page.wait_for_selector(f'#propositions li[aria-selected="true"]:has-text("{code}")')


def test_a_page_opened_from_a_disk_says_what_to_do(browser, made):
    page = browser.new_page()
    page.goto((made[0] / "index.html").as_uri())
    page.wait_for_timeout(4500)
    said = plain(page.inner_text("#attente"))
    assert "ne s'ouvre pas par un double-clic. Lancez « fragility serve »" in said
    assert page.locator("#secours").bounding_box()["height"] > 10
    page.close()


def test_back_goes_to_the_card_before_and_escape_to_where_one_was(page):
    follow(page, "lieux=")
    page.wait_for_selector("#lignes button")
    rows = page.locator("#lignes tr")
    keys = [rows.nth(i).get_attribute("data-cle") for i in range(2)]
    for i, key in enumerate(keys):
        page.locator("#lignes button").nth(i).focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(f'html[data-fiche="{key}"]')
    page.keyboard.press("Escape")
    assert page.locator("#fiche").is_hidden()
    where = "document.activeElement.closest('tr')?.dataset.cle"
    assert page.evaluate(where) == keys[1]
    # The card that was shut, then the one before.
    for key in (keys[1], keys[0]):
        page.go_back()
        page.wait_for_function("key => location.hash.includes(`fiche=${key}`)", arg=key)
        page.wait_for_selector(f'html[data-fiche="{key}"]')
    page.go_back()
    page.wait_for_selector("#fiche", state="hidden")


def counted_edits(text, name):
    """Optimal string alignment, written plainly: all the table."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(name) + 1)]
             for i in range(len(text) + 1)]  # fmt: skip
    for i, j in itertools.product(range(1, len(text) + 1), range(1, len(name) + 1)):
        ways = [table[i - 1][j] + 1, table[i][j - 1] + 1,
                table[i - 1][j - 1] + (text[i - 1] != name[j - 1])]  # fmt: skip
        if i > 1 and j > 1 and text[i - 2 : i] == name[j - 2 : j][::-1]:
            ways.append(table[i - 2][j - 2] + 1)
        table[i][j] = min(ways)
    return table[-1][-1], min(table[-1])


def test_wrong_letters_are_counted_as_by_hand(reader):
    count = """pairs => import('./js/spelling.js').then(({ edits }) => pairs.map(
      ([text, name, most]) => { const { whole, start } = edits(text, name, most);
        return [whole, start]; }))"""
    known = [("tolouse", "toulouse", 1), ("saint etiene", "saint etienne", 2), ("lyno", "lyon", 1),
             ("etiene", "etienne du bois", 1), ("pau", "pau", 1), ("badc", "abcd", 2)]  # fmt: skip
    assert reader.evaluate(count, known) == [[1, 1], [1, 1], [1, 1], [2, 1], [0, 0], [2, 2]]
    dice = random.Random(7)
    word = lambda: "".join(dice.choices("abc ", k=dice.randint(1, 9)))  # noqa: E731
    pairs = [(word(), word(), dice.choice((1, 2))) for _ in range(3000)]
    wanted = [
        [min(edits, most + 1) for edits in counted_edits(text, name)] for text, name, most in pairs
    ]
    assert reader.evaluate(count, pairs) == wanted
    assert reader.evaluate(
        """texts => import('./js/spelling.js').then(({ forgiven }) => texts.map(forgiven))""",
        ["pa", "pau", "tolouse", "bordeaux", "75056", "a" * 70],
    ) == [0, 1, 1, 2, 0, 0]


def test_near_names_are_found_while_one_types(reader):
    """A country of names, some as long as the longest: well within a frame or three."""
    spent = reader.evaluate("""async () => {
      const { nearest } = await import('./js/spelling.js');
      const parts = ['saint', 'sur', 'ville', 'mont', 'court', 'la', 'riviere', 'bois', 'eglise'];
      const named = (i) => [i, i * 7, i * 31, i * 101].map((n) => parts[n % 9])
        .join(i % 2 ? ' ' : '');
      const entries = Array.from({ length: 37000 }, (_, i) => ({ people: i,
        folded: named(i) + i.toString(36) }));
      const spent = ['tolouse', 'saint etiene', 'saint germain en leye'].map((text) =>
        Math.min(...Array.from({ length: 5 }, () => { const from = performance.now();
          nearest(entries, text, 12); return performance.now() - from; })));
      return Math.max(...spent); }""")
    assert spent < 50


def test_a_list_without_a_mouse_opens_the_card_that_the_database_holds(page, database):
    follow(page, "lieux=&ordre=population")
    page.wait_for_function("document.getElementById('ordre').value === 'population'")
    code, name, score, low, high, people, least, most, coverage = database.execute(
        """SELECT code_commune, nom, score, score_bas, score_haut, nb_personnes_en_difficulte,
        nb_personnes_en_difficulte_bas, nb_personnes_en_difficulte_haut, couverture
        FROM marts.communes ORDER BY population DESC NULLS LAST LIMIT 1"""
    ).fetchall()[0]
    first = page.locator("#lignes button").first
    assert first.inner_text() == name
    first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f'html[data-fiche="commune:{code}"]')
    said = page.inner_text("#fiche").replace("\xa0", " ")
    assert f"Score {french(score, 2)} sur 10" in said
    assert f"entre {french(low, 2)} et {french(high, 2)}" in said
    assert f"{french(people)} personnes (de {french(least)} à {french(most)})" in said
    assert {"couverte": "Couverte :", "incertaine": "Couverture incertaine :",
            "non_couverte": "Non couverte :"}[coverage] in said  # fmt: skip
    assert len(page.locator("#fiche table").first.locator("tbody tr").all()) == 5


def test_the_list_keeps_to_the_zone_and_to_what_is_to_be_done(page, database):
    (uncovered,) = database.execute(
        "SELECT count(*) FROM marts.communes_fragiles_non_couvertes"
    ).fetchall()[0]
    follow(page, "lieux=&zone=00&action=oui")
    page.wait_for_function(f"document.getElementById('lignes').rows.length === {uncovered}")
    (groups,) = database.execute("SELECT count(*) FROM marts.epci").fetchall()[0]
    follow(page, "lieux=&zone=00&niveau=epci")
    page.wait_for_function(f"document.getElementById('lignes').rows.length === {groups}")


def test_four_territories_are_compared_and_no_fifth(page, database):
    codes = [
        code for (code,) in database.execute(
            "SELECT code_commune FROM marts.communes WHERE score IS NOT NULL LIMIT 5"
        ).fetchall()
    ]  # fmt: skip
    for count, code in enumerate(codes[:4], start=1):
        page.evaluate("code => { location.hash = location.hash.replace(/fiche=[^&]*&?/, '') "
                      "+ '&fiche=commune:' + code; }", code)  # fmt: skip
        page.wait_for_selector(f'html[data-fiche="commune:{code}"]')
        page.click("#boutons button")
        page.wait_for_selector(f'#comparaison h2:has-text("{count} sur 4")')
    page.evaluate("code => { location.hash = location.hash.replace(/fiche=[^&]*/, "
                  "'fiche=commune:' + code); }", codes[4])  # fmt: skip
    page.wait_for_selector(f'html[data-fiche="commune:{codes[4]}"]')
    assert page.locator("#boutons button").first.is_disabled()
    scores = page.locator("#comparaison tbody tr", has_text="Score").first.locator("td")
    wanted = [
        french(database.execute(
            "SELECT score FROM marts.communes WHERE code_commune = ?", [code]
        ).fetchall()[0][0], 2)
        for code in codes[:4]
    ]  # fmt: skip
    assert scores.all_inner_texts() == wanted


def test_a_link_restores_the_view(page, watch, address):
    code = "00001"
    follow(page, f"theme=pauvrete_pct&fiche=commune:{code}&comparer=commune:{code},departement:00"
                 "&zone=00&lieux=france_services&cerner=non&carte=10.5/45.5/-4.6")  # fmt: skip
    page.wait_for_selector(f'html[data-fiche="commune:{code}"]')
    other = watch(page.url)
    other.wait_for_selector("#comparaison thead th:nth-child(3)")
    for where in (page, other):
        where.wait_for_selector('html[data-theme="pauvrete_pct"]')
        assert where.input_value("#theme") == "pauvrete_pct"
        assert where.input_value("#zone") == "00"
        assert not where.is_checked("#cerner")
    assert other.inner_text("#fiche h2") == page.inner_text("#fiche h2")
    assert other.inner_text("#comparaison") == page.inner_text("#comparaison")
    assert other.url == page.url
    other.close()


def test_a_link_that_asks_what_is_not_there_says_so_and_shows_the_rest(watch, address):
    page = watch(
        address + "#theme=autre&niveau=canton&zone=ZZ&carte=9/200/4&fiche=commune:99999"
        "&comparer=commune:99999,departement:00"
    )
    page.wait_for_selector("#comparaison h2")
    assert page.inner_text("#comparaison h2") == "Comparaison (1 sur 4)"
    told = page.inner_text("#avis").replace("\xa0", " ")
    for word in ("« autre »", "« canton »", "« ZZ »", "hors de la carte", "commune 99999"):
        assert word in told
    assert "Aucun territoire de cette édition n’a ce code" in page.inner_text("#fiche")
    assert page.locator("#attente").is_hidden()
    assert page.locator("#lignes tr").count() == 50
    assert violations(page) == []
    # A zoom that the map does not have is the closest it has; another choice takes the notice off.
    follow(page, "carte=99/45.5/-4.6&lieux=")
    page.wait_for_function("location.hash.includes('carte=14/45.5/-4.6')")
    assert page.locator("#avis").is_hidden()
    page.close()


def test_a_theme_without_figures_at_a_level_gives_way_and_is_named(page):
    follow(page, "theme=couverture&niveau=epci&lieux=")
    page.wait_for_selector('html[data-theme="score:ifn-2023"]')
    told = page.inner_text("#avis").replace("\xa0", " ")
    assert "« Couverture par les conseillers numériques » n’a pas de chiffre par" in told
    assert "« Indice de fragilité numérique" in told
    assert page.input_value("#theme") == "score:ifn-2023"
    page.wait_for_function("document.getElementById('lignes').rows.length === 12")
    # The same from the page: communes by coverage, then the départements.
    follow(page, "theme=couverture&lieux=")
    page.wait_for_selector('html[data-theme="couverture"]')
    assert page.locator("#avis").is_hidden()
    page.check('input[name="niveau"][value="departement"]')
    page.wait_for_selector("#avis:not([hidden])")
    page.wait_for_function("document.getElementById('lignes').rows.length === 1")


@pytest.mark.parametrize("path", ["", "valeurs/commune/pauvrete_pct.json"])
def test_a_page_left_open_while_the_edition_changes_shows_none_of_it(browser, made, tmp_path, path):
    """All of another run is put in its place, or one file goes."""
    folder, wrong = tmp_path / "site", []
    shutil.copytree(made[0], folder)
    server, url = serving(folder)
    try:
        page = browser.new_page(reduced_motion="reduce")
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url + "#fiche=commune:00001&lieux=")
        ready(page)
        page.wait_for_selector("#fiche h2")
        if path:
            (folder / path).unlink()
        else:
            other = shutil.copytree(folder, tmp_path / "autre")
            mark = json.loads((folder / "edition.json").read_text(encoding="utf-8"))[MARK]
            for file in other.rglob("*.json"):
                text = file.read_text(encoding="utf-8")
                file.write_text(text.replace(mark, "0" * len(mark)), encoding="utf-8")
            folder.rename(tmp_path / "avant")
            other.rename(folder)
        page.select_option("#theme", "pauvrete_pct")
        page.wait_for_selector("#perte:not([hidden])")
        told = plain(page.inner_text("#perte"))
        assert "L'édition a été recalculée : rechargez la page" in told
        for part in ("#lignes", "#legende", "#carte", "#fiche", "#recherche"):
            assert page.locator(part).is_hidden(), part
        assert violations(page) == []
        # A later choice, by the address, does not take the notice off.
        page.evaluate("location.hash = 'niveau=epci&lieux='")
        page.wait_for_timeout(200)
        assert page.locator("#perte").is_visible()
        assert wrong == []
        page.click("#perte button")
        ready(page)
        page.wait_for_selector("#lignes tr")
        assert page.locator("#perte").is_hidden()
        page.close()
    finally:
        server.shutdown()


def test_what_the_first_view_leaves_out_is_one_key_away(made, watch, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(made[0], folder)
    account = json.loads((folder / "edition.json").read_text(encoding="utf-8"))
    assert [view["emprise"] for view in account["vues"]] == [account["emprise"]]
    cards = json.loads((folder / "fiches/00.json").read_text(encoding="utf-8"))["commune"]
    west = min((row[-1] for row in cards["lignes"].values() if row[-1]), key=lambda box: box[0])
    account["vues"].append({"nom": "L’île", "emprise": west})
    (folder / "edition.json").write_text(json.dumps(account), encoding="utf-8")
    server, url = serving(folder)
    try:
        page = watch(url + "#lieux=")
        page.focus("#vues button:last-child")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"#.*carte=(9|1[01])[.0-9]*/"))
        latitude, longitude = map(
            float, re.search(r"carte=[^/]+/([^/&]+)/([^/&]+)", page.url).groups()
        )
        assert west[0] < longitude < west[2]
        assert west[1] < latitude < west[3]
        page.close()
    finally:
        server.shutdown()


def test_a_suggestion_is_chosen_by_a_slow_press_and_left_by_another(page, database):
    code, name = database.execute(
        "SELECT code_epci, nom_epci FROM marts.epci ORDER BY population LIMIT 1"
    ).fetchall()[0]
    follow(page, "lieux=")
    page.fill("#recherche", code)
    line = page.locator(f'#propositions li:has-text("{code}")')
    line.hover()
    page.mouse.down()
    page.wait_for_timeout(300)
    page.mouse.up()
    page.wait_for_selector(f'html[data-fiche="epci:{code}"]')
    assert page.inner_text("#fiche h2") == name
    page.fill("#recherche", "sai")
    page.wait_for_selector("#propositions li")
    page.keyboard.press("Tab")
    assert page.locator("#propositions").is_hidden()


def test_the_pointer_names_what_it_is_over(page, made, database):
    (code, name, score, share) = database.execute(
        """SELECT code_commune, nom, score, probabilite_fragile_pct FROM marts.communes
        WHERE probabilite_fragile_pct BETWEEN 5 AND 40 AND code_commune IN
        (SELECT code_commune FROM marts.iris GROUP BY 1 HAVING count(*) = 1) LIMIT 1"""
    ).fetchall()[0]
    longitude, latitude = inside(made, "commune", code)
    for theme, said in (
        ("score:ifn-2023", f"Score : {french(score, 2)}"),
        (
            "probabilite_fragile_pct",
            f"Verdict : non fragile dans {100 - round(share)} % des calculs",
        ),
    ):
        follow(page, f"theme={theme}&lieux=&carte=12/{latitude:.4f}/{longitude:.4f}")
        page.wait_for_selector(f'html[data-theme="{theme}"]')
        box = page.locator("#carte").bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_function(
            "name => document.getElementById('info').textContent.includes(name)", arg=name
        )
        assert plain(page.inner_text("#info")) == plain(f"{name} {said}")


def violations(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def test_axe_finds_no_violation_with_everything_open(page):
    follow(page, "fiche=commune:00001&comparer=commune:00001,departement:00")
    page.wait_for_selector("#comparaison table")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.fill("#recherche", "sai")
    page.wait_for_selector("#propositions li")
    assert violations(page) == []


@pytest.mark.parametrize("size", [NARROW, SMALL])
def test_a_narrow_screen_shows_all_without_scrolling_sideways(watch, address, size):
    page = watch(address + "#lieux=", size)
    page.locator("#lignes button").first.click()
    page.wait_for_selector("#fiche h2")
    page.click("#boutons button")
    page.wait_for_selector("#comparaison table")
    # The comparison is far below: what was added is counted, and one press leads there.
    assert page.inner_text("#vers-comparaison").replace("\xa0", " ") == "Comparaison : 1 sur 4"
    for way in ("#vers-comparaison", "#boutons button.etroit"):
        page.evaluate("scrollTo(0, 0)")
        page.click(way)
        top = "document.getElementById('comparaison').getBoundingClientRect().top < innerHeight / 2"
        assert page.evaluate(top), way
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    parts = ("#recherche", "#carte", "#fiche", "#theme", "#legende", "#comparaison", "#liste")
    boxes = [page.locator(part).bounding_box() for part in parts]
    for part, box in zip(parts, boxes, strict=True):
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= size["width"], part
        assert box["height"] > 30, part
    # One under the other, none over another.
    for above, below in itertools.pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"] + 1
    # What is touched is large enough, and more than a third of the screen is not the map.
    assert boxes[1]["height"] < size["height"] * 0.66
    small = page.evaluate("""() => [...document.querySelectorAll(
      'button, select, summary, label:has(input)')]
      .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 22)
      .map((one) => one.outerHTML.slice(0, 80))""")
    assert small == []
    assert violations(page) == []
    page.close()


def test_hostile_names_are_shown_as_text(made, watch, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(made[0], folder)
    for path in [*folder.glob("territoires/*.json"), folder / "lieux.json", folder / "noms.json"]:
        content = json.loads(path.read_text(encoding="utf-8"))
        key = "nom" if path.name == "lieux.json" else "noms"
        content[key] = [HOSTILE] * len(content[key])
        path.write_text(json.dumps(content), encoding="utf-8")
    for path in folder.glob("fiches/*.json"):
        content = json.loads(path.read_text(encoding="utf-8"))
        for level in (content[key] for key in content if key != MARK):
            texts = [
                i for i, c in enumerate(level["colonnes"]) if re.match(r"nom|.*_nom$|motif", c)
            ]
            for row in level["lignes"].values():
                for i in texts:
                    row[i] = HOSTILE
        path.write_text(json.dumps(content), encoding="utf-8")
    server, url = serving(folder)
    try:
        page = watch(url + "#fiche=commune:00001&comparer=commune:00001")
        page.wait_for_selector("#comparaison table")
        page.fill("#recherche", "img src")
        page.wait_for_selector("#propositions li[id]")
        for part in ("#fiche h2", "#lignes button", "#propositions li", "#comparaison th"):
            assert HOSTILE in page.locator(part).filter(has_text="<img").first.text_content()
        assert page.evaluate("window.pwned") is None
        assert page.locator("main img, main script, header img").count() == 0
        page.close()
    finally:
        server.shutdown()


def test_no_request_leaves_the_machine_and_no_page_complains(page, watch):
    assert watch.wrong == []
    assert len(watch.asked) > 50
    hosts = {
        urlsplit(url).hostname for url in watch.asked if not url.startswith(("data:", "blob:"))
    }
    assert hosts == {"127.0.0.1"}
