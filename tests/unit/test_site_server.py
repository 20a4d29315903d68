"""The server of the site: this machine only, this folder only, and at once."""

import subprocess
import sys
import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from fragility.errors import UsageError
from fragility.site.server import open_server


@pytest.fixture
def served(tmp_path):
    folder = tmp_path / "site"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text("<p>carte</p>", encoding="utf-8")
    (folder / "js" / "main.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    server = open_server(folder, port=0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_it_listens_to_this_machine_only(served):
    assert served[0].server_address[0] == "127.0.0.1"


def test_files_have_the_types_that_browsers_want(served):
    with urlopen(served[1]) as page:
        assert page.read() == b"<p>carte</p>"
    with urlopen(served[1] + "js/main.js") as script:
        assert script.headers["Content-Type"].startswith("text/javascript")


def test_a_tile_without_territory_is_empty(served):
    with urlopen(served[1] + "tuiles/9/0/0.pbf") as tile:
        assert (tile.status, tile.read()) == (204, b"")


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "js/", "rien.json"])
def test_nothing_else_is_given(served, path):
    with pytest.raises(HTTPError, match="404"):
        urlopen(served[1] + path)


def test_a_port_that_is_taken_is_said(served, tmp_path):
    with pytest.raises(UsageError, match="écouter"):
        open_server(tmp_path, port=served[0].server_port)


def test_nothing_heavy_is_loaded_before_it_answers():
    code = (
        "import sys, pipelines.cli, fragility.site.server;"
        "print(sorted({'pandas', 'duckdb', 'dagster', 'geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
