"""The map while something is on its way to it, or does not come."""

from io import BytesIO

import pytest
from PIL import Image

from fragility.export.labels import COVERAGE_LABELS
from tests.site_pages import follow, plain, ready

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
    assert plain(page.inner_text("#info")).rsplit(" : ", 1)[1] in words


def colours_of(page, theme):
    """Colours of a theme, as pixels."""
    shades = page.evaluate(
        """theme => fetch('edition.json').then((answer) => answer.json())
        .then((account) => account.themes.find((one) => one.id === theme).couleurs)""",
        theme,
    )
    return [tuple(bytes.fromhex(shade.removeprefix("#"))) for shade in shades]
