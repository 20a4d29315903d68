"""Downloads against a server that cuts, lies, refuses or sends something else."""

import gzip
import hashlib
import io
import itertools
import json
import threading
import time
import zipfile
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import py7zr
import pytest
import requests

from fragility.errors import BadFileError
from fragility.sources import catalogue
from fragility.sources.download import Policy
from fragility.sources.fetch import fetch_edition
from fragility.sources.files import missing_files
from fragility.sources.model import Edition, RawFile, Release, Source
from fragility.sources.unpack import Limits, extract_member, refuse_cut

DATA = b"CODGEO;VALEUR\n" + b"".join(b"%05d;%d\n" % (i, i * i) for i in range(60_000))
SHA = hashlib.sha256(DATA).hexdigest()
ETAG = '"v1"'
CUT = 262_144  # a whole number of the pieces written
PAGE = b"<!DOCTYPE html><html><body>Maintenance</body></html>"


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """The loopback is never reached through a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class Server:
    """A loopback server: `on(path, answer, …)` says what each request in turn gets.

    The last answer is repeated. Every request is kept with its headers.
    """

    def __init__(self):
        self.answers, self.requests = {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append((self.path, dict(self.headers)))
                todo = outer.answers.get(self.path, [answer(404)])
                (todo.pop(0) if len(todo) > 1 else todo[0])(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.host = f"http://127.0.0.1:{self.http.server_address[1]}"

    def on(self, path, *answers):
        self.answers[path] = list(answers)
        return self.host + path

    def headers(self, name):
        return [headers.get(name) for _, headers in self.requests]

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def answer(code, body=b"", *, length=None, **headers):
    """Send a status, headers and a body, whatever was asked."""

    def send(handler):
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return send


def ranged(body=DATA, etag=ETAG):
    """Honour Range when If-Range names the file it has."""

    def send(handler):
        start = handler.headers.get("Range", "")
        if not start or handler.headers.get("If-Range") != etag:
            answer(200, body, ETag=etag)(handler)
            return
        first = int(start.removeprefix("bytes=").removesuffix("-"))
        if first >= len(body):
            answer(416, Content_Range=f"bytes */{len(body)}")(handler)
            return
        span = f"bytes {first}-{len(body) - 1}/{len(body)}"
        answer(206, body[first:], ETag=etag, Content_Range=span)(handler)

    return send


def cut(at, body=DATA, **headers):
    """Announce the whole file, send the beginning, hang up."""
    return answer(200, body[:at], length=len(body), **headers)


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def fetch(monkeypatch, tmp_path, waits):
    """Fetch an edition made of one release with these files; outcomes by file name."""

    def run(*files, force=False, notify=lambda step: None, **policy):
        register(monkeypatch, files)
        patience = Policy(wait=waits.append, timeouts=(2, 2), **policy)
        outcomes = fetch_edition(
            catalogue.EDITIONS["essai"], tmp_path, force=force, notify=notify, policy=patience
        )
        return {outcome.target.file.name: outcome for outcome in outcomes}

    return run


def register(monkeypatch, files):
    release = Release("essai", "1", tuple(files), 2020)
    source = Source("essai", "Essai", "Nous", "https://example.org/page", "lov2")
    monkeypatch.setitem(catalogue.SOURCES, "essai", source)
    monkeypatch.setitem(catalogue.RELEASES, "essai/1", release)
    edition = Edition("essai", "Édition d'essai", 2020, ("essai/1",))
    monkeypatch.setitem(catalogue.EDITIONS, "essai", edition)


def known(url, **changes):
    """A file whose address is confirmed, with its size and checksum."""
    values = {"size": len(DATA), "sha256": SHA, "url": url, "url_confirmed": True}
    return RawFile("a.csv", **(values | changes))


def folder(tmp_path):
    """Names in the release's folder that a person sees, and hidden parts."""
    return sorted(p.name for p in (tmp_path / "essai" / "1").iterdir() if p.name != ".fetch.json")


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def seven(members):
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return stream.getvalue()


