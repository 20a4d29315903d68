"""The site of the demonstration, opened in a browser, once for all the tests of the page."""

import shutil

import duckdb
import pandas as pd
import pytest

from fragility.site import account, figures
from fragility.site.build import write_site
from tests.site_pages import FROM_AFAR, WIDE, ready, serving

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser")) if p), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
# A browser that cannot draw the map: the list and the cards say the same.
NO_MAP = """HTMLCanvasElement.prototype.getContext = new Proxy(
  HTMLCanvasElement.prototype.getContext, { apply: (get, canvas, [kind, ...more]) =>
    (kind.startsWith('webgl') ? null : get.call(canvas, kind, ...more)) });"""


@pytest.fixture(scope="session")
def made(demo, tmp_path_factory):
    """Folder of the site and folder of the edition."""
    _, folder, _ = demo
    to = tmp_path_factory.mktemp("browser") / "site"
    write_site(folder.parent, "demo", to)
    return to, folder


@pytest.fixture(scope="session")
def altered(made, tmp_path_factory):
    """Address of a site where five communes are named from afar, its folder, a doubtful commune.

    The last commune has a fixed-network figure that its producer has to confirm.
    """
    to, folder = tmp_path_factory.mktemp("altered"), made[1]
    edition = to / "demo"
    (edition / "tables").mkdir(parents=True)
    for path in [*folder.glob("*.*"), *folder.glob("tables/*")]:
        (edition / path.relative_to(folder)).symlink_to(path)
    table = pd.read_parquet(folder / "tables/communes.parquet")
    there = table["non_thd_pct"].notna() & table["population"].gt(0)
    code = table.loc[there, "code_commune"].max()
    table["est_non_thd_douteux"] = table["code_commune"].eq(code)
    (edition / "tables/communes.parquet").unlink()
    table.to_parquet(edition / "tables/communes.parquet")
    site = shutil.copytree(made[0], to / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "NAMED", FROM_AFAR)
        figures.write_figures(edition, site, *account.read_run(edition))
    server, url = serving(site)
    yield url, site, code
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the Python package playwright is not installed"
    )
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(made):
    server, url = serving(made[0])
    yield url
    server.shutdown()


@pytest.fixture(scope="session")
def watch(browser):
    """Open pages, and keep what they ask and what goes wrong in them."""
    asked, wrong = [], []

    def open_page(url, size=WIDE):
        page = browser.new_page(viewport=size, reduced_motion="reduce")
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(url)
        ready(page)
        return page

    open_page.asked, open_page.wrong = asked, wrong
    return open_page


@pytest.fixture(scope="session")
def database(demo, tmp_path_factory):
    """A copy of the database: open for long, the file itself would let no other settings in."""
    copy = tmp_path_factory.mktemp("base") / "fragilite.duckdb"
    shutil.copyfile(demo[1] / "fragilite.duckdb", copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def reader(browser, address):
    """The page where no map can be drawn: its text only, at once."""
    page = browser.new_page(viewport=WIDE)
    page.add_init_script(NO_MAP)
    page.goto(address)
    page.wait_for_selector("#lignes tr")
    return page
