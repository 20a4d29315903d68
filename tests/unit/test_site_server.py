"""The server of the site: this machine only, this folder only, and at once."""

import http.client
import os
import socket
import struct
import subprocess
import sys
import threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen

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
    listen(server)
    yield server, server.url
    server.shutdown()
    server.server_close()


def listen(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(served, method, path, **headers):
    """Status, headers and content of an answer, without what urllib adds."""
    connection = http.client.HTTPConnection(*served[0].server_address[:2], timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def test_it_listens_to_this_machine_only(served):
    assert served[0].server_address[0] == "127.0.0.1"
    assert served[1] == f"http://127.0.0.1:{served[0].server_port}/"


def test_files_have_the_types_that_browsers_want(served):
    with urlopen(served[1]) as page:
        assert page.read() == b"<p>carte</p>"
    with urlopen(served[1] + "js/main.js") as script:
        assert script.headers["Content-Type"].startswith("text/javascript")


def test_a_tile_without_territory_is_empty(served):
    with urlopen(served[1] + "tuiles/9/0/0.pbf") as tile:
        assert (tile.status, tile.read()) == (204, b"")


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "js/", "js", "rien.json", "a%00b"],
)
def test_nothing_else_is_given(served, path):
    with pytest.raises(HTTPError, match="404") as refused:
        urlopen(served[1] + path)
    said = refused.value.read().decode()
    assert "Introuvable" in said
    assert "Cette adresse ne mène à aucun fichier de la carte." in said


def test_a_link_that_leaves_the_folder_is_not_followed(served, tmp_path):
    site = tmp_path / "site"
    os.symlink(tmp_path / "secret.txt", site / "lien.txt")
    os.symlink(tmp_path, site / "dehors")
    os.symlink(site / "js", site / "scripts")
    assert ask(served, "GET", "/lien.txt")[0] == 404
    assert ask(served, "GET", "/dehors/secret.txt")[0] == 404
    assert ask(served, "GET", "/scripts/main.js")[2] == b"1"


def test_a_site_reached_by_a_link_is_served(tmp_path, served):
    os.symlink(tmp_path / "site", tmp_path / "raccourci")
    server = open_server(tmp_path / "raccourci", port=0)
    listen(server)
    with urlopen(server.url + "js/main.js") as script:
        assert script.read() == b"1"
    server.shutdown()
    server.server_close()


def test_headers_alone_are_given_to_who_asks_for_them(served):
    whole, alone = ask(served, "GET", "/js/main.js"), ask(served, "HEAD", "/js/main.js")
    assert alone[::2] == (200, b"")
    assert dict(alone[1]) | {"Date": ""} == dict(whole[1]) | {"Date": ""}
    assert ask(served, "HEAD", "/tuiles/9/0/0.pbf")[::2] == (204, b"")
    assert ask(served, "HEAD", "/rien")[::2] == (404, b"")
    assert ask(served, "POST", "/js/main.js")[0] == 501


def test_what_a_browser_has_is_not_sent_again_until_it_changes(served, tmp_path):
    tag = ask(served, "GET", "/js/main.js")[1]["ETag"]
    assert ask(served, "GET", "/js/main.js", **{"If-None-Match": tag})[::2] == (304, b"")
    # Another edition at the same address may be older, and of the same size.
    (tmp_path / "site/js/main.js").write_text("2", encoding="utf-8")
    os.utime(tmp_path / "site/js/main.js", (0, 0))
    assert ask(served, "GET", "/js/main.js", **{"If-None-Match": tag})[::2] == (200, b"2")
    dated = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert ask(served, "GET", "/js/main.js", **dated)[0] == 200


def test_a_connection_stays_open_for_the_next_request(served):
    connection = http.client.HTTPConnection(*served[0].server_address[:2], timeout=10)
    for path, status in (("/", 200), ("/rien", 404), ("/js/main.js", 200), ("/x.pbf", 204)):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_it_listens_to_the_loopback_of_ipv6(tmp_path):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    (tmp_path / "index.html").write_text("<p>carte</p>", encoding="utf-8")
    server = open_server(tmp_path, "::1", 0)
    listen(server)
    assert server.url == f"http://[::1]:{server.server_port}/"
    with urlopen(Request(server.url)) as page:
        assert page.read() == b"<p>carte</p>"
    server.shutdown()
    server.server_close()


def test_an_address_that_is_not_of_this_machine_is_said(tmp_path):
    with pytest.raises(UsageError, match="écouter"):
        open_server(tmp_path, "203.0.113.7", 0)


def test_a_port_that_is_taken_is_said(served, tmp_path):
    with pytest.raises(UsageError, match="écouter"):
        open_server(tmp_path, port=served[0].server_port)


def test_nothing_heavy_is_loaded_before_it_answers():
    code = (
        "import sys, pipelines.cli, fragility.site.page, fragility.site.server;"
        "print(sorted({'pandas', 'duckdb', 'dagster', 'geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_a_browser_that_leaves_says_nothing_in_the_terminal(served, capsys):
    ended = threading.Event()
    shut = served[0].shutdown_request
    served[0].shutdown_request = lambda request: (shut(request), ended.set())
    with socket.create_connection(served[0].server_address[:2]) as caller:
        caller.sendall(b"GET /")
        # Closed with a reset, as a tab that is closed does.
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert ended.wait(10)
    assert capsys.readouterr().err == ""


def test_another_failure_is_said_in_the_terminal(served, capsys):
    try:
        raise ValueError("inattendu")
    except ValueError:
        served[0].handle_error(None, ("127.0.0.1", 1))
    assert "inattendu" in capsys.readouterr().err