# --- one file ----------------------------------------------------------------------------------
def test_a_file_comes_whole_and_its_progress_is_told(server, fetch, tmp_path):
    steps = []
    got = fetch(known(server.on("/a.csv", answer(200, DATA))), notify=steps.append)["a.csv"]
    assert (got.state, got.other_copy) == ("telecharge", False)
    assert got.target.path.read_bytes() == DATA
    assert folder(tmp_path) == ["a.csv"]
    assert (steps[0].moment, steps[0].total) == ("plan", 1)
    assert (steps[-2].done, steps[-2].total) == (len(DATA), len(DATA))
    assert steps[-1].outcomes == (got,)


def test_what_is_there_is_kept_without_a_request(server, fetch, tmp_path):
    path = tmp_path / "essai" / "1" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("à moi")
    assert fetch(known(server.on("/a.csv", answer(200, DATA))))["a.csv"].state == "present"
    assert path.read_text() == "à moi"
    assert server.requests == []


def test_force_replaces_another_copy_and_not_the_known_one(server, fetch, tmp_path):
    path = tmp_path / "essai" / "1" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("à moi")
    file = known(server.on("/a.csv", answer(200, DATA)))
    assert fetch(file, force=True)["a.csv"].state == "telecharge"
    assert path.read_bytes() == DATA
    assert fetch(file, force=True)["a.csv"].state == "present"
    assert len(server.requests) == 1


def test_force_keeps_what_is_there_when_the_server_fails(server, fetch, tmp_path):
    path = tmp_path / "essai" / "1" / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("à moi")
    assert fetch(known(server.on("/a.csv", answer(404))), force=True)["a.csv"].state == "echec"
    assert path.read_text() == "à moi"


def test_a_cut_is_resumed_where_it_was(server, fetch, waits):
    url = server.on("/a.csv", cut(CUT, ETag=ETAG), ranged())
    got = fetch(known(url))["a.csv"]
    assert got.target.path.read_bytes() == DATA
    assert server.headers("Range") == [None, "bytes=262144-"]
    assert server.headers("If-Range") == [None, ETAG]
    assert waits == [1.0]


def test_a_command_that_was_cut_is_resumed_by_the_next(server, fetch, tmp_path):
    url = server.on("/a.csv", cut(CUT, ETag=ETAG), answer(404))
    assert fetch(known(url))["a.csv"].state == "echec"
    (part,) = folder(tmp_path)
    assert part.endswith(".part")
    server.on("/a.csv", ranged())
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA
    assert server.headers("Range")[-1] == "bytes=262144-"
    assert folder(tmp_path) == ["a.csv"]


def test_a_server_that_ignores_ranges_sends_it_all_again(server, fetch):
    url = server.on("/a.csv", cut(CUT, ETag=ETAG), answer(200, DATA, ETag=ETAG))
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA
    assert len(server.requests) == 2


def test_a_file_that_changed_between_two_pieces_is_not_a_mixture(server, fetch):
    new = DATA[::-1]
    url = server.on("/a.csv", cut(CUT, ETag='"v0"'), ranged(new))
    got = fetch(RawFile("a.csv", url=url))["a.csv"]
    assert got.target.path.read_bytes() == new


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"v1"'}], ids=["none", "weak"])
def test_without_a_strong_validator_nothing_is_resumed(server, fetch, headers):
    url = server.on("/a.csv", cut(CUT, **headers), answer(200, DATA))
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA
    assert server.headers("Range") == [None, None]


def test_two_pieces_that_do_not_fit_are_asked_again_in_one(server, fetch):
    wrong = b"x" * len(DATA)
    url = server.on("/a.csv", cut(CUT, wrong, ETag=ETAG), ranged(), answer(200, DATA, ETag=ETAG))
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA
    assert server.headers("Range") == [None, "bytes=262144-", None]


def test_a_resumption_at_the_wrong_place_starts_again(server, fetch):
    lie = answer(206, DATA[7:], Content_Range=f"bytes 7-{len(DATA) - 1}/{len(DATA)}")
    url = server.on("/a.csv", cut(CUT, ETag=ETAG), lie, answer(200, DATA))
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA


