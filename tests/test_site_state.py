"""The map while something is on its way to it, or does not come."""

import json
from io import BytesIO

import geopandas as gpd
import pytest
from PIL import Image

from fragility.export.labels import COVERAGE_LABELS
from tests.site_pages import FROM_AFAR, follow, plain, ready, rows_of, said

pytest_plugins = ["tests.site_fixtures"]
# All of the territory, then close enough for outlines, then for IRIS.
FAR, NEAR, CLOSE = "carte=5/45.5/-4.6", "carte=8/45.5/-4.6", "carte=11/45.5/-4.6"


@pytest.fixture
def opened(browser, address):
    """Open a page on a link; what it complains of is not kept."""
    pages = []

    def open_page(link, before=lambda page: None):
        page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        pages.append(page)
        before(page)
        page.goto(f"{address}#lieux=&{link}")
        return page

    yield open_page
    for page in pages:
        page.close()


def picture(page):
    """The map as it is seen, without what is written over it."""
    return Image.open(BytesIO(page.locator("#carte").screenshot())).convert("RGB")


def count(page, colour):
    return {pixel: n for n, pixel in picture(page).getcolors(1 << 24)}.get(colour, 0)


def test_the_map_is_said_to_be_drawn_once_it_has_its_colours(opened):
    held = []
    page = opened(
        FAR, lambda page: page.route("**/valeurs/commune/*", lambda route: held.append(route))
    )
    page.wait_for_function("document.querySelector('#carte canvas')")
    # Shapes are read and drawn meanwhile.
    page.wait_for_timeout(2500)
    assert page.locator("#attente").is_visible()
    assert page.evaluate("document.documentElement.dataset.carte") == "bouge"
    assert len(held) == 1
    held[0].continue_()
    page.wait_for_selector("#attente", state="hidden")
    ready(page)


def test_outlines_come_when_the_map_is_enlarged(opened):
    page = opened(FAR)
    ready(page)
    assert count(page, (0, 0, 0)) < 50
    page.focus("#carte canvas")
    for _ in range(4):
        page.keyboard.press("+")
    page.wait_for_function("location.hash.includes('carte=9')")
    ready(page)
    with_outlines = count(page, (0, 0, 0))
    page.uncheck("#cerner")
    ready(page)
    assert with_outlines > count(page, (0, 0, 0)) + 200


@pytest.mark.parametrize(
    ("lost", "answer"),
    [
        ("**/valeurs/commune/*.json*", None),
        ("**/valeurs/commune/*.json*", 500),
        ("**/*.pbf", None),
        ("**/*.pbf", 503),
    ],
)
def test_what_could_not_be_read_is_said_until_it_is_read_again(opened, lost, answer):
    page = opened(FAR)
    ready(page)
    page.route(lost, lambda route: route.fulfill(status=answer) if answer else route.abort())
    follow(page, f"theme=pauvrete_pct&{CLOSE}&lieux=")
    page.wait_for_selector("#perte button")
    assert "n'a pas pu être lue" in plain(page.inner_text("#perte"))
    # Another notice does not take its place.
    follow(page, "theme=couverture&niveau=epci&lieux=")
    page.wait_for_selector("#avis:not([hidden])")
    assert page.locator("#perte").is_visible()
    page.unroute_all()
    page.click("#perte button")
    ready(page)
    assert page.locator("#perte").is_hidden()


def test_a_card_that_does_not_come_leaves_none_in_its_place(opened, database):
    (row,) = rows_of(
        database,
        """SELECT code_commune AS first, code_epci AS other FROM marts.communes
        WHERE length(code_epci) = 9 ORDER BY 1 LIMIT 1""",
    )
    first, other = row["first"], row["other"]
    page = opened(f"{FAR}&fiche=commune:{first}")
    page.wait_for_selector(f'html[data-fiche="commune:{first}"]')
    held = []
    page.route("**/fiches/*", lambda route: held.append(route))
    page.evaluate(f"location.hash = 'lieux=&fiche=epci:{other}'")
    page.wait_for_selector("#fiche:has-text('Lecture de la fiche')")
    assert plain(page.inner_text("#fiche h2")) == "Fiche"
    held[0].abort()
    page.wait_for_selector("#fiche:has-text('pas pu être lue')")
    page.unroute_all()
    page.evaluate(f"location.hash = 'lieux=&fiche=commune:{first}'")
    page.wait_for_selector(f"#fiche:has-text('{first}')")
    page.evaluate(f"location.hash = 'lieux=&fiche=epci:{other}'")
    page.wait_for_selector(f"#fiche:has-text('{other}')")


@pytest.mark.parametrize("answer", [403, 404, 200])
def test_a_tile_that_a_host_does_not_have_is_open_sea(opened, answer):
    def absent(page):
        page.route("**/*.pbf", lambda route: route.fulfill(status=answer, body="<html>"))

    page = opened(CLOSE, absent)
    ready(page)
    assert page.locator("#perte").is_hidden()


