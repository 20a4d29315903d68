"""A server that plays the producers: same paths, same checks, and nothing asked elsewhere."""

import sys

import pytest

from fragility.errors import UsageError
from fragility.sources.download import Policy, mirrored
from fragility.sources.model import RawFile
from pipelines import cli
from tests.unit.test_fetch import DATA, answer, direct, fetch, known, server, waits

__all__ = ["direct", "fetch", "server", "waits"]  # fixtures


@pytest.mark.parametrize("mirror", ["http://127.0.0.1:9/copies", "http://127.0.0.1:9/copies/"])
def test_a_mirror_keeps_each_file_under_its_host_and_path(mirror):
    url = "https://www.insee.fr/fr/statistiques/fichier/1/a.zip?v=2&w=3"
    expected = "http://127.0.0.1:9/copies/www.insee.fr/fr/statistiques/fichier/1/a.zip?v=2&w=3"
    assert mirrored(url, mirror) == expected
    assert mirrored(url, "") == url


def test_files_come_from_the_mirror_and_their_checksum_is_still_verified(server, fetch):
    server.on("/producteur.invalid/a.csv", answer(200, DATA))
    file = known("https://producteur.invalid/a.csv")
    got = fetch(file, mirror=server.host)["a.csv"]
    assert (got.state, got.other_copy) == ("telecharge", False)
    assert server.requests[0][0] == "/producteur.invalid/a.csv"
    server.on("/producteur.invalid/a.csv", answer(200, DATA[::-1]))
    got.target.path.unlink()
    got = fetch(file, mirror=server.host)["a.csv"]
    assert got.state == "echec"
    assert "somme" in got.detail or "remplacé" in got.detail
    assert not got.target.path.exists()


def test_a_mirror_that_sends_elsewhere_is_not_followed(server, fetch):
    server.on("/producteur.invalid/a.csv", answer(302, Location=server.host + "/b.csv"))
    server.on("/b.csv", answer(200, DATA))
    got = fetch(RawFile("a.csv", url="https://producteur.invalid/a.csv"), mirror=server.host)
    assert got["a.csv"].state == "echec"
    assert [path for path, _ in server.requests] == ["/producteur.invalid/a.csv"]


@pytest.mark.parametrize("mirror", ["miroir.fr", "ftp://miroir.fr/", "http://", "/copies"])
def test_what_is_no_address_is_wrong_usage(mirror, monkeypatch, capsys, tmp_path):
    with pytest.raises(UsageError):
        Policy(mirror=mirror)
    monkeypatch.setattr(
        sys, "argv", ["fragility", "fetch", "--raw", str(tmp_path), "--miroir", mirror]
    )
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "n'en est pas une" in capsys.readouterr().err


def test_the_mirror_may_be_given_by_the_environment(monkeypatch, tmp_path):
    asked = {}

    def fetch_edition(*_, policy, **__):
        asked["mirror"] = policy.mirror
        return []

    monkeypatch.setattr("pipelines.display.fetch_edition", fetch_edition)
    monkeypatch.setenv("FRAGILITY_MIRROR", "http://127.0.0.1:9/")
    for option, expected in (((), "http://127.0.0.1:9/"), (("--miroir", ""), "")):
        arguments = ["fragility", "fetch", "--edition", "demo", "--raw", str(tmp_path), *option]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit):
            cli.main()
        assert asked == {"mirror": expected}