def test_a_length_longer_than_the_file_is_a_lie(server, fetch, tmp_path):
    url = server.on("/a.csv", cut(len(DATA), DATA + b"y" * 50, ETag=ETAG), ranged())
    got = fetch(RawFile("a.csv", url=url), attempts=3)["a.csv"]
    assert got.state == "telecharge", "the second, honest length is believed"
    assert got.target.path.read_bytes() == DATA
    got.target.path.unlink()
    server.on("/b.csv", cut(len(DATA), DATA + b"y" * 50))
    got = fetch(RawFile("a.csv", url=server.host + "/b.csv"), attempts=3)["a.csv"]
    assert got.state == "echec"
    assert f"octets sur {len(DATA) + 50}." in got.detail
    assert not got.target.path.exists()


def test_a_length_shorter_than_the_file_is_seen_by_size_or_by_form(server, fetch, tmp_path):
    short = answer(200, DATA, length=1000)
    got = fetch(known(server.on("/a.csv", short)))["a.csv"]
    assert got.state == "echec"
    assert f"Attendu : {len(DATA)} octets. Trouvé : 1000 octets." in got.detail
    book = zipped({"a.csv": DATA})
    url = server.on("/a.zip", answer(200, book, length=len(book) - 30))
    got = fetch(RawFile("a.zip", url=url))["a.zip"]
    assert got.state == "echec"
    assert "tronqué" in got.detail
    assert folder(tmp_path) == []


@pytest.mark.parametrize(("code", "words"), [(404, "n'est plus"), (403, "refuse"), (204, "refuse")])
def test_what_will_not_pass_is_not_tried_again(server, fetch, waits, code, words):
    got = fetch(known(server.on("/a.csv", answer(code))))["a.csv"]
    assert got.state == "echec"
    assert words in got.detail
    assert f"({code})" in got.detail
    assert (len(server.requests), waits) == (1, [])


def test_a_breakdown_is_waited_for_longer_and_longer(server, fetch, waits):
    url = server.on("/a.csv", answer(503), answer(500), answer(503), answer(200, DATA))
    assert fetch(known(url))["a.csv"].state == "telecharge"
    assert waits == [1.0, 2.0, 4.0]


def test_patience_has_an_end(server, fetch, waits):
    got = fetch(known(server.on("/a.csv", answer(503))))["a.csv"]
    assert (got.state, len(server.requests)) == ("echec", 5)
    assert "(503)" in got.detail
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_the_wait_that_the_server_asks_for_is_honoured(server, fetch, waits):
    in_30_s = formatdate(time.time() + 30, usegmt=True)
    url = server.on(
        "/a.csv",
        answer(429, Retry_After="7"),
        answer(503, Retry_After=in_30_s),
        answer(429, Retry_After="bientôt".encode().decode("latin-1")),
        answer(200, DATA),
    )
    assert fetch(known(url))["a.csv"].state == "telecharge"
    assert waits[0] == 7
    assert 25 < waits[1] <= 30
    assert waits[2] == 4


def test_a_wait_of_an_hour_is_for_the_user_to_decide(server, fetch, waits):
    got = fetch(known(server.on("/a.csv", answer(429, Retry_After="3600"))))["a.csv"]
    assert got.state == "echec"
    assert "3600 s" in got.detail
    assert waits == []


@pytest.mark.parametrize("body", [PAGE, b"\n <HTML><p>", b""], ids=["page", "capitals", "empty"])
def test_a_web_page_or_nothing_is_refused(server, fetch, tmp_path, body):
    got = fetch(RawFile("a.csv", url=server.on("/a.csv", answer(200, body))))["a.csv"]
    assert got.state == "echec"
    assert "page web" in got.detail or "vide" in got.detail
    assert folder(tmp_path) == []


def test_a_page_that_begins_with_a_comment_is_told_by_its_type(server, fetch):
    body = b"<!-- cache --><html></html>"
    url = server.on("/a.csv", answer(200, body, Content_Type="text/html; charset=utf-8"))
    assert "page web" in fetch(RawFile("a.csv", url=url))["a.csv"].detail