def test_outlines_that_could_not_be_read_are_asked_again(opened):
    page = opened(FAR)
    ready(page)
    page.route("**/territoires/iris.json*", lambda route: route.abort())
    follow(page, f"{NEAR}&lieux=")
    page.wait_for_selector("#perte button")
    page.unroute_all()
    with page.expect_request("**/territoires/iris.json*"):
        follow(page, f"{CLOSE}&lieux=")
    ready(page)
    follow(page, f"{NEAR}&lieux=")
    with_outlines = count(page, (0, 0, 0))
    follow(page, f"{NEAR}&lieux=&cerner=non")
    assert with_outlines > count(page, (0, 0, 0)) + 200


@pytest.mark.parametrize("comes", [True, False])
def test_iris_never_have_the_colours_of_another_theme(opened, comes):
    page = opened(CLOSE)
    ready(page)
    score = set(colours_of(page, "score:ifn-2023"))
    other = set(colours_of(page, "couverture"))
    assert sum(count(page, colour) for colour in score - other) > 1000
    # From afar first: the IRIS of a theme are read when they can be seen.
    follow(page, f"cerner=non&{FAR}&lieux=")
    follow(page, f"theme=couverture&cerner=non&{FAR}&lieux=")
    page.wait_for_selector('html[data-theme="couverture"]')
    held = []
    page.route("**/valeurs/iris/*", lambda route: held.append(route) if comes else route.abort())
    page.evaluate(
        "link => { location.hash = link; }", f"theme=couverture&cerner=non&{CLOSE}&lieux="
    )
    page.wait_for_timeout(2500)
    assert sum(count(page, colour) for colour in score - other) == 0
    assert sum(count(page, colour) for colour in other) > 1000
    if comes:
        held[0].continue_()
        ready(page)
        assert sum(count(page, colour) for colour in score - other) == 0


def test_what_is_under_the_mouse_follows_the_theme(opened):
    page = opened(CLOSE)
    ready(page)
    box = page.locator("#carte").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#info:not([hidden])")
    before = page.inner_text("#info")
    page.focus("#theme")
    page.select_option("#theme", "couverture")
    page.wait_for_selector('html[data-theme="couverture"]')
    page.wait_for_function(
        "before => document.getElementById('info').innerText !== before", arg=before
    )
    words = {*COVERAGE_LABELS.values(), "non calculé"}
    lower = {plain(word).lower().replace("couverture ", "") for word in words}
    title, word = plain(page.inner_text("#info")).rsplit(" : ", 1)
    assert title.endswith(" Couverture")
    assert word in lower


def colours_of(page, theme):
    """Colours of a theme, as pixels."""
    shades = page.evaluate(
        """theme => fetch('edition.json').then((answer) => answer.json())
        .then((account) => account.themes.find((one) => one.id === theme).couleurs)""",
        theme,
    )
    return [tuple(bytes.fromhex(shade.removeprefix("#"))) for shade in shades]


def smallest(database):
    """Code of the least populous commune."""
    (row,) = rows_of(
        database,
        """SELECT code_commune AS code FROM marts.communes WHERE population > 0
        ORDER BY population, code LIMIT 1""",
    )
    return row["code"]


def test_every_commune_is_named_from_close_and_only_then_are_they_read(browser, altered, database):
    url, folder, _ = altered
    codes = json.loads((folder / "territoires/commune.json").read_text("utf-8"))["codes"]
    where = json.loads((folder / "positions.json").read_text("utf-8"))
    rank = codes.index(smallest(database))
    longitude, latitude = where["lon"][rank], where["lat"][rank]
    asked = []
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.on("request", lambda request: asked.append(request.url.split("?")[0].rsplit("/", 1)[1]))
    page.goto(f"{url}#lieux=&cerner=non&carte=9.4/{latitude}/{longitude}")
    ready(page)
    # After the colours, with the names of towns.
    assert asked.index("score-ifn-2023.json") < asked.index("names.js")
    assert "noms.json" in asked
    assert "positions.json" not in asked
    assert count_near_the_middle(page) == 0
    for zoom, named in ((13, True), (11.5, True), (9.4, False)):
        follow(page, f"lieux=&cerner=non&carte={zoom}/{latitude}/{longitude}")
        # The map may still be at rest before it moves.
        for _ in range(50):
            if (count_near_the_middle(page) > 20) == named:
                break
            page.wait_for_timeout(200)
        assert (count_near_the_middle(page) > 20) == named, zoom
    assert asked.count("positions.json") == 1
    page.close()


def count_near_the_middle(page):
    """Pixels as dark and grey as letters, and no class, where the middle is named."""
    image = picture(page)
    across, down = image.width // 2, image.height // 2
    part = image.crop((across - 60, down - 16, across + 60, down + 16))
    return sum(
        n
        for n, pixel in part.getcolors(1 << 16)
        if max(pixel) < 90 and max(pixel) - min(pixel) < 20
    )