def test_other_bytes_at_the_confirmed_address_are_refused(server, fetch, tmp_path):
    got = fetch(known(server.on("/a.csv", answer(200, DATA[::-1]))))["a.csv"]
    assert got.state == "echec"
    assert "le producteur l'a remplacé" in got.detail
    assert SHA in got.detail
    assert folder(tmp_path) == []


def test_other_bytes_at_a_guessed_address_are_another_copy(server, fetch):
    url = server.on("/a.csv", answer(200, DATA[::-1]))
    got = fetch(known(url, url_confirmed=False))["a.csv"]
    assert (got.state, got.other_copy) == ("telecharge", True)


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_a_file_without_checksum_costs_a_304(server, fetch, tmp_path, validator):
    value = ETAG if validator == "ETag" else "Sat, 21 Nov 2026 10:00:00 GMT"
    asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    file = RawFile("a.csv", url=server.on("/a.csv", answer(200, DATA, **{validator: value})))
    fetch(file)
    server.on("/a.csv", answer(304))
    assert fetch(file, force=True)["a.csv"].state == "inchange"
    assert server.headers(asked) == [None, value]
    # Changed by hand since: what the server says of its own copy no longer concerns it.
    (tmp_path / "essai" / "1" / "a.csv").write_text("modifié")
    server.on("/a.csv", answer(200, DATA))
    assert fetch(file, force=True)["a.csv"].state == "telecharge"
    assert server.headers(asked)[-1] is None


def test_a_damaged_sidecar_is_as_none(server, fetch, tmp_path):
    file = RawFile("a.csv", url=server.on("/a.csv", answer(200, DATA, ETag=ETAG)))
    sidecar = tmp_path / "essai" / "1" / ".fetch.json"
    for text in ("{", "[]", '{"recus": 3}', json.dumps({"en_cours": {file.url: {"x": 1}}})):
        sidecar.parent.mkdir(parents=True, exist_ok=True)
        sidecar.write_text(text)
        (sidecar.parent / "a.csv").unlink(missing_ok=True)
        assert fetch(file)["a.csv"].state == "telecharge"
    assert json.loads(sidecar.read_text())["recus"][file.url]["etag"] == ETAG


def test_a_content_compressed_for_the_transport_is_opened(server, fetch):
    packed = gzip.compress(DATA)
    url = server.on("/a.csv", answer(200, packed, Content_Encoding="gzip", ETag=ETAG))
    assert fetch(known(url))["a.csv"].target.path.read_bytes() == DATA
    assert server.headers("Accept-Encoding") == ["identity"]
    # One that was cut has no ranges of its own: it is asked again whole.
    beginning = cut(len(packed) - 9, packed, Content_Encoding="gzip", ETag=ETAG)
    url = server.on("/b.csv", beginning, ranged())
    assert fetch(known(url, sha256=None), force=True)["a.csv"].target.path.read_bytes() == DATA
    assert server.headers("Range") == [None, None, None]


def test_a_file_without_end_is_given_up(server, fetch):
    got = fetch(known(server.on("/a.csv", answer(200, DATA))), largest=1000)["a.csv"]
    assert got.state == "echec"
    assert "sans fin" in got.detail


# --- several -----------------------------------------------------------------------------------
def test_a_failure_does_not_stop_the_others(server, fetch):
    files = [RawFile(f"{i}.csv", url=server.on(f"/{i}", answer(200, DATA))) for i in range(6)]
    files += [RawFile("gone.csv", url=server.host + "/gone"), RawFile("page.csv")]
    got = fetch(*files)
    assert [got[f"{i}.csv"].state for i in range(6)] == ["telecharge"] * 6
    assert got["gone.csv"].state == "echec"
    assert got["page.csv"].state == "manuel"


def test_four_downloads_at_a_time(server, fetch):
    together = threading.Barrier(4, timeout=5)

    def meet(handler):
        together.wait()
        answer(200, DATA)(handler)

    got = fetch(*(RawFile(f"{i}.csv", url=server.on(f"/{i}", meet)) for i in range(4)))
    assert {o.state for o in got.values()} == {"telecharge"}


def test_a_host_that_never_answers_is_given_up_once(server, fetch, waits):
    server.close()
    files = [RawFile(f"{i}.csv", url=f"{server.host}/{i}") for i in range(12)]
    got = fetch(*files, attempts=3)
    assert {o.state for o in got.values()} == {"echec"}
    assert all("ne répond pas" in o.detail for o in got.values())
    assert len(waits) <= 4 * 2, "four at a time wait, the others do not"


def test_an_interruption_stops_everything_and_leaves_no_final_name(server, fetch, tmp_path):
    def interrupt(step):
        if step.moment == "octets":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(RawFile("a.csv", url=server.on("/a.csv", answer(200, DATA))), notify=interrupt)
    assert not (tmp_path / "essai" / "1" / "a.csv").exists()


def test_a_folder_that_cannot_be_written_is_said(server, fetch, tmp_path):
    (tmp_path / "essai").write_text("un fichier, pas un dossier")
    got = fetch(RawFile("a.csv", url=server.on("/a.csv", answer(200, DATA))))["a.csv"]
    assert got.state == "echec"
    assert "ne peut être lu ou écrit" in got.detail


def test_another_form_of_the_file_is_left_to_a_person(server, fetch):
    url = server.on("/communes.geojson.gz", answer(200, DATA))
    got = fetch(RawFile("communes.parquet", url=url))["communes.parquet"]
    assert got.state == "manuel"
    assert url in got.detail
    assert server.requests == []


# --- archives ----------------------------------------------------------------------------------
@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
def test_an_archive_is_downloaded_once_for_all_its_files(server, fetch, tmp_path, pack):
    content = pack({"LOT/A.CSV": DATA, "LOT/meta_A.CSV": b"m", "LOT/b.txt": b"deux"})
    url = server.on("/lot", answer(200, content, ETag=ETAG))
    files = (
        RawFile("a.csv", sha256=SHA, url=url, archive_member="a.csv"),
        RawFile("b.txt", sha256=SHA, url=url, url_confirmed=True, archive_member="lot/*.txt"),
    )
    got = fetch(*files)
    assert got["a.csv"].target.path.read_bytes() == DATA
    assert got["b.txt"].target.path.read_bytes() == b"deux"
    assert [got[n].other_copy for n in ("a.csv", "b.txt")] == [False, True]
    assert folder(tmp_path) == ["a.csv", "b.txt"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
def test_a_missing_member_fails_alone_and_what_is_there_is_named(server, fetch, pack):
    url = server.on("/lot", answer(200, pack({"a.csv": DATA, "c.csv": b"1"})))
    got = fetch(
        RawFile("a.csv", url=url, archive_member="a.csv"),
        RawFile("b.csv", url=url, archive_member="b.csv"),
        RawFile("d.csv", url=url, archive_member="*.csv"),
    )
    assert [o.state for o in got.values()] == ["telecharge", "echec", "echec"]
    assert "un seul « b.csv »" in got["b.csv"].detail
    assert "a.csv, c.csv" in got["b.csv"].detail


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "C:\\evil", "a/..\\..\\evil"])
def test_a_path_outside_the_folder_condemns_the_archive(server, fetch, tmp_path, name):
    url = server.on("/lot.zip", answer(200, zipped({name: b"x", "a.csv": DATA})))
    got = fetch(RawFile("a.csv", url=url, archive_member="a.csv"))["a.csv"]
    assert got.state == "echec"
    assert "hors du dossier" in got.detail
    assert folder(tmp_path) == []
    assert not list(tmp_path.rglob("evil"))