def test_names_that_could_not_be_read_are_asked_again(browser, altered):
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.route("**/positions.json*", lambda route: route.abort())
    page.goto(f"{altered[0]}#lieux=&carte=11/45.5/-4.6")
    page.wait_for_selector("#perte button")
    page.unroute_all()
    with page.expect_request("**/positions.json*"):
        follow(page, "lieux=&carte=11.5/45.5/-4.6")
    page.close()


def test_each_commune_is_named_once_where_it_is(altered, made):
    folder = altered[1]
    table, where, towns = (
        json.loads((folder / path).read_text("utf-8"))
        for path in ("territoires/commune.json", "positions.json", "noms.json")
    )
    contours = gpd.read_parquet(made[1] / "tables/core_contours.parquet")
    shapes = contours[contours["niveau"] == "commune"].set_index("code").geometry
    by_people = sorted(
        zip(table["population"], table["noms"], strict=True), key=lambda pair: -(pair[0] or 0)
    )
    assert towns["noms"] == [name for _, name in by_people[:FROM_AFAR]]
    ranks = [rank for rank, x in enumerate(where["lon"]) if x is not None]
    unnamed = [name for rank, name in enumerate(table["noms"]) if rank not in ranks]
    assert sorted(unnamed) == sorted(towns["noms"])
    assert len(where["lon"]) == len(where["lat"]) == len(table["codes"])
    for rank in ranks:
        point = gpd.points_from_xy([where["lon"][rank]], [where["lat"][rank]])[0]
        # Rounded to a thousandth of a degree.
        assert shapes[table["codes"][rank]].distance(point) < 0.001


def test_a_figure_to_be_confirmed_is_said_so_in_the_list_the_bubble_and_the_card(
    browser, altered, database
):
    url, folder, code = altered
    (row,) = rows_of(
        database, "SELECT nom, non_thd_pct FROM marts.communes WHERE code_commune = ?", code
    )
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    (where,) = (
        lines["lignes"][code][-1]
        for lines in [json.loads((folder / "fiches/00.json").read_text("utf-8"))["commune"]]
    )
    middle = f"{(where[1] + where[3]) / 2:.4f}/{(where[0] + where[2]) / 2:.4f}"
    page.goto(f"{url}#lieux=&theme=non_thd_pct&ordre=nom&fiche=commune:{code}&carte=13/{middle}")
    ready(page)
    page.wait_for_selector("#fiche h2")
    doubt = "à vérifier : zéro que le producteur doit confirmer"
    assert doubt in plain(page.inner_text("#fiche"))
    while not page.locator(f'tr[data-cle="commune:{code}"]').count():
        page.click("#suite")
        page.wait_for_timeout(50)
    value = f"{said(row['non_thd_pct'], 1, ' %')} (à vérifier)"
    assert plain(
        page.locator(f'tr[data-cle="commune:{code}"] td').nth(1).text_content()
    ) == value  # fmt: skip
    assert page.locator("#lignes td small", has_text="vérifier").count() == 1
    box = page.locator("#carte").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#info:not([hidden])")
    page.wait_for_function(
        "name => document.getElementById('info').textContent.includes(name)", arg=row["nom"]
    )
    said_there = plain(page.inner_text("#info"))
    assert said_there == plain(f"{row['nom']} Sans très haut débit fixe : {value}")
    page.close()


def test_a_long_title_stays_inside_the_bubble(browser, address):
    page = browser.new_page(viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    page.goto(f"{address}#lieux=&theme=capacite_pour_10000&{FAR}")
    ready(page)
    page.locator("#carte").scroll_into_view_if_needed()
    box = page.locator("#carte").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#info:not([hidden])")
    told = plain(page.inner_text("#info"))
    assert "Conseillers à portée pour 10 000 personnes en difficulté : " in told
    info = page.locator("#info")
    assert info.evaluate("one => one.scrollWidth <= one.clientWidth")
    inner = info.bounding_box()
    assert inner["x"] >= box["x"]
    assert inner["x"] + inner["width"] <= box["x"] + box["width"]
    page.close()


def test_definitions_of_words_are_one_press_away(reader):
    reader.evaluate("location.hash = 'theme=couverture'")
    help_ = reader.locator("#sens-theme")
    help_.wait_for(state="visible")
    assert help_.locator("li").first.is_hidden()
    assert len(reader.inner_text("#aide-theme")) < 160
    help_.locator("summary").focus()
    reader.keyboard.press("Enter")
    lines = [plain(text) for text in help_.locator("li").all_inner_texts()]
    assert [line.split(" : ")[0] for line in lines] == [
        f"« {plain(word)} »" for word in COVERAGE_LABELS.values()
    ]
    reader.keyboard.press("Enter")
    reader.evaluate("location.hash = 'theme=pauvrete_pct'")
    help_.wait_for(state="hidden")
    assert reader.locator("#aide-theme").is_visible()