def test_a_link_condemns_the_archive(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    (tmp_path / "z").write_bytes(stream.getvalue())
    with py7zr.SevenZipFile(tmp_path / "s", "w") as archive:
        (tmp_path / "link.csv").symlink_to("/etc/hostname")
        archive.write(tmp_path / "link.csv", "a.csv")
    for name in ("z", "s"):
        with pytest.raises(BadFileError, match="un lien"):
            extract_member(tmp_path / name, "a.csv", tmp_path / "out", shown=tmp_path / "a.csv")
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
def test_a_bomb_is_refused(server, fetch, tmp_path, pack):
    url = server.on("/lot", answer(200, pack({"a.csv": bytes(3_000_000)})))
    got = fetch(RawFile("a.csv", url=url, archive_member="a.csv"))["a.csv"]
    assert got.state == "echec"
    assert "sans mesure" in got.detail
    assert folder(tmp_path) == []


@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
def test_a_member_heavier_than_allowed_is_refused(tmp_path, pack):
    (tmp_path / "lot").write_bytes(pack({"a.csv": DATA}))
    with pytest.raises(BadFileError, match="sans mesure"):
        extract_member(
            tmp_path / "lot", "a.csv", tmp_path / "a", shown=tmp_path, limits=Limits(octets=1000)
        )
    assert not (tmp_path / "a").exists()


def test_an_archive_that_understates_its_content_stops_at_its_own_word(tmp_path):
    content = bytearray(zipped({"a.csv": DATA}))
    place = content.rindex(b"PK\x01\x02") + 24  # uncompressed size in the central directory
    content[place : place + 4] = (1000).to_bytes(4, "little")
    (tmp_path / "lot").write_bytes(content)
    with pytest.raises(BadFileError, match="abîmée"):
        extract_member(tmp_path / "lot", "a.csv", tmp_path / "a", shown=tmp_path)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_archive_is_refused(server, fetch, tmp_path, pack, share):
    content = pack({"a.csv": DATA})
    url = server.on("/lot", answer(200, content[: int(len(content) * share)]))
    got = fetch(RawFile("a.csv", url=url, archive_member="a.csv"))["a.csv"]
    assert got.state == "echec"
    assert "tronquée" in got.detail
    assert folder(tmp_path) == []


@pytest.mark.parametrize("pack", [zipped, seven], ids=["zip", "7z"])
def test_a_damaged_archive_is_refused(tmp_path, pack):
    whole = pack({"a.csv": DATA})
    for place in (len(whole) // 3, len(whole) // 2):
        content = bytearray(whole)
        content[place : place + 20] = bytes(b ^ 0xA5 for b in content[place : place + 20])
        (tmp_path / "lot").write_bytes(content)
        with pytest.raises(BadFileError, match="abîmée"):
            extract_member(tmp_path / "lot", "a.csv", tmp_path / "a", shown=tmp_path)
        assert not (tmp_path / "a").exists()


def test_a_locked_archive_is_refused(tmp_path):
    with py7zr.SevenZipFile(tmp_path / "lot", "w", password="x") as archive:
        archive.writestr(DATA, "a.csv")
    with pytest.raises(BadFileError, match="abîmée ou illisible"):
        extract_member(tmp_path / "lot", "a.csv", tmp_path / "a", shown=tmp_path)


def test_a_page_instead_of_an_archive_or_inside_it_is_refused(server, fetch):
    url = server.on("/lot.zip", answer(200, PAGE), answer(200, zipped({"a.csv": PAGE})))
    for _ in range(2):
        got = fetch(RawFile("a.csv", url=url, archive_member="a.csv"))["a.csv"]
        assert got.state == "echec"
        assert "page web" in got.detail


def test_formats_that_say_where_they_end_are_not_taken_cut(tmp_path):
    sqlite = b"SQLite format 3\0" + (4096).to_bytes(2, "big") + bytes(10) + (2).to_bytes(4, "big")
    whole = {
        "a.parquet": b"PAR1" + DATA[:100] + b"PAR1",
        "a.gpkg": sqlite + bytes(8192 - len(sqlite)),
        "a.xlsx": zipped({"a": b"b"}),
    }
    path = tmp_path / "x"
    for name, content in whole.items():
        path.write_bytes(content)
        refuse_cut(path, tmp_path / name)
        path.write_bytes(content[:-25])
        with pytest.raises(BadFileError, match="tronqué"):
            refuse_cut(path, tmp_path / name)


# --- the catalogue and the command -------------------------------------------------------------
def test_files_of_one_archive_all_name_their_member():
    files = [file for release in catalogue.RELEASES.values() for file in release.files]
    for file in files:
        if file.downloadable and file.url.endswith(".zip") and not file.name.endswith(".zip"):
            assert file.archive_member, file.name
    with pytest.raises(ValueError, match="without address"):
        RawFile("a.csv", archive_member="a.csv")


def test_the_end_of_an_address_tells_the_form_unless_it_is_a_program():
    ends = {"a.csv": True, "a": True, "get.php?format=csv": True, "a.xlsx": False, "a.zip": False}
    for end, expected in ends.items():
        assert RawFile("a.csv", url=f"https://x/{end}").downloadable is expected, end


def test_only_the_very_file_at_a_confirmed_address_must_match():
    pairs = itertools.product((True, False), (None, "a.csv"))
    rule = {
        (confirmed, member): RawFile(
            "a.csv", url="https://x/a.csv", url_confirmed=confirmed, archive_member=member
        ).must_match
        for confirmed, member in pairs
    }
    assert [key for key, value in rule.items() if value] == [(True, None)]


def test_the_command_fetches_then_names_what_is_still_missing(server, call, tmp_path, monkeypatch):
    url = server.on("/lot.zip", answer(200, zipped({"A.csv": DATA})))
    page = RawFile("page.csv")
    register(
        monkeypatch,
        (
            RawFile("a.csv", sha256="0" * 64, url=url, archive_member="a.csv"),
            RawFile("gone.csv", url=server.host + "/gone"),
            page,
        ),
    )
    code, out, err = call("fetch", "--edition", "essai", "--raw", tmp_path)
    assert code == 1
    assert "téléchargé essai/1/a.csv, 974 ko, autre copie que celle du catalogue" in out
    assert "échec essai/1/gone.csv : Le fichier n'est plus à son adresse (404)." in out
    assert "3 fichiers : 1 téléchargés, 1 à placer à la main, 1 en échec." in out
    assert "\x1b" not in out
    assert "Il manque 2 fichiers source." in err
    for name, reason in (("gone.csv", "(404)"), ("page.csv", "pas d'adresse directe")):
        assert f"{tmp_path / 'essai' / '1' / name}\n             raison : " in err
        assert reason in err
    assert "page : https://example.org/page" in err
    assert f"adresse : {server.host}/gone" in err

    (tmp_path / "essai" / "1" / "page.csv").write_bytes(DATA)
    server.on("/gone", answer(200, DATA))
    code, out, err = call("fetch", "--edition", "essai", "--raw", tmp_path)
    assert (code, err) == (0, "")
    assert "3 fichiers : 2 déjà là, 1 téléchargés." in out


def test_the_demonstration_needs_no_network(call, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a request")

    monkeypatch.setattr(requests.Session, "get", refuse)
    code, out, err = call("fetch", "--raw", tmp_path)
    assert (code, err) == (0, "")
    releases = catalogue.releases_of(catalogue.EDITIONS["demo"])
    assert missing_files(releases, tmp_path) == []
    count = sum(len(release.files) for release in releases)
    assert f"{count} fichiers : {count} écrits (fictifs)." in out
    (tmp_path / "insee_cog" / "demo" / "EPCI.csv").write_text("à moi")
    code, out, _ = call("fetch", "--raw", tmp_path)
    assert f"{count} fichiers : {count} déjà là." in out
    assert (tmp_path / "insee_cog" / "demo" / "EPCI.csv").read_text() == "à moi"


def test_an_unknown_edition_is_wrong_usage(call, tmp_path):
    code, _, err = call("fetch", "--edition", "nulle", "--raw", tmp_path / "raw")
    assert code == 2
    assert "L'édition « nulle » n'existe pas." in err
    assert not (tmp_path / "raw").exists()
